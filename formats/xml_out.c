/* xml_out.c: text that XML can hold, and the way into the sink. */
#include "formats/xml_out.h"

#include <libxml/xmlwriter.h>

#include "core/limits.h"
#include "core/utf8.h"

#define TEXT_MAX	(8 * LIMIT_RECORD)	/* a character of three bytes may be written in six */

static const xmlChar *
chars(const char *z)
{
	return (const xmlChar *)z;
}

/* The writer of libxml2 fails only for want of memory: its target is memory. */
static enum status
did(int result, struct err *err)
{
	return result < 0 ? err_oom(err, 0) : ST_OK;
}

/* ${s} as XML can hold it, in x->text with a NUL behind; *replaced: some character had to go. */
static enum status
fit(struct xml_out *x, struct str s, bool *replaced, struct err *err)
{
	size_t at = 0, from;
	uint32_t cp;
	enum status st;

	buf_clear(&x->text);
	*replaced = false;
	while (at < s.n) {
		from = at;
		if (!utf8_next(s, &at, &cp)) {
			st = buf_add(&x->text, "\xEF\xBF\xBD", 3, err);
		} else if (!utf8_is_xml(cp)) {
			*replaced = true;
			st = buf_add(&x->text, "\xEF\xBF\xBD", 3, err);
		} else {
			st = buf_add(&x->text, s.p + from, at - from, err);
		}
		if (st != ST_OK)
			return st;
	}
	return buf_z(&x->text, err);
}

/* ${s} as the inside of a JSON string of characters that XML can hold, in x->original with a NUL behind. */
static enum status
escape(struct xml_out *x, struct str s, struct err *err)
{
	size_t at = 0, from;
	uint32_t cp;
	enum status st;

	buf_clear(&x->original);
	while (at < s.n) {
		from = at;
		if (!utf8_next(s, &at, &cp))
			st = buf_add(&x->original, "\xEF\xBF\xBD", 3, err);
		else if (cp < 0x20 || !utf8_is_xml(cp))
			st = buf_addf(&x->original, err, "\\u%04x", (unsigned)cp);
		else if (cp == '"' || cp == '\\')
			st = buf_addf(&x->original, err, "\\%c", (char)cp);
		else
			st = buf_add(&x->original, s.p + from, at - from, err);
		if (st != ST_OK)
			return st;
	}
	return buf_z(&x->original, err);
}

enum status
xml_out_open(struct xml_out *x, struct sink *to, struct err *err)
{
	enum status st;

	memset(x, 0, sizeof(*x));
	x->to = to;
	buf_init(&x->text, TEXT_MAX);
	buf_init(&x->original, TEXT_MAX);
	if ((x->made = xmlBufferCreate()) == NULL || (x->xml = xmlNewTextWriterMemory(x->made, 0)) == NULL)
		st = err_oom(err, 0);
	else if ((st = did(xmlTextWriterSetIndent(x->xml, 1), err)) == ST_OK)
		st = did(xmlTextWriterStartDocument(x->xml, "1.0", "UTF-8", NULL), err);
	if (st != ST_OK)
		xml_out_close(x);
	return st;
}

void
xml_out_close(struct xml_out *x)
{
	if (x->xml != NULL)
		xmlFreeTextWriter(x->xml);
	if (x->made != NULL)
		xmlBufferFree(x->made);
	buf_free(&x->text);
	buf_free(&x->original);
	memset(x, 0, sizeof(*x));
}

enum status
xml_out_start(struct xml_out *x, const char *name, struct err *err)
{
	return did(xmlTextWriterStartElement(x->xml, chars(name)), err);
}

enum status
xml_out_end(struct xml_out *x, struct err *err)
{
	return did(xmlTextWriterEndElement(x->xml), err);
}

enum status
xml_out_attribute(struct xml_out *x, const char *name, struct str s, struct err *err)
{
	bool replaced;
	enum status st = fit(x, s, &replaced, err);

	return st != ST_OK ? st : did(xmlTextWriterWriteAttribute(x->xml, chars(name), chars(x->text.p)), err);
}

enum status
xml_out_text(struct xml_out *x, struct str s, struct err *err)
{
	enum status st;
	bool replaced;

	if ((st = fit(x, s, &replaced, err)) != ST_OK)
		return st;
	if (replaced && ((st = escape(x, s, err)) != ST_OK ||
	    (st = did(xmlTextWriterWriteAttribute(x->xml, chars("original"), chars(x->original.p)), err)) != ST_OK))
		return st;
	return x->text.n > 0 ? did(xmlTextWriterWriteString(x->xml, chars(x->text.p)), err) : ST_OK;
}

enum status
xml_out_id(struct xml_out *x, const char *name, struct str s, struct err *err)
{
	char other[32];
	bool replaced;
	enum status st = fit(x, s, &replaced, err);

	(void)snprintf(other, sizeof(other), "%s_original", name);
	if (st != ST_OK || (st = did(xmlTextWriterWriteAttribute(x->xml, chars(name), chars(x->text.p)), err)) != ST_OK || !replaced || (st = escape(x, s, err)) != ST_OK)
		return st;
	return did(xmlTextWriterWriteAttribute(x->xml, chars(other), chars(x->original.p)), err);
}

enum status
xml_out_element(struct xml_out *x, const char *name, struct str s, struct err *err)
{
	enum status st;

	if ((st = xml_out_start(x, name, err)) != ST_OK || (st = xml_out_text(x, s, err)) != ST_OK)
		return st;
	return xml_out_end(x, err);
}

enum status
xml_out_flush(struct xml_out *x, struct err *err)
{
	enum status st;

	if ((st = did(xmlTextWriterFlush(x->xml), err)) != ST_OK)
		return st;
	st = sink_write(x->to, xmlBufferContent(x->made), (size_t)xmlBufferLength(x->made), err);
	xmlBufferEmpty(x->made);
	return st;
}

enum status
xml_out_finish(struct xml_out *x, struct err *err)
{
	enum status st = did(xmlTextWriterEndDocument(x->xml), err);

	return st == ST_OK ? xml_out_flush(x, err) : st;
}
