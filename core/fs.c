/*
 * fs.c: files: opening beneath a directory descriptor, whole reads and writes, durable replacement, the lock.
 * Directories (opening, listing, removing) are in fs_dir.c.
 */
#include "core/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/when.h"

#define COPY_CHUNK	((size_t)64 << 10)
#define IO_CHUNK	((size_t)1 << 30)	/* one system call moves at most 2 GiB - 4 KiB on Linux */
#define TMP_TRIES	100
#define TMP_NAME_SIZE	sizeof(((struct fs_new *)NULL)->tmp)
#define LOCK_TEXT_SIZE	64

/* The file behind ${fd} must be a regular one: devices and pipes have no length, and could block for ever. */
static enum status
check_regular(int fd, const char *name, struct stat *sb, struct err *err)
{
	if (fstat(fd, sb) != 0)
		return err_sys(err, _("cannot look at %s"), name);
	if (!S_ISREG(sb->st_mode))
		return err_set(err, ST_IO, _("%s is not a regular file"), name);
	return ST_OK;
}

static enum status
open_failed(const char *name, struct err *err)
{
	if (errno == ELOOP) {
		(void)err_set(err, ST_IO, _("%s is a symbolic link, which is not followed"), name);
		errno = ELOOP;	/* for fs_load and the caller */
		return ST_IO;
	}
	return err_sys(err, _("cannot open %s"), name);
}

enum status
fs_open_read(int dir, const char *name, int *fd, struct err *err)
{
	struct stat sb;
	enum status st;

	*fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (*fd < 0)
		return open_failed(name, err);
	if ((st = check_regular(*fd, name, &sb, err)) != ST_OK)
		fs_drop(fd);
	return st;
}

enum status
fs_open_append(int dir, const char *name, uint64_t length, int *fd, struct err *err)
{
	const int flags = O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
	struct stat sb;
	enum status st;

	*fd = openat(dir, name, flags);
	if (*fd < 0 && errno == ENOENT) {
		*fd = openat(dir, name, flags | O_CREAT | O_EXCL, 0600);
		if (*fd >= 0 && (st = fs_sync(dir, name, err)) != ST_OK)	/* the entry must outlive a power cut */
			goto out;
	}
	if (*fd < 0)
		return open_failed(name, err);
	if ((st = check_regular(*fd, name, &sb, err)) != ST_OK)
		goto out;
	if ((uint64_t)sb.st_size < length) {
		st = err_set(err, ST_CORRUPT, _("%s has %jd bytes, %" PRIu64 " were written"), name,
		    (intmax_t)sb.st_size, length);
		goto out;
	}
	if ((uint64_t)sb.st_size > length && ftruncate(*fd, (off_t)length) != 0)
		st = err_sys(err, _("cannot cut %s to %" PRIu64 " bytes"), name, length);
	else if (lseek(*fd, (off_t)length, SEEK_SET) < 0)
		st = err_sys(err, _("cannot go to the end of %s"), name);
out:
	if (st != ST_OK)
		fs_drop(fd);
	return st;
}

/* Append what ${fd} has left to ${out}.  The size is only a hint: a file may grow while it is read. */
static enum status
load_all(int fd, const char *name, size_t max, struct buf *out, struct err *err)
{
	const size_t begin = out->n;
	char chunk[16 << 10];
	enum status st;
	ssize_t got;

	for (;;) {
		got = read(fd, chunk, sizeof(chunk));
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, _("cannot read %s"), name);
		if (got == 0)
			return ST_OK;
		if ((size_t)got > max - (out->n - begin))
			return err_set(err, ST_LIMIT, _("%s has more than %zu bytes"), name, max);
		if ((st = buf_add(out, chunk, (size_t)got, err)) != ST_OK)
			return err == NULL ? st : err_in(err, "%s", name);
	}
}

