/* xlsx_book.c: records to rows of sheets. */
#include "formats/xlsx_book.h"

#include <stdio.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/cells.h"
#include "formats/stamp.h"
#include "formats/xlsx_frame.h"
#include "formats/xlsx_text.h"
#include "formats/xlsx_zip.h"

#define SHEET "xl/worksheets/sheet%u.xml"
#define CHUNK ((size_t)64 << 10)
#define OUT_MAX ((size_t)64 << 20) /* of a chunk and a row: 64 cells of 32,767 units, each at most seven bytes, are 14 MiB */
#define SHEET_BYTES ((uint64_t)3 << 30) /* then a new sheet: no program opens more, and see XLSX_ENTRY_MAX */

struct xlsx_book {
	struct xlsx_book_spec spec;
	struct xlsx_column columns[XLSX_COLUMNS_MAX];
	size_t n_columns;
	uint32_t *rows; /* of records, sheet by sheet */
	unsigned n_sheets;
	uint64_t n_rows, n_bytes; /* of all sheets; of the sheet at hand */
	struct xlsx_zip *zip;
	struct xlsx_row row;
	struct buf out, text, where;
	struct arena arena;
	struct stamp stamp;
	int fd;
};

/* --- sheets --- */

static enum status
flush(struct xlsx_book *b, struct err *err)
{
	enum status st = xlsx_zip_write(b->zip, b->out.p, b->out.n, err);

	b->n_bytes += b->out.n;
	buf_clear(&b->out);
	if (b->out.cap > 4 * CHUNK) /* a giant row gives its memory back */
		buf_free(&b->out), buf_init(&b->out, OUT_MAX);
	return st;
}

static enum status
frame(struct xlsx_book *b, const struct xlsx_notes *notes, struct xlsx_frame *f, struct err *err)
{
	const struct xlsx_frame_spec spec = { .stream = b->spec.stream, .table = b->spec.table, .kind = b->spec.kind, .columns = b->columns,
		.n_columns = b->n_columns, .rows = b->rows, .n_sheets = b->n_sheets, .notes = { notes, notes == NULL ? NULL : b->spec.gaps },
		.made_ms = b->spec.in->opt->made_ms };

	enum status st = xlsx_frame_make(f, &spec, b->spec.in->scratch, err);

	if (st != ST_OK || b->row.style[0] == 0 || memcmp(f->style, b->row.style, sizeof(f->style)) == 0)
		return st;
	xlsx_frame_free(f);
	return err_set(err, ST_IO, _("a workbook cannot be written: its styles have other numbers than those its rows name"));
}

/* The tail of the sheet at hand, if there is one, and the head of the next. */
static enum status
next_sheet(struct xlsx_book *b, struct err *err)
{
	uint32_t *grown = mem_grow(b->rows, b->n_sheets + 1, sizeof(*grown), err);
	struct xlsx_frame f;
	struct str head, tail;
	enum status st;
	char name[64];

	if (grown == NULL)
		return ST_NOMEM;
	if (b->n_sheets == XLSX_SHEETS_MAX)
		return err_set(err, ST_LIMIT, _("%s: more than %u sheets"), b->spec.table, XLSX_SHEETS_MAX);
	b->rows = grown;
	b->rows[b->n_sheets++] = 0;
	if ((st = frame(b, NULL, &f, err)) != ST_OK)
		return st;
	if (b->n_sheets == 1)
		memcpy(b->row.style, f.style, sizeof(f.style));
	if (b->n_sheets > 1 && (st = flush(b, err)) == ST_OK) {
		xlsx_frame_sheet(&f, b->n_sheets - 1, &head, &tail);
		st = xlsx_zip_write(b->zip, tail.p, tail.n, err);
	}
	(void)snprintf(name, sizeof(name), SHEET, b->n_sheets);
	if (st == ST_OK && (st = xlsx_zip_entry(b->zip, name, err)) == ST_OK) {
		xlsx_frame_sheet(&f, b->n_sheets, &head, &tail);
		st = xlsx_zip_write(b->zip, head.p, head.n, err);
	}
	b->n_bytes = 0;
	xlsx_frame_free(&f);
	return st;
}

/* --- cells --- */

