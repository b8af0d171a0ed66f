/* csv.c: records to rows.  One row is built in one buffer that is kept from row to row, and handed to the sink whole. */
#include "formats/csv.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "formats/cells.h"
#include "formats/csv_quote.h"
#include "formats/stamp.h"

#define BOM		"\xEF\xBB\xBF"
#define ROW_MAX		(4 * LIMIT_RECORD)	/* quoting at most doubles a record; the last cell asks for its worst case */
#define KEEP		((size_t)1 << 20)	/* a row above this gives its memory back */

struct csv {
	struct writer	 writer;
	enum record_kind kind;
	bool		 crlf;
	bool		 first;		/* no cell of this row yet */
	struct sink	*to;
	struct buf	 row, text, clean;	/* text: a cell put together; clean: a cell without bad bytes */
	struct arena	 arena;
	struct stamp	 stamp;
	int64_t		 fetched_ms;		/* what ${fetched} holds: one page has one time */
	size_t		 n_fetched;
	char		 fetched[2 * STAMP_LEN + 6];	/* two cells with their commas */
};

static const struct csv_column kind_column = { "kind", "text", N_("gap: in scope and not there; limit: never offered by platform, edition or grant") };
static const struct csv_column tail_columns[] = {
	{ "version", "text", N_("which version of the object; without a value where the platform keeps one") },
	{ "fetched_at", "time", N_("when the platform handed it over") },
	{ "fetched_at_utc", "time", N_("the same moment in UTC") },
	{ "flags", "list", N_("what a reader must know of this record (duplicate_key, hash_mismatch, …)") },
	{ "not_granted", "list", N_("columns that the platform did not grant: their cells have no value") },
	{ "raw", "json", N_("the object as the platform gave it") }
};
#define N_TAIL	(sizeof(tail_columns) / sizeof(tail_columns[0]))

static const char *
type_name(enum field_type type)
{
	switch (type) {
	case F_TIME:
		return "time";
	case F_INT:
		return "number";
	case F_BOOL:
		return "boolean";
	case F_LIST:
		return "list";
	case F_JSON:
		return "json";
	case F_STR:
		break;
	}
	return "text";
}

static bool
has_kind_column(enum record_kind kind)
{
	return kind == REC_GAP || kind == REC_LIMIT;
}

static bool
add_suffix(char *out, const char *name, const char *suffix)
{
	size_t n = strlen(name), m = strlen(suffix);

	if (n + m >= CSV_COLUMN_NAME)
		return false;
	memcpy(out, name, n);
	memcpy(out + n, suffix, m + 1);
	return true;
}

bool
csv_column(enum record_kind kind, size_t i, struct csv_column *out)
{
	const struct field *f;

	if (has_kind_column(kind) && i-- == 0) {
		*out = kind_column;
		return true;
	}
	for (f = record_fields[kind]; f->name != NULL; f++) {
		if (i == 0 || (i == 1 && f->type == F_TIME)) {
			out->type = type_name(f->type);
			out->note = i == 0 ? f->note : tail_columns[2].note;
			return add_suffix(out->name, f->name, i == 0 ? "" : "_utc");
		}
		i -= f->type == F_TIME ? 2 : 1;
	}
	if (i >= N_TAIL - (kind == REC_UNKNOWN ? 0 : 1))
		return false;
	*out = tail_columns[i];
	return true;
}

/* --- cells --- */

static bool
is_formula(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p, *end = p + s.n;

	while (p < end && *p == '\'')
		p++;
	if (p == end)
		return false;
	switch (*p) {
	case '=': case '+': case '-': case '@': case '\t': case '\r': case '\n': case '\0':
		return true;
	case 0xEF:	/* U+FF1D, U+FF0B, U+FF0D, U+FF20 */
		return end - p >= 3 && p[1] == 0xBC && (p[2] == 0x9D || p[2] == 0x8B || p[2] == 0x8D || p[2] == 0xA0);
	default:
		return false;
	}
}

bool
csv_is_guarded(struct str cell)
{
	return cell.n > 1 && cell.p[0] == '\'' && is_formula(cell);
}

static size_t
digits(struct str s, size_t at)
{
	while (at < s.n && s.p[at] >= '0' && s.p[at] <= '9')
		at++;
	return at;
}

/* A negative number is the one text with a sign in front that no spreadsheet can be tricked with. */
static bool
is_negative_number(struct str s)
{
	size_t at = digits(s, 1), from;

	if (s.n < 2 || s.p[0] != '-' || at == 1)
		return false;
	if (at < s.n && s.p[at] == '.') {
		from = at + 1;
		if ((at = digits(s, from)) == from)
			return false;
	}
	if (at < s.n && (s.p[at] == 'e' || s.p[at] == 'E')) {
		from = at + 1;
		if (from < s.n && (s.p[from] == '+' || s.p[from] == '-'))
			from++;
		if ((at = digits(s, from)) == from)
			return false;
	}
	return at == s.n;
}

/* The next cell, without a value. */
static enum status
empty(struct csv *c, struct err *err)
{
	if (!c->first)
		return buf_putc(&c->row, ',', err);
	c->first = false;
	return ST_OK;
}

