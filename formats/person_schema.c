/* person_schema.c: the two schemas of person documents, from the table of fields. */
#include "formats/view_person.h"

#include <string.h>

#include "core/json.h"
#include "formats/columns.h"
#include "formats/xml_out.h"

static const char *
zh(const char *note)
{
	const char *text = columns_zh(note);

	return text != NULL ? text : note;
}

/* --- XML Schema --- */

static enum status
documentation(struct xml_out *x, const char *lang, const char *text, struct err *err)
{
	enum status st;

	if ((st = xml_out_start(x, "xs:documentation", err)) != ST_OK || (st = xml_out_attribute(x, "xml:lang", str_of(lang), err)) != ST_OK ||
	    (st = xml_out_text(x, str_of(text), err)) != ST_OK)
		return st;
	return xml_out_end(x, err);
}

static enum status
annotate(struct xml_out *x, const char *chinese, const char *english, struct err *err)
{
	enum status st;

	if ((st = xml_out_start(x, "xs:annotation", err)) != ST_OK || (st = documentation(x, "zh", chinese, err)) != ST_OK || (st = documentation(x, "en", english, err)) != ST_OK)
		return st;
	return xml_out_end(x, err);
}

/* <xs:${what} name="${name}" type="${type}" ${use}> and what it means. */
static enum status
declare(struct xml_out *x, const char *what, const char *name, const char *type, const char *use, const char *value, const char *chinese, const char *english, struct err *err)
{
	enum status st;

	if ((st = xml_out_start(x, what, err)) != ST_OK || (st = xml_out_attribute(x, "name", str_of(name), err)) != ST_OK ||
	    (st = xml_out_attribute(x, "type", str_of(type), err)) != ST_OK || (use != NULL && (st = xml_out_attribute(x, use, str_of(value), err)) != ST_OK) ||
	    (english != NULL && (st = annotate(x, chinese, english, err)) != ST_OK))
		return st;
	return xml_out_end(x, err);
}

/* A text that may have lost characters XML cannot hold. */
static enum status
type_text(struct xml_out *x, struct err *err)
{
	enum status st;

	if ((st = xml_out_start(x, "xs:complexType", err)) != ST_OK || (st = xml_out_attribute(x, "name", STR("text"), err)) != ST_OK ||
	    (st = annotate(x, "XML 不能容纳的字符已换成 U+FFFD；此时 original 属性是原文在 JSON 字符串中的写法",
	    "characters that XML cannot hold were replaced by U+FFFD; the attribute original is then the text as the inside of a JSON string", err)) != ST_OK ||
	    (st = xml_out_start(x, "xs:simpleContent", err)) != ST_OK || (st = xml_out_start(x, "xs:extension", err)) != ST_OK ||
	    (st = xml_out_attribute(x, "base", STR("xs:string"), err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "original", "xs:string", NULL, NULL, NULL, NULL, err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "form", "xs:string", NULL, NULL, "json、text 或 base64", "json, text or base64", err)) != ST_OK ||
	    (st = xml_out_end(x, err)) != ST_OK || (st = xml_out_end(x, err)) != ST_OK)
		return st;
	return xml_out_end(x, err);
}

static enum status
type_list(struct xml_out *x, struct err *err)
{
	enum status st;

	if ((st = xml_out_start(x, "xs:complexType", err)) != ST_OK || (st = xml_out_attribute(x, "name", STR("list"), err)) != ST_OK ||
	    (st = xml_out_attribute(x, "mixed", STR("true"), err)) != ST_OK || (st = xml_out_start(x, "xs:sequence", err)) != ST_OK ||
	    (st = xml_out_start(x, "xs:element", err)) != ST_OK || (st = xml_out_attribute(x, "name", STR("item"), err)) != ST_OK ||
	    (st = xml_out_attribute(x, "type", STR("r:text"), err)) != ST_OK || (st = xml_out_attribute(x, "minOccurs", STR("0"), err)) != ST_OK ||
	    (st = xml_out_attribute(x, "maxOccurs", STR("unbounded"), err)) != ST_OK || (st = xml_out_end(x, err)) != ST_OK || (st = xml_out_end(x, err)) != ST_OK)
		return st;
	return xml_out_end(x, err);
}

