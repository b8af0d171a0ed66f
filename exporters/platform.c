/* platform.c: the tables of a description, and the checks that no table can make. */
#include "exporters/platform.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/config.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "exporters/map.h"
#include "exporters/platform_read.h"

const char *const action_names[ACT__MAX + 1] = {
	"OK", "UNKNOWN", "REFUSED_URL", "REFRESH", "WAIT", "RETRY", "DENIED_RUN", "DENIED_SECRET", "IP", "DENIED_AREA", "WITHDRAWN", "STOP_AREA", "SKIP", "DENIED", "HIDDEN",
	"GONE", "EXPIRED", "RANGE", "SPLIT_RANGE", NULL
};
static const char *const paging_names[] = { "none", "cursor", "offset", NULL };
static const char *const unit_names[] = { "s", "ms", NULL };
static const char *const kind_list[] = {
	"department", "user", "message", "room", "approval", "approval-template", "file", "gap", "limit", "event", "unknown", NULL
};

#define AT(type, member)	offsetof(struct type, member)
#define END			{ NULL, SLOT_TEXT, 0, false, NULL, NULL, 0, 0 }
#define TEXT(type, key, member, must)	{ key, SLOT_TEXT, AT(type, member), must, NULL, NULL, 0, 0 }
#define PLAIN(type, key, kind, member)	{ key, kind, AT(type, member), false, NULL, NULL, 0, 0 }

