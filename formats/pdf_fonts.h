/*
 * pdf_fonts.h: the fonts of pages, found once and kept: Noto Sans CJK SC first, then whatever scalable font of the machine has the character.
 *
 * Fontconfig's rules of this machine and user are not asked, only where fonts are: what an operator likes to see on a screen must not change a page.
 * Fonts of coloured bitmaps are passed over: their text would not be text.
 */
#ifndef FORMATS_PDF_FONTS_H
#define FORMATS_PDF_FONTS_H

#include "core/str.h"

struct pdf_fonts;
struct _PangoContext;

/* pdf_fonts_open(out, err): several can be open at once, each in a thread of its own.  ST_USAGE: no font of this machine can write Chinese; the next step names the package. */
enum status pdf_fonts_open(struct pdf_fonts **out, struct err *) STATUS_USE;
void pdf_fonts_close(struct pdf_fonts *); /* NULL does nothing */
/* Layouts are made of it: one point is one unit, nothing is rounded to pixels, language zh-cn.  Borrowed. */
struct _PangoContext *pdf_fonts_context(struct pdf_fonts *);
/*
 * pdf_fonts_has(f, cp): can it be written?  Asked once of each character; what cannot is shown by its number.  A character that is not in daily use brings its part of the large font
 * (pdf_face.h) into the list; where that fails, pdf_fonts_check returns why.  Layouts made before are laid out again by whoever sets their text.
 */
bool pdf_fonts_has(struct pdf_fonts *, uint32_t cp);
enum status pdf_fonts_check(const struct pdf_fonts *, struct err *) STATUS_USE;
/* pdf_fonts_ready(err): can this machine make pages at all?  For a look before hours of work. */
enum status pdf_fonts_ready(struct err *) STATUS_USE;

#endif
