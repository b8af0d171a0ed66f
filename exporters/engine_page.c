/* engine_page.c: one page: its call with everything filled in, again until the answer counts, and the items in it. */
#include "exporters/engine_priv.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"

#define PILOT_ITEMS	10u	/* of one list */

static const struct call *
current_call(struct engine *e)
{
	const struct lane *lane = engine_lane(e);

	return e->pos.phase == PH_CHECK ? &lane->s->checks[e->pos.check].call : &lane->s->list;
}

/* One call per department in scope, where the description says so. */
size_t
engine_n_each(const struct engine *e, const struct lane *lane)
{
	size_t n = 0;

	if (lane->s->each_department == NULL || e->params->scope->departments == NULL)
		return 1;
	while (e->params->scope->departments[n] != NULL)
		n++;
	return n;
}

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
enum status
engine_page(struct engine *e, bool *refused, struct err *err)
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

enum status
engine_next_item(struct engine *e, size_t *i)
{
	if (e->item_k >= e->n_items)
		return ST_END;
	*i = e->item_at;
	e->item_at = e->page.t[e->item_at].next;
	e->item_k++;
	return ST_OK;
}
