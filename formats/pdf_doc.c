/* pdf_doc.c: the document and its pages; text and where it goes. */
#include "formats/pdf_doc_priv.h"

#include <cairo-pdf.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "core/when.h"
#include "formats/pdf_text.h"

#include <fcntl.h>

/* Size in points, weight, colour.  Colours keep enough contrast on white paper, and grey on a printer. */
static const struct { double size; bool bold; guint16 r, g, b; } styles[PDF_STYLE__MAX] = {
	[PDF_PLAIN] = { 9.5, false, 0x1a1a, 0x1a1a, 0x1a1a },
	[PDF_STRONG] = { 9.5, true, 0x1a1a, 0x1a1a, 0x1a1a },
	[PDF_LABEL_ZH] = { 9, false, 0x4444, 0x4444, 0x4444 },
	[PDF_LABEL_EN] = { 7.5, false, 0x6666, 0x6666, 0x6666 },
	[PDF_SMALL] = { 8, false, 0x5555, 0x5555, 0x5555 },
	[PDF_CODE] = { 7.5, false, 0x3333, 0x3333, 0x3333 },
	[PDF_GOOD] = { 9.5, true, 0x0f0f, 0x6b6b, 0x3a3a },
	[PDF_BAD] = { 9.5, true, 0xb0b0, 0x2020, 0x1a1a },
	[PDF_OPEN] = { 9.5, true, 0x8a8a, 0x5a5a, 0x0000 },
	[PDF_MARK] = { 8, false, 0xb0b0, 0x2020, 0x1a1a },
	[PDF_HEADING] = { 11.5, true, 0x1f1f, 0x3a3a, 0x5f5f },
	[PDF_TITLE] = { 19, true, 0x1111, 0x1111, 0x1111 },
};

bool
pdf_ok(const struct pdf_doc *d)
{
	return d->st == ST_OK;
}

void
pdf_fail(struct pdf_doc *d, enum status st)
{
	if (d->st == ST_OK)
		d->st = st;
}

struct err *
pdf_err(struct pdf_doc *d)
{
	return d->err;
}

bool
pdf_counting(const struct pdf_doc *d)
{
	return d->cr == NULL;
}

/* --- text --- */

bool
pdf_cell_empty(const struct pdf_cell *c)
{
	return c->text.n == 0;
}

void
pdf_cell_clear(struct pdf_cell *c)
{
	buf_clear(&c->text);
	if (c->attrs != NULL)
		pango_attr_list_unref(c->attrs);
	c->attrs = NULL;
}

void
pdf_cell_swap(struct pdf_cell *a, struct pdf_cell *b)
{
	struct pdf_cell t = *a;

	*a = *b;
	*b = t;
}

static void
dress(PangoAttrList *list, PangoAttribute *a, size_t from, size_t to)
{
	a->start_index = (guint)from;
	a->end_index = (guint)to;
	pango_attr_list_insert(list, a);
}

static enum status
add(struct pdf_cell *c, enum pdf_style style, struct str s, struct err *err)
{
	size_t from = c->text.n;
	enum status st = buf_str_add(&c->text, s, err);

	if (st != ST_OK)
		return st;
	if (c->attrs == NULL)
		c->attrs = pango_attr_list_new();
	dress(c->attrs, pango_attr_size_new_absolute((int)(styles[style].size * PANGO_SCALE)), from, c->text.n);
	dress(c->attrs, pango_attr_insert_hyphens_new(FALSE), from, c->text.n); /* an id is broken as it is */
	dress(c->attrs, pango_attr_foreground_new(styles[style].r, styles[style].g, styles[style].b), from, c->text.n);
	if (styles[style].bold)
		dress(c->attrs, pango_attr_weight_new(PANGO_WEIGHT_BOLD), from, c->text.n);
	return ST_OK;
}

struct saying { struct pdf_cell *cell; enum pdf_style style; };

static enum status
part(void *to, struct str s, bool mark, struct err *err)
{
	struct saying *saying = to;

	return add(saying->cell, mark ? PDF_MARK : saying->style, s, err);
}

static bool
has(void *ctx, uint32_t cp)
{
	return pdf_fonts_has(ctx, cp);
}

void
pdf_say(struct pdf_doc *d, unsigned column, enum pdf_style style, struct str s)
{
	struct saying saying = { &d->cell[column], style };
	struct str shown = pdf_text_cut(s, PDF_TEXT_MAX);

	if (d->st != ST_OK || s.n == 0)
		return;
	d->st = pdf_text_parts(shown, has, d->job->fonts, part, &saying, d->err);
	if (shown.n < s.n)
		pdf_sayf(d, column, PDF_MARK, "\n… 此处截断，其后 %zu 字节见内嵌记录 cut here: %zu more bytes stand in the embedded record", s.n - shown.n, s.n - shown.n);
}

