/* test_state.c: what is saved is loaded; every changed bit and every cut is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>

#include "archive/state.h"
#include "core/fs.h"

static struct err err;
static int dir = -1;
static char place[] = "test-state-XXXXXX";

static void
test_round(void **state)
{
	static const char caller[] = "any\nbytes\0caller 3\ncrc32 00000000\n";
	struct buf lines, a, b;
	struct state_reader r;
	struct str v;

	(void)state;
	buf_init(&lines, 4096);
	buf_init(&a, 4096);
	buf_init(&b, 4096);
	assert_int_equal(state_load(dir, &a, &b, &err), ST_END);
	assert_int_equal(state_put(&lines, "name", STR("x y"), &err), ST_OK);
	assert_int_equal(state_put(&lines, "empty", STR(""), &err), ST_OK);
	assert_int_equal(state_put_u64(&lines, "n", UINT64_MAX, &err), ST_OK);
	assert_int_equal(state_put_i64(&lines, "t", -5, &err), ST_OK);
	assert_int_equal(state_put(&lines, "bad", STR("a\nb"), &err), ST_USAGE);
	assert_int_equal(state_save(dir, buf_str(&lines), (struct str){ caller, sizeof(caller) }, &err), ST_OK);
	assert_int_equal(state_load(dir, &a, &b, &err), ST_OK);
	assert_true(str_eq(buf_str(&a), buf_str(&lines)));
	assert_int_equal(b.n, sizeof(caller));
	assert_memory_equal(b.p, caller, sizeof(caller));
	state_read(&r, buf_str(&a), &err);
	assert_true(str_is(state_next(&r), "name"));
	v = state_get(&r, "name");
	assert_true(str_is(state_word(&v), "x"));
	assert_true(str_is(state_word(&v), "y"));
	assert_int_equal(v.n, 0);
	assert_true(str_is(state_get(&r, "empty"), ""));
	assert_true(state_get_u64(&r, "n") == UINT64_MAX);
	assert_int_equal(state_get_i64(&r, "t"), -5);
	assert_int_equal(state_done(&r), ST_OK);
	state_read(&r, buf_str(&a), &err);
	(void)state_get(&r, "other");
	assert_int_equal(state_done(&r), ST_CORRUPT);
	state_read(&r, buf_str(&a), &err);
	(void)state_get(&r, "name");
	assert_int_equal(state_done(&r), ST_CORRUPT);	/* lines are left */
	buf_free(&lines);
	buf_free(&a);
	buf_free(&b);
}

static void
test_damage(void **state)
{
	struct buf whole, a, b;
	size_t i;

	(void)state;
	buf_init(&whole, 4096);
	buf_init(&a, 4096);
	buf_init(&b, 4096);
	assert_int_equal(state_save(dir, STR("k v\n"), STR("caller"), &err), ST_OK);
	assert_int_equal(fs_load(dir, "state", 4096, &whole, &err), ST_OK);
	for (i = 0; i < whole.n * 8; i++) {
		whole.p[i / 8] ^= (char)(1 << i % 8);
		assert_int_equal(fs_replace(dir, "state", whole.p, whole.n, &err), ST_OK);
		assert_int_equal(state_load(dir, &a, &b, &err), ST_CORRUPT);
		whole.p[i / 8] ^= (char)(1 << i % 8);
	}
	for (i = 0; i < whole.n; i++) {
		assert_int_equal(fs_replace(dir, "state", whole.p, i, &err), ST_OK);
		assert_int_equal(state_load(dir, &a, &b, &err), ST_CORRUPT);
	}
	assert_int_equal(a.n + b.n, 0);
	buf_free(&whole);
	buf_free(&a);
	buf_free(&b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_round), cmocka_unit_test(test_damage) };
	int rc;

	if (mkdtemp(place) == NULL || fs_dir_open(place, false, &dir, &err) != ST_OK)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	fs_drop(&dir);
	return fs_remove_tree(AT_FDCWD, place, &err) != ST_OK || rc != 0;
}
