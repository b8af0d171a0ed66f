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

/*
 * pdf_fonts_open(out, dir, tag, err): ${dir} is a private directory for fonts cut for one document, ${tag} (borrowed) tells those who use it at the same time apart: names of
 * temporary files begin with "paper-<tag>-".  Several can be open at once, each in a thread of its own.  ST_USAGE: no font of this machine can write Chinese; the next step names the package. */
enum status pdf_fonts_open(struct pdf_fonts **out, int dir, const char *tag, struct err *) STATUS_USE;
const char *pdf_fonts_tag(const struct pdf_fonts *);
void pdf_fonts_close(struct pdf_fonts *); /* NULL does nothing */
/* Layouts are made of it: one point is one unit, nothing is rounded to pixels, language zh-cn.  Borrowed. */
struct _PangoContext *pdf_fonts_context(struct pdf_fonts *);
/* pdf_fonts_has(f, cp): can it be written?  Asked once of each character; what cannot is shown by its number. */
bool pdf_fonts_has(struct pdf_fonts *, uint32_t cp);
/*
 * pdf_fonts_begin(f): a document begins; what pdf_fonts_has is asked from here on counts as its text.  pdf_fonts_settle(f, err): all of its text was asked for: what is
 * not in daily use (pdf_face.h) is cut out of its font for this document.  Layouts made before are laid out again by whoever sets their text.
 */
void pdf_fonts_begin(struct pdf_fonts *);
enum status pdf_fonts_settle(struct pdf_fonts *, struct err *) STATUS_USE;
/* pdf_fonts_ready(err): can this machine make pages at all?  For a look before hours of work. */
enum status pdf_fonts_ready(struct err *) STATUS_USE;

#endif
