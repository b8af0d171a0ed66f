/* pdf_xmp.h: the metadata stream of a PDF/A document (XMP, ISO 16684-1), by libxml2: says what its information dictionary says. */
#ifndef FORMATS_PDF_XMP_H
#define FORMATS_PDF_XMP_H

#include "formats/pdf_a.h"

/* pdf_xmp(a, producer, out, err): append the packet. */
enum status pdf_xmp(const struct pdf_a *, const char *producer, struct buf *out, struct err *) STATUS_USE;

#endif