static enum status
text(struct xlsx_book *b, const struct record *rec, struct str s, struct err *err)
{
	enum status st;

	if (s.n > XLSX_CELL_MAX) {
		buf_clear(&b->where);
		if ((st = buf_addf(&b->where, err, "data/views/%s.csv, data/records %s/%.*s", b->spec.table, rec->stream,
		    rec->id.n > 1024 ? 1024 : (int)rec->id.n, rec->id.p == NULL ? "" : rec->id.p)) != ST_OK)
			return st;
		b->row.where = buf_str(&b->where);
	}
	return xlsx_row_text(&b->row, s, err);
}

static enum status
date(struct xlsx_book *b, int64_t ms, const char *instead, struct err *err)
{
	bool in_range;
	enum status st = xlsx_row_time(&b->row, ms, &in_range, err);

	return st != ST_OK || in_range ? st : xlsx_row_text(&b->row, str_of(instead), err);
}

/* By the clock of the zone, its offset, and UTC. */
static enum status
three_times(struct xlsx_book *b, const struct record *rec, int64_t ms, struct str as_given, struct err *err)
{
	char local[STAMP_LEN], utc[STAMP_LEN];
	const char *zone = local + 23; /* "+08:00" */
	enum status st;
	int64_t ahead;

	if (ms == WHEN_UNKNOWN || stamp_local(&b->stamp, ms, local) == 0) {
		/* What the platform gave is no time: shown as it is. */
		st = text(b, rec, as_given, err);
		xlsx_row_blank(&b->row);
		xlsx_row_blank(&b->row);
		return st;
	}
	ahead = ((zone[1] - '0') * 10 + zone[2] - '0') * 60 + (zone[4] - '0') * 10 + zone[5] - '0';
	if ((st = date(b, ms + (zone[0] == '-' ? -ahead : ahead) * 60000, local, err)) != ST_OK || (st = xlsx_row_text(&b->row, str_of(zone), err)) != ST_OK)
		return st;
	(void)stamp_utc(&b->stamp, ms, utc);
	return date(b, ms, utc, err);
}

static enum status
field(struct xlsx_book *b, const struct record *rec, enum field_type type, const struct value *v, struct err *err)
{
	struct str s = v->s;
	enum status st;

	switch (type) {
	case F_TIME:
		return three_times(b, rec, v->ms, s, err);
	case F_INT:
		return xlsx_row_number(&b->row, s, err);
	case F_LIST:
		if (s.p == NULL)
			break;
		if ((st = cell_list(v, &b->text, &b->arena, err)) == ST_OK)
			s = buf_str(&b->text);
		else if (st != ST_INPUT)
			return st;
		break;
	case F_JSON:
		if (s.p != NULL && (st = cell_json(v, &b->text, &s, err)) != ST_OK)
			return st;
		break;
	case F_STR:
	case F_BOOL:
		break;
	}
	return text(b, rec, s, err);
}

static enum status
tail(struct xlsx_book *b, const struct record *rec, bool not_granted, struct err *err)
{
	struct str names = STR_NONE;
	enum status st;

	if ((st = text(b, rec, rec->version, err)) != ST_OK || (st = three_times(b, rec, rec->fetched_ms, STR_NONE, err)) != ST_OK ||
	    (st = cell_flags(rec, &b->text, &names, err)) != ST_OK || (st = text(b, rec, names, err)) != ST_OK)
		return st;
	names = STR_NONE;
	if ((not_granted && (st = cell_not_granted(rec, &b->text, &names, err)) != ST_OK) || (st = text(b, rec, names, err)) != ST_OK)
		return st;
	return rec->kind == REC_UNKNOWN ? text(b, rec, rec->raw, err) : ST_OK;
}

static enum status
add_row(struct xlsx_book *b, const struct record *rec, struct err *err)
{
	static const struct value none = { .ms = WHEN_UNKNOWN };
	const struct field *f = record_fields[rec->kind];
	bool not_granted = false;
	enum status st = xlsx_row_begin(&b->row, b->rows[b->n_sheets - 1] + 2, err);
	size_t i;

	for (i = 0; st == ST_OK && f[i].name != NULL; i++) {
		const bool withheld = cell_withheld(f[i].type, &rec->n[i]);

		st = field(b, rec, f[i].type, withheld ? &none : &rec->n[i], err);
		not_granted |= withheld;
	}
	if (st == ST_OK && (st = tail(b, rec, not_granted, err)) == ST_OK)
		st = xlsx_row_end(&b->row, err);
	return st;
}

