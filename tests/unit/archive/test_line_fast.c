/* test_line_fast.c: the quick look at a line says yes to nothing that line_check refuses, and to what archives are made of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "archive/line.h"
#include "archive/line_fast.h"

#define LONG	"a text that is longer than one block of sixty-four bytes, so that its quotes lie far apart"

static struct line_names names;
static size_t tried, accepted, refused;

/* The one rule.  The line is copied, so that a look behind its end is seen by the sanitizer. */
static bool
look(const char *p, size_t n)
{
	char *copy = malloc(n > 0 ? n : 1);
	struct str line = { copy, n };
	bool fast, strict;

	assert_non_null(copy);
	memcpy(copy, p, n);
	fast = line_fast(line);
	strict = line_check(&names, line, NULL) == ST_OK;
	free(copy);
	tried++;
	accepted += fast;
	refused += !strict;
	if (fast && !strict)
		fail_msg("the quick look accepts: %.*s", (int)n, p);
	return fast;
}

static bool looks(const char *line) { return look(line, strlen(line)); }

static bool
has_quick_look(void)
{
#if defined(__x86_64__)
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt");
#else
	return false;
#endif
}

static const char *const lines[] = {
	"{}", "{\"a\":[]}", "{\"a\":{}}", "{\"a\":[1,-0.5e+7,10,true,false,null,\"\"]}", "{\"a\":{\"b\":[{\"c\":[[]]},{}]},\"d\":0}",
	"{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUg\",\"n\":0,\"text\":\"你好\"}", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u4f60\\ud83d\\ude00\"}",
	"{\"a\":\"\xf0\x9f\x98\x80 中文 é " LONG "\",\"b\":[\"x\",\"y\"]}", "{\"raw\":{\"a\":1,\"a\":\"\\ud83d\"},\"a\":{\"raw\":1}}",
	"{\"abcdefgh\":1,\"abcdefgi\":2,\"bcdefghi\":3,\"\":4,\"a\":5,\"aa\":6}", "{\"" LONG "\":1.25,\"k\":\"" LONG "\\\\\",\"m\":-1e-9}",
};

/* What an archive consists of must be seen quickly, or the quick look is none. */
static void
accepts(void **state)
{
	char deep[256], many[8192], *p = deep;
	size_t i;

	(void)state;
	if (!has_quick_look())
		skip();
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		if (!looks(lines[i]))
			fail_msg("not accepted: %s", lines[i]);
	p += sprintf(p, "{\"a\":");
	for (i = 0; i < 31; i++)
		*p++ = '[';
	for (i = 0; i < 31; i++)
		*p++ = ']';
	memcpy(p, "}", 2);
	assert_true(looks(deep));
	/* Names of closed objects are forgotten: any number of objects. */
	p = many + sprintf(many, "{\"a\":[0");
	for (i = 0; i < 300; i++)
		p += sprintf(p, ",{\"x\":%zu}", i);
	sprintf(p, "],\"x\":1}");
	assert_true(looks(many));
}

/* Each byte of each line, at several places in a block: every other value, one more of every value, none. */
static void
every_byte(void **state)
{
	static const size_t shifts[] = { 0, 15, 33, 58 };
	char line[512], changed[513];
	size_t i, k, at, n, front;
	unsigned c;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		for (k = 0; k < sizeof(shifts) / sizeof(shifts[0]); k++) {
			front = lines[i][1] == '}' ? 1 : (size_t)sprintf(line, "{\"%.*s\":1,", (int)shifts[k], "..........................................................");
			n = front + (size_t)sprintf(line + front, "%s", lines[i] + 1);
			line[0] = '{';
			for (at = front - 1; at < n; at++) {
				memcpy(changed, line, at);
				memcpy(changed + at, line + at + 1, n - at - 1);
				look(changed, n - 1);
				look(line, at);
				for (c = 0; c < 256; c++) {
					changed[at] = (char)c;
					memcpy(changed + at + 1, line + at + 1, n - at - 1);
					look(changed, n);
					memcpy(changed + at + 1, line + at, n - at);
					look(changed, n + 1);
				}
			}
		}
	assert_true(refused > tried / 2);
}

