/* test_history.c: what sightings come to: each case is a list of archives, newest first, and how somebody stands in each: letters, several for several versions, - for absent. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "cmd/history_table.h"

#define NOBODY UINT64_MAX

static void
stand(struct record *rec, char how, int64_t ms, char name[2])
{
	name[0] = how;
	name[1] = '\0';
	record_init(rec, REC_USER, "users");
	rec->id = STR("somebody");
	rec->fetched_ms = ms;
	record_set(rec, "name", str_of(name));
	/* The place in a department's list moves with everybody else's. */
	record_set(rec, "departments", ms % 2 == 0 ? STR("[{\"id\":\"1\",\"order\":7,\"is_leader\":true}]") : STR("[{\"is_leader\":true,\"id\":\"1\",\"order\":8}]"));
}

static void
ask(const char *const *archives, uint64_t n, char now, struct history_found *f)
{
	struct history_table t;
	struct record rec;
	char name[2];
	uint64_t i;
	const char *p;
	char made[] = "/tmp/custody-test-XXXXXX";
	int dir;

	assert_non_null(mkdtemp(made));
	assert_true((dir = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) >= 0);
	assert_int_equal(history_table_open(&t, dir, NULL), ST_OK);
	for (i = 0; i < n; i++)
		for (p = archives[i]; *p != '\0' && *p != '-'; p++) {
			stand(&rec, *p, (int64_t)(n - i) * 1000 + (p - archives[i]), name);
			assert_int_equal(history_table_see(&t, &rec, n - i, NULL), ST_OK);
			rec.fetched_ms = WHEN_UNKNOWN; /* does not count */
			record_set(&rec, "name", STR("?"));
			assert_int_equal(history_table_see(&t, &rec, n - i, NULL), ST_OK);
		}
	stand(&rec, now, 1000000, name);
	assert_int_equal(history_table_ask(&t, &rec, f, NULL), ST_OK);
	history_table_close(&t);
	close(dir);
	assert_int_equal(rmdir(made), 0);
}

static void
cases(void **state)
{
	static const struct {
		const char *archives[6];
		char now;
		uint64_t known, same;
		bool changed;
	} c[] = {
		{ { "-", "-" }, 'a', NOBODY, NOBODY, false },
		{ { "a", "a", "a" }, 'a', 1, 1, false },
		{ { "a", "a", "b" }, 'a', 1, 2, true },
		{ { "a", "b", "a" }, 'a', 1, 3, true },
		{ { "b", "a", "a" }, 'a', 1, NOBODY, false },
		{ { "-", "a", "-", "a", "-" }, 'a', 2, 2, false },
		{ { "ab", "a", "b" }, 'a', 1, 2, true },
		{ { "ab", "a", "b" }, 'b', 1, 3, true },
		{ { "ab", "ba", "b" }, 'b', 1, 1, false },
	};
	struct history_found f;
	uint64_t n;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(c) / sizeof(c[0]); i++) {
		for (n = 0; n < 6 && c[i].archives[n] != NULL; n++)
			;
		ask(c[i].archives, n, c[i].now, &f);
		assert_int_equal(f.known_ms == WHEN_UNKNOWN ? NOBODY : f.known, c[i].known);
		assert_int_equal(f.same_ms == WHEN_UNKNOWN ? NOBODY : f.same, c[i].same);
		assert_true(f.changed == c[i].changed);
		assert_true(f.known_ms == WHEN_UNKNOWN || f.known_ms == (int64_t)f.known * 1000);
	}
}

/* The same by counting: any standings in any order. */
static void
any(void **state)
{
	static const char *const ways[] = { "-", "a", "b", "ab", "ba", "c" };
	const char *archives[8];
	struct history_found f;
	uint32_t seed = 7;
	uint64_t i, known, same;
	int round;

	(void)state;
	for (round = 0; round < 300; round++) {
		bool on = true, any_seen = false;

		known = same = NOBODY;
		for (i = 0; i < 8; i++) {
			seed = seed * 1664525u + 1013904223u;
			archives[i] = ways[(seed >> 16) % 6];
			if (archives[i][0] == '-')
				continue;
			known = 8 - i;
			on = on && strchr(archives[i], 'a') != NULL;
			same = on ? 8 - i : same;
			any_seen = true;
		}
		ask(archives, 8, 'a', &f);
		assert_int_equal(f.known_ms == WHEN_UNKNOWN ? NOBODY : f.known, known);
		assert_int_equal(f.same_ms == WHEN_UNKNOWN ? NOBODY : f.same, same);
		assert_true(f.changed == (any_seen && same != NOBODY && same != known));
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(cases), cmocka_unit_test(any) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
