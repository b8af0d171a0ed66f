/* record_decode.c: the line of an archive as a record. */
#include "core/record.h"

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"

#define SALT_LEN	22u				/* characters of the salt: 16 octets in base64url */

static const char base64_set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static enum status
not_a_record(struct err *err, const char *why)
{
	return err_set(err, ST_INPUT, _("not a record: %s"), why);
}

/* The next value, which must be a string, as text. */
static enum status
get_text(struct json *j, struct arena *a, struct str *out, struct err *err)
{
	struct json_event ev;
	enum status st;

	if ((st = json_next(j, &ev, err)) != ST_OK)
		return st;
	if (ev.tok != JSON_STR)
		return not_a_record(err, _("a string is expected"));
	return json_text(ev.text, ev.flags, a, out, err);
}

static enum status
get_time(struct json *j, struct arena *a, int64_t *out, struct err *err)
{
	enum status st;
	struct str s;

	if ((st = get_text(j, a, &s, err)) != ST_OK)
		return st;
	return when_parse_utc(s, out, err);
}

/* The opening bracket of an object or a list. */
static enum status
enter(struct json *j, enum json_tok tok, struct err *err)
{
	struct json_event ev;
	enum status st;

	if ((st = json_next(j, &ev, err)) == ST_OK && ev.tok != tok)
		st = not_a_record(err, tok == JSON_OBJ ? _("an object is expected") : _("a list is expected"));
	return st;
}

/* The next name of an object; ST_END behind the last. */
static enum status
get_name(struct json *j, struct str *name, struct err *err)
{
	struct json_event ev;
	enum status st;

	if ((st = json_next(j, &ev, err)) != ST_OK)
		return st;
	*name = ev.text;
	return ev.tok == JSON_OBJ_END ? ST_END : ST_OK;
}

/* Each name of our own may stand once; ${seen} has a bit for each. */
static int
which(struct str name, const char *const *names, unsigned *seen, struct err *err, enum status *st)
{
	int i;

	for (i = 0; names[i] != NULL; i++) {
		if (!json_same(name, str_of(names[i])))
			continue;
		if ((*seen & 1u << i) != 0)
			*st = not_a_record(err, _("a name stands twice"));
		*seen |= 1u << i;
		return i;
	}
	return -1;
}

static enum status
get_source(struct json *j, struct arena *a, struct record *rec, struct err *err)
{
	static const char *const names[] = { "platform", "endpoint", "cursor", "fetched_at", NULL };
	struct str *const to[] = { &rec->platform, &rec->endpoint, &rec->cursor };
	unsigned seen = 0;
	enum status st;
	struct str name, other;
	int i;

	if ((st = enter(j, JSON_OBJ, err)) != ST_OK)
		return st;
	while ((st = get_name(j, &name, err)) == ST_OK) {
		i = which(name, names, &seen, err, &st);
		if (st == ST_OK)
			st = i < 0 ? json_skip(j, &other, NULL, err) : i == 3 ? get_time(j, a, &rec->fetched_ms, err) : get_text(j, a, to[i], err);
		if (st != ST_OK)
			return st;
	}
	return st == ST_END ? ST_OK : st;
}

static enum status
get_flags(struct json *j, struct arena *a, struct record *rec, struct err *err)
{
	struct json_event ev;
	enum status st;
	struct str s;

	if ((st = enter(j, JSON_ARR, err)) != ST_OK)
		return st;
	for (;;) {
		if ((st = json_next(j, &ev, err)) != ST_OK || ev.tok == JSON_ARR_END)
			return st;
		if (ev.tok != JSON_STR || ev.flags != 0)
			return not_a_record(err, _("a flag is not a plain name"));
		if ((st = arena_dup(a, ev.text, &s, err)) != ST_OK)
			return st;
		record_flag(rec, s.p);
	}
}

static enum status
get_value(struct json *j, struct arena *a, enum field_type type, struct value *v, struct err *err)
{
	struct str whole;
	struct str inner;
	unsigned flags;
	enum status st;

	if ((st = json_skip(j, &whole, &flags, err)) != ST_OK)
		return st;
	if (str_is(whole, "null")) {
		v->not_granted = true;
		return ST_OK;
	}
	if (type == F_LIST || type == F_JSON) {
		if (type == F_LIST && whole.p[0] != '[')
			return not_a_record(err, _("a list is expected"));
		v->s = whole;
		return ST_OK;
	}
	if (whole.p[0] != '"') {
		/* Numbers and literals keep their text. */
		if (whole.p[0] == '{' || whole.p[0] == '[')
			return not_a_record(err, _("a single value is expected"));
		v->s = whole;
		return ST_OK;
	}
	inner = (struct str){ whole.p + 1, whole.n - 2 };
	if ((st = json_text(inner, flags, a, &inner, err)) != ST_OK)
		return st;
	if (type != F_TIME || when_parse_utc(inner, &v->ms, NULL) != ST_OK)
		v->s = inner;
	return ST_OK;
}

static enum status
get_fields(struct json *j, struct arena *a, struct record *rec, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	const char *names[RECORD_FIELDS_MAX + 1] = { NULL };
	struct str name, other;
	unsigned seen = 0;
	enum status st;
	int i;

	for (i = 0; f[i].name != NULL; i++)
		names[i] = f[i].name;
	if ((st = enter(j, JSON_OBJ, err)) != ST_OK)
		return st;
	while ((st = get_name(j, &name, err)) == ST_OK) {
		i = which(name, names, &seen, err, &st);
		if (st == ST_OK)
			st = i < 0 ? json_skip(j, &other, NULL, err) : get_value(j, a, f[i].type, &rec->n[i], err);
		if (st != ST_OK)
			return st;
	}
	return st == ST_END ? ST_OK : st;
}