/* Characters of one to four bytes, whole, broken and cut off: the quick look and the strict one must agree about every one of them. */
static void
utf8_at(const unsigned char *c, size_t n, size_t front)
{
	char line[160];
	size_t at = (size_t)sprintf(line, "{\"a\":\"%.*s", (int)front, LONG);
	bool fast;

	memcpy(line + at, c, n);
	memcpy(line + at + n, "\"}", 3);
	fast = looks(line);
	if (has_quick_look() && fast != (line_check(&names, str_of(line), NULL) == ST_OK))
		fail_msg("%02x %02x %02x %02x behind %zu: %d", c[0], c[1], c[2], c[3], front, fast);
}

static void
utf8(void **state)
{
	static const unsigned char some[] = { 0x21, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc2, 0xe1, 0xff };
	static const size_t fronts[] = { 0, 9, 24, 25, 26, 55, 56, 57, 58 };
	const size_t n_some = sizeof(some), n_fronts = sizeof(fronts) / sizeof(fronts[0]);
	unsigned char c[4];
	unsigned a, b;
	size_t i, k;

	(void)state;
	for (a = 0x80; a < 0x100; a++)
		for (b = 0x80; b < 0x100; b++)
			for (i = 0; i < n_some * n_some; i++) {
				c[0] = (unsigned char)a;
				c[1] = (unsigned char)b;
				c[2] = some[i % n_some];
				c[3] = some[i / n_some];
				k = (a + b + i) % n_fronts;
				utf8_at(c, a < 0xe0 ? 2 : a < 0xf0 ? 3 : 4, fronts[k]);
			}
	for (k = 0; k < n_fronts; k++)
		for (i = 1; i < 4; i++) {
			utf8_at((const unsigned char *)"\xf0\x9f\x98\x80", i, fronts[k]);
			utf8_at((const unsigned char *)"\xe4\xbd\xa0", i, fronts[k]);
		}
}

/* Names that are the same, and names that only look it. */
static void
repeated(void **state)
{
	static const char *const bad[] = {
		"{\"a\":1,\"a\":2}", "{\"a\":1,\"b\":\"x\",\"a\":\"x\"}", "{\"\":1,\"\":2}", "{\"x\":{\"abcdefghij\":1,\"abcdefghij\":2}}", "{\"a\":1,\"_b\":2}",
		"{\"" LONG "\":1,\"" LONG "\":2}", "{\"raw\":{\"a\":1,\"a\":2},\"a\":{\"b\":1,\"b\":2}}", "{\"raw\":1,\"raw\":2}", "{\"raw\":1,\"a\":\"\\ud83d\"}",
		"{\"x\":{\"raw\":{\"a\":1,\"a\":2}}}", "{\"x\":{\"raw\":\"\\ud83d\"}}", "{\"a\":1,\"\\u0061\":2}", "{\"a\":\"\\ude00\"}", "{\"a\":\"\\ud83d\\ud83d\"}",
		"{\"a\":\"\\ud83d\\u0041\"}", "{\"a\":\"" LONG "\",\"b\":1,\"a\":2}",
	};
	char many[4096], *p = many;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(looks(bad[i]));
		assert_int_equal(line_check(&names, str_of(bad[i]), NULL), ST_CORRUPT);
	}
	/* Many names, and then each of them once more. */
	for (i = 0; i < 100; i++)
		p += sprintf(p, "%c\"n%zu\":%zu", i == 0 ? '{' : ',', i, i);
	for (i = 0; i < 100; i++) {
		sprintf(p, ",\"n%zu\":0}", i);
		assert_false(looks(many));
	}
	sprintf(p, ",\"n100\":0}");
	assert_int_equal(looks(many), has_quick_look());
}

/* Tokens in any order, and values that are right but for a fault now and then. */
static uint32_t seed = 7;

static unsigned
any(unsigned below)
{
	seed = seed * 1664525u + 1013904223u;
	return (unsigned)((uint64_t)(seed >> 8) * below >> 24);
}

