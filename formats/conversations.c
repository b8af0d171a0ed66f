/* conversations.c: messages in a scratch database, with what orders them beside their lines. */
#include "formats/conversations.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/scratch_db.h"
#include "formats/stamp.h"

#define UNDATED	0	/* as a day; others are 20261121 */

static const char schema[] =
    "CREATE TABLE conversation (id INTEGER PRIMARY KEY, is_room INTEGER NOT NULL, key BLOB NOT NULL, UNIQUE (is_room, key));"
    "CREATE TABLE message (n INTEGER PRIMARY KEY, conversation INTEGER NOT NULL, day INTEGER NOT NULL, at INTEGER NOT NULL, id BLOB, recalls BLOB, line BLOB NOT NULL);";
/* Made once all are there: sorted in one go instead of page by page. */
static const char indexes[] =
    "CREATE INDEX message_place ON message (conversation, day, at, n);"
    "CREATE INDEX message_id ON message (id);"
    "CREATE INDEX message_recalls ON message (recalls) WHERE recalls IS NOT NULL;";

enum { PUT_CONVERSATION, GET_CONVERSATION, PUT_MESSAGE, EACH, DAYS, DAY, ALL, FIND, RECALL, N_QUERIES };
static const char *const queries[N_QUERIES] = {
	[PUT_CONVERSATION] = "INSERT INTO conversation (is_room, key) VALUES (?1, ?2)",
	[GET_CONVERSATION] = "SELECT id FROM conversation WHERE is_room = ?1 AND key = ?2",
	[PUT_MESSAGE] = "INSERT INTO message (conversation, day, at, id, recalls, line) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
	[EACH] = ("SELECT id, is_room, key, (SELECT count(*) FROM message WHERE conversation = c.id),"
		 " (SELECT count(DISTINCT day) FROM message WHERE conversation = c.id) FROM conversation AS c ORDER BY id"),
	[DAYS] = "SELECT day, count(*) FROM message WHERE conversation = ?1 GROUP BY day ORDER BY day",
	[DAY] = "SELECT line FROM message WHERE conversation = ?1 AND day = ?2 ORDER BY at, n",
	[ALL] = "SELECT line FROM message WHERE conversation = ?1 ORDER BY day, at, n",
	[FIND] = "SELECT conversation, day, line FROM message WHERE id = ?1 ORDER BY n DESC LIMIT 1",
	[RECALL] = "SELECT line FROM message WHERE recalls = ?1 ORDER BY n LIMIT 1",
};

struct conversations {
	struct scratch_db db;
	struct sqlite3_stmt *q[N_QUERIES];
	struct stamp stamp;
	struct arena arena; /* of the record at hand */
	struct buf key;
};

/* --- reading --- */

