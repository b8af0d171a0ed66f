/* html_gaps.h: what of one stream is not in this archive, for pages that show what is: read once, told on every page. */
#ifndef FORMATS_HTML_GAPS_H
#define FORMATS_HTML_GAPS_H

#include "core/view.h"
#include "formats/html_words.h"
#include "formats/stamp.h"

#define HTML_GAPS_MAX 64u /* rows; beyond, periods of one reason are joined, so that a page says rather too much than too little */

/* Gaps, or limits, of one reason; those with a period of their own stand alone. */
struct html_gap {
	const struct html_word *reason; /* NULL: a word that the table does not know, ${word} then */
	char word[32];
	bool limit;
	uint64_t objects;
	int64_t from_ms, until_ms; /* WHEN_UNKNOWN: open */
};
struct html_gaps {
	struct html_gap at[HTML_GAPS_MAX];
	size_t n;
};

/* html_gaps_read(g, in, stream, err): from the streams gaps and limits. */
enum status html_gaps_read(struct html_gaps *, const struct view_input *, const char *stream, struct err *) STATUS_USE;
/* html_gaps_table(g, h, stamp): all of them, with a heading; says so where there are none. */
void html_gaps_table(const struct html_gaps *, struct html_out *, struct stamp *);
/* html_gaps_day(g, h, stamp, day): a line with those that may touch this day ("2026-11-21", in the tenant's zone; any other text: no day is known); no line where none does. */
void html_gaps_day(const struct html_gaps *, struct html_out *, struct stamp *, const char *day);

#endif
