/* hook_chat_loss.c: what was lost or never to be had, told from the numbers of the rows and from the time since the last run. */
#include "exporters/hook_chat_priv.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/limits.h"

#define WINDOW_MS	((int64_t)5 * 24 * 3600 * 1000)	/* what the server keeps [91552] */

/*
 * seq is increasing but not promised without gaps [91774], and a server whose window has moved on silently begins at the oldest row it has.
 * Which of the two a jump behind an earlier session is, the last row read tells: while the server still has it, nothing behind it has expired.
 */
static enum status
still_there(struct hook_chat *h, bool *there, struct err *err)
{
	struct chat_page page;
	struct arena a;
	struct str text;
	enum status st;
	int code;

	*there = false;
	if (h->pos.seq == 0)
		return ST_OK;
	arena_init(&a, LIMIT_ARENA);
	if ((st = chat_file_turn(&h->budget, err)) == ST_OK && (st = chat_proc_pull(h->proc, h->pos.seq - 1, 1, &code, &text, err)) == ST_OK &&
	    code == 0 && chat_page_read(text, &a, &page, NULL) == ST_OK)
		*there = page.n > 0 && page.rows[0].seq == h->pos.seq;
	arena_free(&a);
	return st;
}

/* The end was seen longer ago than the server keeps: whether something was lost since then cannot be known. */
static enum status
too_long_ago(struct hook_chat *h, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "messages", "window_lost");

	if (!h->carried || h->pos.read_ms == WHEN_UNKNOWN || when_now_ms() - h->pos.read_ms <= WINDOW_MS)
		return ST_OK;
	note.count = 0;
	note.is_final = true;
	note.from_ms = h->pos.read_ms;
	note.until_ms = when_now_ms() - WINDOW_MS;
	note.detail = STR("距上次导出已超过服务器保留的五天。 the last export is longer ago than the five days that the server keeps");
	return chat_notes_add(&h->notes, &note, err);
}

enum status
hook_chat_loss_seq(struct hook_chat *h, const struct chat_row *row, int64_t sent_ms, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "messages", "window_lost");
	const struct chat_cursor *pos = &h->pos;
	bool first = h->resumed_at, there = true;
	char detail[200];
	enum status st;

	h->resumed_at = false;
	if (!pos->has_seq)
		return first ? too_long_ago(h, err) : ST_OK;
	if (row->seq - 1 <= pos->seq)
		return ST_OK;
	record_flag(&h->rec, "seq_jump");
	if (first && (st = still_there(h, &there, err)) != ST_OK)
		return st;
	if (there) {
		h->pos.n_jumps++;
		h->pos.n_missing += row->seq - 1 - pos->seq;
		return ST_OK;
	}
	snprintf(detail, sizeof(detail), "seq %" PRIu64 " was the last read, %" PRIu64 " is the first there is; the server keeps five days",
	    pos->seq, row->seq);
	note.count = row->seq - 1 - pos->seq;
	note.is_final = true;
	note.from_ms = pos->time_ms;
	note.until_ms = sent_ms;
	note.detail = str_of(detail);
	return chat_notes_add(&h->notes, &note, err);
}

/* The very first row ever read: what lay before was never to be had. */
enum status
hook_chat_loss_beginning(struct hook_chat *h, int64_t sent_ms, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_LIMIT, "messages", "before_window");

	if (h->pos.begun)
		return ST_OK;
	h->pos.begun = true;
	note.count = 0;
	note.is_final = true;
	note.until_ms = sent_ms;
	note.detail = STR("平台只保留五天的消息，更早的不提供。 the platform keeps messages for five days; what lay before is not offered");
	return chat_notes_add(&h->notes, &note, err);
}

/* The walk is at its end and met nothing at all. */
enum status
hook_chat_loss_absence(struct hook_chat *h, struct err *err)
{
	return h->resumed_at ? too_long_ago(h, err) : ST_OK;
}