static int
by_bytes(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

/* Sender and recipients, each once, as a JSON list in ${c}->key. */
static enum status
members(struct conversations *c, const struct record *rec, struct err *err)
{
	const struct str from = rec->n[MESSAGE_FROM].s, to = rec->n[MESSAGE_TO].s;
	struct json_node *t = NULL;
	struct str *ids;
	size_t i, k, n_nodes = 0, n = 0;
	enum status st;
	void *p;

	if (to.p != NULL && (st = json_tape(to, &c->arena, &t, &n_nodes, err)) != ST_OK)
		return st;
	if ((st = arena_get(&c->arena, n_nodes + 1, sizeof(*ids), &p, err)) != ST_OK)
		return st;
	ids = p;
	if (from.n > 0)
		ids[n++] = from;
	for (i = 1, k = 0; t != NULL && t[0].tok == JSON_ARR && k < t[0].n_children; i = t[i].next, k++)
		if (t[i].tok == JSON_STR && (st = json_text(t[i].val, t[i].flags, &c->arena, &ids[n++], err)) != ST_OK)
			return st;
	if (n > 1)
		qsort(ids, n, sizeof(*ids), by_bytes);
	st = buf_putc(&c->key, '[', err);
	for (i = 0; i < n && st == ST_OK; i++)
		if (i == 0 || str_cmp(ids[i - 1], ids[i]) != 0) {
			if (c->key.n > 1 && (st = buf_putc(&c->key, ',', err)) != ST_OK)
				return st;
			st = json_put_string(&c->key, ids[i], err);
		}
	return st == ST_OK ? buf_putc(&c->key, ']', err) : st;
}

static enum status
conversation_of(struct conversations *c, const struct record *rec, int64_t *id, struct err *err)
{
	const struct str room = rec->n[MESSAGE_ROOM].s;
	struct sqlite3_stmt *get = c->q[GET_CONVERSATION], *put = c->q[PUT_CONVERSATION];
	enum status st;

	buf_clear(&c->key);
	if ((st = room.n > 0 ? buf_str_add(&c->key, room, err) : members(c, rec, err)) != ST_OK)
		return st;
	scratch_db_bind_int(get, 1, room.n > 0);
	scratch_db_bind(get, 2, buf_str(&c->key));
	if ((st = scratch_db_step(&c->db, get, err)) == ST_OK) {
		*id = scratch_db_int(get, 0);
		scratch_db_reset(get);
		return ST_OK;
	}
	if (st != ST_END)
		return st;
	scratch_db_bind_int(put, 1, room.n > 0);
	scratch_db_bind(put, 2, buf_str(&c->key));
	st = scratch_db_run(&c->db, put, err);
	*id = scratch_db_last(&c->db);
	return st;
}

static int64_t
day_of(struct conversations *c, int64_t ms)
{
	char text[STAMP_LEN];

	if (stamp_local(&c->stamp, ms, text) == 0)
		return UNDATED;
	return ((text[0] - '0') * 1000 + (text[1] - '0') * 100 + (text[2] - '0') * 10 + (text[3] - '0')) * 10000 +
	    ((text[5] - '0') * 10 + (text[6] - '0')) * 100 + (text[8] - '0') * 10 + (text[9] - '0');
}

static void
day_text(int64_t day, char out[CONVERSATIONS_DAY])
{
	if (day == UNDATED)
		memcpy(out, "undated", sizeof("undated"));
	else
		(void)snprintf(out, CONVERSATIONS_DAY, "%04d-%02d-%02d", (int)(day / 10000 % 10000), (int)(day / 100 % 100), (int)(day % 100));
}

static enum status
take(void *ctx, const struct record *rec, struct err *err)
{
	struct conversations *c = ctx;
	struct sqlite3_stmt *q = c->q[PUT_MESSAGE];
	int64_t id = 0, at = rec->n[MESSAGE_SENT_AT].ms;
	enum status st;

	if (rec->kind != REC_MESSAGE)
		return ST_OK;
	arena_reset(&c->arena);
	if ((st = conversation_of(c, rec, &id, err)) != ST_OK)
		return st;
	scratch_db_bind_int(q, 1, id);
	scratch_db_bind_int(q, 2, day_of(c, at));
	scratch_db_bind_int(q, 3, at);
	scratch_db_bind(q, 4, rec->id);
	scratch_db_bind(q, 5, rec->n[MESSAGE_RECALLS].s.n > 0 ? rec->n[MESSAGE_RECALLS].s : STR_NONE);
	scratch_db_bind(q, 6, rec->line);
	return scratch_db_run(&c->db, q, err);
}

enum status
conversations_open(struct conversations **out, const struct view_input *in, struct err *err)
{
	struct conversations *c = mem_get(1, sizeof(*c), err);
	enum status st;
	size_t i;

	*out = NULL;
	if (c == NULL)
		return ST_NOMEM;
	stamp_init(&c->stamp);
	arena_init(&c->arena, LIMIT_ARENA);
	buf_init(&c->key, 8 * LIMIT_RECORD);
	st = scratch_db_open(&c->db, in->scratch, schema, err);
	for (i = 0; i < N_QUERIES && st == ST_OK; i++)
		st = scratch_db_prepare(&c->db, &c->q[i], queries[i], err);
	if (st == ST_OK && (st = in->records->run(in->records, "messages", take, c, err)) == ST_OK)
		st = scratch_db_exec(&c->db, indexes, err);
	if (st != ST_OK) {
		conversations_close(c);
		return st;
	}
	*out = c;
	return ST_OK;
}

void
conversations_close(struct conversations *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < N_QUERIES; i++)
		scratch_db_finalize(c->q[i]);
	scratch_db_close(&c->db);
	arena_free(&c->arena);
	buf_free(&c->key);
	mem_free(c);
}

