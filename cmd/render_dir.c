/* render_dir.c: see render_dir.h. */
#include "cmd/render_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/mem.h"

#define OPEN_MAX	48u			/* files that grow, open at once */
#define WAIT		((size_t)64 << 10)	/* bytes gathered before a write */
#define OUT		"out"
#define SCRATCH		"scratch"

struct file {
	struct sink	sink;		/* first */
	struct render_dir *dir;
	int		fd;		/* -1: closed until the next write */
	uint64_t	used;
	char		path[LIMIT_PATH + 1];
};
struct render_dir {
	struct view_place place;	/* first */
	int		parent, aside, out, scratch;
	int		at;		/* the directory entered last, below ${out} */
	char		at_path[LIMIT_PATH + 1];
	char		tmp[64];	/* name of ${aside} below ${parent} */
	char		*base;		/* and the one that ${out} will have */
	struct file	**growing; size_t n_growing;
	struct file	page;		/* the one written in one go */
	struct buf	wait;		/* of it */
	uint64_t	clock, n_files;
};

/* --- where --- */

static enum status
there_already(const char *path, struct err *err)
{
	(void)err_set(err, ST_USAGE, _("%s is there already and is not written over"), path);
	return err_next(err, _("name a directory that does not exist yet"));
}

static bool
is_empty(int parent, const char *name)
{
	const int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *d = fd < 0 ? NULL : fdopendir(fd);
	const struct dirent *e;
	bool any = false;

	if (d == NULL) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!any && (e = readdir(d)) != NULL)
		any = strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
	closedir(d);
	return !any;
}

/* ${path} without slashes at its end, cut into d->parent and d->base. */
static enum status
cut(struct render_dir *d, const char *path, struct err *err)
{
	size_t n = strlen(path), at;
	char *parent;

	while (n > 1 && path[n - 1] == '/')
		n--;
	for (at = n; at > 0 && path[at - 1] != '/'; at--)
		;
	if (n == at || (n - at == 1 && path[at] == '.') || (n - at == 2 && strncmp(path + at, "..", 2) == 0)) {
		(void)err_set(err, ST_USAGE, _("\"%s\" is not the name of a new directory"), path);
		return err_next(err, _("name a directory that does not exist yet"));
	}
	if ((d->base = mem_get(n - at + 1, 1, err)) == NULL || (parent = mem_get(at + 2, 1, err)) == NULL)
		return ST_NOMEM;
	memcpy(d->base, path + at, n - at);
	memcpy(parent, at > 0 ? path : ".", at > 0 ? at : 1);
	d->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->parent < 0)
		(void)err_sys(err, "%s", parent);
	mem_free(parent);
	return d->parent < 0 ? ST_IO : ST_OK;
}