void
pdf_sayz(struct pdf_doc *d, unsigned column, enum pdf_style style, const char *z)
{
	pdf_say(d, column, style, str_of(z));
}

void
pdf_sayf(struct pdf_doc *d, unsigned column, enum pdf_style style, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	pdf_say(d, column, style, str_of(text));
}

void
pdf_label(struct pdf_doc *d, unsigned column, struct pdf_label label)
{
	pdf_sayz(d, column, PDF_LABEL_ZH, label.zh);
	pdf_sayf(d, column, PDF_LABEL_EN, " %s", label.en);
}

bool
pdf_said(const struct pdf_doc *d, unsigned column)
{
	return d->cell[column].text.n > 0;
}

void
pdf_line(struct pdf_doc *d, unsigned column)
{
	if (d->st == ST_OK && pdf_said(d, column))
		d->st = add(&d->cell[column], PDF_PLAIN, STR("\n"), d->err);
}

double
pdf_cell_lay(struct pdf_doc *d, struct pdf_cell *c, double width)
{
	PangoRectangle r;

	if (c->layout == NULL) {
		c->layout = pango_layout_new(pdf_fonts_context(d->job->fonts));
		pango_layout_set_wrap(c->layout, PANGO_WRAP_WORD_CHAR);
		pango_layout_set_auto_dir(c->layout, FALSE);
		pango_layout_set_line_spacing(c->layout, 0);
	}
	pango_layout_set_width(c->layout, (int)(width * PANGO_SCALE));
	pango_layout_set_text(c->layout, c->text.n == 0 ? "" : c->text.p, (int)c->text.n);
	pango_layout_set_attributes(c->layout, c->attrs);
	pango_layout_get_extents(c->layout, NULL, &r);
	return (double)r.height / PANGO_SCALE;
}

void
pdf_cell_draw(struct pdf_doc *d, struct pdf_cell *c, double x, double y, const char *tag)
{
	if (d->cr == NULL || pdf_cell_empty(c))
		return;
	if (tag != NULL)
		cairo_tag_begin(d->cr, tag, NULL);
	cairo_move_to(d->cr, x, y);
	pango_cairo_show_layout(d->cr, c->layout);
	if (tag != NULL)
		cairo_tag_end(d->cr, tag);
}

void
pdf_tag(struct pdf_doc *d, const char *name, bool begin)
{
	if (d->cr == NULL)
		return;
	if (begin)
		cairo_tag_begin(d->cr, name, NULL);
	else
		cairo_tag_end(d->cr, name);
}

/* --- lines and grounds --- */

void
pdf_rule(struct pdf_doc *d, double x, double y, double w, double grey)
{
	if (d->cr == NULL)
		return;
	cairo_set_source_rgb(d->cr, grey, grey, grey);
	cairo_set_line_width(d->cr, 0.5);
	cairo_move_to(d->cr, x, y);
	cairo_line_to(d->cr, x + w, y);
	cairo_stroke(d->cr);
}

void
pdf_shade(struct pdf_doc *d, double x, double y, double w, double h, double grey)
{
	if (d->cr == NULL)
		return;
	cairo_set_source_rgb(d->cr, grey, grey, grey);
	cairo_rectangle(d->cr, x, y, w, h);
	cairo_fill(d->cr);
}

void
pdf_colour(struct pdf_doc *d, enum pdf_style s)
{
	if (d->cr != NULL)
		cairo_set_source_rgb(d->cr, styles[s].r / 65535.0, styles[s].g / 65535.0, styles[s].b / 65535.0);
}

/* --- pages --- */

