/* html_lists.c: conversations, rooms, months, people; every list in pages of ROWS. */
#include "formats/html_index_priv.h"

#include <stdio.h>

#include "core/limits.h"
#include "formats/html_page.h"

#define ROOT "data/views/chat/"
#define ROWS 500u

struct list {
	struct html_index *x;
	int query;
	const char *below;	/* directory below ROOT, with its slash; "" at ROOT */
	const char *first, *further; /* names of the first page and, before "-2", of the others */
	unsigned max;		/* pages; the last takes the rest */
	const char *zh, *en;
	struct str name;	/* of a person or month, behind the title; absent: none */
	struct str id;
	const char *const (*columns)[2]; /* as html_table */
	void (*row)(struct list *, struct sqlite3_stmt *);
	void (*above)(struct list *); /* on the first page, before the table; NULL: nothing */
};

static void
page_name(const struct list *l, unsigned page, char out[64])
{
	if (page == 1)
		(void)snprintf(out, 64, "%s.html", l->first);
	else
		(void)snprintf(out, 64, "%s-%u.html", l->further, page);
}

static void
links(struct list *l, unsigned page, bool more)
{
	struct html_out *h = l->x->h;
	const bool deep = l->below[0] != '\0';
	char name[64];

	html_open(h, "p");
	html_attr_z(h, "class", "nav");
	html_href(h, deep ? "../index.html" : "index.html", "全部会话", "all conversations");
	html_href(h, deep ? "../rooms.html" : "rooms.html", "群聊", "rooms");
	html_href(h, deep ? "../people/index.html" : "people/index.html", "人员", "people");
	if (page > 1) {
		page_name(l, page - 1, name);
		html_href(h, name, "← 上一页", "previous page");
	}
	if (more) {
		page_name(l, page + 1, name);
		html_href(h, name, "下一页 →", "next page");
	}
	html_close(h, "p");
	html_z(h, "\n");
}

static enum status
begin(struct list *l, unsigned page, struct err *err)
{
	struct html_index *x = l->x;
	const struct format_options *opt = x->in->opt;
	char path[VIEW_PATH_MAX + 64], name[64];
	struct str title;
	struct sink *sink;
	enum status st;

	page_name(l, page, name);
	(void)snprintf(path, sizeof(path), ROOT "%s%s", l->below, name);
	arena_reset(&x->arena);
	if ((st = arena_fmt(&x->arena, &title, err, "%s %s%s%.*s", l->zh, l->en, l->name.p != NULL ? " · " : "", STR_ARG(l->name))) != ST_OK ||
	    (st = x->place->begin(x->place, path, &sink, err)) != ST_OK)
		return st;
	html_begin(x->h, sink, err);
	html_page_begin(x->h, title, l->below[0] != '\0' ? "../style.css" : "style.css");
	html_open(x->h, "div");
	html_attr_z(x->h, "class", "page");
	links(l, page, false);
	html_open(x->h, "h1");
	html_words(x->h, l->zh, l->en);
	if (l->name.p != NULL) {
		html_z(x->h, " · ");
		html_bdi(x->h, NULL, l->name);
	}
	if (page > 1)
		html_f(x->h, " (%u)", page);
	html_close(x->h, "h1");
	html_open(x->h, "p");
	html_attr_z(x->h, "class", "sub");
	if (l->id.p != NULL) {
		html_bdi(x->h, "id", l->id);
		html_z(x->h, " · ");
	}
	if (opt->organization != NULL) {
		html_bdi(x->h, NULL, str_of(opt->organization));
		html_z(x->h, " · ");
	}
	if (opt->archive != NULL) {
		html_words(x->h, "归档", "archive");
		html_f(x->h, " %s · ", opt->archive);
	}
	html_words(x->h, "时区", "time zone");
	html_z(x->h, " ");
	html_z(x->h, when_zone_name());
	html_close(x->h, "p");
	html_close(x->h, "div");
	html_z(x->h, "\n");
	if (page == 1 && l->above != NULL)
		l->above(l);
	html_table(x->h, l->columns);
	return x->h->st;
}

static enum status
end(struct list *l, unsigned page, bool more, struct err *err)
{
	struct html_out *h = l->x->h;
	enum status st;

	html_table_end(h);
	html_open(h, "div");
	html_attr_z(h, "class", "foot");
	links(l, page, more);
	html_words(h, "由归档的记录生成；以记录为准。", "Made from the records of the archive; the records are authoritative.");
	html_close(h, "div");
	html_page_end(h);
	st = html_end(h);
	return st == ST_OK ? l->x->place->end(l->x->place, err) : st;
}

