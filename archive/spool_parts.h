/* spool_parts.h: between spool.c and spool_resume.c. */
#ifndef ARCHIVE_SPOOL_PARTS_H
#define ARCHIVE_SPOOL_PARTS_H

#include "archive/spool.h"

#define SPOOL_FILE_MAX	176
#define SPOOL_WAIT_MAX	((size_t)32 << 10)	/* bytes kept before they go to the file of the tail … */
#define SPOOL_WARM_MAX	(MEMBER_RAW + ((size_t)64 << 10))	/* … and by a warm spool: a member with the record that fills it */

void spool_tail_name(const struct spool *, char out[SPOOL_FILE_MAX]);
void spool_members_name(const struct spool *, char out[SPOOL_FILE_MAX]);
enum status spool_touch(struct spool *, struct err *) STATUS_USE;	/* may be used now: others are closed if need be */

#endif
