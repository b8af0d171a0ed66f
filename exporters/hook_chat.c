/* hook_chat.c: the chat archive as a hook, from phase to phase: messages, right behind each its files, commit points, ends of streams. */
#include "exporters/hook_chat_priv.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"

#define PILOT_ROWS	100u

static enum status
pull(struct hook_chat *h, struct err *err)
{
	enum chat_pull_what what;
	enum status st;

	snprintf(h->from_seq, sizeof(h->from_seq), "%" PRIu64, h->pos.seq);
	if ((st = chat_pull_next(&h->pull, &h->pos, &h->notes, &what, err)) != ST_OK)
		return st;
	if (what == CHAT_PULL_ROWS) {
		h->row = 0;
		h->phase = ROWS;
	} else if (what == CHAT_PULL_SKIP)
		h->phase = PAGE;
	else {
		h->phase = TAIL_NOTES;
		if (what == CHAT_PULL_END && ((st = hook_chat_loss_beginning(h, WHEN_UNKNOWN, err)) != ST_OK ||
		    (st = hook_chat_loss_absence(h, err)) != ST_OK))
			return st;
		if (what == CHAT_PULL_END)
			h->pos.read_ms = when_now_ms();
	}
	return ST_OK;
}

static enum status
tail_notes(struct hook_chat *h, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_LIMIT, "messages", "seq_jump"), lost = chat_note_of(SRC_LIMIT, "files", "no_file_id");
	char detail[160];
	enum status st;

	h->phase = TAIL_COUNT;
	if (h->pull.n_repeated > 0)
		log_say(LOG_DEBUG_, _("chat: %" PRIu64 " repeated rows left out"), h->pull.n_repeated);
	lost.count = h->pos.n_lost_files;
	lost.is_final = true;
	lost.detail = STR("qydiskfile 消息只有文件名，没有文件编号，会话存档无法取得该文件。 "
		"qydiskfile messages give a file name but no id: the file cannot be fetched through the chat archive");
	if (lost.count > 0 && (st = chat_notes_add(&h->notes, &lost, err)) != ST_OK)
		return st;
	if (h->pos.n_jumps == 0)
		return ST_OK;
	snprintf(detail, sizeof(detail), "%" PRIu64 " jumps leave out %" PRIu64 " numbers; the platform does not promise that seq is without gaps",
	    h->pos.n_jumps, h->pos.n_missing);
	note.count = h->pos.n_missing;
	note.detail = str_of(detail);
	return chat_notes_add(&h->notes, &note, err);
}

/* One end of stream a call. */
static enum status
tail_end(struct hook_chat *h, struct source_item *it)
{
	static const char *const streams[] = { "messages", "files", "messages-undecrypted" };
	const bool has[] = { true, h->pos.n_files > 0, h->pos.n_undecrypted > 0 };

	while (h->end < 3 && !has[h->end])
		h->end++;
	if (h->end == 3) {
		h->phase = TAIL_PAGE;
		return ST_END;
	}
	memset(it, 0, sizeof(*it));
	it->what = SRC_STREAM_END;
	it->stream = streams[h->end++];
	return ST_OK;
}

static void
commit_point(struct hook_chat *h, struct source_item *it)
{
	h->pos.files_length = h->has_files ? h->files.length : 0;
	h->pos.retry_length = h->retry_set.length;
	h->committed = h->pos;
	memset(it, 0, sizeof(*it));
	it->what = SRC_PAGE;
	it->stream = "messages";
}

static enum status
chat_next(struct hook *hook, struct source_item *it, struct err *err)
{
	struct hook_chat *h = (struct hook_chat *)hook;
	const struct chat_note *note;
	enum status st;

	for (;;) {
		if (chat_notes_take(&h->notes, &h->rec, it, &note)) {
			if ((st = hook_chat_retry_note(h, note, &h->rec, err)) != ST_OK)
				return st;
			h->rec.tenant = str_of(h->params->tenant);
			h->rec.platform = STR("wecom");
			return ST_OK;
		}
		switch (h->phase) {
		case RETRY:
			if ((st = hook_chat_retry(h, it, err)) != ST_END)
				return st;
			break;
		case PULL:
			if ((st = pull(h, err)) != ST_OK)
				return st;
			break;
		case ROWS:
			if ((st = hook_chat_row(h, it, err)) != ST_END)
				return st;
			break;
		case FILES:
			if ((st = hook_chat_row_file(h, it, err)) != ST_END)
				return st;
			break;
		case PAGE:
			memset(&h->before, 0, sizeof(h->before));
			h->phase = h->params->scope != NULL && h->params->scope->pilot ? TAIL_NOTES : h->pos.retry_at < h->n_retry || h->pos.n_not_tried + h->pos.n_rows_not_tried > 0 ? RETRY : PULL;
			commit_point(h, it);
			return ST_OK;
		case TAIL_NOTES:
			if ((st = tail_notes(h, err)) != ST_OK)
				return st;
			break;
		case TAIL_COUNT:
			h->phase = TAIL_END;
			memset(it, 0, sizeof(*it));
			it->what = SRC_COUNT;
			it->stream = "messages";
			it->count = h->pos.n_messages;
			it->how = "chat seq";
			return ST_OK;
		case TAIL_END:
			if ((st = tail_end(h, it)) != ST_END)
				return st;
			break;
		case TAIL_PAGE:
			h->phase = DONE;
			h->pos.done = true;
			commit_point(h, it);
			return ST_OK;
		default:
			return ST_END;
		}
	}
}

