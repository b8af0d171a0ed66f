/* engine.c: the source itself: opened, asked, closed.  States: engine_priv.h. */
#include "exporters/engine_priv.h"

#include <assert.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/stop.h"

#define CURSOR_MAX	((size_t)64 << 20)

struct out *
engine_push(struct engine *e, enum source_what what)
{
	struct out *o = &e->q[e->n_q];

	assert(e->n_q < QUEUE_MAX);
	memset(o, 0, sizeof(*o));
	e->n_q++;
	o->it.what = what;
	o->it.rec = &o->rec;
	return o;
}

bool
engine_in(const char *const *list, const char *name)
{
	for (; list != NULL && *list != NULL; list++)
		if (strcmp(*list, name) == 0)
			return true;
	return false;
}

size_t
engine_lane_of(const struct engine *e, const char *name, size_t n)
{
	size_t i;

	for (i = 0; i < e->p->n_streams; i++)
		if (strlen(e->p->streams[i].name) == n && memcmp(e->p->streams[i].name, name, n) == 0)
			return i;
	return NO_LIST;
}

static enum status
engine_next(struct source *s, struct source_item *it, struct err *err)
{
	struct engine *e = (struct engine *)(void *)s;
	enum status st;

	while (e->q_at == e->n_q) {
		e->q_at = e->n_q = 0;
		arena_reset(&e->arena);
		if ((st = stop_check(err)) != ST_OK || (st = engine_step(e, err)) != ST_OK)
			return st;
	}
	*it = e->q[e->q_at++].it;
	return ST_OK;
}

static enum status
engine_sync(struct source *s, struct err *err)
{
	struct engine *e = (struct engine *)(void *)s;
	size_t i;
	enum status st;

	for (i = 0; i < e->n_lists; i++)
		if ((st = idset_sync(&e->lists[i], err)) != ST_OK)
			return st;
	return e->hook == NULL ? ST_OK : e->hook->sync(e->hook, err);
}

static struct str
engine_cursor(struct source *s)
{
	return buf_str(&((struct engine *)(void *)s)->cursor);
}

static struct str
engine_carry(struct source *s)
{
	return buf_str(&((struct engine *)(void *)s)->carry);
}

static void
engine_close(struct source *s)
{
	struct engine *e = (struct engine *)(void *)s;
	size_t i;

	if (e->hook != NULL)
		e->hook->close(e->hook);
	for (i = 0; i < e->n_lists; i++)
		idset_close(&e->lists[i]);
	free(e->lists);
	free(e->lanes);
	pager_free(&e->pager);
	answer_free(&e->page);
	answer_free(&e->detail);
	buf_free(&e->fan_id);
	buf_free(&e->hook_cursor);
	buf_free(&e->hook_carry);
	buf_free(&e->cursor);
	buf_free(&e->carry);
	arena_free(&e->arena);
	arena_free(&e->item_arena);
	arena_free(&e->carry_arena);
	api_close(e->api);
	platform_close(e->p);
	free(e);
}

/* The description: a file of the tenant's, or one in this program. */
static enum status
load_platform(struct engine *e, struct err *err)
{
	const struct config *config = e->params->config;
	const char *name, *names[8];
	char section[160];
	struct buf path, text;
	size_t n;
	enum status st;

	(void)snprintf(section, sizeof(section), "tenant %s", e->params->tenant);
	if (!config_has_section(config, section))
		return err_set(err, ST_USAGE, _("%s: there is no section [tenant %s]"), config_file(config), e->params->tenant);
	buf_init(&path, 4096);
	buf_init(&text, LIMIT_DESCRIPTION);
	st = config_path(config, section, "description", &path, err);
	if (st == ST_OK && (st = buf_z(&path, err)) == ST_OK) {
		if ((st = fs_load(AT_FDCWD, path.p, LIMIT_DESCRIPTION, &text, err)) == ST_END)
			st = err_set(err, ST_USAGE, _("%s: there is no such description"), path.p);
		if (st == ST_OK)
			st = platform_open(&e->p, path.p, buf_str(&text), err);
		goto out;
	}
	if (st != ST_END)
		goto out;
	if ((name = config_get(config, section, "platform")) == NULL) {
		st = err_set(err, ST_USAGE, _("%s: section [tenant %s] lacks the key \"%s\""), config_file(config), e->params->tenant, "platform");
		goto out;
	}
	if (platform_builtin(name).p == NULL) {
		for (n = 0; n < 8 && platform_builtin_name(n) != NULL; n++)
			names[n] = platform_builtin_name(n);
		name = config_nearest(name, names, n);
		st = err_set(err, ST_USAGE, _("%s: [tenant %s] platform = %s is not known; near: \"%s\""), config_file(config), e->params->tenant,
		    config_get(config, section, "platform"), name == NULL ? names[0] : name);
		goto out;
	}
	st = platform_open(&e->p, name, platform_builtin(name), err);
out:
	buf_free(&path);
	buf_free(&text);
	return st;
}

enum status
engine_open(struct source **out, const struct source_params *params, struct err *err)
{
	struct engine *e;
	enum status st;

	*out = NULL;
	if ((e = calloc(1, sizeof(*e))) == NULL)
		return err_oom(err, sizeof(*e));
	e->source = (struct source){ engine_next, engine_sync, engine_cursor, engine_carry, engine_close };
	e->own = *params;
	e->params = &e->own;
	pager_init(&e->pager);
	answer_init(&e->page);
	answer_init(&e->detail);
	buf_init(&e->fan_id, IDSET_ID_MAX);
	buf_init(&e->hook_cursor, CURSOR_MAX);
	buf_init(&e->hook_carry, CURSOR_MAX);
	buf_init(&e->cursor, CURSOR_MAX);
	buf_init(&e->carry, CURSOR_MAX);
	arena_init(&e->arena, LIMIT_ARENA);
	arena_init(&e->item_arena, LIMIT_ARENA);
	arena_init(&e->carry_arena, LIMIT_ARENA);
	if ((st = load_platform(e, err)) != ST_OK || (st = engine_lanes(e, err)) != ST_OK || (st = engine_carry_read(e, err)) != ST_OK ||
	    (st = api_open(&e->api, e->params, e->p, err)) != ST_OK)
		goto fail;
	engine_want_secrets(e);
	engine_times(e);
	if ((st = engine_lists_open(e, err)) != ST_OK || (st = engine_retry_open(e, err)) != ST_OK)
		goto fail;
	e->own.cursor = e->own.carry = STR_NONE;	/* taken over; what they pointed to may go */
	*out = &e->source;
	return ST_OK;
fail:
	engine_close(&e->source);
	return st;
}
