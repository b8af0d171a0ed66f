/* pdf_table.c: rows of cells; a row that no page holds is cut between its lines and goes on. */
#include "formats/pdf_doc_priv.h"
#include "formats/pdf_text.h"

#define PAD_X 4.0
#define PAD_Y 3.0
#define KEEP (0.35 * (BOTTOM - TOP)) /* a row up to this height is not cut */

void
pdf_table_tag(struct pdf_doc *d, bool begin)
{
	if (d->cr == NULL || d->tagged == begin)
		return;
	pdf_tag(d, "Table", begin);
	d->tagged = begin;
}

void
pdf_table(struct pdf_doc *d, unsigned n, const double *shares)
{
	double sum = 0, x = MARGIN;
	unsigned i;

	for (i = 0; i < n; i++)
		sum += shares[i];
	for (i = 0; i < n; i++) {
		d->x[i] = x;
		d->w[i] = PDF_WIDTH * shares[i] / sum;
		x += d->w[i];
	}
	d->n_columns = n;
	d->has_head = false;
}

static double
lay_all(struct pdf_doc *d, struct pdf_cell *cells)
{
	double h = 0, one;
	unsigned i;

	for (i = 0; i < d->n_columns; i++) {
		one = pdf_cell_lay(d, &cells[i], d->w[i] - 2 * PAD_X);
		h = one > h ? one : h;
	}
	return h;
}

void
pdf_table_head(struct pdf_doc *d)
{
	unsigned i;

	/* A head comes again on every page: one that would leave no room there stands once, as a row. */
	if (d->st == ST_OK && lay_all(d, d->cell) > HEAD_MAX) {
		pdf_row(d);
		return;
	}

	for (i = 0; i < d->n_columns; i++) {
		pdf_cell_clear(&d->head[i]);
		pdf_cell_swap(&d->head[i], &d->cell[i]);
	}
	d->has_head = true;
	pdf_room(d, 60);
	if (d->y > TOP + 1) /* else the new page has drawn it */
		pdf_table_draw_head(d);
}

void
pdf_table_draw_head(struct pdf_doc *d)
{
	double h;
	unsigned i;

	pdf_table_tag(d, true);
	if (!d->has_head)
		return;
	h = lay_all(d, d->head) + 2 * PAD_Y;
	pdf_tag(d, "TR", true);
	pdf_shade(d, MARGIN, d->y, PDF_WIDTH, h, 0.93);
	for (i = 0; i < d->n_columns; i++)
		pdf_cell_draw(d, &d->head[i], d->x[i] + PAD_X, d->y + PAD_Y, "TH");
	pdf_rule(d, MARGIN, d->y + h, PDF_WIDTH, 0.6);
	pdf_tag(d, "TR", false);
	d->y += h;
}

static void
draw_band(struct pdf_doc *d)
{
	double h = pdf_cell_lay(d, &d->band, PDF_WIDTH - 2 * PAD_X) + 2 * PAD_Y;

	pdf_tag(d, "TR", true);
	pdf_shade(d, MARGIN, d->y, PDF_WIDTH, h, 0.965);
	pdf_cell_draw(d, &d->band, MARGIN + PAD_X, d->y + PAD_Y, "TD");
	pdf_rule(d, MARGIN, d->y + h, PDF_WIDTH, 0.8);
	pdf_tag(d, "TR", false);
	d->y += h;
	d->band_waits = false;
}

/* Of the column's lines from where ${it} stands: as many as fit into ${room} points, drawn at ${x}, ${y}; how high they are.  *more: some are left. */
static double
draw_lines(struct pdf_doc *d, PangoLayoutIter *it, double x, double y, double room, bool force, bool *more)
{
	int top, bottom, base = -1;
	double used = 0;

	*more = true;
	pdf_tag(d, "TD", true);
	do {
		pango_layout_iter_get_line_yrange(it, &top, &bottom);
		if (base < 0)
			base = top;
		if ((double)(bottom - base) / PANGO_SCALE > room && !force)
			break;
		force = false;
		used = (double)(bottom - base) / PANGO_SCALE;
		if (d->cr != NULL) {
			cairo_move_to(d->cr, x, y + (double)(pango_layout_iter_get_baseline(it) - base) / PANGO_SCALE);
			pango_cairo_show_layout_line(d->cr, pango_layout_iter_get_line_readonly(it));
		}
		*more = pango_layout_iter_next_line(it);
	} while (*more);
	pdf_tag(d, "TD", false);
	return used;
}

