/*
 * engine_list.c: the walk over one stream: first what was not final at the last run, then the list, for each window, department or
 * id of the stream that feeds it; and what is said when a list or a part of it is refused.
 */
#include "exporters/engine_priv.h"

#define PILOT_FANS	5u	/* ids of another stream */

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
		e->pos.from_ms = engine_since(e, lane);
		if (e->params->scope->pilot && e->until_ms - (int64_t)lane->s->window.span_s * 1000 > e->pos.from_ms)
			e->pos.from_ms = e->until_ms - (int64_t)lane->s->window.span_s * 1000;
		if (e->pos.from_ms >= e->until_ms)
			return ST_END;
		e->pos.to_ms = window_end(e, lane, e->pos.from_ms);
		e->pos.tail = false;
	}
	e->list_again = false;
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

	e->list_again = false;
	if (lane->s->fan_out != NULL) {
		if ((st = next_fan(e, err)) != ST_OK)
			return st;
	} else if (lane->s->has_window) {
		if (e->pos.to_ms < e->until_ms)		/* of the tail too, when it was halved */
			e->pos.from_ms = e->pos.to_ms;
		else if (e->pos.tail || e->params->scope->pilot)
			return ST_END;
		else {		/* once more over the end: what came late while we read */
			e->pos.tail = true;
			if (e->until_ms - span > engine_since(e, lane))
				e->pos.from_ms = e->until_ms - span;
			else
				e->pos.from_ms = engine_since(e, lane);
		}
		e->pos.to_ms = window_end(e, lane, e->pos.from_ms);
	} else if (++e->pos.each >= engine_n_each(e, lane))
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

/*
 * Refused at a place that the platform gave itself and perhaps no longer knows: once from the first page again (robustness: resume). What is
 * there already is not given twice.
 */
static bool
begin_again(struct engine *e)
{
	const char *first = engine_lane(e)->s->list.paging.first;
	enum action act = e->page.act;

	if (e->list_again || !e->pager.has_cursor || (first != NULL && str_is(buf_str(&e->pager.cursor), first)))
		return false;
	e->list_again = act == ACT_UNKNOWN || act == ACT_STOP_AREA || act == ACT_GONE || act == ACT_EXPIRED;
	return e->list_again;
}

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
	else if (ans->act != ACT_DENIED_AREA)
		lost.reason = engine_reason(e, ans);
	lane->off = strcmp(lost.reason, "not_granted") == 0 || ans->act == ACT_SKIP ? OFF_LIMIT : ans->act == ACT_DENIED_SECRET ? OFF_REFUSED : OFF_GAP;
	if (ans->act == ACT_DENIED_AREA || ans->act == ACT_WITHDRAWN || ans->act == ACT_DENIED_SECRET)
		for (i = e->pos.stream + 1; i < e->p->n_streams; i++)
			if (strcmp(e->lanes[i].s->area, lane->s->area) == 0)
				e->lanes[i].off = lane->off;
	if (ans->act == ACT_DENIED_SECRET)
		lost.detail = api_secret(e->api, &lane->s->secrets);
	engine_enter(e, PH_END);
	return engine_lost(e, lane->off == OFF_LIMIT ? REC_LIMIT : REC_GAP, lane->s->name, &lost, err);
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

enum status
engine_open_items(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	size_t list = e->params->scope->pilot ? 0 : engine_carry_open(e, lane), k, c;
	struct map_in in = { .t = e->old_carry, .a = &e->item_arena };
	struct str id;
	enum status st = ST_OK;

	if (engine_commit_due(e))
		return engine_commit(e, lane->s->name, 0, err);
	if (list == 0 || e->pos.open_at >= e->old_carry[list].n_children) {
		engine_enter(e, PH_LIST);
		if ((st = list_begin(e, err)) == ST_END) {
			engine_enter(e, PH_END);
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

enum status
engine_list(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	bool refused, paged;
	size_t i;
	enum status st;

	if (!e->page_live) {
		if ((st = engine_page(e, &refused, err)) != ST_OK || !refused)
			return st;
		if (e->page.act == ACT_SPLIT_RANGE && halve_window(e))
			return pager_begin(&e->pager, &lane->s->list.paging, err);
		if (begin_again(e))
			return pager_begin(&e->pager, &lane->s->list.paging, err);
		if (lane->s->fan_out != NULL && e->page.act != ACT_DENIED_AREA && e->page.act != ACT_WITHDRAWN && e->page.act != ACT_DENIED_SECRET)
			return part_refused(e, err);
		return stream_refused(e, &e->page, err);
	}
	if (engine_next_item(e, &i) == ST_OK) {
		arena_reset(&e->item_arena);
		return engine_item(e, &lane->s->list, e->page.t, i, err);
	}
	e->page_live = false;
	paged = lane->s->list.paging.style != PAGING_NONE;
	if (e->step == PAGER_LAST && (st = list_next(e, err)) != ST_OK) {
		if (st != ST_END)
			return st;
		e->pos.check = 0;
		engine_enter(e, PH_CHECK);
		if (lane->s->n_checks > 0 && (st = pager_begin(&e->pager, &lane->s->checks[0].call.paging, err)) != ST_OK)
			return st;
		paged = true;
	}
	return engine_maybe_commit(e, paged, err);
}