/* All pages of a list; its parameters are bound. */
static enum status
write_list(struct list *l, struct err *err)
{
	struct html_index *x = l->x;
	struct sqlite3_stmt *q = x->q[l->query];
	unsigned page = 1, n = 0;
	enum status st = begin(l, page, err), step = ST_OK;

	while (st == ST_OK && (step = scratch_db_step(&x->db, q, err)) == ST_OK) {
		if (n == ROWS && page < l->max) {
			if ((st = end(l, page, true, err)) == ST_OK)
				st = begin(l, ++page, err);
			n = 0;
			if (st != ST_OK)
				break;
		}
		html_open(x->h, "tr");
		l->row(l, q);
		html_close(x->h, "tr");
		html_z(x->h, "\n");
		n++;
		st = x->h->st;
	}
	if (st != ST_OK) {
		scratch_db_reset(q);
		return st;
	}
	return step == ST_END ? end(l, page, false, err) : step;
}

static void
cell_number(struct html_out *h, int64_t n)
{
	html_open(h, "td");
	html_attr_z(h, "class", "n");
	html_f(h, "%lld", (long long)n);
	html_close(h, "td");
}

static void
cell_talk(struct list *l, struct sqlite3_stmt *q, struct str day)
{
	struct html_out *h = l->x->h;
	const struct str dir = scratch_db_text(q, T_DIR), room = scratch_db_text(q, T_ROOM);
	char href[128];

	(void)snprintf(href, sizeof(href), "%s%.*s/%.*s.html", l->below[0] != '\0' ? "../" : "", STR_ARG(dir), STR_ARG(day));
	html_open(h, "td");
	html_open(h, "a");
	html_attr_z(h, "href", href);
	html_bdi(h, NULL, scratch_db_text(q, T_TITLE));
	html_close(h, "a");
	if (room.p != NULL) {
		html_z(h, " ");
		html_bdi(h, "id", room);
	}
	html_close(h, "td");
}

static void
cell_day(struct list *l, struct sqlite3_stmt *q, struct str day)
{
	struct html_out *h = l->x->h;
	const struct str dir = scratch_db_text(q, T_DIR);
	char href[128];

	html_open(h, "td");
	html_attr_z(h, "class", "d");
	if (day.n > 0) {
		(void)snprintf(href, sizeof(href), "%s%.*s/%.*s.html", l->below[0] != '\0' ? "../" : "", STR_ARG(dir), STR_ARG(day));
		html_open(h, "a");
		html_attr_z(h, "href", href);
		html_text(h, day);
		html_close(h, "a");
	} else {
		html_words(h, "无日期", "undated");
	}
	html_close(h, "td");
}

static struct str
last_day(struct sqlite3_stmt *q)
{
	const struct str last = scratch_db_text(q, T_LAST);

	return last.n > 0 ? last : STR("undated");
}

static void
row_talk(struct list *l, struct sqlite3_stmt *q)
{
	cell_talk(l, q, last_day(q));
	cell_number(l->x->h, scratch_db_int(q, T_MESSAGES));
	cell_number(l->x->h, scratch_db_int(q, T_DAYS));
	cell_day(l, q, scratch_db_text(q, T_FIRST));
	cell_day(l, q, scratch_db_text(q, T_LAST));
}

static void
row_month(struct list *l, struct sqlite3_stmt *q)
{
	cell_day(l, q, scratch_db_text(q, T_MORE));
	cell_talk(l, q, scratch_db_text(q, T_MORE));
	cell_number(l->x->h, scratch_db_int(q, T_MORE + 1));
}

static void
row_person(struct list *l, struct sqlite3_stmt *q)
{
	row_talk(l, q);
	cell_number(l->x->h, scratch_db_int(q, T_MORE));
}

static void
row_day(struct list *l, struct sqlite3_stmt *q)
{
	struct html_out *h = l->x->h;
	const struct str day = scratch_db_text(q, 0);
	char href[32];

	(void)snprintf(href, sizeof(href), "%.*s.html", STR_ARG(day));
	html_open(h, "td");
	html_attr_z(h, "class", "d");
	html_open(h, "a");
	html_attr_z(h, "href", href);
	if (day.n > 0 && day.p[0] == 'u')
		html_words(h, "无日期", "undated");
	else
		html_text(h, day);
	html_close(h, "a");
	html_close(h, "td");
	cell_number(h, scratch_db_int(q, 1));
}

