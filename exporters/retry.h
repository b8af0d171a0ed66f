/*
 * retry.h: what a run did not get and the next one asks for again: entries of its carry.
 *
 *   {WHAT,"first":["RUN","GAP"],"last":["RUN","GAP"]}
 *
 * WHAT names the object as its source needs it to ask again; never a secret.  first and last are the gaps that told of it, by run and number: the earliest
 * and, where there were several, the latest.  A source keeps at most RETRY_MAX entries and ${bytes_max} bytes of them, those included that this run cannot try;
 * what goes beyond is a gap whose "retry" says that only a full reading finds it again.  Objects of a stream that ended before they were asked for stand there besides, as far as a
 * carry has room.
 */
#ifndef EXPORTERS_RETRY_H
#define EXPORTERS_RETRY_H

#include "core/json.h"
#include "core/record.h"
#include "exporters/idset.h"

#define RETRY_MAX	10000u

/* What a gap says of the way to fetch it: part of the archive, never translated. */
#define RETRY_NEXT	"custody export"
#define RETRY_SAME	"custody export with the same scope"
#define RETRY_FULL	"custody export with --since before it: too many wait for the next run"

struct retry_gap { struct str run, gap; };
struct retry_gaps { struct retry_gap first, last; };	/* run absent: none yet */
struct retry {
	struct idset	*set;		/* entries of this run: a file that only grows, as long as the caller's cursor says */
	const char	*run;		/* NULL: as "" */
	uint64_t	 n_old, bytes_old, bytes_max;	/* entries that are carried on untouched */
};

/* retry_read(t, i, a, gaps, err): what entry ${i} says of its gaps.  ST_CORRUPT: not one of ours. */
enum status retry_read(const struct json_node *t, size_t i, struct arena *, struct retry_gaps *, struct err *) STATUS_USE;
/* retry_add(r, what, before, gap, kept, err): the gap of this run with number ${gap}; ${before}: those of earlier ones, NULL: none.  *kept: there was room. */
enum status retry_add(struct retry *, struct str what, const struct retry_gaps *before, uint64_t gap, bool *kept, struct err *) STATUS_USE;
/* retry_put(r, out, first, err): append the entries of this run to a JSON array; *first: nothing stands in it yet. */
enum status retry_put(struct retry *, struct buf *out, bool *first, struct err *) STATUS_USE;
/* retry_put_old(out, entry, first, err): append an entry as it stood in the old carry. */
enum status retry_put_old(struct buf *out, struct str entry, bool *first, struct err *) STATUS_USE;
/* retry_closed(of, object, gaps, a, rec, err): ${rec} becomes the event that tells that these gaps are closed; of SRC_CLOSED. */
enum status retry_closed(const char *of, struct str object, const struct retry_gaps *, struct arena *, struct record *, struct err *) STATUS_USE;

#endif
