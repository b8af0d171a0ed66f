/* csv_read.c: rows back from a table: only the cells that name the record are kept. */
#include "formats/csv_read.h"

#include <csv.h>
#include <inttypes.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/csv.h"

#define CHUNK ((size_t)64 << 10)
#define BOM "\xEF\xBB\xBF"

enum { CELL_ID, CELL_VERSION, CELL_KIND, CELL__MAX };
static const char *const cell_names[CELL__MAX] = { "id", "version", "kind" };

struct reading {
	const char *path, *stream;
	struct view_found *found;
	struct buf cells[CELL__MAX];
	bool has[CELL__MAX];
	size_t column[CELL__MAX]; /* SIZE_MAX: there is no such column */
	size_t at; /* column of the next cell */
	uint64_t row;
	enum status st;
	struct err *err;
};

struct str
csv_unguard(struct str cell)
{
	return csv_is_guarded(cell) ? (struct str){ cell.p + 1, cell.n - 1 } : cell;
}

static void
header_cell(struct reading *r, struct str cell)
{
	size_t i;

	for (i = 0; i < CELL__MAX; i++)
		if (str_is(cell, cell_names[i]) && r->column[i] == SIZE_MAX)
			r->column[i] = r->at;
}

static void
on_cell(void *bytes, size_t n, void *ctx)
{
	struct reading *r = ctx;
	const struct str cell = { bytes == NULL ? "" : bytes, n };
	size_t i;

	if (r->st != ST_OK)
		return;
	if (r->row == 0)
		header_cell(r, cell);
	for (i = 0; r->row > 0 && i < CELL__MAX; i++)
		if (r->column[i] == r->at) {
			buf_clear(&r->cells[i]);
			r->has[i] = bytes != NULL; /* NULL: without quotes, so without a value */
			r->st = buf_str_add(&r->cells[i], csv_unguard(cell), r->err);
		}
	r->at++;
}

static enum status
tell(struct reading *r)
{
	const struct str version = r->has[CELL_VERSION] ? buf_str(&r->cells[CELL_VERSION]) : STR_NONE;
	const char *stream = r->stream;

	if (stream == NULL)
		stream = str_is(buf_str(&r->cells[CELL_KIND]), "gap") ? "gaps" : "limits";
	return r->found->record(r->found, stream, buf_str(&r->cells[CELL_ID]), version, r->err);
}

static void
on_row(int end, void *ctx)
{
	struct reading *r = ctx;
	size_t i;

	(void)end;
	if (r->st == ST_OK && r->row == 0 &&
	    (r->column[CELL_ID] == SIZE_MAX || r->column[CELL_VERSION] == SIZE_MAX || (r->stream == NULL && r->column[CELL_KIND] == SIZE_MAX)))
		r->st = err_set(r->err, ST_INPUT, _("%s: not a table of records"), r->path);
	else if (r->st == ST_OK && r->row > 0)
		r->st = tell(r);
	for (i = 0; i < CELL__MAX; i++) {
		buf_clear(&r->cells[i]);
		r->has[i] = false;
	}
	r->at = 0;
	r->row++;
}

static int
no_space(unsigned char c)
{
	(void)c; /* deliberate: a blank at the end of a text is part of it */
	return 0;
}

static enum status
parse(struct csv_parser *p, struct reading *r, int fd, char *chunk)
{
	uint64_t at = 0;
	ssize_t n;

	if (pread(fd, chunk, 3, 0) == 3 && memcmp(chunk, BOM, 3) == 0)
		at = 3;
	while ((n = pread(fd, chunk, CHUNK, (off_t)at)) > 0) {
		if (csv_parse(p, chunk, (size_t)n, on_cell, on_row, r) != (size_t)n && r->st == ST_OK)
			return csv_error(p) == CSV_ENOMEM ? err_oom(r->err, 0)
							  : err_set(r->err, ST_INPUT, _("%s: row %" PRIu64 " is not CSV"), r->path, r->row + 1);
		if (r->st != ST_OK)
			return r->st;
		at += (uint64_t)n;
	}
	if (n < 0)
		return err_sys(r->err, _("cannot read %s"), r->path);
	if (csv_fini(p, on_cell, on_row, r) != 0 && r->st == ST_OK)
		return err_set(r->err, ST_INPUT, _("%s: row %" PRIu64 " is not CSV"), r->path, r->row + 1);
	return r->st;
}

enum status
csv_read_ids(int fd, const char *path, const char *stream, struct view_found *found, struct err *err)
{
	struct reading r = { .path = path, .stream = stream, .found = found, .column = { SIZE_MAX, SIZE_MAX, SIZE_MAX }, .st = ST_OK, .err = err };
	struct csv_parser p;
	char *chunk = mem_get(1, CHUNK, err);
	enum status st;
	size_t i;

	if (chunk == NULL)
		return ST_NOMEM;
	if (csv_init(&p, CSV_STRICT | CSV_STRICT_FINI | CSV_EMPTY_IS_NULL) != 0) {
		mem_free(chunk);
		return err_oom(err, 0);
	}
	csv_set_space_func(&p, no_space);
	for (i = 0; i < CELL__MAX; i++)
		buf_init(&r.cells[i], LIMIT_RECORD);
	if ((st = parse(&p, &r, fd, chunk)) == ST_OK && r.row == 0)
		st = err_set(err, ST_INPUT, _("%s: not a table of records"), path);
	for (i = 0; i < CELL__MAX; i++)
		buf_free(&r.cells[i]);
	csv_free(&p);
	mem_free(chunk);
	return st;
}
