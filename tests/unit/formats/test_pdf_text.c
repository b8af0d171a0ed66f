/* test_pdf_text.c: what of a text may stand on a page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "core/utf8.h"
#include "formats/pdf_text.h"

struct seen { struct buf text; size_t marks; };

static enum status
part(void *to, struct str s, bool mark, struct err *err)
{
	struct seen *seen = to;

	seen->marks += mark;
	return buf_str_add(&seen->text, s, err);
}

static bool
no_x(void *ctx, uint32_t cp)
{
	(void)ctx;
	return cp != 0x4e00;
}

static void
table(void **state)
{
	static const struct { const char *in; size_t n; const char *out; size_t marks; } cases[] = {
		{ "", 0, "", 0 }, { "abc 审批", 10, "abc 审批", 0 }, { "a\r\nb\rc\nd", 8, "a\nb\nc\nd", 0 }, { "a\tb", 3, "a    b", 0 },
		{ "a\0b", 3, "a[U+0000]b", 1 }, { "\x1b[0m", 4, "[U+001B][0m", 1 }, { "\xc2\x85", 2, "[U+0085]", 1 },
		{ "\xe2\x80\xae" "exe", 6, "[U+202E]exe", 1 }, { "\xe2\x81\xa6x\xe2\x81\xa9", 7, "[U+2066]x[U+2069]", 2 },
		{ "\xef\xbb\xbf", 3, "[U+FEFF]", 1 }, { "\xf3\xa0\x81\x81", 4, "[U+E0041]", 1 }, { "a\xff" "b", 3, "a\xef\xbf\xbd" "b", 0 },
		{ "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 11, "\xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9", 0 }, /* a joiner stays */
		{ "\xe2\x80\x8b", 3, "[U+200B]", 1 }, { "\xef\xbf\xbe", 3, "[U+FFFE]", 1 }, { "一二", 6, "[U+4E00]二", 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct seen seen = { .marks = 0 };

		buf_init(&seen.text, 4096);
		assert_int_equal(pdf_text_parts((struct str){ cases[i].in, cases[i].n }, no_x, NULL, part, &seen, NULL), ST_OK);
		if (!str_is(buf_str(&seen.text), cases[i].out))
			fail_msg("case %zu: %.*s", i, STR_ARG(buf_str(&seen.text)));
		assert_int_equal(seen.marks, cases[i].marks);
		buf_free(&seen.text);
	}
}

/* Every code point: what comes out has no control, no mark of direction, no separator but a line feed. */
static void
every_code_point(void **state)
{
	uint32_t cp, got;

	(void)state;
	for (cp = 0; cp <= 0x10ffff; cp++) {
		struct seen seen = { .marks = 0 };
		char in[4];
		size_t at = 0;

		if (cp >= 0xd800 && cp < 0xe000)
			continue;
		buf_init(&seen.text, 64);
		assert_int_equal(pdf_text_parts((struct str){ in, utf8_put(cp, in) }, NULL, NULL, part, &seen, NULL), ST_OK);
		assert_true(seen.text.n > 0);
		while (at < seen.text.n) {
			assert_true(utf8_next(buf_str(&seen.text), &at, &got));
			assert_true(got == '\n' || (got >= 0x20 && !(got >= 0x7f && got < 0xa0)));
			assert_false((got >= 0x200e && got <= 0x200f) || (got >= 0x2028 && got <= 0x202e) || (got >= 0x2066 && got <= 0x2069) || got == 0x61c);
			assert_false(utf8_is_noncharacter(got));
		}
		buf_free(&seen.text);
	}
}

static void
cuts(void **state)
{
	(void)state;
	assert_int_equal(pdf_text_cut(STR("审批"), 6).n, 6);
	assert_int_equal(pdf_text_cut(STR("审批"), 5).n, 3);
	assert_int_equal(pdf_text_cut(STR("审批"), 2).n, 0);
	assert_int_equal(pdf_text_cut(STR("abc"), 2).n, 2);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(table), cmocka_unit_test(every_code_point), cmocka_unit_test(cuts) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
