/* engine_item.c: one object of a list becomes a record, a gap, or nothing because it was there already. */
#include "exporters/engine_priv.h"

#include <inttypes.h>

#include "core/i18n.h"
#include "core/limits.h"

/* --- what is missing --- */

/* Reasons are part of the archive: never translated. */
static const struct { const char *reason; bool is_final; const char *retry; } reasons[] = {
	{ "gone", true, "" },
	{ "expired", true, "" },
	{ "denied", false, "grant the right, then export again" },
	{ "licence_expired", false, "renew the licence, then export again" },
	{ "access_refused", false, "correct the secret or the list of trusted addresses, then export again" },
	{ "hidden", false, "widen the application's visible range, then export again" },
	{ "refused", false, "export again; if it stays, the platform has changed" },
	{ "refused_url", false, "find out where the platform sends its downloads; name a host of its own in the description's \"hosts\", then export again" },
	{ "not_offered", true, "" },
	{ "broken", false, "export again" },
};

const char *
engine_reason(const struct engine *e, const struct answer *ans)
{
	size_t i;

	for (i = 0; i < e->p->reasons.n; i++)
		if (strcmp(e->p->reasons.v[i].name, ans->code) == 0)
			return e->p->reasons.v[i].value;
	switch (ans->act) {
	case ACT_SKIP:
		return "not_offered";
	case ACT_GONE:
		return "gone";
	case ACT_EXPIRED:
		return "expired";
	case ACT_DENIED_SECRET:
		return "access_refused";
	case ACT_DENIED:
	case ACT_DENIED_AREA:
	case ACT_WITHDRAWN:
		return "denied";
	case ACT_HIDDEN:
		return "hidden";
	case ACT_REFUSED_URL:
		return "refused_url";
	default:
		return "refused";
	}
}

const char *
engine_denied(const struct lane *lane)
{
	return lane->off == OFF_REFUSED ? "access_refused" : "denied";
}

enum status
engine_number(struct engine *e, struct record *rec, struct err *err)
{
	uint64_t *n = rec->kind == REC_GAP ? &e->n_gaps : &e->n_limits;
	enum status st;

	if ((st = arena_fmt(&e->arena, &rec->id, err, "%" PRIu64, *n + 1)) != ST_OK)
		return st;
	(*n)++;
	rec->stream = rec->kind == REC_GAP ? "gaps" : "limits";
	record_set(rec, "id", rec->id);
	return ST_OK;
}

/* The platform's words without their trace id: the same fault gives the same record in every session. */
static struct str
stable_words(const struct engine *e, const char *text)
{
	const char *end = e->p->text_until == NULL ? NULL : strstr(text, e->p->text_until);

	return end == NULL ? str_of(text) : (struct str){ text, (size_t)(end - text) };
}

enum status
engine_lost(struct engine *e, enum record_kind kind, const char *of, const struct lost *lost, struct err *err)
{
	struct out *o = engine_push(e, kind == REC_GAP ? SRC_GAP : SRC_LIMIT);
	struct str detail = str_of(lost->detail), object = STR("");
	size_t i;
	enum status st;

	record_init(&o->rec, kind, "");
	if ((st = engine_number(e, &o->rec, err)) != ST_OK)
		return st;
	if (lost->object.p != NULL && (st = arena_dup(&e->arena, lost->object, &object, err)) != ST_OK)
		return st;
	if (lost->why != NULL && (st = arena_fmt(&e->arena, &detail, err, "%s%s%s %.*s", lost->detail == NULL ? "" : lost->detail,
	    lost->detail == NULL ? "" : ": ", lost->why->code, STR_ARG(stable_words(e, lost->why->text)))) != ST_OK)
		return st;
	o->rec.tenant = str_of(e->params->tenant);
	o->rec.platform = str_of(e->p->name);
	o->rec.fetched_ms = when_now_ms();
	record_set(&o->rec, "of_stream", str_of(of));
	record_set(&o->rec, "object", object);
	record_set(&o->rec, "reason", str_of(lost->reason));
	record_set(&o->rec, "count", STR("1"));
	record_set_time(&o->rec, "from", lost->from_ms == 0 ? WHEN_UNKNOWN : lost->from_ms);
	record_set_time(&o->rec, "until", lost->until_ms == 0 ? WHEN_UNKNOWN : lost->until_ms);
	record_set(&o->rec, "detail", detail);
	if (kind != REC_GAP)
		return ST_OK;
	for (i = 0; i + 1 < sizeof(reasons) / sizeof(reasons[0]) && strcmp(reasons[i].reason, lost->reason) != 0; i++)
		;		/* the last one also serves a reason that a description brings along */
	record_set(&o->rec, "is_final", reasons[i].is_final ? STR("true") : STR("false"));
	record_set(&o->rec, "retry", str_of(reasons[i].retry));
	return reasons[i].is_final || object.n == 0 ? ST_OK : engine_retry_note(e, lost, &o->rec, err);
}

