/* hook_chat_row.c: a row becomes a record, or none where the scope leaves it out; so does each of its files. */
#include "exporters/hook_chat_priv.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/fs.h"
#include "core/limits.h"
#include "core/utf8.h"

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

enum status
hook_chat_row_entry(struct hook_chat *h, uint64_t seq, struct str id, struct str *entry, struct err *err)
{
	struct buf b;
	enum status st;

	buf_init(&b, LIMIT_RECORD);
	if ((st = buf_addf(&b, err, "\"row\":%" PRIu64 ",\"id\":", seq)) == ST_OK && (st = json_put_string(&b, id, err)) == ST_OK)
		st = arena_dup(&h->arena, buf_str(&b), entry, err);
	buf_free(&b);
	return st;
}

/* The envelope as it came, and nothing of what is in it. */
static enum status
closed_record(struct hook_chat *h, const struct chat_row *row, struct err *err)
{
	enum status st;

	record_init(&h->rec, REC_UNKNOWN, "messages-undecrypted");
	h->rec.id = row->msgid.n > 0 ? row->msgid : row->seq_text;
	record_set(&h->rec, "id", h->rec.id);
	record_flag(&h->rec, "undecrypted");
	source_fields(h, "GetChatData");
	if (row->flags & JSON_F_BAD_UTF8) {
		h->rec.raw = row->raw;
		h->rec.raw_form = RAW_BYTES;
		record_flag(&h->rec, "invalid_utf8");
	} else if ((st = map_chat_compact(row->raw, &h->arena, &h->rec.raw, err)) != ST_OK)
		return st;
	return ST_OK;
}

/* The gap of a row whose envelope is archived. */
static enum status
closed_note(struct hook_chat *h, const struct chat_row *row, struct err *err)
{
	bool missing = row->state == CHAT_ROW_NO_KEY;
	struct chat_note note = chat_note_of(SRC_GAP, "messages", missing ? "missing_key" : "undecryptable");
	char detail[128], retry[200];
	enum status st;

	if (row->code != 0)
		snprintf(detail, sizeof(detail), "DecryptData %d, key version %.*s", row->code, STR_ARG(row->version_text));
	else
		snprintf(detail, sizeof(detail), "key version %.*s", STR_ARG(row->version_text));
	snprintf(retry, sizeof(retry), "set chat.key.%.*s, then " RETRY_NEXT, STR_ARG(row->version_text));
	note.object = row->msgid.n > 0 ? row->msgid : row->seq_text;
	note.detail = str_of(detail);
	note.retry = missing ? str_of(retry) : STR(RETRY_NEXT);
	note.before = h->before;
	if ((st = hook_chat_row_entry(h, row->seq, note.object, &note.entry, err)) != ST_OK)
		return st;
	return chat_notes_add(&h->notes, &note, err);
}

static enum status
closed_row(struct hook_chat *h, const struct chat_row *row, struct source_item *it, struct err *err)
{
	enum status st;

	if ((st = closed_record(h, row, err)) != ST_OK)
		return st;
	if ((st = hook_chat_loss_seq(h, row, WHEN_UNKNOWN, err)) != ST_OK || (st = hook_chat_loss_beginning(h, WHEN_UNKNOWN, err)) != ST_OK ||
	    (st = closed_note(h, row, err)) != ST_OK)
		return st;
	h->pos.n_messages++;
	h->pos.n_undecrypted++;
	return give(h, it);
}

static enum status
plain_record(struct hook_chat *h, const struct chat_row *row, struct err *err)
{
	const struct chat_envelope env = { row->seq_text, row->version_text, row->msgid };
	enum status st;

	if ((st = map_chat_message(row->plain, &env, &h->arena, &h->rec, &h->message, err)) != ST_OK)
		return st;
	if (h->rec.id.n == 0) {		/* without any id it still has its place */
		h->rec.id = row->seq_text;
		record_set(&h->rec, "id", h->rec.id);
	}
	source_fields(h, "GetChatData");
	return ST_OK;
}

/* Given now, or left out by the scope; its files come next, and behind them ${behind}. */
static enum status
plain_give(struct hook_chat *h, enum phase behind, struct source_item *it)
{
	if (!in_scope(h))
		return ST_END;
	h->pos.n_lost_files += h->message.has_lost_file && h->wants_files;
	h->pos.n_messages++;
	h->n_id = h->rec.id;
	h->file = 0;
	h->phase = FILES;
	h->behind_files = behind;
	return h->wants_messages ? give(h, it) : ST_END;
}

