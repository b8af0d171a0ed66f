/* orgtree.c: see orgtree.h. */
#include "formats/orgtree.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/orglist.h"
#include "formats/scratch_db.h"

static const char schema[] = "CREATE TABLE d (id BLOB PRIMARY KEY, n INTEGER, parent BLOB, unknown INTEGER, name BLOB, version BLOB, depth INTEGER, why INTEGER);"
			     "CREATE INDEX d_parent ON d (parent);"
			     "CREATE TABLE u (id BLOB PRIMARY KEY, name BLOB, version BLOB, home BLOB);"
			     "CREATE TABLE m (department BLOB, person BLOB, PRIMARY KEY (department, person)) WITHOUT ROWID;"
			     "CREATE INDEX m_person ON m (person);";

/* What is on top by itself: 1 ORGTREE_TOP, 2 ORGTREE_UNKNOWN, 3 ORGTREE_MISSING.  "0" (x'30') is nobody, unless some department has that id. */
static const char tops[] = "UPDATE d SET depth = 0, why = CASE WHEN unknown THEN 2 WHEN parent IS NULL OR parent = x'' OR parent = x'30' THEN 1 ELSE 3 END"
			   " WHERE NOT EXISTS (SELECT 1 FROM d AS above WHERE above.id = d.parent);";
/* Whatever hangs below ?1, or below anything on top when it is NULL.  5 is ORGTREE_DEEP, 64 ORGTREE_DEPTH. */
static const char spread[] = "WITH RECURSIVE t (id, depth) AS (SELECT id, 0 FROM d WHERE CASE WHEN ?1 IS NULL THEN why IS NOT NULL ELSE id = ?1 END"
			     " UNION ALL SELECT d.id, (t.depth + 1) % 64 FROM t CROSS JOIN d ON d.parent = t.id WHERE d.why IS NULL)"
			     " UPDATE d SET depth = t.depth, why = CASE WHEN t.depth = 0 THEN 5 ELSE 0 END FROM t WHERE d.id = t.id AND d.why IS NULL";

enum query { Q_DEPARTMENT, Q_PERSON, Q_FORGET, Q_MEMBER, Q_SPREAD, Q_LOST, Q_PARENT, Q_CUT, Q_GET, Q_GET_PERSON, Q_BELOW, Q_MEMBERS, Q__MAX };
static const char *const sql[Q__MAX] = {
	[Q_DEPARTMENT] = "INSERT OR REPLACE INTO d (id, n, parent, unknown, name, version) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[Q_PERSON] = "INSERT OR REPLACE INTO u (id, name, version, home) VALUES (?1, ?2, ?3, ?4)",
	[Q_FORGET] = "DELETE FROM m WHERE person = ?1",
	[Q_MEMBER] = "INSERT OR IGNORE INTO m (department, person) VALUES (?1, ?2)",
	[Q_SPREAD] = spread,
	[Q_LOST] = "SELECT id FROM d WHERE why IS NULL AND n > ?1 ORDER BY n LIMIT 1",
	[Q_PARENT] = "SELECT parent, n FROM d WHERE id = ?1",
	[Q_CUT] = "UPDATE d SET depth = 0, why = 4 WHERE id = ?1",
	[Q_GET] = "SELECT id, parent, name, version, depth, why FROM d WHERE id = ?1",
	[Q_GET_PERSON] = "SELECT name, version, home FROM u WHERE id = ?1",
	[Q_BELOW] = "SELECT id, name FROM d WHERE parent = ?1 AND why = 0 ORDER BY id",
	[Q_MEMBERS] = "SELECT m.person, u.name FROM m JOIN u ON u.id = m.person WHERE m.department = ?1 ORDER BY m.person",
};

struct orgtree {
	struct scratch_db db;
	struct sqlite3_stmt *q[Q__MAX];
	struct arena arena; /* of the record being read */
	int64_t n;
	unsigned depth;
};

void
orgtree_close(struct orgtree *t)
{
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < Q__MAX; i++)
		scratch_db_finalize(t->q[i]);
	scratch_db_close(&t->db);
	arena_free(&t->arena);
	mem_free(t);
}

