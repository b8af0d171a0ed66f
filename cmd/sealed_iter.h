/*
 * sealed_iter.h: the records and attachments of a sealed archive for those who make views of them: every segment is held against its sealed root before its first record is
 * given out.
 */
#ifndef CMD_SEALED_ITER_H
#define CMD_SEALED_ITER_H

#include "archive/lookup.h"
#include "core/view.h"

struct sealed_iter {
	struct record_iter iter;	/* both may be used inside a call of each other */
	struct view_blobs blobs;	/* what an export has at hand (core/view.h), and not more: the views would not be the same */
	struct lookup	*l;		/* borrowed */
	char		(*names)[LIMIT_PATH + 1];	/* of streams, sorted */
	size_t		 n_names;
	uint64_t	 n_records;	/* given out so far, whoever asked: for a look at signals now and then */
	/* of blobs: one bit for each file of data/files that belongs to an approval */
	bool		 marked;
	unsigned char	*marks; size_t n_marks;
	int		 spool;
};

/* sealed_iter_open(s, l, err): release with sealed_iter_close, which accepts a zeroed one. */
enum status sealed_iter_open(struct sealed_iter *, struct lookup *l, struct err *) STATUS_USE;
void sealed_iter_close(struct sealed_iter *);

/* sealed_file_number(path): of "data/files/000000/000000012.pdf": 12; 0: not the path of a file. */
uint64_t sealed_file_number(struct str path);
/* Bits by such numbers.  mark_set: ST_NOMEM. */
enum status sealed_mark(unsigned char **marks, size_t *n_marks, uint64_t number, struct err *) STATUS_USE;
bool sealed_is_marked(const unsigned char *marks, size_t n_marks, uint64_t number);

#endif
