/* json_tape.c: a whole value as an array of nodes in the order of the text, and looking things up in it. */
#include "core/json.h"

#include <stdlib.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

#define FIRST_NODES	16u
#define DIRECT_MAX	32u	/* objects with more names are checked for duplicates by sorting */

struct builder {
	struct json		 j;
	struct arena		*a;
	struct json_node	*t;
	size_t			 n, cap;
	size_t			 open[LIMIT_JSON_DEPTH];	/* nodes of the containers that are open */
	struct str		*names;				/* for sorting; grown, used again */
	size_t			 n_names;
};

static enum status
add_node(struct builder *b, struct json_node **out, struct err *err)
{
	enum status st;
	size_t want;
	void *p;

	if (b->n == b->cap) {
		want = b->cap == 0 ? FIRST_NODES : b->cap * 2;
		if ((st = arena_grow(b->a, b->t, b->cap, want, sizeof(*b->t), &p, err)) != ST_OK)
			return st;
		b->t = p;
		b->cap = want;
	}
	*out = &b->t[b->n++];
	return ST_OK;
}

static int
name_order(const void *a, const void *b)
{
	return json_order(*(const struct str *)a, *(const struct str *)b);
}

static enum status
sorted_duplicates(struct builder *b, size_t obj, bool *found, struct err *err)
{
	size_t n = b->t[obj].n_children, i, c;
	struct str *p;

	if (b->n_names < n) {
		if ((p = mem_grow(b->names, n, sizeof(*p), err)) == NULL)
			return ST_NOMEM;
		b->names = p;
		b->n_names = n;
	}
	for (i = 0, c = obj + 1; i < n; i++, c = b->t[c].next)
		b->names[i] = b->t[c].key;
	qsort(b->names, n, sizeof(*b->names), name_order);
	for (i = 1; i < n && !*found; i++)
		*found = json_order(b->names[i - 1], b->names[i]) == 0;
	return ST_OK;
}

/* Names that a few bytes tell apart, as nearly all do, are never compared: ${seen} has a bit for each picture of one. */
static bool
direct_duplicates(const struct json_node *t, size_t obj)
{
	size_t n = t[obj].n_children, i, k, c, d;
	uint64_t seen = 0, bit;
	struct str s;

	for (i = 0, c = obj + 1; i < n; i++, c = t[c].next) {
		s = t[c].key;
		k = s.n;
		if (s.n > 0)
			k += (size_t)(unsigned char)s.p[0] * 5 + (size_t)(unsigned char)s.p[s.n / 2] * 11 + (size_t)(unsigned char)s.p[s.n - 1] * 3;
		bit = (uint64_t)1 << (k & 63);
		if (seen & bit)
			for (d = obj + 1; d != c; d = t[d].next)
				if (str_eq(t[d].key, s))
					return true;
		seen |= bit;
	}
	return false;
}

static enum status
end_container(struct builder *b, const struct json_event *ev, unsigned key_flags, struct err *err)
{
	size_t at = b->open[b->j.depth];
	struct json_node *node = &b->t[at], *up;
	bool twice = false;
	enum status st;

	node->next = (uint32_t)b->n;
	node->val.n = (size_t)(ev->text.p + 1 - node->val.p);
	if (node->tok == JSON_OBJ && node->n_children > 1) {
		if (node->n_children <= DIRECT_MAX && (key_flags & JSON_F_ESCAPE) == 0)
			twice = direct_duplicates(b->t, at);
		else if ((st = sorted_duplicates(b, at, &twice, err)) != ST_OK)
			return st;
		if (twice)
			node->flags |= JSON_F_DUPLICATE;
	}
	if (b->j.depth > 0) {
		up = &b->t[b->open[b->j.depth - 1]];
		up->flags |= node->flags;
	}
	if ((key_flags & JSON_F_ESCAPE) != 0)		/* behind the line above: not for those around it */
		node->flags |= JSON_F_ODD_NAME;
	return ST_OK;
}

