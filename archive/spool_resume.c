/* spool_resume.c: a spool as it is made, and as it is found again. */
#include "archive/spool.h"

#include <stdio.h>

#include "archive/spool_parts.h"
#include "core/i18n.h"
#include "core/mem.h"

#define CHUNK	((size_t)64 << 10)

enum status
spool_open(struct spool **out, struct spools *all, const char *name, bool records, struct err *err)
{
	size_t n = strlen(name) + 1;
	struct spool *s;
	enum status st;

	if ((*out = s = mem_get(1, sizeof(*s), err)) == NULL)
		return ST_NOMEM;
	s->all = all;
	s->tail_fd = s->members_fd = -1;
	s->gen = 1;
	buf_init(&s->wait, SPOOL_WARM_MAX);
	if ((s->name = mem_get(1, n, err)) == NULL || (records && (s->tree = mem_get(1, sizeof(*s->tree), err)) == NULL))
		st = ST_NOMEM;
	else
		st = hashes_begin(&s->hashes, all->set, err);
	if (st != ST_OK) {
		spool_close(s);
		*out = NULL;
		return st;
	}
	memcpy(s->name, name, n);
	if (records)
		tree_init(s->tree);
	return ST_OK;
}

/* Content in pieces of any size: into hash and tree, line by line for records. */
struct replay { struct spool *s; struct buf line; };

static enum status
replay_bytes(struct replay *r, const char *p, size_t n, bool packed, struct err *err)
{
	struct spool *s = r->s;
	unsigned char leaf[32];
	const char *lf;
	enum status st;
	struct str line;

	if ((st = hashes_add(&s->hashes, p, n, err)) != ST_OK)
		return st;
	s->n_bytes += n;
	while (s->tree != NULL && n > 0) {
		lf = memchr(p, '\n', n);
		line = (struct str){ p, lf != NULL ? (size_t)(lf - p) : n };
		if ((r->line.n > 0 || lf == NULL) && (st = buf_str_add(&r->line, line, err)) != ST_OK)
			return st;
		if (lf == NULL)
			return ST_OK;
		if (r->line.n > 0)
			line = buf_str(&r->line);
		s->n_records++;
		if (packed && ((st = tree_leaf(&s->all->digest, line.p, line.n, leaf, err)) != ST_OK ||
		    (st = tree_add(s->tree, &s->all->digest, leaf, err)) != ST_OK))
			return st;
		buf_clear(&r->line);
		n -= (size_t)(lf + 1 - p);
		p = lf + 1;
	}
	return ST_OK;
}

static enum status
replay_members(struct replay *r, int fd, const char *name, struct err *err)
{
	struct member_reader *reader = NULL;
	char *in = mem_get(1, CHUNK, err), *out = mem_get(1, CHUNK, err);
	uint64_t at = 0;
	bool ended = true;
	enum status st;
	size_t n, k, used, got;

	if (in == NULL || out == NULL)
		st = ST_NOMEM;
	else
		st = member_reader_open(&reader, err);
	while (st == ST_OK && at < r->s->packed) {
		n = r->s->packed - at < CHUNK ? (size_t)(r->s->packed - at) : CHUNK;
		if ((st = fs_pread_all(fd, name, in, n, at, err)) != ST_OK)
			break;
		at += n;
		for (k = 0; st == ST_OK; k += used) {
			if (ended && k == n)
				break;
			if (ended)
				member_begin(reader);
			if ((st = member_read(reader, (struct str){ in + k, n - k }, &used, out, CHUNK, &got, &ended, err)) != ST_OK)
				break;
			if (used == 0 && got == 0 && !ended) {
				if (k < n)
					st = err_set(err, ST_CORRUPT, _("a member cannot be read"));
				break;
			}
			st = replay_bytes(r, out, got, true, err);
		}
	}
	if (st == ST_OK && !ended)
		st = err_set(err, ST_CORRUPT, _("%s ends inside a member"), name);
	else if (st == ST_CORRUPT)
		err_in(err, "%s", name);
	member_reader_close(reader);
	mem_free(in);
	mem_free(out);
	return st;
}

static enum status
replay_tail(struct replay *r, int fd, const char *name, uint64_t length, struct err *err)
{
	char *chunk = mem_get(1, CHUNK, err);
	uint64_t at;
	enum status st = ST_OK;
	size_t n;

	if (chunk == NULL)
		return ST_NOMEM;
	for (at = 0; at < length && st == ST_OK; at += n) {
		n = length - at < CHUNK ? (size_t)(length - at) : CHUNK;
		if ((st = fs_pread_all(fd, name, chunk, n, at, err)) == ST_OK)
			st = replay_bytes(r, chunk, n, false, err);
	}
	mem_free(chunk);
	return st;
}

enum status
spool_resume(struct spool **out, struct spools *all, const char *name, bool records, const struct spool_mark *mark, struct err *err)
{
	char file[SPOOL_FILE_MAX];
	struct replay r;
	struct spool *s;
	uint64_t before;
	enum status st;

	if ((st = spool_open(out, all, name, records, err)) != ST_OK)
		return st;
	r.s = s = *out;
	buf_init(&r.line, (size_t)32 << 20);
	s->packed = mark->packed;
	s->gen = mark->gen;
	if ((st = spool_touch(s, err)) != ST_OK)
		goto out;
	if (mark->packed > 0) {
		s->has_members = true;
		spool_members_name(s, file);
		if ((st = fs_open_append(all->dir, file, mark->packed, &s->members_fd, err)) != ST_OK ||
		    (st = replay_members(&r, s->members_fd, file, err)) != ST_OK)
			goto out;
	}
	before = s->n_records;
	if (mark->tail > 0) {
		s->tail_made = true;
		spool_tail_name(s, file);
		if ((st = fs_open_append(all->dir, file, mark->tail, &s->tail_fd, err)) != ST_OK ||
		    (st = replay_tail(&r, s->tail_fd, file, mark->tail, err)) != ST_OK)
			goto out;
	}
	s->tail = mark->tail;
	s->tail_records = mark->tail_records;
	spool_kept(s);
	if (r.line.n > 0 || (records && s->n_records - before != mark->tail_records))
		st = err_set(err, ST_CORRUPT, _("%s: records are cut"), name);
out:
	buf_free(&r.line);
	if (st != ST_OK) {
		spool_close(s);
		*out = NULL;
	}
	return st;
}
