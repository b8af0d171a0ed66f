/*
 * csv.h: one stream as a table for people with a spreadsheet (RFC 4180 with a byte order mark).
 *
 * - UTF-8 with BOM; the first row names the columns; lines end LF, or CRLF by option.
 * - Every cell that has a value is quoted (libcsv).  A cell without quotes is absent or was not granted; which, stands in column
 *   not_granted.  A quoted empty cell is an empty value.
 * - Guard: text that a spreadsheet could take for a formula (first character = + - @ TAB CR LF NUL or full-width = + - @, also behind
 *   apostrophes) gets one apostrophe in front.  Taking away one apostrophe from such a cell gives the text back.  A number keeps its minus.
 * - A time has two columns: <name> in the tenant's zone (when_zone) and <name>_utc.  Lists are joined by "; ".  JSON is compact.
 * - Invalid UTF-8 and noncharacters become U+FFFD, as in a record line; every other character, NUL too, stays.
 * - Behind the fields: version, fetched_at, fetched_at_utc, flags, not_granted; for unknown objects also raw.  Gaps and limits share one
 *   table and begin with kind.
 * The same records give the same bytes, in one session or in many, as they come from a source or read again from their lines.
 */
#ifndef FORMATS_CSV_H
#define FORMATS_CSV_H

#include "core/format.h"

extern const struct format csv_format;

#define CSV_COLUMN_NAME	48

struct csv_column {
	char		 name[CSV_COLUMN_NAME];
	const char	*type;		/* text, number, boolean, time, list, json */
	const char	*note;		/* English; columns_zh(note) is the Chinese */
};

/* csv_column(kind, i, out): column ${i} of a table of ${kind}, from 0; false behind the last. */
bool csv_column(enum record_kind, size_t i, struct csv_column *out);
/* csv_is_guarded(cell): its first character is the guard's apostrophe. */
bool csv_is_guarded(struct str cell);

#endif
