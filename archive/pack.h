/*
 * pack.h: members in the making: raw bytes go in, workers compress them and hash their records, and they come out in the order in which they went in.
 */
#ifndef ARCHIVE_PACK_H
#define ARCHIVE_PACK_H

#include "archive/member.h"

struct pack;

struct pack_job {
	struct buf	raw;		/* filled by whoever got it; at least one byte */
	bool		stored;		/* not to be compressed */
	bool		records;	/* lines: leaf hashes are wanted, at most MEMBER_RECORDS of them */
	/* Called on the producer's thread, in order, with ${packed} and ${leaves} filled in. */
	enum status	(*done)(void *to, const struct pack_job *, struct err *);
	void		*to;
	struct buf	packed;
	unsigned	n_leaves;
	unsigned char	leaves[MEMBER_RECORDS][32];
};

#define PACK_INLINE	UINT32_MAX	/* as number of threads: no threads, the same bytes */

/* pack_open(out, n_threads, err): 0: one thread per processor, a few at most. */
enum status pack_open(struct pack **out, unsigned n_threads, struct err *) STATUS_USE;
/* pack_get(p, job, err): an empty job to fill; waits for one.  A failure of any job is returned here and ever after. */
enum status pack_get(struct pack *, struct pack_job **, struct err *) STATUS_USE;
enum status pack_put(struct pack *, struct err *) STATUS_USE;		/* hand over the job got last */
enum status pack_drain(struct pack *, struct err *) STATUS_USE;		/* all are done */
void pack_close(struct pack *);		/* what is not done is dropped; NULL does nothing */

#endif
