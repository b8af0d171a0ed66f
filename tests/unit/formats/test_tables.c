/* test_tables.c: which record goes into which view, over many months, interruptions and faults. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "core/mem.h"
#include "formats/formats.h"
#include "formats/tables.h"

#define SINKS_MAX 64

/* A place that keeps every view in memory, as an archive would. */
struct shelf {
	struct view_place place;
	struct {
		char path[101];
		struct sink_mem sink;
		struct buf buf;
	} at[SINKS_MAX];
	size_t n;
	unsigned n_asked;
};

static enum status
shelf_sink(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct shelf *s = (struct shelf *)p;
	size_t i;

	(void)err;
	s->n_asked++;
	for (i = 0; i < s->n && strcmp(s->at[i].path, path) != 0; i++)
		;
	if (i == s->n) {
		assert_true(s->n++ < SINKS_MAX);
		assert_true(strlen(path) <= 100);
		memcpy(s->at[i].path, path, strlen(path) + 1);
		buf_init(&s->at[i].buf, (size_t)1 << 24);
		sink_mem_init(&s->at[i].sink, &s->at[i].buf);
	}
	*out = &s->at[i].sink.sink;
	return ST_OK;
}

static enum status
shelf_end(struct view_place *p, struct err *err)
{
	(void)p;
	(void)err;
	return ST_OK;
}

static struct shelf *
shelf_new(void)
{
	struct shelf *s = calloc(1, sizeof(*s));

	assert_non_null(s);
	s->place = (struct view_place){ shelf_sink, shelf_sink, shelf_end };
	return s;
}

static void
shelf_free(struct shelf *s)
{
	while (s->n > 0)
		buf_free(&s->at[--s->n].buf);
	free(s);
}

static struct str
on_shelf(const struct shelf *s, const char *path)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->at[i].path, path) == 0)
			return buf_str(&s->at[i].buf);
	return STR_NONE;
}

static bool
holds(struct str s, const char *part)
{
	return s.p != NULL && memmem(s.p, s.n, part, strlen(part)) != NULL;
}

static size_t
lines(struct str s)
{
	size_t i, n = 0;

	for (i = 0; i < s.n; i++)
		n += s.p[i] == '\n';
	return n;
}

/* Records of an archive: what ${recs} holds of a stream. */
struct shown {
	struct record_iter iter;
	const struct record *recs;
	size_t n;
};

static enum status
shown_run(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	struct shown *s = (struct shown *)it;
	enum status st;
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->recs[i].stream, stream) == 0 && (st = each(ctx, &s->recs[i], err)) != ST_OK)
			return st;
	return ST_OK;
}

static const struct format_options opt = { .crlf = false, .organization = "Beispiel & Co <AG>", .made_ms = INT64_C(1795312800000) };

/* As the end of an export. */
static enum status
finish_all(struct tables *t, struct shelf *s, struct record_iter *records, struct err *err)
{
	static const char *const families[] = { "json", "xml", "report" };
	const struct view_input in = { .opt = &opt, .records = records, .scratch = -1 };
	enum status st = tables_finish(t, err);
	size_t i;

	for (i = 0; st == ST_OK && i < 3; i++)
		st = formats_find(str_of(families[i]))->make(&in, &s->place, err);
	return st;
}

static void
message(struct record *rec, const char *id, int64_t sent_ms)
{
	record_init(rec, REC_MESSAGE, "messages");
	rec->id = str_of(id);
	record_set(rec, "id", rec->id);
	record_set_time(rec, "sent_at", sent_ms);
}

/* The month is that of the tenant's zone: the last eight hours of a month in UTC belong to the next in Shanghai. */
static void
months(void **state)
{
	struct shelf *s = shelf_new();
	struct tables *v = NULL;
	struct record rec;
	struct err err;

	(void)state;
	assert_int_equal(tables_open(&v, &opt, &s->place, &err), ST_OK);
	message(&rec, "before", INT64_C(1796054399999)); /* 2026-11-30T23:59:59.999+08:00 */
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	message(&rec, "after", INT64_C(1796054400000)); /* 2026-12-01T00:00:00+08:00 */
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	message(&rec, "never", WHEN_UNKNOWN);
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	message(&rec, "far", INT64_MAX);
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	assert_true(holds(on_shelf(s, "data/views/messages-2026-11.csv"), "\"before\""));
	assert_true(holds(on_shelf(s, "data/views/messages-2026-12.csv"), "\"after\""));
	assert_true(holds(on_shelf(s, "data/views/messages-undated.csv"), "\"never\""));
	assert_true(holds(on_shelf(s, "data/views/messages-undated.csv"), "\"far\""));
	assert_int_equal(s->n, 3);
	tables_close(v);
	shelf_free(s);
}