static enum status
get_base64(struct json *j, struct arena *a, struct str *out, struct err *err)
{
	struct str s;
	const char *hit;
	enum status st;
	size_t i, k, pad = 0, n = 0;
	uint32_t v;
	unsigned char *to;
	void *p;

	if ((st = get_text(j, a, &s, err)) != ST_OK)
		return st;
	if (s.n % 4 != 0)
		return not_a_record(err, _("raw_base64 is not base64"));
	if (s.n > 0 && s.p[s.n - 1] == '=')
		pad = s.p[s.n - 2] == '=' ? 2 : 1;
	if ((st = arena_get(a, s.n / 4 * 3, 1, &p, err)) != ST_OK)
		return st;
	to = p;
	for (i = 0; i < s.n; i += 4) {
		v = 0;
		for (k = i; k < i + 4; k++) {
			if (k >= s.n - pad)
				hit = base64_set;
			else if (s.p[k] == '\0' || (hit = strchr(base64_set, s.p[k])) == NULL)
				return not_a_record(err, _("raw_base64 is not base64"));
			v = v << 6 | (uint32_t)(hit - base64_set);
		}
		to[n++] = (unsigned char)(v >> 16);
		to[n++] = (unsigned char)(v >> 8);
		to[n++] = (unsigned char)v;
	}
	/* Bits that no byte needs must be zero, or two texts would mean the same bytes. */
	for (k = n - pad; k < n; k++)
		if (to[k] != 0)
			return not_a_record(err, _("raw_base64 is not base64"));
	*out = (struct str){ p, n - pad };
	return ST_OK;
}

/* Behind the salt.  "n" can only be read once the kind is known: it stands in front, as it does in every line we write. */
static enum status
get_members(struct json *j, struct arena *a, struct record *rec, struct err *err)
{
	enum { KIND, ID, VERSION, TENANT, SOURCE, FLAGS, N, RAW, TEXT, BASE64, SALT };
	static const char *const names[] = { "kind", "id", "version", "tenant", "source", "flags", "n", "raw", "raw_text", "raw_base64", "_s", NULL };
	const unsigned need = 1u << KIND | 1u << ID | 1u << TENANT | 1u << SOURCE | 1u << FLAGS | 1u << N;
	const unsigned raws = 1u << RAW | 1u << TEXT | 1u << BASE64;
	unsigned seen = 1u << SALT, kind;
	struct str name, s;
	enum status st;

	while ((st = get_name(j, &name, err)) == ST_OK) {
		switch (which(name, names, &seen, err, &st)) {
		case KIND:
			if (st != ST_OK || (st = get_text(j, a, &s, err)) != ST_OK)
				return st;
			for (kind = 0; kind < REC__MAX && !str_is(s, record_kind_names[kind]); kind++)
				;
			if (kind == REC__MAX)
				return not_a_record(err, _("its kind is not known"));
			rec->kind = (enum record_kind)kind;
			continue;
		case ID:
			if (st == ST_OK)
				st = get_text(j, a, &rec->id, err);
			break;
		case VERSION:
			if (st == ST_OK)
				st = get_text(j, a, &rec->version, err);
			break;
		case TENANT:
			if (st == ST_OK)
				st = get_text(j, a, &rec->tenant, err);
			break;
		case SOURCE:
			if (st == ST_OK)
				st = get_source(j, a, rec, err);
			break;
		case FLAGS:
			if (st == ST_OK)
				st = get_flags(j, a, rec, err);
			break;
		case N:
			if ((seen & 1u << KIND) == 0)
				return not_a_record(err, _("\"kind\" must stand before \"n\""));
			if (st == ST_OK)
				st = get_fields(j, a, rec, err);
			break;
		case RAW:
			rec->raw_form = RAW_JSON;
			if (st == ST_OK)
				st = json_skip(j, &rec->raw, NULL, err);
			break;
		case TEXT:
			rec->raw_form = RAW_TEXT;
			if (st == ST_OK)
				st = get_text(j, a, &rec->raw, err);
			break;
		case BASE64:
			rec->raw_form = RAW_BYTES;
			if (st == ST_OK)
				st = get_base64(j, a, &rec->raw, err);
			break;
		default:
			if (st == ST_OK)
				st = json_skip(j, &s, NULL, err);
			break;
		}
		if (st != ST_OK)
			return st;
	}
	if (st != ST_END)
		return st;
	if ((seen & need) != need)
		return not_a_record(err, _("a member is missing"));
	if (((seen & raws) & ((seen & raws) - 1)) != 0)
		return not_a_record(err, _("it has more than one raw form"));
	return ST_OK;
}

enum status
record_decode(struct str line, struct arena *a, struct record *rec, struct err *err)
{
	struct json_event ev;
	struct str name;
	enum status st;
	struct json j;

	record_init(rec, REC_UNKNOWN, NULL);
	if (line.n > LIMIT_RECORD)
		return err_set(err, ST_LIMIT, _("the record is longer than %zu bytes"), LIMIT_RECORD);
	/* Exactly so: a line that begins otherwise, such as a redaction marker, is no record. */
	if (!str_has_prefix(line, "{\"_s\":\""))
		return not_a_record(err, _("it does not begin with its salt"));
	json_init(&j, line);
	if ((st = enter(&j, JSON_OBJ, err)) != ST_OK || (st = get_name(&j, &name, err)) != ST_OK || (st = json_next(&j, &ev, err)) != ST_OK)
		return st;
	if (ev.text.n != SALT_LEN)
		return not_a_record(err, _("its salt has another length"));
	if ((st = get_members(&j, a, rec, err)) != ST_OK)
		return st;
	rec->line = line;
	return json_next(&j, &ev, err);		/* JSON_EOF, or what follows the record */
}
