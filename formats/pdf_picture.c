/* pdf_picture.c: see pdf_picture.h. */
#include "formats/pdf_picture.h"

#include <cairo.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

#include "core/i18n.h"
#include "core/mem.h"

#define PNG_POINTS_MAX 4000000
#define JPEG_POINTS_MAX 60000000
#define SCANS_POINTS_MAX 8000000 /* of a JPEG of several scans (progressive): all of it stands in memory while it is checked */
#define SCANS_MAX 100 /* an honest one has about ten; every scan costs the time of the whole picture */
#define SIDE_MAX 16000

static uint32_t
be32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

static bool
in_bounds(uint64_t w, uint64_t h, uint64_t max)
{
	return w > 0 && h > 0 && w <= SIDE_MAX && h <= SIDE_MAX && w * h <= max;
}

struct trouble { struct jpeg_error_mgr mgr; jmp_buf back; };

static void
give_up(j_common_ptr c)
{
	longjmp(((struct trouble *)c->err)->back, 1);
}

static void
quiet(j_common_ptr c)
{
	(void)c;
}

static void
not_too_often(j_common_ptr c)
{
	if (((j_decompress_ptr)c)->input_scan_number > SCANS_MAX)
		give_up(c);
}

/* Can a page show it?  All of it is decoded, at an eighth of the size; no fault is forgiven. */
static bool
jpeg_look(struct str s, int *w, int *h)
{
	struct jpeg_decompress_struct j;
	struct jpeg_progress_mgr progress = { .progress_monitor = not_too_often };
	struct trouble trouble;
	JSAMPARRAY row;
	bool ok;

	memset(&j, 0, sizeof(j));
	j.err = jpeg_std_error(&trouble.mgr);
	trouble.mgr.error_exit = give_up;
	trouble.mgr.output_message = quiet;
	if (setjmp(trouble.back) != 0) {
		jpeg_destroy_decompress(&j);
		return false;
	}
	jpeg_create_decompress(&j);
	j.progress = &progress;
	jpeg_mem_src(&j, (const unsigned char *)s.p, s.n);
	(void)jpeg_read_header(&j, TRUE);
	*w = (int)j.image_width;
	*h = (int)j.image_height;
	ok = in_bounds(j.image_width, j.image_height, jpeg_has_multiple_scans(&j) ? SCANS_POINTS_MAX : JPEG_POINTS_MAX) && j.data_precision == 8 &&
	    ((j.jpeg_color_space == JCS_GRAYSCALE && j.num_components == 1) ||
	     ((j.jpeg_color_space == JCS_YCbCr || j.jpeg_color_space == JCS_RGB) && j.num_components == 3));
	if (ok) {
		j.scale_num = 1;
		j.scale_denom = 8;
		(void)jpeg_start_decompress(&j);
		row = j.mem->alloc_sarray((j_common_ptr)&j, JPOOL_IMAGE, j.output_width * (JDIMENSION)j.output_components, 1);
		while (j.output_scanline < j.output_height)
			(void)jpeg_read_scanlines(&j, row, 1);
		(void)jpeg_finish_decompress(&j);
		ok = trouble.mgr.num_warnings == 0;
	}
	jpeg_destroy_decompress(&j);
	return ok;
}

/* The header (PNG, 11.2.2): known before anything is decoded. */
static bool
png_look(struct str s)
{
	return in_bounds(be32(s.p + 16), be32(s.p + 20), PNG_POINTS_MAX);
}

struct from { struct str s; };

static cairo_status_t
from_read(void *closure, unsigned char *p, unsigned n)
{
	struct from *f = closure;

	if (n > f->s.n)
		return CAIRO_STATUS_READ_ERROR;
	memcpy(p, f->s.p, n);
	f->s = (struct str){ f->s.p + n, f->s.n - n };
	return CAIRO_STATUS_SUCCESS;
}

/* On white, without transparency: what shines through would depend on what lies below. */
static cairo_surface_t *
png_open(struct str s)
{
	struct from from = { s };
	cairo_surface_t *in = cairo_image_surface_create_from_png_stream(from_read, &from), *out;
	cairo_t *cr;

	if (cairo_surface_status(in) != CAIRO_STATUS_SUCCESS || cairo_image_surface_get_format(in) == CAIRO_FORMAT_RGB24)
		return in;
	out = cairo_image_surface_create(CAIRO_FORMAT_RGB24, cairo_image_surface_get_width(in), cairo_image_surface_get_height(in));
	cr = cairo_create(out);
	cairo_set_source_rgb(cr, 1, 1, 1);
	cairo_paint(cr);
	cairo_set_source_surface(cr, in, 0, 0);
	cairo_paint(cr);
	cairo_destroy(cr);
	cairo_surface_destroy(in);
	return out;
}

/* cairo puts the JPEG itself into the page and never looks at the points, which are therefore not even in memory: untouched zeros. */
static cairo_surface_t *
jpeg_open(struct str s, int w, int h)
{
	cairo_surface_t *out = cairo_image_surface_create(CAIRO_FORMAT_RGB24, w, h);
	unsigned char *copy = malloc(s.n);

	if (copy == NULL) {
		cairo_surface_destroy(out);
		return NULL;
	}
	memcpy(copy, s.p, s.n);
	if (cairo_surface_set_mime_data(out, CAIRO_MIME_TYPE_JPEG, copy, s.n, free, copy) != CAIRO_STATUS_SUCCESS)
		free(copy);
	return out;
}

enum status
pdf_picture_open(struct str s, cairo_surface_t **out, struct err *err)
{
	cairo_status_t cs;
	int w, h;

	*out = NULL;
	if (s.n > 33 && memcmp(s.p, "\x89PNG\r\n\x1a\n", 8) == 0 && png_look(s)) {
		*out = png_open(s);
		/* cairo calls much that is wrong in a PNG a want of memory, of which a picture within the bound needs little. */
		if ((cs = cairo_surface_status(*out)) == CAIRO_STATUS_NO_MEMORY)
			cs = CAIRO_STATUS_READ_ERROR;
	} else if (s.n > 4 && memcmp(s.p, "\xff\xd8\xff", 3) == 0 && jpeg_look(s, &w, &h)) {
		*out = jpeg_open(s, w, h);
		cs = *out == NULL ? CAIRO_STATUS_NO_MEMORY : cairo_surface_status(*out);
	} else
		return ST_OK;
	if (cs == CAIRO_STATUS_SUCCESS)
		return ST_OK;
	if (*out != NULL)
		cairo_surface_destroy(*out);
	*out = NULL;
	return cs == CAIRO_STATUS_NO_MEMORY ? err_set(err, ST_NOMEM, _("no memory for a picture")) : ST_OK;
}
