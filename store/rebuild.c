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
#include "store/carry.h"

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
take(struct found *f, struct str tenant, struct str action, struct str detail, struct err *err)
{
	struct json_node *t;
	enum status st;
	size_t n, at;

	if (!str_is(action, "volume.full") && !str_is(action, "run.captured"))
		return ST_OK;
	f->volume = str_is(action, "volume.full");
	if ((st = json_tape(detail, &f->arena, &t, &n, err)) != ST_OK)
		return st;
	snprintf(f->run.tenant, sizeof(f->run.tenant), "%.*s", STR_ARG(tenant));
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
look(void *ctx, uint64_t index, const char *segment, uint64_t in_segment, struct str line, struct err *err)
{
	struct found *f = ctx;
	struct record rec;
	enum status st;

	(void)index;
	(void)segment;
	(void)in_segment;
	arena_reset(&f->arena);
	if ((st = record_decode(line, &f->arena, &rec, err)) != ST_OK)
		return st;
	return take(f, rec.tenant, record_get(&rec, "action"), record_get(&rec, "detail"), err);
}

/* The same of an encrypted archive, from the file beside it. */
static enum status
look_beside(const struct store *s, const char *name, struct found *f, struct err *err)
{
	char archive[40] = "", tenant[64] = "", action[32] = "";
	struct json_node *t;
	struct buf json;
	enum status st;
	size_t n, at;

	buf_init(&json, (size_t)32 << 20);
	if ((st = carry_load(s, name, &json, err)) == ST_END) {
		err_set(err, ST_UNSURE, _("it is encrypted, and what the next run must know of it stands neither in the catalogue nor in %s.carry"), name);
		st = err_next(err, _("bring that file back from a copy, or have its events read with a recipient's key: custody runs --decrypt-key KEY --decrypt-cert CERT"));
		goto out;
	}
	if (st != ST_OK || (st = json_tape(buf_str(&json), &f->arena, &t, &n, err)) != ST_OK)
		goto out;
	text_member(t, "archive", &f->arena, archive, sizeof(archive));
	text_member(t, "tenant", &f->arena, tenant, sizeof(tenant));
	text_member(t, "action", &f->arena, action, sizeof(action));
	at = json_get(t, 0, "detail");
	if (strcmp(archive, name) != 0 || at == 0 || t[at].tok != JSON_OBJ)
		st = ST_INPUT;
	else
		st = take(f, str_of(tenant), str_of(action), t[at].val, err);
out:
	if (st == ST_INPUT)
		st = err_set(err, ST_CORRUPT, _("%s.carry is damaged"), name);
	buf_free(&json);
	return st;
}

static enum status
one(struct catalog *c, const struct store *s, const char *name, const struct crypt_key *key, int64_t now_ms, struct err *err)
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
	if ((st = browse_open(&b, path.p, &nobody, key, now_ms, true, &report, err)) != ST_OK)
		goto out;
	if (browse_encrypted(b) && key == NULL)
		st = look_beside(s, name, &f, err);
	else
		st = browse_records(b, "events", look, &f, err);
	if (st != ST_OK)
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
rebuild_catalog(struct catalog *c, const struct store *s, const struct crypt_key *key, int64_t now_ms, struct err *err)
{
	struct store_entry *list;
	enum status st;
	size_t i, n;
	bool known;

	if ((st = store_list(s, false, &list, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (list[i].state == STORE_CLOSED && (st = catalog_has(c, list[i].name, &known, err)) == ST_OK && !known &&
		    (st = one(c, s, list[i].name, key, now_ms, err)) != ST_OK)
			err_in(err, "%s", list[i].name);
	free(list);
	return st;
}
