/* test_pending.c: how far a sealed archive is; and the addresses of keys on tokens. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/key.h"
#include "archive/pending.h"
#include "core/fs.h"

static const char seal_text[] =
    "Format: custody/1\nChain: urn:uuid:00000000-0000-4000-8000-000000000001\nSequence: 1\nPrevious: none\nArchive: demo-00000001\n"
    "Sealed-At: 2026-11-22T02:00:00Z\nCovers: 2026-11-01T00:00:00Z/2026-11-22T00:00:00Z\nPayload: 10.1\nRecords: 1\nGaps: 0\n"
    "Tagmanifest: sha256:0000000000000000000000000000000000000000000000000000000000000000\n"
    "Signer: administrator cms sha256:0000000000000000000000000000000000000000000000000000000000000000\n"
    "Signer: compliance-officer sm2 sha256:0000000000000000000000000000000000000000000000000000000000000000\n";
static char place[] = "test-pending-XXXXXX";
static struct err err;
static int dir = -1;

static void
put(const char *name, const char *text)
{
	assert_int_equal(fs_replace(dir, name, text, strlen(text), &err), ST_OK);
}

static void
expect(enum pending_stage stage, const char *json)
{
	struct pending p;
	struct buf b;

	buf_init(&b, 4096);
	assert_int_equal(pending_read(dir, &p, &err), ST_OK);
	assert_int_equal(p.stage, stage);
	assert_int_equal(pending_json(&p, &b, &err), ST_OK);
	assert_int_equal(buf_z(&b, &err), ST_OK);
	assert_string_equal(b.p, json);
	buf_clear(&b);
	assert_int_equal(pending_text(&p, &b, &err), ST_OK);
	assert_int_equal(buf_z(&b, &err), ST_OK);
	assert_true(p.n_missing == 0 || strstr(b.p, p.missing[p.n_missing - 1]) != NULL);
	buf_free(&b);
}

static void
test_stages(void **state)
{
	struct pending p;

	(void)state;
	assert_int_equal(pending_read(dir, &p, &err), ST_END);
	put("seal.txt", seal_text);
	expect(PENDING_UNSIGNED, "\"stage\":\"unsigned\",\"missing\":[\"administrator\",\"compliance-officer\"],\"tokens\":0");
	put("compliance-officer.p7s", "of another kind");
	expect(PENDING_UNSIGNED, "\"stage\":\"unsigned\",\"missing\":[\"administrator\",\"compliance-officer\"],\"tokens\":0");
	put("compliance-officer.sm2sig", "x");
	expect(PENDING_PARTLY, "\"stage\":\"partly-signed\",\"missing\":[\"administrator\"],\"tokens\":0");
	put("administrator.p7s", "x");
	expect(PENDING_SIGNED, "\"stage\":\"signed\",\"missing\":[],\"tokens\":0");
	put("sha256sums.txt.3.tsr", "x");
	expect(PENDING_SIGNED, "\"stage\":\"signed\",\"missing\":[],\"tokens\":1");
	put("seal.txt", "Format: custody/1\r\n");
	assert_int_equal(pending_read(dir, &p, &err), ST_CORRUPT);
}

static void
test_addresses(void **state)
{
	static const struct { const char *uri; enum status want; } cases[] = {
		{ "pkcs11:token=t;object=o", ST_OK }, { "pkcs11:object=o", ST_OK }, { "pkcs11:id=%01", ST_OK },
		{ "pkcs11:token=t;object=o?module-path=/usr/lib/x.so", ST_OK }, { "pkcs11:token=my%20card;object=o;type=private", ST_OK },
		{ "pkcs11:", ST_USAGE }, { "pkcs11:token=t", ST_USAGE }, { "file:x", ST_USAGE }, { "", ST_USAGE }, { "PKCS11:object=o", ST_USAGE },
		{ "pkcs11:object=", ST_USAGE }, { "pkcs11:token=a b;object=o", ST_USAGE }, { "pkcs11:object=\xe5\x8d\xa1", ST_USAGE },
		{ "pkcs11:object=o?pin-value=1234", ST_USAGE }, { "pkcs11:object=o;pin-value=1234", ST_USAGE },
		{ "pkcs11:object=o?module-path=/x&pin-source=/y", ST_USAGE }, { "pkcs11:object=o\n", ST_USAGE },
	};
	EVP_PKEY *key;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (key_token_check(cases[i].uri, &err) != cases[i].want)
			fail_msg("%s", cases[i].uri);
	assert_null(strstr(err.text, "1234"));
	assert_int_equal(key_token("pkcs11:object=o?module-path=relative.so", STR_NONE, &key, &err), ST_USAGE);
	assert_int_equal(key_token("pkcs11:object=o?module-path=/x%0", STR_NONE, &key, &err), ST_USAGE);
	assert_int_equal(key_token("pkcs11:object=o?module-path=/x%00y", STR_NONE, &key, &err), ST_USAGE);
	assert_true(key_is_token("pkcs11:x") && !key_is_token("file:pkcs11:x"));
	assert_int_equal(key_pem(STR("not a key"), "somebody", &key, &err), ST_DENIED);
	assert_null(key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_stages), cmocka_unit_test(test_addresses) };
	int failed;

	err_init(&err);
	if (mkdtemp(place) == NULL || (dir = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	close(dir);
	if (fs_remove_tree(AT_FDCWD, place, &err) != ST_OK)
		failed++;
	return failed;
}
