/* test_line.c: record lines: RFC 8259 in UTF-8, the salt in front. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "archive/line.h"
#include "archive/records_check.h"

#define S	"{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUg\""

static enum status
check(struct str line)
{
	struct line_names names;
	struct err err;
	enum status st;

	err_init(&err);
	line_names_init(&names);
	st = line_check(&names, line, &err);
	assert_int_equal(line_check(&names, line, NULL), st);	/* once more, with what the first left behind */
	line_names_free(&names);
	return st;
}

static enum status
check_record(const char *line)
{
	struct records_check r;
	enum status st;

	records_check_init(&r);
	st = records_check_line(&r, str_of(line), NULL);
	records_check_free(&r);
	return st;
}

static void
forms(void **state)
{
	static const struct { const char *in; bool good; } cases[] = {
		{ "{}", true }, { "{\"a\":[]}", true }, { "{\"a\":{}}", true }, { "{ \"a\" : [ 1 , -0.5e+7 , 10 , true , false , null , \"\" ] }", true },
		{ "{\"a\":\"\\u0000\\\"\\\\\\/\\b\\f\\n\\r\\t\"}", true }, { "{\"你好\":\"\xf0\x9f\x98\x80 plain text long enough for eight\"}", true },
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
		if ((check(str_of(cases[i].in)) == ST_OK) != cases[i].good)
			fail_msg("%s", cases[i].in);
	assert_int_equal(check((struct str){ "{\"a\":\"\0\"}", 9 }), ST_CORRUPT);
}

/* I-JSON outside of the outermost "raw": no name twice, no half of a surrogate pair, however they are written. */
static void
strictness(void **state)
{
	static const struct { const char *in; bool good; } cases[] = {
		{ "{\"a\":1,\"a\":2}", false }, { "{\"a\":1,\"b\":2,\"c\":3,\"\\u0061\":4}", false }, { "{\"a\":1,\"A\":2}", true }, { "{\"\":1,\"\":2}", false },
		{ "{\"n\":{\"x\":1,\"y\":[{\"x\":1},{\"x\":1}]},\"x\":1}", true }, { "{\"n\":{\"y\":[{\"x\":1,\"z\":2,\"x\":1}]}}", false },
		{ "{\"a\":{\"a\":{\"a\":1}}}", true }, { "{\"a\":\"\\ud83d\\ude00\"}", true }, { "{\"a\":\"\\ud83d\"}", false }, { "{\"a\":\"\\ude00\"}", false },
		{ "{\"a\":\"\\ude00\\ud83d\"}", false }, { "{\"a\":\"\\ud83dx\"}", false }, { "{\"a\":\"\\ud83d\\n\"}", false }, { "{\"a\":[\"\\uD83D\\uD83D\"]}", false },
		{ "{\"\\ud800\":1}", false }, { "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":2}", false },
		{ "{\"raw\":{\"a\":1,\"a\":\"\\ud800\",\"\\udc00\":[{\"b\":1,\"b\":1}]}}", true }, { "{\"raw\":\"\\ud800\"}", true },
		{ "{\"raw\":{\"a\":1},\"n\":{\"a\":1,\"a\":2}}", false }, { "{\"raw\":{\"a\":1},\"x\":\"\\ud800\"}", false }, { "{\"raw\":1,\"\\ud800\":1}", false },
		{ "{\"n\":{\"raw\":{\"a\":1,\"a\":2}}}", false }, { "{\"raw\":1,\"raw\":2}", false }, { "[{\"a\":1}]", false },
	};
	char many[200 * 12];
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((check(str_of(cases[i].in)) == ST_OK) != cases[i].good)
			fail_msg("%s", cases[i].in);
	/* An object of many names, which are sorted: all different, then the first one again. */
	for (n = 1, many[0] = '{', i = 0; i < 150; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "\"k%zu\":%zu,", i * 7 % 150, i);
	many[n - 1] = '}';
	assert_int_equal(check((struct str){ many, n }), ST_OK);
	n = n - 1 + (size_t)snprintf(many + n - 1, sizeof(many) - n, ",\"\\u006b77\":0}");
	assert_int_equal(check((struct str){ many, n }), ST_CORRUPT);
}

static void
depth(void **state)
{
	char text[3000];
	size_t i, n;

	(void)state;
	for (n = 1023; n <= 1024; n++) {	/* 1023 arrays in the object: the limit; 1024: one over, which is no fault of the archive */
		memcpy(text, "{\"a\":", 5);
		for (i = 0; i < n; i++)
			text[5 + i] = '[';
		for (i = 0; i < n; i++)
			text[5 + n + i] = ']';
		text[5 + 2 * n] = '}';
		assert_int_equal(check((struct str){ text, 6 + 2 * n }), n == 1023 ? ST_OK : ST_UNSURE);
	}
}

/* More open names than are followed: not a fault of the archive either. */
static void
names(void **state)
{
	size_t n = 1, i, room = (LINE_NAMES_MAX + 2) * 14;
	char *text = malloc(room);

	(void)state;
	assert_non_null(text);
	for (text[0] = '{', i = 0; i <= LINE_NAMES_MAX; i++) {
		n += (size_t)snprintf(text + n, room - n, "\"%zu\":1,", i);
		if (i + 1 == LINE_NAMES_MAX) {
			text[n - 1] = '}';
			assert_int_equal(check((struct str){ text, n }), ST_OK);
			text[n - 1] = ',';
		}
	}
	text[n - 1] = '}';
	assert_int_equal(check((struct str){ text, n }), ST_UNSURE);
	free(text);
}

static void
salts(void **state)
{
	static const struct { const char *in; bool good; } cases[] = {
		{ S "}", true }, { S ",\"_x\":1}", false }, { S ",\"\\u005fx\":1}", false }, { S ",\"_s\":\"\"}", false }, { S ",\"n\":{\"_s\":1}}", true }, { S ",\"n\":1}", true }, { S " ,\"n\":1}", false }, { "{\"_s\": \"zXJgTcxTaBwqUD9kHhGwUg\"}", false },
		{ "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUh\"}", false }, { "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwU=\"}", false }, { "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUgg\"}", false },
		{ "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwg\"}", false }, { "{\"_t\":\"zXJgTcxTaBwqUD9kHhGwUg\"}", false }, { "{\"_s\":\"zXJgTcxTaBwqUD9kHhGw+g\"}", false },
		{ "{\"_redacted\":\"4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea\"}", false }, { "", false }, { S, false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if ((check_record(cases[i].in) == ST_OK) != cases[i].good)
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
	const struct CMUnitTest tests[] = { cmocka_unit_test(forms), cmocka_unit_test(strictness), cmocka_unit_test(depth), cmocka_unit_test(names), cmocka_unit_test(salts), cmocka_unit_test(vectors) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