/* A row over as many pages as it takes. */
static void
draw_long(struct pdf_doc *d)
{
	PangoLayoutIter *it[PDF_COLUMNS] = { NULL };
	bool more[PDF_COLUMNS] = { false }, any = true, starved = false;
	unsigned i;

	for (i = 0; i < d->n_columns; i++) {
		more[i] = !pdf_cell_empty(&d->cell[i]);
		it[i] = pango_layout_get_iter(d->cell[i].layout);
	}
	while (any && d->st == ST_OK) {
		double room = BOTTOM - d->y - 2 * PAD_Y, high = 0;
		bool fresh = d->y < TOP + 60 || starved; /* at most a head stands above; or a page on which nothing found room: it must go on */

		any = false;
		pdf_tag(d, "TR", true);
		for (i = 0; i < d->n_columns; i++)
			if (more[i]) {
				double h = draw_lines(d, it[i], d->x[i] + PAD_X, d->y + PAD_Y, room, fresh, &more[i]);

				high = h > high ? h : high;
				any |= more[i];
			}
		pdf_tag(d, "TR", false);
		d->y += high + 2 * PAD_Y;
		starved = high <= 0;
		if (any)
			pdf_page_next(d);
	}
	for (i = 0; i < d->n_columns; i++)
		pango_layout_iter_free(it[i]);
}

static void
draw_row(struct pdf_doc *d)
{
	unsigned i;

	pdf_tag(d, "TR", true);
	for (i = 0; i < d->n_columns; i++)
		pdf_cell_draw(d, &d->cell[i], d->x[i] + PAD_X, d->y + PAD_Y, "TD");
	pdf_tag(d, "TR", false);
}

void
pdf_row(struct pdf_doc *d)
{
	double h = d->st == ST_OK ? lay_all(d, d->cell) + 2 * PAD_Y : 0;
	unsigned i;

	if (d->st == ST_OK) {
		pdf_table_tag(d, true);
		if (d->y + h + (d->band_waits ? 40 : 0) > BOTTOM && (h <= KEEP || d->y > BOTTOM - 60))
			pdf_page_next(d);
		if (d->band_waits)
			draw_band(d);
		if (d->y + h > BOTTOM)
			draw_long(d);
		else {
			draw_row(d);
			d->y += h;
		}
		pdf_rule(d, MARGIN, d->y, PDF_WIDTH, 0.8);
	}
	for (i = 0; i < PDF_COLUMNS; i++)
		pdf_cell_clear(&d->cell[i]);
}

void
pdf_band(struct pdf_doc *d)
{
	const struct str text = buf_str(&d->cell[0].text), shown = pdf_text_cut(text, PDF_BAND_MAX);

	if (shown.n < text.n) {
		d->cell[0].text.n = shown.n;
		pdf_sayf(d, 0, PDF_MARK, "… 此处截断，其后 %zu 字节见内嵌记录 cut here: %zu more bytes stand in the embedded record", text.n - shown.n, text.n - shown.n);
	}
	if (d->st == ST_OK && d->band_waits)
		draw_band(d);
	pdf_cell_clear(&d->band);
	pdf_cell_swap(&d->band, &d->cell[0]);
	d->band_waits = true;
}

void
pdf_table_end(struct pdf_doc *d)
{
	unsigned i;

	if (d->st == ST_OK && d->band_waits)
		draw_band(d);
	pdf_table_tag(d, false);
	d->n_columns = 0;
	d->has_head = d->band_waits = false;
	for (i = 0; i < PDF_COLUMNS; i++)
		pdf_cell_clear(&d->head[i]);
	pdf_cell_clear(&d->band);
}

void
pdf_paragraph(struct pdf_doc *d)
{
	double h;

	if (d->st == ST_OK && pdf_said(d, 0)) {
		pdf_table(d, 1, (const double[]){ 1 }); /* as one row, without lines around it */
		h = lay_all(d, d->cell) + 2 * PAD_Y;
		if (d->y + h > BOTTOM && (h <= KEEP || d->y > BOTTOM - 60))
			pdf_page_next(d);
		if (d->y + h > BOTTOM)
			draw_long(d);
		else {
			pdf_table_tag(d, false);
			pdf_cell_draw(d, &d->cell[0], MARGIN + PAD_X, d->y + PAD_Y, "P");
			d->y += h;
		}
		pdf_table_end(d);
	}
	pdf_cell_clear(&d->cell[0]);
}
