/* view_html.c: the run over conversations, days and parts; and the pages read back by libxml2. */
#include "formats/view_html.h"

#include <stdio.h>
#include <unistd.h>

#include <libxml/xmlreader.h>

#include "core/i18n.h"
#include "core/mem.h"
#include "formats/html_chat.h"
#include "formats/xml_free.h"

#define ROOT		"data/views/chat/"
#define NAMELESS	"未命名或名称未知的群聊 room without a known name"
#define MEMBERS_SHOWN	100u	/* at the head of its pages */
#define NAMES_SHOWN	12u	/* members in the name of a conversation without a room */

/* A day, between the one before and the one behind it. */
struct day {
	char day[CONVERSATIONS_DAY];
	uint64_t n;
};
struct days {
	struct html_chat *c;
	struct day before, now;
	bool any;
};
struct writing {
	struct html_chat *c;
	const struct days *days;
	const char *next;		/* "": the last day */
	uint64_t in_part;
};

/* --- the frame of a day --- */

static void
day_links(struct html_chat *c, const struct writing *w, bool more)
{
	struct html_out *h = &c->html;
	char name[12], href[24];

	html_open(h, "p");
	html_attr_z(h, "class", "nav");
	html_href(h, "../index.html", "全部会话", "all conversations");
	if (c->n_days >= HTML_INDEX_DAYS)
		html_href(h, "index.html", "本会话各日", "days of this conversation");
	if (c->part > 1) {
		html_path_part(c->day, c->part - 1, name);
		(void)snprintf(href, sizeof(href), "%s.html", name);
		html_href(h, href, "← 本日上一页", "previous page of this day");
	}
	if (more) {
		html_path_part(c->day, c->part + 1, name);
		(void)snprintf(href, sizeof(href), "%s.html", name);
		html_href(h, href, "本日下一页 →", "next page of this day");
	}
	if (w->days->before.day[0] != '\0') {
		(void)snprintf(href, sizeof(href), "%s.html", w->days->before.day);
		html_href(h, href, "← 前一天", "day before");
	}
	if (w->next[0] != '\0') {
		(void)snprintf(href, sizeof(href), "%s.html", w->next);
		html_href(h, href, "后一天 →", "day after");
	}
	html_close(h, "p");
	html_z(h, "\n");
}

static void
about(struct html_chat *c, const struct writing *w)
{
	const struct format_options *opt = c->in->opt;
	struct html_out *h = &c->html;
	struct json_node *t;
	enum status st;
	size_t i, k, n;

	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	if (c->room.p != NULL) {
		html_words(h, "群聊", "room");
		html_z(h, " ");
		html_bdi(h, "id", c->room);
	} else {
		html_words(h, "无群聊的会话，参与者", "no room; between");
		if ((st = json_tape(c->members, &c->arena, &t, &n, h->err)) != ST_OK) {
			html_fail(h, st);
			return;
		}
		for (i = 1, k = 0; k < t[0].n_children && k < MEMBERS_SHOWN; i = t[i].next, k++) {
			html_z(h, k == 0 ? " " : "、");
			html_person(c, html_string(c, &t[i]));
		}
		if (k < t[0].n_children)
			html_f(h, " +%u", (unsigned)(t[0].n_children - k));
	}
	html_close(h, "p");
	html_z(h, "\n");
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	if (opt->organization != NULL) {
		html_bdi(h, NULL, str_of(opt->organization));
		html_z(h, " · ");
	}
	if (opt->archive != NULL) {
		html_words(h, "归档", "archive");
		html_f(h, " %s · ", opt->archive);
	}
	html_words(h, "时区", "time zone");
	html_z(h, " ");
	html_z(h, when_zone_name());
	html_z(h, " · ");
	html_words(h, "当日消息", "messages of the day");
	html_f(h, " %llu", (unsigned long long)w->days->now.n);
	html_close(h, "p");
	html_z(h, "\n");
	html_gaps_day(&c->gaps, h, &c->stamp, c->day);
}

static void
page_begin(struct html_chat *c, struct writing *w, struct err *err)
{
	struct html_out *h = &c->html;
	const bool undated = c->day[0] == 'u';
	char name[12], path[VIEW_PATH_MAX + 16];
	struct str title;
	struct sink *sink;
	enum status st;

	html_path_part(c->day, c->part, name);
	(void)snprintf(path, sizeof(path), ROOT "%s/%s.html", c->dir, name);
	arena_reset(&c->arena);
	if ((st = arena_fmt(&c->arena, &title, err, "%.*s · %s", STR_ARG(c->title), undated ? "无日期 undated" : c->day)) != ST_OK ||
	    (st = c->place->begin(c->place, path, &sink, err)) != ST_OK) {
		html_fail(h, st);
		return;
	}
	html_begin(h, sink, err);
	html_page_begin(h, title, "../style.css");
	html_open(h, "div");
	html_attr_z(h, "class", "page");
	day_links(c, w, false);
	html_open(h, "h1");
	html_bdi(h, NULL, c->title);
	html_z(h, " · ");
	if (undated)
		html_words(h, "无日期", "undated");
	else
		html_z(h, c->day);
	if (c->part > 1)
		html_f(h, " (%u)", c->part);
	html_close(h, "h1");
	about(c, w);
	html_close(h, "div");
	html_z(h, "\n");
	html_open(h, "main");
	html_z(h, "\n");
	w->in_part = 0;
}

