/* engine_cursor.c: where a run stands, and what the next run must know, as JSON. */
#include "exporters/engine_priv.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/limits.h"

static const char *const phase_names[PH__MAX] = { "begin", "hook", "retry", "open", "list", "check", "end", "last" };

/* --- side files --- */

static enum status
broken(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("the saved position of the run is damaged"));
}

static enum status
get_u64(const struct json_node *t, size_t at, const char *path, uint64_t *out, struct err *err)
{
	size_t i = json_path(t, at, path);

	if (i == 0 || str_u64(t[i].val, 0, UINT64_MAX, out, NULL) != ST_OK)
		return broken(err);
	return ST_OK;
}

static enum status
get_ms(const struct json_node *t, const char *path, int64_t *out, struct err *err)
{
	size_t i = json_path(t, 0, path);

	if (i == 0 || str_i64(t[i].val, INT64_MIN + 1, INT64_MAX, out, NULL) != ST_OK)
		return broken(err);
	return ST_OK;
}

static enum status
add_list(struct engine *e, const struct json_node *t, const char *name, size_t *index, struct err *err)
{
	char path[32];
	uint64_t length = 0;
	enum status st;

	if (t != NULL) {
		(void)snprintf(path, sizeof(path), "lists.%zu", e->n_lists);
		if ((st = get_u64(t, 0, path, &length, err)) != ST_OK)
			return st;
	}
	if ((st = idset_open(&e->lists[e->n_lists], e->params->work_dir, name, length, err)) != ST_OK)
		return st;
	*index = e->n_lists++;
	return ST_OK;
}

/* The order in which the lists are opened is the order of their lengths in the cursor. */
static enum status
open_lists(struct engine *e, const struct json_node *t, struct err *err)
{
	struct lane *lane;
	char name[80];
	size_t i, k;
	enum status st;

	e->lists_max = 2 + e->p->n_streams * (3 + CHECKS_MAX);
	if ((e->lists = calloc(e->lists_max, sizeof(*e->lists))) == NULL)
		return err_oom(err, e->lists_max * sizeof(*e->lists));
	if ((st = add_list(e, t, "ids-media", &e->files_list, err)) != ST_OK || (st = add_list(e, t, "ids-retry", &e->retry_list, err)) != ST_OK)
		return st;
	for (i = 0; i < e->p->n_streams; i++) {
		lane = &e->lanes[i];
		if (lane->s->hook == NULL) {
			(void)snprintf(name, sizeof(name), "ids-%zu", i);
			if ((st = add_list(e, t, name, &lane->seen, err)) != ST_OK)
				return st;
		}
		if (lane->s->fan_out != NULL && strchr(lane->s->fan_out, '.') != NULL) {
			(void)snprintf(name, sizeof(name), "ids-%zu-feed", i);
			if ((st = add_list(e, t, name, &lane->feed, err)) != ST_OK)
				return st;
		}
		if (lane->s->state_field != NULL) {
			(void)snprintf(name, sizeof(name), "ids-%zu-open", i);
			if ((st = add_list(e, t, name, &lane->open, err)) != ST_OK)
				return st;
		}
		for (k = 0; k < lane->s->n_checks && k < CHECKS_MAX; k++) {
			(void)snprintf(name, sizeof(name), "ids-%zu-check-%zu", i, k);
			if ((st = add_list(e, t, name, &lane->checked[k], err)) != ST_OK)
				return st;
		}
	}
	return ST_OK;
}

/* --- reading --- */

static enum status
read_lane(struct engine *e, const struct json_node *t, size_t i, struct err *err)
{
	struct lane *lane = &e->lanes[i];
	char path[48];
	uint64_t off = 0, run = 0;
	enum status st;

	(void)snprintf(path, sizeof(path), "streams.%zu.0", i);
	if ((st = get_u64(t, 0, path, &off, err)) != ST_OK)
		return st;
	(void)snprintf(path, sizeof(path), "streams.%zu.1", i);
	if ((st = get_u64(t, 0, path, &lane->n_records, err)) != ST_OK)
		return st;
	(void)snprintf(path, sizeof(path), "streams.%zu.2", i);
	if ((st = get_u64(t, 0, path, &lane->absent_all, err)) != ST_OK)
		return st;
	(void)snprintf(path, sizeof(path), "streams.%zu.3", i);
	if ((st = get_u64(t, 0, path, &run, err)) != ST_OK)
		return st;
	if (off > OFF_REFUSED)
		return broken(err);
	lane->off = (enum off)off;
	lane->was_run = run != 0;
	return ST_OK;
}

