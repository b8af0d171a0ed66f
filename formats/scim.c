/* scim.c: see scim.h.  A group may have more members than memory should hold: what is made goes to the sink piece by piece. */
#include "formats/scim.h"

#include <assert.h>

#include "core/json.h"
#include "core/limits.h"
#include "formats/orglist.h"

#define OUT_MAX (16 * LIMIT_RECORD) /* a control character of one byte is written in six */
#define PIECE ((size_t)64 << 10)

void
scim_init(struct scim *s, const struct view_input *in, struct orgtree *tree)
{
	*s = (struct scim){ .in = in, .tree = tree };
	buf_init(&s->out, OUT_MAX);
	buf_init(&s->names, 4096);
	arena_init(&s->arena, LIMIT_ARENA);
}

void
scim_free(struct scim *s)
{
	buf_free(&s->out);
	buf_free(&s->names);
	arena_free(&s->arena);
}

/* --- the pieces of an object --- */

static enum status
key(struct scim *s, const char *name, struct err *err)
{
	const bool first = s->first;

	s->first = false;
	return buf_addf(&s->out, err, "%s\"%s\":", first ? "" : ",", name);
}

static enum status
open_with(struct scim *s, const char *name, char bracket, struct err *err)
{
	enum status st = name == NULL ? (s->first ? ST_OK : buf_putc(&s->out, ',', err)) : key(s, name, err);

	s->first = true;
	return st == ST_OK ? buf_putc(&s->out, bracket, err) : st;
}

static enum status
close_with(struct scim *s, char bracket, struct err *err)
{
	s->first = false;
	return buf_putc(&s->out, bracket, err);
}

/* "name":"text"; nothing when it is absent. */
static enum status
text(struct scim *s, const char *name, struct str value, struct err *err)
{
	enum status st;

	if (value.p == NULL)
		return ST_OK;
	return (st = key(s, name, err)) != ST_OK ? st : json_put_string(&s->out, value, err);
}

/* "name":"prefix:id" */
static enum status
reference(struct scim *s, const char *name, const char *prefix, struct str id, struct err *err)
{
	enum status st;
	size_t at;

	if (id.p == NULL)
		return ST_OK;
	if ((st = key(s, name, err)) != ST_OK)
		return st;
	at = s->out.n;
	if ((st = json_put_string(&s->out, id, err)) != ST_OK || (st = buf_addz(&s->out, prefix, err)) != ST_OK)
		return st;
	/* The prefix comes behind the opening quote; it is short, what is moved is an id. */
	memmove(s->out.p + at + 1 + strlen(prefix), s->out.p + at + 1, s->out.n - strlen(prefix) - at - 1);
	memcpy(s->out.p + at + 1, prefix, strlen(prefix));
	return ST_OK;
}

/* A number or a boolean as such, whatever else stands there as text. */
static enum status
literal(struct scim *s, const char *name, struct str value, struct err *err)
{
	struct json_event e;
	struct json j;
	enum status st;
	bool as_is;

	if (value.p == NULL)
		return ST_OK;
	json_init(&j, value);
	as_is = json_next(&j, &e, NULL) == ST_OK && (e.tok == JSON_NUM || e.tok == JSON_TRUE || e.tok == JSON_FALSE) && json_next(&j, &e, NULL) == ST_OK &&
	    e.tok == JSON_EOF;
	if ((st = key(s, name, err)) != ST_OK)
		return st;
	return as_is ? buf_str_add(&s->out, value, err) : json_put_string(&s->out, value, err);
}

/* [{"value":…,"type":…}, …] of up to two fields. */
static enum status
pair(struct scim *s, const char *name, const char *member, struct str a, const char *a_type, struct str b, const char *b_type, struct err *err)
{
	enum status st;

	if (a.p == NULL && b.p == NULL)
		return ST_OK;
	if ((st = open_with(s, name, '[', err)) != ST_OK)
		return st;
	if (a.p != NULL &&
	    ((st = open_with(s, NULL, '{', err)) != ST_OK || (st = text(s, member, a, err)) != ST_OK ||
		(a_type != NULL && (st = text(s, "type", str_of(a_type), err)) != ST_OK) || (st = close_with(s, '}', err)) != ST_OK))
		return st;
	if (b.p != NULL &&
	    ((st = open_with(s, NULL, '{', err)) != ST_OK || (st = text(s, member, b, err)) != ST_OK || (st = text(s, "type", str_of(b_type), err)) != ST_OK ||
		(st = close_with(s, '}', err)) != ST_OK))
		return st;
	return close_with(s, ']', err);
}