/* Those of a conversation without a room stand at its head. */
static void
day_people(struct html_chat *c)
{
	struct html_out *h = &c->html;
	size_t i;

	html_open(h, "p");
	html_words(h, "当日消息的发送者和接收者", "who sent or was sent the messages of this day");
	html_f(h, " (%zu%s) ", c->n_people, c->more_people ? "+" : "");
	for (i = 0; i < c->n_people; i++) {
		arena_reset(&c->arena);
		html_z(h, i == 0 ? "" : "、");
		html_person(c, c->people[i]);
	}
	html_z(h, c->more_people ? " …" : "");
	html_close(h, "p");
	html_z(h, "\n");
}

static enum status
page_end(struct html_chat *c, const struct writing *w, bool more, struct err *err)
{
	struct html_out *h = &c->html;
	enum status st;

	html_close(h, "main");
	html_open(h, "div");
	html_attr_z(h, "class", "foot");
	if (!more && c->room.p != NULL)
		day_people(c);
	day_links(c, w, more);
	html_words(h, "由归档的记录生成；以记录为准。", "Made from the records of the archive; the records are authoritative.");
	html_close(h, "div");
	html_page_end(h);
	st = html_end(h);
	return st == ST_OK ? c->place->end(c->place, err) : st;
}

/* --- messages of a day --- */

/* Have these recipients been told already?  Lists come again with every message; what the small table forgot is looked at once more, which changes nothing. */
static bool
seen(struct html_chat *c, struct str to)
{
	uint64_t sum = UINT64_C(14695981039346656037), *at;
	size_t i;

	for (i = 0; i < to.n; i++)
		sum = (sum ^ (unsigned char)to.p[i]) * UINT64_C(1099511628211);
	sum = sum == 0 ? 1 : sum;
	at = &c->told[sum % HTML_TOLD];
	if (*at == sum)
		return true;
	*at = sum;
	return false;
}

static enum status
person(struct html_chat *c, struct str id, bool sent, struct err *err)
{
	size_t from = 0, to = c->n_people;
	struct str copy;
	enum status st;

	while (from < to) {
		const size_t mid = from + (to - from) / 2;
		const int order = str_cmp(c->people[mid], id);

		if (order == 0)
			return sent ? html_index_person(c->index, c->number, id, sent, err) : ST_OK; /* known since this day: only what is sent is counted */
		if (order < 0)
			from = mid + 1;
		else
			to = mid;
	}
	if (c->n_people < HTML_DAY_PEOPLE) {
		if ((st = arena_dup(&c->day_arena, id, &copy, err)) != ST_OK)
			return st;
		memmove(c->people + from + 1, c->people + from, (c->n_people - from) * sizeof(*c->people));
		c->people[from] = copy;
		c->n_people++;
	} else {
		c->more_people = true;
	}
	return html_index_person(c->index, c->number, id, sent, err);
}