static void
row_people(struct list *l, struct sqlite3_stmt *q)
{
	struct html_index *x = l->x;
	const struct str id = scratch_db_text(q, 0);
	char page[HTML_PATH_ID], href[64];
	struct str name;
	enum status st;

	arena_reset(&x->arena);
	if ((st = html_path_id(id, true, page, x->h->err)) != ST_OK ||
	    ((st = reference_name(x->who, REC_USER, id, &x->arena, &name, x->h->err)) != ST_OK && st != ST_END)) {
		html_fail(x->h, st);
		return;
	}
	(void)snprintf(href, sizeof(href), "%s.html", page);
	html_open(x->h, "td");
	html_open(x->h, "a");
	html_attr_z(x->h, "href", href);
	html_bdi(x->h, NULL, st == ST_OK ? name : id);
	html_close(x->h, "a");
	html_close(x->h, "td");
	html_open(x->h, "td");
	html_bdi(x->h, "id", id);
	html_close(x->h, "td");
	cell_number(x->h, scratch_db_int(q, 1));
	cell_number(x->h, scratch_db_int(q, 2));
}

/* --- what stands above the first table --- */

static void
above_talks(struct list *l)
{
	struct html_index *x = l->x;
	struct html_out *h = x->h;
	struct sqlite3_stmt *q = x->q[MONTHS];
	enum status st;
	char href[48];

	html_open(h, "p");
	html_words(h, "会话", "conversations");
	html_f(h, " %lld · ", (long long)x->n_talks);
	html_words(h, "消息", "messages");
	html_f(h, " %lld · ", (long long)x->n_messages);
	html_words(h, "人员", "people");
	html_f(h, " %lld", (long long)x->n_people);
	html_close(h, "p");
	html_open(h, "h2");
	html_words(h, "按月", "by month");
	html_close(h, "h2");
	html_open(h, "ul");
	html_attr_z(h, "class", "months");
	while ((st = scratch_db_step(&x->db, q, h->err)) == ST_OK) {
		const struct str month = scratch_db_text(q, 0);
		const bool undated = month.n > 0 && month.p[0] == 'u';

		html_open(h, "li");
		(void)snprintf(href, sizeof(href), "months/%.*s.html", STR_ARG(month));
		html_open(h, "a");
		html_attr_z(h, "href", href);
		if (undated)
			html_words(h, "无日期", "undated");
		else
			html_text(h, month);
		html_close(h, "a");
		html_f(h, " (%lld)", (long long)scratch_db_int(q, 1));
		html_close(h, "li");
	}
	if (st != ST_END)
		html_fail(h, st);
	html_close(h, "ul");
	html_gaps_table(x->gaps, h, &x->stamp);
	html_open(h, "h2");
	html_words(h, "按会话", "by conversation");
	html_close(h, "h2");
}

/* --- all of them --- */

static const char *const talk_columns[][2] = { { "会话", "conversation" }, { "#消息", "messages" }, { "#天数", "days" }, { "首日", "first day" },
	{ "末日", "last day" }, { NULL, NULL } };
static const char *const month_columns[][2] = { { "日期", "day" }, { "会话", "conversation" }, { "#消息", "messages" }, { NULL, NULL } };
static const char *const day_columns[][2] = { { "日期", "day" }, { "#消息", "messages" }, { NULL, NULL } };
static const char *const people_columns[][2] = { { "姓名", "name" }, { "编号", "id" }, { "#会话", "conversations" }, { "#发送", "sent" }, { NULL, NULL } };
static const char *const person_columns[][2] = { { "会话", "conversation" }, { "#消息", "messages" }, { "#天数", "days" }, { "首日", "first day" },
	{ "末日", "last day" }, { "#由其发送", "sent by this person" }, { NULL, NULL } };

static enum status
months(struct html_index *x, struct err *err)
{
	struct sqlite3_stmt *q = x->q[MONTHS];
	struct list l = { .x = x, .query = MONTH, .below = "months/", .max = UINT32_MAX, .zh = "按月", .en = "by month", .columns = month_columns, .row = row_month };
	char month[16], until[24];
	enum status st;

	while ((st = scratch_db_step(&x->db, q, err)) == ST_OK) {
		/* "2026-11" < "2026-11-01" … < "2026-11~"; "undated" alike, its "month" being the whole word */
		(void)snprintf(month, sizeof(month), "%.*s", STR_ARG(scratch_db_text(q, 0)));
		(void)snprintf(until, sizeof(until), "%s~", month);
		scratch_db_bind(x->q[MONTH], 1, str_of(month));
		scratch_db_bind(x->q[MONTH], 2, str_of(until));
		l.first = l.further = month;
		l.name = str_of(month[0] == 'u' ? "无日期 undated" : month);
		if ((st = write_list(&l, err)) != ST_OK) {
			scratch_db_reset(q);
			return st;
		}
	}
	return st == ST_END ? ST_OK : st;
}

