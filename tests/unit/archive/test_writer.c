/* test_writer.c: salts, borders of segments, names of views, and what is refused.  Whole archives are judged in tests/interop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/writer.h"
#include "core/fs.h"
#include "core/mem.h"

#define NAME	"demo-00000001"

static struct err err;
static int store = -1;
static char place[] = "test-writer-XXXXXX";
static unsigned char key[32];

static struct archive_params
params(void)
{
	return (struct archive_params){ .name = NAME, .chain = "urn:uuid:00000000-0000-4000-8000-000000000001", .sequence = 1, .organization = "Example",
	    .group = "run-1", .software = "custody", .began_ms = INT64_C(1795305600000), .covers_from_ms = 0, .test_salt_key = key };
}

static int
setup(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(key); i++)
		key[i] = (unsigned char)i;
	return fs_remove_tree(store, NAME ".work", &err) != ST_OK || fs_remove_tree(store, NAME ".seal", &err) != ST_OK ||
	    fs_unlink(store, NAME ".tar.gz.partial", &err) != ST_OK;
}

static struct archive *
begin(void)
{
	struct archive_params p = params();
	struct archive *a;

	assert_int_equal(archive_create(&a, store, &p, ARCHIVE_NO_THREADS, &err), ST_OK);
	return a;
}

static struct buf
work_file(const char *name)
{
	char path[128];
	struct buf b;

	buf_init(&b, (size_t)1 << 20);
	snprintf(path, sizeof(path), NAME ".work/%s", name);
	assert_int_equal(fs_load(store, path, (size_t)1 << 20, &b, &err), ST_OK);
	assert_int_equal(buf_z(&b, &err), ST_OK);
	return b;
}

/* Appendix A: the same key, stream and records give the same salts and the same root. */
static void
test_salts(void **state)
{
	struct archive *a = begin();
	struct buf b;

	(void)state;
	assert_int_equal(archive_record(a, "messages", STR(",\"n\":0,\"text\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}"), &err), ST_OK);
	assert_int_equal(archive_record(a, "messages", STR(",\"n\":1,\"text\":\"hello\"}"), &err), ST_OK);
	assert_int_equal(archive_commit(a, STR("half way"), &err), ST_OK);
	archive_free(a);
	b = (struct buf){ 0 };
	buf_init(&b, 100);
	assert_int_equal(archive_resume(&a, store, NAME, ARCHIVE_NO_THREADS, &b, &err), ST_OK);
	assert_true(str_is(buf_str(&b), "half way"));
	buf_free(&b);
	assert_int_equal(archive_record(a, "messages", STR(",\"n\":2,\"text\":\"\xe5\xae\xa1\xe6\x89\xb9\xe9\x80\x9a\xe8\xbf\x87\"}"), &err), ST_OK);
	b = work_file("r.messages.000000.1.tail");
	assert_true(str_has_prefix(buf_str(&b), "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUg\",\"n\":0,\"text\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}\n{\"_s\":\"uq-jmyxTPyn0s8NdmVTJpA\",\"n\":1,"));
	buf_free(&b);
	assert_int_equal(archive_finish_records(a, STR(""), &err), ST_OK);
	b = work_file("segments.part");
	assert_string_equal(b.p, "7830e89f9d6f3bf0bc58dcc24500fffcd99d97d9847e3c1a0604066a869ff29d\t3\tdata/records/messages/000000.jsonl\n");
	buf_free(&b);
	archive_free(a);
}

