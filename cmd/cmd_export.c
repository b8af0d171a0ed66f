/* cmd_export.c: pull everything in scope and seal it; and what is said at the end of a run, also of a resumed one. */
#include "cmd/cmd_run.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"

/* What would close it, as the person at this computer can do it. */
static void
say_pending(const struct run_result *res)
{
	if (res->stage.n_missing == 1)
		log_say(LOG_WARN_, _("%s is sealed but pending: %s; next: custody sign %s --role %s"), res->archive, res->pending_why, res->archive,
		    res->stage.missing[0]);
	else if (res->stage.n_missing > 1)
		log_say(LOG_WARN_, _("%s is sealed but pending: %s; next: custody sign %s --role ROLE, for each of them"), res->archive, res->pending_why,
		    res->archive);
	else
		log_say(LOG_WARN_, _("%s is sealed but pending: %s; it can be closed with: custody timestamp %s"), res->archive, res->pending_why, res->archive);
}

enum status
cmd_run_print(struct app *app, const struct run_result *res, struct err *err)
{
	struct buf out;
	enum status st;

	buf_init(&out, 16384);
	if (app->json) {
		if ((st = buf_addz(&out, "{\"archives\":[", err)) == ST_OK &&
		    (st = json_put_string(&out, str_of(res->path), err)) == ST_OK &&
		    (st = buf_addf(&out, err, "],\"records\":%" PRIu64 ",\"gaps\":%" PRIu64 ",\"limits\":%" PRIu64 ",\"status\":\"%s\"", res->records,
		    res->gaps, res->limits, res->pending ? "pending" : res->gaps > 0 ? "partial" : "complete")) == ST_OK) {
			if (res->pending && ((st = buf_addz(&out, ",\"pending\":", err)) != ST_OK ||
			    (st = json_put_string(&out, str_of(res->pending_why), err)) != ST_OK || (st = buf_putc(&out, ',', err)) != ST_OK ||
			    (st = pending_json(&res->stage, &out, err)) != ST_OK))
				goto out;
			st = buf_addz(&out, "}\n", err);
		}
	} else if (!res->pending)
		st = buf_addf(&out, err, "%s\n", res->path);
	else
		st = ST_OK;
	if (st == ST_OK && (st = app_print(&out, err)) == ST_OK)
		app->answered = app->json;
	if (st == ST_OK && res->pending)
		say_pending(res);
out:
	buf_free(&out);
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
	enum status st = cmd_run_print(app, res, err);

	if (st != ST_OK)
		return st;
	log_say(LOG_INFO_, _("%s: %" PRIu64 " records, %" PRIu64 " gaps, %" PRIu64 " limits"), res->archive, res->records, res->gaps, res->limits);
	if (res->gaps > 0) {
		st = err_set(err, ST_PARTIAL, _("finished with %" PRIu64 " gaps in %s"), res->gaps, res->archive);
		err_next(err, _("read data/report/gaps.csv in the archive: each line says whether and how it can be fetched again"));
	}
	return st;
}

static enum status
export_run(struct app *app, const struct options *o, struct err *err)
{
	struct run_result res;
	struct run run;
	enum status st;

	run_init(&run, app);
	if ((st = run_open_tenant(&run, o->operands[0], err)) == ST_OK && (st = run_export(&run, o, &res, err)) == ST_OK)
		st = cmd_run_answer(app, &res, err);
	run_free(&run);
	return st;
}

const struct command command_export = {
	"export", "TENANT", N_("pull everything in scope and seal it"), options_scope, 1, 1, export_run
};
