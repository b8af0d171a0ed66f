/* reader.c: 512-byte blocks to entries; see reader.h. */
#include "archive/reader.h"

#include <string.h>

#include "archive/names.h"
#include "archive/tar.h"
#include "core/i18n.h"
#include "core/limits.h"

#define AT_SIZE		124	/* ustar field offsets: POSIX.1-2017, pax, "ustar Interchange Format" */
#define AT_MTIME	136
#define AT_TYPE		156
#define DAY_S		86400
#define N_END		((size_t)2 * TAR_BLOCK)

void
reader_init(struct reader *r, const struct reader_events *on)
{
	memset(r, 0, sizeof(*r));
	r->on = on;
	r->want = TAR_BLOCK;
	buf_init(&r->expect, 4 * TAR_BLOCK);
}

void
reader_free(struct reader *r)
{
	buf_free(&r->expect);
}

const char *
reader_member(const struct reader *r)
{
	size_t n = strlen(r->root);

	return r->path[0] != '\0' && strlen(r->path) > n ? r->path + n + 1 : "";
}

static enum status
fault(struct reader *r, uint64_t at, const char *text, struct err *err)
{
	r->at_fault = true;
	r->fault_at = at;
	return err_set(err, ST_CORRUPT, "%s", text);
}

/* ${n} octal digits. */
static bool
octal(const unsigned char *p, size_t n, uint64_t *out)
{
	*out = 0;
	for (; n > 0; n--, p++) {
		if (*p < '0' || *p > '7')
			return false;
		*out = *out << 3 | (uint64_t)(*p - '0');
	}
	return true;
}

/* The size field as it stands in each of its three forms; the comparison with a header built anew settles which was right. */
static bool
read_size(const unsigned char *p, uint64_t *out)
{
	size_t i;

	if (p[0] != 0x80)
		return octal(p, p[11] == ' ' ? 11 : 12, out);
	if (p[1] != 0 || p[2] != 0 || p[3] != 0 || p[4] > 0x7f)
		return false;
	for (*out = 0, i = 4; i < 12; i++)
		*out = *out << 8 | p[i];
	return true;
}

static bool
zeros(const unsigned char *p, size_t n)
{
	return n == 0 || (p[0] == 0 && memcmp(p, p + 1, n - 1) == 0);
}

static enum status
set_root(struct reader *r, size_t n_path, struct err *err)
{
	const char *slash = memchr(r->path, '/', n_path);
	size_t n = slash == NULL ? 0 : (size_t)(slash - r->path);

	if (r->root[0] == '\0') {
		if (n == 0 || names_sequence((struct str){ r->path, n }) == 0)
			return fault(r, r->entry_at, _("the root directory is not an archive name"), err);
		memcpy(r->root, r->path, n);
		r->root[n] = '\0';
	} else if (n != strlen(r->root) || memcmp(r->root, r->path, n) != 0)
		return fault(r, r->entry_at, _("an entry lies outside the root directory"), err);
	return ST_OK;
}

/* One entry's header blocks are complete in ${block}. */
static enum status
take_header(struct reader *r, struct err *err)
{
	const unsigned char *h = r->block + r->want - TAR_BLOCK;
	const unsigned char *nul = memchr(h, 0, LIMIT_PATH);
	size_t n_path = nul == NULL ? LIMIT_PATH : (size_t)(nul - h);
	uint64_t size, mtime;
	enum status st;

	r->path[0] = '\0';
	if (!names_path_ok((struct str){ (const char *)h, n_path }))
		return fault(r, r->entry_at, _("the path of an entry is not one the format allows"), err);
	memcpy(r->path, h, n_path);
	r->path[n_path] = '\0';
	if ((st = set_root(r, n_path, err)) != ST_OK) {
		r->path[0] = '\0';
		return st;
	}
	if (!read_size(h + AT_SIZE, &size) || !octal(h + AT_MTIME, 11, &mtime))
		return fault(r, r->entry_at, _("the header of this entry is not the one the format allows"), err);
	if (r->entry_at == 0) {
		r->mtime_s = (int64_t)mtime;
		if (mtime % DAY_S != 0)
			return fault(r, r->entry_at, _("the time of an entry is not the beginning of a day"), err);
	}
	buf_clear(&r->expect);
	if ((st = tar_header(r->path, size, r->mtime_s, &r->expect, err)) == ST_NOMEM)
		return st;
	if (st != ST_OK || r->expect.n != r->want || memcmp(r->expect.p, r->block, r->want) != 0)
		return fault(r, r->entry_at, _("the header of this entry is not the one the format allows"), err);
	memcpy(r->last, reader_member(r), strlen(reader_member(r)) + 1);
	r->left = size;
	r->padding = tar_padding(size);
	r->state = READER_DATA;
	return r->on->entry(r->on->ctx, reader_member(r), size, r->entry_at, err);
}

