/*
 * progress.h: how far a run is: a bar on a terminal, plain lines elsewhere (every 30 s), JSON lines for programs; all on stderr.
 */
#ifndef CORE_PROGRESS_H
#define CORE_PROGRESS_H

#include "core/str.h"

enum progress_mode { PROGRESS_AUTO, PROGRESS_BAR, PROGRESS_PLAIN, PROGRESS_JSON, PROGRESS_NONE };

void progress_start(enum progress_mode, bool color);
/*
 * progress_set(stream, done, expected, bytes, gaps): figures of one stream so far; expected 0 when unknown.  Cheap: may be called per page;
 * draws at most ten times a second.  Text shown: stream name translated, done/expected, rate, time left when it can be known.
 */
void progress_set(const char *stream, uint64_t done, uint64_t expected, uint64_t bytes, uint64_t gaps);
void progress_phase(const char *text);		/* translated: "sealing", "waiting 12 s: rate limit" */
void progress_end(void);			/* clears the bar, leaves one summary line per stream in bar and plain mode */

#endif
