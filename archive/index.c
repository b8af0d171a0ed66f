/* index.c: reading an index: pages, rows, searches; every number in it is checked before it is used. */
#include "archive/index.h"

#include <sys/stat.h>

#include "archive/records_check.h"
#include "core/i18n.h"
#include "core/mem.h"

const unsigned index_row_size[INDEX__MAX] = { 16, 16, 16, 40, 40, 12 };

struct table { uint64_t first, rows; };

struct index {
	int		fd;
	unsigned char	key[32];
	bool		tagged, own, gzip;
	uint64_t	pages, tail;
	unsigned char	seal[32];
	struct table	tables[INDEX__MAX];
	/* the page of each table that was read last */
	struct { uint64_t no; unsigned char bytes[INDEX_PAGE]; } cache[INDEX__MAX];	/* no 0: none */
};

static unsigned per_page(enum index_table t) { return INDEX_CONTENT / index_row_size[t]; }

static enum status
false_index(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
}

enum status
index_path(const char *archive, struct buf *out, struct err *err)
{
	static const char *const tails[] = { ".tar.gz", ".tar" };
	size_t n = strlen(archive), i;
	enum status st;

	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		const size_t n_tail = strlen(tails[i]);

		if (n > n_tail && strcmp(archive + n - n_tail, tails[i]) == 0) {
			n -= n_tail;
			break;
		}
	}
	if ((st = buf_add(out, archive, n, err)) != ST_OK || (st = buf_addz(out, INDEX_SUFFIX, err)) != ST_OK)
		return st;
	return buf_z(out, err);
}

static enum status
read_page(struct index *x, uint64_t no, unsigned char *bytes, struct err *err)
{
	unsigned char tag[16];
	enum status st;

	if (no >= x->pages)
		return false_index(err);
	if ((st = fs_pread_all(x->fd, INDEX_SUFFIX, bytes, INDEX_PAGE, no * INDEX_PAGE, err)) != ST_OK || !x->tagged)
		return st;
	if ((st = index_tag(x->key, no, bytes, tag, err)) != ST_OK)
		return st;
	return memcmp(tag, bytes + INDEX_CONTENT, sizeof(tag)) == 0 ? ST_OK : false_index(err);
}

static bool
same_file(const unsigned char *h, const struct stat *sb)
{
	return index_get(h + INDEX_AT_SIZE, 8) == (uint64_t)sb->st_size && index_get(h + INDEX_AT_MTIME, 8) == (uint64_t)sb->st_mtim.tv_sec &&
	    index_get(h + INDEX_AT_MTIME + 8, 8) == (uint64_t)sb->st_mtim.tv_nsec;
}

/* Page 0; ST_END: not an index for this file. */
static enum status
read_header(struct index *x, int archive_fd, struct err *err)
{
	unsigned char h[INDEX_PAGE];
	static const unsigned char nobody[8];
	struct index_key key;
	struct stat sb, archive;
	enum status st;
	unsigned i;

	if (fstat(x->fd, &sb) != 0 || fstat(archive_fd, &archive) != 0)
		return err_sys(err, _("cannot look at an archive"));
	if (sb.st_size < INDEX_PAGE || sb.st_size % INDEX_PAGE != 0)
		return ST_END;
	x->pages = (uint64_t)sb.st_size / INDEX_PAGE;
	if ((st = read_page(x, 0, h, err)) != ST_OK)
		return st == ST_CORRUPT ? ST_END : st;
	if (memcmp(h, INDEX_MAGIC, sizeof(INDEX_MAGIC) - 1) != 0 || !same_file(h, &archive))
		return ST_END;
	if ((st = index_key_load(&key, false, err)) != ST_OK)
		return st;
	x->own = key.own && memcmp(key.maker, h + INDEX_AT_MAKER, sizeof(key.maker)) == 0;
	x->tagged = x->own || memcmp(h + INDEX_AT_MAKER, nobody, sizeof(nobody)) == 0;
	if (!x->own)
		memset(key.key, 0, sizeof(key.key));
	st = index_key_file(&key, h, x->key, err);
	explicit_bzero(&key, sizeof(key));
	if (st != ST_OK || (st = read_page(x, 0, h, err)) != ST_OK)
		return st == ST_CORRUPT ? ST_END : st;
	memcpy(x->seal, h + INDEX_AT_SEAL, 32);
	x->gzip = index_get(h + INDEX_AT_GZIP, 8) != 0;
	x->tail = index_get(h + INDEX_AT_TAIL, 8);
	for (i = 0; i < INDEX__MAX; i++) {
		struct table *t = &x->tables[i];

		t->first = index_get(h + INDEX_AT_TABLES + 16 * i, 8);
		t->rows = index_get(h + INDEX_AT_TABLES + 16 * i + 8, 8);
		if (t->first == 0 || t->first > x->pages || t->rows / per_page(i) > x->pages)
			return ST_END;
	}
	return ST_OK;
}

