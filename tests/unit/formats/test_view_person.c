/* test_view_person.c: all records of a scope: exact bytes, which records each document holds, what XML cannot hold. */
#include "shelf.h"

#include "formats/view_person.h"

static const struct format_options opt = { .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000),
	.chain = "urn:uuid:6f1c1a52-3c55-4d0b-9a4e-8d3c1f2b7a90", .archive = "acme-00000001" };

static void
make(struct shelf *shelf, const struct view_family *family, struct records *recs)
{
	struct view_input in = { .opt = &opt, .records = &recs->iter, .scratch = -1 };
	struct err err;

	err_init(&err);
	shelf_init(shelf);
	if (family->make(&in, &shelf->place, &err) != ST_OK)
		fail_msg("%s", err.text);
	shelf_holds(shelf, family, recs);
}

static void
save(const struct shelf *shelf, const char *path, const char *file)
{
	shelf_save(file, shelf_get(shelf, path));
}

/* The documents are judged by their own schemas, the schemas by the validator. */
static void
exact_bytes(void **state)
{
	static const char dir[] = TEST_BUILD_DIR "/test_view_person.tmp";
	struct records recs;
	struct shelf shelf;
	char command[4096];

	(void)state;
	records_open(&recs, "acme.jsonl");
	make(&shelf, &person_view, &recs);
	assert_int_equal(shelf.n, 2);
	shelf_golden(&shelf, "data/views/person/records.xml");
	(void)mkdir(dir, 0777);
	save(&shelf, "data/views/person/records.xml", TEST_BUILD_DIR "/test_view_person.tmp/records.xml");
	save(&shelf, "data/views/person/records.xsd", TEST_BUILD_DIR "/test_view_person.tmp/records.xsd");
	(void)snprintf(command, sizeof(command), "cd '%s' && xmllint --noout --schema records.xsd records.xml 2>xmllint.log", dir);
	if (access("/usr/bin/xmllint", X_OK) == 0)
		assert_int_equal(system(command), 0);
	shelf_empty(&shelf);
	make(&shelf, &person_json_view, &recs);
	assert_int_equal(shelf.n, 2);
	shelf_golden(&shelf, "data/views/person/records.json");
	shelf_empty(&shelf);
	records_close(&recs);
}

/* Ids of what XML cannot hold: read back as they were, and the schema knows the attribute that tells them. */
static void
odd_ids(void **state)
{
	static const char dir[] = TEST_BUILD_DIR "/test_view_person_ids.tmp";
	struct records recs;
	struct shelf shelf;
	char command[4096];

	(void)state;
	records_open(&recs, NULL);
	records_put(&recs, "messages", "message", "a\\u0001<\\\"\\r\\u000b", ",\"version\":\"\\ufffe&\\t\"", "{\"id\":\"x\"}");
	records_put(&recs, "messages", "message", "b\\\\u0001", "", "{\"id\":\"x\"}");
	make(&shelf, &person_view, &recs);
	(void)mkdir(dir, 0777);
	save(&shelf, "data/views/person/records.xml", TEST_BUILD_DIR "/test_view_person_ids.tmp/records.xml");
	save(&shelf, "data/views/person/records.xsd", TEST_BUILD_DIR "/test_view_person_ids.tmp/records.xsd");
	(void)snprintf(command, sizeof(command), "cd '%s' && xmllint --noout --schema records.xsd records.xml 2>xmllint.log", dir);
	if (access("/usr/bin/xmllint", X_OK) == 0)
		assert_int_equal(system(command), 0);
	shelf_empty(&shelf);
	make(&shelf, &person_json_view, &recs);
	shelf_empty(&shelf);
	records_close(&recs);
}

/* Nothing in scope: still a document, and a valid one. */
static void
nothing(void **state)
{
	struct records recs;
	struct shelf shelf;

	(void)state;
	records_open(&recs, NULL);
	make(&shelf, &person_view, &recs);
	shelf_empty(&shelf);
	make(&shelf, &person_json_view, &recs);
	shelf_empty(&shelf);
	records_close(&recs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes), cmocka_unit_test(odd_ids), cmocka_unit_test(nothing) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
