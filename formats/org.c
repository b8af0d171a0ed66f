/* org.c: org.json.  One entry is built in one buffer and handed to the sink whole: nothing of the tenant is kept. */
#include "formats/org.h"

#include <inttypes.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"

#define ENTRY_MAX	(8 * LIMIT_RECORD)	/* a control character of one byte is written in six */

struct org {
	struct writer	writer;
	struct sink	*to;
	bool		members;	/* the list of departments is closed */
	uint64_t	n_departments, n_members;
	struct buf	out;
	struct arena	arena;
	const struct view_since *since;	/* of the record that comes next; NULL: no dates */
};

void
org_dates(struct writer *w, const struct view_since *since)
{
	((struct org *)w)->since = since;
}

/* ${value} token for token, its strings as valid UTF-8 whatever the platform escaped.  ST_INPUT: not JSON; then nothing is appended. */
static enum status
put_json(struct org *o, struct str value, struct err *err)
{
	const size_t start = o->out.n;
	struct json_event e;
	struct json j;
	struct str s;
	enum status st;

	json_init(&j, value);
	while ((st = json_next(&j, &e, err)) == ST_OK && e.tok != JSON_EOF) {
		if (e.tok != JSON_OBJ_END && e.tok != JSON_ARR_END && o->out.n > start && strchr("[{:", o->out.p[o->out.n - 1]) == NULL &&
		    (st = buf_putc(&o->out, ',', err)) != ST_OK)
			break;
		switch (e.tok) {
		case JSON_OBJ:
			st = buf_putc(&o->out, '{', err);
			break;
		case JSON_OBJ_END:
			st = buf_putc(&o->out, '}', err);
			break;
		case JSON_ARR:
			st = buf_putc(&o->out, '[', err);
			break;
		case JSON_ARR_END:
			st = buf_putc(&o->out, ']', err);
			break;
		case JSON_KEY:
		case JSON_STR:
			if ((st = json_text(e.text, e.flags, &o->arena, &s, err)) == ST_OK && (st = json_put_string(&o->out, s, err)) == ST_OK &&
			    e.tok == JSON_KEY)
				st = buf_putc(&o->out, ':', err);
			break;
		default:
			st = buf_str_add(&o->out, e.text, err);
			break;
		}
		if (st != ST_OK)
			break;
	}
	if (st != ST_OK)
		o->out.n = start;
	return st;
}

/* A number as a number, whatever else stands in such a field as text. */
static enum status
put_number(struct org *o, struct str s, struct err *err)
{
	struct json_event e;
	struct json j;
	bool number;

	json_init(&j, s);
	number = json_next(&j, &e, NULL) == ST_OK && e.tok == JSON_NUM && json_next(&j, &e, NULL) == ST_OK && e.tok == JSON_EOF;
	return number ? buf_str_add(&o->out, s, err) : json_put_string(&o->out, s, err);
}

static enum status
put_value(struct org *o, enum field_type type, const struct value *v, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	switch (type) {
	case F_TIME:
		when_utc(v->ms, utc);
		return json_put_string(&o->out, str_of(utc), err);
	case F_INT:
		return put_number(o, v->s, err);
	case F_BOOL:
		return str_is(v->s, "true") || str_is(v->s, "false") ? buf_str_add(&o->out, v->s, err) : json_put_string(&o->out, v->s, err);
	case F_LIST:
	case F_JSON:
		if ((st = put_json(o, v->s, err)) != ST_INPUT)
			return st;
		break;		/* shown as text rather than not at all */
	case F_STR:
		break;
	}
	return json_put_string(&o->out, v->s, err);
}

static enum status
put_fields(struct org *o, const struct record *rec, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	enum status st;
	bool first = true;
	size_t i;

	if (record_get(rec, "id").p == NULL) {	/* every entry has one */
		if ((st = buf_addz(&o->out, "\"id\":", err)) != ST_OK || (st = json_put_string(&o->out, rec->id, err)) != ST_OK)
			return st;
		first = false;
	}
	for (i = 0; f[i].name != NULL; i++) {
		const struct value *v = &rec->n[i];

		if (v->not_granted || (f[i].type == F_TIME ? v->ms == WHEN_UNKNOWN : v->s.p == NULL))
			continue;
		if ((st = buf_addf(&o->out, err, "%s\"%s\":", first ? "" : ",", f[i].name)) != ST_OK || (st = put_value(o, f[i].type, v, err)) != ST_OK)
			return st;
		first = false;
	}
	return ST_OK;
}

static enum status
put_moment(struct org *o, const char *name, const struct view_moment *m, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];

	when_utc(m->ms, utc);
	return buf_addf(&o->out, err, ",\"%s\":{\"at\":\"%s\",\"archive\":\"%s\",\"at_least\":%s}", name, utc, m->archive, m->at_least ? "true" : "false");
}

