/*
 * engine_retry.c: what earlier runs did not get, asked for again before a stream's own walk, and what this run leaves for the next (retry.h).
 *
 *   entry in member "retry" of the carry                     asked for again
 *   {"stream":S,"id":ID,"of":RECORD,…}   an attachment       by its own call, in phase RETRY
 *   {"stream":S,"id":ID,…}               an object           with its stream: by the list of open objects, by the ids that feed the stream, or since
 *                                                            the stream is read whole each time
 *
 * An entry without gaps of its own is an id of a stream that was refused as a whole before its turn came: one gap told of all.
 *
 * A run whose scope takes only some records, times or a sample tries none of them, keeps them and adds none: what it lists as missing may lie in an earlier archive.
 */
#include "exporters/engine_priv.h"

#include <stdlib.h>

#include "core/i18n.h"
#include "core/log.h"

#define BYTES_MAX	((uint64_t)2 << 20)
#define CARRY_BYTES	((size_t)12 << 20)	/* a carry must fit into one record */

/* An object that was missing before; sorted by lane and id. */
struct gapped { size_t lane; struct str id; size_t node; };

static bool
is_whole(const struct engine *e)
{
	const struct scope *s = e->params->scope;

	return !s->pilot && s->since_ms == WHEN_UNKNOWN && s->until_ms == WHEN_UNKNOWN && s->users == NULL && s->rooms == NULL && s->departments == NULL;
}

/* Does this run ask again for entries of the lane? */
static bool
asks_again(const struct engine *e, const struct lane *lane, bool is_file)
{
	return is_whole(e) && lane->want == WANT && lane->s->hook == NULL &&
	    (!is_file || (lane->s->has_attach && !engine_in(e->params->scope->excluded, lane->s->attach.stream)));
}

static enum status
damaged(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
}

static enum status
text_of(const struct engine *e, size_t i, const char *name, struct arena *a, struct str *out, struct err *err)
{
	size_t at = json_get(e->old_carry, i, name);

	if (at == 0 || e->old_carry[at].tok != JSON_STR)
		return damaged(err);
	return json_text(e->old_carry[at].val, e->old_carry[at].flags, a, out, err);
}

/* NO_LIST: a stream that the description does not have any more. */
static enum status
lane_of(const struct engine *e, size_t i, struct arena *a, size_t *lane, struct err *err)
{
	struct str name;
	enum status st;

	if ((st = text_of(e, i, "stream", a, &name, err)) == ST_OK)
		*lane = engine_lane_of(e, name.p, name.n);
	return st;
}

static int
by_lane_and_id(const void *a, const void *b)
{
	const struct gapped *x = a, *y = b;

	return x->lane != y->lane ? (x->lane < y->lane ? -1 : 1) : str_cmp(x->id, y->id);
}

/* --- reading --- */

enum status
engine_retry_open(struct engine *e, struct err *err)
{
	size_t i, n = 0, lane, list = e->old_carry == NULL ? 0 : json_get(e->old_carry, 0, "retry");
	enum status st;
	bool is_file;
	void *mem;

	e->retry = (struct retry){ &e->lists[e->retry_list], e->params->run, 0, 0, BYTES_MAX };
	e->retry_old = list;
	if (list == 0)
		return ST_OK;
	if (e->old_carry[list].tok != JSON_ARR)
		return damaged(err);
	if ((st = arena_get(&e->carry_arena, e->old_carry[list].n_children + 1, sizeof(*e->gapped), &mem, err)) != ST_OK)
		return st;
	e->gapped = mem;
	for (i = list + 1; i < e->old_carry[list].next; i = e->old_carry[i].next) {
		if ((st = lane_of(e, i, &e->carry_arena, &lane, err)) != ST_OK)
			return st;
		is_file = json_get(e->old_carry, i, "of") != 0;
		if (lane != NO_LIST && !asks_again(e, &e->lanes[lane], is_file)) {
			e->retry.n_old++;
			e->retry.bytes_old += json_whole(&e->old_carry[i]).n;
		}
		if (lane == NO_LIST || is_file)
			continue;
		e->gapped[n].lane = lane;
		e->gapped[n].node = i;
		if ((st = text_of(e, i, "id", &e->carry_arena, &e->gapped[n++].id, err)) != ST_OK)
			return st;
	}
	e->n_gapped = n;
	qsort(e->gapped, n, sizeof(*e->gapped), by_lane_and_id);
	return ST_OK;
}

