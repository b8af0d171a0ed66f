/*
 * index_build.c: an index out of what passes by in a full read: rows gather in files without names, one per table, and become pages at the end.
 * Memory: a buffer a table and the ids of one segment.
 */
#include "archive/index.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "archive/line.h"
#include "archive/records_check.h"
#include "core/fs.h"
#include "archive/tar.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/mem.h"

#define WAIT	((size_t)32 << 10)

struct id_row { uint64_t hash; uint32_t number; };

struct rows { int fd; uint64_t n; struct buf wait; };

struct index_build {
	int		archive;
	struct rows	tables[INDEX__MAX];
	uint64_t	tail;
	bool		gzip;
	/* the segment in work */
	bool		in_segment, part;	/* part: of an encrypted file */
	uint64_t	at, data_at, group_at, size, first_group, n_records;
	const struct tree *tree;
	struct digest	node;
	struct id_row	*ids;
	size_t		n_ids, ids_room;
	uint64_t	id_pages;
	struct arena	arena;
};

static enum status
flush(struct rows *r, struct err *err)
{
	enum status st = ST_OK;

	if (r->wait.n > 0 && (st = fs_write_all(r->fd, INDEX_SUFFIX, r->wait.p, r->wait.n, err)) == ST_OK)
		buf_clear(&r->wait);
	return st;
}

static enum status
add_row(struct index_build *b, enum index_table t, const unsigned char *row, struct err *err)
{
	struct rows *r = &b->tables[t];
	enum status st;

	if (r->wait.n + index_row_size[t] > WAIT && (st = flush(r, err)) != ST_OK)
		return st;
	r->n++;
	return buf_add(&r->wait, row, index_row_size[t], err);
}

static enum status
add_place(struct index_build *b, enum index_table t, uint64_t x, uint64_t y, struct err *err)
{
	unsigned char row[16];

	index_put(row, 8, x);
	index_put(row + 8, 8, y);
	return add_row(b, t, row, err);
}

static enum status
on_member(void *ctx, uint64_t file_at, uint64_t tar_at, struct err *err)
{
	struct index_build *b = ctx;

	b->gzip = true;
	return add_place(b, INDEX_MEMBERS, file_at, tar_at, err);
}

static bool
ends_with(const char *s, const char *tail)
{
	const size_t n = strlen(s), n_tail = strlen(tail);

	return n > n_tail && strcmp(s + n - n_tail, tail) == 0;
}

static enum status
on_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct index_build *b = ctx;
	const bool part = ends_with(path, ".cms"), first = !part || ends_with(path, ".gz.0001.cms");
	enum status st;

	if ((st = add_place(b, INDEX_ENTRIES, at, size, err)) != ST_OK)
		return st;
	b->in_segment = false;
	b->part = part;
	if (strcmp(path, "record-segments.tsv") == 0)
		b->tail = at;
	if (!first)
		return ST_OK;
	if (strncmp(path, "data/files/", 11) == 0)
		return add_place(b, INDEX_FILES, at, size, err);
	if (strncmp(path, "data/records/", 13) != 0)
		return ST_OK;
	b->in_segment = true;
	b->at = at;
	b->data_at = at + (size >= TAR_PAX_FROM ? 3 * TAR_BLOCK : TAR_BLOCK);
	b->size = size;
	b->first_group = b->tables[INDEX_GROUPS].n;
	b->n_records = b->n_ids = 0;
	return ST_OK;
}

/* The group that begins at ${group_at} is complete. */
static enum status
add_group(struct index_build *b, struct err *err)
{
	unsigned char row[40];
	enum status st;

	index_put(row, 8, b->group_at);
	if ((st = tree_group(b->tree, &b->node, row + 8, err)) != ST_OK)
		return st;
	return add_row(b, INDEX_GROUPS, row, err);
}

