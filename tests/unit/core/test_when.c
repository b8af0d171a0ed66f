/* test_when.c: calendar against the C library's, zones with their gaps and folds, what is no time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "core/when.h"

static void
utc_text(void **state)
{
	static const struct { int64_t ms; const char *want; } cases[] = {
		{ 0, "1970-01-01T00:00:00.000Z" }, { -1, "1969-12-31T23:59:59.999Z" }, { 951782400000, "2000-02-29T00:00:00.000Z" },
		{ 951868799999, "2000-02-29T23:59:59.999Z" }, { 951868800000, "2000-03-01T00:00:00.000Z" },
		{ 253402300799999, "9999-12-31T23:59:59.999Z" }, { 253402300800000, "" },
		{ -62167219200000, "0000-01-01T00:00:00.000Z" }, { -62167219200001, "" }, { WHEN_UNKNOWN, "" }, { INT64_MAX, "" },
		{ -2208988800000, "1900-01-01T00:00:00.000Z" }, { -2203891200001, "1900-02-28T23:59:59.999Z" },
		{ -2203891200000, "1900-03-01T00:00:00.000Z" }, { 4102444800000, "2100-01-01T00:00:00.000Z" },
	};
	char text[WHEN_UTC_LEN + 1], seconds[21];
	int64_t back;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		when_utc(cases[i].ms, text);
		assert_string_equal(text, cases[i].want);
		when_utc_s(cases[i].ms, seconds);
		if (text[0] == '\0') {
			assert_string_equal(seconds, "");
			continue;
		}
		assert_int_equal(strlen(seconds), 20);
		assert_memory_equal(seconds, text, 19);
		assert_int_equal(seconds[19], 'Z');
		assert_int_equal(when_parse_utc(str_of(text), &back, NULL), ST_OK);
		assert_true(back == cases[i].ms);
	}
}

/* Every day of 800 years and one instant in it, against gmtime_r. */
static void
same_as_library(void **state)
{
	char text[WHEN_UTC_LEN + 1], want[64];
	int64_t day, s;
	struct tm tm;
	time_t t;

	(void)state;
	for (day = -200000; day < 100000; day++) {
		s = day * 86400 + (day * 7919 % 86400 + 86400) % 86400;
		t = (time_t)s;
		assert_non_null(gmtime_r(&t, &tm));
		(void)strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S.000Z", &tm);
		when_utc(s * 1000, text);
		assert_string_equal(text, want);
		assert_true(when_day_utc(s * 1000) == day * 86400000);
	}
}

static void
utc_only(void **state)
{
	static const char *const bad[] = {
		"", "2026-11-22", "2026-11-22T02:00:00", "2026-11-22T02:00:00z", "2026-11-22t02:00:00Z", "2026-11-22 02:00:00Z",
		"2026-11-22T02:00:00.1Z", "2026-11-22T02:00:00.1234Z", "2026-11-22T02:00:00.Z", "2026-11-22T02:00Z",
		"2026-11-22T02:00:00+00:00", "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-04-31T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T23:60:00Z",
		"2026-11-22T23:59:60Z", "2026-11-22T02:00:00Zx", " 2026-11-22T02:00:00Z", "+026-11-22T02:00:00Z",
		"20261-11-22T02:00:00Z", "2026-1-22T02:00:00Z", "2026-11-22T02:00:00.000", "1900-02-29T00:00:00Z",
	};
	struct err err;
	int64_t ms = 42;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(when_parse_utc(str_of(bad[i]), &ms, &err), ST_INPUT);
		assert_true(ms == 42);
	}
	assert_int_equal(when_parse_utc(STR_NONE, &ms, &err), ST_INPUT);
	assert_int_equal(when_parse_utc(STR("2024-02-29T23:59:59Z"), &ms, &err), ST_OK);
	assert_true(ms == 1709251199000);
}

static void
zones(void **state)
{
	static const char *const bad[] = {
		"", "Asia/Shanghia", "../../etc/passwd", "/etc/localtime", ":UTC", "Asia", "CST-8", "zone.tab", "Asia/Shanghai ", "-1",
	};
	struct err err;
	size_t i;

	(void)state;
	assert_string_equal(when_zone_name(), "UTC");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(when_zone(bad[i], &err), ST_USAGE);
		assert_non_null(strstr(err.text, bad[i]));
		assert_string_equal(when_zone_name(), "UTC");
	}
	assert_int_equal(when_zone("Asia/Shanghai", &err), ST_OK);
	assert_string_equal(when_zone_name(), "Asia/Shanghai");
	assert_int_equal(setenv("TZDIR", "/nonexistent", 1), 0);
	assert_int_equal(when_zone("Europe/Berlin", &err), ST_USAGE);
	assert_int_equal(when_zone("UTC", &err), ST_OK);	/* needs no database */
	assert_int_equal(unsetenv("TZDIR"), 0);
}

