/* vcard.c: see vcard.h. */
#include "formats/vcard.h"

#include <assert.h>
#include <stdio.h>

#include "core/digest.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/utf8.h"
#include "formats/fold.h"
#include "formats/orglist.h"

#define LINE_MAX_BYTES (4 * LIMIT_RECORD) /* a comma becomes two bytes, a control three */
#define WIDTH 75 /* RFC 6350 3.2, RFC 2426 2.6 */

void
vcard_init(struct vcard *c, enum vcard_version version, const struct view_input *in, struct orgtree *tree)
{
	*c = (struct vcard){ .version = version, .in = in, .tree = tree };
	buf_init(&c->line, LINE_MAX_BYTES);
	buf_init(&c->value, LINE_MAX_BYTES);
	buf_init(&c->out, 4 * LINE_MAX_BYTES);
	buf_init(&c->replaced_names, 4096);
	arena_init(&c->arena, LIMIT_ARENA);
}

void
vcard_free(struct vcard *c)
{
	buf_free(&c->line);
	buf_free(&c->value);
	buf_free(&c->out);
	buf_free(&c->replaced_names);
	arena_free(&c->arena);
}

/* --- lines --- */

static enum status
begin(struct vcard *c, const char *name, struct err *err)
{
	buf_clear(&c->line);
	return buf_addz(&c->line, name, err);
}

static enum status
end(struct vcard *c, struct err *err)
{
	return fold_line(buf_str(&c->line), WIDTH, "\r\n", &c->out, err);
}

/* ${s} as a text value, or as one of its parts.  No control but the tab can stand in one. */
static enum status
text(struct vcard *c, struct str s, struct err *err)
{
	enum status st = ST_OK;
	size_t at = 0, from;
	uint32_t cp;

	while (st == ST_OK && at < s.n) {
		from = at;
		if (!utf8_next(s, &at, &cp)) {
			st = buf_add(&c->line, "\xEF\xBF\xBD", 3, err);
		} else if (cp == '\r') {
			at += at < s.n && s.p[at] == '\n';
			st = buf_add(&c->line, "\\n", 2, err);
		} else if (cp == '\n') {
			st = buf_add(&c->line, "\\n", 2, err);
		} else if ((cp < 0x20 && cp != '\t') || cp == 0x7F) {
			c->replaced = true;
			st = buf_add(&c->line, "\xEF\xBF\xBD", 3, err);
		} else {
			if (cp == ',' || cp == ';' || cp == '\\')
				st = buf_putc(&c->line, '\\', err);
			if (st == ST_OK)
				st = buf_add(&c->line, s.p + from, at - from, err);
		}
	}
	return st;
}

/* A parameter's value in quotes: RFC 6868 for what may not stand there. */
static enum status
quoted(struct vcard *c, struct str s, struct err *err)
{
	enum status st = buf_putc(&c->line, '"', err);
	size_t at = 0, from;
	uint32_t cp;

	while (st == ST_OK && at < s.n) {
		from = at;
		if (!utf8_next(s, &at, &cp) || (cp < 0x20 && cp != '\t' && cp != '\n') || cp == 0x7F)
			st = buf_add(&c->line, "\xEF\xBF\xBD", 3, err);
		else if (cp == '"' || cp == '^' || cp == '\n')
			st = buf_addz(&c->line, cp == '"' ? "^'" : cp == '^' ? "^^" : "^n", err);
		else
			st = buf_add(&c->line, s.p + from, at - from, err);
	}
	return st == ST_OK ? buf_putc(&c->line, '"', err) : st;
}

/* The field ${name} lost a control. */
static enum status
note_replaced(struct vcard *c, const char *name, struct err *err)
{
	if (!c->replaced)
		return ST_OK;
	c->replaced = false;
	return buf_addf(&c->replaced_names, err, "%s%s", c->replaced_names.n == 0 ? "" : ",", name);
}

/* PROPERTY:value of a field that is set. */
static enum status
field(struct vcard *c, const struct record *rec, const char *name, const char *property, struct err *err)
{
	const struct str s = org_set(rec, name);
	enum status st;

	if (s.p == NULL)
		return ST_OK;
	if ((st = begin(c, property, err)) != ST_OK || (st = text(c, s, err)) != ST_OK || (st = note_replaced(c, name, err)) != ST_OK)
		return st;
	return end(c, err);
}