static enum status
flush(struct scim *s, struct err *err)
{
	enum status st = sink_write(s->to, s->out.p, s->out.n, err);

	buf_clear(&s->out);
	return st;
}

/* --- what both have --- */

static enum status
begin(struct scim *s, const char *schemas, const char *prefix, const struct record *rec, struct err *err)
{
	enum status st;

	arena_reset(&s->arena);
	buf_clear(&s->out);
	s->first = false;
	if ((st = buf_addf(&s->out, err, "{\"schemas\":[%s]", schemas)) != ST_OK || (st = reference(s, "id", prefix, rec->id, err)) != ST_OK)
		return st;
	return text(s, "externalId", rec->id, err);
}

static enum status
moment(struct scim *s, const char *name, const struct view_moment *m, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	when_utc(m->ms, utc);
	if ((st = open_with(s, name, '{', err)) != ST_OK || (st = text(s, "at", str_of(utc), err)) != ST_OK ||
	    (st = text(s, "archive", str_of(m->archive), err)) != ST_OK || (st = literal(s, "atLeast", m->at_least ? STR("true") : STR("false"), err)) != ST_OK)
		return st;
	return close_with(s, '}', err);
}

static enum status
name_list(struct scim *s, const char *name, const struct record *rec, enum org_state state, struct err *err)
{
	enum status st;
	size_t i;

	buf_clear(&s->names);
	if ((st = org_names(rec, state, &s->names, err)) != ST_OK || (st = open_with(s, name, '[', err)) != ST_OK)
		return st;
	if (s->names.n > 0 && (st = buf_putc(&s->out, '"', err)) != ST_OK)
		return st;
	for (i = 0; st == ST_OK && i < s->names.n; i++)
		st = s->names.p[i] == ',' ? buf_addz(&s->out, "\",\"", err) : buf_putc(&s->out, s->names.p[i], err);
	if (st == ST_OK && s->names.n > 0)
		st = buf_putc(&s->out, '"', err);
	return st == ST_OK ? close_with(s, ']', err) : st;
}

/* The end of the own extension. */
static enum status
own_tail(struct scim *s, const struct record *rec, const struct view_since *since, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;
	size_t i;

	when_utc(rec->fetched_ms, utc);
	if ((utc[0] != '\0' && (st = text(s, "fetchedAt", str_of(utc), err)) != ST_OK) || (st = open_with(s, "flags", '[', err)) != ST_OK)
		return st;
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if ((st = buf_addf(&s->out, err, "%s\"%s\"", i == 0 ? "" : ",", rec->flags[i])) != ST_OK)
			return st;
	if ((st = close_with(s, ']', err)) != ST_OK)
		return st;
	if (since->known.archive != NULL &&
	    ((st = moment(s, "knownSince", &since->known, err)) != ST_OK || (st = moment(s, "unchangedSince", &since->unchanged, err)) != ST_OK))
		return st;
	if ((st = name_list(s, "notGranted", rec, ORG_NOT_GRANTED, err)) != ST_OK || (st = name_list(s, "empty", rec, ORG_EMPTY, err)) != ST_OK)
		return st;
	return close_with(s, '}', err);
}

/* RFC 9110 8.8.3: what may stand in an entity tag. */
static bool
is_tag(struct str s)
{
	size_t i;

	for (i = 0; i < s.n && s.n < 1024; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7F || s.p[i] == '"')
			return false;
	return s.n > 0 && s.n < 1024;
}

static enum status
meta(struct scim *s, const char *type, const struct record *rec, const struct view_since *since, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	if ((st = open_with(s, "meta", '{', err)) != ST_OK || (st = text(s, "resourceType", str_of(type), err)) != ST_OK)
		return st;
	if (since->known.archive != NULL && !since->known.at_least) {
		when_utc(since->known.ms, utc);
		if ((st = text(s, "created", str_of(utc), err)) != ST_OK)
			return st;
	}
	if (since->known.archive != NULL && !since->unchanged.at_least) {
		when_utc(since->unchanged.ms, utc);
		if ((st = text(s, "lastModified", str_of(utc), err)) != ST_OK)
			return st;
	}
	buf_clear(&s->names);
	if (is_tag(rec->version) &&
	    ((st = buf_addz(&s->names, "W/\"", err)) != ST_OK || (st = buf_str_add(&s->names, rec->version, err)) != ST_OK ||
		(st = buf_putc(&s->names, '"', err)) != ST_OK || (st = text(s, "version", buf_str(&s->names), err)) != ST_OK))
		return st;
	return close_with(s, '}', err);
}

