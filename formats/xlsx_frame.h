/*
 * xlsx_frame.h: a workbook without its rows, by libxlsxwriter: content types, relations, styles, theme, properties, the sheet of notes, and of every
 * sheet of records its head (frozen, widths) with the row of headers, and its tail (filter, print settings).  xlsx_book puts the rows between.
 *
 * libxlsxwriter does not tell when a byte of its temporary files could not be written, so every sheet is read again and counted.
 * It calls gmtime(): two threads may not make frames at once.
 */
#ifndef FORMATS_XLSX_FRAME_H
#define FORMATS_XLSX_FRAME_H

#include "core/buf.h"
#include "formats/xlsx_columns.h"
#include "formats/xlsx_notes.h"

#define XLSX_ROWS_MAX 1048576u /* of a sheet, headers included */
#define XLSX_SHEETS_MAX 1000u

struct xlsx_frame_spec {
	const char *stream, *table;
	enum record_kind kind;
	const struct xlsx_column *columns;
	size_t n_columns;
	const uint32_t *rows; /* of records, sheet by sheet */
	unsigned n_sheets;
	const struct xlsx_notes *notes[2]; /* one sheet of both; NULL: nothing */
	int64_t made_ms;
};

struct xlsx_part {
	char name[64];
	struct buf bytes;
};
struct xlsx_frame {
	struct xlsx_part *parts; /* of sheets of records only what stands around the rows, see head and tail */
	size_t n;
	uint32_t style[XLSX_STYLES];
};

/* xlsx_frame_make(f, spec, scratch, err): ${f} zeroed.  ST_IO also where the library does not say why. */
enum status xlsx_frame_make(struct xlsx_frame *, const struct xlsx_frame_spec *, int scratch, struct err *) STATUS_USE;
void xlsx_frame_free(struct xlsx_frame *); /* a zeroed one too */
/* xlsx_frame_sheet(f, n, head, tail): of the ${n}th sheet of records, from 1: what stands before its first and behind its last row. */
void xlsx_frame_sheet(const struct xlsx_frame *, unsigned n, struct str *head, struct str *tail);
/* xlsx_frame_is_records(f, i, n): part ${i} is one of the first ${n} sheets. */
bool xlsx_frame_is_records(const struct xlsx_frame *, size_t i, unsigned n);

#endif
