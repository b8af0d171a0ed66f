/*
 * stamp.h: times as text, fast, for millions of rows in a row.
 *
 * The same texts as when_local and when_utc, which are asked once per day and zone offset; what is done here is the time of day.
 */
#ifndef FORMATS_STAMP_H
#define FORMATS_STAMP_H

#include "core/when.h"

#define STAMP_LEN	30	/* "2026-11-22T10:00:00.000+08:00" and NUL */

struct stamp_day { int64_t day; char text[12]; };	/* "2026-11-22T" */
struct stamp {
	struct stamp_day utc, local;
	int64_t	zone_day;		/* UTC day for which offset_ms holds; INT64_MIN: none yet */
	bool	zone_steady;		/* the offset is the same all that day */
	int64_t	offset_ms;
	char	offset_text[7];		/* "+08:00" */
};

void stamp_init(struct stamp *);
/* stamp_utc(s, ms, out), stamp_local(s, ms, out): the text and its length; 0 and "" for WHEN_UNKNOWN and years out of 0000-9999. */
size_t stamp_utc(struct stamp *, int64_t ms, char out[STAMP_LEN]);
size_t stamp_local(struct stamp *, int64_t ms, char out[STAMP_LEN]);

#endif
