/* test_csv.c: tables read back by a strict reader of another make (libcsv), and their exact bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <csv.h>

#include "core/mem.h"
#include "formats/columns.h"
#include "formats/csv.h"
#include "formats/formats.h"
#include "formats/stamp.h"

#define CELLS_MAX	2000

/* --- the reader --- */

struct table { char *cells[CELLS_MAX]; size_t n[CELLS_MAX], n_cells, n_rows, columns; };

static void
on_cell(void *p, size_t n, void *ctx)
{
	struct table *t = ctx;

	assert_true(t->n_cells < CELLS_MAX);
	t->cells[t->n_cells] = malloc(n + 1);
	assert_non_null(t->cells[t->n_cells]);
	if (n > 0)
		memcpy(t->cells[t->n_cells], p, n);
	t->cells[t->n_cells][n] = '\0';
	t->n[t->n_cells++] = n;
}

static void
on_row(int c, void *ctx)
{
	struct table *t = ctx;

	(void)c;
	if (t->n_rows++ == 0)
		t->columns = t->n_cells;
	assert_int_equal(t->n_cells, t->n_rows * t->columns);	/* every row has as many cells as the header */
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

	memset(t, 0, sizeof(*t));
	assert_true(b->n >= 3 && memcmp(b->p, "\xEF\xBB\xBF", 3) == 0);
	assert_int_equal(csv_init(&p, CSV_STRICT | CSV_STRICT_FINI), 0);
	csv_set_space_func(&p, never);
	assert_int_equal(csv_parse(&p, b->p + 3, b->n - 3, on_cell, on_row, t), b->n - 3);
	assert_int_equal(csv_fini(&p, on_cell, on_row, t), 0);
	csv_free(&p);
}

static void
table_free(struct table *t)
{
	while (t->n_cells > 0)
		free(t->cells[--t->n_cells]);
}

static const char *
cell(const struct table *t, size_t row, const char *column)
{
	size_t i;

	for (i = 0; i < t->columns; i++)
		if (strcmp(t->cells[i], column) == 0)
			return t->cells[row * t->columns + i];
	fail_msg("no column %s", column);
	return NULL;
}

/* --- helpers --- */

static void
department(struct record *rec, struct str name)
{
	record_init(rec, REC_DEPARTMENT, "departments");
	rec->id = STR("7");
	rec->fetched_ms = INT64_C(1795312800000);	/* 2026-11-22T02:00:00Z */
	record_set(rec, "id", STR("7"));
	record_set(rec, "name", name);
}

static void
put_all(struct buf *out, const struct record *recs, size_t n, size_t session, bool crlf)
{
	const struct format_options opt = { .crlf = crlf };
	struct sink_mem sink;
	struct writer *w = NULL;
	struct err err;
	size_t i;

	err_init(&err);
	sink_mem_init(&sink, out);
	for (i = 0; i < n || w == NULL; i++) {
		if (i % session == 0) {
			if (w != NULL) {
				assert_int_equal(csv_format.finish(w, &err), ST_OK);
				csv_format.close(w);
			}
			assert_int_equal(csv_format.open(&w, recs[0].kind, &opt, &sink.sink, &err), ST_OK);
		}
		if (i < n)
			assert_int_equal(csv_format.put(w, &recs[i], &err), ST_OK);
	}
	csv_format.close(w);
	assert_int_equal(sink.sink.n_bytes, out->n);
}

static void
one(struct buf *out, const struct record *rec)
{
	buf_clear(out);
	put_all(out, rec, 1, 1, false);
}

static struct buf
fresh(void)
{
	struct buf b;

	buf_init(&b, (size_t)64 << 20);
	return b;
}

/* --- tests --- */

static void
exact(void **state)
{
	static const char header[] = "\xEF\xBB\xBF\"id\",\"parent_id\",\"name\",\"name_en\",\"order\",\"leaders\",\"version\",\"fetched_at\",\"fetched_at_utc\","
	    "\"flags\",\"not_granted\"\n";
	static const char row[] = "\"7\",,\"\",,\"4294967295\",\"\",,\"2026-11-22T10:00:00.000+08:00\",\"2026-11-22T02:00:00.000Z\",\"duplicate_key; unknown_type\",\"name_en\"\n";
	struct record rec;
	struct buf out = fresh();

	(void)state;
	department(&rec, STR(""));
	record_set(&rec, "order", STR("4294967295"));
	record_set(&rec, "leaders", STR("[]"));
	rec.n[record_field(REC_DEPARTMENT, "name_en")].not_granted = true;
	record_flag(&rec, "duplicate_key");
	record_flag(&rec, "unknown_type");
	one(&out, &rec);
	assert_int_equal(out.n, sizeof(header) + sizeof(row) - 2);
	assert_memory_equal(out.p, header, sizeof(header) - 1);
	assert_memory_equal(out.p + sizeof(header) - 1, row, sizeof(row) - 1);
	buf_free(&out);
}

