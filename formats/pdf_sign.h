/*
 * pdf_sign.h: a signature inside a PDF: PAdES B-B (ETSI EN 319 142-1), SubFilter ETSI.CAdES.detached, over every byte of the file but the signature itself.
 *
 * It says who made the page, not that the record is right: that is the seal's.  The same key and pages give the same bytes with RSA; other keys sign with a random number.
 */
#ifndef FORMATS_PDF_SIGN_H
#define FORMATS_PDF_SIGN_H

#include "core/format.h"

/* pdf_sign(signer, dir, name, err): fill in the room that pdf_a_make left in ${name}.  ST_LIMIT: the signature needs more. */
enum status pdf_sign(struct view_signer *, int dir, const char *name, struct err *) STATUS_USE;

#endif