static enum status
plain(struct vcard *c, const char *property, struct str s, struct err *err)
{
	enum status st;

	return (st = begin(c, property, err)) != ST_OK || (st = buf_str_add(&c->line, s, err)) != ST_OK ? st : end(c, err);
}

/* --- names --- */

static enum status
uid(struct vcard *c, const struct record *rec, struct err *err)
{
	static const unsigned char url_namespace[16] = { 0x6b, 0xa7, 0xb8, 0x11, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8 };
	unsigned char h[DIGEST_MAX];
	char x[41];
	enum status st;

	buf_clear(&c->value);
	if ((st = buf_add(&c->value, url_namespace, sizeof(url_namespace), err)) != ST_OK ||
	    (st = buf_addf(&c->value, err, "urn:custody:person:%.*s:%.*s:", STR_ARG(rec->platform), STR_ARG(rec->tenant))) != ST_OK ||
	    (st = buf_str_add(&c->value, rec->id, err)) != ST_OK || (st = digest_of(DIGEST_SHA1, c->value.p, c->value.n, h, err)) != ST_OK)
		return st;
	h[6] = (unsigned char)((h[6] & 0x0F) | 0x50);
	h[8] = (unsigned char)((h[8] & 0x3F) | 0x80);
	digest_hex(h, 16, x);
	if ((st = begin(c, "UID:urn:uuid:", err)) != ST_OK ||
	    (st = buf_addf(&c->line, err, "%.8s-%.4s-%.4s-%.4s-%.12s", x, x + 8, x + 12, x + 16, x + 20)) != ST_OK)
		return st;
	return end(c, err);
}

/* X-CUSTODY-ID and -VERSION: exactly what the record says. */
static enum status
exact(struct vcard *c, const char *property, struct str s, struct err *err)
{
	const unsigned char *p = (const unsigned char *)s.p;
	enum status st;
	size_t i;

	for (i = 0; i < s.n && p[i] >= 0x20 && p[i] != 0x7F; i++)
		;
	if ((st = begin(c, property, err)) != ST_OK)
		return st;
	if (i == s.n && utf8_ok(s)) {
		if ((st = buf_putc(&c->line, ':', err)) == ST_OK)
			st = text(c, s, err);
	} else {
		st = buf_addz(&c->line, ";X-FORM=hex:", err);
		for (i = 0; st == ST_OK && i < s.n; i++)
			st = buf_addf(&c->line, err, "%02x", p[i]);
	}
	return st == ST_OK ? end(c, err) : st;
}

static enum status
names(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str name = org_set(rec, "name"), english = org_set(rec, "name_en");
	const struct str shown = name.p != NULL ? name : english.p != NULL ? english : rec->id;
	enum status st;

	if ((st = begin(c, "FN:", err)) != ST_OK || (st = text(c, shown, err)) != ST_OK ||
	    (st = note_replaced(c, name.p != NULL ? "name" : english.p != NULL ? "name_en" : "id", err)) != ST_OK || (st = end(c, err)) != ST_OK)
		return st;
	if (c->version == VCARD_4 && name.p != NULL && english.p != NULL && (st = field(c, rec, "name_en", "FN;LANGUAGE=en:", err)) != ST_OK)
		return st;
	if ((st = begin(c, "N", err)) != ST_OK)
		return st;
	if (c->version == VCARD_4 && english.p != NULL && ((st = buf_addz(&c->line, ";SORT-AS=", err)) != ST_OK || (st = quoted(c, english, err)) != ST_OK))
		return st;
	if ((st = buf_putc(&c->line, ':', err)) != ST_OK || (st = text(c, shown, err)) != ST_OK || (st = buf_addz(&c->line, ";;;;", err)) != ST_OK ||
	    (st = end(c, err)) != ST_OK)
		return st;
	c->replaced = false; /* said above */
	if (c->version == VCARD_3 &&
	    ((st = field(c, rec, "name_en", "SORT-STRING:", err)) != ST_OK || (st = field(c, rec, "name_en", "X-CUSTODY-NAME-EN:", err)) != ST_OK))
		return st;
	return field(c, rec, "alias", "NICKNAME:", err);
}

/* --- departments --- */