static enum status
type_kind(struct xml_out *x, enum record_kind kind, struct err *err)
{
	static const struct { const char *name, *type, *zh, *en; } tail[] = {
		{ "fetched_at", "xs:dateTime", "平台交出的时间（UTC）", "when the platform handed it over (UTC)" },
		{ "endpoint", "r:text", "从平台的哪个接口取得", "which interface of the platform it came from" },
		{ "flags", "r:list", "读者须知的标记", "what a reader must know of this record" },
		{ "not_granted", "r:list", "平台未授权的字段", "fields that the platform did not grant" },
		{ "raw", "r:text", "平台给出的原始对象", "the object as the platform gave it" },
	};
	const struct field *f;
	enum status st;
	size_t i;

	if ((st = xml_out_start(x, "xs:complexType", err)) != ST_OK || (st = xml_out_attribute(x, "name", str_of(record_kind_names[kind]), err)) != ST_OK ||
	    (st = xml_out_start(x, "xs:sequence", err)) != ST_OK)
		return st;
	for (f = record_fields[kind]; f->name != NULL && st == ST_OK; f++)
		st = declare(x, "xs:element", f->name, f->type == F_TIME ? "xs:dateTime" : f->type == F_LIST ? "r:list" : "r:text", "minOccurs", "0", zh(f->note), f->note, err);
	for (i = 0; i < sizeof(tail) / sizeof(tail[0]) && st == ST_OK; i++)
		st = declare(x, "xs:element", tail[i].name, tail[i].type, "minOccurs", "0", tail[i].zh, tail[i].en, err);
	if (st != ST_OK || (st = xml_out_end(x, err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "stream", "xs:string", "use", "required", "记录流", "the stream it stands in", err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "id", "xs:string", "use", "required", "平台的标识", "the platform's id", err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "id_original", "xs:string", NULL, NULL, "标识含 XML 不能表示的字符时的原文（JSON 字符串的内部）",
	    "where the id has characters that XML cannot hold: as the inside of a JSON string", err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "version", "xs:string", NULL, NULL, "同一对象有多个版本时的版本", "which version, where an object has several", err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "version_original", "xs:string", NULL, NULL, "同上，版本的原文", "the same of the version", err)) != ST_OK)
		return st;
	return xml_out_end(x, err);
}

static enum status
root(struct xml_out *x, struct err *err)
{
	enum status st;
	size_t k;

	if ((st = xml_out_start(x, "xs:element", err)) != ST_OK || (st = xml_out_attribute(x, "name", STR("records"), err)) != ST_OK ||
	    (st = xml_out_start(x, "xs:complexType", err)) != ST_OK || (st = xml_out_start(x, "xs:sequence", err)) != ST_OK ||
	    (st = declare(x, "xs:element", "organization", "r:text", "minOccurs", "0", "组织名称", "name of the organisation", err)) != ST_OK ||
	    (st = xml_out_start(x, "xs:choice", err)) != ST_OK || (st = xml_out_attribute(x, "minOccurs", STR("0"), err)) != ST_OK ||
	    (st = xml_out_attribute(x, "maxOccurs", STR("unbounded"), err)) != ST_OK)
		return st;
	for (k = 0; k < REC__MAX && st == ST_OK; k++)
		if (k != REC_EVENT && (st = xml_out_start(x, "xs:element", err)) == ST_OK && (st = xml_out_attribute(x, "name", str_of(record_kind_names[k]), err)) == ST_OK) {
			char type[48];

			memcpy(type, "r:", 2);
			memcpy(type + 2, record_kind_names[k], strlen(record_kind_names[k]) + 1);
			if ((st = xml_out_attribute(x, "type", str_of(type), err)) == ST_OK)
				st = xml_out_end(x, err);
		}
	if (st != ST_OK || (st = xml_out_end(x, err)) != ST_OK || (st = xml_out_end(x, err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "generated_at", "xs:dateTime", "use", "required", "导出任务的开始时间（UTC）", "start of the export (UTC)", err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "time_zone", "xs:string", "use", "required", "租户的时区；本文件中的时间均为 UTC", "the tenant's time zone; times in this document are UTC", err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "archive", "xs:string", NULL, NULL, "记录所在的归档包", "the archive that holds the records", err)) != ST_OK ||
	    (st = declare(x, "xs:attribute", "chain", "xs:string", NULL, NULL, "归档链", "its chain", err)) != ST_OK || (st = xml_out_end(x, err)) != ST_OK)
		return st;
	return xml_out_end(x, err);
}