/* ${s}: clean (utf8_ijson), present; ${plain}: without a quote.  The apostrophe goes behind the opening quote, which is written one byte later and mended. */
static enum status
quoted(struct csv *c, struct str s, bool guard, bool plain, struct err *err)
{
	enum status st;
	char *p;

	if (s.n > (ROW_MAX - 4) / 2)
		return err_set(err, ST_LIMIT, _("a cell of %zu bytes"), s.n);
	if (c->row.cap - c->row.n < 2 * s.n + 4 && (st = buf_room(&c->row, 2 * s.n + 4, err)) != ST_OK)
		return st;
	p = c->row.p + c->row.n;
	if (!c->first)
		*p++ = ',';
	c->first = false;
	if (guard)
		p++;
	if (plain) {
		p[0] = '"';
		memcpy(p + 1, s.p, s.n);
		p[s.n + 1] = '"';
		c->row.n = (size_t)(p - c->row.p) + s.n + 2;
	} else
		c->row.n = (size_t)(p - c->row.p) + csv_quote(p, s);
	if (guard) {
		p[-1] = '"';
		p[0] = '\'';
	}
	return ST_OK;
}

static enum status
clean(struct csv *c, struct str s, struct err *err)
{
	enum status st = ST_OK;
	size_t at = 0;
	uint32_t cp;
	char out[4];

	buf_clear(&c->clean);
	while (at < s.n && st == ST_OK) {
		if (!utf8_next(s, &at, &cp) || utf8_is_noncharacter(cp))
			cp = 0xFFFD;
		st = buf_add(&c->clean, out, utf8_put(cp, out), err);
	}
	return st;
}

static enum status
text(struct csv *c, struct str s, struct err *err)
{
	enum status st;

	if (s.p == NULL)
		return empty(c, err);
	/* A record line cannot have noncharacters either: so a table made while records come equals one made from them. */
	if (!utf8_ijson(s)) {
		if ((st = clean(c, s, err)) != ST_OK)
			return st;
		s = buf_str(&c->clean);
	}
	return quoted(c, s, is_formula(s), false, err);
}

static enum status
number(struct csv *c, struct str s, struct err *err)
{
	if (s.p != NULL && ((s.n > 0 && digits(s, 0) == s.n) || is_negative_number(s)))
		return quoted(c, s, false, true, err);
	return text(c, s, err);
}

/* Both cells of a time, in quotes: there is nothing in a stamp that wants escaping.  Returns their length, 0 when ${ms} cannot be written. */
static size_t
two_cells(struct csv *c, int64_t ms, char out[2 * STAMP_LEN + 6])
{
	size_t n, m;

	out[0] = ',';
	out[1] = '"';
	if (ms == WHEN_UNKNOWN || (n = stamp_local(&c->stamp, ms, out + 2)) == 0)
		return 0;
	memcpy(out + 2 + n, "\",\"", 3);
	m = stamp_utc(&c->stamp, ms, out + n + 5);
	out[n + m + 5] = '"';
	return n + m + 6;
}

static enum status
add_cells(struct csv *c, const char *cells, size_t n, struct err *err)
{
	size_t skip = c->first ? 1 : 0;		/* the comma in front */

	c->first = false;
	return buf_add(&c->row, cells + skip, n - skip, err);
}

static enum status
both_times(struct csv *c, const struct value *v, struct err *err)
{
	char cells[2 * STAMP_LEN + 6];
	enum status st;
	size_t n = two_cells(c, v->ms, cells);

	if (n > 0)
		return add_cells(c, cells, n, err);
	/* What the platform gave is no time: shown as it is. */
	return (st = text(c, v->s, err)) != ST_OK ? st : empty(c, err);
}

static enum status
list(struct csv *c, const struct value *v, struct err *err)
{
	enum status st;

	if (v->s.p == NULL)
		return empty(c, err);
	if ((st = cell_list(v, &c->text, &c->arena, err)) != ST_OK)
		return st == ST_INPUT ? text(c, v->s, err) : st;	/* shown as it is rather than not at all */
	return v->as_is ? quoted(c, buf_str(&c->text), is_formula(buf_str(&c->text)), true, err) : text(c, buf_str(&c->text), err);
}

static enum status
json(struct csv *c, const struct value *v, struct err *err)
{
	enum status st;
	struct str s;

	if (v->s.p == NULL)
		return empty(c, err);
	if ((st = cell_json(v, &c->text, &s, err)) != ST_OK)
		return st;
	return v->as_is ? quoted(c, s, is_formula(s), false, err) : text(c, s, err);
}

/* --- rows --- */

static enum status
end_row(struct csv *c, struct err *err)
{
	enum status st = c->crlf ? buf_add(&c->row, "\r\n", 2, err) : buf_putc(&c->row, '\n', err);

	if (st == ST_OK)
		st = sink_write(c->to, c->row.p, c->row.n, err);
	c->first = true;
	buf_clear(&c->row);
	if (c->row.cap > KEEP)
		buf_free(&c->row), buf_init(&c->row, ROW_MAX);
	return st;
}

