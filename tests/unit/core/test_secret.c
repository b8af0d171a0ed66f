/* test_secret.c: who may read a secret file, what is left of a variable, what a core dump would hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/limits.h"
#include "core/log.h"
#include "core/secret.h"

static char dir[] = "/tmp/custody-test-secret-XXXXXX";

static int
setup(void **state)
{
	(void)state;
	return mkdtemp(dir) != NULL && chdir(dir) == 0 ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	log_end();
	return 0;
}

static void
make(const char *name, const char *text, size_t n, mode_t mode)
{
	FILE *f = fopen(name, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(text, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(name, mode), 0);
}

static void
assert_secret(const char *spec, const char *base, const char *want)
{
	struct secret s;
	struct err err;

	err_init(&err);
	if (secret_load(spec, base, &s, &err) != ST_OK)
		fail_msg("%s: %s", spec, err.text);
	assert_int_equal(s.n, strlen(want));
	assert_memory_equal(s.p, want, s.n);
	assert_true(str_is(secret_view(&s), want));
	secret_free(&s);
	assert_null(s.p);
	secret_free(&s);
}

static void
assert_refused(const char *spec, enum status want, const char *text)
{
	struct secret s;
	struct err err;

	err_init(&err);
	assert_int_equal(secret_load(spec, dir, &s, &err), want);
	assert_null(s.p);
	if (strstr(err.text, text) == NULL)
		fail_msg("\"%s\" lacks \"%s\"", err.text, text);
	assert_null(strstr(err.text, "canary"));
	assert_null(strstr(err.next, "canary"));
}

static void
files(void **state)
{
	static const struct { const char *text, *want; } ends[] = {
		{ "canary-1", "canary-1" }, { "canary-2\n", "canary-2" }, { "canary-3\r\n", "canary-3" }, { "canary-4\n\n", "canary-4\n" },
		{ " canary-5 ", " canary-5 " }, { "canary\n6\n", "canary\n6" },
	};
	static const mode_t bad[] = { 0644, 0640, 0620, 0604, 0601, 0610, 0666, 0777 };
	static char big[LIMIT_SECRET + 1];
	char absolute[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		make("s", ends[i].text, strlen(ends[i].text), 0600);
		assert_secret("file:s", dir, ends[i].want);
	}
	(void)snprintf(absolute, sizeof(absolute), "file:%s/s", dir);
	assert_secret(absolute, "/nowhere", "canary\n6");
	assert_secret("file:s", NULL, "canary\n6");
	assert_int_equal(chmod("s", 0400), 0);
	assert_secret("file:s", dir, "canary\n6");
	assert_int_equal(symlink("s", "link"), 0);
	assert_secret("file:link", dir, "canary\n6");

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(chmod("s", bad[i]), 0);
		assert_refused("file:s", ST_DENIED, "can be used by others");
		assert_refused("file:link", ST_DENIED, "can be used by others");
	}
	assert_refused("file:none", ST_IO, "none");
	assert_refused("file:.", ST_IO, "regular");
	make("empty", "", 0, 0600);
	assert_refused("file:empty", ST_USAGE, "empty");
	make("newline", "\n", 1, 0600);
	assert_refused("file:newline", ST_USAGE, "empty");
	memset(big, 'x', sizeof(big));
	make("big", big, LIMIT_SECRET, 0600);
	big[LIMIT_SECRET] = '\0';
	assert_secret("file:big", dir, big);
	big[LIMIT_SECRET] = 'x';
	make("big", big, LIMIT_SECRET + 1, 0600);
	assert_refused("file:big", ST_LIMIT, "65536");
	make("nul", "canary\0tail", 11, 0600);
	{
		struct secret s;

		assert_int_equal(secret_load("file:nul", dir, &s, NULL), ST_OK);
		assert_int_equal(s.n, 11);
		secret_free(&s);
	}
}

/* Somebody else's file is refused, root's is not. */
static void
owners(void **state)
{
	struct secret s;
	int status;
	pid_t pid;

	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: owners needs root\n");
		skip();
	}
	make("theirs", "canary-7", 8, 0600);
	assert_int_equal(chown("theirs", 65534, 65534), 0);
	assert_refused("file:theirs", ST_DENIED, "user 65534");
	assert_int_equal(chmod(dir, 0755), 0);
	assert_true((pid = fork()) >= 0);
	if (pid == 0) {
		if (setuid(65534) != 0)
			_exit(10);
		_exit(secret_load("file:theirs", dir, &s, NULL) == ST_OK ? 0 : 1);
	}
	assert_true(waitpid(pid, &status, 0) == pid);
	assert_int_equal(status, 0);
}

