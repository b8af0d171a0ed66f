/*
 * pdf_text.h: what of a text may stand on a page.
 *
 * Nothing of the platform's text may change what a reader believes to read: controls, marks that turn the direction of writing, invisible and tag
 * characters are shown by their number, "[U+202E]", and so is a character that no font of the machine can draw (it would be drawn as a box that copies as
 * digits).  Line ends of every kind become one; a tabulator four blanks; a byte that is not UTF-8 U+FFFD.
 */
#ifndef FORMATS_PDF_TEXT_H
#define FORMATS_PDF_TEXT_H

#include "core/str.h"
#include "core/view.h"

/*
 * pdf_text_parts(in, has, ctx, part, to, err): hand over ${in} piece by piece: text as it may stand, or (mark) the number of a character.  ${has} tells whether a
 * character can be written; NULL: all can.
 */
enum status pdf_text_parts(struct str in, bool (*has)(void *ctx, uint32_t cp), void *ctx,
    enum status (*part)(void *to, struct str, bool mark, struct err *), void *to, struct err *) STATUS_USE;
/* pdf_text_plain(in, out, err): append it on one line, marks as text: for titles and properties of a document. */
enum status pdf_text_plain(struct str in, struct buf *out, struct err *) STATUS_USE;
/* pdf_text_cut(in, max): the first bytes of ${in}, at most ${max}, cut between characters. */
struct str pdf_text_cut(struct str in, size_t max);

#endif
