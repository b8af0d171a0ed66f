/*
 * bag_dir.c: a bag in a directory.  Every name is opened beneath the directory that holds it, without following links; a link is followed
 * only by the kernel's own promise to stay beneath the bag's directory.
 */
#include "archive/bag_source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

struct level { DIR *dir; size_t n_path; };

struct dir {
	struct bag_source source;
	int		 root;
	struct level	 levels[LIMIT_BAG_DEPTH];
	size_t		 n_levels;
	struct buf	 path;		/* of the entry given last, NUL behind it */
	char		 target[4096];
	int		 file;		/* of the entry given last, once it is read; -1 */
	bool		 followed;
};

static void
leave(struct dir *d)
{
	(void)closedir(d->levels[--d->n_levels].dir);
}

/* ${fd} is taken. */
static enum status
enter(struct dir *d, int fd, struct err *err)
{
	DIR *dir;

	if (d->n_levels == LIMIT_BAG_DEPTH) {
		fs_drop(&fd);
		return err_set(err, ST_LIMIT, _("directories are nested deeper than %u"), LIMIT_BAG_DEPTH);
	}
	if ((dir = fdopendir(fd)) == NULL) {
		(void)err_sys(err, _("cannot read the directory %s"), d->path.n == 0 ? "." : d->path.p);
		fs_drop(&fd);
		return ST_IO;
	}
	d->levels[d->n_levels++] = (struct level){ dir, d->path.n };
	return ST_OK;
}

static enum status
dir_rewind(struct bag_source *s, struct err *err)
{
	struct dir *d = (struct dir *)s;
	int fd;

	fs_drop(&d->file);
	while (d->n_levels > 0)
		leave(d);
	buf_clear(&d->path);
	if ((fd = openat(d->root, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_sys(err, _("cannot read the directory"));
	return enter(d, fd, err);
}

static enum bag_type
type_of(mode_t mode)
{
	return S_ISREG(mode) ? BAG_FILE : S_ISDIR(mode) ? BAG_DIR : S_ISLNK(mode) ? BAG_LINK : BAG_OTHER;
}

/* A link to a regular file inside the bag is read as that file; any other is only named. */
static void
follow(struct dir *d, int at, const char *name, struct bag_entry *e)
{
	struct open_how how = { .flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
	ssize_t n = readlinkat(at, name, d->target, sizeof(d->target));
	struct stat sb;
	int fd;

	e->target = (struct str){ d->target, n < 0 ? 0 : (size_t)n };
	fd = (int)syscall(SYS_openat2, d->root, d->path.p, &how, sizeof(how));
	if (fd >= 0 && fstat(fd, &sb) == 0 && S_ISREG(sb.st_mode)) {
		e->type = BAG_FILE;
		e->followed = true;
		d->file = fd;
		return;
	}
	fs_drop(&fd);
}

static enum status
dir_next(struct bag_source *s, struct bag_entry *e, struct err *err)
{
	struct dir *d = (struct dir *)s;
	enum status st;

	fs_drop(&d->file);
	for (;;) {
		struct level *l;
		struct dirent *f;
		struct stat sb;
		int at, fd;

		if (d->n_levels == 0)
			return ST_END;
		l = &d->levels[d->n_levels - 1];
		d->path.n = l->n_path;
		errno = 0;
		if ((f = readdir(l->dir)) == NULL) {
			if (errno != 0)
				return err_sys(err, _("cannot read the directory %.*s"), STR_ARG(buf_str(&d->path)));
			leave(d);
			continue;
		}
		if (strcmp(f->d_name, ".") == 0 || strcmp(f->d_name, "..") == 0)
			continue;
		if ((l->n_path > 0 && (st = buf_putc(&d->path, '/', err)) != ST_OK) || (st = buf_addz(&d->path, f->d_name, err)) != ST_OK ||
		    (st = buf_z(&d->path, err)) != ST_OK)
			return st == ST_LIMIT ? err_set(err, ST_LIMIT, _("a path is over %zu bytes"), LIMIT_BAG_PATH) : st;
		at = dirfd(l->dir);
		*e = (struct bag_entry){ .path = buf_str(&d->path) };
		switch (f->d_type) {
		case DT_REG:
			e->type = BAG_FILE;
			break;
		case DT_DIR:
			e->type = BAG_DIR;
			break;
		default:	/* a link, something odd, or a file system that does not tell */
			if (fstatat(at, f->d_name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
				return err_sys(err, _("cannot look at %s"), d->path.p);
			e->type = type_of(sb.st_mode);
		}
		if (e->type == BAG_LINK)
			follow(d, at, f->d_name, e);
		if (e->type != BAG_DIR)
			return ST_OK;
		if ((fd = openat(at, f->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
			return err_sys(err, _("cannot open the directory %s"), d->path.p);
		return enter(d, fd, err);
	}
}

static enum status
dir_read(struct bag_source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct dir *d = (struct dir *)s;
	struct stat sb;
	ssize_t r;

	*got = 0;
	if (d->file < 0) {
		const struct level *l = &d->levels[d->n_levels - 1];
		const char *name = d->path.p + l->n_path + (l->n_path > 0);

		if ((d->file = openat(dirfd(l->dir), name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)) < 0)
			return err_sys(err, _("cannot open %s"), d->path.p);
		if (fstat(d->file, &sb) != 0 || !S_ISREG(sb.st_mode))
			return err_set(err, ST_IO, _("%s changed while it was being read"), d->path.p);
	}
	while ((r = read(d->file, p, n)) < 0 && errno == EINTR)
		;
	if (r < 0)
		return err_sys(err, _("cannot read %s"), d->path.p);
	*got = (size_t)r;
	return ST_OK;
}

static void
dir_close(struct bag_source *s)
{
	struct dir *d = (struct dir *)s;

	fs_drop(&d->file);
	while (d->n_levels > 0)
		leave(d);
	fs_drop(&d->root);
	buf_free(&d->path);
	mem_free(d);
}

enum status
bag_dir_open(struct bag_source **out, int fd, struct err *err)
{
	struct dir *d = mem_get(1, sizeof(*d), err);

	if (d == NULL) {
		fs_drop(&fd);
		return ST_NOMEM;
	}
	d->source = (struct bag_source){ N_("directory"), false, dir_rewind, dir_next, dir_read, dir_close };
	d->root = fd;
	d->file = -1;
	buf_init(&d->path, LIMIT_BAG_PATH + 1);
	*out = &d->source;
	return ST_OK;
}
