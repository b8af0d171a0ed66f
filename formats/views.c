/*
 * views.c: which record goes into which view.
 *
 * Tables are fed while the records come; only the ones used last stay open, so that an export over many years does not hold a buffer per
 * month: a table that was closed is opened again and goes on where its sink stands.
 */
#include "formats/views.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/columns.h"
#include "formats/csv.h"
#include "formats/org.h"
#include "formats/stamp.h"
#include "formats/xml_org.h"

#define OPEN_MAX	12	/* tables open at once */
#define STREAM_MAX	48	/* bytes of a stream's name and NUL */
#define PART_MAX	12	/* "-2026-11", "-undated", "-unknown" */

struct table {
	char		 stream[STREAM_MAX], part[PART_MAX];
	enum record_kind kind;
	struct writer	*writer;	/* NULL: free */
	uint64_t	 used;		/* the smallest one is closed first */
};

struct views {
	const struct format_options *opt;
	struct views_place *place;
	struct table	 tables[OPEN_MAX];
	uint64_t	 clock;
	struct stamp	 stamp;
	struct writer	*org_json, *org_xml;	/* opened by the first department or member */
};

enum status
views_open(struct views **out, const struct format_options *opt, struct views_place *place, struct err *err)
{
	struct views *v = mem_get(1, sizeof(*v), err);

	*out = v;
	if (v == NULL)
		return ST_NOMEM;
	v->opt = opt;
	v->place = place;
	stamp_init(&v->stamp);
	return ST_OK;
}

void
views_close(struct views *v)
{
	size_t i;

	if (v == NULL)
		return;
	for (i = 0; i < OPEN_MAX; i++)
		csv_format.close(v->tables[i].writer);
	org_format.close(v->org_json);
	xml_org_format.close(v->org_xml);
	mem_free(v);
}

/* A stream's name becomes part of a path. */
static bool
name_ok(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	size_t n = strlen(name);

	return n > 0 && n < STREAM_MAX && strspn(name, letters) == n && name[0] != '-' && name[0] != '_';
}

/* Which table of its stream: messages by month, objects that nobody could map, and the files of a renewal, apart from those that have columns. */
static void
part_of(struct views *v, const struct record *rec, char out[PART_MAX])
{
	char text[STAMP_LEN];
	int i;

	out[0] = '\0';
	if (rec->kind == REC_UNKNOWN)
		memcpy(out, "-unknown", sizeof("-unknown"));
	if (rec->kind == REC_FILE && strcmp(rec->stream, "renewal") == 0)	/* of the one stream that holds objects and files */
		memcpy(out, "-files", sizeof("-files"));
	if (rec->kind != REC_MESSAGE)
		return;
	i = record_field(REC_MESSAGE, "sent_at");
	if (i < 0 || stamp_local(&v->stamp, rec->n[i].ms, text) == 0) {
		memcpy(out, "-undated", sizeof("-undated"));
		return;
	}
	out[0] = '-';
	memcpy(out + 1, text, 7);
	out[8] = '\0';
}

static enum status
open_table(struct views *v, struct table *t, enum record_kind kind, const char *stream, const char *part, struct err *err)
{
	char path[LIMIT_PATH + 1];
	struct sink *sink;
	enum status st;

	if (!name_ok(stream))
		return err_set(err, ST_INPUT, _("\"%s\" cannot be the name of a stream"), stream);
	if (t->writer != NULL) {
		st = csv_format.finish(t->writer, err);
		csv_format.close(t->writer);
		t->writer = NULL;
		if (st != ST_OK)
			return st;
	}
	(void)snprintf(path, sizeof(path), "data/views/%s%s.csv", stream, part);	/* at most 11 + 47 + 11 + 4 */
	if ((st = v->place->sink(v->place, path, &sink, err)) != ST_OK)
		return st;
	if ((st = csv_format.open(&t->writer, kind, v->opt, sink, err)) != ST_OK) {
		(void)err_in(err, "%s", path);
		return st;
	}
	memcpy(t->stream, stream, strlen(stream) + 1);
	memcpy(t->part, part, strlen(part) + 1);
	t->kind = kind;
	return ST_OK;
}

