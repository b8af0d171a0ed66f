/* test_bag_path.c: what leaves a bag, which spellings are the same name, and lines in any encoding cut anywhere. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "archive/bag_path.h"
#include "archive/bag_text.h"
#include "core/limits.h"

static void
test_clean(void **state)
{
	static const struct { const char *in, *out; enum bag_path_fault fault; bool changed; } t[] = {
		{ "data/a", "data/a", BAG_PATH_OK, false }, { "./data//a", "data/a", BAG_PATH_OK, true },
		{ "data/x/../a", "data/a", BAG_PATH_OK, true }, { "a/..", "", BAG_PATH_EMPTY, true }, { "data/..a/b..", "data/..a/b..", BAG_PATH_OK, false },
		{ "data/", "data", BAG_PATH_OK, true }, { "", "", BAG_PATH_EMPTY, false }, { ".", "", BAG_PATH_EMPTY, true },
		{ "..", "", BAG_PATH_LEAVES, true }, { "a/../..", "", BAG_PATH_LEAVES, true }, { "data/../../x", "", BAG_PATH_LEAVES, true },
		{ "/etc/passwd", "", BAG_PATH_LEAVES, false }, { "~/x", "", BAG_PATH_LEAVES, false }, { "~root/x", "", BAG_PATH_LEAVES, false },
		{ "C:\\x", "", BAG_PATH_LEAVES, false }, { "c:/x", "", BAG_PATH_LEAVES, false }, { "\\\\server\\x", "", BAG_PATH_LEAVES, false },
		{ "data/~x", "data/~x", BAG_PATH_OK, false }, { "data/C:\\x", "data/C:\\x", BAG_PATH_OK, false },
	};
	enum bag_path_fault fault;
	struct buf out;
	struct err err;
	bool changed;
	size_t i;
	char *big = malloc(LIMIT_BAG_PATH + 1);

	(void)state;
	buf_init(&out, 2 * LIMIT_BAG_PATH);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		buf_clear(&out);
		assert_int_equal(bag_path_clean(str_of(t[i].in), &out, &changed, &fault, &err), ST_OK);
		assert_int_equal(fault, t[i].fault);
		if (fault != BAG_PATH_LEAVES)
			assert_int_equal(changed, t[i].changed);
		if (fault == BAG_PATH_OK)
			assert_true(str_is(buf_str(&out), t[i].out));
	}
	assert_int_equal(bag_path_clean(STR("a\0b"), &out, &changed, &fault, &err), ST_OK);
	assert_int_equal(fault, BAG_PATH_NUL);
	assert_non_null(big);
	memset(big, 'a', LIMIT_BAG_PATH + 1);
	assert_int_equal(bag_path_clean((struct str){ big, LIMIT_BAG_PATH }, &out, &changed, &fault, &err), ST_OK);
	assert_int_equal(bag_path_clean((struct str){ big, LIMIT_BAG_PATH + 1 }, &out, &changed, &fault, &err), ST_LIMIT);
	free(big);
	buf_free(&out);
}

static bool
same_key(const char *a, const char *b)
{
	unsigned char x[16], y[16];
	struct digest d = { NULL, DIGEST_SHA256 };
	struct buf scratch;
	struct err err;

	buf_init(&scratch, 65536);
	assert_int_equal(bag_path_key(&d, str_of(a), &scratch, x, &err), ST_OK);
	assert_int_equal(bag_path_key(&d, str_of(b), &scratch, y, &err), ST_OK);
	digest_free(&d);
	buf_free(&scratch);
	return memcmp(x, y, 16) == 0;
}

static void
test_key(void **state)
{
	(void)state;
	assert_true(same_key("data/A", "data/a"));
	assert_false(same_key("data/a", "data/b"));
	assert_true(same_key("N\xc3\xba\xc3\xb1" "ez", "Nu\xcc\x81n\xcc\x83" "ez"));		/* RFC 8493, 6.1.1.2 */
	assert_true(same_key("\xce\xa3\xce\x91\xce\xa3", "\xcf\x83\xce\xb1\xcf\x82"));	/* final sigma */
	assert_true(same_key("a%0Ab", "a\nb"));
	assert_true(same_key("a%250Ab", "a%0Ab"));
	assert_true(same_key("100%", "100%25"));
	assert_false(same_key("a%41", "aA"));
	assert_false(same_key("\xff", "\xfe"));
	assert_true(bag_path_percent(STR("100%")));
	assert_true(bag_path_percent(STR("%41")));
	assert_false(bag_path_percent(STR("%25%0a%0D")));
	assert_true(bag_path_junk(STR("data/x/.ds_store")));
	assert_true(bag_path_junk(STR("data/._x")));
	assert_false(bag_path_junk(STR("data/Thumbs.db.txt")));
}

