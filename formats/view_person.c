/* view_person.c: every record of a scope as one XML or one JSON document. */
#include "formats/view_person.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libxml/xmlreader.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/xml_free.h"
#include "formats/xml_out.h"

#define XML	"data/views/person/records.xml"
#define XSD	"data/views/person/records.xsd"
#define JSON	"data/views/person/records.json"
#define SCHEMA	"data/views/person/records.schema.json"
#define KINDS	(((1u << REC__MAX) - 1u) & ~(1u << REC_EVENT))

static enum status
put_schema(struct view_place *place, const char *path, enum status (*schema)(struct buf *, struct err *), struct err *err)
{
	struct sink *sink;
	struct buf b;
	enum status st;

	buf_init(&b, (size_t)4 << 20);
	if ((st = schema(&b, err)) == ST_OK && (st = place->begin(place, path, &sink, err)) == ST_OK && (st = sink_write(sink, b.p, b.n, err)) == ST_OK)
		st = place->end(place, err);
	buf_free(&b);
	return st;
}

/* --- XML --- */

struct xml { const struct view_input *in; struct xml_out out; struct arena arena; };

static enum status
list(struct xml *x, const char *name, struct str value, struct err *err)
{
	struct json_node *t;
	struct str s;
	enum status st;
	size_t i, k, n;

	if ((st = xml_out_start(&x->out, name, err)) != ST_OK)
		return st;
	if ((st = json_tape(value, &x->arena, &t, &n, err)) == ST_INPUT || (st == ST_OK && t[0].tok != JSON_ARR)) {	/* not what the vocabulary says: shown as it is */
		if ((st = xml_out_text(&x->out, value, err)) != ST_OK)
			return st;
		return xml_out_end(&x->out, err);
	}
	for (i = 1, k = 0; st == ST_OK && k < t[0].n_children; i = t[i].next, k++) {
		s = json_whole(&t[i]);
		if (t[i].tok != JSON_STR || (st = json_text(t[i].val, t[i].flags, &x->arena, &s, err)) == ST_OK)
			st = xml_out_element(&x->out, "item", s, err);
	}
	return st == ST_OK ? xml_out_end(&x->out, err) : st;
}

