/* json_clean.c: JSON of a platform as I-JSON (RFC 7493): no lone surrogates, no noncharacters, no name twice in an object. */
#include "core/json.h"
#include "core/limits.h"
#include "core/utf8.h"

static enum status
put_text(struct str raw, unsigned flags, struct arena *a, struct buf *out, struct err *err)
{
	struct str text;
	struct buf clean;
	size_t at = 0;
	uint32_t cp;
	char to[4];
	enum status st;

	if ((st = json_text(raw, flags | JSON_F_ESCAPE, a, &text, err)) != ST_OK)
		return st;
	buf_init(&clean, 3 * LIMIT_JSON_STRING + 3);
	while (at < text.n && st == ST_OK) {
		if (!utf8_next(text, &at, &cp) || utf8_is_noncharacter(cp))
			cp = 0xfffd;
		st = buf_add(&clean, to, utf8_put(cp, to), err);
	}
	if (st == ST_OK)
		st = json_put_string(out, buf_str(&clean), err);
	buf_free(&clean);
	return st;
}

/* Is a later member of the same object of the same name?  The last one counts, as in json_get. */
static bool
comes_again(const struct json_node *t, size_t i, size_t end)
{
	size_t k;

	for (k = t[i].next; k < end; k = t[k].next)
		if (json_order(t[k].key, t[i].key) == 0)
			return true;
	return false;
}

/* Depth is bounded by the parser (limits.h). */
static enum status
put(const struct json_node *t, size_t i, struct arena *a, struct buf *out, struct err *err)
{
	bool object = t[i].tok == JSON_OBJ, first = true;
	enum status st;
	size_t k;

	if (json_is_clean(&t[i]))
		return json_compact(json_whole(&t[i]), out, err);
	if (t[i].tok == JSON_STR)
		return put_text(t[i].val, t[i].flags, a, out, err);
	if ((st = buf_putc(out, object ? '{' : '[', err)) != ST_OK)
		return st;
	for (k = i + 1; k < t[i].next; k = t[k].next) {
		if (object && (t[i].flags & JSON_F_DUPLICATE) && comes_again(t, k, t[i].next))
			continue;
		if (!first && (st = buf_putc(out, ',', err)) != ST_OK)
			return st;
		first = false;
		if (object && ((st = put_text(t[k].key, t[i].flags, a, out, err)) != ST_OK || (st = buf_putc(out, ':', err)) != ST_OK))
			return st;
		if ((st = put(t, k, a, out, err)) != ST_OK)
			return st;
	}
	return buf_putc(out, object ? '}' : ']', err);
}

enum status
json_clean(struct str value, struct buf *out, struct err *err)
{
	struct json_node *t;
	struct arena a;
	enum status st;
	size_t n;

	arena_init(&a, LIMIT_ARENA);
	if ((st = json_tape(value, &a, &t, &n, err)) == ST_OK)
		st = put(t, 0, &a, out, err);
	arena_free(&a);
	return st;
}
