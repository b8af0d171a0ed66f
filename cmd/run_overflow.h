/*
 * run_overflow.h: what the last page of a full archive gave too much.  The platform's cursor only stands between pages, an archive's limit does not: so
 * from the first item that no longer fits to the end of its page, items wait in the file "overflow" of the work directory, and downloads beside it.
 * The page's commit covers them, and they are the first content of the next archive.
 */
#ifndef CMD_RUN_OVERFLOW_H
#define CMD_RUN_OVERFLOW_H

#include "cmd/run.h"

/* run_overflow_put(r, it, err): let one record, file, gap, limit or end of a stream wait. */
enum status run_overflow_put(struct run *, const struct source_item *it, struct err *) STATUS_USE;
/* run_overflow_sync(r, err): durable; the commit that follows counts it. */
enum status run_overflow_sync(struct run *, struct err *) STATUS_USE;
/*
 * run_overflow_take(r, it, n, err): the next item that waits and what it needs in the archive, in bytes; views live until the next call.  It counts as taken with
 * run_overflow_taken.  ST_END: none is left.
 */
enum status run_overflow_take(struct run *, struct source_item *it, uint64_t *n, struct err *) STATUS_USE;
void run_overflow_taken(struct run *);
void run_overflow_close(struct run *);

#endif
