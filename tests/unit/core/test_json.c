/* json: what is accepted, what is refused, where the limits are; jansson as the second opinion. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
/* The other library has three names of ours. */
#define JSON_TRUE	JANSSON_TRUE
#define JSON_FALSE	JANSSON_FALSE
#define JSON_NULL	JANSSON_NULL
#include <jansson.h>
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"

static enum status
pull(struct str s, unsigned *flags)
{
	struct json_event ev;
	struct json j;
	struct err err;
	enum status st;

	*flags = 0;
	json_init(&j, s);
	do {
		if ((st = json_next(&j, &ev, &err)) != ST_OK)
			return st;
		*flags |= ev.flags;
	} while (ev.tok != JSON_EOF);
	assert_int_equal(json_next(&j, &ev, &err), ST_OK);
	assert_int_equal(ev.tok, JSON_EOF);
	return ST_OK;
}

static enum status
tape(struct str s, unsigned *flags)
{
	struct json_node *t;
	struct arena a;
	struct err err;
	enum status st;
	size_t n;

	arena_init(&a, LIMIT_ARENA);
	st = json_tape(s, &a, &t, &n, &err);
	*flags = st == ST_OK ? t[0].flags : 0;
	if (st == ST_OK)
		assert_int_equal(t[0].next, n);
	arena_free(&a);
	return st;
}

#define OK(s, f)	{ s, sizeof(s) - 1, ST_OK, f }
#define NO(s)		{ s, sizeof(s) - 1, ST_INPUT, 0 }

static const struct { const char *in; size_t n; enum status want; unsigned flags; } cases[] = {
	OK("0", 0), OK("-0", 0), OK("-0.0e-0", 0), OK("1E+9", 0), OK("10.01", 0), OK(" \t\r\n1 \t\r\n", 0), OK("true", 0), OK("false", 0),
	OK("null", 0), OK("\"\"", 0), OK("[]", 0), OK("{}", 0), OK("[ ]", 0), OK("{ }", 0), OK("[1,2]", 0), OK("[[],[[]],{}]", 0),
	OK("{\"a\":1,\"b\":[2]}", 0), OK("{\"\":0}", 0), OK("\"\x7f\"", 0), OK("\"\\u00e9\\/\\b\\f\\n\\r\\t\\\\\\\"\"", JSON_F_ESCAPE),
	OK("\"\xe4\xb8\xad\xe6\x96\x87\"", 0), OK("\"\xf0\x9f\x98\x80\"", 0), OK("\"\\ud83d\\ude00\"", JSON_F_ESCAPE),
	OK("\"\\uD83D\\uDE00\"", JSON_F_ESCAPE), OK("\"\\u0000\"", JSON_F_ESCAPE | JSON_F_NUL),
	OK("\"\\ud800\"", JSON_F_ESCAPE | JSON_F_SURROGATE), OK("\"\\ude00x\"", JSON_F_ESCAPE | JSON_F_SURROGATE),
	OK("\"\\ud800\\ud800\"", JSON_F_ESCAPE | JSON_F_SURROGATE), OK("\"\\ud800\\n\"", JSON_F_ESCAPE | JSON_F_SURROGATE),
	OK("\"\\ud83f\\udfff\"", JSON_F_ESCAPE | JSON_F_NONCHAR), OK("\"\\uffff\"", JSON_F_ESCAPE | JSON_F_NONCHAR),
	OK("\"\xef\xbf\xbf\"", JSON_F_NONCHAR), OK("\"\xef\xb7\x90\"", JSON_F_NONCHAR), OK("\"\xff\"", JSON_F_BAD_UTF8),
	OK("\"\xc0\xaf\"", JSON_F_BAD_UTF8), OK("\"\xed\xa0\x80\"", JSON_F_BAD_UTF8), OK("\"\xe4\xb8\"", JSON_F_BAD_UTF8),
	OK("\"\xf4\x90\x80\x80\"", JSON_F_BAD_UTF8), OK("{\"\xff\":1}", JSON_F_BAD_UTF8),
	NO(""), NO(" "), NO("\xef\xbb\xbf{}"), NO("01"), NO("-"), NO("-01"), NO("+1"), NO(".5"), NO("1."), NO("1e"), NO("1e+"), NO("1.e1"),
	NO("0x1"), NO("NaN"), NO("-Infinity"), NO("Infinity"), NO("True"), NO("nul"), NO("nulll"), NO("tru"), NO("'a'"), NO("\"a"), NO("\""),
	NO("\"\\"), NO("\"\\x\""), NO("\"\\u12\""), NO("\"\\u123g\""), NO("\"\\u"), NO("\"\\\0\""), NO("\"\n\""), NO("\"\t\""), NO("\"\0\""), NO("\"\x1f\""),
	NO("["), NO("]"), NO("[1"), NO("[1,"), NO("[1,]"), NO("[,1]"), NO("[,]"), NO("[1 2]"), NO("[1}"), NO("{"), NO("}"), NO("{]"), NO("{\"a\"}"),
	NO("{\"a\":}"), NO("{\"a\":1,}"), NO("{,}"), NO("{\"a\" 1}"), NO("{\"a\":1 \"b\":2}"), NO("{a:1}"), NO("{1:1}"), NO("{\"a\"::1}"),
	NO("{\"a\":1]"), NO("{}{}"), NO("1 2"), NO("[]]"), NO("{}x"), NO("[1]//"), NO("/**/1"), NO("#\n1"), NO("[\f]"), NO("\v1"), NO("[\xc2\xa0]"),
	NO("1\0"), NO("\0"), NO("[1\0]"), NO("\"\\U0041\""), NO("[1,,2]"), NO("{\"a\":1,,\"b\":2}"), NO("\xff"), NO("[--1]"), NO("1e1.5"), NO("1.2.3"),
};

