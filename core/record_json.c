/* record_json.c: a record as the line that stands in an archive.  The order of members is fixed (record.h).  The way back is in record_decode.c. */
#include "core/record.h"

#include "core/i18n.h"
#include "core/json.h"
#include "core/json_scan.h"
#include "core/limits.h"
#include "core/utf8.h"
#include "core/when_civil.h"

#define SALT_LEN	22u				/* characters of the salt: 16 octets in base64url */
#define SALT_BYTES	(sizeof("{\"_s\":\"\"") - 1 + SALT_LEN)	/* what the archive puts before the part made here */

static const char base64_set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* RFC 7493 wants no noncharacters outside "raw".  The text is looked at as bytes, since nearly none has one. */
static bool
has_noncharacter(struct str s)
{
	const unsigned char *p = (const unsigned char *)s.p;
	uint64_t word;
	size_t i;

	for (i = 0; i + 3 <= s.n; i++) {
		/* Eight bytes at a time: is one of them 0xEF or more?  No noncharacter begins lower. */
		while (s.n - i >= 8 && (memcpy(&word, p + i, 8), (((word & UINT64_C(0x7F7F7F7F7F7F7F7F)) + UINT64_C(0x1111111111111111)) &
		    word & UINT64_C(0x8080808080808080)) == 0))
			i += 8;
		if (i + 3 > s.n)
			break;
		if (p[i] < 0xEF)
			continue;
		if (p[i] == 0xEF && ((p[i + 1] == 0xB7 && p[i + 2] >= 0x90 && p[i + 2] <= 0xAF) || (p[i + 1] == 0xBF && p[i + 2] >= 0xBE)))
			return true;
		if (p[i] >= 0xF0 && i + 4 <= s.n && (p[i + 1] & 0x0F) == 0x0F && p[i + 2] == 0xBF && p[i + 3] >= 0xBE)
			return true;
	}
	return false;
}

/* What is known to need no change. */
static inline enum status
put_quoted(struct buf *b, struct str s, struct err *err)
{
	enum status st;
	char *to;

	if ((b->cap - b->n < s.n || b->cap - b->n - s.n < 2) && (st = buf_room(b, s.n + 2, err)) != ST_OK)
		return st;
	to = b->p + b->n;
	to[0] = '"';
	if (s.n > 0)
		memcpy(to + 1, s.p, s.n);
	to[s.n + 1] = '"';
	b->n += s.n + 2;
	return ST_OK;
}

static enum status
put_string(struct buf *b, struct str s, struct err *err)
{
	enum status st = ST_OK;
	struct buf clean;
	size_t i = 0;
	uint32_t cp;
	char to[4];

	if (s.n == 0 || json_plain(s.p, s.n, 0) == s.n)		/* names, ids, times: nothing but plain ASCII */
		return put_quoted(b, s, err);
	if (!has_noncharacter(s))
		return json_put_string(b, s, err);
	buf_init(&clean, 3 * LIMIT_RECORD);
	while (i < s.n && st == ST_OK) {
		if (!utf8_next(s, &i, &cp) || utf8_is_noncharacter(cp))
			cp = 0xFFFD;
		st = buf_add(&clean, to, utf8_put(cp, to), err);
	}
	if (st == ST_OK)
		st = json_put_string(b, buf_str(&clean), err);
	buf_free(&clean);
	return st;
}

/* "name": behind ${before} (0: nothing). */
static inline enum status
put_name(struct buf *b, char before, const char *name, size_t n, struct err *err)
{
	enum status st;
	char *to;

	if (b->cap - b->n < n + 4 && (st = buf_room(b, n + 4, err)) != ST_OK)
		return st;
	to = b->p + b->n;
	if (before != 0)
		*to++ = before;
	*to++ = '"';
	memcpy(to, name, n);
	to += n;
	*to++ = '"';
	*to++ = ':';
	b->n = (size_t)(to - b->p);
	return ST_OK;
}

