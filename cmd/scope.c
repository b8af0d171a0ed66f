/* scope.c: options of plan, export and render. */
#include "cmd/scope.h"

#include "cmd/app.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"

const struct option_def options_scope[] = { SCOPE_OPTIONS, { NULL, 0, NULL, NULL, false } };

/* The lists of a scope, by the names they have in options and JSON. */
static const struct { const char *option, *json; size_t offset; } lists[] = {
	{ "area", "areas", offsetof(struct scope, areas) },
	{ "stream", "streams", offsetof(struct scope, streams) },
	{ "exclude", "excluded", offsetof(struct scope, excluded) },
	{ "department", "departments", offsetof(struct scope, departments) },
	{ "user", "users", offsetof(struct scope, users) },
	{ "room", "rooms", offsetof(struct scope, rooms) },
};
#define N_LISTS	(sizeof(lists) / sizeof(lists[0]))

static const char *const **
list_at(struct scope *s, size_t i)
{
	return (const char *const **)(void *)((char *)s + lists[i].offset);
}

void
scope_init(struct run_scope *s)
{
	memset(&s->scope, 0, sizeof(s->scope));
	s->scope.since_ms = s->scope.until_ms = WHEN_UNKNOWN;
	arena_init(&s->arena, (size_t)4 << 20);
}

void
scope_free(struct run_scope *s)
{
	arena_free(&s->arena);
}

static enum status
keep_list(struct run_scope *s, size_t which, const struct str *words, size_t n, struct err *err)
{
	const char **list;
	struct str copy;
	enum status st;
	void *room;
	size_t i;

	if (n == 0)
		return ST_OK;
	if ((st = arena_get(&s->arena, n + 1, sizeof(*list), &room, err)) != ST_OK)
		return st;
	list = room;
	for (i = 0; i < n; i++) {
		if ((st = arena_dup(&s->arena, words[i], &copy, err)) != ST_OK)
			return st;
		list[i] = copy.p;
	}
	*list_at(&s->scope, which) = list;
	return ST_OK;
}

static enum status
check_range(const struct run_scope *s, struct err *err)
{
	if (s->scope.since_ms != WHEN_UNKNOWN && s->scope.until_ms != WHEN_UNKNOWN && s->scope.since_ms >= s->scope.until_ms)
		return err_set(err, ST_USAGE, _("--since must be before --until"));
	return ST_OK;
}

enum status
scope_options(struct run_scope *s, const struct options *o, struct err *err)
{
	struct str words[SCOPE_WORDS_MAX];
	enum status st;
	size_t i, n;

	for (i = 0; i < N_LISTS; i++)
		if ((st = options_list(o, lists[i].option, words, SCOPE_WORDS_MAX, &n, err)) != ST_OK ||
		    (st = keep_list(s, i, words, n, err)) != ST_OK)
			return st;
	if (options_has(o, "since") && (st = when_parse(str_of(options_get(o, "since")), &s->scope.since_ms, err)) != ST_OK)
		return err_in(err, "--since");
	if (options_has(o, "until") && (st = when_parse(str_of(options_get(o, "until")), &s->scope.until_ms, err)) != ST_OK)
		return err_in(err, "--until");
	s->scope.left = options_has(o, "left");
	s->scope.pilot = options_has(o, "pilot");
	return check_range(s, err);
}

static enum status
encode_list(const char *name, const char *const *list, struct buf *out, struct err *err)
{
	enum status st;
	size_t i;

	if ((st = buf_addf(out, err, ",\"%s\":[", name)) != ST_OK)
		return st;
	for (i = 0; list[i] != NULL; i++)
		if ((i > 0 && (st = buf_putc(out, ',', err)) != ST_OK) ||
		    (st = json_put_string(out, str_of(list[i]), err)) != ST_OK)
			return st;
	return buf_putc(out, ']', err);
}

enum status
scope_encode(const struct run_scope *s, struct buf *out, struct err *err)
{
	char time[WHEN_UTC_LEN + 1];
	const char *const *list;
	enum status st;
	size_t i;

	st = buf_addf(out, err, "{\"pilot\":%s", s->scope.pilot ? "true" : "false");
	if (st == ST_OK && s->scope.left)
		st = buf_addz(out, ",\"left\":true", err);
	if (st == ST_OK && s->scope.since_ms != WHEN_UNKNOWN) {
		when_utc(s->scope.since_ms, time);
		st = buf_addf(out, err, ",\"since\":\"%s\"", time);
	}
	if (st == ST_OK && s->scope.until_ms != WHEN_UNKNOWN) {
		when_utc(s->scope.until_ms, time);
		st = buf_addf(out, err, ",\"until\":\"%s\"", time);
	}
	for (i = 0; i < N_LISTS && st == ST_OK; i++) {
		list = *(const char *const *const *)(const void *)((const char *)&s->scope + lists[i].offset);
		if (list != NULL)
			st = encode_list(lists[i].json, list, out, err);
	}
	return st == ST_OK ? buf_putc(out, '}', err) : st;
}

enum status
scope_decode(struct run_scope *s, struct str json, struct err *err)
{
	struct str words[SCOPE_WORDS_MAX];
	struct json_node *t;
	enum status st;
	size_t i, at, n, k, n_nodes;

	if ((st = json_tape(json, &s->arena, &t, &n_nodes, err)) != ST_OK)
		return st;
	for (i = 0; i < N_LISTS; i++) {
		if ((at = json_get(t, 0, lists[i].json)) == 0 || t[at].tok != JSON_ARR)
			continue;
		for (n = 0, k = at + 1; k < t[at].next && n < SCOPE_WORDS_MAX; k = t[k].next, n++)
			if ((st = json_text(t[k].val, t[k].flags, &s->arena, &words[n], err)) != ST_OK)
				return st;
		if ((st = keep_list(s, i, words, n, err)) != ST_OK)
			return st;
	}
	if ((at = json_get(t, 0, "since")) != 0 && (st = when_parse_utc(t[at].val, &s->scope.since_ms, err)) != ST_OK)
		return st;
	if ((at = json_get(t, 0, "until")) != 0 && (st = when_parse_utc(t[at].val, &s->scope.until_ms, err)) != ST_OK)
		return st;
	s->scope.pilot = (at = json_get(t, 0, "pilot")) != 0 && t[at].tok == JSON_TRUE;
	s->scope.left = (at = json_get(t, 0, "left")) != 0 && t[at].tok == JSON_TRUE;
	return check_range(s, err);
}

bool
scope_is_whole(const struct run_scope *s)
{
	const struct scope *c = &s->scope;

	return c->since_ms == WHEN_UNKNOWN && c->until_ms == WHEN_UNKNOWN && c->departments == NULL && c->users == NULL &&
	    c->rooms == NULL && !c->pilot;
}
