/* test_view_dat.c: chat as documents of a review: exact bytes, which records each holds, separators inside texts. */
#include "review.h"

#include "formats/documents.h"
#include "formats/view_dat.h"

static void
exact_bytes(void **state)
{
	(void)state;
	exact(&dat_view, "data/views/load/natives/000/000000004.dwg");
}

static void
separators(void **state)
{
	struct records recs;
	struct shelf shelf;
	struct str dat;
	size_t i, n_lines = 0, n_quotes = 0, n_separators = 0;

	(void)state;
	records_open(&recs, NULL);
	put_text(&recs, "a;b@c\\\\d", ",\"version\":\"1;@2\"", "\\u0014þ®\\r\\nþ\\u0014þnext");
	put_text(&recs, "a;b@c\\\\d", ",\"version\":\"2\"", "x");
	put_text(&recs, "a\\u0001b\\r\\u000b®þ中\\ufffe", ",\"version\":\"\\u007f®\"", "z");
	put_text(&recs, ";", "", "x");
	make(&dat_view, &shelf, &recs, false);
	dat = shelf_get(&shelf, "data/views/load/load.dat");
	for (i = 0; i + 1 < dat.n; i++) {
		n_separators += dat.p[i] == 0x14;
		n_quotes += dat.p[i] == '\xC3' && dat.p[i + 1] == '\xBE';
	}
	for (i = 0; i < dat.n; i++)
		n_lines += dat.p[i] == '\n';
	/* 26 fields in every line, whatever a text holds. */
	assert_int_equal(n_separators, n_lines * 25);
	assert_int_equal(n_quotes, n_lines * 52);
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
lists(void **state)
{
	static const char *const bad[] = { "a\\", "a@b@c", "a@b\\" };
	struct str id, version;
	struct arena a;
	struct err err;
	size_t i, at;

	(void)state;
	arena_init(&a, 65536);
	at = 0;
	assert_int_equal(documents_record(STR("a\\;b@1;c"), &at, &id, &version, &a, &err), ST_OK);
	assert_true(str_is(id, "a;b") && str_is(version, "1"));
	assert_int_equal(documents_record(STR("a\\;b@1;c"), &at, &id, &version, &a, &err), ST_OK);
	assert_true(str_is(id, "c") && version.p == NULL);
	assert_int_equal(documents_record(STR("a\\;b@1;c"), &at, &id, &version, &a, &err), ST_END);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		at = 0;
		assert_int_equal(documents_record(str_of(bad[i]), &at, &id, &version, &a, &err), ST_INPUT);
	}
	arena_free(&a);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(separators), cmocka_unit_test(lists) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
