/*
 * fuzz_csv: a row read by a strict reader of another make has every value that was put in, no cell that is a formula, and is the row of the record
 * that was written to a line and read again.
 *
 * Input: one octet chooses the kind; then for each field an octet 0 absent, 1 not granted, else a value of so many octets less two.
 */
#include <stdint.h>
#include <stdlib.h>

#include <csv.h>

#include "core/json.h"
#include "core/limits.h"
#include "core/utf8.h"
#include "formats/csv.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define SALT		"{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\""
#define CELLS_MAX	96
#define BAD		"\xEF\xBF\xBD"

struct table { struct buf bytes; size_t at[CELLS_MAX], n[CELLS_MAX], n_cells, n_rows, columns; };

static void
need(bool what)
{
	if (!what)
		abort();
}

static void
on_cell(void *p, size_t n, void *ctx)
{
	struct table *t = ctx;

	need(t->n_cells < CELLS_MAX);
	t->at[t->n_cells] = t->bytes.n;
	t->n[t->n_cells++] = n;
	need(buf_add(&t->bytes, p, n, NULL) == ST_OK);
}

static void
on_row(int c, void *ctx)
{
	struct table *t = ctx;

	(void)c;
	if (t->n_rows++ == 0)
		t->columns = t->n_cells;
}

static int
never(unsigned char c)
{
	(void)c;
	return 0;
}

static void
read_back(const struct buf *b, struct table *t)
{
	struct csv_parser p;

	need(b->n > 3 && memcmp(b->p, "\xEF\xBB\xBF", 3) == 0 && utf8_ok(buf_str(b)));
	need(csv_init(&p, CSV_STRICT | CSV_STRICT_FINI) == 0);
	csv_set_space_func(&p, never);
	need(csv_parse(&p, b->p + 3, b->n - 3, on_cell, on_row, t) == b->n - 3);
	need(csv_fini(&p, on_cell, on_row, t) == 0);
	csv_free(&p);
	need(t->n_rows == 2 && t->n_cells == 2 * t->columns);
}

static void
write_row(const struct record *rec, struct buf *out)
{
	const struct format_options opt = { .crlf = (rec->kind & 1) != 0 };
	struct sink_mem sink;
	struct writer *w = NULL;

	sink_mem_init(&sink, out);
	need(csv_format.open(&w, rec->kind, &opt, &sink.sink, NULL) == ST_OK);
	need(csv_format.put(w, rec, NULL) == ST_OK);
	need(csv_format.finish(w, NULL) == ST_OK);
	csv_format.close(w);
}

static void
clean(struct str in, struct buf *out)
{
	size_t at = 0;
	uint32_t cp;
	char c[4];

	buf_clear(out);
	while (at < in.n) {
		if (!utf8_next(in, &at, &cp) || utf8_is_noncharacter(cp))
			need(buf_addz(out, BAD, NULL) == ST_OK);
		else
			need(buf_add(out, c, utf8_put(cp, c), NULL) == ST_OK);
	}
}

static bool
is_sign(const char *p, size_t n)
{
	return n > 0 && (memchr("=+-@\t\r\n", p[0], 8) != NULL ||
	    (n >= 3 && (memcmp(p, "\xEF\xBC\x9D", 3) == 0 || memcmp(p, "\xEF\xBC\x8B", 3) == 0 || memcmp(p, "\xEF\xBC\x8D", 3) == 0 ||
	    memcmp(p, "\xEF\xBC\xA0", 3) == 0)));
}

/* The rule of columns.csv the other way: an apostrophe goes where only apostrophes and a sign follow. */
static struct str
unguard(struct str s)
{
	size_t i = 0;

	while (i < s.n && s.p[i] == '\'')
		i++;
	return i > 0 && is_sign(s.p + i, s.n - i) ? (struct str){ s.p + 1, s.n - 1 } : s;
}

static void
check_values(const struct record *rec, const struct table *t)
{
	const struct field *f = record_fields[rec->kind];
	size_t i, column = t->columns + (rec->kind == REC_GAP || rec->kind == REC_LIMIT ? 1 : 0);
	struct buf want;

	buf_init(&want, (size_t)1 << 24);
	for (i = 0; f[i].name != NULL; i++, column += f[i - 1].type == F_TIME ? 2 : 1) {
		struct str got = { t->bytes.p + t->at[column], t->n[column] };
		bool negative = f[i].type == F_INT && got.n > 1 && got.p[0] == '-' && got.p[1] >= '0' && got.p[1] <= '9';

		need(negative || f[i].type == F_TIME || !is_sign(got.p, got.n));
		if (f[i].type == F_TIME || f[i].type == F_LIST || f[i].type == F_JSON)
			continue;
		clean(rec->n[i].not_granted ? STR_NONE : rec->n[i].s, &want);
		need(str_eq(negative ? got : unguard(got), buf_str(&want)));
	}
	buf_free(&want);
}

/* The same record from the line that an archive keeps. */
static void
check_line(const struct record *rec, const struct buf *row)
{
	struct record again;
	struct buf line, other;
	struct arena a;

	arena_init(&a, LIMIT_ARENA);
	buf_init(&line, 2 * LIMIT_RECORD);
	buf_init(&other, 4 * LIMIT_RECORD);
	need(buf_addz(&line, SALT, NULL) == ST_OK);
	/* A value that is no JSON where JSON belongs gives no line: sources promise it is. */
	if (record_encode(rec, &line, NULL) == ST_OK && record_decode(buf_str(&line), &a, &again, NULL) == ST_OK) {
		again.stream = rec->stream;
		write_row(&again, &other);
		need(str_eq(buf_str(row), buf_str(&other)));
	}
	buf_free(&other);
	buf_free(&line);
	arena_free(&a);
}

static void
fill(struct record *rec, const uint8_t *p, size_t n)
{
	const struct field *f = record_fields[rec->kind];
	size_t i, m;

	for (i = 0; f[i].name != NULL && n > 0; i++) {
		unsigned what = *p++;

		n--;
		if (what == 1)
			rec->n[i].not_granted = true;
		if (what < 2)
			continue;
		m = what - 2u < n ? what - 2u : n;
		if (f[i].type == F_TIME && m >= 8)
			memcpy(&rec->n[i].ms, p, 8);
		else
			rec->n[i].s = (struct str){ (const char *)p, m };
		p += m;
		n -= m;
	}
}

static bool
is_json(struct str s)
{
	struct json_event e = { .tok = JSON_NULL };
	struct json j;

	json_init(&j, s);
	while (e.tok != JSON_EOF)
		if (json_next(&j, &e, NULL) != ST_OK)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct record rec;
	struct table t;
	struct buf row;
	size_t i;
	bool whole = true;

	if (n < 2 || n > 1 << 16)
		return 0;
	record_init(&rec, (enum record_kind)(p[0] % REC__MAX), "fuzz");
	fill(&rec, p + 1, n - 1);
	memset(&t, 0, sizeof(t));
	buf_init(&t.bytes, (size_t)1 << 24);
	buf_init(&row, 4 * LIMIT_RECORD);
	write_row(&rec, &row);
	read_back(&row, &t);
	check_values(&rec, &t);
	for (i = 0; record_fields[rec.kind][i].name != NULL; i++) {
		enum field_type type = record_fields[rec.kind][i].type;

		if ((type == F_JSON || type == F_LIST) && rec.n[i].s.p != NULL && !is_json(rec.n[i].s))
			whole = false;
	}
	if (whole)
		check_line(&rec, &row);
	buf_free(&row);
	buf_free(&t.bytes);
	return 0;
}
