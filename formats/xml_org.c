/* xml_org.c: departments.xml.  Every entry is handed to the sink whole: nothing of the tenant is kept. */
#include "formats/xml_org.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/xml_out.h"

#define NAMESPACE	"urn:custody:org:1"

extern const char custody_departments_xsd[], custody_departments_xsd_end[];

struct xml_org {
	struct writer	 writer;
	struct xml_out	 out;
	bool		 members;	/* the list of departments is closed */
	uint64_t	 n_departments, n_members;
	struct arena	 arena;
	const struct view_since *since;	/* of the record that comes next; NULL: no dates */
};

void
xml_org_dates(struct writer *w, const struct view_since *since)
{
	((struct xml_org *)w)->since = since;
}

struct str
xml_org_schema(void)
{
	return (struct str){ custody_departments_xsd, (size_t)(custody_departments_xsd_end - custody_departments_xsd) };
}

/* --- values that are lists --- */

/* What the objects of a list become.  Names outside this table are in the records only. */
static const struct list { const char *field, *item; const char *names[4]; } lists[] = {
	{ "departments", "membership", { "id", "order", "is_leader", NULL } },
	{ "attributes", "attribute", { "name", "value", "url", NULL } }
};

static enum status
value_text(struct xml_org *x, const struct json_node *node, struct str *out, struct err *err)
{
	if (node->tok == JSON_STR)
		return json_text(node->val, node->flags, &x->arena, out, err);
	*out = node->val;
	return ST_OK;
}

static enum status
object_item(struct xml_org *x, const struct list *l, const struct json_node *t, size_t i, struct err *err)
{
	enum status st;
	struct str s;
	size_t k, at;

	if ((st = xml_out_start(&x->out, l->item, err)) != ST_OK)
		return st;
	for (k = 0; l->names[k] != NULL; k++) {
		at = json_get(t, i, l->names[k]);
		if (at == 0 || t[at].tok == JSON_NULL)
			continue;
		if ((st = value_text(x, &t[at], &s, err)) != ST_OK || (st = xml_out_element(&x->out, l->names[k], s, err)) != ST_OK)
			return st;
	}
	return xml_out_end(&x->out, err);
}

/* Is it an array whose elements all are objects (of ${l}) or all are not? */
static bool
is_list(const struct json_node *t, bool objects)
{
	uint32_t k;
	size_t i;

	if (t[0].tok != JSON_ARR)
		return false;
	for (i = 1, k = 0; k < t[0].n_children; k++, i = t[i].next)
		if ((t[i].tok == JSON_OBJ) != objects || t[i].tok == JSON_ARR)
			return false;
	return true;
}

static enum status
list(struct xml_org *x, const char *name, struct str value, struct err *err)
{
	const struct list *l = NULL;
	struct json_node *t = NULL;
	size_t i, n = 0;
	enum status st;
	struct str s;
	uint32_t k;

	for (i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(lists[i].field, name) == 0)
			l = &lists[i];
	st = json_tape(value, &x->arena, &t, &n, err);
	if (st != ST_OK && st != ST_INPUT)
		return st;
	if (st == ST_INPUT || !is_list(t, l != NULL)) {		/* not what the vocabulary says: shown as it is rather than not at all */
		if ((st = xml_out_start(&x->out, name, err)) != ST_OK || (st = xml_out_element(&x->out, "json", value, err)) != ST_OK)
			return st;
		return xml_out_end(&x->out, err);
	}
	if ((st = xml_out_start(&x->out, name, err)) != ST_OK)
		return st;
	for (i = 1, k = 0; k < t[0].n_children; k++, i = t[i].next) {
		if (l != NULL)
			st = object_item(x, l, t, i, err);
		else if ((st = value_text(x, &t[i], &s, err)) == ST_OK)
			st = xml_out_element(&x->out, "item", s, err);
		if (st != ST_OK)
			return st;
	}
	return xml_out_end(&x->out, err);
}

/* --- entries --- */

static enum status
fields(struct xml_org *x, const struct record *rec, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	char utc[WHEN_UTC_LEN + 1];
	enum status st = ST_OK;
	size_t i;

	if (record_get(rec, "id").p == NULL)	/* the schema's key needs one */
		st = xml_out_element(&x->out, "id", rec->id, err);
	for (i = 0; st == ST_OK && f[i].name != NULL; i++) {
		const struct value *v = &rec->n[i];

		if (v->not_granted)
			continue;
		if (f[i].type == F_TIME) {
			when_utc(v->ms, utc);
			if (utc[0] != '\0')
				st = xml_out_element(&x->out, f[i].name, str_of(utc), err);
		} else if (v->s.p != NULL) {
			st = f[i].type == F_LIST || f[i].type == F_JSON ? list(x, f[i].name, v->s, err) : xml_out_element(&x->out, f[i].name, v->s, err);
		}
	}
	return st;
}

static enum status
moment(struct xml_org *x, const char *name, const struct view_moment *m, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	when_utc(m->ms, utc);
	if ((st = xml_out_start(&x->out, name, err)) != ST_OK || (st = xml_out_attribute(&x->out, "archive", str_of(m->archive), err)) != ST_OK ||
	    (m->at_least && (st = xml_out_attribute(&x->out, "at_least", STR("true"), err)) != ST_OK) || (st = xml_out_text(&x->out, str_of(utc), err)) != ST_OK)
		return st;
	return xml_out_end(&x->out, err);
}

