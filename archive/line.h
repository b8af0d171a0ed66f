/* line.h: is a record line one JSON object in UTF-8 (archive format 4.1)?  Made for speed: verification reads every byte of every record. */
#ifndef ARCHIVE_LINE_H
#define ARCHIVE_LINE_H

#include "archive/line_names.h"
#include "core/arena.h"

#define LINE_DEPTH_MAX	1024u	/* brackets inside each other; the format names no bound */

/*
 * line_check(names, line, err): exactly one object of RFC 8259, valid UTF-8, no CR; outside of the outermost "raw" no name twice in an object and no half
 * of a surrogate pair.  ${names}: memory kept from line to line.  ST_CORRUPT; ST_UNSURE: deeper or with more names than this program follows.
 */
enum status line_check(struct line_names *, struct str line, struct err *) STATUS_USE;
/*
 * line_id(line, a, id, err): the id of a record whose line has passed line_check: its first member "id" outside of other members, when that is a string;
 * absent when there is none.  A view into ${line} or ${a}.
 */
enum status line_id(struct str line, struct arena *, struct str *id, struct err *) STATUS_USE;

#endif
