/* map_chat.c: common fields by name; the payload by the table of chat_payload.c. */
#include "exporters/map_chat.h"

#include "core/limits.h"
#include "core/utf8.h"

/* Members that every type has; where each stands in the message at hand (0: nowhere). */
enum { MSGID, ACTION, FROM, TOLIST, ROOMID, MSGTIME, MSGTYPE, TIME, USER, N_COMMON };
#define NAME(z)	{ z, sizeof(z) - 1 }
static const struct str common[N_COMMON] = {
	NAME("msgid"), NAME("action"), NAME("from"), NAME("tolist"), NAME("roomid"), NAME("msgtime"), NAME("msgtype"), NAME("time"), NAME("user")
};

/* In one pass.  Of a name that stands twice the last, as json_get.  Names come in the platform's order, so the next one expected is asked for first. */
static void
find_common(const struct json_node *t, size_t at[N_COMMON])
{
	bool odd = (t[0].flags & JSON_F_ODD_NAME) != 0;
	size_t c, k = 0, tries;

	memset(at, 0, N_COMMON * sizeof(*at));
	for (c = 1; c < t[0].next; c = t[c].next)
		for (tries = 0; tries < N_COMMON; tries++, k = (k + 1) % N_COMMON)
			if (odd ? json_same(t[c].key, common[k]) : str_eq(t[c].key, common[k])) {
				at[k] = c;
				k = (k + 1) % N_COMMON;
				break;
			}
}

/* The text of node ${i} (0: none) as a value. */
static enum status
text_of(const struct json_node *t, size_t i, struct arena *a, struct value *out, struct err *err)
{
	if (i == 0 || t[i].tok != JSON_STR)
		return ST_OK;
	out->as_is = t[i].flags == 0;
	return json_text(t[i].val, t[i].flags, a, &out->s, err);
}

/* Milliseconds, as a number or as digits in a string; what lies behind the year 9999 is none. */
static int64_t
time_of(const struct json_node *t, size_t i)
{
	int64_t ms;

	if (i == 0 || (t[i].tok != JSON_NUM && t[i].tok != JSON_STR) || str_i64(t[i].val, 1, INT64_C(253402300799999), &ms, NULL) != ST_OK)
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
	if (str_has_prefix(from, "wb"))
		return "robot";
	if (msgid.p != NULL && (str_has_prefix(from, "wm") || str_has_prefix(from, "wo")) &&
	    (memmem(msgid.p, msgid.n, "_external", 9) != NULL || memmem(msgid.p, msgid.n, "_updown_stream", 14) != NULL))
		return "external";
	return "member";
}

/* Recipients as texts in ${m} and as a JSON list in the record: the platform's own where it needs no change. */
static enum status
map_to(const struct json_node *t, size_t list, struct arena *a, struct record *rec, struct chat_message *m, struct err *err)
{
	struct value *to = &rec->n[MESSAGE_TO];
	struct buf json;
	enum status st;
	size_t i, k;
	void *p;

	if (list == 0 || t[list].tok != JSON_ARR)
		return ST_OK;
	if ((st = arena_get(a, t[list].n_children + 1, sizeof(*m->to), &p, err)) != ST_OK)
		return st;
	m->to = p;
	to->as_is = (t[0].flags & JSON_F_SPACE) == 0 && t[list].flags == 0;
	for (i = list + 1, k = 0; k < t[list].n_children; i = t[i].next, k++) {
		m->to[k] = t[i].val;
		if (t[i].tok != JSON_STR)
			to->as_is = false;
		else if ((st = json_text(t[i].val, t[i].flags, a, &m->to[k], err)) != ST_OK)
			return st;
	}
	m->n_to = k;
	if (to->as_is) {
		to->s = t[list].val;
		return ST_OK;
	}
	buf_init(&json, LIMIT_RECORD);
	st = buf_putc(&json, '[', err);
	for (k = 0; st == ST_OK && k < m->n_to; k++)
		if (k == 0 || (st = buf_putc(&json, ',', err)) == ST_OK)
			st = json_put_string(&json, m->to[k], err);
	if (st == ST_OK && (st = buf_putc(&json, ']', err)) == ST_OK)
		st = arena_dup(a, buf_str(&json), &to->s, err);
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
	size_t i;

	/* A single name, as in nearly all messages: the member's own text, nothing put together. */
	if (row->text[strcspn(row->text, " .[*$")] == '\0' && (i = json_get(t, payload, row->text)) != 0 && t[i].tok == JSON_STR &&
	    (t[i].val.n > 0 || row->is_text))
		return text_of(t, i, a, &rec->n[MESSAGE_TEXT], err);
	buf_init(&b, LIMIT_RECORD);
	if ((st = chat_payload_text(t, payload, row, a, &b, err)) == ST_OK && (b.n > 0 || row->is_text) &&
	    (st = arena_dup(a, buf_str(&b), &text, err)) == ST_OK)
		record_set(rec, "text", text);
	buf_free(&b);
	return st;
}

/* Seven common fields and a payload with nothing but its text: the most frequent message, which names no file. */
static bool
is_only_text(const struct json_node *t, size_t payload, const struct chat_type *row)
{
	return row != NULL && row->is_text && t[0].n_children <= 8 && (payload == 0 || t[payload].n_children <= 1);
}