/* "name":"text", behind ${before} ("," or "{"); nothing when ${s} is absent. */
static enum status
put_text(struct buf *b, char before, struct str name, struct str s, struct err *err)
{
	enum status st;

	if (s.p == NULL)
		return ST_OK;
	if ((st = put_name(b, before, name.p, name.n, err)) != ST_OK)
		return st;
	return put_string(b, s, err);
}

static bool
is_number(struct str s)
{
	struct json_event ev;
	struct json j;
	size_t i = 0;

	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')	/* plain digits, as nearly all */
		i++;
	if (i == s.n && i > 0 && i < 20)
		return s.p[0] != '0' || i == 1;
	json_init(&j, s);
	return json_next(&j, &ev, NULL) == ST_OK && ev.tok == JSON_NUM && ev.text.n == s.n;
}

/* Any JSON, as I-JSON.  A list of plain strings, the usual case, cannot hold what must be looked for. */
static enum status
put_fragment(struct buf *b, struct str s, struct err *err)
{
	bool plain = memchr(s.p, '{', s.n) == NULL && memchr(s.p, '\\', s.n) == NULL && utf8_ijson(s);

	return plain ? json_compact(s, b, err) : json_clean(s, b, err);
}

static enum status
put_value(struct buf *b, enum field_type type, const struct value *v, struct err *err)
{
	char time[WHEN_UTC_LEN + 3];

	if (v->not_granted)
		return buf_addz(b, "null", err);
	switch (type) {
	case F_TIME:
		if (v->ms == WHEN_UNKNOWN)
			break;
		when_utc(v->ms, time + 1);
		if (time[1] == '\0')
			break;
		time[0] = time[WHEN_UTC_LEN + 1] = '"';
		return buf_add(b, time, WHEN_UTC_LEN + 2, err);
	case F_INT:
		if (is_number(v->s))
			return buf_str_add(b, v->s, err);
		break;
	case F_BOOL:
		if (str_is(v->s, "true") || str_is(v->s, "false"))
			return buf_str_add(b, v->s, err);
		break;
	case F_LIST:
		if (v->as_is)
			return buf_str_add(b, v->s, err);
		return v->s.n == 0 ? buf_addz(b, "[]", err) : put_fragment(b, v->s, err);
	case F_JSON:
		if (v->s.n > 0)
			return v->as_is ? buf_str_add(b, v->s, err) : put_fragment(b, v->s, err);
		break;
	case F_STR:
		if (v->as_is)
			return put_quoted(b, v->s, err);
		break;
	}
	return put_string(b, v->s, err);
}

/* A time outside the years that can be written is as good as none: "raw" has it. */
static bool
is_absent(enum field_type type, const struct value *v)
{
	if (v->not_granted || v->s.p != NULL)
		return false;
	return type != F_TIME || v->ms < WHEN_CIVIL_MIN || v->ms > WHEN_CIVIL_MAX;
}

static enum status
put_fields(struct buf *b, const struct record *rec, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	char before = 0;
	enum status st;
	size_t i;

	for (i = 0; f[i].name != NULL; i++) {
		if (is_absent(f[i].type, &rec->n[i]))
			continue;
		if ((st = put_name(b, before, f[i].name, strlen(f[i].name), err)) != ST_OK || (st = put_value(b, f[i].type, &rec->n[i], err)) != ST_OK)
			return st;
		before = ',';
	}
	return ST_OK;
}

static enum status
put_base64(struct buf *b, struct str s, struct err *err)
{
	const unsigned char *in = (const unsigned char *)s.p;
	enum status st;
	size_t i, left;
	uint32_t v;
	char *to;

	if (s.n > LIMIT_RECORD)
		return err_set(err, ST_LIMIT, _("more than %zu bytes"), LIMIT_RECORD);
	if ((st = buf_room(b, (s.n + 2) / 3 * 4, err)) != ST_OK)
		return st;
	to = b->p + b->n;
	for (i = 0; i < s.n; i += 3) {
		left = s.n - i;
		v = (uint32_t)in[i] << 16 | (left > 1 ? (uint32_t)in[i + 1] << 8 : 0) | (left > 2 ? in[i + 2] : 0u);
		*to++ = base64_set[v >> 18];
		*to++ = base64_set[v >> 12 & 63];
		*to++ = left > 1 ? base64_set[v >> 6 & 63] : '=';
		*to++ = left > 2 ? base64_set[v & 63] : '=';
	}
	b->n += (s.n + 2) / 3 * 4;
	return ST_OK;
}