/* ST_END: out of scope. */
static enum status
plain_row(struct hook_chat *h, const struct chat_row *row, struct source_item *it, struct err *err)
{
	enum status st;

	if ((st = plain_record(h, row, err)) != ST_OK)
		return st;
	if ((st = hook_chat_loss_seq(h, row, h->message.sent_ms, err)) != ST_OK || (st = hook_chat_loss_beginning(h, h->message.sent_ms, err)) != ST_OK)
		return st;
	if (h->message.sent_ms != WHEN_UNKNOWN && (h->pos.time_ms == WHEN_UNKNOWN || h->message.sent_ms > h->pos.time_ms))
		h->pos.time_ms = h->message.sent_ms;
	return plain_give(h, ROWS, it);
}

/* Gaps of earlier runs are closed: their object is what was just given. */
static enum status
closed_gaps(struct hook_chat *h, const char *of, struct str object, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_CLOSED, of, "");
	struct record event;
	enum status st;

	if (h->before.first.run.p == NULL)
		return ST_OK;
	if ((st = retry_closed(of, object, &h->before, &h->arena, &event, err)) != ST_OK)
		return st;
	note.detail = record_get(&event, "detail");
	memset(&h->before, 0, sizeof(h->before));
	return chat_notes_add(&h->notes, &note, err);
}

enum status
hook_chat_row_again(struct hook_chat *h, const struct chat_row *row, bool known, struct source_item *it, struct err *err)
{
	char object[32];
	enum status st;

	snprintf(object, sizeof(object), "seq %" PRIu64, row->seq);
	if (row->state != CHAT_ROW_PLAIN) {
		if ((st = closed_note(h, row, err)) != ST_OK || known)
			return st == ST_OK ? ST_END : st;
		if ((st = closed_record(h, row, err)) != ST_OK)
			return st;
		h->pos.n_messages++;
		h->pos.n_undecrypted++;
		return give(h, it);
	}
	if ((st = plain_record(h, row, err)) != ST_OK)
		return st;
	if ((st = closed_gaps(h, "messages", known ? h->n_id : str_of(object), err)) != ST_OK)
		return st;
	return plain_give(h, PAGE, it);
}

/* ST_END: nothing to give for this step. */
enum status
hook_chat_row(struct hook_chat *h, struct source_item *it, struct err *err)
{
	const struct chat_row *row;
	enum status st;

	if (h->row == h->pull.n_rows) {
		h->phase = PAGE;
		return ST_END;
	}
	row = &h->pull.rows[h->row++];
	arena_reset(&h->arena);
	if (row->state == CHAT_ROW_REPEATED) {
		if (h->pos.has_seq && row->seq - 1 > h->pos.seq) {
			h->pos.n_jumps++;
			h->pos.n_missing += row->seq - 1 - h->pos.seq;
		}
		st = ST_END;
	} else
		st = row->state == CHAT_ROW_PLAIN ? plain_row(h, row, it, err) : closed_row(h, row, it, err);
	if (st == ST_OK || st == ST_END) {
		h->pos.seq = row->seq;
		h->pos.has_seq = true;
	}
	return st;
}

/* What a later run needs to ask for the file; ${sha256}: of the bytes that came and are archived. */
static enum status
file_entry(struct hook_chat *h, const struct chat_file *f, struct str of, struct str sha256, struct str *entry, struct err *err)
{
	const struct { const char *name; struct str value; } members[] = {
		{ ",\"of\":", of }, { ",\"md5\":", f->md5 }, { ",\"size\":", f->size }, { ",\"name\":", h->params->discreet ? STR_NONE : f->name }, { ",\"sha256\":", sha256 }
	};
	struct buf b;
	size_t i;
	enum status st;

	buf_init(&b, LIMIT_RECORD);
	if ((st = buf_addz(&b, "\"file\":", err)) == ST_OK)
		st = json_put_string(&b, f->id, err);
	for (i = 0; i < sizeof(members) / sizeof(members[0]) && st == ST_OK; i++)
		if (members[i].value.p != NULL && (st = buf_addz(&b, members[i].name, err)) == ST_OK)
			st = json_put_string(&b, members[i].value, err);
	if (st == ST_OK)
		st = arena_dup(&h->arena, buf_str(&b), entry, err);
	buf_free(&b);
	return st;
}

