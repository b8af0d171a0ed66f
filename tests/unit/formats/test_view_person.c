/* test_view_person.c: all records of a scope: exact bytes, which records each document holds, what XML cannot hold. */
#include "shelf.h"

#include "formats/view_person.h"

static const struct format_options opt = { .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000),
	.chain = "urn:uuid:6f1c1a52-3c55-4d0b-9a4e-8d3c1f2b7a90", .archive = "acme-00000001" };

static void
make(struct shelf *shelf, const struct view_family *family, struct records *recs)
{
	shelf_make(shelf, family, &opt, NULL, recs);
}

/* What the validator says of the document by its own schema, in a directory ${name} of the build. */
static void
valid(const struct shelf *shelf, const char *name)
{
	static const char *const files[] = { "records.xml", "records.xsd" };
	char path[256], file[4096], command[4096];
	size_t i;

	for (i = 0; i < 2; i++) {
		(void)snprintf(path, sizeof(path), "data/views/person/%s", files[i]);
		(void)snprintf(file, sizeof(file), TEST_BUILD_DIR "/%s/%s", name, files[i]);
		shelf_save(file, shelf_get(shelf, path));
	}
	(void)snprintf(command, sizeof(command), "cd '" TEST_BUILD_DIR "/%s' && xmllint --noout --schema records.xsd records.xml 2>xmllint.log", name);
	if (access("/usr/bin/xmllint", X_OK) == 0)
		assert_int_equal(system(command), 0);
}

/* The documents are judged by their own schemas, the schemas by the validator. */
static void
exact_bytes(void **state)
{
	struct records recs;
	struct shelf shelf;

	(void)state;
	records_open(&recs, "acme.jsonl");
	make(&shelf, &person_view, &recs);
	assert_int_equal(shelf.n, 2);
	shelf_golden(&shelf, "data/views/person/records.xml");
	valid(&shelf, "test_view_person.tmp");
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
	struct records recs;
	struct shelf shelf;

	(void)state;
	records_open(&recs, NULL);
	records_put(&recs, "messages", "message", "a\\u0001<\\\"\\r\\u000b", ",\"version\":\"\\ufffe&\\t\"", "{\"id\":\"x\"}");
	records_put(&recs, "messages", "message", "b\\\\u0001", "", "{\"id\":\"x\"}");
	make(&shelf, &person_view, &recs);
	valid(&shelf, "test_view_person_ids.tmp");
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
