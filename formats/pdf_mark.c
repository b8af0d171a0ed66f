/* pdf_mark.c: pictures and QR codes (libqrencode). */
#include <errno.h>
#include <qrencode.h>

#include "core/i18n.h"
#include "formats/pdf_doc_priv.h"

#define PICTURE_W 220.0
#define PICTURE_H 170.0
#define QR_SIZE 104.0
#define QR_QUIET 4 /* modules of white around it: ISO/IEC 18004 */

void
pdf_picture(struct pdf_doc *d, cairo_surface_t *pic)
{
	double w = cairo_image_surface_get_width(pic), h = cairo_image_surface_get_height(pic), scale = PICTURE_W / w, caption;

	if (d->st != ST_OK)
		return;
	if (PICTURE_H / h < scale)
		scale = PICTURE_H / h;
	if (scale > 0.75) /* not larger than on a screen of 96 dots an inch */
		scale = 0.75;
	caption = pdf_cell_lay(d, &d->cell[0], PDF_WIDTH - 8);
	if (d->n_pictures == PICTURES_MAX)
		pdf_page_next(d);
	pdf_room(d, h * scale + caption + 12);
	d->y += 6;
	if (d->cr != NULL) {
		d->pictures[d->n_pictures++] = cairo_surface_reference(pic);
		pdf_tag(d, "Figure", true);
		cairo_save(d->cr);
		cairo_translate(d->cr, MARGIN + 4, d->y);
		cairo_scale(d->cr, scale, scale);
		cairo_set_source_surface(d->cr, pic, 0, 0);
		cairo_rectangle(d->cr, 0, 0, w, h);
		cairo_fill(d->cr);
		cairo_restore(d->cr);
		pdf_tag(d, "Figure", false);
		cairo_set_source_rgb(d->cr, 0.75, 0.75, 0.75);
		cairo_set_line_width(d->cr, 0.5);
		cairo_rectangle(d->cr, MARGIN + 4, d->y, w * scale, h * scale);
		cairo_stroke(d->cr);
	}
	d->y += h * scale + 3;
	pdf_cell_draw(d, &d->cell[0], MARGIN + 4, d->y, "Caption");
	d->y += caption + 3;
	pdf_cell_clear(&d->cell[0]);
}

/* Dark modules that touch in a row are one rectangle: hairlines between them would be white on some printers. */
static void
draw_qr(struct pdf_doc *d, const QRcode *qr, double x, double y)
{
	double module = QR_SIZE / (qr->width + 2 * QR_QUIET);
	int row, from, to;

	cairo_set_source_rgb(d->cr, 0, 0, 0);
	for (row = 0; row < qr->width; row++)
		for (from = 0; from < qr->width; from = to + 1) {
			for (to = from; to < qr->width && (qr->data[row * qr->width + to] & 1); to++)
				;
			if (to > from)
				cairo_rectangle(d->cr, x + (from + QR_QUIET) * module, y + (row + QR_QUIET) * module, (to - from) * module, module);
		}
	cairo_fill(d->cr);
}

void
pdf_qr(struct pdf_doc *d, struct str text)
{
	double beside = PDF_WIDTH - QR_SIZE - 10, h;
	QRcode *qr = NULL;

	if (d->st != ST_OK)
		return;
	if (d->cr != NULL && (qr = QRcode_encodeData((int)text.n, (const unsigned char *)text.p, 0, QR_ECLEVEL_M)) == NULL && errno == ENOMEM)
		d->st = err_set(d->err, ST_NOMEM, _("no memory for a QR code"));
	h = pdf_cell_lay(d, &d->cell[0], beside);
	if (h < QR_SIZE)
		h = QR_SIZE;
	pdf_room(d, h + 8);
	if (qr != NULL) {
		pdf_tag(d, "Figure", true);
		draw_qr(d, qr, MARGIN, d->y);
		pdf_tag(d, "Figure", false);
		QRcode_free(qr);
	}
	pdf_cell_draw(d, &d->cell[0], MARGIN + QR_SIZE + 10, d->y + 4, "P");
	d->y += h + 8;
	pdf_cell_clear(&d->cell[0]);
}