/* The gaps of earlier runs that told of an object of the stream at hand; *none: there are none. */
static enum status
gaps_of(struct engine *e, struct str id, struct retry_gaps *gaps, bool *none, struct err *err)
{
	const struct gapped key = { e->pos.stream, id, 0 }, *found;

	memset(gaps, 0, sizeof(*gaps));
	found = e->n_gapped == 0 ? NULL : bsearch(&key, e->gapped, e->n_gapped, sizeof(key), by_lane_and_id);
	*none = found == NULL;
	if (!*none)
		*none = json_get(e->old_carry, found->node, "first") == 0;
	return *none ? ST_OK : retry_read(e->old_carry, found->node, &e->arena, gaps, err);
}

/* --- the phase --- */

static enum status
again(struct engine *e, size_t i, struct err *err)
{
	struct lane *lane = engine_lane(e);
	struct retry_gaps gaps;
	struct str id;
	enum status st;

	if ((st = text_of(e, i, "id", &e->arena, &id, err)) != ST_OK)
		return st;
	if (json_get(e->old_carry, i, "of") == 0)
		return lane->feed != NO_LIST ? idset_add(&e->lists[lane->feed], id, NULL, err) : ST_OK;
	if (!asks_again(e, lane, true))
		return ST_OK;
	arena_reset(&e->item_arena);
	if ((st = text_of(e, i, "of", &e->item_arena, &e->att_of, err)) != ST_OK || (st = retry_read(e->old_carry, i, &e->arena, &gaps, err)) != ST_OK)
		return st;
	return engine_attachment_again(e, id, &gaps, err);
}

enum status
engine_retry(struct engine *e, struct err *err)
{
	const struct lane *lane = engine_lane(e);
	const struct json_node *t = e->old_carry;
	size_t end = e->retry_old == 0 ? 0 : t[e->retry_old].next, i, k, of;
	enum status st;

	if (engine_commit_due(e))
		return engine_commit(e, lane->s->name, 0, err);
	if (asks_again(e, lane, false) && e->retry_old != 0) {
		for (i = e->retry_old + 1, k = 0; k < e->pos.retry_at && i < end; k++)
			i = t[i].next;
		for (; i < end; i = t[i].next) {
			e->pos.retry_at++;
			if ((st = lane_of(e, i, &e->arena, &of, err)) != ST_OK)
				return st;
			if (of == e->pos.stream)
				return again(e, i, err);
		}
	}
	engine_enter(e, PH_OPEN);
	e->pos.open_at = 0;
	return ST_OK;
}

/* --- writing --- */

enum status
engine_retry_note(struct engine *e, const struct lost *lost, struct record *gap, struct err *err)
{
	const struct lane *lane = engine_lane(e);
	bool is_file = lost->of.p != NULL, kept, none;
	struct retry_gaps before = { 0 };
	struct buf what;
	enum status st;

	if (!asks_again(e, lane, is_file))
		return ST_OK;
	if (is_file && lost->before != NULL)
		before = *lost->before;
	else if (!is_file && (st = gaps_of(e, lost->object, &before, &none, err)) != ST_OK)
		return st;
	buf_init(&what, (size_t)2 * IDSET_ID_MAX);
	if ((st = buf_addf(&what, err, "\"stream\":\"%s\",\"id\":", lane->s->name)) == ST_OK && (st = json_put_string(&what, lost->object, err)) == ST_OK && is_file &&
	    (st = buf_addz(&what, ",\"of\":", err)) == ST_OK)
		st = json_put_string(&what, lost->of, err);
	if (st == ST_LIMIT) { /* an id of nothing but controls: longer than an entry may be */
		record_set(gap, "retry", STR(RETRY_FULL));
		buf_free(&what);
		return ST_OK;
	}
	if (st == ST_OK && (st = retry_add(&e->retry, buf_str(&what), &before, e->n_gaps, &kept, err)) == ST_OK && !kept && (is_file || lane->feed != NO_LIST))
		record_set(gap, "retry", STR(RETRY_FULL));	/* other objects come again with their stream all the same */
	buf_free(&what);
	return st;
}

