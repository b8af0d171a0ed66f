/* chat_cursor.c: {"seq":…,"time":…,"read":…,"files":…,"messages":…,…,"begun":true,…}; a member that is not there is as at the beginning. */
#include "exporters/chat_cursor.h"

#include <inttypes.h>

#include "core/arena.h"
#include "core/i18n.h"
#include "core/json.h"

#define ARENA_MAX	((size_t)128 << 20)

static const struct { const char *name; size_t offset; } counts[] = {
	{ "files", offsetof(struct chat_cursor, files_length) }, { "messages", offsetof(struct chat_cursor, n_messages) },
	{ "files_given", offsetof(struct chat_cursor, n_files) }, { "undecrypted", offsetof(struct chat_cursor, n_undecrypted) },
	{ "lost_files", offsetof(struct chat_cursor, n_lost_files) }, { "jumps", offsetof(struct chat_cursor, n_jumps) }, { "missing", offsetof(struct chat_cursor, n_missing) },
	{ "retry_at", offsetof(struct chat_cursor, retry_at) }, { "retry_length", offsetof(struct chat_cursor, retry_length) },
	{ "in_vain", offsetof(struct chat_cursor, n_in_vain) }, { "not_tried", offsetof(struct chat_cursor, n_not_tried) },
	{ "rows_not_tried", offsetof(struct chat_cursor, n_rows_not_tried) }
};
static const struct { const char *name; size_t offset; } switches[] = {
	{ "begun", offsetof(struct chat_cursor, begun) }, { "done", offsetof(struct chat_cursor, done) },
	{ "rows_shut", offsetof(struct chat_cursor, rows_shut) }
};
#define N(a)	(sizeof(a) / sizeof((a)[0]))

static enum status
write_place(const struct chat_cursor *c, struct buf *out, struct err *err)
{
	enum status st;

	if (c->has_seq)
		st = buf_addf(out, err, "{\"seq\":%" PRIu64, c->seq);
	else
		st = buf_addz(out, "{\"seq\":null", err);
	if (st == ST_OK && c->time_ms != WHEN_UNKNOWN)
		st = buf_addf(out, err, ",\"time\":%" PRId64, c->time_ms);
	if (st == ST_OK && c->read_ms != WHEN_UNKNOWN)
		st = buf_addf(out, err, ",\"read\":%" PRId64, c->read_ms);
	return st;
}

enum status
chat_cursor_carry_write(const struct chat_cursor *c, struct buf *out, struct err *err)
{
	enum status st = write_place(c, out, err);

	return st == ST_OK ? buf_putc(out, '}', err) : st;
}

enum status
chat_cursor_write(const struct chat_cursor *c, struct buf *out, struct err *err)
{
	enum status st = write_place(c, out, err);
	uint64_t v;
	bool on;
	size_t i;

	for (i = 0; i < N(counts) && st == ST_OK; i++) {
		memcpy(&v, (const char *)c + counts[i].offset, sizeof(v));
		st = buf_addf(out, err, ",\"%s\":%" PRIu64, counts[i].name, v);
	}
	for (i = 0; i < N(switches) && st == ST_OK; i++) {
		memcpy(&on, (const char *)c + switches[i].offset, sizeof(on));
		st = buf_addf(out, err, ",\"%s\":%s", switches[i].name, on ? "true" : "false");
	}
	return st == ST_OK ? buf_putc(out, '}', err) : st;
}

/* Absent stays as it is. */
static bool
read_number(const struct json_node *t, const char *name, uint64_t *out)
{
	size_t i = json_get(t, 0, name);

	return i == 0 || t[i].tok == JSON_NULL || (t[i].tok == JSON_NUM && str_u64(t[i].val, 0, UINT64_MAX, out, NULL) == ST_OK);
}

static bool
read_time(const struct json_node *t, const char *name, int64_t *out)
{
	size_t i = json_get(t, 0, name);

	return i == 0 || (t[i].tok == JSON_NUM && str_i64(t[i].val, INT64_MIN + 1, INT64_MAX, out, NULL) == ST_OK);
}

enum status
chat_cursor_read(struct str in, struct chat_cursor *c, struct err *err)
{
	struct json_node *t;
	struct arena a;
	bool good, on;
	uint64_t v;
	size_t i, n;

	memset(c, 0, sizeof(*c));
	c->time_ms = c->read_ms = WHEN_UNKNOWN;
	arena_init(&a, ARENA_MAX);
	good = in.n <= CHAT_CARRY_MAX && json_tape(in, &a, &t, &n, NULL) == ST_OK && t[0].tok == JSON_OBJ &&
	    read_number(t, "seq", &c->seq) && read_time(t, "time", &c->time_ms) && read_time(t, "read", &c->read_ms);
	if (good) {
		i = json_get(t, 0, "seq");
		c->has_seq = i != 0 && t[i].tok == JSON_NUM;
	}
	for (i = 0; good && i < N(counts); i++) {
		v = 0;
		good = read_number(t, counts[i].name, &v);
		memcpy((char *)c + counts[i].offset, &v, sizeof(v));
	}
	for (i = 0; good && i < N(switches); i++) {
		n = json_get(t, 0, switches[i].name);
		on = n != 0 && t[n].tok == JSON_TRUE;
		memcpy((char *)c + switches[i].offset, &on, sizeof(on));
	}
	arena_free(&a);
	return good ? ST_OK : err_set(err, ST_CORRUPT, _("the place kept of the chat archive cannot be read"));
}

enum status
chat_cursor_carry_read(struct str in, struct chat_cursor *c, struct err *err)
{
	struct chat_cursor all;
	enum status st;

	memset(c, 0, sizeof(*c));
	c->time_ms = c->read_ms = WHEN_UNKNOWN;
	if (in.p == NULL || str_is(in, "null"))
		return ST_OK;
	if ((st = chat_cursor_read(in, &all, err)) != ST_OK)
		return st;
	c->seq = all.seq;
	c->has_seq = all.has_seq;
	c->time_ms = all.time_ms;
	c->read_ms = all.read_ms;
	return ST_OK;
}