unsigned
orgtree_depth(const struct orgtree *t)
{
	return t->depth;
}

/* --- reading the records --- */

static enum status
department(void *ctx, const struct record *rec, struct err *err)
{
	struct orgtree *t = ctx;
	struct sqlite3_stmt *q = t->q[Q_DEPARTMENT];

	if (rec->kind != REC_DEPARTMENT)
		return ST_OK;
	scratch_db_bind(q, 1, rec->id);
	scratch_db_bind_int(q, 2, ++t->n);
	scratch_db_bind(q, 3, org_set(rec, "parent_id"));
	scratch_db_bind_int(q, 4, org_state(rec, "parent_id") == ORG_NOT_GRANTED);
	scratch_db_bind(q, 5, org_set(rec, "name"));
	scratch_db_bind(q, 6, rec->version);
	return scratch_db_run(&t->db, q, err);
}

static enum status
person(void *ctx, const struct record *rec, struct err *err)
{
	struct orgtree *t = ctx;
	struct org_object *list = NULL;
	struct str home, value;
	enum status st = ST_OK;
	size_t i, n = 0;

	if (rec->kind != REC_USER)
		return ST_OK;
	value = org_set(rec, "departments");
	arena_reset(&t->arena);
	if ((st = orgtree_home(t, rec, &t->arena, &home, err)) != ST_OK)
		return st;
	scratch_db_bind(t->q[Q_PERSON], 1, rec->id);
	scratch_db_bind(t->q[Q_PERSON], 2, org_set(rec, "name"));
	scratch_db_bind(t->q[Q_PERSON], 3, rec->version);
	scratch_db_bind(t->q[Q_PERSON], 4, home);
	scratch_db_bind(t->q[Q_FORGET], 1, rec->id);
	if ((st = scratch_db_run(&t->db, t->q[Q_PERSON], err)) != ST_OK || (st = scratch_db_run(&t->db, t->q[Q_FORGET], err)) != ST_OK || value.p == NULL)
		return st;
	if ((st = org_objects(value, org_membership, &t->arena, &list, &n, err)) != ST_OK)
		return st == ST_INPUT ? ST_OK : st; /* what the vocabulary does not say makes nobody a member */
	for (i = 0; st == ST_OK && i < n; i++)
		if (list[i].v[0].p != NULL) {
			scratch_db_bind(t->q[Q_MEMBER], 1, list[i].v[0]);
			scratch_db_bind(t->q[Q_MEMBER], 2, rec->id);
			st = scratch_db_run(&t->db, t->q[Q_MEMBER], err);
		}
	return st;
}

/* --- the tree --- */

/* The parent of ${id}, into ${out}; every department that has no place yet has one. */
static enum status
parent_of(struct orgtree *t, struct str id, struct buf *out, int64_t *n, struct err *err)
{
	enum status st;
	struct str p;

	scratch_db_bind(t->q[Q_PARENT], 1, id);
	if ((st = scratch_db_step(&t->db, t->q[Q_PARENT], err)) != ST_OK)
		return st == ST_END ? err_set(err, ST_IO, "%s", _("a temporary database")) : st;
	p = scratch_db_text(t->q[Q_PARENT], 0);
	*n = scratch_db_int(t->q[Q_PARENT], 1);
	buf_clear(out);
	st = buf_str_add(out, p, err);
	scratch_db_reset(t->q[Q_PARENT]);
	return st;
}

