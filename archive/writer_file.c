/* writer_file.c: attachments: numbered in the order in which they come (archive format 3, row 5). */
#include "archive/writer_parts.h"

#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/i18n.h"

#define EXT_MAX	8u

static bool
ext_ok(const char *ext)
{
	size_t i, n = strlen(ext);

	for (i = 0; i < n; i++)
		if (!(ext[i] >= 'a' && ext[i] <= 'z') && !(ext[i] >= '0' && ext[i] <= '9'))
			return false;
	return n > 0 && n <= EXT_MAX;
}

static enum status
append(struct archive *a, int fd, const char *blob, uint64_t size, const char *path, unsigned char sha256[32], struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	char name[320];
	enum status st;

	if (a->to != NULL)
		st = writer_crypt_file(a, path, fd, 0, size, sha256, err);
	else if ((st = writer_entry_file(a, path, fd, 0, size, hash, err)) == ST_OK && (st = writer_listed(a, path, size, hash, err)) == ST_OK)
		memcpy(sha256, hash[0], 32);
	if (st != ST_OK)
		return st;
	snprintf(name, sizeof(name), "run/%s", blob);
	if ((st = spools_discard(&a->spools, name, err)) != ST_OK)
		return st;
	a->n_files++;
	a->since_commit += size;
	return ST_OK;
}

enum status
archive_file(struct archive *a, const char *blob, uint64_t size, const char *ext, char *path, unsigned char sha256[32], struct err *err)
{
	const uint64_t number = a->n_files + 1;
	struct stat sb;
	enum status st;
	int fd = -1;

	if ((st = writer_check(a, ARCHIVE_CAPTURE, err)) != ST_OK)
		return st;
	if ((ext != NULL && !ext_ok(ext)) || strlen(blob) > 255 || strchr(blob, '/') != NULL)
		return err_set(err, ST_USAGE, _("%s: not a name for a file"), ext != NULL ? ext : blob);
	if (number > 999999999)
		return err_set(err, ST_LIMIT, _("more than 999,999,999 files"));
	if ((st = fs_open_read(a->run, blob, &fd, err)) != ST_OK)
		return st;
	if (fstat(fd, &sb) != 0)
		st = err_sys(err, _("cannot look at %s"), blob);
	else if ((uint64_t)sb.st_size != size)
		st = err_set(err, ST_CORRUPT, _("%s has %jd bytes, %" PRIu64 " were expected"), blob, (intmax_t)sb.st_size, size);
	if (st == ST_OK) {
		snprintf(path, LIMIT_PATH + 1, "data/files/%06" PRIu64 "/%09" PRIu64 "%s%s", number / 1000, number, ext != NULL ? "." : "",
		    ext != NULL ? ext : "");
		st = writer_break(a, append(a, fd, blob, size, path, sha256, err));
	}
	fs_drop(&fd);
	return st;
}
