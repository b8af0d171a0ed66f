/*
 * map_route.c: an approval's way through its people, their comments, and the files of all of it.
 * Source: public reference, page 91983, read 2026-11.
 */
#include "exporters/map_wecom_priv.h"

static const char *
word(const struct json_node *t, size_t i, const char *const *words, size_t n)
{
	uint64_t v;

	return i != 0 && str_u64(t[i].val, 0, n - 1, &v, NULL) == ST_OK ? words[v] : NULL;
}

/* What the platform does not say is left out: who gets a copy has no result. */
static void
word_member(const struct map_in *in, struct map_out *o, const char *name, size_t i, const char *const *words, size_t n)
{
	const char *s = word(in->t, i, words, n);

	if (s != NULL) {
		map_wecom_member(o, name, false);
		map_put_text(o, str_of(s));
	} else if (i != 0)
		map_wecom_text(in, o, name, i, false);
}

static void
files_member(const struct map_in *in, struct map_out *o, size_t list)
{
	const struct json_node *t = in->t;
	size_t k, c;

	if (list == 0 || t[list].tok != JSON_ARR || t[list].n_children == 0)
		return;
	map_wecom_member(o, "files", false);
	map_put(o, "[");
	for (k = 0, c = list + 1; k < t[list].n_children; k++, c = t[c].next) {
		map_put(o, k == 0 ? "" : ",");
		map_put_text(o, map_text(in, c, &o->st, o->err));
	}
	map_put(o, "]");
}

/* Values of pages 91983: numbers in brackets are the platform's. */
static const char *const roles[] = { NULL, "approver", "copy", "handler" };
static const char *const modes[] = { NULL, "any", "all", "in_turn" };
/* Of a step, and of each who acts in it: from 4 on other things than the state of the whole. */
static const char *const steps[] = { NULL, "in_progress", "approved", "rejected", "transferred", NULL, NULL, NULL, NULL, NULL, NULL, "sent_back",
    "signer_added", "agreed_and_signer_added" };
static const char *const opinions[] = { NULL, "pending", "agreed", "rejected", "transferred", NULL, NULL, NULL, NULL, NULL, NULL, "sent_back",
    "signer_added", "agreed_and_signer_added" };
#define N(a)	(sizeof(a) / sizeof((a)[0]))

static void
person(const struct map_in *in, struct map_out *o, size_t c, const char *user, const char *state, const char *files)
{
	const struct json_node *t = in->t;

	map_put(o, "{");
	map_wecom_text(in, o, "id", json_path(t, c, user), true);
	word_member(in, o, "status", json_get(t, c, state), opinions, N(opinions));
	if (json_get(t, c, "sptime") != 0) {
		map_wecom_member(o, "at", false);
		map_put_time(o, map_seconds(t, json_get(t, c, "sptime")));
	}
	if (json_get(t, c, "speech") != 0)
		map_wecom_text(in, o, "text", json_get(t, c, "speech"), false);
	files_member(in, o, json_get(t, c, files));
	map_put(o, "}");
}

static void
people(const struct map_in *in, struct map_out *o, size_t list, const char *user, const char *state, const char *files)
{
	const struct json_node *t = in->t;
	size_t k, c;

	map_wecom_member(o, "people", false);
	map_put(o, "[");
	if (list != 0 && t[list].tok == JSON_ARR)
		for (k = 0, c = list + 1; k < t[list].n_children; k++, c = t[c].next) {
			map_put(o, k == 0 ? "" : ",");
			person(in, o, c, user, state, files);
		}
	map_put(o, "]");
}

/* The newer form of the flow where there is one, else the old one. */
enum status
map_route(const struct map_in *in, struct value *out, struct err *err)
{
	const struct json_node *t = in->t;
	size_t nodes = json_path(t, in->item, "process_list.node_list"), old = json_get(t, in->item, "sp_record"), list, k, c, role;
	const char *known = NULL;
	struct map_out o;

	list = nodes != 0 && t[nodes].tok == JSON_ARR && t[nodes].n_children > 0 ? nodes : old;
	if (list == 0 || t[list].tok != JSON_ARR)
		return ST_OK;
	map_out_begin(&o, err);
	map_put(&o, "[");
	for (k = 0, c = list + 1; k < t[list].n_children; k++, c = t[c].next) {
		map_put(&o, k == 0 ? "{" : ",{");
		role = json_get(t, c, "node_type");
		if (list != nodes || (known = word(t, role, roles, N(roles))) != NULL) {
			map_wecom_member(&o, "role", true);
			map_put_text(&o, list == nodes ? str_of(known) : STR("approver"));
		} else
			map_wecom_text(in, &o, "role", role, true);
		word_member(in, &o, "mode", json_get(t, c, list == nodes ? "apv_rel" : "approverattr"), modes, N(modes));
		word_member(in, &o, "status", json_get(t, c, "sp_status"), steps, N(steps));
		if (list == nodes)
			people(in, &o, json_get(t, c, "sub_node_list"), "userid", "sp_yj", "media_ids");
		else
			people(in, &o, json_get(t, c, "details"), "approver.userid", "sp_status", "media_id");
		map_put(&o, "}");
	}
	map_put(&o, "]");
	return map_out_end(&o, in->a, &out->s);
}

/* One of comments[]. */
static void
comment(const struct map_in *in, struct map_out *o, size_t c)
{
	const struct json_node *t = in->t;

	map_wecom_text(in, o, "id", json_get(t, c, "commentid"), true);
	map_wecom_text(in, o, "by", json_path(t, c, "commentUserInfo.userid"), false);
	map_wecom_member(o, "at", false);
	map_put_time(o, map_seconds(t, json_get(t, c, "commenttime")));
	map_wecom_text(in, o, "text", json_get(t, c, "commentcontent"), false);
	files_member(in, o, json_get(t, c, "media_id"));
}

enum status
map_route_comments(const struct map_in *in, struct value *out, struct err *err)
{
	return map_wecom_objects(in, comment, out, err);
}

static bool
is_id(const struct json_node *node)
{
	return (node->tok == JSON_STR || node->tok == JSON_NUM) && node->val.n > 0;
}

/*
 * Every media id in the form, wherever it stands: a control that we do not know may carry one too.
 * Names: media_id[], media_ids[], files[].file_id.
 */
enum status
map_route_files(const struct map_in *in, struct value *out, struct err *err)
{
	const struct json_node *t = in->t;
	struct map_out o;
	size_t i, k, c, n = 0;

	map_out_begin(&o, err);
	map_put(&o, "[");
	for (i = in->item + 1; i < t[in->item].next; i++) {
		bool list = t[i].tok == JSON_ARR && (str_is(t[i].key, "media_id") || str_is(t[i].key, "media_ids"));
		bool one = is_id(&t[i]) && (str_is(t[i].key, "file_id") || str_is(t[i].key, "media_id") || str_is(t[i].key, "media_ids"));

		for (k = 0, c = one ? i : i + 1; k < (one ? 1u : list ? t[i].n_children : 0u); k++, c = t[c].next) {
			if (!is_id(&t[c]))
				continue;
			map_put(&o, n++ == 0 ? "" : ",");
			map_put_text(&o, map_text(in, c, &o.st, err));
		}
	}
	map_put(&o, "]");
	return map_out_end(&o, in->a, &out->s);
}
