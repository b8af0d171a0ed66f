/* when_civil.h: the calendar inside when.c, for when_parse.c, and its range for record_json.c; nobody else includes it. */
#ifndef CORE_WHEN_CIVIL_H
#define CORE_WHEN_CIVIL_H

#include "core/when.h"

#define WHEN_CIVIL_MIN	(-INT64_C(62167219200000))	/* 0000-01-01T00:00:00.000Z */
#define WHEN_CIVIL_MAX	INT64_C(253402300799999)	/* 9999-12-31T23:59:59.999Z */

/* Proleptic Gregorian, no zone; month and day count from 1. */
struct when_civil { int year, month, day, hour, minute, second, ms; };

/* when_civil_to_s(c): seconds since 1970-01-01 as if the fields were UTC; milliseconds are left out. */
int64_t when_civil_to_s(const struct when_civil *);
/* when_civil_of(ms, c): false outside the years 0000 to 9999. */
bool when_civil_of(int64_t ms, struct when_civil *);
/* when_offset_s(utc_s): what the zone adds to UTC at that instant. */
int64_t when_offset_s(int64_t utc_s);
/* when_offset_text(min, out): "+08:00". */
void when_offset_text(int offset_min, char out[7]);

#endif
