/*
 * attachments.h: what records say of files (their path and sha256, archive format 4.1), held against the files themselves, whichever comes first.
 * Hashes lie in a temporary file without a name: memory does not grow with their number.
 */
#ifndef ARCHIVE_ATTACHMENTS_H
#define ARCHIVE_ATTACHMENTS_H

#include "core/arena.h"

struct attachments { int fd; uint64_t n_files, last_claim; struct arena arena; };

void attachments_init(struct attachments *);
void attachments_free(struct attachments *);
/* attachments_file(a, number, sha256, err): data/files/… number ${number}, from 1, in order.  ST_CORRUPT: a record says another hash. */
enum status attachments_file(struct attachments *, uint64_t number, const unsigned char sha256[32], struct err *) STATUS_USE;
/* attachments_record(a, line, err): a record: does it name a file?  ST_CORRUPT: the file has another hash. */
enum status attachments_record(struct attachments *, struct str line, struct err *) STATUS_USE;
/* attachments_end(a, err): ST_CORRUPT: a record names a file that is not there; ST_UNSURE: a file that no record names. */
enum status attachments_end(struct attachments *, struct err *) STATUS_USE;
/* attachments_number(path): of data/files/…, 0 when it is none.  attachments_claim(a, number, sha256, err): what a record said of it; ST_END: none so far. */
uint64_t attachments_number(const char *path);
enum status attachments_claim(struct attachments *, uint64_t number, unsigned char sha256[32], struct err *) STATUS_USE;

#endif
