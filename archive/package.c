/* package.c: writing a disclosure package; see package.h. */
#include "archive/package.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/text.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/mem.h"

struct package {
	int		parent, dir, record;	/* record: the directory of the record put last */
	char		tmp[64];		/* name below ${parent} until the commit */
	char		*base;			/* and the one it will have */
	unsigned	n_records;
};

/* A text member of object ${i}; none when it is absent or no string. */
static enum status
text_of(const struct json_node *t, size_t i, const char *name, struct arena *a, struct str *out, struct err *err)
{
	size_t k = json_get(t, i, name);

	*out = STR_NONE;
	return k == 0 || t[k].tok != JSON_STR ? ST_OK : json_text(t[k].val, t[k].flags, a, out, err);
}

enum status
package_attachment(struct str line, struct arena *a, char path[LIMIT_PATH + 1], unsigned char sha256[32], struct err *err)
{
	struct json_node *t;
	struct str s, hex;
	size_t n, i;
	enum status st;

	if ((st = json_tape(line, a, &t, &n, err)) != ST_OK)
		return st == ST_INPUT || st == ST_LIMIT ? err_set(err, ST_UNSURE, _("the record is of a form that this program does not know")) : st;
	/* Our records have it among the normalised fields; the format says no more than that the record has it. */
	i = json_get(t, 0, "n");
	if (i == 0 || json_get(t, i, "path") == 0)
		i = 0;
	if ((st = text_of(t, i, "path", a, &s, err)) != ST_OK || (st = text_of(t, i, "sha256", a, &hex, err)) != ST_OK)
		return st;
	if (s.p == NULL || hex.p == NULL || s.n > LIMIT_PATH || !str_has_prefix(s, "data/files/") || !digest_unhex(hex, sha256, 32))
		return ST_END;
	memcpy(path, s.p, s.n);
	path[s.n] = '\0';
	return memchr(path, '\0', s.n) == NULL ? ST_OK : ST_END;
}

bool
package_is_redacted(struct str line, unsigned char leaf[32])
{
	const size_t n = sizeof(PACKAGE_REDACTED) - 1;

	return line.n == PACKAGE_REDACTED_LEN && str_has_prefix(line, PACKAGE_REDACTED) && line.p[n + 64] == '"' && line.p[n + 65] == '}' &&
	    digest_unhex((struct str){ line.p + n, 64 }, leaf, 32);
}

/* --- the directory --- */

static enum status
there_already(const char *path, struct err *err)
{
	err_set(err, ST_USAGE, _("%s is there already and is not written over"), path);
	return err_next(err, _("name a directory that does not exist yet"));
}