struct seen { struct buf all; size_t n, n_bad; };

static enum status
see(void *ctx, struct str line, bool ok, uint64_t no, struct err *err)
{
	struct seen *s = ctx;

	assert_int_equal(no, ++s->n);
	s->n_bad += !ok;
	return buf_str_add(&s->all, line, err) == ST_OK ? buf_putc(&s->all, '|', err) : ST_LIMIT;
}

static void
test_lines(void **state)
{
	static const struct { const char *encoding, *in; size_t n; const char *want; size_t bad; bool bom, unended; } t[] = {
		{ "UTF-8", "a\nb\r\nc\rd", 8, "a|b|c|d|", 0, false, true }, { "utf-8", "\n\r\n\r", 4, "|||", 0, false, false },
		{ "UTF-8", "\xef\xbb\xbf" "a\n", 5, "a|", 0, true, false }, { "UTF-8", "\xef\xbb", 2, "\xef\xbb|", 1, false, true },
		{ "UTF-8", "a\n\xff\nb\n", 6, "a|\xff|b|", 1, false, false }, { "ISO-8859-1", "\xe9\n", 2, "\xc3\xa9|", 0, false, false },
		{ "UTF-16", "\xff\xfe" "a\0\n\0-N\r\0\n\0", 12, "a|\xe4\xb8\xad|", 0, false, false }, { "UTF-16BE", "\0a\0\n\0", 5, "a||", 1, false, true },
		{ "GB18030", "\xd6\xd0\n", 3, "\xe4\xb8\xad|", 0, false, false }, { "UTF-8", "", 0, "", 0, false, false },
		{ "US-ASCII", "a\xe9\nb\n", 5, "a|b|", 1, false, false },
	};
	size_t i, cut, j;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (cut = 1; cut <= t[i].n + 1; cut++) {
			struct seen s = { .n = 0 };
			struct bag_text x;
			struct err err;

			buf_init(&s.all, 4096);
			assert_int_equal(bag_text_open(&x, t[i].encoding, see, &s, &err), ST_OK);
			for (j = 0; j < t[i].n; j += cut)
				assert_int_equal(bag_text_put(&x, t[i].in + j, t[i].n - j < cut ? t[i].n - j : cut, &err), ST_OK);
			assert_int_equal(bag_text_end(&x, &err), ST_OK);
			assert_true(str_is(buf_str(&s.all), t[i].want));
			assert_int_equal(s.n_bad, t[i].bad);
			assert_int_equal(x.bom, t[i].bom);
			assert_int_equal(x.unended, t[i].unended);
			bag_text_close(&x);
			buf_free(&s.all);
		}
}

static void
test_unreadable(void **state)
{
	static const char *const names[] = { "", "EBCDIC-KLINGON", "ASCII//TRANSLIT", "UTF-16//IGNORE", "../../x", "UTF 8" };
	struct bag_text x;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(bag_text_open(&x, names[i], see, NULL, &err), ST_UNSURE);
		bag_text_close(&x);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_clean), cmocka_unit_test(test_key), cmocka_unit_test(test_lines),
		cmocka_unit_test(test_unreadable) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
