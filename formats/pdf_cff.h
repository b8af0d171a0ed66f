/*
 * pdf_cff.h: a font program of a page, made smaller by HarfBuzz.
 *
 * cairo 1.16 takes glyphs out of an OpenType font of Adobe's kind (CFF), but often keeps every subroutine of it, needed or not: it loses count of hints where two
 * glyphs share one.  That is right and a megabyte too much for a page of Chinese.
 */
#ifndef FORMATS_PDF_CFF_H
#define FORMATS_PDF_CFF_H

#include "core/buf.h"

/* pdf_cff_trim(cff, n_glyphs, out, err): append the same glyphs with the subroutines they call.  ST_END: HarfBuzz cannot, or it would not be smaller: keep what there is. */
enum status pdf_cff_trim(struct str cff, size_t n_glyphs, struct buf *out, struct err *) STATUS_USE;

#endif
