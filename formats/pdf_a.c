/* pdf_a.c: the pass over cairo's PDF.  Clauses of ISO 19005-1 (1b) and 19005-3 (3b) stand where they are met. */
#include "formats/pdf_a.h"

#include <cairo.h>
#include <lcms2.h>
#include <qpdf/qpdf-c.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/mem.h"
#include "core/when.h"
#include "formats/pdf_cff.h"
#include "formats/pdf_xmp.h"
#include "version.h"

#define PATH_LEN 256
#define FONT_MAX ((size_t)32 << 20)

struct pass {
	const struct pdf_a *a;
	qpdf_data q;
	char date[24], producer[160];
};

static qpdf_oh
name(struct pass *p, const char *s)
{
	return qpdf_oh_new_name(p->q, s);
}

static void
put(struct pass *p, qpdf_oh dict, const char *key, qpdf_oh value)
{
	qpdf_oh_replace_key(p->q, dict, key, value);
}

static qpdf_oh
text(struct pass *p, struct str s)
{
	return qpdf_oh_new_binary_unicode_string(p->q, s.p, s.n);
}

/* A stream of our own, as an indirect object. */
static qpdf_oh
stream(struct pass *p, const void *bytes, size_t n)
{
	qpdf_oh s = qpdf_oh_new_stream(p->q);

	qpdf_oh_replace_stream_data(p->q, s, bytes, n, qpdf_oh_new_null(p->q), qpdf_oh_new_null(p->q));
	return s;
}

/* 6.7.3: the information dictionary, anew: cairo's holds what we do not say in XMP. */
static void
information(struct pass *p)
{
	qpdf_oh info = qpdf_oh_new_dictionary(p->q);

	put(p, info, "/Title", text(p, p->a->title));
	if (p->a->author.n > 0)
		put(p, info, "/Author", text(p, p->a->author));
	if (p->a->subject.n > 0)
		put(p, info, "/Subject", text(p, p->a->subject));
	put(p, info, "/Creator", qpdf_oh_new_string(p->q, "custody"));
	put(p, info, "/Producer", qpdf_oh_new_string(p->q, p->producer));
	put(p, info, "/CreationDate", qpdf_oh_new_string(p->q, p->date));
	put(p, info, "/ModDate", qpdf_oh_new_string(p->q, p->date));
	put(p, qpdf_get_trailer(p->q), "/Info", qpdf_make_indirect_object(p->q, info));
}

/* The profile holds the time of its making (ICC.1, 7.2.8: bytes 24 to 35): 2000-01-01T00:00:00 instead. */
static const unsigned char icc_date[12] = { 0x07, 0xd0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0 };

/* 6.2.2: what colours mean. */
static enum status
output_intent(struct pass *p, struct err *err)
{
	cmsHPROFILE srgb = cmsCreate_sRGBProfile();
	cmsUInt32Number n = 0;
	unsigned char *icc = NULL;
	qpdf_oh intent, profile, list;
	enum status st = ST_OK;

	if (srgb != NULL)
		cmsSetProfileVersion(srgb, 2.1);
	if (srgb == NULL || !cmsSaveProfileToMem(srgb, NULL, &n) || n < 128 || (icc = mem_get(n, 1, err)) == NULL || !cmsSaveProfileToMem(srgb, icc, &n)) {
		st = err_set(err, ST_NOMEM, _("no memory for a colour profile"));
		goto out;
	}
	memcpy(icc + 24, icc_date, sizeof(icc_date));
	profile = stream(p, icc, n);
	put(p, qpdf_oh_get_dict(p->q, profile), "/N", qpdf_oh_new_integer(p->q, 3));
	intent = qpdf_oh_new_dictionary(p->q);
	put(p, intent, "/Type", name(p, "/OutputIntent"));
	put(p, intent, "/S", name(p, "/GTS_PDFA1"));
	put(p, intent, "/OutputConditionIdentifier", qpdf_oh_new_string(p->q, "sRGB IEC61966-2.1"));
	put(p, intent, "/Info", qpdf_oh_new_string(p->q, "sRGB IEC61966-2.1"));
	put(p, intent, "/DestOutputProfile", profile);
	list = qpdf_oh_new_array(p->q);
	qpdf_oh_append_item(p->q, list, qpdf_make_indirect_object(p->q, intent));
	put(p, qpdf_get_root(p->q), "/OutputIntents", list);
out:
	mem_free(icc);
	if (srgb != NULL)
		cmsCloseProfile(srgb);
	return st;
}

