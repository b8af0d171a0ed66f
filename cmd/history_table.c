/*
 * history_table.c: one row per id: its oldest sighting, and the last two archives in which it was seen; one row per id and standing of its newest archive: how far back that standing goes.
 * A standing goes on only if it was there in the archive seen just before, so a standing that comes back after another one does not.
 */
#include "cmd/history_table.h"

#include "core/digest.h"
#include "core/limits.h"
#include "formats/orglist.h"

static const char schema[] = "CREATE TABLE known (kind INTEGER, id BLOB, ms INTEGER, seq INTEGER, last INTEGER, before INTEGER, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
			     "CREATE TABLE stand (kind INTEGER, id BLOB, how BLOB, ms INTEGER, seq INTEGER, PRIMARY KEY (kind, id, how)) WITHOUT ROWID;";

enum query { Q_KNOWN, Q_NEW, Q_AGAIN, Q_STAND, Q_STAND_NEW, Q_STAND_ON, Q__MAX };
static const char *const sql[Q__MAX] = {
	[Q_KNOWN] = "SELECT ms, seq, last, before FROM known WHERE kind = ?1 AND id = ?2",
	[Q_NEW] = "INSERT INTO known (kind, id, ms, seq, last, before) VALUES (?1, ?2, ?3, ?4, ?4, 0)",
	[Q_AGAIN] = "UPDATE known SET ms = iif(seq = ?4, min(ms, ?3), ?3), seq = ?4, before = iif(last = ?4, before, last), last = ?4 WHERE kind = ?1 AND id = ?2",
	[Q_STAND] = "SELECT ms, seq FROM stand WHERE kind = ?1 AND id = ?2 AND how = ?3",
	[Q_STAND_NEW] = "INSERT INTO stand (kind, id, ms, seq, how) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE SET ms = min(ms, ?3)",
	[Q_STAND_ON] = "UPDATE stand SET ms = iif(seq = ?4, min(ms, ?3), ?3), seq = ?4 WHERE kind = ?1 AND id = ?2 AND how = ?5 AND seq IN (?4, ?6)",
};

enum status
history_table_open(struct history_table *t, int scratch, struct err *err)
{
	enum status st;
	size_t i;

	*t = (struct history_table){ 0 };
	arena_init(&t->arena, LIMIT_ARENA);
	st = scratch_db_open(&t->db, scratch, schema, err);
	for (i = 0; st == ST_OK && i < Q__MAX; i++)
		st = scratch_db_prepare(&t->db, &t->q[i], sql[i], err);
	return st;
}

void
history_table_close(struct history_table *t)
{
	size_t i;

	for (i = 0; i < Q__MAX; i++)
		scratch_db_finalize(t->q[i]);
	scratch_db_close(&t->db);
	arena_free(&t->arena);
	*t = (struct history_table){ 0 };
}

/* --- how it stands, as a hash --- */

/* A part: what state it is in, its length, its bytes; so no two standings have the same bytes. */
static enum status
part(struct digest *d, char tag, struct str s, struct err *err)
{
	const unsigned char head[9] = { (unsigned char)tag, (unsigned char)(s.n >> 56), (unsigned char)(s.n >> 48), (unsigned char)(s.n >> 40), (unsigned char)(s.n >> 32),
		(unsigned char)(s.n >> 24), (unsigned char)(s.n >> 16), (unsigned char)(s.n >> 8), (unsigned char)s.n };
	enum status st = digest_add(d, head, sizeof(head), err);

	return st == ST_OK && s.n > 0 ? digest_add(d, s.p, s.n, err) : st;
}

static enum status
field_part(struct digest *d, const struct record *rec, const char *name, struct err *err)
{
	static const char tags[] = { [ORG_ABSENT] = 'a', [ORG_EMPTY] = 'e', [ORG_NOT_GRANTED] = 'n', [ORG_SET] = 's' };

	return part(d, tags[org_state(rec, name)], org_set(rec, name), err);
}

/* Where a member stands and whether it leads; not its place in a department's list, which changes with everybody else's. */
static enum status
departments_part(struct history_table *t, struct digest *d, const struct record *rec, struct err *err)
{
	static const char *const names[3] = { "id", "is_leader", NULL };
	const struct str value = org_set(rec, "departments");
	struct org_object *list;
	enum status st;
	size_t i, n;

	if (value.p == NULL || (st = org_objects(value, names, &t->arena, &list, &n, err)) == ST_INPUT)
		return field_part(d, rec, "departments", err);
	if (st == ST_OK)
		st = part(d, 'l', STR_NONE, err);
	for (i = 0; st == ST_OK && i < n; i++)
		if ((st = part(d, 'i', list[i].v[0], err)) == ST_OK)
			st = part(d, 'k', list[i].v[1], err);
	return st;
}

