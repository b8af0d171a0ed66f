/*
 * view_html.h: chat to read: static pages, one per conversation and day, without script.
 *
 *   data/views/chat/index.html (index-2.html …)      every conversation, the last one first, and the months
 *   data/views/chat/rooms.html (rooms-2.html …)      rooms alone
 *   data/views/chat/months/2026-11.html (…-2.html)   what was said on which day
 *   data/views/chat/people/index.html (…-2.html)     everybody who sent or received, and people/<person>.html with their conversations
 *   data/views/chat/<conversation>/<day>.html        the messages of a day, or its first part
 *   data/views/chat/<conversation>/index.html        the days of a conversation that has more than two
 *   data/views/chat/style.css
 *
 * <conversation> is the room's id, or "h-" and 32 hex digits of SHA-256 of conversation.key; <person> alike (html_path.h).  <day> is 2026-11-21 or undated.  A day with more than
 * HTML_PAGE_MESSAGES messages or HTML_PAGE_BYTES goes on in further pages, whose names have no room for hyphens: 2026112102, …03, in base 36 (undated-02).  After 1295
 * parts the last takes the rest.
 *
 * Every message is one <article data-id data-version> (html_attr_exact), each exactly once.
 */
#ifndef FORMATS_VIEW_HTML_H
#define FORMATS_VIEW_HTML_H

#include "core/view.h"

#define HTML_PAGE_MESSAGES 1000u
#define HTML_PAGE_BYTES ((uint64_t)2 << 20)

extern const struct view_family html_view;

#endif