enum status
index_open(struct index **out, int index_fd, int archive_fd, struct err *err)
{
	struct index *x = mem_get(1, sizeof(*x), err);
	enum status st;

	*out = NULL;
	if (x == NULL) {
		fs_drop(&index_fd);
		return ST_NOMEM;
	}
	x->fd = index_fd;
	if ((st = read_header(x, archive_fd, err)) != ST_OK)
		index_close(x);
	else
		*out = x;
	return st;
}

void
index_close(struct index *x)
{
	if (x == NULL)
		return;
	fs_drop(&x->fd);
	explicit_bzero(x->key, sizeof(x->key));
	mem_free(x);
}

bool index_gzip(const struct index *x) { return x->gzip; }
bool index_own(const struct index *x) { return x->own; }
void index_set_own(struct index *x) { x->own = true; }
const unsigned char *index_seal(const struct index *x) { return x->seal; }
uint64_t index_tail(const struct index *x) { return x->tail; }
uint64_t index_rows(const struct index *x, enum index_table t) { return x->tables[t].rows; }

/* Row ${i} of the pages that begin with page ${first} of the table; valid until the next row of the same table. */
static enum status
row_at(struct index *x, enum index_table t, uint64_t first, uint64_t i, const unsigned char **row, struct err *err)
{
	uint64_t no;
	enum status st;

	if (__builtin_add_overflow(x->tables[t].first, first, &no) || __builtin_add_overflow(no, i / per_page(t), &no) || no >= x->pages)
		return false_index(err);
	if (x->cache[t].no != no) {
		x->cache[t].no = 0;
		if ((st = read_page(x, no, x->cache[t].bytes, err)) != ST_OK)
			return st;
		x->cache[t].no = no;
	}
	*row = x->cache[t].bytes + (i % per_page(t)) * index_row_size[t];
	return ST_OK;
}

static enum status
row_of(struct index *x, enum index_table t, uint64_t i, const unsigned char **row, struct err *err)
{
	return i < x->tables[t].rows ? row_at(x, t, 0, i, row, err) : false_index(err);
}

enum status
index_member(struct index *x, uint64_t tar_at, uint64_t *file_at, uint64_t *begins_at, struct err *err)
{
	uint64_t low = 0, high = x->tables[INDEX_MEMBERS].rows;
	const unsigned char *row;
	enum status st;

	*file_at = *begins_at = tar_at;
	if (!x->gzip)
		return ST_OK;
	while (high - low > 1) {	/* row low begins at or before it, or is the first */
		const uint64_t middle = low + (high - low) / 2;

		if ((st = row_of(x, INDEX_MEMBERS, middle, &row, err)) != ST_OK)
			return st;
		if (index_get(row + 8, 8) <= tar_at)
			low = middle;
		else
			high = middle;
	}
	if ((st = row_of(x, INDEX_MEMBERS, low, &row, err)) != ST_OK)
		return st;
	*file_at = index_get(row, 8);
	*begins_at = index_get(row + 8, 8);
	return *begins_at <= tar_at ? ST_OK : false_index(err);
}

static enum status
place(struct index *x, enum index_table t, uint64_t i, uint64_t *at, uint64_t *size, struct err *err)
{
	const unsigned char *row;
	enum status st = row_of(x, t, i, &row, err);

	if (st != ST_OK)
		return st;
	*at = index_get(row, 8);
	*size = index_get(row + 8, 8);
	return ST_OK;
}