static void
test_cases(void **state)
{
	unsigned flags;
	struct str s;
	char *copy;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		/* In memory of exactly its size, so that reading over the end shows. */
		copy = malloc(cases[i].n + 1);
		assert_non_null(copy);
		memmove(copy + 1, cases[i].in, cases[i].n);
		s = (struct str){ copy + 1, cases[i].n };
		if (pull(s, &flags) != cases[i].want)
			fail_msg("pull, case %zu: %s", i, cases[i].in);
		if (cases[i].want == ST_OK)
			assert_int_equal(flags, cases[i].flags);
		if (tape(s, &flags) != cases[i].want)
			fail_msg("tape, case %zu: %s", i, cases[i].in);
		assert_int_equal(flags & ~(unsigned)JSON_F_SPACE, cases[i].flags);
		free(copy);
	}
}

/* Random small texts over a mean alphabet: jansson must agree wherever its own rules are the same. */
static void
test_jansson(void **state)
{
	static const char *const bits[] = { "{", "}", "[", "]", ",", ":", "\"a\"", "\"b\"", "\"\\u0041\"", "1", "0", "-", ".5", "e3", "true", "null", " ", "\n" };
	unsigned flags, seed = 12345, n_good = 0;
	enum status st;
	char text[128];
	json_error_t why;
	json_t *v;
	size_t n, k;
	int round;

	(void)state;
	for (round = 0; round < 300000; round++) {
		for (n = 0, k = 0; k < 7; k++) {
			seed = seed * 1103515245u + 12345u;
			if (k >= 2 && (seed >> 28) == 0)
				break;
			const char *z = bits[(seed >> 16) % (sizeof(bits) / sizeof(bits[0]))];
			memcpy(text + n, z, strlen(z));
			n += strlen(z);
		}
		st = pull((struct str){ text, n }, &flags);
		v = json_loadb(text, n, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &why);
		if (v == NULL && json_error_code(&why) == json_error_numeric_overflow)
			continue;	/* 1e999 is good JSON that jansson has no room for */
		if ((v != NULL) != (st == ST_OK))
			fail_msg("%.*s: jansson %d, ours %d", (int)n, text, v != NULL, (int)st);
		n_good += v != NULL;
		json_decref(v);
		assert_int_equal(tape((struct str){ text, n }, &flags), st);
	}
	assert_true(n_good > 100);
}

