/* fill.c: placeholders. */
#include "exporters/fill.h"

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"

struct str
fill_var(const struct vars *vars, struct str name)
{
	size_t i;

	for (i = 0; i < vars->n; i++)
		if (str_is(name, vars->v[i].name))
			return vars->v[i].value;
	return STR_NONE;
}

static enum status
percent(struct str s, struct buf *out, struct err *err)
{
	static const char hex[] = "0123456789ABCDEF";
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	size_t i;
	enum status st;

	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		char three[3] = { '%', hex[c >> 4], hex[c & 15] };

		st = c != 0 && strchr(plain, c) != NULL ? buf_putc(out, (char)c, err) : buf_add(out, three, 3, err);
		if (st != ST_OK)
			return st;
	}
	return ST_OK;
}

/* "{name}" and nothing else: its name; absent otherwise. */
static struct str
whole(struct str s)
{
	if (s.n < 3 || s.p[0] != '{' || s.p[s.n - 1] != '}')
		return STR_NONE;
	return (struct str){ s.p + 1, s.n - 2 };
}

/* Append ${text} with placeholders replaced; *absent when one has no value. */
static enum status
mixed(const char *text, const struct vars *vars, struct buf *out, bool *absent, struct err *err)
{
	const char *open, *close;
	struct str value;
	enum status st;

	*absent = false;
	while ((open = strchr(text, '{')) != NULL && (close = strchr(open, '}')) != NULL) {
		if ((st = buf_add(out, text, (size_t)(open - text), err)) != ST_OK)
			return st;
		value = fill_var(vars, (struct str){ open + 1, (size_t)(close - open) - 1 });
		if (value.p == NULL)
			*absent = true;
		else if ((st = percent(value, out, err)) != ST_OK)
			return st;
		text = close + 1;
	}
	return buf_addz(out, text, err);
}

static enum status
separator(struct buf *out, struct err *err)
{
	return buf_putc(out, out->n > 0 && memchr(out->p, '?', out->n) != NULL ? '&' : '?', err);
}

enum status
fill_param(const char *name, struct str value, struct buf *out, struct err *err)
{
	enum status st;

	if ((st = separator(out, err)) != ST_OK || (st = percent(str_of(name), out, err)) != ST_OK ||
	    (st = buf_putc(out, '=', err)) != ST_OK)
		return st;
	return percent(value, out, err);
}

enum status
fill_query(const struct pairs *pairs, const struct vars *vars, struct buf *out, struct err *err)
{
	size_t i, before;
	bool absent;
	enum status st;

	for (i = 0; i < pairs->n; i++) {
		before = out->n;
		if ((st = fill_param(pairs->v[i].name, STR(""), out, err)) != ST_OK ||
		    (st = mixed(pairs->v[i].value, vars, out, &absent, err)) != ST_OK)
			return st;
		if (absent)
			out->n = before;
	}
	return ST_OK;
}

enum status
fill_path(const char *path, const struct vars *vars, struct buf *out, struct err *err)
{
	bool absent;
	enum status st;

	if ((st = mixed(path, vars, out, &absent, err)) != ST_OK)
		return st;
	return absent ? err_set(err, ST_USAGE, _("%s: a placeholder has no value here"), path) : ST_OK;
}

static bool
is_number(struct str s)
{
	struct json j;
	struct json_event e;

	json_init(&j, s);
	return json_next(&j, &e, NULL) == ST_OK && e.tok == JSON_NUM && e.text.n == s.n;
}

/* One string of the body: *drop when its placeholder has no value. */
static enum status
body_string(struct str text, const struct vars *vars, struct buf *out, bool *drop, struct err *err)
{
	static const char number[] = ":number";
	struct str name = whole(text), value;
	enum status st;

	*drop = false;
	if (name.p == NULL) {		/* stands already escaped */
		if ((st = buf_putc(out, '"', err)) != ST_OK || (st = buf_str_add(out, text, err)) != ST_OK)
			return st;
		return buf_putc(out, '"', err);
	}
	if (name.n > sizeof(number) - 1 && memcmp(name.p + name.n - (sizeof(number) - 1), number, sizeof(number) - 1) == 0) {
		name.n -= sizeof(number) - 1;
		value = fill_var(vars, name);
		if (value.p == NULL) {
			*drop = true;
			return ST_OK;
		}
		if (!is_number(value))
			return err_set(err, ST_USAGE, _("{%.*s}: \"%.*s\" is no number"), STR_ARG(name), STR_ARG(value));
		return buf_str_add(out, value, err);
	}
	value = fill_var(vars, name);
	if (value.p == NULL) {
		*drop = true;
		return ST_OK;
	}
	return json_put_string(out, value, err);
}

enum status
fill_body(const char *body, const struct vars *vars, struct buf *out, struct err *err)
{
	struct json j;
	struct json_event e;
	size_t start = out->n;		/* where the member begins that is being written */
	bool comma = false, drop, in_member = false;
	enum status st;

	json_init(&j, str_of(body));
	for (;;) {
		if ((st = json_next(&j, &e, err)) != ST_OK || e.tok == JSON_EOF)
			return st;
		if (e.tok == JSON_OBJ_END || e.tok == JSON_ARR_END) {
			if ((st = buf_putc(out, e.tok == JSON_OBJ_END ? '}' : ']', err)) != ST_OK)
				return st;
			comma = true;
			continue;
		}
		if (!in_member) {
			start = out->n;
			if (comma && (st = buf_putc(out, ',', err)) != ST_OK)
				return st;
		}
		in_member = false;
		switch (e.tok) {
		case JSON_KEY:
			if ((st = buf_putc(out, '"', err)) != ST_OK || (st = buf_str_add(out, e.text, err)) != ST_OK ||
			    (st = buf_addz(out, "\":", err)) != ST_OK)
				return st;
			in_member = true;
			break;
		case JSON_OBJ:
		case JSON_ARR:
			if ((st = buf_putc(out, e.tok == JSON_OBJ ? '{' : '[', err)) != ST_OK)
				return st;
			comma = false;
			break;
		case JSON_STR:
			if ((st = body_string(e.text, vars, out, &drop, err)) != ST_OK)
				return st;
			if (drop)
				out->n = start;
			else
				comma = true;
			break;
		default:
			if ((st = buf_str_add(out, e.text, err)) != ST_OK)
				return st;
			comma = true;
			break;
		}
	}
}
