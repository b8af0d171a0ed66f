/* test_view_edrm.c: chat as documents of a review: exact bytes, which records each holds, separators inside texts. */
#include "shelf.h"

#include "formats/documents.h"
#include "formats/view_edrm.h"

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
	if (edrm_view.make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
	shelf_holds(shelf, &edrm_view, recs);
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
	assert_true(str_is(shelf_get(&shelf, "data/views/edrm/natives/000/000000004.dwg"), "content"));
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

/* Ids that hold separators of the list, texts with what XML cannot hold: the document stays well-formed (read back by libxml2) and names the same records. */
static void
odd_texts(void **state)
{
	struct records recs;
	struct shelf shelf;

	(void)state;
	records_open(&recs, NULL);
	put_line(&recs, "a;b@c\\\\d", ",\"version\":\"1;@2\"", "]]><!--&\\u0000\\u0001\\uffff");
	put_line(&recs, "a;b@c\\\\d", ",\"version\":\"2\"", "\\\"");
	put_line(&recs, ";", "", "<x>");
	make(&shelf, &recs, false);
	shelf_empty(&shelf);
	records_close(&recs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(odd_texts) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
