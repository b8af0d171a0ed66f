/* cmd_export.c: pull everything in scope and seal it; and what is said at the end of a run, also of a resumed one. */
#include "cmd/cmd_run.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"

/* What would close it, as the person at this computer can do it. */
static void
say_pending(const struct run_archive *a)
{
	if (a->stage.n_missing == 1)
		log_say(LOG_WARN_, _("%s is sealed but pending: %s; next: custody sign %s --role %s"), a->archive, a->pending_why, a->archive,
		    a->stage.missing[0]);
	else if (a->stage.n_missing > 1)
		log_say(LOG_WARN_, _("%s is sealed but pending: %s; next: custody sign %s --role ROLE, for each of them"), a->archive, a->pending_why,
		    a->archive);
	else
		log_say(LOG_WARN_, _("%s is sealed but pending: %s; it can be closed with: custody timestamp %s"), a->archive, a->pending_why, a->archive);
}

static enum status
answer_json(const struct run_result *res, const struct run_archive *pending, struct buf *out, struct err *err)
{
	enum status st = buf_addz(out, "{\"archives\":[", err);
	size_t i;

	for (i = 0; i < res->n_archives && st == ST_OK; i++)
		if ((st = i == 0 ? ST_OK : buf_putc(out, ',', err)) == ST_OK)
			st = json_put_string(out, str_of(res->archives[i].path), err);
	if (st != ST_OK || (st = buf_addf(out, err, "],\"records\":%" PRIu64 ",\"gaps\":%" PRIu64 ",\"limits\":%" PRIu64 ",\"status\":\"%s\"", res->records,
	    res->gaps, res->limits, pending != NULL ? "pending" : res->gaps > 0 ? "partial" : "complete")) != ST_OK)
		return st;
	if (pending != NULL && ((st = buf_addz(out, ",\"pending\":", err)) != ST_OK ||
	    (st = json_put_string(out, str_of(pending->pending_why), err)) != ST_OK || (st = buf_putc(out, ',', err)) != ST_OK ||
	    (st = pending_json(&pending->stage, out, err)) != ST_OK))
		return st;
	return buf_addz(out, "}\n", err);
}

static enum status
answer_text(const struct run_result *res, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < res->n_archives && st == ST_OK; i++)
		if (!res->archives[i].pending)
			st = buf_addf(out, err, "%s\n", res->archives[i].path);
	return st;
}

enum status
cmd_run_print(struct app *app, const struct run_result *res, struct err *err)
{
	const struct run_archive *pending = NULL;
	struct buf out;
	enum status st;
	size_t i;

	for (i = 0; i < res->n_archives && pending == NULL; i++)
		if (res->archives[i].pending)
			pending = &res->archives[i];
	buf_init(&out, (size_t)16 << 20);
	if ((st = app->json ? answer_json(res, pending, &out, err) : answer_text(res, &out, err)) == ST_OK && (st = app_print(&out, err)) == ST_OK)
		app->answered = app->json;
	buf_free(&out);
	for (i = 0; st == ST_OK && i < res->n_archives; i++)
		if (res->archives[i].pending)
			say_pending(&res->archives[i]);
	return st;
}

enum status
cmd_run_closed(struct app *app, const char *store, const char *archive, struct err *err)
{
	struct buf out, path;
	enum status st;

	buf_init(&out, 16384);
	buf_init(&path, 8192);
	if ((st = buf_addf(&path, err, "%s/%s.tar.gz", store, archive)) == ST_OK) {
		if (!app->json)
			st = buf_addf(&out, err, "%.*s\n", STR_ARG(buf_str(&path)));
		else if ((st = buf_addz(&out, "{\"archives\":[", err)) == ST_OK && (st = json_put_string(&out, buf_str(&path), err)) == ST_OK)
			st = buf_addz(&out, "],\"status\":\"closed\"}\n", err);
	}
	if (st == ST_OK)
		st = app_print(&out, err);
	if (st == ST_OK)
		log_say(LOG_INFO_, _("%s is closed already: nothing is missing"), archive);
	buf_free(&path);
	buf_free(&out);
	return st;
}

enum status
cmd_run_answer(struct app *app, const struct run_result *res, struct err *err)
{
	const char *last = res->n_archives > 0 ? res->archives[res->n_archives - 1].archive : "-";
	enum status st = cmd_run_print(app, res, err);

	if (st != ST_OK)
		return st;
	log_say(LOG_INFO_, _("%s: %" PRIu64 " records, %" PRIu64 " gaps, %" PRIu64 " limits"), last, res->records, res->gaps, res->limits);
	if (res->refused[0] != '\0') {
		err_set(err, ST_DENIED, _("the platform refuses the secret or this computer's address for %s; all else is in %s"), res->refused, last);
		return err_next(err, _("correct the secret in the configuration or the list of trusted addresses, then export again: what is missing is fetched then"));
	}
	if (res->gaps > 0) {
		st = err_set(err, ST_PARTIAL, _("finished with %" PRIu64 " gaps in %s"), res->gaps, last);
		err_next(err, _("read data/report/gaps.csv in the archive: each line says whether and how it can be fetched again"));
	}
	return st;
}

static enum status
export_run(struct app *app, const struct options *o, struct err *err)
{
	struct run_result res = { 0 };
	struct run run;
	enum status st;

	run_init(&run, app);
	if ((st = run_open_tenant(&run, o->operands[0], err)) == ST_OK && (st = run_export(&run, o, &res, err)) == ST_OK)
		st = cmd_run_answer(app, &res, err);
	/* Stopped, and no way to go on was told: nothing was kept that could be resumed. */
	if (st == ST_STOPPED && err->next[0] == '\0')
		err_next(err, "custody export %s", o->operands[0]);
	run_result_free(&res);
	run_free(&run);
	return st;
}

const struct command command_export = {
	"export", "TENANT", N_("pull everything in scope and seal it"), options_scope, 1, 1, export_run
};
