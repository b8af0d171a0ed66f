/* transcript.c: messages in plain words. */
#include "formats/transcript.h"

#include <stdio.h>

#include "core/json.h"
#include "core/limits.h"
#include "core/utf8.h"

void
transcript_init(struct transcript *t, struct conversations *talk, struct reference *who)
{
	memset(t, 0, sizeof(*t));
	t->talk = talk;
	t->who = who;
	stamp_init(&t->stamp);
	arena_init(&t->arena, LIMIT_ARENA);
	buf_init(&t->line, 8 * LIMIT_RECORD);
}

void
transcript_free(struct transcript *t)
{
	arena_free(&t->arena);
	buf_free(&t->line);
}

enum status
transcript_name(struct transcript *t, struct str id, struct arena *a, struct str *name, struct err *err)
{
	enum status st = reference_name(t->who, REC_USER, id, a, name, err);

	if (st == ST_END)
		*name = id;
	return st == ST_END ? ST_OK : st;
}

enum status
transcript_title(struct transcript *t, const struct conversation *c, struct arena *a, struct buf *out, struct err *err)
{
	struct json_node *node;
	struct str name, id;
	enum status st;
	size_t i, k, n;

	if (c->room.p != NULL) {
		if ((st = reference_name(t->who, REC_ROOM, c->room, a, &name, err)) != ST_OK && st != ST_END)
			return st;
		return buf_str_add(out, st == ST_OK ? name : c->room, err);
	}
	if ((st = json_tape(c->members, a, &node, &n, err)) != ST_OK)
		return st;
	for (i = 1, k = 0; st == ST_OK && k < node[0].n_children; i = node[i].next, k++)
		if ((st = json_text(node[i].val, node[i].flags, a, &id, err)) == ST_OK && (st = transcript_name(t, id, a, &name, err)) == ST_OK &&
		    (k == 0 || (st = buf_addz(out, "、", err)) == ST_OK))
			st = buf_str_add(out, name, err);
	return st;
}

static enum status
words(struct transcript *t, struct str text, struct err *err)
{
	size_t at = 0, from;
	uint32_t cp;
	enum status st = ST_OK;

	while (at < text.n && st == ST_OK) {
		from = at;
		if (!utf8_next(text, &at, &cp) || (cp < 0x20 && cp != '\n' && cp != '\r' && cp != '\t') || (cp >= 0x7f && cp < 0xa0))
			st = buf_addz(&t->line, "\xEF\xBF\xBD", err);
		else if (cp == '\n' || cp == 0x2028 || cp == 0x2029 || (cp == '\r' && (at == text.n || text.p[at] != '\n')))
			st = buf_addz(&t->line, "\r\n    ", err);
		else if ((cp >= 0x202a && cp <= 0x202e) || (cp >= 0x2066 && cp <= 0x2069))
			st = buf_addf(&t->line, err, "\\u{%x}", (unsigned)cp);
		else if (cp != '\r')
			st = buf_add(&t->line, text.p + from, at - from, err);
	}
	return st;
}

static enum status
part(struct transcript *t, const char *before, struct str text, struct err *err)
{
	enum status st = buf_addz(&t->line, before, err);

	return st == ST_OK ? words(t, text, err) : st;
}

/* Where an attachment is, or why it is not there, in both languages. */
static enum status
about_file(struct transcript *t, struct str id, const struct reference_file *f, const char *where, struct err *err)
{
	enum status st;

	if (f->path.p == NULL) {
		if ((st = part(t, "  * 附件缺失 attachment missing: ", id, err)) == ST_OK &&
		    (st = part(t, " (", f->gap.n > 0 ? f->gap : STR("unknown"), err)) == ST_OK)
			st = buf_addz(&t->line, ")\r\n", err);
		return st;
	}
	if ((st = buf_addf(&t->line, err, "  * %s: ", where)) == ST_OK && (st = words(t, f->name.n > 0 ? f->name : id, err)) == ST_OK)
		st = buf_addf(&t->line, err, ", %.*s B, SHA-256 %.*s, %.*s\r\n", STR_ARG(f->size), STR_ARG(f->sha256), STR_ARG(f->path));
	return st;
}

