/* utf8 and digest: published vectors, and everything a terminal must not see. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "core/digest.h"
#include "core/utf8.h"

static void
test_clean(void **state)
{
	/* Unicode 15, section 3.9, tables 3-8 to 3-11: one U+FFFD for each maximal subpart. */
	static const struct { const char *in, *want; } t[] = {
		{ "", "" }, { "a\xe4\xb8\xad", "a\xe4\xb8\xad" },
		{ "\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41", "??""??""?""??""?A" }, { "\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41", "????????A" },
		{ "\xf4\x91\x92\x93\xff\x41\x80\xbf\x42", "?????A??B" }, { "\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41", "????A" }, { "\xf0\x9f\x98", "?" },
	};
	struct buf b, want;
	struct err err;
	const char *p;
	size_t i;

	(void)state;
	buf_init(&b, 1 << 16);
	buf_init(&want, 1 << 16);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_clear(&b);
		buf_clear(&want);
		for (p = t[i].want; *p != '\0'; p++)
			assert_int_equal(*p == '?' ? buf_add(&want, "\xef\xbf\xbd", 3, &err) : buf_putc(&want, *p, &err), ST_OK);
		assert_int_equal(utf8_clean(str_of(t[i].in), &b, &err), ST_OK);
		if (!str_eq(buf_str(&b), buf_str(&want)))
			fail_msg("case %zu: %.*s", i, (int)b.n, b.p);
		assert_int_equal(utf8_ok(str_of(t[i].in)), strchr(t[i].want, '?') == NULL);
	}
	buf_free(&want);
	buf_free(&b);
}

/* Cut anywhere, in up to three pieces: the verdict of the whole. */
static void
test_feed(void **state)
{
	static const char *const t[] = { "", ("a\xe4\xb8\xad" "b\xf0\x9f\x98\x80"), "\xc0\xaf", "\xed\xa0\x80", "\xf4\x91\x92\x93", "\xf0\x9f\x98", "a\x80", "\xe1\x80\xe2", "\xc3", "\xc3\xa9\xff", "\xf1\xbf\xbf\xbf\xbf" };
	size_t k, i, j, n;

	(void)state;
	for (k = 0; k < sizeof(t) / sizeof(t[0]); k++)
		for (n = strlen(t[k]), i = 0; i <= n; i++)
			for (j = i; j <= n; j++) {
				struct utf8_feed u = { .n = 0 };

				(void)utf8_feed(&u, (struct str){ t[k], i });
				(void)utf8_feed(&u, (struct str){ t[k] + i, j - i });
				(void)utf8_feed(&u, (struct str){ t[k] + j, n - j });
				if (utf8_fed(&u) != utf8_ok(str_of(t[k])))
					fail_msg("case %zu cut at %zu and %zu", k, i, j);
			}
}

static void
test_every_code_point(void **state)
{
	uint32_t cp, got;
	char out[4];
	size_t n, at;

	(void)state;
	for (cp = 0; cp <= 0x10FFFF; cp++) {
		n = utf8_put(cp, out);
		at = 0;
		assert_true(utf8_next((struct str){ out, n }, &at, &got));
		assert_true(at == n && got == (cp >= 0xD800 && cp <= 0xDFFF ? 0xFFFD : cp));
	}
	assert_true(utf8_is_noncharacter(0xFDD0) && utf8_is_noncharacter(0x1FFFF) && !utf8_is_noncharacter(0xFFFD) && !utf8_is_noncharacter(0xFDF0));
	assert_true(utf8_is_xml('\t') && !utf8_is_xml(0) && !utf8_is_xml(0xB) && !utf8_is_xml(0xFFFE) && !utf8_is_xml(0xD800) && utf8_is_xml(0x10FFFF));
}

static void
test_terminal(void **state)
{
	static const struct { const char *in, *want; } t[] = {
		{ "plain \xe4\xb8\xad", "plain \xe4\xb8\xad" }, { "\x1b[31m", "\\x1b[31m" }, { "a\nb\rc\td\x7f", "a\\x0ab\\x0dc\\x09d\\x7f" },
		{ "\xe2\x80\xae", "\\u{202e}" }, { "\xc2\x85", "\\u{85}" }, { "\xe2\x80\xa8", "\\u{2028}" }, { "\xe2\x80\x8b", "\\u{200b}" },
		{ "\xf3\xa0\x81\x81", "\\u{e0041}" }, { "\xef\xbf\xbe", "\\u{fffe}" }, { "\xff\xe4\xb8", "\\xff\\xe4\\xb8" }, { "\xef\xbb\xbf", "\\u{feff}" },
	};
	struct buf b;
	struct err err;
	size_t i;

	(void)state;
	buf_init(&b, 64);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_clear(&b);
		assert_int_equal(utf8_terminal(str_of(t[i].in), &b, &err), ST_OK);
		if (!str_is(buf_str(&b), t[i].want))
			fail_msg("case %zu: %.*s", i, (int)b.n, b.p);
	}
	buf_free(&b);
	assert_int_equal(utf8_width(STR("ab\xe4\xb8\xad")), 4);
	assert_int_equal(utf8_width(STR("e\xcc\x81")), 1);
	assert_int_equal(utf8_width(STR("\xf0\x9f\x98\x80")), 2);
	assert_int_equal(utf8_width(STR("\xef\xbc\x81\xea\xb0\x80")), 4);
}

