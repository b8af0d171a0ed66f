/* test_org.c: the org chart as JSON (read back by jansson) and as XML (judged by libxml2 with the schema that is laid beside it). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <jansson.h>
#include <libxml/parser.h>
#include <libxml/xmlschemas.h>
#include <libxml/xmlschemastypes.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "core/mem.h"
#include "formats/org.h"
#include "formats/xml_org.h"

static const struct format_options opt = { .organization = "\xE9\x9D\x92\xE6\x9D\xBE <\"&'>", .made_ms = INT64_C(1795312800000) };

static struct buf
write_all(const struct format *f, const struct record *recs, size_t n)
{
	struct sink_mem sink;
	struct writer *w = NULL;
	struct err err;
	struct buf b;
	size_t i;

	buf_init(&b, (size_t)1 << 26);
	sink_mem_init(&sink, &b);
	assert_int_equal(f->open(&w, REC_DEPARTMENT, &opt, &sink.sink, &err), ST_OK);
	for (i = 0; i < n; i++)
		assert_int_equal(f->put(w, &recs[i], &err), ST_OK);
	assert_int_equal(f->finish(w, &err), ST_OK);
	f->close(w);
	return b;
}

/* --- two outside judges --- */

static void
quiet(void *ctx, const char *fmt, ...)
{
	(void)ctx;
	(void)fmt;
}

static int
valid(const struct buf *b)
{
	struct str xsd = xml_org_schema();
	xmlSchemaParserCtxtPtr p = xmlSchemaNewMemParserCtxt(xsd.p, (int)xsd.n);
	xmlSchemaPtr schema;
	xmlSchemaValidCtxtPtr v;
	xmlDocPtr doc;
	int bad;

	assert_non_null(p);
	schema = xmlSchemaParse(p);
	assert_non_null(schema);
	v = xmlSchemaNewValidCtxt(schema);
	xmlSchemaSetValidErrors(v, quiet, quiet, NULL);
	doc = xmlReadMemory(b->p, (int)b->n, "departments.xml", NULL, XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NONET | XML_PARSE_HUGE);
	assert_non_null(doc);
	bad = xmlSchemaValidateDoc(v, doc);
	xmlFreeDoc(doc);
	xmlSchemaFreeValidCtxt(v);
	xmlSchemaFree(schema);
	xmlSchemaFreeParserCtxt(p);
	return bad == 0;
}

static void
xpath(const struct buf *b, const char *path, const char *want)
{
	xmlDocPtr doc = xmlReadMemory(b->p, (int)b->n, "departments.xml", NULL, XML_PARSE_NONET | XML_PARSE_HUGE);
	xmlXPathContextPtr x = xmlXPathNewContext(doc);
	xmlXPathObjectPtr o;
	xmlChar *s;

	assert_non_null(doc);
	assert_int_equal(xmlXPathRegisterNs(x, (const xmlChar *)"o", (const xmlChar *)"urn:custody:org:1"), 0);
	o = xmlXPathEvalExpression((const xmlChar *)path, x);
	assert_non_null(o);
	s = xmlXPathCastToString(o);
	assert_string_equal((const char *)s, want);
	xmlFree(s);
	xmlXPathFreeObject(o);
	xmlXPathFreeContext(x);
	xmlFreeDoc(doc);
}

static json_t *
parsed(const struct buf *b)
{
	json_error_t e;
	json_t *j = json_loadb(b->p, b->n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);

	if (j == NULL)
		fail_msg("%s at %d: %.*s", e.text, e.position, (int)b->n, b->p);
	return j;
}

/* --- people --- */

static size_t
people(struct record *r)
{
	record_init(&r[0], REC_DEPARTMENT, "departments");
	record_set(&r[0], "id", STR("1"));
	record_set(&r[0], "parent_id", STR("0"));
	record_set(&r[0], "name", STR("\xE9\x9D\x92\xE6\x9D\xBE"));
	record_set(&r[0], "name_en", STR("Green Pine & Co"));
	record_set(&r[0], "order", STR("4294967295"));
	record_set(&r[0], "leaders", STR("[\"lin.yue\",\"a<b\"]"));
	r[0].fetched_ms = INT64_C(1795312800123);
	record_init(&r[1], REC_DEPARTMENT, "departments");
	record_set(&r[1], "id", STR("2"));
	record_set(&r[1], "parent_id", STR("77"));	/* not visible to us */
	record_set(&r[1], "name", STR(""));
	r[1].n[record_field(REC_DEPARTMENT, "leaders")].not_granted = true;
	r[1].version = STR("v\"1");
	record_init(&r[2], REC_USER, "users");
	record_set(&r[2], "id", STR("lin.yue"));
	record_set(&r[2], "name", STR("\xE6\x9E\x97\xE6\x9C\x88"));
	record_set(&r[2], "name_en", STR("Lin Yue"));
	record_set(&r[2], "status", STR("active"));
	record_set(&r[2], "main_department", STR("1"));
	record_set(&r[2], "departments", STR("[{\"id\":\"1\",\"order\":4294967295,\"is_leader\":true},{\"id\":\"99\",\"order\":0,\"is_leader\":false}]"));
	record_set(&r[2], "leaders", STR("[]"));
	record_set(&r[2], "attributes", STR("[ {\"name\":\"\\u5de5\\u53f7\",\"value\":\"\\ud800x\"} ]"));
	record_set(&r[2], "position", STR(""));
	r[2].n[record_field(REC_USER, "mobile")].not_granted = true;
	r[2].n[record_field(REC_USER, "email")].not_granted = true;
	record_flag(&r[2], "duplicate_key");
	return 3;
}

