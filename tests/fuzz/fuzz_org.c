/*
 * fuzz_org: whatever people are called, departments.xml is well-formed and valid by its schema and org.json is JSON.
 *
 * Input: for each field of one department and then of one member an octet 0 absent, 1 not granted, else a value of so many octets less two.
 */
#include <stdint.h>
#include <stdlib.h>

#include <libxml/parser.h>
#include <libxml/xmlschemas.h>

#include "core/json.h"
#include "core/utf8.h"
#include "formats/org.h"
#include "formats/xml_org.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
need(bool what)
{
	if (!what)
		abort();
}

static void
quiet(void *ctx, const char *fmt, ...)
{
	(void)ctx;
	(void)fmt;
}

static void
check_xml(const struct buf *b)
{
	static xmlSchemaPtr schema;
	xmlSchemaValidCtxtPtr v;
	xmlDocPtr doc;

	if (schema == NULL) {
		struct str xsd = xml_org_schema();
		xmlSchemaParserCtxtPtr p = xmlSchemaNewMemParserCtxt(xsd.p, (int)xsd.n);

		need(p != NULL && (schema = xmlSchemaParse(p)) != NULL);
		xmlSchemaFreeParserCtxt(p);
	}
	need((doc = xmlReadMemory(b->p, (int)b->n, "fuzz.xml", NULL, XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_HUGE)) != NULL);
	need((v = xmlSchemaNewValidCtxt(schema)) != NULL);
	xmlSchemaSetValidErrors(v, quiet, quiet, NULL);
	need(xmlSchemaValidateDoc(v, doc) == 0);
	xmlSchemaFreeValidCtxt(v);
	xmlFreeDoc(doc);
}

static void
check_json(const struct buf *b)
{
	struct json_event e = { .tok = JSON_NULL };
	struct json j;

	need(utf8_ok(buf_str(b)));
	json_init(&j, buf_str(b));
	while (e.tok != JSON_EOF) {
		need(json_next(&j, &e, NULL) == ST_OK);
		need((e.flags & (JSON_F_BAD_UTF8 | JSON_F_SURROGATE)) == 0);
	}
}

static void
fill(struct record *rec, const uint8_t **p, size_t *n)
{
	const struct field *f = record_fields[rec->kind];
	size_t i, m;

	for (i = 0; f[i].name != NULL && *n > 0; i++) {
		unsigned what = *(*p)++;

		--*n;
		if (what == 1)
			rec->n[i].not_granted = true;
		if (what < 2)
			continue;
		m = what - 2u < *n ? what - 2u : *n;
		rec->n[i].s = (struct str){ (const char *)*p, m };
		*p += m;
		*n -= m;
	}
}

static void
make(const struct format *f, const struct record recs[2], struct buf *out)
{
	const struct format_options opt = { .made_ms = 0 };
	struct sink_mem sink;
	struct writer *w = NULL;
	size_t i;

	sink_mem_init(&sink, out);
	need(f->open(&w, REC_DEPARTMENT, &opt, &sink.sink, NULL) == ST_OK);
	for (i = 0; i < 2; i++)
		need(f->put(w, &recs[i], NULL) == ST_OK);
	need(f->finish(w, NULL) == ST_OK);
	f->close(w);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct record recs[2];
	struct buf out;

	if (n > 1 << 16)
		return 0;
	record_init(&recs[0], REC_DEPARTMENT, "departments");
	record_init(&recs[1], REC_USER, "users");
	fill(&recs[0], &p, &n);
	fill(&recs[1], &p, &n);
	recs[1].version = recs[1].n[0].s;
	buf_init(&out, (size_t)1 << 26);
	make(&xml_org_format, recs, &out);
	check_xml(&out);
	buf_clear(&out);
	make(&org_format, recs, &out);
	check_json(&out);
	buf_free(&out);
	return 0;
}
