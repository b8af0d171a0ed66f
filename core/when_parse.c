/*
 * when_parse.c: times in text.  A text without an offset is local: it is converted by trying every offset that the
 * zone has around that time, so that none (a gap) or two (a fold) instants are seen for what they are.
 */
#include "core/when.h"

#include "core/i18n.h"
#include "core/when_civil.h"

#define AROUND_H	26	/* local time differs from UTC by less than 16 h, a zone once moved by 24 h */
#define OFFSETS_MAX	8

struct scan { const char *p; size_t n; };

/* Exactly ${n} digits. */
static bool
digits(struct scan *s, int n, int *out)
{
	int value = 0, i;

	if (s->n < (size_t)n)
		return false;
	for (i = 0; i < n; i++) {
		if (s->p[i] < '0' || s->p[i] > '9')
			return false;
		value = value * 10 + (s->p[i] - '0');
	}
	s->p += n;
	s->n -= (size_t)n;
	*out = value;
	return true;
}

static bool
one_of(struct scan *s, const char *set, char *got)
{
	if (s->n == 0 || s->p[0] == '\0' || strchr(set, s->p[0]) == NULL)
		return false;
	if (got != NULL)
		*got = s->p[0];
	s->p++;
	s->n--;
	return true;
}

static bool
scan_date(struct scan *s, struct when_civil *c)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap;

	if (!digits(s, 4, &c->year) || !one_of(s, "-", NULL) || !digits(s, 2, &c->month) || !one_of(s, "-", NULL) ||
	    !digits(s, 2, &c->day) || c->month < 1 || c->month > 12 || c->day < 1)
		return false;
	leap = c->year % 4 == 0 && (c->year % 100 != 0 || c->year % 400 == 0);
	return c->day <= days[c->month - 1] + (leap && c->month == 2 ? 1 : 0);
}

/* HH:MM:SS; seconds may be left out where ${short_ok}.  No leap second: no instant of ours can express it. */
static bool
scan_clock(struct scan *s, struct when_civil *c, bool short_ok)
{
	if (!digits(s, 2, &c->hour) || !one_of(s, ":", NULL) || !digits(s, 2, &c->minute) || c->hour > 23 || c->minute > 59)
		return false;
	if (!one_of(s, ":", NULL))
		return short_ok;
	return digits(s, 2, &c->second) && c->second <= 59;
}

/* ".5" to ".123456789"; what is finer than a millisecond is cut off. */
static bool
scan_fraction(struct scan *s, struct when_civil *c)
{
	int unit = 100, n, digit;

	if (!one_of(s, ".", NULL))
		return true;
	for (n = 0; digits(s, 1, &digit); n++) {
		c->ms += digit * unit;
		unit /= 10;
	}
	return n >= 1 && n <= 9;
}

static bool
scan_offset(struct scan *s, int *offset_min)
{
	int hour, minute;
	char sign;

	*offset_min = 0;
	if (one_of(s, "Zz", NULL))
		return true;
	if (!one_of(s, "+-", &sign) || !digits(s, 2, &hour) || !one_of(s, ":", NULL) || !digits(s, 2, &minute) ||
	    hour > 23 || minute > 59)
		return false;
	*offset_min = (hour * 60 + minute) * (sign == '-' ? -1 : 1);
	return true;
}

/* The distinct offsets of the zone around the local time ${local_s}, in the order of time. */
static size_t
offsets_around(int64_t local_s, int64_t offsets[OFFSETS_MAX])
{
	size_t n = 0, i;
	int64_t offset;
	int hour;

	for (hour = -AROUND_H; hour <= AROUND_H; hour++) {
		offset = when_offset_s(local_s + hour * 3600);
		for (i = 0; i < n && offsets[i] != offset; i++)
			;
		if (i == n && n < OFFSETS_MAX)
			offsets[n++] = offset;
	}
	return n;
}

/* First instant of the local day that begins at ${local_s}, when midnight itself is skipped; false: so is the whole day. */
static bool
first_of_day(int64_t local_s, int64_t *utc_s)
{
	int64_t low = local_s - AROUND_H * 3600, high = local_s + AROUND_H * 3600, middle;

	/* Local time only jumps forward here, so "not yet on that day" turns once into "on it or behind it". */
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (middle + when_offset_s(middle) < local_s)
			low = middle;
		else
			high = middle;
	}
	*utc_s = high;
	return high + when_offset_s(high) < local_s + 86400;
}