/* ${pre} + ${n} times ${mid} + ${post} */
static struct str
many(const char *pre, const char *mid, size_t n, const char *post)
{
	size_t a = strlen(pre), b = strlen(mid), c = strlen(post), i;
	char *p = malloc(a + n * b + c + 1);

	assert_non_null(p);
	memcpy(p, pre, a);
	for (i = 0; i < n; i++)
		memcpy(p + a + i * b, mid, b);
	memcpy(p + a + n * b, post, c);
	return (struct str){ p, a + n * b + c };
}

static struct str
deep(size_t n)
{
	char *p = malloc(2 * n + 1);

	assert_non_null(p);
	memset(p, '[', n);
	p[n] = '1';
	memset(p + n + 1, ']', n);
	return (struct str){ p, 2 * n + 1 };
}

static void
expect(struct str s, enum status want)
{
	union { const char *in; void *out; } u = { s.p };
	unsigned flags;

	assert_int_equal(pull(s, &flags), want);
	assert_int_equal(tape(s, &flags), want);
	free(u.out);
}

static void
test_limits(void **state)
{
	struct buf b;
	struct err err;
	unsigned i, k, flags;

	(void)state;
	expect(deep(LIMIT_JSON_DEPTH), ST_OK);
	expect(deep(LIMIT_JSON_DEPTH + 1), ST_LIMIT);
	expect(many("", "[", 129, "1"), ST_LIMIT);
	expect(many("\"", "x", LIMIT_JSON_STRING, "\""), ST_OK);
	expect(many("\"", "x", LIMIT_JSON_STRING + 1, "\""), ST_LIMIT);
	expect(many("{\"", "x", LIMIT_JSON_STRING + 1, "\":1}"), ST_LIMIT);
	expect(many("", "1", LIMIT_JSON_NUMBER, ""), ST_OK);
	expect(many("", "1", LIMIT_JSON_NUMBER + 1, ""), ST_LIMIT);
	for (k = 0; k < 2; k++) {
		buf_init(&b, 1 << 24);
		assert_int_equal(buf_putc(&b, '{', &err), ST_OK);
		for (i = 0; i < LIMIT_JSON_KEYS + k; i++)
			assert_int_equal(buf_addf(&b, &err, "%s\"k%u\":0", i > 0 ? "," : "", i), ST_OK);
		assert_int_equal(buf_putc(&b, '}', &err), ST_OK);
		assert_int_equal(pull(buf_str(&b), &flags), k == 0 ? ST_OK : ST_LIMIT);
		assert_int_equal(tape(buf_str(&b), &flags), k == 0 ? ST_OK : ST_LIMIT);
		assert_int_equal(flags & JSON_F_DUPLICATE, 0);
		buf_free(&b);
	}
}

static void
test_duplicates(void **state)
{
	static const struct { const char *in; bool want; } t[] = {
		{ "{\"a\":1,\"b\":2}", false }, { "{\"a\":1,\"a\":2}", true }, { "{\"a\":1,\"\\u0061\":2}", true },
		{ "{\"\\u0061\":1,\"\\u0062\":2}", false }, { "[{\"x\":{\"q\":1,\"q\":1}}]", true }, { "{\"a\":{\"a\":1}}", false },
		{ "{\"\":1,\"\":1}", true }, { "{\"\\ud83d\\ude00\":1,\"\xf0\x9f\x98\x80\":1}", true }, { "{\"a\\/\":1,\"a/\":2}", true },
		{ "{\"\\ud800\":1,\"\\ud801\":2}", false }, { "{\"\\\\\":1,\"\\u005c\":2}", true },
	};
	struct buf b;
	struct err err;
	unsigned flags, i, k;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(tape(str_of(t[i].in), &flags), ST_OK);
		if (((flags & JSON_F_DUPLICATE) != 0) != t[i].want)
			fail_msg("%s", t[i].in);
	}
	/* Around the border between comparing and sorting. */
	for (k = 30; k <= 36; k++) {
		buf_init(&b, 1 << 20);
		assert_int_equal(buf_addz(&b, "{\"k3\":1", &err), ST_OK);
		for (i = 1; i < k; i++)
			assert_int_equal(buf_addf(&b, &err, ",\"k%u\":0", i == 3 ? 999 : i), ST_OK);
		assert_int_equal(buf_putc(&b, '}', &err), ST_OK);
		assert_int_equal(tape(buf_str(&b), &flags), ST_OK);
		assert_int_equal(flags, 0);
		b.n--;
		assert_int_equal(buf_addz(&b, ",\"k3\":2}", &err), ST_OK);
		assert_int_equal(tape(buf_str(&b), &flags), ST_OK);
		assert_int_equal(flags, JSON_F_DUPLICATE);
		buf_free(&b);
	}
}

