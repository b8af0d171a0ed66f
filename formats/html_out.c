/* html_out.c: one place for every escape. */
#include "formats/html_out.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <strings.h>

#include "core/utf8.h"

#define FLUSH	((size_t)64 << 10)
#define URL_MAX 4096u

void
html_begin(struct html_out *h, struct sink *to, struct err *err)
{
	if (h->buf.max == 0)
		buf_init(&h->buf, (size_t)1 << 30);
	buf_clear(&h->buf);
	h->to = to;
	h->err = err;
	h->st = ST_OK;
	h->n_flushed = 0;
	h->in_tag = false;
	h->depth = 0;
}

void
html_free(struct html_out *h)
{
	buf_free(&h->buf);
}

void
html_fail(struct html_out *h, enum status st)
{
	if (h->st == ST_OK)
		h->st = st;
}

static void
flush(struct html_out *h)
{
	if (h->st != ST_OK || h->buf.n == 0)
		return;
	if ((h->st = sink_write(h->to, h->buf.p, h->buf.n, h->err)) != ST_OK)
		return;
	h->n_flushed += h->buf.n;
	buf_clear(&h->buf);
}

enum status
html_end(struct html_out *h)
{
	assert(h->st != ST_OK || h->depth == 0);
	flush(h);
	return h->st;
}

/* Bytes as they are. */
static void
put(struct html_out *h, const char *p, size_t n)
{
	if (h->st != ST_OK)
		return;
	if (h->buf.n > FLUSH)
		flush(h);
	if (h->st == ST_OK)
		h->st = buf_add(&h->buf, p, n, h->err);
}

static void
put_z(struct html_out *h, const char *z)
{
	put(h, z, strlen(z));
}

void
html_doctype(struct html_out *h)
{
	put_z(h, "<!DOCTYPE html>\n");
}

