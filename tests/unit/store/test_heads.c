/* test_heads.c: what a signer's client remembers and refuses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/fs.h"
#include "store/heads.h"

#define CHAIN	"urn:uuid:00000000-0000-4000-8000-000000000001"
#define OTHER	"urn:uuid:00000000-0000-4000-8000-000000000002"

static char place[] = "test-heads-XXXXXX", path[64];
static struct err err;

static struct seal
seal_of(const char *chain, uint64_t sequence, unsigned char previous)
{
	struct seal s = { .sequence = sequence, .has_previous = sequence > 1, .n_algs = 1 };

	snprintf(s.chain, sizeof(s.chain), "%s", chain);
	memset(s.previous[0], previous, 32);
	return s;
}

static enum status
keep(const char *chain, uint64_t sequence, unsigned char hash)
{
	struct seal s = seal_of(chain, sequence, 0);
	unsigned char sha256[32];
	struct heads h;
	enum status st;

	memset(sha256, hash, 32);
	assert_int_equal(heads_open(&h, path, &err), ST_OK);
	st = heads_keep(&h, &s, sha256, &err);
	heads_close(&h);
	return st;
}

static enum status
look(const char *chain, uint64_t sequence, unsigned char hash, unsigned char previous, struct heads_word *w)
{
	struct seal s = seal_of(chain, sequence, previous);
	unsigned char sha256[32];
	struct heads h;
	enum status st;

	memset(sha256, hash, 32);
	assert_int_equal(heads_open(&h, path, &err), ST_OK);
	st = heads_look(&h, &s, sha256, w, &err);
	heads_close(&h);
	return st;
}

static void
put(const char *text)
{
	assert_int_equal(fs_replace(AT_FDCWD, path, text, strlen(text), &err), ST_OK);
}

static int
begin(void **state)
{
	(void)state;
	return unlink(path) != 0 && access(path, F_OK) == 0;
}

static void
test_memory(void **state)
{
	struct heads_word w;
	struct heads h;
	struct stat sb;
	uint64_t last;
	struct buf b;

	(void)state;
	assert_int_equal(look(CHAIN, 1, 1, 0, &w), ST_OK);	/* nothing is there: nothing is known, and nothing is made by looking */
	assert_false(w.known || w.same || w.previous || w.other_previous);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_int_equal(keep(CHAIN, 1, 0x11), ST_OK);
	assert_int_equal(keep(CHAIN, 1, 0x11), ST_OK);
	assert_int_equal(keep(OTHER, 1, 0x99), ST_OK);
	assert_int_equal(keep(CHAIN, 2, 0x22), ST_OK);
	buf_init(&b, 4096);
	assert_int_equal(fs_load(AT_FDCWD, path, 4096, &b, &err), ST_OK);
	assert_int_equal(buf_z(&b, &err), ST_OK);
	assert_string_equal(b.p,
	    "custody/1 head " CHAIN " 1 sha256:1111111111111111111111111111111111111111111111111111111111111111\n"
	    "custody/1 head " OTHER " 1 sha256:9999999999999999999999999999999999999999999999999999999999999999\n"
	    "custody/1 head " CHAIN " 2 sha256:2222222222222222222222222222222222222222222222222222222222222222\n");
	buf_free(&b);
	assert_int_equal(stat(path, &sb), 0);
	assert_int_equal(sb.st_mode & 07777, 0600);

	assert_int_equal(look(CHAIN, 2, 0x22, 0x11, &w), ST_OK);
	assert_true(w.known && w.same && w.previous && !w.other_previous && w.last == 2);
	assert_int_equal(look(CHAIN, 3, 0x33, 0x22, &w), ST_OK);
	assert_true(w.known && !w.same && w.previous && !w.other_previous);
	assert_int_equal(look(CHAIN, 3, 0x33, 0x23, &w), ST_OK);
	assert_true(!w.previous && w.other_previous);
	assert_int_equal(look(CHAIN, 9, 0x33, 0x22, &w), ST_OK);
	assert_true(!w.previous && !w.other_previous && w.last == 2);
	assert_int_equal(heads_open(&h, path, &err), ST_OK);
	assert_int_equal(heads_last(&h, CHAIN, &last, &err), ST_OK);
	assert_int_equal(last, 2);
	assert_int_equal(heads_last(&h, OTHER, &last, &err), ST_OK);
	assert_int_equal(last, 1);
	heads_close(&h);
}

