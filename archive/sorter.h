/*
 * sorter.h: byte strings put in order in bounded memory: sorted runs in an unlinked file when they are many, merged while they are read.
 * Compared as unsigned bytes, a prefix before what continues it; equal ones stay apart.
 */
#ifndef ARCHIVE_SORTER_H
#define ARCHIVE_SORTER_H

#include "core/str.h"

#define SORTER_ITEM_MAX	((size_t)24576)	/* bytes of one string */

struct sorter;

/* sorter_open(out, memory, err): keeps about ${memory} bytes (at least 64 KiB) before it writes a run; release with sorter_close. */
enum status sorter_open(struct sorter **, size_t memory, struct err *) STATUS_USE;
/* sorter_add(s, p, n, err): copies.  ST_LIMIT: ${n} above SORTER_ITEM_MAX or more than this program can merge; ST_IO: the file. */
enum status sorter_add(struct sorter *, const void *, size_t n, struct err *) STATUS_USE;
/* sorter_next(s, item, err): the first call ends the adding.  ${item} is valid until the next call.  ST_END: no more. */
enum status sorter_next(struct sorter *, struct str *item, struct err *) STATUS_USE;
void sorter_close(struct sorter *);	/* NULL does nothing */

#endif