static void
test_digest(void **state)
{
	static const struct { enum digest_alg alg; const char *hex; } t[] = {	/* of "abc": FIPS 180-4 and 202 examples, GB/T 32905, RFC 1321 */
		{ DIGEST_SHA256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
		{ DIGEST_SM3, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0" },
		{ DIGEST_MD5, "900150983cd24fb0d6963f7d28e17f72" },
		{ DIGEST_SHA1, "a9993e364706816aba3e25717850c26c9cd0d89d" },
		{ DIGEST_SHA3_256, "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532" },
		{ DIGEST_BLAKE2S, "508c5e8c327c14e2e1a72ba34eeb452f37458b209ed63a294d999b4c86675982" },	/* RFC 7693, appendix B */
	};
	/* RFC 4648 section 10, without padding; RFC 4231 case 2. */
	static const char *const b64[] = { "", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy" };
	unsigned char out[DIGEST_MAX], back[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX];
	struct digest d = { NULL, DIGEST_SHA256 };
	struct err err;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		n = digest_size(t[i].alg);
		assert_int_equal(digest_begin(&d, t[i].alg, &err), ST_OK);
		assert_int_equal(digest_add(&d, "ab", 2, &err), ST_OK);
		assert_int_equal(digest_peek(&d, back, &err), ST_OK);
		assert_int_equal(digest_add(&d, "c", 1, &err), ST_OK);
		assert_int_equal(digest_end(&d, out, &err), ST_OK);
		digest_hex(out, n, hex);
		assert_string_equal(hex, t[i].hex);
		assert_int_equal(digest_of(t[i].alg, "ab", 2, out, &err), ST_OK);
		assert_memory_equal(out, back, n);
		assert_true(digest_unhex(str_of(t[i].hex), back, n));
		assert_false(digest_unhex(STR("AB"), back, 1));
		assert_false(digest_unhex(STR("abc"), back, 1));
	}
	digest_free(&d);
	digest_free(&d);
	assert_int_equal(digest_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out, &err), ST_OK);
	digest_hex(out, 32, hex);
	assert_string_equal(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	for (i = 0; i < 7; i++) {
		digest_base64url((const unsigned char *)"foobar", i, hex);
		assert_string_equal(hex, b64[i]);
	}
	assert_int_equal(digest_random(out, 32, &err), ST_OK);
	assert_int_equal(digest_random(back, 32, &err), ST_OK);
	assert_memory_not_equal(out, back, 32);
}

/* Every three bytes of the upper half that begin like a character, inside a run of Chinese, where the long steps are taken. */
static void
test_long_steps(void **state)
{
	char text[48];
	struct str s = { text, sizeof(text) };
	bool ok, ijson;
	unsigned a, b, c, at;
	size_t i;
	uint32_t cp;

	(void)state;
	for (a = 0xE0; a <= 0xF4; a++)
		for (b = 0x70; b <= 0xC2; b++)
			for (c = 0x7E; c <= 0xC1; c++) {
				at = (a + b + c) % 14 * 3;
				for (i = 0; i < sizeof(text); i += 3)
					memcpy(text + i, i % 2 == 0 ? "\xe4\xbd\xa0" : "\xef\xbc\x8c", 3);
				text[at] = (char)a;
				text[at + 1] = (char)b;
				text[at + 2] = (char)c;
				if (a >= 0xF0)
					text[at + 3] = (char)(0xBC + c % 4);
				for (i = 0, ok = ijson = true; i < s.n;) {
					if (!utf8_next(s, &i, &cp))
						ok = ijson = false;
					else if (utf8_is_noncharacter(cp))
						ijson = false;
				}
				if (utf8_ok(s) != ok || utf8_ijson(s) != ijson)
					fail_msg("%02x %02x %02x at %u", a, b, c, at);
			}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean), cmocka_unit_test(test_every_code_point), cmocka_unit_test(test_terminal), cmocka_unit_test(test_digest),
		cmocka_unit_test(test_long_steps), cmocka_unit_test(test_feed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
