/*
 * xlsx_scan.h: the cells of a sheet's XML, or the strings of a workbook's table of shared strings, piece by piece through libxml2's parser.
 *
 * A document type, and so any entity, is refused; so is a cell that holds a formula.
 */
#ifndef FORMATS_XLSX_SCAN_H
#define FORMATS_XLSX_SCAN_H

#include "core/buf.h"

#define XLSX_TEXT_MAX ((size_t)1 << 20) /* bytes of a cell's text, with its escapes */

struct xlsx_scan_to {
	void *ctx;
	/* A cell with its text as the file has it (of a shared string its number): absent for a cell without a value.  ${row} from 1, ${column} from 0. */
	enum status (*cell)(void *ctx, uint32_t row, unsigned column, bool shared, struct str text, struct err *);
	enum status (*row_end)(void *ctx, uint32_t row, struct err *); /* may be NULL */
	enum status (*string)(void *ctx, struct str text, struct err *); /* a shared string; NULL: there are none to come */
};

struct xlsx_scan;

/* xlsx_scan_open(out, path, to, err): borrows both; ${path} is for messages. */
enum status xlsx_scan_open(struct xlsx_scan **out, const char *path, const struct xlsx_scan_to *to, struct err *) STATUS_USE;
/* ST_INPUT: not well-formed, or more than a table of ours can hold. */
enum status xlsx_scan_feed(struct xlsx_scan *, const void *, size_t, struct err *) STATUS_USE;
enum status xlsx_scan_finish(struct xlsx_scan *, struct err *) STATUS_USE;
void xlsx_scan_close(struct xlsx_scan *); /* NULL does nothing */

#endif
