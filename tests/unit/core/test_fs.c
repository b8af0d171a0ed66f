/* test_fs.c: what is refused, what survives, what is left behind. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/fs.h"
#include "core/mem.h"

static char root[64];
static int top = -1;

static int
setup(void **state)
{
	(void)state;
	(void)umask(022);
	(void)snprintf(root, sizeof(root), "/tmp/custody-test-fs-XXXXXX");
	if (mkdtemp(root) == NULL)
		return -1;
	top = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return top < 0 ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	if (fs_remove_tree(AT_FDCWD, root, NULL) != ST_OK)
		return -1;
	return close(top);
}

static void
in_root(char out[256], const char *name)
{
	(void)snprintf(out, 256, "%s/%s", root, name);
}

static void
make(const char *name, const char *text)
{
	int fd = openat(top, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void
assert_content(const char *name, const char *want)
{
	struct buf got;

	buf_init(&got, 1 << 20);
	assert_int_equal(fs_load(top, name, 1 << 20, &got, NULL), ST_OK);
	assert_int_equal(got.n, strlen(want));
	assert_memory_equal(buf_str(&got).p, want, got.n);
	buf_free(&got);
}

static void
assert_no_leftovers(void)
{
	char **names;
	size_t n, i;

	assert_int_equal(fs_list(top, &names, &n, NULL), ST_OK);
	for (i = 0; i < n; i++)
		assert_int_not_equal(strncmp(names[i], FS_TMP_PREFIX, strlen(FS_TMP_PREFIX)), 0);
	fs_list_free(names, n);
}

static void
directories(void **state)
{
	char path[256];
	struct stat sb;
	struct err err;
	int fd, sub;

	(void)state;
	in_root(path, "a/b//c/");
	assert_int_equal(fs_dir_open(path, false, &fd, &err), ST_IO);
	assert_int_equal(fd, -1);
	assert_int_equal(fs_dir_open(path, true, &fd, &err), ST_OK);
	assert_int_equal(fstat(fd, &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0700);
	assert_true((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0);
	assert_int_equal(fs_dir_at(fd, "d", false, &sub, &err), ST_IO);
	assert_int_equal(fs_dir_at(fd, "d", true, &sub, &err), ST_OK);
	assert_int_equal(fs_close(&sub, "d", &err), ST_OK);
	assert_int_equal(fs_dir_at(fd, "d", true, &sub, &err), ST_OK);
	fs_drop(&sub);
	assert_int_equal(sub, -1);
	assert_int_equal(fs_dir_at(fd, "..", true, &sub, &err), ST_IO);
	assert_int_equal(fs_dir_at(fd, "x/y", true, &sub, &err), ST_IO);
	assert_int_equal(fs_dir_at(fd, "", true, &sub, &err), ST_IO);

	assert_int_equal(fchmodat(fd, "d", 0757, 0), 0);
	assert_int_equal(fs_dir_at(fd, "d", false, &sub, &err), ST_USAGE);
	assert_non_null(strstr(err.text, "0757"));
	assert_int_equal(fchmodat(fd, "d", 01777, 0), 0);	/* sticky does not help */
	assert_int_equal(fs_dir_at(fd, "d", true, &sub, &err), ST_USAGE);
	assert_int_equal(fchmodat(fd, "d", 0770, 0), 0);
	assert_int_equal(fs_dir_at(fd, "d", true, &sub, &err), ST_USAGE);
	assert_int_equal(fchmodat(fd, "d", 0755, 0), 0);
	assert_int_equal(fs_dir_at(fd, "d", true, &sub, &err), ST_OK);
	fs_drop(&sub);
	fs_drop(&fd);
	assert_int_equal(fs_dir_open("/tmp", false, &fd, &err), ST_USAGE);

	in_root(path, "link");
	assert_int_equal(symlinkat("a", top, "link"), 0);
	assert_int_equal(fs_dir_open(path, false, &fd, &err), ST_USAGE);
	assert_non_null(strstr(err.text, "symbolic link"));
	in_root(path, "link/");
	assert_int_equal(fs_dir_open(path, true, &fd, &err), ST_USAGE);
	assert_int_equal(fs_dir_at(top, "link", true, &fd, &err), ST_USAGE);
	in_root(path, "link/b");	/* a link on the way is the administrator's business */
	assert_int_equal(fs_dir_open(path, false, &fd, &err), ST_OK);
	fs_drop(&fd);
	assert_int_equal(symlinkat("nowhere", top, "dangling"), 0);
	in_root(path, "dangling");
	assert_int_equal(fs_dir_open(path, true, &fd, &err), ST_USAGE);

	make("file", "x");
	in_root(path, "file");
	assert_int_equal(fs_dir_open(path, true, &fd, &err), ST_IO);
	in_root(path, "file/below");
	assert_int_equal(fs_dir_open(path, true, &fd, &err), ST_IO);
}

