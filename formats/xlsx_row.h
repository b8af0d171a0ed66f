/*
 * xlsx_row.h: one row of a sheet as the XML of its cells (ECMA-376 part 1, 18.3.1.4 and 18.3.1.73).
 *
 * This is written here and not by libxlsxwriter because of what a million rows ask: see xlsx_book.h.  A cell is a string, a number or blank, by the
 * function that writes it: there is no function for a formula or a link.
 */
#ifndef FORMATS_XLSX_ROW_H
#define FORMATS_XLSX_ROW_H

#include "core/buf.h"

#define XLSX_COLUMNS_MAX 64u /* a record has 24 fields at most, a time three columns */

/* How a cell looks; numbers of styles are those of the workbook's own table. */
enum xlsx_style {
	XLSX_STYLE_TEXT, /* number format "@": what a reader types over stays text */
	XLSX_STYLE_TIME,
	XLSX_STYLE_TIME_MS, /* with milliseconds */
	XLSX_STYLES
};

struct xlsx_row {
	struct buf *out; /* borrowed; row by row appended */
	uint32_t style[XLSX_STYLES];
	struct str where; /* where a text that is cut stands whole */
	char number[11]; /* the row's, from 1 */
	size_t n_number;
	unsigned column; /* the next cell's, from 0 */
};

enum status xlsx_row_begin(struct xlsx_row *, uint32_t number, struct err *) STATUS_USE;
enum status xlsx_row_end(struct xlsx_row *, struct err *) STATUS_USE;
/* xlsx_row_blank(r): no cell. */
static inline void xlsx_row_blank(struct xlsx_row *r) { r->column++; }
/* xlsx_row_text(r, s, err): a string; absent: no cell; empty: a cell that holds an empty string. */
enum status xlsx_row_text(struct xlsx_row *, struct str, struct err *) STATUS_USE;
/* xlsx_row_number(r, s, err): a number where all readers keep every digit of it: a whole one of at most 15 digits; else its text. */
enum status xlsx_row_number(struct xlsx_row *, struct str, struct err *) STATUS_USE;
/*
 * xlsx_row_time(r, ms, err): a date cell of ${ms} since 1970 by the clock that is to be shown, to the millisecond.  False in *in_range and no cell
 * written: before 1900-03-01, where Excel counts a day that never was, or after 9999.
 */
enum status xlsx_row_time(struct xlsx_row *, int64_t ms, bool *in_range, struct err *) STATUS_USE;

#endif
