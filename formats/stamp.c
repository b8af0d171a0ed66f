/* stamp.c: when_local and when_utc with a memory: records come nearly in order, so one day answers for thousands. */
#include "formats/stamp.h"

#define DAY_MS		INT64_C(86400000)
#define HOUR_MS		INT64_C(3600000)
/* Days whose neighbours are surely inside the years 0000 to 9999; the others take the slow way. */
#define FAST_MIN	(-719000 * DAY_MS)
#define FAST_MAX	(2932000 * DAY_MS)

void
stamp_init(struct stamp *s)
{
	memset(s, 0, sizeof(*s));
	s->utc.day = s->local.day = s->zone_day = INT64_MIN;
}

static int64_t
day_of(int64_t ms)
{
	return ms / DAY_MS - (ms % DAY_MS < 0 ? 1 : 0);
}

static char *
two(char *p, unsigned v)
{
	p[0] = (char)('0' + v / 10 % 10);
	p[1] = (char)('0' + v % 10);
	return p + 2;
}

/* "2026-11-22T10:00:00.000" of a time as if it were UTC: 23 bytes. */
static void
put(struct stamp_day *d, int64_t ms, char *out)
{
	int64_t day = day_of(ms);
	unsigned rest = (unsigned)(ms - day * DAY_MS);
	char text[WHEN_UTC_LEN + 1], *p;

	if (day != d->day) {
		when_utc(day * DAY_MS, text);
		memcpy(d->text, text, 11);
		d->day = day;
	}
	memcpy(out, d->text, 11);
	p = two(out + 11, rest / 3600000);
	*p++ = ':';
	p = two(p, rest / 60000 % 60);
	*p++ = ':';
	p = two(p, rest / 1000 % 60);
	*p++ = '.';
	*p++ = (char)('0' + rest / 100 % 10);
	(void)two(p, rest % 100);
}

size_t
stamp_utc(struct stamp *s, int64_t ms, char out[STAMP_LEN])
{
	if (ms < FAST_MIN || ms > FAST_MAX) {
		when_utc(ms, out);
		return strlen(out);
	}
	put(&s->utc, ms, out);
	out[23] = 'Z';
	out[24] = '\0';
	return 24;
}

/* Four looks at a day: no zone of the tz database leaves an offset and comes back to it within six hours. */
static void
learn(struct stamp *s, int64_t day)
{
	char text[STAMP_LEN];
	int64_t h;
	int minutes;

	s->zone_day = day;
	s->zone_steady = true;
	for (h = 0; h <= 24; h += 6) {
		when_local(day * DAY_MS + h * HOUR_MS - (h == 24 ? 1 : 0), text);
		if (h == 0)
			memcpy(s->offset_text, text + 23, sizeof(s->offset_text));
		else if (memcmp(s->offset_text, text + 23, 6) != 0)
			s->zone_steady = false;
	}
	minutes = ((s->offset_text[1] - '0') * 10 + s->offset_text[2] - '0') * 60 + (s->offset_text[4] - '0') * 10 + s->offset_text[5] - '0';
	s->offset_ms = (s->offset_text[0] == '-' ? -minutes : minutes) * INT64_C(60000);
}

size_t
stamp_local(struct stamp *s, int64_t ms, char out[STAMP_LEN])
{
	int64_t day;

	if (ms < FAST_MIN || ms > FAST_MAX)
		goto slow;
	if ((day = day_of(ms)) != s->zone_day)
		learn(s, day);
	if (!s->zone_steady)
		goto slow;
	put(&s->local, ms + s->offset_ms, out);
	memcpy(out + 23, s->offset_text, sizeof(s->offset_text));
	return 29;
slow:
	when_local(ms, out);
	return strlen(out);
}