enum status
xlsx_book_put(struct xlsx_book *b, const struct record *rec, struct err *err)
{
	enum status st;

	if (rec->kind != b->spec.kind)
		return err_set(err, ST_INPUT, _("stream %s: an object of kind %s in the table of kind %s"), rec->stream, record_kind_names[rec->kind],
		    record_kind_names[b->spec.kind]);
	if ((b->rows[b->n_sheets - 1] + 1 == b->spec.rows_max || b->n_bytes > SHEET_BYTES) && (st = next_sheet(b, err)) != ST_OK)
		return st;
	arena_reset(&b->arena);
	if ((st = add_row(b, rec, err)) != ST_OK)
		return st;
	b->rows[b->n_sheets - 1]++;
	b->n_rows++;
	return b->out.n < CHUNK ? ST_OK : flush(b, err);
}

/* --- the file --- */

static enum status
copy(struct xlsx_book *b, struct sink *to, struct err *err)
{
	uint64_t at = 0;
	enum status st;
	ssize_t n;

	buf_clear(&b->out);
	if ((st = buf_room(&b->out, CHUNK, err)) != ST_OK)
		return st;
	while ((n = pread(b->fd, b->out.p, CHUNK, (off_t)at)) > 0) {
		if ((st = sink_write(to, b->out.p, (size_t)n, err)) != ST_OK)
			return st;
		at += (uint64_t)n;
	}
	return n < 0 ? err_sys(err, _("cannot read %s"), _("a temporary file")) : ST_OK;
}

static enum status
other_parts(struct xlsx_book *b, const struct xlsx_frame *f, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; st == ST_OK && i < f->n; i++)
		if (!xlsx_frame_is_records(f, i, b->n_sheets) && (st = xlsx_zip_entry(b->zip, f->parts[i].name, err)) == ST_OK)
			st = xlsx_zip_write(b->zip, f->parts[i].bytes.p, f->parts[i].bytes.n, err);
	return st;
}

enum status
xlsx_book_finish(struct xlsx_book *b, struct sink *to, struct err *err)
{
	struct xlsx_frame f = { .parts = NULL };
	struct xlsx_notes notes;
	struct str head, end;
	enum status st;

	xlsx_notes_init(&notes);
	if ((st = xlsx_notes_table(&notes, b->spec.in->opt, b->spec.table, b->n_rows, b->columns, b->n_columns, err)) == ST_OK &&
	    (st = flush(b, err)) == ST_OK && (st = frame(b, &notes, &f, err)) == ST_OK) {
		xlsx_frame_sheet(&f, b->n_sheets, &head, &end);
		if ((st = xlsx_zip_write(b->zip, end.p, end.n, err)) == ST_OK && (st = other_parts(b, &f, err)) == ST_OK &&
		    (st = xlsx_zip_finish(b->zip, err)) == ST_OK)
			st = copy(b, to, err);
	}
	xlsx_frame_free(&f);
	xlsx_notes_free(&notes);
	return st;
}

enum status
xlsx_book_open(struct xlsx_book **out, const struct xlsx_book_spec *spec, struct err *err)
{
	struct xlsx_book *b = mem_get(1, sizeof(*b), err);
	enum status st;

	*out = NULL;
	if (b == NULL)
		return ST_NOMEM;
	b->spec = *spec;
	if (b->spec.rows_max == 0)
		b->spec.rows_max = XLSX_ROWS_MAX;
	b->fd = -1;
	b->n_columns = xlsx_columns(spec->kind, b->columns);
	b->row.out = &b->out;
	buf_init(&b->out, OUT_MAX);
	buf_init(&b->text, 4 * LIMIT_RECORD);
	buf_init(&b->where, 4096);
	arena_init(&b->arena, LIMIT_ARENA);
	stamp_init(&b->stamp);
	if ((st = fs_nameless(spec->in->scratch, &b->fd, err)) != ST_OK || (st = xlsx_zip_open(&b->zip, b->fd, err)) != ST_OK ||
	    (st = next_sheet(b, err)) != ST_OK) {
		xlsx_book_close(b);
		return st;
	}
	*out = b;
	return ST_OK;
}

void
xlsx_book_close(struct xlsx_book *b)
{
	if (b == NULL)
		return;
	xlsx_zip_close(b->zip);
	fs_drop(&b->fd);
	buf_free(&b->out);
	buf_free(&b->text);
	buf_free(&b->where);
	arena_free(&b->arena);
	mem_free(b->rows);
	mem_free(b);
}
