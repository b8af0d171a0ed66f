/* tarseek.c: see tarseek.h. */
#include "archive/tarseek.h"

#include <errno.h>
#include <unistd.h>

#include "archive/member.h"
#include "core/i18n.h"
#include "core/mem.h"

#define CHUNK	((size_t)128 << 10)

/* Up to ${CHUNK} bytes at ${at}; ST_CORRUPT at the end of the file. */
static enum status
some(const struct tarseek *t, uint64_t at, char *in, size_t *n, struct err *err)
{
	ssize_t got;

	if (at > (uint64_t)INT64_MAX - CHUNK)
		return err_set(err, ST_CORRUPT, _("%s ends early"), t->name);
	do
		got = pread(t->fd, in, CHUNK, (off_t)at);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return err_sys(err, _("cannot read %s"), t->name);
	*n = (size_t)got;
	return got == 0 ? err_set(err, ST_CORRUPT, _("%s ends early"), t->name) : ST_OK;
}

static enum status
run_plain(const struct tarseek *t, char *in, struct err *err)
{
	uint64_t at = t->from;
	enum status st;
	size_t n;

	while ((st = some(t, at, in, &n, err)) == ST_OK) {
		if ((st = t->put(t->ctx, (unsigned char *)in, n, err)) != ST_OK)
			break;
		at += n;
	}
	return st;
}

static enum status
run_gzip(const struct tarseek *t, struct member_reader *reader, char *in, char *out, struct err *err)
{
	uint64_t at = t->file_at, skip = t->from - t->tar_at;
	size_t n, k, used, got;
	bool ended = false;
	enum status st;

	member_begin(reader);
	while ((st = some(t, at, in, &n, err)) == ST_OK) {
		at += n;
		for (k = 0; !(ended && k == n); k += used) {
			size_t pass;

			if (ended)
				member_begin(reader);
			if ((st = member_read(reader, (struct str){ in + k, n - k }, &used, out, CHUNK, &got, &ended, err)) != ST_OK)
				return st;
			if (used == 0 && got == 0 && !ended)
				break;	/* wants more */
			pass = skip < got ? (size_t)skip : got;
			skip -= pass;
			if (got > pass && (st = t->put(t->ctx, (unsigned char *)out + pass, got - pass, err)) != ST_OK)
				return st;
		}
	}
	return st;
}

enum status
tarseek_run(const struct tarseek *t, struct err *err)
{
	struct member_reader *reader = NULL;
	char *in = mem_get(1, CHUNK, err), *out = mem_get(1, CHUNK, err);
	enum status st;

	if (in == NULL || out == NULL)
		st = ST_NOMEM;
	else if (!t->gzip)
		st = run_plain(t, in, err);
	else if (t->from < t->tar_at)
		st = err_set(err, ST_CORRUPT, _("%s: no member begins where one is said to"), t->name);
	else if ((st = member_reader_open(&reader, err)) == ST_OK)
		st = run_gzip(t, reader, in, out, err);
	member_reader_close(reader);
	mem_free(in);
	mem_free(out);
	return st == ST_END ? ST_OK : st;
}