static struct str
title_of(const struct orgtree_node *node)
{
	return node->name.p == NULL ? node->id : node->name;
}

static enum status
org(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str organization = str_of(c->in->opt->organization);
	struct orgtree_node *path;
	struct str home;
	enum status st;
	bool any = organization.n > 0;
	void *list;
	size_t n = 0;

	if ((st = arena_get(&c->arena, ORGTREE_DEPTH, sizeof(*path), &list, err)) != ST_OK)
		return st;
	path = list;
	if ((st = orgtree_home(c->tree, rec, &c->arena, &home, err)) != ST_OK ||
	    (home.p != NULL && (st = orgtree_path(c->tree, home, &c->arena, path, &n, err)) != ST_OK) || (!any && n == 0) ||
	    (st = begin(c, "ORG:", err)) != ST_OK || (any && (st = text(c, organization, err)) != ST_OK))
		return st;
	if (any && n > 0 && str_eq(title_of(&path[n - 1]), organization))
		n--;
	for (; n > 0; n--) {
		if ((any && (st = buf_putc(&c->line, ';', err)) != ST_OK) || (st = text(c, title_of(&path[n - 1]), err)) != ST_OK)
			return st;
		any = true;
	}
	c->replaced = false; /* of a department, not of this record */
	return end(c, err);
}

static enum status
json_line(struct vcard *c, const char *name, const char *property, struct str value, struct err *err)
{
	enum status st;

	return (st = begin(c, property, err)) != ST_OK || (st = text(c, value, err)) != ST_OK || (st = note_replaced(c, name, err)) != ST_OK ? st : end(c, err);
}

static enum status
departments(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str value = org_set(rec, "departments");
	struct org_object *list = NULL;
	struct orgtree_node node;
	enum status st;
	size_t i, n = 0, shown = 0;

	if (value.p == NULL)
		return ST_OK;
	if ((st = org_objects(value, org_membership, &c->arena, &list, &n, err)) != ST_OK)
		return st == ST_INPUT ? json_line(c, "departments", "X-CUSTODY-DEPARTMENTS-JSON:", value, err) : st;
	if ((st = begin(c, "CATEGORIES:", err)) != ST_OK)
		return st;
	for (i = 0; i < n; i++) {
		if (list[i].v[0].p == NULL || (st = orgtree_get(c->tree, list[i].v[0], &c->arena, &node, err)) == ST_END)
			continue;
		if (st != ST_OK || (shown++ > 0 && (st = buf_putc(&c->line, ',', err)) != ST_OK) || (st = text(c, title_of(&node), err)) != ST_OK)
			return st;
	}
	c->replaced = false;
	if (shown > 0 && (st = end(c, err)) != ST_OK)
		return st;
	for (i = 0; i < n; i++) {
		const struct str *v = list[i].v;

		if (v[0].p == NULL)
			continue;
		if ((st = begin(c, "X-CUSTODY-DEPARTMENT", err)) != ST_OK ||
		    (v[1].p != NULL && ((st = buf_addz(&c->line, ";X-ORDER=", err)) != ST_OK || (st = quoted(c, v[1], err)) != ST_OK)) ||
		    (v[2].p != NULL && ((st = buf_addz(&c->line, ";X-LEADER=", err)) != ST_OK || (st = quoted(c, v[2], err)) != ST_OK)) ||
		    (st = buf_putc(&c->line, ':', err)) != ST_OK || (st = text(c, v[0], err)) != ST_OK || (st = end(c, err)) != ST_OK)
			return st;
	}
	return note_replaced(c, "departments", err);
}

static enum status
leaders(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str value = org_set(rec, "leaders");
	struct str *list;
	enum status st;
	size_t i, n;

	if (value.p == NULL)
		return ST_OK;
	if ((st = org_texts(value, &c->arena, &list, &n, err)) != ST_OK)
		return st == ST_INPUT ? json_line(c, "leaders", "X-CUSTODY-LEADERS-JSON:", value, err) : st;
	for (i = 0; i < n; i++)
		if ((st = begin(c, "X-CUSTODY-LEADER:", err)) != ST_OK || (st = text(c, list[i], err)) != ST_OK || (st = end(c, err)) != ST_OK)
			return st;
	return note_replaced(c, "leaders", err);
}

