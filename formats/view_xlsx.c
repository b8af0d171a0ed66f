/* view_xlsx.c: which record goes into which workbook, some workbooks at a time. */
#include "formats/view_xlsx.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/tables.h"
#include "formats/xlsx_book.h"

#define OPEN_MAX 24u /* workbooks at once: two years of messages in one pass over them, in some 14 MiB */

struct making {
	const struct view_input *in;
	struct view_place *place;
	const char *stream;
	struct xlsx_notes gaps; /* of the stream */
	struct stamp stamp;
	struct { char table[TABLES_NAME]; struct xlsx_book *book; } open[OPEN_MAX];
	size_t n_open, last; /* last: used last */
	char (*done)[TABLES_NAME]; /* sorted: tables of earlier passes over the stream */
	size_t n_done;
	bool more; /* a table had no place in this pass */
};

static int
order(const void *a, const void *b)
{
	return strcmp(a, b);
}

/* The open workbook of ${table}; NULL in *out: it was made before or is left for later. */
static enum status
book_of(struct making *m, const struct record *rec, const char *table, struct xlsx_book **out, struct err *err)
{
	const struct xlsx_book_spec spec = { .in = m->in, .stream = m->stream, .table = m->open[m->n_open % OPEN_MAX].table, .kind = rec->kind, .gaps = &m->gaps };
	enum status st;
	size_t i;

	*out = NULL;
	if (m->last < m->n_open && strcmp(m->open[m->last].table, table) == 0) {
		*out = m->open[m->last].book;
		return ST_OK;
	}
	for (i = 0; i < m->n_open; i++)
		if (strcmp(m->open[i].table, table) == 0) {
			m->last = i;
			*out = m->open[i].book;
			return ST_OK;
		}
	if (m->n_done > 0 && bsearch(table, m->done, m->n_done, TABLES_NAME, order) != NULL)
		return ST_OK;
	if (m->n_open == OPEN_MAX) {
		m->more = true;
		return ST_OK;
	}
	(void)snprintf(m->open[m->n_open].table, TABLES_NAME, "%s", table);
	if ((st = xlsx_book_open(&m->open[m->n_open].book, &spec, err)) != ST_OK)
		return st;
	m->last = m->n_open++;
	*out = m->open[m->last].book;
	return ST_OK;
}

static enum status
each_record(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	struct xlsx_book *book;
	char table[TABLES_NAME];
	enum status st;

	if (!(TABLES_KINDS & 1u << rec->kind))
		return ST_OK;
	if ((st = tables_name(&m->stamp, rec, table, err)) != ST_OK || (st = book_of(m, rec, table, &book, err)) != ST_OK || book == NULL)
		return st;
	if ((st = xlsx_book_put(book, rec, err)) != ST_OK)
		(void)err_in(err, "%s %.*s", rec->stream, rec->id.n > 256 ? 256 : (int)rec->id.n, rec->id.p == NULL ? "" : rec->id.p);
	return st;
}

static void
drop(struct making *m)
{
	while (m->n_open > 0)
		xlsx_book_close(m->open[--m->n_open].book);
	m->more = false;
	m->last = 0;
}

/* What this pass has filled becomes files. */
static enum status
put_down(struct making *m, struct err *err)
{
	char path[LIMIT_PATH + 1], (*grown)[TABLES_NAME];
	enum status st = ST_OK;
	struct sink *sink;
	size_t i;

	if (m->n_open == 0)
		return ST_OK;
	if ((grown = mem_grow(m->done, m->n_done + m->n_open, TABLES_NAME, err)) == NULL)
		return ST_NOMEM;
	m->done = grown;
	for (i = 0; st == ST_OK && i < m->n_open; i++) {
		(void)snprintf(path, sizeof(path), "data/views/%s.xlsx", m->open[i].table);
		if ((st = m->place->begin(m->place, path, &sink, err)) != ST_OK)
			return st;
		if ((st = xlsx_book_finish(m->open[i].book, sink, err)) != ST_OK) {
			(void)err_in(err, "%s", path);
			return st;
		}
		st = m->place->end(m->place, err);
		memcpy(m->done[m->n_done++], m->open[i].table, TABLES_NAME);
		xlsx_book_close(m->open[i].book);
		m->open[i].book = NULL;
	}
	qsort(m->done, m->n_done, TABLES_NAME, order);
	return st;
}

static enum status
each_stream(void *ctx, const char *stream, struct err *err)
{
	struct making *m = ctx;
	bool more = true;
	enum status st;

	m->stream = stream;
	m->n_done = 0;
	xlsx_notes_init(&m->gaps);
	for (st = xlsx_notes_gaps(&m->gaps, m->in, stream, err); st == ST_OK && more; drop(m)) {
		if ((st = m->in->records->run(m->in->records, stream, each_record, m, err)) == ST_OK)
			st = put_down(m, err);
		more = m->more;
	}
	drop(m);
	xlsx_notes_free(&m->gaps);
	return st;
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct making *m = mem_get(1, sizeof(*m), err);
	enum status st;

	if (m == NULL)
		return ST_NOMEM;
	m->in = in;
	m->place = place;
	stamp_init(&m->stamp);
	st = in->records->streams(in->records, each_stream, m, err);
	mem_free(m->done);
	mem_free(m);
	return st;
}

static bool
owns(const char *path)
{
	char stream[TABLES_STREAM];

	return tables_stream(path, ".xlsx", stream);
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	char stream[TABLES_STREAM];

	if (!tables_stream(path, ".xlsx", stream))
		return err_set(err, ST_INPUT, _("%s: not the path of a table"), path);
	return xlsx_read_ids(fd, path, stream, found, err);
}

const struct view_family xlsx_view = { "xlsx", N_("the same tables as workbooks for spreadsheets"), TABLES_KINDS, VIEW_USUAL, make, owns, read_back, { 60, 0, 160u << 10 } };