static enum status
finish(struct scim *s, struct err *err)
{
	enum status st = buf_addz(&s->out, "}\n", err);

	return st == ST_OK ? flush(s, err) : st;
}

/* --- users --- */

/* The lists of a user; n_*: how many, SIZE_MAX: it is no such list and stands as text. */
struct lists {
	struct org_object *departments, *attributes;
	struct str *leaders;
	size_t n_departments, n_attributes, n_leaders;
};

static enum status
read_lists(struct scim *s, const struct record *rec, struct lists *l, struct err *err)
{
	const struct str departments = org_set(rec, "departments"), leaders = org_set(rec, "leaders"), attributes = org_set(rec, "attributes");
	enum status st = ST_OK;

	*l = (struct lists){ 0 };
	if (departments.p != NULL && (st = org_objects(departments, org_membership, &s->arena, &l->departments, &l->n_departments, err)) == ST_INPUT)
		l->n_departments = SIZE_MAX;
	if (attributes.p != NULL && (st == ST_OK || st == ST_INPUT) &&
	    (st = org_objects(attributes, org_attribute, &s->arena, &l->attributes, &l->n_attributes, err)) == ST_INPUT)
		l->n_attributes = SIZE_MAX;
	if (leaders.p != NULL && (st == ST_OK || st == ST_INPUT) && (st = org_texts(leaders, &s->arena, &l->leaders, &l->n_leaders, err)) == ST_INPUT)
		l->n_leaders = SIZE_MAX;
	return st == ST_INPUT ? ST_OK : st;
}

static enum status
groups(struct scim *s, const struct lists *l, struct err *err)
{
	struct orgtree_node node;
	enum status st;
	bool any = false;
	size_t i;

	for (i = 0; l->n_departments != SIZE_MAX && i < l->n_departments; i++) {
		const struct str id = l->departments[i].v[0];

		if (id.p == NULL || (st = orgtree_get(s->tree, id, &s->arena, &node, err)) == ST_END)
			continue;
		if (st != ST_OK || (!any && (st = open_with(s, "groups", '[', err)) != ST_OK) || (st = open_with(s, NULL, '{', err)) != ST_OK ||
		    (st = reference(s, "value", "department:", id, err)) != ST_OK || (st = text(s, "display", node.name, err)) != ST_OK ||
		    (st = text(s, "type", STR("direct"), err)) != ST_OK || (st = close_with(s, '}', err)) != ST_OK)
			return st;
		any = true;
	}
	return any ? close_with(s, ']', err) : ST_OK;
}

static enum status
core_user(struct scim *s, const struct record *rec, const struct lists *l, struct err *err)
{
	const struct str name = org_set(rec, "name"), status = org_set(rec, "status"), avatar = org_set(rec, "avatar_url");
	const bool in = str_is(status, "active") || str_is(status, "inactive"), out = str_is(status, "disabled") || str_is(status, "left");
	enum status st;

	if ((st = text(s, "userName", rec->id, err)) != ST_OK)
		return st;
	if (name.p != NULL &&
	    ((st = open_with(s, "name", '{', err)) != ST_OK || (st = text(s, "formatted", name, err)) != ST_OK || (st = close_with(s, '}', err)) != ST_OK))
		return st;
	if ((st = text(s, "displayName", name, err)) != ST_OK || (st = text(s, "nickName", org_set(rec, "alias"), err)) != ST_OK ||
	    (st = text(s, "title", org_set(rec, "position"), err)) != ST_OK ||
	    (st = literal(s, "active", in ? STR("true") : out ? STR("false") : STR_NONE, err)) != ST_OK ||
	    (st = pair(s, "emails", "value", org_set(rec, "work_email"), "work", org_set(rec, "email"), "home", err)) != ST_OK ||
	    (st = pair(s, "phoneNumbers", "value", org_set(rec, "mobile"), "mobile", org_set(rec, "telephone"), "work", err)) != ST_OK ||
	    (st = pair(s, "addresses", "formatted", org_set(rec, "address"), NULL, STR_NONE, NULL, err)) != ST_OK ||
	    (st = pair(s, "photos", "value", org_is_url(avatar) ? avatar : STR_NONE, "photo", STR_NONE, NULL, err)) != ST_OK)
		return st;
	return groups(s, l, err);
}

