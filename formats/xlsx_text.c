/* xlsx_text.c: one pass from a record's text to a cell's: most of a chat are Chinese characters and plain ASCII, which are copied as they are. */
#include "formats/xlsx_text.h"

#include <stdio.h>

#include "core/utf8.h"
#include "core/utf8_scan.h"

#define WORST 7u /* bytes that one byte becomes at most: _x001F_ */
#define SHOWN 400u /* units of where a text stands */
#define CUT "… [单元格容量所限，此处截断；全文见 / cut at the limit of a cell; whole text in: "
#define CUT_END "]"

/* 0: ASCII that stays as it is; 1: one that may not; 2: part of a longer character. */
static const unsigned char kinds[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* TAB and LF stay */
	['&'] = 1, ['<'] = 1, ['>'] = 1, ['_'] = 1,
	[0x80] = 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2,
	2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2
};

/* The value of a hexadecimal digit, -1: it is none. */
static int
digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The unit that "_xHHHH_" at ${at} stands for; -1: there is none. */
static int
escape_at(struct str s, size_t at)
{
	int unit = 0, d;
	size_t i;

	if (s.n - at < 7 || s.p[at] != '_' || s.p[at + 1] != 'x' || s.p[at + 6] != '_')
		return -1;
	for (i = 2; i < 6; i++) {
		if ((d = digit(s.p[at + i])) < 0)
			return -1;
		unit = unit << 4 | d;
	}
	return unit;
}

static char *
put(char *to, const char *z)
{
	size_t n = strlen(z);

	memcpy(to, z, n);
	return to + n;
}

/* An ASCII character of kind 1. */
static char *
odd(char *to, struct str s, size_t at, enum xlsx_where where)
{
	static const char hex[] = "0123456789ABCDEF";
	const unsigned char c = (unsigned char)s.p[at];

	if (c == '\0')
		return put(to, "\xEF\xBF\xBD");
	if (c < 0x20) {
		to = put(to, "_x00");
		*to++ = hex[c >> 4];
		*to++ = hex[c & 15];
		*to++ = '_';
		return to;
	}
	if (c == '_')
		return put(to, escape_at(s, at) < 0 ? "_" : "_x005F_");
	if (where == XLSX_MARKUP)
		return put(to, c == '&' ? "&amp;" : c == '<' ? "&lt;" : "&gt;");
	*to++ = (char)c;
	return to;
}

enum status
xlsx_text(struct str s, size_t max, enum xlsx_where where, struct buf *out, size_t *taken, struct err *err)
{
	const size_t most = s.n / 4 < max ? s.n : 4 * max; /* bytes that can be taken */
	const bool all = s.n <= max; /* there are never more units than bytes */
	size_t at = 0, units = 0, next;
	enum status st;
	uint32_t cp;
	char *to;

	if ((st = buf_room(out, WORST * most + 1, err)) != ST_OK)
		return st;
	to = out->p + out->n;
	while (at < s.n && units < max) {
		const unsigned char c = (unsigned char)s.p[at];

		if (kinds[c] == 0)
			*to++ = s.p[at++];
		else if (kinds[c] == 1)
			to = odd(to, s, at++, where);
		else {
			if (all && (next = utf8_threes(s.p, s.n, at, true)) > at) {
				memcpy(to, s.p + at, next - at);
				to += next - at;
				at = next;
				continue;
			}
			next = at;
			if (!utf8_next(s, &next, &cp) || utf8_is_noncharacter(cp))
				cp = 0xFFFD;
			if (cp > 0xFFFF && ++units == max)
				break; /* only half of it would fit */
			at = next;
			to += utf8_put(cp, to);
		}
		units++;
	}
	out->n = (size_t)(to - out->p);
	*taken = at;
	return ST_OK;
}

/* UTF-16 units of ${s}, up to one more than a cell holds. */
static size_t
units_of(struct str s)
{
	size_t at = 0, n = 0;
	uint32_t cp;

	while (at < s.n && n <= XLSX_CELL_MAX)
		n += utf8_next(s, &at, &cp) && cp > 0xFFFF ? 2 : 1;
	return n;
}

enum status
xlsx_cell_text(struct str s, struct str where_it_stands, enum xlsx_where where, struct buf *out, struct err *err)
{
	size_t taken;
	enum status st;

	if (s.n <= XLSX_CELL_MAX || units_of(s) <= XLSX_CELL_MAX)
		return xlsx_text(s, XLSX_CELL_MAX, where, out, &taken, err);
	if ((st = xlsx_text(s, XLSX_CELL_MAX - SHOWN - sizeof(CUT CUT_END), where, out, &taken, err)) != ST_OK || (st = buf_addz(out, CUT, err)) != ST_OK ||
	    (st = xlsx_text(where_it_stands, SHOWN, where, out, &taken, err)) != ST_OK)
		return st;
	return buf_addz(out, CUT_END, err);
}

enum status
xlsx_text_back(struct str s, struct buf *out, struct err *err)
{
	size_t at = 0;
	enum status st;

	if ((st = buf_room(out, s.n, err)) != ST_OK)
		return st;
	while (at < s.n) {
		int unit = escape_at(s, at), low = -1;
		uint32_t cp = (uint32_t)unit;

		if (unit < 0) {
			out->p[out->n++] = s.p[at++];
			continue;
		}
		at += 7;
		if (unit >= 0xD800 && unit <= 0xDBFF && at < s.n && (low = escape_at(s, at)) >= 0xDC00 && low <= 0xDFFF) {
			cp = 0x10000 + ((uint32_t)unit - 0xD800) * 0x400 + ((uint32_t)low - 0xDC00);
			at += 7;
		}
		out->n += utf8_put(cp, out->p + out->n);
	}
	return ST_OK;
}
