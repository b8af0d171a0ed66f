/*
 * map_wecom.c: shapes that only WeCom has: memberships in parallel lists, attributes, room members; and the table of all of them.
 * Source: public reference, pages 90201, 92951, read 2026-11.
 */
#include "exporters/map_wecom_priv.h"

/* ,"name": with the comma left out at the start. */
void
map_wecom_member(struct map_out *o, const char *name, bool first)
{
	map_put(o, first ? "\"" : ",\"");
	map_put(o, name);
	map_put(o, "\":");
}

void
map_wecom_text(const struct map_in *in, struct map_out *o, const char *name, size_t i, bool first)
{
	struct str s;

	if (i == 0 || (s = map_text(in, i, &o->st, o->err)).p == NULL)
		s = STR("");
	map_wecom_member(o, name, first);
	map_put_text(o, s);
}

enum status
map_wecom_objects(const struct map_in *in, void (*members)(const struct map_in *, struct map_out *, size_t c), struct value *out, struct err *err)
{
	const struct json_node *t = in->t;
	struct map_out o;
	size_t k, c;

	if (in->v == 0 || t[in->v].tok != JSON_ARR)
		return ST_OK;
	map_out_begin(&o, err);
	map_put(&o, "[");
	for (k = 0, c = in->v + 1; k < t[in->v].n_children; k++, c = t[c].next) {
		map_put(&o, k == 0 ? "{" : ",{");
		members(in, &o, c);
		map_put(&o, "}");
	}
	map_put(&o, "]");
	return map_out_end(&o, in->a, &out->s);
}

/* The first element of a list; then step(), until 0.  For lists that are walked side by side. */
struct side { size_t at, left; };

static struct side
side_begin(const struct json_node *t, size_t list)
{
	return list == 0 || t[list].tok != JSON_ARR ? (struct side){ 0, 0 } : (struct side){ list + 1, t[list].n_children };
}

static size_t
side_step(const struct json_node *t, struct side *s)
{
	size_t i = s->at;

	if (s->left == 0)
		return 0;
	s->left--;
	s->at = t[i].next;
	return i;
}

/* Digits, as a number or as text: "some numbers come as strings". */
static bool
number_of(const struct json_node *t, size_t i, uint64_t *v)
{
	return i != 0 && (t[i].tok == JSON_NUM || t[i].tok == JSON_STR) && str_u64(t[i].val, 0, UINT64_MAX, v, NULL) == ST_OK;
}

/* department[], order[] and is_leader_in_dept[] stand side by side. */
static enum status
memberships(const struct map_in *in, struct value *out, struct err *err)
{
	const struct json_node *t = in->t;
	size_t dep = json_get(t, in->item, "department"), d, o_at, l_at;
	struct side deps = side_begin(t, dep), orders = side_begin(t, json_get(t, in->item, "order"));
	struct side leaders = side_begin(t, json_get(t, in->item, "is_leader_in_dept"));
	struct map_out o;
	uint64_t v;
	bool first = true;

	if (dep == 0 || t[dep].tok != JSON_ARR)
		return ST_OK;
	map_out_begin(&o, err);
	map_put(&o, "[");
	while ((d = side_step(t, &deps)) != 0) {
		o_at = side_step(t, &orders);
		l_at = side_step(t, &leaders);
		map_put(&o, first ? "{" : ",{");
		first = false;
		map_wecom_text(in, &o, "id", d, true);
		if ((o_at != 0 && t[o_at].tok == JSON_NUM) || number_of(t, o_at, &v)) {
			map_wecom_member(&o, "order", false);
			if (o.st == ST_OK)
				o.st = buf_str_add(&o.b, t[o_at].val, err);
		}
		if (number_of(t, l_at, &v)) {
			map_wecom_member(&o, "is_leader", false);
			map_put(&o, v == 0 ? "false" : "true");
		}
		map_put(&o, "}");
	}
	map_put(&o, "]");
	return map_out_end(&o, in->a, &out->s);
}

/* extattr.attrs[]: {type 0 text, 1 web, name, text{value} | web{url,title}} */
static void
attribute(const struct map_in *in, struct map_out *o, size_t c)
{
	const struct json_node *t = in->t;
	size_t i;

	map_wecom_text(in, o, "name", json_get(t, c, "name"), true);
	if ((i = json_path(t, c, "text.value")) == 0 && (i = json_path(t, c, "web.title")) == 0)
		i = json_get(t, c, "value");
	map_wecom_text(in, o, "value", i, false);
	if ((i = json_path(t, c, "web.url")) != 0)
		map_wecom_text(in, o, "url", i, false);
}

static enum status
attributes(const struct map_in *in, struct value *out, struct err *err)
{
	return map_wecom_objects(in, attribute, out, err);
}

static void
room_member(const struct map_in *in, struct map_out *o, size_t c)
{
	const struct json_node *t = in->t;

	map_wecom_text(in, o, "id", json_get(t, c, "memberid"), true);
	map_wecom_member(o, "joined_at", false);
	map_put_time(o, map_seconds(t, json_get(t, c, "jointime")));
}

static enum status
room_members(const struct map_in *in, struct value *out, struct err *err)
{
	return map_wecom_objects(in, room_member, out, err);
}

const struct map_way map_wecom_ways[] = {
	{ "wecom.memberships", memberships }, { "wecom.attributes", attributes }, { "wecom.form", map_form }, { "wecom.route", map_route },
	{ "wecom.comments", map_route_comments }, { "wecom.approval_files", map_route_files }, { "wecom.room_members", room_members }, { NULL, NULL }
};
