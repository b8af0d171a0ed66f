/* pdf_xmp.c: see pdf_xmp.h.  Property names: ISO 16684-1 (dc, xmp, pdf) and ISO 19005-1, 6.7.11 (pdfaid). */
#include "formats/pdf_xmp.h"

#include <libxml/xmlwriter.h>

#include "core/i18n.h"
#include "core/when.h"
#include "formats/xml_free.h"

#define X(s) ((const xmlChar *)(s))

struct xmp { xmlTextWriterPtr w; int bad; };

static void
ns(struct xmp *x, const char *prefix, const char *uri)
{
	x->bad |= xmlTextWriterWriteAttribute(x->w, X(prefix), X(uri)) < 0;
}

static void
property(struct xmp *x, const char *name, const char *value)
{
	x->bad |= xmlTextWriterWriteElement(x->w, X(name), X(value)) < 0;
}

static void
text(struct xmp *x, struct str s)
{
	xmlChar *copy = xmlStrndup(X(s.p), (int)s.n);

	x->bad |= copy == NULL || xmlTextWriterWriteString(x->w, copy) < 0;
	xml_free(copy);
}

/* dc:title and the like: <name><rdf:Alt><rdf:li xml:lang="x-default">…: a list of one. */
static void
listed(struct xmp *x, const char *name, const char *list, bool lang, struct str s)
{
	if (s.n == 0)
		return;
	x->bad |= xmlTextWriterStartElement(x->w, X(name)) < 0 || xmlTextWriterStartElement(x->w, X(list)) < 0 ||
	    xmlTextWriterStartElement(x->w, X("rdf:li")) < 0 ||
	    (lang && xmlTextWriterWriteAttribute(x->w, X("xml:lang"), X("x-default")) < 0);
	text(x, s);
	x->bad |= xmlTextWriterEndElement(x->w) < 0 || xmlTextWriterEndElement(x->w) < 0 || xmlTextWriterEndElement(x->w) < 0;
}

static void
packet(struct xmp *x, const struct pdf_a *a, const char *producer)
{
	char made[21];

	when_utc_s(a->made_ms, made);
	x->bad |= xmlTextWriterWriteRaw(x->w, X("<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n")) < 0 ||
	    xmlTextWriterStartElement(x->w, X("x:xmpmeta")) < 0;
	ns(x, "xmlns:x", "adobe:ns:meta/");
	x->bad |= xmlTextWriterStartElement(x->w, X("rdf:RDF")) < 0;
	ns(x, "xmlns:rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#");
	x->bad |= xmlTextWriterStartElement(x->w, X("rdf:Description")) < 0;
	ns(x, "rdf:about", "");
	ns(x, "xmlns:dc", "http://purl.org/dc/elements/1.1/");
	ns(x, "xmlns:xmp", "http://ns.adobe.com/xap/1.0/");
	ns(x, "xmlns:pdf", "http://ns.adobe.com/pdf/1.3/");
	ns(x, "xmlns:pdfaid", "http://www.aiim.org/pdfa/ns/id/");
	property(x, "pdfaid:part", a->level == PDF_A_1B ? "1" : "3");
	property(x, "pdfaid:conformance", "B");
	property(x, "dc:format", "application/pdf");
	listed(x, "dc:title", "rdf:Alt", true, a->title);
	listed(x, "dc:creator", "rdf:Seq", false, a->author);
	listed(x, "dc:description", "rdf:Alt", true, a->subject);
	property(x, "pdf:Producer", producer);
	property(x, "xmp:CreatorTool", "custody");
	property(x, "xmp:CreateDate", made);
	property(x, "xmp:ModifyDate", made);
	property(x, "xmp:MetadataDate", made);
	x->bad |= xmlTextWriterEndElement(x->w) < 0 || xmlTextWriterEndElement(x->w) < 0 || xmlTextWriterEndElement(x->w) < 0 ||
	    xmlTextWriterWriteRaw(x->w, X("\n<?xpacket end=\"r\"?>")) < 0 || xmlTextWriterFlush(x->w) < 0;
}

enum status
pdf_xmp(const struct pdf_a *a, const char *producer, struct buf *out, struct err *err)
{
	xmlBufferPtr mem = xmlBufferCreate();
	struct xmp x = { mem == NULL ? NULL : xmlNewTextWriterMemory(mem, 0), 0 };
	enum status st;

	if (x.w == NULL) {
		st = err_set(err, ST_NOMEM, _("no memory for an XML document"));
		goto out;
	}
	packet(&x, a, producer);
	st = x.bad ? err_set(err, ST_NOMEM, _("no memory for an XML document")) : buf_add(out, xmlBufferContent(mem), (size_t)xmlBufferLength(mem), err);
out:
	if (x.w != NULL)
		xmlFreeTextWriter(x.w);
	if (mem != NULL)
		xmlBufferFree(mem);
	return st;
}
