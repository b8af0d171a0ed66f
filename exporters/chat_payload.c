/*
 * chat_payload.c: the table of message types and its small language of paths.
 *
 * Paths are separated by spaces: "a", "a.b", "a[]" and "a[].b" for every element; "$a" is an amount in fen; "*" stands for the items of
 * a forwarded or mixed message, whose content is JSON in a string with a type of its own.
 */
#include "exporters/chat_payload.h"

#include <stdio.h>

#include "core/i18n.h"

#define NEST_MAX	32u	/* JSON in a string in JSON …: every level doubles its backslashes, so 16 MiB hold some 23 */
#define FILES_MAX	65536u

static const struct chat_type types[] = {
	{ "text", NULL, "content", true },
	{ "image", NULL, "", false },
	{ "revoke", NULL, "", false },
	{ "agree", NULL, "", false },
	{ "disagree", NULL, "", false },
	{ "voice", NULL, "", false },
	{ "video", NULL, "", false },
	{ "card", NULL, "corpname", false },
	{ "location", NULL, "title address", false },
	{ "emotion", NULL, "", false },
	{ "file", NULL, "filename", false },
	{ "link", NULL, "title description link_url", false },
	{ "weapp", NULL, "title description displayname", false },
	{ "chatrecord", NULL, "title *", false },
	{ "todo", NULL, "title content", false },
	{ "vote", NULL, "votetitle voteitem[]", false },
	{ "collect", NULL, "title details[].ques", false },
	{ "redpacket", NULL, "wish $totalamount", false },
	{ "external_redpacket", "redpacket", "wish $totalamount", false },
	{ "meeting", NULL, "topic address remarks", false },
	{ "meeting_notification", "info", "", false },
	{ "docmsg", "doc", "title link_url", false },
	{ "markdown", "info", "content", true },
	{ "news", "info", "item[].title item[].description item[].url title description url", false },
	{ "calendar", NULL, "title place remarks", false },
	{ "mixed", NULL, "*", false },
	{ "meeting_voice_call", NULL, "demofiledata[].filename", false },
	{ "voip_doc_share", NULL, "filename", false },
	{ "sphfeed", NULL, "sph_name feed_desc", false },
	{ "voiptext", "info", "", false },
	{ "qydiskfile", "info", "filename", false },
	{ "switch", NULL, "", false },
};
/* What an item of an unknown type may show. */
static const struct chat_type any_type = { "", NULL, "title content filename", false };

static const char *const common_fields[] = {
	"msgid", "action", "from", "tolist", "roomid", "msgtime", "msgtype", "time", "user", NULL
};

const struct chat_type *
chat_payload_type(struct str type)
{
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (str_is(type, types[i].type))
			return &types[i];
	return NULL;
}

bool
chat_payload_is_common(struct str key)
{
	size_t i;

	for (i = 0; common_fields[i] != NULL; i++)
		if (str_is(key, common_fields[i]))
			return true;
	return false;
}

size_t
chat_payload_find(const struct json_node *t, struct str type, const struct chat_type *row)
{
	char name[64];
	size_t i, k;

	if (t[0].tok != JSON_OBJ)
		return 0;
	if (type.n > 0 && type.n < sizeof(name) && !chat_payload_is_common(type)) {
		memcpy(name, type.p, type.n);
		name[type.n] = '\0';
		if (strlen(name) == type.n && (i = json_get(t, 0, name)) != 0 && t[i].tok == JSON_OBJ)
			return i;
	}
	if (row != NULL && row->key != NULL && (i = json_get(t, 0, row->key)) != 0 && t[i].tok == JSON_OBJ)
		return i;
	if ((i = json_get(t, 0, "info")) != 0 && t[i].tok == JSON_OBJ)
		return i;
	for (i = 1, k = 0; k < t[0].n_children; i = t[i].next, k++)
		if (t[i].tok == JSON_OBJ && !chat_payload_is_common(t[i].key))
			return i;
	return 0;
}

static enum status
add_line(struct buf *out, struct str text, struct err *err)
{
	enum status st;

	if (text.n == 0)
		return ST_OK;
	if (out->n > 0 && (st = buf_putc(out, '\n', err)) != ST_OK)
		return st;
	return buf_str_add(out, text, err);
}

/* Hundredths of a yuan, written as people read them. */
static enum status
add_amount(struct buf *out, struct str fen, struct err *err)
{
	char text[40];
	uint64_t v;

	if (str_u64(fen, 0, UINT64_MAX, &v, NULL) != ST_OK)
		return ST_OK;		/* stays in the payload */
	snprintf(text, sizeof(text), "¥%llu.%02u", (unsigned long long)(v / 100), (unsigned)(v % 100));
	return add_line(out, str_of(text), err);
}

