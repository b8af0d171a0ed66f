/* test_names.c: tables of names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "archive/names.h"

static void
test_words(void **state)
{
	static const struct { const char *in; bool label, role, stream; } cases[] = {
		{ "demo", true, true, true }, { "a", true, true, true }, { "0", true, false, false }, { "", false, false, false },
		{ "-a", false, false, false }, { "A", false, false, false }, { "a-", true, true, true }, { "a_b", false, false, false },
		{ "abcdefghijklmnop", true, true, true }, { "abcdefghijklmnopq", false, true, true },
		{ "abcdefghijklmnopqrstuvwxyz012345", false, true, true }, { "abcdefghijklmnopqrstuvwxyz0123456", false, false, true }, { "a.b", false, false, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(names_label_ok(str_of(cases[i].in)), cases[i].label);
		assert_int_equal(names_role_ok(str_of(cases[i].in)), cases[i].role);
		assert_int_equal(names_stream_ok(str_of(cases[i].in)), cases[i].stream);
	}
	assert_true(names_chain_ok(STR("urn:uuid:01234567-89ab-4cde-8f01-23456789abcd")));
	assert_false(names_chain_ok(STR("urn:uuid:01234567-89AB-4cde-8f01-23456789abcd")));
	assert_false(names_chain_ok(STR("urn:uuid:01234567-89ab-4cde-8f01-23456789abc")));
	assert_false(names_chain_ok(STR("urn:uuid:01234567089ab-4cde-8f01-23456789abcd")));
	assert_false(names_chain_ok(STR_NONE));
}

static void
test_paths(void **state)
{
	static const char *const good[] = { "a", "A/b_c/d-e.f", "_x", "demo-00000001/data/files/000000/000000001.txt", "console", "com", "com10", "xcon", "a.con", "lpt", "nul0" };
	static const char *const bad[] = { "", "/", "a/", "/a", "a//b", ".", "..", "a/./b", "a/../b", ".a", "a.", "a./b", "-a", "a b", "a\\b", "a:b", "\xe4\xbd\xa0",
	    "con", "CON", "Nul.txt", "a/aux", "prn.tar.gz", "com0", "COM9.x", "lpt1/a", "a\nb" };
	char path[102];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(names_path_ok(str_of(good[i])));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(names_path_ok(str_of(bad[i])));
	assert_false(names_path_ok((struct str){ "a\0b", 3 }));
	memset(path, 'a', sizeof(path));
	assert_true(names_path_ok((struct str){ path, 100 }));
	assert_false(names_path_ok((struct str){ path, 101 }));
}

static void
test_sequence(void **state)
{
	static const struct { const char *in; uint64_t n; } cases[] = {
		{ "demo-00000001", 1 }, { "a-b-00000012", 12 }, { "demo-99999999", 99999999 }, { "demo-100000000", 100000000 }, { "demo-1", 0 },
		{ "demo-00000000", 0 }, { "demo-000000001", 0 }, { "demo00000001", 0 }, { "-00000001", 0 }, { "Demo-00000001", 0 }, { "demo-0000000a", 0 },
		{ "demo-00000001.tar.gz", 0 }, { "", 0 }, { "demo-18446744073709551615", UINT64_MAX }, { "demo-18446744073709551616", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(names_sequence(str_of(cases[i].in)), cases[i].n);
}

static void
test_id(void **state)
{
	static const char *const kept[] = { "202601010001", "a", "a.b_c-d", "abcdefghijklmnopqrstuvwxyz012345abcdefghijklmnopqrstuvwxyz012345" };
	static const char *const hashed[] = { "", "A", "a.", ".a", "con", "nul.x", "a/b", "\xe4\xbd\xa0", "abcdefghijklmnopqrstuvwxyz012345abcdefghijklmnopqrstuvwxyz0123456" };
	char out[72];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		assert_int_equal(names_id(str_of(kept[i]), out, NULL), ST_OK);
		assert_string_equal(out, kept[i]);
	}
	for (i = 0; i < sizeof(hashed) / sizeof(hashed[0]); i++) {
		assert_int_equal(names_id(str_of(hashed[i]), out, NULL), ST_OK);
		assert_int_equal(strlen(out), 34);
		assert_memory_equal(out, "h-", 2);
		assert_true(names_path_ok(str_of(out)));
	}
	assert_int_equal(names_id(STR("A"), out, NULL), ST_OK);
	assert_string_equal(out, "h-559aead08264d5795d3909718cdd05ab");
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_words), cmocka_unit_test(test_paths), cmocka_unit_test(test_sequence), cmocka_unit_test(test_id) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
