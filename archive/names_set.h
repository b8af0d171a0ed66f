/* names_set.h: is a name there twice?  Of any number of names. */
#ifndef ARCHIVE_NAMES_SET_H
#define ARCHIVE_NAMES_SET_H

#include "core/str.h"

/*
 * A set of names, to find a repeated one in bounded memory: 16 octets a name, in sorted runs in a file without a name (fs_nameless) when they are many.
 * Names are compared without regard to the case of A-Z.  A name that is also the directory of another is as much in its way as one repeated.
 */
struct names_set { unsigned char (*keys)[16]; size_t n, cap; int fd; uint64_t n_runs; char last[101]; };

void names_set_init(struct names_set *);
void names_set_free(struct names_set *);
enum status names_set_add(struct names_set *, const char *name, struct err *) STATUS_USE;
/* names_set_check(s, repeated, err): after the last name. */
enum status names_set_check(struct names_set *, bool *repeated, struct err *) STATUS_USE;

#endif