static enum status
add_value(const struct json_node *node, bool is_amount, struct arena *a, struct buf *out, struct err *err)
{
	struct str text;
	enum status st;

	if (is_amount && (node->tok == JSON_NUM || node->tok == JSON_STR))
		return add_amount(out, node->val, err);
	if (node->tok == JSON_NUM)
		return add_line(out, node->val, err);
	if (node->tok != JSON_STR)
		return ST_OK;
	if ((st = json_text(node->val, node->flags, a, &text, err)) != ST_OK)
		return st;
	return add_line(out, text, err);
}

/* One path, up to a space or the end.  Recursion is as deep as the path has "[]". */
static enum status
add_path(const struct json_node *t, size_t i, struct str path, bool is_amount, struct arena *a, struct buf *out, struct err *err)
{
	char name[32];
	size_t n, k, child, step;
	bool each;
	enum status st;

	while (path.n > 0) {
		for (n = 0; n < path.n && path.p[n] != '.' && path.p[n] != '['; n++)
			;
		memcpy(name, path.p, n);
		name[n] = '\0';
		each = n < path.n && path.p[n] == '[';
		step = n + (each ? 2 : 0);
		if (step < path.n)
			step++;		/* the dot */
		path = (struct str){ path.p + step, path.n - step };
		if ((i = json_get(t, i, name)) == 0)
			return ST_OK;
		if (!each)
			continue;
		if (t[i].tok != JSON_ARR)
			return ST_OK;
		for (child = i + 1, k = 0; k < t[i].n_children; child = t[child].next, k++)
			if ((st = add_path(t, child, path, is_amount, a, out, err)) != ST_OK)
				return st;
		return ST_OK;
	}
	return add_value(&t[i], is_amount, a, out, err);
}

/* "ChatRecordText" → the row of "text". */
static const struct chat_type *
item_type(const struct json_node *t, size_t i)
{
	static const struct { const char *suffix, *type; } longer[] = { { "mixed", "mixed" }, { "chatrecord", "chatrecord" }, { "", "chatrecord" } };
	char name[32];
	struct str type;
	size_t k;
	const struct chat_type *row;

	if (i == 0 || t[i].tok != JSON_STR)
		return &any_type;
	type = t[i].val;
	if (str_has_prefix(type, "ChatRecord")) {
		type.p += strlen("ChatRecord");
		type.n -= strlen("ChatRecord");
	}
	if (type.n >= sizeof(name))
		return &any_type;
	for (k = 0; k < type.n; k++)
		name[k] = (char)(type.p[k] >= 'A' && type.p[k] <= 'Z' ? type.p[k] + 32 : type.p[k]);
	name[type.n] = '\0';
	for (k = 0; k < sizeof(longer) / sizeof(longer[0]); k++)
		if (strcmp(name, longer[k].suffix) == 0)
			return chat_payload_type(str_of(longer[k].type));
	row = chat_payload_type((struct str){ name, type.n });
	return row == NULL ? &any_type : row;
}

/* The content of an item: JSON in a string, or an object.  *t NULL: it is neither, ${plain} is its text. */
static enum status
open_content(const struct json_node *in, size_t i, struct arena *a, const struct json_node **t, size_t *at, struct str *plain, struct err *err)
{
	struct json_node *nested;
	size_t n;
	enum status st;

	*t = NULL;
	*plain = STR("");
	if (i == 0)
		return ST_OK;
	if (in[i].tok == JSON_OBJ) {
		*t = in;
		*at = i;
		return ST_OK;
	}
	if (in[i].tok != JSON_STR)
		return ST_OK;
	if ((st = json_text(in[i].val, in[i].flags, a, plain, err)) != ST_OK)
		return st;
	st = json_tape(*plain, a, &nested, &n, NULL);
	if (st == ST_NOMEM)
		return err_oom(err, plain->n);
	if (st == ST_OK && nested[0].tok == JSON_OBJ) {
		*t = nested;
		*at = 0;
	}
	return ST_OK;
}

static enum status add_all(const struct json_node *, size_t, const struct chat_type *, unsigned, struct arena *, struct buf *, struct err *);

