/*
 * conversations.h: the messages as people know them: by conversation and day, in order of time.  All messages are kept in a scratch database while this lives.
 *
 * A conversation is a room, or otherwise the set of those who take part (sender and recipients, in order of their ids); a message that names nobody stands in one
 * without members.  The day is that of sent_at in the tenant's zone; messages without a time come first, as day "undated".
 */
#ifndef FORMATS_CONVERSATIONS_H
#define FORMATS_CONVERSATIONS_H

#include "core/view.h"

#define CONVERSATIONS_DAY	16	/* "2026-11-21" or "undated", and NUL */

struct conversations;

struct conversation {
	int64_t		 number;	/* from 1, by the first message in the archive */
	struct str	 room;		/* absent: no room */
	struct str	 members;	/* without a room: JSON list of ids, in byte order; else absent */
	struct str	 key;		/* what tells it from every other: names files */
	uint64_t	 n_messages, n_days;
};

/* conversations_open(out, in, err): reads the stream messages.  Objects of another kind in it are passed over. */
enum status conversations_open(struct conversations **out, const struct view_input *in, struct err *) STATUS_USE;
void conversations_close(struct conversations *);	/* NULL does nothing */
/*
 * conversations_each(c, each, ctx, err): every conversation, in the order of their numbers.  Within ${each} the days and messages of it may be read.
 * conversations_days(c, number, each, ctx, err): its days in order, with the number of messages.
 * conversations_messages(c, number, day, each, ctx, err): the messages of one day (NULL: of all), in order of time and, at one moment, of the archive.  Views of the record live
 * for the call; rec->line is set.  One reading of messages at a time.
 */
enum status conversations_each(struct conversations *, enum status (*each)(void *ctx, const struct conversation *, struct err *), void *ctx, struct err *) STATUS_USE;
enum status conversations_days(struct conversations *, int64_t number, enum status (*each)(void *ctx, const char *day, uint64_t n, struct err *), void *ctx, struct err *) STATUS_USE;
enum status conversations_messages(struct conversations *, int64_t number, const char *day,
    enum status (*each)(void *ctx, const struct record *, struct err *), void *ctx, struct err *) STATUS_USE;
/*
 * conversations_find(c, id, a, out, err): where the message ${id} stands: its conversation, day and line (in ${a}).  For what is quoted or recalled.  ST_END: not in the
 * archive.  conversations_recall(c, id, a, line, err): the line of the message that recalls ${id}.  ST_END: it was not recalled.
 */
struct conversations_place { int64_t number; char day[CONVERSATIONS_DAY]; struct str line; };
enum status conversations_find(struct conversations *, struct str id, struct arena *, struct conversations_place *out, struct err *) STATUS_USE;
enum status conversations_recall(struct conversations *, struct str id, struct arena *, struct str *line, struct err *) STATUS_USE;

#endif
