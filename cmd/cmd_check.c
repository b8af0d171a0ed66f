/* cmd_check.c: is this disclosure package, or redacted copy, what it says?  Nothing of a record is shown before it is proven. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "archive/package.h"
#include "cmd/app.h"
#include "cmd/class.h"
#include "cmd/judge.h"
#include "cmd/verify_html.h"
#include "cmd/verify_print.h"
#include "cmd/vouch.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/utf8.h"
#include "core/when.h"

static const struct option_def check_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ "renewal", 0, "FILE", N_("a renewal archive kept elsewhere, to vouch for what is older"), true },
	{ "receipt", 0, "FILE", N_("head receipts kept elsewhere: is its seal the one they name?"), true },
	{ "html", 0, "FILE", N_("write the report as a page, too"), false },
	{ NULL, 0, NULL, NULL, false }
};

struct check {
	struct app	*app;
	struct trust	 trust;
	struct receipts	 receipts;
	struct verify_html html;
	struct buf	 out;
	bool		 any;
};

static enum status
put_safe(struct buf *out, struct str text, struct err *err)
{
	struct buf safe;
	enum status st;

	buf_init(&safe, 8 * LIMIT_RECORD);
	if ((st = utf8_terminal(text, &safe, err)) == ST_OK)
		st = buf_str_add(out, buf_str(&safe), err);
	buf_free(&safe);
	return st;
}

/* What is said of one record, without the record itself. */
static enum status
item_line(struct buf *out, const struct package_item *it, struct err *err)
{
	enum status st;

	if ((st = put_safe(out, str_of(it->name), err)) != ST_OK || (st = buf_addf(out, err, ": %s", verify_print_word(it->verdict))) != ST_OK)
		return st;
	if (it->whole && it->segment[0] != '\0')
		st = buf_addf(out, err, _(", %" PRIu32 " records, %" PRIu32 " of them masked"), it->count, it->n_redacted);
	else if (it->segment[0] != '\0')
		st = buf_addf(out, err, _(", record %" PRIu32 " of %" PRIu32 " in %s"), it->index + 1, it->count, it->segment);
	if (st == ST_OK && it->file)
		st = buf_addz(out, _(", its file is the one recorded"), err);
	if (st == ST_OK && it->verdict != VERDICT_VALID && (st = buf_addz(out, ": ", err)) == ST_OK)
		st = put_safe(out, str_of(it->text), err);
	return st;
}

static enum status
item_text(struct buf *out, const struct package_item *it, struct err *err)
{
	enum status st = item_line(out, it, err);

	if (st == ST_OK && it->record.p != NULL && (st = buf_addz(out, "\n  ", err)) == ST_OK)
		st = put_safe(out, it->record, err);
	return st == ST_OK ? buf_putc(out, '\n', err) : st;
}

static enum status
item_html(struct check *c, const struct package_item *it, struct err *err)
{
	struct buf line;
	enum status st;

	if (c->html.path == NULL)
		return ST_OK;
	buf_init(&line, 65536);
	if ((st = item_line(&line, it, err)) == ST_OK && (st = buf_z(&line, err)) == ST_OK)
		st = verify_html_line(&c->html, it->verdict, line.p, err);
	buf_free(&line);
	return st;
}

static enum status
item_json(struct check *c, const struct package_item *it, struct err *err)
{
	struct buf *out = &c->out;
	enum status st;

	if ((st = buf_addz(out, c->any ? ",{\"name\":" : "{\"name\":", err)) != ST_OK || (st = json_put_string(out, str_of(it->name), err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"verdict\":\"%s\"", verify_print_id(it->verdict))) != ST_OK)
		return st;
	if (it->whole)
		st = buf_addf(out, err, ",\"count\":%" PRIu32 ",\"masked\":%" PRIu32, it->count, it->n_redacted);
	else if (it->segment[0] != '\0')	/* the alphabet of paths needs no escape */
		st = buf_addf(out, err, ",\"segment\":\"%s\",\"index\":%" PRIu32 ",\"count\":%" PRIu32, it->segment, it->index, it->count);
	if (st == ST_OK && !it->whole)
		st = buf_addf(out, err, ",\"file\":%s", it->file ? "true" : "false");
	if (st == ST_OK && it->verdict != VERDICT_VALID && (st = buf_addz(out, ",\"text\":", err)) == ST_OK)
		st = json_put_string(out, str_of(it->text), err);
	if (st == ST_OK && it->record.p != NULL && (st = buf_addz(out, ",\"record\":", err)) == ST_OK)
		st = buf_str_add(out, it->record, err);
	c->any = true;
	return st == ST_OK ? buf_putc(out, '}', err) : st;
}

static enum status
flush(struct check *c, struct err *err)
{
	enum status st = app_print(&c->out, err);

	buf_clear(&c->out);
	return st;
}

static enum status
on_item(void *ctx, const struct package_item *it, struct err *err)
{
	struct check *c = ctx;
	enum status st;

	if ((st = c->app->json ? item_json(c, it, err) : item_text(&c->out, it, err)) != ST_OK || (st = item_html(c, it, err)) != ST_OK)
		return st;
	return flush(c, err);
}

static void
on_seal(void *ctx, struct verify_report *seal)
{
	const struct check *c = ctx;

	if (c->receipts.n > 0)
		judge_receipts(&c->receipts, seal);
}

