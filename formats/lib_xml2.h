/* lib_xml2.h: the functions of libxml2 used here; core/module.h says how. */
#ifndef FORMATS_LIB_XML2_H
#define FORMATS_LIB_XML2_H

#include <libxml/xmlwriter.h>

#include "core/module.h"

#define LIB_XML2(F) \
	F(BufferContent) F(BufferCreate) F(BufferEmpty) F(BufferFree) F(BufferLength) F(FreeTextWriter) F(NewTextWriterMemory) \
	F(TextWriterEndDocument) F(TextWriterEndElement) F(TextWriterFlush) F(TextWriterSetIndent) F(TextWriterStartDocument) \
	F(TextWriterStartElement) F(TextWriterWriteAttribute) F(TextWriterWriteString)

struct lib_xml2 {
#define POINTER(f)	__typeof__(xml##f) *f;
	LIB_XML2(POINTER)
#undef POINTER
};
extern struct lib_xml2 lib_xml2;

enum status lib_xml2_open(struct err *) STATUS_USE;	/* as module_open */

#endif
