/* pdf_cff.c: see pdf_cff.h.  Tables: OpenType 1.9, head and maxp. */
#include "formats/pdf_cff.h"

#include <hb-subset.h>
#include <hb.h>

#include "core/i18n.h"

/* Version 1.0, magic number, 1000 units: what HarfBuzz looks at before it believes in a font. */
static const char head[54] = { 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x5f, 0x0f, 0x3c, (char)0xf5, 0, 0, 0x03, (char)0xe8 };

/* A font of nothing but its glyphs. */
static hb_face_t *
wrap(struct str cff, size_t n_glyphs, char maxp[6])
{
	hb_face_t *face = hb_face_builder_create();
	hb_blob_t *blob;

	maxp[0] = 0; /* version 0.5 */
	maxp[1] = 0;
	maxp[2] = 0x50;
	maxp[3] = 0;
	maxp[4] = (char)(n_glyphs >> 8);
	maxp[5] = (char)n_glyphs;
	blob = hb_blob_create(cff.p, (unsigned)cff.n, HB_MEMORY_MODE_READONLY, NULL, NULL);
	(void)hb_face_builder_add_table(face, HB_TAG('C', 'F', 'F', ' '), blob);
	hb_blob_destroy(blob);
	blob = hb_blob_create(head, sizeof(head), HB_MEMORY_MODE_READONLY, NULL, NULL);
	(void)hb_face_builder_add_table(face, HB_TAG('h', 'e', 'a', 'd'), blob);
	hb_blob_destroy(blob);
	blob = hb_blob_create(maxp, 6, HB_MEMORY_MODE_READONLY, NULL, NULL);
	(void)hb_face_builder_add_table(face, HB_TAG('m', 'a', 'x', 'p'), blob);
	hb_blob_destroy(blob);
	return face;
}

enum status
pdf_cff_trim(struct str cff, size_t n_glyphs, struct buf *out, struct err *err)
{
	hb_subset_input_t *input = hb_subset_input_create_or_fail();
	hb_face_t *face, *small;
	hb_blob_t *blob;
	char maxp[6];
	unsigned n;
	const char *p;
	enum status st = ST_END;

	if (input == NULL)
		return err_set(err, ST_NOMEM, _("no memory for a font"));
	if (n_glyphs == 0 || n_glyphs > 0xffff) {
		hb_subset_input_destroy(input);
		return ST_END;
	}
	face = wrap(cff, n_glyphs, maxp);
	hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_RETAIN_GIDS | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
	hb_set_add_range(hb_subset_input_glyph_set(input), 0, (hb_codepoint_t)n_glyphs - 1);
	small = hb_subset_or_fail(face, input);
	if (small != NULL) {
		blob = hb_face_reference_table(small, HB_TAG('C', 'F', 'F', ' '));
		p = hb_blob_get_data(blob, &n);
		if (n > 0 && n < cff.n)
			st = buf_add(out, p, n, err);
		hb_blob_destroy(blob);
		hb_face_destroy(small);
	}
	hb_face_destroy(face);
	hb_subset_input_destroy(input);
	return st;
}
