/*
 * pdf_picture.h: pictures for pages: PNG by cairo, JPEG checked by libjpeg and embedded as it is.
 *
 * Bounds, because a file of a few bytes can ask for all of memory: a PNG up to 4 million points (they stand in memory), a JPEG up to 60 million
 * (they do not), 8 million where it comes in several scans, of which there may be 100.
 * A JPEG must be grey or colour as a screen knows it (JFIF, ITU-T T.871): inks (CMYK) mean nothing without their profile.
 */
#ifndef FORMATS_PDF_PICTURE_H
#define FORMATS_PDF_PICTURE_H

#include "core/str.h"

struct _cairo_surface;

/*
 * pdf_picture_open(bytes, out, err): NULL in *out: not a picture that can be drawn here, damaged, or too large; that is no failure.  The surface keeps a copy of
 * what it needs; cairo_image_surface_get_width and _height tell its size; destroy it with cairo_surface_destroy.
 */
enum status pdf_picture_open(struct str bytes, struct _cairo_surface **out, struct err *) STATUS_USE;

#endif
