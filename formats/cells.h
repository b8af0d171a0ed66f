/* cells.h: what stands in a cell of a table, whatever the file's format: the same words in CSV and in spreadsheets. */
#ifndef FORMATS_CELLS_H
#define FORMATS_CELLS_H

#include "core/record.h"

/* cell_withheld(type, v): the platform did not grant it; in a record line JSON null says so, so it does here. */
bool cell_withheld(enum field_type, const struct value *);
/* cell_list(v, out, a, err): ${out} anew: the elements of a JSON list joined by "; ".  ST_INPUT: not a list of plain values. */
enum status cell_list(const struct value *, struct buf *out, struct arena *, struct err *) STATUS_USE;
/* cell_json(v, out, text, err): I-JSON without white space between tokens; "" for an empty string; ${text} points into ${v} or ${out}. */
enum status cell_json(const struct value *, struct buf *out, struct str *text, struct err *) STATUS_USE;
/* cell_flags(rec, out, text, err), cell_not_granted: names joined by "; "; absent: none. */
enum status cell_flags(const struct record *, struct buf *out, struct str *text, struct err *) STATUS_USE;
enum status cell_not_granted(const struct record *, struct buf *out, struct str *text, struct err *) STATUS_USE;

#endif
