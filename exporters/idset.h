/*
 * idset.h: the ids met so far: in memory as 128-bit digests (so that nothing is given twice), on disk as a list that
 * only grows (so that another stream can walk it, and a resumed run knows what it knew).
 *
 * The file is entries of a 32-bit little-endian length and the id's bytes.  A resumed run cuts it to the length of its
 * last commit.  Two different ids share a digest with a chance below 2^-80 at 2^24 ids.
 */
#ifndef EXPORTERS_IDSET_H
#define EXPORTERS_IDSET_H

#include "core/buf.h"

#define IDSET_ID_MAX	((size_t)64 << 10)	/* bytes of one id */

struct idset {
	int		 fd;
	char		 name[80];	/* of the file in the work directory */
	uint64_t	 length;	/* of the file with what is still in ${tail} */
	uint64_t	 n;		/* ids */
	struct buf	 tail;		/* not written yet */
	unsigned char	*slots;		/* 16 octets each; all zero is free */
	size_t		 n_slots;
};

/* idset_open(set, dir, name, length, err): cut the file to ${length} and read it.  ST_CORRUPT: shorter, or no list. */
enum status idset_open(struct idset *, int dir, const char *name, uint64_t length, struct err *) STATUS_USE;
/* idset_add(set, id, fresh, err): ${fresh} (may be NULL) tells whether it was new. */
enum status idset_add(struct idset *, struct str id, bool *fresh, struct err *) STATUS_USE;
bool idset_has(const struct idset *, struct str id);
/* idset_read(set, at, out, err): append the entry at ${*at} to the cleared ${out} and advance; ST_END behind the last. */
enum status idset_read(struct idset *, uint64_t *at, struct buf *out, struct err *) STATUS_USE;
enum status idset_sync(struct idset *, struct err *) STATUS_USE;	/* durable */
void idset_close(struct idset *);	/* accepts a zeroed one; the file stays */

#endif
