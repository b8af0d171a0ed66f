/* part.h: a file that only grows, with a small buffer before it: the .part files of archive format 9. */
#ifndef ARCHIVE_PART_H
#define ARCHIVE_PART_H

#include "core/fs.h"

struct part { int fd; const char *name; uint64_t n; /* bytes, those in the buffer too */ struct buf wait; bool dirty; };

/* part_open(p, dir, name, length, err): made if missing, cut to ${length}; ST_CORRUPT when it is shorter.  ${name} is borrowed. */
enum status part_open(struct part *, int dir, const char *name, uint64_t length, struct err *) STATUS_USE;
enum status part_add(struct part *, const void *, size_t, struct err *) STATUS_USE;
enum status part_flush(struct part *, struct err *) STATUS_USE;	/* to the file: now it can be read */
enum status part_sync(struct part *, struct err *) STATUS_USE;	/* to the disk */
void part_close(struct part *);		/* what is in the buffer is dropped; a zeroed one with fd -1 is fine */

#endif
