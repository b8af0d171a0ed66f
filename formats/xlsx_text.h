/*
 * xlsx_text.h: text as a cell of a spreadsheet holds it (ECMA-376 part 1, 22.9.2.19 ST_Xstring, in XML 1.0).
 *
 * - Controls U+0001 to U+001F but TAB and LF, which XML cannot hold, become _x0001_ … _x001F_: readers give them back.
 * - A text that happens to look so, "_x0041_", gets its first underscore written as _x005F_: readers give it back as it was.
 * - NUL, bytes that are not UTF-8 and noncharacters become U+FFFD; the record has the original.
 */
#ifndef FORMATS_XLSX_TEXT_H
#define FORMATS_XLSX_TEXT_H

#include "core/buf.h"

#define XLSX_CELL_MAX 32767u /* UTF-16 units of a cell, as a reader gets them back */

enum xlsx_where {
	XLSX_MARKUP, /* content of an XML element: & < > are escaped */
	XLSX_PLAIN /* for a library that escapes them itself */
};

/* xlsx_text(s, max, where, out, taken, err): append at most ${max} units of ${s}; *taken: bytes of ${s} that are in them. */
enum status xlsx_text(struct str s, size_t max, enum xlsx_where, struct buf *out, size_t *taken, struct err *) STATUS_USE;
/*
 * xlsx_cell_text(s, where_it_stands, where, out, err): a whole cell: append ${s}, or as much of it as leaves room in XLSX_CELL_MAX for a mark that it
 * is cut and for ${where_it_stands}, of which 400 units are shown.
 */
enum status xlsx_cell_text(struct str s, struct str where_it_stands, enum xlsx_where, struct buf *out, struct err *) STATUS_USE;
/* xlsx_text_back(s, out, err): the text of _xHHHH_, appended; a surrogate pair of two such is one character. */
enum status xlsx_text_back(struct str s, struct buf *out, struct err *) STATUS_USE;

#endif
