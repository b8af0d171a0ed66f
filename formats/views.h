/*
 * views.h: which views an export leaves, and where (product contract 5).
 *
 *   data/views/<stream>.csv                 one per stream that has a record
 *   data/views/messages-2026-11.csv         messages by month of sent_at in the tenant's zone; messages-undated.csv: without a time
 *   data/views/<stream>-unknown.csv         objects of a kind that the description does not map, with their raw data
 * and at the end, from the records in the archive:
 *   data/views/columns.csv                  what every column of every CSV means, in both languages, and the formula guard
 *   data/views/org/departments.xml, .xsd, org.json      from streams departments and users; not there when both are empty
 *   data/report/gaps.csv                    every record of streams gaps and limits; always there
 */
#ifndef FORMATS_VIEWS_H
#define FORMATS_VIEWS_H

#include "core/format.h"

struct views;

/* Opens the sink of a path; asked again for the same path it gives the same sink.  sink->n_bytes > 0: written before an interruption, go on. */
struct views_place {
	enum status (*sink)(struct views_place *, const char *path, struct sink **, struct err *);
};

/* views_open(out, opt, place, err): borrows ${opt} and ${place} until close. */
enum status views_open(struct views **out, const struct format_options *opt, struct views_place *place, struct err *) STATUS_USE;
/*
 * views_put(v, rec, err): feed the appending views.  All bytes of the record are in their sinks when it returns: a commit may follow.
 * Few tables are open at once: a place may be asked for the same path many times.  ST_INPUT: a stream whose name cannot be part of a path
 * ([a-z0-9_-], below 48), or two kinds in one stream.
 */
enum status views_put(struct views *, const struct record *, struct err *) STATUS_USE;
/* views_finish(v, records, err): the whole views; ${records} iterates over what the archive holds.  A stream it does not know is an empty one. */
enum status views_finish(struct views *, struct record_iter *records, struct err *) STATUS_USE;
void views_close(struct views *);	/* NULL does nothing */

#endif
