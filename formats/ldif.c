/* ldif.c: see ldif.h. */
#include "formats/ldif.h"

#include <assert.h>
#include <stdio.h>

#include "core/limits.h"
#include "formats/fold.h"
#include "formats/orglist.h"

#define TEXT_MAX (4 * LIMIT_RECORD)

/* --- pieces --- */

static enum status
attribute(struct ldif *l, const char *name, struct str value, struct err *err)
{
	return value.n == 0 ? ST_OK : ldif_line(&l->line, name, value, &l->out, err);
}

/* description: <name>: <value> */
static enum status
described(struct ldif *l, const char *name, struct str value, struct err *err)
{
	enum status st;

	if (value.p == NULL)
		return ST_OK;
	buf_clear(&l->value);
	if ((st = buf_addf(&l->value, err, "%s: ", name)) != ST_OK || (st = buf_str_add(&l->value, value, err)) != ST_OK)
		return st;
	return attribute(l, "description", buf_str(&l->value), err);
}

static enum status
field(struct ldif *l, const struct record *rec, const char *name, struct err *err)
{
	return described(l, name, org_set(rec, name), err);
}

static enum status
comment(struct ldif *l, const char *before, struct str id, const char *between, struct str other, const char *after, struct err *err)
{
	enum status st;

	buf_clear(&l->line);
	if ((st = buf_addf(&l->line, err, "# %s", before)) != ST_OK || (st = ldif_ascii(id, &l->line, err)) != ST_OK ||
	    (st = buf_addz(&l->line, between, err)) != ST_OK || (st = ldif_ascii(other, &l->line, err)) != ST_OK || (st = buf_addz(&l->line, after, err)) != ST_OK)
		return st;
	return fold_line(buf_str(&l->line), 76, "\n", &l->out, err);
}

/* Every class of the entry, the superior ones too: not every directory adds them by itself. */
static enum status
classes(struct ldif *l, const char *const *names, struct err *err)
{
	enum status st = ST_OK;

	for (; st == ST_OK && *names != NULL; names++)
		st = attribute(l, "objectClass", str_of(*names), err);
	return st;
}
static const char *const class_top[] = { "top", "organization", NULL }, *const class_department[] = { "top", "organizationalUnit", NULL };
static const char *const class_person[] = { "top", "person", "organizationalPerson", "inetOrgPerson", NULL };

/* Two values of one attribute that a directory would call the same: without regard to the case of A-Z and to spaces. */
static bool
same(struct str a, struct str b)
{
	size_t i = 0, k = 0;

	for (;;) {
		char x, y;

		while (i < a.n && a.p[i] == ' ')
			i++;
		while (k < b.n && b.p[k] == ' ')
			k++;
		if (i == a.n || k == b.n)
			return i == a.n && k == b.n;
		x = a.p[i++];
		y = b.p[k++];
		x = x >= 'A' && x <= 'Z' ? (char)(x - 'A' + 'a') : x;
		y = y >= 'A' && y <= 'Z' ? (char)(y - 'A' + 'a') : y;
		if (x != y)
			return false;
	}
}

static enum status
second(struct ldif *l, const char *name, struct str first, struct str value, struct err *err)
{
	return value.p == NULL || same(first, value) ? ST_OK : attribute(l, name, value, err);
}

/* RFC 4517 3.3.31 and 3.3.29: what Telephone Number and Printable String allow; 3.3.15: IA5. */
static bool
is_telephone(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'()+,-./:=? ", s.p[i]) == NULL)
			return false;
	return s.n > 0;
}

static bool
is_ia5(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80 || s.p[i] == '\0')
			return false;
	return s.n > 0;
}

/* --- names --- */

static enum status
rdn(const char *name, struct str id, struct str version, struct buf *out, struct err *err)
{
	enum status st = ldif_rdn(name, id, out, err);
	struct buf text;

	if (st != ST_OK || version.p == NULL)
		return st;
	buf_init(&text, TEXT_MAX);
	if ((st = buf_addz(&text, "version: ", err)) == ST_OK && (st = buf_str_add(&text, version, err)) == ST_OK)
		st = ldif_rdn("+description", buf_str(&text), out, err);
	buf_free(&text);
	return st;
}