static const struct { struct str in, want; } texts[] = {
	{ STR("plain"), STR("plain") }, { STR("\xE9\x87\x91\xE9\xA2\x9D"), STR("\xE9\x87\x91\xE9\xA2\x9D") },
	{ STR("a,b"), STR("a,b") }, { STR("say \"x\""), STR("say \"x\"") }, { STR("\""), STR("\"") },
	{ STR("two\nlines"), STR("two\nlines") }, { STR("two\r\nlines\n"), STR("two\r\nlines\n") },
	{ STR("  spaces  "), STR("  spaces  ") }, { STR("nul\0inside"), STR("nul\0inside") },
	/* formulas */
	{ STR("=1+1"), STR("'=1+1") }, { STR("=cmd|' /C calc'!A0"), STR("'=cmd|' /C calc'!A0") },
	{ STR("=HYPERLINK(\"http://x.invalid\",\"a\")"), STR("'=HYPERLINK(\"http://x.invalid\",\"a\")") },
	{ STR("+1"), STR("'+1") }, { STR("-1"), STR("'-1") }, { STR("@SUM(A1)"), STR("'@SUM(A1)") },
	{ STR("\t=1"), STR("'\t=1") }, { STR("\r=1"), STR("'\r=1") }, { STR("\n=1"), STR("'\n=1") }, { STR("\0=1"), STR("'\0=1") },
	{ STR("\xEF\xBC\x9D" "1"), STR("'\xEF\xBC\x9D" "1") }, { STR("\xEF\xBC\x8B" "1"), STR("'\xEF\xBC\x8B" "1") },
	{ STR("\xEF\xBC\x8D" "1"), STR("'\xEF\xBC\x8D" "1") }, { STR("\xEF\xBC\xA0" "A"), STR("'\xEF\xBC\xA0" "A") },
	{ STR("\xEF\xBC\x9E" "1"), STR("\xEF\xBC\x9E" "1") },	/* U+FF1E is none */
	{ STR("="), STR("'=") }, { STR("'=1"), STR("''=1") }, { STR("''-"), STR("'''-") }, { STR("'quoted'"), STR("'quoted'") }, { STR("'"), STR("'") },
	{ STR("a=1"), STR("a=1") },
	/* what is not UTF-8 */
	{ STR("a\xFF" "b"), STR("a\xEF\xBF\xBD" "b") }, { STR("\xC0\xAF"), STR("\xEF\xBF\xBD\xEF\xBF\xBD") },
	{ STR("x\xED\xA0\x80"), STR("x\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") }, { STR("\xF0\x9F\x98"), STR("\xEF\xBF\xBD") },
	{ STR("\xFF=1"), STR("\xEF\xBF\xBD=1") }, { STR("\xEF\xBB\xBF" "b"), STR("\xEF\xBB\xBF" "b") }, { STR("\xF0\x9F\x98\x80"), STR("\xF0\x9F\x98\x80") }
};

static void
read_back_texts(void **state)
{
	struct buf out = fresh();
	struct record rec;
	struct table t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		department(&rec, texts[i].in);
		one(&out, &rec);
		read_back(&out, &t);
		assert_int_equal(t.n_rows, 2);
		if (t.n[t.columns + 2] != texts[i].want.n || memcmp(t.cells[t.columns + 2], texts[i].want.p, texts[i].want.n) != 0)
			fail_msg("text %zu: \"%s\"", i, t.cells[t.columns + 2]);
		table_free(&t);
	}
	buf_free(&out);
}

