/*
 * view_xlsx.h: the tables as workbooks for people with a spreadsheet: data/views/<table>.xlsx, with the names of the CSV tables (tables.h).
 *
 * - One sheet of records, further ones at the row limit ("聊天记录", "聊天记录 (2)"), and a last one of notes; see xlsx_columns.h, xlsx_text.h, xlsx_notes.h.
 * - Ids and long numbers are text, times are date cells with their offset and UTC; nothing is a formula or a link.
 * - What a workbook cannot hold: a text above 32,767 UTF-16 units is cut with a mark; NUL becomes U+FFFD.  So an id of such length, or with a NUL, is not read back as
 *   it was; platforms have neither.
 * - Messages come in any order of months: some months at a time are written side by side, and the stream is read again for the others.
 *
 * make() keeps no state outside its arguments and may run on a thread of its own beside other families, with two things to keep in mind: libxlsxwriter calls
 * gmtime(), so no other thread may call gmtime() or localtime() meanwhile, nor make this family; and ${in->records} is the caller's to share or not.
 */
#ifndef FORMATS_VIEW_XLSX_H
#define FORMATS_VIEW_XLSX_H

#include "core/view.h"

extern const struct view_family xlsx_view;

/* xlsx_read_ids(fd, path, stream, found, err): view_family.read of one workbook, by libarchive and libxml2; also one that a spreadsheet program has saved again. */
enum status xlsx_read_ids(int fd, const char *path, const char *stream, struct view_found *found, struct err *) STATUS_USE;

#endif