static const struct slot paging_slots[] = {
	{ "style", SLOT_ENUM, AT(paging, style), true, paging_names, NULL, 0, 0 },
	TEXT(paging, "first", first, false),
	TEXT(paging, "next", next, false),
	TEXT(paging, "more", more, false),
	PLAIN(paging, "more_means_end", SLOT_BOOL, more_means_end),
	PLAIN(paging, "size", SLOT_UINT, size),
	END
};
static const struct slot call_slots[] = {
	TEXT(call, "path", path, true),
	TEXT(call, "method", method, false),
	PLAIN(call, "query", SLOT_PAIRS, query),
	PLAIN(call, "body", SLOT_BODY, body),
	TEXT(call, "items", items, false),
	TEXT(call, "id", id, false),
	TEXT(call, "item_department", per_item, false),
	{ "paging", SLOT_OBJECT, AT(call, paging), false, NULL, paging_slots, 0, 0 },
	PLAIN(call, "per_minute", SLOT_UINT, per_minute),
	PLAIN(call, "errors", SLOT_ACTIONS, errors),
	PLAIN(call, "secret", SLOT_STRINGS, secrets),
	END
};
static const struct slot window_slots[] = {
	{ "unit", SLOT_ENUM, AT(window, unit), true, unit_names, NULL, 0, 0 },
	{ "span_s", SLOT_UINT, AT(window, span_s), true, NULL, NULL, 0, 0 },
	PLAIN(window, "overlap_s", SLOT_UINT, overlap_s),
	END
};
static const struct slot check_slots[] = {
	TEXT(check, "how", how, true),
	{ "call", SLOT_OBJECT, AT(check, call), true, NULL, call_slots, 0, 0 },
	{ "missing", SLOT_OBJECT, AT(check, missing), false, NULL, call_slots, 0, AT(check, has_missing) + 1 },
	TEXT(check, "reason", reason, true),
	END
};
static const struct slot attach_slots[] = {
	TEXT(attach, "field", field, true),
	TEXT(attach, "stream", stream, true),
	{ "call", SLOT_OBJECT, AT(attach, call), true, NULL, call_slots, 0, 0 },
	PLAIN(attach, "chunk", SLOT_UINT, chunk),
	END
};
static const struct slot scope_slots[] = {
	TEXT(scope_by, "user", user, false),
	TEXT(scope_by, "department", department, false),
	TEXT(scope_by, "room", room, false),
	TEXT(scope_by, "time", time, false),
	END
};
static const struct slot stream_slots[] = {
	TEXT(stream, "name", name, true),
	TEXT(stream, "area", area, true),
	TEXT(stream, "hook", hook, false),
	PLAIN(stream, "hook_streams", SLOT_STRINGS, hook_streams),
	{ "record", SLOT_ENUM, AT(stream, kind), true, kind_list, NULL, 0, 0 },
	PLAIN(stream, "secret", SLOT_STRINGS, secrets),
	TEXT(stream, "fan_out", fan_out, false),
	TEXT(stream, "each_department", each_department, false),
	{ "list", SLOT_OBJECT, AT(stream, list), false, NULL, call_slots, 0, AT(stream, has_list) + 1 },
	{ "detail", SLOT_OBJECT, AT(stream, detail), false, NULL, call_slots, 0, AT(stream, has_detail) + 1 },
	{ "window", SLOT_OBJECT, AT(stream, window), false, NULL, window_slots, 0, AT(stream, has_window) + 1 },
	PLAIN(stream, "map", SLOT_MAP, map),
	PLAIN(stream, "absent_is_not_granted", SLOT_STRINGS, granted),
	{ "checks", SLOT_ARRAY, AT(stream, checks), false, NULL, check_slots, sizeof(struct check), 0 },
	{ "attachments", SLOT_OBJECT, AT(stream, attach), false, NULL, attach_slots, 0, AT(stream, has_attach) + 1 },
	{ "scope", SLOT_OBJECT, AT(stream, scope), false, NULL, scope_slots, 0, 0 },
	PLAIN(stream, "versions", SLOT_BOOL, versions),
	TEXT(stream, "state", state_field, false),
	PLAIN(stream, "final", SLOT_STRINGS, final),
	END
};
static const struct slot never_slots[] = {
	TEXT(never, "area", area, true),
	TEXT(never, "reason", reason, true),
	TEXT(never, "detail", detail, true),
	END
};
static const struct slot platform_slots[] = {
	TEXT(platform, "platform", name, true),
	TEXT(platform, "title", title, true),
	TEXT(platform, "base_url", base_url, true),
	PLAIN(platform, "hosts", SLOT_STRINGS, hosts),
	TEXT(platform, "first_day", first_day, true),
	PLAIN(platform, "config", SLOT_STRINGS, config),
	{ "token", SLOT_OBJECT, AT(platform, token), true, NULL, call_slots, 0, 0 },
	TEXT(platform, "token_value", token_value, true),
	TEXT(platform, "token_lifetime_s", token_lifetime_s, false),
	TEXT(platform, "token_in", token_in, true),
	TEXT(platform, "token_name", token_name, false),
	TEXT(platform, "success_path", success_path, true),
	TEXT(platform, "success_equals", success_equals, true),
	{ "code", SLOT_STRINGS, AT(platform, code_paths), true, NULL, NULL, 0, 0 },
	TEXT(platform, "text", text_path, false),
	TEXT(platform, "text_until", text_until, false),
	{ "errors", SLOT_ACTIONS, AT(platform, errors), true, NULL, NULL, 0, 0 },
	PLAIN(platform, "reasons", SLOT_PAIRS, reasons),
	PLAIN(platform, "ban_fields", SLOT_STRINGS, ban_fields),
	PLAIN(platform, "ban_wait_s", SLOT_UINT, ban_wait_s),
	PLAIN(platform, "ban_wait_max_s", SLOT_UINT, ban_wait_max_s),
	PLAIN(platform, "throttle_wait_s", SLOT_UINT, throttle_wait_s),
	PLAIN(platform, "tries", SLOT_UINT, tries),
	PLAIN(platform, "busy_tries", SLOT_UINT, busy_tries),
	PLAIN(platform, "per_minute", SLOT_UINT, per_minute),
	PLAIN(platform, "words", SLOT_WORDS, words),
	{ "streams", SLOT_ARRAY, AT(platform, streams), true, NULL, stream_slots, sizeof(struct stream), 0 },
	{ "never", SLOT_ARRAY, AT(platform, nevers), false, NULL, never_slots, sizeof(struct never), 0 },
	END
};

/* --- what the tables cannot say --- */

/* ${path} names a slot in the message, ${list} of ${n} names is what it may be. */
static enum status
must_be(const char *path, const char *word, const char *const *list, size_t n, struct err *err)
{
	const char *near;
	size_t i;

	for (i = 0; i < n; i++)
		if (strcmp(list[i], word) == 0)
			return ST_OK;
	near = config_nearest(word, list, n);
	return near == NULL ? err_set(err, ST_USAGE, _("%s: unknown name \"%s\""), path, word) :
	    err_set(err, ST_USAGE, _("%s: unknown name \"%s\"; near: \"%s\""), path, word, near);
}

static enum status
check_field(const char *path, enum record_kind kind, const char *field, struct err *err)
{
	const char *names[RECORD_FIELDS_MAX];
	size_t n;

	if (field == NULL)
		return ST_OK;
	for (n = 0; record_fields[kind][n].name != NULL; n++)
		names[n] = record_fields[kind][n].name;
	return must_be(path, field, names, n, err);
}

static bool
uses(const struct call *c, const char *name)
{
	char want[40];
	size_t i;

	(void)snprintf(want, sizeof(want), "{%s", name);	/* our own short words */
	if (c->body != NULL && strstr(c->body, want) != NULL)
		return true;
	for (i = 0; i < c->query.n; i++)
		if (strstr(c->query.v[i].value, want) != NULL)
			return true;
	return strstr(c->path, want) != NULL;
}

