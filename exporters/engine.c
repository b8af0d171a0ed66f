/* engine.c: the walk over streams, windows, pages and checks.  States: engine_priv.h. */
#include "exporters/engine_priv.h"

#include <assert.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/stop.h"

#define PAGE_RECORDS	100u	/* a commit point after so many records where pages are small */
#define PAGE_CALLS	50u	/* or so many calls */
#define PILOT_ITEMS	10u	/* of one list */
#define PILOT_FANS	5u	/* ids of another stream */
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

/* --- what is wanted --- */

static enum status
known_name(const struct engine *e, const char *const *list, bool areas, bool streams, struct err *err)
{
	const char *names[256], *near;
	size_t n = 0, i;

	for (i = 0; i < e->p->n_streams && n < 250; i++) {
		if (areas)
			names[n++] = e->p->streams[i].area;
		if (streams)
			names[n++] = e->p->streams[i].name;
	}
	for (i = 0; areas && i < e->p->n_nevers && n < 250; i++)
		names[n++] = e->p->nevers[i].area;
	if (streams)
		names[n++] = "files";
	for (; list != NULL && *list != NULL; list++) {
		for (i = 0; i < n && strcmp(names[i], *list) != 0; i++)
			;
		if (i < n)
			continue;
		near = config_nearest(*list, names, n);
		return near == NULL ? err_set(err, ST_USAGE, _("%s has no area or stream \"%s\""), e->p->title, *list) :
		    err_set(err, ST_USAGE, _("%s has no area or stream \"%s\"; near: \"%s\""), e->p->title, *list, near);
	}
	return ST_OK;
}

static void
want_silently(struct engine *e, size_t i)
{
	if (i != NO_LIST && e->lanes[i].want == WANT_NOT && e->lanes[i].s->hook == NULL)
		e->lanes[i].want = WANT_SILENT;
}

static void
choose(struct engine *e)
{
	const struct scope *scope = e->params->scope;
	bool all = scope->areas == NULL && scope->streams == NULL;
	size_t i;

	for (i = 0; i < e->p->n_streams; i++) {
		const struct stream *s = &e->p->streams[i];

		e->lanes[i].want = (all || engine_in(scope->areas, s->area) || engine_in(scope->streams, s->name)) &&
		    !engine_in(scope->excluded, s->area) && !engine_in(scope->excluded, s->name) ? WANT : WANT_NOT;
	}
	/* Backwards, so that what a feeding stream needs is wanted in turn. */
	for (i = e->p->n_streams; i-- > 0; ) {
		const struct stream *s = &e->p->streams[i];

		if (e->lanes[i].want == WANT_NOT)
			continue;
		if (s->fan_out != NULL)
			want_silently(e, engine_lane_of(e, s->fan_out, strcspn(s->fan_out, ".")));
		if (scope->departments != NULL && s->scope.department != NULL)
			want_silently(e, engine_lane_of(e, "departments", strlen("departments")));
	}
}

/* The first moment asked for: the scope's, else where the last run ended with an overlap, else the platform's first day. */
static void
choose_times(struct engine *e)
{
	const struct scope *scope = e->params->scope;

	e->since_given = scope->since_ms != WHEN_UNKNOWN;
	e->since_ms = e->since_given ? scope->since_ms : e->p->first_ms;
	e->until_ms = scope->until_ms != WHEN_UNKNOWN ? scope->until_ms : when_now_ms();
	/* Whole seconds outwards, so that no window grows by rounding; records are compared with the exact scope. */
	e->since_ms -= (e->since_ms % 1000 + 1000) % 1000;
	e->until_ms += (1000 - (e->until_ms % 1000 + 1000) % 1000) % 1000;
}

static int64_t
lane_since(const struct engine *e, const struct lane *lane)
{
	size_t i = e->since_given || e->old_carry == NULL ? 0 : json_get(e->old_carry, 0, lane->s->name);
	int64_t old;

	i = i == 0 ? 0 : json_get(e->old_carry, i, "until");
	if (i == 0 || str_i64(e->old_carry[i].val, 0, INT64_MAX, &old, NULL) != ST_OK)
		return e->since_ms;
	old -= (int64_t)lane->s->window.overlap_s * 1000;
	return old > e->since_ms ? old : e->since_ms;
}