static enum status
standing(struct history_table *t, const struct record *rec, unsigned char out[32], struct err *err)
{
	static const char *const of_user[] = { "status", "name", "position", "main_department", "leaders", NULL };
	static const char *const of_department[] = { "name", "parent_id", "leaders", NULL };
	const char *const *name = rec->kind == REC_USER ? of_user : of_department;
	struct digest d = { 0 };
	enum status st;

	arena_reset(&t->arena);
	st = digest_begin(&d, DIGEST_SHA256, err);
	for (; st == ST_OK && *name != NULL; name++)
		st = field_part(&d, rec, *name, err);
	if (st == ST_OK && rec->kind == REC_USER)
		st = departments_part(t, &d, rec, err);
	if (st == ST_OK)
		st = digest_end(&d, out, err);
	digest_free(&d);
	return st;
}

/* --- sightings --- */

static void
bind_id(struct sqlite3_stmt *q, const struct record *rec)
{
	scratch_db_bind_int(q, 1, rec->kind == REC_USER);
	scratch_db_bind(q, 2, rec->id);
}

enum status
history_table_see(struct history_table *t, const struct record *rec, uint64_t sequence, struct err *err)
{
	struct sqlite3_stmt *known = t->q[Q_KNOWN], *put;
	int64_t last = 0, before = 0;
	unsigned char how[32];
	enum status st;
	bool row;

	if (rec->fetched_ms == WHEN_UNKNOWN)
		return ST_OK;
	if ((st = standing(t, rec, how, err)) != ST_OK)
		return st;
	bind_id(known, rec);
	if ((st = scratch_db_step(&t->db, known, err)) != ST_OK && st != ST_END)
		return st;
	row = st == ST_OK;
	if (row) {
		last = scratch_db_int(known, 2);
		before = scratch_db_int(known, 3);
		scratch_db_reset(known);
		if (last != (int64_t)sequence)
			before = last;
	}
	put = t->q[row ? Q_AGAIN : Q_NEW];
	bind_id(put, rec);
	scratch_db_bind_int(put, 3, rec->fetched_ms);
	scratch_db_bind_int(put, 4, (int64_t)sequence);
	if ((st = scratch_db_run(&t->db, put, err)) != ST_OK)
		return st;
	put = t->q[before == 0 ? Q_STAND_NEW : Q_STAND_ON]; /* 0: this is the newest archive that has it */
	bind_id(put, rec);
	scratch_db_bind_int(put, 3, rec->fetched_ms);
	scratch_db_bind_int(put, 4, (int64_t)sequence);
	scratch_db_bind(put, 5, (struct str){ (const char *)how, sizeof(how) });
	if (before != 0)
		scratch_db_bind_int(put, 6, before);
	return scratch_db_run(&t->db, put, err);
}

enum status
history_table_ask(struct history_table *t, const struct record *rec, struct history_found *f, struct err *err)
{
	struct sqlite3_stmt *known = t->q[Q_KNOWN], *stand = t->q[Q_STAND];
	unsigned char how[32];
	enum status st;

	*f = (struct history_found){ .known_ms = WHEN_UNKNOWN, .same_ms = WHEN_UNKNOWN };
	bind_id(known, rec);
	if ((st = scratch_db_step(&t->db, known, err)) != ST_OK)
		return st == ST_END ? ST_OK : st;
	f->known_ms = scratch_db_int(known, 0);
	f->known = (uint64_t)scratch_db_int(known, 1);
	scratch_db_reset(known);
	if ((st = standing(t, rec, how, err)) != ST_OK)
		return st;
	bind_id(stand, rec);
	scratch_db_bind(stand, 3, (struct str){ (const char *)how, sizeof(how) });
	if ((st = scratch_db_step(&t->db, stand, err)) != ST_OK)
		return st == ST_END ? ST_OK : st;
	f->same_ms = scratch_db_int(stand, 0);
	f->same = (uint64_t)scratch_db_int(stand, 1);
	f->changed = f->same != f->known;
	scratch_db_reset(stand);
	return ST_OK;
}