static enum status
check_call(const char *path, struct call *c, struct err *err)
{
	static const char *const methods[] = { "GET", "POST" };
	enum status st;

	if (c->method == NULL)
		c->method = c->body == NULL ? "GET" : "POST";
	if ((st = must_be(path, c->method, methods, 2, err)) != ST_OK)
		return st;
	if (c->path[0] != '/')
		return err_set(err, ST_USAGE, _("%s: path \"%s\" does not begin with /"), path, c->path);
	if (c->body != NULL && strcmp(c->method, "POST") != 0)
		return err_set(err, ST_USAGE, _("%s: a body needs method POST"), path);
	if (c->paging.style != PAGING_NONE && !uses(c, "cursor"))
		return err_set(err, ST_USAGE, _("%s: paging, but the request has no {cursor}"), path);
	if (c->paging.style == PAGING_CURSOR && c->paging.next == NULL)
		return err_set(err, ST_USAGE, _("%s: paging by cursor needs \"next\""), path);
	return ST_OK;
}

static enum status
check_rules(const struct platform *p, const struct stream *s, const char *path, struct err *err)
{
	size_t i, k;
	enum status st;

	for (i = 0; i < s->map.n; i++) {
		const struct mapped *m = &s->map.v[i];

		if ((st = check_field(path, s->kind, m->field, err)) != ST_OK)
			return st;
		if (!map_knows(m->how)) {
			size_t n;
			const char *const *hows = map_hows(&n);

			return must_be(path, m->how, hows, n, err);
		}
		if (m->how == NULL || strcmp(m->how, "word") != 0)
			continue;
		for (k = 0; k < p->words.n && (m->arg == NULL || strcmp(p->words.v[k].name, m->arg) != 0); k++)
			;
		if (k == p->words.n)
			return err_set(err, ST_USAGE, _("%s: there is no table of words \"%s\""), path, m->arg == NULL ? "" : m->arg);
	}
	for (i = 0; i < s->granted.n; i++)
		if ((st = check_field(path, s->kind, s->granted.v[i], err)) != ST_OK)
			return st;
	if ((st = check_field(path, s->kind, s->scope.user, err)) != ST_OK ||
	    (st = check_field(path, s->kind, s->scope.department, err)) != ST_OK ||
	    (st = check_field(path, s->kind, s->scope.room, err)) != ST_OK ||
	    (st = check_field(path, s->kind, s->scope.time, err)) != ST_OK ||
	    (st = check_field(path, s->kind, s->state_field, err)) != ST_OK)
		return st;
	return s->has_attach ? check_field(path, s->kind, s->attach.field, err) : ST_OK;
}

/* fan_out: an earlier stream, or a field of one. */
static enum status
check_fan_out(const struct platform *p, size_t at, const char *path, struct err *err)
{
	const struct stream *s = &p->streams[at];
	const char *dot;
	size_t i, n;

	if (s->fan_out == NULL)
		return ST_OK;
	dot = strchr(s->fan_out, '.');
	n = dot == NULL ? strlen(s->fan_out) : (size_t)(dot - s->fan_out);
	for (i = 0; i < at; i++)
		if (strlen(p->streams[i].name) == n && memcmp(p->streams[i].name, s->fan_out, n) == 0)
			return dot == NULL ? ST_OK : check_field(path, p->streams[i].kind, dot + 1, err);
	return err_set(err, ST_USAGE, _("%s: fan_out \"%s\" is not a stream before this one"), path, s->fan_out);
}

static enum status
check_stream(const struct platform *p, size_t at, struct err *err)
{
	struct stream *s = &p->streams[at];
	char path[96];
	size_t i;
	enum status st;

	(void)snprintf(path, sizeof(path), "/streams/%zu (%.40s)", at, s->name);	/* cut in messages only */
	for (i = 0; i < at; i++)
		if (strcmp(p->streams[i].name, s->name) == 0)
			return err_set(err, ST_USAGE, _("%s: the stream stands twice"), path);
	if (s->hook != NULL)
		return strcmp(s->hook, "wecom.chat") == 0 ? ST_OK :
		    err_set(err, ST_USAGE, _("%s: there is no hook \"%s\"; near: \"wecom.chat\""), path, s->hook);
	if (!s->has_list)
		return err_set(err, ST_USAGE, _("%s: \"list\" or \"hook\" is missing"), path);
	if ((st = check_call(path, &s->list, err)) != ST_OK ||
	    (s->has_detail && (st = check_call(path, &s->detail, err)) != ST_OK) ||
	    (s->has_attach && (st = check_call(path, &s->attach.call, err)) != ST_OK))
		return st;
	for (i = 0; i < s->n_checks; i++)
		if ((st = check_call(path, &s->checks[i].call, err)) != ST_OK ||
		    (s->checks[i].has_missing && (st = check_call(path, &s->checks[i].missing, err)) != ST_OK))
			return st;
	if (s->n_checks > CHECKS_MAX)
		return err_set(err, ST_USAGE, _("%s: more than %u checks"), path, CHECKS_MAX);
	if (s->has_window && (s->window.span_s == 0 || !uses(&s->list, "from") || !uses(&s->list, "to")))
		return err_set(err, ST_USAGE, _("%s: a window needs span_s above 0, and {from} and {to} in the request"), path);
	if (s->has_window && s->fan_out != NULL)
		return err_set(err, ST_USAGE, _("%s: a window and a fan_out cannot be walked together"), path);
	if (s->map.n == 0)
		return err_set(err, ST_USAGE, _("%s: \"map\" is missing"), path);
	if ((st = check_rules(p, s, path, err)) != ST_OK)
		return st;
	return check_fan_out(p, at, path, err);
}