enum status
person_schema_xml(struct buf *out, struct err *err)
{
	struct sink_mem to;
	struct xml_out x;
	enum status st;
	size_t k;

	sink_mem_init(&to, out);
	if ((st = xml_out_open(&x, &to.sink, err)) != ST_OK)
		return st;
	if ((st = xml_out_start(&x, "xs:schema", err)) == ST_OK && (st = xml_out_attribute(&x, "xmlns:xs", STR("http://www.w3.org/2001/XMLSchema"), err)) == ST_OK &&
	    (st = xml_out_attribute(&x, "xmlns:r", STR("urn:custody:records:1"), err)) == ST_OK &&
	    (st = xml_out_attribute(&x, "targetNamespace", STR("urn:custody:records:1"), err)) == ST_OK &&
	    (st = xml_out_attribute(&x, "elementFormDefault", STR("qualified"), err)) == ST_OK && (st = xml_out_attribute(&x, "version", STR("1"), err)) == ST_OK &&
	    (st = annotate(&x, "一个范围内的全部记录，例如一个人的全部记录。元素缺失表示平台没有该值；元素为空表示值为空；未授权的字段列于 not_granted。数字保留平台给出的位数。",
	    "All records of a scope, of one person for example. A missing element means that the platform has no such value, an empty one that it is empty; what was not granted is named in "
	    "not_granted. Numbers keep the platform's digits.", err)) == ST_OK && (st = type_text(&x, err)) == ST_OK)
		st = type_list(&x, err);
	for (k = 0; k < REC__MAX && st == ST_OK; k++)
		if (k != REC_EVENT)
			st = type_kind(&x, (enum record_kind)k, err);
	if (st == ST_OK && (st = root(&x, err)) == ST_OK)
		st = xml_out_finish(&x, err);
	xml_out_close(&x);
	return st;
}

/* --- JSON Schema --- */

static enum status
json_field(struct buf *b, const struct field *f, bool first, struct err *err)
{
	static const char *const types[] = {
		[F_STR] = "\"type\":[\"string\",\"null\"]", [F_TIME] = "\"type\":[\"string\",\"null\"],\"format\":\"date-time\"",
		[F_INT] = "\"type\":[\"number\",\"string\",\"null\"]", [F_BOOL] = "\"type\":[\"boolean\",\"null\"]",
		[F_LIST] = "\"type\":[\"array\",\"null\"],\"items\":{\"type\":\"string\"}", [F_JSON] = NULL,
	};
	enum status st;

	if ((st = buf_addf(b, err, "%s\n\"%s\":{", first ? "" : ",", f->name)) != ST_OK ||
	    (types[f->type] != NULL && (st = buf_addf(b, err, "%s,", types[f->type])) != ST_OK) || (st = buf_addz(b, "\"title\":", err)) != ST_OK ||
	    (st = json_put_string(b, str_of(zh(f->note)), err)) != ST_OK || (st = buf_addz(b, ",\"description\":", err)) != ST_OK ||
	    (st = json_put_string(b, str_of(f->note), err)) != ST_OK)
		return st;
	return buf_putc(b, '}', err);
}

static enum status
json_kind(struct buf *b, enum record_kind kind, struct err *err)
{
	const struct field *f;
	enum status st;

	if ((st = buf_addf(b, err, "{\"properties\":{\"kind\":{\"const\":\"%s\"},\"n\":{\"type\":\"object\",\"properties\":{", record_kind_names[kind])) != ST_OK)
		return st;
	for (f = record_fields[kind]; f->name != NULL && st == ST_OK; f++)
		st = json_field(b, f, f == record_fields[kind], err);
	return st == ST_OK ? buf_addz(b, "}}},\"required\":[\"kind\",\"n\"]}", err) : st;
}

enum status
person_schema_json(struct buf *b, struct err *err)
{
	enum status st;
	bool first = true;
	size_t k;

	st = buf_addz(b, "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"title\":\"一个范围内的全部记录\",\"description\":\"All records of a scope, of one person for example. "
	    "A name that is missing means that the platform has no such value, null that it was not granted.\",\"type\":\"object\",\"required\":[\"format\",\"records\"],"
	    "\"properties\":{\"format\":{\"const\":\"custody-records/1\"},\"records\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"stream\",\"line\"],"
	    "\"properties\":{\"stream\":{\"type\":\"string\",\"title\":\"记录流\",\"description\":\"the stream it stands in\"},\"line\":{\"type\":\"object\",\"required\":[\"_s\",\"kind\",\"id\"],"
	    "\"title\":\"归档包中的记录\",\"description\":\"the record as it stands in the archive\",\"anyOf\":[\n", err);
	for (k = 0; k < REC__MAX && st == ST_OK; k++)
		if (k != REC_EVENT) {
			if (first || (st = buf_addz(b, ",\n", err)) == ST_OK)
				st = json_kind(b, (enum record_kind)k, err);
			first = false;
		}
	return st == ST_OK ? buf_addz(b, "\n]}}}}}}\n", err) : st;
}