static void
test_borders(void **state)
{
	struct archive *a = begin();
	struct buf big, b;
	unsigned i;

	(void)state;
	for (i = 0; i < 65537; i++)
		assert_int_equal(archive_record(a, "many", STR(",\"n\":0}"), &err), ST_OK);
	buf_init(&big, LIMIT_RECORD + 1);
	assert_int_equal(buf_room(&big, LIMIT_RECORD + 1, &err), ST_OK);
	memset(big.p, ' ', LIMIT_RECORD + 1);
	big.p[0] = ',';
	big.n = LIMIT_RECORD - 30;	/* {"_s":"…" is 30 bytes: exactly 16 MiB */
	big.p[big.n - 1] = '}';
	for (i = 0; i < 4; i++)		/* four of 16 MiB and their line ends pass 64 MiB */
		if (archive_record(a, "large", buf_str(&big), &err) != ST_OK)
			fail_msg("%s", err.text);
	big.p[big.n - 1] = ' ';
	big.n++;
	big.p[big.n - 1] = '}';
	assert_int_equal(archive_record(a, "large", buf_str(&big), &err), ST_LIMIT);
	assert_int_equal(archive_n_records(a, "many"), 65537);
	assert_int_equal(archive_n_records(a, NULL), 65541);
	assert_int_equal(archive_n_records(a, "none"), 0);
	assert_true(archive_commit_due(a));
	assert_int_equal(archive_finish_records(a, STR(""), &err), ST_OK);
	assert_false(archive_commit_due(a));
	b = work_file("segments.part");
	assert_non_null(strstr(b.p, "\t65536\tdata/records/many/000000.jsonl\n"));
	assert_non_null(strstr(b.p, "\t1\tdata/records/many/000001.jsonl\n"));
	assert_non_null(strstr(b.p, "\t3\tdata/records/large/000000.jsonl\n"));
	assert_non_null(strstr(b.p, "\t1\tdata/records/large/000001.jsonl\n"));
	buf_free(&b);
	buf_free(&big);
	archive_free(a);
}

static void
test_refused(void **state)
{
	static const char *const records[] = { "", "}", ",", ",\"a\":1", "\"a\":1}", ",\"a\":\n1}", ",\"a\":\r1}" };
	static const char *const views[] = { "data/files/x", "data/views/", "data/views/../x", "data/views/a b", "x", "data/views/con.csv" };
	unsigned char sha256[32];
	char path[LIMIT_PATH + 1];
	struct archive_params p = params();
	struct archive *a = begin(), *b;
	struct sink *s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		assert_int_equal(archive_record(a, "s", str_of(records[i]), &err), ST_INPUT);
	assert_int_equal(archive_record(a, "S", STR(",\"a\":1}"), &err), ST_USAGE);
	assert_int_equal(archive_record(a, "../x", STR(",\"a\":1}"), &err), ST_USAGE);
	for (i = 0; i < sizeof(views) / sizeof(views[0]); i++)
		assert_int_equal(archive_view(a, views[i], &s, &err), ST_USAGE);
	assert_int_equal(archive_view(a, "data/views/a-b.csv", &s, &err), ST_OK);
	assert_int_equal(archive_view(a, "data/views/org/x.csv", &s, &err), ST_OK);
	assert_int_equal(archive_view(a, "data/views/a-b.csv", &s, &err), ST_OK);
	assert_int_equal(archive_view(a, "data/views/A-b.csv", &s, &err), ST_USAGE);
	assert_int_equal(archive_view(a, "data/views/a-b.csv/x", &s, &err), ST_USAGE);
	assert_int_equal(archive_view(a, "data/views/ORG", &s, &err), ST_USAGE);
	assert_int_equal(archive_view(a, "data/views/org2", &s, &err), ST_OK);
	assert_int_equal(archive_file(a, "none", 3, "txt", path, sha256, &err), ST_IO);
	assert_int_equal(archive_file(a, "../state", 3, "txt", path, sha256, &err), ST_USAGE);
	assert_int_equal(archive_file(a, "x", 3, "TXT", path, sha256, &err), ST_USAGE);
	assert_int_equal(fs_replace(archive_work_dir(a), "x", "abc", 3, &err), ST_OK);
	assert_int_equal(archive_file(a, "x", 4, "txt", path, sha256, &err), ST_CORRUPT);
	assert_int_equal(archive_file(a, "x", 3, "txt", path, sha256, &err), ST_OK);
	assert_string_equal(path, "data/files/000000/000000001.txt");
	assert_int_equal(archive_commit(a, STR(""), &err), ST_OK);
	assert_int_equal(archive_file(a, "x", 3, "txt", path, sha256, &err), ST_IO);	/* gone with the commit */
	assert_int_equal(archive_create(&b, store, &p, 1, &err), ST_BUSY);
	p.sequence = 2;
	assert_int_equal(archive_create(&b, store, &p, 1, &err), ST_USAGE);
	assert_int_equal(archive_finish_records(a, STR(""), &err), ST_OK);
	assert_int_equal(archive_record(a, "s", STR(",\"a\":1}"), &err), ST_USAGE);
	archive_free(a);
}

