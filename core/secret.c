/*
 * secret.c: secrets live in pages of their own, which core dumps leave out and swap gets only if the system insists.
 * What is loaded is made known to log.c at once, so that nobody can forget it.
 */
#include "core/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"

#define ENV_KEPT	32	/* variables that can be asked for again after they were overwritten */
#define ENV_NAME_SIZE	128

enum status
secret_protect_process(struct err *err)
{
	const struct rlimit none = { 0, 0 };

	if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return err_sys(err, _("cannot make the process undumpable"));
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return err_sys(err, _("cannot switch core dumps off"));
	return ST_OK;
}

/* Protected room for ${n} bytes and a NUL; the length is set by who fills it. */
static enum status
secret_map(struct secret *s, size_t n, struct err *err)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t size;
	void *p;

	*s = (struct secret){ NULL, 0, 0 };
	if (n > SIZE_MAX - 2 * page)
		return err_oom(err, n);
	size = (n + page) / page * page;
	p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return err_oom(err, size);
	if (madvise(p, size, MADV_DONTDUMP) != 0) {
		(void)munmap(p, size);
		return err_sys(err, _("cannot keep a secret out of core dumps"));
	}
	(void)mlock(p, size);	/* as far as the limit on locked memory goes */
	*s = (struct secret){ p, 0, size };
	return ST_OK;
}

void
secret_free(struct secret *s)
{
	if (s->p != NULL) {
		explicit_bzero(s->p, s->mapped);
		(void)munmap(s->p, s->mapped);
	}
	*s = (struct secret){ NULL, 0, 0 };
}

enum status
secret_copy(struct secret *s, const void *p, size_t n, struct err *err)
{
	enum status st;

	if ((st = secret_map(s, n, err)) != ST_OK)
		return st;
	if (n > 0)
		memcpy(s->p, p, n);
	s->n = n;
	return ST_OK;
}

/* One line end at the end is what an editor adds. */
static void
drop_line_end(struct secret *s)
{
	if (s->n > 0 && s->p[s->n - 1] == '\n')
		s->p[--s->n] = '\0';
	if (s->n > 0 && s->p[s->n - 1] == '\r')
		s->p[--s->n] = '\0';
}

/* Looks at the opened file, so that what is checked is what is read. */
static enum status
check_private(int fd, const char *path, mode_t forbidden, struct stat *sb, struct err *err)
{
	if (fstat(fd, sb) != 0)
		return err_sys(err, _("cannot look at %s"), path);
	if (sb->st_uid != geteuid() && sb->st_uid != 0) {
		(void)err_set(err, ST_DENIED, _("the secret file %s belongs to user %ju"), path, (uintmax_t)sb->st_uid);
		(void)err_next(err, _("give it to the user who runs this program"));
		return ST_DENIED;
	}
	if ((sb->st_mode & forbidden) != 0) {
		(void)err_set(err, ST_DENIED, _("the secret file %s can be used by others (mode %04o)"), path,
		    (unsigned)(sb->st_mode & 07777));
		(void)err_next(err, "chmod 600 %s", path);
		return ST_DENIED;
	}
	if ((uintmax_t)sb->st_size > LIMIT_SECRET)
		return err_set(err, ST_LIMIT, _("the secret file %s has more than %zu bytes"), path, LIMIT_SECRET);
	return ST_OK;
}

/* Straight into protected memory: no copy stays in a buffer. */
static enum status
read_into(int fd, const char *path, size_t size, struct secret *s, struct err *err)
{
	enum status st;
	ssize_t got;

	if ((st = secret_map(s, size, err)) != ST_OK)
		return st;
	for (;;) {
		got = read(fd, s->p + s->n, size + 1 - s->n);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, _("cannot read %s"), path);
		if (got == 0)
			return ST_OK;
		s->n += (size_t)got;
		if (s->n > size)
			return err_set(err, ST_IO, _("the secret file %s grew while it was read"), path);
	}
}

static enum status
load_file(const char *path, mode_t forbidden, struct secret *out, struct err *err)
{
	char *real = realpath(path, NULL);	/* certificates and keys are often kept behind links; the target is checked */
	struct stat sb;
	enum status st;
	int fd;

	if (real == NULL)
		return err_sys(err, _("cannot read the secret file %s"), path);
	st = fs_open_read(AT_FDCWD, real, &fd, err);
	free(real);
	if (st != ST_OK)
		return st;
	if ((st = check_private(fd, path, forbidden, &sb, err)) == ST_OK)
		st = read_into(fd, path, (size_t)sb.st_size, out, err);
	fs_drop(&fd);
	if (st == ST_OK)
		drop_line_end(out);
	if (st == ST_OK && out->n == 0)
		st = err_set(err, ST_USAGE, _("the secret file %s is empty"), path);
	return st;
}

