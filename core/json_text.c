/* json_text.c: what the inside of a JSON string means, and writing JSON. */
#include "core/json.h"

#include "core/json_scan.h"
#include "core/utf8.h"

/* Four hexadecimal digits at ${p}, or -1. */
static int
hex4(struct str s, size_t at)
{
	int v = 0, d;
	size_t i;

	if (s.n - at < 4)
		return -1;
	for (i = at; i < at + 4; i++) {
		d = s.p[i];
		if (d >= '0' && d <= '9')
			d -= '0';
		else if ((d | 32) >= 'a' && (d | 32) <= 'f')
			d = (d | 32) - 'a' + 10;
		else
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/*
 * Decodes the escape at s.p[*at], which the parser has let pass.  A lone surrogate comes out as its number; what is no escape
 * after all, as the backslash itself.
 */
static uint32_t
unescape(struct str s, size_t *at)
{
	static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
	const char *hit;
	size_t i = *at;
	int u, low;

	if (s.n - i < 2) {
		*at = i + 1;
		return '\\';
	}
	if (s.p[i + 1] == 'u' && (u = hex4(s, i + 2)) >= 0) {
		*at = i + 6;
		if (u >= 0xD800 && u <= 0xDBFF && s.n - *at >= 6 && s.p[i + 6] == '\\' && s.p[i + 7] == 'u' &&
		    (low = hex4(s, i + 8)) >= 0xDC00 && low <= 0xDFFF) {
			*at = i + 12;
			return 0x10000u + ((uint32_t)(u - 0xD800) << 10) + (uint32_t)(low - 0xDC00);
		}
		return (uint32_t)u;
	}
	if (s.p[i + 1] != '\0' && (hit = memchr(from, s.p[i + 1], sizeof(from) - 1)) != NULL) {
		*at = i + 2;
		return (uint32_t)(unsigned char)to[hit - from];
	}
	*at = i + 1;
	return '\\';
}

/* The bytes that an escaped text means, one at a time; a lone surrogate as three bytes, as if it were a character. */
struct bytes { struct str s; size_t at; unsigned char held[4]; unsigned n_held, i_held; };

static int
next_byte(struct bytes *b)
{
	uint32_t cp;

	if (b->i_held < b->n_held)
		return b->held[b->i_held++];
	if (b->at == b->s.n)
		return -1;
	if (b->s.p[b->at] != '\\')
		return (unsigned char)b->s.p[b->at++];
	cp = unescape(b->s, &b->at);
	if (cp >= 0xD800 && cp <= 0xDFFF) {
		b->held[0] = 0xED;
		b->held[1] = (unsigned char)(0x80 | (cp >> 6 & 0x3F));
		b->held[2] = (unsigned char)(0x80 | (cp & 0x3F));
		b->n_held = 3;
	} else
		b->n_held = (unsigned)utf8_put(cp, (char *)b->held);
	b->i_held = 1;
	return b->held[0];
}

int
json_order(struct str a, struct str b)
{
	struct bytes x = { .s = a }, y = { .s = b };
	int c, d;

	if ((a.n == 0 || memchr(a.p, '\\', a.n) == NULL) && (b.n == 0 || memchr(b.p, '\\', b.n) == NULL))
		return str_cmp(a, b);
	do {
		c = next_byte(&x);
		d = next_byte(&y);
	} while (c == d && c >= 0);
	return c < d ? -1 : c > d;
}

bool
json_same(struct str key, struct str name)
{
	struct bytes x = { .s = key };
	size_t i;

	/* An escape takes more room than what it means, so only a longer key can be the same without being equal. */
	if (key.n <= name.n)
		return key.n == name.n && (key.n == 0 || memcmp(key.p, name.p, key.n) == 0) &&
		    (key.n == 0 || memchr(key.p, '\\', key.n) == NULL);
	if (memchr(key.p, '\\', key.n) == NULL)
		return false;
	for (i = 0; i < name.n; i++)
		if (next_byte(&x) != (unsigned char)name.p[i])
			return false;
	return next_byte(&x) < 0;
}

enum status
json_text(struct str raw, unsigned flags, struct arena *a, struct str *out, struct err *err)
{
	size_t at = 0, n = 0, room = raw.n, from;
	enum status st;
	const char *next;
	uint32_t cp;
	void *p;
	char *to;

	if ((flags & (JSON_F_ESCAPE | JSON_F_BAD_UTF8 | JSON_F_SURROGATE)) == 0) {
		*out = raw;
		return ST_OK;
	}
	/* One bad byte becomes three; an escape never grows. */
	if ((flags & JSON_F_BAD_UTF8) != 0 && __builtin_mul_overflow(room, 3u, &room))
		return err_oom(err, SIZE_MAX);
	if ((st = arena_get(a, room, 1, &p, err)) != ST_OK)
		return st;
	to = p;
	while (at < raw.n) {
		from = at;
		if ((flags & JSON_F_BAD_UTF8) == 0) {
			next = memchr(raw.p + at, '\\', raw.n - at);
			at = next == NULL ? raw.n : (size_t)(next - raw.p);
			memcpy(to + n, raw.p + from, at - from);
			n += at - from;
			if (next != NULL)
				n += utf8_put(unescape(raw, &at), to + n);
		} else if (raw.p[at] == '\\')
			n += utf8_put(unescape(raw, &at), to + n);
		else if ((unsigned char)raw.p[at] < 0x80)
			to[n++] = raw.p[at++];
		else if (utf8_next(raw, &at, &cp)) {
			memcpy(to + n, raw.p + from, at - from);
			n += at - from;
		} else
			n += utf8_put(cp, to + n);
	}
	*out = (struct str){ to, n };
	return ST_OK;
}

/* The first byte at or behind ${i} that is a quote or white space (outside strings) … */
static size_t
to_quote_or_space(const char *p, size_t n, size_t i)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), above = _mm_set1_epi8(0x21);
	__m128i v;
	int mask;

	for (; n - i >= 16; i += 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmplt_epi8(v, above)));
		if (mask != 0)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (i < n && p[i] != '"' && (unsigned char)p[i] > ' ')
		i++;
	return i;
}

