/* extract.c: see extract.h. */
#include "archive/extract.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/mem.h"

enum status
extract_init(struct extraction *x, int dir, const char *const *paths, size_t n, struct err *err)
{
	*x = (struct extraction){ .dir = dir, .parent = -1, .fd = -1, .paths = paths, .n = n };
	x->found = mem_get(n + 1, sizeof(*x->found), err);
	return x->found == NULL ? ST_NOMEM : ST_OK;
}

bool
extract_selected(struct extraction *x, const char *path)
{
	bool any = x->n == 0;
	size_t i;

	for (i = 0; i < x->n; i++) {
		size_t n = strlen(x->paths[i]);

		while (n > 0 && x->paths[i][n - 1] == '/')
			n--;
		if (strncmp(path, x->paths[i], n) == 0 && (path[n] == '\0' || path[n] == '/')) {
			x->found[i] = true;
			any = true;
		}
	}
	return any;
}

/* Walk down to the directory of ${path}, making what is missing, one component at a time. */
static enum status
enter(struct extraction *x, const char *path, struct err *err)
{
	const char *slash;
	char name[101];
	enum status st;
	int down;

	fs_drop(&x->parent);
	if ((x->parent = fcntl(x->dir, F_DUPFD_CLOEXEC, 0)) < 0)
		return err_sys(err, _("cannot open the target directory"));
	while ((slash = strchr(path, '/')) != NULL) {
		memcpy(name, path, (size_t)(slash - path));
		name[slash - path] = '\0';
		if ((st = fs_dir_at(x->parent, name, true, &down, err)) != ST_OK)
			return st;
		fs_drop(&x->parent);
		x->parent = down;
		path = slash + 1;
	}
	memcpy(x->name, path, strlen(path) + 1);
	return ST_OK;
}

enum status
extract_begin(struct extraction *x, const char *path, struct err *err)
{
	enum status st;

	if ((st = enter(x, path, err)) != ST_OK)
		return st;
	x->fd = openat(x->parent, x->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (x->fd < 0 && errno == EEXIST)
		return err_set(err, ST_USAGE, _("%s is there already and is not written over"), path);
	return x->fd < 0 ? err_sys(err, _("cannot make %s"), path) : ST_OK;
}

enum status
extract_end(struct extraction *x, const char *path, struct err *err)
{
	enum status st;

	if ((st = fs_sync(x->fd, path, err)) != ST_OK || (st = fs_close(&x->fd, path, err)) != ST_OK)
		return st;
	x->n_files++;
	return ST_OK;
}

enum status
extract_finish(struct extraction *x, enum status st, struct err *err)
{
	size_t i;

	if (x->fd >= 0) {	/* half written, or not what was judged: it must not stay */
		fs_drop(&x->fd);
		(void)unlinkat(x->parent, x->name, 0);
	}
	for (i = 0; i < x->n && st == ST_OK; i++)
		if (!x->found[i])
			st = err_set(err, ST_USAGE, _("%s is not in the archive"), x->paths[i]);
	fs_drop(&x->parent);
	mem_free(x->found);
	x->found = NULL;
	return st;
}
