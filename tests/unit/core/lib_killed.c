/*
 * lib_killed.so, for LD_PRELOAD: a process that dies before a file loses or changes its name, the moment at which most is half done.
 *   KILLED_LOG=FILE              a line with the last component of each name that unlink, unlinkat, rename or renameat is given
 *   KILLED_NAME=GLOB KILLED_AT=N SIGKILL before the N-th of those that match
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int seen;

static void
about_to(const char *path)
{
	const char *log = getenv("KILLED_LOG"), *glob = getenv("KILLED_NAME"), *at = getenv("KILLED_AT"), *name = strrchr(path, '/');
	char line[512];
	int fd, n;

	name = name == NULL ? path : name + 1;
	if (log != NULL && (fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600)) >= 0) {
		n = snprintf(line, sizeof(line), "%s\n", name);
		if (write(fd, line, (size_t)n) != n)
			abort();
		close(fd);
	}
	if (glob != NULL && at != NULL && fnmatch(glob, name, 0) == 0 && atomic_fetch_add(&seen, 1) + 1 == atoi(at))
		(void)kill(getpid(), SIGKILL);
}

static void *
real(const char *name)
{
	void *f = dlsym(RTLD_NEXT, name);

	if (f == NULL)
		abort();
	return f;
}

int
unlink(const char *path)
{
	about_to(path);
	return ((int (*)(const char *))real("unlink"))(path);
}

int
unlinkat(int dir, const char *path, int flags)
{
	about_to(path);
	return ((int (*)(int, const char *, int))real("unlinkat"))(dir, path, flags);
}

int
rename(const char *from, const char *to)
{
	about_to(from);
	return ((int (*)(const char *, const char *))real("rename"))(from, to);
}

int
renameat(int from_dir, const char *from, int to_dir, const char *to)
{
	about_to(from);
	return ((int (*)(int, const char *, int, const char *))real("renameat"))(from_dir, from, to_dir, to);
}