enum status
fs_load(int dir, const char *name, size_t max, struct buf *out, struct err *err)
{
	const size_t begin = out->n;
	enum status st;
	int fd;

	errno = 0;
	if ((st = fs_open_read(dir, name, &fd, err)) != ST_OK)
		return errno == ENOENT ? ST_END : st;
	st = load_all(fd, name, max, out, err);
	if (st == ST_OK)
		st = fs_close(&fd, name, err);
	else
		fs_drop(&fd);
	if (st != ST_OK)
		out->n = begin;
	return st;
}

/* The directory that holds ${name} and its last component: ${dir} itself unless ${name} is a longer path. */
static enum status
parent_open(int dir, const char *name, int *parent, const char **base, struct err *err)
{
	const char *slash = strrchr(name, '/');
	struct buf path;
	enum status st;

	*base = slash == NULL ? name : slash + 1;
	buf_init(&path, 1 << 16);
	st = slash == NULL ? buf_addz(&path, ".", err) : buf_add(&path, name, (size_t)(slash - name) + 1, err);
	if (st == ST_OK && (st = buf_z(&path, err)) == ST_OK) {
		*parent = openat(dir, path.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (*parent < 0)
			st = err_sys(err, _("cannot open the directory of %s"), name);
	}
	buf_free(&path);
	return st;
}

/* A new file under a name nobody uses; leftovers of a killed process with the same number are stepped over. */
static enum status
tmp_open(int dir, char *tmp, int *fd, struct err *err)
{
	static atomic_uint counter;
	int i;

	for (i = 0; i < TMP_TRIES; i++) {
		(void)snprintf(tmp, TMP_NAME_SIZE, FS_TMP_PREFIX "%ld-%u", (long)getpid(), atomic_fetch_add(&counter, 1));
		*fd = openat(dir, tmp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (*fd >= 0 || errno != EEXIST)
			break;
	}
	return *fd >= 0 ? ST_OK : err_sys(err, _("cannot make the temporary file %s"), tmp);
}

static enum status
nameless(int dir, int *fd, struct err *err)
{
	char tmp[TMP_NAME_SIZE];
	enum status st;

	if ((*fd = openat(dir, ".", O_TMPFILE | O_RDWR | O_CLOEXEC | O_EXCL, 0600)) >= 0)
		return ST_OK;
	/* Not every file system knows files without a name; which word it has for that differs. */
	if ((st = tmp_open(dir, tmp, fd, err)) == ST_OK && unlinkat(dir, tmp, 0) != 0) {
		st = err_sys(err, _("cannot remove %s"), tmp);
		fs_drop(fd);
	}
	return st;
}

enum status
fs_nameless(int dir, int *fd, struct err *err)
{
	const char *path = getenv("TMPDIR");
	enum status st;

	*fd = -1;
	if (dir >= 0)
		return nameless(dir, fd, err);
	if (path == NULL || path[0] != '/')
		path = "/tmp";
	if ((dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) < 0) /* it need not be readable */
		return err_sys(err, _("cannot make a temporary file in %s"), path);
	if ((st = nameless(dir, fd, err)) != ST_OK)
		(void)err_in(err, "%s", path);
	fs_drop(&dir);
	return st;
}

enum status
fs_new_begin(struct fs_new *f, int dir, const char *name, struct err *err)
{
	enum status st;

	*f = (struct fs_new){ -1, -1, "", name, name };
	if (dir == AT_FDCWD || strchr(name, '/') != NULL)
		st = parent_open(dir, name, &f->dir, &f->base, err);
	else if ((f->dir = fcntl(dir, F_DUPFD_CLOEXEC, 0)) < 0)
		st = err_sys(err, _("cannot open the directory of %s"), name);
	else
		st = ST_OK;
	if (st == ST_OK && (st = tmp_open(f->dir, f->tmp, &f->fd, err)) != ST_OK)
		f->tmp[0] = '\0';
	if (st != ST_OK)
		fs_new_drop(f);
	return st;
}

enum status
fs_new_commit(struct fs_new *f, struct err *err)
{
	enum status st;

	if ((st = fs_sync(f->fd, f->name, err)) != ST_OK || (st = fs_close(&f->fd, f->name, err)) != ST_OK)
		goto out;
	if (renameat(f->dir, f->tmp, f->dir, f->base) != 0) {
		st = err_sys(err, _("cannot give %s its name"), f->name);
		goto out;
	}
	f->tmp[0] = '\0';
	st = fs_sync(f->dir, f->name, err);
out:
	fs_new_drop(f);
	return st;
}

void
fs_new_drop(struct fs_new *f)
{
	fs_drop(&f->fd);
	if (f->dir >= 0 && f->tmp[0] != '\0')
		(void)unlinkat(f->dir, f->tmp, 0);
	f->tmp[0] = '\0';
	fs_drop(&f->dir);
}

enum status
fs_replace(int dir, const char *name, const void *p, size_t n, struct err *err)
{
	struct fs_new f;
	enum status st;

	if ((st = fs_new_begin(&f, dir, name, err)) != ST_OK)
		return st;
	if ((st = fs_write_all(f.fd, name, p, n, err)) == ST_OK)
		return fs_new_commit(&f, err);
	fs_new_drop(&f);
	return st;
}

enum status
fs_write_all(int fd, const char *name, const void *p, size_t n, struct err *err)
{
	const char *at = p;
	ssize_t put;

	while (n > 0) {
		put = write(fd, at, n < IO_CHUNK ? n : IO_CHUNK);
		if (put < 0 && errno == EINTR)
			continue;
		if (put == 0)
			errno = EIO;	/* neither progress nor a reason: do not spin */
		if (put <= 0)
			return err_sys(err, _("cannot write %s"), name);
		at += put;
		n -= (size_t)put;
	}
	return ST_OK;
}

enum status
fs_pread_all(int fd, const char *name, void *p, size_t n, uint64_t at, struct err *err)
{
	char *to = p;
	ssize_t got;

	if (at > (uint64_t)INT64_MAX || n > (uint64_t)INT64_MAX - at)
		return err_set(err, ST_CORRUPT, _("%s: no file has an offset of %" PRIu64), name, at);
	while (n > 0) {
		got = pread(fd, to, n < IO_CHUNK ? n : IO_CHUNK, (off_t)at);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return err_sys(err, _("cannot read %s"), name);
		if (got == 0)
			return err_set(err, ST_CORRUPT, _("%s ends early: %zu bytes are missing at offset %" PRIu64),
			    name, n, at);
		to += got;
		n -= (size_t)got;
		at += (uint64_t)got;
	}
	return ST_OK;
}

enum status
fs_sync(int fd, const char *name, struct err *err)
{
	/* Never a second time: after a failure the kernel may have dropped the pages and would then report success. */
	if (fsync(fd) != 0)
		return err_sys(err, _("cannot make %s durable"), name);
	return ST_OK;
}

enum status
fs_close(int *fd, const char *name, struct err *err)
{
	int rc;

	if (*fd < 0)
		return ST_OK;
	rc = close(*fd);
	*fd = -1;
	/* Linux has closed the descriptor even when it answers EINTR. */
	if (rc != 0 && errno != EINTR)
		return err_sys(err, _("cannot close %s"), name);
	return ST_OK;
}

void
fs_drop(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

enum status
fs_rename(int dir, const char *from, const char *to, struct err *err)
{
	if (renameat(dir, from, dir, to) != 0)
		return err_sys(err, _("cannot rename %s to %s"), from, to);
	return fs_sync(dir, to, err);
}

enum status
fs_unlink(int dir, const char *name, struct err *err)
{
	if (unlinkat(dir, name, 0) != 0 && errno != ENOENT)
		return err_sys(err, _("cannot delete %s"), name);
	return ST_OK;
}

/* Inside the kernel as far as it goes: returns what is still to be copied, for the plain loop. */
static uint64_t
copy_in_kernel(int in, uint64_t in_at, int out, uint64_t n)
{
	off64_t at = (off64_t)in_at;
	ssize_t put;

	while (n > 0) {
		put = copy_file_range(in, &at, out, NULL, n < IO_CHUNK ? (size_t)n : IO_CHUNK, 0);
		if (put < 0 && errno == EINTR)
			continue;
		if (put <= 0)	/* not possible here, or at the end: the plain loop finds out which */
			break;
		n -= (uint64_t)put;
	}
	return n;
}

enum status
fs_copy(int in, uint64_t in_at, int out, uint64_t n, const char *name, struct err *err)
{
	char chunk[COPY_CHUNK];
	uint64_t left;
	enum status st;
	size_t part;

	if (in_at > (uint64_t)INT64_MAX || n > (uint64_t)INT64_MAX - in_at)
		return err_set(err, ST_CORRUPT, _("%s: no file has an offset of %" PRIu64), name, in_at);
	left = copy_in_kernel(in, in_at, out, n);
	in_at += n - left;
	while (left > 0) {
		part = left < sizeof(chunk) ? (size_t)left : sizeof(chunk);
		if ((st = fs_pread_all(in, name, chunk, part, in_at, err)) != ST_OK)
			return st;
		if ((st = fs_write_all(out, name, chunk, part, err)) != ST_OK)
			return st;
		in_at += part;
		left -= part;
	}
	return ST_OK;
}

/* Who holds the lock: "process 123, since ...".  The file is ours, but what stands in it is checked all the same. */
static enum status
lock_busy(int fd, const char *name, struct err *err)
{
	char text[LOCK_TEXT_SIZE], since[WHEN_UTC_LEN + 1] = "";
	struct str line = { text, 0 }, number = { text, 0 };
	uint64_t pid = 0;
	int64_t ms;
	ssize_t got;

	got = pread(fd, text, sizeof(text), 0);
	line.n = got > 0 ? (size_t)got : 0;
	while (number.n < line.n && text[number.n] != ' ')
		number.n++;
	if (line.n >= number.n + 1 + WHEN_UTC_LEN && str_u64(number, 1, INT32_MAX, &pid, NULL) == ST_OK &&
	    when_parse_utc((struct str){ text + number.n + 1, WHEN_UTC_LEN }, &ms, NULL) == ST_OK)
		when_utc(ms, since);
	if (since[0] == '\0')
		(void)err_set(err, ST_BUSY, _("another run is just taking the lock %s"), name);
	else
		(void)err_set(err, ST_BUSY, _("another run holds the lock %s: process %" PRIu64 ", since %s"), name, pid, since);
	(void)err_next(err, _("wait until it has ended, or stop it"));
	return ST_BUSY;
}

enum status
fs_lock(int dir, const char *name, int *fd, struct err *err)
{
	char text[LOCK_TEXT_SIZE], now[WHEN_UTC_LEN + 1];
	struct stat sb;
	enum status st;
	int n;

	*fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0600);
	if (*fd < 0)
		return open_failed(name, err);
	if ((st = check_regular(*fd, name, &sb, err)) != ST_OK)
		goto out;
	while (flock(*fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno == EINTR)
			continue;
		st = errno == EWOULDBLOCK ? lock_busy(*fd, name, err) : err_sys(err, _("cannot lock %s"), name);
		goto out;
	}
	when_utc(when_now_ms(), now);
	n = snprintf(text, sizeof(text), "%ld %s\n", (long)getpid(), now);
	if (ftruncate(*fd, 0) != 0)
		st = err_sys(err, _("cannot write %s"), name);
	else
		st = fs_write_all(*fd, name, text, (size_t)n, err);
out:
	if (st != ST_OK)
		fs_drop(fd);
	return st;
}
