/* writer_iter.c: the records again, for views that need all of them: straight from the members in the tar. */
#include "archive/writer_parts.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/mem.h"

#define CHUNK	((size_t)64 << 10)

struct walk {
	const struct archive *a;
	const char	*stream;
	enum status	(*each)(void *ctx, const struct record *, struct err *);
	void		*ctx;
	struct member_reader *reader;
	char		*in, *out;
	struct buf	 line;		/* begun in an earlier piece */
	struct arena	 arena;
	uint64_t	 n_records;
};

static enum status
give(struct walk *w, struct str line, struct err *err)
{
	struct record rec;
	enum status st;

	arena_reset(&w->arena);
	if ((st = record_decode(line, &w->arena, &rec, err)) != ST_OK)
		return st == ST_INPUT ? err_set(err, ST_CORRUPT, _("a record in the archive cannot be read again")) : st;
	rec.stream = w->stream;
	w->n_records++;
	return w->each(w->ctx, &rec, err);
}

static enum status
give_lines(struct walk *w, const char *p, size_t n, struct err *err)
{
	const char *lf;
	enum status st;

	for (; n > 0 && (lf = memchr(p, '\n', n)) != NULL; n -= (size_t)(lf + 1 - p), p = lf + 1) {
		if (w->line.n == 0) {
			st = give(w, (struct str){ p, (size_t)(lf - p) }, err);
		} else if ((st = buf_add(&w->line, p, (size_t)(lf - p), err)) == ST_OK) {
			st = give(w, buf_str(&w->line), err);
			buf_clear(&w->line);
		}
		if (st != ST_OK)
			return st;
	}
	return buf_add(&w->line, p, n, err);
}

static enum status
walk_members(struct walk *w, int fd, uint64_t at, uint64_t length, struct err *err)
{
	const uint64_t end = at + length;
	size_t n, k, used, got;
	bool ended = true;
	enum status st = ST_OK;

	while (st == ST_OK && at < end) {
		n = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
		if ((st = fs_pread_all(fd, w->a->params.name, w->in, n, at, err)) != ST_OK)
			break;
		at += n;
		for (k = 0; st == ST_OK && !(ended && k == n); k += used) {
			if (ended)
				member_begin(w->reader);
			if ((st = member_read(w->reader, (struct str){ w->in + k, n - k }, &used, w->out, CHUNK, &got, &ended, err)) != ST_OK ||
			    (used == 0 && got == 0 && !ended))
				break;
			st = give_lines(w, w->out, got, err);
		}
	}
	if (st == ST_OK && (!ended || w->line.n > 0))
		st = err_set(err, ST_CORRUPT, _("a segment in the archive is cut"));
	return st;
}

/* "<offset> <length> <records> <path>" */
static enum status
walk_segment(struct walk *w, const char *text, const char *path, struct err *err)
{
	const char *tail = path + strlen("data/records/");
	unsigned long long offset, length, records;
	char name[LIMIT_PATH + 32];
	enum status st;
	int own = -1;

	if (sscanf(text, "%20llu %20llu %20llu ", &offset, &length, &records) != 3)
		return err_set(err, ST_CORRUPT, _("the list of segments is damaged"));
	w->n_records = 0;
	/* Of an encrypted archive: "<stream>/<number>.jsonl" is in the file r.<stream>.<number>.members. */
	if (w->a->to != NULL) {
		snprintf(name, sizeof(name), "r.%.*s.%.6s.members", (int)strcspn(tail, "/"), tail, tail + strcspn(tail, "/") + 1);
		if ((st = fs_open_read(w->a->work, name, &own, err)) != ST_OK)
			return st;
	}
	st = walk_members(w, own >= 0 ? own : w->a->fd, offset, length, err);
	fs_drop(&own);
	if (st == ST_OK && w->n_records != records)
		st = err_set(err, ST_CORRUPT, _("%s: records are missing"), path);
	return st;
}

static enum status
walk_stream(struct walk *w, const char *stream, char *list, struct err *err)
{
	char prefix[LIMIT_PATH + 32], *line, *save = NULL, *path;
	enum status st = ST_OK;

	snprintf(prefix, sizeof(prefix), "data/records/%s/", stream);
	for (line = strtok_r(list, "\n", &save); line != NULL && st == ST_OK; line = strtok_r(NULL, "\n", &save))
		if ((path = strrchr(line, ' ')) != NULL && strncmp(path + 1, prefix, strlen(prefix)) == 0)
			st = walk_segment(w, line, path + 1, err);
	return st;
}

static enum status
run(struct record_iter *iter, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	struct archive *a = ((struct writer_iter *)iter)->archive;
	struct walk w = { .a = a, .stream = stream, .each = each, .ctx = ctx };
	struct buf list;
	enum status st;

	if ((st = writer_check(a, ARCHIVE_VIEWS, err)) != ST_OK)
		return st;
	buf_init(&list, (size_t)64 << 20);
	buf_init(&w.line, LIMIT_RECORD + 64);
	arena_init(&w.arena, LIMIT_ARENA);
	if ((w.in = mem_get(1, CHUNK, err)) == NULL || (w.out = mem_get(1, CHUNK, err)) == NULL)
		st = ST_NOMEM;
	else if ((st = member_reader_open(&w.reader, err)) == ST_OK && (st = fs_load(a->work, "offsets.part", list.max - 1, &list, err)) == ST_OK &&
	    (st = buf_z(&list, err)) == ST_OK)
		st = walk_stream(&w, stream, list.p, err);
	member_reader_close(w.reader);
	mem_free(w.in);
	mem_free(w.out);
	arena_free(&w.arena);
	buf_free(&w.line);
	buf_free(&list);
	return st;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static enum status
streams(struct record_iter *iter, enum status (*each)(void *, const char *, struct err *), void *ctx, struct err *err)
{
	struct archive *a = ((struct writer_iter *)iter)->archive;
	const char **names = mem_get(a->n_streams + 1, sizeof(*names), err);
	enum status st = ST_OK;
	size_t i, n = 0;

	if (names == NULL)
		return ST_NOMEM;
	for (i = 0; i < a->n_streams; i++)
		if (a->streams[i].n_records > 0)
			names[n++] = a->streams[i].name;
	qsort(names, n, sizeof(*names), by_name);
	for (i = 0; i < n && st == ST_OK; i++)
		st = each(ctx, names[i], err);
	mem_free(names);
	return st;
}

struct record_iter *
archive_records(struct archive *a)
{
	a->iter.iter.run = run;
	a->iter.iter.streams = streams;
	a->iter.archive = a;
	return &a->iter.iter;
}