enum status
index_entry(struct index *x, uint64_t i, uint64_t *at, uint64_t *size, struct err *err)
{
	return place(x, INDEX_ENTRIES, i, at, size, err);
}

enum status
index_file(struct index *x, uint64_t number, uint64_t *at, uint64_t *size, struct err *err)
{
	return number > 0 ? place(x, INDEX_FILES, number - 1, at, size, err) : false_index(err);
}

enum status
index_segment(struct index *x, uint64_t i, struct index_segment *s, struct err *err)
{
	const unsigned char *row;
	enum status st = row_of(x, INDEX_SEGMENTS, i, &row, err);

	if (st != ST_OK)
		return st;
	*s = (struct index_segment){ index_get(row, 8), index_get(row + 8, 8), index_get(row + 16, 8), index_get(row + 24, 8),
	    (uint32_t)index_get(row + 32, 4), (uint32_t)index_get(row + 36, 4) };
	return s->count <= RECORDS_SEGMENT_MAX && s->n_ids <= s->count ? ST_OK : false_index(err);
}

enum status
index_group(struct index *x, uint64_t i, uint64_t *at, unsigned char root[32], struct err *err)
{
	const unsigned char *row;
	enum status st = row_of(x, INDEX_GROUPS, i, &row, err);

	if (st != ST_OK)
		return st;
	*at = index_get(row, 8);
	memcpy(root, row + 8, 32);
	return ST_OK;
}

uint64_t
index_id_hash(struct str id)
{
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < id.n; i++)
		h = (h ^ (unsigned char)id.p[i]) * UINT64_C(1099511628211);
	h = (h ^ h >> 33) * UINT64_C(0xff51afd7ed558ccd);	/* the last steps of MurmurHash3 */
	h = (h ^ h >> 33) * UINT64_C(0xc4ceb9fe1a85ec53);
	return h ^ h >> 33;
}

static enum status
id_row(struct index *x, const struct index_segment *s, uint64_t i, uint64_t *hash, uint32_t *number, struct err *err)
{
	const unsigned char *row;
	enum status st = row_at(x, INDEX_IDS, s->first_id_page, i, &row, err);

	if (st != ST_OK)
		return st;
	*hash = index_get(row, 8);
	*number = (uint32_t)index_get(row + 8, 4);
	return ST_OK;
}

/* Row ${row} is the first whose hash is not below ${hash}; hashes are spread evenly, so the first guess is a page or so away. */
static enum status
id_search(struct index *x, const struct index_segment *s, uint64_t hash, uint64_t *row, struct err *err)
{
	uint64_t low = 0, high = s->n_ids, guess = (uint64_t)(((unsigned __int128)hash * s->n_ids) >> 64), step = per_page(INDEX_IDS) / 2, h;
	enum status st;
	uint32_t number;

	while (low < high) {
		if ((st = id_row(x, s, guess, &h, &number, err)) != ST_OK)
			return st;
		if (h < hash)
			low = guess + 1;
		else
			high = guess;
		/* From the guess in growing steps, then by halves. */
		if (h < hash && high == s->n_ids && low + step < high)
			guess = low + step;
		else if (h >= hash && low == 0 && high > step)
			guess = high - step;
		else
			guess = low + (high - low) / 2;
		step *= 2;
	}
	*row = low;
	return ST_OK;
}

enum status
index_ids(struct index *x, const struct index_segment *s, uint64_t hash, enum status (*each)(void *ctx, uint32_t number, struct err *), void *ctx,
    struct err *err)
{
	enum status st;
	uint32_t number;
	uint64_t i, h;

	if ((st = id_search(x, s, hash, &i, err)) != ST_OK)
		return st;
	for (; i < s->n_ids; i++) {
		if ((st = id_row(x, s, i, &h, &number, err)) != ST_OK || h != hash)
			return st;
		if (number >= s->count)
			return false_index(err);
		if ((st = each(ctx, number, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}