static enum status
end_text(struct check *c, const char *path, const struct verify_report *r, struct err *err)
{
	enum status st = verify_print_text(path, r, &c->out, err);

	return st == ST_OK && r->seal_ok ? buf_addz(&c->out, _("  what is not shown here is not judged: whether there are other records, and which, this does not tell\n"), err) : st;
}

static enum status
end_json(struct check *c, const struct verify_report *r, struct err *err)
{
	enum status st = buf_addf(&c->out, err, "],\"verdict\":\"%s\"", verify_print_id(r->verdict));

	if (st != ST_OK || (st = verify_print_json_seal(r, &c->out, err)) != ST_OK || (st = verify_print_json_steps(r, &c->out, err)) != ST_OK)
		return st;
	return buf_addz(&c->out, "}\n", err);
}

/* Is the one doubt that a receipt does not reach as far as this seal? */
static bool
asks_receipt(const struct verify_report *r)
{
	size_t i;

	for (i = 0; i < r->n_steps && r->steps[i].verdict == VERDICT_VALID; i++)
		;
	return i < r->n_steps && strcmp(r->steps[i].id, "chain.receipt") == 0;
}

/* The one last line. */
static enum status
class_of_report(const struct package_report *r, struct err *err)
{
	const enum status st = r->verdict == VERDICT_VALID ? ST_OK : r->verdict == VERDICT_INVALID ? ST_CORRUPT : ST_UNSURE;
	size_t i;

	if (st == ST_OK)
		return ST_OK;
	if (r->text[0] != '\0')
		err_set(err, st, "%s: %s", r->fault, r->text);
	else {
		for (i = 0; i < r->seal.n_steps && r->seal.steps[i].verdict != r->verdict; i++)
			;
		err_set(err, st, "%s", i < r->seal.n_steps ? r->seal.steps[i].text : "?");
	}
	if (st == ST_CORRUPT)
		return err_next(err, _("ask whoever gave it to you for the archive itself, and verify that"));
	if (asks_receipt(&r->seal))
		return err_next(err, _("give a receipt of this seal, or verify the whole store with the receipts there are"));
	return err_next(err, _("give what is missing, then check again: --trust FILE"));
}

static enum status
open_inputs(struct check *c, const struct options *o, int *dir, struct err *err)
{
	enum status st;
	size_t i;

	if ((*dir = open(o->operands[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		if (errno != ENOTDIR)
			return err_sys(err, _("cannot open the directory %s"), o->operands[0]);
		err_set(err, ST_USAGE, _("%s is not a directory, so it is no disclosure package"), o->operands[0]);
		return err_next(err, "custody verify %s", o->operands[0]);
	}
	if ((st = verify_html_open(&c->html, options_get(o, "html"), err)) != ST_OK)
		return st;
	c->html.package = true;
	if ((st = app_trust(c->app, options_get(o, "trust"), &c->trust, err)) == ST_OK)
		st = vouch_trust(&c->trust, o, NULL, err);
	for (i = 0; i < o->n_given && st == ST_OK; i++)
		if (strcmp(o->given[i].def->name, "receipt") == 0)
			st = receipts_load(o->given[i].value, &c->receipts, err);
	return st;
}

/* Whatever was found is told, also where the page cannot be written; INVALID weighs more than that. */
static enum status
answer(struct check *c, const char *path, struct package_report *r, struct err *err)
{
	struct err page;
	enum status st, verdict;

	err_init(&page);
	r->seal.verdict = r->verdict;
	if ((st = c->app->json ? end_json(c, &r->seal, err) : end_text(c, path, &r->seal, err)) != ST_OK || (st = flush(c, err)) != ST_OK)
		return st;
	c->app->answered = c->app->json;
	if ((st = verify_html_add(&c->html, path, &r->seal, &page)) == ST_OK)
		st = verify_html_write(&c->html, c->trust.roots != NULL, &page);
	verdict = class_of_report(r, err);
	if (st == ST_OK || class_worse(verdict, st) == verdict) {
		if (st != ST_OK)
			log_say(LOG_ERROR_, "%s", page.text);
		return verdict;
	}
	*err = page;
	return st;
}

static enum status
check_run(struct app *app, const struct options *o, struct err *err)
{
	struct check c = { .app = app };
	const struct package_taps taps = { &c, on_seal, on_item };
	struct package_report report;
	enum status st;
	int dir = -1;

	buf_init(&c.out, 9 * LIMIT_RECORD);
	if ((st = open_inputs(&c, o, &dir, err)) != ST_OK)
		goto out;
	if (app->json && (st = buf_addz(&c.out, "{\"path\":", err)) == ST_OK && (st = json_put_string(&c.out, str_of(o->operands[0]), err)) == ST_OK)
		st = buf_addz(&c.out, ",\"records\":[", err);
	if (st == ST_OK && (st = package_check(dir, &c.trust, when_now_ms(), &taps, &report, err)) == ST_OK)
		st = answer(&c, o->operands[0], &report, err);
out:
	buf_free(&c.out);
	verify_html_free(&c.html);
	receipts_free(&c.receipts);
	trust_free(&c.trust);
	fs_drop(&dir);
	return st;
}

const struct command command_check = {
	"check", "PROOF", N_("is a disclosure package or a redacted copy what it says?"), check_options, 1, 1, check_run
};
