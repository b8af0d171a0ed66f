/* cmd_resume.c: go on with an interrupted run, or close a pending archive.  Nothing to do is no failure. */
#include "cmd/cmd_run.h"

#include <stdio.h>

#include <stdlib.h>

#include "cmd/class.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/fs.h"
#include "core/log.h"

/*
 * Which tenant an open archive belongs to stands in its state, but opening the state needs the tenant's lock and store: so each tenant whose store
 * holds an open archive is tried, and the state decides (run_resume refuses another account).
 */
struct waiting { char tenant[64]; char name[40]; };

static enum status
look_into(struct app *app, const char *tenant, const char *wanted, struct waiting *found, size_t *n, size_t max, struct err *err)
{
	struct store_entry *list = NULL;
	struct store store;
	struct buf path;
	char section[80], label[17];
	enum status st;
	size_t i, k, n_list;

	store.dir = -1;
	store.path = NULL;
	buf_init(&path, 4096);
	if ((st = app_tenant(app, tenant, section, sizeof(section), err)) != ST_OK ||
	    (st = app_store_path(app, section, &path, label, err)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	st = store_open(&store, path.p, label, true, err);
	if (st != ST_OK || (st = store_list(&store, false, &list, &n_list, err)) != ST_OK)
		goto out;
	for (i = 0; i < n_list && *n < max; i++) {
		if (list[i].state != STORE_UNFINISHED && list[i].state != STORE_PENDING && !list[i].closing)
			continue;
		if (wanted != NULL && strcmp(wanted, list[i].name) != 0)
			continue;
		for (k = 0; k < *n && strcmp(found[k].name, list[i].name) != 0; k++)
			;
		if (k < *n)
			continue;
		snprintf(found[*n].tenant, sizeof(found[0].tenant), "%s", tenant);
		snprintf(found[(*n)++].name, sizeof(found[0].name), "%s", list[i].name);
	}
out:
	free(list);
	store_close(&store);
	buf_free(&path);
	return st;
}

static enum status
resume_one(struct app *app, const struct waiting *w, struct err *err)
{
	struct run_result res = { 0 };
	struct run run;
	enum status st;

	app->object = w->name;
	run_init(&run, app);
	if ((st = run_open_tenant(&run, w->tenant, err)) == ST_OK && (st = run_resume(&run, w->name, &res, err)) == ST_OK)
		st = cmd_run_answer(app, &res, err);
	if (st == ST_END)
		st = cmd_run_closed(app, run.store.path, w->name, err);
	run_result_free(&res);
	run_free(&run);
	return st;
}

static enum status
resume_run(struct app *app, const struct options *o, struct err *err)
{
	static struct waiting found[64];	/* app->object points into it until the process ends */
	const char *wanted = o->n_operands > 0 ? o->operands[0] : NULL, *tenant;
	enum status st, worst = ST_OK;
	struct err one;
	size_t i, n = 0;

	if ((st = app_config(app, err)) != ST_OK)
		return st;
	for (i = 0; (tenant = config_section(app->config, "tenant", i)) != NULL; i++)
		if ((st = look_into(app, tenant, wanted, found, &n, 64, err)) != ST_OK)
			return st;
	if (n == 0) {
		log_say(LOG_INFO_, _("no run is waiting: nothing to do"));
		return ST_OK;
	}
	for (i = 0; i < n; i++) {
		err_init(&one);
		st = resume_one(app, &found[i], &one);
		if (st == ST_OK)
			continue;
		if (worst != ST_OK)
			log_say(LOG_ERROR_, "%s", one.text);
		if (class_worse(worst, st) == st) {
			worst = st;
			*err = one;
		}
		if (st == ST_STOPPED)
			break;
	}
	return worst;
}

const struct command command_resume = {
	"resume", "[RUN]", N_("go on with an interrupted run, or close a pending archive"), NULL, 0, 1, resume_run
};