/* Every C0 control and DEL, first and inside: the text comes back, behind an apostrophe where the rule says so. */
static void
controls(void **state)
{
	struct buf out = fresh();
	struct record rec;
	struct table t;
	int c;

	(void)state;
	for (c = 0; c <= 0x20; c++) {
		char text[4] = { (char)(c == 0x20 ? 0x7F : c), 'a', 0, 'b' };
		bool guard = c == 0 || c == '\t' || c == '\n' || c == '\r';

		text[2] = text[0];
		department(&rec, (struct str){ text, 4 });
		one(&out, &rec);
		read_back(&out, &t);
		assert_int_equal(t.n[t.columns + 2], guard ? 5 : 4);
		assert_memory_equal(t.cells[t.columns + 2] + (guard ? 1 : 0), text, 4);
		assert_true(!guard || t.cells[t.columns + 2][0] == '\'');
		table_free(&t);
	}
	buf_free(&out);
}

static const struct { const char *in, *want; } numbers[] = {
	{ "0", "0" }, { "-5", "-5" }, { "-5.25", "-5.25" }, { "-1e5", "-1e5" }, { "-1.5E-10", "-1.5E-10" }, { "18446744073709551616", "18446744073709551616" },
	{ "-", "'-" }, { "-1+1", "'-1+1" }, { "-1.", "'-1." }, { "-1e", "'-1e" }, { "-e1", "'-e1" }, { "=1", "'=1" }, { "-1-", "'-1-" }, { "+1", "'+1" }, { "--1", "'--1" }
};
static const struct { const char *in, *want; } lists[] = {
	{ "[]", "" }, { "[\"a\"]", "a" }, { "[\"a\",\"b\"]", "a; b" }, { "[ \"a\" , \"b\" ]", "a; b" }, { "[\"=a\",\"b\"]", "'=a; b" },
	{ "[\"\\u4e2d\\n\",\"\\ud800\"]", "\xE4\xB8\xAD\n; \xEF\xBF\xBD" }, { "[1,true,null]", "1; true; null" }, { "[\"\",\"\"]", "; " },
	{ "[[1]]", "[[1]]" }, { "{\"a\":1}", "{\"a\":1}" }, { "[\"a\"", "[\"a\"" }, { "[\"a\"]x", "[\"a\"]x" }
};

static void
numbers_and_lists(void **state)
{
	struct buf out = fresh();
	struct record rec;
	struct table t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		department(&rec, STR("n"));
		record_set(&rec, "order", str_of(numbers[i].in));
		one(&out, &rec);
		read_back(&out, &t);
		assert_string_equal(cell(&t, 1, "order"), numbers[i].want);
		table_free(&t);
	}
	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		department(&rec, STR("n"));
		record_set(&rec, "leaders", str_of(lists[i].in));
		one(&out, &rec);
		read_back(&out, &t);
		assert_string_equal(cell(&t, 1, "leaders"), lists[i].want);
		table_free(&t);
	}
	buf_free(&out);
}

static const struct { const char *in, *want; } jsons[] = {
	{ "{\"a\":[1, 2],\n \"b\" : \"x y\"}", "{\"a\":[1,2],\"b\":\"x y\"}" }, { "{\"a\":1}", "{\"a\":1}" }, { "\"x y\"", "\"x y\"" },
	{ "-5", "'-5" }, { "[]", "[]" }
};

static void
message(void **state)
{
	struct buf out = fresh();
	struct record rec;
	struct table t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(jsons) / sizeof(jsons[0]); i++) {
		record_init(&rec, REC_MESSAGE, "messages");
		record_set(&rec, "id", STR("m"));
		record_set(&rec, "payload", str_of(jsons[i].in));
		record_set_time(&rec, "sent_at", INT64_C(1795312800123));
		rec.version = STR("2");
		one(&out, &rec);
		read_back(&out, &t);
		assert_string_equal(cell(&t, 1, "payload"), jsons[i].want);
		assert_string_equal(cell(&t, 1, "sent_at"), "2026-11-22T10:00:00.123+08:00");
		assert_string_equal(cell(&t, 1, "sent_at_utc"), "2026-11-22T02:00:00.123Z");
		assert_string_equal(cell(&t, 1, "version"), "2");
		assert_string_equal(cell(&t, 1, "fetched_at"), "");
		table_free(&t);
	}
	/* What a record line would say is what the table says. */
	record_init(&rec, REC_MESSAGE, "messages");
	record_set(&rec, "payload", STR(" null\n"));
	record_set(&rec, "to", STR("null"));
	record_set(&rec, "text", STR("a\xEF\xBF\xBE" "b\xF0\x9F\xBF\xBF\xEF\xB7\x90\xEF\xBC\x8C"));
	record_set(&rec, "sent_at", STR("soon"));
	rec.fetched_ms = INT64_MAX;
	one(&out, &rec);
	read_back(&out, &t);
	assert_string_equal(cell(&t, 1, "not_granted"), "to; payload");
	assert_string_equal(cell(&t, 1, "text"), "a\xEF\xBF\xBD" "b\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBC\x8C");
	assert_string_equal(cell(&t, 1, "sent_at"), "soon");
	assert_string_equal(cell(&t, 1, "sent_at_utc"), "");
	assert_string_equal(cell(&t, 1, "fetched_at_utc"), "");
	table_free(&t);
	buf_free(&out);
}

