/* platform_read.c: JSON objects into structs by tables, with precise complaints. */
#include "exporters/platform_read.h"

#include <stdio.h>

#include "core/config.h"
#include "core/i18n.h"
#include "core/limits.h"

#define PATH_MAX_	256u
#define NAMES_MAX	64u	/* slots of one object that are offered as the nearest name */
#define LEVELS_MAX	16u	/* objects inside each other: the tables have no more than six */

struct reader { const struct json_node *t; struct arena *a; char path[PATH_MAX_]; unsigned level; };

static enum status read_object(struct reader *, size_t i, const struct slot *table, void *base, struct err *);

static enum status
wrong(struct reader *r, size_t i, const char *want, struct err *err)
{
	return err_set(err, ST_USAGE, _("%s: here must stand %s, not %.*s"), r->path[0] == '\0' ? "/" : r->path, want,
	    (int)(r->t[i].val.n > 40 ? 40 : r->t[i].val.n), r->t[i].val.p);
}

static enum status
text_of(struct reader *r, struct str raw, unsigned flags, const char **out, struct err *err)
{
	struct str s, z;
	enum status st;

	if ((st = json_text(raw, flags, r->a, &s, err)) != ST_OK || (st = arena_dup(r->a, s, &z, err)) != ST_OK)
		return st;
	if (memchr(z.p, 0, z.n) != NULL || (flags & (JSON_F_BAD_UTF8 | JSON_F_SURROGATE)) != 0)
		return err_set(err, ST_USAGE, _("%s: text with NUL or broken characters"), r->path);
	*out = z.p;
	return ST_OK;
}

static enum status
get_text(struct reader *r, size_t i, const char **out, struct err *err)
{
	if (r->t[i].tok != JSON_STR)
		return wrong(r, i, _("a text"), err);
	return text_of(r, r->t[i].val, r->t[i].flags, out, err);
}

/* Room for the children of container ${i}. */
static enum status
children(struct reader *r, size_t i, enum json_tok tok, size_t size, void **out, size_t *n, struct err *err)
{
	if (r->t[i].tok != tok)
		return wrong(r, i, tok == JSON_OBJ ? _("an object") : _("a list"), err);
	*n = r->t[i].n_children;
	*out = NULL;
	return *n == 0 ? ST_OK : arena_get(r->a, *n, size, out, err);
}

static enum status
get_strings(struct reader *r, size_t i, struct strings *out, struct err *err)
{
	void *v;
	size_t k, c;
	enum status st;

	if ((st = children(r, i, JSON_ARR, sizeof(*out->v), &v, &out->n, err)) != ST_OK)
		return st;
	out->v = v;
	for (k = 0, c = i + 1; k < out->n; k++, c = r->t[c].next)
		if ((st = get_text(r, c, &out->v[k], err)) != ST_OK)
			return st;
	return ST_OK;
}

/* An object as an array of structs of ${size}, each beginning with the name; ${read} fills what stands at ${value} in it. */
static enum status
named(struct reader *r, size_t i, size_t size, size_t value, enum status (*read)(struct reader *, size_t, void *, struct err *), void **v, size_t *n,
    struct err *err)
{
	size_t k, c;
	enum status st;