/* As another user: a directory that is not his is refused, even if he could write in it. */
static void
other_owner(void **state)
{
	int status, fd;
	struct err err;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: other_owner needs root\n");
		skip();
	}
	assert_int_equal(mkdirat(top, "roots", 0755), 0);
	assert_int_equal(mkdirat(top, "theirs", 0755), 0);
	assert_int_equal(fchownat(top, "theirs", 65534, 65534, 0), 0);
	assert_int_equal(fs_dir_at(top, "theirs", false, &fd, &err), ST_OK);	/* root may use any */
	fs_drop(&fd);
	assert_int_equal(fchmod(top, 0755), 0);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		if (setuid(65534) != 0)
			_exit(10);
		if (fs_dir_at(top, "roots", false, &fd, &err) != ST_USAGE || strstr(err.text, "65534") == NULL)
			_exit(1);
		_exit(fs_dir_at(top, "theirs", false, &fd, &err) == ST_OK ? 0 : 2);
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
}

static void
reading(void **state)
{
	struct buf got;
	struct err err;
	char text[8];
	int fd;

	(void)state;
	buf_init(&got, 64);
	assert_int_equal(buf_addz(&got, "old ", NULL), ST_OK);
	assert_int_equal(fs_load(top, "none", 10, &got, &err), ST_END);
	make("r", "0123456789");
	assert_int_equal(fs_load(top, "r", 10, &got, &err), ST_OK);
	assert_int_equal(got.n, 14);
	assert_memory_equal(got.p, "old 0123456789", 14);
	assert_int_equal(fs_load(top, "r", 9, &got, &err), ST_LIMIT);
	assert_int_equal(got.n, 14);	/* as before */
	make("empty", "");
	assert_int_equal(fs_load(top, "empty", 0, &got, &err), ST_OK);
	buf_free(&got);

	assert_int_equal(fs_open_read(top, "r", &fd, &err), ST_OK);
	assert_int_equal(fs_pread_all(fd, "r", text, 4, 6, &err), ST_OK);
	assert_memory_equal(text, "6789", 4);
	assert_int_equal(fs_pread_all(fd, "r", text, 4, 7, &err), ST_CORRUPT);
	assert_non_null(strstr(err.text, "1 bytes are missing at offset 10"));
	assert_int_equal(fs_pread_all(fd, "r", text, 4, UINT64_MAX - 2, &err), ST_CORRUPT);
	assert_int_equal(fs_pread_all(fd, "r", text, 0, 100, &err), ST_OK);
	assert_int_equal(fs_close(&fd, "r", &err), ST_OK);
	assert_int_equal(fs_close(&fd, "r", &err), ST_OK);

	assert_int_equal(symlinkat("r", top, "rlink"), 0);
	assert_int_equal(fs_open_read(top, "rlink", &fd, &err), ST_IO);
	assert_non_null(strstr(err.text, "symbolic link"));
	assert_int_equal(fd, -1);
	assert_int_equal(mkfifoat(top, "fifo", 0600), 0);
	assert_int_equal(fs_open_read(top, "fifo", &fd, &err), ST_IO);	/* and does not wait for a writer */
	assert_int_equal(fs_open_read(top, ".", &fd, &err), ST_IO);
	assert_int_equal(fs_open_read(AT_FDCWD, "/dev/null", &fd, &err), ST_IO);
}

