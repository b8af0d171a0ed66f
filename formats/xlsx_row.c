/* xlsx_row.c: cells as XML.  Every text goes through xlsx_text; what else stands here are names of our own and digits. */
#include "formats/xlsx_row.h"

#include <assert.h>

#include "formats/xlsx_text.h"

#define DAY_MS INT64_C(86400000)
#define DAY_1970 INT64_C(25569) /* of 1970-01-01 where 1900-01-01 is day 1 */
#define DAY_FIRST INT64_C(61) /* 1900-03-01 */
#define DAY_LAST INT64_C(2958465) /* 9999-12-31 */
#define DIGITS_MAX 15u /* that a double keeps, whatever they are */
#define FIXED 96u /* bytes of a cell around its text, at most */

static char *
put(char *to, const char *z, size_t n)
{
	memcpy(to, z, n);
	return to + n;
}
#define PUT(to, lit) put((to), (lit), sizeof(lit) - 1)

static char *
put_u64(char *to, uint64_t v)
{
	char text[20];
	size_t n = sizeof(text);

	do
		text[--n] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	return put(to, text + n, sizeof(text) - n);
}

/* <c r="AB12" s="3" */
static char *
open_cell(struct xlsx_row *r, char *to, uint32_t style)
{
	const unsigned c = r->column++;

	assert(c < XLSX_COLUMNS_MAX);
	to = PUT(to, "<c r=\"");
	if (c >= 26)
		*to++ = (char)('A' + c / 26 - 1);
	*to++ = (char)('A' + c % 26);
	to = put(to, r->number, r->n_number);
	*to++ = '"';
	if (style > 0) {
		to = PUT(to, " s=\"");
		to = put_u64(to, style);
		*to++ = '"';
	}
	return to;
}

enum status
xlsx_row_begin(struct xlsx_row *r, uint32_t number, struct err *err)
{
	enum status st = buf_room(r->out, FIXED, err);
	char *to;

	if (st != ST_OK)
		return st;
	r->n_number = (size_t)(put_u64(r->number, number) - r->number);
	r->column = 0;
	to = PUT(r->out->p + r->out->n, "<row r=\"");
	to = put(to, r->number, r->n_number);
	to = PUT(to, "\">");
	r->out->n = (size_t)(to - r->out->p);
	return ST_OK;
}

enum status
xlsx_row_end(struct xlsx_row *r, struct err *err)
{
	return buf_addz(r->out, "</row>", err);
}

/* Readers may throw away white space at the ends otherwise. */
static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n';
}

enum status
xlsx_row_text(struct xlsx_row *r, struct str s, struct err *err)
{
	enum status st;
	char *to;

	if (s.p == NULL) {
		xlsx_row_blank(r);
		return ST_OK;
	}
	if ((st = buf_room(r->out, FIXED, err)) != ST_OK)
		return st;
	to = open_cell(r, r->out->p + r->out->n, r->style[XLSX_STYLE_TEXT]);
	to = PUT(to, " t=\"inlineStr\"><is><t");
	if (s.n > 0 && (is_white(s.p[0]) || is_white(s.p[s.n - 1])))
		to = PUT(to, " xml:space=\"preserve\"");
	*to++ = '>';
	r->out->n = (size_t)(to - r->out->p);
	if ((st = xlsx_cell_text(s, r->where, XLSX_MARKUP, r->out, err)) != ST_OK)
		return st;
	return buf_add(r->out, "</t></is></c>", 13, err);
}

static bool
is_short_number(struct str s)
{
	size_t i, first = s.n > 0 && s.p[0] == '-' ? 1 : 0;

	if (s.p == NULL || s.n == first || s.n - first > DIGITS_MAX || (s.p[first] == '0' && s.n > 1))
		return false;
	for (i = first; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

enum status
xlsx_row_number(struct xlsx_row *r, struct str s, struct err *err)
{
	enum status st;
	char *to;

	if (!is_short_number(s))
		return xlsx_row_text(r, s, err);
	if ((st = buf_room(r->out, FIXED, err)) != ST_OK)
		return st;
	to = open_cell(r, r->out->p + r->out->n, 0);
	to = PUT(to, "><v>");
	to = put(to, s.p, s.n);
	to = PUT(to, "</v></c>");
	r->out->n = (size_t)(to - r->out->p);
	return ST_OK;
}

enum status
xlsx_row_time(struct xlsx_row *r, int64_t ms, bool *in_range, struct err *err)
{
	int64_t day = ms / DAY_MS - (ms % DAY_MS < 0 ? 1 : 0);
	uint64_t rest = (uint64_t)(ms - day * DAY_MS), part, scale;
	enum status st;
	char *to;

	day += DAY_1970;
	*in_range = day >= DAY_FIRST && day <= DAY_LAST;
	if (!*in_range)
		return ST_OK;
	if ((st = buf_room(r->out, FIXED, err)) != ST_OK)
		return st;
	to = open_cell(r, r->out->p + r->out->n, r->style[rest % 1000 == 0 ? XLSX_STYLE_TIME : XLSX_STYLE_TIME_MS]);
	to = PUT(to, "><v>");
	to = put_u64(to, (uint64_t)day);
	/* Ten places of a day are 9 microseconds: enough for the millisecond, and a double holds them behind seven digits. */
	part = (rest * UINT64_C(10000000000) + DAY_MS / 2) / DAY_MS;
	if (part > 0)
		*to++ = '.';
	for (scale = UINT64_C(1000000000); part > 0; scale /= 10) {
		*to++ = (char)('0' + part / scale);
		part %= scale;
	}
	to = PUT(to, "</v></c>");
	r->out->n = (size_t)(to - r->out->p);
	return ST_OK;
}
