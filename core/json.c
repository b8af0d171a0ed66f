/*
 * json.c: the pull parser.
 *
 * State        what may come next
 * VALUE        a value (the root, behind ":" or behind "," in an array)
 * ARR_FIRST    a value or ]
 * OBJ_FIRST    a name or }
 * KEY          a name (behind "," in an object)
 * AFTER        "," or the closing bracket; at depth 0 the end of the text
 *
 * A name is read together with its colon.
 */
#include "core/json.h"

#include "core/i18n.h"
#include "core/json_scan.h"
#include "core/limits.h"
#include "core/utf8.h"

enum { VALUE, ARR_FIRST, OBJ_FIRST, KEY, AFTER };

_Static_assert(sizeof(((struct json *)NULL)->stack) == LIMIT_JSON_DEPTH, "one level per allowed depth");

void
json_init(struct json *j, struct str text)
{
	j->p = text.p;
	j->n = text.n;
	j->at = 0;
	j->depth = 0;
	j->state = VALUE;
	j->space = false;
}

static enum status
bad(const struct json *j, const char *what, size_t at, struct err *err)
{
	if (at >= j->n)
		return err_set(err, ST_INPUT, _("not JSON: the text ends at byte %zu: %s"), at, what);
	return err_set(err, ST_INPUT, _("not JSON: byte %zu (0x%02x): %s"), at, (unsigned)(unsigned char)j->p[at], what);
}

static int
hex4(const char *p)
{
	int v = 0, i, d;

	for (i = 0; i < 4; i++) {
		d = p[i];
		if (d >= '0' && d <= '9')
			d -= '0';
		else if ((d | 32) >= 'a' && (d | 32) <= 'f')
			d = (d | 32) - 'a' + 10;
		else
			return -1;
		v = v << 4 | d;
	}
	return v;
}

/* Reads the escape at j->p[*at]. */
static enum status
escape(const struct json *j, size_t *at, unsigned *flags, struct err *err)
{
	size_t i = *at, left = j->n - i;
	int u, low;

	*flags |= JSON_F_ESCAPE;
	if (left < 2)
		return bad(j, _("unfinished escape"), j->n, err);
	switch (j->p[i + 1]) {
	case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
		*at = i + 2;
		return ST_OK;
	case 'u':
		break;
	default:
		return bad(j, _("no such escape"), i + 1, err);
	}
	if (left < 6 || (u = hex4(j->p + i + 2)) < 0)
		return bad(j, _("four hexadecimal digits must follow"), i + 1, err);
	*at = i + 6;
	if (u == 0)
		*flags |= JSON_F_NUL;
	if (u < 0xD800 || u > 0xDFFF) {
		if (utf8_is_noncharacter((uint32_t)u))
			*flags |= JSON_F_NONCHAR;
		return ST_OK;
	}
	if (u <= 0xDBFF && left >= 12 && j->p[i + 6] == '\\' && j->p[i + 7] == 'u' && (low = hex4(j->p + i + 8)) >= 0xDC00 && low <= 0xDFFF) {
		*at = i + 12;
		if ((u & 0x3F) == 0x3F && low >= 0xDFFE)	/* last two of a plane */
			*flags |= JSON_F_NONCHAR;
		return ST_OK;
	}
	*flags |= JSON_F_SURROGATE;
	return ST_OK;
}

/* Reads a string whose opening quote is at j->at. */
static enum status
string(struct json *j, struct json_event *ev, struct err *err)
{
	const unsigned char *p = (const unsigned char *)j->p;
	size_t from = j->at + 1, i = from;
	enum status st;
	uint32_t cp;

	ev->flags = 0;
	for (;;) {
		i = json_plain(j->p, j->n, i);
		if (i == j->n)
			return bad(j, _("a string is not closed"), i, err);
		if (p[i] == '"')
			break;
		if (p[i] == '\\') {
			if ((st = escape(j, &i, &ev->flags, err)) != ST_OK)
				return st;
		} else if (p[i] < 0x20)
			return bad(j, _("a control character must be escaped"), i, err);
		else {
			i = json_run(j->p, j->n, i);
			if (i == j->n || p[i] < 0x80)
				continue;
			if (!utf8_next((struct str){ j->p, j->n }, &i, &cp))
				ev->flags |= JSON_F_BAD_UTF8;
			else if (utf8_is_noncharacter(cp))
				ev->flags |= JSON_F_NONCHAR;
		}
	}
	if (i - from > LIMIT_JSON_STRING)
		return err_set(err, ST_LIMIT, _("JSON: the string at byte %zu is longer than %zu bytes"), from - 1, LIMIT_JSON_STRING);
	ev->text = (struct str){ j->p + from, i - from };
	j->at = i + 1;
	return ST_OK;
}

