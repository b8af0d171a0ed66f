/* html_index.c: what the lists are made from, in a scratch database. */
#include "formats/html_index_priv.h"

#include "core/limits.h"
#include "core/mem.h"

static const char schema[] =
    "CREATE TABLE talk (n INTEGER PRIMARY KEY, dir BLOB NOT NULL, title BLOB, room BLOB, messages INTEGER NOT NULL, days INTEGER NOT NULL, first BLOB, last BLOB);"
    "CREATE TABLE day (day BLOB NOT NULL, talk INTEGER NOT NULL, messages INTEGER NOT NULL, PRIMARY KEY (day, talk)) WITHOUT ROWID;"
    "CREATE INDEX day_talk ON day (talk, day, messages);"
    "CREATE TABLE person (id BLOB NOT NULL, talk INTEGER NOT NULL, sent INTEGER NOT NULL, PRIMARY KEY (id, talk)) WITHOUT ROWID;"
    "CREATE TABLE place (id BLOB NOT NULL, version BLOB NOT NULL, part INTEGER NOT NULL, PRIMARY KEY (id, version)) WITHOUT ROWID;";

#define TALK "t.dir, t.title, t.room, t.messages, t.days, t.first, t.last"
static const char *const queries[HTML_INDEX_QUERIES] = {
	[PUT_TALK] = "INSERT INTO talk (n, dir, title, room, messages, days) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[PUT_DAY] = "INSERT INTO day (day, talk, messages) VALUES (?1, ?2, ?3)",
	[SEEN_DAY] = "UPDATE talk SET first = coalesce(first, ?2), last = ?2 WHERE n = ?1",
	[PUT_PERSON] = "INSERT INTO person (id, talk, sent) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET sent = sent + ?3",
	[PUT_PLACE] = "INSERT OR REPLACE INTO place (id, version, part) VALUES (?1, ?2, ?3)",
	[GET_PLACE] = "SELECT part FROM place WHERE id = ?1 AND version = ?2",
	[TOTALS] = "SELECT count(*), sum(messages), (SELECT count(DISTINCT id) FROM person) FROM talk",
	[TALKS] = "SELECT " TALK " FROM talk AS t ORDER BY t.last DESC, t.n",
	[ROOMS] = "SELECT " TALK " FROM talk AS t WHERE t.room IS NOT NULL ORDER BY t.last DESC, t.n",
	[MONTHS] = "SELECT substr(day, 1, 7) AS month, sum(messages) FROM day GROUP BY month ORDER BY month",
	[MONTH] = "SELECT " TALK ", d.day, d.messages FROM day AS d JOIN talk AS t ON t.n = d.talk WHERE d.day >= ?1 AND d.day < ?2 ORDER BY d.day, t.n",
	[PEOPLE] = "SELECT id, count(*), sum(sent) FROM person GROUP BY id ORDER BY id",
	[LONG_TALKS] = "SELECT n, dir, title, room FROM talk WHERE days >= ?1 ORDER BY n",
	[DAYS] = "SELECT day, messages FROM day WHERE talk = ?1 ORDER BY day",
	[PERSON] = "SELECT " TALK ", p.sent FROM person AS p JOIN talk AS t ON t.n = p.talk WHERE p.id = ?1 ORDER BY t.last DESC, t.n",
};

enum status
html_index_open(struct html_index **out, const struct view_input *in, struct err *err)
{
	struct html_index *x = mem_get(1, sizeof(*x), err);
	enum status st;
	size_t i;

	*out = NULL;
	if (x == NULL)
		return ST_NOMEM;
	arena_init(&x->arena, LIMIT_ARENA);
	st = scratch_db_open(&x->db, in->scratch, schema, err);
	for (i = 0; i < HTML_INDEX_QUERIES && st == ST_OK; i++)
		st = scratch_db_prepare(&x->db, &x->q[i], queries[i], err);
	if (st != ST_OK) {
		html_index_close(x);
		return st;
	}
	*out = x;
	return ST_OK;
}

void
html_index_close(struct html_index *x)
{
	size_t i;

	if (x == NULL)
		return;
	for (i = 0; i < HTML_INDEX_QUERIES; i++)
		scratch_db_finalize(x->q[i]);
	scratch_db_close(&x->db);
	arena_free(&x->arena);
	mem_free(x);
}

/* --- gathering --- */

enum status
html_index_talk(struct html_index *x, int64_t number, const char *dir, struct str title, struct str room, uint64_t n_messages, uint64_t n_days,
    struct err *err)
{
	struct sqlite3_stmt *q = x->q[PUT_TALK];

	scratch_db_bind_int(q, 1, number);
	scratch_db_bind(q, 2, str_of(dir));
	scratch_db_bind(q, 3, title);
	scratch_db_bind(q, 4, room);
	scratch_db_bind_int(q, 5, (int64_t)n_messages);
	scratch_db_bind_int(q, 6, (int64_t)n_days);
	return scratch_db_run(&x->db, q, err);
}

enum status
html_index_day(struct html_index *x, int64_t number, const char *day, uint64_t n_messages, struct err *err)
{
	struct sqlite3_stmt *q = x->q[PUT_DAY];
	enum status st;

	scratch_db_bind(q, 1, str_of(day));
	scratch_db_bind_int(q, 2, number);
	scratch_db_bind_int(q, 3, (int64_t)n_messages);
	if ((st = scratch_db_run(&x->db, q, err)) != ST_OK || day[0] == 'u')
		return st;
	q = x->q[SEEN_DAY];
	scratch_db_bind_int(q, 1, number);
	scratch_db_bind(q, 2, str_of(day));
	return scratch_db_run(&x->db, q, err);
}

enum status
html_index_person(struct html_index *x, int64_t number, struct str id, bool sent, struct err *err)
{
	struct sqlite3_stmt *q = x->q[PUT_PERSON];

	scratch_db_bind(q, 1, id);
	scratch_db_bind_int(q, 2, number);
	scratch_db_bind_int(q, 3, sent);
	return scratch_db_run(&x->db, q, err);
}

static void
bind_place(struct sqlite3_stmt *q, struct str id, struct str version)
{
	scratch_db_bind(q, 1, id.p == NULL ? STR("") : id);
	scratch_db_bind(q, 2, version.p == NULL ? STR("") : version);
}

enum status
html_index_place(struct html_index *x, struct str id, struct str version, unsigned part, struct err *err)
{
	bind_place(x->q[PUT_PLACE], id, version);
	scratch_db_bind_int(x->q[PUT_PLACE], 3, part);
	return scratch_db_run(&x->db, x->q[PUT_PLACE], err);
}

enum status
html_index_part(struct html_index *x, struct str id, struct str version, unsigned *part, struct err *err)
{
	struct sqlite3_stmt *q = x->q[GET_PLACE];
	enum status st;

	*part = 1;
	bind_place(q, id, version);
	if ((st = scratch_db_step(&x->db, q, err)) == ST_OK) {
		*part = (unsigned)scratch_db_int(q, 0);
		scratch_db_reset(q);
	}
	return st == ST_END ? ST_OK : st;
}
