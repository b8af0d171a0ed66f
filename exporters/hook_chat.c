/*
 * hook_chat.c: the chat archive as a hook: messages, right behind each its files, what cannot be decrypted, and what was lost.
 *
 *   PULL   a page; its rows → ROWS, the end → TAIL
 *   ROWS   one row after the other: a record each → FILES; behind the last → PAGE
 *   FILES  the files of the record just given → ROWS
 *   PAGE   commit point → PULL
 *   TAIL   limits known only now, the count, ends of streams, last commit point → DONE
 *
 * Gaps and limits wait in notes and go out before anything else.
 */
#include "exporters/hook.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/ring.h"
#include "core/secret.h"
#include "core/utf8.h"
#include "exporters/chat_file.h"
#include "exporters/chat_pull.h"
#include "exporters/idset.h"
#include "exporters/map_chat.h"
#include "exporters/transport_curl.h"

#define WINDOW_MS	((int64_t)5 * 24 * 3600 * 1000)	/* what the server keeps [91552] */
#define PER_MINUTE	600u				/* GetChatData calls [91774] */
#define MEDIA_PER_MINUTE 6000u				/* GetMediaData: no limit stated; below that of one interface [90312] */
#define PILOT_ROWS	100u
#define IDS_FILE	"chat-files.ids"

enum phase { PULL, ROWS, FILES, PAGE, TAIL_NOTES, TAIL_COUNT, TAIL_END, TAIL_PAGE, DONE };

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
	bool			 resumed_at;	/* the next row is the first of this session behind a known seq */
	bool			 carried;	/* that seq is of an earlier run */
	size_t			 row, file, end;
	struct arena		 arena;		/* of the row at hand */
	struct record		 rec;
	struct chat_message	 message;
	struct chat_fetched	 fetched;
	char			 size[24], from_seq[24];
	struct str		 n_id;
	struct buf		 cursor_text, carry_text, old_carry;
};

static bool
listed(const char *const *list, const char *name)
{
	size_t i;

	for (i = 0; list != NULL && list[i] != NULL; i++)
		if (strcmp(list[i], name) == 0)
			return true;
	return false;
}

static bool
wants(const struct scope *s, const char *stream)
{
	if (s == NULL)
		return true;
	return !listed(s->excluded, stream) && (s->streams == NULL || listed(s->streams, stream));
}

static bool
names(const char *const *list, struct str id)
{
	size_t i;

	for (i = 0; list[i] != NULL; i++)
		if (str_is(id, list[i]))
			return true;
	return false;
}

/* [since, until), people, rooms.  A message without a time stays in: it cannot be said to be outside. */
static bool
in_scope(const struct hook_chat *h)
{
	const struct scope *s = h->params->scope;
	const struct chat_message *m = &h->message;
	size_t i;

	if (s == NULL)
		return true;
	if (m->sent_ms != WHEN_UNKNOWN && ((s->since_ms != WHEN_UNKNOWN && m->sent_ms < s->since_ms) ||
	    (s->until_ms != WHEN_UNKNOWN && m->sent_ms >= s->until_ms)))
		return false;
	if (s->rooms != NULL && !names(s->rooms, m->room))
		return false;
	if (s->users == NULL || names(s->users, m->from))
		return true;
	for (i = 0; i < m->n_to; i++)
		if (names(s->users, m->to[i]))
			return true;
	return false;
}

static void
source_fields(struct hook_chat *h, const char *endpoint)
{
	h->rec.tenant = str_of(h->params->tenant);
	h->rec.platform = STR("wecom");
	h->rec.endpoint = str_of(endpoint);
	h->rec.cursor = str_of(h->from_seq);
	h->rec.fetched_ms = when_now_ms();
}

static enum status
give(struct hook_chat *h, struct source_item *it)
{
	memset(it, 0, sizeof(*it));
	it->what = SRC_RECORD;
	it->rec = &h->rec;
	return ST_OK;
}

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

static enum status
judge_seq(struct hook_chat *h, const struct chat_row *row, int64_t sent_ms, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "messages", "window_lost");
	const struct chat_cursor *pos = &h->pos;
	bool first = h->resumed_at, there = true;
	char detail[200];
	enum status st;

	h->resumed_at = false;
	if (!pos->has_seq || row->seq - 1 <= pos->seq)
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
static enum status
tell_beginning(struct hook_chat *h, int64_t sent_ms, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_LIMIT, "messages", "before_window");

	if (h->pos.begun)
		return ST_OK;
	h->pos.begun = true;
	note.count = 0;
	note.is_final = true;
	note.until_ms = sent_ms;
	note.detail = STR("the platform keeps messages for five days; what lay before is not offered");
	return chat_notes_add(&h->notes, &note, err);
}

