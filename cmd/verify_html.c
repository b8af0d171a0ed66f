/* verify_html.c: the report of `verify` as a page; see verify_html.h. */
#include "cmd/verify_html.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/utf8.h"
#include "core/when.h"

#define PAGE_MAX	((size_t)64 << 20)

/* The names of DA/T 70 stand in both languages, whatever language the page is in: officers and courts look for them. */
static const char *const groups[] = { "真实性 Authenticity", "完整性 Integrity", "可用性 Usability", "安全性 Security" };
static const char *const classes[] = { "valid", "unsure", "invalid" };
static const char *const marks[] = { "✓", "?", "✗" };

/* Shapes and words carry the verdict, colour only repeats it: printed in black it says the same. */
static const char style[] =
    "body{font:15px/1.5 system-ui,\"Noto Sans CJK SC\",\"Source Han Sans SC\",\"Microsoft YaHei\",sans-serif;color:#1c1c1c;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}\n"
    "h1{font-size:1.5rem;margin:0 0 .5rem}h2{font-size:1.1rem;margin:0;overflow-wrap:anywhere}h3{font-size:1rem;margin:1rem 0 .25rem}\n"
    "section{border:1px solid #ccc;border-left-width:.5rem;padding:.75rem 1rem;margin:1rem 0;break-inside:avoid-page}\n"
    ".valid{border-left-color:#1a7f37}.unsure{border-left-color:#9a6700}.invalid{border-left-color:#b42318}\n"
    "b.valid{color:#1a7f37}b.unsure{color:#9a6700}b.invalid{color:#b42318}\n"
    "ul{list-style:none;margin:0;padding:0}li{padding-left:1.5rem;text-indent:-1.5rem;overflow-wrap:anywhere}li b{display:inline-block;width:1.5rem;text-indent:0}\n"
    "table{border-collapse:collapse;margin:.75rem 0 0}th,td{text-align:left;vertical-align:top;padding:.1rem 1rem .1rem 0;font-weight:normal;overflow-wrap:anywhere}th{color:#555;white-space:nowrap}\n"
    "code{font-family:ui-monospace,monospace;font-size:.85em}.note{color:#555;font-size:.9rem}.stage{font-weight:bold}\n";

/* What the page itself is worth, at its foot. */
static const char about_archive[] = N_("This page is a report, not evidence: the evidence is the archive, and anybody can check it again with custody, or by hand with "
    "the commands in its VERIFY.txt.");
static const char about_package[] = N_("This page is a report, not evidence: the evidence is the package, and anybody can check it again with custody, or by hand with "
    "the commands in its EXPLAIN.txt. What a package does not show is not judged: whether there are other records, and which, it does not tell.");

static const char *
word(enum verdict v)
{
	return v == VERDICT_VALID ? _("VALID") : v == VERDICT_INVALID ? _("INVALID") : _("INDETERMINATE");
}

/* Text into the page: first what no reader should meet (bidi controls, bad bytes) becomes visible, then markup becomes text. */
static enum status
put(struct buf *out, struct str text, struct err *err)
{
	enum status st;
	struct buf safe;
	size_t i;

	buf_init(&safe, (size_t)1 << 20);
	if ((st = utf8_terminal(text, &safe, err)) == ST_OK)
		for (i = 0; i < safe.n && st == ST_OK; i++) {
			const char *as = safe.p[i] == '&' ? "&amp;" : safe.p[i] == '<' ? "&lt;" : safe.p[i] == '>' ? "&gt;" : safe.p[i] == '"' ? "&quot;" :
			    safe.p[i] == '\'' ? "&#39;" : NULL;

			st = as != NULL ? buf_addz(out, as, err) : buf_putc(out, safe.p[i], err);
		}
	buf_free(&safe);
	return st;
}

static enum status
put_between(struct buf *out, const char *before, const char *text, const char *after, struct err *err)
{
	enum status st;

	if ((st = buf_addz(out, before, err)) == ST_OK && (st = put(out, str_of(text), err)) == ST_OK)
		st = buf_addz(out, after, err);
	return st;
}

static enum status
put_row(struct buf *out, const char *name, const char *value, struct err *err)
{
	enum status st = put_between(out, "<tr><th>", name, "</th>", err);

	return st == ST_OK ? put_between(out, "<td>", value, "</td></tr>\n", err) : st;
}