static enum status
people(struct html_chat *c, const struct record *rec, struct err *err)
{
	const struct str from = rec->n[MESSAGE_FROM].s, to = rec->n[MESSAGE_TO].s;
	struct json_node *t;
	enum status st;
	size_t i, k, n;

	if (from.n > 0 && (st = person(c, from, true, err)) != ST_OK)
		return st;
	if (to.n <= 2 || seen(c, to))
		return ST_OK;
	if ((st = json_tape(to, &c->arena, &t, &n, err)) != ST_OK)
		return st;
	for (i = 1, k = 0; t[0].tok == JSON_ARR && k < t[0].n_children; i = t[i].next, k++) {
		const struct str id = html_string(c, &t[i]);

		if (id.n > 0 && (st = person(c, id, false, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
each_message(void *ctx, const struct record *rec, struct err *err)
{
	struct writing *w = ctx;
	struct html_chat *c = w->c;
	enum status st;

	if (w->in_part > 0 && (w->in_part >= HTML_PAGE_MESSAGES || html_size(&c->html) >= HTML_PAGE_BYTES) && c->part < HTML_PARTS) {
		if ((st = page_end(c, w, true, err)) != ST_OK)
			return st;
		c->part++;
		page_begin(c, w, err);
	}
	html_message(c, rec);
	w->in_part++;
	if (c->html.st != ST_OK)
		return c->html.st;
	if (c->part > 1 && (st = html_index_place(c->index, rec->id, rec->version, c->part, err)) != ST_OK)
		return st;
	return people(c, rec, err);
}

static enum status
write_day(struct days *d, const char *next, struct err *err)
{
	struct html_chat *c = d->c;
	struct writing w = { .c = c, .days = d, .next = next };
	enum status st;

	c->day = d->now.day;
	c->part = 1;
	c->n_people = 0;
	c->more_people = false;
	arena_reset(&c->day_arena);
	memset(c->told, 0, sizeof(c->told));
	page_begin(c, &w, err);
	if (c->html.st != ST_OK)
		return c->html.st;
	if ((st = conversations_messages(c->talks, c->number, c->day, each_message, &w, err)) != ST_OK || (st = page_end(c, &w, false, err)) != ST_OK)
		return st;
	return html_index_day(c->index, c->number, c->day, d->now.n, err);
}

static enum status
each_day(void *ctx, const char *day, uint64_t n, struct err *err)
{
	struct days *d = ctx;
	enum status st;

	if (d->any && (st = write_day(d, day, err)) != ST_OK)
		return st;
	d->before = d->now;
	d->any = true;
	(void)snprintf(d->now.day, sizeof(d->now.day), "%s", day);
	d->now.n = n;
	return ST_OK;
}

/* --- conversations --- */

/* What people call it: the room's name, or the names of those who take part. */
static enum status
name_it(struct html_chat *c, struct buf *out, struct err *err)
{
	struct json_node *t;
	struct str id, name;
	enum status st;
	size_t i, k, n;

	buf_clear(out);
	arena_reset(&c->arena);
	if (c->room.p != NULL) {
		st = reference_name(c->who, REC_ROOM, c->room, &c->arena, &name, err);
		return st == ST_OK ? buf_str_add(out, name, err) : st == ST_END ? buf_addz(out, NAMELESS, err) : st;
	}
	if ((st = json_tape(c->members, &c->arena, &t, &n, err)) != ST_OK)
		return st;
	for (i = 1, k = 0; k < t[0].n_children && k < NAMES_SHOWN; i = t[i].next, k++) {
		if ((st = json_text(t[i].val, t[i].flags, &c->arena, &id, err)) != ST_OK ||
		    ((st = reference_name(c->who, REC_USER, id, &c->arena, &name, err)) != ST_OK && st != ST_END))
			return st;
		if (st == ST_END)
			name = id;
		if ((k > 0 && (st = buf_addz(out, "、", err)) != ST_OK) || (st = buf_str_add(out, name, err)) != ST_OK)
			return st;
	}
	if (k < t[0].n_children)
		return buf_addf(out, err, " +%zu", t[0].n_children - k);
	return out->n == 0 ? buf_addz(out, "没有参与者 nobody", err) : ST_OK;
}

struct every {
	struct html_chat *c;
	struct buf title, key;
};

static enum status
each_conversation(void *ctx, const struct conversation *now, struct err *err)
{
	struct every *e = ctx;
	struct html_chat *c = e->c;
	struct days d = { .c = c };
	enum status st;

	c->number = now->number;
	c->n_days = now->n_days;
	c->room = now->room;
	c->members = now->members;
	/* A room could be called as a list of members is written: it must not get the same directory. */
	buf_clear(&e->key);
	if ((now->room.n > 0 && now->room.p[0] == '[' && (st = buf_putc(&e->key, '\0', err)) != ST_OK) || (st = buf_str_add(&e->key, now->key, err)) != ST_OK ||
	    (st = html_path_id(buf_str(&e->key), now->room.p != NULL, c->dir, err)) != ST_OK || (st = name_it(c, &e->title, err)) != ST_OK)
		return st;
	c->title = buf_str(&e->title);
	if ((st = html_index_talk(c->index, c->number, c->dir, c->title, c->room, now->n_messages, now->n_days, err)) != ST_OK ||
	    (st = conversations_days(c->talks, c->number, each_day, &d, err)) != ST_OK)
		return st;
	return d.any ? write_day(&d, "", err) : ST_OK;
}

static enum status
style(struct html_chat *c, struct err *err)
{
	const struct str css = html_style_chat();
	struct sink *sink;
	enum status st;

	if ((st = c->place->begin(c->place, ROOT "style.css", &sink, err)) != ST_OK || (st = sink_write(sink, css.p, css.n, err)) != ST_OK)
		return st;
	return c->place->end(c->place, err);
}

static enum status
count(void *ctx, const struct conversation *now, struct err *err)
{
	(void)now;
	(void)err;
	*(uint64_t *)ctx += 1;
	return ST_OK;
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct html_chat *c = mem_get(1, sizeof(*c), err);
	struct every e = { .c = c };
	uint64_t n = 0;
	enum status st;

	if (c == NULL)
		return ST_NOMEM;
	c->in = in;
	c->place = place;
	stamp_init(&c->stamp);
	arena_init(&c->arena, LIMIT_ARENA);
	arena_init(&c->day_arena, LIMIT_ARENA);
	buf_init(&e.title, 8 * LIMIT_RECORD);
	buf_init(&e.key, 8 * LIMIT_RECORD);
	if ((st = conversations_open(&c->talks, in, err)) == ST_OK && (st = conversations_each(c->talks, count, &n, err)) == ST_OK && n > 0 &&
	    (st = reference_open(&c->who, in, err)) == ST_OK && (st = html_index_open(&c->index, in, err)) == ST_OK && (st = style(c, err)) == ST_OK &&
	    (st = html_gaps_read(&c->gaps, in, "messages", err)) == ST_OK &&
	    (st = conversations_each(c->talks, each_conversation, &e, err)) == ST_OK)
		st = html_index_write(c->index, in, c->who, &c->gaps, &c->html, place, err);
	html_index_close(c->index);
	reference_close(c->who);
	conversations_close(c->talks);
	html_free(&c->html);
	arena_free(&c->arena);
	arena_free(&c->day_arena);
	buf_free(&e.title);
	buf_free(&e.key);
	mem_free(c);
	return st;
}

/* --- read back --- */

static bool
owns(const char *path)
{
	const size_t n = strlen(path), root = sizeof(ROOT) - 1;
	const char *rest = path + root;

	return n > root + 5 && memcmp(path, ROOT, root) == 0 && strcmp(path + n - 5, ".html") == 0 && strchr(rest, '/') != NULL &&
	    strncmp(rest, "people/", 7) != 0 && strncmp(rest, "months/", 7) != 0;
}

/* What html_attr_exact wrote; in ${a}.  Absent: neither form is there. */
static enum status
exact(xmlTextReaderPtr x, const char *name, struct arena *a, struct str *out, struct err *err)
{
	char other[32];
	xmlChar *value = xmlTextReaderGetAttribute(x, (const xmlChar *)name);
	struct str text;
	enum status st;
	const bool json = value == NULL;

	*out = STR_NONE;
	(void)snprintf(other, sizeof(other), "%s-json", name);
	if (json && (value = xmlTextReaderGetAttribute(x, (const xmlChar *)other)) == NULL)
		return ST_OK;
	if ((st = arena_dup(a, str_of((const char *)value), &text, err)) == ST_OK)
		st = json ? json_text(text, JSON_F_ESCAPE, a, out, err) : ST_OK;
	if (st == ST_OK && !json)
		*out = text;
	xml_free(value);
	return st;
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct str id = STR_NONE, version = STR_NONE;
	struct arena arena;
	xmlTextReaderPtr x;
	enum status st = ST_OK;
	bool page = false;
	int r = 0;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot read %s"), path);
	if ((x = xmlReaderForFd(fd, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE)) == NULL)
		return err_oom(err, 0);
	arena_init(&arena, LIMIT_ARENA);
	while (st == ST_OK && (r = xmlTextReaderRead(x)) == 1) {
		const xmlChar *name = xmlTextReaderConstLocalName(x);

		if (xmlTextReaderNodeType(x) != XML_READER_TYPE_ELEMENT)
			continue;
		page |= xmlTextReaderDepth(x) == 0 && xmlStrEqual(name, (const xmlChar *)"html");
		if (!xmlStrEqual(name, (const xmlChar *)"article"))
			continue;
		arena_reset(&arena);
		if ((st = exact(x, "data-id", &arena, &id, err)) == ST_OK && (st = exact(x, "data-version", &arena, &version, err)) == ST_OK)
			st = id.p == NULL ? err_set(err, ST_INPUT, _("%s: an entry without an id"), path) : found->record(found, "messages", id, version, err);
	}
	if (st == ST_OK && r < 0)
		st = err_set(err, ST_INPUT, _("%s: not well-formed XML"), path);
	else if (st == ST_OK && !page)
		st = err_set(err, ST_INPUT, _("%s: not a document of this program"), path);
	xmlFreeTextReader(x);
	arena_free(&arena);
	return st;
}

const struct view_family html_view = { "html", N_("chat to read, a page for each conversation and day"), 1u << REC_MESSAGE, VIEW_USUAL, make, owns, read_back, { 200, 700, 16u << 10 } };