static enum status
check(struct platform *p, struct err *err)
{
	static const char *const places[] = { "query", "header", "bearer" };
	size_t i;
	enum status st;

	if ((st = check_call("/token", &p->token, err)) != ST_OK ||
	    (st = must_be("/token_in", p->token_in, places, 3, err)) != ST_OK)
		return st;
	if (p->token_name == NULL && strcmp(p->token_in, "bearer") != 0)
		return err_set(err, ST_USAGE, _("%s: \"%s\" is missing"), "/", "token_name");
	if ((st = when_parse(str_of(p->first_day), &p->first_ms, err)) != ST_OK)
		return err_in(err, "/first_day");
	if (p->config.n > CONFIG_MAX)
		return err_set(err, ST_USAGE, _("%s: more than %u names"), "/config", CONFIG_MAX);
	if (p->n_streams == 0)
		return err_set(err, ST_USAGE, _("%s: the list is empty"), "/streams");
	for (i = 0; i < p->n_streams; i++)
		if ((st = check_stream(p, i, err)) != ST_OK)
			return st;
	return ST_OK;
}

enum status
platform_open(struct platform **out, const char *name, struct str text, struct err *err)
{
	struct platform *p;
	struct str copy;
	enum status st;

	*out = NULL;
	if (text.n > LIMIT_DESCRIPTION)
		return err_set(err, ST_LIMIT, _("%s: a description of %zu bytes; at most %zu are read"), name, text.n, LIMIT_DESCRIPTION);
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return err_oom(err, sizeof(*p));
	arena_init(&p->arena, 16 * LIMIT_DESCRIPTION);
	p->ban_wait_s = 300;		/* robustness of the engine, unless the description knows better */
	p->ban_wait_max_s = 900;
	p->throttle_wait_s = 60;
	p->tries = 6;
	p->busy_tries = 6;
	if ((st = arena_dup(&p->arena, text, &copy, err)) == ST_OK &&
	    (st = platform_read(copy, platform_slots, &p->arena, p, err)) == ST_OK)
		st = check(p, err);
	if (st != ST_OK) {
		(void)err_in(err, "%s", name);
		platform_close(p);
		return st;
	}
	*out = p;
	return ST_OK;
}

void
platform_close(struct platform *p)
{
	if (p == NULL)
		return;
	arena_free(&p->arena);
	free(p);
}

extern const char custody_platform_wecom[], custody_platform_wecom_end[];	/* platforms.S */

static const struct { const char *name, *from, *to; } builtin[] = {
	{ "wecom", custody_platform_wecom, custody_platform_wecom_end },
};

struct str
platform_builtin(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(builtin) / sizeof(builtin[0]); i++)
		if (strcmp(builtin[i].name, name) == 0)
			return (struct str){ builtin[i].from, (size_t)(builtin[i].to - builtin[i].from) };
	return STR_NONE;
}

const char *
platform_builtin_name(size_t i)
{
	return i < sizeof(builtin) / sizeof(builtin[0]) ? builtin[i].name : NULL;
}

const struct stream *
platform_stream(const struct platform *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n_streams; i++)
		if (strcmp(p->streams[i].name, name) == 0)
			return &p->streams[i];
	return NULL;
}

const char *
platform_word(const struct platform *p, const char *table, struct str value)
{
	size_t i, k;

	for (i = 0; i < p->words.n; i++)
		if (strcmp(p->words.v[i].name, table) == 0)
			for (k = 0; k < p->words.v[i].words.n; k++)
				if (str_is(value, p->words.v[i].words.v[k].name))
					return p->words.v[i].words.v[k].value;
	return NULL;
}