/* --- commit points --- */

static enum status
commit(struct engine *e, const char *stream, uint64_t expected, struct err *err)
{
	struct out *o = engine_push(e, SRC_PAGE);

	o->it.stream = stream;
	o->it.count = expected;
	e->since_page = e->calls_since_page = 0;
	return engine_cursor_write(e, err);
}

/* Between two pages: always where a page is large, else now and then. */
static enum status
maybe_commit(struct engine *e, bool paged, struct err *err)
{
	if (!paged && e->since_page < PAGE_RECORDS && e->calls_since_page < PAGE_CALLS)
		return ST_OK;
	return commit(e, engine_lane(e)->s->name, 0, err);
}

static void
enter(struct engine *e, enum phase phase)
{
	e->pos.phase = phase;
	e->pos.each = 0;
	e->pos.fan = 0;
	e->pos.n_fan = 0;
	e->has_fan = false;
	e->page_live = false;
	e->att = NULL;
}

/* --- areas that cannot be had --- */

/* The call that a whole stream rests on was refused. */
static enum status
stream_refused(struct engine *e, const struct answer *ans, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct lost lost = { .reason = "denied", .why = ans };
	bool worked = false;
	size_t i;

	if (lane->s->has_window) {
		lost.from_ms = e->pos.from_ms;
		lost.until_ms = e->until_ms;
	}
	for (i = 0; i < e->p->n_streams; i++)
		worked = worked || (strcmp(e->lanes[i].s->area, lane->s->area) == 0 && e->lanes[i].n_records > 0 && e->lanes[i].s->hook == NULL);
	if (ans->act == ACT_DENIED_AREA && !worked)
		lost.reason = "not_granted";
	else if (ans->act != ACT_DENIED_AREA && ans->act != ACT_WITHDRAWN)
		lost.reason = engine_reason(e, ans);
	lane->off = strcmp(lost.reason, "not_granted") == 0 || ans->act == ACT_SKIP ? OFF_LIMIT : OFF_GAP;
	if (ans->act == ACT_DENIED_AREA || ans->act == ACT_WITHDRAWN)
		for (i = e->pos.stream + 1; i < e->p->n_streams; i++)
			if (strcmp(e->lanes[i].s->area, lane->s->area) == 0)
				e->lanes[i].off = lane->off;
	enter(e, PH_END);
	return engine_lost(e, lane->off == OFF_LIMIT ? REC_LIMIT : REC_GAP, lane->s->name, &lost, err);
}

/* --- lists --- */

static const struct call *
current_call(struct engine *e)
{
	const struct lane *lane = engine_lane(e);

	return e->pos.phase == PH_CHECK ? &lane->s->checks[e->pos.check].call : &lane->s->list;
}

/* One call per department in scope, where the description says so. */
static size_t
n_each(const struct engine *e, const struct lane *lane)
{
	size_t n = 0;

	if (lane->s->each_department == NULL || e->params->scope->departments == NULL)
		return 1;
	while (e->params->scope->departments[n] != NULL)
		n++;
	return n;
}

/* The next id of the stream that feeds this one; ST_END when there is none. */
static enum status
next_fan(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	size_t list = lane->feed != NO_LIST ? lane->feed : e->lanes[engine_lane_of(e, lane->s->fan_out, strlen(lane->s->fan_out))].seen;
	enum status st;

	if (e->params->scope->pilot && e->pos.n_fan >= PILOT_FANS)
		return ST_END;
	if ((st = idset_read(&e->lists[list], &e->pos.fan, &e->fan_id, err)) == ST_OK) {
		e->has_fan = true;
		e->pos.n_fan++;
	}
	return st;
}

static int64_t
window_end(const struct engine *e, const struct lane *lane, int64_t from)
{
	int64_t end = from + (int64_t)lane->s->window.span_s * 1000;

	return end < e->until_ms ? end : e->until_ms;
}

