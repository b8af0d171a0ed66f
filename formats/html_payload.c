/* html_payload.c: a payload by the rows of its type; the rest of it as JSON with its names, so that nothing is lost to the reader. */
#include <stdio.h>

#include "formats/html_chat.h"

#define NEST_MAX 32u /* bundles in bundles: every level doubles the backslashes of what is inside, so 16 MiB hold some 23 */

static void rows_of(struct html_chat *, const struct record *, const struct html_row *, enum html_media, const struct json_node *, size_t, unsigned);

struct str
html_string(struct html_chat *c, const struct json_node *node)
{
	struct str out = STR_NONE;
	enum status st;

	if (node->tok == JSON_STR && (st = json_text(node->val, node->flags, &c->arena, &out, c->html.err)) != ST_OK)
		html_fail(&c->html, st);
	return out;
}

void
html_json(struct html_out *h, struct str value)
{
	html_el(h, "pre", NULL, value);
}

/* The value with its name, as it stands. */
static void
as_json(struct html_out *h, const struct json_node *node, const char *zh, const char *en)
{
	html_open(h, "dl");
	html_open(h, "div");
	html_open(h, "dt");
	if (zh != NULL)
		html_words(h, zh, en);
	else
		html_bdi(h, "id", node->key);
	html_close(h, "dt");
	html_open(h, "dd");
	html_json(h, json_whole(node));
	html_fact_end(h);
	html_close(h, "dl");
}

/* Text, number or truth value as text; absent: an object or a list. */
static struct str
scalar(struct html_chat *c, const struct json_node *node)
{
	return node->tok == JSON_STR ? html_string(c, node) : node->tok == JSON_NUM || node->tok == JSON_TRUE || node->tok == JSON_FALSE ? node->val : STR_NONE;
}

static void
amount(struct html_out *h, struct str fen)
{
	uint64_t v;

	if (str_u64(fen, 0, UINT64_MAX, &v, NULL) == ST_OK)
		html_f(h, "¥%llu.%02u", (unsigned long long)(v / 100), (unsigned)(v % 100));
	else
		html_bdi(h, NULL, fen);
}

static void
duration(struct html_out *h, struct str seconds)
{
	uint64_t v;

	if (str_u64(seconds, 0, UINT32_MAX, &v, NULL) != ST_OK)
		html_bdi(h, NULL, seconds);
	else if (v < 3600)
		html_f(h, "%u:%02u (%u s)", (unsigned)v / 60, (unsigned)v % 60, (unsigned)v);
	else
		html_f(h, "%u:%02u:%02u (%u s)", (unsigned)v / 3600, (unsigned)v / 60 % 60, (unsigned)v % 60, (unsigned)v);
}

static void
moment(struct html_chat *c, struct str digits)
{
	int64_t v;

	if (str_i64(digits, 0, INT64_C(253402300799999), &v, NULL) != ST_OK)
		html_bdi(&c->html, NULL, digits);
	else
		html_time(&c->html, &c->stamp, v < INT64_C(100000000000) ? v * 1000 : v, true);
}

static void
list(struct html_chat *c, const struct json_node *t, size_t i, bool people)
{
	struct html_out *h = &c->html;
	size_t k, child;

	html_open(h, "ol");
	for (child = i + 1, k = 0; k < t[i].n_children; child = t[child].next, k++) {
		const struct str s = scalar(c, &t[child]);

		html_open(h, "li");
		if (s.p == NULL)
			html_json(h, json_whole(&t[child]));
		else if (people)
			html_person(c, s);
		else
			html_bdi(h, NULL, s);
		html_close(h, "li");
	}
	html_close(h, "ol");
}

/* --- forwarded and mixed --- */

static void
item_content(struct html_chat *c, const struct record *rec, const struct html_type *type, const struct json_node *t, size_t i, unsigned depth)
{
	struct html_out *h = &c->html;
	struct json_node *inner;
	struct str text;
	enum status st;
	size_t n;

	if (t[i].tok == JSON_OBJ && type != NULL) {
		rows_of(c, rec, type->rows, type->media, t, i, depth);
		return;
	}
	text = t[i].tok == JSON_STR ? html_string(c, &t[i]) : STR_NONE;
	if (text.p == NULL) {
		html_json(h, json_whole(&t[i]));
		return;
	}
	if (depth < NEST_MAX && (st = json_tape(text, &c->arena, &inner, &n, NULL)) != ST_INPUT && st != ST_LIMIT) {
		if (st != ST_OK) {
			html_fail(h, err_oom(h->err, text.n));
			return;
		}
		if (inner[0].tok == JSON_OBJ && type != NULL) {
			rows_of(c, rec, type->rows, type->media, inner, 0, depth);
			return;
		}
		if (inner[0].tok == JSON_OBJ || inner[0].tok == JSON_ARR) {
			html_json(h, text);
			return;
		}
	}
	html_open(h, "div");
	html_attr_z(h, "class", "t");
	html_bdi(h, NULL, text);
	html_close(h, "div");
}

