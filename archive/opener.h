/*
 * opener.h: the plain bytes of an encrypted payload file (archive format 8) out of its parts, one after the other: each is opened whole, its tag checked, and only
 * then unzipped and handed on.  Memory: one part.
 */
#ifndef ARCHIVE_OPENER_H
#define ARCHIVE_OPENER_H

#include "archive/crypt.h"
#include "archive/member.h"

struct opener {
	const struct crypt_key *key;	/* borrowed */
	/* Takes plain bytes; what it answers other than ST_OK ends the file. */
	enum status	(*put)(void *ctx, const unsigned char *, size_t, struct err *);
	void		*ctx;
	struct buf	 part;		/* collected so far */
	struct member_reader *gz;
	unsigned char	*out;
	bool		 in_file, in_member, empty, last;	/* last: a part shorter than a whole one was seen */
	uint64_t	 n_bytes;	/* plain, of this file */
};

/* opener_init: zero it, set key, put and ctx.  opener_free: one that was never used too. */
void opener_free(struct opener *);
/*
 * opener_part(o, first, size, err): a part of ${size} octets begins, ${first} of a new file.  ST_CORRUPT: larger than any part.
 * opener_add: its next bytes.  opener_part_end: it is complete: ST_CORRUPT, ST_DENIED as crypt_open; what put answers.
 * opener_file_end: behind the last part of a file: ST_CORRUPT: its gzip stream is cut.
 */
enum status opener_part(struct opener *, bool first, uint64_t size, struct err *) STATUS_USE;
enum status opener_add(struct opener *, const void *, size_t, struct err *) STATUS_USE;
enum status opener_part_end(struct opener *, struct err *) STATUS_USE;
enum status opener_file_end(struct opener *, struct err *) STATUS_USE;

#endif
