/* pdf_face.c: see pdf_face.h.  Table "name": OpenType 1.9, version 0. */
#include "formats/pdf_face.h"

#include <hb-subset.h>
#include <hb.h>

#include "core/i18n.h"

/* Besides Chinese: Latin and its marks, Greek, Cyrillic, punctuation, arrows, box and geometric signs, CJK punctuation, kana, full-width forms. */
static const struct { hb_codepoint_t from, to; } ranges[] = {
	{ 0x20, 0x7e }, { 0xa0, 0x17f }, { 0x300, 0x36f }, { 0x391, 0x3c9 }, { 0x410, 0x44f }, { 0x2010, 0x2044 }, { 0x2070, 0x209f }, { 0x20a0, 0x20bf }, { 0x2100, 0x214f },
	{ 0x2160, 0x217f }, { 0x2190, 0x2199 }, { 0x2200, 0x22ff }, { 0x2460, 0x24ff }, { 0x2500, 0x257f }, { 0x25a0, 0x25ff }, { 0x2600, 0x2642 },
	{ 0x3000, 0x30ff }, { 0x3200, 0x33ff }, { 0xff00, 0xffef },
};
/* Tables that nothing here asks for; substitutions would take their glyphs along. */
static const hb_tag_t dropped[] = {
	HB_TAG('G', 'S', 'U', 'B'), HB_TAG('G', 'P', 'O', 'S'), HB_TAG('G', 'D', 'E', 'F'), HB_TAG('B', 'A', 'S', 'E'), HB_TAG('V', 'O', 'R', 'G'),
	HB_TAG('v', 'h', 'e', 'a'), HB_TAG('v', 'm', 't', 'x'), HB_TAG('D', 'S', 'I', 'G'), HB_TAG('n', 'a', 'm', 'e'),
};

bool
pdf_face_is_common(uint32_t cp)
{
	unsigned i;

	if (cp >= PDF_COMMON_FIRST && cp < PDF_COMMON_FIRST + 32 * PDF_COMMON_WORDS)
		return pdf_common[(cp - PDF_COMMON_FIRST) / 32] >> (cp - PDF_COMMON_FIRST) % 32 & 1;
	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		if (cp >= ranges[i].from && cp <= ranges[i].to)
			return true;
	return false;
}

static void
common(hb_set_t *chars)
{
	unsigned i, k;

	for (i = 0; i < sizeof(ranges) / sizeof(ranges[0]); i++)
		hb_set_add_range(chars, ranges[i].from, ranges[i].to);
	for (i = 0; i < PDF_COMMON_WORDS; i++)
		for (k = 0; k < 32; k++)
			if (pdf_common[i] >> k & 1)
				hb_set_add(chars, PDF_COMMON_FIRST + 32 * i + k);
}

/* NULL: the font has none of the characters of this part. */
static hb_subset_input_t *
wanted(hb_face_t *face, unsigned part)
{
	hb_subset_input_t *input = hb_subset_input_create_or_fail();
	hb_set_t *chars, *tables, *others;
	unsigned i;

	if (input == NULL)
		return NULL;
	chars = hb_subset_input_unicode_set(input);
	others = hb_set_create();
	common(part == PDF_PART_COMMON ? chars : others);
	if (part != PDF_PART_COMMON)
		hb_set_add_range(chars, part * PDF_PART_SIZE, (part + 1) * PDF_PART_SIZE - 1);
	hb_set_subtract(chars, others);
	hb_set_clear(others);
	hb_face_collect_unicodes(face, others);
	hb_set_intersect(chars, others);
	hb_set_destroy(others);
	if (hb_set_is_empty(chars)) {
		hb_subset_input_destroy(input);
		return NULL;
	}
	tables = hb_subset_input_set(input, HB_SUBSET_SETS_DROP_TABLE_TAG);
	for (i = 0; i < sizeof(dropped) / sizeof(dropped[0]); i++)
		hb_set_add(tables, dropped[i]);
	hb_subset_input_set_flags(input, HB_SUBSET_FLAGS_DESUBROUTINIZE | HB_SUBSET_FLAGS_NOTDEF_OUTLINE);
	return input;
}