static enum status
put_raw(struct buf *b, const struct record *rec, struct err *err)
{
	struct str raw = rec->raw;
	enum status st;

	if (raw.p == NULL)
		return ST_OK;
	/* Deliberate: a source that breaks its promise costs readability of this record, never the line's or the bytes. */
	if (rec->raw_form == RAW_JSON && (rec->raw_as_is || utf8_ok(raw))) {
		if ((st = buf_addz(b, ",\"raw\":", err)) != ST_OK)
			return st;
		if (!rec->raw_as_is && (memchr(raw.p, '\n', raw.n) != NULL || memchr(raw.p, '\r', raw.n) != NULL))
			return json_compact(raw, b, err);
		return buf_str_add(b, raw, err);
	}
	if (rec->raw_form == RAW_TEXT && utf8_ijson(raw))
		return put_text(b, ',', STR("raw_text"), raw, err);
	if ((st = buf_addz(b, ",\"raw_base64\":\"", err)) != ST_OK || (st = put_base64(b, raw, err)) != ST_OK)
		return st;
	return buf_putc(b, '"', err);
}

static enum status
put_line(struct buf *b, const struct record *rec, struct err *err)
{
	char time[WHEN_UTC_LEN + 1] = "";
	char before = '{';
	enum status st;
	size_t i;

	if ((st = put_text(b, ',', STR("kind"), str_of(record_kind_names[rec->kind]), err)) != ST_OK ||
	    (st = put_text(b, ',', STR("id"), rec->id.p == NULL ? STR("") : rec->id, err)) != ST_OK ||
	    (st = put_text(b, ',', STR("version"), rec->version, err)) != ST_OK ||
	    (st = put_text(b, ',', STR("tenant"), rec->tenant.p == NULL ? STR("") : rec->tenant, err)) != ST_OK ||
	    (st = buf_addz(b, ",\"source\":", err)) != ST_OK)
		return st;
	if (rec->fetched_ms != WHEN_UNKNOWN)
		when_utc(rec->fetched_ms, time);
	{
		const struct { struct str name, s; } source[] = {
			{ STR("platform"), rec->platform }, { STR("endpoint"), rec->endpoint }, { STR("cursor"), rec->cursor },
			{ STR("fetched_at"), time[0] == '\0' ? STR_NONE : str_of(time) }
		};
		for (i = 0; i < sizeof(source) / sizeof(source[0]); i++) {
			if (source[i].s.p == NULL)
				continue;
			if ((st = put_text(b, before, source[i].name, source[i].s, err)) != ST_OK)
				return st;
			before = ',';
		}
	}
	if ((st = buf_addz(b, before == '{' ? "{},\"flags\":[" : "},\"flags\":[", err)) != ST_OK)
		return st;
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if ((i > 0 && (st = buf_putc(b, ',', err)) != ST_OK) || (st = json_put_string(b, str_of(rec->flags[i]), err)) != ST_OK)
			return st;
	if ((st = buf_addz(b, "],\"n\":{", err)) != ST_OK || (st = put_fields(b, rec, err)) != ST_OK || (st = buf_putc(b, '}', err)) != ST_OK ||
	    (st = put_raw(b, rec, err)) != ST_OK)
		return st;
	return buf_putc(b, '}', err);
}

enum status
record_encode(const struct record *rec, struct buf *out, struct err *err)
{
	size_t was = out->n;
	enum status st;

	if ((st = put_line(out, rec, err)) == ST_OK && out->n - was > LIMIT_RECORD - SALT_BYTES)
		st = err_set(err, ST_LIMIT, _("the record is longer than %zu bytes"), LIMIT_RECORD);
	if (st != ST_OK)
		out->n = was;
	return st;
}