enum status
engine_fields_limit(struct engine *e, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct lost lost = { .reason = "not_granted" };
	struct buf names;
	struct str text;
	size_t i;
	enum status st = ST_OK;

	if (lane->want != WANT || lane->n_records == 0 || lane->absent_all == 0)
		return ST_OK;
	buf_init(&names, 4096);
	for (i = 0; i < lane->s->granted.n && i < 64 && st == ST_OK; i++)
		if ((lane->absent_all >> i & 1) != 0)
			st = buf_addf(&names, err, "%s%s", names.n > 0 ? ", " : "fields: ", lane->s->granted.v[i]);
	if (st == ST_OK && (st = arena_dup(&e->arena, buf_str(&names), &text, err)) == ST_OK) {
		lost.detail = text.p;
		st = engine_lost(e, REC_LIMIT, lane->s->name, &lost, err);
	}
	buf_free(&names);
	return st;
}

/* --- scope --- */

static bool
wanted(const char *const *list, struct str id)
{
	for (; *list != NULL; list++)
		if (str_is(id, *list))
			return true;
	return false;
}

/* A wanted department or one below: below is what the walk of departments showed. */
static bool
in_departments(struct engine *e, struct str id)
{
	size_t k = engine_lane_of(e, "departments", strlen("departments"));

	if (wanted(e->params->scope->departments, id))
		return true;
	return k != NO_LIST && e->lanes[k].seen != NO_LIST && idset_has(&e->lists[e->lanes[k].seen], id);
}

static bool
in_scope(struct engine *e, const struct stream *s, const struct record *rec)
{
	const struct scope *scope = e->params->scope;
	int64_t ms;

	if (rec->kind == REC_UNKNOWN)
		return true;
	if (s->scope.time != NULL) {
		ms = rec->n[record_field(rec->kind, s->scope.time)].ms;
		if (ms != WHEN_UNKNOWN && ((scope->since_ms != WHEN_UNKNOWN && ms < scope->since_ms) ||
		    (scope->until_ms != WHEN_UNKNOWN && ms >= scope->until_ms)))
			return false;
	}
	if (s->scope.user != NULL && scope->users != NULL && !wanted(scope->users, record_get(rec, s->scope.user)))
		return false;
	if (s->scope.room != NULL && scope->rooms != NULL && !wanted(scope->rooms, record_get(rec, s->scope.room)))
		return false;
	return s->scope.department == NULL || scope->departments == NULL || in_departments(e, record_get(rec, s->scope.department));
}

/* --- giving a record --- */

