/*
 * tables.h: the records as tables, CSV: which record goes into which file.
 *
 *   data/views/<stream>.csv                 one per stream that has a record
 *   data/views/messages-2026-11.csv         messages by month of sent_at in the tenant's zone; messages-undated.csv: without a time
 *   data/views/<stream>-unknown.csv         objects of a kind that the description does not map, with their raw data
 *   data/views/renewal-files.csv            the files that a renewal archive took in
 *   data/views/columns.csv                  what every column of every CSV means, in both languages, and the formula guard
 *
 * An export feeds them while the records come (tables_*), `custody render` from the records (csv_view).  Spreadsheets have the same names.
 */
#ifndef FORMATS_TABLES_H
#define FORMATS_TABLES_H

#include "core/view.h"
#include "formats/stamp.h"

/* What stands in tables: all but gaps and limits, which are the report's, and the program's own actions, which differ from session to session. */
#define TABLES_KINDS (((1u << REC__MAX) - 1u) & ~(1u << REC_GAP | 1u << REC_LIMIT | 1u << REC_EVENT))
#define TABLES_STREAM 48 /* bytes of a stream's name and NUL */
#define TABLES_NAME 64 /* bytes of a table's name and NUL */

extern const struct view_family csv_view;

struct tables;

/* tables_open(out, opt, place, err): borrows ${opt} and ${place} until close. */
enum status tables_open(struct tables **out, const struct format_options *opt, struct view_place *place, struct err *) STATUS_USE;
/*
 * tables_put(t, rec, err): a record of another kind than TABLES_KINDS is passed over.  All bytes of the record are in their sinks when it returns: a commit may follow.
 * Few tables are open at once: a place may be asked for the same path many times.  ST_INPUT: a stream whose name cannot be part of a path
 * ([a-z0-9_-], below 48), or two kinds in one stream.
 */
enum status tables_put(struct tables *, const struct record *, struct err *) STATUS_USE;
/* tables_finish(t, err): what is left, and columns.csv. */
enum status tables_finish(struct tables *, struct err *) STATUS_USE;
void tables_close(struct tables *); /* NULL does nothing */

/* tables_name(stamp, rec, out, err): the table of a record: "messages-2026-11".  ST_INPUT as tables_put. */
enum status tables_name(struct stamp *, const struct record *, char out[TABLES_NAME], struct err *) STATUS_USE;
/* tables_stream(path, suffix, stream): the stream of "data/views/<table><suffix>"; false: that is no table's path. */
bool tables_stream(const char *path, const char *suffix, char stream[TABLES_STREAM]);

#endif
