/* gunzip.c: a file's gzip members one after the other (archive/member.h reads each), and nothing between or behind them. */
#include "archive/gunzip.h"

#include <errno.h>
#include <unistd.h>

#include "archive/member.h"
#include "core/i18n.h"
#include "core/mem.h"

#define IN_SIZE		((size_t)256 << 10)
#define OUT_SIZE	((size_t)256 << 10)

struct run {
	struct gunzip	*g;
	char		*in;
	unsigned char	*out;
	size_t		 n_in, i_in;	/* bytes in ${in}, and how many of them are used */
	uint64_t	 file_at;	/* file offset of in[0] */
};

/* The place of a fault; its words are in ${err} already. */
static enum status
fault_at(struct run *r, uint64_t at)
{
	r->g->at_fault = true;
	r->g->at = at;
	return ST_CORRUPT;
}

static enum status
fault(struct run *r, uint64_t at, const char *text, struct err *err)
{
	err_set(err, ST_CORRUPT, "%s", text);
	return fault_at(r, at);
}

/* Read on; ST_END at the end of the file. */
static enum status
fill(struct run *r, struct err *err)
{
	ssize_t n;

	r->file_at += r->n_in;
	r->n_in = r->i_in = 0;
	do
		n = pread(r->g->fd, r->in, IN_SIZE, (off_t)r->file_at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, _("cannot read %s"), r->g->name);
	r->n_in = (size_t)n;
	return n == 0 ? ST_END : ST_OK;
}

/* One member, whose first byte is in ${in}. */
static enum status
one_member(struct run *r, struct member_reader *reader, struct err *err)
{
	uint64_t from = r->file_at + r->i_in;
	bool ended = false;
	size_t used, got;
	struct err ignored;
	enum status st;

	if (r->g->member != NULL && (st = r->g->member(r->g->ctx, from, err)) != ST_OK)
		return st;
	member_begin(reader);
	while (!ended) {
		st = member_read(reader, (struct str){ r->in + r->i_in, r->n_in - r->i_in }, &used, r->out, OUT_SIZE, &got, &ended, err);
		r->i_in += used;
		if (st == ST_CORRUPT) {
			/* What came out before the fault: so whoever takes it knows in which file of the tar the fault lies. */
			err_init(&ignored);
			if (got > 0 && (st = r->g->put(r->g->ctx, r->out, got, &ignored)) != ST_OK && st != ST_CORRUPT)
				return err_set(err, st, "%s", ignored.text);
			return fault_at(r, from);
		}
		if (st != ST_OK || (got > 0 && (st = r->g->put(r->g->ctx, r->out, got, err)) != ST_OK))
			return st;
		if (used > 0 || got > 0 || ended)
			continue;
		if ((st = fill(r, err)) == ST_END)
			return fault(r, r->file_at, _("the file ends within a gzip member"), err);
		if (st != ST_OK)
			return st;
	}
	r->g->n_members++;
	return ST_OK;
}

static enum status
run_gzip(struct run *r, struct err *err)
{
	struct member_reader *reader;
	enum status st = member_reader_open(&reader, err);

	while (st == ST_OK) {
		if (r->i_in == r->n_in && (st = fill(r, err)) != ST_OK)
			break;
		st = one_member(r, reader, err);
	}
	member_reader_close(reader);
	return st == ST_END ? ST_OK : st;
}

static enum status
run_plain(struct run *r, struct err *err)
{
	enum status st;

	do
		st = r->g->put(r->g->ctx, (const unsigned char *)r->in, r->n_in, err);
	while (st == ST_OK && (st = fill(r, err)) == ST_OK);
	return st == ST_END ? ST_OK : st;
}

enum status
gunzip_run(struct gunzip *g, struct err *err)
{
	struct run r = { .g = g };
	enum status st = ST_NOMEM;

	g->gzip = g->at_fault = false;
	g->at = g->n_members = 0;
	if ((r.in = mem_get(1, IN_SIZE, err)) == NULL || (r.out = mem_get(1, OUT_SIZE, err)) == NULL)
		goto out;
	if ((st = fill(&r, err)) == ST_END)
		st = fault(&r, 0, _("the file is empty"), err);
	if (st != ST_OK)
		goto out;
	/* A tar begins with a path of our alphabet, never with these two bytes. */
	g->gzip = (unsigned char)r.in[0] == 0x1f && (r.n_in < 2 || (unsigned char)r.in[1] == 0x8b);
	st = g->gzip ? run_gzip(&r, err) : run_plain(&r, err);
out:
	mem_free(r.in);
	mem_free(r.out);
	return st;
}
