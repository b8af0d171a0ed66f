/*
 * views_ids.h: which records are in an archive, and which of them the files of every family name: put together in bounded memory, record by record.
 * What XML cannot hold (controls, noncharacters) counts as U+FFFD on both sides, as it does in views (robustness: bad text).
 */
#ifndef CMD_VIEWS_IDS_H
#define CMD_VIEWS_IDS_H

#include "core/view.h"

#define VIEWS_FAMILIES	64u

struct views_ids;

/* What one family comes to. */
struct views_sum {
	uint64_t n_records;		/* of its kinds */
	uint64_t n_missing, n_extra;
	char	 missing[200], extra[200];	/* the first of each: "messages/ID" with "@version"; made for people, cut */
};

enum status views_ids_open(struct views_ids **out, struct err *) STATUS_USE;
void views_ids_close(struct views_ids *);	/* NULL does nothing */
/* views_ids_record(v, rec, err): the archive has it.  views_ids_found(v, family, …): a file of family number ${family} names it. */
enum status views_ids_record(struct views_ids *, const struct record *, struct err *) STATUS_USE;
enum status views_ids_found(struct views_ids *, unsigned family, const char *stream, struct str id, struct str version, struct err *) STATUS_USE;
/* views_ids_sum(v, kinds, n, out, err): for families 0 to ${n} - 1, which hold ${kinds}; once. */
enum status views_ids_sum(struct views_ids *, const unsigned *kinds, size_t n, struct views_sum *out, struct err *) STATUS_USE;

#endif
