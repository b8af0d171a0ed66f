/* verify_bag.c: see the header.  Everything shown comes from a stranger: nothing reaches the terminal or JSON unescaped. */
#include "cmd/verify_bag.h"

#include <inttypes.h>
#include <stdio.h>

#include "archive/bag.h"
#include "cmd/class.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/utf8.h"

#define SHOWN_MAX	20u	/* of each kind of finding, in text; JSON has them all */

static const char *const words[] = { "valid", "incomplete", "invalid" };
static const char *const verdicts[] = { "VALID", "INDETERMINATE", "INVALID" };

static const char *
word_of(enum bag_verdict v)
{
	return v == BAG_VALID ? _("valid") : v == BAG_INVALID ? _("invalid") : _("incomplete");
}

static const char *
severity(enum bag_severity s)
{
	return s == BAG_ERROR ? _("error") : s == BAG_UNSURE ? _("missing") : _("warning");
}

static enum status
safe(struct buf *out, const char *text, struct err *err)
{
	return utf8_terminal(str_of(text), out, err);
}

/* Findings of one severity; of one code no more than SHOWN_MAX. */
static enum status
text_issues(const struct bag_report *r, enum bag_severity s, struct buf *out, struct err *err)
{
	uint64_t left = r->n[s];
	enum status st = ST_OK;
	size_t i, j, same;

	for (i = 0; i < r->n_issues && st == ST_OK; i++) {
		const struct bag_issue *issue = &r->issues[i];

		if (issue->severity != s)
			continue;
		for (j = same = 0; j < i && same < SHOWN_MAX; j++)
			same += r->issues[j].severity == s && strcmp(r->issues[j].code, issue->code) == 0;
		if (same >= SHOWN_MAX)
			continue;
		left--;
		if ((st = buf_addf(out, err, "  %s %s", s == BAG_ERROR ? "X" : s == BAG_UNSURE ? "?" : "!", severity(s))) == ST_OK &&
		    (st = buf_addz(out, ": ", err)) == ST_OK && (issue->path[0] == '\0' || ((st = safe(out, issue->path, err)) == ST_OK &&
		    (st = buf_addz(out, ": ", err)) == ST_OK)) && (st = safe(out, issue->text, err)) == ST_OK)
			st = buf_putc(out, '\n', err);
	}
	if (st == ST_OK && left > 0)
		st = buf_addf(out, err, _("    and %" PRIu64 " more like these (--json lists up to %u)\n"), left, BAG_ISSUES_MAX);
	return st;
}

static enum status
text_fetch(const struct bag_report *r, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t i, n = 0;

	if (r->n_fetch > 0)
		st = buf_addf(out, err, _("  fetch.txt: %" PRIu64 " files, %" PRIu64 " not here; this program never downloads them\n"), r->n_fetch, r->n_unfetched);
	for (i = 0; i < r->n_fetch_kept && n < SHOWN_MAX && st == ST_OK; i++) {
		const struct bag_fetch *f = &r->fetch[i];

		if (f->present)
			continue;
		n++;
		if ((st = buf_addz(out, "    ", err)) == ST_OK && (st = safe(out, f->path, err)) == ST_OK && (st = buf_addz(out, " <- ", err)) == ST_OK)
			st = safe(out, f->url, err);
		if (st == ST_OK && f->length != UINT64_MAX)
			st = buf_addf(out, err, _(" (%" PRIu64 " octets)"), f->length);
		if (st == ST_OK)
			st = buf_putc(out, '\n', err);
	}
	return st;
}

static enum status
print_text(const char *path, const struct bag_report *r, struct buf *out, struct err *err)
{
	enum status st;

	if ((st = safe(out, path, err)) != ST_OK || (st = buf_addf(out, err, ": %s\n", word_of(r->verdict))) != ST_OK)
		return st;
	if (r->version[0] != '\0' && (st = buf_addf(out, err, _("  BagIt %s, %s, tag files in %s\n"), r->version, _(r->kind),
	    r->encoding[0] != '\0' ? r->encoding : "?")) != ST_OK)
		return st;
	if (r->version[0] != '\0' && (st = buf_addf(out, err,
	    _("  payload: %" PRIu64 " files, %" PRIu64 " octets, checked by: %s\n  tag files: %" PRIu64 ", checked by: %s; in no tag manifest: %" PRIu64 "\n"),
	    r->files, r->octets, r->payload_algs[0] != '\0' ? r->payload_algs : "-", r->tag_files, r->tag_algs[0] != '\0' ? r->tag_algs : "-",
	    r->loose_tags)) != ST_OK)
		return st;
	if ((st = text_issues(r, BAG_ERROR, out, err)) != ST_OK || (st = text_issues(r, BAG_UNSURE, out, err)) != ST_OK ||
	    (st = text_fetch(r, out, err)) != ST_OK)
		return st;
	return text_issues(r, BAG_WARNING, out, err);
}

/* Bytes that are not UTF-8 become visible escapes, as on a terminal. */
static enum status
put_text(struct buf *out, const char *key, const char *text, struct err *err)
{
	struct buf shown;
	enum status st;

	if ((st = buf_addf(out, err, "\"%s\":", key)) != ST_OK || utf8_ok(str_of(text)))
		return st == ST_OK ? json_put_string(out, str_of(text), err) : st;
	buf_init(&shown, (size_t)1 << 20);
	if ((st = safe(&shown, text, err)) == ST_OK)
		st = json_put_string(out, buf_str(&shown), err);
	buf_free(&shown);
	return st;
}