static enum status
attributes(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str value = org_set(rec, "attributes");
	struct org_object *list;
	enum status st;
	size_t i, k, n;

	if (value.p == NULL)
		return ST_OK;
	if ((st = org_objects(value, org_attribute, &c->arena, &list, &n, err)) != ST_OK)
		return st == ST_INPUT ? json_line(c, "attributes", "X-CUSTODY-ATTRIBUTES-JSON:", value, err) : st;
	if (n == 0)
		return ST_OK;
	if ((st = begin(c, "NOTE:", err)) != ST_OK)
		return st;
	for (i = 0; i < n; i++) {
		if (i > 0 && (st = buf_add(&c->line, "\\n", 2, err)) != ST_OK)
			return st;
		for (k = 0; k < 3; k++)
			if (list[i].v[k].p != NULL &&
			    ((k > 0 && (st = buf_addz(&c->line, k == 1 ? ": " : " ", err)) != ST_OK) || (st = text(c, list[i].v[k], err)) != ST_OK))
				return st;
	}
	return (st = note_replaced(c, "attributes", err)) != ST_OK ? st : end(c, err);
}

/* An address book shows no X- property: whoever is no longer there, or was never, must not look like the others. */
static enum status
standing(struct vcard *c, const struct record *rec, struct err *err)
{
	static const struct { const char *status, *said; } words[] = {
		{ "inactive", "NOTE:状态 status: 未激活 never signed in" },
		{ "disabled", "NOTE:状态 status: 已禁用 disabled" },
		{ "left", "NOTE:状态 status: 已离开 left the organisation" },
	};
	const struct str s = org_set(rec, "status");
	enum status st;
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_is(s, words[i].status))
			return (st = begin(c, words[i].said, err)) != ST_OK ? st : end(c, err);
	return ST_OK;
}

/* --- the rest --- */

static enum status
gender(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str s = org_set(rec, "gender");

	if (s.p == NULL)
		return ST_OK;
	if (c->version == VCARD_3)
		return field(c, rec, "gender", "X-CUSTODY-GENDER:", err);
	if (str_is(s, "male") || str_is(s, "female") || str_is(s, "unset"))
		return plain(c, "GENDER:", str_is(s, "male") ? STR("M") : str_is(s, "female") ? STR("F") : STR("U"), err);
	return field(c, rec, "gender", "GENDER:;", err);
}

static enum status
address(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str s = org_set(rec, "address");
	enum status st;

	if (s.p == NULL)
		return ST_OK;
	if ((st = begin(c, "ADR:;;", err)) != ST_OK || (st = text(c, s, err)) != ST_OK || (st = buf_addz(&c->line, ";;;;", err)) != ST_OK ||
	    (st = note_replaced(c, "address", err)) != ST_OK)
		return st;
	return end(c, err);
}

static enum status
photo(struct vcard *c, const struct record *rec, struct err *err)
{
	const struct str s = org_set(rec, "avatar_url");

	return s.p == NULL        ? ST_OK
	    : !org_is_url(s)      ? field(c, rec, "avatar_url", "X-CUSTODY-AVATAR:", err)
	    : c->version == VCARD_4 ? plain(c, "PHOTO:", s, err)
				  : plain(c, "PHOTO;VALUE=uri:", s, err);
}

static enum status
moment(struct vcard *c, const char *property, const struct view_moment *m, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	when_utc(m->ms, utc);
	if ((st = begin(c, property, err)) != ST_OK ||
	    (st = buf_addf(&c->line, err, ";X-ARCHIVE=%s%s:%s", m->archive, m->at_least ? ";X-AT-LEAST=true" : "", utc)) != ST_OK)
		return st;
	return end(c, err);
}

static enum status
revision(struct vcard *c, const struct record *rec, struct err *err)
{
	struct view_since since;
	char utc[21];
	enum status st;
	size_t i, n = 0;

	when_utc_s(rec->fetched_ms, utc);
	if (c->version == VCARD_4) { /* 2026-11-22T02:00:00Z: RFC 6350 4.3 has the basic form only */
		for (i = 0; utc[i] != '\0'; i++)
			if (utc[i] != '-' && utc[i] != ':')
				utc[n++] = utc[i];
		utc[n] = '\0';
	}
	if (utc[0] != '\0' && (st = plain(c, "REV:", str_of(utc), err)) != ST_OK)
		return st;
	if ((st = org_since(c->in, rec, &since, err)) != ST_OK || since.known.archive == NULL)
		return st;
	if ((st = moment(c, "X-CUSTODY-KNOWN-SINCE", &since.known, err)) != ST_OK)
		return st;
	return moment(c, "X-CUSTODY-UNCHANGED-SINCE", &since.unchanged, err);
}

