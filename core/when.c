/*
 * when.c: clocks, zones and waits; writing of times.  Reading of times is in when_parse.c.
 *
 * The calendar is our own arithmetic (proleptic Gregorian, years 0000 to 9999); the C library is asked for one thing
 * only, the offset of the zone at an instant.
 */
#include "core/when.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>

#include "core/i18n.h"
#include "core/stop.h"
#include "core/when_civil.h"

#define ZONE_SIZE	128
#define ZONEINFO	"/usr/share/zoneinfo"	/* tzset(3) */
#define SLICE_MS	100	/* a signal may be delivered to another thread: look this often */

static atomic_llong test_clock = WHEN_UNKNOWN;
static char zone[ZONE_SIZE];
static pthread_once_t zone_once = PTHREAD_ONCE_INIT;

static int64_t
clock_ms(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts) != 0)
		return 0;
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
when_now_ms(void)
{
	int64_t fixed = atomic_load(&test_clock);

	return fixed != WHEN_UNKNOWN ? fixed : clock_ms(CLOCK_REALTIME);
}

int64_t
when_mono_ms(void)
{
	return clock_ms(CLOCK_MONOTONIC);
}

void
when_test_clock(int64_t ms)
{
	atomic_store(&test_clock, ms);
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0 ? 1 : 0);
}

/* Days since 1970-01-01.  Years are counted from March, so that the leap day is the last of its year. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year;
	int64_t m = month <= 2 ? month + 9 : month - 3;

	return y * 365 + floor_div(y, 4) - floor_div(y, 100) + floor_div(y, 400) + (m * 153 + 2) / 5 + day - 1 - 719468;
}

int64_t
when_civil_to_s(const struct when_civil *c)
{
	return days_of(c->year, c->month, c->day) * 86400 + c->hour * 3600 + c->minute * 60 + c->second;
}

bool
when_civil_of(int64_t ms, struct when_civil *c)
{
	int64_t days, rest, z, era, day, year, month;

	if (ms < WHEN_CIVIL_MIN || ms > WHEN_CIVIL_MAX)
		return false;
	days = floor_div(ms, 86400000);
	rest = ms - days * 86400000;
	/* The reverse of days_of: in eras of 400 years, whose leap days are taken out before dividing by 365. */
	z = days + 719468;
	era = floor_div(z, 146097);
	day = z - era * 146097;
	year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
	day -= year * 365 + year / 4 - year / 100;
	month = (day * 5 + 2) / 153;			/* 0 is March */
	c->day = (int)(day - (month * 153 + 2) / 5) + 1;
	c->month = (int)(month < 10 ? month + 3 : month - 9);
	c->year = (int)(year + era * 400) + (c->month <= 2 ? 1 : 0);
	c->hour = (int)(rest / 3600000);
	c->minute = (int)(rest / 60000 % 60);
	c->second = (int)(rest / 1000 % 60);
	c->ms = (int)(rest % 1000);
	return true;
}

int64_t
when_day_utc(int64_t ms)
{
	return ms == WHEN_UNKNOWN || ms < INT64_MIN + 86400000 ? WHEN_UNKNOWN : floor_div(ms, 86400000) * 86400000;
}

