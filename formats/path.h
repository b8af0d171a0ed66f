/*
 * path.h: how an id becomes part of a path, here and wherever: the id itself if it is [a-z0-9][a-z0-9._-]* and not longer than asked for, else "h-" and 32 hex digits of its
 * SHA-256.  Within one archive an id may come again (versions of one object): later ones get "-2", "-3" …; a path_book remembers which were used.
 */
#ifndef FORMATS_PATH_H
#define FORMATS_PATH_H

#include "core/str.h"

#define PATH_HASH 34 /* bytes of "h-…": no name is shorter than this if ids longer than 34 are to stand as they are */
#define PATH_NAME 67 /* bytes of the longest name and NUL */

/* path_of_id(id, max, out, err): ${max} from PATH_HASH to PATH_NAME - 1. */
enum status path_of_id(struct str id, size_t max, char out[PATH_NAME], struct err *) STATUS_USE;

/* Names that were given, by their hash: 8 bytes each. */
struct path_book { uint64_t *seen; size_t n, room; };
void path_book_free(struct path_book *); /* accepts a zeroed one */
/*
 * path_take(book, id, max, out, err): as path_of_id, but never the same name twice: the n-th of one id ends in "-n", and so does a name that another id's n-th has
 * taken.  The order of calls decides: records come in archive order.
 */
enum status path_take(struct path_book *, struct str id, size_t max, char out[PATH_NAME], struct err *) STATUS_USE;

#endif