static enum status
closed_row(struct hook_chat *h, const struct chat_row *row, struct source_item *it, struct err *err)
{
	bool missing = row->state == CHAT_ROW_NO_KEY;
	struct chat_note note = chat_note_of(SRC_GAP, "messages", missing ? "missing_key" : "undecryptable");
	char detail[128], retry[200];
	enum status st;

	record_init(&h->rec, REC_UNKNOWN, "messages-undecrypted");
	h->rec.id = row->msgid.n > 0 ? row->msgid : row->seq_text;
	record_set(&h->rec, "id", h->rec.id);
	record_flag(&h->rec, "undecrypted");
	if (row->flags & JSON_F_BAD_UTF8) {
		h->rec.raw = row->raw;
		h->rec.raw_form = RAW_BYTES;
		record_flag(&h->rec, "invalid_utf8");
	} else if ((st = map_chat_compact(row->raw, &h->arena, &h->rec.raw, err)) != ST_OK)
		return st;
	source_fields(h, "GetChatData");
	if ((st = judge_seq(h, row, WHEN_UNKNOWN, err)) != ST_OK || (st = tell_beginning(h, WHEN_UNKNOWN, err)) != ST_OK)
		return st;
	if (row->code != 0)
		snprintf(detail, sizeof(detail), "DecryptData %d, key version %.*s", row->code, STR_ARG(row->version_text));
	else
		snprintf(detail, sizeof(detail), "key version %.*s", STR_ARG(row->version_text));
	snprintf(retry, sizeof(retry), "chat.key.%.*s", STR_ARG(row->version_text));
	note.object = h->rec.id;
	note.detail = str_of(detail);
	note.retry = str_of(retry);
	if ((st = chat_notes_add(&h->notes, &note, err)) != ST_OK)
		return st;
	h->pos.n_messages++;
	h->pos.n_undecrypted++;
	return give(h, it);
}

/* ST_END: out of scope. */
static enum status
plain_row(struct hook_chat *h, const struct chat_row *row, struct source_item *it, struct err *err)
{
	const struct chat_envelope env = { row->seq_text, row->version_text, row->msgid };
	struct chat_note note = chat_note_of(SRC_LIMIT, "files", "no_file_id");
	enum status st;

	if ((st = map_chat_message(row->plain, &env, &h->arena, &h->rec, &h->message, err)) != ST_OK)
		return st;
	if (h->rec.id.n == 0) {		/* without any id it still has its place */
		h->rec.id = row->seq_text;
		record_set(&h->rec, "id", h->rec.id);
	}
	source_fields(h, "GetChatData");
	if ((st = judge_seq(h, row, h->message.sent_ms, err)) != ST_OK || (st = tell_beginning(h, h->message.sent_ms, err)) != ST_OK)
		return st;
	if (h->message.sent_ms != WHEN_UNKNOWN && (h->pos.time_ms == WHEN_UNKNOWN || h->message.sent_ms > h->pos.time_ms))
		h->pos.time_ms = h->message.sent_ms;
	if (!in_scope(h))
		return ST_END;
	if (h->message.has_lost_file && !h->pos.told_lost_file) {
		h->pos.told_lost_file = true;
		note.count = 0;
		note.is_final = true;
		note.detail = STR("qydiskfile messages give a file name but no id: the file cannot be fetched through the chat archive");
		if ((st = chat_notes_add(&h->notes, &note, err)) != ST_OK)
			return st;
	}
	h->pos.n_messages++;
	h->n_id = h->rec.id;
	h->file = 0;
	h->phase = FILES;
	return h->wants_messages ? give(h, it) : ST_END;
}

/* ST_END: nothing to give for this step. */
static enum status
next_row(struct hook_chat *h, struct source_item *it, struct err *err)
{
	const struct chat_row *row;
	enum status st;

	if (h->row == h->pull.n_rows) {
		h->phase = PAGE;
		return ST_END;
	}
	row = &h->pull.rows[h->row++];
	arena_reset(&h->arena);
	st = row->state == CHAT_ROW_PLAIN ? plain_row(h, row, it, err) : closed_row(h, row, it, err);
	if (st == ST_OK || st == ST_END) {
		h->pos.seq = row->seq;
		h->pos.has_seq = true;
	}
	return st;
}