static enum status
header(struct csv *c, struct err *err)
{
	struct csv_column column;
	enum status st;
	size_t i;

	if ((st = buf_add(&c->row, BOM, 3, err)) != ST_OK)
		return st;
	for (i = 0; csv_column(c->kind, i, &column); i++)
		if ((st = text(c, str_of(column.name), err)) != ST_OK)
			return st;
	return end_row(c, err);
}

static enum status
field(struct csv *c, enum field_type type, const struct value *v, struct err *err)
{
	switch (type) {
	case F_TIME:
		return both_times(c, v, err);
	case F_INT:
		return number(c, v->s, err);
	case F_LIST:
		return list(c, v, err);
	case F_JSON:
		return json(c, v, err);
	case F_STR:
		if (v->as_is && v->s.p != NULL)
			return quoted(c, v->s, is_formula(v->s), true, err);
		break;
	case F_BOOL:
		break;
	}
	return text(c, v->s, err);
}

static enum status
fetched(struct csv *c, int64_t ms, struct err *err)
{
	enum status st;

	if (ms != c->fetched_ms) {
		c->n_fetched = two_cells(c, ms, c->fetched);
		c->fetched_ms = ms;
	}
	if (c->n_fetched > 0)
		return add_cells(c, c->fetched, c->n_fetched, err);
	return (st = empty(c, err)) != ST_OK ? st : empty(c, err);
}

static enum status
tail(struct csv *c, const struct record *rec, bool not_granted, struct err *err)
{
	struct str names = STR_NONE;
	enum status st;

	if ((st = text(c, rec->version, err)) != ST_OK || (st = fetched(c, rec->fetched_ms, err)) != ST_OK)
		return st;
	if ((st = cell_flags(rec, &c->text, &names, err)) != ST_OK || (st = text(c, names, err)) != ST_OK)
		return st;
	names = STR_NONE;
	if ((not_granted && (st = cell_not_granted(rec, &c->text, &names, err)) != ST_OK) || (st = text(c, names, err)) != ST_OK ||
	    rec->kind != REC_UNKNOWN)
		return st;
	return text(c, rec->raw, err);
}

static enum status
csv_put(struct writer *w, const struct record *rec, struct err *err)
{
	struct csv *c = (struct csv *)w;
	const struct field *f = record_fields[rec->kind];
	bool not_granted = false;
	enum status st = ST_OK;
	size_t i;

	if (rec->kind != c->kind && !(has_kind_column(rec->kind) && has_kind_column(c->kind)))
		return err_set(err, ST_INPUT, _("stream %s: an object of kind %s in the table of kind %s"), rec->stream,
		    record_kind_names[rec->kind], record_kind_names[c->kind]);
	arena_reset(&c->arena);
	if (has_kind_column(c->kind))
		st = text(c, str_of(record_kind_names[rec->kind]), err);
	for (i = 0; st == ST_OK && f[i].name != NULL; i++) {
		static const struct value none = { .ms = WHEN_UNKNOWN };
		bool withheld = cell_withheld(f[i].type, &rec->n[i]);

		st = field(c, f[i].type, withheld ? &none : &rec->n[i], err);
		not_granted |= withheld;
	}
	if (st == ST_OK)
		st = tail(c, rec, not_granted, err);
	if (st == ST_OK)
		return end_row(c, err);
	buf_clear(&c->row);	/* nothing of a row that failed may stand before the next */
	c->first = true;
	return st;
}

static void
csv_close(struct writer *w)
{
	struct csv *c = (struct csv *)w;

	if (c == NULL)
		return;
	buf_free(&c->row);
	buf_free(&c->text);
	buf_free(&c->clean);
	arena_free(&c->arena);
	mem_free(c);
}

static enum status
csv_open(struct writer **out, enum record_kind kind, const struct format_options *opt, struct sink *to, struct err *err)
{
	struct csv *c = mem_get(1, sizeof(*c), err);
	enum status st = ST_OK;

	*out = NULL;
	if (c == NULL)
		return ST_NOMEM;
	c->writer.format = &csv_format;
	c->kind = kind;
	c->crlf = opt->crlf;
	c->first = true;
	c->to = to;
	c->fetched_ms = WHEN_UNKNOWN;
	buf_init(&c->row, ROW_MAX);
	buf_init(&c->text, ROW_MAX);
	buf_init(&c->clean, ROW_MAX);
	arena_init(&c->arena, LIMIT_ARENA);
	stamp_init(&c->stamp);
	if (to->n_bytes == 0)
		st = header(c, err);
	if (st != ST_OK) {
		csv_close(&c->writer);
		return st;
	}
	*out = &c->writer;
	return ST_OK;
}

static enum status
csv_finish(struct writer *w, struct err *err)
{
	(void)w;	/* a table has no trailer: it is whole after every row */
	(void)err;
	return ST_OK;
}

const struct format csv_format = { "csv", "csv", (1u << REC__MAX) - 1, csv_open, csv_put, csv_finish, csv_close };