static void
test_lookup(void **state)
{
	const struct str s = STR("{\"a\":[1,{\"b\":\"x\\ny\"}],\"c\":{\"d\":{}},\"a\\u0062\":true,\"c\":{\"d\":2}}");
	struct json_node *t;
	struct str text;
	struct arena a;
	struct err err;
	size_t n, i;

	(void)state;
	arena_init(&a, 1 << 20);
	assert_int_equal(json_tape(s, &a, &t, &n, &err), ST_OK);
	assert_int_equal(t[0].n_children, 4);
	assert_int_equal(t[0].flags, JSON_F_ESCAPE | JSON_F_DUPLICATE | JSON_F_ODD_NAME);
	assert_true(str_eq(t[0].val, s));
	i = json_path(t, 0, "a.1.b");
	assert_true(str_is(json_whole(&t[i]), "\"x\\ny\""));
	assert_int_equal(json_text(t[i].val, t[i].flags, &a, &text, &err), ST_OK);
	assert_true(str_is(text, "x\ny"));
	assert_true(str_is(t[json_path(t, 0, "c.d")].val, "2"));
	assert_int_equal(t[json_get(t, 0, "ab")].tok, JSON_TRUE);
	assert_true(str_is(t[json_get(t, 0, "a")].val, "[1,{\"b\":\"x\\ny\"}]"));
	assert_int_equal(json_get(t, 0, "zz"), 0);
	assert_int_equal(json_path(t, 0, "a.2"), 0);
	assert_int_equal(json_path(t, 0, "a.b"), 0);
	assert_int_equal(json_path(t, 0, "a.0.x"), 0);
	arena_free(&a);
}

static void
test_text(void **state)
{
	static const struct { const char *in, *want; unsigned flags; } t[] = {
		{ "plain", "plain", 0 }, { "\\ud83d\\ude00", "\xf0\x9f\x98\x80", JSON_F_ESCAPE }, { "\\ud800x", "\xef\xbf\xbdx", JSON_F_ESCAPE },
		{ "a\xff\\u4e2d", "a\xef\xbf\xbd\xe4\xb8\xad", JSON_F_ESCAPE | JSON_F_BAD_UTF8 }, { "\\\"\\\\\\/\\b\\f\\n\\r\\t", "\"\\/\b\f\n\r\t", JSON_F_ESCAPE },
		{ "\\udc00\\ud800", "\xef\xbf\xbd\xef\xbf\xbd", JSON_F_ESCAPE },
	};
	struct str out;
	struct arena a;
	struct err err;
	size_t i;

	(void)state;
	arena_init(&a, 1 << 20);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		assert_int_equal(json_text(str_of(t[i].in), t[i].flags, &a, &out, &err), ST_OK);
		if (!str_is(out, t[i].want))
			fail_msg("%s -> %.*s", t[i].in, STR_ARG(out));
	}
	assert_int_equal(json_text(STR("\\u0000"), JSON_F_ESCAPE, &a, &out, &err), ST_OK);
	assert_int_equal(out.n, 1);
	assert_int_equal(out.p[0], 0);
	arena_free(&a);
}

