/* test_html_out.c: every escape in its place, against the characters that HTML 5 and XML 1.0 name. */
#include "shelf.h"

#include "core/mem.h"
#include "formats/html_out.h"
#include "formats/html_path.h"

struct made {
	struct html_out h;
	struct buf buf;
	struct sink_mem sink;
	struct err err;
};

static void
begin(struct made *m)
{
	memset(m, 0, sizeof(*m));
	err_init(&m->err);
	buf_init(&m->buf, (size_t)1 << 24);
	sink_mem_init(&m->sink, &m->buf);
	html_begin(&m->h, &m->sink.sink, &m->err);
}

static void
is(struct made *m, const char *want)
{
	assert_int_equal(html_end(&m->h), ST_OK);
	if (!str_is(buf_str(&m->buf), want))
		fail_msg("%.*s\nwanted %s", STR_ARG(buf_str(&m->buf)), want);
	buf_free(&m->buf);
	html_free(&m->h);
}

#define C(code, shown) "<span class=\"c\" title=\"U+" code "\">" shown "</span>"

static void
text(void **state)
{
	static const struct { struct str in; const char *want; } cases[] = {
		{ STR("plain 中文 👩‍👩‍👧"), "plain 中文 👩‍👩‍👧" },
		{ STR("<script>&amp;</script>"), "&lt;script&gt;&amp;amp;&lt;/script&gt;" },
		{ STR("a\"b'c]]>"), "a\"b'c]]&gt;" },
		{ STR("1\r\n2\n3\t4"), "1\n2\n3\t4" },
		{ STR("5\r6"), "5" C("000D", "␍") "6" },
		{ STR("\0x\x1b[1m\x7f"), C("0000", "␀") "x" C("001B", "␛") "[1m" C("007F", "␡") },
		{ STR("\xc2\x85\u202egnp.exe\u202c"), C("0085", "[U+0085]") C("202E", "[U+202E]") "gnp.exe" C("202C", "[U+202C]") },
		{ STR("\u2066\u2069\u200f\u061c"), C("2066", "[U+2066]") C("2069", "[U+2069]") C("200F", "[U+200F]") C("061C", "[U+061C]") },
		{ STR("\u2028\ufeff\uffff\U0001fffe"), C("2028", "[U+2028]") C("FEFF", "[U+FEFF]") C("FFFF", "[U+FFFF]") C("1FFFE", "[U+1FFFE]") },
		{ STR("bad \xff\xed\xa0\x80 end"), "bad \uFFFD\uFFFD\uFFFD\uFFFD end" },
	};
	struct made m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		begin(&m);
		html_text(&m.h, cases[i].in);
		is(&m, cases[i].want);
	}
}

static void
attributes(void **state)
{
	struct made m;

	(void)state;
	begin(&m);
	html_open(&m.h, "p");
	html_attr(&m.h, "title", STR("\"'<>&\t\r\n\0\u202e 中"));
	html_attr_exact(&m.h, "data-id", STR("a\r\n\"b"));
	html_attr_exact(&m.h, "data-version", STR("\0\"\\<é😀"));
	html_open(&m.h, "br");
	html_close(&m.h, "br");
	html_close(&m.h, "p");
	is(&m, "<p title=\"&quot;'&lt;&gt;&amp;&#9;&#13;&#10;\\u{0000}\\u{202e} 中\" data-id=\"a&#13;&#10;&quot;b\""
	       " data-version-json=\"\\u0000\\u0022\\u005c&lt;\\u00e9\\ud83d\\ude00\"><br /></p>");
}