static void
item(struct html_chat *c, const struct record *rec, const struct json_node *t, size_t i, unsigned depth)
{
	static const char *const known[] = { "type", "msgtime", "from_chatroom", "content" };
	struct html_out *h = &c->html;
	const size_t kind = json_get(t, i, "type"), at = json_get(t, i, "msgtime"), room = json_get(t, i, "from_chatroom"), content = json_get(t, i, "content");
	const struct str name = kind == 0 ? STR_NONE : html_string(c, &t[kind]);
	const struct html_type *type = html_type_item(name);
	size_t k, m, child;

	html_open(h, "div");
	html_attr_z(h, "class", "item");
	html_open(h, "div");
	html_attr_z(h, "class", "sub");
	if (type != NULL)
		html_words(h, type->zh, type->en);
	else
		html_words(h, "未知类型", "unknown type");
	if (type == NULL || str_is(name, "ChatRecord")) {
		html_z(h, " ");
		html_bdi(h, "id", name.p == NULL ? STR("") : name);
	}
	if (at != 0 && (t[at].tok == JSON_NUM || t[at].tok == JSON_STR)) {
		html_z(h, " · ");
		moment(c, t[at].val);
	}
	if (room != 0 && t[room].tok == JSON_TRUE) {
		html_z(h, " · ");
		html_words(h, "来自群聊", "from a room");
	}
	html_close(h, "div");
	if (content != 0)
		item_content(c, rec, type, t, content, depth);
	for (child = i + 1, k = 0; k < t[i].n_children; child = t[child].next, k++) {
		for (m = 0; m < sizeof(known) / sizeof(known[0]) && !json_same(t[child].key, str_of(known[m])); m++)
			;
		if (m == sizeof(known) / sizeof(known[0]))
			as_json(h, &t[child], NULL, NULL);
	}
	html_close(h, "div");
}

static bool
are_items(const struct html_row *row)
{
	return row->show == SHOW_ITEMS || row->show == SHOW_FORWARDED;
}

static void
items(struct html_chat *c, const struct record *rec, const struct html_row *row, const struct json_node *t, size_t i, unsigned depth)
{
	struct html_out *h = &c->html;
	size_t k, child;

	html_open(h, "div");
	html_attr_z(h, "class", "bundle");
	if (row->show == SHOW_FORWARDED) {
		html_open(h, "p");
		html_attr_z(h, "class", "sub");
		html_words(h, "各条的作者：平台未提供", "authors of these: not given by the platform");
		html_close(h, "p");
	}
	for (child = i + 1, k = 0; k < t[i].n_children; child = t[child].next, k++)
		if (t[child].tok != JSON_OBJ) {
			html_json(h, json_whole(&t[child]));
		} else if (are_items(row)) {
			item(c, rec, t, child, depth + 1);
		} else {
			html_open(h, "div");
			html_attr_z(h, "class", "item");
			rows_of(c, rec, row->rows, MEDIA_LINK, t, child, depth + 1);
			html_close(h, "div");
		}
	html_close(h, "div");
}

/* --- rows --- */

static void
labelled(struct html_chat *c, const struct html_row *row, const struct json_node *t, size_t i, struct str s)
{
	struct html_out *h = &c->html;

	html_open(h, "dl");
	html_fact(h, row->zh, row->en);
	switch (s.p != NULL && s.n == 0 ? SHOW_TEXT : row->show) {
	case SHOW_TEXT: /* with a label: there is nothing in it */
		html_words(h, "（空）", "(empty)");
		break;
	case SHOW_URL:
		html_link(h, s);
		break;
	case SHOW_FEN:
		amount(h, s);
		break;
	case SHOW_SECONDS:
		duration(h, s);
		break;
	case SHOW_AT:
		moment(c, s);
		break;
	case SHOW_PERSON:
		html_person(c, s);
		break;
	case SHOW_LIST:
	case SHOW_PEOPLE:
		list(c, t, i, row->show == SHOW_PEOPLE);
		break;
	case SHOW_WORD:
		html_word(h, row->words, s, true);
		break;
	default:
		html_bdi(h, NULL, s);
		break;
	}
	html_fact_end(h);
	html_close(h, "dl");
}

static void
one_row(struct html_chat *c, const struct record *rec, const struct html_row *row, const struct json_node *t, size_t i, unsigned depth)
{
	struct html_out *h = &c->html;
	const bool is_list = row->show == SHOW_LIST || row->show == SHOW_PEOPLE || row->show == SHOW_EACH || are_items(row);
	const struct str s = is_list ? STR_NONE : scalar(c, &t[i]);

	if (is_list ? t[i].tok != JSON_ARR : s.p == NULL)
		as_json(h, &t[i], row->zh, row->en);
	else if (row->show == SHOW_EACH || are_items(row))
		items(c, rec, row, t, i, depth);
	else if (row->show == SHOW_TEXT && s.n > 0)
		html_said(h, s);
	else if ((row->show == SHOW_HEAD || row->show == SHOW_CODE) && s.n > 0) {
		html_open(h, "div");
		html_attr_z(h, "class", row->show == SHOW_HEAD ? "h" : "code");
		html_bdi(h, NULL, s);
		html_close(h, "div");
	} else
		labelled(c, row, t, i, s);
}

/* Object ${i} by rows. */
static void
rows_of(struct html_chat *c, const struct record *rec, const struct html_row *rows, enum html_media as, const struct json_node *t, size_t i, unsigned depth)
{
	const size_t file = json_get(t, i, "sdkfileid");
	const struct str id = file == 0 ? STR_NONE : html_string(c, &t[file]);
	const struct html_row *row;
	size_t k, m, child;

	for (row = rows; row->name != NULL; row++)
		if ((m = json_get(t, i, row->name)) != 0 && (row->show != SHOW_FILE || id.n == 0))
			one_row(c, rec, row, t, m, depth);
	if (id.n > 0)
		html_media(c, rec, id, as, t, i);
	for (child = i + 1, k = 0; k < t[i].n_children; child = t[child].next, k++) {
		if (id.n > 0 && json_same(t[child].key, STR("sdkfileid")))
			continue;
		for (row = rows; row->name != NULL && !json_same(t[child].key, str_of(row->name)); row++)
			;
		if (row->name == NULL)
			as_json(&c->html, &t[child], NULL, NULL);
	}
}

void
html_payload(struct html_chat *c, const struct record *rec, const struct html_type *type, const struct json_node *t, size_t i, unsigned depth)
{
	rows_of(c, rec, type->rows, type->media, t, i, depth);
}
