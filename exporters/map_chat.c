/* map_chat.c: common fields by name; the payload by the table of chat_payload.c. */
#include "exporters/map_chat.h"

#include "core/limits.h"
#include "core/utf8.h"

static enum status
text_of(const struct json_node *t, const char *name, struct arena *a, struct str *out, struct err *err)
{
	size_t i = json_get(t, 0, name);

	*out = STR_NONE;
	if (i == 0 || t[i].tok != JSON_STR)
		return ST_OK;
	return json_text(t[i].val, t[i].flags, a, out, err);
}

/* Milliseconds, as a number or as digits in a string. */
static int64_t
time_of(const struct json_node *t, const char *name)
{
	size_t i = json_get(t, 0, name);
	int64_t ms;

	if (i == 0 || (t[i].tok != JSON_NUM && t[i].tok != JSON_STR) || str_i64(t[i].val, 1, INT64_MAX, &ms, NULL) != ST_OK)
		return WHEN_UNKNOWN;
	return ms;
}

/* A buffer over arena memory: as large as it may ever become, so that it is never grown. */
static enum status
arena_buf(struct arena *a, size_t n, struct buf *out, struct err *err)
{
	void *p;
	enum status st;

	if ((st = arena_get(a, n + 1, 1, &p, err)) == ST_OK)
		*out = (struct buf){ p, 0, n + 1, n + 1 };
	return st;
}

enum status
map_chat_compact(struct str value, struct arena *a, struct str *out, struct err *err)
{
	struct buf b;
	enum status st;

	if ((st = arena_buf(a, value.n, &b, err)) != ST_OK || (st = json_compact(value, &b, err)) != ST_OK)
		return st;
	*out = buf_str(&b);
	return ST_OK;
}

static void
flag_all(struct record *rec, unsigned flags)
{
	if (flags & JSON_F_DUPLICATE)
		record_flag(rec, "duplicate_key");
	if (flags & JSON_F_SURROGATE)
		record_flag(rec, "lone_surrogate");
	if (flags & JSON_F_BAD_UTF8)
		record_flag(rec, "invalid_utf8");
}

/*
 * Document 91774: external contacts begin with wm or wo, robots with wb.  A member may be called "woody": the message id says whether anyone
 * from outside takes part.
 */
static const char *
kind_of(struct str from, struct str msgid)
{
	bool outside = memmem(msgid.p == NULL ? "" : msgid.p, msgid.n, "_external", 9) != NULL ||
	    memmem(msgid.p == NULL ? "" : msgid.p, msgid.n, "_updown_stream", 14) != NULL;

	if (str_has_prefix(from, "wb"))
		return "robot";
	if (outside && (str_has_prefix(from, "wm") || str_has_prefix(from, "wo")))
		return "external";
	return "member";
}

/* Recipients as texts in ${m} and as a JSON list in the record. */
static enum status
map_to(const struct json_node *t, struct arena *a, struct record *rec, struct chat_message *m, struct err *err)
{
	size_t list = json_get(t, 0, "tolist"), i, k;
	struct buf json;
	struct str text;
	void *p;
	enum status st;

	if (list == 0 || t[list].tok != JSON_ARR)
		return ST_OK;
	if ((st = arena_get(a, t[list].n_children + 1, sizeof(*m->to), &p, err)) != ST_OK)
		return st;
	m->to = p;
	buf_init(&json, LIMIT_RECORD);
	st = buf_putc(&json, '[', err);
	for (i = list + 1, k = 0; st == ST_OK && k < t[list].n_children; i = t[i].next, k++) {
		if (t[i].tok == JSON_STR)
			st = json_text(t[i].val, t[i].flags, a, &text, err);
		else
			text = t[i].val;
		if (st == ST_OK && (k == 0 || (st = buf_putc(&json, ',', err)) == ST_OK))
			st = json_put_string(&json, text, err);
		m->to[m->n_to++] = text;
	}
	if (st == ST_OK && (st = buf_putc(&json, ']', err)) == ST_OK && (st = arena_dup(a, buf_str(&json), &text, err)) == ST_OK)
		record_set(rec, "to", text);
	buf_free(&json);
	return st;
}

