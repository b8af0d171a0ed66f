/* pdf_fonts.c: fontconfig and pango's font map. */
#include "formats/pdf_fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "formats/pdf_face.h"

#define COMMON "Custody Common" /* the parts that pdf_face.h cuts out of the first of them */
#define RARE "Custody Rare"
#define FAMILIES COMMON "," RARE ",Noto Sans CJK SC,Source Han Sans SC,WenQuanYi Zen Hei,Droid Sans Fallback,Symbola"
#define LAST_CP 0x10ffffu

/*
 * The parts of the large font that were cut, regular and bold, kept to the end of the process for everyone: HarfBuzz needs 30 MB for each, for a moment.  They are never closed, so no
 * two of them ever have one name: cairo remembers a face by the name of its file, beyond the life of whoever opened it.
 */
struct cut { enum { NOT_YET, THERE, NONE } state; int fd; };
static struct cut cut[PDF_PARTS + 1][2];
static pthread_mutex_t cut_lock = PTHREAD_MUTEX_INITIALIZER;

struct pdf_fonts {
	FcConfig *config;
	struct pdf_face face[2]; /* regular, bold: what parts are cut from; no file: nothing is cut */
	PangoFontMap *map;
	PangoContext *context;
	PangoLayout *probe;
	struct err why; /* of the first part that could not be made */
	bool joined[PDF_PARTS + 1];
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

/* The font file of ${family} in one weight; false: the machine has no such family. */
static bool
find(struct pdf_fonts *f, const char *family, struct pdf_face *face)
{
	FcPattern *want = FcPatternCreate(), *got;
	FcChar8 *name, *path;
	FcResult result;
	bool found = false;

	FcPatternAddString(want, FC_FAMILY, (const FcChar8 *)family);
	FcPatternAddInteger(want, FC_WEIGHT, face->bold ? FC_WEIGHT_BOLD : FC_WEIGHT_REGULAR);
	FcDefaultSubstitute(want);
	got = FcFontMatch(f->config, want, &result);
	if (got != NULL && FcPatternGetString(got, FC_FAMILY, 0, &name) == FcResultMatch && strcmp((const char *)name, family) == 0 &&
	    FcPatternGetString(got, FC_FILE, 0, &path) == FcResultMatch && strlen((const char *)path) < sizeof(face->file) &&
	    FcPatternGetInteger(got, FC_INDEX, 0, &face->index) == FcResultMatch) {
		memcpy(face->file, path, strlen((const char *)path) + 1);
		face->index &= 0xffff;
		found = true;
	}
	if (got != NULL)
		FcPatternDestroy(got);
	FcPatternDestroy(want);
	return found;
}

static void
faces(struct pdf_fonts *f)
{
	static const char *const from[] = { "Noto Sans CJK SC", "Source Han Sans SC" };
	int i;

	for (i = 0; i < 2; i++) {
		f->face[i].bold = i == 1;
		if (!find(f, from[0], &f->face[i]) && !find(f, from[1], &f->face[i]))
			f->face[i].file[0] = '\0';
	}
}

static enum status
cut_part(const struct pdf_face *face, unsigned part, int *fd, struct err *err)
{
	struct buf font;
	enum status st;

	buf_init(&font, (size_t)64 << 20);
	if ((st = pdf_face_cut(face, part == PDF_PART_COMMON ? COMMON : RARE, part, &font, err)) == ST_OK) {
		if ((*fd = memfd_create("font", MFD_CLOEXEC)) < 0)
			st = err_sys(err, "memfd_create");
		else if ((st = fs_write_all(*fd, "font", font.p, font.n, err)) != ST_OK)
			fs_drop(fd);
	}
	buf_free(&font);
	return st;
}

/* One weight of a part joins the list of fonts; where the large font has nothing to cut, others serve. */
static enum status
join(struct pdf_fonts *f, unsigned part, int weight, struct err *err)
{
	struct cut *c = &cut[part][weight];
	char path[64];
	enum status st = ST_OK;

	if (f->face[weight].file[0] == '\0')
		return ST_OK;
	(void)pthread_mutex_lock(&cut_lock);
	if (c->state == NOT_YET && ((st = cut_part(&f->face[weight], part, &c->fd, err)) == ST_OK || st == ST_END)) {
		c->state = st == ST_OK ? THERE : NONE;
		st = ST_OK;
	}
	if (c->state == THERE) {
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", c->fd);
		(void)FcConfigAppFontAddFile(f->config, (const FcChar8 *)path);
	}
	(void)pthread_mutex_unlock(&cut_lock);
	return st;
}

static enum status
join_part(struct pdf_fonts *f, unsigned part, struct err *err)
{
	enum status st;

	f->joined[part] = true;
	if ((st = join(f, part, 0, err)) == ST_OK)
		st = join(f, part, 1, err);
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

static enum status
fonts_open(struct pdf_fonts **out, bool common, struct err *err)
{
	struct pdf_fonts *f = mem_get(1, sizeof(*f), err);
	enum status st;

	*out = NULL;
	if (f == NULL)
		return ST_NOMEM;
	err_init(&f->why);
	if ((st = configure(f, err)) != ST_OK)
		goto out;
	if (common) {
		faces(f);
		if ((st = join_part(f, PDF_PART_COMMON, err)) != ST_OK)
			goto out;
	}
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

enum status
pdf_fonts_open(struct pdf_fonts **out, struct err *err)
{
	return fonts_open(out, true, err);
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

/* The part of a character that is not in daily use. */
static void
bring(struct pdf_fonts *f, uint32_t cp)
{
	unsigned part = cp / PDF_PART_SIZE;

	if (f->joined[part] || pdf_face_is_common(cp) || f->why.code != ST_OK)
		return;
	if (join_part(f, part, &f->why) == ST_OK)
		pango_fc_font_map_config_changed(PANGO_FC_FONT_MAP(f->map));
}

bool
pdf_fonts_has(struct pdf_fonts *f, uint32_t cp)
{
	unsigned shift = cp % 4 * 2;
	char text[4];

	if (cp > LAST_CP)
		return false;
	bring(f, cp);
	if (!(f->seen[cp / 4] >> shift & 1)) {
		bool there;

		pango_layout_set_text(f->probe, text, (int)utf8_put(cp, text));
		there = pango_layout_get_unknown_glyphs_count(f->probe) == 0;
		f->seen[cp / 4] |= (unsigned char)((there ? 3u : 1u) << shift);
	}
	return f->seen[cp / 4] >> shift & 2;
}

enum status
pdf_fonts_check(const struct pdf_fonts *f, struct err *err)
{
	if (f->why.code != ST_OK && err != NULL)
		*err = f->why;
	return f->why.code;
}

enum status
pdf_fonts_ready(struct err *err)
{
	struct pdf_fonts *f;
	enum status st = fonts_open(&f, false, err);

	if (st == ST_OK)
		pdf_fonts_close(f);
	return st;
}
