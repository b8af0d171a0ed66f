/* test_chat_proc.c: the child dies, hangs, lies and is refused; the parent always comes back with an answer. */
#include "chat_rig.h"

#include <signal.h>

#include "core/when.h"
#include "exporters/chat_child.h"
#include "exporters/chat_proc.h"
#include "exporters/chat_spawn.h"

static char self[4096];

static enum status
open_proc(struct chat_rig *r, struct chat_proc **p, const char *how, const char *library)
{
	struct chat_proc_config c = { .program = self, .library = library, .corp_id = r->dir, .secret = str_of(how), .deadline_ms = 700, .backoff_ms = 1 };

	return chat_proc_open(p, &c, &r->err);
}

static void
test_pull(void **state)
{
	struct chat_rig r;
	struct chat_proc *p;
	struct str page;
	int code;

	(void)state;
	chat_rig_open(&r);
	assert_int_equal(open_proc(&r, &p, "rows=5", CHAT_LIBRARY), ST_OK);
	assert_int_equal(chat_proc_pull(p, 0, 1000, &code, &page, &r.err), ST_OK);
	assert_int_equal(code, 0);
	assert_non_null(memmem(page.p, page.n, "\"seq\":5", 7));
	assert_int_equal(chat_proc_pull(p, 5, 1000, &code, &page, &r.err), ST_OK);
	assert_null(memmem(page.p, page.n, "seq", 3));
	assert_int_equal(chat_proc_starts(p), 1);
	chat_proc_close(p);
	chat_rig_close(&r);
}

/* The second call kills the child; a new one answers it. */
static void
test_crash_once(void **state)
{
	struct chat_rig r;
	struct chat_proc *p;
	struct str page;
	int code;

	(void)state;
	chat_rig_open(&r);
	assert_int_equal(open_proc(&r, &p, "rows=5 crash=2", CHAT_LIBRARY), ST_OK);
	assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_OK);
	assert_int_equal(chat_proc_pull(p, 1, 1, &code, &page, &r.err), ST_OK);
	assert_int_equal(code, 0);
	assert_non_null(memmem(page.p, page.n, "\"seq\":2", 7));
	assert_int_equal(chat_proc_starts(p), 2);
	chat_proc_close(p);
	chat_rig_close(&r);
}

static void
test_always_failing(void **state)
{
	static const char *const how[] = { "rows=5 crash=1", "rows=5 hang=1" };
	struct chat_rig r;
	struct chat_proc *p;
	struct str page;
	int64_t began;
	int code;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		chat_rig_open(&r);
		assert_int_equal(open_proc(&r, &p, how[i], CHAT_LIBRARY), ST_OK);
		began = when_mono_ms();
		assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_OK);
		assert_int_equal(code, CHAT_E_FAULT);
		assert_true(when_mono_ms() - began < 20000);
		assert_int_equal(chat_proc_starts(p), CHAT_TRIES);
		assert_int_equal(chat_proc_pid(p), 0);
		chat_proc_close(p);
		chat_rig_close(&r);
	}
}

static void
test_codes(void **state)
{
	struct chat_rig r;
	struct chat_proc *p;
	struct str page;
	int code;

	(void)state;
	chat_rig_open(&r);
	assert_int_equal(open_proc(&r, &p, "deny", CHAT_LIBRARY), ST_OK);
	assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_DENIED);
	assert_non_null(strstr(r.err.next, "trusted IPs"));
	chat_proc_close(p);
	assert_int_equal(open_proc(&r, &p, "rows=5 busy=3", CHAT_LIBRARY), ST_OK);	/* three network errors, then an answer */
	assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_OK);
	assert_int_equal(code, 0);
	chat_proc_close(p);
	assert_int_equal(open_proc(&r, &p, "rows=5 busy=1000", CHAT_LIBRARY), ST_OK);
	assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_RETRY);
	chat_proc_close(p);
	assert_int_equal(open_proc(&r, &p, "rows=5 negative", CHAT_LIBRARY), ST_OK);
	assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_OK);
	assert_int_equal(code, CHAT_E_SIZE);
	chat_proc_close(p);
	assert_int_equal(chat_code_row(10005)->is_final, true);
	assert_string_equal(chat_code_row(10010)->reason, "expired");
	assert_int_equal(chat_code_row(424242)->st, ST_INPUT);
	chat_rig_close(&r);
}

static void
test_library(void **state)
{
	struct chat_rig r;
	struct chat_proc *p;
	char path[128];

	(void)state;
	chat_rig_open(&r);
	assert_int_equal(open_proc(&r, &p, "", "/nonexistent/lib.so"), ST_USAGE);
	assert_non_null(strstr(r.err.text, "/nonexistent/lib.so"));
	assert_true(r.err.next[0] != '\0');
	(void)snprintf(path, sizeof(path), "%s/wrapped", r.dir);
	assert_int_equal(open_proc(&r, &p, "", path), ST_USAGE);			/* not a library */
	assert_int_equal(open_proc(&r, &p, "", TEST_BUILD_DIR "/lib_nothing.so"), ST_USAGE);	/* a library without our functions */
	assert_non_null(strstr(r.err.text, "NewSdk"));
	assert_int_equal(open_proc(&r, &p, "initcrash", CHAT_LIBRARY), ST_REMOTE);
	assert_null(p);
	chat_rig_close(&r);
}