/* From ${at}, which has no place, up until the ring is found (Brent); then once around for its first department, which goes on top with all that hangs below it. */
static enum status
cut_ring(struct orgtree *t, struct buf *at, struct err *err)
{
	struct buf mark, next, first;
	int64_t n, least = INT64_MAX;
	uint64_t steps = 0, limit = 1;
	enum status st;

	buf_init(&mark, LIMIT_RECORD);
	buf_init(&next, LIMIT_RECORD);
	buf_init(&first, LIMIT_RECORD);
	if ((st = buf_str_add(&mark, buf_str(at), err)) != ST_OK)
		goto out;
	for (;;) {
		if ((st = parent_of(t, buf_str(at), &next, &n, err)) != ST_OK)
			goto out;
		buf_clear(at);
		if ((st = buf_str_add(at, buf_str(&next), err)) != ST_OK)
			goto out;
		if (str_eq(buf_str(at), buf_str(&mark)))
			break;
		if (++steps == limit) {
			limit *= 2;
			steps = 0;
			buf_clear(&mark);
			if ((st = buf_str_add(&mark, buf_str(at), err)) != ST_OK)
				goto out;
		}
	}
	do {
		if ((st = parent_of(t, buf_str(at), &next, &n, err)) != ST_OK)
			goto out;
		if (n < least) {
			least = n;
			buf_clear(&first);
			if ((st = buf_str_add(&first, buf_str(at), err)) != ST_OK)
				goto out;
		}
		buf_clear(at);
		if ((st = buf_str_add(at, buf_str(&next), err)) != ST_OK)
			goto out;
	} while (!str_eq(buf_str(at), buf_str(&mark)));
	scratch_db_bind(t->q[Q_CUT], 1, buf_str(&first));
	scratch_db_bind(t->q[Q_SPREAD], 1, buf_str(&first));
	if ((st = scratch_db_run(&t->db, t->q[Q_CUT], err)) == ST_OK)
		st = scratch_db_run(&t->db, t->q[Q_SPREAD], err);
out:
	buf_free(&mark);
	buf_free(&next);
	buf_free(&first);
	return st;
}

static enum status
grow(struct orgtree *t, struct err *err)
{
	int64_t from = 0;
	struct sqlite3_stmt *q = NULL;
	struct buf at;
	enum status st;
	struct str id;

	buf_init(&at, LIMIT_RECORD);
	if ((st = scratch_db_exec(&t->db, tops, err)) != ST_OK)
		goto out;
	scratch_db_bind(t->q[Q_SPREAD], 1, STR_NONE);
	if ((st = scratch_db_run(&t->db, t->q[Q_SPREAD], err)) != ST_OK || (st = scratch_db_exec(&t->db, "CREATE INDEX d_n ON d (n)", err)) != ST_OK)
		goto out;
	for (;;) {
		scratch_db_bind_int(t->q[Q_LOST], 1, from);
		if ((st = scratch_db_step(&t->db, t->q[Q_LOST], err)) != ST_OK)
			break;
		id = scratch_db_text(t->q[Q_LOST], 0);
		buf_clear(&at);
		st = buf_str_add(&at, id, err);
		scratch_db_reset(t->q[Q_LOST]);
		if (st == ST_OK && (st = parent_of(t, buf_str(&at), &at, &from, err)) == ST_OK) /* from: everything before has a place once this ring is cut */
			st = cut_ring(t, &at, err);
		if (st != ST_OK)
			goto out;
	}
	if (st == ST_END && (st = scratch_db_prepare(&t->db, &q, "SELECT max(depth) FROM d", err)) == ST_OK && (st = scratch_db_step(&t->db, q, err)) == ST_OK)
		t->depth = (unsigned)scratch_db_int(q, 0);
out:
	scratch_db_finalize(q);
	buf_free(&at);
	return st;
}

enum status
orgtree_open(struct orgtree **out, const struct view_input *in, struct err *err)
{
	struct orgtree *t = mem_get(1, sizeof(*t), err);
	enum status st;
	size_t i;

	*out = NULL;
	if (t == NULL)
		return ST_NOMEM;
	arena_init(&t->arena, LIMIT_ARENA);
	st = scratch_db_open(&t->db, in->scratch, schema, err);
	for (i = 0; st == ST_OK && i < Q__MAX; i++)
		st = scratch_db_prepare(&t->db, &t->q[i], sql[i], err);
	if (st == ST_OK && (st = in->records->run(in->records, "departments", department, t, err)) == ST_OK && (st = grow(t, err)) == ST_OK)
		st = in->records->run(in->records, "users", person, t, err);
	if (st != ST_OK) {
		orgtree_close(t);
		return st;
	}
	*out = t;
	return ST_OK;
}

/* --- asking --- */