static enum status
build(struct builder *b, struct err *err)
{
	unsigned key_flags[LIMIT_JSON_DEPTH + 1];	/* of the names alone, per open object */
	struct str key = STR_NONE;
	struct json_event ev;
	struct json_node *node, *up;
	unsigned depth;
	enum status st;

	for (;;) {
		depth = b->j.depth;
		if ((st = json_next(&b->j, &ev, err)) != ST_OK)
			return st;
		switch (ev.tok) {
		case JSON_EOF:
			return ST_OK;
		case JSON_KEY:
			key = ev.text;
			key_flags[depth] |= ev.flags;
			b->t[b->open[depth - 1]].flags |= ev.flags;
			continue;
		case JSON_OBJ_END:
		case JSON_ARR_END:
			if ((st = end_container(b, &ev, key_flags[depth], err)) != ST_OK)
				return st;
			continue;
		default:
			break;
		}
		if (b->n == UINT32_MAX)
			return err_set(err, ST_LIMIT, _("JSON: more than %u values"), UINT32_MAX);
		if ((st = add_node(b, &node, err)) != ST_OK)
			return st;
		node->tok = ev.tok;
		node->flags = ev.flags;
		node->key = key;
		node->val = ev.text;
		node->next = (uint32_t)b->n;
		key = STR_NONE;
		if (depth > 0) {
			up = &b->t[b->open[depth - 1]];
			up->n_children++;
			up->flags |= ev.flags;
		}
		if (ev.tok == JSON_OBJ || ev.tok == JSON_ARR) {
			b->open[depth] = b->n - 1;
			key_flags[depth + 1] = 0;
		}
	}
}

enum status
json_tape(struct str text, struct arena *a, struct json_node **out, size_t *n, struct err *err)
{
	struct builder b;
	enum status st;

	b.a = a;
	b.t = NULL;
	b.names = NULL;
	b.n = b.cap = b.n_names = 0;
	json_init(&b.j, text);
	st = build(&b, err);
	mem_free(b.names);
	if (st == ST_OK && b.j.space)
		b.t[0].flags |= JSON_F_SPACE;
	*out = st == ST_OK ? b.t : NULL;
	*n = st == ST_OK ? b.n : 0;
	return st;
}

static size_t
member(const struct json_node *t, size_t i, struct str name)
{
	bool escaped = (t[i].flags & JSON_F_ODD_NAME) != 0;
	size_t c, found = 0;

	if (t[i].tok != JSON_OBJ)
		return 0;
	for (c = i + 1; c < t[i].next; c = t[c].next) {
		if (name.n > 0 && t[c].key.p[0] != name.p[0] && t[c].key.p[0] != '\\')	/* of an empty key that byte is its quote */
			continue;
		if (escaped ? json_same(t[c].key, name) : t[c].key.n == name.n && memcmp(t[c].key.p, name.p, name.n) == 0)
			found = c;
	}
	return found;
}

static size_t
element(const struct json_node *t, size_t i, struct str digits)
{
	uint64_t k;
	size_t c;

	if (str_u64(digits, 0, UINT32_MAX, &k, NULL) != ST_OK || k >= t[i].n_children)
		return 0;
	for (c = i + 1; k > 0; k--)
		c = t[c].next;
	return c;
}

size_t
json_get(const struct json_node *t, size_t i, const char *name)
{
	return member(t, i, str_of(name));
}

size_t
json_path(const struct json_node *t, size_t i, const char *path)
{
	struct str step;

	for (;;) {
		step = (struct str){ path, strcspn(path, ".") };
		i = t[i].tok == JSON_ARR ? element(t, i, step) : member(t, i, step);
		if (i == 0 || path[step.n] == '\0')
			return i;
		path += step.n + 1;
	}
}

struct str
json_whole(const struct json_node *node)
{
	if (node->tok == JSON_STR)
		return (struct str){ node->val.p - 1, node->val.n + 2 };
	return node->val;
}
