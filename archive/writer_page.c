/*
 * writer_page.c: views written in one go, however many.  Those of one lane lie one after the other in a file of the work directory, which is plain also when the archive is
 * encrypted; archive_seal takes them from there, of all lanes in the order of their paths.
 */
#include "archive/writer_parts.h"

#include <unistd.h>

#include "archive/names.h"
#include "archive/sorter.h"
#include "core/i18n.h"
#include "core/mem.h"

#define LIST_MEMORY	((size_t)1 << 20)

struct archive_pages {
	struct sink	 sink;		/* first member: of the page being written */
	struct archive	*archive;
	int		 fd;
	struct sorter	*list;		/* path, NUL, and the rest of struct writer_page: NUL keeps the order that of the paths */
	struct digest	 digest;
	uint64_t	 end;		/* of the last whole page */
	enum status	 broken;	/* an earlier failure */
	bool		 open;
	char		 path[LIMIT_PATH + 1];
	/* When they are read again: */
	enum status	 more;		/* ST_OK: ${next} is one */
	struct writer_page next;
};

void
writer_pages_close(struct archive *a)
{
	struct archive_pages *w;

	while (a->n_lanes > 0) {
		w = a->lanes[--a->n_lanes];
		sorter_close(w->list);
		digest_free(&w->digest);
		fs_drop(&w->fd);
		mem_free(w);
	}
	a->reading = false;
}

static enum status
page_write(struct sink *sink, const void *p, size_t n, struct err *err)
{
	struct archive_pages *w = (struct archive_pages *)sink;
	enum status st;

	if (!w->open)
		return err_set(err, ST_USAGE, _("%s: the view was ended"), w->path);
	if ((st = fs_write_all(w->fd, _("a temporary file"), p, n, err)) != ST_OK || (st = digest_add(&w->digest, p, n, err)) != ST_OK)
		return w->broken = st;
	sink->n_bytes += n;
	return ST_OK;
}

enum status
archive_pages_open(struct archive *a, struct archive_pages **out, struct err *err)
{
	struct archive_pages *w;
	enum status st;

	*out = NULL;
	if ((st = writer_check(a, ARCHIVE_VIEWS, err)) != ST_OK)
		return st;
	if (a->n_lanes == WRITER_LANES_MAX)
		return err_set(err, ST_LIMIT, _("more than %d views at once"), WRITER_LANES_MAX);
	if ((w = mem_get(1, sizeof(*w), err)) == NULL)
		return ST_NOMEM;
	w->sink.write = page_write;
	w->archive = a;
	w->fd = -1;
	a->lanes[a->n_lanes++] = w;	/* from here on the archive's to close */
	if ((st = fs_nameless(a->work, &w->fd, err)) == ST_OK && (st = sorter_open(&w->list, LIST_MEMORY, err)) == ST_OK)
		*out = w;
	return st;
}

static bool
lower(const char *path)
{
	return strpbrk(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL;
}

enum status
archive_pages_begin(struct archive_pages *w, const char *path, struct sink **out, struct err *err)
{
	const struct str s = str_of(path);
	char whole[LIMIT_PATH + 1];
	enum status st;

	if (w->broken != ST_OK)
		return err_set(err, w->broken, _("%s: an earlier failure stopped the writing"), w->path);
	if ((st = writer_path(w->archive, path, whole, err)) != ST_OK || (st = writer_crypt_path(w->archive, path, err)) != ST_OK)
		return st;
	if (w->open || (!str_has_prefix(s, "data/views/") && !str_has_prefix(s, "data/report/")) || !names_path_ok(str_of(whole)) || !lower(path))
		return err_set(err, ST_USAGE, _("%s: not a path for a view"), path);
	if ((st = digest_begin(&w->digest, DIGEST_SHA256, err)) != ST_OK)
		return w->broken = st;
	memcpy(w->path, path, s.n + 1);
	w->sink.n_bytes = 0;
	w->open = true;
	*out = &w->sink;
	return ST_OK;
}

enum status
archive_pages_end(struct archive_pages *w, struct err *err)
{
	struct writer_page page = { .at = w->end, .size = w->sink.n_bytes };
	const size_t n = strlen(w->path) + 1, rest = sizeof(page) - offsetof(struct writer_page, at);
	char item[sizeof(page)];
	enum status st;

	if (w->broken != ST_OK || !w->open)
		return err_set(err, w->broken != ST_OK ? w->broken : ST_USAGE, _("%s: the view was ended"), w->path);
	w->open = false;
	if ((st = digest_end(&w->digest, page.sha256, err)) != ST_OK)
		return w->broken = st;
	memcpy(item, w->path, n);
	memcpy(item + n, &page.at, rest);
	w->end += page.size;
	return w->broken = sorter_add(w->list, item, n + rest, err);
}

/* --- for the seal --- */

static enum status
advance(struct archive_pages *w, struct err *err)
{
	const size_t rest = sizeof(w->next) - offsetof(struct writer_page, at);
	struct str item;

	if ((w->more = sorter_next(w->list, &item, err)) != ST_OK)
		return w->more == ST_END ? ST_OK : w->more;
	memcpy(w->next.path, item.p, item.n - rest);
	memcpy(&w->next.at, item.p + item.n - rest, rest);
	w->next.fd = w->fd;
	return ST_OK;
}

static enum status
begin_reading(struct archive *a, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < a->n_lanes && st == ST_OK; i++)
		if (a->lanes[i]->open || a->lanes[i]->broken != ST_OK)
			st = err_set(err, ST_USAGE, _("%s: the view was not ended"), a->lanes[i]->path);
		else
			st = advance(a->lanes[i], err);
	a->reading = true;
	return st;
}

enum status
writer_page_next(struct archive *a, struct writer_page *page, struct err *err)
{
	struct archive_pages *first = NULL;
	char before[LIMIT_PATH + 1] = "";
	enum status st;
	size_t i;

	if (a->reading)
		memcpy(before, page->path, sizeof(before));
	else if ((st = begin_reading(a, err)) != ST_OK)
		return st;
	for (i = 0; i < a->n_lanes; i++)
		if (a->lanes[i]->more == ST_OK && (first == NULL || strcmp(a->lanes[i]->next.path, first->next.path) < 0))
			first = a->lanes[i];
	if (first == NULL)
		return ST_END;
	*page = first->next;
	if (strcmp(before, page->path) == 0)
		return err_set(err, ST_USAGE, _("%s: the name of another view, of its directory, or the same in other letters"), page->path);
	return advance(first, err);
}

enum status
writer_page_append(struct archive *a, const struct writer_page *page, struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	enum status st;

	if (a->to != NULL)
		st = writer_crypt_file(a, page->path, page->fd, page->at, page->size, hash[0], err);
	else if ((st = writer_entry_file(a, page->path, page->fd, page->at, page->size, hash, err)) == ST_OK)
		st = writer_listed(a, page->path, page->size, hash, err);
	if (st == ST_OK && memcmp(hash[0], page->sha256, 32) != 0)
		st = err_set(err, ST_CORRUPT, _("%s: the disk gives back other bytes than were written"), page->path);
	return st;
}
