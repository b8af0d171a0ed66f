/* test_view_dat.c: chat as documents of a review: exact bytes, which records each holds, separators inside texts. */
#include "shelf.h"

#include "formats/documents.h"
#include "formats/view_dat.h"

static const struct format_options opt = { .made_ms = INT64_C(1795312800000), .archive = "acme-00000001" };

static enum status
blob(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	(void)b;
	(void)max;
	return str_has_prefix(path, "data/files/") ? sink_write(to, "content", 7, err) : ST_END;
}

static void
make(struct shelf *shelf, struct records *recs, bool with_files)
{
	struct view_blobs blobs = { blob };
	struct view_input in = { .opt = &opt, .records = &recs->iter, .blobs = with_files ? &blobs : NULL, .scratch = -1 };
	struct err err;

	err_init(&err);
	shelf_init(shelf);
	if (dat_view.make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
	shelf_holds(shelf, &dat_view, recs);
}

static void
exact_bytes(void **state)
{
	struct records recs;
	struct shelf shelf;
	size_t i;

	(void)state;
	records_open(&recs, "acme.jsonl");
	make(&shelf, &recs, false);
	assert_int_equal(shelf.n, 13);
	for (i = 0; i < shelf.n; i++)
		shelf_golden(&shelf, shelf.at[i].path);
	shelf_empty(&shelf);
	make(&shelf, &recs, true);
	assert_int_equal(shelf.n, 14);
	/* m10 stands in the third document; its first attachment is the fourth, the missing one the fifth. */
	assert_true(str_is(shelf_get(&shelf, "data/views/load/natives/000/000000004.dwg"), "content"));
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
put_line(struct records *r, const char *id, const char *version, const char *text)
{
	assert_int_equal(buf_addf(&r->text, NULL, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"message\",\"id\":\"%s\"%s,\"tenant\":\"acme\",\"source\":{\"platform\":\"wecom\","
	    "\"endpoint\":\"messages\",\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"%s\",\"sent_at\":\"2026-11-22T02:00:00.000Z\",\"type\":\"text\","
	    "\"from\":\"%s\",\"to\":[\"b\"],\"text\":\"%s\"},\"raw\":{}}\n", id, version, id, text, text), ST_OK);
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
	put_line(&recs, "a;b@c\\\\d", ",\"version\":\"1;@2\"", "\\u0014þ®\\r\\nþ\\u0014þnext");
	put_line(&recs, "a;b@c\\\\d", ",\"version\":\"2\"", "x");
	put_line(&recs, ";", "", "x");
	make(&shelf, &recs, false);
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