static enum status
put_tail(struct org *o, const struct record *rec, struct err *err)
{
	const struct field *f = record_fields[rec->kind];
	char utc[WHEN_UTC_LEN + 1];
	enum status st;
	bool first = true;
	size_t i;

	if (rec->version.p != NULL && ((st = buf_addz(&o->out, ",\"version\":", err)) != ST_OK || (st = json_put_string(&o->out, rec->version, err)) != ST_OK))
		return st;
	when_utc(rec->fetched_ms, utc);
	if (utc[0] != '\0' && (st = buf_addf(&o->out, err, ",\"fetched_at\":\"%s\"", utc)) != ST_OK)
		return st;
	if ((st = buf_addz(&o->out, ",\"flags\":[", err)) != ST_OK)
		return st;
	for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
		if ((st = buf_addf(&o->out, err, "%s\"%s\"", i == 0 ? "" : ",", rec->flags[i])) != ST_OK)
			return st;
	if ((st = buf_putc(&o->out, ']', err)) != ST_OK)
		return st;
	if (o->since != NULL && o->since->known.archive != NULL &&
	    ((st = put_moment(o, "known_since", &o->since->known, err)) != ST_OK || (st = put_moment(o, "unchanged_since", &o->since->unchanged, err)) != ST_OK))
		return st;
	o->since = NULL;
	if ((st = buf_addz(&o->out, ",\"not_granted\":[", err)) != ST_OK)
		return st;
	for (i = 0; f[i].name != NULL; i++) {
		if (!rec->n[i].not_granted)
			continue;
		if ((st = buf_addf(&o->out, err, "%s\"%s\"", first ? "" : ",", f[i].name)) != ST_OK)
			return st;
		first = false;
	}
	return buf_addz(&o->out, "]}", err);
}

static enum status
flush(struct org *o, struct err *err)
{
	enum status st = sink_write(o->to, o->out.p, o->out.n, err);

	buf_clear(&o->out);
	return st;
}

static enum status
org_put(struct writer *w, const struct record *rec, struct err *err)
{
	struct org *o = (struct org *)w;
	bool member = rec->kind == REC_USER;
	enum status st;

	if (!member && (rec->kind != REC_DEPARTMENT || o->members))
		return err_set(err, ST_INPUT, _("%s: a record of kind %s where departments come first and members behind them"), rec->stream,
		    record_kind_names[rec->kind]);
	arena_reset(&o->arena);
	if (member && !o->members) {
		o->members = true;
		if ((st = buf_addz(&o->out, "\n],\"members\":[", err)) != ST_OK)
			return st;
	}
	if ((st = buf_addz(&o->out, (member ? o->n_members : o->n_departments) == 0 ? "\n{" : ",\n{", err)) != ST_OK ||
	    (st = put_fields(o, rec, err)) != ST_OK || (st = put_tail(o, rec, err)) != ST_OK || (st = flush(o, err)) != ST_OK)
		return st;
	*(member ? &o->n_members : &o->n_departments) += 1;
	return ST_OK;
}

static enum status
org_finish(struct writer *w, struct err *err)
{
	struct org *o = (struct org *)w;
	enum status st;

	if ((st = buf_addf(&o->out, err, "%s\n],\"counts\":{\"departments\":%" PRIu64 ",\"members\":%" PRIu64 "}}\n",
	    o->members ? "" : "\n],\"members\":[", o->n_departments, o->n_members)) != ST_OK)
		return st;
	return flush(o, err);
}

static void
org_close(struct writer *w)
{
	struct org *o = (struct org *)w;

	if (o == NULL)
		return;
	buf_free(&o->out);
	arena_free(&o->arena);
	mem_free(o);
}

static enum status
begin(struct org *o, const struct format_options *opt, struct err *err)
{
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	when_utc(opt->made_ms, utc);
	if ((st = buf_addf(&o->out, err, "{\"format\":\"custody-org/1\",\"generated_at\":\"%s\",\"time_zone\":", utc)) != ST_OK ||
	    (st = json_put_string(&o->out, str_of(when_zone_name()), err)) != ST_OK || (st = buf_addz(&o->out, ",\"organization\":", err)) != ST_OK)
		return st;
	st = opt->organization == NULL ? buf_addz(&o->out, "null", err) : json_put_string(&o->out, str_of(opt->organization), err);
	return st != ST_OK ? st : buf_addz(&o->out, ",\n\"departments\":[", err);
}

static enum status
org_open(struct writer **out, enum record_kind kind, const struct format_options *opt, struct sink *to, struct err *err)
{
	struct org *o = mem_get(1, sizeof(*o), err);
	enum status st;

	(void)kind;	/* both kinds come to one document */
	*out = NULL;
	if (o == NULL)
		return ST_NOMEM;
	o->writer.format = &org_format;
	o->to = to;
	buf_init(&o->out, ENTRY_MAX);
	arena_init(&o->arena, LIMIT_ARENA);
	if ((st = begin(o, opt, err)) != ST_OK) {
		org_close(&o->writer);
		return st;
	}
	*out = &o->writer;
	return ST_OK;
}

const struct format org_format = { "org", "json", 1u << REC_DEPARTMENT | 1u << REC_USER, org_open, org_put, org_finish, org_close };
