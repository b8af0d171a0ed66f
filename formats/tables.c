/*
 * tables.c: which record goes into which table.
 *
 * Tables are fed while the records come; only the ones used last stay open, so that an export over many years does not hold a buffer per
 * month: a table that was closed is opened again and goes on where its sink stands.
 */
#include "formats/tables.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/columns.h"
#include "formats/csv.h"

#define OPEN_MAX 12 /* tables open at once */
#define N_ENDS   3  /* parts that are no months */
#define PART_MAX 12 /* "-2026-11", "-undated", "-unknown" */

struct table {
	char name[TABLES_NAME];
	struct writer *writer; /* NULL: free */
	uint64_t used; /* the smallest one is closed first */
};

struct tables {
	const struct format_options *opt;
	struct view_place *place;
	struct table open[OPEN_MAX];
	uint64_t clock;
	struct stamp stamp;
};

enum status
tables_open(struct tables **out, const struct format_options *opt, struct view_place *place, struct err *err)
{
	struct tables *t = mem_get(1, sizeof(*t), err);

	*out = t;
	if (t == NULL)
		return ST_NOMEM;
	t->opt = opt;
	t->place = place;
	stamp_init(&t->stamp);
	return ST_OK;
}

void
tables_close(struct tables *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < OPEN_MAX; i++)
		csv_format.close(t->open[i].writer);
	mem_free(t);
}

/* A stream's name becomes part of a path. */
static bool
name_ok(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t n = strlen(name);

	return n > 0 && n < TABLES_STREAM && strspn(name, letters) == n && name[0] != '-' && name[0] != '_';
}

/* Messages by month; objects that nobody could map, and the files of a renewal, apart from those that have other columns. */
static void
part_of(struct stamp *stamp, const struct record *rec, char out[PART_MAX])
{
	char text[STAMP_LEN];

	out[0] = '\0';
	if (rec->kind == REC_UNKNOWN)
		memcpy(out, "-unknown", sizeof("-unknown"));
	if (rec->kind == REC_FILE && strcmp(rec->stream, "renewal") == 0)	/* of the one stream that holds objects and files */
		memcpy(out, "-files", sizeof("-files"));
	if (rec->kind != REC_MESSAGE)
		return;
	if (stamp_local(stamp, rec->n[MESSAGE_SENT_AT].ms, text) == 0) {
		memcpy(out, "-undated", sizeof("-undated"));
		return;
	}
	out[0] = '-';
	memcpy(out + 1, text, 7);
	out[8] = '\0';
}

enum status
tables_name(struct stamp *stamp, const struct record *rec, char out[TABLES_NAME], struct err *err)
{
	char part[PART_MAX];

	if (!name_ok(rec->stream))
		return err_set(err, ST_INPUT, _("\"%s\" cannot be the name of a stream"), rec->stream);
	part_of(stamp, rec, part);
	(void)snprintf(out, TABLES_NAME, "%s%s", rec->stream, part); /* at most 47 + 11 */
	return ST_OK;
}

/* Of the length of ${s}: does it end in "-2026-11"? */
static bool
is_month(const char *s, size_t n)
{
	static const char shape[] = "-dddd-dd";
	size_t i;

	for (i = 0; n >= 8 && i < 8; i++)
		if (shape[i] == 'd' ? s[n - 8 + i] < '0' || s[n - 8 + i] > '9' : s[n - 8 + i] != shape[i])
			return false;
	return n > 8;
}

bool
tables_stream(const char *path, const char *suffix, char stream[TABLES_STREAM])
{
	static const char dir[] = "data/views/";
	static const char *const ends[] = { "-undated", "-unknown", "-files" };
	const char *name = path + sizeof(dir) - 1;
	size_t n = strlen(path), k = strlen(suffix), i;

	if (n <= sizeof(dir) - 1 + k || strncmp(path, dir, sizeof(dir) - 1) != 0 || strcmp(path + n - k, suffix) != 0 || strchr(name, '/') != NULL ||
	    strncmp(name, "columns.", 8) == 0)
		return false;
	n -= sizeof(dir) - 1 + k;
	for (i = 0; i < N_ENDS; i++)
		if (n > strlen(ends[i]) && memcmp(name + n - strlen(ends[i]), ends[i], strlen(ends[i])) == 0) {
			n -= strlen(ends[i]);
			break;
		}
	if (i == N_ENDS && is_month(name, n))
		n -= 8;
	if (n >= TABLES_STREAM)
		return false;
	memcpy(stream, name, n);
	stream[n] = '\0';
	return name_ok(stream);
}

static enum status
open_table(struct tables *t, struct table *at, enum record_kind kind, const char *name, struct err *err)
{
	char path[LIMIT_PATH + 1];
	struct sink *sink;
	enum status st;

	if (at->writer != NULL) {
		st = csv_format.finish(at->writer, err);
		csv_format.close(at->writer);
		at->writer = NULL;
		if (st != ST_OK)
			return st;
	}
	(void)snprintf(path, sizeof(path), "data/views/%s.csv", name);
	if ((st = t->place->append(t->place, path, &sink, err)) != ST_OK)
		return st;
	if ((st = csv_format.open(&at->writer, kind, t->opt, sink, err)) != ST_OK) {
		(void)err_in(err, "%s", path);
		return st;
	}
	memcpy(at->name, name, strlen(name) + 1);
	return ST_OK;
}

static enum status
table_of(struct tables *t, const struct record *rec, struct writer **out, struct err *err)
{
	struct table *oldest = &t->open[0], *at;
	char name[TABLES_NAME];
	enum status st;

	if ((st = tables_name(&t->stamp, rec, name, err)) != ST_OK)
		return st;
	for (at = t->open; at < t->open + OPEN_MAX; at++) {
		if (at->writer != NULL && strcmp(at->name, name) == 0)
			break;
		if (at->used < oldest->used)
			oldest = at;
	}
	if (at == t->open + OPEN_MAX) {
		at = oldest;
		if ((st = open_table(t, at, rec->kind, name, err)) != ST_OK)
			return st;
	}
	at->used = ++t->clock;
	*out = at->writer;
	return ST_OK;
}

enum status
tables_put(struct tables *t, const struct record *rec, struct err *err)
{
	struct writer *w;
	enum status st;

	if (!(TABLES_KINDS & 1u << rec->kind))
		return ST_OK;
	if ((st = table_of(t, rec, &w, err)) != ST_OK)
		return st;
	if ((st = csv_format.put(w, rec, err)) != ST_OK)
		(void)err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
	return st;
}

static enum status
columns(struct tables *t, struct err *err)
{
	struct sink *sink;
	struct buf out;
	enum status st;

	buf_init(&out, (size_t)1 << 20);
	if ((st = columns_write(t->opt, &out, err)) == ST_OK && (st = t->place->begin(t->place, "data/views/columns.csv", &sink, err)) == ST_OK &&
	    (st = sink_write(sink, out.p, out.n, err)) == ST_OK)
		st = t->place->end(t->place, err);
	buf_free(&out);
	return st;
}

enum status
tables_finish(struct tables *t, struct err *err)
{
	enum status st;
	size_t i;

	for (i = 0; i < OPEN_MAX; i++)
		if (t->open[i].writer != NULL && (st = csv_format.finish(t->open[i].writer, err)) != ST_OK)
			return st;
	return columns(t, err);
}