/* The first call of a list; ST_END: nothing to ask for. */
static enum status
list_begin(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	enum status st;

	if (lane->s->has_window) {
		e->pos.from_ms = lane_since(e, lane);
		if (e->params->scope->pilot && e->until_ms - (int64_t)lane->s->window.span_s * 1000 > e->pos.from_ms)
			e->pos.from_ms = e->until_ms - (int64_t)lane->s->window.span_s * 1000;
		if (e->pos.from_ms >= e->until_ms)
			return ST_END;
		e->pos.to_ms = window_end(e, lane, e->pos.from_ms);
		e->pos.tail = false;
	}
	if (lane->s->fan_out != NULL && (st = next_fan(e, err)) != ST_OK)
		return st;
	return pager_begin(&e->pager, &lane->s->list.paging, err);
}

/* The next window, department or id; ST_END: the list is done. */
static enum status
list_next(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	int64_t span = (int64_t)lane->s->window.span_s * 1000;
	enum status st;

	if (lane->s->fan_out != NULL) {
		if ((st = next_fan(e, err)) != ST_OK)
			return st;
	} else if (lane->s->has_window) {
		if (e->pos.tail || (e->params->scope->pilot && e->pos.to_ms >= e->until_ms))
			return ST_END;
		if (e->pos.to_ms < e->until_ms)
			e->pos.from_ms = e->pos.to_ms;
		else {		/* once more over the end: what came late while we read */
			e->pos.tail = true;
			if (e->until_ms - span > lane_since(e, lane))
				e->pos.from_ms = e->until_ms - span;
			else
				e->pos.from_ms = lane_since(e, lane);
		}
		e->pos.to_ms = window_end(e, lane, e->pos.from_ms);
	} else if (++e->pos.each >= n_each(e, lane))
		return ST_END;
	return pager_begin(&e->pager, &lane->s->list.paging, err);
}

/* A window longer than one second that the platform finds too large. */
static bool
halve_window(struct engine *e)
{
	int64_t half = (e->pos.to_ms - e->pos.from_ms) / 2 / 1000 * 1000;

	if (!engine_lane(e)->s->has_window || half < 1000)
		return false;
	e->pos.to_ms = e->pos.from_ms + half;
	return true;
}

/* A call for one id or one department failed for good: what it would have shown is missing, the rest is not. */
static enum status
part_refused(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct lost lost = { .reason = engine_reason(e, &e->page), .why = &e->page };
	struct str detail;
	bool limit = e->page.act == ACT_SKIP;
	enum status st;

	if (lane->s->list.id == NULL)
		lost.object = buf_str(&e->fan_id);
	else {
		if ((st = arena_fmt(&e->arena, &detail, err, "%s %.*s", lane->s->fan_out, STR_ARG(buf_str(&e->fan_id)))) != ST_OK)
			return st;
		lost.detail = detail.p;
	}
	e->step = PAGER_LAST;
	e->page_live = true;
	e->n_items = 0;
	return engine_lost(e, limit ? REC_LIMIT : REC_GAP, lane->s->name, &lost, err);
}

/* --- pages --- */

static enum status
ask(struct engine *e, const struct call *call, struct err *err)
{
	struct lane *lane = engine_lane(e);
	const char *const *departments = e->params->scope->departments;
	int64_t unit = lane->s->window.unit == UNIT_MS ? 1 : 1000;
	char from[24], to[24], size[24];
	struct var v[6];
	struct vars vars = { v, 0 };

	if (e->has_fan)
		v[vars.n++] = (struct var){ "id", buf_str(&e->fan_id) };
	if (e->pager.has_cursor)
		v[vars.n++] = (struct var){ "cursor", buf_str(&e->pager.cursor) };
	if (lane->s->has_window) {
		(void)snprintf(from, sizeof(from), "%" PRId64, e->pos.from_ms / unit);
		(void)snprintf(to, sizeof(to), "%" PRId64, (e->pos.to_ms + unit - 1) / unit);
		v[vars.n++] = (struct var){ "from", str_of(from) };
		v[vars.n++] = (struct var){ "to", str_of(to) };
	}
	if (call->paging.size > 0) {
		(void)snprintf(size, sizeof(size), "%" PRIu64, call->paging.size);
		v[vars.n++] = (struct var){ "size", str_of(size) };
	}
	if (lane->s->each_department != NULL && departments != NULL)
		v[vars.n++] = (struct var){ "department", str_of(departments[e->pos.each]) };
	e->calls_since_page++;
	return api_call(e->api, &lane->s->secrets, call, &vars, &e->page, err);
}