static enum status
map_payload(const struct json_node *t, struct str type, struct arena *a, struct record *rec, struct chat_message *m, struct err *err)
{
	const struct chat_type *row = chat_payload_type(type);
	size_t payload = chat_payload_find(t, type, row), i;
	struct value *out = &rec->n[MESSAGE_PAYLOAD];
	struct str json = STR_NONE;
	bool only_text = is_only_text(t, payload, row);
	enum status st = ST_OK;

	if (row == NULL)
		record_flag(rec, "unknown_type");
	if (!only_text) {
		/* Where the whole had no white space, a part has none. */
		if (payload != 0 && (t[0].flags & JSON_F_SPACE) == 0)
			json = t[payload].val;
		else if ((st = payload != 0 ? map_chat_compact(t[payload].val, a, &json, err) : flat_payload(t, a, &json, err)) != ST_OK)
			return st;
		if (json.p != NULL && !(t[0].flags & JSON_F_BAD_UTF8))
			*out = (struct value){ .s = json, .ms = WHEN_UNKNOWN, .as_is = json_is_clean(&t[payload]) };
	}
	if (row != NULL && payload == 0 && (json.p == NULL || row->is_text) && !str_is(type, "switch"))
		record_flag(rec, "missing_fields");
	if (row != NULL && (st = map_text(t, payload, row, a, rec, err)) != ST_OK)
		return st;
	if (str_is(type, "revoke") && (i = json_get(t, payload, "pre_msgid")) != 0 &&
	    (st = text_of(t, i, a, &rec->n[MESSAGE_RECALLS], err)) != ST_OK)
		return st;
	if (!only_text && (st = map_files(t, a, rec, m, err)) != ST_OK)
		return st;
	m->has_lost_file = str_is(type, "qydiskfile") && m->files.n == 0;
	return ST_OK;
}

static enum status
map_object(const struct json_node *t, const struct chat_envelope *env, struct arena *a, struct record *rec, struct chat_message *m, struct err *err)
{
	struct value id = { .s = STR_NONE, .ms = WHEN_UNKNOWN }, *n = rec->n;
	size_t at[N_COMMON];
	enum status st;

	find_common(t, at);
	if ((st = text_of(t, at[MSGID], a, &id, err)) != ST_OK || (st = text_of(t, at[ACTION], a, &n[MESSAGE_ACTION], err)) != ST_OK ||
	    (st = text_of(t, at[MSGTYPE], a, &n[MESSAGE_TYPE], err)) != ST_OK || (st = text_of(t, at[FROM], a, &n[MESSAGE_FROM], err)) != ST_OK ||
	    (st = text_of(t, at[ROOMID], a, &n[MESSAGE_ROOM], err)) != ST_OK)
		return st;
	if (rec->id.n == 0)
		rec->id = id.s;
	else if (!str_eq(id.s, rec->id))
		record_flag(rec, "id_differs");
	if (str_eq(id.s, rec->id))
		n[MESSAGE_ID].as_is = id.as_is;
	m->sent_ms = time_of(t, at[MSGTIME]);
	if (n[MESSAGE_TYPE].s.p == NULL && str_is(n[MESSAGE_ACTION].s, "switch")) {	/* no msgtype, from, tolist [91774] */
		n[MESSAGE_TYPE].s = STR("switch");
		n[MESSAGE_FROM].s = STR_NONE;
		if ((st = text_of(t, at[USER], a, &n[MESSAGE_FROM], err)) != ST_OK)
			return st;
		m->sent_ms = time_of(t, at[TIME]);
	}
	m->from = n[MESSAGE_FROM].s;
	m->room = n[MESSAGE_ROOM].s;
	if (m->sent_ms == WHEN_UNKNOWN || n[MESSAGE_ACTION].s.p == NULL || m->from.p == NULL || n[MESSAGE_TYPE].s.p == NULL || env->msgid.n == 0)
		record_flag(rec, "missing_fields");
	if (m->from.n > 0)
		n[MESSAGE_FROM_KIND] = (struct value){ .s = str_of(kind_of(m->from, rec->id)), .ms = WHEN_UNKNOWN, .as_is = true };
	n[MESSAGE_SENT_AT].ms = m->sent_ms;
	if ((st = map_to(t, at[TOLIST], a, rec, m, err)) != ST_OK)
		return st;
	return map_payload(t, n[MESSAGE_TYPE].s, a, rec, m, err);
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
	rec->n[MESSAGE_SEQ].s = env->seq;
	rec->n[MESSAGE_KEY_VERSION].s = env->key_version;
	st = json_tape(plain, a, &t, &n, err);
	if (st == ST_INPUT || st == ST_LIMIT) {
		keep_raw(plain, rec, st == ST_INPUT ? "not_json" : "over_limit");
		st = ST_OK;
	} else if (st == ST_OK) {
		flag_all(rec, t[0].flags);
		if (t[0].flags & JSON_F_BAD_UTF8) {
			rec->raw = plain;
			rec->raw_form = RAW_BYTES;
		} else {
			rec->raw = json_whole(&t[0]);
			rec->raw_as_is = true;
			if ((t[0].flags & JSON_F_SPACE) != 0 && (st = map_chat_compact(rec->raw, a, &rec->raw, err)) != ST_OK)
				return st;
		}
		if (t[0].tok == JSON_OBJ)
			st = map_object(t, env, a, rec, m, err);
		else
			record_flag(rec, "unknown_type");
	}
	if (st == ST_OK)
		rec->n[MESSAGE_ID].s = rec->id;
	return st;
}