static size_t
digits(const struct json *j, size_t i)
{
	while (i < j->n && j->p[i] >= '0' && j->p[i] <= '9')
		i++;
	return i;
}

static enum status
number(struct json *j, struct json_event *ev, struct err *err)
{
	size_t from = j->at, i = from, k;

	if (j->p[i] == '-')
		i++;
	if (i < j->n && j->p[i] == '0')
		i++;
	else {
		k = digits(j, i);
		if (k == i)
			return bad(j, _("a digit must follow"), i, err);
		i = k;
	}
	if (i < j->n && j->p[i] == '.') {
		k = digits(j, i + 1);
		if (k == i + 1)
			return bad(j, _("a digit must follow"), k, err);
		i = k;
	}
	if (i < j->n && (j->p[i] | 32) == 'e') {
		i++;
		if (i < j->n && (j->p[i] == '+' || j->p[i] == '-'))
			i++;
		k = digits(j, i);
		if (k == i)
			return bad(j, _("a digit must follow"), k, err);
		i = k;
	}
	if (i - from > LIMIT_JSON_NUMBER)
		return err_set(err, ST_LIMIT, _("JSON: the number at byte %zu is longer than %u characters"), from, LIMIT_JSON_NUMBER);
	ev->tok = JSON_NUM;
	ev->text = (struct str){ j->p + from, i - from };
	j->at = i;
	return ST_OK;
}

static enum status
literal(struct json *j, struct json_event *ev, enum json_tok tok, const char *z, size_t n, struct err *err)
{
	if (j->n - j->at < n || memcmp(j->p + j->at, z, n) != 0)
		return bad(j, _("no value begins so"), j->at, err);
	ev->tok = tok;
	ev->text = (struct str){ j->p + j->at, n };
	j->at += n;
	return ST_OK;
}

