/* test_retry.c: entries for the next run: what they hold, and where their number and size end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/fs.h"
#include "exporters/retry.h"

struct rig { char dir[64]; int fd; struct idset set; struct retry r; struct buf out; };

static void
rig_open(struct rig *g, uint64_t bytes_max)
{
	memset(g, 0, sizeof(*g));
	(void)snprintf(g->dir, sizeof(g->dir), "/tmp/custody-retry-XXXXXX");
	assert_non_null(mkdtemp(g->dir));
	g->fd = open(g->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(g->fd >= 0);
	assert_int_equal(idset_open(&g->set, g->fd, "ids", 0, NULL), ST_OK);
	g->r = (struct retry){ &g->set, "run-2", 0, 0, bytes_max };
	buf_init(&g->out, (size_t)16 << 20);
}

static void
rig_close(struct rig *g)
{
	idset_close(&g->set);
	buf_free(&g->out);
	assert_int_equal(fs_unlink(g->fd, "ids", NULL), ST_OK);
	assert_int_equal(close(g->fd), 0);
	assert_int_equal(rmdir(g->dir), 0);
}

static bool
add(struct rig *g, struct str what, const struct retry_gaps *before, uint64_t gap)
{
	bool kept;

	assert_int_equal(retry_add(&g->r, what, before, gap, &kept, NULL), ST_OK);
	return kept;
}

static void
test_entries(void **state)
{
	const struct retry_gaps before = { { STR("run-0"), STR("3") }, { STR("run-1"), STR("4") } };
	static const char want[] = "{\"id\":\"a\",\"first\":[\"run-2\",\"7\"]},{\"id\":\"b\",\"first\":[\"run-0\",\"3\"],\"last\":[\"run-2\",\"8\"]}";
	struct json_node *t;
	struct retry_gaps gaps;
	struct record rec;
	struct arena a;
	struct rig g;
	bool first = true;
	size_t n;

	(void)state;
	arena_init(&a, 1 << 20);
	rig_open(&g, 1 << 20);
	assert_true(add(&g, STR("\"id\":\"a\""), NULL, 7));
	assert_true(add(&g, STR("\"id\":\"b\""), &before, 8));
	assert_int_equal(retry_put(&g.r, &g.out, &first, NULL), ST_OK);
	assert_true(str_is(buf_str(&g.out), want));
	assert_false(first);
	assert_int_equal(json_tape(STR("[{\"first\":[\"r\",\"1\"]},{\"first\":[\"r\",1]},{},{\"first\":[\"r\"]}]"), &a, &t, &n, NULL), ST_OK);
	assert_int_equal(retry_read(t, 1, &a, &gaps, NULL), ST_OK);
	assert_true(str_is(gaps.first.run, "r") && str_is(gaps.last.gap, "1"));
	for (n = t[1].next; n < t[0].next; n = t[n].next)
		assert_int_equal(retry_read(t, n, &a, &gaps, NULL), ST_CORRUPT);
	assert_int_equal(retry_closed("files", STR("x\"y"), &before, &a, &rec, NULL), ST_OK);
	assert_true(str_is(record_get(&rec, "detail"), "{\"of_stream\":\"files\",\"object\":\"x\\\"y\",\"gaps\":[{\"run\":\"run-0\",\"gap\":\"3\"},{\"run\":\"run-1\",\"gap\":\"4\"}]}"));
	rig_close(&g);
	arena_free(&a);
}

static void
test_bounds(void **state)
{
	char what[32], *big;
	struct rig g;
	unsigned i;

	(void)state;
	rig_open(&g, (uint64_t)8 << 20);
	g.r.n_old = 10;		/* those of a run that tries none of them count, too */
	for (i = 0; i < RETRY_MAX - 10; i++) {
		(void)snprintf(what, sizeof(what), "\"id\":\"%u\"", i);
		assert_true(add(&g, str_of(what), NULL, i + 1));
	}
	assert_false(add(&g, STR("\"id\":\"over\""), NULL, i));
	rig_close(&g);

	rig_open(&g, 200);
	assert_true(add(&g, STR("\"id\":\"1\""), NULL, 1));
	for (i = 0; add(&g, STR("\"id\":\"2\""), NULL, 2 + i); i++)
		assert_true(i < 10);
	assert_true(i > 0 && g.set.length <= 200);
	rig_close(&g);

	/* An entry that the list cannot take is no failure. */
	rig_open(&g, (uint64_t)8 << 20);
	assert_non_null(big = malloc(IDSET_ID_MAX * 5));
	memset(big, 'x', IDSET_ID_MAX * 5);
	assert_false(add(&g, (struct str){ big, IDSET_ID_MAX }, NULL, 1));
	assert_false(add(&g, (struct str){ big, IDSET_ID_MAX * 5 }, NULL, 1));
	free(big);
	rig_close(&g);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_entries), cmocka_unit_test(test_bounds) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