static enum status
make_aside(struct render_dir *d, struct err *err)
{
	enum status st;
	int i;

	for (i = 0; i < 1000 && d->aside < 0; i++) {
		(void)snprintf(d->tmp, sizeof(d->tmp), "%s%ld-%d", FS_TMP_PREFIX, (long)getpid(), i);
		if (mkdirat(d->parent, d->tmp, 0700) != 0) {
			if (errno == EEXIST)
				continue;
			d->tmp[0] = '\0';
			return err_sys(err, _("cannot make %s"), d->base);
		}
		d->aside = openat(d->parent, d->tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (d->aside < 0)
			return err_sys(err, _("cannot make %s"), d->base);
	}
	if ((st = fs_dir_at(d->aside, OUT, true, &d->out, err)) != ST_OK)
		return st;
	return fs_dir_at(d->aside, SCRATCH, true, &d->scratch, err);
}

/* --- files --- */

/* The directory of ${path}, made as far as it is missing: nobody else can reach into ours.  It stays open, for the next file mostly lies beside the last one. */
static enum status
enter(struct render_dir *d, const char *path, const char **name, struct err *err)
{
	const char *slash = strrchr(path, '/');
	const size_t n = slash == NULL ? 0 : (size_t)(slash - path);
	char dir[LIMIT_PATH + 1], *at;

	if (strlen(path) > LIMIT_PATH)
		return err_set(err, ST_LIMIT, _("%s: a path has at most %u bytes"), path, LIMIT_PATH);
	*name = slash == NULL ? path : slash + 1;
	if (d->at >= 0 && strlen(d->at_path) == n && memcmp(d->at_path, path, n) == 0)
		return ST_OK;
	fs_drop(&d->at);
	(void)snprintf(dir, sizeof(dir), "%.*s", n == 0 ? 1 : (int)n, n == 0 ? "." : path);
	for (at = strchr(dir, '/'); at != NULL; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (mkdirat(d->out, dir, 0700) != 0 && errno != EEXIST)
			return err_sys(err, _("cannot make %s"), dir);
		*at = '/';
	}
	if (n > 0 && mkdirat(d->out, dir, 0700) != 0 && errno != EEXIST)
		return err_sys(err, _("cannot make %s"), dir);
	if ((d->at = openat(d->out, dir, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return err_sys(err, _("cannot make %s"), dir);
	(void)snprintf(d->at_path, sizeof(d->at_path), "%.*s", (int)n, path);
	return ST_OK;
}

static enum status
make_file(struct render_dir *d, const char *path, int flags, int *fd, struct err *err)
{
	const char *name = path;
	enum status st;

	if ((st = enter(d, path, &name, err)) == ST_OK && (*fd = openat(d->at, name, flags | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		st = err_sys(err, _("cannot make %s"), path);
	return st;
}

enum status
render_dir_file(struct render_dir *d, const char *path, bool again, int *fd, struct err *err)
{
	enum status st = make_file(d, path, O_RDWR | O_CREAT | (again ? O_TRUNC : O_EXCL), fd, err);

	d->n_files += st == ST_OK && !again;
	return st;
}

/* Few of the files that grow stay open. */
static enum status
reopen(struct file *f, struct err *err)
{
	struct render_dir *d = f->dir;
	struct file *oldest = NULL;
	size_t i, n = 0;
	enum status st;

	for (i = 0; i < d->n_growing; i++)
		if (d->growing[i]->fd >= 0) {
			n++;
			if (oldest == NULL || d->growing[i]->used < oldest->used)
				oldest = d->growing[i];
		}
	if (n >= OPEN_MAX && (st = fs_close(&oldest->fd, oldest->path, err)) != ST_OK)
		return st;
	return make_file(d, f->path, O_WRONLY | O_APPEND, &f->fd, err);
}

static enum status
grow(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct file *f = (struct file *)s;
	enum status st;

	f->used = ++f->dir->clock;
	if (f->fd < 0 && (st = reopen(f, err)) != ST_OK)
		return st;
	if ((st = fs_write_all(f->fd, f->path, p, n, err)) == ST_OK)
		s->n_bytes += n;
	return st;
}

static enum status
append(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct render_dir *d = (struct render_dir *)p;
	struct file **grown, *f;
	enum status st;
	size_t i;

	for (i = 0; i < d->n_growing; i++)
		if (strcmp(d->growing[i]->path, path) == 0) {
			*out = &d->growing[i]->sink;
			return ST_OK;
		}
	if ((grown = mem_grow(d->growing, d->n_growing + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	d->growing = grown;
	if ((f = mem_get(1, sizeof(*f), err)) == NULL)
		return ST_NOMEM;
	f->sink.write = grow;
	f->dir = d;
	f->fd = -1;
	d->growing[d->n_growing++] = f;
	if ((st = render_dir_file(d, path, false, &f->fd, err)) != ST_OK)
		return st;
	(void)snprintf(f->path, sizeof(f->path), "%s", path);
	*out = &f->sink;
	return fs_close(&f->fd, path, err);	/* opened by the first write, for appending */
}

static enum status
flush(struct render_dir *d, struct err *err)
{
	const enum status st = fs_write_all(d->page.fd, d->page.path, d->wait.p, d->wait.n, err);

	buf_clear(&d->wait);
	return st;
}

static enum status
page_write(struct sink *s, const void *p, size_t n, struct err *err)
{
	struct file *f = (struct file *)s;
	struct render_dir *d = f->dir;
	enum status st;

	if (n > WAIT - d->wait.n && (st = flush(d, err)) != ST_OK)
		return st;
	if ((st = n > WAIT ? fs_write_all(f->fd, f->path, p, n, err) : buf_add(&d->wait, p, n, err)) == ST_OK)
		s->n_bytes += n;
	return st;
}

static enum status
begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct render_dir *d = (struct render_dir *)p;
	enum status st;

	if ((st = render_dir_file(d, path, false, &d->page.fd, err)) != ST_OK)
		return st;
	d->page.dir = d;
	d->page.sink = (struct sink){ page_write, 0 };
	(void)snprintf(d->page.path, sizeof(d->page.path), "%s", path);
	*out = &d->page.sink;
	return ST_OK;
}

static enum status
end(struct view_place *p, struct err *err)
{
	struct render_dir *d = (struct render_dir *)p;
	const enum status st = flush(d, err);

	return st == ST_OK ? fs_close(&d->page.fd, d->page.path, err) : st;
}

/* --- life --- */

enum status
render_dir_open(struct render_dir **out, const char *path, struct err *err)
{
	struct render_dir *d = mem_get(1, sizeof(*d), err);
	struct stat sb;
	enum status st;

	*out = d;
	if (d == NULL)
		return ST_NOMEM;
	d->place = (struct view_place){ append, begin, end };
	d->parent = d->aside = d->out = d->scratch = d->at = d->page.fd = -1;
	buf_init(&d->wait, WAIT);
	if ((st = cut(d, path, err)) != ST_OK)
		return st;
	if (fstatat(d->parent, d->base, &sb, AT_SYMLINK_NOFOLLOW) == 0 && !is_empty(d->parent, d->base))
		return there_already(path, err);
	return make_aside(d, err);
}

struct view_place *render_dir_place(struct render_dir *d) { return &d->place; }
int render_dir_scratch(const struct render_dir *d) { return d->scratch; }
uint64_t render_dir_files(const struct render_dir *d) { return d->n_files; }

static enum status
close_growing(struct render_dir *d, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < d->n_growing && st == ST_OK; i++)
		st = fs_close(&d->growing[i]->fd, d->growing[i]->path, err);
	return st;
}

enum status
render_dir_commit(struct render_dir *d, struct err *err)
{
	enum status st = close_growing(d, err);

	if (st != ST_OK)
		return st;
	if (syncfs(d->out) != 0)	/* thousands of small files: one call for all of them */
		return err_sys(err, _("cannot write %s"), d->base);
	/* An empty directory gives way to it; anything else does not. */
	if (renameat(d->aside, OUT, d->parent, d->base) != 0)
		return errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR ? there_already(d->base, err) : err_sys(err, _("cannot make %s"), d->base);
	return fs_sync(d->parent, d->base, err);
}

void
render_dir_free(struct render_dir *d)
{
	struct err quiet;
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < d->n_growing; i++) {
		fs_drop(&d->growing[i]->fd);
		mem_free(d->growing[i]);
	}
	mem_free(d->growing);
	fs_drop(&d->page.fd);
	fs_drop(&d->at);
	fs_drop(&d->out);
	fs_drop(&d->scratch);
	fs_drop(&d->aside);
	err_init(&quiet);
	if (d->tmp[0] != '\0' && fs_remove_tree(d->parent, d->tmp, &quiet) != ST_OK)
		log_say(LOG_WARN_, "%s", quiet.text);
	fs_drop(&d->parent);
	buf_free(&d->wait);
	mem_free(d->base);
	mem_free(d);
}
