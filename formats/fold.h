/* fold.h: lines of formats that fold them (vCard, LDIF): cut to a width, what follows begins with one space, and never inside of a character. */
#ifndef FORMATS_FOLD_H
#define FORMATS_FOLD_H

#include <stdio.h>

#include "core/buf.h"

/* fold_line(line, width, end, out, err): append ${line}, UTF-8, in pieces of at most ${width} octets (the space counts, ${end} does not), each followed by ${end}. */
enum status fold_line(struct str line, size_t width, const char *end, struct buf *out, struct err *) STATUS_USE;

/* Reading them back: logical lines, whatever ends them (LF or CRLF). */
struct unfold {
	FILE *f;
	const char *path; /* borrowed, for messages */
	char *next; /* the line read ahead */
	size_t room;
	ssize_t n_next;
	struct buf line;
};
/* unfold_open(u, fd, path, err): ${fd} is duplicated and read from its beginning.  unfold_close accepts one that failed to open. */
enum status unfold_open(struct unfold *, int fd, const char *path, struct err *) STATUS_USE;
/* unfold_next(u, line, err): valid until the next call.  ST_END. */
enum status unfold_next(struct unfold *, struct str *line, struct err *) STATUS_USE;
void unfold_close(struct unfold *);

#endif
