/*
 * hook_chat_retry.c: what earlier runs did not get of the chat archive, tried before anything new is read: the platform keeps it for days only.
 *
 *   entry in member "retry" of the carry (retry.h)             tried by
 *   {"file":ID,"of":MSGID,"md5":…,"size":…,"name":…,"sha256":…}  GetMediaData; sha256: of what came instead of the announced file, and was archived so
 *   {"row":SEQ,"id":MSGID}                                     GetChatData for that row; id: its envelope is archived, only its key was missing
 */
#include "exporters/hook_chat_priv.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"

#define BYTES_MAX	((uint64_t)4 << 20)
#define IDS_FILE	"chat-retry.ids"
#define IN_VAIN_MAX	32u	/* files in a row: each may have cost a minute of waiting */

static enum status
damaged(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("what the last run left for this one is damaged"));
}

enum status
hook_chat_retry_open(struct hook_chat *h, struct err *err)
{
	size_t n, i;
	enum status st;

	if ((st = idset_open(&h->retry_set, h->params->work_dir, IDS_FILE, h->pos.retry_length, err)) != ST_OK)
		return st;
	h->has_retry = true;
	h->retry = (struct retry){ .set = &h->retry_set, .run = h->params->run, .bytes_max = BYTES_MAX };
	if (h->old_carry.n == 0 || str_is(buf_str(&h->old_carry), "null"))
		return ST_OK;
	if (json_tape(buf_str(&h->old_carry), &h->carry_arena, &h->old, &n, NULL) != ST_OK)
		return damaged(err);
	if ((i = json_get(h->old, 0, "retry")) == 0)
		return ST_OK;
	if (h->old[i].tok != JSON_ARR)
		return damaged(err);
	h->n_retry = h->filtered ? 0 : h->old[i].n_children;
	h->retry_list = i;
	return ST_OK;
}

/* Node of the entry that comes next. */
static size_t
next_entry(struct hook_chat *h)
{
	uint64_t k;

	if (h->retry_node == 0)
		for (h->retry_node = h->retry_list + 1, k = 0; k < h->pos.retry_at; k++)
			h->retry_node = h->old[h->retry_node].next;
	return h->retry_node;
}

static enum status
text_of(struct hook_chat *h, size_t i, const char *name, struct str *out, struct err *err)
{
	size_t at = json_get(h->old, i, name);

	*out = STR_NONE;
	if (at == 0)
		return ST_OK;
	return h->old[at].tok == JSON_STR ? json_text(h->old[at].val, h->old[at].flags, &h->arena, out, err) : damaged(err);
}

/* It waits for the next run, its entry as it is. */
static enum status
leave(struct hook_chat *h, size_t i, struct err *err)
{
	h->phase = PAGE;
	return idset_add(&h->retry_set, json_whole(&h->old[i]), NULL, err);
}

static enum status
again_file(struct hook_chat *h, size_t i, struct source_item *it, struct err *err)
{
	struct chat_file f;
	struct str of, sha256;
	enum status st;

	memset(&f, 0, sizeof(f));
	if ((st = text_of(h, i, "file", &f.id, err)) != ST_OK || (st = text_of(h, i, "of", &of, err)) != ST_OK || (st = text_of(h, i, "md5", &f.md5, err)) != ST_OK ||
	    (st = text_of(h, i, "size", &f.size, err)) != ST_OK || (st = text_of(h, i, "name", &f.name, err)) != ST_OK ||
	    (st = text_of(h, i, "sha256", &sha256, err)) != ST_OK)
		return st;
	/* A message that was tried again in this run has asked for it; this entry's gap is closed by the run that asks next. */
	if (f.id.n <= IDSET_ID_MAX && idset_has(&h->files, f.id))
		return (st = leave(h, i, err)) == ST_OK ? ST_END : st;
	h->phase = PAGE;
	st = hook_chat_row_fetch(h, &f, of, sha256, it, err);
	h->pos.n_in_vain = h->fetched.reason != NULL && strcmp(h->fetched.reason, "fetch_failed") == 0 ? h->pos.n_in_vain + 1 : 0;
	return st;
}

/* ST_END with *row NULL: it cannot be had, and a note says why.  *shut: the platform gives no messages at all now; *again: it asks for patience, and had it. */
static enum status
ask_row(struct hook_chat *h, uint64_t seq, struct chat_note *note, struct chat_row **row, bool *shut, bool *again, struct err *err)
{
	static const char late[] = "GetChatData: the server does not keep it any more";
	struct chat_page page;
	struct str text;
	int code;
	enum status st;

	*row = NULL;
	*again = false;
	if ((st = chat_file_turn(&h->budget, err)) != ST_OK || (st = chat_proc_pull(h->proc, seq - 1, 1, &code, &text, err)) != ST_OK)
		return st;
	note->detail = STR("GetChatData: it could not be read again");
	if (code != 0) {
		note->is_final = code == 10010;
		if (note->is_final) {
			note->reason = "expired";
			note->detail = str_of(late);
		}
		return ST_END;
	}
	if ((st = arena_dup(&h->arena, text, &text, err)) != ST_OK)
		return st;
	st = chat_page_read(text, &h->arena, &page, err);
	if (st == ST_INPUT || st == ST_LIMIT)
		return ST_END;
	if (st != ST_OK)
		return st;
	if (page.errcode != 0) {
		if ((st = chat_pull_patience(&h->pull, page.errcode, again, err)) != ST_OK)
			return st;
		*shut = !*again;
		return ST_END;
	}
	h->pull.n_busy = 0;
	if (page.n == 0 || page.rows[0].seq != seq) {
		note->is_final = true;
		note->reason = "expired";
		note->detail = str_of(late);
		return ST_END;
	}
	if ((st = chat_decrypt_rows(h->decrypt, page.rows, 1, &h->arena, err)) == ST_OK)
		*row = page.rows;
	return st;
}

