/*
 * line_names.h: the names of the objects that are open in a record line, to find one that comes twice (archive format 4.1: I-JSON).  Views into
 * the line; the memory is kept from line to line.
 */
#ifndef ARCHIVE_LINE_NAMES_H
#define ARCHIVE_LINE_NAMES_H

#include "core/str.h"

#define LINE_NAMES_MAX	((size_t)1 << 18)	/* of all objects that are open at once: 6 MiB */

struct line_name { struct str s; bool escaped; };
struct line_names { struct line_name *list; size_t n, cap; };

void line_names_init(struct line_names *);
void line_names_free(struct line_names *);
/* line_names_begin(l): the next line. */
void line_names_begin(struct line_names *);
/* line_names_add(l, s, escaped, err): ${s} stands between its quotes; ${escaped}: with a backslash in it.  ST_UNSURE: more than this program can follow. */
enum status line_names_add(struct line_names *, struct str s, bool escaped, struct err *) STATUS_USE;
/*
 * line_names_close(l, from, top, err): the object whose names begin at number ${from} ends; they are forgotten.  ST_CORRUPT: two are the same, whatever
 * their escapes, or, of the ${top} object, a name behind the first begins with "_".
 */
enum status line_names_close(struct line_names *, size_t from, bool top, struct err *) STATUS_USE;

#endif
