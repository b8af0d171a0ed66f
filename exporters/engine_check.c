/* engine_check.c: a stream counted by other calls than its list: what the walk missed is asked for, the count is given. */
#include "exporters/engine_priv.h"

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
	} else {
		if (e->page.act == ACT_DENIED_SECRET)	/* not the platform's limit, but ours */
			lost.reason = "access_refused";
		if ((st = engine_lost(e, e->page.act == ACT_DENIED_SECRET ? REC_GAP : REC_LIMIT, lane->s->name, &lost, err)) != ST_OK)
			return st;
	}
	e->page_live = false;
	e->pos.each = 0;
	e->pos.check++;
	if (e->pos.check < lane->s->n_checks && (st = pager_begin(&e->pager, &lane->s->checks[e->pos.check].call.paging, err)) != ST_OK)
		return st;
	if (e->pos.check >= lane->s->n_checks)
		e->pos.phase = PH_END;
	return engine_commit(e, lane->s->name, o == NULL ? 0 : o->it.count, err);
}

enum status
engine_check(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	const struct check *check;
	bool refused;
	size_t i;
	enum status st;

	if (!check_applies(e, lane)) {
		engine_enter(e, PH_END);
		return ST_OK;
	}
	check = &lane->s->checks[e->pos.check];
	if (!e->page_live) {
		if ((st = engine_page(e, &refused, err)) != ST_OK)
			return st;
		return refused ? check_done(e, false, err) : ST_OK;
	}
	if (engine_next_item(e, &i) == ST_OK) {
		arena_reset(&e->item_arena);
		return check_item(e, check, i, err);
	}
	e->page_live = false;
	if (e->step == PAGER_LAST) {
		if (++e->pos.each >= engine_n_each(e, lane))
			return check_done(e, true, err);
		if ((st = pager_begin(&e->pager, &check->call.paging, err)) != ST_OK)
			return st;
	}
	return engine_maybe_commit(e, true, err);
}