static enum status
map_files(const struct json_node *t, struct arena *a, struct record *rec, struct chat_message *m, struct err *err)
{
	struct buf json;
	struct str text;
	enum status st;
	size_t i;

	if ((st = chat_payload_files(t, 0, a, &m->files, err)) != ST_OK || m->files.n == 0)
		return st;
	buf_init(&json, LIMIT_RECORD);
	st = buf_putc(&json, '[', err);
	for (i = 0; st == ST_OK && i < m->files.n; i++)
		if (i == 0 || (st = buf_putc(&json, ',', err)) == ST_OK)
			st = json_put_string(&json, m->files.v[i].id, err);
	if (st == ST_OK && (st = buf_putc(&json, ']', err)) == ST_OK && (st = arena_dup(a, buf_str(&json), &text, err)) == ST_OK)
		record_set(rec, "files", text);
	buf_free(&json);
	return st;
}

/* Fields that stand at top level because there is no payload object: {…} of all that are not common to every type. */
static enum status
flat_payload(const struct json_node *t, struct arena *a, struct str *out, struct err *err)
{
	struct buf b;
	enum status st;
	size_t i, k, n = 0;

	*out = STR_NONE;
	if ((st = arena_buf(a, t[0].val.n, &b, err)) != ST_OK || (st = buf_putc(&b, '{', err)) != ST_OK)
		return st;
	for (i = 1, k = 0; k < t[0].n_children; i = t[i].next, k++) {
		if (chat_payload_is_common(t[i].key))
			continue;
		if ((n++ > 0 && (st = buf_putc(&b, ',', err)) != ST_OK) || (st = buf_putc(&b, '"', err)) != ST_OK ||
		    (st = buf_str_add(&b, t[i].key, err)) != ST_OK || (st = buf_addz(&b, "\":", err)) != ST_OK ||
		    (st = json_compact(json_whole(&t[i]), &b, err)) != ST_OK)
			return st;
	}
	if (n > 0 && (st = buf_putc(&b, '}', err)) == ST_OK)
		*out = buf_str(&b);
	return st;
}

static enum status
map_text(const struct json_node *t, size_t payload, const struct chat_type *row, struct arena *a, struct record *rec, struct err *err)
{
	struct buf b;
	struct str text;
	enum status st;

	buf_init(&b, LIMIT_RECORD);
	if ((st = chat_payload_text(t, payload, row, a, &b, err)) == ST_OK && (b.n > 0 || row->is_text) &&
	    (st = arena_dup(a, buf_str(&b), &text, err)) == ST_OK)
		record_set(rec, "text", text);
	buf_free(&b);
	return st;
}

static enum status
map_payload(const struct json_node *t, struct str type, struct arena *a, struct record *rec, struct chat_message *m, struct err *err)
{
	const struct chat_type *row = chat_payload_type(type);
	size_t payload = chat_payload_find(t, type, row), i;
	struct str json = STR_NONE, recalls;
	enum status st = ST_OK;

	if (row == NULL)
		record_flag(rec, "unknown_type");
	if (row == NULL || !row->is_text) {
		/* Where the whole had no white space, a part has none. */
		if (payload != 0 && rec->raw_form == RAW_JSON && rec->raw.n == t[0].val.n)
			json = t[payload].val;
		else if ((st = payload != 0 ? map_chat_compact(t[payload].val, a, &json, err) : flat_payload(t, a, &json, err)) != ST_OK)
			return st;
		if (json.p != NULL && !(t[0].flags & JSON_F_BAD_UTF8))
			(json_is_clean(&t[payload]) ? record_set_ijson : record_set)(rec, "payload", json);
	}
	if (row != NULL && payload == 0 && json.p == NULL && !str_is(type, "switch"))
		record_flag(rec, "missing_fields");
	if (row != NULL && (st = map_text(t, payload, row, a, rec, err)) != ST_OK)
		return st;
	if (str_is(type, "revoke") && (i = json_get(t, payload, "pre_msgid")) != 0 && t[i].tok == JSON_STR) {
		if ((st = json_text(t[i].val, t[i].flags, a, &recalls, err)) != ST_OK)
			return st;
		record_set(rec, "recalls", recalls);
	}
	if ((row == NULL || !row->is_text) && (st = map_files(t, a, rec, m, err)) != ST_OK)
		return st;
	m->has_lost_file = str_is(type, "qydiskfile") && m->files.n == 0;
	return ST_OK;
}

