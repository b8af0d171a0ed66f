/* opener.c: see opener.h. */
#include "archive/opener.h"

#include <string.h>

#include "core/i18n.h"
#include "core/mem.h"

#define OUT_SIZE	((size_t)256 << 10)
#define SIZE_MAX_PART	(CRYPT_PART + CRYPT_HEAD_MAX + CRYPT_TAIL)

void
opener_free(struct opener *o)
{
	if (o->part.p != NULL)
		explicit_bzero(o->part.p, o->part.cap);
	buf_free(&o->part);
	member_reader_close(o->gz);
	mem_free(o->out);
	o->gz = NULL;
	o->out = NULL;
}

static enum status
cut(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("what an encrypted file's parts give is not one whole gzip stream"));
}

enum status
opener_part(struct opener *o, bool first, uint64_t size, struct err *err)
{
	enum status st;

	if (first) {
		o->in_file = true;
		o->in_member = o->empty = o->last = false;
		o->n_bytes = 0;
	}
	if (size > SIZE_MAX_PART)
		return err_set(err, ST_CORRUPT, _("an encrypted part of %ju bytes"), (uintmax_t)size);
	if (o->gz == NULL && (st = member_reader_open(&o->gz, err)) != ST_OK)
		return st;
	if (o->out == NULL && (o->out = mem_get(1, OUT_SIZE, err)) == NULL)
		return ST_NOMEM;
	if (o->part.max == 0)
		buf_init(&o->part, (size_t)SIZE_MAX_PART);
	buf_clear(&o->part);
	return buf_room(&o->part, (size_t)size, err);
}

enum status
opener_add(struct opener *o, const void *p, size_t n, struct err *err)
{
	return buf_add(&o->part, p, n, err);
}

static enum status
unzip(struct opener *o, struct str text, struct err *err)
{
	size_t used, got;
	enum status st;
	bool ended;

	while (text.n > 0 || o->in_member) {
		if (!o->in_member) {
			member_begin(o->gz);
			o->in_member = true;
		}
		if ((st = member_read(o->gz, text, &used, o->out, OUT_SIZE, &got, &ended, err)) != ST_OK)
			return st;
		text = (struct str){ text.p + used, text.n - used };
		o->n_bytes += got;
		if (got > 0 && (st = o->put(o->ctx, o->out, got, err)) != ST_OK)
			return st;
		if (ended)
			o->in_member = false;
		else if (used == 0 && got == 0)
			return text.n == 0 ? ST_OK : cut(err);
	}
	return ST_OK;
}

enum status
opener_part_end(struct opener *o, struct err *err)
{
	struct str text;
	enum status st;
	bool first = o->n_bytes == 0 && !o->in_member;

	if (o->last || o->empty)
		return err_set(err, ST_CORRUPT, _("a part follows one that is shorter than 64 MiB"));
	if ((st = crypt_open(o->key, &o->part, &text, err)) != ST_OK)
		return st;
	o->last = text.n < CRYPT_PART;
	o->empty = first && text.n == MEMBER_EMPTY && memcmp(text.p, member_empty, MEMBER_EMPTY) == 0;
	st = o->empty ? ST_OK : unzip(o, text, err);
	explicit_bzero(o->part.p, o->part.n);
	return st;
}

enum status
opener_file_end(struct opener *o, struct err *err)
{
	bool whole = o->in_file && !o->in_member && (o->empty || o->n_bytes > 0);

	o->in_file = false;
	return whole ? ST_OK : cut(err);
}
