/* xlsx_read.c: records back from a workbook: of every row only the cells that name its record are kept. */
#include "formats/view_xlsx.h"

#include <limits.h>

#include "core/arena.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/xlsx_scan.h"
#include "formats/xlsx_text.h"
#include "formats/xlsx_zip.h"

#define CHUNK ((size_t)64 << 10)
#define STRINGS_MAX ((size_t)256 << 20) /* bytes of shared strings: our own workbooks have none */

enum { CELL_ID, CELL_VERSION, CELL__MAX };
static const char *const cell_names[CELL__MAX] = { "id", "version" };

struct reading {
	const char *path, *stream;
	struct view_found *found;
	char *chunk;
	struct arena strings; /* shared ones */
	struct str *string;
	size_t n_strings, n_cap;
	struct buf cells[CELL__MAX], header;
	bool has[CELL__MAX];
	unsigned column[CELL__MAX]; /* UINT_MAX: there is no such column on this sheet */
	unsigned n_tables; /* sheets that are one */
};

static enum status
string_of(struct reading *r, bool shared, struct str *text, struct err *err)
{
	uint64_t i;

	if (!shared || text->p == NULL)
		return ST_OK;
	if (r->n_strings == 0 || str_u64(*text, 0, r->n_strings - 1, &i, NULL) != ST_OK)
		return err_set(err, ST_INPUT, _("%s: a cell names a string that is not there"), r->path);
	*text = r->string[i];
	return ST_OK;
}

/* "消息编号 id": the last word is the column's name. */
static enum status
header_cell(struct reading *r, unsigned column, struct str text, struct err *err)
{
	size_t i, from;
	enum status st;

	buf_clear(&r->header);
	if ((st = xlsx_text_back(text, &r->header, err)) != ST_OK)
		return st;
	for (from = r->header.n; from > 0 && r->header.p[from - 1] != ' '; from--)
		;
	for (i = 0; i < CELL__MAX; i++)
		if (r->column[i] == UINT_MAX && r->header.n > 0 && str_is((struct str){ r->header.p + from, r->header.n - from }, cell_names[i]))
			r->column[i] = column;
	return ST_OK;
}

static bool
is_table(const struct reading *r)
{
	return r->column[CELL_ID] != UINT_MAX && r->column[CELL_VERSION] != UINT_MAX;
}

static enum status
on_cell(void *ctx, uint32_t row, unsigned column, bool shared, struct str text, struct err *err)
{
	struct reading *r = ctx;
	enum status st;
	size_t i;

	if (row > 1 && (!is_table(r) || (column != r->column[CELL_ID] && column != r->column[CELL_VERSION])))
		return ST_OK;
	if ((st = string_of(r, shared, &text, err)) != ST_OK)
		return st;
	if (row == 1)
		return text.p == NULL ? ST_OK : header_cell(r, column, text, err);
	i = column == r->column[CELL_ID] ? CELL_ID : CELL_VERSION;
	buf_clear(&r->cells[i]);
	r->has[i] = text.p != NULL;
	return xlsx_text_back(text, &r->cells[i], err);
}

static enum status
on_row_end(void *ctx, uint32_t row, struct err *err)
{
	struct reading *r = ctx;
	enum status st = ST_OK;

	if (row > 1 && is_table(r))
		st = r->found->record(
		    r->found, r->stream, buf_str(&r->cells[CELL_ID]), r->has[CELL_VERSION] ? buf_str(&r->cells[CELL_VERSION]) : STR_NONE, err);
	buf_clear(&r->cells[CELL_ID]);
	buf_clear(&r->cells[CELL_VERSION]);
	r->has[CELL_ID] = r->has[CELL_VERSION] = false;
	return st;
}

static enum status
on_string(void *ctx, struct str text, struct err *err)
{
	struct reading *r = ctx;
	struct str *grown;

	if (r->n_strings == r->n_cap) {
		if (r->n_cap >= STRINGS_MAX / sizeof(*grown))
			return err_set(err, ST_LIMIT, _("%s: more shared strings than can be read"), r->path);
		if ((grown = mem_grow(r->string, 2 * r->n_cap + 64, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		r->string = grown;
		r->n_cap = 2 * r->n_cap + 64;
	}
	return arena_dup(&r->strings, text, &r->string[r->n_strings++], err);
}

static enum status
scan(struct reading *r, struct xlsx_entry *entry, struct err *err)
{
	const struct xlsx_scan_to to = { r, on_cell, on_row_end, on_string };
	struct xlsx_scan *s;
	size_t n = 1;
	enum status st;

	if ((st = xlsx_scan_open(&s, r->path, &to, err)) != ST_OK)
		return st;
	while (st == ST_OK && n > 0 && (st = entry->read(entry, r->chunk, CHUNK, &n, err)) == ST_OK && n > 0)
		st = xlsx_scan_feed(s, r->chunk, n, err);
	if (st == ST_OK)
		st = xlsx_scan_finish(s, err);
	xlsx_scan_close(s);
	return st;
}

static enum status
each_strings(void *ctx, struct xlsx_entry *entry, struct err *err)
{
	return strcmp(entry->name, "xl/sharedStrings.xml") == 0 ? scan(ctx, entry, err) : ST_OK;
}

static enum status
each_sheet(void *ctx, struct xlsx_entry *entry, struct err *err)
{
	struct reading *r = ctx;
	enum status st;

	if (strncmp(entry->name, "xl/worksheets/", 14) != 0 || strchr(entry->name + 14, '/') != NULL)
		return ST_OK;
	r->column[CELL_ID] = r->column[CELL_VERSION] = UINT_MAX;
	st = scan(r, entry, err);
	r->n_tables += is_table(r);
	return st;
}

enum status
xlsx_read_ids(int fd, const char *path, const char *stream, struct view_found *found, struct err *err)
{
	struct reading r = { .path = path, .stream = stream, .found = found, .chunk = mem_get(1, CHUNK, err) };
	enum status st;

	if (r.chunk == NULL)
		return ST_NOMEM;
	arena_init(&r.strings, STRINGS_MAX);
	buf_init(&r.cells[CELL_ID], LIMIT_RECORD);
	buf_init(&r.cells[CELL_VERSION], LIMIT_RECORD);
	buf_init(&r.header, LIMIT_RECORD);
	if ((st = xlsx_unzip(fd, path, each_strings, &r, err)) == ST_OK && (st = xlsx_unzip(fd, path, each_sheet, &r, err)) == ST_OK && r.n_tables == 0)
		st = err_set(err, ST_INPUT, _("%s: not a table of records"), path);
	buf_free(&r.cells[CELL_ID]);
	buf_free(&r.cells[CELL_VERSION]);
	buf_free(&r.header);
	arena_free(&r.strings);
	mem_free(r.string);
	mem_free(r.chunk);
	return st;
}
