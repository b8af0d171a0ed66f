/* chat_page.c: the envelope's fields by name; what lacks one is kept, never dropped. */
#include "exporters/chat_page.h"

#include "core/i18n.h"
#include "core/json.h"

/* A number, or digits in a string as some middle-ware sends them. */
static struct str
digits(const struct json_node *t, size_t i)
{
	return i != 0 && (t[i].tok == JSON_NUM || t[i].tok == JSON_STR) ? t[i].val : STR_NONE;
}

static enum status
text(const struct json_node *t, size_t i, struct arena *a, struct str *out, struct err *err)
{
	if (i == 0 || t[i].tok != JSON_STR) {
		*out = STR_NONE;
		return ST_OK;
	}
	return json_text(t[i].val, t[i].flags, a, out, err);
}

/* ST_END: no row that has a place in the sequence. */
static enum status
read_row(const struct json_node *t, size_t i, struct arena *a, struct chat_row *row, struct err *err)
{
	uint64_t version;
	enum status st;

	row->seq_text = digits(t, json_get(t, i, "seq"));
	if (t[i].tok != JSON_OBJ || str_u64(row->seq_text, 0, UINT64_MAX, &row->seq, NULL) != ST_OK)
		return ST_END;
	row->raw = t[i].val;
	row->flags = t[i].flags;
	row->version_text = digits(t, json_get(t, i, "publickey_ver"));
	if (str_u64(row->version_text, 0, UINT32_MAX, &version, NULL) == ST_OK) {
		row->version = (uint32_t)version;
		row->has_version = true;
	}
	if ((st = text(t, json_get(t, i, "msgid"), a, &row->msgid, err)) != ST_OK ||
	    (st = text(t, json_get(t, i, "encrypt_random_key"), a, &row->wrapped, err)) != ST_OK)
		return st;
	return text(t, json_get(t, i, "encrypt_chat_msg"), a, &row->cipher, err);
}

enum status
chat_page_read(struct str in, struct arena *a, struct chat_page *page, struct err *err)
{
	struct json_node *t;
	size_t n_nodes, code, data, i, k;
	void *rows;
	enum status st;

	memset(page, 0, sizeof(*page));
	if ((st = json_tape(in, a, &t, &n_nodes, err)) != ST_OK)
		return st;
	code = json_get(t, 0, "errcode");
	if (t[0].tok != JSON_OBJ || (code != 0 && str_i64(digits(t, code), INT64_MIN, INT64_MAX, &page->errcode, NULL) != ST_OK))
		return err_set(err, ST_INPUT, _("%s: the answer has not the expected form"), "GetChatData");
	if ((st = text(t, json_get(t, 0, "errmsg"), a, &page->errmsg, err)) != ST_OK)
		return st;
	if (page->errcode != 0)
		return ST_OK;		/* an empty list beside an error says nothing */
	data = json_get(t, 0, "chatdata");
	if (data == 0 || t[data].tok != JSON_ARR)
		return err_set(err, ST_INPUT, _("%s: the answer has no %s"), "GetChatData", "chatdata");
	if ((st = arena_get(a, t[data].n_children + 1, sizeof(*page->rows), &rows, err)) != ST_OK)
		return st;
	page->rows = rows;
	for (i = data + 1, k = 0; k < t[data].n_children; i = t[i].next, k++) {
		if ((st = read_row(t, i, a, &page->rows[page->n], err)) == ST_OK)
			page->n++;
		else if (st != ST_END)
			return st;
		else {
			memset(&page->rows[page->n], 0, sizeof(*page->rows));
			page->n_bad++;
		}
	}
	return ST_OK;
}
