/* html_path.h: names of pages made from ids. */
#ifndef FORMATS_HTML_PATH_H
#define FORMATS_HTML_PATH_H

#include "core/str.h"

#define HTML_PATH_ID 35u /* "h-", 32 hex digits, NUL */

/*
 * html_path_id(id, plain, out, err): ${id} itself where ${plain} and it is [a-z0-9][a-z0-9._-]*, short enough, does not begin with "h-" and is none of our own names (index,
 * people, months, rooms); otherwise "h-" and 32 hex digits of its SHA-256.
 */
enum status html_path_id(struct str id, bool plain, char out[HTML_PATH_ID], struct err *) STATUS_USE;
/* html_path_part(day, part, out): "2026-11-21", then "2026112102" …; ${part} from 1 to HTML_PARTS. */
#define HTML_PARTS 1295u
void html_path_part(const char *day, unsigned part, char out[12]);

#endif
