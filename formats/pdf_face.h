/*
 * pdf_face.h: a large font in parts, cut by HarfBuzz: the characters in daily use are one, all others are divided by their code.  Whoever makes thousands of small documents
 * would otherwise carry 65,000 glyphs through each.
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
/* The parts: number p < PDF_PARTS holds what is not in daily use from p * PDF_PART_SIZE on. */
#define PDF_PART_SIZE 0x1000u
#define PDF_PARTS (0x110000u / PDF_PART_SIZE)
#define PDF_PART_COMMON PDF_PARTS
/* pdf_face_cut(face, family, part, out, err): the part as a font file of its own with the name ${family}.  ST_END: no font with outlines of Adobe's kind (CFF), or none of its
 * characters is in this part. */
enum status pdf_face_cut(const struct pdf_face *, const char *family, unsigned part, struct buf *out, struct err *) STATUS_USE;

#endif
