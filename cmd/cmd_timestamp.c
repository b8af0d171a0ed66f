/* cmd_timestamp.c: the time stamps that a pending archive still lacks, and with them its closing. */
#include "cmd/cmd_run.h"
#include "core/i18n.h"

/* Asked for by name, so not having got it is a failure here, unlike at the end of an export. */
static enum status
still_pending(const struct run_archive *a, struct err *err)
{
	if (a->stage.n_missing > 0) {
		err_set(err, ST_UNSURE, _("the signatures come first: %s"), a->pending_why);
		return err_next(err, "custody sign %s --role %s", a->archive, a->stage.missing[0]);
	}
	err_set(err, a->denied ? ST_DENIED : ST_REMOTE, "%s", a->pending_why);
	return err_next(err, _("the archive stays pending and nothing is lost; later: custody timestamp %s"), a->archive);
}

static enum status
stamp(struct app *app, struct run *r, const char *operand, struct err *err)
{
	struct run_result result = { 0 };
	enum status st;

	if ((st = run_pending_open(r, operand, false, err)) == ST_END)
		return cmd_run_closed(app, r->store.path, r->archive_name, err);
	if (st != ST_OK)
		return st;
	if (r->n_authorities == 0) {
		err_set(err, ST_USAGE, _("%s: [seal] names no time-stamp authority"), config_file(app->config));
		return err_next(err, _("write timestamp = https://… there"));
	}
	if ((st = run_finish(r, &result, err)) == ST_OK)
		st = cmd_run_print(app, &result, err);
	if (st == ST_OK && result.archives[0].pending)
		st = still_pending(&result.archives[0], err);
	run_result_free(&result);
	return st;
}

static enum status
timestamp_run(struct app *app, const struct options *o, struct err *err)
{
	struct run r;
	enum status st;

	run_init(&r, app);
	st = stamp(app, &r, o->operands[0], err);
	run_free(&r);
	return st;
}

const struct command command_timestamp = {
	"timestamp", "ARCHIVE", N_("get the time stamps a pending archive lacks, and close it"), NULL, 1, 1, timestamp_run
};