static bool
is_void(const char *name)
{
	static const char *const names[] = { "br", "hr", "img", "link", "meta", "wbr" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static void
finish_tag(struct html_out *h)
{
	if (!h->in_tag)
		return;
	h->in_tag = false;
	assert(!is_void(h->open[h->depth - 1]));
	put(h, ">", 1);
}

void
html_open(struct html_out *h, const char *name)
{
	finish_tag(h);
	assert(h->depth < HTML_DEPTH);
	h->open[h->depth++] = name;
	h->in_tag = true;
	put(h, "<", 1);
	put_z(h, name);
}

void
html_close(struct html_out *h, const char *name)
{
	assert(h->depth > 0 && strcmp(h->open[h->depth - 1], name) == 0);
	if (h->in_tag && is_void(name)) {
		h->in_tag = false;
		put(h, " />", 3);
	} else {
		finish_tag(h);
		put(h, "</", 2);
		put_z(h, name);
		put(h, ">", 1);
	}
	h->depth--;
}

/* Bidi controls (UAX 9, property Bidi_Control). */
static bool
is_bidi(uint32_t cp)
{
	return cp == 0x061C || cp == 0x200E || cp == 0x200F || (cp >= 0x202A && cp <= 0x202E) || (cp >= 0x2066 && cp <= 0x2069);
}

/* Must not stand in text as it is: it acts unseen, or XML has no such character. */
static bool
is_unseen(uint32_t cp)
{
	if (cp < 0xA0)
		return (cp < 0x20 && cp != '\t' && cp != '\n') || cp >= 0x7F;
	return is_bidi(cp) || cp == 0x2028 || cp == 0x2029 || cp == 0xFEFF || utf8_is_noncharacter(cp);
}

static const char *
entity(char c)
{
	return c == '&' ? "&amp;" : c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '"' ? "&quot;" : NULL;
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c < 0x7F && c != '&' && c != '<' && c != '>' && c != '"';
}

/* One character outside is_plain, in an attribute. */
static void
attr_char(struct html_out *h, const char *p, size_t n, uint32_t cp)
{
	char text[24];

	if (cp == '\t' || cp == '\n' || cp == '\r')
		put(h, text, (size_t)snprintf(text, sizeof(text), "&#%u;", (unsigned)cp));
	else if (cp < 0x80 && entity((char)cp) != NULL)
		put_z(h, entity((char)cp));
	else if (is_unseen(cp))
		put(h, text, (size_t)snprintf(text, sizeof(text), "\\u{%04x}", (unsigned)cp));
	else
		put(h, p, n);
}

static void
attr_value(struct html_out *h, struct str s)
{
	size_t at = 0, from;
	uint32_t cp;

	while (at < s.n && h->st == ST_OK) {
		for (from = at; at < s.n && is_plain((unsigned char)s.p[at]); at++)
			;
		put(h, s.p + from, at - from);
		if (at == s.n)
			break;
		from = at;
		if (!utf8_next(s, &at, &cp))
			put(h, "\xEF\xBF\xBD", 3);
		else
			attr_char(h, s.p + from, at - from, cp);
	}
}

static void
attr_name(struct html_out *h, const char *name)
{
	assert(h->in_tag);
	put(h, " ", 1);
	put_z(h, name);
}

void
html_attr(struct html_out *h, const char *name, struct str value)
{
	attr_name(h, name);
	put(h, "=\"", 2);
	attr_value(h, value);
	put(h, "\"", 1);
}

void
html_attr_z(struct html_out *h, const char *name, const char *value)
{
	html_attr(h, name, str_of(value));
}

/* As html_attr writes it, it can be read back. */
static bool
is_exact(struct str s)
{
	size_t at = 0;
	uint32_t cp;

	while (at < s.n)
		if (!utf8_next(s, &at, &cp) || (is_unseen(cp) && cp != '\r'))
			return false;
	return true;
}

/* The inside of a JSON string of visible ASCII; a bad byte is U+FFFD, as in the record itself. */
static void
attr_json(struct html_out *h, struct str s)
{
	size_t at = 0;
	uint32_t cp;
	char text[16];

	while (at < s.n) {
		(void)utf8_next(s, &at, &cp);
		if (cp >= 0x20 && cp < 0x7F && cp != '\\' && cp != '"') {
			const char c = (char)cp;

			attr_value(h, (struct str){ &c, 1 });
		} else if (cp > 0xFFFF) {
			put(h, text, (size_t)snprintf(text, sizeof(text), "\\u%04x\\u%04x", 0xD800u + (unsigned)((cp - 0x10000) >> 10),
			    0xDC00u + (unsigned)((cp - 0x10000) & 0x3FF)));
		} else {
			put(h, text, (size_t)snprintf(text, sizeof(text), "\\u%04x", (unsigned)cp));
		}
	}
}

void
html_attr_exact(struct html_out *h, const char *name, struct str value)
{
	if (is_exact(value)) {
		html_attr(h, name, value);
		return;
	}
	attr_name(h, name);
	put_z(h, "-json=\"");
	attr_json(h, value);
	put(h, "\"", 1);
}

/* A character that would not be seen, as one that is: C0 by its picture (U+2400 …), others by their number. */
static void
marker(struct html_out *h, uint32_t cp)
{
	char picture[4], title[16];

	(void)snprintf(title, sizeof(title), "U+%04X", (unsigned)cp);
	html_open(h, "span");
	html_attr_z(h, "class", "c");
	html_attr_z(h, "title", title);
	finish_tag(h);
	if (cp < 0x20 || cp == 0x7F)
		put(h, picture, utf8_put(cp == 0x7F ? 0x2421 : 0x2400 + cp, picture));
	else {
		put(h, "[", 1);
		put_z(h, title);
		put(h, "]", 1);
	}
	html_close(h, "span");
}

void
html_text(struct html_out *h, struct str s)
{
	size_t at = 0, from;
	uint32_t cp;

	finish_tag(h);
	while (at < s.n && h->st == ST_OK) {
		for (from = at; at < s.n && (is_plain((unsigned char)s.p[at]) || s.p[at] == '\n' || s.p[at] == '"'); at++)
			;
		put(h, s.p + from, at - from);
		if (at == s.n)
			break;
		from = at;
		if (!utf8_next(s, &at, &cp))
			put(h, "\xEF\xBF\xBD", 3);
		else if (cp < 0x80 && entity((char)cp) != NULL)
			put_z(h, entity((char)cp));
		else if (cp == '\r' && at < s.n && s.p[at] == '\n')
			continue;
		else if (is_unseen(cp))
			marker(h, cp);
		else
			put(h, s.p + from, at - from);
	}
}

void
html_z(struct html_out *h, const char *z)
{
	html_text(h, str_of(z));
}

void
html_f(struct html_out *h, const char *fmt, ...)
{
	char text[256];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	assert(n >= 0 && (size_t)n < sizeof(text));
	html_text(h, (struct str){ text, (size_t)n });
}

void
html_style(struct html_out *h, struct str css)
{
	html_open(h, "style");
	finish_tag(h);
	assert(memchr(css.p, '<', css.n) == NULL && memchr(css.p, '&', css.n) == NULL);
	put(h, css.p, css.n);
	html_close(h, "style");
}

void
html_el(struct html_out *h, const char *name, const char *class_, struct str text)
{
	html_open(h, name);
	if (class_ != NULL)
		html_attr_z(h, "class", class_);
	html_text(h, text);
	html_close(h, name);
}

void
html_words(struct html_out *h, const char *zh, const char *en)
{
	html_z(h, zh);
	if (strcmp(zh, en) == 0)
		return;
	html_z(h, " ");
	html_open(h, "span");
	html_attr_z(h, "lang", "en");
	html_z(h, en);
	html_close(h, "span");
}

void
html_bdi(struct html_out *h, const char *class_, struct str text)
{
	html_el(h, "bdi", class_, text);
}

bool
html_url_ok(struct str url)
{
	size_t at = 0;
	uint32_t cp;

	if (url.n > URL_MAX || !((url.n > 7 && strncasecmp(url.p, "http://", 7) == 0) || (url.n > 8 && strncasecmp(url.p, "https://", 8) == 0)))
		return false;
	while (at < url.n)
		if (!utf8_next(url, &at, &cp) || cp <= 0x20 || cp == 0xA0 || cp == 0x3000 || is_unseen(cp) || (cp < 0x80 && strchr("<>\"'`\\^{}|", (int)cp) != NULL))
			return false;
	return true;
}

void
html_link(struct html_out *h, struct str url)
{
	if (!html_url_ok(url)) {
		html_bdi(h, "url", url);
		return;
	}
	html_open(h, "a");
	html_attr(h, "href", url);
	html_attr_z(h, "rel", "noopener noreferrer nofollow");
	html_bdi(h, "url", url);
	html_close(h, "a");
}