/* Forty months in turn: more than are kept open.  Every one has its header once and all its rows, in order. */
static void
many_months(void **state)
{
	struct shelf *once = shelf_new(), *often = shelf_new();
	struct tables *v = NULL, *w = NULL;
	struct record rec;
	struct err err;
	char id[16];
	size_t i;

	(void)state;
	assert_int_equal(tables_open(&v, &opt, &once->place, &err), ST_OK);
	for (i = 0; i < 400; i++) {
		(void)snprintf(id, sizeof(id), "m%zu", i);
		message(&rec, id, INT64_C(1700000000000) + (int64_t)(i * 7 % 40) * INT64_C(2678400000));
		assert_int_equal(tables_put(v, &rec, &err), ST_OK);
		if (i % 5 == 0) { /* an interruption: everything is opened anew */
			tables_close(w);
			assert_int_equal(tables_open(&w, &opt, &often->place, &err), ST_OK);
		}
		assert_int_equal(tables_put(w, &rec, &err), ST_OK);
	}
	tables_close(v);
	tables_close(w);
	assert_int_equal(once->n, often->n);
	assert_true(once->n >= 39);
	for (i = 0; i < once->n; i++) {
		struct str a = buf_str(&once->at[i].buf), b = on_shelf(often, once->at[i].path);

		assert_true(str_eq(a, b));
		assert_int_equal(lines(a) % 10, 1);
		assert_int_equal(memmem(a.p + 3, a.n - 3, "\xEF\xBB\xBF", 3) == NULL, 1);
	}
	shelf_free(once);
	shelf_free(often);
}

/* One month in a row asks for its sink once. */
static void
stays_open(void **state)
{
	struct shelf *s = shelf_new();
	struct tables *v = NULL;
	struct record rec;
	size_t i;

	(void)state;
	assert_int_equal(tables_open(&v, &opt, &s->place, NULL), ST_OK);
	for (i = 0; i < 100; i++) {
		message(&rec, "m", INT64_C(1700000000000) + (int64_t)(i % 12) * INT64_C(2678400000));
		assert_int_equal(tables_put(v, &rec, NULL), ST_OK);
	}
	assert_int_equal(s->n_asked, 12);
	tables_close(v);
	shelf_free(s);
}

static void
kinds(void **state)
{
	struct shelf *s = shelf_new();
	struct tables *v = NULL;
	struct record rec;
	struct err err;

	(void)state;
	assert_int_equal(tables_open(&v, &opt, &s->place, &err), ST_OK);
	record_init(&rec, REC_TEMPLATE, "approval-templates");
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	record_init(&rec, REC_UNKNOWN, "messages");
	rec.raw = STR("{\"x\":1}");
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	record_init(&rec, REC_GAP, "gaps");
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	assert_int_equal(s->n, 2);
	assert_true(holds(on_shelf(s, "data/views/approval-templates.csv"), "\"controls\""));
	assert_true(holds(on_shelf(s, "data/views/messages-unknown.csv"), "\"{\"\"x\"\":1}\""));
	record_init(&rec, REC_USER, "approval-templates");
	assert_int_equal(tables_put(v, &rec, &err), ST_INPUT);
	record_init(&rec, REC_USER, "../users");
	assert_int_equal(tables_put(v, &rec, &err), ST_INPUT);
	record_init(&rec, REC_USER, "");
	assert_int_equal(tables_put(v, &rec, &err), ST_INPUT);
	record_init(&rec, REC_USER, "a-name-of-a-stream-that-is-one-character-longer.");
	assert_int_equal(tables_put(v, &rec, &err), ST_INPUT);
	record_init(&rec, REC_MESSAGE, "a23456789-b23456789-c23456789-d23456789-e234567"); /* 47: as long as may be */
	assert_int_equal(tables_put(v, &rec, &err), ST_OK);
	tables_close(v);
	tables_close(NULL);
	shelf_free(s);
}

