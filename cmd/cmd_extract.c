/* cmd_extract.c: files out of an archive: only of a VALID one, only below an opened directory, never over an existing file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/look.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"

static const struct option_def extract_options[] = {
	{ "to", 'C', "DIR", N_("directory to write below; the current one when not given"), false },
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ NULL, 0, NULL, NULL, false }
};

struct taking {
	const char *const *wanted;	/* NULL-terminated; none: everything */
	int		 dir, fd;
	char		 path[LIMIT_PATH + 1];
	uint64_t	 n_files;
};

static bool
is_wanted(const struct taking *t, const char *path)
{
	size_t i, n;

	if (t->wanted[0] == NULL)
		return true;
	for (i = 0; t->wanted[i] != NULL; i++) {
		n = strlen(t->wanted[i]);
		while (n > 0 && t->wanted[i][n - 1] == '/')
			n--;
		if (strncmp(path, t->wanted[i], n) == 0 && (path[n] == '\0' || path[n] == '/'))
			return true;
	}
	return false;
}

/* Directories of ${path} one by one, none of them a link; the last component stays for the caller. */
static enum status
open_parent(int top, const char *path, int *parent, const char **last, struct err *err)
{
	char name[LIMIT_PATH + 1];
	const char *slash;
	int dir = dup(top), next;

	if (dir < 0)
		return err_sys(err, "%s", path);
	while ((slash = strchr(path, '/')) != NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)(slash - path), path);
		if (mkdirat(dir, name, 0755) != 0 && errno != EEXIST) {
			err_sys(err, "%s", name);
			close(dir);
			return ST_IO;
		}
		next = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (next < 0) {
			err_sys(err, "%s", name);
			close(dir);
			return ST_IO;
		}
		close(dir);
		dir = next;
		path = slash + 1;
	}
	*parent = dir;
	*last = path;
	return ST_OK;
}

static enum status
begin(void *ctx, const char *path, uint64_t size, uint64_t offset, struct err *err)
{
	struct taking *t = ctx;
	const char *last;
	enum status st;
	int parent;

	(void)size;
	(void)offset;
	if (!is_wanted(t, path))
		return ST_OK;
	if ((st = open_parent(t->dir, path, &parent, &last, err)) != ST_OK)
		return st;
	t->fd = openat(parent, last, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);
	if (t->fd < 0)
		st = err_sys(err, "%s", path);
	close(parent);
	snprintf(t->path, sizeof(t->path), "%s", path);
	return st;
}

static enum status
content(void *ctx, const void *p, size_t n, struct err *err)
{
	struct taking *t = ctx;

	return t->fd < 0 ? ST_OK : fs_write_all(t->fd, t->path, p, n, err);
}

static enum status
end(void *ctx, const unsigned char sha256[32], struct err *err)
{
	struct taking *t = ctx;
	enum status st;

	(void)sha256;
	if (t->fd < 0)
		return ST_OK;
	t->n_files++;
	if ((st = fs_sync(t->fd, t->path, err)) != ST_OK)
		return st;
	return fs_close(&t->fd, t->path, err);
}

static enum status
extract_run(struct app *app, const struct options *o, struct err *err)
{
	const char *to = options_has(o, "to") ? options_get(o, "to") : ".";
	struct taking t = { .wanted = o->operands + 1, .dir = -1, .fd = -1 };
	struct verify_taps taps = { .ctx = &t, .entry = begin, .data = content, .entry_end = end };
	enum status st;

	if (mkdir(to, 0755) != 0 && errno != EEXIST)
		return err_sys(err, "%s", to);
	if ((t.dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return err_sys(err, "%s", to);
	st = look_into(app, o, o->operands[0], true, &taps, err);
	if (t.fd >= 0)
		close(t.fd);
	close(t.dir);
	if (st == ST_OK && t.n_files == 0)
		return err_set(err, ST_USAGE, _("the archive has none of these paths"));
	if (st == ST_OK)
		log_say(LOG_INFO_, _("%" PRIu64 " files written below %s"), t.n_files, to);
	return st;
}

const struct command command_extract = {
	"extract", "ARCHIVE [PATH…]", N_("files out of a verified archive"), extract_options, 1, 4096, extract_run
};
