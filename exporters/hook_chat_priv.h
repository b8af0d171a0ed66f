/*
 * hook_chat_priv.h: the state of the chat archive's hook, shared by hook_chat*.c and nobody else.
 *
 *   RETRY  what earlier runs did not get: a file or a row each → FILES of a row, PAGE; behind the last → PULL
 *   PULL   a page; its rows → ROWS, the end → TAIL
 *   ROWS   one row after the other: a record each → FILES; behind the last → PAGE
 *   FILES  the files of the record just given → ROWS, or PAGE behind a row that was tried again
 *   PAGE   commit point → RETRY, PULL
 *   TAIL   limits known only now, the count, ends of streams, last commit point → DONE
 *
 * Gaps and limits wait in notes and go out before anything else.
 */
#ifndef EXPORTERS_HOOK_CHAT_PRIV_H
#define EXPORTERS_HOOK_CHAT_PRIV_H

#include "core/secret.h"
#include "exporters/chat_file.h"
#include "exporters/chat_pull.h"
#include "exporters/hook.h"
#include "exporters/idset.h"
#include "exporters/map_chat.h"
#include "exporters/retry.h"

enum phase { RETRY, PULL, ROWS, FILES, PAGE, TAIL_NOTES, TAIL_COUNT, TAIL_END, TAIL_PAGE, DONE };

struct hook_chat {
	struct hook		 hook;		/* first */
	const struct source_params *params;
	char			 section[256];
	struct buf		 library;
	struct secret		 secret, passwd;
	struct chat_proc	*proc;
	struct chat_keys	*keys;
	struct chat_decrypt	*decrypt;
	struct budget		 budget, media_budget;
	struct idset		 files;
	bool			 has_files, wants_messages, wants_files, filtered;
	struct chat_pull	 pull;
	struct chat_notes	 notes;
	enum phase		 phase;
	struct chat_cursor	 pos, committed;
	bool			 resumed_at;	/* the next row is the first of this session behind a known place */
	bool			 carried;	/* that place is of an earlier run, which may have met no row at all */
	size_t			 row, file, end;
	enum phase		 behind_files;
	/* hook_chat_retry.c: */
	struct idset		 retry_set;
	bool			 has_retry;
	struct retry		 retry;
	struct json_node	*old;		/* the last run's carry */
	struct arena		 carry_arena;
	size_t			 retry_list, retry_node;	/* its entries; the next one, 0 until it was looked for */
	uint64_t		 n_retry;	/* entries that this run tries */
	struct retry_gaps	 before;	/* of the object tried again; else all absent */
	const uint64_t		*n_gaps;
	struct arena		 arena;		/* of the row at hand */
	struct record		 rec;
	struct chat_message	 message;
	struct chat_fetched	 fetched;
	char			 size[24], from_seq[24];
	struct str		 n_id;
	struct buf		 cursor_text, carry_text, old_carry;
};

/* hook_chat_start.c */
/* What is wanted and where to begin.  ST_CORRUPT: the cursor or carry is not one of ours. */
enum status hook_chat_start_place(struct hook_chat *, const struct hook_ctx *, struct err *) STATUS_USE;
enum status hook_chat_start_configured(struct hook_chat *, const char **secret, struct err *) STATUS_USE;	/* ST_END: it is not, and that is noted */
enum status hook_chat_start(struct hook_chat *, const char *secret, struct err *) STATUS_USE;

/* hook_chat_row.c */
enum status hook_chat_row(struct hook_chat *, struct source_item *, struct err *) STATUS_USE;		/* ST_END: nothing to give for this step */
enum status hook_chat_row_file(struct hook_chat *, struct source_item *, struct err *) STATUS_USE;	/* of the row just given; the same */

/* ${f} of message ${of}; ${sha256}: of bytes that are archived in its place, absent.  As hook_chat_row_file. */
enum status hook_chat_row_fetch(struct hook_chat *, const struct chat_file *f, struct str of, struct str sha256, struct source_item *, struct err *) STATUS_USE;
/* A row tried again; ${known}: its envelope is archived.  The same. */
enum status hook_chat_row_again(struct hook_chat *, const struct chat_row *, bool known, struct source_item *, struct err *) STATUS_USE;
/* What a later run needs to ask for a row whose envelope is archived; lives as long as h->arena. */
enum status hook_chat_row_entry(struct hook_chat *, uint64_t seq, struct str id, struct str *entry, struct err *) STATUS_USE;

/* hook_chat_retry.c */
enum status hook_chat_retry_open(struct hook_chat *, struct err *) STATUS_USE;	/* once the place is known */
enum status hook_chat_retry(struct hook_chat *, struct source_item *, struct err *) STATUS_USE;		/* ST_END: nothing to give for this step */
enum status hook_chat_retry_note(struct hook_chat *, const struct chat_note *, struct record *gap, struct err *) STATUS_USE;
enum status hook_chat_retry_write(struct hook_chat *, struct buf *out, struct err *) STATUS_USE;	/* ,"retry":[…], if there is something */

/* hook_chat_loss.c: each adds a note where there is something to tell */
enum status hook_chat_loss_seq(struct hook_chat *, const struct chat_row *, int64_t sent_ms, struct err *) STATUS_USE;	/* a jump before this row */
enum status hook_chat_loss_beginning(struct hook_chat *, int64_t sent_ms, struct err *) STATUS_USE;
enum status hook_chat_loss_absence(struct hook_chat *, struct err *) STATUS_USE;	/* the walk is at its end */

#endif