static void
whole_views(void **state)
{
	struct shelf *s = shelf_new();
	struct record recs[6];
	struct shown shown = { { shown_run, NULL }, recs, 6 };
	struct tables *v = NULL;
	struct err err;

	(void)state;
	record_init(&recs[0], REC_USER, "users");
	record_set(&recs[0], "id", STR("u1"));
	record_init(&recs[1], REC_DEPARTMENT, "departments");
	record_set(&recs[1], "id", STR("1"));
	record_init(&recs[2], REC_LIMIT, "limits");
	record_set(&recs[2], "id", STR("9"));
	record_init(&recs[3], REC_GAP, "gaps");
	record_set(&recs[3], "id", STR("8"));
	record_init(&recs[4], REC_UNKNOWN, "users");
	recs[4].id = STR("odd");
	message(&recs[5], "m", 0);
	assert_int_equal(tables_open(&v, &opt, &s->place, &err), ST_OK);
	assert_int_equal(finish_all(v, s, &shown.iter, &err), ST_OK);
	tables_close(v);
	assert_int_equal(lines(on_shelf(s, "data/report/gaps.csv")), 3);
	assert_true(holds(on_shelf(s, "data/report/gaps.csv"), "\"gap\",\"8\""));
	assert_true(holds(on_shelf(s, "data/report/gaps.csv"), "\"limit\",\"9\""));
	assert_true(holds(on_shelf(s, "data/views/org/org.json"), "\"counts\":{\"departments\":1,\"members\":1}}\n"));
	assert_true(holds(on_shelf(s, "data/views/org/departments.xml"), "<counts departments=\"1\" members=\"1\"/>"));
	assert_true(holds(on_shelf(s, "data/views/org/departments.xml"), "<name>Beispiel &amp; Co &lt;AG&gt;</name>"));
	assert_true(holds(on_shelf(s, "data/views/org/departments.xsd"), "urn:custody:org:1"));
	assert_true(holds(on_shelf(s, "data/views/columns.csv"), "\"formula guard\""));
	assert_int_equal(s->n, 5);
	shelf_free(s);
}

/* Without people no chart; the list of gaps is there all the same. */
static void
nothing(void **state)
{
	struct shelf *s = shelf_new();
	struct shown shown = { { shown_run, NULL }, NULL, 0 };
	struct tables *v = NULL;

	(void)state;
	assert_int_equal(tables_open(&v, &opt, &s->place, NULL), ST_OK);
	assert_int_equal(finish_all(v, s, &shown.iter, NULL), ST_OK);
	tables_close(v);
	assert_int_equal(s->n, 2);
	assert_int_equal(lines(on_shelf(s, "data/report/gaps.csv")), 1);
	shelf_free(s);
}

/* Each own allocation fails once: ST_NOMEM, no leak (the sanitizer looks). */
static void
no_memory(void **state)
{
	struct record recs[3];
	struct shown shown = { { shown_run, NULL }, recs, 3 };
	enum status st;
	long i;

	(void)state;
	record_init(&recs[0], REC_DEPARTMENT, "departments");
	record_set(&recs[0], "leaders", STR("[\"\\u4e2d\"]"));
	record_init(&recs[1], REC_USER, "users");
	record_set(&recs[1], "departments", STR("[{\"id\":1}]"));
	record_set(&recs[1], "name", STR("\x01"));
	message(&recs[2], "m", 0);
	for (i = 1;; i++) {
		struct shelf *s = shelf_new();
		struct tables *v = NULL;

		mem_fail_at(i);
		if ((st = tables_open(&v, &opt, &s->place, NULL)) == ST_OK && (st = tables_put(v, &recs[2], NULL)) == ST_OK)
			st = finish_all(v, s, &shown.iter, NULL);
		tables_close(v);
		shelf_free(s);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_true(i > 10);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(months), cmocka_unit_test(many_months), cmocka_unit_test(stays_open),
		cmocka_unit_test(kinds), cmocka_unit_test(whole_views), cmocka_unit_test(nothing), cmocka_unit_test(no_memory) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
