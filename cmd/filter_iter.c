/* filter_iter.c: see filter_iter.h. */
#include "cmd/filter_iter.h"

#include <stdio.h>
#include <unistd.h>

#include "core/config.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"

#define DEPARTMENTS	"filter-departments"
#define LEFT		"filter-left"
#define HOLDERS		"filter-holders"
#define NAMES_MAX	512u

static bool
in(const char *const *list, struct str word)
{
	for (; list != NULL && *list != NULL; list++)
		if (str_is(word, *list))
			return true;
	return false;
}

/* --- streams --- */

static const char *
area_of(const struct filter_iter *f, const char *stream)
{
	const struct stream *s = f->platform == NULL ? NULL : platform_stream(f->platform, stream);

	return s == NULL ? "" : s->area;
}

/* Of a stream, or of an area that a limit names instead of one. */
static bool
wants(const struct filter_iter *f, const char *stream)
{
	const struct scope *s = f->scope;
	const struct str name = str_of(stream), area = str_of(area_of(f, stream));

	if (in(s->excluded, name) || in(s->excluded, area))
		return false;
	if (s->areas == NULL && s->streams == NULL)
		return true;
	return in(s->areas, name) || in(s->areas, area) || in(s->streams, name);
}

static bool
is_of_others(const char *stream)	/* what is looked at record by record */
{
	return strcmp(stream, "files") == 0 || strcmp(stream, "gaps") == 0 || strcmp(stream, "limits") == 0 || strcmp(stream, "events") == 0;
}

/* --- one record --- */

static bool
in_time(const struct scope *s, const struct record *rec, const char *field)
{
	const int64_t ms = rec->n[record_field(rec->kind, field)].ms;

	return ms == WHEN_UNKNOWN || ((s->since_ms == WHEN_UNKNOWN || ms >= s->since_ms) && (s->until_ms == WHEN_UNKNOWN || ms < s->until_ms));
}

static bool
is_user(const struct filter_iter *f, struct str id)
{
	return in(f->scope->users, id) || (f->by_left && id.p != NULL && idset_has(&f->left, id));
}

/* A list of ids, or of objects with one: does ${test} hold for any? */
static enum status
any_of(const struct filter_iter *f, struct str list, bool (*test)(const struct filter_iter *, struct str), bool *out, struct err *err)
{
	struct json_node *t;
	struct arena a;
	struct str id;
	enum status st;
	size_t n, k, at;

	*out = false;
	if (list.n == 0)
		return ST_OK;
	arena_init(&a, LIMIT_ARENA);
	if ((st = json_tape(list, &a, &t, &n, err)) == ST_OK)
		for (k = 1; k < t[0].next && !*out && st == ST_OK; k = t[k].next) {
			at = t[k].tok == JSON_OBJ ? json_get(t, k, "id") : k;
			if (at != 0 && (t[at].tok == JSON_STR || t[at].tok == JSON_NUM) && (st = json_text(t[at].val, t[at].flags, &a, &id, err)) == ST_OK)
				*out = test(f, id);
		}
	arena_free(&a);
	return st;
}

static bool
in_department(const struct filter_iter *f, struct str id)
{
	return id.p != NULL && idset_has(&f->departments, id);
}

static enum status
keeps_user(const struct filter_iter *f, const struct record *rec, bool *yes, struct err *err)
{
	*yes = (f->scope->users == NULL && !f->by_left) || is_user(f, rec->id);
	if (!*yes || !f->by_department || in_department(f, record_get(rec, "main_department")))
		return ST_OK;
	return any_of(f, record_get(rec, "departments"), in_department, yes, err);
}

static enum status
keeps_message(const struct filter_iter *f, const struct record *rec, bool *yes, struct err *err)
{
	const struct scope *s = f->scope;

	*yes = in_time(s, rec, "sent_at") && (s->rooms == NULL || in(s->rooms, rec->n[MESSAGE_ROOM].s));
	if (!*yes || (s->users == NULL && !f->by_left) || is_user(f, rec->n[MESSAGE_FROM].s))
		return ST_OK;
	return any_of(f, rec->n[MESSAGE_TO].s, is_user, yes, err);
}