/* Set the items of the answer out; false: what should hold them is not there. */
static bool
lay_out(struct engine *e, const struct call *call)
{
	size_t list;

	e->item_k = 0;
	if (call->items == NULL || call->items[0] == '\0') {
		e->item_at = 0;
		e->n_items = 1;
		return true;
	}
	list = json_path(e->page.t, 0, call->items);
	if (list == 0 || e->page.t[list].tok != JSON_ARR) {
		e->n_items = 0;
		return list != 0 && e->page.t[list].tok == JSON_NULL;
	}
	e->item_at = list + 1;
	e->n_items = e->page.t[list].n_children;
	return true;
}

/* Fetch until a page counts.  *refused: the answer is in e->page and means something else. */
static enum status
fetch_page(struct engine *e, bool *refused, struct err *err)
{
	const struct call *call = current_call(e);
	unsigned n, shapeless = 0;
	enum status st;

	*refused = false;
	for (n = 0;; n++) {
		if ((st = ask(e, call, err)) != ST_OK)
			return st;
		if (e->page.act != ACT_OK) {
			*refused = true;
			return ST_OK;
		}
		if (!lay_out(e, call)) {
			if (++shapeless >= PAGER_ASK_AGAIN)
				return err_set(err, ST_REMOTE, _("%s: success announced, but \"%s\" is missing"), call->path, call->items);
		} else {
			if ((st = pager_judge(&e->pager, e->page.t, e->n_items, &e->page.arena, &e->step, err)) != ST_OK)
				return err_in(err, "%s", call->path);
			if (e->step != PAGER_AGAIN)
				break;
		}
		if ((st = api_pause(e->api, n, err)) != ST_OK)
			return st;
	}
	e->page_live = true;
	if (e->params->scope->pilot && e->pos.phase == PH_LIST) {
		e->n_items = e->n_items < PILOT_ITEMS ? e->n_items : PILOT_ITEMS;
		e->step = PAGER_LAST;
	}
	return ST_OK;
}

static enum status
next_item(struct engine *e, size_t *i)
{
	if (e->item_k >= e->n_items)
		return ST_END;
	*i = e->item_at;
	e->item_at = e->page.t[e->item_at].next;
	e->item_k++;
	return ST_OK;
}

/* --- phases --- */

static enum status
do_begin(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct lost lost = { .reason = "no_secret" };
	size_t source;

	if (lane->want == WANT_NOT) {
		e->pos.stream++;
		if (e->pos.stream == e->p->n_streams)
			e->pos.phase = PH_LAST;
		return ST_OK;
	}
	if (api_secret(e->api, &lane->s->secrets) == NULL) {
		lane->off = OFF_LIMIT;
		enter(e, PH_END);
		return engine_lost(e, REC_LIMIT, lane->s->name, &lost, err);
	}
	if (lane->s->fan_out != NULL && lane->off == OFF_NOT) {
		source = engine_lane_of(e, lane->s->fan_out, strcspn(lane->s->fan_out, "."));
		if (e->lanes[source].off != OFF_NOT && e->lanes[source].n_records == 0 && (lane->feed != NO_LIST || e->lists[e->lanes[source].seen].n == 0)) {
			lane->off = e->lanes[source].off;
			lost.detail = lane->s->fan_out;
		} else if (e->lanes[source].want == WANT_NOT) {
			lost.reason = "needs_stream";	/* its ids are known only from a stream that is not read now */
			lost.detail = lane->s->fan_out;
			lane->off = OFF_LIMIT;
			enter(e, PH_END);
			return engine_lost(e, REC_LIMIT, lane->s->name, &lost, err);
		}
	}
	if (lane->off != OFF_NOT) {
		lost.reason = lane->off == OFF_LIMIT ? "not_granted" : "denied";
		enter(e, PH_END);
		return engine_lost(e, lane->off == OFF_LIMIT ? REC_LIMIT : REC_GAP, lane->s->name, &lost, err);
	}
	lane->was_run = true;
	enter(e, lane->s->hook != NULL ? PH_HOOK : PH_OPEN);
	e->pos.open_at = 0;
	return ST_OK;
}

