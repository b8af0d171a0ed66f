/* view_ldif.c: organization.ldif, made and read back. */
#include "formats/view_ldif.h"

#include "core/i18n.h"
#include "core/limits.h"
#include "formats/fold.h"
#include "formats/ldif.h"

#define FILE_NAME "data/views/org/organization.ldif"

struct making {
	const struct view_input *in;
	struct view_place *place;
	struct orgtree *tree;
	struct ldif ldif;
	struct sink *sink; /* NULL: nothing is there yet */
	enum record_kind kind;
	unsigned depth; /* of the departments that are wanted now */
};

static enum status
begin(struct making *m, const struct record *rec, struct err *err)
{
	const struct str named = str_of(m->in->opt->organization);
	enum status st;

	if (m->sink != NULL)
		return ST_OK;
	if ((st = m->place->begin(m->place, FILE_NAME, &m->sink, err)) != ST_OK)
		return st;
	return ldif_init(&m->ldif, m->in, m->tree, named.n > 0 ? named : rec->tenant.n > 0 ? rec->tenant : STR("custody"), err);
}

static enum status
each(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	struct orgtree_node node;
	enum status st;

	if (rec->kind != m->kind)
		return ST_OK;
	if ((st = begin(m, rec, err)) != ST_OK)
		return st;
	arena_reset(&m->ldif.arena);
	if (rec->kind == REC_DEPARTMENT &&
	    ((st = orgtree_get(m->tree, rec->id, &m->ldif.arena, &node, err)) != ST_OK || node.depth != m->depth))
		return st;
	if ((st = ldif_put(&m->ldif, rec, err)) != ST_OK) {
		(void)err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
		return st;
	}
	st = sink_write(m->sink, m->ldif.out.p, m->ldif.out.n, err);
	buf_clear(&m->ldif.out);
	return st;
}

/* Level after level: a directory takes nothing in whose parent it does not have yet. */
static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct making m = { .in = in, .place = place, .kind = REC_DEPARTMENT };
	enum status st;

	if ((st = orgtree_open(&m.tree, in, err)) != ST_OK)
		return st;
	for (; st == ST_OK && m.depth <= orgtree_depth(m.tree); m.depth++)
		st = in->records->run(in->records, "departments", each, &m, err);
	m.kind = REC_USER;
	if (st == ST_OK && (st = in->records->run(in->records, "users", each, &m, err)) == ST_OK && m.sink != NULL)
		st = place->end(place, err);
	ldif_free(&m.ldif);
	orgtree_close(m.tree);
	return st;
}

static bool
owns(const char *path)
{
	return strcmp(path, FILE_NAME) == 0;
}

/* --- read back --- */

struct reading {
	struct view_found *found;
	struct buf id, version, value;
	const char *stream; /* of this entry; NULL: not said yet */
	bool inside, has_id, has_version, top;
};

static enum status
end_entry(struct reading *r, struct err *err)
{
	const bool record = r->inside && !r->top;
	enum status st = ST_OK;

	if (record)
		st = r->stream == NULL || !r->has_id ? ST_INPUT
						     : r->found->record(r->found, r->stream, buf_str(&r->id), r->has_version ? buf_str(&r->version) : STR_NONE, err);
	r->inside = r->has_id = r->has_version = r->top = false;
	r->stream = NULL;
	return st;
}

static enum status
one_line(struct reading *r, struct str line, struct err *err)
{
	struct str name, value, id;
	enum status st;

	if (line.n == 0)
		return end_entry(r, err);
	if (line.p[0] == '#')
		return ST_OK;
	if ((st = ldif_value(line, &name, &r->value, err)) != ST_OK)
		return st;
	value = buf_str(&r->value);
	if (str_is(name, "version") && !r->inside)
		return ST_OK;
	if (str_is(name, "dn"))
		r->inside = true;
	if (!r->inside)
		return ST_INPUT;
	if (str_is(name, "objectClass")) {
		r->top |= str_is(value, "organization");
		r->stream = str_is(value, "inetOrgPerson") ? "users" : str_is(value, "organizationalUnit") ? "departments" : r->stream;
	}
	/* Of a department the first ou is the id, of a member it is a department. */
	if (!r->has_id && r->stream != NULL && str_is(name, r->stream[0] == 'u' ? "uid" : "ou")) {
		r->has_id = true;
		buf_clear(&r->id);
		return buf_str_add(&r->id, value, err);
	}
	if (str_is(name, "description") && str_has_prefix(value, "version: ")) {
		r->has_version = true;
		id = (struct str){ value.p + 9, value.n - 9 };
		buf_clear(&r->version);
		return buf_str_add(&r->version, id, err);
	}
	return ST_OK;
}

static enum status
read_entries(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct reading r = { .found = found };
	struct unfold u;
	struct str line;
	enum status st;

	buf_init(&r.id, LIMIT_RECORD);
	buf_init(&r.version, LIMIT_RECORD);
	buf_init(&r.value, 16 * LIMIT_RECORD);
	st = unfold_open(&u, fd, path, err);
	while (st == ST_OK && (st = unfold_next(&u, &line, err)) == ST_OK)
		st = one_line(&r, line, err);
	if (st == ST_END)
		st = end_entry(&r, err);
	if (st == ST_INPUT)
		(void)err_set(err, ST_INPUT, _("%s: not a directory file of this program"), path);
	unfold_close(&u);
	buf_free(&r.id);
	buf_free(&r.version);
	buf_free(&r.value);
	return st;
}

const struct view_family ldif_view = { "ldif", N_("departments and members as directory entries, LDIF (RFC 2849)"), 1u << REC_DEPARTMENT | 1u << REC_USER, VIEW_ASKED, make,
	owns, read_entries, { 150, 0, 1u << 10 } };