static bool
holder(const struct record *rec)
{
	const struct str files = record_field(rec->kind, "files") >= 0 ? record_get(rec, "files") : STR_NONE;

	return rec->kind == REC_UNKNOWN || files.n > 2;
}

static enum status
holder_name(const char *stream, struct str id, struct buf *out, struct err *err)
{
	enum status st;

	buf_clear(out);
	if ((st = buf_addf(out, err, "%s/", stream)) == ST_OK)
		st = buf_add(out, id.p, id.n < IDSET_ID_MAX - 128 ? id.n : IDSET_ID_MAX - 128, err);
	return st;
}

static enum status
keeps_file(const struct filter_iter *f, const struct record *rec, bool *yes, struct err *err)
{
	char stream[64];
	struct buf name;
	enum status st;

	(void)snprintf(stream, sizeof(stream), "%.*s", STR_ARG(record_get(rec, "of_stream")));
	buf_init(&name, IDSET_ID_MAX);
	if ((st = holder_name(stream, record_get(rec, "of_id"), &name, err)) == ST_OK)
		*yes = !f->has_holders || idset_has(&f->holders, buf_str(&name));
	buf_free(&name);
	return st;
}

static enum status
keeps(const struct filter_iter *f, const struct record *rec, bool *yes, struct err *err)
{
	const struct scope *s = f->scope;
	char of[64];

	*yes = true;
	switch (rec->kind) {
	case REC_DEPARTMENT:
		*yes = !f->by_department || in_department(f, rec->id);
		return ST_OK;
	case REC_USER:
		return keeps_user(f, rec, yes, err);
	case REC_MESSAGE:
		return keeps_message(f, rec, yes, err);
	case REC_ROOM:
		*yes = s->rooms == NULL || in(s->rooms, rec->id);
		return ST_OK;
	case REC_APPROVAL:
		*yes = in_time(s, rec, "applied_at") && ((s->users == NULL && !f->by_left) || is_user(f, record_get(rec, "applicant"))) &&
		    (!f->by_department || in_department(f, record_get(rec, "applicant_department")));
		return ST_OK;
	case REC_FILE:
		return keeps_file(f, rec, yes, err);
	case REC_GAP: case REC_LIMIT:
		(void)snprintf(of, sizeof(of), "%.*s", STR_ARG(record_get(rec, "of_stream")));
		*yes = wants(f, of);
		return ST_OK;
	default:
		return ST_OK;
	}
}

/* --- the iterator --- */

struct filtering {
	struct filter_iter *f;
	enum status (*each)(void *ctx, const struct record *, struct err *);
	void *ctx;
	uint64_t n, max;	/* records given; of a pilot */
};

static enum status
pass(void *ctx, const struct record *rec, struct err *err)
{
	struct filtering *g = ctx;
	enum status st;
	bool yes;

	if ((st = keeps(g->f, rec, &yes, err)) != ST_OK || !yes)
		return st;
	return g->n++ < g->max ? g->each(g->ctx, rec, err) : ST_OK;
}

static enum status
run(struct record_iter *iter, const char *stream, enum status (*each)(void *ctx, const struct record *, struct err *), void *ctx, struct err *err)
{
	struct filter_iter *f = (struct filter_iter *)iter;
	struct filtering g = { f, each, ctx, 0, UINT64_MAX };

	/* Files come with what they belong to; gaps are looked at one by one. */
	if (!is_of_others(stream) ? !wants(f, stream) : in(f->scope->excluded, str_of(stream)))
		return ST_OK;
	if (f->scope->pilot && !is_of_others(stream) && strcmp(stream, "departments") != 0)
		g.max = FILTER_PILOT;
	return f->all->run(f->all, stream, pass, &g, err);
}