static enum status
table_of(struct views *v, const struct record *rec, struct writer **out, struct err *err)
{
	struct table *oldest = &v->tables[0], *t;
	char part[PART_MAX];
	enum status st;

	part_of(v, rec, part);
	for (t = v->tables; t < v->tables + OPEN_MAX; t++) {
		if (t->writer != NULL && strcmp(t->part, part) == 0 && strcmp(t->stream, rec->stream) == 0)
			break;
		if (t->used < oldest->used)
			oldest = t;
	}
	if (t == v->tables + OPEN_MAX) {
		t = oldest;
		if ((st = open_table(v, t, rec->kind, rec->stream, part, err)) != ST_OK)
			return st;
	}
	t->used = ++v->clock;
	*out = t->writer;
	return ST_OK;
}

enum status
views_put(struct views *v, const struct record *rec, struct err *err)
{
	struct writer *w;
	enum status st;

	if (rec->kind == REC_GAP || rec->kind == REC_LIMIT)	/* one list of both, by views_finish */
		return ST_OK;
	if ((st = table_of(v, rec, &w, err)) != ST_OK)
		return st;
	if ((st = csv_format.put(w, rec, err)) != ST_OK)
		(void)err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
	return st;
}

/* --- whole views --- */

static enum status
open_at(struct views *v, const char *path, const struct format *format, enum record_kind kind, struct writer **out, struct err *err)
{
	struct sink *sink;
	enum status st;

	if ((st = v->place->sink(v->place, path, &sink, err)) != ST_OK)
		return st;
	if ((st = format->open(out, kind, v->opt, sink, err)) != ST_OK)
		(void)err_in(err, "%s", path);
	return st;
}

static enum status
each_gap(void *ctx, const struct record *rec, struct err *err)
{
	return csv_format.put(ctx, rec, err);
}

/* Always there, also without an entry: an empty list says more than a missing file. */
static enum status
gaps(struct views *v, struct record_iter *records, struct err *err)
{
	struct writer *w = NULL;
	enum status st;

	if ((st = open_at(v, "data/report/gaps.csv", &csv_format, REC_GAP, &w, err)) == ST_OK &&
	    (st = records->run(records, "gaps", each_gap, w, err)) == ST_OK &&
	    (st = records->run(records, "limits", each_gap, w, err)) == ST_OK)
		st = csv_format.finish(w, err);
	csv_format.close(w);
	return st;
}

static enum status
each_of_org(void *ctx, const struct record *rec, struct err *err)
{
	struct views *v = ctx;
	enum status st;

	if (rec->kind != REC_DEPARTMENT && rec->kind != REC_USER)	/* an object the description could not map: in its table only */
		return ST_OK;
	if (v->org_json == NULL && ((st = open_at(v, "data/views/org/org.json", &org_format, REC_DEPARTMENT, &v->org_json, err)) != ST_OK ||
	    (st = open_at(v, "data/views/org/departments.xml", &xml_org_format, REC_DEPARTMENT, &v->org_xml, err)) != ST_OK))
		return st;
	if ((st = org_format.put(v->org_json, rec, err)) != ST_OK || (st = xml_org_format.put(v->org_xml, rec, err)) != ST_OK)
		(void)err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
	return st;
}

static enum status
whole(struct views *v, const char *path, struct str content, struct err *err)
{
	struct sink *sink;
	enum status st = v->place->sink(v->place, path, &sink, err);

	return st == ST_OK ? sink_write(sink, content.p, content.n, err) : st;
}

/* The two streams are read once, for both views; without a department and a member there is no chart. */
static enum status
org(struct views *v, struct record_iter *records, struct err *err)
{
	enum status st;

	if ((st = records->run(records, "departments", each_of_org, v, err)) != ST_OK ||
	    (st = records->run(records, "users", each_of_org, v, err)) != ST_OK || v->org_json == NULL)
		return st;
	if ((st = org_format.finish(v->org_json, err)) != ST_OK || (st = xml_org_format.finish(v->org_xml, err)) != ST_OK)
		return st;
	return whole(v, "data/views/org/departments.xsd", xml_org_schema(), err);
}

static enum status
columns(struct views *v, struct err *err)
{
	struct buf out;
	enum status st;

	buf_init(&out, (size_t)1 << 20);
	if ((st = columns_write(v->opt, &out, err)) == ST_OK)
		st = whole(v, "data/views/columns.csv", buf_str(&out), err);
	buf_free(&out);
	return st;
}

enum status
views_finish(struct views *v, struct record_iter *records, struct err *err)
{
	enum status st;
	size_t i;

	for (i = 0; i < OPEN_MAX; i++)
		if (v->tables[i].writer != NULL && (st = csv_format.finish(v->tables[i].writer, err)) != ST_OK)
			return st;
	if ((st = gaps(v, records, err)) != ST_OK || (st = org(v, records, err)) != ST_OK)
		return st;
	return columns(v, err);
}
