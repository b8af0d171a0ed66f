/* pdf_doc_priv.h: what pdf_doc.c, pdf_table.c and pdf_mark.c have in common; for nobody else. */
#ifndef FORMATS_PDF_DOC_PRIV_H
#define FORMATS_PDF_DOC_PRIV_H

#include <pango/pangocairo.h>

#include "formats/pdf_doc.h"

#define PAGE_W 595.28 /* A4, points */
#define PAGE_H 841.89
#define MARGIN 48.0
#define TOP 62.0 /* below the running head */
#define BOTTOM (PAGE_H - 58.0) /* above the foot */
#define HEAD_MAX 240.0 /* points of a table's head */
#define PDF_BAND_MAX 2048u /* bytes of a band: it is never cut between pages */
#define PICTURES_MAX 16 /* of one page: each is kept until it is finished */

/* Text with styles, and how it is laid out. */
struct pdf_cell {
	struct buf text;
	PangoAttrList *attrs; /* NULL: nothing said */
	PangoLayout *layout;
};

struct pdf_doc {
	const struct pdf_job *job;
	cairo_t *cr; /* NULL while counting */
	unsigned page, n_pages;
	double y; /* from the top of the page */
	enum status st;
	struct err *err;
	struct pdf_cell cell[PDF_COLUMNS], head[PDF_COLUMNS];
	/* the table: */
	unsigned n_columns; /* 0: none is open */
	double x[PDF_COLUMNS], w[PDF_COLUMNS];
	bool has_head, tagged, band_waits;
	struct pdf_cell band;
	cairo_surface_t *pictures[PICTURES_MAX];
	size_t n_pictures;
};

void pdf_page_begin(struct pdf_doc *);
void pdf_page_end(struct pdf_doc *);
/* pdf_page_next(d): this page is full.  An open table goes on with its head. */
void pdf_page_next(struct pdf_doc *);
/* pdf_room(d, h): a new page, unless ${h} points are left on this one. */
void pdf_room(struct pdf_doc *, double h);

bool pdf_cell_empty(const struct pdf_cell *);
void pdf_cell_clear(struct pdf_cell *);
void pdf_cell_swap(struct pdf_cell *, struct pdf_cell *);
/* pdf_cell_lay(d, c, width): lay it out; the height in points. */
double pdf_cell_lay(struct pdf_doc *, struct pdf_cell *, double width);
void pdf_cell_draw(struct pdf_doc *, struct pdf_cell *, double x, double y, const char *tag);
void pdf_tag(struct pdf_doc *, const char *name, bool begin);
void pdf_rule(struct pdf_doc *, double x, double y, double w, double grey);
void pdf_shade(struct pdf_doc *, double x, double y, double w, double h, double grey);
void pdf_colour(struct pdf_doc *, enum pdf_style);
/* The table's tag is opened on each page anew: what stands at head and foot is no part of it. */
void pdf_table_tag(struct pdf_doc *, bool begin);
void pdf_table_draw_head(struct pdf_doc *);

#endif