static enum status
put_number(struct buf *out, const char *name, uint64_t n, struct err *err)
{
	char text[24];

	snprintf(text, sizeof(text), "%" PRIu64, n);
	return put_row(out, name, text, err);
}

/* What the seal says; shown only where its signatures hold at least by their mathematics. */
static enum status
put_seal(struct buf *out, const struct verify_report *r, struct err *err)
{
	const struct seal *s = &r->seal;
	char hex[65], from[30], until[30], text[72];
	enum status st;

	digest_hex(r->seal_sha256, sizeof(r->seal_sha256), hex);
	when_local(s->covers_from_ms, from);
	when_local(s->covers_until_ms, until);
	snprintf(text, sizeof(text), "%s – %s", from, until);
	if ((st = buf_addz(out, "<table>\n", err)) != ST_OK || (st = put_row(out, _("archive"), s->archive, err)) != ST_OK ||
	    (st = put_row(out, _("chain"), s->chain, err)) != ST_OK || (st = put_number(out, _("sequence"), s->sequence, err)) != ST_OK ||
	    (st = put_row(out, _("period"), text, err)) != ST_OK || (st = put_number(out, _("records"), s->records, err)) != ST_OK ||
	    (st = put_number(out, _("gaps"), s->gaps, err)) != ST_OK || (st = put_number(out, _("files"), s->payload_files, err)) != ST_OK ||
	    (st = put_row(out, _("SHA-256 of seal.txt"), hex, err)) != ST_OK)
		return st;
	if (r->token_ms != WHEN_UNKNOWN) {
		when_local(r->token_ms, text);
		if ((st = put_row(out, _("existed at (time stamp)"), text, err)) != ST_OK)
			return st;
	}
	if (r->vouched_by[0] != '\0') {
		when_local(r->vouched_ms, from);
		snprintf(text, sizeof(text), "%.39s, %s", r->vouched_by, from);
		if ((st = put_row(out, _("vouched for by (renewal archive)"), text, err)) != ST_OK)
			return st;
	}
	return buf_addz(out, "</table>\n", err);
}

static enum status
put_stage(struct buf *out, const struct verify_report *r, struct err *err)
{
	const char *text = !r->pending ? NULL : !r->has_stage ? _("pending: not sealed yet") : r->stage.stage == PENDING_UNSIGNED ? _("pending: not signed") :
	    r->stage.stage == PENDING_PARTLY ? _("pending: partly signed") : _("pending: fully signed, not closed");

	return text == NULL ? ST_OK : put_between(out, "<p class=\"stage\">", text, "</p>\n", err);
}

static enum status
put_line(struct buf *out, enum verdict v, const char *text, struct err *err)
{
	enum status st = buf_addf(out, err, "<li><b class=\"%s\" title=\"%s\">%s</b>", classes[v], word(v), marks[v]);

	return st == ST_OK ? put_between(out, "", text, "</li>\n", err) : st;
}

static enum status
put_steps(struct buf *out, const struct verify_report *r, int group, struct err *err)
{
	enum status st = ST_OK;
	bool open = false;
	size_t i;

	for (i = 0; i < r->n_steps && st == ST_OK; i++) {
		const struct verify_step *s = &r->steps[i];

		if ((int)s->group != group)
			continue;
		if (!open && (st = buf_addf(out, err, "<h3>%s</h3>\n<ul>\n", groups[group])) != ST_OK)
			return st;
		open = true;
		st = put_line(out, s->verdict, s->text, err);
	}
	return st == ST_OK && open ? buf_addz(out, "</ul>\n", err) : st;
}

enum status
verify_html_open(struct verify_html *h, const char *path, struct err *err)
{
	struct stat sb;

	memset(h, 0, sizeof(*h));
	buf_init(&h->body, PAGE_MAX);
	buf_init(&h->lines, PAGE_MAX);
	if (path != NULL && lstat(path, &sb) == 0) {
		err_set(err, ST_USAGE, _("%s exists already"), path);
		return err_next(err, _("name another file; nothing is overwritten"));
	}
	if (path != NULL && errno != ENOENT)
		return err_sys(err, "%s", path);
	h->path = path;
	return ST_OK;
}

enum status
verify_html_line(struct verify_html *h, enum verdict v, const char *text, struct err *err)
{
	return h->path == NULL ? ST_OK : put_line(&h->lines, v, text, err);
}