/* One message of three kills the library: the others are had. */
static void
test_decrypt(void **state)
{
	struct chat_cipher items[4] = {
		{ STR(MESSAGE_KEY), STR("{\"a\":1}"), 1, STR_NONE }, { STR(MESSAGE_KEY), STR("BOOM"), 1, STR_NONE },
		{ STR("wrong key"), STR("{}"), 1, STR_NONE }, { STR(MESSAGE_KEY), STR("{\"b\":2}"), 1, STR_NONE }
	};
	struct chat_rig r;
	struct chat_proc *p;

	(void)state;
	chat_rig_open(&r);
	assert_int_equal(open_proc(&r, &p, "crashkey=BOOM", CHAT_LIBRARY), ST_OK);
	assert_int_equal(chat_proc_decrypt(p, items, 4, &r.err), ST_OK);
	assert_int_equal(items[0].code, 0);
	assert_true(str_is(items[0].text, "{\"a\":1}"));
	assert_int_equal(items[1].code, CHAT_E_FAULT);
	assert_int_equal(items[2].code, 10006);
	assert_int_equal(items[3].code, 0);
	assert_true(str_is(items[3].text, "{\"b\":2}"));
	chat_proc_close(p);
	chat_rig_close(&r);
}

/* Killed from outside between two calls, and grown too large: replaced, unseen by the caller. */
static void
test_replaced(void **state)
{
	struct chat_rig r;
	struct chat_proc_config c = { .program = self, .library = CHAT_LIBRARY, .corp_id = "ww1", .secret = STR("rows=2"), .backoff_ms = 1 };
	struct chat_proc *p;
	struct str page;
	int code;

	(void)state;
	chat_rig_open(&r);
	assert_int_equal(open_proc(&r, &p, "rows=2", CHAT_LIBRARY), ST_OK);
	assert_int_equal(kill((pid_t)chat_proc_pid(p), SIGKILL), 0);
	assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_OK);
	assert_int_equal(code, 0);
	assert_int_equal(chat_proc_starts(p), 2);
	c.rss_max = chat_spawn_rss(chat_proc_pid(p)) / 2;	/* every child is larger than that, but not four times */
	assert_true(c.rss_max > 0);
	chat_proc_close(p);
	assert_int_equal(chat_proc_open(&p, &c, &r.err), ST_OK);
	assert_int_equal(chat_proc_pull(p, 0, 1, &code, &page, &r.err), ST_OK);
	assert_int_equal(code, 0);
	assert_int_equal(chat_proc_starts(p), 2);
	chat_proc_close(p);
	chat_rig_close(&r);
}

/* Neither the command line nor the environment of the child holds the secret or anything of ours. */
static void
test_secret_unseen(void **state)
{
	struct chat_rig r;
	struct chat_proc *p;
	char path[64], text[8192];
	ssize_t n;
	int fd;

	(void)state;
	chat_rig_open(&r);
	assert_int_equal(setenv("CUSTODY_TEST_CANARY", "canary-3141592", 1), 0);
	assert_int_equal(setenv("https_proxy", "http://127.0.0.1:9", 1), 0);
	assert_int_equal(open_proc(&r, &p, "rows=1 canary-2718281", CHAT_LIBRARY), ST_OK);
	(void)snprintf(path, sizeof(path), "/proc/%d/environ", chat_proc_pid(p));
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0) {	/* undumpable: only root may look */
		n = read(fd, text, sizeof(text));
		assert_int_equal(close(fd), 0);
		assert_true(n > 0);
		assert_null(memmem(text, (size_t)n, "canary", 6));
		assert_non_null(memmem(text, (size_t)n, "https_proxy", 11));
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/cmdline", chat_proc_pid(p));
	assert_true((fd = open(path, O_RDONLY | O_CLOEXEC)) >= 0);
	n = read(fd, text, sizeof(text));
	assert_int_equal(close(fd), 0);
	assert_true(n > 0);
	assert_null(memmem(text, (size_t)n, "canary", 6));
	assert_int_equal(unsetenv("https_proxy"), 0);
	chat_proc_close(p);
	chat_rig_close(&r);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pull), cmocka_unit_test(test_crash_once), cmocka_unit_test(test_always_failing),
		cmocka_unit_test(test_codes), cmocka_unit_test(test_library), cmocka_unit_test(test_decrypt),
		cmocka_unit_test(test_replaced), cmocka_unit_test(test_secret_unseen)
	};

	if (argc == 2 && strcmp(argv[1], "--chat-child") == 0)
		return chat_child_main(3);
	assert_true(readlink("/proc/self/exe", self, sizeof(self) - 1) > 0);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