static enum status
keep(struct sqlite3_stmt *q, int i, struct arena *a, struct str *out, struct err *err)
{
	const struct str s = scratch_db_text(q, i);

	*out = s;
	return s.p == NULL ? ST_OK : arena_dup(a, s, out, err);
}

enum status
orgtree_get(struct orgtree *t, struct str id, struct arena *a, struct orgtree_node *node, struct err *err)
{
	struct sqlite3_stmt *q = t->q[Q_GET];
	enum status st;

	scratch_db_bind(q, 1, id);
	if ((st = scratch_db_step(&t->db, q, err)) != ST_OK)
		return st;
	node->depth = (unsigned)scratch_db_int(q, 4);
	node->why = (enum orgtree_why)scratch_db_int(q, 5);
	if ((st = keep(q, 0, a, &node->id, err)) == ST_OK && (st = keep(q, 1, a, &node->parent, err)) == ST_OK &&
	    (st = keep(q, 2, a, &node->name, err)) == ST_OK)
		st = keep(q, 3, a, &node->version, err);
	scratch_db_reset(q);
	return st;
}

enum status
orgtree_path(struct orgtree *t, struct str id, struct arena *a, struct orgtree_node path[ORGTREE_DEPTH], size_t *n, struct err *err)
{
	enum status st;

	*n = 0;
	do {
		if ((st = orgtree_get(t, id, a, &path[*n], err)) != ST_OK)
			return st == ST_END ? ST_OK : st;
		id = path[*n].parent;
	} while (path[(*n)++].why == ORGTREE_BELOW && *n < ORGTREE_DEPTH);
	return ST_OK;
}

enum status
orgtree_person(struct orgtree *t, struct str id, struct arena *a, struct orgtree_person *out, struct err *err)
{
	struct sqlite3_stmt *q = t->q[Q_GET_PERSON];
	enum status st;

	scratch_db_bind(q, 1, id);
	if ((st = scratch_db_step(&t->db, q, err)) != ST_OK)
		return st;
	if ((st = keep(q, 0, a, &out->name, err)) == ST_OK && (st = keep(q, 1, a, &out->version, err)) == ST_OK)
		st = keep(q, 2, a, &out->home, err);
	scratch_db_reset(q);
	return st;
}

enum status
orgtree_home(struct orgtree *t, const struct record *rec, struct arena *a, struct str *home, struct err *err)
{
	const struct str main_one = org_set(rec, "main_department"), value = org_set(rec, "departments");
	struct org_object *list = NULL;
	struct orgtree_node node;
	enum status st;
	size_t i, n = 0;

	*home = main_one;
	if (main_one.p != NULL && (st = orgtree_get(t, main_one, a, &node, err)) != ST_END)
		return st;
	*home = STR_NONE;
	if (value.p == NULL)
		return ST_OK;
	if ((st = org_objects(value, org_membership, a, &list, &n, err)) != ST_OK)
		return st == ST_INPUT ? ST_OK : st;
	for (i = 0; i < n; i++) {
		if (list[i].v[0].p == NULL || (st = orgtree_get(t, list[i].v[0], a, &node, err)) == ST_END)
			continue;
		*home = list[i].v[0];
		return st;
	}
	return ST_OK;
}

static enum status
down(struct orgtree *t, struct sqlite3_stmt *q, struct str id, orgtree_each *each, void *ctx, struct err *err)
{
	enum status st;

	scratch_db_bind(q, 1, id);
	while ((st = scratch_db_step(&t->db, q, err)) == ST_OK)
		if ((st = each(ctx, scratch_db_text(q, 0), scratch_db_text(q, 1), err)) != ST_OK) {
			scratch_db_reset(q);
			return st;
		}
	return st == ST_END ? ST_OK : st;
}

enum status
orgtree_below(struct orgtree *t, struct str id, orgtree_each *each, void *ctx, struct err *err)
{
	return down(t, t->q[Q_BELOW], id, each, ctx, err);
}

enum status
orgtree_members(struct orgtree *t, struct str id, orgtree_each *each, void *ctx, struct err *err)
{
	return down(t, t->q[Q_MEMBERS], id, each, ctx, err);
}