static void
be16(struct buf *b, unsigned v)
{
	b->p[b->n++] = (char)(v >> 8); /* there is room: names are short */
	b->p[b->n++] = (char)v;
}

/* Family, style, full and PostScript name, for Windows in UTF-16. */
static enum status
names(const char *family, bool bold, struct buf *out, struct err *err)
{
	const char *style = bold ? "Bold" : "Regular", *text[4] = { family, style, family, family };
	static const unsigned ids[4] = { 1, 2, 4, 6 };
	unsigned i, at = 0, k;
	enum status st = buf_room(out, 1024, err);

	if (st != ST_OK)
		return st;
	be16(out, 0);
	be16(out, 4);
	be16(out, 6 + 4 * 12);
	for (i = 0; i < 4; i++) {
		unsigned n = 2 * (unsigned)strlen(text[i]);

		be16(out, 3);
		be16(out, 1);
		be16(out, 0x409);
		be16(out, ids[i]);
		be16(out, n);
		be16(out, at);
		at += n;
	}
	for (i = 0; i < 4; i++)
		for (k = 0; text[i][k] != '\0'; k++)
			be16(out, (unsigned char)text[i][k]);
	return ST_OK;
}

/* The tables of ${small} and a name as one file. */
static enum status
assemble(hb_face_t *small, const struct buf *name, struct buf *out, struct err *err)
{
	hb_blob_t *blob = hb_face_reference_blob(small);
	hb_face_t *file = hb_face_create(blob, 0), *made = hb_face_builder_create(); /* only a font in a file tells its tables */
	hb_tag_t tags[64];
	unsigned n = 64, i;
	const char *p;
	enum status st;

	hb_blob_destroy(blob);
	(void)hb_face_get_table_tags(file, 0, &n, tags);
	for (i = 0; i < n; i++) {
		blob = hb_face_reference_table(file, tags[i]);
		(void)hb_face_builder_add_table(made, tags[i], blob);
		hb_blob_destroy(blob);
	}
	blob = hb_blob_create(name->p, (unsigned)name->n, HB_MEMORY_MODE_READONLY, NULL, NULL);
	(void)hb_face_builder_add_table(made, HB_TAG('n', 'a', 'm', 'e'), blob);
	hb_blob_destroy(blob);
	blob = hb_face_reference_blob(made);
	p = hb_blob_get_data(blob, &n);
	st = n == 0 ? err_set(err, ST_NOMEM, _("no memory for a font")) : buf_add(out, p, n, err);
	hb_blob_destroy(blob);
	hb_face_destroy(made);
	hb_face_destroy(file);
	return st;
}

enum status
pdf_face_cut(const struct pdf_face *from, const char *family, unsigned part, struct buf *out, struct err *err)
{
	hb_blob_t *blob = hb_blob_create_from_file_or_fail(from->file), *cff;
	hb_face_t *face, *small = NULL;
	hb_subset_input_t *input;
	struct buf name;
	enum status st = ST_END;

	buf_init(&name, 4096);
	face = hb_face_create(blob != NULL ? blob : hb_blob_get_empty(), (unsigned)from->index);
	input = wanted(face, part);
	cff = hb_face_reference_table(face, HB_TAG('C', 'F', 'F', ' '));
	if (blob != NULL && input != NULL && hb_blob_get_length(cff) > 0 && (small = hb_subset_or_fail(face, input)) != NULL &&
	    (st = names(family, from->bold, &name, err)) == ST_OK)
		st = assemble(small, &name, out, err);
	hb_face_destroy(small);
	hb_blob_destroy(cff);
	hb_face_destroy(face);
	hb_subset_input_destroy(input);
	hb_blob_destroy(blob);
	buf_free(&name);
	return st;
}
