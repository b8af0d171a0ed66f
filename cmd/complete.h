/*
 * complete.h: what could stand at the end of a command line, for shells (completions/): from the tables of commands, options and formats.
 */
#ifndef CMD_COMPLETE_H
#define CMD_COMPLETE_H

#include "cmd/app.h"

#define COMPLETE_WORD	"__complete"	/* custody __complete WORD… LAST: a line per candidate on standard output, with a tab and its meaning where there is one */

/* complete(app, global, words, n, out, err): ${words} behind the program's name, the last one is begun or "".  Nothing to say is ST_OK: the shell offers files then. */
enum status complete(struct app *, const struct option_def *global, const char *const *words, size_t n, struct buf *out, struct err *) STATUS_USE;

#endif
