/*
 * xlsx_book.h: one table as a workbook: its records on as many sheets as they need, and the sheet of notes.
 *
 * The frame of the workbook is libxlsxwriter's (xlsx_frame.h), the cells of the records are written by xlsx_row.h and put between, and libarchive
 * compresses (xlsx_zip.h).  The library in its constant-memory mode writes every sheet to two temporary files and cannot tell when one of them was
 * not written whole (a full disk gives a workbook with rows missing and no error); it has no empty strings; and its cells and its zip take some 16 µs of
 * processor a row of 20 columns.  Here a row is written once, compressed, and every write is judged.
 *
 * Memory: some 600 KiB a workbook that is open, however many rows it gets.  The file grows in a directory for temporary files, where it has no name.
 */
#ifndef FORMATS_XLSX_BOOK_H
#define FORMATS_XLSX_BOOK_H

#include "core/view.h"
#include "formats/xlsx_notes.h"

struct xlsx_book_spec {
	const struct view_input *in;
	const char *stream, *table; /* "messages", "messages-2026-11" */
	enum record_kind kind;
	const struct xlsx_notes *gaps; /* of the stream */
	uint32_t rows_max; /* of a sheet, headers included; 0: what spreadsheets hold */
};

struct xlsx_book;

/* xlsx_book_open(out, spec, err): borrows what ${spec} points to. */
enum status xlsx_book_open(struct xlsx_book **out, const struct xlsx_book_spec *, struct err *) STATUS_USE;
/* xlsx_book_put(b, rec, err): ST_INPUT: another kind than the table's. */
enum status xlsx_book_put(struct xlsx_book *, const struct record *, struct err *) STATUS_USE;
/* xlsx_book_finish(b, to, err): the notes, and the whole workbook into ${to}. */
enum status xlsx_book_finish(struct xlsx_book *, struct sink *to, struct err *) STATUS_USE;
void xlsx_book_close(struct xlsx_book *); /* NULL does nothing */

#endif
