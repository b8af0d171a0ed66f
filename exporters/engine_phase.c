/*
 * engine_phase.c: from phase to phase (see engine_priv.h): a stream begins, is walked here or by its hook, ends; commit points; what is
 * said last.
 */
#include "exporters/engine_priv.h"

#include "core/i18n.h"
#include "core/log.h"

#define PAGE_RECORDS	100u	/* a commit point after so many records where pages are small */
#define PAGE_CALLS	50u	/* or so many calls */

enum status
engine_commit(struct engine *e, const char *stream, uint64_t expected, struct err *err)
{
	struct out *o = engine_push(e, SRC_PAGE);

	o->it.stream = stream;
	o->it.count = expected;
	e->since_page = e->calls_since_page = 0;
	return engine_cursor_write(e, err);
}

bool
engine_commit_due(const struct engine *e)
{
	return e->since_page >= PAGE_RECORDS || e->calls_since_page >= PAGE_CALLS;
}

/* Between two pages: always where a page is large, else now and then. */
enum status
engine_maybe_commit(struct engine *e, bool paged, struct err *err)
{
	if (!paged && !engine_commit_due(e))
		return ST_OK;
	return engine_commit(e, engine_lane(e)->s->name, 0, err);
}

void
engine_enter(struct engine *e, enum phase phase)
{
	e->pos.phase = phase;
	e->pos.each = 0;
	e->pos.fan = 0;
	e->pos.n_fan = 0;
	e->has_fan = false;
	e->page_live = false;
	e->att = NULL;
}

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
		engine_enter(e, PH_END);
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
			engine_enter(e, PH_END);
			return engine_lost(e, REC_LIMIT, lane->s->name, &lost, err);
		}
	}
	if (lane->off != OFF_NOT) {
		lost.reason = lane->off == OFF_LIMIT ? "not_granted" : engine_denied(lane);
		engine_enter(e, PH_END);
		return engine_lost(e, lane->off == OFF_LIMIT ? REC_LIMIT : REC_GAP, lane->s->name, &lost, err);
	}
	lane->was_run = true;
	engine_enter(e, lane->s->hook != NULL ? PH_HOOK : PH_RETRY);
	e->pos.retry_at = e->pos.open_at = 0;
	return ST_OK;
}

static enum status
hook_open(struct engine *e, struct err *err)
{
	size_t carry = e->old_carry == NULL ? 0 : json_get(e->old_carry, 0, engine_lane(e)->s->name);
	struct hook_ctx ctx = { e->params, STR_NONE, STR_NONE, &e->n_gaps };

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

/* Out of its hands, and put away. */
static enum status
hook_done(struct engine *e, struct err *err)
{
	struct str text;
	enum status st;

	if ((st = e->hook->carry(e->hook, &text, err)) != ST_OK || (st = keep_text(&e->hook_carry, text, err)) != ST_OK ||
	    (st = e->hook->cursor(e->hook, &text, err)) != ST_OK || (st = keep_text(&e->hook_cursor, text, err)) != ST_OK ||
	    (st = e->hook->sync(e->hook, err)) != ST_OK)
		return st;
	e->hook->close(e->hook);
	e->hook = NULL;
	engine_enter(e, PH_END);
	return ST_OK;
}

/*
 * The hook's own access is refused, by secret or address, and nothing was given since its last commit point: its streams are a gap, the next run goes on
 * there.  If no other secret serves a wanted stream, the run ends.
 */
static enum status
hook_refused(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	const char *key = api_secret(e->api, &lane->s->secrets);
	struct lost lost = { .reason = "access_refused" };
	struct err why;
	struct str detail;
	enum status st;

	err_init(&why);
	if (key == NULL || (st = api_others_serve(e->api, key, &why)) == ST_END)
		return ST_DENIED;
	if (st != ST_OK) {
		if (err != NULL)
			*err = why;
		return st;
	}
	log_say(LOG_WARN_, _("%s; next: %s; meanwhile the areas with other secrets are read"), err == NULL ? "" : err->text, err == NULL ? "" : err->next);
	if ((st = arena_fmt(&e->arena, &detail, err, "%s: the secret or this computer's address is refused", key)) != ST_OK)
		return st;
	if (err != NULL)
		err_init(err);
	lost.detail = detail.p;
	lane->off = OFF_REFUSED;
	if ((st = hook_done(e, err)) != ST_OK)
		return st;
	return engine_lost(e, REC_GAP, lane->s->name, &lost, err);
}

static enum status
do_hook(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct out *o;
	struct str text;
	enum status st;

	if (e->hook == NULL && (st = hook_open(e, err)) != ST_OK)
		return st;
	o = engine_push(e, SRC_PAGE);
	st = e->hook->next(e->hook, &o->it, err);
	if (st == ST_END) {
		e->n_q--;
		return hook_done(e, err);
	}
	if (st == ST_DENIED && !e->hook_given) {
		e->n_q--;
		return hook_refused(e, err);
	}
	if (st != ST_OK) {
		e->n_q--;
		return st;
	}
	e->hook_given = o->it.what != SRC_PAGE;
	switch (o->it.what) {
	case SRC_PAGE:
		if ((st = e->hook->cursor(e->hook, &text, err)) != ST_OK || (st = keep_text(&e->hook_cursor, text, err)) != ST_OK)
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
	engine_enter(e, e->pos.stream < e->p->n_streams ? PH_BEGIN : PH_LAST);
	return engine_commit(e, lane->s->name, 0, err);
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
	return engine_commit(e, e->p->streams[e->p->n_streams - 1].name, 0, err);
}

enum status
engine_step(struct engine *e, struct err *err)
{
	if (e->att != NULL)
		return engine_attachment(e, err);
	switch (e->pos.phase) {
	case PH_BEGIN:
		return do_begin(e, err);
	case PH_HOOK:
		return do_hook(e, err);
	case PH_RETRY:
		return engine_retry(e, err);
	case PH_OPEN:
		return engine_open_items(e, err);
	case PH_LIST:
		return engine_list(e, err);
	case PH_CHECK:
		return engine_check(e, err);
	case PH_END:
		return do_end(e, err);
	default:
		return do_last(e, err);
	}
}
