/* chat_note.c: a short queue; its strings die together when it has run empty. */
#include "exporters/chat_note.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"

void
chat_notes_init(struct chat_notes *q)
{
	memset(q, 0, sizeof(*q));
	arena_init(&q->arena, (size_t)16 << 20);
}

void
chat_notes_free(struct chat_notes *q)
{
	arena_free(&q->arena);
}

struct chat_note
chat_note_of(enum source_what what, const char *stream, const char *reason)
{
	return (struct chat_note){ .what = what, .stream = stream, .reason = reason, .endpoint = "GetChatData", .count = 1,
	    .from_ms = WHEN_UNKNOWN, .until_ms = WHEN_UNKNOWN };
}

static enum status
keep(struct arena *a, struct str *s, struct err *err)
{
	return s->p == NULL ? ST_OK : arena_dup(a, *s, s, err);
}

enum status
chat_notes_add(struct chat_notes *q, const struct chat_note *note, struct err *err)
{
	struct chat_note *to;
	enum status st;

	if (q->n == 0)
		arena_reset(&q->arena);
	if (q->n == CHAT_NOTES_MAX)
		return err_set(err, ST_LIMIT, _("more than %u gaps at once"), CHAT_NOTES_MAX);
	to = &q->v[(q->first + q->n) % CHAT_NOTES_MAX];
	*to = *note;
	if ((st = keep(&q->arena, &to->object, err)) != ST_OK || (st = keep(&q->arena, &to->detail, err)) != ST_OK ||
	    (st = keep(&q->arena, &to->retry, err)) != ST_OK || (st = keep(&q->arena, &to->entry, err)) != ST_OK ||
	    (st = keep(&q->arena, &to->before.first.run, err)) != ST_OK || (st = keep(&q->arena, &to->before.first.gap, err)) != ST_OK ||
	    (st = keep(&q->arena, &to->before.last.run, err)) != ST_OK || (st = keep(&q->arena, &to->before.last.gap, err)) != ST_OK)
		return st;
	q->n++;
	return ST_OK;
}

bool
chat_notes_take(struct chat_notes *q, struct record *rec, struct source_item *it, const struct chat_note **of)
{
	const struct chat_note *note = &q->v[q->first];

	if (q->n == 0)
		return false;
	*of = note;
	memset(it, 0, sizeof(*it));
	it->what = note->what;
	it->rec = rec;
	q->first = (q->first + 1) % CHAT_NOTES_MAX;
	q->n--;
	if (note->what == SRC_CLOSED) {
		record_init(rec, REC_EVENT, "events");
		record_set(rec, "action", STR("gap.closed"));
		record_set(rec, "detail", note->detail);
		return true;
	}
	record_init(rec, note->what == SRC_GAP ? REC_GAP : REC_LIMIT, note->what == SRC_GAP ? "gaps" : "limits");
	rec->endpoint = str_of(note->endpoint);
	record_set(rec, "of_stream", str_of(note->stream));
	record_set(rec, "object", note->object.p == NULL ? STR("") : note->object);
	record_set(rec, "reason", str_of(note->reason));
	if (note->count > 0) {
		snprintf(q->count, sizeof(q->count), "%" PRIu64, note->count);
		record_set(rec, "count", str_of(q->count));
	}
	record_set(rec, "is_final", str_of(note->is_final ? "true" : "false"));
	record_set_time(rec, "from", note->from_ms);
	record_set_time(rec, "until", note->until_ms);
	record_set(rec, "detail", note->detail);
	record_set(rec, "retry", note->retry);
	return true;
}