static enum status
enterprise(struct scim *s, const struct record *rec, const struct lists *l, struct err *err)
{
	const struct str organization = str_of(s->in->opt->organization);
	struct orgtree_node node = { .name = STR_NONE };
	struct orgtree_person leader = { .name = STR_NONE };
	struct str home, number;
	enum status st;

	if ((st = orgtree_home(s->tree, rec, &s->arena, &home, err)) != ST_OK ||
	    (home.p != NULL && (st = orgtree_get(s->tree, home, &s->arena, &node, err)) != ST_OK) || (st = org_number(rec, &s->arena, &number, err)) != ST_OK ||
	    (st = open_with(s, SCIM_ENTERPRISE, '{', err)) != ST_OK || (st = text(s, "employeeNumber", number, err)) != ST_OK ||
	    (organization.n > 0 && (st = text(s, "organization", organization, err)) != ST_OK) || (st = text(s, "department", node.name, err)) != ST_OK)
		return st;
	if (l->n_leaders > 0 && l->n_leaders != SIZE_MAX) {
		if ((st = orgtree_person(s->tree, l->leaders[0], &s->arena, &leader, err)) != ST_OK && st != ST_END)
			return st;
		if ((st = open_with(s, "manager", '{', err)) != ST_OK || (st = reference(s, "value", "user:", l->leaders[0], err)) != ST_OK ||
		    (st = text(s, "displayName", leader.name, err)) != ST_OK || (st = close_with(s, '}', err)) != ST_OK)
			return st;
	}
	return close_with(s, '}', err);
}

static enum status
people(struct scim *s, const char *name, const struct str *list, size_t n, struct err *err)
{
	enum status st;
	size_t i;

	if (n == 0)
		return ST_OK;
	st = open_with(s, name, '[', err);
	for (i = 0; st == ST_OK && i < n; i++)
		if ((st = open_with(s, NULL, '{', err)) == ST_OK && (st = reference(s, "value", "user:", list[i], err)) == ST_OK)
			st = close_with(s, '}', err);
	return st == ST_OK ? close_with(s, ']', err) : st;
}

static enum status
own_lists(struct scim *s, const struct record *rec, const struct lists *l, struct err *err)
{
	enum status st;
	size_t i;

	if (l->n_departments == SIZE_MAX)
		st = text(s, "departmentsJson", record_get(rec, "departments"), err);
	else if (l->n_departments > 0 && (st = open_with(s, "departments", '[', err)) == ST_OK) {
		for (i = 0; st == ST_OK && i < l->n_departments; i++)
			if ((st = open_with(s, NULL, '{', err)) == ST_OK && (st = reference(s, "value", "department:", l->departments[i].v[0], err)) == ST_OK &&
			    (st = literal(s, "order", l->departments[i].v[1], err)) == ST_OK &&
			    (st = literal(s, "isLeader", l->departments[i].v[2], err)) == ST_OK)
				st = close_with(s, '}', err);
		if (st == ST_OK)
			st = close_with(s, ']', err);
	} else
		st = ST_OK;
	if (st != ST_OK)
		return st;
	st = l->n_leaders == SIZE_MAX ? text(s, "leadersJson", record_get(rec, "leaders"), err) : people(s, "leaders", l->leaders, l->n_leaders, err);
	if (st != ST_OK)
		return st;
	if (l->n_attributes == SIZE_MAX)
		return text(s, "attributesJson", record_get(rec, "attributes"), err);
	if (l->n_attributes == 0)
		return ST_OK;
	st = open_with(s, "attributes", '[', err);
	for (i = 0; st == ST_OK && i < l->n_attributes; i++)
		if ((st = open_with(s, NULL, '{', err)) == ST_OK && (st = text(s, "name", l->attributes[i].v[0], err)) == ST_OK &&
		    (st = text(s, "value", l->attributes[i].v[1], err)) == ST_OK && (st = text(s, "url", l->attributes[i].v[2], err)) == ST_OK)
			st = close_with(s, '}', err);
	return st == ST_OK ? close_with(s, ']', err) : st;
}

static enum status
put_user(struct scim *s, const struct record *rec, struct err *err)
{
	const struct str avatar = org_set(rec, "avatar_url");
	struct view_since since;
	struct lists l;
	enum status st;

	if ((st = begin(s, "\"" SCIM_USER "\",\"" SCIM_ENTERPRISE "\",\"" SCIM_OWN_USER "\"", "user:", rec, err)) != ST_OK ||
	    (st = org_since(s->in, rec, &since, err)) != ST_OK || (st = read_lists(s, rec, &l, err)) != ST_OK || (st = core_user(s, rec, &l, err)) != ST_OK ||
	    (st = enterprise(s, rec, &l, err)) != ST_OK || (st = open_with(s, SCIM_OWN_USER, '{', err)) != ST_OK ||
	    (st = text(s, "recordId", rec->id, err)) != ST_OK || (st = text(s, "recordVersion", rec->version, err)) != ST_OK ||
	    (st = text(s, "nameEn", org_set(rec, "name_en"), err)) != ST_OK || (st = text(s, "status", org_set(rec, "status"), err)) != ST_OK ||
	    (st = reference(s, "mainDepartment", "department:", org_set(rec, "main_department"), err)) != ST_OK ||
	    (st = own_lists(s, rec, &l, err)) != ST_OK || (st = text(s, "gender", org_set(rec, "gender"), err)) != ST_OK ||
	    (st = text(s, "externalPosition", org_set(rec, "external_position"), err)) != ST_OK ||
	    (st = text(s, "avatarUrl", org_is_url(avatar) ? STR_NONE : avatar, err)) != ST_OK || (st = own_tail(s, rec, &since, err)) != ST_OK ||
	    (st = meta(s, "User", rec, &since, err)) != ST_OK)
		return st;
	return finish(s, err);
}

