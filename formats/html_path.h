/* html_path.h: names of pages made from ids. */
#ifndef FORMATS_HTML_PATH_H
#define FORMATS_HTML_PATH_H

#include "core/str.h"

#define HTML_PATH_ID 35u /* "h-", 32 hex digits, NUL */

/*
 * html_path_id(id, plain, out, err): where ${plain} as path_of_id (path.h), but the hash for names of our own too (index, people, months, rooms, index-…, ….html,
 * ….css); otherwise always the hash.
 */
enum status html_path_id(struct str id, bool plain, char out[HTML_PATH_ID], struct err *) STATUS_USE;
/* html_path_part(day, part, out): "2026-11-21", then "2026112102" …; ${part} from 1 to HTML_PARTS. */
#define HTML_PARTS 1295u
void html_path_part(const char *day, unsigned part, char out[12]);

#endif
