/* test_line.c: record lines: RFC 8259 in UTF-8, the salt in front. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "archive/line.h"
#include "archive/records_check.h"

#define S	"{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUg\""

static void
forms(void **state)
{
	static const struct { const char *in; bool good; } cases[] = {
		{ "{}", true }, { "{\"a\":[]}", true }, { "{\"a\":{}}", true }, { "{ \"a\" : [ 1 , -0.5e+7 , 10 , true , false , null , \"\" ] }", true },
		{ "{\"a\":\"\\u0000\\ud800\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", true }, { "{\"你好\":\"\xf0\x9f\x98\x80 plain text long enough for eight\"}", true },
		{ "", false }, { "[]", false }, { "1", false }, { "{}x", false }, { "{} ", false }, { " {}", false }, { "{}{}", false }, { "{", false }, { "{\"a\"", false },
		{ "{\"a\":", false }, { "{\"a\":1", false }, { "{\"a\":1,", false }, { "{\"a\":1,}", false }, { "{\"a\":[1,]}", false }, { "{\"a\":[1}", false },
		{ "{\"a\":[1]]", false }, { "{\"a\" 1}", false }, { "{a:1}", false }, { "{\"a\":01}", false }, { "{\"a\":+1}", false }, { "{\"a\":1.}", false }, { "{\"a\":.5}", false },
		{ "{\"a\":1e}", false }, { "{\"a\":-}", false }, { "{\"a\":NaN}", false }, { "{\"a\":tru}", false }, { "{\"a\":\"\\x\"}", false }, { "{\"a\":\"\\u12g4\"}", false },
		{ "{\"a\":\"\\u12\"}", false }, { "{\"a\":\"\t\"}", false }, { "{\"a\":1\r}", false }, { "{\"a\":\"\xc0\xaf\"}", false }, { "{\"a\":\"\xed\xa0\x80\"}", false },
		{ "{\"a\":\"\xf4\x90\x80\x80\"}", false }, { "{\"a\":\"\xe4\xbd\"}", false }, { "{\"a\":\"\x80\"}", false }, { "{\"a\":\"\xff\"}", false }, { "{\"a\":\"1234567\x1f\"}", false },
		{ "\xef\xbb\xbf{}", false }, { "{,}", false }, { "{\"a\":1 \"b\":2}", false }, { "{\"a\":\"\\", false }, { "{\"a\":\"\\\"}", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((line_check(str_of(cases[i].in), NULL) == ST_OK) != cases[i].good)
			fail_msg("%s", cases[i].in);
	assert_int_equal(line_check((struct str){ "{\"a\":\"\0\"}", 9 }, NULL), ST_CORRUPT);
}

static void
depth(void **state)
{
	char text[600];
	size_t i, n;

	(void)state;
	for (n = 127; n <= 128; n++) {	/* 127 arrays in the object: the limit; 128: one over */
		memcpy(text, "{\"a\":", 5);
		for (i = 0; i < n; i++)
			text[5 + i] = '[';
		for (i = 0; i < n; i++)
			text[5 + n + i] = ']';
		text[5 + 2 * n] = '}';
		assert_int_equal(line_check((struct str){ text, 6 + 2 * n }, NULL), n == 127 ? ST_OK : ST_CORRUPT);
	}
}

static void
salts(void **state)
{
	static const struct { const char *in; bool good; } cases[] = {
		{ S "}", true }, { S ",\"n\":1}", true }, { S " ,\"n\":1}", false }, { "{\"_s\": \"zXJgTcxTaBwqUD9kHhGwUg\"}", false },
		{ "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUh\"}", false }, { "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwU=\"}", false }, { "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUgg\"}", false },
		{ "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwg\"}", false }, { "{\"_t\":\"zXJgTcxTaBwqUD9kHhGwUg\"}", false }, { "{\"_s\":\"zXJgTcxTaBwqUD9kHhGw+g\"}", false },
		{ "{\"_redacted\":\"4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea\"}", false }, { "", false }, { S, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((records_check_line(str_of(cases[i].in), NULL) == ST_OK) != cases[i].good)
			fail_msg("%s", cases[i].in);
}

/* Appendix A, in pieces of every size. */
static void
vectors(void **state)
{
	static const char text[] = "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUg\",\"n\":0,\"text\":\"你好\"}\n{\"_s\":\"uq-jmyxTPyn0s8NdmVTJpA\",\"n\":1,\"text\":\"hello\"}\n"
	    "{\"_s\":\"Z8pjntJtl42lYNSr90hrlg\",\"n\":2,\"text\":\"审批通过\"}\n";
	struct records_check r;
	unsigned char root[32];
	size_t piece, at, n = sizeof(text) - 1;
	char hex[65];

	(void)state;
	records_check_init(&r);
	for (piece = 1; piece <= n; piece++) {
		records_check_begin(&r);
		for (at = 0; at < n; at += piece)
			assert_int_equal(records_check_add(&r, (const unsigned char *)text + at, n - at < piece ? n - at : piece, NULL), ST_OK);
		assert_int_equal(records_check_end(&r, root, NULL), ST_OK);
		assert_int_equal(r.n, 3);
		digest_hex(root, 32, hex);
		assert_string_equal(hex, "7830e89f9d6f3bf0bc58dcc24500fffcd99d97d9847e3c1a0604066a869ff29d");
	}
	records_check_begin(&r);
	assert_int_equal(records_check_end(&r, root, NULL), ST_CORRUPT);
	assert_int_equal(records_check_add(&r, (const unsigned char *)text, n - 1, NULL), ST_OK);
	assert_int_equal(records_check_end(&r, root, NULL), ST_CORRUPT);
	records_check_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(forms), cmocka_unit_test(depth), cmocka_unit_test(salts), cmocka_unit_test(vectors) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
