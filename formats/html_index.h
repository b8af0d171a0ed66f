/*
 * html_index.h: who spoke with whom and when, gathered while the pages of a conversation are written, in a scratch database; then the pages that lead to them.
 */
#ifndef FORMATS_HTML_INDEX_H
#define FORMATS_HTML_INDEX_H

#include "core/view.h"
#include "formats/html_gaps.h"
#include "formats/html_path.h"
#include "formats/reference.h"

#define HTML_INDEX_DAYS 3u /* a conversation of so many days has a list of them, index.html beside their pages: of two, both are linked elsewhere */

struct html_index;

enum status html_index_open(struct html_index **out, const struct view_input *in, struct err *) STATUS_USE;
void html_index_close(struct html_index *); /* NULL does nothing */
/* A conversation: its number, directory, name for people, id (absent: no room), messages and days. */
enum status html_index_talk(struct html_index *, int64_t number, const char *dir, struct str title, struct str room, uint64_t n_messages, uint64_t n_days,
    struct err *) STATUS_USE;
enum status html_index_day(struct html_index *, int64_t number, const char *day, uint64_t n_messages, struct err *) STATUS_USE;
/* ${id} takes part in a conversation; sent: as the sender of one message. */
enum status html_index_person(struct html_index *, int64_t number, struct str id, bool sent, struct err *) STATUS_USE;
/* A message stands in a further part of its day; html_index_part: in which, 1 where it was not told. */
enum status html_index_place(struct html_index *, struct str id, struct str version, unsigned part, struct err *) STATUS_USE;
enum status html_index_part(struct html_index *, struct str id, struct str version, unsigned *part, struct err *) STATUS_USE;
/* html_index_write(x, in, who, gaps, h, place, err): all index pages. */
enum status html_index_write(
    struct html_index *, const struct view_input *, struct reference *, const struct html_gaps *, struct html_out *, struct view_place *, struct err *) STATUS_USE;

#endif