enum status
engine_retry_closed(struct engine *e, const char *of, struct str object, const struct retry_gaps *gaps, struct err *err)
{
	struct out *o = engine_push(e, SRC_CLOSED);

	return retry_closed(of, object, gaps, &e->arena, &o->rec, err);
}

enum status
engine_retry_given(struct engine *e, struct str id, struct err *err)
{
	struct retry_gaps gaps;
	bool none;
	enum status st;

	if (e->n_gapped == 0 || !asks_again(e, engine_lane(e), false))
		return ST_OK;
	if ((st = gaps_of(e, id, &gaps, &none, err)) != ST_OK)
		return st;
	return none ? ST_OK : engine_retry_closed(e, engine_lane(e)->s->name, id, &gaps, err);
}

static bool
is_gapped(const struct engine *e, size_t lane, struct str id)
{
	const struct gapped key = { lane, id, 0 };

	return e->n_gapped > 0 && bsearch(&key, e->gapped, e->n_gapped, sizeof(key), by_lane_and_id) != NULL;
}

/* Ids of a stream that ended before they were asked for: no other list knows them in the next run. */
static enum status
put_unasked(struct engine *e, size_t i, struct buf *b, bool *none, struct err *err)
{
	struct lane *lane = &e->lanes[i];
	uint64_t at = 0;
	struct buf id, entry;
	enum status st;

	if (lane->feed == NO_LIST || !asks_again(e, lane, false) || (lane->off != OFF_GAP && lane->off != OFF_REFUSED))
		return ST_OK;
	buf_init(&id, IDSET_ID_MAX);
	buf_init(&entry, (size_t)8 * IDSET_ID_MAX);
	while ((st = idset_read(&e->lists[lane->feed], &at, &id, err)) == ST_OK) {
		if (idset_has(&e->lists[lane->seen], buf_str(&id)) || is_gapped(e, i, buf_str(&id)))
			continue;
		if (b->n >= CARRY_BYTES) {
			log_say(LOG_WARN_, _("%s: so many objects were not asked for that the next run will not know them all"), lane->s->name);
			break;
		}
		buf_clear(&entry);
		if ((st = buf_addf(&entry, err, "{\"stream\":\"%s\",\"id\":", lane->s->name)) != ST_OK || (st = json_put_string(&entry, buf_str(&id), err)) != ST_OK ||
		    (st = buf_putc(&entry, '}', err)) != ST_OK || (st = retry_put_old(b, buf_str(&entry), none, err)) != ST_OK)
			break;
	}
	buf_free(&id);
	buf_free(&entry);
	return st == ST_END ? ST_OK : st;
}

/* Was it tried in this run, so that only a new entry, if any, tells of it? */
static bool
is_settled(const struct engine *e, size_t lane, bool is_file)
{
	const struct lane *l;

	if (lane == NO_LIST)
		return true;
	l = &e->lanes[lane];
	return l->was_run && asks_again(e, l, is_file) && (is_file || l->off == OFF_NOT);
}

enum status
engine_retry_write(struct engine *e, struct buf *b, bool *first, struct err *err)
{
	size_t i, end = e->retry_old == 0 ? 0 : e->old_carry[e->retry_old].next, lane, before = b->n;
	bool none = true;
	enum status st;

	if ((st = buf_addz(b, *first ? "\"retry\":[" : ",\"retry\":[", err)) != ST_OK)
		return st;
	for (i = e->retry_old + 1; i < end; i = e->old_carry[i].next) {
		if ((st = lane_of(e, i, &e->arena, &lane, err)) != ST_OK)
			return st;
		if (!is_settled(e, lane, json_get(e->old_carry, i, "of") != 0) &&
		    (st = retry_put_old(b, json_whole(&e->old_carry[i]), &none, err)) != ST_OK)
			return st;
	}
	if ((st = retry_put(&e->retry, b, &none, err)) != ST_OK)
		return st;
	for (i = 0; i < e->p->n_streams; i++)
		if ((st = put_unasked(e, i, b, &none, err)) != ST_OK)
			return st;
	if (none) {
		b->n = before;
		return ST_OK;
	}
	*first = false;
	return buf_putc(b, ']', err);
}
