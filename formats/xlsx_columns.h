/*
 * xlsx_columns.h: the columns of a spreadsheet and the names of its sheets.
 *
 * The columns of CSV in their order, a time with one more: <name> is a date cell by the clock of the tenant's zone, <name>_zone that clock's offset from
 * UTC ("+08:00") and <name>_utc a date cell by UTC.  A header is the Chinese label and the name: "发送时间 sent_at".
 */
#ifndef FORMATS_XLSX_COLUMNS_H
#define FORMATS_XLSX_COLUMNS_H

#include "formats/csv.h"
#include "formats/xlsx_row.h"

#define XLSX_SHEET_NAME 96 /* bytes of a sheet's name and NUL: at most 31 UTF-16 units */

struct xlsx_column {
	char name[CSV_COLUMN_NAME + 8], header[128];
	const char *type, *note, *zh; /* as in columns.csv */
	unsigned width; /* in characters */
};

/* xlsx_columns(kind, out): how many there are. */
size_t xlsx_columns(enum record_kind, struct xlsx_column out[XLSX_COLUMNS_MAX]);
/* xlsx_sheet_name(stream, kind, n, out): the ${n}th sheet of a table, from 1: "聊天记录", "聊天记录 (2)"; streams that no bundled description has: by their name. */
void xlsx_sheet_name(const char *stream, enum record_kind, unsigned n, char out[XLSX_SHEET_NAME]);

#endif