/* … and that is a quote or a backslash (inside). */
static size_t
to_quote_or_slash(const char *p, size_t n, size_t i)
{
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\');
	__m128i v;
	int mask;

	for (; n - i >= 16; i += 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		mask = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)));
		if (mask != 0)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	while (i < n && p[i] != '"' && p[i] != '\\')
		i++;
	return i;
}

static size_t
behind_string(const char *p, size_t n, size_t i)
{
	for (i++; (i = to_quote_or_slash(p, n, i)) < n; i += 2) {
		if (p[i] == '"')
			return i + 1;
		if (n - i < 2)
			break;
	}
	return n;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

enum status
json_compact(struct str v, struct buf *out, struct err *err)
{
	size_t from = 0, i = 0, was = out->n;
	enum status st = ST_OK;

	while ((i = to_quote_or_space(v.p, v.n, i)) < v.n) {
		if (v.p[i] == '"')
			i = behind_string(v.p, v.n, i);
		else if (is_space(v.p[i])) {
			if ((st = buf_add(out, v.p + from, i - from, err)) != ST_OK)
				goto out;
			while (i < v.n && is_space(v.p[i]))
				i++;
			from = i;
		} else
			i++;
	}
	if (v.n > 0)
		st = buf_add(out, v.p + from, v.n - from, err);
out:
	if (st != ST_OK)
		out->n = was;
	return st;
}

/* What JSON wants escaped, in ${to}; 0 when ${c} may stand. */
static size_t
escaped(unsigned char c, char to[6])
{
	static const char from[] = "\"\\\b\f\n\r\t", name[] = "\"\\bfnrt", hex[] = "0123456789abcdef";
	const char *hit;

	if (c >= 0x20 && c != '"' && c != '\\')
		return 0;
	to[0] = '\\';
	if (c != 0 && (hit = strchr(from, c)) != NULL) {
		to[1] = name[hit - from];
		return 2;
	}
	memcpy(to + 1, "u00", 3);
	to[4] = hex[c >> 4];
	to[5] = hex[c & 15];
	return 6;
}

static enum status
put_inside(struct buf *b, struct str s, struct err *err)
{
	const unsigned char *p = (const unsigned char *)s.p;
	size_t i = 0, from = 0, before, n;
	enum status st;
	uint32_t cp;
	char to[6];

	while ((i = json_plain(s.p, s.n, i)) < s.n) {
		i = json_run(s.p, s.n, i);
		if (i == s.n)
			break;
		before = i;
		if (p[i] < 0x80) {
			if ((n = escaped(p[i++], to)) == 0)
				continue;
		} else {
			if (utf8_next(s, &i, &cp))
				continue;
			n = utf8_put(cp, to);
		}
		if ((st = buf_add(b, s.p + from, before - from, err)) != ST_OK || (st = buf_add(b, to, n, err)) != ST_OK)
			return st;
		from = i;
	}
	return buf_add(b, s.n == 0 ? "" : s.p + from, s.n - from, err);
}

enum status
json_put_string(struct buf *b, struct str s, struct err *err)
{
	size_t was = b->n;
	enum status st;

	if ((st = buf_putc(b, '"', err)) != ST_OK || (st = put_inside(b, s, err)) != ST_OK || (st = buf_putc(b, '"', err)) != ST_OK)
		b->n = was;
	return st;
}