static void
digits(char *to, unsigned v, unsigned n)
{
	while (n-- > 0) {
		to[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

/* By hand: a record holds two or three of these, and printf was a twentieth of an export. */
static void
stamp(const struct when_civil *c, char out[WHEN_UTC_LEN + 1])
{
	memcpy(out, "0000-00-00T00:00:00.000Z", WHEN_UTC_LEN + 1);
	digits(out, (unsigned)c->year, 4);
	digits(out + 5, (unsigned)c->month, 2);
	digits(out + 8, (unsigned)c->day, 2);
	digits(out + 11, (unsigned)c->hour, 2);
	digits(out + 14, (unsigned)c->minute, 2);
	digits(out + 17, (unsigned)c->second, 2);
	digits(out + 20, (unsigned)c->ms, 3);
}

void
when_utc(int64_t ms, char out[WHEN_UTC_LEN + 1])
{
	struct when_civil c;

	out[0] = '\0';
	if (when_civil_of(ms, &c))
		stamp(&c, out);
}

void
when_utc_s(int64_t ms, char out[21])
{
	char text[WHEN_UTC_LEN + 1];

	when_utc(ms, text);
	if (text[0] != '\0')
		memcpy(text + 19, "Z", 2);
	memcpy(out, text, 21);
}

/* Names of the tz database and nothing else: no path of our own choice, no POSIX rule, no ":file". */
static bool
zone_name_ok(const char *name)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
	size_t n = strlen(name);

	return n > 0 && n < ZONE_SIZE && strspn(name, letters) == n && name[0] != '/' && name[0] != '-' && name[0] != '+';
}

/* The C library takes an unknown name for UTC without a word, so look for the file it would read. */
static bool
zone_file_is_there(const char *name)
{
	const char *dir = getenv("TZDIR");
	char path[4096], magic[4] = "";
	struct stat sb;
	bool there;
	FILE *f;
	int n;

	n = snprintf(path, sizeof(path), "%s/%s", dir != NULL && dir[0] != '\0' ? dir : ZONEINFO, name);
	if (n < 0 || (size_t)n >= sizeof(path) || stat(path, &sb) != 0 || !S_ISREG(sb.st_mode) || (f = fopen(path, "re")) == NULL)
		return false;
	there = fread(magic, 1, sizeof(magic), f) == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;	/* RFC 8536 3.1 */
	return fclose(f) == 0 && there;
}

static void
zone_default(void)
{
	if (zone[0] == '\0' && setenv("TZ", "UTC0", 1) == 0) {
		tzset();
		memcpy(zone, "UTC", sizeof("UTC"));
	}
}

enum status
when_zone(const char *name, struct err *err)
{
	const bool utc = strcmp(name, "UTC") == 0;	/* needs no database */

	if (!utc && (!zone_name_ok(name) || !zone_file_is_there(name))) {
		(void)err_set(err, ST_USAGE, _("unknown time zone \"%s\""), name);
		(void)err_next(err, _("use a name of the tz database such as Asia/Shanghai; the package tzdata must be installed"));
		return ST_USAGE;
	}
	if (setenv("TZ", utc ? "UTC0" : name, 1) != 0)
		return err_oom(err, ZONE_SIZE);
	tzset();
	memcpy(zone, name, strlen(name) + 1);
	return ST_OK;
}

const char *
when_zone_name(void)
{
	(void)pthread_once(&zone_once, zone_default);
	return zone;
}

int64_t
when_offset_s(int64_t utc_s)
{
	time_t t = (time_t)utc_s;
	struct tm tm;

	(void)pthread_once(&zone_once, zone_default);
	return localtime_r(&t, &tm) == NULL ? 0 : tm.tm_gmtoff;
}

/* Fields and offset in minutes at ${ms}: RFC 3339 has no seconds there, and local mean times before 1901 do. */
static bool
local_of(int64_t ms, struct when_civil *c, int *offset_min)
{
	if (ms < WHEN_CIVIL_MIN || ms > WHEN_CIVIL_MAX)
		return false;
	*offset_min = (int)(when_offset_s(floor_div(ms, 1000)) / 60);
	return when_civil_of(ms + (int64_t)*offset_min * 60000, c);
}

void
when_offset_text(int offset_min, char out[7])
{
	const unsigned minutes = (unsigned)abs(offset_min);

	(void)snprintf(out, 7, "%c%02u:%02u", offset_min < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
}

void
when_local(int64_t ms, char out[30])
{
	struct when_civil c;
	char offset[7];
	int offset_min;

	out[0] = '\0';
	if (!local_of(ms, &c, &offset_min))
		return;
	when_offset_text(offset_min, offset);
	(void)snprintf(out, 30, "%04u-%02u-%02uT%02u:%02u:%02u.%03u%s", (unsigned)c.year % 10000, (unsigned)c.month % 100,
	    (unsigned)c.day % 100, (unsigned)c.hour % 100, (unsigned)c.minute % 100, (unsigned)c.second % 100,
	    (unsigned)c.ms % 1000, offset);
}

void
when_local_month(int64_t ms, char out[8])
{
	struct when_civil c;
	int offset_min;

	out[0] = '\0';
	if (local_of(ms, &c, &offset_min))
		(void)snprintf(out, 8, "%04u-%02u", (unsigned)c.year % 10000, (unsigned)c.month % 100);
}

bool
when_sleep_ms(int64_t ms)
{
	int64_t end = when_mono_ms(), left;
	struct timespec ts = { 0, 0 };

	if (ms > 0 && __builtin_add_overflow(end, ms, &end))
		end = INT64_MAX;
	for (;;) {
		if (stop_signal() != 0)
			return true;
		left = end - when_mono_ms();
		if (left <= 0)
			return false;
		ts.tv_nsec = (long)(left < SLICE_MS ? left : SLICE_MS) * 1000000;
		(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);	/* cut short or not: the loop looks again */
	}
}