struct naming { struct filter_iter *f; enum status (*each)(void *ctx, const char *stream, struct err *); void *ctx; const char *stream; bool any; };

static enum status
found(void *ctx, const struct record *rec, struct err *err)
{
	(void)rec;
	(void)err;
	((struct naming *)ctx)->any = true;
	return ST_END;
}

static enum status
name(void *ctx, const char *stream, struct err *err)
{
	struct naming *n = ctx;
	enum status st;

	n->any = false;
	st = run(&n->f->iter, stream, found, n, err);
	if (st != ST_OK && st != ST_END)
		return st;
	return n->any ? n->each(n->ctx, stream, err) : ST_OK;
}

static enum status
streams(struct record_iter *iter, enum status (*each)(void *ctx, const char *stream, struct err *), void *ctx, struct err *err)
{
	struct naming n = { .f = (struct filter_iter *)iter, .each = each, .ctx = ctx };

	return n.f->all->streams(n.f->all, name, &n, err);
}

/* --- what must be known before the first record --- */

struct walk { struct filter_iter *f; bool fresh; const char *names[NAMES_MAX]; size_t n; struct buf text; };

static enum status
add_below(void *ctx, const struct record *rec, struct err *err)
{
	struct walk *w = ctx;
	enum status st = ST_OK;
	bool fresh = false;

	if (rec->kind == REC_DEPARTMENT && in_department(w->f, record_get(rec, "parent_id")))
		st = idset_add(&w->f->departments, rec->id, &fresh, err);
	w->fresh |= fresh;
	return st;
}

/* Once more for each level: children may stand before their parents. */
static enum status
walk_departments(struct filter_iter *f, struct err *err)
{
	struct walk w = { .f = f, .fresh = true };
	const char *const *id = f->scope->departments;
	enum status st = idset_open(&f->departments, f->scratch, DEPARTMENTS, 0, err);

	f->by_department = st == ST_OK;
	for (; *id != NULL && st == ST_OK; id++)
		st = idset_add(&f->departments, str_of(*id), NULL, err);
	while (st == ST_OK && w.fresh) {
		w.fresh = false;
		st = f->all->run(f->all, "departments", add_below, &w, err);
	}
	return st;
}

static enum status
add_left(void *ctx, const struct record *rec, struct err *err)
{
	struct filter_iter *f = ctx;

	return rec->kind == REC_USER && str_is(record_get(rec, "status"), "left") ? idset_add(&f->left, rec->id, NULL, err) : ST_OK;
}

static enum status
walk_left(struct filter_iter *f, struct err *err)
{
	enum status st = idset_open(&f->left, f->scratch, LEFT, 0, err);

	f->by_left = st == ST_OK;
	if (st != ST_OK || (st = f->all->run(f->all, "users", add_left, f, err)) != ST_OK || f->left.n > 0)
		return st;
	err_set(err, ST_USAGE, _("the archive names nobody who has left, so --left cannot be kept"));
	return err_next(err, _("name them: --user ID,… (messages and approvals of people who left are exported by their ids)"));
}

static enum status
add_holder(void *ctx, const struct record *rec, struct err *err)
{
	struct walk *w = ctx;
	enum status st;

	if (!holder(rec))
		return ST_OK;
	if ((st = holder_name(rec->stream, rec->id, &w->text, err)) != ST_OK)
		return st;
	return idset_add(&w->f->holders, buf_str(&w->text), NULL, err);
}

static enum status
holders_of(void *ctx, const char *stream, struct err *err)
{
	struct walk *w = ctx;

	return is_of_others(stream) ? ST_OK : run(&w->f->iter, stream, add_holder, w, err);
}

static enum status
walk_holders(struct filter_iter *f, struct err *err)
{
	struct walk w = { .f = f };
	enum status st = idset_open(&f->holders, f->scratch, HOLDERS, 0, err);

	f->has_holders = st == ST_OK;
	buf_init(&w.text, IDSET_ID_MAX);
	if (st == ST_OK)
		st = f->all->streams(f->all, holders_of, &w, err);
	buf_free(&w.text);
	return st;
}

