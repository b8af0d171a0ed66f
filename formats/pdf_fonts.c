/* pdf_fonts.c: fontconfig and pango's font map. */
#include "formats/pdf_fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include "core/buf.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/utf8.h"

#define FAMILIES "Noto Sans CJK SC,Source Han Sans SC,WenQuanYi Zen Hei,Droid Sans Fallback,Symbola"
#define LAST_CP 0x10ffffu

struct pdf_fonts {
	FcConfig *config;
	PangoFontMap *map;
	PangoContext *context;
	PangoLayout *probe;
	unsigned char seen[(LAST_CP + 1) / 4]; /* two bits a character: asked, and there */
};

/* The directories of fonts and caches that the machine's own configuration names; one whose name XML would have to escape is passed over. */
static enum status
add_dirs(struct buf *xml, const char *element, FcStrList *list, struct err *err)
{
	const FcChar8 *dir;
	enum status st = ST_OK;

	if (list == NULL)
		return ST_OK;
	while (st == ST_OK && (dir = FcStrListNext(list)) != NULL)
		if (strpbrk((const char *)dir, "<>&\"'") == NULL)
			st = buf_addf(xml, err, "<%s>%s</%s>", element, (const char *)dir, element);
	FcStrListDone(list);
	return st;
}

static enum status
configure(struct pdf_fonts *f, struct err *err)
{
	FcConfig *machine = FcInitLoadConfig();
	struct buf xml;
	enum status st;

	buf_init(&xml, (size_t)1 << 20);
	if (machine == NULL || (f->config = FcConfigCreate()) == NULL) {
		st = err_set(err, ST_NOMEM, _("the list of fonts could not be read"));
		goto out;
	}
	if ((st = buf_addz(&xml, "<?xml version=\"1.0\"?><fontconfig>", err)) != ST_OK ||
	    (st = add_dirs(&xml, "dir", FcConfigGetFontDirs(machine), err)) != ST_OK ||
	    (st = add_dirs(&xml, "cachedir", FcConfigGetCacheDirs(machine), err)) != ST_OK ||
	    (st = buf_addz(&xml, "<selectfont><rejectfont><pattern><patelt name=\"color\"><bool>true</bool></patelt></pattern>"
				 "<pattern><patelt name=\"scalable\"><bool>false</bool></patelt></pattern></rejectfont></selectfont></fontconfig>",
		 err)) != ST_OK ||
	    (st = buf_z(&xml, err)) != ST_OK)
		goto out;
	if (!FcConfigParseAndLoadFromMemory(f->config, (const FcChar8 *)xml.p, FcTrue) || !FcConfigBuildFonts(f->config))
		st = err_set(err, ST_IO, _("the list of fonts could not be read"));
out:
	buf_free(&xml);
	if (machine != NULL)
		FcConfigDestroy(machine);
	return st;
}

static void
set_up(struct pdf_fonts *f)
{
	PangoFontDescription *font = pango_font_description_new();
	cairo_font_options_t *options = cairo_font_options_create();

	cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
	cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
	cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
	f->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
	pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(f->map), f->config);
	pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(f->map), 72);
	f->context = pango_font_map_create_context(f->map);
	pango_cairo_context_set_font_options(f->context, options);
	pango_cairo_context_set_resolution(f->context, 72);
	pango_context_set_language(f->context, pango_language_from_string("zh-cn"));
	pango_context_set_base_dir(f->context, PANGO_DIRECTION_LTR);
	pango_context_set_round_glyph_positions(f->context, FALSE);
	pango_font_description_set_family_static(font, FAMILIES);
	pango_font_description_set_absolute_size(font, 9 * PANGO_SCALE);
	pango_context_set_font_description(f->context, font);
	f->probe = pango_layout_new(f->context);
	cairo_font_options_destroy(options);
	pango_font_description_free(font);
}

enum status
pdf_fonts_open(struct pdf_fonts **out, struct err *err)
{
	struct pdf_fonts *f = mem_get(1, sizeof(*f), err);
	enum status st;

	*out = NULL;
	if (f == NULL)
		return ST_NOMEM;
	if ((st = configure(f, err)) != ST_OK)
		goto out;
	set_up(f);
	if (!pdf_fonts_has(f, 0x5ba1 /* 审 */) || !pdf_fonts_has(f, 'A')) {
		(void)err_set(err, ST_USAGE, _("no font of this machine can write Chinese, and pages of approvals are wanted as PDF"));
		st = err_next(err, _("install fonts-noto-cjk and fonts-symbola (or fonts-droid-fallback), or set views of the tenant without pdf"));
		goto out;
	}
	*out = f;
	return ST_OK;
out:
	pdf_fonts_close(f);
	return st;
}

void
pdf_fonts_close(struct pdf_fonts *f)
{
	if (f == NULL)
		return;
	g_clear_object(&f->probe);
	g_clear_object(&f->context);
	g_clear_object(&f->map);
	if (f->config != NULL)
		FcConfigDestroy(f->config);
	mem_free(f);
}

struct _PangoContext *
pdf_fonts_context(struct pdf_fonts *f)
{
	return f->context;
}

bool
pdf_fonts_has(struct pdf_fonts *f, uint32_t cp)
{
	unsigned shift = cp % 4 * 2;
	char text[4];

	if (cp > LAST_CP)
		return false;
	if (!(f->seen[cp / 4] >> shift & 1)) {
		bool there;

		pango_layout_set_text(f->probe, text, (int)utf8_put(cp, text));
		there = pango_layout_get_unknown_glyphs_count(f->probe) == 0;
		f->seen[cp / 4] |= (unsigned char)((there ? 3u : 1u) << shift);
	}
	return f->seen[cp / 4] >> shift & 2;
}

enum status
pdf_fonts_ready(struct err *err)
{
	struct pdf_fonts *f;
	enum status st = pdf_fonts_open(&f, err);

	if (st == ST_OK)
		pdf_fonts_close(f);
	return st;
}
