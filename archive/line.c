/*
 * line.c: a JSON validator without memory but a stack of brackets.  Strings take nearly all bytes, so plain ASCII and Chinese text in them are
 * skipped in long steps.
 */
#include "archive/line.h"

#include <string.h>

#include "core/i18n.h"
#include "core/json_scan.h"
#include "core/limits.h"

struct scan { const unsigned char *p, *end; };

static enum status
broken(const struct scan *s, struct str line, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("a record is not one JSON object in UTF-8 (byte %zu)"), (size_t)(s->p - (const unsigned char *)line.p));
}

static void
blank(struct scan *s)
{
	while (s->p < s->end && (*s->p == ' ' || *s->p == '\t'))	/* CR and LF cannot stand in a line */
		s->p++;
}

/* Three-byte characters but those that begin with E0 or ED, as long as they follow each other: nearly all of Chinese text. */
static const unsigned char *
common_run(const unsigned char *p, const unsigned char *end)
{
	p += utf8_threes((const char *)p, (size_t)(end - p), 0, false);
	while (end - p >= 3 && (p[0] & 0xf0) == 0xe0 && p[0] != 0xe0 && p[0] != 0xed && ((p[1] ^ 0x80) | (p[2] ^ 0x80)) < 0x40)
		p += 3;
	return p;
}

static bool cont(unsigned char c) { return (c & 0xc0) == 0x80; }

/* One character above 0x7f: Unicode 15, table 3-7. */
static bool
utf8(struct scan *s)
{
	const unsigned char *p = s->p;
	size_t left = (size_t)(s->end - p);

	if (p[0] >= 0xc2 && p[0] <= 0xdf) {
		if (left < 2 || !cont(p[1]))
			return false;
		s->p += 2;
	} else if (p[0] == 0xe0 || p[0] == 0xed) {
		if (left < 3 || !cont(p[1]) || !cont(p[2]) || (p[0] == 0xe0 ? p[1] < 0xa0 : p[1] > 0x9f))
			return false;
		s->p += 3;
	} else if (p[0] >= 0xf0 && p[0] <= 0xf4) {
		if (left < 4 || !cont(p[1]) || !cont(p[2]) || !cont(p[3]) || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
			return false;
		s->p += 4;
	} else
		return false;
	return true;
}

static bool
is_hex(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool
escape(struct scan *s)
{
	int i;

	if (s->end - s->p < 2)
		return false;
	if (s->p[1] != 'u') {
		if (memchr("\"\\/bfnrt", s->p[1], 8) == NULL)
			return false;
		s->p += 2;
		return true;
	}
	if (s->end - s->p < 6)
		return false;
	for (i = 2; i < 6; i++)
		if (!is_hex(s->p[i]))
			return false;
	s->p += 6;
	return true;
}

/* At the opening quote; afterwards behind the closing one. */
static bool
string(struct scan *s)
{
	s->p++;
	for (;;) {
		s->p += json_plain((const char *)s->p, (size_t)(s->end - s->p), 0);
		if (s->p == s->end)
			return false;
		if (*s->p >= 0x80) {
			const unsigned char *from = s->p;

			s->p = common_run(s->p, s->end);
			if (s->p == from && !utf8(s))
				return false;
		} else if (*s->p == '"') {
			s->p++;
			return true;
		} else if (*s->p == '\\') {
			if (!escape(s))
				return false;
		} else		/* a control */
			return false;
	}
}

static bool
digit_run(struct scan *s)
{
	const unsigned char *from = s->p;

	while (s->p < s->end && *s->p >= '0' && *s->p <= '9')
		s->p++;
	return s->p > from;
}

static bool
number(struct scan *s)
{
	if (*s->p == '-')
		s->p++;
	if (s->p < s->end && *s->p == '0')
		s->p++;
	else if (!digit_run(s))
		return false;
	if (s->p < s->end && *s->p == '.') {
		s->p++;
		if (!digit_run(s))
			return false;
	}
	if (s->p < s->end && (*s->p == 'e' || *s->p == 'E')) {
		s->p++;
		if (s->p < s->end && (*s->p == '+' || *s->p == '-'))
			s->p++;
		if (!digit_run(s))
			return false;
	}
	return true;
}

static bool
word(struct scan *s, const char *text, size_t n)
{
	if ((size_t)(s->end - s->p) < n || memcmp(s->p, text, n) != 0)
		return false;
	s->p += n;
	return true;
}

static bool
scalar(struct scan *s)
{
	switch (*s->p) {
	case '"': return string(s);
	case 't': return word(s, "true", 4);
	case 'f': return word(s, "false", 5);
	case 'n': return word(s, "null", 4);
	default: return number(s);
	}
}

/* A name and its colon. */
static bool
name(struct scan *s)
{
	blank(s);
	if (s->p == s->end || *s->p != '"' || !string(s))
		return false;
	blank(s);
	return word(s, ":", 1);
}

static bool
values(struct scan *s)
{
	unsigned char open[LIMIT_JSON_DEPTH];
	size_t depth = 0;

	for (;;) {
		/* A value is due. */
		blank(s);
		if (s->p == s->end)
			return false;
		if (*s->p == '{' || *s->p == '[') {
			unsigned char c = *s->p++;

			if (depth == LIMIT_JSON_DEPTH)
				return false;
			open[depth++] = c;
			blank(s);
			if (s->p == s->end || *s->p != (c == '{' ? '}' : ']')) {
				if (c == '{' && !name(s))
					return false;
				continue;
			}
		} else if (!scalar(s))
			return false;
		/* A value is behind us: close what ends here. */
		for (;;) {
			blank(s);
			if (s->p == s->end)
				return false;
			if (*s->p == ',')
				break;
			if (depth == 0 || *s->p != (open[depth - 1] == '{' ? '}' : ']'))
				return false;
			s->p++;
			if (--depth == 0)
				return true;
		}
		if (depth == 0)
			return false;
		s->p++;
		if (open[depth - 1] == '{' && !name(s))
			return false;
	}
}

enum status
line_check(struct str line, struct err *err)
{
	struct scan s = { (const unsigned char *)line.p, (const unsigned char *)line.p + line.n };

	if (line.n == 0 || line.p[0] != '{' || !values(&s) || s.p != s.end)
		return broken(&s, line, err);
	return ST_OK;
}
