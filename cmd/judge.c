/* judge.c: one archive judged, and what all verdicts together come to; see judge.h. */
#include "cmd/judge.h"

#include <inttypes.h>
#include <stdio.h>

#include "cmd/class.h"
#include "cmd/decrypt.h"
#include "cmd/verify_print.h"
#include "cmd/views_check.h"
#include "cmd/vouch.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/when.h"

/* Views that differ leave the verdict as it is: what was sealed is there.  But what was asked for is not: PARTIAL. */
static void
fold_views(struct judging *j, const char *path, const struct verify_report *r)
{
	const enum status st = r->views == VERIFY_VIEWS_DIFFER ? ST_PARTIAL : r->views == VERIFY_VIEWS_UNKNOWN ? ST_UNSURE : ST_OK;

	if (st == ST_OK || class_worse(j->worst, st) == j->worst)
		return;
	j->worst = st;
	snprintf(j->why, sizeof(j->why), "%s: %s", path, verify_report_why_views(r));
}

static void
fold(struct judging *j, const char *path, const struct verify_report *r)
{
	enum status st = r->verdict == VERDICT_VALID ? ST_OK : r->verdict == VERDICT_INVALID ? ST_CORRUPT : ST_UNSURE;

	if (st == ST_OK || class_worse(j->worst, st) == j->worst)
		return;
	j->worst = st;
	if (r->verdict == VERDICT_INVALID && !r->unplaced)
		snprintf(j->why, sizeof(j->why), r->offset_in_file ? _("%s: %s (member %s, offset %" PRIu64 " of the file)") :
		    _("%s: %s (member %s, offset %" PRIu64 " of the tar)"), path, verify_report_why(r),
		    r->member[0] != '\0' ? r->member : "-", r->offset);
	else
		snprintf(j->why, sizeof(j->why), "%s: %s", path, verify_report_why(r));
}

enum status
judge_open(struct judging *j, struct app *app, const struct options *o, struct err *err)
{
	enum status st;
	size_t i;

	memset(j, 0, sizeof(*j));
	j->app = app;
	j->options = o;
	j->worst = ST_OK;
	if ((st = verify_html_open(&j->html, options_get(o, "html"), err)) != ST_OK)
		return st;
	if ((st = app_trust(app, options_get(o, "trust"), &j->trust, err)) == ST_OK)
		st = decrypt_open(o, &j->key, err);
	for (i = 0; i < o->n_given && st == ST_OK; i++)
		if (strcmp(o->given[i].def->name, "receipt") == 0) {
			j->receipts_must = true;
			st = receipts_load(o->given[i].value, &j->receipts, err);
		}
	if (st != ST_OK)
		judge_close(j);
	return st;
}

void
judge_close(struct judging *j)
{
	verify_html_free(&j->html);
	trust_free(&j->trust);
	renewals_free(&j->renewals);
	crypt_key_close(j->key);
	receipts_free(&j->receipts);
}

enum status
judge_put(struct judging *j, const char *name, const struct verify_report *r, struct buf *out, struct err *err)
{
	enum status st = verify_html_add(&j->html, name, r, err);

	fold(j, name, r);
	fold_views(j, name, r);
	return st != ST_OK ? st : j->app->json ? verify_print_json(name, r, out, err) : verify_print_text(name, r, out, err);
}

enum status
judge_say(struct judging *j, const char *name, const char *id, enum verdict verdict, const char *text, struct err *err)
{
	struct verify_report r;
	struct buf out;
	enum status st;

	memset(&r, 0, sizeof(r));
	r.token_ms = WHEN_UNKNOWN;
	r.unplaced = true;
	verify_report_step(&r, VERIFY_AUTHENTICITY, id, verdict, "%s", text);
	buf_init(&out, (size_t)1 << 16);
	if ((st = judge_put(j, name, &r, &out, err)) == ST_OK && (st = app_print(&out, err)) == ST_OK)
		j->app->answered = j->app->json;
	buf_free(&out);
	return st;
}

enum status
judge_content(struct judging *j, const char *path, struct verify_report *r, struct err *err)
{
	struct lookup *l = NULL;
	enum status st;

	if (!j->views)
		return verify_with_key(path, &j->trust, j->key, when_now_ms(), NULL, r, err);
	if ((st = lookup_judge(&l, path, &j->trust, j->key, when_now_ms(), r, err)) == ST_OK)
		st = views_check(l, path, &j->trust, j->key, r, err);
	lookup_close(l);
	return st;
}

enum status
judge_renewals(struct judging *j, const struct store *s, const char *label, struct err *err)
{
	char key[sizeof(j->renewals_of)];
	enum status st;

	(void)snprintf(key, sizeof(key), "%.4096s//%.40s", s == NULL ? "" : s->path, label);
	if (strcmp(key, j->renewals_of) == 0)
		return ST_OK;
	j->trust.renewals = NULL;
	if ((st = vouch_store(&j->renewals, j->options, s, label, &j->trust, err)) == ST_OK) {
		memcpy(j->renewals_of, key, sizeof(key));
		j->trust.renewals = &j->renewals;
	}
	return st;
}

static enum status
with_store(void *ctx, const struct store *s, const char *label, struct err *err)
{
	return judge_renewals(ctx, s, label, err);
}

enum status
judge_file(struct judging *j, const char *path, struct err *err)
{
	struct verify_report report;
	struct buf out;
	enum status st;

	memset(&report, 0, sizeof(report));
	if ((st = vouch_beside(path, with_store, j, err)) != ST_OK || (st = judge_content(j, path, &report, err)) != ST_OK)
		return st;
	if (j->receipts_must)
		judge_receipts(&j->receipts, &report);
	buf_init(&out, (size_t)1 << 20);
	if ((st = judge_put(j, path, &report, &out, err)) == ST_OK && (st = app_print(&out, err)) == ST_OK)
		j->app->answered = j->app->json;
	buf_free(&out);
	return st;
}

enum status
judge_answer(struct judging *j, enum status st, struct err *err)
{
	if (st == ST_OK)
		st = verify_html_write(&j->html, j->trust.roots != NULL, err);
	if (st != ST_OK && class_worse(j->worst, st) == st)
		return st;
	if (st != ST_OK)	/* the verdict weighs more, but this is not forgotten */
		log_say(LOG_ERROR_, "%s", err->text);
	if (j->worst == ST_PARTIAL) {
		err_set(err, j->worst, _("views differ from records: %s"), j->why);
		err_next(err, _("trust the records; right views are made with: custody render ARCHIVE -o DIR"));
	} else if (j->worst != ST_OK)
		err_set(err, j->worst, "%s: %s", verify_print_word(j->worst == ST_CORRUPT ? VERDICT_INVALID : VERDICT_INDETERMINATE), j->why);
	return j->worst;
}
