/* test_path.c: names of files from ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "formats/path.h"

/* Hashes: printf %s ID | sha256sum. */
static const struct { const char *id, *name; } cases[] = {
	{ "202611220001", "202611220001" }, { "a", "a" }, { "a.b_c-d", "a.b_c-d" }, { "0", "0" },
	{ "", "h-e3b0c44298fc1c149afbf4c8996fb924" }, { ".a", "h-36797c3aba1ef6ae33ece2e5a184ba80" }, { "..", NULL }, { "-x", NULL }, { "_x", NULL },
	{ "A", "h-559aead08264d5795d3909718cdd05ab" }, { "a/b", NULL }, { "审", NULL }, { "a b", NULL },
	{ "0123456789012345678901234567890123456789x", "0123456789012345678901234567890123456789x" }, /* 41 */
	{ "0123456789012345678901234567890123456789xy", NULL },
	{ "h-00000000000000000000000000000000", NULL }, /* looks like a hash and is none */
};

static void
names(void **state)
{
	char out[PATH_NAME];
	size_t i, k;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(path_of_id(str_of(cases[i].id), 41, out, NULL), ST_OK);
		if (cases[i].name != NULL)
			assert_string_equal(out, cases[i].name);
		else {
			assert_int_equal(strlen(out), PATH_HASH);
			assert_memory_equal(out, "h-", 2);
			assert_string_not_equal(out, cases[i].id);
		}
		for (k = 0; k < i; k++) {
			char other[PATH_NAME];

			assert_int_equal(path_of_id(str_of(cases[k].id), 41, other, NULL), ST_OK);
			assert_string_not_equal(out, other);
		}
	}
	assert_int_equal(path_of_id((struct str){ "a\0b", 3 }, 41, out, NULL), ST_OK);
	assert_memory_equal(out, "h-", 2);
}

static void
taken_once(void **state)
{
	struct path_book book = { NULL, 0, 0 };
	char out[PATH_NAME], id[48];
	unsigned i;

	(void)state;
	assert_int_equal(path_take(&book, STR("x"), 41, out, NULL), ST_OK);
	assert_string_equal(out, "x");
	assert_int_equal(path_take(&book, STR("x-2"), 41, out, NULL), ST_OK);
	assert_string_equal(out, "x-2");
	assert_int_equal(path_take(&book, STR("x"), 41, out, NULL), ST_OK); /* x-2 is another one's */
	assert_string_equal(out, "x-3");
	assert_int_equal(path_take(&book, STR("x"), 41, out, NULL), ST_OK);
	assert_string_equal(out, "x-4");
	/* No room behind a long id. */
	snprintf(id, sizeof(id), "%041d", 7);
	assert_int_equal(path_take(&book, str_of(id), 41, out, NULL), ST_OK);
	assert_string_equal(out, id);
	assert_int_equal(path_take(&book, str_of(id), 41, out, NULL), ST_OK);
	assert_int_equal(strlen(out), PATH_HASH + 2);
	assert_string_equal(out + PATH_HASH, "-2");
	for (i = 0; i < 5000; i++) {
		snprintf(id, sizeof(id), "n%u", i);
		assert_int_equal(path_take(&book, str_of(id), 41, out, NULL), ST_OK);
		assert_string_equal(out, id);
	}
	for (i = 0; i < 5000; i++) {
		char want[60];

		snprintf(id, sizeof(id), "n%u", i);
		snprintf(want, sizeof(want), "n%u-2", i);
		assert_int_equal(path_take(&book, str_of(id), 41, out, NULL), ST_OK);
		assert_string_equal(out, want);
	}
	path_book_free(&book);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(taken_once) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
