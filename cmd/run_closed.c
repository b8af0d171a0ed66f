/*
 * run_closed.c: gaps of earlier runs whose object this run has given (SRC_CLOSED).  The source knows them by run and number; which archive holds each is
 * told by the catalogue, and an event "gap.closed" says all of it.  The completeness certificate lists them too.
 */
#include <stdio.h>

#include "cmd/run.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/log.h"

/* One gap as an object of the event's list; of a run that the catalogue does not know, the archive is null. */
static enum status
put_gap(struct run *r, struct str of_run, struct str gap, struct buf *out, struct err *err)
{
	char run[64], archive[40];
	uint64_t number = 0;
	enum status st;

	snprintf(run, sizeof(run), "%.*s", STR_ARG(of_run));
	if (str_u64(gap, 1, UINT64_MAX, &number, NULL) != ST_OK)
		return err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
	if ((st = catalog_gap(r->catalog, run, number, archive, err)) != ST_OK && st != ST_END)
		return st;
	if (st == ST_END)
		archive[0] = '\0';
	if ((st = run_state_closed(&r->state, archive, run, number, err)) != ST_OK || (st = buf_addz(out, "{\"archive\":", err)) != ST_OK ||
	    (st = archive[0] == '\0' ? buf_addz(out, "null", err) : json_put_string(out, str_of(archive), err)) != ST_OK ||
	    (st = buf_addz(out, ",\"run\":", err)) != ST_OK || (st = json_put_string(out, of_run, err)) != ST_OK)
		return st;
	return buf_addf(out, err, ",\"gap\":\"%.*s\"}", STR_ARG(gap));
}

static enum status
put_gaps(struct run *r, const struct json_node *t, size_t list, struct arena *a, struct buf *out, struct err *err)
{
	struct str run, gap;
	size_t i, at_run, at_gap;
	enum status st = ST_OK;
	bool first = true;

	for (i = list + 1; st == ST_OK && i < t[list].next; i = t[i].next) {
		if ((at_run = json_get(t, i, "run")) == 0 || (at_gap = json_get(t, i, "gap")) == 0)
			return err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
		if ((st = json_text(t[at_run].val, t[at_run].flags, a, &run, err)) == ST_OK &&
		    (st = json_text(t[at_gap].val, t[at_gap].flags, a, &gap, err)) == ST_OK && (first || (st = buf_putc(out, ',', err)) == ST_OK))
			st = put_gap(r, run, gap, out, err);
		first = false;
	}
	return st;
}

enum status
run_closed(struct run *r, const struct record *rec, struct err *err)
{
	struct str detail = record_get(rec, "detail");
	struct json_node *t;
	struct arena a;
	struct buf out;
	size_t n, of, object, gaps;
	enum status st;

	arena_init(&a, LIMIT_ARENA);
	buf_init(&out, LIMIT_RECORD);
	if ((st = json_tape(detail, &a, &t, &n, err)) != ST_OK)
		goto done;
	of = json_get(t, 0, "of_stream");
	object = json_get(t, 0, "object");
	gaps = json_get(t, 0, "gaps");
	if (of == 0 || object == 0 || gaps == 0 || t[gaps].tok != JSON_ARR) {
		st = err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
		goto done;
	}
	if ((st = buf_addz(&out, "{\"of_stream\":", err)) == ST_OK && (st = buf_str_add(&out, json_whole(&t[of]), err)) == ST_OK &&
	    (st = buf_addz(&out, ",\"object\":", err)) == ST_OK && (st = buf_str_add(&out, json_whole(&t[object]), err)) == ST_OK &&
	    (st = buf_addz(&out, ",\"gaps\":[", err)) == ST_OK && (st = put_gaps(r, t, gaps, &a, &out, err)) == ST_OK &&
	    (st = buf_addz(&out, "]}", err)) == ST_OK)
		st = run_event(r, "gap.closed", buf_str(&out), err);
	log_say(LOG_DEBUG_, _("closed a gap of an earlier archive: %.*s"), STR_ARG(buf_str(&out)));
	r->state.volume.used = true;
done:
	buf_free(&out);
	arena_free(&a);
	return st;
}