/* The running head and foot: said into a cell of their own, for a row may be waiting. */
static void
running(struct pdf_doc *d)
{
	struct pdf_cell c = { 0 };
	char text[64];

	if (d->cr == NULL)
		return;
	buf_init(&c.text, 4096);
	if (d->page > 1 && (d->st = add(&c, PDF_SMALL, pdf_text_cut(str_of(d->job->head), 2048), d->err)) == ST_OK) {
		(void)pdf_cell_lay(d, &c, PDF_WIDTH);
		pango_layout_set_height(c.layout, -1);
		pango_layout_set_ellipsize(c.layout, PANGO_ELLIPSIZE_END);
		pdf_cell_draw(d, &c, MARGIN, 34, NULL);
		pdf_rule(d, MARGIN, 50, PDF_WIDTH, 0.75);
	}
	pdf_cell_clear(&c);
	(void)snprintf(text, sizeof(text), "第 %u 页，共 %u 页 · page %u of %u", d->page, d->n_pages, d->page, d->n_pages);
	if (d->st == ST_OK && (d->st = add(&c, PDF_SMALL, str_of(text), d->err)) == ST_OK) {
		(void)pdf_cell_lay(d, &c, PDF_WIDTH);
		pango_layout_set_alignment(c.layout, PANGO_ALIGN_RIGHT);
		pdf_rule(d, MARGIN, PAGE_H - 46, PDF_WIDTH, 0.75);
		pdf_cell_draw(d, &c, MARGIN, PAGE_H - 42, NULL);
	}
	pdf_cell_clear(&c);
	g_clear_object(&c.layout);
	buf_free(&c.text);
}

void
pdf_page_begin(struct pdf_doc *d)
{
	d->page++;
	d->y = d->page == 1 ? MARGIN : TOP;
}

void
pdf_page_end(struct pdf_doc *d)
{
	running(d);
	if (d->cr != NULL)
		cairo_show_page(d->cr);
	while (d->n_pictures > 0)
		cairo_surface_destroy(d->pictures[--d->n_pictures]);
}

void
pdf_page_next(struct pdf_doc *d)
{
	if (d->st != ST_OK)
		return;
	if (d->n_columns > 0)
		pdf_table_tag(d, false);
	pdf_page_end(d);
	pdf_page_begin(d);
	if (d->n_columns > 0)
		pdf_table_draw_head(d);
}

void
pdf_room(struct pdf_doc *d, double h)
{
	if (d->y + h > BOTTOM && d->y > TOP + 1)
		pdf_page_next(d);
}

void
pdf_gap(struct pdf_doc *d, double points)
{
	d->y += points;
}

/* --- what stands outside of tables --- */

void
pdf_title(struct pdf_doc *d, struct str over, struct pdf_label kind, struct str title, struct pdf_label badge, enum pdf_style badge_style)
{
	PangoRectangle r;
	double h, w;

	pdf_say(d, 0, PDF_SMALL, over);
	if (pdf_said(d, 0))
		pdf_sayz(d, 0, PDF_SMALL, "  ·  ");
	pdf_sayz(d, 0, PDF_SMALL, kind.zh);
	pdf_sayf(d, 0, PDF_SMALL, " %s", kind.en);
	h = pdf_cell_lay(d, &d->cell[0], PDF_WIDTH - 130);
	pdf_cell_draw(d, &d->cell[0], MARGIN, d->y, "P");
	if (badge.zh != NULL) {
		pdf_sayz(d, 1, badge_style, badge.zh);
		pdf_sayf(d, 1, badge_style, " %s", badge.en);
		(void)pdf_cell_lay(d, &d->cell[1], 200);
		pango_layout_get_extents(d->cell[1].layout, NULL, &r);
		w = (double)r.width / PANGO_SCALE;
		if (d->cr != NULL) {
			pdf_colour(d, badge_style);
			cairo_set_line_width(d->cr, 1);
			cairo_rectangle(d->cr, MARGIN + PDF_WIDTH - w - 16, d->y - 4, w + 16, (double)r.height / PANGO_SCALE + 8);
			cairo_stroke(d->cr);
		}
		pdf_cell_draw(d, &d->cell[1], MARGIN + PDF_WIDTH - w - 8, d->y, "P");
		pdf_cell_clear(&d->cell[1]);
	}
	pdf_cell_clear(&d->cell[0]);
	d->y += h + 8;
	pdf_say(d, 0, PDF_TITLE, pdf_text_cut(title, 600));
	h = pdf_cell_lay(d, &d->cell[0], PDF_WIDTH);
	pdf_cell_draw(d, &d->cell[0], MARGIN, d->y, "H1");
	pdf_cell_clear(&d->cell[0]);
	d->y += h + 8;
	pdf_colour(d, PDF_HEADING);
	if (d->cr != NULL) {
		cairo_rectangle(d->cr, MARGIN, d->y, PDF_WIDTH, 1.5);
		cairo_fill(d->cr);
	}
	d->y += 8;
}

void
pdf_heading(struct pdf_doc *d, struct pdf_label label, double keep)
{
	double h;

	pdf_sayz(d, 0, PDF_HEADING, label.zh);
	pdf_sayf(d, 0, PDF_HEADING, " %s", label.en);
	h = pdf_cell_lay(d, &d->cell[0], PDF_WIDTH);
	pdf_room(d, h + 16 + keep); /* a heading is not left alone at the foot */
	d->y += d->y > TOP + 1 ? 12 : 0;
	pdf_cell_draw(d, &d->cell[0], MARGIN, d->y, "H2");
	pdf_cell_clear(&d->cell[0]);
	d->y += h + 4;
}