static void
links(void **state)
{
	static const struct { const char *url; bool ok; } cases[] = {
		{ "https://www.example.com/a?b=1&c=2#d", true }, { "HTTP://例子.测试/图", true }, { "http://u:p@h:8/", true },
		{ "javascript:alert(1)", false }, { " https://x/", false }, { "https://x/ y", false }, { "data:text/html,x", false }, { "//x/y", false }, { "/x", false },
		{ "file:///etc/passwd", false }, { "https:\\\\x", false }, { "https://x/\"y", false }, { "https://x/\ny", false }, { "https://x/\u202egnp", false },
		{ "https://x/\u3000y", false }, { "http://", false }, { "https://x/<y>", false }, { "", false }, { "ftp://x/", false },
	};
	struct made m;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (html_url_ok(str_of(cases[i].url)) != cases[i].ok)
			fail_msg("%s", cases[i].url);
	begin(&m);
	html_link(&m.h, STR("https://x.invalid/?a&b"));
	html_link(&m.h, STR("javascript:x"));
	is(&m, "<a href=\"https://x.invalid/?a&amp;b\" rel=\"noopener noreferrer nofollow\"><bdi class=\"url\">https://x.invalid/?a&amp;b</bdi></a>"
	       "<bdi class=\"url\">javascript:x</bdi>");
}

static enum status
refuse(struct sink *s, const void *p, size_t n, struct err *err)
{
	(void)s;
	(void)p;
	(void)n;
	return err_set(err, ST_IO, "full");
}

static void
failures(void **state)
{
	struct sink full = { refuse, 0 };
	struct made m;
	size_t i;

	(void)state;
	begin(&m);
	m.h.to = &full;
	for (i = 0; i < 100000; i++)
		html_el(&m.h, "p", NULL, STR("x"));
	assert_int_equal(html_end(&m.h), ST_IO);
	assert_string_equal(m.err.text, "full");
	buf_free(&m.buf);
	html_free(&m.h);
	begin(&m);
	mem_fail_at(1);
	html_el(&m.h, "p", NULL, STR("x"));
	assert_int_equal(html_end(&m.h), ST_NOMEM);
	assert_true(mem_fail_hit());
	mem_fail_at(0);
	buf_free(&m.buf);
	html_free(&m.h);
}

static void
paths(void **state)
{
	static const struct { const char *id, *want; } cases[] = {
		{ "wr-plan_1.x", "wr-plan_1.x" }, { "abcdefghijklmnopqrstuvwxyz12345678", "abcdefghijklmnopqrstuvwxyz12345678" },
		/* echo -n wrABC | sha256sum */
		{ "wrABC", "h-0b4eb840858025138163a0f1ee1711e1" },
		{ "", "h-e3b0c44298fc1c149afbf4c8996fb924" }, { "people", NULL }, { "index", NULL }, { "months", NULL }, { "rooms", NULL }, { "index-2", NULL }, { "style.css", NULL }, { "index.html", NULL },
		{ "h-e3b0c44298fc1c149afbf4c8996fb924", NULL }, { ".x", NULL }, { "-x", NULL }, { "a/b", NULL }, { "中", NULL },
		{ "abcdefghijklmnopqrstuvwxyz123456789", NULL },
	};
	char out[HTML_PATH_ID], day[12];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(html_path_id(str_of(cases[i].id), true, out, NULL), ST_OK);
		if (cases[i].want != NULL)
			assert_string_equal(out, cases[i].want);
		else
			assert_true(strlen(out) == 34 && out[0] == 'h' && out[1] == '-' && strcmp(out, cases[i].id) != 0);
	}
	html_path_part("2026-11-21", 1, day);
	assert_string_equal(day, "2026-11-21");
	html_path_part("2026-11-21", 2, day);
	assert_string_equal(day, "2026112102");
	html_path_part("2026-11-21", HTML_PARTS, day);
	assert_string_equal(day, "20261121zz");
	html_path_part("undated", 1, day);
	assert_string_equal(day, "undated");
	html_path_part("undated", 37, day);
	assert_string_equal(day, "undated-11");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(text), cmocka_unit_test(attributes), cmocka_unit_test(links), cmocka_unit_test(failures),
		cmocka_unit_test(paths) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
