/* writer_volume.c: what a run that fills several archives needs to know of one, and to take along to the next (archive format 2.3). */
#include "archive/writer_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/tar.h"
#include "core/i18n.h"

uint64_t
archive_octets(const struct archive *a)
{
	uint64_t n = a->payload_octets + a->payload_files * 2 * TAR_BLOCK;
	size_t i;

	for (i = 0; i < a->n_streams; i++)
		if (a->streams[i].spool != NULL)
			n += a->streams[i].spool->n_bytes;
	for (i = 0; i < a->n_views; i++)
		n += a->views[i]->spool->n_bytes;
	return n;
}

/* A second name; where the file system knows no links, a copy. */
static enum status
share(const struct archive *from, const struct archive *to, const char *name, struct err *err)
{
	struct stat sb;
	enum status st;
	int in = -1, out = -1;

	if (linkat(from->run, name, to->run, name, 0) == 0 || errno == EEXIST)
		return ST_OK;
	if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK)
		return err_sys(err, "%s", name);
	if ((st = fs_open_read(from->run, name, &in, err)) != ST_OK || (st = fs_open_append(to->run, name, 0, &out, err)) != ST_OK)
		goto out;
	if (fstat(in, &sb) != 0)
		st = err_sys(err, "%s", name);
	else if ((st = fs_copy(in, 0, out, (uint64_t)sb.st_size, name, err)) == ST_OK && (st = fs_sync(out, name, err)) == ST_OK)
		st = fs_close(&out, name, err);
out:
	fs_drop(&in);
	fs_drop(&out);
	return st;
}

enum status
archive_share_run(const struct archive *from, struct archive *to, struct err *err)
{
	enum status st;
	char **names;
	size_t i, n;

	if ((st = fs_list(from->run, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (strncmp(names[i], FS_TMP_PREFIX, sizeof(FS_TMP_PREFIX) - 1) != 0)
			st = share(from, to, names[i], err);
	fs_list_free(names, n);
	return st == ST_OK ? fs_sync(to->run, to->params.name, err) : st;
}

enum status
archive_goes_on(const struct archive *a, bool yes, struct err *err)
{
	return yes ? fs_replace(a->work, WRITER_GOES_ON, "", 0, err) : fs_unlink(a->work, WRITER_GOES_ON, err);
}
