/* pdf_fonts.c: fontconfig and pango's font map. */
#include "formats/pdf_fonts.h"

#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "formats/pdf_face.h"

#define COMMON "Custody Common" /* what pdf_face.h cuts out of the first of them */
#define RARE "Custody Rare"
#define FAMILIES COMMON "," RARE ",Noto Sans CJK SC,Source Han Sans SC,WenQuanYi Zen Hei,Droid Sans Fallback,Symbola"
#define LAST_CP 0x10ffffu
#define RARE_MAX 4096 /* characters of one document; more: they come out of the whole font */

/* Cut once in a process, for approvals and for the report, and kept to its end: 5 MB instead of a second peak of 30. */
static int common_fd[2] = { -1, -1 };
static pthread_mutex_t common_lock = PTHREAD_MUTEX_INITIALIZER;
/* Each font that is cut has a name that no other has in this process: cairo remembers faces by the name of their file, beyond the life of whoever opened it. */
static atomic_uint n_cut;

struct pdf_fonts {
	FcConfig *config;
	struct pdf_face face[2]; /* regular, bold: what fonts are cut from; no file: nothing is cut */
	const char *tag;
	int dir, n_common; /* fonts in the list besides those of the machine */
	unsigned rare[2]; /* numbers of those cut for this document; 0: none */
	uint32_t *rares; /* of this document, in order of their code */
	size_t n_rares;
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
cut_common(struct pdf_fonts *f, int weight, struct err *err)
{
	struct buf font;
	enum status st;

	if (common_fd[weight] >= 0 || f->face[weight].file[0] == '\0')
		return ST_OK;
	buf_init(&font, (size_t)64 << 20);
	if ((st = pdf_face_cut(&f->face[weight], COMMON, NULL, 0, &font, err)) == ST_OK) {
		if ((common_fd[weight] = memfd_create("font", MFD_CLOEXEC)) < 0)
			st = err_sys(err, "memfd_create");
		else
			st = fs_write_all(common_fd[weight], "font", font.p, font.n, err);
	}
	buf_free(&font);
	return st == ST_END ? ST_OK : st;
}

static void
rare_name(const struct pdf_fonts *f, unsigned n, char out[64])
{
	(void)snprintf(out, 64, "paper-%.30s-font-%u.tmp", f->tag, n);
}

static enum status
cut_rare(struct pdf_fonts *f, int weight, struct err *err)
{
	struct buf font;
	char name[64];
	enum status st;
	int fd = -1;

	if (f->face[weight].file[0] == '\0')
		return ST_OK;
	buf_init(&font, (size_t)64 << 20);
	if ((st = pdf_face_cut(&f->face[weight], RARE, f->rares, f->n_rares, &font, err)) == ST_OK) {
		f->rare[weight] = atomic_fetch_add(&n_cut, 1) + 1;
		rare_name(f, f->rare[weight], name);
		if ((fd = openat(f->dir, name, O_CREAT | O_TRUNC | O_WRONLY | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
			st = err_sys(err, "%s", name);
		else if ((st = fs_write_all(fd, name, font.p, font.n, err)) == ST_OK)
			st = fs_close(&fd, name, err);
	}
	fs_drop(&fd);
	buf_free(&font);
	return st == ST_END ? ST_OK : st;
}

static void
drop_rare(struct pdf_fonts *f)
{
	char name[64];
	int i;

	for (i = 0; i < 2; i++)
		if (f->rare[i] > 0) {
			rare_name(f, f->rare[i], name);
			(void)unlinkat(f->dir, name, 0);
			f->rare[i] = 0;
		}
}

/* A font file joins the list of fonts; where it cannot be read, the whole font serves. */
static void
join(struct pdf_fonts *f, const char *path)
{
	(void)FcConfigAppFontAddFile(f->config, (const FcChar8 *)path);
}

static void
changed(struct pdf_fonts *f)
{
	pango_fc_font_map_config_changed(PANGO_FC_FONT_MAP(f->map));
}

static void
join_common(struct pdf_fonts *f)
{
	FcFontSet *set;
	char path[64];
	int i;

	for (i = 0; i < 2; i++)
		if (common_fd[i] >= 0) {
			(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", common_fd[i]);
			join(f, path);
		}
	set = FcConfigGetFonts(f->config, FcSetApplication);
	f->n_common = set == NULL ? 0 : set->nfont;
}

/* Only what was cut for a document leaves again: reading the others once more would cost time, and fontconfig keeps some memory of each reading. */
void
pdf_fonts_begin(struct pdf_fonts *f)
{
	FcFontSet *set;

	f->n_rares = 0;
	if (f->rare[0] == 0 && f->rare[1] == 0)
		return;
	drop_rare(f);
	set = FcConfigGetFonts(f->config, FcSetApplication);
	while (set != NULL && set->nfont > f->n_common)
		FcPatternDestroy(set->fonts[--set->nfont]);
	changed(f);
}

enum status
pdf_fonts_settle(struct pdf_fonts *f, struct err *err)
{
	char path[128], name[64];
	enum status st;
	int i;

	if (f->n_rares == 0 || f->n_rares == RARE_MAX)
		return ST_OK;
	for (i = 0; i < 2; i++) {
		if ((st = cut_rare(f, i, err)) != ST_OK)
			return st;
		if (f->rare[i] == 0)
			continue;
		rare_name(f, f->rare[i], name);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", f->dir, name);
		join(f, path);
	}
	changed(f);
	return ST_OK;
}

static void
note_rare(struct pdf_fonts *f, uint32_t cp)
{
	size_t from = 0, to = f->n_rares;

	while (from < to) {
		size_t mid = from + (to - from) / 2;

		if (f->rares[mid] == cp)
			return;
		if (f->rares[mid] < cp)
			from = mid + 1;
		else
			to = mid;
	}
	if (f->n_rares == RARE_MAX)
		return;
	memmove(f->rares + from + 1, f->rares + from, (f->n_rares - from) * sizeof(*f->rares));
	f->rares[from] = cp;
	f->n_rares++;
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
fonts_open(struct pdf_fonts **out, int dir, const char *tag, bool common, struct err *err)
{
	struct pdf_fonts *f = mem_get(1, sizeof(*f), err);
	enum status st;
	int i;

	*out = NULL;
	if (f == NULL)
		return ST_NOMEM;
	f->dir = dir;
	f->tag = tag;
	if ((f->rares = mem_get(RARE_MAX, sizeof(*f->rares), err)) == NULL) {
		st = ST_NOMEM;
		goto out;
	}
	if ((st = configure(f, err)) != ST_OK)
		goto out;
	if (common) {
		faces(f);
		(void)pthread_mutex_lock(&common_lock);
		for (i = 0; st == ST_OK && i < 2; i++)
			st = cut_common(f, i, err);
		(void)pthread_mutex_unlock(&common_lock);
		if (st != ST_OK)
			goto out;
		join_common(f);
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
pdf_fonts_open(struct pdf_fonts **out, int dir, const char *tag, struct err *err)
{
	return fonts_open(out, dir, tag, true, err);
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
	drop_rare(f);
	mem_free(f->rares);
	mem_free(f);
}

const char *
pdf_fonts_tag(const struct pdf_fonts *f)
{
	return f->tag;
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
	if (cp >= 0x2e80 && !pdf_face_is_common(cp))
		note_rare(f, cp);
	return f->seen[cp / 4] >> shift & 2;
}

enum status
pdf_fonts_ready(struct err *err)
{
	struct pdf_fonts *f;
	enum status st = fonts_open(&f, -1, "", false, err);

	if (st == ST_OK)
		pdf_fonts_close(f);
	return st;
}