/* Collect header blocks: one, three with pax, or two that end the archive. */
static enum status
push_header(struct reader *r, const unsigned char **p, size_t *n, struct err *err)
{
	size_t take = *n < r->want - r->n_block ? *n : r->want - r->n_block;

	if (r->n_block == 0)
		r->entry_at = r->at;
	memcpy(r->block + r->n_block, *p, take);
	*p += take;
	*n -= take;
	r->at += take;
	r->n_block += take;
	if (r->n_block < r->want)
		return ST_OK;
	if (r->want == TAR_BLOCK && r->block[0] == 0) {
		r->want = N_END;
		return ST_OK;
	}
	if (r->want == TAR_BLOCK && r->block[AT_TYPE] == 'x') {
		r->want = 3 * TAR_BLOCK;
		return ST_OK;
	}
	if (r->want == N_END) {
		r->path[0] = '\0';
		if (r->root[0] == '\0' || !zeros(r->block, N_END))
			return fault(r, r->entry_at, _("this is neither a header nor the end of a tar"), err);
		r->state = READER_END;
		return ST_OK;
	}
	r->n_block = 0;
	return take_header(r, err);
}

static enum status
push_data(struct reader *r, const unsigned char **p, size_t *n, struct err *err)
{
	size_t take = r->left < *n ? (size_t)r->left : *n;
	enum status st = take > 0 ? r->on->data(r->on->ctx, *p, take, err) : ST_OK;

	*p += take;
	*n -= take;
	r->at += take;
	r->left -= take;
	if (st != ST_OK || r->left > 0)
		return st;
	r->left = r->padding;
	r->state = READER_PADDING;
	return r->on->entry_end(r->on->ctx, err);
}

static enum status
push_padding(struct reader *r, const unsigned char **p, size_t *n, struct err *err)
{
	size_t take = r->left < *n ? (size_t)r->left : *n;

	if (!zeros(*p, take))
		return fault(r, r->at, _("the padding behind this entry is not zero"), err);
	*p += take;
	*n -= take;
	r->at += take;
	r->left -= take;
	if (r->left == 0) {
		r->state = READER_HEADER;
		r->want = TAR_BLOCK;
		r->n_block = 0;
		r->path[0] = '\0';
	}
	return ST_OK;
}

enum status
reader_push(struct reader *r, const unsigned char *p, size_t n, struct err *err)
{
	enum status st = ST_OK;

	/* Content of no length and padding of no length go by without a byte. */
	while (st == ST_OK && (n > 0 || (r->left == 0 && (r->state == READER_DATA || r->state == READER_PADDING)))) {
		switch (r->state) {
		case READER_HEADER:
			st = push_header(r, &p, &n, err);
			break;
		case READER_DATA:
			st = push_data(r, &p, &n, err);
			break;
		case READER_PADDING:
			st = push_padding(r, &p, &n, err);
			break;
		case READER_END:
			return fault(r, r->at, _("there are bytes behind the end of the tar"), err);
		}
	}
	return st;
}

enum status
reader_finish(struct reader *r, struct err *err)
{
	return r->state == READER_END ? ST_OK : fault(r, r->at, _("the tar ends too early"), err);
}