static enum status
hook_open(struct engine *e, struct err *err)
{
	size_t carry = e->old_carry == NULL ? 0 : json_get(e->old_carry, 0, engine_lane(e)->s->name);
	struct hook_ctx ctx = { e->params, STR_NONE, STR_NONE };

	if (e->hook_cursor.n > 0)
		ctx.cursor = buf_str(&e->hook_cursor);
	if (carry != 0)
		ctx.carry = json_whole(&e->old_carry[carry]);
	return hook_chat_open(&e->hook, &ctx, err);	/* the only hook: the description was checked */
}

static enum status
keep_text(struct buf *b, struct str s, struct err *err)
{
	buf_clear(b);
	return s.n == 0 ? ST_OK : buf_str_add(b, s, err);
}

static enum status
do_hook(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct out *o;
	enum status st;

	if (e->hook == NULL && (st = hook_open(e, err)) != ST_OK)
		return st;
	o = engine_push(e, SRC_PAGE);
	st = e->hook->next(e->hook, &o->it, err);
	if (st == ST_END) {
		e->n_q--;
		if ((st = keep_text(&e->hook_carry, e->hook->carry(e->hook), err)) != ST_OK ||
		    (st = keep_text(&e->hook_cursor, e->hook->cursor(e->hook), err)) != ST_OK || (st = e->hook->sync(e->hook, err)) != ST_OK)
			return st;
		e->hook->close(e->hook);
		e->hook = NULL;
		enter(e, PH_END);
		return ST_OK;
	}
	if (st != ST_OK) {
		e->n_q--;
		return st;
	}
	switch (o->it.what) {
	case SRC_PAGE:
		if ((st = keep_text(&e->hook_cursor, e->hook->cursor(e->hook), err)) != ST_OK)
			return st;
		return engine_cursor_write(e, err);
	case SRC_GAP:
	case SRC_LIMIT:
		return engine_number(e, o->it.rec, err);
	case SRC_RECORD:
		if (strcmp(o->it.rec->stream, lane->s->name) == 0)
			lane->n_records++;
		return engine_feed(e, o->it.rec, err);
	case SRC_STREAM_END:
		e->n_q--;	/* the engine ends streams itself: files go on with other areas */
		return ST_OK;
	default:
		return ST_OK;
	}
}

static enum status
do_open(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	size_t list = e->params->scope->pilot ? 0 : engine_carry_open(e, lane), k, c;
	struct map_in in = { .t = e->old_carry, .a = &e->item_arena };
	struct str id;
	enum status st = ST_OK;

	if (e->since_page >= PAGE_RECORDS || e->calls_since_page >= PAGE_CALLS)
		return commit(e, lane->s->name, 0, err);
	if (list == 0 || e->pos.open_at >= e->old_carry[list].n_children) {
		enter(e, PH_LIST);
		if ((st = list_begin(e, err)) == ST_END) {
			enter(e, PH_END);
			st = ST_OK;
		}
		return st;
	}
	for (k = 0, c = list + 1; k < e->pos.open_at; k++)
		c = e->old_carry[c].next;
	e->pos.open_at++;
	arena_reset(&e->item_arena);
	id = map_text(&in, c, &st, err);
	if (st != ST_OK || id.n == 0)
		return st;
	e->pager.has_cursor = false;
	return engine_item_by_id(e, id, err);
}

static enum status
do_list(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	bool refused, paged;
	size_t i;
	enum status st;

	if (!e->page_live) {
		if ((st = fetch_page(e, &refused, err)) != ST_OK || !refused)
			return st;
		if (e->page.act == ACT_SPLIT_RANGE && halve_window(e))
			return pager_begin(&e->pager, &lane->s->list.paging, err);
		if (lane->s->fan_out != NULL && e->page.act != ACT_DENIED_AREA && e->page.act != ACT_WITHDRAWN && e->page.act != ACT_STOP_AREA)
			return part_refused(e, err);
		return stream_refused(e, &e->page, err);
	}
	if (next_item(e, &i) == ST_OK) {
		arena_reset(&e->item_arena);
		return engine_item(e, &lane->s->list, e->page.t, i, err);
	}
	e->page_live = false;
	paged = lane->s->list.paging.style != PAGING_NONE;
	if (e->step == PAGER_LAST && (st = list_next(e, err)) != ST_OK) {
		if (st != ST_END)
			return st;
		e->pos.check = 0;
		enter(e, PH_CHECK);
		if (lane->s->n_checks > 0 && (st = pager_begin(&e->pager, &lane->s->checks[0].call.paging, err)) != ST_OK)
			return st;
		paged = true;
	}
	return maybe_commit(e, paged, err);
}