static enum status
json_algs(struct buf *out, const char *key, const char *names, struct err *err)
{
	enum status st = buf_addf(out, err, ",\"%s\":[", key);
	size_t n;

	for (; *names != '\0' && st == ST_OK; names += n + (names[n] == ' ')) {
		n = strcspn(names, " ");
		st = buf_addf(out, err, "\"%.*s\"%s", (int)n, names, names[n] == ' ' ? "," : "");
	}
	return st == ST_OK ? buf_putc(out, ']', err) : st;
}

static enum status
print_json(const char *path, const struct bag_report *r, struct buf *out, struct err *err)
{
	enum status st;
	size_t i;

	if ((st = buf_putc(out, '{', err)) != ST_OK || (st = put_text(out, "path", path, err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"verdict\":\"%s\",\"bag\":\"%s\",\"kind\":\"%s\",\"version\":\"%s\",", verdicts[r->verdict], words[r->verdict], r->kind,
	    r->version)) != ST_OK || (st = put_text(out, "encoding", r->encoding, err)) != ST_OK ||
	    (r->base != NULL && ((st = buf_putc(out, ',', err)) != ST_OK || (st = put_text(out, "base", r->base, err)) != ST_OK)) ||
	    (st = json_algs(out, "payload_algorithms", r->payload_algs, err)) != ST_OK ||
	    (st = json_algs(out, "tag_algorithms", r->tag_algs, err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"files\":%" PRIu64 ",\"octets\":%" PRIu64 ",\"tag_files\":%" PRIu64 ",\"tag_files_unlisted\":%" PRIu64
	    ",\"fetch_files\":%" PRIu64 ",\"unfetched\":%" PRIu64 ",\"errors\":%" PRIu64 ",\"missing\":%" PRIu64 ",\"warnings\":%" PRIu64 ",\"issues\":[",
	    r->files, r->octets, r->tag_files, r->loose_tags, r->n_fetch, r->n_unfetched, r->n[BAG_ERROR], r->n[BAG_UNSURE], r->n[BAG_WARNING])) != ST_OK)
		return st;
	for (i = 0; i < r->n_issues; i++) {
		const struct bag_issue *s = &r->issues[i];

		if ((st = buf_addf(out, err, "%s{\"severity\":\"%s\",\"code\":\"%s\",", i == 0 ? "" : ",", bag_severity_word(s->severity), s->code)) != ST_OK ||
		    (st = put_text(out, "path", s->path, err)) != ST_OK || (st = buf_putc(out, ',', err)) != ST_OK ||
		    (st = put_text(out, "text", s->text, err)) != ST_OK || (st = buf_putc(out, '}', err)) != ST_OK)
			return st;
	}
	if ((st = buf_addz(out, "],\"fetch\":[", err)) != ST_OK)
		return st;
	for (i = 0; i < r->n_fetch_kept; i++) {
		const struct bag_fetch *f = &r->fetch[i];

		if ((st = buf_addz(out, i == 0 ? "{" : ",{", err)) != ST_OK || (st = put_text(out, "path", f->path, err)) != ST_OK ||
		    (st = buf_putc(out, ',', err)) != ST_OK || (st = put_text(out, "url", f->url, err)) != ST_OK ||
		    (f->length != UINT64_MAX && (st = buf_addf(out, err, ",\"length\":%" PRIu64, f->length)) != ST_OK) ||
		    (st = buf_addf(out, err, ",\"present\":%s}", f->present ? "true" : "false")) != ST_OK)
			return st;
	}
	return buf_addz(out, "]}\n", err);
}

/* What the last line says: the first finding of the severity that decided. */
static enum status
tell(const char *path, const struct bag_report *r, struct err *err)
{
	enum bag_severity s = r->verdict == BAG_INVALID ? BAG_ERROR : BAG_UNSURE;
	enum status st = r->verdict == BAG_INVALID ? ST_CORRUPT : ST_UNSURE;
	size_t i;

	for (i = 0; i < r->n_issues && r->issues[i].severity != s; i++)
		;
	(void)err_set(err, st, "%s: %s: %s%s%.300s", path, word_of(r->verdict), i < r->n_issues ? r->issues[i].path : "",
	    i < r->n_issues && r->issues[i].path[0] != '\0' ? ": " : "", i < r->n_issues ? r->issues[i].text : "?");
	if (r->n_unfetched > 0 && r->verdict == BAG_INCOMPLETE)
		(void)err_next(err, _("fetch the files named in fetch.txt with a program you trust, then verify again"));
	else if (r->verdict == BAG_INVALID)
		(void)err_next(err, _("compare with another copy of this bag, or ask whoever made it"));
	return st;
}

enum status
verify_bags(struct app *app, const struct options *o, struct err *err)
{
	enum status st = ST_OK, worst = ST_OK;
	size_t i;

	for (i = 0; i < o->n_operands && st == ST_OK; i++) {
		struct bag_report r;
		struct buf out;

		app->object = NULL;
		buf_init(&out, (size_t)256 << 20);
		st = bag_verify(o->operands[i], &r, err);
		if (st == ST_OK)
			st = app->json ? print_json(o->operands[i], &r, &out, err) : print_text(o->operands[i], &r, &out, err);
		else
			app->object = o->operands[i];
		if (st == ST_OK && (st = app_print(&out, err)) == ST_OK) {
			app->answered = app->json;
			if (r.verdict != BAG_VALID) {
				struct err this;
				enum status s = tell(o->operands[i], &r, &this);

				if (class_worse(worst, s) != worst) {
					worst = s;
					*err = this;
				}
			}
		}
		buf_free(&out);
		bag_report_free(&r);
	}
	return st != ST_OK ? st : worst;
}
