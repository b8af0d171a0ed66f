/*
 * pager.h: what comes after a page.  An empty or short page is never the end; only what the platform says is.
 */
#ifndef EXPORTERS_PAGER_H
#define EXPORTERS_PAGER_H

#include "core/json.h"
#include "exporters/platform.h"

#define PAGER_ASK_AGAIN	3u	/* times a page is asked for again that says "more" but not where */

#define PAGER_PAGES_MAX	100000u	/* of one list: with 100 items each, ten millions */

struct pager {
	const struct paging *style;
	struct buf	 cursor;	/* of the page asked for now */
	bool		 has_cursor;	/* false: leave it out of the request */
	uint64_t	*seen;		/* digests of the cursors of this list, against rounds of several pages */
	size_t		 n_seen, seen_max;
	unsigned	 n_pages;	/* of this list, in this session */
	unsigned	 n_stuck;	/* answers in a row that led nowhere */
};
enum pager_step { PAGER_NEXT, PAGER_LAST, PAGER_AGAIN };

void pager_init(struct pager *);
/* pager_begin(p, style, err): the first page. */
enum status pager_begin(struct pager *, const struct paging *, struct err *) STATUS_USE;
/* pager_resume(p, style, cursor, err): go on at ${cursor} (absent: without one). */
enum status pager_resume(struct pager *, const struct paging *, struct str cursor, struct err *) STATUS_USE;
/*
 * pager_judge(p, t, n_items, arena, step, err): what the answer ${t} says.  PAGER_NEXT: the page counts and cursor is now that of the
 * next one.  PAGER_LAST: the page counts and is the last.  PAGER_AGAIN: ask for the same page again, after a moment.  ST_REMOTE: asked often enough, or no end
 * after PAGER_PAGES_MAX pages.
 */
enum status pager_judge(struct pager *, const struct json_node *t, size_t n_items, struct arena *, enum pager_step *, struct err *) STATUS_USE;
void pager_free(struct pager *);

#endif
