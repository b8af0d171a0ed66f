/* test_parts.c: the small parts: placeholders, the sliding minute, the set of ids, paging rules. */
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
#include "core/limits.h"
#include "exporters/budget.h"
#include "exporters/fill.h"
#include "exporters/idset.h"
#include "exporters/pager.h"

static void
test_fill(void **state)
{
	static const struct var v[] = { { "id", STR("a&b 张/\"") }, { "n", STR("12") }, { "empty", STR("") } };
	static const struct { const char *body, *want; } cases[] = {
		{ "{}", "{}" },
		{ "{\"a\":\"{id}\",\"b\":\"{n:number}\"}", "{\"a\":\"a&b 张/\\\"\",\"b\":12}" },
		{ "{\"a\":\"{none}\",\"b\":[1,\"{none}\",{\"c\":\"{n}\"}],\"d\":\"{none:number}\"}", "{\"b\":[1,{\"c\":\"12\"}]}" },
		{ "{\"a\":\"{empty}\",\"x\":\"\\u007bid}\",\"t\":true,\"z\":null}", "{\"a\":\"\",\"x\":\"\\u007bid}\",\"t\":true,\"z\":null}" },
		{ "{\"a\":\"{none}\",\"l\":[]}", "{\"l\":[]}" },
	};
	struct vars vars = { v, 3 };
	struct pair p[] = { { "id", "x{id}" }, { "gone", "{none}" }, { "e", "{empty}" } };
	struct pairs pairs = { p, 3 };
	struct buf b;
	size_t i;

	(void)state;
	buf_init(&b, 4096);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_clear(&b);
		assert_int_equal(fill_body(cases[i].body, &vars, &b, NULL), ST_OK);
		if (!str_is(buf_str(&b), cases[i].want))
			fail_msg("%.*s, not %s", STR_ARG(buf_str(&b)), cases[i].want);
	}
	assert_int_equal(fill_body("{\"a\":\"{id:number}\"}", &vars, &b, NULL), ST_USAGE);
	buf_clear(&b);
	assert_int_equal(fill_path("/p/{n}", &vars, &b, NULL), ST_OK);
	assert_int_equal(fill_query(&pairs, &vars, &b, NULL), ST_OK);
	assert_true(str_is(buf_str(&b), "/p/12?id=xa%26b%20%E5%BC%A0%2F%22&e="));
	assert_int_equal(fill_path("/p/{none}", &vars, &b, NULL), ST_USAGE);
	buf_free(&b);
}

/* No span of sixty seconds holds more than the limit, whenever one asks. */
static void
test_budget(void **state)
{
	int64_t taken[4000], now = 17, wait;
	struct budget b;
	size_t n = 0, i, k;

	(void)state;
	budget_init(&b, 100);
	while (n < 1000) {
		wait = budget_take(&b, now);
		if (wait == 0)
			taken[n++] = now;
		now += wait > 0 ? wait : (int64_t)(n * 7 % 90);
	}
	for (i = 0; i < n; i++) {
		for (k = i; k < n && taken[k] - taken[i] < 60000; k++)
			;
		assert_true(k - i <= 100);
	}
	assert_true(now < 1100 * 1000);		/* and it is not much slower than need be */
	budget_slow(&b);
	assert_int_equal(b.per_minute, 50);
	budget_init(&b, 0);
	assert_int_equal(budget_take(&b, 0), 0);
	budget_init_local(&b, 2);
	assert_int_equal(budget_take(&b, 0), 0);
	budget_slow(&b);
	assert_int_equal(budget_take(&b, 0), 0);
	assert_int_equal(budget_take(&b, 0), 0);
	assert_true(budget_take(&b, 0) > 0);
	budget_init(&b, 1);
	budget_slow(&b);
	assert_int_equal(b.per_minute, 1);
}

static void
test_idset(void **state)
{
	char dir[] = "/tmp/custody-test-XXXXXX", id[24];
	struct idset set;
	struct buf b;
	uint64_t at = 0, cut = 0;
	bool fresh;
	unsigned i;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	assert_true((fd = open(dir, O_RDONLY | O_DIRECTORY)) >= 0);
	buf_init(&b, IDSET_ID_MAX);
	assert_int_equal(idset_open(&set, fd, "ids", 0, NULL), ST_OK);
	for (i = 0; i < 30000; i++) {
		(void)snprintf(id, sizeof(id), "id-%u", i % 20000);
		assert_int_equal(idset_add(&set, str_of(id), &fresh, NULL), ST_OK);
		assert_int_equal(fresh, i < 20000);
		if (i == 999)
			cut = set.length;
	}
	assert_int_equal(set.n, 20000);
	for (i = 0; idset_read(&set, &at, &b, NULL) == ST_OK; i++) {
		(void)snprintf(id, sizeof(id), "id-%u", i);
		assert_true(str_is(buf_str(&b), id));
	}
	assert_int_equal(i, 20000);
	assert_int_equal(idset_sync(&set, NULL), ST_OK);
	idset_close(&set);
	assert_int_equal(idset_open(&set, fd, "ids", cut, NULL), ST_OK);	/* what came after the commit is gone */
	assert_int_equal(set.n, 1000);
	assert_true(idset_has(&set, STR("id-999")) && !idset_has(&set, STR("id-1000")) && !idset_has(&set, STR("")));
	idset_close(&set);
	assert_int_equal(idset_open(&set, fd, "ids", cut + 1, NULL), ST_CORRUPT);	/* shorter than the commit says */
	assert_int_equal(idset_open(&set, fd, "ids", cut - 1, NULL), ST_CORRUPT);	/* cut in an entry */
	assert_int_equal(fs_unlink(fd, "ids", NULL), ST_OK);
	(void)close(fd);
	assert_int_equal(rmdir(dir), 0);
	buf_free(&b);
}

