/*
 * records_check.h: one segment of records while it streams by: the form of every line, their number, the Merkle root (archive format 4,
 * 6.1 step 7).  A line is the object's bytes and LF; the leaf covers the bytes without LF.
 */
#ifndef ARCHIVE_RECORDS_CHECK_H
#define ARCHIVE_RECORDS_CHECK_H

#include "archive/line_names.h"
#include "archive/tree.h"
#include "core/buf.h"

#define RECORDS_SEGMENT_MAX	65536u			/* records in a segment: archive format 4.2 */
#define RECORDS_SEGMENT_BYTES	((uint64_t)64 << 20)
#define RECORDS_HEAD		((size_t)31)		/* {"_s":"<22>" and what follows */

struct records_check {
	/* A line without its LF, whose leaf is the last of ${tree}, beginning ${at} bytes into the segment.  NULL: not wanted. */
	enum status	(*line)(void *ctx, struct str line, uint64_t at, const struct tree *, struct err *);
	void		*ctx;
	struct digest	leaf, node;
	struct tree	tree;
	struct buf	held;		/* the beginning of a line that the last piece did not complete */
	struct line_names names;	/* of the line in work */
	uint64_t	n;		/* complete lines of this segment */
	uint64_t	at;		/* bytes of the segment before the next one */
	uint64_t	line_at;	/* of those, where the line in work begins */
};

void records_check_init(struct records_check *);
void records_check_free(struct records_check *);
void records_check_begin(struct records_check *);
/* records_check_add(r, p, n, err): ST_CORRUPT: a line breaks the form; ST_UNSURE: it is over a limit of this program; ${line_at} says where. */
enum status records_check_add(struct records_check *, const unsigned char *, size_t, struct err *) STATUS_USE;
/* records_check_end(r, root, err): ST_CORRUPT: no line, or the last one has no LF. */
enum status records_check_end(struct records_check *, unsigned char root[32], struct err *) STATUS_USE;
/* records_check_line(r, line, err): the form of one line without its LF: 4.1. */
enum status records_check_line(struct records_check *, struct str line, struct err *) STATUS_USE;

#endif
