/* writer_view.c: views: spooled as they come, appended by archive_seal in the order of their paths. */
#include "archive/writer_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <strings.h>

#include "archive/names.h"
#include "core/i18n.h"
#include "core/mem.h"

static enum status
view_write(struct sink *sink, const void *p, size_t n, struct err *err)
{
	struct writer_view *v = (struct writer_view *)sink;
	struct archive *a = v->archive;
	enum status st;

	if (a->phase == ARCHIVE_SEALED)
		return err_set(err, ST_USAGE, _("%s: the archive is sealed"), v->path);
	if (a->broken != ST_OK)
		return writer_check(a, a->phase, err);
	if ((st = writer_break(a, spool_add(v->spool, p, n, err))) == ST_OK) {
		sink->n_bytes += n;
		a->since_commit += n;
	}
	return st;
}

/* Where ${path} (its first ${n} bytes) stands or would stand. */
static size_t
place(const struct archive *a, const char *path, size_t n, bool *there)
{
	size_t lo = 0, hi = a->n_views, mid;
	int c;

	*there = false;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = strncasecmp(a->views[mid]->path, path, n);
		if (c == 0 && a->views[mid]->path[n] != '\0')
			c = 1;
		if (c == 0)
			*there = true;
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Neither a directory that is also a file, nor the same name in other letters. */
static enum status
check_free(const struct archive *a, const char *path, struct err *err)
{
	const char *slash = path;
	size_t at, n = strlen(path);
	bool there = false;

	while (!there && (slash = strchr(slash + 1, '/')) != NULL)
		place(a, path, (size_t)(slash - path), &there);
	if (!there)
		for (at = place(a, path, n, &there); !there && at < a->n_views && strncasecmp(a->views[at]->path, path, n) == 0; at++)
			there = a->views[at]->path[n] == '/';
	return there ? err_set(err, ST_USAGE, _("%s: the name of another view, of its directory, or the same in other letters"), path) : ST_OK;
}

void
writer_view_spool_name(uint64_t number, char out[32])
{
	snprintf(out, 32, "v.%" PRIu64, number);
}

enum status
writer_add_view(struct archive *a, struct str path, uint64_t number, struct writer_view **out, struct err *err)
{
	size_t at, room = a->views_room == 0 ? 16 : a->views_room * 2;
	char whole[LIMIT_PATH + 1], z[LIMIT_PATH + 1];
	struct writer_view **grown, *v;
	enum status st;
	bool there;

	if (path.n > LIMIT_PATH)
		return err_set(err, ST_LIMIT, _("%.*s: a path has at most %u bytes"), STR_ARG(path), LIMIT_PATH);
	memcpy(z, path.p, path.n);
	z[path.n] = '\0';
	if ((st = writer_path(a, z, whole, err)) != ST_OK)
		return st;
	if ((!str_has_prefix(path, "data/views/") && !str_has_prefix(path, "data/report/")) || !names_path_ok(str_of(whole)))
		return err_set(err, ST_USAGE, _("%s: not a path for a view"), z);
	if ((st = writer_crypt_path(a, z, err)) != ST_OK || (st = check_free(a, z, err)) != ST_OK)
		return st;
	if (a->n_views == a->views_room) {
		if ((grown = mem_grow(a->views, room, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		a->views = grown;
		a->views_room = room;
	}
	if ((v = mem_get(1, sizeof(*v) + path.n + 1, err)) == NULL)
		return ST_NOMEM;
	memcpy(v->path, z, path.n + 1);
	v->sink.write = view_write;
	v->archive = a;
	v->number = number;
	at = place(a, z, path.n, &there);
	memmove(a->views + at + 1, a->views + at, (a->n_views - at) * sizeof(*a->views));
	a->views[at] = *out = v;
	a->n_views++;
	return ST_OK;
}

static enum status
new_spool(struct archive *a, struct spool **out, uint64_t *number, struct err *err)
{
	char name[32];

	*number = a->next_view++;
	writer_view_spool_name(*number, name);
	return spool_open(out, &a->spools, name, false, err);
}

static struct writer_view *
find(const struct archive *a, const char *path)
{
	bool there;
	size_t at = place(a, path, strlen(path), &there);

	return there && strcmp(a->views[at]->path, path) == 0 ? a->views[at] : NULL;
}

enum status
archive_view(struct archive *a, const char *path, struct sink **out, struct err *err)
{
	struct writer_view *v = find(a, path);
	enum status st = writer_check(a, a->phase == ARCHIVE_VIEWS ? ARCHIVE_VIEWS : ARCHIVE_CAPTURE, err);

	if (st == ST_OK && v == NULL) {
		if ((st = writer_add_view(a, str_of(path), 0, &v, err)) == ST_OK)
			st = writer_break(a, new_spool(a, &v->spool, &v->number, err));
	}
	if (st == ST_OK)
		*out = &v->sink;
	return st;
}
