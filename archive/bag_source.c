/* bag_source.c: which kind a path is. */
#include "archive/bag_source.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"

#define BLOCK	((size_t)512)

/* The checksum of a tar header: of its 512 bytes with the checksum itself as spaces. */
static bool
is_tar_header(const unsigned char *p)
{
	unsigned long sum = 0, want = 0;
	size_t i;

	for (i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? ' ' : p[i];
	for (i = 148; i < 156 && p[i] == ' '; i++)
		;
	for (; i < 156 && p[i] >= '0' && p[i] <= '7'; i++)
		want = want * 8 + (unsigned long)(p[i] - '0');
	return sum == want && p[0] != '\0';
}

enum status
bag_source_open(struct bag_source **out, const char *path, struct err *err)
{
	unsigned char head[BLOCK] = { 0 };
	struct stat sb;
	ssize_t n;
	int fd;

	*out = NULL;
	if ((fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)) < 0 || fstat(fd, &sb) != 0) {
		fs_drop(&fd);
		return err_sys(err, _("cannot open %s"), path);
	}
	if (S_ISDIR(sb.st_mode))
		return bag_dir_open(out, fd, err);
	if (!S_ISREG(sb.st_mode)) {
		fs_drop(&fd);
		return err_set(err, ST_USAGE, _("%s is neither a directory nor a file"), path);
	}
	while ((n = pread(fd, head, sizeof(head), 0)) < 0 && errno == EINTR)
		;
	if (n < 0) {
		(void)err_sys(err, _("cannot read %s"), path);
		fs_drop(&fd);
		return ST_IO;
	}
	if (n >= 3 && head[0] == 0x1f && head[1] == 0x8b)
		return bag_tar_open(out, fd, true, err);
	if (n >= 4 && head[0] == 'P' && head[1] == 'K' && ((head[2] == 3 && head[3] == 4) || (head[2] == 5 && head[3] == 6)))
		return bag_zip_open(out, fd, (uint64_t)sb.st_size, err);
	if ((size_t)n == BLOCK && is_tar_header(head))
		return bag_tar_open(out, fd, false, err);
	fs_drop(&fd);
	(void)err_set(err, ST_USAGE, _("%s is no directory, tar, tar.gz or zip"), path);
	(void)err_next(err, _("unpack it with the program that made it, then verify the directory"));
	return ST_USAGE;
}
