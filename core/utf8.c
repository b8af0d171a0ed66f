/* utf8.c: decoding by Unicode 15 table 3-7, and the safe line. */
#include "core/utf8.h"

#include "core/utf8_scan.h"

/* Second-byte ranges per first byte: the only irregular part of well-formed UTF-8. */
static unsigned
head(unsigned char c, unsigned char *lo, unsigned char *hi)
{
	*lo = 0x80;
	*hi = 0xbf;
	if (c >= 0xc2 && c <= 0xdf)
		return 1;
	if (c >= 0xe0 && c <= 0xef) {
		if (c == 0xe0)
			*lo = 0xa0;
		if (c == 0xed)
			*hi = 0x9f;
		return 2;
	}
	if (c >= 0xf0 && c <= 0xf4) {
		if (c == 0xf0)
			*lo = 0x90;
		if (c == 0xf4)
			*hi = 0x8f;
		return 3;
	}
	return 0;
}

/* Octets at the end of ${s} that begin a sequence and do not end it. */
static size_t
unfinished(struct str s)
{
	unsigned char lo, hi;
	size_t n;

	for (n = 1; n <= 3 && n <= s.n; n++) {
		unsigned char c = (unsigned char)s.p[s.n - n];

		if (c >= 0xc0)
			return head(c, &lo, &hi) + 1 > n ? n : 0;
		if (c < 0x80)
			return 0;
	}
	return 0;
}

bool
utf8_feed(struct utf8_feed *u, struct str s)
{
	unsigned char lo, hi;
	size_t at = 0, left;

	for (; !u->bad && u->n > 0 && at < s.n; at++) {
		u->held[u->n++] = s.p[at];
		if (u->n > head((unsigned char)u->held[0], &lo, &hi)) {
			u->bad = !utf8_ok((struct str){ u->held, u->n });
			u->n = 0;
		}
	}
	if (u->bad || at == s.n)
		return !u->bad;
	s = (struct str){ s.p + at, s.n - at };
	left = unfinished(s);
	u->bad = !utf8_ok((struct str){ s.p, s.n - left });
	memcpy(u->held, s.p + s.n - left, left);
	u->n = left;
	return !u->bad;
}

bool
utf8_fed(const struct utf8_feed *u)
{
	return !u->bad && u->n == 0;
}

bool
utf8_next(struct str s, size_t *at, uint32_t *cp)
{
	unsigned char c = (unsigned char)s.p[*at], lo, hi;
	unsigned more, i;
	uint32_t v;

	++*at;
	if (c < 0x80) {
		*cp = c;
		return true;
	}
	*cp = 0xfffd;
	if ((more = head(c, &lo, &hi)) == 0)
		return false;
	v = c & (0x3fu >> more);
	for (i = 0; i < more; i++) {
		if (*at >= s.n)
			return false;
		c = (unsigned char)s.p[*at];
		if (c < lo || c > hi)
			return false;
		lo = 0x80;
		hi = 0xbf;
		v = v << 6 | (c & 0x3fu);
		++*at;
	}
	*cp = v;
	return true;
}

/* Offset of the first byte at or behind ${i} that is not ASCII. */
static size_t
skip_ascii(struct str s, size_t i)
{
#ifdef __SSE2__
	int mask;

	for (; s.n - i >= 16; i += 16)
		if ((mask = _mm_movemask_epi8(_mm_loadu_si128((const __m128i *)(const void *)(s.p + i)))) != 0)
			return i + (size_t)__builtin_ctz((unsigned)mask);
#endif
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}

static inline bool
is_ok(struct str s, const bool strict)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0;
	uint32_t cp;

	while ((i = skip_ascii(s, i)) < s.n) {
		i = utf8_threes(s.p, s.n, i, strict);
		while (s.n - i >= 3 && p[i] >= 0xe1 && p[i] <= 0xef && p[i] != 0xed && (p[i + 1] & 0xc0) == 0x80 && (p[i + 2] & 0xc0) == 0x80 &&
		    !(strict && p[i] == 0xef && (p[i + 1] == 0xb7 || p[i + 1] == 0xbf)))
			i += 3;
		if (i < s.n && p[i] >= 0x80 && (!utf8_next(s, &i, &cp) || (strict && utf8_is_noncharacter(cp))))
			return false;
	}
	return true;
}

bool utf8_ok(struct str s) { return is_ok(s, false); }
bool utf8_ijson(struct str s) { return is_ok(s, true); }

size_t
utf8_put(uint32_t cp, char out[4])
{
	if (cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		cp = 0xfffd;
	if (cp < 0x80) {
		out[0] = (char)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (char)(0xc0 | cp >> 6);
		out[1] = (char)(0x80 | (cp & 0x3f));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (char)(0xe0 | cp >> 12);
		out[1] = (char)(0x80 | (cp >> 6 & 0x3f));
		out[2] = (char)(0x80 | (cp & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | cp >> 18);
	out[1] = (char)(0x80 | (cp >> 12 & 0x3f));
	out[2] = (char)(0x80 | (cp >> 6 & 0x3f));
	out[3] = (char)(0x80 | (cp & 0x3f));
	return 4;
}

bool
utf8_is_noncharacter(uint32_t cp)
{
	return (cp >= 0xfdd0 && cp <= 0xfdef) || (cp & 0xfffe) == 0xfffe;
}

bool
utf8_is_xml(uint32_t cp)
{
	return cp == 0x9 || cp == 0xa || cp == 0xd || (cp >= 0x20 && cp <= 0xd7ff) || (cp >= 0xe000 && cp <= 0xfffd) ||
	    (cp >= 0x10000 && cp <= 0x10ffff);
}

enum status
utf8_clean(struct str in, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t at = 0, from = 0, begin, was = out->n;
	uint32_t cp;

	while (st == ST_OK && (at = skip_ascii(in, at)) < in.n) {
		begin = at;
		if (utf8_next(in, &at, &cp))
			continue;
		if ((st = buf_add(out, in.p + from, begin - from, err)) == ST_OK)
			st = buf_add(out, "\xef\xbf\xbd", 3, err);
		from = at;
	}
	if (st == ST_OK)
		st = buf_add(out, in.p == NULL ? "" : in.p + from, in.n - from, err);
	if (st != ST_OK)
		out->n = was;
	return st;
}

/* What a terminal or a reader of a log could be misled by. */
static const struct { uint32_t from, to; } unsafe[] = {
	{ 0x0, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x61c, 0x61c }, { 0x180e, 0x180e }, { 0x200b, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f },
	{ 0xd800, 0xdfff }, { 0xfdd0, 0xfdef }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe0fff },
};

static bool
is_unsafe(uint32_t cp)
{
	size_t i;

	for (i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		if (cp >= unsafe[i].from && cp <= unsafe[i].to)
			return true;
	return utf8_is_noncharacter(cp);
}

enum status
utf8_terminal(struct str in, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t at = 0, begin, i, was = out->n;
	uint32_t cp;

	while (at < in.n && st == ST_OK) {
		begin = at;
		if (!utf8_next(in, &at, &cp)) {
			for (i = begin; i < at && st == ST_OK; i++)
				st = buf_addf(out, err, "\\x%02x", (unsigned char)in.p[i]);
		} else if (!is_unsafe(cp))
			st = buf_add(out, in.p + begin, at - begin, err);
		else if (cp < 0x80)
			st = buf_addf(out, err, "\\x%02x", cp);
		else
			st = buf_addf(out, err, "\\u{%x}", cp);
	}
	if (st != ST_OK)
		out->n = was;
	return st;
}