static enum status
chat_sync(struct hook *hook, struct err *err)
{
	struct hook_chat *h = (struct hook_chat *)hook;

	enum status st = h->has_files ? idset_sync(&h->files, err) : ST_OK;

	return st == ST_OK ? idset_sync(&h->retry_set, err) : st;
}

static enum status
chat_place(struct hook *hook, struct str *out, struct err *err)
{
	struct hook_chat *h = (struct hook_chat *)hook;
	enum status st;

	buf_clear(&h->cursor_text);
	st = chat_cursor_write(&h->committed, &h->cursor_text, err);
	*out = buf_str(&h->cursor_text);
	return st;
}

/* A run that left messages out must not make the next one begin behind them. */
static enum status
chat_carry(struct hook *hook, struct str *out, struct err *err)
{
	struct hook_chat *h = (struct hook_chat *)hook;
	enum status st;

	if (h->filtered || (!h->committed.has_seq && h->committed.read_ms == WHEN_UNKNOWN)) {
		*out = h->old_carry.n > 0 ? buf_str(&h->old_carry) : STR("null");
		return ST_OK;
	}
	buf_clear(&h->carry_text);
	if ((st = chat_cursor_carry_write(&h->committed, &h->carry_text, err)) != ST_OK)
		return st;
	h->carry_text.n--;	/* the brace */
	if ((st = hook_chat_retry_write(h, &h->carry_text, err)) == ST_OK)
		st = buf_putc(&h->carry_text, '}', err);
	*out = buf_str(&h->carry_text);
	return st;
}

static void
chat_close(struct hook *hook)
{
	struct hook_chat *h = (struct hook_chat *)hook;

	if (h == NULL)
		return;
	chat_decrypt_close(h->decrypt);
	chat_keys_close(h->keys);
	chat_proc_close(h->proc);
	chat_pull_free(&h->pull);
	if (h->has_files)
		idset_close(&h->files);
	if (h->has_retry)
		idset_close(&h->retry_set);
	arena_free(&h->carry_arena);
	chat_notes_free(&h->notes);
	arena_free(&h->arena);
	secret_free(&h->secret);
	secret_free(&h->passwd);
	buf_free(&h->library);
	buf_free(&h->cursor_text);
	buf_free(&h->carry_text);
	buf_free(&h->old_carry);
	free(h);
}

enum status
hook_chat_open(struct hook **out, const struct hook_ctx *ctx, struct err *err)
{
	const struct scope *s = ctx->params->scope;
	const char *secret;
	struct hook_chat *h;
	enum status st;

	*out = NULL;
	if ((h = calloc(1, sizeof(*h))) == NULL)
		return err_oom(err, sizeof(*h));
	h->hook = (struct hook){ chat_next, chat_sync, chat_place, chat_carry, chat_close };
	h->params = ctx->params;
	h->n_gaps = ctx->n_gaps;
	buf_init(&h->library, PATH_MAX + 1);
	buf_init(&h->cursor_text, 4096);
	buf_init(&h->carry_text, CHAT_CARRY_MAX);
	buf_init(&h->old_carry, CHAT_CARRY_MAX);
	arena_init(&h->carry_arena, LIMIT_ARENA);
	arena_init(&h->arena, LIMIT_ARENA);
	chat_notes_init(&h->notes);
	chat_pull_init(&h->pull, s != NULL && s->pilot ? PILOT_ROWS : CHAT_ROWS_MAX);
	if (snprintf(h->section, sizeof(h->section), "tenant %s", ctx->params->tenant) >= (int)sizeof(h->section))
		st = err_set(err, ST_USAGE, _("the tenant's name is too long"));
	else if ((st = hook_chat_start_place(h, ctx, err)) == ST_OK && (st = hook_chat_retry_open(h, err)) == ST_OK &&
	    (st = hook_chat_start_configured(h, &secret, err)) == ST_OK) {
		h->phase = h->pos.done ? DONE : RETRY;
		if (!h->pos.done)
			st = hook_chat_start(h, secret, err);
	} else if (st == ST_END)
		st = ST_OK;
	if (st != ST_OK) {
		chat_close(&h->hook);
		return st;
	}
	*out = &h->hook;
	return ST_OK;
}
