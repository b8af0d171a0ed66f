/*
 * xml_out.h: an XML document on its way into a sink (libxml2 xmlTextWriter).  What the library writes goes through memory of ours, so that a sink that fails is our error and not
 * one inside the library; xml_out_flush empties it.
 *
 * What XML 1.0 cannot hold (controls, U+FFFE, U+FFFF) becomes U+FFFD; an element then gets the attribute original: the text as the inside of a JSON string, with such characters as
 * \uXXXX.  Names are literals of ours.
 */
#ifndef FORMATS_XML_OUT_H
#define FORMATS_XML_OUT_H

#include "core/sink.h"

struct _xmlTextWriter;
struct _xmlBuffer;
struct xml_out {
	struct sink	*to;		/* borrowed */
	struct _xmlTextWriter *xml;
	struct _xmlBuffer *made;	/* what xml wrote and the sink has not got */
	struct buf	 text, original;
};

/* xml_out_open(x, to, err): writes the declaration.  xml_out_close accepts a zeroed one. */
enum status xml_out_open(struct xml_out *, struct sink *to, struct err *) STATUS_USE;
void xml_out_close(struct xml_out *);
enum status xml_out_start(struct xml_out *, const char *name, struct err *) STATUS_USE;
enum status xml_out_attribute(struct xml_out *, const char *name, struct str, struct err *) STATUS_USE;
/* xml_out_id(x, name, s, err): an attribute that is read back without loss: where ${s} is not what XML holds, <name>_original besides. */
enum status xml_out_id(struct xml_out *, const char *name, struct str, struct err *) STATUS_USE;
enum status xml_out_text(struct xml_out *, struct str, struct err *) STATUS_USE;
enum status xml_out_end(struct xml_out *, struct err *) STATUS_USE;
enum status xml_out_element(struct xml_out *, const char *name, struct str text, struct err *) STATUS_USE;
enum status xml_out_flush(struct xml_out *, struct err *) STATUS_USE;
enum status xml_out_finish(struct xml_out *, struct err *) STATUS_USE;	/* closes what is open, flushes */

#endif
