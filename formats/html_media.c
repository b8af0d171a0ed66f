/* html_media.c: attachments: shown where a browser only draws or plays them, otherwise named with what proves them; missing ones with the reason. */
#include <stdio.h>

#include "formats/html_chat.h"

/*
 * What may be opened by a click.  A stored file keeps the ending of its name, and a browser believes the ending: pages, drawings with script and everything without an
 * ending (whose kind a browser guesses) are named but no link.
 */
static const char *const endings[] = { "png", "jpg", "jpeg", "gif", "webp", "bmp", "heic", "pdf", "txt", "csv", "mp4", "webm", "mov", "mp3", "m4a", "wav", "ogg", "amr",
	"doc", "docx", "xls", "xlsx", "ppt", "pptx", "odt", "ods", "odp", "rtf", "zip", "7z", "rar", "gz", "dwg", "eml", NULL };

static const struct { const char *word; enum html_media as; } kinds[] = { { "png", MEDIA_IMAGE }, { "jpg", MEDIA_IMAGE }, { "jpeg", MEDIA_IMAGE },
	{ "gif", MEDIA_IMAGE }, { "webp", MEDIA_IMAGE }, { "mp4", MEDIA_VIDEO }, { "webm", MEDIA_VIDEO }, { "mp3", MEDIA_AUDIO }, { "m4a", MEDIA_AUDIO },
	{ "wav", MEDIA_AUDIO }, { "ogg", MEDIA_AUDIO }, { "image/png", MEDIA_IMAGE }, { "image/jpeg", MEDIA_IMAGE }, { "image/gif", MEDIA_IMAGE },
	{ "image/webp", MEDIA_IMAGE }, { "video/mp4", MEDIA_VIDEO }, { "video/webm", MEDIA_VIDEO }, { "audio/mpeg", MEDIA_AUDIO }, { "audio/mp4", MEDIA_AUDIO },
	{ "audio/ogg", MEDIA_AUDIO }, { "audio/wav", MEDIA_AUDIO } };

/* Behind the last dot of a path; empty: none. */
static struct str
ending(struct str path)
{
	size_t i = path.n;

	while (i > 0 && path.p[i - 1] != '.' && path.p[i - 1] != '/')
		i--;
	return i == 0 || path.p[i - 1] == '/' ? STR("") : (struct str){ path.p + i, path.n - i };
}

static enum html_media
kind_of(const struct reference_file *f, enum html_media as)
{
	const struct str end = ending(f->path);
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (end.n > 0 ? str_is(end, kinds[i].word) : str_is(f->media_type, kinds[i].word))
			return kinds[i].as;
	/* WeCom gives neither name nor media type with pictures and videos: the type of the message tells.  Voice is AMR, which no browser plays. */
	return end.n == 0 && f->media_type.n == 0 && as != MEDIA_AUDIO ? as : MEDIA_LINK;
}

static bool
may_open(struct str path)
{
	const struct str end = ending(path);
	size_t i;

	for (i = 0; endings[i] != NULL; i++)
		if (str_is(end, endings[i]))
			return true;
	return false;
}

