/*
 * html_page.h: the frame of every page: language, policy, style.  No script is ever there, and the policy forbids it besides: nothing is loaded but what the policy names,
 * and what it names lies beside the page ('self' of a file: page is files).  Links are followed by a person's hand alone and without a referrer.
 */
#ifndef FORMATS_HTML_PAGE_H
#define FORMATS_HTML_PAGE_H

#include "formats/html_out.h"
#include "formats/stamp.h"

/* html_page_begin(h, title, css): style in a file ${css}, relative to the page; pictures, sound and video beside it are allowed.  <body> is open. */
void html_page_begin(struct html_out *, struct str title, const char *css);
/* html_page_begin_alone(h, title, style): the style inside the page, named in the policy by its hash; nothing else is loaded at all. */
void html_page_begin_alone(struct html_out *, struct str title, struct str style);
void html_page_end(struct html_out *);

/* html_time(h, stamp, ms, day): a moment in the tenant's zone with its offset, to the second, the day before it or not; datetime has the milliseconds. */
void html_time(struct html_out *, struct stamp *, int64_t ms, bool day);
/* html_fact(h, zh, en): <dt> with both labels, <dd> left open; html_fact_end closes it.  Inside html_open(h, "dl"). */
void html_fact(struct html_out *, const char *zh, const char *en);
void html_fact_end(struct html_out *);
/* html_table(h, columns): a table with its head, the body left open; columns are { zh, en }, ended by NULL; "#" before the Chinese: numbers.  html_table_end closes it. */
void html_table(struct html_out *, const char *const (*columns)[2]);
void html_table_end(struct html_out *);
/* html_href(h, href, zh, en): a link to another page of ours. */
void html_href(struct html_out *, const char *href, const char *zh, const char *en);

/* The files of style in this program. */
struct str html_style_chat(void);
struct str html_style_report(void);

#endif
