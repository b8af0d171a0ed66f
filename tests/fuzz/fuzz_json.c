/* fuzz_json: pull parser, tape and jansson must agree; what json_compact gives means the same and stays as it is. */
#include <stdint.h>
#include <stdlib.h>

#define JSON_TRUE	JANSSON_TRUE
#define JSON_FALSE	JANSSON_FALSE
#define JSON_NULL	JANSSON_NULL
#include <jansson.h>
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

#include "core/json.h"
#include "core/limits.h"
#include "core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
need(bool what)
{
	if (!what)
		abort();
}

/* Walks the text once more and holds every token against the nodes. */
static enum status
pull(struct str s, const struct json_node *t, size_t n, unsigned *flags)
{
	struct json_event ev;
	struct json j;
	enum status st;
	size_t i = 0;

	*flags = 0;
	json_init(&j, s);
	for (;;) {
		if ((st = json_next(&j, &ev, NULL)) != ST_OK)
			return st;
		*flags |= ev.flags;
		if (ev.tok == JSON_EOF)
			break;
		if (ev.tok == JSON_KEY || ev.tok == JSON_OBJ_END || ev.tok == JSON_ARR_END || t == NULL)
			continue;
		need(i < n && t[i].tok == ev.tok && t[i].val.p == ev.text.p);
		i++;
	}
	need(t == NULL || i == n);
	return ST_OK;
}

static void
texts(const struct json_node *t, size_t n, struct arena *a)
{
	struct str out;
	size_t i;

	for (i = 0; i < n; i++) {
		if (t[i].tok != JSON_STR)
			continue;
		need(json_text(t[i].val, t[i].flags, a, &out, NULL) == ST_OK);
		need(utf8_ok(out));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n_text)
{
	struct str s = { (const char *)p, n_text };
	struct buf once, twice;
	struct json_node *t;
	json_t *v, *w;
	unsigned flags, tape_flags;
	json_error_t why;
	struct arena a;
	struct err err;
	enum status st;
	size_t n;

	arena_init(&a, LIMIT_ARENA);
	buf_init(&once, LIMIT_PAGE);
	buf_init(&twice, LIMIT_PAGE);
	st = json_tape(s, &a, &t, &n, &err);
	need(pull(s, t, n, &flags) == st);
	need(st == ST_OK || (st == err.code && utf8_ok(str_of(err.text))));
	v = json_loadb(s.p, s.n, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, &why);
	if (v != NULL && memchr(s.p, '\0', s.n) == NULL)	/* jansson takes a NUL byte for the end of the text */
		need(st == ST_OK || st == ST_LIMIT);
	if (st == ST_OK) {
		tape_flags = t[0].flags & ~(unsigned)(JSON_F_DUPLICATE | JSON_F_ODD_NAME | JSON_F_SPACE);
		need(t[0].next == n && (tape_flags == flags));
		texts(t, n, &a);
		need(json_compact(s, &once, NULL) == ST_OK && json_compact(buf_str(&once), &twice, NULL) == ST_OK);
		need(str_eq(buf_str(&once), buf_str(&twice)));
		need(((t[0].flags & JSON_F_SPACE) != 0) == (once.n != s.n));
		need(pull(buf_str(&once), NULL, 0, &flags) == ST_OK);
		if (v != NULL) {
			w = json_loadb(once.p, once.n, JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_DECODE_INT_AS_REAL, NULL);
			need(w != NULL && json_equal(v, w));
			json_decref(w);
		}
	}
	json_decref(v);
	buf_free(&twice);
	buf_free(&once);
	arena_free(&a);
	return 0;
}