/* ${dir}/${name}, or ${name} alone where it is absolute. */
static enum status
load_below(const char *dir, const char *name, mode_t forbidden, struct secret *out, struct err *err)
{
	struct buf path;
	enum status st = ST_OK;

	buf_init(&path, 1 << 16);
	if (name[0] != '/' && dir != NULL && dir[0] != '\0' &&
	    ((st = buf_addz(&path, dir, err)) != ST_OK || (st = buf_putc(&path, '/', err)) != ST_OK))
		goto out;
	if ((st = buf_addz(&path, name, err)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	st = load_file(path.p, forbidden, out, err);
out:
	buf_free(&path);
	return st;
}

/*
 * systemd gives a service user its credentials by an access list, which shows as the group's bits: reading by the
 * group is therefore allowed here.  The directory around them is the service's own.
 */
static enum status
load_credential(const char *name, struct secret *out, struct err *err)
{
	const char *dir = getenv("CREDENTIALS_DIRECTORY");

	if (name[0] == '\0' || strchr(name, '/') != NULL || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(err, ST_USAGE, _("\"%s\" is not the name of a credential"), name);
	if (dir == NULL || dir[0] != '/') {
		(void)err_set(err, ST_USAGE, _("credential:%s: there is no directory of credentials (CREDENTIALS_DIRECTORY)"), name);
		(void)err_next(err, _("start by systemd with LoadCredential=%s:PATH, or use file:PATH"), name);
		return ST_USAGE;
	}
	return load_below(dir, name, S_IWGRP | S_IXGRP | S_IRWXO, out, err);
}

/* What was read from the environment, which no longer has it: the same variable may serve several areas. */
static struct { char name[ENV_NAME_SIZE]; struct secret value; } env_kept[ENV_KEPT];
static size_t n_env_kept;
static pthread_mutex_t env_lock = PTHREAD_MUTEX_INITIALIZER;

static enum status
load_env_locked(const char *name, struct secret *out, struct err *err)
{
	char *value;
	size_t i, n = strlen(name);
	enum status st;

	for (i = 0; i < n_env_kept; i++)
		if (strcmp(env_kept[i].name, name) == 0)
			return secret_copy(out, env_kept[i].value.p, env_kept[i].value.n, err);
	value = n > 0 && strchr(name, '=') == NULL ? getenv(name) : NULL;
	if (value == NULL || value[0] == '\0')
		return err_set(err, ST_USAGE, _("env:%s: the variable is not set"), name);
	if (n_env_kept == ENV_KEPT || n >= ENV_NAME_SIZE)
		return err_set(err, ST_LIMIT, _("env:%s: more than %d secrets in variables, or a name of more than %d bytes"), name,
		    ENV_KEPT, ENV_NAME_SIZE - 1);
	if (strlen(value) > LIMIT_SECRET)
		return err_set(err, ST_LIMIT, _("env:%s: more than %zu bytes"), name, LIMIT_SECRET);
	if ((st = secret_copy(out, value, strlen(value), err)) != ST_OK)
		return st;
	drop_line_end(out);
	if (out->n == 0)
		return err_set(err, ST_USAGE, _("env:%s: the variable is empty"), name);
	if ((st = secret_copy(&env_kept[n_env_kept].value, out->p, out->n, err)) != ST_OK)
		return st;
	memcpy(env_kept[n_env_kept++].name, name, n + 1);
	explicit_bzero(value, strlen(value));	/* in place: this is the memory that /proc/PID/environ shows */
	return ST_OK;
}

static enum status
load_env(const char *name, struct secret *out, struct err *err)
{
	enum status st;

	(void)pthread_mutex_lock(&env_lock);
	st = load_env_locked(name, out, err);
	(void)pthread_mutex_unlock(&env_lock);
	return st;
}

enum status
secret_load(const char *spec, const char *base_dir, struct secret *out, struct err *err)
{
	const struct str s = str_of(spec);
	enum status st;

	*out = (struct secret){ NULL, 0, 0 };
	if (str_has_prefix(s, "file:") && s.n > 5)
		st = load_below(base_dir, spec + 5, S_IRWXG | S_IRWXO, out, err);
	else if (str_has_prefix(s, "credential:"))
		st = load_credential(spec + 11, out, err);
	else if (str_has_prefix(s, "env:"))
		st = load_env(spec + 4, out, err);
	else {
		/* Deliberate: the text is not shown, it may be the secret itself. */
		st = err_set(err, ST_USAGE, _("a secret is given in place of where to find it"));
		(void)err_next(err, _("write file:PATH, credential:NAME or env:NAME"));
	}
	if (st == ST_OK)
		log_redact(secret_view(out));
	else
		secret_free(out);
	return st;
}