/* A path of the archive as seen from data/views/chat/<conversation>/; false: it is none that a link can hold. */
static bool
relative(struct str path, char out[160])
{
	size_t i;

	if (!str_has_prefix(path, "data/") || path.n > 100 || memmem(path.p, path.n, "..", 2) != NULL)
		return false;
	for (i = 0; i < path.n; i++)
		if (path.p[i] == '\0' || strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/", path.p[i]) == NULL)
			return false;
	(void)snprintf(out, 160, "../../../%.*s", (int)(path.n - 5), path.p + 5);
	return true;
}

static void
shown(struct html_chat *c, struct str id)
{
	enum status st;
	void *p;

	if (c->n_shown == c->cap_shown) {
		if ((st = arena_grow(&c->arena, c->shown, c->n_shown, c->n_shown + 64, sizeof(*c->shown), &p, c->html.err)) != ST_OK) {
			html_fail(&c->html, st);
			return;
		}
		c->shown = p;
		c->cap_shown += 64;
	}
	c->shown[c->n_shown++] = id;
}

bool
html_media_shown(const struct html_chat *c, struct str id)
{
	size_t i;

	for (i = 0; i < c->n_shown && i < 4096; i++)
		if (str_eq(c->shown[i], id))
			return true;
	return false;
}

static void
element(struct html_out *h, enum html_media as, const char *href, struct str alt)
{
	static const char *const names[] = { [MEDIA_LINK] = "", [MEDIA_IMAGE] = "img", [MEDIA_VIDEO] = "video", [MEDIA_AUDIO] = "audio" };

	html_open(h, names[as]);
	html_attr_z(h, "src", href);
	if (as == MEDIA_IMAGE) {
		html_attr_z(h, "loading", "lazy");
		html_attr(h, "alt", alt.n > 0 ? alt : STR("图片 picture"));
	} else {
		html_attr_z(h, "controls", "controls");
		html_attr_z(h, "preload", "none");
	}
	html_close(h, names[as]);
}

/* What the platform announced: the only thing there is where the file is missing. */
static void
announced(struct html_chat *c, const struct json_node *t, size_t i)
{
	static const struct { const char *name, *zh, *en; } facts[] = { { "filename", "文件名", "file name" }, { "filesize", "大小", "size" },
		{ "voice_size", "大小", "size" }, { "imagesize", "大小", "size" }, { "md5sum", "MD5", "MD5" } };
	struct html_out *h = &c->html;
	size_t k, m;

	for (k = 0; k < sizeof(facts) / sizeof(facts[0]); k++)
		if (t != NULL && (m = json_get(t, i, facts[k].name)) != 0 && (t[m].tok == JSON_STR || t[m].tok == JSON_NUM)) {
			html_open(h, "dl");
			html_fact(h, facts[k].zh, facts[k].en);
			html_bdi(h, NULL, t[m].tok == JSON_STR ? html_string(c, &t[m]) : t[m].val);
			html_fact_end(h);
			html_close(h, "dl");
		}
}

static void
missing(struct html_chat *c, const struct reference_file *f, bool known, const struct json_node *t, size_t i)
{
	struct html_out *h = &c->html;

	html_open(h, "p");
	html_attr_z(h, "class", "w");
	if (!known) {
		html_words(h, "附件不在本归档中，也没有列为缺口", "the attachment is not in this archive, nor listed as a gap");
	} else {
		html_words(h, "附件缺失：", "the attachment is missing:");
		html_z(h, " ");
		html_word(h, html_reasons, f->gap, true);
		if (f->gap_detail.n > 0) {
			html_z(h, " — ");
			html_bdi(h, NULL, f->gap_detail);
		}
	}
	html_close(h, "p");
	announced(c, t, i);
}

static void
remark(struct html_out *h, const char *zh, const char *en)
{
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	html_words(h, zh, en);
	html_close(h, "p");
}

static void
stored(struct html_chat *c, const struct reference_file *f, enum html_media as)
{
	struct html_out *h = &c->html;
	char href[160];
	const bool has = relative(f->path, href), empty = str_is(f->size, "0");
	const struct str name = f->name.n > 0 ? f->name : f->path;
	const enum html_media kind = kind_of(f, as);

	if (has && !empty && kind != MEDIA_LINK)
		element(h, kind, href, name);
	if (empty)
		remark(h, "空文件：平台给出的就是零字节", "an empty file: zero bytes are what the platform gave");
	else if (as == MEDIA_AUDIO && kind == MEDIA_LINK)
		remark(h, "语音：浏览器不能播放这种格式，请用播放器打开文件", "voice: no browser plays this format; open the file with a player");
	if (has && may_open(f->path)) {
		html_open(h, "a");
		html_attr_z(h, "href", href);
		html_attr_z(h, "rel", "noopener noreferrer nofollow");
		html_bdi(h, "name", name);
		html_close(h, "a");
	} else {
		html_bdi(h, "name", name);
	}
	html_z(h, " ");
	if (f->size.n > 0) {
		html_text(h, f->size);
		html_z(h, " B ");
	}
	if (f->media_type.n > 0) {
		html_bdi(h, NULL, f->media_type);
		html_z(h, " ");
	}
	html_open(h, "span");
	html_attr_z(h, "class", "id");
	html_z(h, "SHA-256 ");
	html_text(h, f->sha256);
	if (f->name.n > 0) {
		html_z(h, " ");
		html_text(h, f->path);
	}
	html_close(h, "span");
}

void
html_media(struct html_chat *c, const struct record *rec, struct str id, enum html_media as, const struct json_node *t, size_t i)
{
	struct html_out *h = &c->html;
	struct reference_file f;
	enum status st = reference_file(c->who, "messages", rec->id, id, &c->arena, &f, h->err);

	if (st != ST_OK && st != ST_END) {
		html_fail(h, st);
		return;
	}
	shown(c, id);
	html_open(h, "div");
	html_attr_z(h, "class", "a");
	html_attr_exact(h, "data-file", id);
	if (st == ST_END || f.gap.p != NULL)
		missing(c, &f, st == ST_OK, t, i);
	else
		stored(c, &f, as);
	html_close(h, "div");
}