/* A check that covers more than the scope says nothing about it. */
static bool
check_applies(const struct engine *e, const struct lane *lane)
{
	const struct scope *scope = e->params->scope;

	if (e->pos.check >= lane->s->n_checks || e->pos.check >= CHECKS_MAX || scope->pilot || lane->want != WANT || lane->off != OFF_NOT)
		return false;
	return lane->s->scope.user == NULL || scope->users == NULL;
}

static enum status
check_item(struct engine *e, const struct check *check, size_t i, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct map_in in = { .t = e->page.t, .item = i, .a = &e->item_arena };
	struct str id, department;
	bool fresh;
	size_t at, k;
	enum status st = ST_OK;

	at = check->call.id == NULL || check->call.id[0] == '\0' ? i : json_path(e->page.t, i, check->call.id);
	id = at == 0 ? STR_NONE : map_text(&in, at, &st, err);
	if (st != ST_OK || id.n == 0)
		return st;
	if (check->call.per_item != NULL && e->params->scope->departments != NULL) {
		at = json_path(e->page.t, i, check->call.per_item);
		department = at == 0 ? STR_NONE : map_text(&in, at, &st, err);
		k = engine_lane_of(e, "departments", strlen("departments"));
		if (st != ST_OK || k == NO_LIST || !idset_has(&e->lists[e->lanes[k].seen], department))
			return st;
	}
	if ((st = idset_add(&e->lists[lane->checked[e->pos.check]], id, &fresh, err)) != ST_OK || !fresh)
		return st;
	return idset_has(&e->lists[lane->seen], id) ? ST_OK : engine_missing(e, check, id, err);
}

/* The check is over, well or not: on to the next one. */
static enum status
check_done(struct engine *e, bool counted, struct err *err)
{
	struct lane *lane = engine_lane(e);
	const struct check *check = &lane->s->checks[e->pos.check];
	struct lost lost = { .reason = "no_count", .why = &e->page, .detail = check->how };
	struct out *o = NULL;
	enum status st;

	if (counted) {
		o = engine_push(e, SRC_COUNT);
		o->it.stream = lane->s->name;
		o->it.count = e->lists[lane->checked[e->pos.check]].n;
		o->it.how = check->how;
	} else if ((st = engine_lost(e, REC_LIMIT, lane->s->name, &lost, err)) != ST_OK)
		return st;
	e->page_live = false;
	e->pos.each = 0;
	e->pos.check++;
	if (e->pos.check < lane->s->n_checks && (st = pager_begin(&e->pager, &lane->s->checks[e->pos.check].call.paging, err)) != ST_OK)
		return st;
	if (e->pos.check >= lane->s->n_checks)
		e->pos.phase = PH_END;
	return commit(e, lane->s->name, o == NULL ? 0 : o->it.count, err);
}

static enum status
do_check(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	const struct check *check;
	bool refused;
	size_t i;
	enum status st;

	if (!check_applies(e, lane)) {
		enter(e, PH_END);
		return ST_OK;
	}
	check = &lane->s->checks[e->pos.check];
	if (!e->page_live) {
		if ((st = fetch_page(e, &refused, err)) != ST_OK)
			return st;
		return refused ? check_done(e, false, err) : ST_OK;
	}
	if (next_item(e, &i) == ST_OK) {
		arena_reset(&e->item_arena);
		return check_item(e, check, i, err);
	}
	e->page_live = false;
	if (e->step == PAGER_LAST) {
		if (++e->pos.each >= n_each(e, lane))
			return check_done(e, true, err);
		if ((st = pager_begin(&e->pager, &check->call.paging, err)) != ST_OK)
			return st;
	}
	return maybe_commit(e, true, err);
}

static enum status
do_end(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct out *o;
	enum status st;

	if ((st = engine_fields_limit(e, err)) != ST_OK)
		return st;
	if (lane->want == WANT) {
		o = engine_push(e, SRC_STREAM_END);
		o->it.stream = lane->s->name;
	}
	e->pos.stream++;
	e->pager.has_cursor = false;
	enter(e, e->pos.stream < e->p->n_streams ? PH_BEGIN : PH_LAST);
	return commit(e, lane->s->name, 0, err);
}