/* --- the document --- */

static void
tell(struct pdf_doc *d)
{
	unsigned i;

	d->page = 0;
	pdf_page_begin(d);
	d->job->body(d, d->job->ctx);
	pdf_page_end(d);
	if (d->n_columns > 0)
		pdf_table_end(d);
	for (i = 0; i < PDF_COLUMNS; i++)
		pdf_cell_clear(&d->cell[i]);
}

/* Cairo writes a few octets at a time, a thousand times a page. */
struct out { int fd; const char *name; struct err err; size_t n; unsigned char block[32768]; };

static enum status
out_flush(struct out *o)
{
	enum status st = fs_write_all(o->fd, o->name, o->block, o->n, &o->err);

	o->n = 0;
	return st;
}

static cairo_status_t
out_write(void *closure, const unsigned char *p, unsigned n)
{
	struct out *o = closure;

	if (o->n + n > sizeof(o->block) && out_flush(o) != ST_OK)
		return CAIRO_STATUS_WRITE_ERROR;
	if (n > sizeof(o->block))
		return fs_write_all(o->fd, o->name, p, n, &o->err) == ST_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
	memcpy(o->block + o->n, p, n);
	o->n += n;
	return CAIRO_STATUS_SUCCESS;
}

static enum status
draw(struct pdf_doc *d, struct out *o)
{
	cairo_surface_t *surface = cairo_pdf_surface_create_for_stream(out_write, o, PAGE_W, PAGE_H);
	cairo_status_t cs;
	char utc[21];

	cairo_pdf_surface_restrict_to_version(surface, CAIRO_PDF_VERSION_1_5);
	when_utc_s(d->job->made_ms, utc);
	cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, utc);
	d->cr = cairo_create(surface);
	pdf_tag(d, "Document", true);
	tell(d);
	pdf_tag(d, "Document", false);
	cs = cairo_status(d->cr);
	cairo_destroy(d->cr);
	d->cr = NULL;
	cairo_surface_finish(surface);
	if (cs == CAIRO_STATUS_SUCCESS)
		cs = cairo_surface_status(surface);
	cairo_surface_destroy(surface);
	if (cs == CAIRO_STATUS_SUCCESS && out_flush(o) != ST_OK)
		cs = CAIRO_STATUS_WRITE_ERROR;
	if (d->st == ST_OK && o->err.code != ST_OK) {
		if (d->err != NULL)
			*d->err = o->err;
		d->st = o->err.code;
	}
	if (d->st == ST_OK && cs != CAIRO_STATUS_SUCCESS)
		d->st = err_set(d->err, cs == CAIRO_STATUS_NO_MEMORY ? ST_NOMEM : ST_INPUT, _("a page could not be drawn: %s"), cairo_status_to_string(cs));
	return d->st;
}

static void
cell_init(struct pdf_cell *c)
{
	buf_init(&c->text, (size_t)1 << 20);
}

static void
cell_free(struct pdf_cell *c)
{
	pdf_cell_clear(c);
	g_clear_object(&c->layout);
	buf_free(&c->text);
}

enum status
pdf_doc_make(const struct pdf_job *job, struct err *err)
{
	struct pdf_doc *d = mem_get(1, sizeof(*d), err);
	struct out o = { .fd = -1, .name = job->name };
	enum status st;
	unsigned i;

	if (d == NULL)
		return ST_NOMEM;
	d->job = job;
	d->err = err;
	err_init(&o.err);
	for (i = 0; i < PDF_COLUMNS; i++) {
		cell_init(&d->cell[i]);
		cell_init(&d->head[i]);
	}
	cell_init(&d->band);
	tell(d);
	d->n_pages = d->page;
	if ((st = d->st) != ST_OK || (st = pdf_fonts_check(job->fonts, err)) != ST_OK)
		goto out;
	o.fd = openat(job->dir, job->name, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (o.fd < 0) {
		st = err_sys(err, "%s", job->name);
		goto out;
	}
	if ((st = draw(d, &o)) == ST_OK)
		st = fs_close(&o.fd, job->name, err);
out:
	fs_drop(&o.fd);
	for (i = 0; i < PDF_COLUMNS; i++) {
		cell_free(&d->cell[i]);
		cell_free(&d->head[i]);
	}
	cell_free(&d->band);
	mem_free(d);
	return st;
}
