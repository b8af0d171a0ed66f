/*
 * when.h: the one place where times are read, converted and written.
 *
 * A time is int64_t milliseconds since 1970-01-01T00:00:00Z (ms), WHEN_UNKNOWN where there is none.  Platforms give seconds or
 * milliseconds: the conversion is named at the call.  Zones are names of the tz database; one process serves one zone.
 */
#ifndef CORE_WHEN_H
#define CORE_WHEN_H

#include "core/str.h"

#define WHEN_UNKNOWN	INT64_MIN
#define WHEN_UTC_LEN	24	/* 2026-11-22T02:00:00.000Z */

/* when_now_ms(): wall clock (or the test clock, see when_test_clock). when_mono_ms(): monotonic, for waits. */
int64_t when_now_ms(void);
int64_t when_mono_ms(void);
/* when_test_clock(ms): freeze when_now_ms at ${ms} (WHEN_UNKNOWN: real again).  Tests only; see cmd/run_test_seed in the manual. */
void when_test_clock(int64_t ms);

/* when_utc(ms, out): "2026-11-22T02:00:00.000Z" and NUL. when_utc_s: without milliseconds, 20 characters. Years 0000-9999 or "". */
void when_utc(int64_t ms, char out[WHEN_UTC_LEN + 1]);
void when_utc_s(int64_t ms, char out[21]);

/* when_zone(name, err): the zone of local times from now on, "Asia/Shanghai".  ST_USAGE for an unknown name. */
enum status when_zone(const char *name, struct err *) STATUS_USE;
const char *when_zone_name(void);
/* when_local(ms, out): "2026-11-22T10:00:00.000+08:00" in the zone, NUL-terminated. */
void when_local(int64_t ms, char out[30]);
/* when_local_month(ms, out): "2026-11" in the zone. */
void when_local_month(int64_t ms, char out[8]);
/*
 * when_parse(s, ms, err): RFC 3339 with an offset or Z, or a date / date-time without an offset in the zone ("2026-11-22",
 * "2026-11-22 10:00", "2026-11-22T10:00:00").  A date means its first instant.  ST_USAGE: not a time; or a local time that does
 * not exist or exists twice, both offsets named.
 */
enum status when_parse(struct str, int64_t *ms, struct err *) STATUS_USE;
/* when_parse_utc(s, ms, err): exactly "YYYY-MM-DDTHH:MM:SS[.mmm]Z"; ST_INPUT otherwise. */
enum status when_parse_utc(struct str, int64_t *ms, struct err *) STATUS_USE;
/* when_day_utc(ms): first millisecond of its UTC day. */
int64_t when_day_utc(int64_t ms);
/* when_sleep_ms(ms): on the monotonic clock; returns early with true when the user has asked to stop (stop.h). */
bool when_sleep_ms(int64_t ms);

#endif