static void
test_pager(void **state)
{
	static const struct paging cursor = { .style = PAGING_CURSOR, .next = "c" }, more = { .style = PAGING_CURSOR, .next = "c", .more = "m" },
		last = { .style = PAGING_CURSOR, .next = "c", .more = "l", .more_means_end = true }, offset = { .style = PAGING_OFFSET, .first = "0" },
		none = { .style = PAGING_NONE };
	static const struct { const struct paging *style; const char *text; size_t n_items; enum pager_step want; const char *at; } cases[] = {
		{ &none, "{\"c\":\"x\"}", 3, PAGER_LAST, NULL },
		{ &cursor, "{\"c\":\"x\"}", 0, PAGER_NEXT, "x" }, { &cursor, "{\"c\":\"\"}", 5, PAGER_LAST, NULL }, { &cursor, "{}", 5, PAGER_LAST, NULL },
		{ &cursor, "{\"c\":null}", 5, PAGER_LAST, NULL }, { &cursor, "{\"c\":7}", 5, PAGER_NEXT, "7" },
		{ &more, "{\"m\":true,\"c\":\"x\"}", 0, PAGER_NEXT, "x" }, { &more, "{\"m\":1,\"c\":\"x\"}", 0, PAGER_NEXT, "x" },
		{ &more, "{\"m\":0,\"c\":\"x\"}", 9, PAGER_LAST, NULL }, { &more, "{\"m\":false,\"c\":\"x\"}", 9, PAGER_LAST, NULL },
		{ &more, "{\"c\":\"x\"}", 9, PAGER_LAST, NULL }, { &more, "{\"m\":true}", 9, PAGER_AGAIN, NULL }, { &more, "{\"m\":true,\"c\":\"\"}", 9, PAGER_AGAIN, NULL },
		{ &last, "{\"l\":false,\"c\":\"x\"}", 0, PAGER_NEXT, "x" }, { &last, "{\"l\":true,\"c\":\"x\"}", 0, PAGER_LAST, NULL },
		{ &last, "{\"l\":1,\"c\":\"x\"}", 0, PAGER_LAST, NULL },
		{ &offset, "{}", 10, PAGER_NEXT, "10" }, { &offset, "{}", 0, PAGER_LAST, NULL },
	};
	struct json_node *t;
	struct arena a;
	struct pager p;
	enum pager_step step;
	size_t i, n;

	(void)state;
	arena_init(&a, LIMIT_ARENA);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pager_init(&p);
		assert_int_equal(pager_begin(&p, cases[i].style, NULL), ST_OK);
		assert_int_equal(json_tape(str_of(cases[i].text), &a, &t, &n, NULL), ST_OK);
		assert_int_equal(pager_judge(&p, t, cases[i].n_items, &a, &step, NULL), ST_OK);
		if (step != cases[i].want)
			fail_msg("%s: step %d", cases[i].text, (int)step);
		assert_true(cases[i].at == NULL || str_is(buf_str(&p.cursor), cases[i].at));
		pager_free(&p);
	}
	/* Round and round: a, b, a is noticed, and in the end refused. */
	pager_init(&p);
	assert_int_equal(pager_begin(&p, &cursor, NULL), ST_OK);
	assert_int_equal(json_tape(STR("{\"c\":\"a\"}"), &a, &t, &n, NULL), ST_OK);
	assert_int_equal(pager_judge(&p, t, 1, &a, &step, NULL), ST_OK);
	assert_int_equal(json_tape(STR("{\"c\":\"b\"}"), &a, &t, &n, NULL), ST_OK);
	assert_int_equal(pager_judge(&p, t, 1, &a, &step, NULL), ST_OK);
	assert_int_equal(json_tape(STR("{\"c\":\"a\"}"), &a, &t, &n, NULL), ST_OK);
	for (i = 0; i < PAGER_ASK_AGAIN; i++) {
		assert_int_equal(pager_judge(&p, t, 1, &a, &step, NULL), ST_OK);
		assert_int_equal(step, PAGER_AGAIN);
	}
	assert_int_equal(pager_judge(&p, t, 1, &a, &step, NULL), ST_REMOTE);
	pager_free(&p);
	/* A platform that does not look at the offset never gives an empty page. */
	pager_init(&p);
	assert_int_equal(pager_begin(&p, &offset, NULL), ST_OK);
	for (i = 0; i < PAGER_PAGES_MAX; i++)
		assert_int_equal(pager_judge(&p, t, 1, &a, &step, NULL), ST_OK);
	assert_int_equal(pager_judge(&p, t, 1, &a, &step, NULL), ST_REMOTE);
	assert_int_equal(pager_begin(&p, &offset, NULL), ST_OK);
	assert_int_equal(pager_judge(&p, t, 1, &a, &step, NULL), ST_OK);
	pager_free(&p);
	arena_free(&a);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill), cmocka_unit_test(test_budget), cmocka_unit_test(test_idset), cmocka_unit_test(test_pager),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
