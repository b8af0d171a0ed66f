/*
 * line_fast.h: the quick look at a record line, for the lines nearly all archives consist of.  It only ever says yes or "I cannot tell": archive/line.c
 * stays the judge of everything else, and of the place and the words of a fault.
 */
#ifndef ARCHIVE_LINE_FAST_H
#define ARCHIVE_LINE_FAST_H

#include "core/str.h"

/*
 * line_fast(line): true: line_check would find nothing.  False says nothing: white space between tokens, an escape in a name, two names that look alike, deep
 * nesting, a processor without AVX2, or a fault.
 */
bool line_fast(struct str line);

#endif
