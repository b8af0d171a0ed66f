/* test_report_html.c: the certificate as a page: golden bytes, more entries than it shows, certificates of other shapes. */
#include "shelf.h"

#include "formats/report_html.h"
#include "formats/view_report.h"

#define PAGE "data/report/report.html"

static const char certificate[] =
    "{\"format\":\"custody-completeness/1\",\"complete\":false,\"gaps\":5,\"limits\":6,\"archive\":\"acme-00000001\",\"chain\":\"urn:uuid:1\",\"run\":\"run-1\",\"tenant\":\"acme\","
    "\"platform\":\"wecom\",\"account\":\"ww0\",\"organization\":\"青松 <b>设计</b>\",\"purpose\":\"\",\"legal_basis\":null,\"legal_basis_note\":{\"en\":\"none was given\",\"zh\":\"未提供\"},"
    "\"operator\":null,\"operator_note\":{\"en\":\"none was given\",\"zh\":\"未提供\"},\"program\":\"custody 0.1.0\",\"began_at\":\"2026-11-21T16:00:00.000Z\","
    "\"captured_at\":\"2026-11-22T02:00:00.000Z\",\"time_zone\":\"Asia/Shanghai\",\"views\":{\"crlf\":false,\"formats\":[\"csv\",\"html\"]},\"volume\":{\"number\":2,\"of\":null,"
    "\"archives\":[\"acme-00000001\",\"acme-00000002\"]},\"sessions\":1,\"scope\":{\"pilot\":true,\"since\":\"2026-11-01T00:00:00.000Z\",\"users\":[\"lin.yue\",\"shen.bo\"],"
    "\"new\":[1]},\"method\":{\"en\":\"Every page was read.\",\"zh\":\"逐页读取。\"},\"streams\":[{\"stream\":\"messages\",\"expected\":20,\"expected_from\":[{\"how\":\"chat seq\",\"count\":20}],"
    "\"archived\":16,\"bytes\":4167,\"missing\":4,\"gaps\":[{\"reason\":\"window_lost\",\"entries\":1,\"objects\":4}],\"limited\":1,\"limits\":[{\"reason\":\"strange\",\"entries\":1,"
    "\"objects\":1}]},{\"stream\":\"new<stream>\",\"expected\":0,\"expected_from\":[],\"archived\":0,\"bytes\":0,\"missing\":0,\"gaps\":[],\"limited\":0,\"limits\":[]}],"
    "\"later\":{\"a\":\"</style><script>\"}}\n";

static void
make(struct shelf *shelf, struct records *recs, const char *report)
{
	const struct format_options opt = { .organization = "青松", .report = str_of(report), .no_pdf = true };
	struct view_input in = { .opt = &opt, .records = &recs->iter, .scratch = -1 };
	struct err err;

	err_init(&err);
	shelf_init(shelf);
	if (report_view.make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
}

static bool
has(const struct shelf *shelf, const char *what)
{
	const struct str page = shelf_get(shelf, PAGE);

	return page.p != NULL && memmem(page.p, page.n, what, strlen(what)) != NULL;
}

static void
exact_bytes(void **state)
{
	static struct shelf shelf;
	struct records recs;

	(void)state;
	records_open(&recs, "acme.jsonl");
	make(&shelf, &recs, certificate);
	shelf_golden(&shelf, PAGE);
	shelf_empty(&shelf);
	make(&shelf, &recs, NULL);
	assert_null(shelf_get(&shelf, PAGE).p);
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
other_shapes(void **state)
{
	static struct shelf shelf;
	struct records recs;
	unsigned i;

	(void)state;
	records_open(&recs, NULL);
	for (i = 1; i <= REPORT_HTML_ROWS + 1; i++)
		assert_int_equal(buf_addf(&recs.text, NULL,
		    "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"gap\",\"id\":\"%u\",\"tenant\":\"acme\",\"source\":{\"platform\":\"wecom\",\"endpoint\":\"gaps\","
		    "\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":{\"id\":\"%u\",\"of_stream\":\"files\",\"object\":\"no%u.\",\"reason\":\"expired\",\"count\":1}}\n",
		    i, i, i), ST_OK);
	make(&shelf, &recs, "{\"complete\":true,\"scope\":{\"pilot\":false},\"streams\":7,\"method\":[],\"volume\":3,\"views\":null,\"began_at\":\"yesterday\"}");
	assert_true(has(&shelf, "verdict good") && has(&shelf, "200 / 201") && has(&shelf, "no200.") && !has(&shelf, "no201.") && has(&shelf, "everything: no bound was set"));
	shelf_empty(&shelf);
	make(&shelf, &recs, "{}");
	assert_true(has(&shelf, "verdict bad"));
	shelf_empty(&shelf);
	make(&shelf, &recs, "{\"complete\":false,\"volume_note\":{\"zh\":\"甲\",\"en\":\"a\"}}");
	assert_true(has(&shelf, "the run goes on in the next archive"));
	shelf_empty(&shelf);
	records_close(&recs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(other_shapes) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
