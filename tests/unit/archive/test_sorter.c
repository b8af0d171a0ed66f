/* test_sorter.c: order, in memory and over runs in a file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "archive/sorter.h"

static void
sort_n(size_t n, size_t filler, size_t memory)
{
	struct sorter *s;
	struct err err;
	struct str item;
	char text[4096], last[32] = "";
	size_t i, got = 0;

	assert_int_equal(sorter_open(&s, memory, &err), ST_OK);
	memset(text, 'x', sizeof(text));
	for (i = 0; i < n; i++) {
		char number[24];

		/* every number below n once: 7919 is prime and larger than any factor used */
		(void)snprintf(number, sizeof(number), "%08zu", i * 7919 % n);
		memcpy(text, number, 8);
		assert_int_equal(sorter_add(s, text, 8 + i % (filler + 1), &err), ST_OK);
	}
	while (sorter_next(s, &item, &err) == ST_OK) {
		char want[24];

		(void)snprintf(want, sizeof(want), "%08zu", got);
		assert_memory_equal(item.p, want, 8);
		assert_true(memcmp(last, item.p, 8) < 0);
		memcpy(last, item.p, 8);
		got++;
	}
	assert_int_equal(got, n);
	assert_int_equal(sorter_next(s, &item, &err), ST_END);
	sorter_close(s);
}

static void
test_order(void **state)
{
	(void)state;
	sort_n(1, 0, 0);
	sort_n(1000, 20, (size_t)1 << 20);
	sort_n(100000, 0, 0);		/* many runs of little items */
	sort_n(5000, 4000, 0);		/* runs of a handful */
}

static void
test_edges(void **state)
{
	static const char *const in[] = { "b", "", "a", "ab", "a", "\xff" }, *const want[] = { "", "a", "a", "ab", "b", "\xff" };
	struct sorter *s;
	struct err err;
	struct str item;
	char *big = malloc(SORTER_ITEM_MAX + 1);
	size_t i;

	(void)state;
	assert_non_null(big);
	memset(big, 'b', SORTER_ITEM_MAX + 1);
	assert_int_equal(sorter_open(&s, 0, &err), ST_OK);
	assert_int_equal(sorter_next(s, &item, &err), ST_END);
	sorter_close(s);
	assert_int_equal(sorter_open(&s, 0, &err), ST_OK);
	for (i = 0; i < 6; i++)
		assert_int_equal(sorter_add(s, in[i], strlen(in[i]), &err), ST_OK);
	for (i = 0; i < 6; i++) {
		assert_int_equal(sorter_next(s, &item, &err), ST_OK);
		assert_true(str_is(item, want[i]));
	}
	sorter_close(s);
	/* At the limit: works, over runs too; one over: ST_LIMIT. */
	assert_int_equal(sorter_open(&s, 0, &err), ST_OK);
	for (i = 0; i < 20; i++)
		assert_int_equal(sorter_add(s, big, SORTER_ITEM_MAX - i, &err), ST_OK);
	assert_int_equal(sorter_add(s, big, SORTER_ITEM_MAX + 1, &err), ST_LIMIT);
	for (i = 20; i-- > 0;) {
		assert_int_equal(sorter_next(s, &item, &err), ST_OK);
		assert_int_equal(item.n, SORTER_ITEM_MAX - i);
	}
	sorter_close(s);
	sorter_close(NULL);
	free(big);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_order), cmocka_unit_test(test_edges) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