/* Attachments of several areas share a stream. */
static const char *
files_stream(const struct engine *e)
{
	size_t i;

	for (i = 0; i < e->p->n_streams; i++)
		if (e->lanes[i].want == WANT && (e->lanes[i].s->has_attach || e->lanes[i].s->hook_streams.n > 0) &&
		    !engine_in(e->params->scope->excluded, "files"))
			return e->lanes[i].s->has_attach ? e->lanes[i].s->attach.stream : e->lanes[i].s->hook_streams.v[0];
	return NULL;
}

static enum status
do_last(struct engine *e, struct err *err)
{
	const struct scope *scope = e->params->scope;
	const struct never *never;
	const char *files = files_stream(e);
	struct lost lost = { 0 };
	struct out *o;
	enum status st;

	if (!e->files_ended) {
		e->files_ended = true;
		if (files != NULL) {
			o = engine_push(e, SRC_STREAM_END);
			o->it.stream = files;
		}
		return ST_OK;
	}
	while (e->never_at < e->p->n_nevers) {
		never = &e->p->nevers[e->never_at++];
		if (engine_in(scope->excluded, never->area) || scope->streams != NULL ||
		    (scope->areas != NULL && !engine_in(scope->areas, never->area)))
			continue;
		lost.reason = never->reason;
		lost.detail = never->detail;
		return engine_lost(e, REC_LIMIT, never->area, &lost, err);
	}
	if (e->done)
		return ST_END;
	e->done = true;
	if ((st = engine_carry_write(e, err)) != ST_OK)
		return st;
	return commit(e, e->p->streams[e->p->n_streams - 1].name, 0, err);
}

static enum status
step(struct engine *e, struct err *err)
{
	if (e->att != NULL)
		return engine_attachment(e, err);
	switch (e->pos.phase) {
	case PH_BEGIN:
		return do_begin(e, err);
	case PH_HOOK:
		return do_hook(e, err);
	case PH_OPEN:
		return do_open(e, err);
	case PH_LIST:
		return do_list(e, err);
	case PH_CHECK:
		return do_check(e, err);
	case PH_END:
		return do_end(e, err);
	default:
		return do_last(e, err);
	}
}

/* --- the source --- */

static enum status
engine_next(struct source *s, struct source_item *it, struct err *err)
{
	struct engine *e = (struct engine *)(void *)s;
	enum status st;

	while (e->q_at == e->n_q) {
		e->q_at = e->n_q = 0;
		arena_reset(&e->arena);
		if ((st = stop_check(err)) != ST_OK || (st = step(e, err)) != ST_OK)
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

static enum status
make_lanes(struct engine *e, struct err *err)
{
	const struct scope *scope = e->params->scope;
	size_t i, k;
	enum status st;

	if ((e->lanes = calloc(e->p->n_streams, sizeof(*e->lanes))) == NULL)
		return err_oom(err, e->p->n_streams * sizeof(*e->lanes));
	for (i = 0; i < e->p->n_streams; i++) {
		e->lanes[i].s = &e->p->streams[i];
		e->lanes[i].seen = e->lanes[i].feed = e->lanes[i].open = NO_LIST;
		for (k = 0; k < CHECKS_MAX; k++)
			e->lanes[i].checked[k] = NO_LIST;
	}
	if ((st = known_name(e, scope->areas, true, false, err)) != ST_OK || (st = known_name(e, scope->streams, false, true, err)) != ST_OK ||
	    (st = known_name(e, scope->excluded, true, true, err)) != ST_OK)
		return st;
	choose(e);
	return ST_OK;
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
	if ((st = load_platform(e, err)) != ST_OK || (st = make_lanes(e, err)) != ST_OK || (st = engine_carry_read(e, err)) != ST_OK ||
	    (st = api_open(&e->api, e->params, e->p, err)) != ST_OK)
		goto fail;
	choose_times(e);
	if ((st = engine_lists_open(e, err)) != ST_OK)
		goto fail;
	e->own.cursor = e->own.carry = STR_NONE;	/* taken over; what they pointed to may go */
	*out = &e->source;
	return ST_OK;
fail:
	engine_close(&e->source);
	return st;
}