static enum status
next_file(struct hook_chat *h, struct source_item *it, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "files", NULL);
	const struct chat_file *f;
	enum status st;
	bool fresh = false;

	if (!h->wants_files || h->file == h->message.files.n) {
		h->phase = ROWS;
		return ST_END;
	}
	f = &h->message.files.v[h->file++];
	if (f->id.n > IDSET_ID_MAX || memchr(f->id.p, '\0', f->id.n) != NULL) {
		snprintf(h->fetched.detail, sizeof(h->fetched.detail), "GetMediaData: a file id that cannot be");
		h->fetched.reason = "fetch_failed";
		h->fetched.is_final = true;
		h->fetched.blob[0] = '\0';
	} else {
		if (idset_has(&h->files, f->id))
			return ST_END;
		if ((st = chat_file_fetch(h->proc, &h->media_budget, h->params->work_dir, f, h->files.n, &h->fetched, err)) != ST_OK ||
		    (st = idset_add(&h->files, f->id, &fresh, err)) != ST_OK)
			return st;
	}
	if (h->fetched.reason != NULL) {
		note.reason = h->fetched.reason;
		note.endpoint = "GetMediaData";
		note.object = f->id;
		note.object.n = f->id.n > LIMIT_HEADERS ? LIMIT_HEADERS : f->id.n;
		note.is_final = h->fetched.is_final;
		note.detail = str_of(h->fetched.detail);
		note.retry = h->fetched.is_final ? STR_NONE : STR("custody export");
		if ((st = chat_notes_add(&h->notes, &note, err)) != ST_OK)
			return st;
	}
	if (h->fetched.blob[0] == '\0')
		return ST_END;
	record_init(&h->rec, REC_FILE, "files");
	h->rec.id = f->id;
	record_set(&h->rec, "id", f->id);
	record_set(&h->rec, "of_stream", STR("messages"));
	record_set(&h->rec, "of_id", h->n_id);
	record_set(&h->rec, "name", f->name);
	record_set(&h->rec, "md5_platform", f->md5);
	snprintf(h->size, sizeof(h->size), "%" PRIu64, h->fetched.size);
	record_set(&h->rec, "size", str_of(h->size));
	record_set(&h->rec, "sha256", str_of(h->fetched.sha256));
	if (h->fetched.flag != NULL)
		record_flag(&h->rec, h->fetched.flag);
	if (utf8_ok(f->raw)) {
		if ((st = map_chat_compact(f->raw, &h->arena, &h->rec.raw, err)) != ST_OK)
			return st;
	} else {
		h->rec.raw = f->raw;
		h->rec.raw_form = RAW_BYTES;
		record_flag(&h->rec, "invalid_utf8");
	}
	source_fields(h, "GetMediaData");
	h->pos.n_files++;
	(void)give(h, it);
	it->blob = h->fetched.blob;
	it->blob_size = h->fetched.size;
	return ST_OK;
}

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
		if (what == CHAT_PULL_END && (st = tell_beginning(h, WHEN_UNKNOWN, err)) != ST_OK)
			return st;
		/* Nothing at all, and longer ago than the server keeps: whether something was lost cannot be known. */
		if (what == CHAT_PULL_END && h->carried && h->resumed_at && h->pos.read_ms != WHEN_UNKNOWN &&
		    when_now_ms() - h->pos.read_ms > WINDOW_MS) {
			struct chat_note note = chat_note_of(SRC_GAP, "messages", "window_lost");

			note.count = 0;
			note.is_final = true;
			note.from_ms = h->pos.read_ms;
			note.until_ms = when_now_ms() - WINDOW_MS;
			note.detail = STR("the last export is longer ago than the five days that the server keeps");
			if ((st = chat_notes_add(&h->notes, &note, err)) != ST_OK)
				return st;
		}
		if (what == CHAT_PULL_END)
			h->pos.read_ms = when_now_ms();
	}
	return ST_OK;
}