/* --- groups --- */

static enum status
member(struct scim *s, const char *prefix, struct str id, struct str name, const char *type, struct err *err)
{
	enum status st;

	if (s->out.n > PIECE && (st = flush(s, err)) != ST_OK)
		return st;
	if ((st = open_with(s, NULL, '{', err)) != ST_OK || (st = reference(s, "value", prefix, id, err)) != ST_OK ||
	    (st = text(s, "display", name, err)) != ST_OK || (st = text(s, "type", str_of(type), err)) != ST_OK)
		return st;
	return close_with(s, '}', err);
}

static enum status
user_member(void *ctx, struct str id, struct str name, struct err *err)
{
	return member(ctx, "user:", id, name, "User", err);
}

static enum status
group_member(void *ctx, struct str id, struct str name, struct err *err)
{
	return member(ctx, "department:", id, name, "Group", err);
}

static const char *const placed[] = {
	[ORGTREE_BELOW] = "below-parent",
	[ORGTREE_TOP] = "top",
	[ORGTREE_UNKNOWN] = "parent-not-granted",
	[ORGTREE_MISSING] = "parent-missing",
	[ORGTREE_CYCLE] = "cycle",
	[ORGTREE_DEEP] = "too-deep",
};

static enum status
put_group(struct scim *s, const struct record *rec, struct err *err)
{
	const struct str name = org_set(rec, "name"), value = org_set(rec, "leaders");
	struct orgtree_node node;
	struct view_since since;
	struct str *leaders = NULL;
	enum status st;
	size_t n = 0;
	bool no_list = false;

	if ((st = begin(s, "\"" SCIM_GROUP "\",\"" SCIM_OWN_GROUP "\"", "department:", rec, err)) != ST_OK ||
	    (st = org_since(s->in, rec, &since, err)) != ST_OK || (st = orgtree_get(s->tree, rec->id, &s->arena, &node, err)) != ST_OK ||
	    (st = text(s, "displayName", name.p == NULL ? rec->id : name, err)) != ST_OK || (st = open_with(s, "members", '[', err)) != ST_OK ||
	    (st = orgtree_members(s->tree, rec->id, user_member, s, err)) != ST_OK || (st = orgtree_below(s->tree, rec->id, group_member, s, err)) != ST_OK ||
	    (st = close_with(s, ']', err)) != ST_OK || (st = open_with(s, SCIM_OWN_GROUP, '{', err)) != ST_OK ||
	    (st = text(s, "recordId", rec->id, err)) != ST_OK || (st = text(s, "recordVersion", rec->version, err)) != ST_OK ||
	    (st = text(s, "nameEn", org_set(rec, "name_en"), err)) != ST_OK ||
	    (st = reference(s, "parent", "department:", org_set(rec, "parent_id"), err)) != ST_OK ||
	    (st = text(s, "placed", str_of(placed[node.why]), err)) != ST_OK || (st = literal(s, "order", org_set(rec, "order"), err)) != ST_OK)
		return st;
	if (value.p != NULL && (st = org_texts(value, &s->arena, &leaders, &n, err)) != ST_OK) {
		if (st != ST_INPUT)
			return st;
		no_list = true;
	}
	st = no_list ? text(s, "leadersJson", value, err) : people(s, "leaders", leaders, n, err);
	if (st != ST_OK || (st = own_tail(s, rec, &since, err)) != ST_OK || (st = meta(s, "Group", rec, &since, err)) != ST_OK)
		return st;
	return finish(s, err);
}

enum status
scim_put(struct scim *s, const struct record *rec, struct err *err)
{
	assert(rec->kind == REC_USER || rec->kind == REC_DEPARTMENT);
	return rec->kind == REC_USER ? put_user(s, rec, err) : put_group(s, rec, err);
}