enum status
engine_feed(struct engine *e, const struct record *rec, struct err *err)
{
	size_t i, n = strlen(rec->stream);
	struct str id;
	enum status st;

	if (rec->kind == REC_UNKNOWN)
		return ST_OK;
	for (i = 0; i < e->p->n_streams; i++) {
		const char *from = e->p->streams[i].fan_out;

		if (from == NULL || e->lanes[i].feed == NO_LIST || strncmp(from, rec->stream, n) != 0 || from[n] != '.')
			continue;
		id = record_get(rec, from + n + 1);
		if (id.n > 0 && (st = idset_add(&e->lists[e->lanes[i].feed], id, NULL, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

/* Not final: the next run reads it again. */
static enum status
note_open(struct engine *e, struct lane *lane, const struct record *rec, struct err *err)
{
	struct str state;
	size_t i;

	if (lane->open == NO_LIST || rec->kind == REC_UNKNOWN)
		return ST_OK;
	state = record_get(rec, lane->s->state_field);
	for (i = 0; i < lane->s->final.n; i++)
		if (str_is(state, lane->s->final.v[i]))
			return ST_OK;
	return idset_add(&e->lists[lane->open], rec->id, NULL, err);
}

static enum status
note_attachments(struct engine *e, const struct lane *lane, const struct record *rec, struct err *err)
{
	const struct scope *scope = e->params->scope;
	struct str ids;
	size_t n;
	enum status st;

	if (!lane->s->has_attach || rec->kind == REC_UNKNOWN || engine_in(scope->excluded, lane->s->attach.stream))
		return ST_OK;
	ids = record_get(rec, lane->s->attach.field);
	if (ids.n == 0)
		return ST_OK;
	if ((st = json_tape(ids, &e->item_arena, &e->att, &n, err)) != ST_OK)
		return st;
	e->n_att = e->att[0].n_children;
	e->att_k = 0;
	e->att_at = 1;
	if (e->n_att == 0)
		e->att = NULL;
	return arena_dup(&e->item_arena, rec->id, &e->att_of, err);
}

/* Map object ${i} and give it, unless the scope leaves it out. */
static enum status
give(struct engine *e, const struct call *call, struct str asked, struct str cursor, const struct json_node *t, size_t i, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct map_ctx ctx = { e->p, lane->s, e->params->tenant, call->path, cursor, asked, when_now_ms() };
	struct out *o = engine_push(e, SRC_RECORD);
	uint64_t absent = 0;
	bool fresh = true;
	enum status st;

	if ((st = map_record(&ctx, t, i, &e->item_arena, &o->rec, &absent, err)) != ST_OK)
		return st;
	if (o->rec.kind == REC_UNKNOWN && (st = idset_add(&e->lists[lane->seen], o->rec.id, &fresh, err)) != ST_OK)
		return st;
	if ((st = note_open(e, lane, &o->rec, err)) != ST_OK)
		return st;
	if (!fresh || !in_scope(e, lane->s, &o->rec)) {
		e->n_q--;
		return ST_OK;
	}
	if ((st = engine_feed(e, &o->rec, err)) != ST_OK)
		return st;
	if (lane->want != WANT) {
		e->n_q--;
		return ST_OK;
	}
	if (o->rec.kind != REC_UNKNOWN) {
		lane->absent_all = lane->n_records == 0 ? absent : lane->absent_all & absent;
		lane->n_records++;
	}
	e->since_page++;
	if (o->rec.kind != REC_UNKNOWN && (st = engine_retry_given(e, o->rec.id, err)) != ST_OK)
		return st;
	return note_attachments(e, lane, &o->rec, err);
}

/* --- items --- */

static enum status
item_id(struct engine *e, const struct call *call, const struct json_node *t, size_t i, struct str *id, struct err *err)
{
	struct map_in in = { .t = t, .item = i, .a = &e->item_arena };
	size_t at = call->id == NULL ? 0 : call->id[0] == '\0' ? i : json_path(t, i, call->id);
	enum status st = ST_OK;

	if (call->id == NULL) {
		*id = buf_str(&e->fan_id);
		return ST_OK;
	}
	*id = at == 0 ? STR_NONE : map_text(&in, at, &st, err);
	return st;
}

/* Where an answer's one object stands; 0 is the answer itself. */
static bool
object_of(const struct call *call, const struct answer *ans, size_t *i)
{
	*i = call->items == NULL || call->items[0] == '\0' ? 0 : json_path(ans->t, 0, call->items);
	return ans->t[*i].tok == JSON_OBJ && (*i != 0 || call->items == NULL || call->items[0] == '\0');
}

static enum status
lost_item(struct engine *e, struct str id, const struct answer *why, const char *reason, struct err *err)
{
	struct lost lost = { .reason = reason, .object = id, .why = why };

	return engine_lost(e, why->act == ACT_SKIP ? REC_LIMIT : REC_GAP, engine_lane(e)->s->name, &lost, err);
}

static enum status
ask_next_time(struct engine *e, struct lane *lane, struct str id, struct err *err)
{
	return lane->open == NO_LIST ? ST_OK : idset_add(&e->lists[lane->open], id, NULL, err);
}

/* Refused for good: what was refused, how the stream goes on. */
static enum status
detail_failed(struct engine *e, struct str id, struct err *err)
{
	struct lane *lane = engine_lane(e);

	enum status st;

	if (e->detail.act == ACT_DENIED_AREA || e->detail.act == ACT_WITHDRAWN || e->detail.act == ACT_DENIED_SECRET)
		lane->off = e->detail.act == ACT_DENIED_SECRET ? OFF_REFUSED : OFF_GAP;	/* the list worked: every object that cannot be read now is a gap of its own */
	if (e->detail.act != ACT_GONE && e->detail.act != ACT_SKIP && (st = ask_next_time(e, lane, id, err)) != ST_OK)
		return st;
	return lost_item(e, id, &e->detail, engine_reason(e, &e->detail), err);
}

enum status
engine_item_by_id(struct engine *e, struct str id, struct err *err)
{
	struct lane *lane = engine_lane(e);
	const struct call *call = &lane->s->detail;
	struct var v[] = { { "id", id } };
	struct vars vars = { v, 1 };
	bool fresh;
	size_t i;
	enum status st;

	if ((st = idset_add(&e->lists[lane->seen], id, &fresh, err)) != ST_OK || !fresh)
		return st;
	if (lane->off != OFF_NOT)		/* refused before: ask no more, but count each */
		return lost_item(e, id, &e->detail, engine_denied(lane), err);
	e->calls_since_page++;
	if ((st = api_call(e->api, &lane->s->secrets, call, &vars, &e->detail, err)) != ST_OK)
		return st;
	if (e->detail.act != ACT_OK)
		return detail_failed(e, id, err);
	if (!object_of(call, &e->detail, &i)) {
		if ((st = ask_next_time(e, lane, id, err)) != ST_OK)
			return st;
		return lost_item(e, id, &e->detail, "broken", err);
	}
	return give(e, call, id, e->pager.has_cursor ? buf_str(&e->pager.cursor) : STR_NONE, e->detail.t, i, err);
}

enum status
engine_item(struct engine *e, const struct call *call, const struct json_node *t, size_t i, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct str id;
	bool fresh;
	enum status st;

	if ((st = item_id(e, call, t, i, &id, err)) != ST_OK)
		return st;
	if (id.n == 0)
		return give(e, call, STR_NONE, STR_NONE, t, i, err);	/* becomes an unknown record, kept raw */
	if (lane->s->has_detail)
		return engine_item_by_id(e, id, err);
	if ((st = idset_add(&e->lists[lane->seen], id, &fresh, err)) != ST_OK || !fresh)
		return st;
	return give(e, call, id, STR_NONE, t, i, err);
}

enum status
engine_missing(struct engine *e, const struct check *check, struct str id, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct var v[] = { { "id", id } };
	struct vars vars = { v, 1 };
	struct lost lost = { .reason = check->reason, .object = id, .detail = check->how };
	size_t i;
	enum status st;

	if (!check->has_missing)
		return engine_lost(e, REC_GAP, lane->s->name, &lost, err);
	e->calls_since_page++;
	if ((st = api_call(e->api, &lane->s->secrets, &check->missing, &vars, &e->detail, err)) != ST_OK)
		return st;
	if (e->detail.act == ACT_OK && object_of(&check->missing, &e->detail, &i)) {
		if ((st = idset_add(&e->lists[lane->seen], id, NULL, err)) != ST_OK)
			return st;
		return give(e, &check->missing, id, STR_NONE, e->detail.t, i, err);
	}
	if (e->detail.act == ACT_GONE || e->detail.act == ACT_DENIED || e->detail.act == ACT_DENIED_SECRET)
		lost.reason = engine_reason(e, &e->detail);	/* what the platform says of this one beats what we suppose */
	lost.why = &e->detail;
	return engine_lost(e, REC_GAP, lane->s->name, &lost, err);
}