static enum status
metadata(struct pass *p, struct err *err)
{
	struct buf xmp;
	qpdf_oh s, dict;
	enum status st;

	buf_init(&xmp, (size_t)1 << 20);
	if ((st = pdf_xmp(p->a, p->producer, &xmp, err)) == ST_OK) {
		s = stream(p, xmp.p, xmp.n);
		dict = qpdf_oh_get_dict(p->q, s);
		put(p, dict, "/Type", name(p, "/Metadata"));
		put(p, dict, "/Subtype", name(p, "/XML"));
		put(p, qpdf_get_root(p->q), "/Metadata", s);
	}
	buf_free(&xmp);
	return st;
}

/* How many glyphs a font of cairo's has: its widths stand in one list from 0. */
static size_t
glyphs(struct pass *p, qpdf_oh font)
{
	qpdf_oh w = qpdf_oh_get_key(p->q, font, "/W"), list;

	if (!qpdf_oh_is_array(p->q, w) || qpdf_oh_get_array_n_items(p->q, w) < 2)
		return 0;
	list = qpdf_oh_get_array_item(p->q, w, 1);
	return qpdf_oh_is_array(p->q, list) ? (size_t)qpdf_oh_get_array_n_items(p->q, list) : 0;
}

/* The font's program without what none of its glyphs needs (pdf_cff.h). */
static enum status
trim(struct pass *p, qpdf_oh file, size_t n_glyphs, struct err *err)
{
	unsigned char *bytes = NULL;
	struct buf small;
	size_t n = 0;
	enum status st = ST_OK;

	if (!qpdf_oh_is_stream(p->q, file) || qpdf_oh_get_stream_data(p->q, file, qpdf_dl_all, NULL, &bytes, &n) != QPDF_SUCCESS)
		return ST_OK;
	buf_init(&small, FONT_MAX);
	st = pdf_cff_trim((struct str){ (const char *)bytes, n }, n_glyphs, &small, err);
	if (st == ST_OK)
		qpdf_oh_replace_stream_data(
		    p->q, file, (const unsigned char *)small.p, small.n, qpdf_oh_new_null(p->q), qpdf_oh_new_null(p->q));
	buf_free(&small);
	free(bytes);
	return st == ST_END ? ST_OK : st;
}

/* 6.3.3.2: how characters lead to glyphs; 6.3.5: which characters a subset has, one bit each. */
static enum status
cid_font(struct pass *p, qpdf_oh font, struct err *err)
{
	qpdf_oh descriptor = qpdf_oh_get_key(p->q, font, "/FontDescriptor");
	size_t n = glyphs(p, font), i;
	unsigned char *bits;

	if (qpdf_oh_is_name_and_equals(p->q, qpdf_oh_get_key(p->q, font, "/Subtype"), "/CIDFontType2"))
		put(p, font, "/CIDToGIDMap", name(p, "/Identity"));
	if (n == 0 || !qpdf_oh_is_dictionary(p->q, descriptor))
		return ST_OK;
	if ((bits = mem_get((n + 7) / 8, 1, err)) == NULL)
		return ST_NOMEM;
	for (i = 0; i < n; i++)
		bits[i / 8] |= (unsigned char)(0x80u >> i % 8);
	put(p, descriptor, "/CIDSet", stream(p, bits, (n + 7) / 8));
	mem_free(bits);
	return trim(p, qpdf_oh_get_key(p->q, descriptor, "/FontFile3"), n, err);
}

static enum status
each_object(struct pass *p, struct err *err)
{
	long long n = qpdf_oh_get_int_value(p->q, qpdf_oh_get_key(p->q, qpdf_get_trailer(p->q), "/Size")), id;
	enum status st = ST_OK;

	for (id = 1; st == ST_OK && id < n; id++) {
		qpdf_oh o = qpdf_get_object_by_id(p->q, (int)id, 0);

		if (qpdf_oh_is_stream(p->q, o)) {
			qpdf_oh dict = qpdf_oh_get_dict(p->q, o);

			if (qpdf_oh_is_name_and_equals(p->q, qpdf_oh_get_key(p->q, dict, "/Subtype"), "/Image"))
				qpdf_oh_remove_key(p->q, dict, "/Interpolate"); /* 6.2.4 */
		} else if (qpdf_oh_is_dictionary(p->q, o)) {
			qpdf_oh sub = qpdf_oh_get_key(p->q, o, "/Subtype");

			if (qpdf_oh_is_name_and_equals(p->q, sub, "/CIDFontType0") || qpdf_oh_is_name_and_equals(p->q, sub, "/CIDFontType2"))
				st = cid_font(p, o, err);
		}
		qpdf_oh_release_all(p->q);
	}
	return st;
}

