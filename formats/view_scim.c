/* view_scim.c: the two files of SCIM resources, made and read back. */
#include "formats/view_scim.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "formats/scim.h"

#define USERS "data/views/org/scim-users.jsonl"
#define GROUPS "data/views/org/scim-groups.jsonl"

struct making {
	struct scim scim;
	struct view_place *place;
	const char *path;
	enum record_kind kind;
};

static enum status
each(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	enum status st;

	if (rec->kind != m->kind)
		return ST_OK;
	if (m->scim.to == NULL && (st = m->place->begin(m->place, m->path, &m->scim.to, err)) != ST_OK)
		return st;
	if ((st = scim_put(&m->scim, rec, err)) != ST_OK)
		(void)err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
	return st;
}

static enum status
file(const struct view_input *in, struct view_place *place, struct orgtree *tree, enum record_kind kind, const char *stream, const char *path, struct err *err)
{
	struct making m = { .place = place, .path = path, .kind = kind };
	enum status st;

	scim_init(&m.scim, in, tree);
	if ((st = in->records->run(in->records, stream, each, &m, err)) == ST_OK && m.scim.to != NULL)
		st = place->end(place, err);
	scim_free(&m.scim);
	return st;
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct orgtree *tree;
	enum status st;

	if ((st = orgtree_open(&tree, in, err)) != ST_OK)
		return st;
	if ((st = file(in, place, tree, REC_USER, "users", USERS, err)) == ST_OK)
		st = file(in, place, tree, REC_DEPARTMENT, "departments", GROUPS, err);
	orgtree_close(tree);
	return st;
}

static bool
owns(const char *path)
{
	return strcmp(path, USERS) == 0 || strcmp(path, GROUPS) == 0;
}

/* A line is a resource; only as much of it is parsed into memory as one line holds. */
static enum status
one(struct str line, const char *path, struct arena *a, struct view_found *found, struct err *err)
{
	const bool users = strcmp(path, USERS) == 0;
	struct json_node *t;
	struct str id = STR_NONE, version = STR_NONE;
	enum status st;
	size_t n, own, i;

	arena_reset(a);
	if ((st = json_tape(line, a, &t, &n, err)) != ST_OK)
		return st;
	if ((own = json_get(t, 0, users ? SCIM_OWN_USER : SCIM_OWN_GROUP)) != 0) {
		if ((i = json_get(t, own, "recordId")) != 0 && t[i].tok == JSON_STR && (st = json_text(t[i].val, t[i].flags, a, &id, err)) != ST_OK)
			return st;
		if ((i = json_get(t, own, "recordVersion")) != 0 && t[i].tok == JSON_STR && (st = json_text(t[i].val, t[i].flags, a, &version, err)) != ST_OK)
			return st;
	}
	if (id.p == NULL)
		return err_set(err, ST_INPUT, _("%s: not a document of this program"), path);
	return found->record(found, users ? "users" : "departments", id, version, err);
}

static enum status
read_lines(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct arena arena;
	char *text = NULL;
	size_t room = 0;
	FILE *f;
	ssize_t n;
	enum status st = ST_OK;
	int own = dup(fd);

	if (own < 0 || (f = fdopen(own, "r")) == NULL) {
		st = err_sys(err, _("cannot read %s"), path);
		if (own >= 0)
			close(own);
		return st;
	}
	rewind(f);
	arena_init(&arena, LIMIT_ARENA);
	while (st == ST_OK && (n = getline(&text, &room, f)) > 0)
		st = one((struct str){ text, (size_t)n - (text[n - 1] == '\n' ? 1 : 0) }, path, &arena, found, err);
	if (st == ST_OK && ferror(f))
		st = err_sys(err, _("cannot read %s"), path);
	free(text);
	fclose(f);
	arena_free(&arena);
	return st;
}

const struct view_family scim_view = { "scim", N_("departments and members as SCIM 2.0 resources (RFC 7643)"), 1u << REC_DEPARTMENT | 1u << REC_USER, VIEW_USUAL,
	make, owns, read_lines, { 200, 0, 0 } };