static enum status
read_position(struct engine *e, const struct json_node *t, struct err *err)
{
	struct position *pos = &e->pos;
	struct { const char *path; size_t *out; } numbers[] = {
		{ "stream", &pos->stream }, { "each", &pos->each }, { "check", &pos->check }, { "retry_at", &pos->retry_at }, { "open_at", &pos->open_at }, { "never", &e->never_at }
	};
	struct { const char *path; uint64_t *out; } counts[] = {
		{ "fan", &pos->fan }, { "fans", &pos->n_fan }, { "gaps", &e->n_gaps }, { "limits", &e->n_limits }, { "media", &e->n_media }
	};
	uint64_t v = 0;
	size_t i, k;
	enum status st;

	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		if ((st = get_u64(t, 0, numbers[i].path, &v, err)) != ST_OK)
			return st;
		*numbers[i].out = (size_t)v;
	}
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		if ((st = get_u64(t, 0, counts[i].path, counts[i].out, err)) != ST_OK)
			return st;
	if ((st = get_ms(t, "from", &pos->from_ms, err)) != ST_OK || (st = get_ms(t, "to", &pos->to_ms, err)) != ST_OK ||
	    (st = get_ms(t, "since", &e->since_ms, err)) != ST_OK || (st = get_ms(t, "until", &e->until_ms, err)) != ST_OK)
		return st;
	i = json_get(t, 0, "phase");
	for (k = 0; k < PH__MAX && (i == 0 || !str_is(t[i].val, phase_names[k])); k++)
		;
	if (k == PH__MAX || pos->stream > e->p->n_streams || (pos->stream == e->p->n_streams && k != PH_LAST))
		return broken(err);
	pos->phase = (enum phase)k;
	i = json_get(t, 0, "tail");
	pos->tail = i != 0 && t[i].tok == JSON_TRUE;
	i = json_get(t, 0, "files_ended");
	e->files_ended = i != 0 && t[i].tok == JSON_TRUE;
	return ST_OK;
}

/* Paging and the id asked for, as they stood between two pages. */
static enum status
read_page(struct engine *e, const struct json_node *t, struct err *err)
{
	const struct lane *lane;
	const struct paging *style;
	struct str cursor = STR_NONE, fan;
	size_t i = json_get(t, 0, "page");
	enum status st;

	if (e->pos.phase != PH_LIST && e->pos.phase != PH_CHECK)
		return ST_OK;
	lane = engine_lane(e);
	if (!lane->s->has_list)
		return broken(err);
	if (e->pos.phase == PH_CHECK && e->pos.check >= lane->s->n_checks)
		return ST_OK;		/* nothing to check: the stream is at its end */
	style = e->pos.phase == PH_LIST ? &lane->s->list.paging : &lane->s->checks[e->pos.check].call.paging;
	if (i != 0 && t[i].tok == JSON_STR && (st = json_text(t[i].val, t[i].flags, &e->arena, &cursor, err)) != ST_OK)
		return st;
	if ((st = pager_resume(&e->pager, style, cursor, err)) != ST_OK)
		return st;
	i = json_get(t, 0, "fan_id");
	e->has_fan = i != 0 && t[i].tok == JSON_STR;
	if (!e->has_fan)
		return ST_OK;
	if ((st = json_text(t[i].val, t[i].flags, &e->arena, &fan, err)) != ST_OK)
		return st;
	buf_clear(&e->fan_id);
	return buf_str_add(&e->fan_id, fan, err);
}

