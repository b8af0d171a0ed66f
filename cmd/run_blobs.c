/*
 * run_blobs.c: pictures that documents will show, kept in the work directory from their download to the seal: the archive in the making cannot give an attachment back,
 * least of all an encrypted one.
 */
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "formats/view_approvals.h"

#define CHUNK	((size_t)64 << 10)

/* The next volume of a run shares the directory's files and numbers its own attachments anew: hence the archive's number. */
static void
kept_name(const struct archive *a, struct str path, char out[80])
{
	const char *slash = memrchr(path.p, '/', path.n);
	const char *base = slash == NULL ? path.p : slash + 1;

	(void)snprintf(out, 80, "view-%ju-%.*s", (uintmax_t)archive_params_of(a)->sequence, (int)(path.n - (size_t)(base - path.p)), base);
}

static bool
is_picture(int fd)
{
	unsigned char head[8];

	return pread(fd, head, sizeof(head), 0) == sizeof(head) &&
	    (memcmp(head, "\x89PNG\r\n\x1a\n", 8) == 0 || memcmp(head, "\xff\xd8\xff", 3) == 0);
}

uint64_t
run_blobs_room(const struct run *r, const struct source_item *it)
{
	return str_is(record_get(it->rec, "of_stream"), "approvals") && it->blob_size <= VIEW_PICTURE_MAX && run_view_wanted(r, &pdf_view) ? it->blob_size : 0;
}

enum status
run_blobs_keep(struct run *r, const struct source_item *it, struct err *err)
{
	const int dir = archive_work_dir(r->archive);
	char name[80];
	enum status st;
	int fd;

	if (it->rec == NULL || record_get(it->rec, "path").n == 0)
		return ST_OK;
	/* What an interrupted session left under this name was never committed, and may be a picture where this is none. */
	kept_name(r->archive, record_get(it->rec, "path"), name);
	if ((st = fs_unlink(dir, name, err)) != ST_OK || run_blobs_room(r, it) == 0 || (st = fs_open_read(dir, it->blob, &fd, err)) != ST_OK)
		return st;
	if (is_picture(fd)) {
		if ((st = fs_sync(fd, it->blob, err)) == ST_OK && linkat(dir, it->blob, dir, name, 0) != 0)
			st = err_sys(err, _("cannot make %s"), name);
		r->blobs_kept = true;
		r->state.volume.views += it->blob_size;
	}
	fs_drop(&fd);
	return st;
}

enum status
run_blobs_sync(struct run *r, struct err *err)
{
	enum status st = r->blobs_kept ? fs_sync(archive_work_dir(r->archive), _("the work directory"), err) : ST_OK;

	r->blobs_kept = false;
	return st;
}

enum status
run_blobs_drop(struct run *r, struct err *err)
{
	const int dir = archive_work_dir(r->archive);
	char prefix[40];
	enum status st;
	char **names;
	size_t i, n;

	(void)snprintf(prefix, sizeof(prefix), "view-%ju-", (uintmax_t)archive_params_of(r->archive)->sequence);
	if ((st = fs_list(dir, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (strncmp(names[i], prefix, strlen(prefix)) == 0)
			st = fs_unlink(dir, names[i], err);
	fs_list_free(names, n);
	return st;
}

static enum status
give(int fd, const char *name, uint64_t size, struct sink *to, struct err *err)
{
	char chunk[CHUNK];
	enum status st = ST_OK;
	uint64_t at;
	size_t n;

	for (at = 0; at < size && st == ST_OK; at += n) {
		n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		if ((st = fs_pread_all(fd, name, chunk, n, at, err)) == ST_OK)
			st = sink_write(to, chunk, n, err);
	}
	return st;
}

static enum status
blob_read(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	struct archive *a = ((struct run_blobs *)b)->archive;
	char name[80];
	struct stat sb;
	enum status st;
	int fd;

	if (path.p == NULL)
		return ST_END;
	kept_name(a, path, name);
	if (faccessat(archive_work_dir(a), name, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
		return ST_END;
	if ((st = fs_open_read(archive_work_dir(a), name, &fd, err)) != ST_OK)
		return st;
	if (fstat(fd, &sb) != 0)
		st = err_sys(err, _("cannot look at %s"), name);
	else if ((uint64_t)sb.st_size > max)
		st = err_set(err, ST_LIMIT, _("over %ju bytes"), (uintmax_t)max);
	else
		st = give(fd, name, (uint64_t)sb.st_size, to, err);
	fs_drop(&fd);
	return st;
}

void
run_blobs_init(struct run_blobs *b, struct archive *a)
{
	*b = (struct run_blobs){ { blob_read }, a };
}
