/* cells.c: what csv.h says of lists, JSON, flags and columns not granted. */
#include "formats/cells.h"

#include "core/i18n.h"
#include "core/json.h"
#include "core/utf8.h"

#define BETWEEN "; "

static bool
is_white(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool
cell_withheld(enum field_type type, const struct value *v)
{
	struct str s = v->s;

	if (v->not_granted || (type != F_LIST && type != F_JSON) || s.p == NULL)
		return v->not_granted;
	if (s.n > 0 && (s.p[0] == '[' || s.p[0] == '{'))
		return false;
	for (; s.n > 0 && is_white(s.p[0]); s.p++)
		s.n--;
	for (; s.n > 0 && is_white(s.p[s.n - 1]); s.n--)
		;
	return str_is(s, "null");
}

/* The elements of a JSON array, joined.  ST_INPUT: not an array of plain values. */
static enum status
join(struct str list, struct buf *out, struct arena *a, struct err *err)
{
	struct json_event e;
	struct json j;
	struct str s;
	enum status st;
	bool any = false;

	buf_clear(out);
	json_init(&j, list);
	if ((st = json_next(&j, &e, err)) != ST_OK)
		return st;
	if (e.tok != JSON_ARR)
		return err_set(err, ST_INPUT, _("not a list"));
	for (;;) {
		if ((st = json_next(&j, &e, err)) != ST_OK)
			return st;
		if (e.tok == JSON_ARR_END)
			break;
		if (e.tok == JSON_ARR || e.tok == JSON_OBJ)
			return err_set(err, ST_INPUT, _("a list inside a list"));
		s = e.text;
		if (e.tok == JSON_STR && e.flags != 0 && (st = json_text(e.text, e.flags, a, &s, err)) != ST_OK)
			return st;
		if ((any && (st = buf_add(out, BETWEEN, sizeof(BETWEEN) - 1, err)) != ST_OK) || (st = buf_str_add(out, s, err)) != ST_OK)
			return st;
		any = true;
	}
	return json_next(&j, &e, err);
}

/* The same of a list as_is: between its strings stands "," and nothing else. */
static enum status
join_as_is(struct str list, struct buf *out, struct err *err)
{
	const char *p = list.p + 2, *end = list.p + list.n - 2, *quote;
	enum status st;
	bool any;

	buf_clear(out);
	for (any = false; p <= end; any = true) {
		quote = memchr(p, '"', (size_t)(end - p) + 1);
		if ((any && (st = buf_add(out, BETWEEN, sizeof(BETWEEN) - 1, err)) != ST_OK) || (st = buf_add(out, p, (size_t)(quote - p), err)) != ST_OK)
			return st;
		p = quote + 3;
	}
	return ST_OK;
}

enum status
cell_list(const struct value *v, struct buf *out, struct arena *a, struct err *err)
{
	return v->as_is ? join_as_is(v->s, out, err) : join(v->s, out, a, err);
}

enum status
cell_json(const struct value *v, struct buf *out, struct str *text, struct err *err)
{
	enum status st;

	*text = v->s;
	if (!v->as_is) {
		/* As a record line has it, so that a table made while records come equals one made from them: see json_clean. */
		const bool plain = memchr(v->s.p, '{', v->s.n) == NULL && memchr(v->s.p, '\\', v->s.n) == NULL && utf8_ijson(v->s);

		buf_clear(out);
		if ((st = plain ? json_compact(v->s, out, err) : json_clean(v->s, out, err)) != ST_OK)
			return st;
		*text = buf_str(out);
	}
	if (str_is(*text, "\"\""))
		*text = STR("");
	return ST_OK;
}

static enum status
add_name(struct buf *out, const char *name, struct err *err)
{
	enum status st;

	if (out->n > 0 && (st = buf_addz(out, BETWEEN, err)) != ST_OK)
		return st;
	return buf_addz(out, name, err);
}

enum status
cell_flags(const struct record *rec, struct buf *out, struct str *text, struct err *err)
{
	enum status st;
	size_t i;

	buf_clear(out);
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if ((st = add_name(out, rec->flags[i], err)) != ST_OK)
			return st;
	*text = i == 0 ? STR_NONE : buf_str(out);
	return ST_OK;
}

enum status
cell_not_granted(const struct record *rec, struct buf *out, struct str *text, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	bool any = false;
	enum status st;
	size_t i;

	buf_clear(out);
	for (i = 0; f[i].name != NULL; i++)
		if (cell_withheld(f[i].type, &rec->n[i])) {
			if ((st = add_name(out, f[i].name, err)) != ST_OK)
				return st;
			any = true;
		}
	*text = any ? buf_str(out) : STR_NONE;
	return ST_OK;
}
