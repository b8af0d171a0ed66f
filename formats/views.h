/*
 * views.h: which views an export leaves, and where (product contract 5).
 *
 *   data/views/<stream>.csv                 one per stream; messages split by month: messages-2026-11.csv (month in the tenant's zone)
 *   data/views/columns.csv                  what every column of every CSV means, in both languages, and the formula guard
 *   data/views/org/departments.xml, .xsd, org.json      at the end, from the records of departments and users
 *   data/report/gaps.csv                    every gap and limit
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
/* views_put(v, rec, err): feed the appending views.  All bytes of the record are in their sinks when it returns: a commit may follow. */
enum status views_put(struct views *, const struct record *, struct err *) STATUS_USE;
/* views_finish(v, records, err): the whole views; ${records} iterates over what the archive holds. */
enum status views_finish(struct views *, struct record_iter *records, struct err *) STATUS_USE;
void views_close(struct views *);	/* NULL does nothing */

#endif
