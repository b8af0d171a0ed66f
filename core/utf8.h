/* utf8.h: UTF-8 by Unicode 15 table 3-7; what may be shown where. */
#ifndef CORE_UTF8_H
#define CORE_UTF8_H

#include "core/buf.h"

/* utf8_next(s, at, cp): decode at *at; on a bad byte *cp = 0xFFFD, *at advances by the maximal subpart, returns false. */
bool utf8_next(struct str, size_t *at, uint32_t *cp);
bool utf8_ok(struct str);
bool utf8_ijson(struct str);				/* well-formed and without noncharacters, as RFC 7493 wants text */
/* Text that comes in pieces, cut anywhere; begin with zeros.  utf8_feed: false from the first bad byte on; utf8_fed: well-formed to its end. */
struct utf8_feed { char held[4]; size_t n; bool bad; };
bool utf8_feed(struct utf8_feed *, struct str piece);
bool utf8_fed(const struct utf8_feed *);
size_t utf8_put(uint32_t cp, char out[4]);		/* bytes written; surrogates and > 10FFFF give U+FFFD */
bool utf8_is_noncharacter(uint32_t cp);
bool utf8_is_xml(uint32_t cp);				/* XML 1.0 fifth edition, production Char */

/* utf8_clean(in, out, err): append ${in} with invalid sequences as U+FFFD. */
enum status utf8_clean(struct str in, struct buf *out, struct err *) STATUS_USE;

/*
 * utf8_terminal(in, out, err): append ${in} as one safe line for a terminal or a log: C0, C1, DEL, bidi controls,
 * line and paragraph separators, zero-width and tag characters, noncharacters and bad bytes become visible escapes (\x1b, \u{202e}).
 */
enum status utf8_terminal(struct str in, struct buf *out, struct err *) STATUS_USE;
/* utf8_width(s): columns on a terminal (wide East Asian and emoji count 2, combining 0). */
size_t utf8_width(struct str);

#endif