static void
json_document(void **state)
{
	struct record recs[3];
	size_t n = people(recs);
	struct buf b = write_all(&org_format, recs, n);
	json_t *j = parsed(&b), *d, *m;

	(void)state;
	assert_string_equal(json_string_value(json_object_get(j, "format")), "custody-org/1");
	assert_string_equal(json_string_value(json_object_get(j, "generated_at")), "2026-11-22T02:00:00.000Z");
	assert_string_equal(json_string_value(json_object_get(j, "organization")), opt.organization);
	d = json_array_get(json_object_get(j, "departments"), 0);
	assert_string_equal(json_string_value(json_object_get(d, "name_en")), "Green Pine & Co");
	assert_int_equal(json_integer_value(json_object_get(d, "order")), 4294967295);
	assert_string_equal(json_string_value(json_array_get(json_object_get(d, "leaders"), 1)), "a<b");
	assert_string_equal(json_string_value(json_object_get(d, "fetched_at")), "2026-11-22T02:00:00.123Z");
	assert_null(json_object_get(d, "version"));
	d = json_array_get(json_object_get(j, "departments"), 1);
	assert_null(json_object_get(d, "leaders"));
	assert_string_equal(json_string_value(json_object_get(d, "name")), "");
	assert_string_equal(json_string_value(json_object_get(d, "version")), "v\"1");
	assert_string_equal(json_string_value(json_array_get(json_object_get(d, "not_granted"), 0)), "leaders");
	m = json_array_get(json_object_get(j, "members"), 0);
	assert_true(json_is_true(json_object_get(json_array_get(json_object_get(m, "departments"), 0), "is_leader")));
	assert_int_equal(json_array_size(json_object_get(m, "leaders")), 0);
	assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(m, "attributes"), 0), "value")), "\xEF\xBF\xBDx");
	assert_int_equal(json_array_size(json_object_get(m, "not_granted")), 2);
	assert_null(json_object_get(m, "mobile"));
	assert_null(json_object_get(m, "alias"));
	assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "counts"), "departments")), 2);
	assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "counts"), "members")), 1);
	json_decref(j);
	buf_free(&b);
}

static void
xml_document(void **state)
{
	struct record recs[3];
	size_t n = people(recs);
	struct buf b = write_all(&xml_org_format, recs, n);

	(void)state;
	assert_true(valid(&b));
	xpath(&b, "/o:organization/o:name", opt.organization);
	xpath(&b, "count(//o:department)", "2");
	xpath(&b, "//o:department[1]/o:leaders/o:item[2]", "a<b");
	xpath(&b, "//o:department[1]/o:order", "4294967295");
	xpath(&b, "//o:department[2]/@version", "v\"1");
	xpath(&b, "count(//o:department[2]/o:leaders)", "0");
	xpath(&b, "//o:department[2]/o:not_granted/o:item", "leaders");
	xpath(&b, "//o:member/o:departments/o:membership[1]/o:is_leader", "true");
	xpath(&b, "//o:member/o:departments/o:membership[2]/o:id", "99");
	xpath(&b, "count(//o:member/o:leaders)", "1");
	xpath(&b, "//o:member/o:attributes/o:attribute/o:name", "\xE5\xB7\xA5\xE5\x8F\xB7");
	xpath(&b, "//o:member/o:flags/o:item", "duplicate_key");
	xpath(&b, "//o:counts/@members", "1");
	buf_free(&b);
}

/* The schema refuses what it should: one id twice, no counts, an unknown element. */
static void
schema_refuses(void **state)
{
	struct record recs[4];
	size_t n = people(recs);
	struct buf b;
	char *at;

	(void)state;
	recs[3] = recs[2];
	b = write_all(&xml_org_format, recs, n + 1);
	assert_false(valid(&b));
	buf_free(&b);
	recs[3].version = STR("other");		/* another version of the same member may stand beside it */
	b = write_all(&xml_org_format, recs, n + 1);
	assert_true(valid(&b));
	at = memmem(b.p, b.n, "<counts", 7);
	assert_non_null(at);
	memcpy(at, "<countz", 7);
	assert_false(valid(&b));
	buf_free(&b);
}

