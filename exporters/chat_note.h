/* chat_note.h: gaps and limits of the chat archive, waiting to be given as items. */
#ifndef EXPORTERS_CHAT_NOTE_H
#define EXPORTERS_CHAT_NOTE_H

#include "core/source.h"
#include "exporters/retry.h"

#define CHAT_NOTES_MAX	64u

struct chat_note {
	enum source_what what;		/* SRC_GAP, SRC_LIMIT, or SRC_CLOSED with the event's detail */
	const char	*stream, *reason, *endpoint;	/* literals */
	struct str	 object, detail, retry;		/* copied; may be absent */
	uint64_t	 count;		/* 0: not known */
	bool		 is_final;
	int64_t		 from_ms, until_ms;	/* WHEN_UNKNOWN: none */
	struct str	 entry;		/* what another run needs to try again (retry.h); absent: nothing helps.  Copied */
	struct retry_gaps before;	/* of earlier runs; copied */
};
struct chat_notes { struct arena arena; struct chat_note v[CHAT_NOTES_MAX]; size_t first, n; char count[24]; };

void chat_notes_init(struct chat_notes *);
void chat_notes_free(struct chat_notes *);
/* chat_note_of(what, stream, reason): one without anything else, count 1. */
struct chat_note chat_note_of(enum source_what, const char *stream, const char *reason);
enum status chat_notes_add(struct chat_notes *, const struct chat_note *, struct err *) STATUS_USE;
/* chat_notes_take(q, rec, it, note): the oldest as an item with ${rec}, and as it was noted; false: none.  Views live until the next call of add or take. */
bool chat_notes_take(struct chat_notes *, struct record *, struct source_item *, const struct chat_note **note);

#endif
