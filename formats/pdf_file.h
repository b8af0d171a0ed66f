/* pdf_file.h: from what a document says to a file of a view: drawn, made PDF/A, signed where a signer is given, and copied to its place. */
#ifndef FORMATS_PDF_FILE_H
#define FORMATS_PDF_FILE_H

#include "core/view.h"
#include "formats/pdf_a.h"
#include "formats/pdf_doc.h"

/* Temporary files in in->scratch are called "paper-<tag>-…". */

/* pdf_file_make(in, place, path, job, a, err): ${job}'s dir and name, times and the signature's room are filled in here.  The temporary files are gone afterwards. */
enum status pdf_file_make(
    const struct view_input *, struct view_place *, const char *path, struct pdf_job *, struct pdf_a *, struct err *) STATUS_USE;
/* pdf_file_clean(in, tag, err): first of all: what an interrupted session left under this tag goes. */
enum status pdf_file_clean(const struct view_input *, const char *tag, struct err *) STATUS_USE;

#endif