static void
gap_and_unknown(void **state)
{
	struct buf out = fresh();
	struct record recs[2];
	struct table t;

	(void)state;
	record_init(&recs[0], REC_GAP, "gaps");
	record_set(&recs[0], "id", STR("1"));
	record_set(&recs[0], "is_final", STR("true"));
	record_init(&recs[1], REC_LIMIT, "limits");
	record_set(&recs[1], "reason", STR("not_granted"));
	put_all(&out, recs, 2, 1, false);
	read_back(&out, &t);
	assert_string_equal(cell(&t, 1, "kind"), "gap");
	assert_string_equal(cell(&t, 1, "is_final"), "true");
	assert_string_equal(cell(&t, 2, "kind"), "limit");
	assert_string_equal(cell(&t, 2, "reason"), "not_granted");
	table_free(&t);
	record_init(&recs[0], REC_UNKNOWN, "users");
	recs[0].raw = STR("{\"new\":\"kind, \\\"quoted\\\"\"}");
	one(&out, &recs[0]);
	read_back(&out, &t);
	assert_string_equal(cell(&t, 1, "raw"), "{\"new\":\"kind, \\\"quoted\\\"\"}");
	table_free(&t);
	buf_free(&out);
}

/* A table written in sessions of any length is the table written at once. */
static void
sessions(void **state)
{
	struct buf whole = fresh(), parts = fresh();
	struct record recs[sizeof(texts) / sizeof(texts[0])];
	const size_t n = sizeof(texts) / sizeof(texts[0]);
	size_t i;

	(void)state;
	for (i = 0; i < n; i++) {
		department(&recs[i], texts[i].in);
		recs[i].fetched_ms += (int64_t)i * 3600000;
	}
	put_all(&whole, recs, n, n, true);
	for (i = 1; i <= n; i++) {
		buf_clear(&parts);
		put_all(&parts, recs, n, i, true);
		assert_int_equal(parts.n, whole.n);
		assert_memory_equal(parts.p, whole.p, whole.n);
	}
	buf_free(&whole);
	buf_free(&parts);
}

static void
line_ends(void **state)
{
	struct buf out = fresh();
	struct record rec;
	size_t i, n = 0;

	(void)state;
	department(&rec, STR("x"));
	put_all(&out, &rec, 1, 1, true);
	for (i = 0; i < out.n; i++)
		if (out.p[i] == '\n') {
			assert_true(i > 0 && out.p[i - 1] == '\r');
			n++;
		}
	assert_int_equal(n, 2);
	buf_free(&out);
}

/* A sink that fails, memory that fails, a kind that does not belong: an error, and nothing half written afterwards. */
static enum status
refuse(struct sink *s, const void *p, size_t n, struct err *err)
{
	(void)s;
	(void)p;
	return err_set(err, ST_IO, "refused %zu", n);
}