static void
soup(void **state)
{
	static const char *const tokens[] = {
		"{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\"b\"", "\"raw\"", "\"_s\"", "1", "-0.5", "0", "1e9", "true", "null", "false", "\\", "\\\"", "\\u00e9",
		"\"\\\\\"", " ", "中", "\xff", "\"a\":1", "\"b\":\"\\n\"", "\"c\":[", "\"raw\":{", "\"d\":{", "\t", "\"" LONG "\""
	};
	char line[4096];
	size_t i, n;
	unsigned k;

	(void)state;
	for (i = 0; i < 200000; i++) {
		n = (size_t)sprintf(line, "{");
		for (k = any(12); k > 0; k--)
			n += (size_t)sprintf(line + n, "%s", tokens[any(sizeof(tokens) / sizeof(tokens[0]))]);
		n += (size_t)sprintf(line + n, "%s", any(3) == 0 ? "]}" : "}");
		look(line, n);
	}
}

static size_t
grow(char *p, unsigned depth)
{
	static const char *const leaves[] = { "1", "-2.5e3", "true", "null", "\"\"", "\"中文\"", "\"" LONG "\"", "\"\\u00e9\\\"\"", "\"\\\\\"", "[]", "{}", "0" };
	const unsigned kind = depth == 0 ? 2 : depth > 4 ? 0 : any(3);
	size_t n = 0;
	unsigned k, m;

	if (kind == 0)
		return (size_t)sprintf(p, "%s", leaves[any(sizeof(leaves) / sizeof(leaves[0]))]);
	p[n++] = kind == 1 ? '[' : '{';
	for (k = 0, m = any(5); k < m; k++) {
		if (kind == 2)
			n += (size_t)sprintf(p + n, "\"%s%u\":", any(4) == 0 ? "a name that is longer" : "k", k);
		n += grow(p + n, depth + 1);
		p[n++] = ',';
	}
	n -= m > 0;
	p[n++] = kind == 1 ? ']' : '}';
	return n;
}

static void
grown(void **state)
{
	static char line[(size_t)1 << 20];
	size_t i, n, at;
	char was;

	(void)state;
	for (i = 0; i < 20000; i++) {
		n = grow(line, 0);
		assert_int_equal(line_check(&names, (struct str){ line, n }, NULL), ST_OK);
		assert_int_equal(look(line, n), has_quick_look());
		at = any((unsigned)n);
		was = line[at];
		line[at] = "{}[],:\"\\ 0a\x80"[any(12)];
		look(line, n);
		line[at] = was;
	}
	assert_true(!has_quick_look() || accepted > 20000);
}

/* Deeper and with more names than the quick look follows; more quotes than it collects at once, and escapes across all borders. */
static void
large(void **state)
{
	static char line[200000];
	size_t i, n, depth;

	(void)state;
	for (depth = 30; depth < 40; depth++) {
		memset(line, '[', 2 * depth + 6);
		memcpy(line, "{\"a\":", 5);
		memset(line + 5 + depth, ']', depth);
		line[5 + 2 * depth] = '}';
		look(line, 2 * depth + 6);
		look(line, 2 * depth + 5);
		line[5 + 2 * depth - 1] = '}';
		assert_false(look(line, 2 * depth + 6));
	}
	for (n = 0, i = 0; i < 300; i++)
		n += (size_t)sprintf(line + n, "%c\"%zu\":\"\"", i == 0 ? '{' : ',', i);
	line[n++] = '}';
	look(line, n);
	for (i = 0; i < 70; i++) {
		size_t k;

		n = (size_t)sprintf(line, "{\"a\":[\"%.*s", (int)i, LONG);
		for (k = 0; k < 5000; k++)
			n += (size_t)sprintf(line + n, "%s", k % 7 == 0 ? "\\ud83d\\ude00" : k % 3 == 0 ? "\",\"" : "\\\"");
		n += (size_t)sprintf(line + n, "\"]}");
		assert_int_equal(look(line, n), has_quick_look());
		line[n - 3] = '\\';
		assert_false(look(line, n));
	}
}

static int
end(void **state)
{
	(void)state;
	line_names_free(&names);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts), cmocka_unit_test(every_byte), cmocka_unit_test(utf8), cmocka_unit_test(repeated), cmocka_unit_test(soup),
		cmocka_unit_test(grown), cmocka_unit_test(large),
	};

	line_names_init(&names);
	return cmocka_run_group_tests_name("line_fast", tests, NULL, end);
}
