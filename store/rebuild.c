/*
 * rebuild.c: the event "run.captured" of an archive holds what the catalogue keeps of a run; a volume that others follow says "volume.full".  An archive
 * with neither is of another kind (a renewal): it is noted, so that it is not read each time, and belongs to no tenant.
 */
#include "store/rebuild.h"

#include <stdio.h>
#include <stdlib.h>

#include "archive/browse.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/record.h"

struct found { struct catalog_run run; struct buf carry; struct arena arena; bool volume; };

static void
text_member(const struct json_node *t, const char *name, struct arena *a, char *out, size_t n)
{
	size_t at = json_get(t, 0, name);
	struct str s;

	if (at != 0 && t[at].tok == JSON_STR && json_text(t[at].val, t[at].flags, a, &s, NULL) == ST_OK)
		snprintf(out, n, "%.*s", STR_ARG(s));
}

static enum status
look(void *ctx, uint64_t index, const char *segment, uint64_t in_segment, struct str line, struct err *err)
{
	struct found *f = ctx;
	struct json_node *t;
	struct record rec;
	enum status st;
	size_t n, at;

	(void)index;
	(void)segment;
	(void)in_segment;
	arena_reset(&f->arena);
	if ((st = record_decode(line, &f->arena, &rec, err)) != ST_OK)
		return st;
	f->volume = str_is(record_get(&rec, "action"), "volume.full");
	if (!f->volume && !str_is(record_get(&rec, "action"), "run.captured"))
		return ST_OK;
	if ((st = json_tape(record_get(&rec, "detail"), &f->arena, &t, &n, err)) != ST_OK)
		return st;
	snprintf(f->run.tenant, sizeof(f->run.tenant), "%.*s", STR_ARG(rec.tenant));
	text_member(t, "run", &f->arena, f->run.run, sizeof(f->run.run));
	if ((at = json_get(t, 0, "began")) != 0)
		(void)!str_i64(t[at].val, 0, INT64_MAX, &f->run.began_ms, NULL);
	if ((at = json_get(t, 0, "limits")) != 0)
		(void)!str_u64(t[at].val, 0, UINT64_MAX, &f->run.limits, NULL);
	buf_clear(&f->carry);
	if ((at = json_get(t, 0, "carry")) != 0 && t[at].tok == JSON_OBJ && (st = buf_str_add(&f->carry, t[at].val, err)) != ST_OK)
		return st;
	return ST_OK;
}

static enum status
one(struct catalog *c, const struct store *s, const char *name, int64_t now_ms, struct err *err)
{
	struct found f = { .volume = false };
	struct verify_report report;
	struct browse *b = NULL;
	struct trust nobody;
	struct buf path;
	enum status st;

	memset(&report, 0, sizeof(report));
	trust_none(&nobody);
	buf_init(&path, 8192);
	buf_init(&f.carry, (size_t)16 << 20);
	arena_init(&f.arena, LIMIT_ARENA);
	if ((st = buf_addf(&path, err, "%s/%s.tar.gz", s->path, name)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	log_say(LOG_INFO_, _("%s is not in the catalogue: reading its events"), name);
	if ((st = browse_open(&b, path.p, &nobody, now_ms, true, &report, err)) != ST_OK ||
	    (st = browse_records(b, "events", look, &f, err)) != ST_OK)
		goto out;
	snprintf(f.run.archive, sizeof(f.run.archive), "%s", name);
	snprintf(f.run.status, sizeof(f.run.status), "%s", f.volume ? "volume" : report.seal.gaps > 0 ? "partial" : "complete");
	f.run.ended_ms = report.seal.sealed_at_ms;
	f.run.records = report.seal.records;
	f.run.gaps = report.seal.gaps;
	st = catalog_put(c, &f.run, f.carry.n > 0 ? buf_str(&f.carry) : STR("{}"), err);
out:
	browse_close(b);
	trust_free(&nobody);
	arena_free(&f.arena);
	buf_free(&f.carry);
	buf_free(&path);
	return st;
}

enum status
rebuild_catalog(struct catalog *c, const struct store *s, int64_t now_ms, struct err *err)
{
	struct store_entry *list;
	enum status st;
	size_t i, n;
	bool known;

	if ((st = store_list(s, false, &list, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (list[i].state == STORE_CLOSED && (st = catalog_has(c, list[i].name, &known, err)) == ST_OK && !known &&
		    (st = one(c, s, list[i].name, now_ms, err)) != ST_OK)
			err_in(err, "%s", list[i].name);
	free(list);
	return st;
}
