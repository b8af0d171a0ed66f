/*
 * verify_html.h: what `verify` found, as one page for people: no script, nothing loaded from anywhere, every text from outside escaped.
 * It is a report on paper, not evidence: the verdict is worth what the computer is worth that gave it.
 */
#ifndef CMD_VERIFY_HTML_H
#define CMD_VERIFY_HTML_H

#include "archive/verify.h"

struct verify_html {
	const char	*path;		/* of the page; NULL: none is wanted, and the calls do nothing */
	struct buf	body, lines;
	bool		package;	/* the page is about a disclosure package, set by its user */
	size_t		n[3];		/* archives and links by verdict */
};

/* verify_html_open(h, path, err): ${path} NULL: none.  ST_USAGE: something of that name is there already, which is never overwritten. */
enum status verify_html_open(struct verify_html *, const char *path, struct err *) STATUS_USE;
/* verify_html_line(h, verdict, text, err): a line about a part of what the next verify_html_add is about: a record of a package. */
enum status verify_html_line(struct verify_html *, enum verdict, const char *text, struct err *) STATUS_USE;
/* verify_html_add(h, name, report, err): one archive, or one step of a chain.  ST_LIMIT: over 64 MiB of report. */
enum status verify_html_add(struct verify_html *, const char *name, const struct verify_report *, struct err *) STATUS_USE;
/* verify_html_write(h, trusted, err): the page, whole or not at all; ${trusted}: some trust was given.  ST_IO. */
enum status verify_html_write(struct verify_html *, bool trusted, struct err *) STATUS_USE;
void verify_html_free(struct verify_html *);

#endif
