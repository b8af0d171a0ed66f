/* look.c: see look.h. */
#include "cmd/look.h"

#include <stdio.h>
#include <unistd.h>

#include "cmd/vouch.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/utf8.h"
#include "core/when.h"

/* A sealed archive that waits for signatures or a token is given out by nobody; what it waits for is said. */
static enum status
still_pending(struct app *app, const struct pending *p, struct err *err)
{
	struct buf out, text;
	enum status st = ST_OK;

	buf_init(&out, 8192);
	buf_init(&text, 4096);
	if (app->json && (st = buf_addf(&out, err, "{\"archive\":\"%s\",\"status\":\"pending\",", p->seal.archive)) == ST_OK &&
	    (st = pending_json(p, &out, err)) == ST_OK && (st = buf_addz(&out, "}\n", err)) == ST_OK && (st = app_print(&out, err)) == ST_OK)
		app->answered = true;
	if (st == ST_OK && (st = pending_text(p, &text, err)) == ST_OK) {
		st = err_set(err, ST_UNSURE, _("pending, nothing of it is given out: %.*s"), STR_ARG(buf_str(&text)));
		if (p->n_missing > 0)
			err_next(err, "custody sign %s --role %s", p->seal.archive, p->missing[0]);
		else
			err_next(err, "custody timestamp %s", p->seal.archive);
	}
	buf_free(&text);
	buf_free(&out);
	return st;
}

enum status
look_answer(struct app *app, const struct verify_report *report, enum status st, struct err *err)
{
	if (st == ST_UNSURE && report->has_stage)
		return still_pending(app, &report->stage, err);
	if (st == ST_CORRUPT)
		return err_set(err, ST_CORRUPT, _("INVALID, nothing of it is shown: %s"), verify_report_why(report));
	if (st == ST_UNSURE) {
		err_set(err, ST_UNSURE, _("INDETERMINATE, nothing of it is given out: %s"), verify_report_why(report));
		return err_next(err, _("give the trust file: --trust FILE"));
	}
	if (st == ST_OK && report->verdict == VERDICT_INDETERMINATE)
		log_say(LOG_WARN_, _("not proven who sealed this: %s"), verify_report_why(report));
	return st;
}

/* Only where something is missing is it asked who vouches: proving a renewal takes a reading of it. */
static bool
doubtful(enum status st, const struct verify_report *r, const struct trust *t)
{
	return (st == ST_OK || st == ST_UNSURE) && r->verdict == VERDICT_INDETERMINATE && !r->pending && t->roots != NULL;
}

enum status
look_open(struct app *app, const struct options *o, const char *path, const struct crypt_key *key, bool need_valid, struct browse **out, struct err *err)
{
	struct verify_report report;
	struct trust trust;
	enum status st;

	*out = NULL;
	memset(&report, 0, sizeof(report));
	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	st = browse_open(out, path, &trust, key, when_now_ms(), !need_valid, &report, err);
	if (doubtful(st, &report, &trust)) {
		browse_close(*out);
		*out = NULL;
		if ((st = vouch_trust(&trust, NULL, path, err)) == ST_OK)
			st = browse_open(out, path, &trust, key, when_now_ms(), !need_valid, &report, err);
	}
	trust_free(&trust);
	return look_answer(app, &report, st, err);
}

enum status
look_lookup(struct app *app, const char *path, struct trust *trust, const struct crypt_key *key, bool need_valid, struct lookup **out, struct err *err)
{
	struct verify_report report;
	enum status st;

	memset(&report, 0, sizeof(report));
	st = lookup_open(out, path, trust, when_now_ms(), &report, err);
	if (doubtful(st, &report, trust)) {
		lookup_close(*out);
		*out = NULL;
		if ((st = vouch_trust(trust, NULL, path, err)) == ST_OK)
			st = lookup_open(out, path, trust, when_now_ms(), &report, err);
	}
	if (st == ST_OK && key != NULL)
		lookup_use_key(*out, key);
	if (st == ST_OK && need_valid && lookup_verdict(*out) != VERDICT_VALID)
		st = ST_UNSURE;
	return look_answer(app, &report, st, err);
}

enum status
look_print(struct str line, struct err *err)
{
	struct buf shown;
	enum status st;
	bool failed;

	/* A terminal obeys what stands in a text; a file or a pipe gets the bytes as they are. */
	if (isatty(STDOUT_FILENO)) {
		buf_init(&shown, 16 * LIMIT_RECORD);
		if ((st = utf8_terminal(line, &shown, err)) == ST_OK) {
			failed = fwrite(shown.p, 1, shown.n, stdout) != shown.n || putchar('\n') == EOF;
			st = failed ? err_sys(err, _("cannot write to standard output")) : ST_OK;
		}
		buf_free(&shown);
		return st;
	}
	if (fwrite(line.p, 1, line.n, stdout) != line.n || putchar('\n') == EOF)
		return err_sys(err, _("cannot write to standard output"));
	return ST_OK;
}