/* The days of every conversation that has many. */
static enum status
days(struct html_index *x, struct err *err)
{
	char below[HTML_PATH_ID + 1];
	struct list l = { .x = x, .query = DAYS, .below = below, .first = "index", .further = "index", .max = 999, .zh = "会话", .en = "conversation",
		.columns = day_columns, .row = row_day };
	struct sqlite3_stmt *q = x->q[LONG_TALKS];
	enum status st;

	scratch_db_bind_int(q, 1, HTML_INDEX_DAYS);
	while ((st = scratch_db_step(&x->db, q, err)) == ST_OK) {
		const struct str dir = scratch_db_text(q, 1);

		(void)snprintf(below, sizeof(below), "%.*s/", STR_ARG(dir));
		l.name = scratch_db_text(q, 2);
		l.id = scratch_db_text(q, 3);
		scratch_db_bind_int(x->q[DAYS], 1, scratch_db_int(q, 0));
		if ((st = write_list(&l, err)) != ST_OK) {
			scratch_db_reset(q);
			return st;
		}
	}
	return st == ST_END ? ST_OK : st;
}

static enum status
each_person(struct html_index *x, struct str id, struct buf *name, struct err *err)
{
	char first[HTML_PATH_ID], further[HTML_PATH_ID];
	/* people/h-…-99.html is as long as a path may be */
	struct list l = { .x = x, .query = PERSON, .below = "people/", .first = first, .further = further, .max = 99, .zh = "人员", .en = "person", .id = id,
		.columns = person_columns, .row = row_person };
	struct str found;
	enum status st;

	arena_reset(&x->arena);
	if ((st = html_path_id(id, true, first, err)) != ST_OK || (st = html_path_id(id, false, further, err)) != ST_OK ||
	    ((st = reference_name(x->who, REC_USER, id, &x->arena, &found, err)) != ST_OK && st != ST_END))
		return st;
	buf_clear(name);
	if ((st = buf_str_add(name, st == ST_OK ? found : id, err)) != ST_OK)
		return st;
	l.name = buf_str(name);
	scratch_db_bind(x->q[PERSON], 1, id);
	return write_list(&l, err);
}

static enum status
people(struct html_index *x, struct err *err)
{
	struct list l = { .x = x, .query = PEOPLE, .below = "people/", .first = "index", .further = "index", .max = UINT32_MAX, .zh = "人员", .en = "people",
		.columns = people_columns, .row = row_people };
	struct sqlite3_stmt *q = x->q[PEOPLE];
	struct buf name;
	enum status st = write_list(&l, err);

	if (st != ST_OK)
		return st;
	buf_init(&name, LIMIT_RECORD);
	while ((st = scratch_db_step(&x->db, q, err)) == ST_OK)
		if ((st = each_person(x, scratch_db_text(q, 0), &name, err)) != ST_OK) {
			scratch_db_reset(q);
			break;
		}
	buf_free(&name);
	return st == ST_END ? ST_OK : st;
}

enum status
html_index_write(struct html_index *x, const struct view_input *in, struct reference *who, const struct html_gaps *gaps, struct html_out *h, struct view_place *place, struct err *err)
{
	struct list all = { .x = x, .query = TALKS, .below = "", .first = "index", .further = "index", .max = UINT32_MAX, .zh = "会话", .en = "conversations",
		.columns = talk_columns, .row = row_talk, .above = above_talks };
	struct list rooms = { .x = x, .query = ROOMS, .below = "", .first = "rooms", .further = "rooms", .max = UINT32_MAX, .zh = "群聊", .en = "rooms",
		.columns = talk_columns, .row = row_talk };
	enum status st;

	x->in = in;
	x->who = who;
	x->gaps = gaps;
	stamp_init(&x->stamp);
	x->h = h;
	x->place = place;
	if ((st = scratch_db_step(&x->db, x->q[TOTALS], err)) != ST_OK)
		return st;
	x->n_talks = scratch_db_int(x->q[TOTALS], 0);
	x->n_messages = scratch_db_int(x->q[TOTALS], 1);
	x->n_people = scratch_db_int(x->q[TOTALS], 2);
	scratch_db_reset(x->q[TOTALS]);
	if ((st = write_list(&all, err)) != ST_OK || (st = write_list(&rooms, err)) != ST_OK || (st = months(x, err)) != ST_OK ||
	    (st = days(x, err)) != ST_OK)
		return st;
	return people(x, err);
}