/* 1b knows no transparency (6.4); cairo calls every page a group, though nothing of ours shines through. */
static void
each_page(struct pass *p)
{
	int i, n = qpdf_get_num_pages(p->q);

	for (i = 0; i < n; i++) {
		if (p->a->level == PDF_A_1B)
			qpdf_oh_remove_key(p->q, qpdf_get_page_n(p->q, (size_t)i), "/Group");
		qpdf_oh_release_all(p->q);
	}
}

/* ISO 19005-3, 6.8: the file inside, and that the pages were made of it. */
static void
embed(struct pass *p)
{
	qpdf_oh root = qpdf_get_root(p->q), file = stream(p, p->a->file.p, p->a->file.n), dict = qpdf_oh_get_dict(p->q, file), params, ef, spec, list, tree,
		names;
	char type[64];

	(void)snprintf(type, sizeof(type), "/%s", p->a->media_type);
	put(p, dict, "/Type", name(p, "/EmbeddedFile"));
	put(p, dict, "/Subtype", name(p, type));
	params = qpdf_oh_new_dictionary(p->q);
	put(p, params, "/Size", qpdf_oh_new_integer(p->q, (long long)p->a->file.n));
	put(p, params, "/ModDate", qpdf_oh_new_string(p->q, p->date));
	put(p, dict, "/Params", params);
	ef = qpdf_oh_new_dictionary(p->q);
	put(p, ef, "/F", file);
	put(p, ef, "/UF", file);
	spec = qpdf_oh_new_dictionary(p->q);
	put(p, spec, "/Type", name(p, "/Filespec"));
	put(p, spec, "/F", qpdf_oh_new_string(p->q, p->a->file_name));
	put(p, spec, "/UF", qpdf_oh_new_unicode_string(p->q, p->a->file_name));
	put(p, spec, "/Desc", text(p, p->a->file_about));
	put(p, spec, "/AFRelationship", name(p, "/Source"));
	put(p, spec, "/EF", ef);
	spec = qpdf_make_indirect_object(p->q, spec);
	list = qpdf_oh_new_array(p->q);
	qpdf_oh_append_item(p->q, list, spec);
	put(p, root, "/AF", list);
	names = qpdf_oh_new_array(p->q);
	qpdf_oh_append_item(p->q, names, qpdf_oh_new_string(p->q, p->a->file_name));
	qpdf_oh_append_item(p->q, names, spec);
	tree = qpdf_oh_new_dictionary(p->q);
	put(p, tree, "/Names", names);
	names = qpdf_oh_new_dictionary(p->q);
	put(p, names, "/EmbeddedFiles", tree);
	put(p, root, "/Names", names);
}

/* ISO 32000-1, 12.7 and 12.8; ETSI EN 319 142-1: a field without a place on the page, and room for what signs. */
static enum status
signature(struct pass *p, struct err *err)
{
	qpdf_oh root = qpdf_get_root(p->q), page = qpdf_get_page_n(p->q, 0), sig, field, form, list;
	char *zeros = mem_get(p->a->signature, 1, err);

	if (zeros == NULL)
		return ST_NOMEM;
	sig = qpdf_oh_parse(p->q, "<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 9999999999 9999999999 9999999999] >>");
	put(p, sig, "/Contents", qpdf_oh_new_binary_string(p->q, zeros, p->a->signature));
	put(p, sig, "/M", qpdf_oh_new_string(p->q, p->date));
	mem_free(zeros);
	field = qpdf_oh_parse(p->q, "<< /Type /Annot /Subtype /Widget /FT /Sig /T (custody) /Rect [0 0 0 0] /F 132 >>");
	put(p, field, "/V", qpdf_make_indirect_object(p->q, sig));
	put(p, field, "/P", page);
	field = qpdf_make_indirect_object(p->q, field);
	list = qpdf_oh_new_array(p->q);
	qpdf_oh_append_item(p->q, list, field);
	put(p, page, "/Annots", list);
	form = qpdf_oh_parse(p->q, "<< /SigFlags 3 >>");
	put(p, form, "/Fields", list);
	put(p, root, "/AcroForm", form);
	return ST_OK;
}

static enum status
change(struct pass *p, struct err *err)
{
	qpdf_oh root;
	enum status st;

	if ((st = each_object(p, err)) != ST_OK)
		return st;
	each_page(p);
	information(p);
	root = qpdf_get_root(p->q);
	put(p, root, "/Lang", qpdf_oh_new_string(p->q, "zh-CN"));
	put(p, root, "/ViewerPreferences", qpdf_oh_parse(p->q, "<< /DisplayDocTitle true >>"));
	if ((st = output_intent(p, err)) != ST_OK || (st = metadata(p, err)) != ST_OK)
		return st;
	if (p->a->file.p != NULL && p->a->level != PDF_A_1B)
		embed(p);
	return p->a->signature > 0 ? signature(p, err) : ST_OK;
}

