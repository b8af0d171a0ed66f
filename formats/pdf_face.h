/*
 * pdf_face.h: the characters in daily use, cut out of a large font by HarfBuzz: whoever makes thousands of small documents would otherwise carry 65,000 glyphs through each.
 *
 * The outlines are those of the font; subroutines are written out, since cairo 1.16 often keeps every one of them (pdf_cff.h); tables of layout are left behind.  Which
 * characters are taken is fixed: no page depends on what else is in an archive.
 */
#ifndef FORMATS_PDF_FACE_H
#define FORMATS_PDF_FACE_H

#include "core/buf.h"

#define PDF_COMMON_FIRST 0x4e00u
#define PDF_COMMON_WORDS 656 /* of 32 characters: up to U+9FFF */
extern const uint32_t pdf_common[PDF_COMMON_WORDS];

/* Which font file, which face in it. */
struct pdf_face { char file[4096]; int index; bool bold; };

/* pdf_face_is_common(cp): is it one of those? */
bool pdf_face_is_common(uint32_t cp);
/*
 * pdf_face_cut(face, family, chars, n, out, err): a font file of its own with the name ${family}, of the characters in daily use, or (chars not NULL) of these.  ST_END: not a
 * font with outlines of Adobe's kind (CFF).
 */
enum status pdf_face_cut(
    const struct pdf_face *, const char *family, const uint32_t *chars, size_t n, struct buf *out, struct err *) STATUS_USE;

#endif