static void
appending(void **state)
{
	struct stat sb;
	struct err err;
	int fd;

	(void)state;
	assert_int_equal(fs_open_append(top, "ap", 1, &fd, &err), ST_CORRUPT);	/* made, and too short */
	assert_int_equal(fs_open_append(top, "ap", 0, &fd, &err), ST_OK);
	assert_int_equal(fstat(fd, &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	assert_int_equal(fs_write_all(fd, "ap", "0123456789", 10, &err), ST_OK);
	assert_int_equal(fs_sync(fd, "ap", &err), ST_OK);
	assert_int_equal(fs_close(&fd, "ap", &err), ST_OK);
	assert_int_equal(fs_open_append(top, "ap", 4, &fd, &err), ST_OK);
	assert_int_equal(fs_write_all(fd, "ap", "abc", 3, &err), ST_OK);
	fs_drop(&fd);
	assert_content("ap", "0123abc");
	assert_int_equal(fs_open_append(top, "ap", 8, &fd, &err), ST_CORRUPT);
	assert_int_equal(fd, -1);
	assert_content("ap", "0123abc");
	assert_int_equal(symlinkat("ap", top, "aplink"), 0);
	assert_int_equal(fs_open_append(top, "aplink", 0, &fd, &err), ST_IO);
	assert_int_equal(symlinkat("not-there", top, "apdangling"), 0);
	assert_int_equal(fs_open_append(top, "apdangling", 0, &fd, &err), ST_IO);
	assert_int_equal(faccessat(top, "not-there", F_OK, 0), -1);
}

static void
replacing(void **state)
{
	char path[256];
	struct stat sb;
	struct err err;

	(void)state;
	assert_int_equal(fs_replace(top, "state", "one", 3, &err), ST_OK);
	assert_content("state", "one");
	assert_int_equal(fs_replace(top, "state", "second", 6, &err), ST_OK);
	assert_content("state", "second");
	assert_int_equal(fs_replace(top, "state", "", 0, &err), ST_OK);
	assert_content("state", "");
	assert_int_equal(fstatat(top, "state", &sb, 0), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);
	/* A link is replaced, what it leads to stays. */
	make("target", "untouched");
	assert_int_equal(symlinkat("target", top, "rep"), 0);
	assert_int_equal(fs_replace(top, "rep", "new", 3, &err), ST_OK);
	assert_content("target", "untouched");
	assert_content("rep", "new");
	in_root(path, "by-path");
	assert_int_equal(fs_replace(AT_FDCWD, path, "p", 1, &err), ST_OK);
	assert_content("by-path", "p");
	assert_int_equal(fs_replace(top, "no/such/dir", "p", 1, &err), ST_IO);
	assert_int_equal(mkdirat(top, "isdir", 0700), 0);
	assert_int_equal(fs_replace(top, "isdir", "p", 1, &err), ST_IO);
	assert_no_leftovers();
}

/* The disk fills up: the old content stays and nothing is left over. */
static void
full_disk(void **state)
{
	static char much[65536];
	const struct rlimit small = { 10000, 10000 };
	struct err err;
	int status;
	pid_t pid;

	(void)state;
	make("keep", "old content");
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		(void)signal(SIGXFSZ, SIG_IGN);
		if (setrlimit(RLIMIT_FSIZE, &small) != 0)
			_exit(10);
		if (fs_replace(top, "keep", much, sizeof(much), &err) != ST_IO || strstr(err.text, "keep") == NULL)
			_exit(1);
		_exit(0);
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	assert_content("keep", "old content");
	assert_no_leftovers();
	if (access("/dev/full", W_OK) == 0) {
		int fd = open("/dev/full", O_WRONLY);

		assert_true(fd >= 0);
		assert_int_equal(fs_write_all(fd, "full", much, 10, &err), ST_IO);
		assert_non_null(strstr(err.text, strerror(ENOSPC)));
		fs_drop(&fd);
	}
}

/* Killed at a random moment: the name holds one whole version or the other. */
static void
replace_survives(void **state)
{
	static char version[2][300000];
	struct timespec wait = { 0, 0 };
	struct buf got;
	struct err err;
	int round, i, status;
	char which;
	pid_t pid;

	(void)state;
	memset(version[0], 'a', sizeof(version[0]));
	memset(version[1], 'b', sizeof(version[1]));
	assert_int_equal(fs_replace(top, "whole", version[0], sizeof(version[0]), &err), ST_OK);
	buf_init(&got, sizeof(version[0]));
	for (round = 0; round < 20; round++) {
		assert_true((pid = fork()) >= 0);
		if (pid == 0)
			for (i = 0;; i++)
				if (fs_replace(top, "whole", version[i & 1], sizeof(version[0]), NULL) != ST_OK)
					_exit(1);
		wait.tv_nsec = 1000000 + round * 1700000;
		(void)nanosleep(&wait, NULL);
		assert_int_equal(kill(pid, SIGKILL), 0);
		assert_true(waitpid(pid, &status, 0) == pid);
		assert_true(WIFSIGNALED(status));
		buf_clear(&got);
		assert_int_equal(fs_load(top, "whole", sizeof(version[0]), &got, &err), ST_OK);
		assert_int_equal(got.n, sizeof(version[0]));
		which = got.p[0];
		assert_memory_equal(got.p, version[which == 'b'], got.n);
	}
	buf_free(&got);
}

static void
names_and_trees(void **state)
{
	static const char *const want[] = { "B", "a", "b", "\xe5\xad\x97" };
	char path[256] = "deep";
	char **names;
	struct err err;
	size_t n, i;
	int dir, fd;

	(void)state;
	assert_int_equal(fs_dir_at(top, "list", true, &dir, &err), ST_OK);
	for (i = 0; i < 4; i++)
		assert_int_equal(fs_replace(dir, want[3 - i], "x", 1, &err), ST_OK);
	assert_int_equal(fs_list(dir, &names, &n, &err), ST_OK);
	assert_int_equal(n, 4);
	for (i = 0; i < 4; i++)
		assert_string_equal(names[i], want[i]);
	fs_list_free(names, n);
	assert_int_equal(fs_rename(dir, "a", "c", &err), ST_OK);
	assert_int_equal(fs_rename(dir, "a", "c", &err), ST_IO);
	assert_int_equal(fs_unlink(dir, "c", &err), ST_OK);
	assert_int_equal(fs_unlink(dir, "c", &err), ST_OK);
	assert_int_equal(fs_unlink(top, "list", &err), ST_IO);
	fs_drop(&dir);

	make("outside", "stays");
	assert_int_equal(mkdirat(top, "list/sub", 0700), 0);
	assert_int_equal(symlinkat("../../outside", top, "list/sub/link"), 0);
	assert_int_equal(fs_remove_tree(top, "list", &err), ST_OK);
	assert_int_equal(fs_remove_tree(top, "list", &err), ST_OK);
	assert_int_equal(faccessat(top, "list", F_OK, 0), -1);
	assert_content("outside", "stays");
	assert_int_equal(fs_remove_tree(top, "outside", &err), ST_OK);

	for (i = 0; i < 9; i++) {	/* one more than is gone through */
		assert_int_equal(mkdirat(top, path, 0700), 0);
		(void)strncat(path, "/d", sizeof(path) - strlen(path) - 1);
	}
	assert_int_equal(fs_remove_tree(top, "deep", &err), ST_LIMIT);
	fd = openat(top, "deep/d/d/d/d/d/d/d/d", O_RDONLY | O_DIRECTORY);
	assert_true(fd >= 0);
	fs_drop(&fd);
	assert_int_equal(unlinkat(top, "deep/d/d/d/d/d/d/d/d", AT_REMOVEDIR), 0);
	assert_int_equal(fs_remove_tree(top, "deep", &err), ST_OK);
}

/* Each allocation failing once. */
static void
no_memory(void **state)
{
	char **names;
	enum status st;
	size_t count;
	long n;

	(void)state;
	make("one", "1");
	make("two", "2");
	for (n = 1;; n++) {
		mem_fail_at(n);
		st = fs_list(top, &names, &count, NULL);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
		assert_null(names);
		assert_int_equal(count, 0);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_true(n >= 3 && count >= 2);
	fs_list_free(names, count);
}

static void
copying(void **state)
{
	enum { N = 200000 };
	char *bytes = malloc(N), *back = malloc(N + 3);
	int in, out, pipe_fds[2];
	struct err err;
	size_t i;

	(void)state;
	assert_true(bytes != NULL && back != NULL);
	for (i = 0; i < N; i++)
		bytes[i] = (char)(i * 31 % 251);
	assert_int_equal(fs_replace(top, "from", bytes, N, &err), ST_OK);
	assert_int_equal(fs_open_read(top, "from", &in, &err), ST_OK);
	assert_int_equal(fs_open_append(top, "to", 0, &out, &err), ST_OK);
	assert_int_equal(fs_write_all(out, "to", "abc", 3, &err), ST_OK);
	assert_int_equal(fs_copy(in, 0, out, N, "from", &err), ST_OK);
	assert_int_equal(fs_pread_all(out, "to", back, N + 3, 0, &err), ST_OK);
	assert_memory_equal(back, "abc", 3);
	assert_memory_equal(back + 3, bytes, N);
	assert_int_equal(fs_copy(in, 100, out, 10, "from", &err), ST_OK);
	assert_int_equal(fs_pread_all(out, "to", back, 10, N + 3, &err), ST_OK);
	assert_memory_equal(back, bytes + 100, 10);
	assert_int_equal(fs_copy(in, N - 5, out, 6, "from", &err), ST_CORRUPT);	/* the file is short */
	assert_int_equal(fs_copy(in, UINT64_MAX, out, 6, "from", &err), ST_CORRUPT);
	/* Into a pipe the kernel's copy does not work: the plain loop does. */
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(fs_copy(in, 7, pipe_fds[1], 1000, "from", &err), ST_OK);
	assert_int_equal(read(pipe_fds[0], back, 1000), 1000);
	assert_memory_equal(back, bytes + 7, 1000);
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
	fs_drop(&in);
	fs_drop(&out);
	free(back);
	free(bytes);
}

static void
locking(void **state)
{
	char holder[32];
	int fd, again, status;
	struct err err;
	pid_t pid;

	(void)state;
	assert_int_equal(fs_lock(top, "lock", &fd, &err), ST_OK);
	(void)snprintf(holder, sizeof(holder), "process %ld, since 2", (long)getpid());
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		(void)close(fd);	/* what a started program does by close-on-exec */
		if (fs_lock(top, "lock", &again, &err) != ST_BUSY || again != -1)
			_exit(1);
		_exit(strstr(err.text, holder) == NULL ? 2 : 0);
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
	assert_int_equal(fs_lock(top, "lock", &again, &err), ST_BUSY);	/* the same process, too */
	assert_int_equal(pwrite(fd, "\x1b[31m evil", 10, 0), 10);	/* what stands there is not believed */
	assert_int_equal(fs_lock(top, "lock", &again, &err), ST_BUSY);
	assert_null(strchr(err.text, '\x1b'));
	assert_int_equal(fs_close(&fd, "lock", &err), ST_OK);
	assert_int_equal(fs_lock(top, "lock", &fd, &err), ST_OK);
	fs_drop(&fd);
	/* The lock of a killed process is free. */
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		if (fs_lock(top, "lock", &fd, &err) != ST_OK)
			_exit(1);
		(void)raise(SIGKILL);
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(fs_lock(top, "lock", &fd, &err), ST_OK);
	fs_drop(&fd);
	assert_int_equal(symlinkat("lock", top, "locklink"), 0);
	assert_int_equal(fs_lock(top, "locklink", &fd, &err), ST_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directories), cmocka_unit_test(other_owner), cmocka_unit_test(reading), cmocka_unit_test(appending),
		cmocka_unit_test(replacing), cmocka_unit_test(full_disk), cmocka_unit_test(replace_survives),
		cmocka_unit_test(names_and_trees), cmocka_unit_test(no_memory), cmocka_unit_test(copying), cmocka_unit_test(locking),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