static void
local_text(void **state)
{
	static const struct { const char *zone; int64_t ms; const char *want, *month; } cases[] = {
		{ "Asia/Shanghai", 1795312800123, "2026-11-22T10:00:00.123+08:00", "2026-11" },
		{ "Asia/Shanghai", 1798732800000, "2027-01-01T00:00:00.000+08:00", "2027-01" },
		{ "Asia/Shanghai", -2208988800000, "1900-01-01T08:05:00.000+08:05", "1900-01" },	/* +08:05:43 in truth */
		{ "America/St_Johns", 0, "1969-12-31T20:30:00.000-03:30", "1969-12" },
		{ "UTC", 253402300799999, "9999-12-31T23:59:59.999+00:00", "9999-12" },
		{ "Asia/Shanghai", 253402300799999, "", "" },
		{ "UTC", WHEN_UNKNOWN, "", "" },
	};
	char text[30], month[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(when_zone(cases[i].zone, NULL), ST_OK);
		when_local(cases[i].ms, text);
		assert_string_equal(text, cases[i].want);
		when_local_month(cases[i].ms, month);
		assert_string_equal(month, cases[i].month);
	}
}

/* What is read, as UTC; want NULL: refused with both offsets. */
static const struct { const char *zone, *in, *want, *one, *two; } parses[] = {
	{ "UTC", "2026-11-22", "2026-11-22T00:00:00.000Z", NULL, NULL },
	{ "UTC", "2026-11-22T10:00:00+08:00", "2026-11-22T02:00:00.000Z", NULL, NULL },
	{ "UTC", "2026-11-22t10:00:00.5-03:30", "2026-11-22T13:30:00.500Z", NULL, NULL },
	{ "UTC", "2026-11-22 10:00:00.123456789Z", "2026-11-22T10:00:00.123Z", NULL, NULL },
	{ "UTC", "2024-02-29", "2024-02-29T00:00:00.000Z", NULL, NULL },
	{ "UTC", "9999-12-31T23:59:59.999", "9999-12-31T23:59:59.999Z", NULL, NULL },
	{ "UTC", "0000-01-01", "0000-01-01T00:00:00.000Z", NULL, NULL },
	{ "Asia/Shanghai", "2026-11-22", "2026-11-21T16:00:00.000Z", NULL, NULL },
	{ "Asia/Shanghai", "2026-11-22 10:00", "2026-11-22T02:00:00.000Z", NULL, NULL },
	{ "Asia/Shanghai", "2026-11-22T10:00:00", "2026-11-22T02:00:00.000Z", NULL, NULL },
	{ "Asia/Shanghai", "2026-11-22T10:00:00Z", "2026-11-22T10:00:00.000Z", NULL, NULL },
	{ "Asia/Shanghai", "1988-07-01", "1988-06-30T15:00:00.000Z", NULL, NULL },	/* summer time of 1986 to 1991 */
	/* Europe/Berlin 2026: forward on March 29 at 02:00, back on October 25 at 03:00 */
	{ "Europe/Berlin", "2026-03-29 01:59:59", "2026-03-29T00:59:59.000Z", NULL, NULL },
	{ "Europe/Berlin", "2026-03-29 02:00", NULL, "+01:00", "+02:00" },
	{ "Europe/Berlin", "2026-03-29 02:30", NULL, "+01:00", "+02:00" },
	{ "Europe/Berlin", "2026-03-29 02:59:59.999", NULL, "+01:00", "+02:00" },
	{ "Europe/Berlin", "2026-03-29 03:00", "2026-03-29T01:00:00.000Z", NULL, NULL },
	{ "Europe/Berlin", "2026-10-25 01:59:59", "2026-10-24T23:59:59.000Z", NULL, NULL },
	{ "Europe/Berlin", "2026-10-25 02:00", NULL, "+02:00", "+01:00" },
	{ "Europe/Berlin", "2026-10-25 02:59:59", NULL, "+02:00", "+01:00" },
	{ "Europe/Berlin", "2026-10-25 02:30+01:00", "2026-10-25T01:30:00.000Z", NULL, NULL },
	{ "Europe/Berlin", "2026-10-25 03:00", "2026-10-25T02:00:00.000Z", NULL, NULL },
	{ "Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00.000Z", NULL, NULL },
	{ "Europe/Berlin", "2026-10-26", "2026-10-25T23:00:00.000Z", NULL, NULL },
	{ "Europe/Berlin", "9999-07-01 12:00", "9999-07-01T10:00:00.000Z", NULL, NULL },
	/* half an hour */
	{ "Australia/Lord_Howe", "2026-10-04 02:15", NULL, "+10:30", "+11:00" },
	{ "Australia/Lord_Howe", "2026-04-05 01:45", NULL, "+11:00", "+10:30" },
	{ "Australia/Lord_Howe", "2026-04-05 01:29", "2026-04-04T14:29:00.000Z", NULL, NULL },
	/* midnight skipped, midnight twice, a day skipped */
	{ "America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00.000Z", NULL, NULL },
	{ "America/Sao_Paulo", "2018-11-04 00:00", NULL, "-03:00", "-02:00" },
	{ "America/Havana", "2018-11-04", "2018-11-04T04:00:00.000Z", NULL, NULL },
	{ "America/Havana", "2018-11-04 00:00", NULL, "-04:00", "-05:00" },
	{ "Pacific/Apia", "2011-12-29", "2011-12-29T10:00:00.000Z", NULL, NULL },
	{ "Pacific/Apia", "2011-12-30", NULL, "-10:00", "+14:00" },
	{ "Pacific/Apia", "2011-12-30 12:00", NULL, "-10:00", "+14:00" },
	{ "Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00.000Z", NULL, NULL },
};

