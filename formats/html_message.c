/* html_message.c: one message as people know it: who, when, what, and what became of it. */
#include <stdio.h>

#include "formats/html_chat.h"

#define EXCERPT	200u	/* bytes of a recalled message shown where it was recalled */
#define LONG	1500u	/* bytes from which a message may be cut between two sheets of paper */

void
html_person(struct html_chat *c, struct str id)
{
	struct html_out *h = &c->html;
	struct str name;
	enum status st = reference_name(c->who, REC_USER, id, &c->arena, &name, h->err);

	if (st != ST_OK && st != ST_END)
		html_fail(h, st);
	if (st == ST_OK) {
		html_bdi(h, "who", name);
		html_z(h, " ");
	}
	html_bdi(h, st == ST_OK ? "id" : "who", id);
}

/* Nothing but dashes and blanks, at least five dashes. */
static bool
is_rule(struct str line)
{
	size_t i, n = 0;

	for (i = 0; i < line.n; i++)
		if (line.p[i] == '-')
			n++;
		else if (line.p[i] != ' ' && line.p[i] != '\r')
			return false;
	return n >= 5;
}

/* The end of what is quoted: behind the line of dashes.  0: nothing is.  Both beginnings were seen in WeCom's clients. */
static size_t
quoted(struct str text)
{
	size_t i = 0;

	if (!str_has_prefix(text, "「") && !str_has_prefix(text, "这是一条引用/回复消息"))
		return 0;
	while (i < text.n) {
		const char *end = memchr(text.p + i, '\n', text.n - i);
		const size_t n = end == NULL ? text.n - i : (size_t)(end - text.p) - i;

		if (i > 0 && is_rule((struct str){ text.p + i, n }))
			return i + n;
		i += n + 1;
	}
	return 0;
}

static void
lines(struct html_out *h, const char *element, const char *class_, struct str text)
{
	html_open(h, element);
	html_attr_z(h, "class", class_);
	html_bdi(h, NULL, text);
	html_close(h, element);
}

void
html_said(struct html_out *h, struct str text)
{
	const size_t q = quoted(text);

	if (q > 0) {
		lines(h, "blockquote", "q", (struct str){ text.p, q });
		text.p += q + (q < text.n);
		text.n -= q + (q < text.n);
	}
	lines(h, "div", "t", text);
}

