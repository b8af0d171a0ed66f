/*
 * xlsx_notes.h: the last sheet of every workbook, "说明 Notes": what it holds, the rules that hold for it, what each column means in both languages, and
 * the gaps and limits of its stream.
 */
#ifndef FORMATS_XLSX_NOTES_H
#define FORMATS_XLSX_NOTES_H

#include "core/view.h"
#include "formats/xlsx_columns.h"

#define XLSX_NOTES_SHEET "说明 Notes"
#define XLSX_NOTE_CELLS 9
#define XLSX_GAPS_MAX 1000u /* shown of a stream; all are in gaps.csv */

struct xlsx_note {
	struct str cell[XLSX_NOTE_CELLS]; /* absent: no cell; clean (xlsx_text.h) and ended by NUL */
	bool head;
};
struct xlsx_notes {
	struct arena arena;
	struct xlsx_note *at;
	size_t n, cap;
};

void xlsx_notes_init(struct xlsx_notes *);
void xlsx_notes_free(struct xlsx_notes *);
/* xlsx_notes_gaps(n, in, stream, err): the gaps and limits whose of_stream is ${stream}, with their reasons. */
enum status xlsx_notes_gaps(struct xlsx_notes *, const struct view_input *, const char *stream, struct err *) STATUS_USE;
/* xlsx_notes_table(n, opt, table, n_rows, columns, n_columns, err): all but the gaps. */
enum status xlsx_notes_table(struct xlsx_notes *, const struct format_options *, const char *table, uint64_t n_rows, const struct xlsx_column *,
    size_t n_columns, struct err *) STATUS_USE;

#endif