static enum status
tail(struct xml_org *x, const struct record *rec, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	char utc[WHEN_UTC_LEN + 1];
	enum status st;
	size_t i;

	when_utc(rec->fetched_ms, utc);
	if (utc[0] != '\0' && (st = xml_out_element(&x->out, "fetched_at", str_of(utc), err)) != ST_OK)
		return st;
	if ((st = xml_out_start(&x->out, "flags", err)) != ST_OK)
		return st;
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if ((st = xml_out_element(&x->out, "item", str_of(rec->flags[i]), err)) != ST_OK)
			return st;
	if ((st = xml_out_end(&x->out, err)) != ST_OK || (st = xml_out_start(&x->out, "not_granted", err)) != ST_OK)
		return st;
	for (i = 0; f[i].name != NULL; i++)
		if (rec->n[i].not_granted && (st = xml_out_element(&x->out, "item", str_of(f[i].name), err)) != ST_OK)
			return st;
	if ((st = xml_out_end(&x->out, err)) != ST_OK || x->since == NULL || x->since->known.archive == NULL)
		return st;
	if ((st = moment(x, "known_since", &x->since->known, err)) == ST_OK)
		st = moment(x, "unchanged_since", &x->since->unchanged, err);
	x->since = NULL;
	return st;
}

static enum status
to_members(struct xml_org *x, struct err *err)
{
	enum status st;

	if (x->members)
		return ST_OK;
	x->members = true;
	return (st = xml_out_end(&x->out, err)) != ST_OK ? st : xml_out_start(&x->out, "members", err);
}

static enum status
xml_org_put(struct writer *w, const struct record *rec, struct err *err)
{
	struct xml_org *x = (struct xml_org *)w;
	bool member = rec->kind == REC_USER;
	enum status st;

	if (!member && (rec->kind != REC_DEPARTMENT || x->members))
		return err_set(err, ST_INPUT, _("%s: a record of kind %s where departments come first and members behind them"), rec->stream,
		    record_kind_names[rec->kind]);
	arena_reset(&x->arena);
	if ((member && (st = to_members(x, err)) != ST_OK) || (st = xml_out_start(&x->out, member ? "member" : "department", err)) != ST_OK ||
	    (rec->version.p != NULL && (st = xml_out_attribute(&x->out, "version", rec->version, err)) != ST_OK) ||
	    (st = fields(x, rec, err)) != ST_OK || (st = tail(x, rec, err)) != ST_OK || (st = xml_out_end(&x->out, err)) != ST_OK || (st = xml_out_flush(&x->out, err)) != ST_OK)
		return st;
	*(member ? &x->n_members : &x->n_departments) += 1;
	return ST_OK;
}

static enum status
xml_org_finish(struct writer *w, struct err *err)
{
	struct xml_org *x = (struct xml_org *)w;
	char departments[24], members[24];
	enum status st;

	(void)snprintf(departments, sizeof(departments), "%" PRIu64, x->n_departments);
	(void)snprintf(members, sizeof(members), "%" PRIu64, x->n_members);
	if ((st = to_members(x, err)) != ST_OK || (st = xml_out_end(&x->out, err)) != ST_OK || (st = xml_out_start(&x->out, "counts", err)) != ST_OK ||
	    (st = xml_out_attribute(&x->out, "departments", str_of(departments), err)) != ST_OK || (st = xml_out_attribute(&x->out, "members", str_of(members), err)) != ST_OK ||
	    (st = xml_out_end(&x->out, err)) != ST_OK)
		return st;
	return xml_out_finish(&x->out, err);
}

static void
xml_org_close(struct writer *w)
{
	struct xml_org *x = (struct xml_org *)w;

	if (x == NULL)
		return;
	xml_out_close(&x->out);
	arena_free(&x->arena);
	mem_free(x);
}

static enum status
begin(struct xml_org *x, const struct format_options *opt, struct sink *to, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	when_utc(opt->made_ms, utc);
	if ((st = xml_out_open(&x->out, to, err)) != ST_OK ||
	    (st = xml_out_start(&x->out, "organization", err)) != ST_OK || (st = xml_out_attribute(&x->out, "xmlns", STR(NAMESPACE), err)) != ST_OK ||
	    (st = xml_out_attribute(&x->out, "generated_at", str_of(utc), err)) != ST_OK ||
	    (st = xml_out_attribute(&x->out, "time_zone", str_of(when_zone_name()), err)) != ST_OK)
		return st;
	if (opt->organization != NULL && (st = xml_out_element(&x->out, "name", str_of(opt->organization), err)) != ST_OK)
		return st;
	return xml_out_start(&x->out, "departments", err);
}

static enum status
xml_org_open(struct writer **out, enum record_kind kind, const struct format_options *opt, struct sink *to, struct err *err)
{
	struct xml_org *x = mem_get(1, sizeof(*x), err);
	enum status st;

	(void)kind;	/* both kinds come to one document */
	*out = NULL;
	if (x == NULL)
		return ST_NOMEM;
	x->writer.format = &xml_org_format;
	arena_init(&x->arena, LIMIT_ARENA);
	if ((st = begin(x, opt, to, err)) != ST_OK) {
		xml_org_close(&x->writer);
		return st;
	}
	*out = &x->writer;
	return ST_OK;
}

const struct format xml_org_format = {
	"org-xml", "xml", 1u << REC_DEPARTMENT | 1u << REC_USER, xml_org_open, xml_org_put, xml_org_finish, xml_org_close
};