enum status
engine_lists_open(struct engine *e, struct err *err)
{
	struct json_node *t = NULL;
	size_t n, i, hook;
	enum status st;

	if (e->params->cursor.p == NULL)
		return open_lists(e, NULL, err);
	if (json_tape(e->params->cursor, &e->arena, &t, &n, NULL) != ST_OK || t[0].tok != JSON_OBJ)
		return broken(err);
	if ((st = read_position(e, t, err)) != ST_OK || (st = open_lists(e, t, err)) != ST_OK)
		return st;
	for (i = 0; i < e->p->n_streams; i++)
		if ((st = read_lane(e, t, i, err)) != ST_OK)
			return st;
	hook = json_get(t, 0, "hook");
	if (hook != 0 && t[hook].tok != JSON_NULL && (st = buf_str_add(&e->hook_cursor, json_whole(&t[hook]), err)) != ST_OK)
		return st;
	hook = json_get(t, 0, "hook_carry");
	if (hook != 0 && t[hook].tok != JSON_NULL && (st = buf_str_add(&e->hook_carry, json_whole(&t[hook]), err)) != ST_OK)
		return st;
	if ((st = read_page(e, t, err)) != ST_OK)
		return st;
	return engine_cursor_write(e, err);
}

/* --- writing --- */

static enum status
put_text(struct buf *b, const char *name, bool there, struct str s, struct err *err)
{
	enum status st;

	if ((st = buf_addf(b, err, ",\"%s\":", name)) != ST_OK)
		return st;
	return there ? json_put_string(b, s, err) : buf_addz(b, "null", err);
}

static enum status
put_json(struct buf *b, const char *name, const struct buf *value, struct err *err)
{
	enum status st;

	if ((st = buf_addf(b, err, ",\"%s\":", name)) != ST_OK)
		return st;
	return value->n > 0 ? buf_str_add(b, buf_str(value), err) : buf_addz(b, "null", err);
}

enum status
engine_cursor_write(struct engine *e, struct err *err)
{
	const struct position *pos = &e->pos;
	struct buf *b = &e->cursor;
	size_t i;
	enum status st;

	buf_clear(b);
	st = buf_addf(b, err, "{\"v\":1,\"stream\":%zu,\"phase\":\"%s\",\"from\":%" PRId64 ",\"to\":%" PRId64 ",\"tail\":%s,\"each\":%zu,\"fan\":%" PRIu64
	    ",\"fans\":%" PRIu64 ",\"check\":%zu,\"retry_at\":%zu,\"open_at\":%zu,\"since\":%" PRId64 ",\"until\":%" PRId64 ",\"gaps\":%" PRIu64 ",\"limits\":%" PRIu64
	    ",\"media\":%" PRIu64 ",\"never\":%zu,\"files_ended\":%s", pos->stream, phase_names[pos->phase], pos->from_ms, pos->to_ms,
	    pos->tail ? "true" : "false", pos->each, pos->fan, pos->n_fan, pos->check, pos->retry_at, pos->open_at, e->since_ms, e->until_ms, e->n_gaps, e->n_limits,
	    e->n_media, e->never_at, e->files_ended ? "true" : "false");
	if (st != ST_OK || (st = put_text(b, "page", e->pager.has_cursor, buf_str(&e->pager.cursor), err)) != ST_OK ||
	    (st = put_text(b, "fan_id", e->has_fan, buf_str(&e->fan_id), err)) != ST_OK ||
	    (st = put_json(b, "hook", &e->hook_cursor, err)) != ST_OK || (st = put_json(b, "hook_carry", &e->hook_carry, err)) != ST_OK ||
	    (st = buf_addz(b, ",\"lists\":[", err)) != ST_OK)
		return st;
	for (i = 0; i < e->n_lists; i++)
		if ((st = buf_addf(b, err, "%s%" PRIu64, i == 0 ? "" : ",", e->lists[i].length)) != ST_OK)
			return st;
	if ((st = buf_addz(b, "],\"streams\":[", err)) != ST_OK)
		return st;
	for (i = 0; i < e->p->n_streams; i++)
		if ((st = buf_addf(b, err, "%s[%d,%" PRIu64 ",%" PRIu64 ",%d]", i == 0 ? "" : ",", (int)e->lanes[i].off, e->lanes[i].n_records,
		    e->lanes[i].absent_all, e->lanes[i].was_run ? 1 : 0)) != ST_OK)
			return st;
	return buf_addz(b, "]}", err);
}

/* --- from run to run --- */