static enum status
make_dir(struct package *p, const char *path, struct err *err)
{
	size_t n = strlen(path), n_base;
	char *slash, *parent = NULL;
	struct stat sb;
	enum status st = ST_OK;
	int i;

	while (n > 1 && path[n - 1] == '/')
		n--;
	if ((p->base = mem_get(1, n + 1, err)) == NULL || (parent = mem_get(1, n + 3, err)) == NULL) {
		st = ST_NOMEM;
		goto out;
	}
	memcpy(parent, path, n);
	slash = strrchr(parent, '/');
	n_base = slash == NULL ? n : (size_t)(parent + n - slash) - 1;
	memcpy(p->base, path + n - n_base, n_base);
	if (slash == NULL)
		memcpy(parent, ".", 2);
	else
		slash[1] = '\0';
	if (n_base == 0 || strcmp(p->base, ".") == 0 || strcmp(p->base, "..") == 0) {
		st = there_already(path, err);
		goto out;
	}
	if ((p->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		st = err_sys(err, _("cannot open the directory %s"), parent);
		goto out;
	}
	if (fstatat(p->parent, p->base, &sb, AT_SYMLINK_NOFOLLOW) == 0) {
		st = there_already(path, err);
		goto out;
	}
	for (i = 0; i < 100; i++) {
		snprintf(p->tmp, sizeof(p->tmp), FS_TMP_PREFIX "%ld-p%d", (long)getpid(), i);
		if (mkdirat(p->parent, p->tmp, 0700) == 0)
			break;
		if (errno != EEXIST || i == 99) {
			p->tmp[0] = '\0';
			st = err_sys(err, _("cannot make the directory %s"), path);
			goto out;
		}
	}
	if ((p->dir = openat(p->parent, p->tmp, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		st = err_sys(err, _("cannot open the directory %s"), p->tmp);
out:
	mem_free(parent);
	return st;
}

static enum status
new_file(int dir, const char *name, int *fd, struct err *err)
{
	*fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return *fd >= 0 ? ST_OK : err_sys(err, _("cannot make %s"), name);
}

static enum status
put(int dir, const char *name, struct str bytes, struct err *err)
{
	enum status st;
	int fd;

	if ((st = new_file(dir, name, &fd, err)) == ST_OK && (st = fs_write_all(fd, name, bytes.p, bytes.n, err)) == ST_OK)
		st = fs_close(&fd, name, err);
	fs_drop(&fd);
	return st;
}

/* A directory of one component below ${dir}, made if it is not there. */
static enum status
enter(int dir, const char *name, int *fd, struct err *err)
{
	if (mkdirat(dir, name, 0700) != 0 && errno != EEXIST)
		return err_sys(err, _("cannot make the directory %s"), name);
	*fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	return *fd >= 0 ? ST_OK : err_sys(err, _("cannot open the directory %s"), name);
}

enum status
package_begin(struct package **out, const char *path, const struct sealed *sealed, struct err *err)
{
	struct package *p = mem_get(1, sizeof(*p), err);
	enum status st;
	int seal = -1;
	size_t i;

	*out = NULL;
	if (p == NULL)
		return ST_NOMEM;
	p->parent = p->dir = p->record = -1;
	if ((st = make_dir(p, path, err)) == ST_OK && (st = put(p->dir, PACKAGE_EXPLAIN, text_explain(), err)) == ST_OK &&
	    (st = put(p->dir, SEALED_SEGMENTS, buf_str(&sealed->segments), err)) == ST_OK &&
	    (st = put(p->dir, SEALED_TAGMANIFEST, buf_str(&sealed->tagmanifest), err)) == ST_OK && (st = enter(p->dir, "seal", &seal, err)) == ST_OK)
		for (i = 0; i < sealed->n_files && st == ST_OK; i++)
			st = put(seal, sealed->files[i].name, buf_str(&sealed->files[i].bytes), err);
	fs_drop(&seal);
	if (st != ST_OK)
		package_free(p);
	else
		*out = p;
	return st;
}

enum status
package_record(struct package *p, const struct lookup_record *r, struct err *err)
{
	struct buf text;
	char name[8];
	enum status st;

	if (p->n_records == PACKAGE_RECORDS_MAX)
		return err_set(err, ST_LIMIT, _("a package holds at most %u records"), PACKAGE_RECORDS_MAX);
	fs_drop(&p->record);
	buf_init(&text, PROOF_TEXT_MAX);
	snprintf(name, sizeof(name), "%04u", ++p->n_records % 10000u);
	if ((st = proof_encode(&r->proof, &text, err)) == ST_OK && (st = enter(p->dir, name, &p->record, err)) == ST_OK &&
	    (st = put(p->record, PACKAGE_RECORD, r->line, err)) == ST_OK)
		st = put(p->record, PACKAGE_PROOF, buf_str(&text), err);
	buf_free(&text);
	return st;
}

enum status
package_file(struct package *p, const char *path, int *fd, struct err *err)
{
	char name[LIMIT_PATH + 1];
	enum status st = ST_OK;
	const char *slash;
	int at, below;

	if (path == NULL)
		return new_file(p->record, PACKAGE_FILE, fd, err);
	if ((at = fcntl(p->dir, F_DUPFD_CLOEXEC, 0)) < 0)
		return err_sys(err, _("cannot open the directory of %s"), path);
	while (st == ST_OK && (slash = strchr(path, '/')) != NULL) {
		snprintf(name, sizeof(name), "%.*s", (int)(slash - path), path);
		if ((st = enter(at, name, &below, err)) == ST_OK) {
			fs_drop(&at);
			at = below;
			path = slash + 1;
		}
	}
	if (st == ST_OK)
		st = new_file(at, path, fd, err);
	fs_drop(&at);
	return st;
}

enum status
package_file_end(struct package *p, int *fd, struct err *err)
{
	(void)p;
	return fs_close(fd, PACKAGE_FILE, err);
}

int package_dir(const struct package *p) { return p->dir; }

enum status
package_commit(struct package *p, struct err *err)
{
	/* All of it at once: one flush instead of one for each of many small files. */
	if (syncfs(p->dir) != 0)
		return err_sys(err, _("cannot make %s durable"), p->base);
	if (renameat2(p->parent, p->tmp, p->parent, p->base, RENAME_NOREPLACE) != 0) {
		if (errno == EEXIST)
			return there_already(p->base, err);
		/* Not every file system knows that flag; a directory is never put over one with something in it, and an empty one holds nothing to lose. */
		if (errno != EINVAL || renameat(p->parent, p->tmp, p->parent, p->base) != 0)
			return err_sys(err, _("cannot give %s its name"), p->base);
	}
	p->tmp[0] = '\0';
	return fs_sync(p->parent, p->base, err);
}

void
package_free(struct package *p)
{
	if (p == NULL)
		return;
	fs_drop(&p->record);
	fs_drop(&p->dir);
	if (p->parent >= 0 && p->tmp[0] != '\0')
		(void)!fs_remove_tree(p->parent, p->tmp, NULL);
	fs_drop(&p->parent);
	mem_free(p->base);
	mem_free(p);
}
