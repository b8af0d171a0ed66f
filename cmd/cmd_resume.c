/* cmd_resume.c: go on with an interrupted run, or close a pending archive.  Nothing to do is no failure. */
#include "cmd/cmd_run.h"

#include <stdio.h>

#include "cmd/class.h"
#include "cmd/decrypt.h"
#include "cmd/stores.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/mem.h"

struct waiting { char tenant[68], name[40]; };
struct search {
	const char	*wanted;	/* NULL: whatever waits */
	bool		 ended;		/* the wanted one is closed: there is nothing to do */
	struct waiting	*found;
	size_t		 n;
	const struct options *options;
};

static const struct option_def resume_options[] = {
	DECRYPT_OPTIONS,
	{ NULL, 0, NULL, NULL, false }
};

/* Several tenants may share a store: whose run it was stands in its state. */
static enum status
add(struct search *s, const struct stores_place *place, const char *name, struct err *err)
{
	struct waiting *grown = mem_grow(s->found, s->n + 1, sizeof(*grown), err);
	struct run_state state;
	struct err why;
	bool known;

	if (grown == NULL)
		return ST_NOMEM;
	s->found = grown;
	err_init(&why);
	known = stores_state(place->store, name, &state, &why) == ST_OK;	/* when not, resuming says why not */
	snprintf(grown[s->n].tenant, sizeof(grown[0].tenant), "%s", known ? state.tenant : place->tenant);
	snprintf(grown[s->n++].name, sizeof(grown[0].name), "%s", name);
	run_state_free(&state);
	return ST_OK;
}

static enum status
look_into(void *ctx, const struct stores_place *place, struct err *err)
{
	struct search *s = ctx;
	struct store_entry *list;
	enum status st;
	size_t i, n;

	st = store_list(place->store, false, &list, &n, err);
	for (i = 0; st == ST_OK && i < n; i++) {
		if (s->wanted != NULL && strcmp(s->wanted, list[i].name) != 0)
			continue;
		if (list[i].state == STORE_UNFINISHED || list[i].state == STORE_PENDING || list[i].closing)
			st = add(s, place, list[i].name, err);
		else if (list[i].state == STORE_CLOSED)
			s->ended = true;
	}
	mem_free(list);
	return st;
}

static enum status
resume_one(struct app *app, const struct options *o, const struct waiting *w, struct err *err)
{
	struct run_result res = { 0 };
	struct run run;
	enum status st;

	app->object = w->name;
	app->answered = false;
	run_init(&run, app);
	if ((st = decrypt_open(o, &run.source_key, err)) == ST_OK && (st = run_open_tenant(&run, w->tenant, err)) == ST_OK && (st = run_resume(&run, w->name, &res, err)) == ST_OK)
		st = cmd_run_answer(app, &res, err);
	if (st == ST_END)
		st = cmd_run_closed(app, run.store.path, w->name, err);
	run_result_free(&res);
	run_free(&run);
	return st;
}

/* Of several that fail, the worst one ends the program; of equals the first.  The others are told on the way. */
static enum status
resume_all(struct app *app, const struct search *s, struct err *err)
{
	const char *object = NULL;
	enum status st, worst = ST_OK;
	bool answered = app->answered;
	struct err one;
	size_t i;

	for (i = 0; i < s->n; i++) {
		err_init(&one);
		if ((st = resume_one(app, s->options, &s->found[i], &one)) == ST_OK)
			continue;
		if (worst != ST_OK && class_worse(worst, st) == worst)
			log_say(LOG_ERROR_, "%s: %s", s->found[i].name, one.text);
		else {
			if (worst != ST_OK)
				log_say(LOG_ERROR_, "%s: %s", object, err->text);
			worst = st;
			*err = one;
			object = s->found[i].name;
			answered = app->answered;
		}
		if (st == ST_STOPPED)
			break;
	}
	if (worst != ST_OK) {
		app->object = object;
		app->answered = answered;
	}
	return worst;
}

static enum status
resume_run(struct app *app, const struct options *o, struct err *err)
{
	static struct search s;		/* app->object points into it until the process ends */
	enum status st;

	s.options = o;
	s.wanted = o->n_operands > 0 ? o->operands[0] : NULL;
	if ((st = stores_each(app, look_into, &s, err)) != ST_OK)
		return st;
	if (s.n > 0)
		return resume_all(app, &s, err);
	if (s.wanted != NULL && !s.ended) {
		err_set(err, ST_USAGE, _("no store of %s holds %s"), config_file(app->config), s.wanted);
		return err_next(err, _("custody runs: which runs there are"));
	}
	log_say(LOG_INFO_, _("no run is waiting: nothing to do"));
	return ST_OK;
}

const struct command command_resume = {
	"resume", "[RUN]", N_("go on with an interrupted run, or close a pending archive"), resume_options, 0, 1, resume_run
};
