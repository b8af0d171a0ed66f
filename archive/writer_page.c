/*
 * writer_page.c: views written in one go, however many.  They lie one after the other in one file of the work directory, which is plain also when the archive is
 * encrypted; archive_seal takes them from there in the order of their paths.
 */
#include "archive/writer_parts.h"

#include <fcntl.h>
#include <unistd.h>

#include "archive/names.h"
#include "archive/sorter.h"
#include "core/i18n.h"

#define PAGES_FILE "pages"
#define LIST_MEMORY ((size_t)1 << 20)

void
writer_pages_close(struct archive *a)
{
	sorter_close(a->pages.list);
	digest_free(&a->pages.digest);
	fs_drop(&a->pages.fd);
	memset(&a->pages, 0, sizeof(a->pages));
	a->pages.fd = -1;
}

static enum status
page_write(struct sink *sink, const void *p, size_t n, struct err *err)
{
	struct writer_pages *w = (struct writer_pages *)sink;
	enum status st;

	if (!w->open)
		return err_set(err, ST_USAGE, _("%s: the view was ended"), w->path);
	if ((st = fs_write_all(w->fd, PAGES_FILE, p, n, err)) != ST_OK || (st = digest_add(&w->digest, p, n, err)) != ST_OK)
		return writer_break(w->archive, st);
	sink->n_bytes += n;
	return ST_OK;
}

/* The file has no name from the start: nobody needs it after this process. */
static enum status
open_file(struct archive *a, struct err *err)
{
	struct writer_pages *w = &a->pages;
	enum status st;

	w->fd = openat(a->work, PAGES_FILE, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (w->fd < 0)
		return err_sys(err, _("cannot make %s"), PAGES_FILE);
	if ((st = fs_unlink(a->work, PAGES_FILE, err)) != ST_OK)
		return st;
	w->sink.write = page_write;
	w->archive = a;
	return sorter_open(&w->list, LIST_MEMORY, err);
}

static bool
lower(const char *path)
{
	return strpbrk(path, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == NULL;
}

enum status
archive_page_begin(struct archive *a, const char *path, struct sink **out, struct err *err)
{
	struct writer_pages *w = &a->pages;
	const struct str s = str_of(path);
	char whole[LIMIT_PATH + 1];
	enum status st;

	if ((st = writer_check(a, ARCHIVE_VIEWS, err)) != ST_OK || (st = writer_path(a, path, whole, err)) != ST_OK ||
	    (st = writer_crypt_path(a, path, err)) != ST_OK)
		return st;
	if (w->open || (!str_has_prefix(s, "data/views/") && !str_has_prefix(s, "data/report/")) || !names_path_ok(str_of(whole)) || !lower(path))
		return err_set(err, ST_USAGE, _("%s: not a path for a view"), path);
	if ((w->list == NULL && (st = open_file(a, err)) != ST_OK) || (st = digest_begin(&w->digest, DIGEST_SHA256, err)) != ST_OK)
		return writer_break(a, st);
	memcpy(w->path, path, s.n + 1);
	w->sink.n_bytes = 0;
	w->open = true;
	*out = &w->sink;
	return ST_OK;
}

/* An item of the list is the path, NUL, and the rest as it lies in memory: NUL keeps the order that of the paths. */
enum status
archive_page_end(struct archive *a, struct err *err)
{
	struct writer_pages *w = &a->pages;
	struct writer_page page = { .at = w->end, .size = w->sink.n_bytes };
	const size_t n = strlen(w->path) + 1, rest = sizeof(page) - offsetof(struct writer_page, at);
	char item[sizeof(page)];
	enum status st = writer_check(a, ARCHIVE_VIEWS, err);

	if (st != ST_OK)
		return st;
	if (!w->open)
		return err_set(err, ST_USAGE, _("%s: the view was ended"), w->path);
	w->open = false;
	if ((st = digest_end(&w->digest, page.sha256, err)) != ST_OK)
		return writer_break(a, st);
	memcpy(item, w->path, n);
	memcpy(item + n, &page.at, rest);
	w->end += page.size;
	return writer_break(a, sorter_add(w->list, item, n + rest, err));
}

enum status
writer_page_next(struct archive *a, struct writer_page *page, struct err *err)
{
	struct writer_pages *w = &a->pages;
	const size_t rest = sizeof(*page) - offsetof(struct writer_page, at);
	char before[LIMIT_PATH + 1];
	struct str item;
	enum status st;

	if (w->open)
		return err_set(err, ST_USAGE, _("%s: the view was not ended"), w->path);
	if (w->list == NULL)
		return ST_END;
	memcpy(before, w->path, sizeof(before));
	if ((st = sorter_next(w->list, &item, err)) != ST_OK)
		return st;
	memcpy(page->path, item.p, item.n - rest);
	memcpy(&page->at, item.p + item.n - rest, rest);
	if (w->reading && strcmp(before, page->path) == 0)
		return err_set(err, ST_USAGE, _("%s: the name of another view, of its directory, or the same in other letters"), page->path);
	memcpy(w->path, page->path, sizeof(before));
	w->reading = true;
	return ST_OK;
}

enum status
writer_page_append(struct archive *a, const struct writer_page *page, struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	enum status st;

	if (a->to != NULL)
		st = writer_crypt_file(a, page->path, a->pages.fd, page->at, page->size, hash[0], err);
	else if ((st = writer_entry_file(a, page->path, a->pages.fd, page->at, page->size, hash, err)) == ST_OK)
		st = writer_listed(a, page->path, page->size, hash, err);
	if (st == ST_OK && memcmp(hash[0], page->sha256, 32) != 0)
		st = err_set(err, ST_CORRUPT, _("%s: the disk gives back other bytes than were written"), page->path);
	return st;
}