static void
test_second_seal(void **state)
{
	struct heads_word w;

	(void)state;
	assert_int_equal(keep(CHAIN, 7, 0xaa), ST_OK);
	assert_int_equal(look(CHAIN, 7, 0xab, 0, &w), ST_CORRUPT);
	assert_non_null(strstr(err.text, "sha256:aaaaaaaa"));
	assert_non_null(strstr(err.text, "sha256:abababab"));
	assert_int_equal(keep(CHAIN, 7, 0xab), ST_CORRUPT);	/* also when nobody looked before */
	assert_int_equal(look(CHAIN, 7, 0xaa, 0, &w), ST_OK);
	assert_int_equal(look(OTHER, 7, 0xab, 0, &w), ST_OK);
}

/* Another program writes its line for a moment: waited for. */
static void
test_both_at_once(void **state)
{
	char lock_name[80];
	int lock, status;
	pid_t pid;

	(void)state;
	snprintf(lock_name, sizeof(lock_name), "%s.lock", path);
	if ((pid = fork()) == 0) {
		if (fs_lock(AT_FDCWD, lock_name, &lock, NULL) != ST_OK)
			_exit(1);
		usleep(700000);
		_exit(0);
	}
	usleep(200000);
	assert_int_equal(keep(CHAIN, 1, 1), ST_OK);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void
test_damage(void **state)
{
	static const char *const bad[] = {
		"\n", "x", "custody/1 head\n", "custody/2 head " CHAIN " 1 sha256:1111111111111111111111111111111111111111111111111111111111111111\n",
		"custody/1 head " CHAIN " 1 sha256:1111111111111111111111111111111111111111111111111111111111111111",	/* cut short */
		"custody/1 head " CHAIN " 1 sha256:111111111111111111111111111111111111111111111111111111111111111\n",
		"custody/1 head " CHAIN " 0 sha256:1111111111111111111111111111111111111111111111111111111111111111\n",
		"custody/1 head " CHAIN " 01 sha256:1111111111111111111111111111111111111111111111111111111111111111\n",
		"custody/1 head " CHAIN "  1 sha256:1111111111111111111111111111111111111111111111111111111111111111\n",
		"custody/1 head urn:uuid:x 1 sha256:1111111111111111111111111111111111111111111111111111111111111111\n",
		"custody/1 head " CHAIN " 1 sha256:1111111111111111111111111111111111111111111111111111111111111111 \n",
		"custody/1 head " CHAIN " 1 sha256:1111111111111111111111111111111111111111111111111111111111111111\r\n",
	};
	struct heads_word w;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put(bad[i]);
		if (look(OTHER, 1, 1, 0, &w) != ST_CORRUPT)
			fail_msg("%zu passes", i);
		assert_int_equal(keep(OTHER, 1, 1), ST_CORRUPT);
	}
}

static void
test_places(void **state)
{
	char name[4200], here[4096];
	struct heads h;

	(void)state;
	assert_non_null(getcwd(here, sizeof(here)));
	assert_int_equal(heads_open(&h, "/", &err), ST_USAGE);
	snprintf(name, sizeof(name), "%s/", place);
	assert_int_equal(heads_open(&h, name, &err), ST_USAGE);
	/* The default: below XDG_STATE_HOME, made when missing. */
	snprintf(name, sizeof(name), "%s/%s", here, place);
	assert_int_equal(setenv("XDG_STATE_HOME", name, 1), 0);
	assert_int_equal(heads_open(&h, NULL, &err), ST_OK);
	assert_non_null(strstr(h.path, "/custody/signed"));
	assert_string_equal(h.name, "signed");
	heads_close(&h);
	/* Where others may write, a memory is worth nothing. */
	assert_int_equal(chmod(place, 0777), 0);
	assert_int_equal(heads_open(&h, path, &err), ST_USAGE);
	assert_int_equal(chmod(place, 0700), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_memory, begin), cmocka_unit_test_setup(test_second_seal, begin),
		cmocka_unit_test_setup(test_both_at_once, begin), cmocka_unit_test_setup(test_damage, begin), cmocka_unit_test_setup(test_places, begin),
	};
	int failed;

	err_init(&err);
	if (mkdtemp(place) == NULL)
		return 1;
	snprintf(path, sizeof(path), "%s/signed", place);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	if (fs_remove_tree(AT_FDCWD, place, &err) != ST_OK)
		failed++;
	return failed;
}