/* --- giving --- */

enum status
conversations_each(
    struct conversations *c, enum status (*each)(void *ctx, const struct conversation *, struct err *), void *ctx, struct err *err)
{
	struct sqlite3_stmt *q = c->q[EACH];
	enum status st;

	while ((st = scratch_db_step(&c->db, q, err)) == ST_OK) {
		const struct str key = scratch_db_text(q, 2);
		const bool room = scratch_db_int(q, 1) != 0;
		const struct conversation now = { .number = scratch_db_int(q, 0), .room = room ? key : STR_NONE, .members = room ? STR_NONE : key,
			.key = key, .n_messages = (uint64_t)scratch_db_int(q, 3), .n_days = (uint64_t)scratch_db_int(q, 4) };

		if ((st = each(ctx, &now, err)) != ST_OK) {
			scratch_db_reset(q);
			return st;
		}
	}
	return st == ST_END ? ST_OK : st;
}

enum status
conversations_days(
    struct conversations *c, int64_t number, enum status (*each)(void *ctx, const char *day, uint64_t n, struct err *), void *ctx, struct err *err)
{
	struct sqlite3_stmt *q = c->q[DAYS];
	char day[CONVERSATIONS_DAY];
	enum status st;

	scratch_db_bind_int(q, 1, number);
	while ((st = scratch_db_step(&c->db, q, err)) == ST_OK) {
		day_text(scratch_db_int(q, 0), day);
		if ((st = each(ctx, day, (uint64_t)scratch_db_int(q, 1), err)) != ST_OK) {
			scratch_db_reset(q);
			return st;
		}
	}
	return st == ST_END ? ST_OK : st;
}

static int64_t
day_number(const char *day)
{
	int y, m, d;

	return sscanf(day, "%4d-%2d-%2d", &y, &m, &d) == 3 ? (int64_t)y * 10000 + m * 100 + d : UNDATED;
}

enum status
conversations_messages(struct conversations *c, int64_t number, const char *day, enum status (*each)(void *ctx, const struct record *, struct err *),
    void *ctx, struct err *err)
{
	struct sqlite3_stmt *q = c->q[day == NULL ? ALL : DAY];
	struct record rec;
	enum status st;

	scratch_db_bind_int(q, 1, number);
	if (day != NULL)
		scratch_db_bind_int(q, 2, day_number(day));
	while ((st = scratch_db_step(&c->db, q, err)) == ST_OK) {
		arena_reset(&c->arena);
		if ((st = record_decode(scratch_db_text(q, 0), &c->arena, &rec, err)) == ST_OK) {
			rec.stream = "messages";
			st = each(ctx, &rec, err);
		}
		if (st != ST_OK) {
			scratch_db_reset(q);
			return st;
		}
	}
	return st == ST_END ? ST_OK : st;
}

enum status
conversations_find(struct conversations *c, struct str id, struct arena *a, struct conversations_place *out, struct err *err)
{
	struct sqlite3_stmt *q = c->q[FIND];
	enum status st;

	scratch_db_bind(q, 1, id.p == NULL ? STR("") : id);
	if ((st = scratch_db_step(&c->db, q, err)) != ST_OK)
		return st;
	out->number = scratch_db_int(q, 0);
	day_text(scratch_db_int(q, 1), out->day);
	st = scratch_db_dup(q, 2, a, &out->line, err);
	scratch_db_reset(q);
	return st;
}

enum status
conversations_recall(struct conversations *c, struct str id, struct arena *a, struct str *line, struct err *err)
{
	struct sqlite3_stmt *q = c->q[RECALL];
	enum status st;

	scratch_db_bind(q, 1, id.p == NULL ? STR("") : id);
	if ((st = scratch_db_step(&c->db, q, err)) != ST_OK)
		return st;
	st = scratch_db_dup(q, 0, a, line, err);
	scratch_db_reset(q);
	return st;
}