	if ((st = children(r, i, JSON_OBJ, size, v, n, err)) != ST_OK)
		return st;
	for (k = 0, c = i + 1; k < *n; k++, c = r->t[c].next) {
		char *one = (char *)*v + k * size;

		if ((st = text_of(r, r->t[c].key, r->t[c].flags, (const char **)(void *)one, err)) != ST_OK || (st = read(r, c, one + value, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
read_text(struct reader *r, size_t i, void *out, struct err *err)
{
	return get_text(r, i, out, err);
}

static enum status
read_pairs(struct reader *r, size_t i, void *out, struct err *err)
{
	struct pairs *pairs = out;
	void *v;
	enum status st = named(r, i, sizeof(*pairs->v), offsetof(struct pair, value), read_text, &v, &pairs->n, err);

	pairs->v = v;
	return st;
}

static enum status
read_words(struct reader *r, size_t i, void *out, struct err *err)
{
	struct word_tables *tables = out;
	void *v;
	enum status st = named(r, i, sizeof(*tables->v), offsetof(struct word_table, words), read_pairs, &v, &tables->n, err);

	tables->v = v;
	return st;
}

_Static_assert(offsetof(struct pair, name) == 0 && offsetof(struct word_table, name) == 0, "named() puts names first");

static enum status
get_enum(struct reader *r, size_t i, const char *const *names, int *out, struct err *err)
{
	const char *text, *near;
	size_t n;
	enum status st;

	if ((st = get_text(r, i, &text, err)) != ST_OK)
		return st;
	for (n = 0; names[n] != NULL; n++)
		if (strcmp(names[n], text) == 0) {
			*out = (int)n;
			return ST_OK;
		}
	near = config_nearest(text, names, n);
	return near == NULL ? err_set(err, ST_USAGE, _("%s: unknown value \"%s\""), r->path, text) :
	    err_set(err, ST_USAGE, _("%s: unknown value \"%s\"; near: \"%s\""), r->path, text, near);
}

static enum status
get_actions(struct reader *r, size_t i, struct code_actions *out, struct err *err)
{
	struct pairs pairs;
	void *v = NULL;
	size_t k, c;
	int act = 0;
	enum status st;

	if ((st = read_pairs(r, i, &pairs, err)) != ST_OK)
		return st;
	out->n = pairs.n;
	if (out->n > 0 && (st = arena_get(r->a, out->n, sizeof(*out->v), &v, err)) != ST_OK)
		return st;
	out->v = v;
	for (k = 0, c = i + 1; k < out->n; k++, c = r->t[c].next) {
		if ((st = get_enum(r, c, action_names, &act, err)) != ST_OK)
			return st;
		if (act == ACT_OK || act == ACT_UNKNOWN || act == ACT_REFUSED_URL)
			return err_set(err, ST_USAGE, _("%s: \"%s\" is no action for a code"), r->path, action_names[act]);
		out->v[k].code = pairs.v[k].name;
		out->v[k].act = (enum action)act;
	}
	return ST_OK;
}

/* "path|how(arg)": cut at the first bar and the brackets. */
static enum status
get_map(struct reader *r, size_t i, struct map_rules *out, struct err *err)
{
	struct pairs pairs;
	void *v = NULL;
	size_t k;
	enum status st;

	if ((st = read_pairs(r, i, &pairs, err)) != ST_OK)
		return st;
	out->n = pairs.n;
	if (out->n > 0 && (st = arena_get(r->a, out->n, sizeof(*out->v), &v, err)) != ST_OK)
		return st;
	out->v = v;
	for (k = 0; k < out->n; k++) {
		struct mapped *m = &out->v[k];
		const char *value = pairs.v[k].value, *bar = strchr(value, '|'), *open, *end = value + strlen(value);
		struct str part;

		m->field = pairs.v[k].name;
		if ((st = arena_dup(r->a, (struct str){ value, (size_t)((bar == NULL ? end : bar) - value) }, &part, err)) != ST_OK)
			return st;
		m->path = part.p;
		if (bar == NULL)
			continue;
		open = strchr(bar, '(');
		if (open != NULL && end[-1] != ')')
			return err_set(err, ST_USAGE, _("%s: \"%s\" lacks its closing bracket"), r->path, value);
		if ((st = arena_dup(r->a, (struct str){ bar + 1, (size_t)((open == NULL ? end : open) - bar) - 1 }, &part, err)) != ST_OK)
			return st;
		m->how = part.p;
		if (open == NULL)
			continue;
		if ((st = arena_dup(r->a, (struct str){ open + 1, (size_t)(end - open) - 2 }, &part, err)) != ST_OK)
			return st;
		m->arg = part.p;
	}
	return ST_OK;
}

static enum status
get_body(struct reader *r, size_t i, const char **out, struct err *err)
{
	struct buf b;
	struct str z;
	enum status st;

	if (r->t[i].tok != JSON_OBJ)
		return wrong(r, i, _("an object"), err);
	buf_init(&b, LIMIT_DESCRIPTION);
	if ((st = json_compact(r->t[i].val, &b, err)) == ST_OK && (st = arena_dup(r->a, buf_str(&b), &z, err)) == ST_OK)
		*out = z.p;
	buf_free(&b);
	return st;
}

static enum status
get_array(struct reader *r, size_t i, const struct slot *slot, char *at, struct err *err)
{
	void *v;
	size_t n, k, c, len = strlen(r->path);
	enum status st;

	if ((st = children(r, i, JSON_ARR, slot->size, &v, &n, err)) != ST_OK)
		return st;
	memcpy(at, &v, sizeof(v));
	memcpy(at + sizeof(v), &n, sizeof(n));
	for (k = 0, c = i + 1; k < n; k++, c = r->t[c].next) {
		(void)snprintf(r->path + len, sizeof(r->path) - len, "/%zu", k);	/* cut in messages only */
		if ((st = read_object(r, c, slot->table, (char *)v + k * slot->size, err)) != ST_OK)
			return st;
	}
	r->path[len] = '\0';
	return ST_OK;
}

static enum status
get_slot(struct reader *r, size_t i, const struct slot *slot, void *base, struct err *err)
{
	char *at = (char *)base + slot->offset;
	uint64_t number;
	bool yes;
	int value = 0;
	enum status st;

	switch (slot->type) {
	case SLOT_TEXT:
		return get_text(r, i, (const char **)(void *)at, err);
	case SLOT_UINT:
		if (r->t[i].tok != JSON_NUM || str_u64(r->t[i].val, 0, UINT64_C(1) << 53, &number, NULL) != ST_OK)
			return wrong(r, i, _("a whole number"), err);
		memcpy(at, &number, sizeof(number));
		return ST_OK;
	case SLOT_BOOL:
		if (r->t[i].tok != JSON_TRUE && r->t[i].tok != JSON_FALSE)
			return wrong(r, i, _("true or false"), err);
		yes = r->t[i].tok == JSON_TRUE;
		memcpy(at, &yes, sizeof(yes));
		return ST_OK;
	case SLOT_STRINGS:
		return get_strings(r, i, (struct strings *)(void *)at, err);
	case SLOT_PAIRS:
		return read_pairs(r, i, at, err);
	case SLOT_BODY:
		return get_body(r, i, (const char **)(void *)at, err);
	case SLOT_ACTIONS:
		return get_actions(r, i, (struct code_actions *)(void *)at, err);
	case SLOT_WORDS:
		return read_words(r, i, at, err);
	case SLOT_MAP:
		return get_map(r, i, (struct map_rules *)(void *)at, err);
	case SLOT_ENUM:
		if ((st = get_enum(r, i, slot->names, &value, err)) != ST_OK)
			return st;
		memcpy(at, &value, sizeof(value));
		return ST_OK;
	case SLOT_OBJECT:
		if (slot->has != 0)
			*(bool *)(void *)((char *)base + slot->has - 1) = true;
		return read_object(r, i, slot->table, at, err);
	case SLOT_ARRAY:
		return get_array(r, i, slot, at, err);
	}
	return ST_OK;
}

static enum status
unknown(struct reader *r, const char *name, const struct slot *table, struct err *err)
{
	const char *names[NAMES_MAX], *near;
	size_t n = 0;

	for (; table->name != NULL && n < NAMES_MAX; table++)
		names[n++] = table->name;
	near = config_nearest(name, names, n);
	return near == NULL ? err_set(err, ST_USAGE, _("%s: unknown slot \"%s\""), r->path[0] == '\0' ? "/" : r->path, name) :
	    err_set(err, ST_USAGE, _("%s: unknown slot \"%s\"; near: \"%s\""), r->path[0] == '\0' ? "/" : r->path, name, near);
}

static enum status
read_object(struct reader *r, size_t i, const struct slot *table, void *base, struct err *err)
{
	const struct slot *slot;
	const char *name;
	size_t k, c, len = strlen(r->path);
	enum status st;

	if (r->t[i].tok != JSON_OBJ)
		return wrong(r, i, _("an object"), err);
	if (++r->level > LEVELS_MAX)
		return err_set(err, ST_USAGE, _("%s: too deep"), r->path);
	for (k = 0, c = i + 1; k < r->t[i].n_children; k++, c = r->t[c].next) {
		if ((st = text_of(r, r->t[c].key, r->t[c].flags, &name, err)) != ST_OK)
			return st;
		if (strcmp(name, "note") == 0)		/* for people; may stand in every object */
			continue;
		for (slot = table; slot->name != NULL && strcmp(slot->name, name) != 0; slot++)
			;
		if (slot->name == NULL)
			return unknown(r, name, table, err);
		(void)snprintf(r->path + len, sizeof(r->path) - len, "/%s", name);
		if ((st = get_slot(r, c, slot, base, err)) != ST_OK)
			return st;
		r->path[len] = '\0';
	}
	for (slot = table; slot->name != NULL; slot++)
		if (slot->required && json_get(r->t, i, slot->name) == 0)
			return err_set(err, ST_USAGE, _("%s: \"%s\" is missing"), r->path[0] == '\0' ? "/" : r->path, slot->name);
	r->level--;
	return ST_OK;
}

enum status
platform_read(struct str text, const struct slot *table, struct arena *a, void *out, struct err *err)
{
	struct reader r = { .a = a };
	struct json_node *t;
	size_t n;
	enum status st;

	if ((st = json_tape(text, a, &t, &n, err)) != ST_OK)
		return st == ST_INPUT ? (err_in(err, _("not JSON")), err != NULL ? (err->code = ST_USAGE) : ST_USAGE) : st;
	if ((t[0].flags & JSON_F_DUPLICATE) != 0)
		return err_set(err, ST_USAGE, _("a name occurs twice in one object"));
	r.t = t;
	return read_object(&r, 0, table, out, err);
}
