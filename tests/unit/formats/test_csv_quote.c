/* test_csv_quote.c: our quoting against libcsv's, byte for byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include <csv.h>

#include "formats/csv_quote.h"

#define MAX	200u

static void
same(const char *p, size_t n)
{
	char ours[2 * MAX + 3], theirs[2 * MAX + 2];
	size_t got;

	memset(ours, '#', sizeof(ours));
	got = csv_quote(ours, (struct str){ p, n });
	assert_int_equal(got, csv_write2(theirs, sizeof(theirs), p, n, '"'));
	assert_memory_equal(ours, theirs, got);
	assert_int_equal(ours[2 * n + 2], '#');		/* never past the room that was asked for */
}

/* Every place of one quote and of two, in every length around the steps that are taken at a time. */
static void
test_places(void **state)
{
	char text[MAX];
	size_t n, i, k;

	(void)state;
	for (n = 0; n <= 50; n++) {
		memset(text, 'x', sizeof(text));
		same(text, n);
		for (i = 0; i < n; i++)
			for (k = i; k < n; k++) {
				text[i] = text[k] = '"';
				same(text, n);
				text[i] = text[k] = 'x';
			}
		memset(text, '"', sizeof(text));
		same(text, n);
	}
	same("", 0);
}

/* Any bytes, with few quotes and with many; the generator is Knuth's MMIX one. */
static void
test_any_bytes(void **state)
{
	uint64_t x = 7;
	char text[MAX];
	size_t round, i, n;

	(void)state;
	for (round = 0; round < 20000; round++) {
		n = round % (MAX + 1);
		for (i = 0; i < n; i++) {
			x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			text[i] = (x >> 40) % (2 + round % 17) == 0 ? '"' : (char)(x >> 33);
		}
		same(text, n);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_places), cmocka_unit_test(test_any_bytes) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