static void
test_writing(void **state)
{
	static const struct { const char *in, *want; } t[] = {
		{ "", "\"\"" }, { "a\"b\\c", "\"a\\\"b\\\\c\"" }, { "\x01\n\x1f\x7f", "\"\\u0001\\n\\u001f\x7f\"" }, { "\xe4\xb8\xad\xff", "\"\xe4\xb8\xad\xef\xbf\xbd\"" },
	};
	static const char spaced[] = " { \"a b\" : [ 1 , \"\\\" x\" ,\n{ } ] , \"c\":\t\"  \" } ";
	struct buf b;
	struct err err;
	size_t i;

	(void)state;
	buf_init(&b, 1 << 16);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_clear(&b);
		assert_int_equal(json_put_string(&b, str_of(t[i].in), &err), ST_OK);
		assert_true(str_is(buf_str(&b), t[i].want));
	}
	buf_clear(&b);
	assert_int_equal(json_compact(str_of(spaced), &b, &err), ST_OK);
	assert_true(str_is(buf_str(&b), "{\"a b\":[1,\"\\\" x\",{}],\"c\":\"  \"}"));
	buf_free(&b);
	buf_init(&b, 5);
	assert_int_equal(json_compact(STR("[ 1, 2 ]"), &b, &err), ST_OK);
	buf_clear(&b);
	assert_int_equal(json_compact(STR("[ 1, 22 ]"), &b, &err), ST_LIMIT);
	assert_int_equal(b.n, 0);
	buf_free(&b);
}

static void
test_no_memory(void **state)
{
	struct str s = many("[", "{\"\\u0061\":[\"x\"],\"b\":2},", 3000, "0]");
	union { const char *in; void *out; } u = { s.p };
	unsigned flags;
	enum status st;
	long n;

	(void)state;
	for (n = 1;; n++) {
		mem_fail_at(n);
		st = tape(s, &flags);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_true(n > 3);
	free(u.out);
}

/* I-JSON: what a platform may send and a normalised field may not hold. */
static void
test_clean(void **state)
{
	static const struct { const char *in, *want; } unclean[] = {
		{ "{ \"a\" : [1, 1.0e+3, 18446744073709551616] }", "{\"a\":[1,1.0e+3,18446744073709551616]}" },
		{ "{\"a\":1,\"b\":2,\"a\":3}", "{\"b\":2,\"a\":3}" },
		{ "{\"a\":1,\"\\u0061\":2}", "{\"a\":2}" },
		{ "[{\"x\":{\"y\":1,\"y\":2}},\"plain\"]", "[{\"x\":{\"y\":2}},\"plain\"]" },
		{ "[\"\\ud83d\",\"\\ude00 b\",\"\\ud83d\\ude00\"]", "[\"\xef\xbf\xbd\",\"\xef\xbf\xbd b\",\"\\ud83d\\ude00\"]" },
		{ "{\"\\ud800k\":\"\\uffff\\n\"}", "{\"\xef\xbf\xbdk\":\"\xef\xbf\xbd\\n\"}" },
		{ "\"\xef\xbf\xbe\"", "\"\xef\xbf\xbd\"" },
		{ "[\"\xff\xfe\"]", "[\"\xef\xbf\xbd\xef\xbf\xbd\"]" },
		{ "null", "null" },
	};
	struct buf out;
	size_t i;

	(void)state;
	buf_init(&out, 4096);
	for (i = 0; i < sizeof(unclean) / sizeof(unclean[0]); i++) {
		buf_clear(&out);
		assert_int_equal(json_clean(str_of(unclean[i].in), &out, NULL), ST_OK);
		assert_int_equal(buf_z(&out, NULL), ST_OK);
		assert_string_equal(out.p, unclean[i].want);
	}
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases), cmocka_unit_test(test_jansson), cmocka_unit_test(test_limits), cmocka_unit_test(test_duplicates),
		cmocka_unit_test(test_lookup), cmocka_unit_test(test_text), cmocka_unit_test(test_writing), cmocka_unit_test(test_clean), cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
