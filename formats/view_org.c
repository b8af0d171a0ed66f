/* view_org.c: the two documents of the organisation, made and read back. */
#include "formats/view_org.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <libxml/xmlreader.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/org.h"
#include "formats/orglist.h"
#include "formats/xml_free.h"
#include "formats/xml_org.h"

#define ORG_JSON "data/views/org/org.json"
#define ORG_XML "data/views/org/departments.xml"
#define ORG_XSD "data/views/org/departments.xsd"
#define ORG_KINDS (1u << REC_DEPARTMENT | 1u << REC_USER)

struct making {
	const struct view_input *in;
	struct view_place *place;
	const struct format *format;
	void (*dates)(struct writer *, const struct view_since *);
	const char *path;
	struct writer *writer; /* opened by the first department or member */
};

static enum status
each(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	struct view_since since;
	struct sink *sink;
	enum status st;

	if (!(ORG_KINDS & 1u << rec->kind)) /* an object the description could not map: in its table only */
		return ST_OK;
	if (m->writer == NULL &&
	    ((st = m->place->begin(m->place, m->path, &sink, err)) != ST_OK ||
		(st = m->format->open(&m->writer, rec->kind, m->in->opt, sink, err)) != ST_OK))
		return st;
	if ((st = org_since(m->in, rec, &since, err)) != ST_OK)
		return st;
	m->dates(m->writer, &since);
	if ((st = m->format->put(m->writer, rec, err)) != ST_OK)
		(void)err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
	return st;
}

static enum status
document(const struct view_input *in, struct view_place *place, const struct format *format,
    void (*dates)(struct writer *, const struct view_since *), const char *path, bool *made, struct err *err)
{
	struct making m = { in, place, format, dates, path, NULL };
	enum status st;

	if ((st = in->records->run(in->records, "departments", each, &m, err)) == ST_OK &&
	    (st = in->records->run(in->records, "users", each, &m, err)) == ST_OK && m.writer != NULL &&
	    (st = format->finish(m.writer, err)) == ST_OK)
		st = place->end(place, err);
	*made = m.writer != NULL;
	format->close(m.writer);
	return st;
}

static enum status
make_json(const struct view_input *in, struct view_place *place, struct err *err)
{
	bool made;

	return document(in, place, &org_format, org_dates, ORG_JSON, &made, err);
}

static enum status
make_xml(const struct view_input *in, struct view_place *place, struct err *err)
{
	const struct str schema = xml_org_schema();
	struct sink *sink;
	enum status st;
	bool made;

	if ((st = document(in, place, &xml_org_format, xml_org_dates, ORG_XML, &made, err)) != ST_OK || !made ||
	    (st = place->begin(place, ORG_XSD, &sink, err)) != ST_OK || (st = sink_write(sink, schema.p, schema.n, err)) != ST_OK)
		return st;
	return place->end(place, err);
}

static bool
owns_json(const char *path)
{
	return strcmp(path, ORG_JSON) == 0;
}
static bool
owns_xml(const char *path)
{
	return strcmp(path, ORG_XML) == 0;
}

/* --- read back: a line of org.json is an entry --- */

struct lines {
	struct view_found *found;
	const char *path, *stream;
	struct arena arena;
};

static enum status
string_of(struct lines *l, const struct json_node *t, const char *name, struct str *out, struct err *err)
{
	const size_t i = json_get(t, 0, name);

	*out = STR_NONE;
	return i == 0              ? ST_OK
	    : t[i].tok == JSON_STR ? json_text(t[i].val, t[i].flags, &l->arena, out, err)
				   : err_set(err, ST_INPUT, _("%s: an entry whose %s is no text"), l->path, name);
}

static enum status
entry(struct lines *l, struct str text, struct err *err)
{
	struct str id, version;
	struct json_node *t;
	enum status st;
	size_t n;

	arena_reset(&l->arena);
	if ((st = json_tape(text, &l->arena, &t, &n, err)) != ST_OK || (st = string_of(l, t, "id", &id, err)) != ST_OK ||
	    (st = string_of(l, t, "version", &version, err)) != ST_OK)
		return st;
	return l->found->record(l->found, l->stream, id, version, err);
}

/* The document is laid out line by line: its frame, and one entry a line. */
static enum status
line(struct lines *l, struct str text, struct err *err)
{
	if (text.n > 0 && text.p[text.n - 1] == ',')
		text.n--;
	if (str_has_prefix(text, "{\"format\":") || str_has_prefix(text, "],\"counts\":"))
		return ST_OK;
	if (str_is(text, "\"departments\":[")) {
		l->stream = "departments";
		return ST_OK;
	}
	if (str_is(text, "],\"members\":[")) {
		l->stream = "users";
		return ST_OK;
	}
	if (l->stream == NULL || text.n == 0 || text.p[0] != '{')
		return err_set(err, ST_INPUT, _("%s: not a document of this program"), l->path);
	return entry(l, text, err);
}