/* --- names that are all right --- */

static enum status
keep_name(void *ctx, const char *stream, struct err *err)
{
	struct walk *w = ctx;

	(void)err;
	if (w->n < NAMES_MAX)
		w->names[w->n++] = stream;
	return ST_OK;
}

static enum status
check_names(const struct walk *w, const char *const *list, struct err *err)
{
	const char *near;

	for (; list != NULL && *list != NULL; list++)
		if (!in(w->names, str_of(*list))) {
			(void)err_set(err, ST_USAGE, _("the archive has no area or stream \"%s\""), *list);
			if ((near = config_nearest(*list, w->names, w->n)) != NULL)
				(void)err_next(err, _("did you mean \"%s\"?"), near);
			return ST_USAGE;
		}
	return ST_OK;
}

static enum status
known_names(struct filter_iter *f, struct err *err)
{
	struct walk w = { .f = f };
	enum status st;
	size_t i;

	if ((st = f->all->streams(f->all, keep_name, &w, err)) != ST_OK)
		return st;
	for (i = 0; f->platform != NULL && i < f->platform->n_streams && w.n + 3 < NAMES_MAX; i++) {
		w.names[w.n++] = f->platform->streams[i].name;
		w.names[w.n++] = f->platform->streams[i].area;
	}
	for (i = 0; f->platform != NULL && i < f->platform->n_nevers && w.n + 2 < NAMES_MAX; i++)
		w.names[w.n++] = f->platform->nevers[i].area;
	w.names[w.n < NAMES_MAX - 1 ? w.n : NAMES_MAX - 1] = NULL;
	if ((st = check_names(&w, f->scope->areas, err)) != ST_OK || (st = check_names(&w, f->scope->streams, err)) != ST_OK)
		return st;
	return check_names(&w, f->scope->excluded, err);
}

static enum status
open_platform(struct filter_iter *f, const char *platform, struct err *err)
{
	const struct str text = platform_builtin(platform);

	if (text.p != NULL)
		return platform_open(&f->platform, platform, text, err);
	if (f->scope->areas == NULL)
		return ST_OK;
	(void)err_set(err, ST_USAGE, _("this program does not know which streams of the platform \"%s\" belong to which area"), platform);
	return err_next(err, _("name the streams: --stream S,…"));
}

bool
filter_is_needed(const struct scope *s)
{
	return s->areas != NULL || s->streams != NULL || s->excluded != NULL || s->departments != NULL || s->users != NULL || s->rooms != NULL ||
	    s->since_ms != WHEN_UNKNOWN || s->until_ms != WHEN_UNKNOWN || s->left || s->pilot;
}

enum status
filter_iter_open(struct filter_iter *f, struct record_iter *all, const struct scope *scope, const char *platform, int scratch, struct err *err)
{
	enum status st;

	memset(f, 0, sizeof(*f));
	f->iter = (struct record_iter){ run, streams };
	f->all = all;
	f->scope = scope;
	f->scratch = scratch;
	if ((st = open_platform(f, platform, err)) != ST_OK || (st = known_names(f, err)) != ST_OK ||
	    (scope->departments != NULL && (st = walk_departments(f, err)) != ST_OK) || (scope->left && (st = walk_left(f, err)) != ST_OK))
		return st;
	return filter_is_needed(scope) ? walk_holders(f, err) : ST_OK;
}

static void
drop(const struct filter_iter *f, struct idset *set, const char *file, bool there)
{
	idset_close(set);
	if (there)
		(void)unlinkat(f->scratch, file, 0);
}

void
filter_iter_close(struct filter_iter *f)
{
	if (f->all == NULL)
		return;
	platform_close(f->platform);
	drop(f, &f->departments, DEPARTMENTS, f->by_department);
	drop(f, &f->left, LEFT, f->by_left);
	drop(f, &f->holders, HOLDERS, f->has_holders);
	memset(f, 0, sizeof(*f));
}