/* ",ou=2,ou=1,o=…" of the department ${id}; ",o=…" when it is absent. */
static enum status
above(struct ldif *l, struct str id, struct buf *out, struct err *err)
{
	struct orgtree_node *path;
	enum status st;
	size_t i, n = 0;
	void *list;

	if ((st = arena_get(&l->arena, ORGTREE_DEPTH, sizeof(*path), &list, err)) != ST_OK)
		return st;
	path = list;
	if (id.p != NULL && (st = orgtree_path(l->tree, id, &l->arena, path, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n; i++)
		if ((st = buf_putc(out, ',', err)) != ST_OK || (st = rdn("ou", path[i].id, path[i].version, out, err)) != ST_OK)
			return st;
	return (st = buf_putc(out, ',', err)) != ST_OK ? st : buf_str_add(out, buf_str(&l->suffix), err);
}

static enum status
dn(struct ldif *l, const char *name, const char *attribute_name, struct str id, struct str version, struct str department, struct err *err)
{
	enum status st;

	buf_clear(&l->value);
	if ((st = rdn(attribute_name, id, version, &l->value, err)) != ST_OK || (st = above(l, department, &l->value, err)) != ST_OK)
		return st;
	return ldif_line(&l->line, name, buf_str(&l->value), &l->out, err);
}

/* --- what both have --- */

static enum status
moment(struct ldif *l, const char *name, const struct view_moment *m, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1], text[160];

	when_utc(m->ms, utc);
	(void)snprintf(text, sizeof(text), "%s %s%s", utc, m->archive, m->at_least ? " at least 至少" : "");
	return described(l, name, str_of(text), err);
}

static enum status
tail(struct ldif *l, const struct record *rec, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	struct view_since since;
	enum status st;
	size_t i;

	when_utc(rec->fetched_ms, utc);
	if ((st = described(l, "version", rec->version, err)) != ST_OK || (utc[0] != '\0' && (st = described(l, "fetched_at", str_of(utc), err)) != ST_OK))
		return st;
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if ((st = described(l, "flag", str_of(rec->flags[i]), err)) != ST_OK)
			return st;
	if ((st = org_since(l->in, rec, &since, err)) != ST_OK ||
	    (since.known.archive != NULL &&
		((st = moment(l, "known_since", &since.known, err)) != ST_OK || (st = moment(l, "unchanged_since", &since.unchanged, err)) != ST_OK)))
		return st;
	for (i = 0; i < 2; i++) {
		const size_t label = strlen(i == 0 ? "not granted 未授权: " : "empty 空值: ");

		buf_clear(&l->value);
		if ((st = buf_addz(&l->value, i == 0 ? "not granted 未授权: " : "empty 空值: ", err)) != ST_OK ||
		    (st = org_names(rec, i == 0 ? ORG_NOT_GRANTED : ORG_EMPTY, &l->value, err)) != ST_OK ||
		    (l->value.n > label && (st = attribute(l, "description", buf_str(&l->value), err)) != ST_OK))
			return st;
	}
	return buf_putc(&l->out, '\n', err);
}

static enum status
leaders(struct ldif *l, const struct record *rec, struct err *err)
{
	const struct str value = org_set(rec, "leaders");
	struct str *list;
	enum status st;
	char name[40];
	size_t i, n;

	if (value.p == NULL)
		return ST_OK;
	if ((st = org_texts(value, &l->arena, &list, &n, err)) != ST_OK)
		return st == ST_INPUT ? described(l, "leaders", value, err) : st;
	for (i = 0; i < n; i++) {
		(void)snprintf(name, sizeof(name), "leader %zu", i + 1);
		if ((st = described(l, name, list[i], err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

/* --- departments --- */

static enum status
department(struct ldif *l, const struct record *rec, struct err *err)
{
	const struct str name = org_set(rec, "name");
	struct orgtree_node node;
	struct str parent;
	enum status st;

	if ((st = orgtree_get(l->tree, rec->id, &l->arena, &node, err)) != ST_OK)
		return st;
	parent = node.why == ORGTREE_BELOW ? node.parent : STR_NONE;
	if ((node.why == ORGTREE_MISSING &&
		(st = comment(l, "department ", rec->id, ": its parent ", node.parent, " is not in the archive; placed on top", err)) != ST_OK) ||
	    (node.why == ORGTREE_UNKNOWN && (st = comment(l, "department ", rec->id, ": its parent was not granted; placed on top", STR_NONE, "", err)) != ST_OK) ||
	    (node.why == ORGTREE_CYCLE &&
		(st = comment(l, "department ", rec->id, ": it stands above its own parent ", node.parent, "; placed on top", err)) != ST_OK) ||
	    (node.why == ORGTREE_DEEP &&
		(st = comment(l, "department ", rec->id, ": too many departments above its parent ", node.parent, "; placed on top", err)) != ST_OK))
		return st;
	if ((st = dn(l, "dn", "ou", rec->id, rec->version, parent, err)) != ST_OK ||
	    (st = classes(l, class_department, err)) != ST_OK || (st = attribute(l, "ou", rec->id, err)) != ST_OK ||
	    (st = second(l, "ou", rec->id, name, err)) != ST_OK || (st = field(l, rec, "name_en", err)) != ST_OK ||
	    (st = field(l, rec, "parent_id", err)) != ST_OK || (st = field(l, rec, "order", err)) != ST_OK || (st = leaders(l, rec, err)) != ST_OK)
		return st;
	return tail(l, rec, err);
}

/* --- members --- */

static enum status
manager(struct ldif *l, const struct record *rec, struct err *err)
{
	const struct str value = org_set(rec, "leaders");
	struct orgtree_person p;
	struct str *list;
	enum status st;
	size_t n;

	if (value.p == NULL || (st = org_texts(value, &l->arena, &list, &n, err)) == ST_INPUT)
		return ST_OK;
	if (st != ST_OK || n == 0)
		return st;
	if ((st = orgtree_person(l->tree, list[0], &l->arena, &p, err)) != ST_OK)
		return st == ST_END ? ST_OK : st;
	return dn(l, "manager", "uid", list[0], p.version, p.home, err);
}

/* Lines of an address with dollars between them (RFC 4517 3.3.28). */
static enum status
postal(struct ldif *l, struct str s, struct err *err)
{
	enum status st = ST_OK;
	bool gap = false;
	size_t i;

	buf_clear(&l->value);
	for (i = 0; st == ST_OK && i < s.n; i++) {
		const char c = s.p[i];

		if (c == '\n' || c == '\r') {
			gap = l->value.n > 0;
			continue;
		}
		if (gap)
			st = buf_putc(&l->value, '$', err);
		gap = false;
		if (st == ST_OK)
			st = c == '$' ? buf_addz(&l->value, "\\24", err) : c == '\\' ? buf_addz(&l->value, "\\5C", err) : buf_putc(&l->value, c, err);
	}
	return st == ST_OK ? attribute(l, "postalAddress", buf_str(&l->value), err) : st;
}

static enum status
checked(struct ldif *l, const struct record *rec, const char *name, const char *as, bool (*fits)(struct str), struct str first, struct err *err)
{
	const struct str value = org_set(rec, name);

	if (value.p == NULL)
		return ST_OK;
	return fits(value) ? second(l, as, first, value, err) : described(l, name, value, err);
}

static enum status
portrait(struct ldif *l, const struct record *rec, struct err *err)
{
	const struct str url = org_set(rec, "avatar_url");
	enum status st;

	if (!org_is_url(url))
		return described(l, "avatar_url", url, err);
	buf_clear(&l->value);
	if ((st = buf_str_add(&l->value, url, err)) != ST_OK || (st = buf_addz(&l->value, " portrait 头像", err)) != ST_OK)
		return st;
	return attribute(l, "labeledURI", buf_str(&l->value), err);
}

static enum status
objects(struct ldif *l, const struct record *rec, const char *name, const char *each_name, const char *const members[3], const char *const between[3], struct err *err)
{
	const struct str value = org_set(rec, name);
	struct org_object *list;
	enum status st;
	size_t i, k, n;

	if (value.p == NULL)
		return ST_OK;
	if ((st = org_objects(value, members, &l->arena, &list, &n, err)) != ST_OK)
		return st == ST_INPUT ? described(l, name, value, err) : st;
	for (i = 0; i < n; i++) {
		buf_clear(&l->value);
		st = buf_addf(&l->value, err, "%s %zu:", each_name, i + 1);
		for (k = 0; st == ST_OK && k < 3; k++)
			if (list[i].v[k].p != NULL && (st = buf_addz(&l->value, between[k], err)) == ST_OK)
				st = buf_str_add(&l->value, list[i].v[k], err);
		if (st != ST_OK || (st = attribute(l, "description", buf_str(&l->value), err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
person(struct ldif *l, const struct record *rec, struct err *err)
{
	static const char *const around[3] = { " ", " order ", " leader " }, *const spaces[3] = { " ", ": ", " " };
	const struct str name = org_set(rec, "name"), english = org_set(rec, "name_en"), work = org_set(rec, "work_email");
	const struct str cn = name.p != NULL ? name : english.p != NULL ? english : rec->id;
	struct orgtree_node node = { .name = STR_NONE };
	struct str home, number;
	enum status st;

	if ((st = orgtree_home(l->tree, rec, &l->arena, &home, err)) != ST_OK ||
	    (home.p != NULL && (st = orgtree_get(l->tree, home, &l->arena, &node, err)) != ST_OK) || (st = org_number(rec, &l->arena, &number, err)) != ST_OK ||
	    (st = dn(l, "dn", "uid", rec->id, rec->version, home, err)) != ST_OK || (st = classes(l, class_person, err)) != ST_OK ||
	    (st = attribute(l, "uid", rec->id, err)) != ST_OK || (st = attribute(l, "cn", cn, err)) != ST_OK || (st = second(l, "cn", cn, english, err)) != ST_OK ||
	    (st = attribute(l, "sn", cn, err)) != ST_OK || (st = attribute(l, "displayName", name, err)) != ST_OK ||
	    (st = attribute(l, "title", org_set(rec, "position"), err)) != ST_OK ||
	    (st = attribute(l, "o", str_of(l->in->opt->organization), err)) != ST_OK || (st = attribute(l, "departmentNumber", home, err)) != ST_OK ||
	    (st = attribute(l, "ou", node.name, err)) != ST_OK || (st = manager(l, rec, err)) != ST_OK ||
	    (st = attribute(l, "employeeNumber", number, err)) != ST_OK || (st = checked(l, rec, "work_email", "mail", is_ia5, STR_NONE, err)) != ST_OK ||
	    (st = checked(l, rec, "email", "mail", is_ia5, work, err)) != ST_OK || (st = checked(l, rec, "mobile", "mobile", is_telephone, STR_NONE, err)) != ST_OK ||
	    (st = checked(l, rec, "telephone", "telephoneNumber", is_telephone, STR_NONE, err)) != ST_OK ||
	    (st = postal(l, org_set(rec, "address"), err)) != ST_OK || (st = portrait(l, rec, err)) != ST_OK || (st = field(l, rec, "alias", err)) != ST_OK ||
	    (st = field(l, rec, "status", err)) != ST_OK || (st = field(l, rec, "gender", err)) != ST_OK || (st = field(l, rec, "main_department", err)) != ST_OK ||
	    (st = objects(l, rec, "departments", "department", org_membership, around, err)) != ST_OK || (st = leaders(l, rec, err)) != ST_OK ||
	    (st = field(l, rec, "external_position", err)) != ST_OK || (st = objects(l, rec, "attributes", "attribute", org_attribute, spaces, err)) != ST_OK)
		return st;
	return tail(l, rec, err);
}

enum status
ldif_put(struct ldif *l, const struct record *rec, struct err *err)
{
	assert(rec->kind == REC_USER || rec->kind == REC_DEPARTMENT);
	arena_reset(&l->arena);
	return rec->kind == REC_USER ? person(l, rec, err) : department(l, rec, err);
}

enum status
ldif_init(struct ldif *l, const struct view_input *in, struct orgtree *tree, struct str organization, struct err *err)
{
	enum status st;

	*l = (struct ldif){ .in = in, .tree = tree };
	buf_init(&l->suffix, TEXT_MAX);
	buf_init(&l->line, 2 * TEXT_MAX);
	buf_init(&l->value, TEXT_MAX);
	buf_init(&l->out, 4 * TEXT_MAX);
	arena_init(&l->arena, LIMIT_ARENA);
	if ((st = ldif_rdn("o", organization, &l->suffix, err)) != ST_OK || (st = buf_addz(&l->out, "version: 1\n\n", err)) != ST_OK ||
	    (st = ldif_line(&l->line, "dn", buf_str(&l->suffix), &l->out, err)) != ST_OK ||
	    (st = classes(l, class_top, err)) != ST_OK || (st = attribute(l, "o", organization, err)) != ST_OK)
		return st;
	return buf_putc(&l->out, '\n', err);
}

void
ldif_free(struct ldif *l)
{
	buf_free(&l->suffix);
	buf_free(&l->line);
	buf_free(&l->value);
	buf_free(&l->out);
	arena_free(&l->arena);
}
