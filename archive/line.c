/*
 * line.c: a JSON validator that keeps a stack of brackets and the names of open objects.  Strings take nearly all bytes, so plain ASCII and
 * Chinese text in them are skipped in long steps.
 */
#include "archive/line.h"

#include <string.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/json_scan.h"
#include "core/limits.h"

struct scan {
	const unsigned char *p, *end;
	struct line_names *names;
	bool raw;		/* inside the value of "raw", where names and surrogates stand as received */
	bool escaped;		/* the last string has an escape */
	bool said;		/* what broke is in the error already */
};

static enum status
broken(const struct scan *s, struct str line, struct err *err)
{
	if (s->said)
		return ST_CORRUPT;
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

static int
hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* \uXXXX at ${p}; -1: it is not. */
static int
unit(const unsigned char *p, const unsigned char *end)
{
	int i, v = 0;

	if (end - p < 6 || p[0] != '\\' || p[1] != 'u')
		return -1;
	for (i = 2; i < 6; i++) {
		if (hex_digit(p[i]) < 0)
			return -1;
		v = v << 4 | hex_digit(p[i]);
	}
	return v;
}

static bool is_high(int v) { return v >= 0xd800 && v <= 0xdbff; }
static bool is_low(int v) { return v >= 0xdc00 && v <= 0xdfff; }

static bool
escape(struct scan *s, struct err *err)
{
	int v;

	s->escaped = true;
	if (s->end - s->p < 2)
		return false;
	if (s->p[1] != 'u') {
		if (memchr("\"\\/bfnrt", s->p[1], 8) == NULL)
			return false;
		s->p += 2;
		return true;
	}
	if ((v = unit(s->p, s->end)) < 0)
		return false;
	s->p += 6;
	if (s->raw || (!is_high(v) && !is_low(v)))
		return true;
	if (!is_high(v) || !is_low(unit(s->p, s->end))) {
		err_set(err, ST_CORRUPT, _("half of a surrogate pair stands in a record outside of \"raw\""));
		s->said = true;
		return false;
	}
	s->p += 6;
	return true;
}

/* At the opening quote; afterwards behind the closing one. */
static bool
string(struct scan *s, struct err *err)
{
	s->escaped = false;
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
			if (!escape(s, err))
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
scalar(struct scan *s, struct err *err)
{
	switch (*s->p) {
	case '"': return string(s, err);
	case 't': return word(s, "true", 4);
	case 'f': return word(s, "false", 5);
	case 'n': return word(s, "null", 4);
	default: return number(s);
	}
}

/* A name and its colon; ${depth} brackets are open. */
static enum status
name(struct scan *s, size_t depth, struct err *err)
{
	enum status st = ST_OK;
	struct str text;

	blank(s);
	if (depth == 1)
		s->raw = false;
	text.p = (const char *)s->p + 1;
	if (s->p == s->end || *s->p != '"' || !string(s, err))
		return ST_CORRUPT;
	text.n = (size_t)((const char *)s->p - 1 - text.p);
	if (!s->raw)
		st = line_names_add(s->names, text, s->escaped, err);
	if (depth == 1)
		s->raw = str_is(text, "raw");
	blank(s);
	return st == ST_OK && !word(s, ":", 1) ? ST_CORRUPT : st;
}

/* A bracket that opens, and the name behind it if there is one; ${value}: a value is due next. */
static enum status
opened(struct scan *s, unsigned char c, size_t depth, bool *value, struct err *err)
{
	blank(s);
	if (s->p == s->end)
		return ST_CORRUPT;
	*value = *s->p != (c == '{' ? '}' : ']');
	return *value && c == '{' ? name(s, depth, err) : ST_OK;
}

/* ST_CORRUPT: broken at ${s}. */
static enum status
values(struct scan *s, struct err *err)
{
	struct { unsigned char c; size_t names; } open[LINE_DEPTH_MAX] __attribute__((uninitialized));	/* else 16 KiB are cleared for each line */
	size_t depth = 0;
	enum status st;
	bool value;

	for (;;) {
		/* A value is due. */
		blank(s);
		if (s->p == s->end)
			return ST_CORRUPT;
		if (*s->p == '{' || *s->p == '[') {
			unsigned char c = *s->p++;

			if (depth == LINE_DEPTH_MAX)
				return err_set(err, ST_UNSURE, _("a record is nested deeper than this program can follow"));
			open[depth].c = c;
			open[depth++].names = s->names->n;
			if ((st = opened(s, c, depth, &value, err)) != ST_OK)
				return st;
			if (value)
				continue;
		} else if (!scalar(s, err))
			return ST_CORRUPT;
		/* A value is behind us: close what ends here. */
		for (;;) {
			blank(s);
			if (s->p == s->end)
				return ST_CORRUPT;
			if (*s->p == ',')
				break;
			if (depth == 0 || *s->p != (open[depth - 1].c == '{' ? '}' : ']'))
				return ST_CORRUPT;
			s->p++;
			depth--;
			if (s->names->n > open[depth].names && (st = line_names_close(s->names, open[depth].names, depth == 0, err)) != ST_OK) {
				s->said = true;
				return st;
			}
			if (depth == 0)
				return ST_OK;
		}
		if (depth == 0)
			return ST_CORRUPT;
		s->p++;
		if (open[depth - 1].c == '{' && (st = name(s, depth, err)) != ST_OK)
			return st;
	}
}

enum status
line_check(struct line_names *names, struct str line, struct err *err)
{
	struct scan s = { (const unsigned char *)line.p, (const unsigned char *)line.p + line.n, names, false, false, false };
	enum status st;

	line_names_begin(names);
	if (line.n == 0 || line.p[0] != '{')
		return broken(&s, line, err);
	if ((st = values(&s, err)) != ST_OK && st != ST_CORRUPT)
		return st;
	return st == ST_OK && s.p == s.end ? ST_OK : broken(&s, line, err);
}

/* Where our writer puts it: {"_s":"<22>","kind":"…","id":"…" */
static bool
id_in_its_place(struct str line, struct str *id)
{
	static const char kind[] = ",\"kind\":\"", name[] = "\",\"id\":\"";
	const size_t at = 30, n_kind = sizeof(kind) - 1, n_name = sizeof(name) - 1;
	const char *p, *end = line.p + line.n, *q;

	if (line.n < at + n_kind || memcmp(line.p + at, kind, n_kind) != 0)
		return false;
	p = line.p + at + n_kind;
	if ((q = memchr(p, '"', (size_t)(end - p))) == NULL || memchr(p, '\\', (size_t)(q - p)) != NULL || (size_t)(end - q) < n_name ||
	    memcmp(q, name, n_name) != 0)
		return false;
	p = q + n_name;
	if ((q = memchr(p, '"', (size_t)(end - p))) == NULL || memchr(p, '\\', (size_t)(q - p)) != NULL)
		return false;
	*id = (struct str){ p, (size_t)(q - p) };
	return true;
}

enum status
line_id(struct str line, struct arena *a, struct str *id, struct err *err)
{
	struct json_event ev;
	struct str whole;
	unsigned flags;
	struct json j;

	if (id_in_its_place(line, id))
		return ST_OK;
	*id = STR_NONE;
	json_init(&j, line);
	if (json_next(&j, &ev, NULL) != ST_OK)
		return ST_OK;
	while (json_next(&j, &ev, NULL) == ST_OK && ev.tok == JSON_KEY) {
		const bool found = json_same(ev.text, STR("id"));

		if (json_skip(&j, &whole, &flags, NULL) != ST_OK)
			break;
		if (found && whole.p[0] == '"')
			return json_text((struct str){ whole.p + 1, whole.n - 2 }, flags, a, id, err);
		if (found)
			break;
	}
	return ST_OK;
}
