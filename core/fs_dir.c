/* fs_dir.c: directories: opening ours and refusing those that others can change, listing, removing. */
#include "core/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/mem.h"

#define TREE_DEPTH_MAX	8

static const int dir_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

/*
 * A directory somebody else may write in is no place for evidence: he could exchange files under our hands.
 * Root may use a directory of any owner, because root runs administration tasks in the service's directory.
 */
static enum status
check_ours(int fd, const char *name, struct err *err)
{
	struct stat sb;

	if (fstat(fd, &sb) != 0)
		return err_sys(err, _("cannot look at the directory %s"), name);
	if (geteuid() != 0 && sb.st_uid != geteuid()) {
		(void)err_set(err, ST_USAGE, _("the directory %s belongs to user %ju, not to user %ju who runs this program"), name,
		    (uintmax_t)sb.st_uid, (uintmax_t)geteuid());
		(void)err_next(err, _("use another directory, or run as its owner"));
		return ST_USAGE;
	}
	if ((sb.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
		(void)err_set(err, ST_USAGE, _("the directory %s can be written by others (mode %04o)"), name,
		    (unsigned)(sb.st_mode & 07777));
		(void)err_next(err, "chmod go-w %s", name);
		return ST_USAGE;
	}
	return ST_OK;
}

static enum status
dir_open_failed(int dir, const char *name, struct err *err)
{
	const int why = errno;
	struct stat sb;

	/* For a symbolic link O_DIRECTORY answers ENOTDIR: say what it is. */
	if ((why == ELOOP || why == ENOTDIR) && fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(sb.st_mode)) {
		(void)err_set(err, ST_USAGE, _("%s is a symbolic link, which is not followed"), name);
		(void)err_next(err, _("name the directory itself"));
		return ST_USAGE;
	}
	errno = why;
	return err_sys(err, _("cannot open the directory %s"), name);
}

/* Open the entry ${name} of ${dir} and check it; ${shown} is for messages. */
static enum status
open_checked(int dir, const char *name, const char *shown, int *fd, struct err *err)
{
	enum status st;

	*fd = openat(dir, name, dir_flags | O_NOFOLLOW);
	if (*fd < 0)
		return dir_open_failed(dir, name, err);
	if ((st = check_ours(*fd, shown, err)) != ST_OK)
		fs_drop(fd);
	return st;
}

/* mkdir and make the entry durable; that it exists already is fine.  ${dir} may be an O_PATH descriptor. */
static enum status
make_at(int dir, const char *name, struct err *err)
{
	enum status st;
	int fd;

	if (mkdirat(dir, name, 0700) != 0)
		return errno == EEXIST ? ST_OK : err_sys(err, _("cannot make the directory %s"), name);
	fd = openat(dir, ".", dir_flags);
	if (fd < 0)
		return err_sys(err, _("cannot open the directory above %s"), name);
	st = fs_sync(fd, name, err);
	fs_drop(&fd);
	return st;
}

/* Make every missing directory of ${path}, which is cut into components in place. */
static enum status
make_all(char *path, struct err *err)
{
	int at = open(path[0] == '/' ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC), below;
	char *save = NULL, *name;
	enum status st = ST_OK;

	if (at < 0)
		return err_sys(err, _("cannot open the directory %s"), path[0] == '/' ? "/" : ".");
	for (name = strtok_r(path, "/", &save); name != NULL && st == ST_OK; name = strtok_r(NULL, "/", &save)) {
		if ((st = make_at(at, name, err)) != ST_OK)
			break;
		below = openat(at, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (below < 0)
			st = err_sys(err, _("cannot open the directory %s"), name);
		fs_drop(&at);
		at = below;
	}
	fs_drop(&at);
	return st;
}

enum status
fs_dir_open(const char *path, bool create, int *fd, struct err *err)
{
	struct buf copy;
	size_t n = strlen(path);
	struct stat sb;
	enum status st;

	*fd = -1;
	while (n > 1 && path[n - 1] == '/')	/* "link/" would follow the link */
		n--;
	buf_init(&copy, 1 << 16);
	if ((st = buf_add(&copy, path, n, err)) != ST_OK || (st = buf_z(&copy, err)) != ST_OK)
		goto out;
	if (create && fstatat(AT_FDCWD, copy.p, &sb, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT) {
		if ((st = make_all(copy.p, err)) != ST_OK) {
			(void)err_in(err, "%s", path);
			goto out;
		}
		memcpy(copy.p, path, n);	/* make_all put NULs between the components */
	}
	st = open_checked(AT_FDCWD, copy.p, path, fd, err);
out:
	buf_free(&copy);
	return st;
}

enum status
fs_dir_at(int dir, const char *name, bool create, int *fd, struct err *err)
{
	enum status st;

	*fd = -1;
	if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(err, ST_IO, _("\"%s\" is not the name of one directory"), name);
	if (create && (st = make_at(dir, name, err)) != ST_OK)
		return st;
	return open_checked(dir, name, name, fd, err);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* One name more; ${room} is how many pointers fit. */
static enum status
add_name(char ***names, size_t *n, size_t *room, const char *name, struct err *err)
{
	const size_t size = strlen(name) + 1;
	char **grown;
	size_t want;

	if (*n == *room) {
		want = *room == 0 ? 64 : *room * 2;
		if ((grown = mem_grow(*names, want, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		*names = grown;
		*room = want;
	}
	if (((*names)[*n] = mem_get(1, size, err)) == NULL)
		return ST_NOMEM;
	memcpy((*names)[*n], name, size);
	(*n)++;
	return ST_OK;
}

enum status
fs_list(int dir, char ***names, size_t *n, struct err *err)
{
	enum status st = ST_OK;
	struct dirent *entry;
	size_t room = 0;
	DIR *d = NULL;
	int fd;

	*names = NULL;
	*n = 0;
	/* Not a dup(): that would share the position with other listings of ${dir}. */
	if ((fd = openat(dir, ".", dir_flags)) < 0 || (d = fdopendir(fd)) == NULL) {
		st = err_sys(err, _("cannot list a directory"));
		fs_drop(&fd);
		return st;
	}
	while (st == ST_OK) {
		errno = 0;
		if ((entry = readdir(d)) == NULL) {
			if (errno != 0)
				st = err_sys(err, _("cannot list a directory"));
			break;
		}
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			st = add_name(names, n, &room, entry->d_name, err);
	}
	(void)closedir(d);
	if (st != ST_OK) {
		fs_list_free(*names, *n);
		*names = NULL;
		*n = 0;
	} else if (*n > 0) {
		qsort(*names, *n, sizeof(**names), compare_names);
	}
	return st;
}

void
fs_list_free(char **names, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		mem_free(names[i]);
	mem_free(names);
}

static enum status
remove_tree(int dir, const char *name, unsigned depth, struct err *err)
{
	enum status st = ST_OK;
	char **names = NULL;
	size_t n = 0, i;
	struct stat sb;
	int fd;

	if (fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? ST_OK : err_sys(err, _("cannot look at %s"), name);
	if (!S_ISDIR(sb.st_mode))
		return fs_unlink(dir, name, err);
	if (depth == TREE_DEPTH_MAX)
		return err_set(err, ST_LIMIT, _("%s: more than %d directories inside each other"), name, TREE_DEPTH_MAX);
	if ((fd = openat(dir, name, dir_flags | O_NOFOLLOW)) < 0)
		return err_sys(err, _("cannot open the directory %s"), name);
	st = fs_list(fd, &names, &n, err);
	for (i = 0; i < n && st == ST_OK; i++)
		st = remove_tree(fd, names[i], depth + 1, err);
	fs_list_free(names, n);
	fs_drop(&fd);
	if (st == ST_OK && unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
		st = err_sys(err, _("cannot delete the directory %s"), name);
	return st;
}

enum status
fs_remove_tree(int dir, const char *name, struct err *err)
{
	return remove_tree(dir, name, 0, err);
}
