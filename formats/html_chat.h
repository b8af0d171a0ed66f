/* html_chat.h: what the files that write chat pages share: the run over all conversations, and the pieces of a message. */
#ifndef FORMATS_HTML_CHAT_H
#define FORMATS_HTML_CHAT_H

#include "core/json.h"
#include "core/limits.h"
#include "formats/conversations.h"
#include "formats/html_gaps.h"
#include "formats/html_index.h"
#include "formats/html_page.h"
#include "formats/html_types.h"
#include "formats/reference.h"

#define HTML_TOLD	1024u
#define HTML_DAY_PEOPLE	512u	/* at the foot of a day; more: their number is not known */

struct html_chat {
	const struct view_input *in;
	struct view_place *place;
	struct conversations *talks;
	struct reference *who;
	struct html_index *index;
	struct html_gaps gaps;		/* of the messages */
	struct html_out html;
	struct stamp stamp;
	struct arena arena;		/* of the message at hand */
	/* The conversation at hand. */
	int64_t number;
	uint64_t n_days;
	struct str title, room, members;
	char dir[HTML_PATH_ID];
	/* Of the day at hand: who sent or was sent its messages, in order of their ids; sums of lists of recipients that were looked at. */
	struct str people[HTML_DAY_PEOPLE];
	size_t n_people;
	bool more_people;
	struct arena day_arena;
	uint64_t told[HTML_TOLD];
	const char *day;		/* of the page */
	unsigned part;
	/* Attachments of the message at hand that were shown. */
	struct str *shown;
	size_t n_shown, cap_shown;
};

/* html_message(c, rec): its <article>.  Failures stay in c->html. */
void html_message(struct html_chat *, const struct record *);
/* html_payload(c, rec, type, t, i, depth): object ${i} by the rows of its type, its attachment, and as JSON whatever stands in no row. */
void html_payload(struct html_chat *, const struct record *, const struct html_type *type, const struct json_node *t, size_t i, unsigned depth);
/* html_media(c, rec, id, as, t, i): one attachment; object ${i} (t NULL: none) is where the message names it. */
void html_media(struct html_chat *, const struct record *, struct str id, enum html_media as, const struct json_node *t, size_t i);
bool html_media_shown(const struct html_chat *, struct str id);
/* html_person(c, id): name, and the id beside it; the id alone where no name is known. */
void html_person(struct html_chat *, struct str id);
/* html_said(h, text): text as people wrote it; what WeCom puts before an answer (quoted text and a line of dashes) as a quotation. */
void html_said(struct html_out *, struct str text);
/* html_json(h, value): a JSON value as it stands. */
void html_json(struct html_out *, struct str value);
/* html_string(c, node): text of a string node; absent when it is none or memory failed. */
struct str html_string(struct html_chat *, const struct json_node *node);

#endif
