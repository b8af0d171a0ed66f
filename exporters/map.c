/* map.c: rules of a description applied to one object. */
#include "exporters/map.h"

#include <stdio.h>

#include "core/digest.h"
#include "core/limits.h"

/* --- writing JSON --- */

void
map_out_begin(struct map_out *o, struct err *err)
{
	buf_init(&o->b, LIMIT_RECORD);
	o->st = ST_OK;
	o->err = err;
}

void
map_put(struct map_out *o, const char *literal)
{
	if (o->st == ST_OK)
		o->st = buf_addz(&o->b, literal, o->err);
}

void
map_put_text(struct map_out *o, struct str s)
{
	if (o->st == ST_OK)
		o->st = json_put_string(&o->b, s.p == NULL ? STR("") : s, o->err);
}

void
map_put_time(struct map_out *o, int64_t ms)
{
	char text[WHEN_UTC_LEN + 1];

	if (ms == WHEN_UNKNOWN) {
		map_put(o, "null");
		return;
	}
	when_utc(ms, text);
	map_put_text(o, str_of(text));
}

enum status
map_out_end(struct map_out *o, struct arena *a, struct str *out)
{
	if (o->st == ST_OK)
		o->st = arena_dup(a, buf_str(&o->b), out, o->err);
	buf_free(&o->b);
	return o->st;
}

/* --- reading values --- */

struct str
map_text(const struct map_in *in, size_t i, enum status *st, struct err *err)
{
	struct str s = STR_NONE;

	if (i == 0 && in->item != 0)
		return s;
	switch (in->t[i].tok) {
	case JSON_STR:
		if (*st == ST_OK)
			*st = json_text(in->t[i].val, in->t[i].flags, in->a, &s, err);
		return s;
	case JSON_NUM:
	case JSON_TRUE:
	case JSON_FALSE:
		return in->t[i].val;
	default:
		return s;
	}
}

static int64_t
time_of(const struct json_node *t, size_t i, int64_t unit)
{
	int64_t v;

	if (i == 0 || (t[i].tok != JSON_NUM && t[i].tok != JSON_STR) ||
	    str_i64(t[i].val, 1, INT64_C(253402300799999) / unit, &v, NULL) != ST_OK)
		return WHEN_UNKNOWN;
	return v * unit;
}

int64_t
map_seconds(const struct json_node *t, size_t i)
{
	return time_of(t, i, 1000);
}

static enum status
take_text(const struct map_in *in, struct value *out, struct err *err)
{
	enum status st = ST_OK;

	out->s = map_text(in, in->v, &st, err);
	return st;
}

static enum status
take_s(const struct map_in *in, struct value *out, struct err *err)
{
	(void)err;
	out->ms = time_of(in->t, in->v, 1000);
	return ST_OK;
}

static enum status
take_ms(const struct map_in *in, struct value *out, struct err *err)
{
	(void)err;
	out->ms = time_of(in->t, in->v, 1);
	return ST_OK;
}

static enum status
take_json(const struct map_in *in, struct value *out, struct err *err)
{
	struct map_out o;

	if (in->v == 0)
		return ST_OK;
	map_out_begin(&o, err);
	if ((in->t[in->v].flags & JSON_F_BAD_UTF8) != 0)
		map_put(&o, "null");		/* cannot stand in a record line: raw has the bytes */
	else
		o.st = json_compact(json_whole(&in->t[in->v]), &o.b, err);
	return map_out_end(&o, in->a, &out->s);
}

/* A list of texts; with an argument that member of each object. */
static enum status
take_list(const struct map_in *in, struct value *out, struct err *err)
{
	struct map_out o;
	size_t k, c, i;
	bool first = true;

	if (in->v == 0 || in->t[in->v].tok != JSON_ARR)
		return ST_OK;
	map_out_begin(&o, err);
	map_put(&o, "[");
	for (k = 0, c = in->v + 1; k < in->t[in->v].n_children; k++, c = in->t[c].next) {
		struct str s;

		i = in->arg == NULL ? c : json_path(in->t, c, in->arg);
		s = map_text(in, i, &o.st, err);
		if (s.p == NULL)
			continue;
		map_put(&o, first ? "" : ",");
		map_put_text(&o, s);
		first = false;
	}
	map_put(&o, "]");
	return map_out_end(&o, in->a, &out->s);
}

/* The description's word for a value; a value without one stands as it is. */
static enum status
take_word(const struct map_in *in, struct value *out, struct err *err)
{
	const char *word;
	enum status st = ST_OK;

	out->s = map_text(in, in->v, &st, err);
	if (st == ST_OK && out->s.p != NULL && (word = platform_word(in->ctx->p, in->arg, out->s)) != NULL)
		out->s = str_of(word);
	return st;
}

/* [{"text":…,"lang":…}]: Chinese if there is any, else the first. */
static enum status
take_lang_text(const struct map_in *in, struct value *out, struct err *err)
{
	size_t k, c, pick = 0;
	enum status st = ST_OK;

	if (in->v == 0 || in->t[in->v].tok != JSON_ARR)
		return ST_OK;
	for (k = 0, c = in->v + 1; k < in->t[in->v].n_children; k++, c = in->t[c].next) {
		size_t lang = json_get(in->t, c, "lang");

		if (pick == 0 || (lang != 0 && str_has_prefix(in->t[lang].val, "zh")))
			pick = c;
		if (lang != 0 && str_has_prefix(in->t[lang].val, "zh"))
			break;
	}
	if (pick != 0 && (pick = json_get(in->t, pick, "text")) != 0)
		out->s = map_text(in, pick, &st, err);
	return st;
}

