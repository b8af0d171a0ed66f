/* scratch.h: a file without a name, gone with its descriptor: the only thing verification ever writes. */
#ifndef ARCHIVE_SCRATCH_H
#define ARCHIVE_SCRATCH_H

#include "core/str.h"

/* scratch_open(fd, err): readable and writable, in $TMPDIR or /tmp; close it with fs_drop. */
enum status scratch_open(int *fd, struct err *) STATUS_USE;

/*
 * A set of names, to find a repeated one in bounded memory: 16 octets a name, in sorted runs in a scratch file when they are many.
 * Names are compared without regard to the case of A-Z.  A name that is also the directory of another is as much in its way as one repeated.
 */
struct names_set { unsigned char (*keys)[16]; size_t n, cap; int fd; uint64_t n_runs; char last[101]; };

void names_set_init(struct names_set *);
void names_set_free(struct names_set *);
enum status names_set_add(struct names_set *, const char *name, struct err *) STATUS_USE;
/* names_set_check(s, repeated, err): after the last name. */
enum status names_set_check(struct names_set *, bool *repeated, struct err *) STATUS_USE;

#endif
