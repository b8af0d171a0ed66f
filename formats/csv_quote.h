/* csv_quote.h: one cell in quotes. */
#ifndef FORMATS_CSV_QUOTE_H
#define FORMATS_CSV_QUOTE_H

#include "core/str.h"

/*
 * csv_quote(to, s): write ${s} in quotes, each quote in it doubled: the same bytes as libcsv's csv_write2 with '"' (a test compares them), many at a
 * time.  ${to} has room for 2 * s.n + 2 bytes; answers how many were written.
 */
size_t csv_quote(char *to, struct str s);

#endif
