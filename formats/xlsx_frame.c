/* xlsx_frame.c: the one file that knows libxlsxwriter. */
#include "formats/xlsx_frame.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "formats/xlsx_scan.h"
#include "formats/xlsx_zip.h"

#define NAME "xlsx-frame"
#define PART_MAX ((size_t)64 << 20) /* bytes of a part: notes of a thousand gaps are some megabytes */
#define TEXT 49 /* the built-in format "@": what is typed stays text */
#define LINE_HEIGHT 15.0 /* points */
#define DATE "yyyy-mm-dd hh:mm:ss"
#define SHEETS "xl/worksheets/"
#define SHEET SHEETS "sheet%u.xml"

struct drawing {
	lxw_workbook *book;
	lxw_format *header, *note, *style[XLSX_STYLES];
	const struct xlsx_frame_spec *spec;
	lxw_error code; /* the first that was not good */
	uint64_t cells, bytes; /* of text: counted again when the file is read */
};

static void
note(struct drawing *d, lxw_error code)
{
	if (d->code == LXW_NO_ERROR)
		d->code = code;
}

static void
string(struct drawing *d, lxw_worksheet *sheet, uint32_t row, size_t column, const char *text, lxw_format *format)
{
	note(d, worksheet_write_string(sheet, row, (lxw_col_t)column, text, format));
	d->cells++;
	d->bytes += strlen(text);
}

static bool
formats(struct drawing *d)
{
	lxw_format *all[3 + XLSX_STYLES];
	size_t i;

	for (i = 0; i < 2 + XLSX_STYLES; i++)
		if ((all[i] = workbook_add_format(d->book)) == NULL)
			return false;
	d->header = all[0];
	format_set_bold(d->header);
	format_set_bg_color(d->header, 0xDDE6F0);
	format_set_text_wrap(d->header);
	format_set_align(d->header, LXW_ALIGN_VERTICAL_TOP);
	format_set_bottom(d->header, LXW_BORDER_THIN);
	format_set_num_format_index(d->header, TEXT);
	d->note = all[1];
	format_set_text_wrap(d->note);
	format_set_align(d->note, LXW_ALIGN_VERTICAL_TOP);
	format_set_num_format_index(d->note, TEXT);
	memcpy(d->style, all + 2, sizeof(d->style));
	format_set_num_format_index(d->style[XLSX_STYLE_TEXT], TEXT);
	format_set_num_format(d->style[XLSX_STYLE_TIME], DATE);
	format_set_num_format(d->style[XLSX_STYLE_TIME_MS], DATE ".000");
	format_set_align(d->style[XLSX_STYLE_TIME], LXW_ALIGN_LEFT); /* below its header, and with milliseconds or without in one line */
	format_set_align(d->style[XLSX_STYLE_TIME_MS], LXW_ALIGN_LEFT);
	return true;
}

static void
page(struct drawing *d, lxw_worksheet *sheet)
{
	worksheet_set_landscape(sheet);
	worksheet_set_paper(sheet, 9); /* A4; more than twenty columns on one page could not be read */
	note(d, worksheet_repeat_rows(sheet, 0, 0));
	worksheet_freeze_panes(sheet, 1, 0);
}

/*
 * The second row shows the number of each style, and is taken out again with the third.  The library numbers styles as it writes rows, each when the next
 * one begins: the third row makes these the first of all, whatever sheets follow.
 */
