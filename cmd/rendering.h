/*
 * rendering.h: views made again from the records of a sealed archive: which, from which records, with which options.
 */
#ifndef CMD_RENDERING_H
#define CMD_RENDERING_H

#include "cmd/facts.h"
#include "cmd/filter_iter.h"
#include "cmd/sealed_iter.h"
#include "formats/formats.h"

struct rendering {
	struct lookup	*l;		/* borrowed */
	struct facts	 facts;
	struct sealed_iter records;
	struct filter_iter filter;
	struct record_iter *iter;	/* what is left of the records by the scope */
	const struct view_family *families[FACTS_FAMILIES]; size_t n_families;	/* in the order of the table */
};

void rendering_init(struct rendering *);
void rendering_free(struct rendering *);
/* rendering_open(r, l, err): what the archive says of its views; the zone of local times becomes that of the archive.  All families that it has, all records. */
enum status rendering_open(struct rendering *, struct lookup *l, struct err *) STATUS_USE;
/* rendering_scope(r, scope, scratch, err): only these records; both are borrowed. */
enum status rendering_scope(struct rendering *, const struct scope *, int scratch, struct err *) STATUS_USE;
/* rendering_choose(r, names, n, err): these families instead.  ST_USAGE: there is none of that name; the nearest one is said. */
enum status rendering_choose(struct rendering *, const struct str *names, size_t n, struct err *) STATUS_USE;
bool rendering_has(const struct rendering *, const struct view_family *);
/* rendering_make(r, opt, place, scratch, err): ${opt}: facts_options with the report. */
enum status rendering_make(struct rendering *, const struct format_options *, struct view_place *, int scratch, struct err *) STATUS_USE;

/* formats_help(): the families with their summaries, for help, on stdout. */
void formats_help(void);

#endif