static enum status
add_items(const struct json_node *t, size_t i, unsigned depth, struct arena *a, struct buf *out, struct err *err)
{
	const struct json_node *nested;
	size_t list = json_get(t, i, "item"), k, item, at;
	struct str plain;
	enum status st;

	if (list == 0 || t[list].tok != JSON_ARR || depth == NEST_MAX)
		return ST_OK;
	for (item = list + 1, k = 0; k < t[list].n_children; item = t[item].next, k++) {
		if ((st = open_content(t, json_get(t, item, "content"), a, &nested, &at, &plain, err)) != ST_OK)
			return st;
		if (nested == NULL)
			st = add_line(out, plain, err);
		else
			st = add_all(nested, at, item_type(t, json_get(t, item, "type")), depth + 1, a, out, err);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
add_all(const struct json_node *t, size_t i, const struct chat_type *row, unsigned depth, struct arena *a, struct buf *out, struct err *err)
{
	const char *p = row->text;
	enum status st;

	while (*p != '\0') {
		size_t n = strcspn(p, " ");

		if (*p == '*')
			st = add_items(t, i, depth, a, out, err);
		else
			st = add_path(t, i, (struct str){ p + (*p == '$'), n - (*p == '$') }, *p == '$', a, out, err);
		if (st != ST_OK)
			return st;
		p += n + (p[n] == ' ');
	}
	return ST_OK;
}

enum status
chat_payload_text(const struct json_node *t, size_t i, const struct chat_type *row, struct arena *a, struct buf *out, struct err *err)
{
	return add_all(t, i, row, 0, a, out, err);
}

static enum status
member_text(const struct json_node *t, size_t i, const char *name, struct arena *a, struct str *out, struct err *err)
{
	size_t m = json_get(t, i, name);

	*out = STR_NONE;
	if (m == 0 || t[m].tok != JSON_STR)
		return ST_OK;
	return json_text(t[m].val, t[m].flags, a, out, err);
}

static struct str
member_digits(const struct json_node *t, size_t i, const char *name)
{
	size_t m = json_get(t, i, name);

	return m != 0 && (t[m].tok == JSON_NUM || t[m].tok == JSON_STR) ? t[m].val : STR_NONE;
}

static enum status
add_file(const struct json_node *t, size_t i, struct str id, struct arena *a, struct chat_files *files, struct err *err)
{
	static const char *const sizes[] = { "filesize", "voice_size", "imagesize" };
	struct chat_file *f;
	void *grown;
	enum status st;
	size_t k;

	for (k = 0; k < files->n && k < 4096; k++)
		if (str_eq(files->v[k].id, id))
			return ST_OK;
	if (files->n == FILES_MAX)
		return err_set(err, ST_LIMIT, _("more than %u files in one message"), FILES_MAX);
	if (files->n == files->cap) {
		size_t cap = files->cap == 0 ? 4 : files->cap * 2;

		if ((st = arena_get(a, cap, sizeof(*files->v), &grown, err)) != ST_OK)
			return st;
		if (files->n > 0)
			memcpy(grown, files->v, files->n * sizeof(*files->v));
		files->v = grown;
		files->cap = cap;
	}
	f = &files->v[files->n];
	memset(f, 0, sizeof(*f));
	f->id = id;
	f->raw = t[i].val;
	if ((st = member_text(t, i, "filename", a, &f->name, err)) != ST_OK || (st = member_text(t, i, "md5sum", a, &f->md5, err)) != ST_OK)
		return st;
	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]) && f->size.p == NULL; k++)
		f->size = member_digits(t, i, sizes[k]);
	files->n++;
	return ST_OK;
}

static enum status
walk(const struct json_node *t, size_t from, unsigned depth, struct arena *a, struct chat_files *files, struct err *err)
{
	const struct json_node *nested;
	size_t i, at, end = t[from].next;
	struct str id, plain;
	enum status st;

	for (i = from; i < end; i++) {
		if (t[i].tok != JSON_OBJ)
			continue;
		if ((st = member_text(t, i, "sdkfileid", a, &id, err)) != ST_OK)
			return st;
		if (id.n > 0 && (st = add_file(t, i, id, a, files, err)) != ST_OK)
			return st;
		/* An item of a forwarded message has both; the text that a person typed, which may look like JSON, has no type beside it. */
		if (depth == NEST_MAX || json_get(t, i, "type") == 0 || (at = json_get(t, i, "content")) == 0 || t[at].tok != JSON_STR)
			continue;
		if ((st = open_content(t, at, a, &nested, &at, &plain, err)) != ST_OK ||
		    (nested != NULL && (st = walk(nested, at, depth + 1, a, files, err)) != ST_OK))
			return st;
	}
	return ST_OK;
}

enum status
chat_payload_files(const struct json_node *t, size_t i, struct arena *a, struct chat_files *files, struct err *err)
{
	memset(files, 0, sizeof(*files));
	return walk(t, i, 0, a, files, err);
}
