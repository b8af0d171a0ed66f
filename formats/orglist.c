/* orglist.c: see orglist.h. */
#include "formats/orglist.h"

#include <assert.h>

#include "core/json.h"

const char *const org_membership[3] = { "id", "order", "is_leader" };
const char *const org_attribute[3] = { "name", "value", "url" };

enum org_state
org_state(const struct record *rec, const char *field)
{
	const int i = record_field(rec->kind, field);
	const struct value *v;
	enum field_type type;

	assert(i >= 0);
	v = &rec->n[i];
	type = record_fields[rec->kind][i].type;
	if (v->not_granted)
		return ORG_NOT_GRANTED;
	if (type == F_TIME)
		return v->ms == WHEN_UNKNOWN ? ORG_ABSENT : ORG_SET;
	if (v->s.p == NULL)
		return ORG_ABSENT;
	return v->s.n == 0 || ((type == F_LIST || type == F_JSON) && str_is(v->s, "[]")) ? ORG_EMPTY : ORG_SET;
}

struct str
org_set(const struct record *rec, const char *field)
{
	return org_state(rec, field) == ORG_SET ? record_get(rec, field) : STR_NONE;
}

enum status
org_names(const struct record *rec, enum org_state state, struct buf *out, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	const size_t start = out->n;
	enum status st = ST_OK;

	for (; st == ST_OK && f->name != NULL; f++)
		if (org_state(rec, f->name) == state && (out->n == start || (st = buf_putc(out, ',', err)) == ST_OK))
			st = buf_addz(out, f->name, err);
	return st;
}

static enum status
text_of(const struct json_node *node, struct arena *a, struct str *out, struct err *err)
{
	*out = STR_NONE;
	if (node->tok == JSON_STR)
		return json_text(node->val, node->flags, a, out, err);
	if (node->tok == JSON_OBJ || node->tok == JSON_ARR)
		return ST_INPUT;
	if (node->tok != JSON_NULL)
		*out = node->val;
	return ST_OK;
}

enum status
org_texts(struct str value, struct arena *a, struct str **out, size_t *n, struct err *err)
{
	struct json_node *t;
	enum status st;
	size_t i, at, n_nodes;
	void *list;

	*n = 0;
	if ((st = json_tape(value, a, &t, &n_nodes, err)) != ST_OK)
		return st;
	if (t[0].tok != JSON_ARR)
		return ST_INPUT;
	if ((st = arena_get(a, t[0].n_children + 1, sizeof(**out), &list, err)) != ST_OK)
		return st;
	*out = list;
	for (i = 0, at = 1; i < t[0].n_children; i++, at = t[at].next)
		if ((st = text_of(&t[at], a, &(*out)[i], err)) != ST_OK)
			return st;
		else if ((*out)[i].p == NULL)
			return ST_INPUT;
	*n = t[0].n_children;
	return ST_OK;
}

enum status
org_objects(struct str value, const char *const names[3], struct arena *a, struct org_object **out, size_t *n, struct err *err)
{
	struct json_node *t;
	enum status st;
	size_t i, k, at, member, n_nodes;
	void *list;

	*n = 0;
	if ((st = json_tape(value, a, &t, &n_nodes, err)) != ST_OK)
		return st;
	if (t[0].tok != JSON_ARR)
		return ST_INPUT;
	if ((st = arena_get(a, t[0].n_children + 1, sizeof(**out), &list, err)) != ST_OK)
		return st;
	*out = list;
	for (i = 0, at = 1; i < t[0].n_children; i++, at = t[at].next) {
		if (t[at].tok != JSON_OBJ)
			return ST_INPUT;
		for (k = 0; k < 3 && names[k] != NULL; k++)
			if ((member = json_get(t, at, names[k])) != 0 && (st = text_of(&t[member], a, &(*out)[i].v[k], err)) != ST_OK)
				return st;
	}
	*n = t[0].n_children;
	return ST_OK;
}

/* What tenants call it; compared without blanks, hyphens, underscores and the case of A-Z. */
static const char *const numbers[] = { "工号", "工號", "员工号", "員工號", "员工编号", "員工編號", "员工工号", "職工號", "职工号", "人员编号", "employeenumber", "employeeno",
	"employeeid", "staffnumber", "staffno", "staffid", "jobnumber", NULL };

static bool
is_number_name(struct str name)
{
	char plain[40];
	size_t i, n = 0;

	for (i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (c == ' ' || c == '-' || c == '_' || c == '.')
			continue;
		if (n == sizeof(plain))
			return false;
		plain[n++] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
	}
	for (i = 0; numbers[i] != NULL; i++)
		if (str_is((struct str){ plain, n }, numbers[i]))
			return true;
	return false;
}

enum status
org_number(const struct record *rec, struct arena *a, struct str *out, struct err *err)
{
	const struct str value = org_set(rec, "attributes");
	struct org_object *list;
	enum status st;
	size_t i, n;

	*out = STR_NONE;
	if (value.p == NULL || (st = org_objects(value, org_attribute, a, &list, &n, NULL)) == ST_INPUT)
		return ST_OK;
	if (st != ST_OK)
		return err_set(err, st, "%.*s: attributes", STR_ARG(rec->id));
	for (i = 0; i < n && out->p == NULL; i++)
		if (list[i].v[0].p != NULL && list[i].v[1].n > 0 && is_number_name(list[i].v[0]))
			*out = list[i].v[1];
	return ST_OK;
}

bool
org_is_url(struct str s)
{
	size_t i;

	if (!str_has_prefix(s, "https://") && !str_has_prefix(s, "http://"))
		return false;
	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] <= ' ' || (unsigned char)s.p[i] >= 0x7F || strchr("\"<>\\^`{|}", s.p[i]) != NULL)
			return false;
	return true;
}

enum status
org_since(const struct view_input *in, const struct record *rec, struct view_since *out, struct err *err)
{
	enum status st;

	*out = (struct view_since){ { WHEN_UNKNOWN, NULL, false }, { WHEN_UNKNOWN, NULL, false } };
	if (in->history == NULL)
		return ST_OK;
	if ((st = in->history->since(in->history, rec, out, err)) == ST_END)
		out->known.archive = NULL;
	return st == ST_END ? ST_OK : st;
}
