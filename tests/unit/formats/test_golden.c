/*
 * test_golden.c: the records of tests/golden/records become exactly the files below tests/golden/views, and every family reads its records back.  The tables
 * also as an export makes them: put one by one, and with every table opened anew between two records.
 */
#include "shelf.h"

#include "formats/formats.h"
#include "formats/tables.h"

static const struct format_options opt = { .crlf = true, .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000) };

static void
make(struct shelf *shelf, const struct view_family *family)
{
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = -1 };
	struct err err;

	err_init(&err);
	records_open(&recs, "acme.jsonl");
	if (family->make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s: %s", family->name, err.text);
	shelf_holds(shelf, family, &recs);
	records_close(&recs);
}

static void
exact_bytes(void **state)
{
	static const char *const families[] = { "csv", "json", "xml", "report" };
	struct shelf shelf;
	size_t i, n = 0;

	(void)state;
	for (i = 0; i < sizeof(families) / sizeof(families[0]); i++) {
		shelf_init(&shelf);
		make(&shelf, formats_find(str_of(families[i])));
		n += shelf.n;
		while (shelf.n > 0) {
			shelf_golden(&shelf, shelf.at[shelf.n - 1].path);
			buf_free(&shelf.at[--shelf.n].buf);
		}
	}
	assert_int_equal(n, 15);
}

struct pump {
	struct tables *tables;
	struct shelf *shelf;
	bool anew;
};

static enum status
pump_each(void *ctx, const struct record *rec, struct err *err)
{
	struct pump *p = ctx;

	if (p->anew) {
		tables_close(p->tables);
		assert_int_equal(tables_open(&p->tables, &opt, &p->shelf->place, err), ST_OK);
	}
	return tables_put(p->tables, rec, err);
}

static void
as_they_come(void **state)
{
	struct records recs;
	struct shelf shelf;
	struct pump p = { NULL, &shelf, false };
	struct err err;
	size_t i;

	(void)state;
	err_init(&err);
	records_open(&recs, "acme.jsonl");
	for (;; p.anew = true) {
		shelf_init(&shelf);
		assert_int_equal(tables_open(&p.tables, &opt, &shelf.place, &err), ST_OK);
		assert_int_equal(records_run(&recs.iter, NULL, pump_each, &p, &err), ST_OK);
		assert_int_equal(tables_finish(p.tables, &err), ST_OK);
		tables_close(p.tables);
		for (i = 0; i < shelf.n; i++)
			shelf_golden(&shelf, shelf.at[i].path);
		shelf_empty(&shelf);
		if (p.anew)
			break;
	}
	records_close(&recs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(as_they_come) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