static enum status
files(struct transcript *t, const struct record *rec, struct err *err)
{
	const struct str list = rec->n[MESSAGE_FILES].s;
	struct reference_file f;
	struct json_node *node;
	const char *where;
	struct str id;
	enum status st;
	size_t i, k, n;

	if (list.p == NULL || (st = json_tape(list, &t->arena, &node, &n, err)) == ST_INPUT)
		return ST_OK;
	for (i = 1, k = 0; st == ST_OK && node[0].tok == JSON_ARR && k < node[0].n_children; i = node[i].next, k++) {
		if (node[i].tok != JSON_STR || (st = json_text(node[i].val, node[i].flags, &t->arena, &id, err)) != ST_OK)
			continue;
		where = "附件 attachment";
		if ((st = reference_file(t->who, "messages", rec->id, id, &t->arena, &f, err)) == ST_END)
			st = ST_OK;
		if (f.id.p == NULL)
			f.id = id;
		if (st == ST_OK && (t->file == NULL || (st = t->file(t->ctx, rec, &f, &where, err)) == ST_OK))
			st = about_file(t, id, &f, where, err);
	}
	return st;
}

static enum status
recalled(struct transcript *t, const struct record *rec, struct err *err)
{
	struct str line, name;
	struct record by;
	char at[STAMP_LEN];
	enum status st;

	if (rec->n[MESSAGE_RECALLS].s.n > 0 && ((st = part(t, "  * 撤回消息 recalls the message: ", rec->n[MESSAGE_RECALLS].s, err)) != ST_OK ||
	    (st = buf_addz(&t->line, "\r\n", err)) != ST_OK))
		return st;
	if ((st = conversations_recall(t->talk, rec->id, &t->arena, &line, err)) != ST_OK)
		return st == ST_END ? ST_OK : st;
	if ((st = record_decode(line, &t->arena, &by, err)) != ST_OK || (st = transcript_name(t, by.n[MESSAGE_FROM].s, &t->arena, &name, err)) != ST_OK)
		return st;
	stamp_local(&t->stamp, by.n[MESSAGE_SENT_AT].ms, at);
	if ((st = buf_addf(&t->line, err, "  * 已撤回 recalled: %s, ", at)) == ST_OK && (st = words(t, name, err)) == ST_OK)
		st = buf_addz(&t->line, "\r\n", err);
	return st;
}

enum status
transcript_message(struct transcript *t, const struct record *rec, struct str *out, struct err *err)
{
	const struct str type = rec->n[MESSAGE_TYPE].s, from = rec->n[MESSAGE_FROM].s, text = rec->n[MESSAGE_TEXT].s;
	char at[STAMP_LEN];
	struct str name = STR("");
	enum status st;

	arena_reset(&t->arena);
	buf_clear(&t->line);
	if (stamp_local(&t->stamp, rec->n[MESSAGE_SENT_AT].ms, at) == 0)
		(void)snprintf(at, sizeof(at), "----");
	if ((from.n > 0 && (st = transcript_name(t, from, &t->arena, &name, err)) != ST_OK) || (st = buf_addf(&t->line, err, "[%s] ", at)) != ST_OK ||
	    (st = words(t, name, err)) != ST_OK || (st = part(t, " <", from, err)) != ST_OK || (st = buf_putc(&t->line, '>', err)) != ST_OK ||
	    (!str_is(type, "text") && ((st = part(t, " [", type, err)) != ST_OK || (st = buf_putc(&t->line, ']', err)) != ST_OK)) ||
	    /* A message that shows nothing in words is shown as the platform gave it rather than not at all. */
	    (st = part(t, ": ", text.n == 0 ? rec->n[MESSAGE_PAYLOAD].s : text, err)) != ST_OK || (st = buf_addz(&t->line, "\r\n", err)) != ST_OK ||
	    (st = recalled(t, rec, err)) != ST_OK || (st = files(t, rec, err)) != ST_OK)
		return st;
	*out = buf_str(&t->line);
	return ST_OK;
}