static bool
is_space(char c)
{
	return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

static size_t
skip_space(struct json *j, size_t i)
{
	if (i == j->n || (unsigned char)j->p[i] > ' ')	/* as it is nearly always */
		return i;
	for (; i < j->n && is_space(j->p[i]); i++)
		j->space = true;
	return i;
}

static enum status
open_container(struct json *j, struct json_event *ev, enum json_tok tok, struct err *err)
{
	if (j->depth == LIMIT_JSON_DEPTH)
		return err_set(err, ST_LIMIT, _("JSON: more than %u arrays and objects inside each other at byte %zu"), LIMIT_JSON_DEPTH, j->at);
	j->stack[j->depth] = (unsigned char)tok;
	j->n_keys[j->depth++] = 0;
	ev->tok = tok;
	ev->text = (struct str){ j->p + j->at, 1 };
	j->at++;
	j->state = tok == JSON_OBJ ? OBJ_FIRST : ARR_FIRST;
	return ST_OK;
}

static enum status
close_container(struct json *j, struct json_event *ev)
{
	j->depth--;
	ev->tok = j->stack[j->depth] == JSON_OBJ ? JSON_OBJ_END : JSON_ARR_END;
	ev->text = (struct str){ j->p + j->at, 1 };
	j->at++;
	j->state = AFTER;
	return ST_OK;
}

static enum status
value(struct json *j, struct json_event *ev, struct err *err)
{
	enum status st;

	switch (j->at < j->n ? j->p[j->at] : '\0') {
	case '{':
		return open_container(j, ev, JSON_OBJ, err);
	case '[':
		return open_container(j, ev, JSON_ARR, err);
	case '"':
		ev->tok = JSON_STR;
		st = string(j, ev, err);
		break;
	case 't':
		st = literal(j, ev, JSON_TRUE, "true", 4, err);
		break;
	case 'f':
		st = literal(j, ev, JSON_FALSE, "false", 5, err);
		break;
	case 'n':
		st = literal(j, ev, JSON_NULL, "null", 4, err);
		break;
	case '-': case '0': case '1': case '2': case '3': case '4': case '5': case '6': case '7': case '8': case '9':
		st = number(j, ev, err);
		break;
	default:
		return bad(j, _("no value begins so"), j->at, err);
	}
	j->state = AFTER;
	return st;
}

static enum status
key(struct json *j, struct json_event *ev, struct err *err)
{
	size_t start = j->at;
	enum status st;

	if (j->at == j->n || j->p[j->at] != '"')
		return bad(j, _("a name in quotes must follow"), j->at, err);
	if (j->n_keys[j->depth - 1] == LIMIT_JSON_KEYS)
		return err_set(err, ST_LIMIT, _("JSON: more than %u names in one object at byte %zu"), LIMIT_JSON_KEYS, start);
	if ((st = string(j, ev, err)) != ST_OK)
		return st;
	ev->tok = JSON_KEY;
	j->n_keys[j->depth - 1]++;
	j->at = skip_space(j, j->at);
	if (j->at == j->n || j->p[j->at] != ':')
		return bad(j, _("a colon must follow the name"), j->at, err);
	j->at++;
	j->state = VALUE;
	return ST_OK;
}

static enum status
step(struct json *j, struct json_event *ev, struct err *err)
{
	bool in_object;

	ev->flags = 0;
	j->at = skip_space(j, j->at);
	switch (j->state) {
	case ARR_FIRST:
		if (j->at < j->n && j->p[j->at] == ']')
			return close_container(j, ev);
		return value(j, ev, err);
	case OBJ_FIRST:
		if (j->at < j->n && j->p[j->at] == '}')
			return close_container(j, ev);
		return key(j, ev, err);
	case KEY:
		return key(j, ev, err);
	case AFTER:
		break;
	default:
		return value(j, ev, err);
	}
	if (j->depth == 0) {
		if (j->at < j->n)
			return bad(j, _("something follows the value"), j->at, err);
		ev->tok = JSON_EOF;
		ev->text = STR_NONE;
		return ST_OK;
	}
	in_object = j->stack[j->depth - 1] == JSON_OBJ;
	if (j->at < j->n && j->p[j->at] == ',') {
		j->at = skip_space(j, j->at + 1);
		j->state = in_object ? KEY : VALUE;
		return in_object ? key(j, ev, err) : value(j, ev, err);
	}
	if (j->at < j->n && j->p[j->at] == (in_object ? '}' : ']'))
		return close_container(j, ev);
	return bad(j, _("a comma or the closing bracket must follow"), j->at, err);
}

enum status
json_next(struct json *j, struct json_event *ev, struct err *err)
{
	size_t at = j->at;
	unsigned state = j->state;
	enum status st = step(j, ev, err);

	if (st != ST_OK) {		/* stay before the fault, so that it is found again */
		j->at = at;
		j->state = state;
	}
	return st;
}

enum status
json_skip(struct json *j, struct str *whole, unsigned *flags, struct err *err)
{
	struct json in;
	struct json_event ev;
	unsigned all = 0;
	enum status st;
	size_t from;

	if (j->state == AFTER && j->depth > 0 && j->stack[j->depth - 1] == JSON_ARR) {
		from = skip_space(j, j->at);
		if (from == j->n || j->p[from] != ',')
			return bad(j, _("a comma must follow"), from, err);
		from = skip_space(j, from + 1);
	} else if (j->state == VALUE || j->state == ARR_FIRST)
		from = skip_space(j, j->at);
	else
		return bad(j, _("no value may stand here"), j->at, err);
	json_init(&in, (struct str){ j->p, j->n });
	in.at = from;
	do {
		if ((st = json_next(&in, &ev, err)) != ST_OK)
			return st;
		all |= ev.flags;
	} while (in.depth > 0);
	*whole = (struct str){ j->p + from, in.at - from };
	if (flags != NULL)
		*flags = all;
	j->at = in.at;
	j->state = AFTER;
	return ST_OK;
}