/* Whichever allocation fails: a clean answer, and what was committed is there. */
static void
test_no_memory(void **state)
{
	struct archive_params p = params();
	struct archive *a;
	struct sink *s;
	struct buf b;
	enum status st;
	long n;

	for (n = 1; n < 400; n++) {
		assert_int_equal(setup(state), 0);
		a = NULL;
		mem_fail_at(n);
		if ((st = archive_create(&a, store, &p, ARCHIVE_NO_THREADS, &err)) == ST_OK &&
		    (st = archive_record(a, "s", STR(",\"a\":1}"), &err)) == ST_OK &&
		    (st = archive_view(a, "data/views/a", &s, &err)) == ST_OK && (st = sink_write(s, "abc", 3, &err)) == ST_OK &&
		    (st = archive_commit(a, STR("one"), &err)) == ST_OK && (st = archive_record(a, "s", STR(",\"a\":2}"), &err)) == ST_OK)
			st = archive_finish_records(a, STR("two"), &err);
		archive_free(a);
		if (!mem_fail_hit()) {
			mem_fail_at(0);
			assert_int_equal(st, ST_OK);
			return;
		}
		mem_fail_at(0);
		assert_int_equal(st, ST_NOMEM);
		buf_init(&b, 16);
		st = archive_resume(&a, store, NAME, ARCHIVE_NO_THREADS, &b, &err);
		assert_true(st == ST_OK || st == ST_END);
		assert_true(st == ST_END || str_is(buf_str(&b), "one") || str_is(buf_str(&b), "two"));
		buf_free(&b);
		archive_free(a);
	}
	fail();
}

/* Taken up again with too little memory: that is no damage, and the next try finds everything. */
static void
test_resume_no_memory(void **state)
{
	struct archive *a = begin();
	enum status st;
	struct sink *s;
	struct buf b;
	long n;

	(void)state;
	assert_int_equal(archive_record(a, "s", STR(",\"a\":1}"), &err), ST_OK);
	assert_int_equal(archive_view(a, "data/views/a", &s, &err), ST_OK);
	assert_int_equal(sink_write(s, "abc", 3, &err), ST_OK);
	assert_int_equal(archive_commit(a, STR("one"), &err), ST_OK);
	archive_free(a);
	for (n = 1; n < 400; n++) {
		buf_init(&b, 16);
		mem_fail_at(n);
		st = archive_resume(&a, store, NAME, ARCHIVE_NO_THREADS, &b, &err);
		if (!mem_fail_hit()) {
			mem_fail_at(0);
			assert_int_equal(st, ST_OK);
			assert_int_equal(archive_n_records(a, "s"), 1);
			archive_free(a);
			buf_free(&b);
			return;
		}
		mem_fail_at(0);
		assert_int_equal(st, ST_NOMEM);
		buf_free(&b);
	}
	fail();
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test_setup(test_salts, setup), cmocka_unit_test_setup(test_borders, setup),
	    cmocka_unit_test_setup(test_refused, setup), cmocka_unit_test_setup(test_no_memory, setup),
	    cmocka_unit_test_setup(test_resume_no_memory, setup) };
	int rc;

	if (mkdtemp(place) == NULL || chmod(place, 0700) != 0 || fs_dir_open(place, false, &store, &err) != ST_OK)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	fs_drop(&store);
	return fs_remove_tree(AT_FDCWD, place, &err) != ST_OK || rc != 0;
}