/* An anchor by the id where that is a name, else by its hash. */
static void
anchor(struct html_out *h, struct str id, struct str version, bool link, const char *page)
{
	char text[192], hash[HTML_PATH_ID];
	struct buf both;
	enum status st;
	size_t i;

	for (i = 0; i < id.n && i < 80; i++)
		if (id.p[i] == '\0' || strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_", id.p[i]) == NULL)
			break;
	if (i == id.n && i > 0 && version.p == NULL) {
		(void)snprintf(text, sizeof(text), "%s%sm-%.*s", page, link ? "#" : "", STR_ARG(id));
	} else {
		buf_init(&both, id.n + version.n + 2);
		st = buf_str_add(&both, id, h->err);
		if (st == ST_OK && version.p != NULL && (st = buf_putc(&both, '\0', h->err)) == ST_OK)
			st = buf_str_add(&both, version, h->err);
		if (st == ST_OK)
			st = html_path_id(buf_str(&both), false, hash, h->err);
		buf_free(&both);
		if (st != ST_OK) {
			html_fail(h, st);
			return;
		}
		(void)snprintf(text, sizeof(text), "%s%s%s", page, link ? "#" : "", hash);
	}
	html_attr_z(h, link ? "href" : "id", text);
}

/* A line that the database gave, as a record in the arena of the message at hand. */
static bool
decode(struct html_chat *c, struct str line, struct record *out)
{
	const enum status st = record_decode(line, &c->arena, out, c->html.err);

	if (st != ST_OK)
		html_fail(&c->html, st);
	return st == ST_OK;
}

/* This message was recalled: when and by whom; what it said stays. */
static void
recalled(struct html_chat *c, const struct record *rec)
{
	struct html_out *h = &c->html;
	struct record by;
	struct str line;
	enum status st;

	if (rec->id.n == 0 || (st = conversations_recall(c->talks, rec->id, &c->arena, &line, h->err)) == ST_END)
		return;
	if (st != ST_OK) {
		html_fail(h, st);
		return;
	}
	if (!decode(c, line, &by))
		return;
	html_open(h, "p");
	html_attr_z(h, "class", "w");
	html_words(h, "已撤回", "recalled");
	html_z(h, " · ");
	html_time(h, &c->stamp, by.n[MESSAGE_SENT_AT].ms, true);
	html_z(h, " · ");
	if (by.n[MESSAGE_FROM].s.n > 0)
		html_person(c, by.n[MESSAGE_FROM].s);
	html_z(h, " — ");
	html_words(h, "以下为归档时的内容", "what follows is the content as archived");
	html_close(h, "p");
}

static void
excerpt(struct html_chat *c, const struct record *rec)
{
	const struct html_type *type = html_type(rec->n[MESSAGE_TYPE].s);
	struct str text = rec->n[MESSAGE_TEXT].s;
	struct html_out *h = &c->html;
	const bool cut = text.n > EXCERPT;

	if (cut)
		for (text.n = EXCERPT; text.n > 0 && ((unsigned char)text.p[text.n] & 0xC0) == 0x80; text.n--)
			;
	if (type != NULL && !str_is(rec->n[MESSAGE_TYPE].s, "text")) {
		html_z(h, "[");
		html_words(h, type->zh, type->en);
		html_z(h, "] ");
	}
	html_bdi(h, NULL, text);
	if (cut)
		html_z(h, " …");
}

/* A recall: what it recalls, with a link to it when that stands in this conversation. */
static void
recalls(struct html_chat *c, const struct record *rec, struct str id)
{
	struct html_out *h = &c->html;
	struct conversations_place place;
	struct record old;
	char page[32] = "", name[12];
	unsigned part = 1;
	enum status st = conversations_find(c->talks, id, &c->arena, &place, h->err);

	(void)rec;
	html_open(h, "blockquote");
	html_attr_z(h, "class", "q");
	if (st == ST_END) {
		html_words(h, "被撤回的消息不在本归档中：", "the recalled message is not in this archive:");
		html_z(h, " ");
		html_bdi(h, "id", id);
	} else if (st != ST_OK) {
		html_fail(h, st);
	} else if (decode(c, place.line, &old)) {
		html_words(h, "被撤回的消息：", "the recalled message:");
		html_z(h, " ");
		if (old.n[MESSAGE_FROM].s.n > 0)
			html_person(c, old.n[MESSAGE_FROM].s);
		html_z(h, " · ");
		html_time(h, &c->stamp, old.n[MESSAGE_SENT_AT].ms, true);
		html_z(h, "\n");
		excerpt(c, &old);
		if ((st = html_index_part(c->index, old.id, old.version, &part, h->err)) != ST_OK)
			html_fail(h, st);
		if (place.number == c->number) {
			if (strcmp(place.day, c->day) != 0 || part != c->part) {
				html_path_part(place.day, part, name);
				(void)snprintf(page, sizeof(page), "%s.html", name);
			}
			html_z(h, "\n");
			html_open(h, "a");
			anchor(h, old.id, old.version, true, page);
			html_words(h, "查看", "see it");
			html_close(h, "a");
		}
	}
	html_close(h, "blockquote");
}

/* Attachments that the payload does not name. */
static void
other_files(struct html_chat *c, const struct record *rec, const struct html_type *type)
{
	struct html_out *h = &c->html;
	struct json_node *t;
	enum status st;
	size_t i, k, n;

	if (rec->n[MESSAGE_FILES].s.n <= 2)
		return;
	if ((st = json_tape(rec->n[MESSAGE_FILES].s, &c->arena, &t, &n, h->err)) != ST_OK) {
		html_fail(h, st);
		return;
	}
	for (i = 1, k = 0; t[0].tok == JSON_ARR && k < t[0].n_children; i = t[i].next, k++) {
		const struct str id = html_string(c, &t[i]);

		if (id.p != NULL && !html_media_shown(c, id))
			html_media(c, rec, id, type == NULL ? MEDIA_LINK : type->media, NULL, 0);
	}
}

static void
raw_form(struct html_out *h, const struct record *rec)
{
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	if (rec->raw_form == RAW_JSON)
		html_words(h, "平台原文（JSON）", "the platform's own data (JSON)");
	else if (rec->raw_form == RAW_TEXT)
		html_words(h, "平台原文（不是 JSON）", "the platform's own data (not JSON)");
	else
		html_words(h, "平台原文（不是 UTF-8，以 U+FFFD 代替）", "the platform's own data (not UTF-8: U+FFFD stands for what cannot be shown)");
	html_close(h, "p");
	html_json(h, rec->raw);
}

/* Absent, empty and not granted are three things. */
static void
no_text(struct html_out *h, const struct value *v)
{
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	if (v->not_granted)
		html_words(h, "（未授权）", "(not granted)");
	else if (v->s.p == NULL)
		html_words(h, "（平台没有给出内容）", "(the platform gave no content)");
	else
		html_words(h, "（空）", "(empty)");
	html_close(h, "p");
}

static void
content(struct html_chat *c, const struct record *rec, const struct html_type *type)
{
	const struct value *text = &rec->n[MESSAGE_TEXT], *payload = &rec->n[MESSAGE_PAYLOAD];
	struct html_out *h = &c->html;
	struct json_node *t = NULL;
	enum status st;
	size_t n;

	if (rec->n[MESSAGE_RECALLS].s.n > 0)
		recalls(c, rec, rec->n[MESSAGE_RECALLS].s);
	if (payload->s.n > 0 && (st = json_tape(payload->s, &c->arena, &t, &n, h->err)) != ST_OK) {
		html_fail(h, st);
		return;
	}
	if (t != NULL && t[0].tok == JSON_OBJ && type != NULL) {
		/* A text that stands beside its payload: other payloads have in them what n.text says in words. */
		if (text->s.n > 0 && (str_is(rec->n[MESSAGE_TYPE].s, "text") || t[0].n_children == 0) && json_get(t, 0, "content") == 0)
			html_said(h, text->s);
		html_payload(c, rec, type, t, 0, 0);
	} else if (t != NULL) {
		if (text->s.n > 0)
			html_said(h, text->s);
		html_json(h, payload->s);
	} else if (text->s.n > 0) {
		if (str_is(rec->n[MESSAGE_TYPE].s, "markdown"))
			lines(h, "div", "code", text->s);
		else
			html_said(h, text->s);
	} else if (type == NULL && rec->raw.p != NULL) {
		raw_form(h, rec);
	} else if (!str_is(rec->n[MESSAGE_TYPE].s, "switch") && rec->n[MESSAGE_RECALLS].s.n == 0 && rec->n[MESSAGE_FILES].s.n <= 2) {
		no_text(h, text);
	}
	other_files(c, rec, type);
}

static unsigned
colour(struct str id)
{
	unsigned n = 0;
	size_t i;

	for (i = 0; i < id.n; i++)
		n = n * 31 + (unsigned char)id.p[i];
	return n % 6;
}

static void
label(struct html_out *h, const char *class_, const char *zh, const char *en)
{
	html_open(h, "span");
	html_attr_z(h, "class", class_);
	html_words(h, zh, en);
	html_close(h, "span");
	html_z(h, " ");
}

static void
head(struct html_chat *c, const struct record *rec, const struct html_type *type)
{
	const struct str from = rec->n[MESSAGE_FROM].s, kind = rec->n[MESSAGE_FROM_KIND].s;
	struct html_out *h = &c->html;

	html_open(h, "header");
	html_open(h, "span");
	if (from.n > 0)
		html_person(c, from);
	else
		html_words(h, rec->n[MESSAGE_FROM].not_granted ? "发送者未授权" : "没有发送者", rec->n[MESSAGE_FROM].not_granted ? "sender not granted" : "no sender");
	html_close(h, "span");
	html_z(h, " ");
	if (str_is(kind, "external"))
		label(h, "k", "外部联系人", "external");
	else if (str_is(kind, "robot"))
		label(h, "k", "机器人", "robot");
	if (type == NULL) {
		html_open(h, "span");
		html_attr_z(h, "class", "f");
		html_words(h, "未知的消息类型", "unknown type of message");
		html_z(h, " ");
		html_bdi(h, "id", rec->n[MESSAGE_TYPE].s);
		html_close(h, "span");
		html_z(h, " ");
	} else if (!str_is(rec->n[MESSAGE_TYPE].s, "text")) {
		label(h, "k", type->zh, type->en);
	}
	if (rec->version.p != NULL) {
		html_open(h, "span");
		html_attr_z(h, "class", "k");
		html_words(h, "版本", "version");
		html_z(h, " ");
		html_bdi(h, NULL, rec->version);
		html_close(h, "span");
		html_z(h, " ");
	}
	html_time(h, &c->stamp, rec->n[MESSAGE_SENT_AT].ms, false);
	html_open(h, "a");
	anchor(h, rec->id, rec->version, true, "");
	html_attr_z(h, "title", "固定链接 link to this message");
	html_z(h, "#");
	html_close(h, "a");
	html_close(h, "header");
}

static void
flags(struct html_out *h, const struct record *rec)
{
	size_t i;

	if (rec->flags[0] == NULL)
		return;
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++) {
		html_open(h, "span");
		html_attr_z(h, "class", "f");
		html_word(h, html_flags, str_of(rec->flags[i]), false);
		html_close(h, "span");
		html_z(h, " ");
	}
	html_close(h, "p");
}

void
html_message(struct html_chat *c, const struct record *rec)
{
	const struct html_type *type = html_type(rec->n[MESSAGE_TYPE].s);
	const size_t size = rec->n[MESSAGE_TEXT].s.n + rec->n[MESSAGE_PAYLOAD].s.n;
	struct html_out *h = &c->html;
	char class_[16];

	arena_reset(&c->arena);
	c->shown = NULL;
	c->n_shown = c->cap_shown = 0;
	(void)snprintf(class_, sizeof(class_), "m s%u%s", colour(rec->n[MESSAGE_FROM].s), size > LONG ? " long" : "");
	html_open(h, "article");
	html_attr_z(h, "class", class_);
	anchor(h, rec->id, rec->version, false, "");
	html_attr_exact(h, "data-id", rec->id);
	if (rec->version.p != NULL)
		html_attr_exact(h, "data-version", rec->version);
	head(c, rec, type);
	recalled(c, rec);
	content(c, rec, type);
	flags(h, rec);
	html_close(h, "article");
	html_z(h, "\n");
}