static void
credentials(void **state)
{
	(void)state;
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	assert_refused("credential:chat", ST_USAGE, "CREDENTIALS_DIRECTORY");
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", dir, 1), 0);
	make("chat", "canary-8\n", 9, 0400);
	assert_secret("credential:chat", "/elsewhere", "canary-8");
	assert_int_equal(chmod("chat", 0440), 0);	/* systemd's access list shows so */
	assert_secret("credential:chat", NULL, "canary-8");
	assert_int_equal(chmod("chat", 0444), 0);
	assert_refused("credential:chat", ST_DENIED, "can be used by others");
	assert_int_equal(chmod("chat", 0460), 0);
	assert_refused("credential:chat", ST_DENIED, "can be used by others");
	assert_refused("credential:none", ST_IO, "none");
	assert_refused("credential:../chat", ST_USAGE, "../chat");
	assert_refused("credential:", ST_USAGE, "");
	assert_refused("credential:..", ST_USAGE, "..");
}

/* After reading, neither getenv nor /proc shows the value; a second reader still gets it. */
static void
variables(void **state)
{
	char *kept, *value;

	(void)state;
	assert_int_equal(setenv("CUSTODY_T", "canary-nine\n", 1), 0);
	value = getenv("CUSTODY_T");
	assert_non_null(value);
	kept = value;
	assert_secret("env:CUSTODY_T", NULL, "canary-nine");
	assert_int_equal(kept[0], '\0');
	assert_null(memmem(kept, 12, "canary", 6));
	assert_null(memmem(kept, 12, "nine", 4));
	assert_string_equal(getenv("CUSTODY_T"), "");
	assert_secret("env:CUSTODY_T", NULL, "canary-nine");
	assert_refused("env:CUSTODY_NOT_SET", ST_USAGE, "CUSTODY_NOT_SET");
	assert_int_equal(setenv("CUSTODY_EMPTY", "", 1), 0);
	assert_refused("env:CUSTODY_EMPTY", ST_USAGE, "CUSTODY_EMPTY");
	assert_refused("env:", ST_USAGE, "");
	assert_refused("env:A=B", ST_USAGE, "");
}

static void
schemes(void **state)
{
	(void)state;
	assert_refused("canary-in-the-open", ST_USAGE, "in place of where to find it");
	assert_refused("", ST_USAGE, "");
	assert_refused("file:", ST_USAGE, "");
	assert_refused("FILE:canary", ST_USAGE, "");
}

/* The mapping is private to us, wiped and gone after release, and marked "do not dump" (dd in smaps). */
static void
memory(void **state)
{
	char line[512], wanted[32];
	bool inside = false, marked = false;
	struct secret s;
	FILE *f;

	(void)state;
	assert_int_equal(secret_copy(&s, "canary-ten", 10, NULL), ST_OK);
	assert_int_equal(s.p[10], '\0');
	assert_true(s.mapped >= 11);
	(void)snprintf(wanted, sizeof(wanted), "%lx-", (unsigned long)(uintptr_t)s.p);
	assert_non_null(f = fopen("/proc/self/smaps", "r"));
	while (fgets(line, sizeof(line), f) != NULL) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = from <= (uintptr_t)s.p && (uintptr_t)s.p < to;
		else if (inside && strncmp(line, "VmFlags:", 8) == 0)
			marked = strstr(line, " dd") != NULL;
	}
	(void)fclose(f);
	assert_true(marked);
	secret_free(&s);
	assert_int_equal(secret_copy(&s, NULL, 0, NULL), ST_OK);
	assert_non_null(s.p);
	secret_free(&s);
}

static void
process(void **state)
{
	struct rlimit core;

	(void)state;
	assert_int_equal(secret_protect_process(NULL), ST_OK);
	assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
	assert_int_equal(getrlimit(RLIMIT_CORE, &core), 0);
	assert_true(core.rlim_cur == 0 && core.rlim_max == 0);
}

/* What is loaded is known to the log without another call. */
static void
redacted(void **state)
{
	struct secret s;
	struct buf out;

	(void)state;
	make("r", "canary-eleven", 13, 0600);
	assert_int_equal(secret_load("file:r", dir, &s, NULL), ST_OK);
	buf_init(&out, 1000);
	assert_int_equal(log_clean(STR("got canary-eleven."), &out, NULL), ST_OK);
	assert_true(str_is(buf_str(&out), "got ***."));
	buf_free(&out);
	secret_free(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(files), cmocka_unit_test(owners), cmocka_unit_test(credentials), cmocka_unit_test(variables),
		cmocka_unit_test(schemes), cmocka_unit_test(memory), cmocka_unit_test(redacted), cmocka_unit_test(process),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