/* What libqpdf has to say, if anything; it never prints. */
static enum status
failed(struct pass *p, const char *what, struct err *err)
{
	enum status st = ST_OK;

	if (qpdf_has_error(p->q))
		st = err_set(err, ST_IO, "%s: %s", what, qpdf_get_error_full_text(p->q, qpdf_get_error(p->q)));
	return st;
}

static enum status
begin(struct pass *p, struct err *err)
{
	char utc[21];

	p->q = qpdf_init();
	if (p->q == NULL)
		return err_set(err, ST_NOMEM, _("no memory for a PDF"));
	qpdf_silence_errors(p->q);
	qpdf_set_suppress_warnings(p->q, QPDF_TRUE);
	if (p->a == NULL)
		return ST_OK;
	when_utc_s(p->a->made_ms, utc); /* 2026-11-22T02:00:00Z */
	(void)snprintf(p->date, sizeof(p->date), "D:%.4s%.2s%.2s%.2s%.2s%.2sZ", utc, utc + 5, utc + 8, utc + 11, utc + 14, utc + 17);
	(void)snprintf(p->producer, sizeof(p->producer), "custody %s (cairo %s, qpdf %s)", CUSTODY_VERSION, cairo_version_string(), qpdf_get_qpdf_version());
	return ST_OK;
}

enum status
pdf_a_make(const struct pdf_a *a, int dir, const char *from, const char *to, struct err *err)
{
	struct pass p = { .a = a };
	char in[PATH_LEN], out[PATH_LEN];
	enum status st;

	(void)snprintf(in, sizeof(in), "/proc/self/fd/%d/%s", dir, from);
	(void)snprintf(out, sizeof(out), "/proc/self/fd/%d/%s", dir, to);
	if ((st = begin(&p, err)) != ST_OK)
		goto out;
	(void)qpdf_read(p.q, in, NULL);
	if ((st = failed(&p, from, err)) != ST_OK || (st = change(&p, err)) != ST_OK || (st = failed(&p, from, err)) != ST_OK)
		goto out;
	(void)qpdf_init_write(p.q, out);
	qpdf_set_deterministic_ID(p.q, QPDF_TRUE);
	qpdf_set_newline_before_endstream(p.q, QPDF_TRUE); /* 6.1.7 */
	qpdf_set_object_stream_mode(p.q, qpdf_o_disable);
	if (a->level == PDF_A_1B)
		qpdf_force_pdf_version(p.q, "1.4");
	else
		qpdf_set_minimum_pdf_version(p.q, "1.7");
	if (!qpdf_has_error(p.q))
		(void)qpdf_write(p.q);
	st = failed(&p, to, err);
out:
	if (p.q != NULL)
		qpdf_cleanup(&p.q);
	return st;
}

enum status
pdf_a_file(int fd, const char *what, struct buf *file, struct buf *about, struct err *err)
{
	struct pass p = { 0 };
	unsigned char *bytes = NULL;
	const char *desc;
	char path[PATH_LEN];
	qpdf_oh list, spec, ef;
	enum status st;
	size_t n = 0;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if ((st = begin(&p, err)) != ST_OK)
		goto out;
	(void)qpdf_read(p.q, path, NULL);
	if (qpdf_has_error(p.q)) {
		st = err_set(err, ST_INPUT, "%s: %s", what, qpdf_get_error_full_text(p.q, qpdf_get_error(p.q)));
		goto out;
	}
	list = qpdf_oh_get_key(p.q, qpdf_get_root(p.q), "/AF");
	if (!qpdf_oh_is_array(p.q, list) || qpdf_oh_get_array_n_items(p.q, list) != 1) {
		st = err_set(err, ST_INPUT, _("%s: no PDF with one file in it"), what);
		goto out;
	}
	spec = qpdf_oh_get_array_item(p.q, list, 0);
	ef = qpdf_oh_get_key_if_dict(p.q, qpdf_oh_get_key_if_dict(p.q, spec, "/EF"), "/F");
	if (!qpdf_oh_is_stream(p.q, ef) || qpdf_oh_get_stream_data(p.q, ef, qpdf_dl_all, NULL, &bytes, &n) != QPDF_SUCCESS) {
		st = err_set(err, ST_INPUT, _("%s: no PDF with one file in it"), what);
		goto out;
	}
	desc = qpdf_oh_get_utf8_value(p.q, qpdf_oh_get_key_if_dict(p.q, spec, "/Desc"));
	if ((st = buf_add(file, bytes, n, err)) == ST_OK)
		st = buf_add(about, desc, qpdf_get_last_string_length(p.q), err);
out:
	free(bytes);
	if (p.q != NULL)
		qpdf_cleanup(&p.q);
	return st;
}