static enum status
words(struct xml *x, const char *name, const char *const *list_of, size_t n, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	if (n == 0)
		return ST_OK;
	if ((st = xml_out_start(&x->out, name, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		st = xml_out_element(&x->out, "item", str_of(list_of[i]), err);
	return st == ST_OK ? xml_out_end(&x->out, err) : st;
}

static enum status
tail(struct xml *x, const struct record *rec, struct err *err)
{
	static const char *const forms[] = { [RAW_JSON] = "json", [RAW_TEXT] = "text", [RAW_BYTES] = "base64" };
	const struct field *f = record_fields[rec->kind];
	const char *missing[RECORD_FIELDS_MAX];
	char utc[WHEN_UTC_LEN + 1];
	size_t i, n_flags = 0, n_missing = 0;
	enum status st;

	while (n_flags < RECORD_FLAGS_MAX && rec->flags[n_flags] != NULL)
		n_flags++;
	for (i = 0; f[i].name != NULL; i++)
		if (rec->n[i].not_granted)
			missing[n_missing++] = f[i].name;
	when_utc(rec->fetched_ms, utc);
	if ((utc[0] != '\0' && (st = xml_out_element(&x->out, "fetched_at", str_of(utc), err)) != ST_OK) ||
	    (rec->endpoint.p != NULL && (st = xml_out_element(&x->out, "endpoint", rec->endpoint, err)) != ST_OK) ||
	    (st = words(x, "flags", rec->flags, n_flags, err)) != ST_OK || (st = words(x, "not_granted", missing, n_missing, err)) != ST_OK || rec->raw.p == NULL)
		return rec->raw.p == NULL ? ST_OK : st;
	if ((st = xml_out_start(&x->out, "raw", err)) != ST_OK || (st = xml_out_attribute(&x->out, "form", str_of(forms[rec->raw_form]), err)) != ST_OK ||
	    (st = xml_out_text(&x->out, rec->raw, err)) != ST_OK)
		return st;
	return xml_out_end(&x->out, err);
}

static enum status
xml_record(void *ctx, const struct record *rec, struct err *err)
{
	struct xml *x = ctx;
	const struct field *f = record_fields[rec->kind];
	char utc[WHEN_UTC_LEN + 1];
	enum status st;
	size_t i;

	if (!(KINDS & 1u << rec->kind))
		return ST_OK;
	arena_reset(&x->arena);
	if ((st = xml_out_start(&x->out, record_kind_names[rec->kind], err)) != ST_OK || (st = xml_out_attribute(&x->out, "stream", str_of(rec->stream), err)) != ST_OK ||
	    (st = xml_out_id(&x->out, "id", rec->id, err)) != ST_OK ||
	    (rec->version.p != NULL && (st = xml_out_id(&x->out, "version", rec->version, err)) != ST_OK))
		return st;
	for (i = 0; f[i].name != NULL && st == ST_OK; i++) {
		const struct value *v = &rec->n[i];

		if (v->not_granted)
			continue;
		if (f[i].type == F_TIME) {
			when_utc(v->ms, utc);
			if (utc[0] != '\0')
				st = xml_out_element(&x->out, f[i].name, str_of(utc), err);
		} else if (v->s.p != NULL)
			st = f[i].type == F_LIST ? list(x, f[i].name, v->s, err) : xml_out_element(&x->out, f[i].name, v->s, err);
	}
	if (st != ST_OK || (st = tail(x, rec, err)) != ST_OK || (st = xml_out_end(&x->out, err)) != ST_OK)
		return st;
	return xml_out_flush(&x->out, err);
}

static enum status
xml_stream(void *ctx, const char *stream, struct err *err)
{
	struct xml *x = ctx;

	return x->in->records->run(x->in->records, stream, xml_record, x, err);
}

static enum status
xml_document(struct xml *x, struct err *err)
{
	const struct format_options *opt = x->in->opt;
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	when_utc(opt->made_ms, utc);
	if ((st = xml_out_start(&x->out, "records", err)) != ST_OK || (st = xml_out_attribute(&x->out, "xmlns", STR("urn:custody:records:1"), err)) != ST_OK ||
	    (st = xml_out_attribute(&x->out, "generated_at", str_of(utc), err)) != ST_OK || (st = xml_out_attribute(&x->out, "time_zone", str_of(when_zone_name()), err)) != ST_OK ||
	    (opt->archive != NULL && (st = xml_out_attribute(&x->out, "archive", str_of(opt->archive), err)) != ST_OK) ||
	    (opt->chain != NULL && (st = xml_out_attribute(&x->out, "chain", str_of(opt->chain), err)) != ST_OK) ||
	    (opt->organization != NULL && (st = xml_out_element(&x->out, "organization", str_of(opt->organization), err)) != ST_OK) ||
	    (st = x->in->records->streams(x->in->records, xml_stream, x, err)) != ST_OK)
		return st;
	return xml_out_finish(&x->out, err);
}

static enum status
make_xml(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct xml x = { .in = in };
	struct sink *sink;
	enum status st;

	arena_init(&x.arena, LIMIT_ARENA);
	if ((st = place->begin(place, XML, &sink, err)) == ST_OK && (st = xml_out_open(&x.out, sink, err)) == ST_OK && (st = xml_document(&x, err)) == ST_OK)
		st = place->end(place, err);
	xml_out_close(&x.out);
	arena_free(&x.arena);
	return st == ST_OK ? put_schema(place, XSD, person_schema_xml, err) : st;
}

static bool owns_xml(const char *path) { return strcmp(path, XML) == 0; }

/* What xml_out_id wrote, in ${a}; absent: not there. */
static enum status
exact(xmlTextReaderPtr x, const char *name, struct arena *a, struct str *out, struct err *err)
{
	char other[32];
	xmlChar *plain = xmlTextReaderGetAttribute(x, (const xmlChar *)name), *original;
	enum status st;

	(void)snprintf(other, sizeof(other), "%s_original", name);
	original = xmlTextReaderGetAttribute(x, (const xmlChar *)other);
	*out = STR_NONE;
	st = plain == NULL ? ST_OK : original == NULL ? arena_dup(a, str_of((const char *)plain), out, err) :
							json_text(str_of((const char *)original), JSON_F_ESCAPE, a, out, err);
	xml_free(plain);
	xml_free(original);
	return st;
}

static enum status
xml_found(xmlTextReaderPtr x, struct view_found *found, struct err *err)
{
	xmlChar *stream = xmlTextReaderGetAttribute(x, (const xmlChar *)"stream");
	struct arena arena;
	struct str id, version;
	enum status st;

	arena_init(&arena, LIMIT_ARENA);
	if ((st = exact(x, "id", &arena, &id, err)) == ST_OK && (st = exact(x, "version", &arena, &version, err)) == ST_OK && stream != NULL && id.p != NULL)
		st = found->record(found, (const char *)stream, id, version, err); /* the element organization has neither */
	xml_free(stream);
	arena_free(&arena);
	return st;
}

static enum status
read_xml(int fd, const char *path, struct view_found *found, struct err *err)
{
	xmlTextReaderPtr x;
	enum status st = ST_OK;
	int r = 0;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot read %s"), path);
	if ((x = xmlReaderForFd(fd, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE)) == NULL)
		return err_oom(err, 0);
	while (st == ST_OK && (r = xmlTextReaderRead(x)) == 1)
		if (xmlTextReaderNodeType(x) == XML_READER_TYPE_ELEMENT && xmlTextReaderDepth(x) == 1)
			st = xml_found(x, found, err);
	if (st == ST_OK && r < 0)
		st = err_set(err, ST_INPUT, _("%s: not well-formed XML"), path);
	xmlFreeTextReader(x);
	return st;
}

/* --- JSON: a line of the document is a record --- */

struct json_out { const struct view_input *in; struct sink *sink; struct buf line; bool any; };

static enum status
json_record(void *ctx, const struct record *rec, struct err *err)
{
	struct json_out *j = ctx;
	enum status st;

	if (!(KINDS & 1u << rec->kind))
		return ST_OK;
	buf_clear(&j->line);
	if ((st = buf_addf(&j->line, err, "%s{\"stream\":\"%s\",\"line\":", j->any ? ",\n" : "\n", rec->stream)) != ST_OK || (st = buf_str_add(&j->line, rec->line, err)) != ST_OK ||
	    (st = buf_putc(&j->line, '}', err)) != ST_OK)
		return st;
	j->any = true;
	return sink_write(j->sink, j->line.p, j->line.n, err);
}

static enum status
json_stream(void *ctx, const char *stream, struct err *err)
{
	struct json_out *j = ctx;

	return j->in->records->run(j->in->records, stream, json_record, j, err);
}

static enum status
member(struct buf *b, const char *name, const char *value, struct err *err)
{
	enum status st = buf_addf(b, err, ",\"%s\":", name);

	if (st != ST_OK)
		return st;
	return value == NULL ? buf_addz(b, "null", err) : json_put_string(b, str_of(value), err);
}

static enum status
json_document(struct json_out *j, struct err *err)
{
	const struct format_options *opt = j->in->opt;
	char utc[WHEN_UTC_LEN + 1];
	enum status st;

	when_utc(opt->made_ms, utc);
	if ((st = buf_addf(&j->line, err, "{\"format\":\"custody-records/1\",\"generated_at\":\"%s\"", utc)) != ST_OK ||
	    (st = member(&j->line, "time_zone", when_zone_name(), err)) != ST_OK || (st = member(&j->line, "archive", opt->archive, err)) != ST_OK ||
	    (st = member(&j->line, "chain", opt->chain, err)) != ST_OK || (st = member(&j->line, "organization", opt->organization, err)) != ST_OK ||
	    (st = buf_addz(&j->line, ",\"records\":[", err)) != ST_OK || (st = sink_write(j->sink, j->line.p, j->line.n, err)) != ST_OK ||
	    (st = j->in->records->streams(j->in->records, json_stream, j, err)) != ST_OK)
		return st;
	return sink_write(j->sink, "\n]}\n", 4, err);
}

static enum status
make_json(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct json_out j = { .in = in };
	enum status st;

	buf_init(&j.line, 2 * LIMIT_RECORD);
	if ((st = place->begin(place, JSON, &j.sink, err)) == ST_OK && (st = json_document(&j, err)) == ST_OK)
		st = place->end(place, err);
	buf_free(&j.line);
	return st == ST_OK ? put_schema(place, SCHEMA, person_schema_json, err) : st;
}

static bool owns_json(const char *path) { return strcmp(path, JSON) == 0; }

struct reading { const char *path; struct view_found *found; struct arena arena; };

static enum status
json_found(struct reading *r, struct str line, struct err *err)
{
	struct json_node *t;
	struct record rec;
	char stream[64];
	size_t n, s, l;
	enum status st;

	arena_reset(&r->arena);
	if (line.n > 0 && line.p[line.n - 1] == ',')
		line.n--;
	if ((st = json_tape(line, &r->arena, &t, &n, err)) != ST_OK)
		return st;
	s = json_get(t, 0, "stream");
	l = json_get(t, 0, "line");
	if (s == 0 || l == 0 || t[s].val.n >= sizeof(stream))
		return err_set(err, ST_INPUT, _("%s: not a document of this program"), r->path);
	memcpy(stream, t[s].val.p, t[s].val.n);
	stream[t[s].val.n] = '\0';
	if ((st = record_decode(t[l].val, &r->arena, &rec, err)) != ST_OK)
		return st;
	return r->found->record(r->found, stream, rec.id, rec.version, err);
}

static enum status
read_json(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct reading r = { path, found, { 0 } };
	enum status st = ST_OK;
	bool ended = false;
	char *text = NULL;
	size_t room = 0;
	ssize_t n;
	FILE *f;
	int own = dup(fd);

	if (own < 0 || (f = fdopen(own, "r")) == NULL)
		return err_sys(err, _("cannot read %s"), path);
	rewind(f);
	arena_init(&r.arena, LIMIT_ARENA);
	while (st == ST_OK && (n = getline(&text, &room, f)) > 0) {
		const struct str line = { text, (size_t)n - (text[n - 1] == '\n' ? 1 : 0) };

		ended = str_is(line, "]}");
		if (!ended && !str_has_prefix(line, "{\"format\":"))
			st = json_found(&r, line, err);
	}
	if (st == ST_OK && ferror(f))
		st = err_sys(err, _("cannot read %s"), path);
	else if (st == ST_OK && !ended)
		st = err_set(err, ST_INPUT, _("%s: not a document of this program"), path);
	free(text);
	fclose(f);
	arena_free(&r.arena);
	return st;
}

const struct view_family person_view = {
	"person", N_("all records of a scope, of one person for example, as one XML document with its schema"), KINDS, VIEW_ASKED, make_xml, owns_xml, read_xml, { 250, 200, 40u << 10 }
};
const struct view_family person_json_view = {
	"person-json", N_("the same as one JSON document with its schema"), KINDS, VIEW_ASKED, make_json, owns_json, read_json, { 130, 0, 80u << 10 }
};