static enum status
map_object(const struct json_node *t, const struct chat_envelope *env, struct arena *a, struct record *rec, struct chat_message *m, struct err *err)
{
	struct str id, action, type;
	enum status st;

	if ((st = text_of(t, "msgid", a, &id, err)) != ST_OK || (st = text_of(t, "action", a, &action, err)) != ST_OK ||
	    (st = text_of(t, "msgtype", a, &type, err)) != ST_OK || (st = text_of(t, "from", a, &m->from, err)) != ST_OK ||
	    (st = text_of(t, "roomid", a, &m->room, err)) != ST_OK)
		return st;
	if (rec->id.n == 0)
		rec->id = id;
	else if (!str_eq(id, rec->id))
		record_flag(rec, "id_differs");
	m->sent_ms = time_of(t, "msgtime");
	if (type.p == NULL && str_is(action, "switch")) {	/* no msgtype, from, tolist [91774] */
		type = STR("switch");
		if ((st = text_of(t, "user", a, &m->from, err)) != ST_OK)
			return st;
		m->sent_ms = time_of(t, "time");
	}
	if (m->sent_ms == WHEN_UNKNOWN || action.p == NULL || m->from.p == NULL || type.p == NULL || env->msgid.n == 0)
		record_flag(rec, "missing_fields");
	record_set(rec, "action", action);
	record_set(rec, "type", type);
	record_set(rec, "from", m->from);
	if (m->from.n > 0)
		record_set(rec, "from_kind", str_of(kind_of(m->from, rec->id)));
	record_set(rec, "room", m->room);
	record_set_time(rec, "sent_at", m->sent_ms);
	if ((st = map_to(t, a, rec, m, err)) != ST_OK)
		return st;
	return map_payload(t, type, a, rec, m, err);
}

/* What is no JSON object of ours. */
static void
keep_raw(struct str plain, struct record *rec, const char *flag)
{
	rec->raw = plain.p == NULL ? STR("") : plain;
	rec->raw_form = utf8_ok(rec->raw) ? RAW_TEXT : RAW_BYTES;
	record_flag(rec, flag);
	if (rec->raw_form == RAW_BYTES)
		record_flag(rec, "invalid_utf8");
}

enum status
map_chat_message(struct str plain, const struct chat_envelope *env, struct arena *a, struct record *rec,
    struct chat_message *m, struct err *err)
{
	struct json_node *t;
	size_t n;
	enum status st;

	memset(m, 0, sizeof(*m));
	m->sent_ms = WHEN_UNKNOWN;
	record_init(rec, REC_MESSAGE, "messages");
	rec->id = env->msgid;
	record_set(rec, "seq", env->seq);
	record_set(rec, "key_version", env->key_version);
	st = json_tape(plain, a, &t, &n, err);
	if (st == ST_INPUT || st == ST_LIMIT) {
		keep_raw(plain, rec, st == ST_INPUT ? "not_json" : "over_limit");
		st = ST_OK;
	} else if (st == ST_OK) {
		flag_all(rec, t[0].flags);
		if (t[0].flags & JSON_F_BAD_UTF8) {
			rec->raw = plain;
			rec->raw_form = RAW_BYTES;
		} else if ((st = map_chat_compact(json_whole(&t[0]), a, &rec->raw, err)) != ST_OK)
			return st;
		if (t[0].tok == JSON_OBJ)
			st = map_object(t, env, a, rec, m, err);
		else
			record_flag(rec, "unknown_type");
	}
	if (st == ST_OK)
		record_set(rec, "id", rec->id);
	return st;
}