static enum status
read_json(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct lines l = { found, path, NULL, { 0 } };
	char *text = NULL;
	size_t room = 0;
	FILE *f;
	ssize_t n;
	enum status st = ST_OK;
	int own = dup(fd);

	if (own < 0 || (f = fdopen(own, "r")) == NULL)
		return err_sys(err, _("cannot read %s"), path);
	rewind(f);
	arena_init(&l.arena, LIMIT_ARENA);
	while (st == ST_OK && (n = getline(&text, &room, f)) > 0)
		st = line(&l, (struct str){ text, (size_t)n - (text[n - 1] == '\n' ? 1 : 0) }, err);
	if (st == ST_OK && ferror(f))
		st = err_sys(err, _("cannot read %s"), path);
	free(text);
	fclose(f);
	arena_free(&l.arena);
	return st;
}

/* --- and the XML by libxml2's reader, which keeps nothing but the place it stands at --- */

/* The id, an element at which ${x} stands: its text, or what stands in its attribute original, as the inside of a JSON string. */
static enum status
xml_id(xmlTextReaderPtr x, struct arena *a, struct str *id, struct err *err)
{
	xmlChar *original = xmlTextReaderGetAttribute(x, (const xmlChar *)"original");
	xmlChar *text = original != NULL ? original : xmlTextReaderReadString(x);
	struct str copy = STR_NONE;
	enum status st;

	st = text == NULL ? ST_OK : arena_dup(a, str_of((const char *)text), &copy, err);
	if (st == ST_OK && original != NULL)
		st = json_text(copy, JSON_F_ESCAPE, a, &copy, err);
	*id = copy;
	xml_free(text);
	return st;
}

static enum status
xml_entry(xmlTextReaderPtr x, const char *path, const char *stream, struct arena *a, struct view_found *found, struct err *err)
{
	xmlChar *version = xmlTextReaderGetAttribute(x, (const xmlChar *)"version");
	struct str id = STR_NONE;
	enum status st = ST_OK;

	/* The id is an element of its own, somewhere inside. */
	arena_reset(a);
	while (st == ST_OK && id.p == NULL && xmlTextReaderRead(x) == 1 && xmlTextReaderDepth(x) > 2)
		if (xmlTextReaderNodeType(x) == XML_READER_TYPE_ELEMENT && xmlTextReaderDepth(x) == 3 &&
		    xmlStrEqual(xmlTextReaderConstLocalName(x), (const xmlChar *)"id"))
			st = xml_id(x, a, &id, err);
	if (st == ST_OK)
		st = id.p == NULL ? err_set(err, ST_INPUT, _("%s: an entry without an id"), path)
				  : found->record(found, stream, id, str_of((const char *)version), err);
	xml_free(version);
	return st;
}

static enum status
read_xml(int fd, const char *path, struct view_found *found, struct err *err)
{
	xmlTextReaderPtr x;
	enum status st = ST_OK;
	struct arena arena;
	const xmlChar *name;
	int r = 0;

	if (lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot read %s"), path);
	if ((x = xmlReaderForFd(fd, NULL, NULL, XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_HUGE)) == NULL)
		return err_oom(err, 0);
	arena_init(&arena, LIMIT_ARENA);
	while (st == ST_OK && (r = xmlTextReaderRead(x)) == 1)
		if (xmlTextReaderNodeType(x) == XML_READER_TYPE_ELEMENT && xmlTextReaderDepth(x) == 2) {
			name = xmlTextReaderConstLocalName(x);
			if (xmlStrEqual(name, (const xmlChar *)"department") || xmlStrEqual(name, (const xmlChar *)"member"))
				st = xml_entry(x, path, name[0] == 'd' ? "departments" : "users", &arena, found, err);
		}
	if (st == ST_OK && r < 0)
		st = err_set(err, ST_INPUT, _("%s: not well-formed XML"), path);
	xmlFreeTextReader(x);
	arena_free(&arena);
	return st;
}

const struct view_family json_view = { "json", N_("departments and members as one JSON document"), ORG_KINDS, VIEW_USUAL, make_json, owns_json, read_json, { 100, 0, 4u << 10 } };
const struct view_family xml_view = { "xml", N_("departments and members as XML, with its schema"), ORG_KINDS, VIEW_USUAL, make_xml, owns_xml, read_xml, { 150, 0, 20u << 10 } };