static const struct map_way ways[] = {
	{ "text", take_text }, { "s", take_s }, { "ms", take_ms }, { "json", take_json }, { "list", take_list }, { "word", take_word },
	{ "lang_text", take_lang_text }, { NULL, NULL }
};

static const struct map_way *
find_way(const char *how)
{
	const struct map_way *w;

	for (w = ways; w->name != NULL; w++)
		if (strcmp(w->name, how) == 0)
			return w;
	for (w = map_wecom_ways; w->name != NULL; w++)
		if (strcmp(w->name, how) == 0)
			return w;
	return NULL;
}

bool
map_knows(const char *how)
{
	return how == NULL || find_way(how) != NULL;
}

const char *const *
map_hows(size_t *n)
{
	static const char *const names[] = {
		"text", "s", "ms", "json", "list", "word", "lang_text", "wecom.memberships", "wecom.attributes", "wecom.form", "wecom.route",
		"wecom.comments", "wecom.approval_files", "wecom.room_members"
	};

	*n = sizeof(names) / sizeof(names[0]);
	return names;
}

/* --- the record --- */

static enum status
set_raw(struct record *rec, const struct json_node *node, struct arena *a, struct err *err)
{
	struct map_out o;

	if ((node->flags & JSON_F_DUPLICATE) != 0)
		record_flag(rec, "duplicate_key");
	if ((node->flags & JSON_F_SURROGATE) != 0)
		record_flag(rec, "lone_surrogate");
	if ((node->flags & JSON_F_BAD_UTF8) != 0) {
		record_flag(rec, "invalid_utf8");
		rec->raw_form = RAW_BYTES;
		rec->raw = json_whole(node);
		return ST_OK;
	}
	map_out_begin(&o, err);
	o.st = json_compact(json_whole(node), &o.b, err);
	rec->raw_form = RAW_JSON;
	return map_out_end(&o, a, &rec->raw);
}

static enum status
apply(struct map_in *in, const struct mapped *m, struct err *err)
{
	enum field_type type;
	struct value *out;
	const struct map_way *way;
	int k = record_field(in->rec->kind, m->field);

	if (k < 0)		/* the description was checked */
		return ST_OK;
	out = &in->rec->n[k];
	type = record_fields[in->rec->kind][k].type;
	if (strcmp(m->path, "{id}") == 0) {
		out->s = in->ctx->asked_id;
		return ST_OK;
	}
	in->v = m->path[0] == '\0' ? in->item : json_path(in->t, in->item, m->path);
	in->arg = m->arg;
	if (in->v != 0 && in->t[in->v].tok == JSON_NULL)
		return ST_OK;
	way = find_way(m->how != NULL ? m->how : type == F_LIST ? "list" : type == F_JSON ? "json" : "text");
	return way == NULL ? ST_OK : way->take(in, out, err);
}

/* An id for what has none, the same for the same bytes. */
static enum status
digest_text(struct str of, size_t n_octets, struct arena *a, struct str *out, struct err *err)
{
	unsigned char md[DIGEST_MAX];
	char hex[DIGEST_HEX_MAX];
	enum status st;

	if ((st = digest_of(DIGEST_SHA256, of.p == NULL ? "" : of.p, of.n, md, err)) != ST_OK)
		return st;
	digest_hex(md, n_octets, hex);
	return arena_dup(a, str_of(hex), out, err);
}

static void
mark_absent(const struct stream *s, struct record *rec, uint64_t *absent)
{
	size_t i;
	int k;

	if (absent != NULL)
		*absent = 0;
	for (i = 0; i < s->granted.n && i < 64; i++) {
		k = record_field(s->kind, s->granted.v[i]);
		if (k < 0 || rec->n[k].s.p != NULL || rec->n[k].ms != WHEN_UNKNOWN)
			continue;
		rec->n[k].not_granted = true;
		if (absent != NULL)
			*absent |= UINT64_C(1) << i;
	}
}

enum status
map_record(const struct map_ctx *ctx, const struct json_node *t, size_t i, struct arena *a, struct record *rec, uint64_t *absent, struct err *err)
{
	struct map_in in = { .ctx = ctx, .t = t, .item = i, .a = a, .rec = rec };
	size_t k;
	enum status st;

	record_init(rec, ctx->s->kind, ctx->s->name);
	rec->tenant = str_of(ctx->tenant);
	rec->platform = str_of(ctx->p->name);
	rec->endpoint = str_of(ctx->endpoint);
	rec->cursor = ctx->cursor;
	rec->fetched_ms = ctx->fetched_ms;
	if (t[i].tok == JSON_OBJ)
		for (k = 0; k < ctx->s->map.n; k++)
			if ((st = apply(&in, &ctx->s->map.v[k], err)) != ST_OK)
				return st;
	if ((st = set_raw(rec, &t[i], a, err)) != ST_OK)
		return st;
	rec->id = record_get(rec, "id");
	if (rec->id.n > 0)
		mark_absent(ctx->s, rec, absent);
	else {
		struct record bare = *rec;

		record_init(rec, REC_UNKNOWN, ctx->s->name);
		rec->tenant = bare.tenant;
		rec->platform = bare.platform;
		rec->endpoint = bare.endpoint;
		rec->cursor = bare.cursor;
		rec->fetched_ms = bare.fetched_ms;
		rec->raw = bare.raw;
		rec->raw_form = bare.raw_form;
		memcpy(rec->flags, bare.flags, sizeof(rec->flags));
		record_flag(rec, "unknown_type");
		if ((st = digest_text(rec->raw, 16, a, &rec->id, err)) != ST_OK)
			return st;
		record_set(rec, "id", rec->id);
		if (absent != NULL)
			*absent = 0;
	}
	return ctx->s->versions ? digest_text(rec->raw, 8, a, &rec->version, err) : ST_OK;
}
