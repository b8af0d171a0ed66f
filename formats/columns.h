/*
 * columns.h: data/views/columns.csv: what every column of every table means, in Chinese and English whatever the operator's language,
 * and the rules that hold for all tables (guard, byte order mark, zones, absent and empty).
 */
#ifndef FORMATS_COLUMNS_H
#define FORMATS_COLUMNS_H

#include "core/format.h"

/* columns_write(opt, out, err): append the whole table; ${opt} gives the line ends. */
enum status columns_write(const struct format_options *opt, struct buf *out, struct err *) STATUS_USE;

/* columns_zh(note): the Chinese of a note of record_fields or csv_column; NULL when there is none. */
const char *columns_zh(const char *note);

#endif
