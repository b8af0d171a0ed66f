/* chat_cursor.h: where the chat archive stands, as JSON between calls and runs; for hook_chat.c. */
#ifndef EXPORTERS_CHAT_CURSOR_H
#define EXPORTERS_CHAT_CURSOR_H

#include "core/buf.h"
#include "core/when.h"

struct chat_cursor {
	uint64_t seq;		/* the highest read; has_seq false: none yet */
	int64_t	 time_ms;	/* of the latest message read, WHEN_UNKNOWN */
	int64_t	 read_ms;	/* when the end was last seen: all messages before are had; WHEN_UNKNOWN */
	uint64_t files_length;	/* of the list of files fetched, exporters/idset.h */
	uint64_t n_messages, n_files, n_undecrypted;	/* given in this run */
	uint64_t n_lost_files;	/* messages that name a file without an id */
	uint64_t n_jumps, n_missing;	/* jumps in seq, and how many numbers they leave out */
	uint64_t retry_at;	/* entries of the last run's carry that are done with */
	uint64_t n_in_vain;	/* files among them that could not be had, in a row */
	uint64_t n_not_tried;	/* files among them that were therefore left to the next run */
	uint64_t n_rows_not_tried;	/* rows, once the platform gave no messages */
	uint64_t retry_length;	/* of the list of new entries */
	bool	 has_seq, begun, done;
	bool	 rows_shut;	/* no further row is tried in this run */
};

enum status chat_cursor_write(const struct chat_cursor *, struct buf *out, struct err *) STATUS_USE;
/* ST_CORRUPT: it is not one of ours. */
enum status chat_cursor_read(struct str, struct chat_cursor *, struct err *) STATUS_USE;
#define CHAT_CARRY_MAX	((size_t)16 << 20)
/* Of the carry only seq, time and read are this module's; hook_chat_retry.c adds what is to be tried again. */
enum status chat_cursor_carry_write(const struct chat_cursor *, struct buf *out, struct err *) STATUS_USE;
enum status chat_cursor_carry_read(struct str, struct chat_cursor *, struct err *) STATUS_USE;

#endif
