/*
 * run_named.h: members and rooms that the scope names one by one.  One of which nothing came to light is said: a misspelt id must not end as "complete".
 */
#ifndef CMD_RUN_NAMED_H
#define CMD_RUN_NAMED_H

#include "cmd/run_state.h"
#include "core/record.h"

/* run_named_see(s, rec): note what a record or a gap shows of them. */
void run_named_see(struct run_state *, const struct record *);
/*
 * run_named_missing(s, i, rec, is_limit): fill ${rec}, a gap or limit, for the ${i}-th of which nothing was seen, from 0; false behind the last.  A member is a
 * gap where members were read; else, and for rooms, which are known by their messages only, it is a limit: there may have been nothing to say.
 */
bool run_named_missing(const struct run_state *, size_t i, struct record *rec, bool *is_limit);

#endif
