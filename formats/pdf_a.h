/*
 * pdf_a.h: pages of cairo made a document for archives, PDF/A, by libqpdf.
 *
 *   PDF/A-3b (ISO 19005-3)  what is made; with the record embedded: /AF, AFRelationship Source, a name tree of embedded files
 *   PDF/A-1b (ISO 19005-1)  the same pages without the file inside, for validators that know 1b alone
 * Done: output intent sRGB (lcms2), XMP that says what the information dictionary says, /Lang, CIDToGIDMap and CIDSet of fonts, no interpolated pictures, an ID
 * made of the content.  Nothing of the clock enters: the same pages give the same bytes.
 */
#ifndef FORMATS_PDF_A_H
#define FORMATS_PDF_A_H

#include "core/buf.h"

enum pdf_level { PDF_A_3B, PDF_A_1B };

struct pdf_a {
	enum pdf_level level;
	struct str title, author, subject; /* clean text of one line; author may be absent */
	int64_t made_ms;
	struct str file; /* bytes of the embedded file; absent: none */
	const char *file_name, *media_type; /* "record.json", "application/json" */
	struct str file_about; /* its description: "approvals" */
	size_t signature; /* bytes of room for a signature to come (pdf_sign.h); 0: none */
};

/* pdf_a_make(a, dir, from, to, err): read ${from}, make ${to}, both names in the private directory ${dir}. */
enum status pdf_a_make(const struct pdf_a *, int dir, const char *from, const char *to, struct err *) STATUS_USE;
/*
 * pdf_a_file(fd, name, file, about, err): of a document of ours: the embedded file and its description, appended.  ${name} is for messages.  ST_INPUT: no PDF, or none
 * with exactly one file in it.
 */
enum status pdf_a_file(int fd, const char *name, struct buf *file, struct buf *about, struct err *) STATUS_USE;

#endif