static enum status
fetch_row(struct hook_chat *h, uint64_t seq, struct chat_note *note, struct chat_row **row, bool *shut, struct err *err)
{
	enum status st;
	bool again;

	do
		st = ask_row(h, seq, note, row, shut, &again, err);
	while (st == ST_END && again);
	return st;
}

static enum status
again_row(struct hook_chat *h, size_t i, bool *shut, struct source_item *it, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "messages", "unreadable");
	size_t at = json_get(h->old, i, "row");
	struct chat_row *row;
	char object[32], entry[64];
	uint64_t seq;
	enum status st;

	if (str_u64(h->old[at].val, 1, UINT64_MAX, &seq, NULL) != ST_OK)
		return damaged(err);
	if ((st = text_of(h, i, "id", &h->n_id, err)) != ST_OK)
		return st;
	snprintf(h->from_seq, sizeof(h->from_seq), "%" PRIu64, seq - 1);
	snprintf(object, sizeof(object), "seq %" PRIu64, seq);
	snprintf(entry, sizeof(entry), "\"row\":%" PRIu64, seq);
	h->phase = PAGE;
	st = fetch_row(h, seq, &note, &row, shut, err);
	if (st != ST_END || *shut)
		return st == ST_OK ? hook_chat_row_again(h, row, h->n_id.p != NULL, it, err) : st;
	note.object = h->n_id.p != NULL ? h->n_id : str_of(object);
	note.retry = note.is_final ? STR_NONE : STR(RETRY_NEXT);
	note.entry = str_of(entry);
	if (h->n_id.p != NULL && (st = hook_chat_row_entry(h, seq, h->n_id, &note.entry, err)) != ST_OK)
		return st;
	note.before = h->before;
	return (st = chat_notes_add(&h->notes, &note, err)) == ST_OK ? ST_END : st;
}

/* What was not tried is still missing: one gap tells of all. */
static enum status
not_tried(struct hook_chat *h, uint64_t n, const char *of, const char *why, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, of, "not_tried");

	if (n == 0)
		return ST_OK;
	note.count = n;
	note.detail = str_of(why);
	note.retry = STR(RETRY_NEXT);
	return chat_notes_add(&h->notes, &note, err);
}

static enum status
again_over(struct hook_chat *h, struct err *err)
{
	const uint64_t n_files = h->pos.n_not_tried, n_rows = h->pos.n_rows_not_tried;
	enum status st;

	h->pos.n_not_tried = h->pos.n_rows_not_tried = 0;
	h->phase = n_files + n_rows == 0 ? PULL : PAGE;
	st = not_tried(h, n_rows, "messages", "messages of earlier gaps: the platform gives no messages now", err);
	return st == ST_OK ? not_tried(h, n_files, "files", "files of earlier gaps: too many in a row could not be had", err) : st;
}

/* ST_END: nothing to give for this step. */
enum status
hook_chat_retry(struct hook_chat *h, struct source_item *it, struct err *err)
{
	bool shut = false;
	size_t i;
	enum status st;

	if (h->pos.retry_at >= h->n_retry)
		return (st = again_over(h, err)) == ST_OK ? ST_END : st;
	arena_reset(&h->arena);
	i = next_entry(h);
	if ((st = retry_read(h->old, i, &h->arena, &h->before, err)) != ST_OK)
		return st;
	if (json_get(h->old, i, "file") == 0) {
		if (!h->pos.rows_shut)
			st = again_row(h, i, &shut, it, err);
		h->pos.rows_shut |= shut;
		if (h->pos.rows_shut) {
			h->pos.n_rows_not_tried++;
			st = (st = leave(h, i, err)) == ST_OK ? ST_END : st;
		}
	} else if (h->pos.n_in_vain < IN_VAIN_MAX) {
		st = again_file(h, i, it, err);
	} else {
		h->pos.n_not_tried++;
		st = (st = leave(h, i, err)) == ST_OK ? ST_END : st;
	}
	if (st != ST_OK && st != ST_END)
		return st;
	h->pos.retry_at++;
	h->retry_node = h->old[i].next;
	return st;
}

/* A gap on its way out: what the next run needs of it is kept, or the gap says that there was no room. */
enum status
hook_chat_retry_note(struct hook_chat *h, const struct chat_note *note, struct record *rec, struct err *err)
{
	bool kept = false;
	enum status st;

	if (note->what != SRC_GAP)
		return ST_OK;
	if (note->entry.p == NULL || note->is_final)
		return ST_OK;
	if (h->filtered) {
		record_set(rec, "retry", STR(RETRY_SAME));
		return ST_OK;
	}
	if ((st = retry_add(&h->retry, note->entry, &note->before, *h->n_gaps + 1, &kept, err)) == ST_OK && !kept)
		record_set(rec, "retry", STR(RETRY_FULL));
	return st;
}

enum status
hook_chat_retry_write(struct hook_chat *h, struct buf *out, struct err *err)
{
	size_t before = out->n, i, end = h->retry_list == 0 ? 0 : h->old[h->retry_list].next;
	bool none = true;
	uint64_t k;
	enum status st = buf_addz(out, ",\"retry\":[", err);

	for (i = h->retry_list + 1, k = 0; st == ST_OK && i < end; i = h->old[i].next)
		if (k++ >= h->committed.retry_at)
			st = retry_put_old(out, json_whole(&h->old[i]), &none, err);
	if (st != ST_OK || (st = retry_put(&h->retry, out, &none, err)) != ST_OK)
		return st;
	if (none) {
		out->n = before;
		return ST_OK;
	}
	return buf_putc(out, ']', err);
}