static enum status
missing_file(struct hook_chat *h, const struct chat_file *f, struct str of, struct str sha256, struct err *err)
{
	struct chat_note note = chat_note_of(SRC_GAP, "files", h->fetched.reason);
	enum status st;

	note.endpoint = "GetMediaData";
	note.object = f->id;
	note.object.n = f->id.n > LIMIT_HEADERS ? LIMIT_HEADERS : f->id.n;
	note.is_final = h->fetched.is_final;
	note.detail = str_of(h->fetched.detail);
	note.retry = h->fetched.is_final ? STR_NONE : STR(RETRY_NEXT);
	note.before = h->before;
	if (!note.is_final && (st = file_entry(h, f, of, h->fetched.blob[0] != '\0' ? str_of(h->fetched.sha256) : sha256, &note.entry, err)) != ST_OK)
		return st;
	return chat_notes_add(&h->notes, &note, err);
}

static enum status
file_record(struct hook_chat *h, const struct chat_file *f, struct str of, struct err *err)
{
	enum status st;

	record_init(&h->rec, REC_FILE, "files");
	h->rec.id = f->id;
	record_set(&h->rec, "id", f->id);
	record_set(&h->rec, "of_stream", STR("messages"));
	record_set(&h->rec, "of_id", of);
	record_set(&h->rec, "name", f->name);
	record_set(&h->rec, "md5_platform", f->md5);
	snprintf(h->size, sizeof(h->size), "%" PRIu64, h->fetched.size);
	record_set(&h->rec, "size", str_of(h->size));
	record_set(&h->rec, "sha256", str_of(h->fetched.sha256));
	if (h->fetched.flag != NULL)
		record_flag(&h->rec, h->fetched.flag);
	source_fields(h, "GetMediaData");
	if (f->raw.p == NULL)		/* tried again: it stands in the message, in an earlier archive */
		return ST_OK;
	if (utf8_ok(f->raw)) {
		if ((st = map_chat_compact(f->raw, &h->arena, &h->rec.raw, err)) != ST_OK)
			return st;
	} else {
		h->rec.raw = f->raw;
		h->rec.raw_form = RAW_BYTES;
		record_flag(&h->rec, "invalid_utf8");
	}
	return ST_OK;
}

/* In the middle of a page: a gap of this file.  The next page will meet the same refusal, at a place where a run can end. */
static enum status
file_denied(struct hook_chat *h, struct err *err)
{
	h->fetched.blob[0] = '\0';
	h->fetched.flag = NULL;
	h->fetched.reason = "denied";
	h->fetched.is_final = false;
	snprintf(h->fetched.detail, sizeof(h->fetched.detail), "GetMediaData: the platform refuses this computer");
	if (err != NULL)
		err_init(err);
	return ST_OK;
}

enum status
hook_chat_row_fetch(struct hook_chat *h, const struct chat_file *f, struct str of, struct str sha256, struct source_item *it, struct err *err)
{
	bool fresh = false;
	enum status st;

	if (f->id.n > IDSET_ID_MAX || memchr(f->id.p, '\0', f->id.n) != NULL) {
		snprintf(h->fetched.detail, sizeof(h->fetched.detail), "GetMediaData: a file id that cannot be");
		h->fetched.reason = "fetch_failed";
		h->fetched.is_final = true;
		h->fetched.blob[0] = '\0';
	} else {
		if (idset_has(&h->files, f->id))
			return ST_END;
		if ((st = chat_file_fetch(h->proc, &h->media_budget, h->params->work_dir, f, h->files.n, &h->fetched, err)) == ST_DENIED)
			st = file_denied(h, err);
		if (st != ST_OK ||
		    (st = idset_add(&h->files, f->id, &fresh, err)) != ST_OK)
			return st;
	}
	if (h->fetched.reason != NULL && (st = missing_file(h, f, of, sha256, err)) != ST_OK)
		return st;
	if (h->fetched.blob[0] == '\0')
		return ST_END;
	if (h->fetched.flag != NULL && str_is(sha256, h->fetched.sha256)) {	/* the same bytes as before, which an earlier archive has */
		st = fs_unlink(h->params->work_dir, h->fetched.blob, err);
		return st == ST_OK ? ST_END : st;
	}
	if ((st = file_record(h, f, of, err)) != ST_OK || (h->fetched.flag == NULL && (st = closed_gaps(h, "files", f->id, err)) != ST_OK))
		return st;
	h->pos.n_files++;
	(void)give(h, it);
	it->blob = h->fetched.blob;
	it->blob_size = h->fetched.size;
	return ST_OK;
}

enum status
hook_chat_row_file(struct hook_chat *h, struct source_item *it, struct err *err)
{
	if (!h->wants_files || h->file == h->message.files.n) {
		h->phase = h->behind_files;
		return ST_END;
	}
	return hook_chat_row_fetch(h, &h->message.files.v[h->file++], h->n_id, STR_NONE, it, err);
}