static enum status
add_id(struct index_build *b, struct str id, uint64_t number, struct err *err)
{
	struct id_row *grown;

	if (b->n_ids == b->ids_room) {
		const size_t room = b->ids_room == 0 ? 1024 : b->ids_room * 2;

		if ((grown = mem_grow(b->ids, room, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		b->ids = grown;
		b->ids_room = room;
	}
	b->ids[b->n_ids++] = (struct id_row){ index_id_hash(id), (uint32_t)number };
	return ST_OK;
}

static enum status
on_record(void *ctx, struct str line, uint64_t at, const struct tree *tree, struct err *err)
{
	struct index_build *b = ctx;
	struct str id;
	enum status st;

	if (b->part)	/* decrypted on the way: it has no place of its own in the tar */
		return ST_OK;
	b->tree = tree;
	if (b->n_records % TREE_GROUP == 0)
		b->group_at = b->data_at + at;
	b->n_records++;
	if (b->n_records % TREE_GROUP == 0 && (st = add_group(b, err)) != ST_OK)
		return st;
	arena_reset(&b->arena);
	if ((st = line_id(line, &b->arena, &id, err)) != ST_OK)
		return st;
	return id.p == NULL ? ST_OK : add_id(b, id, b->n_records - 1, err);
}

static int
by_hash(const void *x, const void *y)
{
	const struct id_row *a = x, *b = y;

	return a->hash != b->hash ? (a->hash < b->hash ? -1 : 1) : a->number < b->number ? -1 : a->number > b->number;
}

static enum status
on_entry_end(void *ctx, const unsigned char sha256[32], struct err *err)
{
	static const unsigned char none[INDEX_CONTENT];
	struct index_build *b = ctx;
	unsigned char row[40];
	enum status st = ST_OK;
	size_t i;

	(void)sha256;
	if (!b->in_segment)
		return ST_OK;
	b->in_segment = false;
	if (b->n_records % TREE_GROUP != 0 && (st = add_group(b, err)) != ST_OK)
		return st;
	index_put(row, 8, b->at);
	index_put(row + 8, 8, b->size);
	index_put(row + 16, 8, b->first_group);
	index_put(row + 24, 8, b->tables[INDEX_IDS].n * index_row_size[INDEX_IDS] / INDEX_CONTENT);
	index_put(row + 32, 4, b->n_records);
	index_put(row + 36, 4, b->n_ids);
	if ((st = add_row(b, INDEX_SEGMENTS, row, err)) != ST_OK)
		return st;
	if (b->n_ids > 1)
		qsort(b->ids, b->n_ids, sizeof(*b->ids), by_hash);
	for (i = 0; i < b->n_ids && st == ST_OK; i++) {
		index_put(row, 8, b->ids[i].hash);
		index_put(row + 8, 4, b->ids[i].number);
		st = add_row(b, INDEX_IDS, row, err);
	}
	for (; i % (INDEX_CONTENT / index_row_size[INDEX_IDS]) != 0 && st == ST_OK; i++)	/* the next segment's begin on a page */
		st = add_row(b, INDEX_IDS, none, err);
	return st;
}

enum status
index_build_begin(struct index_build **out, int archive_fd, struct verify_taps *taps, struct err *err)
{
	struct index_build *b = mem_get(1, sizeof(*b), err);
	enum status st = b == NULL ? ST_NOMEM : ST_OK;
	size_t i;

	*out = b;
	for (i = 0; i < INDEX__MAX && b != NULL; i++) {
		b->tables[i].fd = -1;
		buf_init(&b->tables[i].wait, WAIT);
	}
	for (i = 0; i < INDEX__MAX && st == ST_OK; i++)
		st = fs_nameless(-1, &b->tables[i].fd, err);
	if (st != ST_OK) {
		index_build_free(b);
		*out = NULL;
		return st;
	}
	b->archive = archive_fd;
	arena_init(&b->arena, LIMIT_ARENA);
	*taps = (struct verify_taps){ .ctx = b, .entry = on_entry, .entry_end = on_entry_end, .member = on_member, .record = on_record };
	return ST_OK;
}

void
index_build_free(struct index_build *b)
{
	size_t i;

	if (b == NULL)
		return;
	for (i = 0; i < INDEX__MAX; i++) {
		fs_drop(&b->tables[i].fd);
		buf_free(&b->tables[i].wait);
	}
	digest_free(&b->node);
	arena_free(&b->arena);
	mem_free(b->ids);
	mem_free(b);
}

/* --- the file --- */

static enum status
put_page(int fd, const unsigned char key[32], uint64_t no, unsigned char *page, struct err *err)
{
	enum status st = index_tag(key, no, page, page + INDEX_CONTENT, err);

	return st == ST_OK ? fs_write_all(fd, INDEX_SUFFIX, page, INDEX_PAGE, err) : st;
}

static enum status
put_table(struct rows *r, size_t row_size, int fd, const unsigned char key[32], uint64_t *no, struct err *err)
{
	unsigned char page[INDEX_PAGE];
	const uint64_t length = r->n * row_size;
	enum status st = flush(r, err);
	uint64_t at;

	for (at = 0; at < length && st == ST_OK; at += INDEX_CONTENT) {
		const size_t n = length - at < INDEX_CONTENT ? (size_t)(length - at) : INDEX_CONTENT;

		memset(page, 0, sizeof(page));
		if ((st = fs_pread_all(r->fd, INDEX_SUFFIX, page, n, at, err)) == ST_OK)
			st = put_page(fd, key, (*no)++, page, err);
	}
	return st;
}

static enum status
header(const struct index_build *b, const struct index_key *key, const unsigned char seal_sha256[32], unsigned char *h, struct err *err)
{
	struct stat sb;
	uint64_t no = 1;
	enum status st;
	unsigned i;

	memset(h, 0, INDEX_PAGE);
	if (fstat(b->archive, &sb) != 0)
		return err_sys(err, "%s", INDEX_SUFFIX);
	if ((st = digest_random(h + INDEX_AT_NONCE, INDEX_AT_SEAL - INDEX_AT_NONCE, err)) != ST_OK)
		return st;
	memcpy(h, INDEX_MAGIC, sizeof(INDEX_MAGIC) - 1);
	memcpy(h + INDEX_AT_SEAL, seal_sha256, 32);
	memcpy(h + INDEX_AT_MAKER, key->maker, sizeof(key->maker));
	index_put(h + INDEX_AT_SIZE, 8, (uint64_t)sb.st_size);
	index_put(h + INDEX_AT_MTIME, 8, (uint64_t)sb.st_mtim.tv_sec);
	index_put(h + INDEX_AT_MTIME + 8, 8, (uint64_t)sb.st_mtim.tv_nsec);
	index_put(h + INDEX_AT_GZIP, 8, b->gzip);
	index_put(h + INDEX_AT_TAIL, 8, b->tail);
	for (i = 0; i < INDEX__MAX; i++) {
		index_put(h + INDEX_AT_TABLES + 16 * i, 8, no);
		index_put(h + INDEX_AT_TABLES + 16 * i + 8, 8, b->tables[i].n);
		no += (b->tables[i].n * index_row_size[i] + INDEX_CONTENT - 1) / INDEX_CONTENT;
	}
	return ST_OK;
}

static enum status
put_all(struct index_build *b, int fd, const unsigned char seal_sha256[32], struct err *err)
{
	unsigned char h[INDEX_PAGE], key[32];
	struct index_key user;
	uint64_t no = 0;
	enum status st;
	size_t i;

	if ((st = index_key_load(&user, true, err)) != ST_OK || (st = header(b, &user, seal_sha256, h, err)) != ST_OK ||
	    (st = index_key_file(&user, h, key, err)) != ST_OK)
		return st;
	st = put_page(fd, key, no++, h, err);
	for (i = 0; i < INDEX__MAX && st == ST_OK; i++)
		st = put_table(&b->tables[i], index_row_size[i], fd, key, &no, err);
	explicit_bzero(&user, sizeof(user));
	return st;
}

/* Beside the archive; the descriptor that is answered reads what was written. */
static enum status
put_beside(struct index_build *b, const char *path, const unsigned char seal_sha256[32], int *fd, struct err *err)
{
	struct fs_new f = { .dir = -1, .fd = -1 };
	struct buf name;
	enum status st;

	buf_init(&name, 8192);
	if ((st = index_path(path, &name, err)) == ST_OK && (st = fs_new_begin(&f, AT_FDCWD, name.p, err)) == ST_OK &&
	    (st = put_all(b, f.fd, seal_sha256, err)) == ST_OK && (*fd = fcntl(f.fd, F_DUPFD_CLOEXEC, 0)) >= 0)
		st = fs_new_commit(&f, err);
	fs_new_drop(&f);
	buf_free(&name);
	if (st != ST_OK)
		fs_drop(fd);
	return st == ST_OK && *fd < 0 ? ST_IO : st;
}

enum status
index_build_end(struct index_build *b, const char *path, const unsigned char seal_sha256[32], struct index **out, struct err *err)
{
	struct err quiet;
	enum status st;
	int fd = -1;

	*out = NULL;
	err_init(&quiet);
	if (path == NULL || (st = put_beside(b, path, seal_sha256, &fd, &quiet)) != ST_OK) {
		log_say(LOG_DEBUG_, "%s", path == NULL ? "an index apart" : quiet.text);
		if ((st = fs_nameless(-1, &fd, err)) != ST_OK || (st = put_all(b, fd, seal_sha256, err)) != ST_OK) {
			fs_drop(&fd);
			return st;
		}
	}
	if ((st = index_open(out, fd, b->archive, err)) == ST_OK)
		index_set_own(*out);
	return st == ST_END ? err_set(err, ST_CORRUPT, _("the archive changed while it was read")) : st;
}
