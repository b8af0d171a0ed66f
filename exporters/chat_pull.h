/*
 * chat_pull.h: the pages of the chat archive, in order of seq, each row once, decrypted.
 *
 * A short page is not the end; an empty one is, when a second one is empty too.  Rows that came before are left out (by seq,
 * and by msgid within two pages).  A page that does not lead on is asked for again, three times.  A page at which the library
 * fails is asked for in smaller pieces, down to single rows; a row that cannot be had at all is a gap, and ten in a row end the session.
 */
#ifndef EXPORTERS_CHAT_PULL_H
#define EXPORTERS_CHAT_PULL_H

#include "exporters/budget.h"
#include "exporters/chat_cursor.h"
#include "exporters/chat_decrypt.h"
#include "exporters/chat_note.h"

struct chat_pull {
	struct chat_proc	*proc;
	struct chat_decrypt	*decrypt;
	struct budget		*budget;
	uint64_t		 backoff_ms;
	uint32_t		 limit, limit_max;
	unsigned		 n_garbage, n_skipped, n_stuck, n_empty, n_busy, n_renewed;
	bool			 from_oldest;	/* 10010: seq is too old, what there is begins later */
	struct arena		 arena, ids_arena;	/* of the page; of the msgids of the page before */
	struct chat_row		*rows;
	size_t			 n_rows;
	struct str		*ids;		/* sorted */
	size_t			 n_ids;
	uint64_t		 n_repeated;	/* rows left out because they had been given */
};

enum chat_pull_what {
	CHAT_PULL_ROWS,	/* rows, n_rows: at least one, until the next call */
	CHAT_PULL_END,	/* nothing newer */
	CHAT_PULL_SKIP,	/* a row could not be had: pos->seq was advanced, a gap noted */
	CHAT_PULL_SHUT	/* the platform does not give messages at all: a gap or a limit noted */
};

void chat_pull_init(struct chat_pull *, uint32_t limit_max);
void chat_pull_free(struct chat_pull *);
/* chat_pull_patience(p, errcode, again, err): what an errcode inside an answer allows: to wait (four times in a row) or, once, to renew the library's token.  *again: ask once more. */
enum status chat_pull_patience(struct chat_pull *, int64_t errcode, bool *again, struct err *) STATUS_USE;
/* chat_pull_next(p, pos, notes, what, err): ST_RETRY, ST_REMOTE, ST_DENIED, ST_STOPPED, … end the session. */
enum status chat_pull_next(struct chat_pull *, struct chat_cursor *pos, struct chat_notes *, enum chat_pull_what *, struct err *) STATUS_USE;

#endif