static void
records_sheet(struct drawing *d, unsigned n)
{
	const struct xlsx_frame_spec *s = d->spec;
	char name[XLSX_SHEET_NAME];
	lxw_worksheet *sheet;
	size_t i;

	xlsx_sheet_name(s->stream, s->kind, n, name);
	if ((sheet = workbook_add_worksheet(d->book, name)) == NULL) {
		note(d, LXW_ERROR_PARAMETER_VALIDATION);
		return;
	}
	page(d, sheet);
	note(d, worksheet_repeat_columns(sheet, 0, 0));
	note(d, worksheet_set_row(sheet, 0, 2 * LINE_HEIGHT, NULL));
	note(d, worksheet_autofilter(sheet, 0, 0, s->rows[n - 1], (lxw_col_t)(s->n_columns - 1))); /* before any row, as this mode wants it */
	for (i = 0; i < s->n_columns; i++) {
		note(d, worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, s->columns[i].width, NULL));
		string(d, sheet, 0, i, s->columns[i].header, d->header);
	}
	for (i = 0; i < XLSX_STYLES; i++, d->cells++)
		note(d, worksheet_write_blank(sheet, 1, (lxw_col_t)i, d->style[i]));
	note(d, worksheet_write_blank(sheet, 2, 0, d->header));
	d->cells++;
	note(d, worksheet_ignore_errors(sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576"));
}

static const unsigned note_widths[XLSX_NOTE_CELLS] = { 36, 60, 60, 14, 30, 30, 10, 40, 30 };

/* Not every program makes a row as high as its text needs. */
static double
note_height(const struct xlsx_note *row)
{
	size_t k, lines = 1, n;

	for (k = 0; k < XLSX_NOTE_CELLS; k++)
		if ((n = utf8_width(row->cell[k]) / (note_widths[k] - 4) + 1) > lines)
			lines = n;
	return LINE_HEIGHT * (double)(lines > 20 ? 20 : lines);
}

static void
note_row(struct drawing *d, lxw_worksheet *sheet, uint32_t at, const struct xlsx_note *row)
{
	size_t k;

	note(d, worksheet_set_row(sheet, at, note_height(row), NULL));
	for (k = 0; k < XLSX_NOTE_CELLS; k++)
		if (row->cell[k].p != NULL)
			string(d, sheet, at, k, row->cell[k].p, row->head ? d->header : d->note);
}

static void
notes_sheet(struct drawing *d)
{
	lxw_worksheet *sheet = workbook_add_worksheet(d->book, XLSX_NOTES_SHEET);
	uint32_t at = 0;
	size_t i, k, part;

	if (sheet == NULL) {
		note(d, LXW_ERROR_PARAMETER_VALIDATION);
		return;
	}
	page(d, sheet);
	worksheet_fit_to_pages(sheet, 1, 0);
	for (k = 0; k < XLSX_NOTE_CELLS; k++)
		note(d, worksheet_set_column(sheet, (lxw_col_t)k, (lxw_col_t)k, note_widths[k], NULL));
	for (part = 0; part < 2; part++)
		for (i = 0; d->spec->notes[part] != NULL && i < d->spec->notes[part]->n; i++, at++)
			note_row(d, sheet, at, &d->spec->notes[part]->at[i]);
}

static enum status
library_failed(lxw_error code, struct err *err)
{
	if (code == LXW_ERROR_MEMORY_MALLOC_FAILED)
		return err_oom(err, 0);
	return err_set(err, ST_IO, _("a workbook cannot be written: %s"), lxw_strerror(code));
}

static enum status
draw(struct drawing *d, int scratch, struct err *err)
{
	const int64_t created = d->spec->made_ms < 1000 ? 1 : d->spec->made_ms / 1000; /* 0 would be now */
	char dir[48], path[80], title[96];
	lxw_workbook_options options = { .constant_memory = LXW_TRUE, .tmpdir = dir };
	lxw_doc_properties properties = { .created = (time_t)created, .title = title };
	lxw_error code;
	unsigned n;

	(void)snprintf(dir, sizeof(dir), "/proc/self/fd/%d", scratch);
	(void)snprintf(path, sizeof(path), "%s/" NAME, dir);
	(void)snprintf(title, sizeof(title), "%s", d->spec->table);
	if ((d->book = workbook_new_opt(path, &options)) == NULL)
		return library_failed(LXW_ERROR_MEMORY_MALLOC_FAILED, err);
	note(d, workbook_set_properties(d->book, &properties));
	if (!formats(d))
		note(d, LXW_ERROR_MEMORY_MALLOC_FAILED);
	for (n = 1; d->code == LXW_NO_ERROR && n <= d->spec->n_sheets; n++)
		records_sheet(d, n);
	if (d->code == LXW_NO_ERROR && d->spec->notes[0] != NULL)
		notes_sheet(d);
	code = workbook_close(d->book); /* frees it in any case */
	note(d, code);
	return d->code == LXW_NO_ERROR ? ST_OK : library_failed(d->code, err);
}

/* --- read again --- */

static enum status
each_part(void *ctx, struct xlsx_entry *entry, struct err *err)
{
	struct xlsx_frame *f = ctx;
	struct xlsx_part *grown = mem_grow(f->parts, f->n + 1, sizeof(*grown), err), *p;
	size_t n = 1;
	enum status st;

	if (grown == NULL)
		return ST_NOMEM;
	f->parts = grown;
	p = &f->parts[f->n++];
	(void)snprintf(p->name, sizeof(p->name), "%s", entry->name);
	buf_init(&p->bytes, PART_MAX);
	while (n > 0) {
		if ((st = buf_room(&p->bytes, 65536, err)) != ST_OK || (st = entry->read(entry, p->bytes.p + p->bytes.n, 65536, &n, err)) != ST_OK)
			return st;
		p->bytes.n += n;
	}
	return ST_OK;
}

static enum status
count_cell(void *ctx, uint32_t row, unsigned column, bool shared, struct str text, struct err *err)
{
	struct drawing *counted = ctx;

	(void)row, (void)column, (void)shared, (void)err;
	counted->cells++;
	counted->bytes += text.n;
	return ST_OK;
}

static enum status
missing(struct err *err)
{
	return err_set(err, ST_IO, _("a workbook cannot be written: part of it is missing (is the disk full?)"));
}

/* Every part is XML, and every cell is there with all its text. */
static enum status
check(const struct xlsx_frame *f, const struct drawing *d, struct err *err)
{
	struct drawing counted = { .cells = 0 }, ignored = { .cells = 0 };
	const struct xlsx_scan_to to = { .ctx = &counted, .cell = count_cell }, other = { .ctx = &ignored, .cell = count_cell };
	enum status st = ST_OK;
	size_t i;

	for (i = 0; st == ST_OK && i < f->n; i++) {
		const struct xlsx_scan_to *into = strncmp(f->parts[i].name, SHEETS, sizeof(SHEETS) - 1) == 0 ? &to : &other;
		struct xlsx_scan *scan;

		if ((st = xlsx_scan_open(&scan, f->parts[i].name, into, err)) != ST_OK)
			return st;
		if ((st = xlsx_scan_feed(scan, f->parts[i].bytes.p, f->parts[i].bytes.n, err)) == ST_OK)
			st = xlsx_scan_finish(scan, err);
		xlsx_scan_close(scan);
	}
	if (st == ST_NOMEM)
		return st;
	if (st != ST_OK || counted.cells != d->cells || counted.bytes != d->bytes)
		return missing(err);
	return ST_OK;
}

static const struct xlsx_part *
sheet_part(const struct xlsx_frame *f, unsigned n)
{
	char name[64];
	size_t i;

	(void)snprintf(name, sizeof(name), SHEET, n);
	for (i = 0; i < f->n; i++)
		if (strcmp(f->parts[i].name, name) == 0)
			return &f->parts[i];
	return NULL;
}

bool
xlsx_frame_is_records(const struct xlsx_frame *f, size_t i, unsigned n)
{
	unsigned k;

	for (k = 1; k <= n; k++)
		if (sheet_part(f, k) == &f->parts[i])
			return true;
	return false;
}

static const char *
find(struct str s, const char *what)
{
	return s.p == NULL ? NULL : memmem(s.p, s.n, what, strlen(what));
}

static struct str
behind(struct str s, const char *what)
{
	const char *p = find(s, what);

	return p == NULL ? STR_NONE : (struct str){ p + strlen(what), (size_t)(s.p + s.n - p) - strlen(what) };
}

/* Cut the rows behind the headers and the number of rows, which is not known when a sheet begins, out of ${p}. */
static bool
hollow(struct xlsx_frame *f, struct xlsx_part *p)
{
	struct str sheet = buf_str(&p->bytes), rest = behind(sheet, "<row r=\"2\""), size = STR_NONE;
	const char *from = find(sheet, "<row r=\"2\""), *to, *size_to;
	size_t i;

	for (i = 0; i < XLSX_STYLES; i++) {
		char *end;

		rest = behind(rest, " s=\"");
		if (rest.p == NULL)
			return false;
		f->style[i] = (uint32_t)strtoul(rest.p, &end, 10);
		if (end == rest.p || *end != '"')
			return false;
	}
	size.p = find(sheet, "<dimension ");
	to = find(sheet, "</sheetData>");
	if (from == NULL || to == NULL || to < from || size.p == NULL || size.p > from)
		return false;
	if ((size_to = memchr(size.p, '>', (size_t)(from - size.p))) == NULL)
		return false;
	memmove(p->bytes.p + (from - sheet.p), to, (size_t)(sheet.p + sheet.n - to));
	p->bytes.n -= (size_t)(to - from);
	size_to++;
	memmove(p->bytes.p + (size.p - sheet.p), size_to, (size_t)(p->bytes.p + p->bytes.n - size_to));
	p->bytes.n -= (size_t)(size_to - size.p);
	return true;
}

void
xlsx_frame_sheet(const struct xlsx_frame *f, unsigned n, struct str *head, struct str *tail)
{
	const struct str all = buf_str(&sheet_part(f, n)->bytes);
	const size_t at = (size_t)(find(all, "</sheetData>") - all.p); /* there is one: hollow */

	*head = (struct str){ all.p, at };
	*tail = (struct str){ all.p + at, all.n - at };
}

enum status
xlsx_frame_make(struct xlsx_frame *f, const struct xlsx_frame_spec *spec, int scratch, struct err *err)
{
	struct drawing d = { .spec = spec, .code = LXW_NO_ERROR };
	enum status st;
	int fd = -1;
	unsigned n;

	memset(f, 0, sizeof(*f));
	if (unlinkat(scratch, NAME, 0) != 0 && errno != ENOENT)
		return err_sys(err, _("cannot delete %s"), NAME);
	if ((st = draw(&d, scratch, err)) == ST_OK && (st = fs_open_read(scratch, NAME, &fd, err)) == ST_OK &&
	    (st = xlsx_unzip(fd, NAME, each_part, f, err)) == ST_OK)
		st = check(f, &d, err);
	if (st == ST_INPUT) /* our own file of a moment ago */
		st = missing(err);
	for (n = 1; st == ST_OK && n <= spec->n_sheets; n++) {
		const struct xlsx_part *p = sheet_part(f, n);

		if (p == NULL || !hollow(f, &f->parts[p - f->parts]))
			st = err_set(err, ST_IO, _("a workbook cannot be written: libxlsxwriter %s made a sheet that is not understood"), lxw_version());
	}
	fs_drop(&fd);
	(void)unlinkat(scratch, NAME, 0);
	if (st != ST_OK)
		xlsx_frame_free(f);
	return st;
}

void
xlsx_frame_free(struct xlsx_frame *f)
{
	while (f->n > 0)
		buf_free(&f->parts[--f->n].bytes);
	mem_free(f->parts);
	f->parts = NULL;
}