static void
parse_table(void **state)
{
	char text[WHEN_UTC_LEN + 1];
	struct err err;
	int64_t ms;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(parses) / sizeof(parses[0]); i++) {
		assert_int_equal(when_zone(parses[i].zone, NULL), ST_OK);
		ms = 42;
		err_init(&err);
		if (parses[i].want != NULL) {
			assert_int_equal(when_parse(str_of(parses[i].in), &ms, &err), ST_OK);
			when_utc(ms, text);
			assert_string_equal(text, parses[i].want);
			continue;
		}
		if (when_parse(str_of(parses[i].in), &ms, &err) != ST_USAGE)
			fail_msg("%s in %s was taken", parses[i].in, parses[i].zone);
		assert_true(ms == 42);
		assert_non_null(strstr(err.text, parses[i].in));
		assert_non_null(strstr(err.text, parses[i].zone));
		assert_non_null(strstr(err.text, parses[i].one));
		assert_non_null(strstr(err.text, parses[i].two));
		assert_true(strstr(err.text, parses[i].one) < strstr(err.text, parses[i].two));
	}
}

static void
parse_refuses(void **state)
{
	static const char *const bad[] = {
		"", "yesterday", "2026", "2026-11", "2026-11-22T", "2026-11-22T10", "2026-11-22T10:0", "2026-11-22T10:00:0",
		"2026-11-22T10:00:00.", "2026-11-22T10:00:00.1234567890", "2026-11-22T10:00:00+8", "2026-11-22T10:00:00+0800",
		"2026-11-22T10:00:00+24:00", "2026-11-22T10:00:00+08:60", "2026-11-22T10:00:00Z ", "2026-02-30", "2026/11/22",
		"22.11.2026", "2026-11-22T24:00:00", "2026-11-22T10:60", "2026-11-22T10:00:60", "-026-11-22", "2026-11-22Z",
	};
	struct err err;
	int64_t ms = 42;
	size_t i;

	(void)state;
	assert_int_equal(when_zone("Asia/Shanghai", NULL), ST_OK);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(when_parse(str_of(bad[i]), &ms, &err), ST_USAGE);
		assert_true(ms == 42);
		assert_true(err.next[0] != '\0');
	}
	assert_int_equal(when_parse(STR_NONE, &ms, &err), ST_USAGE);
	assert_int_equal(when_parse(STR("2026-11-22\0"), &ms, &err), ST_USAGE);
}

/* Whatever instant is shown locally is read back as itself, unless its local time exists twice. */
static void
local_round_trip(void **state)
{
	static const char *const names[] = { "Europe/Berlin", "Asia/Shanghai", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia" };
	int64_t ms, back;
	enum status st;
	char text[30];
	size_t i, refused;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(when_zone(names[i], NULL), ST_OK);
		refused = 0;
		for (ms = 1262304000000; ms < 1893456000000; ms += 5400000 * 7 + 60000) {
			when_local(ms, text);
			assert_int_equal(when_parse(str_of(text), &back, NULL), ST_OK);	/* with its offset */
			assert_true(back == ms);
			st = when_parse((struct str){ text, 23 }, &back, NULL);
			if (st == ST_USAGE)
				refused++;
			else
				assert_true(st == ST_OK && back == ms);
		}
		assert_true(refused < 20);
	}
}

static void
clocks(void **state)
{
	const int64_t real = (int64_t)time(NULL) * 1000;
	int64_t begin;

	(void)state;
	assert_true(when_now_ms() > real - 5000 && when_now_ms() < real + 60000);
	when_test_clock(12345);
	assert_true(when_now_ms() == 12345);
	begin = when_mono_ms();	/* not the test clock */
	assert_false(when_sleep_ms(150));
	assert_true(when_mono_ms() - begin >= 150);
	assert_true(when_now_ms() == 12345);
	when_test_clock(WHEN_UNKNOWN);
	assert_true(when_now_ms() >= real - 5000);
	assert_false(when_sleep_ms(0));
	assert_false(when_sleep_ms(-5));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(utc_text), cmocka_unit_test(same_as_library), cmocka_unit_test(utc_only),
		cmocka_unit_test(zones), cmocka_unit_test(local_text), cmocka_unit_test(parse_table),
		cmocka_unit_test(parse_refuses), cmocka_unit_test(local_round_trip), cmocka_unit_test(clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