static enum status
list_line(struct vcard *c, const char *property, struct str names_of, struct err *err)
{
	return names_of.n == 0 ? ST_OK : plain(c, property, names_of, err);
}

static enum status
marks(struct vcard *c, const struct record *rec, struct err *err)
{
	enum status st;
	size_t i;

	buf_clear(&c->value);
	if ((st = org_names(rec, ORG_NOT_GRANTED, &c->value, err)) != ST_OK ||
	    (st = list_line(c, "X-CUSTODY-NOT-GRANTED:", buf_str(&c->value), err)) != ST_OK)
		return st;
	buf_clear(&c->value);
	if ((st = org_names(rec, ORG_EMPTY, &c->value, err)) != ST_OK || (st = list_line(c, "X-CUSTODY-EMPTY:", buf_str(&c->value), err)) != ST_OK ||
	    (st = list_line(c, "X-CUSTODY-REPLACED:", buf_str(&c->replaced_names), err)) != ST_OK)
		return st;
	buf_clear(&c->value);
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if ((st = buf_addf(&c->value, err, "%s%s", i == 0 ? "" : ",", rec->flags[i])) != ST_OK)
			return st;
	return list_line(c, "X-CUSTODY-FLAGS:", buf_str(&c->value), err);
}

enum status
vcard_put(struct vcard *c, const struct record *rec, struct err *err)
{
	const bool four = c->version == VCARD_4;
	enum status st;

	assert(rec->kind == REC_USER);
	arena_reset(&c->arena);
	buf_clear(&c->replaced_names);
	c->replaced = false;
	if ((st = buf_addz(&c->out, four ? "BEGIN:VCARD\r\nVERSION:4.0\r\nKIND:individual\r\n" : "BEGIN:VCARD\r\nVERSION:3.0\r\n", err)) != ST_OK ||
	    (st = uid(c, rec, err)) != ST_OK || (st = names(c, rec, err)) != ST_OK || (st = org(c, rec, err)) != ST_OK ||
	    (st = field(c, rec, "position", "TITLE:", err)) != ST_OK || (st = field(c, rec, "mobile", four ? "TEL;TYPE=cell:" : "TEL;TYPE=CELL:", err)) != ST_OK ||
	    (st = field(c, rec, "telephone", four ? "TEL;TYPE=work:" : "TEL;TYPE=WORK,VOICE:", err)) != ST_OK ||
	    (st = field(c, rec, "work_email", four ? "EMAIL;TYPE=work:" : "EMAIL;TYPE=INTERNET,WORK:", err)) != ST_OK ||
	    (st = field(c, rec, "email", four ? "EMAIL;TYPE=home:" : "EMAIL;TYPE=INTERNET,HOME:", err)) != ST_OK ||
	    (st = address(c, rec, err)) != ST_OK || (st = photo(c, rec, err)) != ST_OK || (st = gender(c, rec, err)) != ST_OK ||
	    (st = attributes(c, rec, err)) != ST_OK || (st = standing(c, rec, err)) != ST_OK || (st = exact(c, "X-CUSTODY-ID", rec->id, err)) != ST_OK ||
	    (rec->version.p != NULL && (st = exact(c, "X-CUSTODY-VERSION", rec->version, err)) != ST_OK) ||
	    (st = field(c, rec, "status", "X-CUSTODY-STATUS:", err)) != ST_OK ||
	    (st = field(c, rec, "external_position", "X-CUSTODY-EXTERNAL-POSITION:", err)) != ST_OK || (st = departments(c, rec, err)) != ST_OK ||
	    (st = leaders(c, rec, err)) != ST_OK || (st = marks(c, rec, err)) != ST_OK || (st = revision(c, rec, err)) != ST_OK)
		return st;
	return buf_addz(&c->out, "END:VCARD\r\n", err);
}
