/*
 * pdf_doc.h: pages of paper for people: A4, a running head and foot with "page x of y", headings, paragraphs, rows and tables that go on over pages, pictures, a
 * QR code; drawn by cairo and pango.  What a document says is told twice by one function (`body`): once to count its pages, once to draw them; so
 * nothing is kept but a row, and body must say the same both times.
 *
 * Failing calls leave their reason in the document, later ones do nothing, and pdf_doc_make returns it: a body reads like a page.  pdf_ok() tells, where a loop
 * is long.
 */
#ifndef FORMATS_PDF_DOC_H
#define FORMATS_PDF_DOC_H

#include "core/buf.h"
#include "formats/pdf_fonts.h"

#define PDF_COLUMNS 8
#define PDF_WIDTH 499.28 /* points between the margins: fractions of a column are of it */
#define PDF_KEEP 60.0 /* what usually stays with a heading: a head and a row */
#define PDF_KEEP_QR 180.0 /* a code, and a paragraph below it */
#define PDF_TEXT_MAX ((size_t)64 << 10) /* bytes of one text on a page; the rest is counted and pointed to */

struct pdf_doc;
struct _cairo_surface;

/* Words that stand on pages in both languages, whatever the operator's. */
struct pdf_label { const char *zh, *en; };

enum pdf_style {
	PDF_PLAIN, PDF_STRONG, PDF_LABEL_ZH, PDF_LABEL_EN, PDF_SMALL, PDF_CODE,
	PDF_GOOD, PDF_BAD, PDF_OPEN, /* what came out: agreed, refused, not decided */
	PDF_MARK, /* a character shown by its number, a cut */
	PDF_HEADING, PDF_TITLE, PDF_STYLE__MAX
};

struct pdf_job {
	struct pdf_fonts *fonts;
	const char *tag; /* of those who make documents in one directory at the same time, each has its own (pdf_file.h) */
	const char *head; /* stands on every page but the first, and at the foot of all: clean text of one line */
	int64_t made_ms;
	int dir; /* the file is made here, … */
	const char *name; /* … under this name; it must not be there */
	void (*body)(struct pdf_doc *, void *ctx);
	void *ctx;
};

/* pdf_doc_make(job, err): on failure the file may be there: whoever owns ${dir} removes it. */
enum status pdf_doc_make(const struct pdf_job *, struct err *) STATUS_USE;

bool pdf_ok(const struct pdf_doc *);
/* pdf_fail(d, st): what a body met by itself, with its words in pdf_err(d), becomes the document's reason. */
void pdf_fail(struct pdf_doc *, enum status);
struct err *pdf_err(struct pdf_doc *);
bool pdf_counting(const struct pdf_doc *); /* the first time: nothing is drawn, pictures need only a size */

/* --- text: said into a column of the row that comes next; pdf_row or pdf_paragraph puts it onto the page --- */
void pdf_say(struct pdf_doc *, unsigned column, enum pdf_style, struct str);
void pdf_sayz(struct pdf_doc *, unsigned column, enum pdf_style, const char *);
void pdf_sayf(struct pdf_doc *, unsigned column, enum pdf_style, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void pdf_label(struct pdf_doc *, unsigned column, struct pdf_label); /* "申请人 Applicant" */
bool pdf_said(const struct pdf_doc *, unsigned column); /* is there anything in the column? */
void pdf_line(struct pdf_doc *, unsigned column); /* a new line, unless the column is empty */

/* --- the page --- */
void pdf_title(struct pdf_doc *, struct str over, struct pdf_label kind, struct str title, struct pdf_label badge, enum pdf_style badge_style);
/* pdf_heading(d, label, keep): on one page with the ${keep} points that follow. */
void pdf_heading(struct pdf_doc *, struct pdf_label, double keep);
void pdf_paragraph(struct pdf_doc *); /* column 0, over the whole width */
void pdf_gap(struct pdf_doc *, double points);

/* pdf_table(d, n, shares): a table of ${n} columns, widths as shares of the whole. */
void pdf_table(struct pdf_doc *, unsigned n, const double *shares);
void pdf_table_head(struct pdf_doc *); /* what was said becomes its head, repeated on every page */
void pdf_row(struct pdf_doc *);
void pdf_band(struct pdf_doc *); /* column 0 as a shaded row over the whole width; stays with the row behind it */
void pdf_table_end(struct pdf_doc *);

/* pdf_picture(d, pic): an image surface, scaled to fit; column 0 becomes its caption.  The document keeps a reference until the page is finished. */
void pdf_picture(struct pdf_doc *, struct _cairo_surface *pic);
/* pdf_qr(d, text): a QR code at the left margin; what was said into column 0 stands at its right.  ST_LIMIT of too long a text is not a failure: only the words are there. */
void pdf_qr(struct pdf_doc *, struct str text);

#endif