enum status
verify_html_add(struct verify_html *h, const char *name, const struct verify_report *r, struct err *err)
{
	struct buf *out = &h->body;
	char at[48];
	enum status st;
	int g;

	if (h->path == NULL)
		return ST_OK;
	h->n[r->verdict]++;
	if ((st = buf_addf(out, err, "<section class=\"%s\">\n", classes[r->verdict])) != ST_OK || (st = put_between(out, "<h2>", name, " ", err)) != ST_OK ||
	    (st = buf_addf(out, err, "<b class=\"%s\">%s %s</b></h2>\n", classes[r->verdict], marks[r->verdict], word(r->verdict))) != ST_OK ||
	    (st = put_stage(out, r, err)) != ST_OK ||
	    (r->views == VERIFY_VIEWS_DIFFER && (st = put_between(out, "<p class=\"stage\">", _("Its views do not say what its records say: see usability."), "</p>\n", err)) != ST_OK))
		return st;
	for (g = 0; g < 4; g++)
		if ((st = put_steps(out, r, g, err)) != ST_OK)
			return st;
	if (r->verdict == VERDICT_INVALID && !r->unplaced) {
		snprintf(at, sizeof(at), "%" PRIu64, r->offset);
		if ((st = buf_addz(out, "<table>\n", err)) != ST_OK ||
		    (st = put_row(out, _("first contradiction at"), r->member[0] != '\0' ? r->member : "-", err)) != ST_OK ||
		    (st = put_row(out, r->offset_in_file ? _("offset in the file") : _("offset in the tar"), at, err)) != ST_OK ||
		    (st = buf_addz(out, "</table>\n", err)) != ST_OK)
			return st;
	}
	if (h->lines.n > 0 && ((st = put_between(out, "<h3>", _("what is shown"), "</h3>\n<ul>\n", err)) != ST_OK ||
	    (st = buf_str_add(out, buf_str(&h->lines), err)) != ST_OK || (st = buf_addz(out, "</ul>\n", err)) != ST_OK))
		return st;
	buf_clear(&h->lines);
	if (r->seal_ok && (st = put_seal(out, r, err)) != ST_OK)
		return st;
	return buf_addz(out, "</section>\n", err);
}

static enum status
put_head(const struct verify_html *h, bool trusted, struct buf *out, struct err *err)
{
	char now[30];
	enum status st;
	size_t i;

	when_local(when_now_ms(), now);
	if ((st = buf_addf(out, err, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n"
	    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n", i18n_is_zh() ? "zh-CN" : "en")) != ST_OK ||
	    (st = put_between(out, "<title>", _("Verification report"), "</title>\n<style>\n", err)) != ST_OK ||
	    (st = buf_addf(out, err, "%s</style>\n</head>\n<body>\n", style)) != ST_OK ||
	    (st = put_between(out, "<h1>", _("Verification report"), "</h1>\n<p>", err)) != ST_OK)
		return st;
	for (i = 0; i < 3; i++)
		if (h->n[i] > 0 && (st = buf_addf(out, err, "<b class=\"%s\">%s %s</b> %zu &emsp;", classes[i], marks[i], word((enum verdict)i), h->n[i])) != ST_OK)
			return st;
	if ((st = put_between(out, "</p>\n<p class=\"note\">", _("Checked by custody at:"), " ", err)) != ST_OK || (st = put_between(out, "", now, ". ", err)) != ST_OK)
		return st;
	if (!trusted && (st = put_between(out, "", _("No trust from outside was given: nothing can be VALID without it."), " ", err)) != ST_OK)
		return st;
	return put_between(out, "", _("VALID: every step passed with trust from outside. INVALID: the bytes contradict the format, each other, or the trust given. "
	    "INDETERMINATE: nothing contradicts, but something needed is missing or unknown."), "</p>\n", err);
}

enum status
verify_html_write(struct verify_html *h, bool trusted, struct err *err)
{
	enum status st;
	struct buf page;

	if (h->path == NULL)
		return ST_OK;
	buf_init(&page, PAGE_MAX + 65536);
	if ((st = put_head(h, trusted, &page, err)) == ST_OK && (st = buf_str_add(&page, buf_str(&h->body), err)) == ST_OK &&
	    (st = put_between(&page, "<p class=\"note\">", _(h->package ? about_package : about_archive), "</p>\n</body>\n</html>\n", err)) == ST_OK)
		st = fs_replace(AT_FDCWD, h->path, page.p, page.n, err);
	buf_free(&page);
	return st;
}

void
verify_html_free(struct verify_html *h)
{
	buf_free(&h->body);
	buf_free(&h->lines);
}