/* Every code point of interest through every kind of place: both documents stay well-formed, valid, and keep what they can. */
static void
characters(void **state)
{
	static const struct { struct str in; const char *xml, *original; } cases[] = {
		{ STR("\t"), "\t", "" }, { STR("a\rb\nc"), "a\rb\nc", "" }, { STR("]]>"), "]]>", "" }, { STR("<!--&amp;"), "<!--&amp;", "" },
		{ STR("\x01"), "\xEF\xBF\xBD", "\\u0001" }, { STR("a\0b"), "a\xEF\xBF\xBD" "b", "a\\u0000b" },
		{ STR("\x1B[31m\"\\\n"), "\xEF\xBF\xBD[31m\"\\\n", "\\u001b[31m\\\"\\\\\\u000a" },
		{ STR("\xEF\xBF\xBE\xEF\xBF\xBF"), "\xEF\xBF\xBD\xEF\xBF\xBD", "\\ufffe\\uffff" },
		{ STR("\xC2\x85\xE2\x80\xA8"), "\xC2\x85\xE2\x80\xA8", "" }, { STR("\xF0\x9F\x98\x80"), "\xF0\x9F\x98\x80", "" },
		{ STR("\xFF\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD", "" }
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct record recs[3];
		size_t n = people(recs);
		struct buf b;
		json_t *j;

		record_set(&recs[0], "name", cases[i].in);
		record_set(&recs[2], "position", cases[i].in);
		recs[1].version = cases[i].in;
		b = write_all(&xml_org_format, recs, n);
		assert_true(valid(&b));
		xpath(&b, "//o:department[1]/o:name", cases[i].xml);
		xpath(&b, "//o:department[1]/o:name/@original", cases[i].original);
		xpath(&b, "//o:member/o:position", cases[i].xml);
		buf_free(&b);
		b = write_all(&org_format, recs, n);
		j = parsed(&b);
		json_decref(j);
		buf_free(&b);
	}
}

/* Values that are not what the vocabulary says are shown, and the documents stay valid. */
static void
odd_values(void **state)
{
	static const char *const odd[] = { "{}", "7", "\"x\"", "[1,[2]]", "[{\"id\":{\"deep\":1}}]", "[\"a\",{\"id\":1}]", "not json", "", "[" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		struct record recs[3];
		size_t n = people(recs);
		struct buf b;
		json_t *j;

		record_set(&recs[0], "leaders", str_of(odd[i]));
		record_set(&recs[0], "order", str_of(odd[i]));
		record_set(&recs[2], "departments", str_of(odd[i]));
		record_set(&recs[2], "attributes", str_of(odd[i]));
		record_set(&recs[2], "id", STR_NONE);
		recs[2].id = STR("from the record");
		b = write_all(&xml_org_format, recs, n);
		assert_true(valid(&b));
		xpath(&b, "//o:member/o:id", "from the record");
		buf_free(&b);
		b = write_all(&org_format, recs, n);
		j = parsed(&b);
		assert_string_equal(json_string_value(json_object_get(json_array_get(json_object_get(j, "members"), 0), "id")), "from the record");
		json_decref(j);
		buf_free(&b);
	}
}

static void
empty_and_order(void **state)
{
	struct record recs[3];
	struct buf b = write_all(&xml_org_format, NULL, 0);
	struct sink_mem sink;
	struct writer *w = NULL;
	struct err err;
	json_t *j;

	(void)state;
	assert_true(valid(&b));
	xpath(&b, "count(//o:member)", "0");
	buf_free(&b);
	b = write_all(&org_format, NULL, 0);
	j = parsed(&b);
	json_decref(j);
	buf_free(&b);
	(void)people(recs);
	buf_init(&b, (size_t)1 << 20);
	sink_mem_init(&sink, &b);
	assert_int_equal(org_format.open(&w, REC_DEPARTMENT, &opt, &sink.sink, &err), ST_OK);
	assert_int_equal(org_format.put(w, &recs[2], &err), ST_OK);
	assert_int_equal(org_format.put(w, &recs[0], &err), ST_INPUT);
	org_format.close(w);
	assert_int_equal(xml_org_format.open(&w, REC_DEPARTMENT, &opt, &sink.sink, &err), ST_OK);
	assert_int_equal(xml_org_format.put(w, &recs[2], &err), ST_OK);
	assert_int_equal(xml_org_format.put(w, &recs[0], &err), ST_INPUT);
	xml_org_format.close(w);
	buf_free(&b);
}

/* Every field of the vocabulary is in the schema: a new one without an element there would make documents invalid. */
static void
every_field(void **state)
{
	struct record recs[2];
	struct buf b;
	size_t i, k;

	(void)state;
	record_init(&recs[0], REC_DEPARTMENT, "departments");
	record_init(&recs[1], REC_USER, "users");
	for (k = 0; k < 2; k++)
		for (i = 0; record_fields[recs[k].kind][i].name != NULL; i++) {
			recs[k].n[i].s = STR("[]");
			recs[k].n[i].ms = 0;
		}
	b = write_all(&xml_org_format, recs, 2);
	assert_true(valid(&b));
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_document), cmocka_unit_test(xml_document), cmocka_unit_test(schema_refuses), cmocka_unit_test(characters),
		cmocka_unit_test(odd_values), cmocka_unit_test(empty_and_order), cmocka_unit_test(every_field)
	};
	int failed;

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	xmlSchemaCleanupTypes();
	xmlCleanupParser();
	return failed;
}