static enum status
tail_notes(struct hook_chat *h, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_LIMIT, "messages", "seq_jump");
	char detail[160];

	h->phase = TAIL_COUNT;
	if (h->pull.n_repeated > 0)
		log_say(LOG_DEBUG_, _("chat: %" PRIu64 " repeated rows left out"), h->pull.n_repeated);
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
	h->committed = h->pos;
	memset(it, 0, sizeof(*it));
	it->what = SRC_PAGE;
	it->stream = "messages";
}

static enum status
chat_next(struct hook *hook, struct source_item *it, struct err *err)
{
	struct hook_chat *h = (struct hook_chat *)hook;
	enum status st;

	for (;;) {
		if (chat_notes_take(&h->notes, &h->rec, it)) {
			h->rec.tenant = str_of(h->params->tenant);
			h->rec.platform = STR("wecom");
			return ST_OK;
		}
		switch (h->phase) {
		case PULL:
			if ((st = pull(h, err)) != ST_OK)
				return st;
			break;
		case ROWS:
			if ((st = next_row(h, it, err)) != ST_END)
				return st;
			break;
		case FILES:
			if ((st = next_file(h, it, err)) != ST_END)
				return st;
			break;
		case PAGE:
			h->phase = h->params->scope != NULL && h->params->scope->pilot ? TAIL_NOTES : PULL;
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

	return h->has_files ? idset_sync(&h->files, err) : ST_OK;
}

static struct str
chat_place(struct hook *hook)
{
	struct hook_chat *h = (struct hook_chat *)hook;

	buf_clear(&h->cursor_text);
	return chat_cursor_write(&h->committed, &h->cursor_text, NULL) == ST_OK ? buf_str(&h->cursor_text) : STR_NONE;
}

/* A run that left messages out must not make the next one begin behind them. */
static struct str
chat_carry(struct hook *hook)
{
	struct hook_chat *h = (struct hook_chat *)hook;

	if (h->filtered || !h->committed.has_seq || h->proc == NULL)
		return h->old_carry.n > 0 ? buf_str(&h->old_carry) : STR("null");
	buf_clear(&h->carry_text);
	return chat_cursor_carry_write(&h->committed, &h->carry_text, NULL) == ST_OK ? buf_str(&h->carry_text) : STR("null");
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

/* Where to begin.  A run that takes only some messages walks all there is and leaves the carry alone. */
static enum status
place(struct hook_chat *h, const struct hook_ctx *ctx, struct err *err)
{
	const struct scope *s = h->params->scope;
	enum status st;

	h->wants_messages = wants(s, "messages");
	h->wants_files = wants(s, "files");
	h->filtered = s != NULL && (s->since_ms != WHEN_UNKNOWN || s->until_ms != WHEN_UNKNOWN || s->users != NULL || s->rooms != NULL ||
	    s->pilot || !h->wants_messages || !h->wants_files);
	if (ctx->carry.n > 0 && (st = buf_str_add(&h->old_carry, ctx->carry, err)) != ST_OK)
		return st;
	if (ctx->cursor.n > 0)
		st = chat_cursor_read(ctx->cursor, &h->pos, err);
	else {
		st = chat_cursor_carry_read(h->filtered ? STR_NONE : ctx->carry, &h->pos, err);
		h->carried = h->pos.begun = h->pos.has_seq;
	}
	h->resumed_at = h->pos.has_seq;
	h->committed = h->pos;
	return st;
}

/* Without a library or a secret messages are not offered to us: a limit, no failure.  ST_END then. */
static enum status
configured(struct hook_chat *h, const char **secret, struct err *err)
{
	const struct config *c = h->params->config;
	struct chat_note note = chat_note_of(SRC_LIMIT, "messages", "no_sdk");
	enum status st;

	note.count = 0;
	*secret = config_get(c, h->section, "secret.chat");
	if (*secret == NULL)
		*secret = config_get(c, h->section, "secret.default");
	if ((st = config_path(c, h->section, "chat.sdk", &h->library, err)) == ST_OK && *secret != NULL)
		return ST_OK;
	if (st != ST_OK && st != ST_END)
		return st;
	if (st == ST_OK)
		note.reason = "no_secret";
	note.detail = st == ST_OK ? STR("secret.chat is not configured: the chat archive has a secret of its own") :
	    STR("chat.sdk is not configured: messages are only given through the vendor's library");
	note.retry = st == ST_OK ? STR("secret.chat") : STR("chat.sdk");
	h->phase = TAIL_COUNT;
	if (h->pos.done)
		h->phase = DONE;
	else if ((st = chat_notes_add(&h->notes, &note, err)) != ST_OK)
		return st;
	return ST_END;
}

static enum status
no_nul(struct str s, const char *key, struct err *err)
{
	return s.p != NULL && memchr(s.p, '\0', s.n) != NULL ? err_set(err, ST_USAGE, _("%s holds a NUL byte"), key) : ST_OK;
}

static enum status
start(struct hook_chat *h, const char *secret, struct err *err)
{
	const struct source_params *p = h->params;
	struct chat_proc_config pc = { .program = p->program, .library = h->library.p, .backoff_ms = p->backoff_ms };
	const char *passwd = config_get(p->config, h->section, "chat.passwd");
	const char *base_url = config_get(p->config, h->section, "base_url");
	unsigned n_threads = ring_threads(p->n_threads);
	char *real;
	enum status st;

	if ((pc.corp_id = config_get(p->config, h->section, "corp_id")) == NULL)
		return err_set(err, ST_USAGE, _("[%s] has no corp_id"), h->section);
	if ((real = realpath(h->library.p, NULL)) == NULL) {
		(void)err_sys(err, _("the chat library %s cannot be loaded"), h->library.p);
		if (err != NULL)
			err->code = ST_USAGE;
		(void)err_next(err, _("set chat.sdk to the path of libWeWorkFinanceSdk_C.so for this processor"));
		return ST_USAGE;
	}
	buf_clear(&h->library);		/* absolute: the child works in "/" */
	st = buf_addz(&h->library, real, err);
	free(real);
	if (st != ST_OK || (st = buf_z(&h->library, err)) != ST_OK ||
	    (st = secret_load(secret, config_dir(p->config), &h->secret, err)) != ST_OK ||
	    (passwd != NULL && (st = secret_load(passwd, config_dir(p->config), &h->passwd, err)) != ST_OK))
		return st;
	pc.library = h->library.p;
	pc.secret = secret_view(&h->secret);
	pc.passwd = secret_view(&h->passwd);
	pc.proxy = config_get(p->config, h->section, "chat.proxy");
	if ((st = no_nul(pc.secret, "secret.chat", err)) != ST_OK || (st = no_nul(pc.passwd, "chat.passwd", err)) != ST_OK ||
	    (st = idset_open(&h->files, p->work_dir, IDS_FILE, h->pos.files_length, err)) != ST_OK)
		return st;
	h->has_files = true;
	if ((st = chat_keys_open(&h->keys, p->config, h->section, n_threads, err)) != ST_OK ||
	    (st = chat_proc_open(&h->proc, &pc, err)) != ST_OK)
		return st;
	if (base_url != NULL && transport_curl_is_loopback(base_url)) {
		budget_init_local(&h->budget, PER_MINUTE);
		budget_init_local(&h->media_budget, MEDIA_PER_MINUTE);
	} else {
		budget_init(&h->budget, PER_MINUTE);
		budget_init(&h->media_budget, MEDIA_PER_MINUTE);
	}
	h->pull.proc = h->proc;
	h->pull.budget = &h->budget;
	h->pull.backoff_ms = p->backoff_ms == 0 ? 500 : p->backoff_ms;
	st = chat_decrypt_open(&h->decrypt, h->keys, h->proc, n_threads, err);
	h->pull.decrypt = h->decrypt;
	return st;
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
	buf_init(&h->library, PATH_MAX + 1);
	buf_init(&h->cursor_text, 4096);
	buf_init(&h->carry_text, 4096);
	buf_init(&h->old_carry, (size_t)64 << 10);
	arena_init(&h->arena, LIMIT_ARENA);
	chat_notes_init(&h->notes);
	chat_pull_init(&h->pull, s != NULL && s->pilot ? PILOT_ROWS : CHAT_ROWS_MAX);
	if (snprintf(h->section, sizeof(h->section), "tenant %s", ctx->params->tenant) >= (int)sizeof(h->section))
		st = err_set(err, ST_USAGE, _("the tenant's name is too long"));
	else if ((st = place(h, ctx, err)) == ST_OK && (st = configured(h, &secret, err)) == ST_OK) {
		h->phase = h->pos.done ? DONE : PULL;
		if (!h->pos.done)
			st = start(h, secret, err);
	} else if (st == ST_END)
		st = ST_OK;
	if (st != ST_OK) {
		chat_close(&h->hook);
		return st;
	}
	*out = &h->hook;
	return ST_OK;
}
