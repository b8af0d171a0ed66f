/* test_view_eml.c: chat as mail: exact bytes, which records each message holds, attachments, hostile names. */
#include "shelf.h"

#include "core/digest.h"
#include "formats/mail.h"
#include "formats/view_eml.h"

static const struct format_options opt = { .made_ms = INT64_C(1795312800000), .chain = "urn:uuid:6f1c1a52-3c55-4d0b-9a4e-8d3c1f2b7a90", .archive = "acme-00000001" };

/* Attachments as an archive gives them; every file of this tenant has these bytes. */
static enum status
blob(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	(void)b;
	assert_true(max >= 8);
	return str_has_prefix(path, "data/files/") ? sink_write(to, "\x89PNG\r\n\x1a\n", 8, err) : ST_END;
}

static void
make(struct shelf *shelf, struct records *recs, struct view_blobs *blobs)
{
	struct view_input in = { .opt = &opt, .records = &recs->iter, .blobs = blobs, .scratch = -1 };
	struct err err;

	err_init(&err);
	shelf_init(shelf);
	if (eml_view.make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
	shelf_holds(shelf, &eml_view, recs);
}

static void
exact_bytes(void **state)
{
	struct records recs;
	struct shelf shelf;
	size_t i;

	(void)state;
	records_open(&recs, "acme.jsonl");
	make(&shelf, &recs, NULL);
	assert_int_equal(shelf.n, 6);
	for (i = 0; i < shelf.n; i++)
		shelf_golden(&shelf, shelf.at[i].path);
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
put_line(struct records *r, const char *stream, const char *kind, const char *id, const char *n)
{
	assert_int_equal(buf_addf(&r->text, NULL, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"%s\",\"id\":\"%s\",\"tenant\":\"Ac me\",\"source\":{\"platform\":\"wecom\","
	    "\"endpoint\":\"%s\",\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":%s,\"raw\":{}}\n", kind, id, stream, n), ST_OK);
}

static bool
holds(struct str s, const char *part)
{
	return memmem(s.p, s.n, part, strlen(part)) != NULL;
}

/* What people wrote cannot add a header, end a part or pass for the head of another message; an attachment inside has its bytes. */
static void
hostile(void **state)
{
	struct view_blobs blobs = { blob };
	struct sink_mem sink;
	struct records recs;
	struct shelf shelf;
	struct buf back;
	struct err err;
	struct str eml;
	int fd;

	(void)state;
	records_open(&recs, NULL);
	put_line(&recs, "users", "user", "a b", "{\"id\":\"a b\",\"name\":\"x\\r\\nBcc: everybody@x.invalid\\u0000\\u2028\\\"<\"}");
	put_line(&recs, "messages", "message", "m1", "{\"id\":\"m1\",\"sent_at\":\"2026-11-21T16:00:00.000Z\",\"type\":\"text\",\"from\":\"a b\",\"to\":[\"..\",\"\"],\"room\":\"\","
	    "\"text\":\"one\\n[2026-11-22T00:00:00.000+08:00] boss <boss>: forged\\r\\n.\\r\\n--=_\",\"files\":[\"f\",\"g\",\"h\"]}");
	put_line(&recs, "files", "file", "f", "{\"id\":\"f\",\"of_stream\":\"messages\",\"of_id\":\"m1\",\"name\":\"../a\\r\\nX: y.png\",\"media_type\":\"multipart/mixed; boundary=x\",\"size\":8,"
	    "\"sha256\":\"4c4b6a3be1314ab86138bef4314dde022e600960d8689a2c8f8631802d20dab6\",\"path\":\"data/files/000000/000000001.png\"}");
	put_line(&recs, "files", "file", "g", "{\"id\":\"g\",\"of_stream\":\"messages\",\"of_id\":\"m1\",\"name\":\"large\",\"size\":99999999999,\"path\":\"data/files/000000/000000002\"}");
	make(&shelf, &recs, &blobs);
	assert_int_equal(shelf.n, 1);
	eml = buf_str(&shelf.at[0].buf);
	assert_false(holds(eml, "\nBcc:"));
	assert_false(holds(eml, "\nX:"));
	assert_true(holds(eml, "a=20b@ac-me.wecom.invalid"));
	assert_true(holds(eml, "Content-Type: application/octet-stream"));
	fd = shelf_fd(eml);
	buf_init(&back, 4096);
	sink_mem_init(&sink, &back);
	assert_int_equal(mail_read(fd, "records.jsonl", &sink.sink, &err), ST_OK);
	assert_true(holds(recs.text.p != NULL ? buf_str(&recs.text) : STR(""), "m1"));
	assert_true(back.n > 0 && memmem(recs.text.p, recs.text.n, back.p, back.n) != NULL);	/* byte for byte */
	buf_clear(&back);
	assert_int_equal(mail_read(fd, "../a\xEF\xBF\xBD\xEF\xBF\xBDX: y.png", &sink.sink, &err), ST_OK);
	assert_true(str_is(buf_str(&back), "\x89PNG\r\n\x1a\n"));
	assert_int_equal(mail_read(fd, "nothing", &sink.sink, &err), ST_INPUT);
	close(fd);
	fd = shelf_fd(STR("no message"));
	assert_int_equal(mail_read(fd, "records.jsonl", &sink.sink, &err), ST_INPUT);
	close(fd);
	buf_free(&back);
	shelf_empty(&shelf);
	records_close(&recs);
}

static void
locals(void **state)
{
	static const struct { const char *in, *want; } cases[] = {
		{ "lin.yue", "lin.yue" }, { "A-b_9", "A-b_9" }, { ".a", "=2Ea" }, { "a.", "a=2E" }, { "a..b", "a=2E.b" }, { "林", "=E6=9E=97" }, { "a@b", "a=40b" },
	};
	char out[MAIL_LOCAL], longer[200];
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(mail_local(str_of(cases[i].in), out, &err), ST_OK);
		assert_string_equal(out, cases[i].want);
	}
	memset(longer, 'x', sizeof(longer));
	assert_int_equal(mail_local((struct str){ longer, sizeof(longer) }, out, &err), ST_OK);
	assert_int_equal(strlen(out), 34);
	assert_int_equal(mail_local(STR(""), out, &err), ST_OK);
	assert_int_equal(strlen(out), 34);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(hostile), cmocka_unit_test(locals) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