static void
faults(void **state)
{
	const struct format_options opt = { .crlf = false };
	struct sink bad = { refuse, 0 };
	struct buf out = fresh();
	struct sink_mem sink;
	struct writer *w = NULL;
	struct record rec, other;
	struct err err;
	enum status st;
	long i;

	(void)state;
	err_init(&err);
	assert_int_equal(csv_format.open(&w, REC_DEPARTMENT, &opt, &bad, &err), ST_IO);
	assert_null(w);
	bad.n_bytes = 1;
	assert_int_equal(csv_format.open(&w, REC_DEPARTMENT, &opt, &bad, &err), ST_OK);
	department(&rec, STR("x"));
	assert_int_equal(csv_format.put(w, &rec, &err), ST_IO);
	csv_format.close(w);
	csv_format.close(NULL);

	sink_mem_init(&sink, &out);
	assert_int_equal(csv_format.open(&w, REC_DEPARTMENT, &opt, &sink.sink, &err), ST_OK);
	record_init(&other, REC_USER, "departments");
	assert_int_equal(csv_format.put(w, &other, &err), ST_INPUT);
	csv_format.close(w);

	record_set(&rec, "leaders", STR("[\"\\u4e2d\"]"));
	record_set(&rec, "name_en", STR("\xFF"));
	for (i = 1;; i++) {
		w = NULL;
		buf_clear(&out);
		sink_mem_init(&sink, &out);
		mem_fail_at(i);
		st = csv_format.open(&w, REC_DEPARTMENT, &opt, &sink.sink, &err);
		if (st == ST_OK)
			st = csv_format.put(w, &rec, &err);
		csv_format.close(w);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_true(i > 2);
	buf_free(&out);
}

/* Times from the memory are the times of core/when, in zones with and without summer time, at every kind of border. */
static void
stamps(void **state)
{
	static const char *const zones[] = { "Asia/Shanghai", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia", "UTC" };
	uint64_t x = 88172645463325252u;
	struct stamp s;
	size_t z, i;

	(void)state;
	for (z = 0; z < sizeof(zones) / sizeof(zones[0]); z++) {
		assert_int_equal(when_zone(zones[z], NULL), ST_OK);
		stamp_init(&s);
		for (i = 0; i < 60000; i++) {
			char got[STAMP_LEN], want[STAMP_LEN];
			int64_t ms;

			x ^= x << 13, x ^= x >> 7, x ^= x << 17;
			ms = i < 40000 ? INT64_C(1700000000000) + (int64_t)i * 1800000 - 1 + (int64_t)(x % 3) :		/* two years, around every half hour */
			    i < 50000 ? (int64_t)(x % 64092211200000) - 30000000000000 : (int64_t)(x >> 8) - (INT64_C(1) << 55);
			if (i == 59999)
				ms = WHEN_UNKNOWN;
			when_local(ms, want);
			assert_int_equal(stamp_local(&s, ms, got), strlen(want));
			assert_string_equal(got, want);
			when_utc(ms, want);
			assert_int_equal(stamp_utc(&s, ms, got), strlen(want));
			assert_string_equal(got, want);
		}
	}
	assert_int_equal(when_zone("Asia/Shanghai", NULL), ST_OK);
}

/* The description has a row for every column of every table, each with Chinese of its own. */
static void
descriptions(void **state)
{
	const struct format_options opt = { .crlf = false };
	struct buf out = fresh();
	struct csv_column c;
	struct table t;
	size_t k, i, row = 1;

	(void)state;
	assert_int_equal(columns_write(&opt, &out, NULL), ST_OK);
	read_back(&out, &t);
	while (row < t.n_rows && strcmp(cell(&t, row, "kind"), "*") == 0)
		row++;
	assert_int_equal(row, 10);
	for (k = 0; k < REC__MAX; k++)
		for (i = 0; k != REC_LIMIT && csv_column((enum record_kind)k, i, &c); i++, row++) {
			assert_true(row < t.n_rows);
			assert_string_equal(cell(&t, row, "kind"), record_kind_names[k]);
			assert_string_equal(cell(&t, row, "column"), c.name);
			assert_string_equal(cell(&t, row, "type"), c.type);
			assert_string_equal(cell(&t, row, "meaning_en"), c.note);
			if (columns_zh(c.note) == NULL)
				fail_msg("no Chinese for %s.%s: \"%s\"", record_kind_names[k], c.name, c.note);
			assert_string_equal(cell(&t, row, "meaning_zh"), columns_zh(c.note));
		}
	assert_int_equal(row, t.n_rows);
	table_free(&t);
	buf_free(&out);
}

static void
table_of_formats(void **state)
{
	(void)state;
	assert_non_null(formats_find(STR("csv")));
	assert_non_null(formats_find(STR("xml")));
	assert_null(formats_find(STR("CSV")));
	assert_null(formats_find(STR("cs")));
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(exact), cmocka_unit_test(read_back_texts), cmocka_unit_test(controls), cmocka_unit_test(numbers_and_lists),
		cmocka_unit_test(message), cmocka_unit_test(gap_and_unknown), cmocka_unit_test(sessions), cmocka_unit_test(line_ends),
		cmocka_unit_test(faults), cmocka_unit_test(stamps), cmocka_unit_test(descriptions), cmocka_unit_test(table_of_formats)
	};

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