enum status
engine_carry_read(struct engine *e, struct err *err)
{
	struct str copy;
	size_t n;
	enum status st;

	if (e->params->carry.n == 0)
		return ST_OK;
	if ((st = arena_dup(&e->carry_arena, e->params->carry, &copy, err)) != ST_OK)
		return st;
	if (json_tape(copy, &e->carry_arena, &e->old_carry, &n, NULL) != ST_OK || e->old_carry[0].tok != JSON_OBJ) {
		e->old_carry = NULL;
		return err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
	}
	return ST_OK;
}

size_t
engine_carry_open(const struct engine *e, const struct lane *lane)
{
	size_t i = e->old_carry == NULL || lane->s->state_field == NULL ? 0 : json_get(e->old_carry, 0, lane->s->name);

	i = i == 0 ? 0 : json_get(e->old_carry, i, "open");
	return i != 0 && e->old_carry[i].tok == JSON_ARR ? i : 0;
}

/* How far the stream is known without a hole. */
static int64_t
known_until(const struct engine *e, const struct lane *lane)
{
	const struct scope *scope = e->params->scope;
	size_t i = e->old_carry == NULL ? 0 : json_get(e->old_carry, 0, lane->s->name);
	int64_t old = WHEN_UNKNOWN;

	i = i == 0 ? 0 : json_get(e->old_carry, i, "until");
	if (i != 0 && str_i64(e->old_carry[i].val, 0, INT64_MAX, &old, NULL) != ST_OK)
		old = WHEN_UNKNOWN;		/* so more is read */
	if ((lane->s->has_attach && engine_in(scope->excluded, lane->s->attach.stream)) || scope->users != NULL || scope->departments != NULL || scope->rooms != NULL || lane->off != OFF_NOT)
		return old;
	if (scope->since_ms == WHEN_UNKNOWN || scope->since_ms <= e->p->first_ms || (old != WHEN_UNKNOWN && scope->since_ms <= old))
		return old != WHEN_UNKNOWN && old > e->until_ms ? old : e->until_ms;
	return old;
}

static enum status
put_lane(struct engine *e, struct lane *lane, struct err *err)
{
	struct buf *b = &e->carry, id;
	int64_t until = known_until(e, lane);
	uint64_t at = 0;
	bool first = true;
	enum status st;

	buf_init(&id, IDSET_ID_MAX);
	st = buf_addz(b, "{\"open\":[", err);
	while (st == ST_OK && (st = idset_read(&e->lists[lane->open], &at, &id, err)) == ST_OK) {
		if (!first)
			st = buf_putc(b, ',', err);
		if (st == ST_OK)
			st = json_put_string(b, buf_str(&id), err);
		first = false;
	}
	buf_free(&id);
	if (st != ST_END)
		return st;
	if (until == WHEN_UNKNOWN)
		return buf_addz(b, "]}", err);
	return buf_addf(b, err, "],\"until\":%" PRId64 "}", until);
}

/* Only what was kept counts: not what was read for another stream's sake, nor a sample. */
static bool
has_news(const struct engine *e, const struct lane *lane)
{
	if (lane->s->hook != NULL)
		return lane->was_run && e->hook_carry.n > 0;
	return lane->was_run && lane->want == WANT && !e->params->scope->pilot && lane->open != NO_LIST && lane->off == OFF_NOT;
}

enum status
engine_carry_write(struct engine *e, struct err *err)
{
	struct buf *b = &e->carry;
	bool first = true;
	size_t i, old;
	enum status st;

	buf_clear(b);
	if ((st = buf_putc(b, '{', err)) != ST_OK)
		return st;
	for (i = 0; i < e->p->n_streams; i++) {
		struct lane *lane = &e->lanes[i];
		bool fresh = has_news(e, lane);

		old = e->old_carry == NULL ? 0 : json_get(e->old_carry, 0, lane->s->name);
		if (!fresh && old == 0)
			continue;
		if ((st = buf_addf(b, err, "%s\"%s\":", first ? "" : ",", lane->s->name)) != ST_OK)
			return st;
		first = false;
		if (!fresh)
			st = buf_str_add(b, json_whole(&e->old_carry[old]), err);
		else if (lane->s->hook != NULL)
			st = buf_str_add(b, buf_str(&e->hook_carry), err);
		else
			st = put_lane(e, lane, err);
		if (st != ST_OK)
			return st;
	}
	if ((st = engine_retry_write(e, b, &first, err)) != ST_OK)
		return st;
	return buf_putc(b, '}', err);
}
