/* cmd_check.c: is this disclosure package, or redacted copy, what it says?  Nothing of a record is shown before it is proven. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "archive/package.h"
#include "cmd/app.h"
#include "cmd/proving.h"
#include "cmd/vouch.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/utf8.h"
#include "core/when.h"

static const struct option_def check_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ "renewal", 0, "FILE", N_("a renewal archive kept elsewhere, to vouch for what is older"), true },
	{ NULL, 0, NULL, NULL, false }
};

struct check { struct app *app; struct buf out; bool any; };

static const char *
verdict_word(enum verdict v)
{
	return v == VERDICT_VALID ? _("VALID") : v == VERDICT_INVALID ? _("INVALID") : _("INDETERMINATE");
}

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

static enum status
item_text(struct buf *out, const struct package_item *it, struct err *err)
{
	enum status st;

	if ((st = put_safe(out, str_of(it->name), err)) != ST_OK || (st = buf_addf(out, err, ": %s", verdict_word(it->verdict))) != ST_OK)
		return st;
	if (it->whole && it->segment[0] != '\0')
		st = buf_addf(out, err, _(", %" PRIu32 " records, %" PRIu32 " of them masked"), it->count, it->n_redacted);
	else if (it->segment[0] != '\0')
		st = buf_addf(out, err, _(", record %" PRIu32 " of %" PRIu32 " in %s"), it->index + 1, it->count, it->segment);
	if (st == ST_OK && it->file)
		st = buf_addz(out, _(", its file is the one recorded"), err);
	if (st == ST_OK && it->verdict != VERDICT_VALID && (st = buf_addz(out, ": ", err)) == ST_OK)
		st = put_safe(out, str_of(it->text), err);
	if (st == ST_OK && it->record.p != NULL && (st = buf_addz(out, "\n  ", err)) == ST_OK)
		st = put_safe(out, it->record, err);
	return st == ST_OK ? buf_putc(out, '\n', err) : st;
}

static enum status
item_json(struct check *c, const struct package_item *it, struct err *err)
{
	struct buf *out = &c->out;
	enum status st;

	if ((st = buf_addz(out, c->any ? ",{\"name\":" : "{\"name\":", err)) != ST_OK || (st = json_put_string(out, str_of(it->name), err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"verdict\":\"%s\"", proving_verdict(it->verdict))) != ST_OK)
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

	if ((st = c->app->json ? item_json(c, it, err) : item_text(&c->out, it, err)) != ST_OK)
		return st;
	return flush(c, err);
}

static enum status
end_text(struct check *c, const char *path, const struct package_report *r, struct err *err)
{
	static const char *const groups[] = { N_("authenticity"), N_("integrity"), N_("usability"), N_("security") };
	const struct verify_report *s = &r->seal;
	char local[30];
	enum status st;
	bool head;
	size_t i;
	int g;

	if ((st = put_safe(&c->out, str_of(path), err)) != ST_OK || (st = buf_addf(&c->out, err, ": %s\n", verdict_word(r->verdict))) != ST_OK)
		return st;
	for (g = 0; g < 4; g++)
		for (head = false, i = 0; i < s->n_steps; i++) {
			if ((int)s->steps[i].group != g)
				continue;
			if (!head && (st = buf_addf(&c->out, err, "  %s\n", _(groups[g]))) != ST_OK)
				return st;
			head = true;
			if ((st = buf_addf(&c->out, err, "    %s %s\n", s->steps[i].verdict == VERDICT_VALID ? "+" : s->steps[i].verdict == VERDICT_INVALID ? "X" : "?",
			    s->steps[i].text)) != ST_OK)
				return st;
		}
	if (!s->seal_ok)
		return ST_OK;
	st = buf_addf(&c->out, err, _("  sealed: chain %s, sequence %" PRIu64 ", %" PRIu64 " records, %" PRIu64 " gaps, %" PRIu64 " files\n"), s->seal.chain,
	    s->seal.sequence, s->seal.records, s->seal.gaps, s->seal.payload_files);
	if (st == ST_OK && s->token_ms != WHEN_UNKNOWN) {
		when_local(s->token_ms, local);
		st = buf_addf(&c->out, err, _("  existed at: %s (time stamp)\n"), local);
	}
	return st == ST_OK ? buf_addz(&c->out, _("  what is not shown here is not judged: whether there are other records, and which, this does not tell\n"), err) : st;
}

static enum status
end_json(struct check *c, const struct package_report *r, struct err *err)
{
	static const char *const groups[] = { "authenticity", "integrity", "usability", "security" };
	const struct verify_report *s = &r->seal;
	char hex[65], utc[WHEN_UTC_LEN + 1];
	enum status st;
	size_t i;

	if ((st = buf_addf(&c->out, err, "],\"verdict\":\"%s\"", proving_verdict(r->verdict))) != ST_OK)
		return st;
	if (s->seal_ok) {
		digest_hex(s->seal_sha256, sizeof(s->seal_sha256), hex);
		if ((st = buf_addf(&c->out, err, ",\"archive\":\"%s\",\"chain\":\"%s\",\"sequence\":%" PRIu64 ",\"seal_sha256\":\"%s\"", s->seal.archive, s->seal.chain,
		    s->seal.sequence, hex)) != ST_OK)
			return st;
		if (s->token_ms != WHEN_UNKNOWN) {
			when_utc(s->token_ms, utc);
			if ((st = buf_addf(&c->out, err, ",\"time_stamp\":\"%s\"", utc)) != ST_OK)
				return st;
		}
	}
	st = buf_addz(&c->out, ",\"steps\":[", err);
	for (i = 0; i < s->n_steps && st == ST_OK; i++) {
		st = buf_addf(&c->out, err, "%s{\"group\":\"%s\",\"step\":\"%s\",\"verdict\":\"%s\",\"text\":", i == 0 ? "" : ",", groups[s->steps[i].group], s->steps[i].id,
		    proving_verdict(s->steps[i].verdict));
		if (st == ST_OK && (st = json_put_string(&c->out, str_of(s->steps[i].text), err)) == ST_OK)
			st = buf_putc(&c->out, '}', err);
	}
	return st == ST_OK ? buf_addz(&c->out, "]}\n", err) : st;
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
	return err_next(err, "%s", st == ST_CORRUPT ? _("ask whoever gave it to you for the archive itself, and verify that") :
	    _("give what is missing, then check again: --trust FILE"));
}

static enum status
check_run(struct app *app, const struct options *o, struct err *err)
{
	struct check c = { .app = app };
	struct package_report report;
	struct trust trust;
	enum status st;
	int dir;

	if ((dir = open(o->operands[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		if (errno != ENOTDIR)
			return err_sys(err, _("cannot open the directory %s"), o->operands[0]);
		err_set(err, ST_USAGE, _("%s is not a directory, so it is no disclosure package"), o->operands[0]);
		return err_next(err, "custody verify %s", o->operands[0]);
	}
	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) == ST_OK && (st = vouch_trust(&trust, o, NULL, err)) != ST_OK)
		trust_free(&trust);
	if (st != ST_OK) {
		fs_drop(&dir);
		return st;
	}
	buf_init(&c.out, 9 * LIMIT_RECORD);
	if (app->json && (st = buf_addz(&c.out, "{\"path\":", err)) == ST_OK && (st = json_put_string(&c.out, str_of(o->operands[0]), err)) == ST_OK)
		st = buf_addz(&c.out, ",\"records\":[", err);
	if (st == ST_OK && (st = package_check(dir, &trust, when_now_ms(), on_item, &c, &report, err)) == ST_OK &&
	    (st = app->json ? end_json(&c, &report, err) : end_text(&c, o->operands[0], &report, err)) == ST_OK && (st = flush(&c, err)) == ST_OK) {
		app->answered = app->json;
		st = class_of_report(&report, err);
	}
	buf_free(&c.out);
	trust_free(&trust);
	fs_drop(&dir);
	return st;
}

const struct command command_check = {
	"check", "PROOF", N_("is a disclosure package or a redacted copy what it says?"), check_options, 1, 1, check_run
};