static enum status
refuse_local(struct str s, size_t n_fits, int64_t first, int64_t second, struct err *err)
{
	char a[7], b[7];

	when_offset_text((int)(first / 60), a);
	when_offset_text((int)(second / 60), b);
	if (n_fits == 0)
		(void)err_set(err, ST_USAGE, _("%.*s does not exist in the zone %s: its clocks go from offset %s to %s there"),
		    STR_ARG(s), when_zone_name(), a, b);
	else
		(void)err_set(err, ST_USAGE, _("%.*s exists twice in the zone %s: with offset %s and with %s"), STR_ARG(s),
		    when_zone_name(), a, b);
	(void)err_next(err, _("write the time with its offset, as in 2026-11-22T10:00:00+08:00"));
	return ST_USAGE;
}

static enum status
local_to_ms(struct str s, const struct when_civil *c, bool date_only, int64_t *ms, struct err *err)
{
	const int64_t local_s = when_civil_to_s(c);
	int64_t offsets[OFFSETS_MAX], fits[OFFSETS_MAX], utc_s;
	size_t n = offsets_around(local_s, offsets), n_fits = 0, i;

	for (i = 0; i < n; i++)
		if (when_offset_s(local_s - offsets[i]) == offsets[i])
			fits[n_fits++] = offsets[i];
	if (n_fits == 0 && !(date_only && first_of_day(local_s, &utc_s)))
		return refuse_local(s, 0, offsets[0], offsets[n - 1], err);
	if (n_fits > 1 && !date_only)
		return refuse_local(s, n_fits, fits[0], fits[1], err);
	if (n_fits > 0) {
		utc_s = local_s - fits[0];
		for (i = 1; i < n_fits; i++)	/* a date means its first instant */
			if (local_s - fits[i] < utc_s)
				utc_s = local_s - fits[i];
	}
	*ms = utc_s * 1000 + c->ms;
	return ST_OK;
}

static enum status
not_a_time(struct str s, struct err *err)
{
	(void)err_set(err, ST_USAGE, _("\"%.*s\" is not a time"), (int)(s.n < 64 ? s.n : 64), s.p == NULL ? "" : s.p);
	(void)err_next(err, _("write 2026-11-22, 2026-11-22T10:00:00 or 2026-11-22T10:00:00+08:00"));
	return ST_USAGE;
}

enum status
when_parse(struct str s, int64_t *ms, struct err *err)
{
	struct when_civil c = { 0 };
	struct scan in = { s.p, s.p == NULL ? 0 : s.n };
	int offset_min;

	if (!scan_date(&in, &c))
		return not_a_time(s, err);
	if (in.n == 0)
		return local_to_ms(s, &c, true, ms, err);
	if (!one_of(&in, "Tt ", NULL) || !scan_clock(&in, &c, true) || !scan_fraction(&in, &c))
		return not_a_time(s, err);
	if (in.n == 0)
		return local_to_ms(s, &c, false, ms, err);
	if (!scan_offset(&in, &offset_min) || in.n != 0)
		return not_a_time(s, err);
	*ms = (when_civil_to_s(&c) - (int64_t)offset_min * 60) * 1000 + c.ms;
	return ST_OK;
}

enum status
when_parse_utc(struct str s, int64_t *ms, struct err *err)
{
	struct when_civil c = { 0 };
	struct scan in = { s.p, s.p == NULL ? 0 : s.n };
	bool ok;

	ok = scan_date(&in, &c) && one_of(&in, "T", NULL) && scan_clock(&in, &c, false);
	if (ok && in.n > 1)
		ok = one_of(&in, ".", NULL) && digits(&in, 3, &c.ms);
	if (!ok || !one_of(&in, "Z", NULL) || in.n != 0)
		return err_set(err, ST_INPUT, _("\"%.*s\" is not a time of the form YYYY-MM-DDTHH:MM:SSZ"),
		    (int)(s.n < 64 ? s.n : 64), s.p == NULL ? "" : s.p);
	*ms = when_civil_to_s(&c) * 1000 + c.ms;
	return ST_OK;
}
