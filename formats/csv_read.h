/* csv_read.h: the records that a table of csv.h holds, read back (libcsv). */
#ifndef FORMATS_CSV_READ_H
#define FORMATS_CSV_READ_H

#include "core/view.h"

/*
 * csv_read_ids(fd, path, stream, found, err): every row's id and version, the guard taken away.  ${stream} NULL: gaps.csv, whose column kind tells
 * gaps from limits.  ST_INPUT: not such a table (with the row).
 */
enum status csv_read_ids(int fd, const char *path, const char *stream, struct view_found *found, struct err *) STATUS_USE;
/* csv_unguard(cell): the text that stood there before the formula guard. */
struct str csv_unguard(struct str cell);

#endif
