/* engine_scope.c: what is wanted: which streams, from which moment to which. */
#include "exporters/engine_priv.h"

#include <stdlib.h>

#include "core/i18n.h"

static enum status
known_name(const struct engine *e, const char *const *list, bool areas, bool streams, struct err *err)
{
	const char *names[256], *near;
	size_t n = 0, i;

	for (i = 0; i < e->p->n_streams && n < 250; i++) {
		if (areas)
			names[n++] = e->p->streams[i].area;
		if (streams)
			names[n++] = e->p->streams[i].name;
	}
	for (i = 0; areas && i < e->p->n_nevers && n < 250; i++)
		names[n++] = e->p->nevers[i].area;
	if (streams)
		names[n++] = "files";
	for (; list != NULL && *list != NULL; list++) {
		for (i = 0; i < n && strcmp(names[i], *list) != 0; i++)
			;
		if (i < n)
			continue;
		near = config_nearest(*list, names, n);
		return near == NULL ? err_set(err, ST_USAGE, _("%s has no area or stream \"%s\""), e->p->title, *list) :
		    err_set(err, ST_USAGE, _("%s has no area or stream \"%s\"; near: \"%s\""), e->p->title, *list, near);
	}
	return ST_OK;
}

static void
want_silently(struct engine *e, size_t i)
{
	if (i != NO_LIST && e->lanes[i].want == WANT_NOT && e->lanes[i].s->hook == NULL)
		e->lanes[i].want = WANT_SILENT;
}

static void
choose(struct engine *e)
{
	const struct scope *scope = e->params->scope;
	bool all = scope->areas == NULL && scope->streams == NULL;
	size_t i;

	for (i = 0; i < e->p->n_streams; i++) {
		const struct stream *s = &e->p->streams[i];

		e->lanes[i].want = (all || engine_in(scope->areas, s->area) || engine_in(scope->streams, s->name)) &&
		    !engine_in(scope->excluded, s->area) && !engine_in(scope->excluded, s->name) ? WANT : WANT_NOT;
	}
	/* Backwards, so that what a feeding stream needs is wanted in turn. */
	for (i = e->p->n_streams; i-- > 0; ) {
		const struct stream *s = &e->p->streams[i];

		if (e->lanes[i].want == WANT_NOT)
			continue;
		if (s->fan_out != NULL)
			want_silently(e, engine_lane_of(e, s->fan_out, strcspn(s->fan_out, ".")));
		if (scope->departments != NULL && s->scope.department != NULL)
			want_silently(e, engine_lane_of(e, "departments", strlen("departments")));
	}
}

/* Names that are all right may still leave nothing together; "files" alone is fetched with nothing it belongs to. */
static enum status
something(const struct engine *e, struct err *err)
{
	const struct scope *scope = e->params->scope;
	size_t i;

	for (i = 0; i < e->p->n_streams; i++)
		if (e->lanes[i].want == WANT)
			return ST_OK;
	for (i = 0; scope->streams == NULL && i < e->p->n_nevers; i++)
		if (!engine_in(scope->excluded, e->p->nevers[i].area) && (scope->areas == NULL || engine_in(scope->areas, e->p->nevers[i].area)))
			return ST_OK;	/* a limit will say it */
	err_set(err, ST_USAGE, _("nothing is left in scope: no stream is wanted and not excluded"));
	return err_next(err, _("name more with --area or --stream, or exclude less; files come with the streams that have them"));
}

enum status
engine_lanes(struct engine *e, struct err *err)
{
	const struct scope *scope = e->params->scope;
	size_t i, k;
	enum status st;

	if ((e->lanes = calloc(e->p->n_streams, sizeof(*e->lanes))) == NULL)
		return err_oom(err, e->p->n_streams * sizeof(*e->lanes));
	for (i = 0; i < e->p->n_streams; i++) {
		e->lanes[i].s = &e->p->streams[i];
		e->lanes[i].seen = e->lanes[i].feed = e->lanes[i].open = NO_LIST;
		for (k = 0; k < CHECKS_MAX; k++)
			e->lanes[i].checked[k] = NO_LIST;
	}
	if ((st = known_name(e, scope->areas, true, false, err)) != ST_OK || (st = known_name(e, scope->streams, false, true, err)) != ST_OK ||
	    (st = known_name(e, scope->excluded, true, true, err)) != ST_OK)
		return st;
	/* Deliberate: no description has a list of them, and what is guessed from other lists would pass for all of them. */
	if (scope->left) {
		err_set(err, ST_USAGE, _("%s has no API that lists people who have left, so --left cannot be kept"), e->p->title);
		return err_next(err, _("name them: --user ID,… (messages and approvals of people who left are exported by their ids)"));
	}
	choose(e);
	return something(e, err);
}

void
engine_want_secrets(struct engine *e)
{
	const char *key;
	size_t i;

	for (i = 0; i < e->p->n_streams; i++)
		if (e->lanes[i].want == WANT && (key = api_secret(e->api, &e->lanes[i].s->secrets)) != NULL)
			api_want(e->api, key);
}

/* The first moment asked for: the scope's, else where the last run ended with an overlap, else the platform's first day. */
void
engine_times(struct engine *e)
{
	const struct scope *scope = e->params->scope;

	e->since_given = scope->since_ms != WHEN_UNKNOWN;
	e->since_ms = e->since_given ? scope->since_ms : e->p->first_ms;
	e->until_ms = scope->until_ms != WHEN_UNKNOWN ? scope->until_ms : when_now_ms();
	/* Whole seconds outwards, so that no window grows by rounding; records are compared with the exact scope. */
	e->since_ms -= (e->since_ms % 1000 + 1000) % 1000;
	e->until_ms += (1000 - (e->until_ms % 1000 + 1000) % 1000) % 1000;
}

int64_t
engine_since(const struct engine *e, const struct lane *lane)
{
	size_t i = e->since_given || e->old_carry == NULL ? 0 : json_get(e->old_carry, 0, lane->s->name);
	int64_t old;

	i = i == 0 ? 0 : json_get(e->old_carry, i, "until");
	if (i == 0 || str_i64(e->old_carry[i].val, 0, INT64_MAX, &old, NULL) != ST_OK)
		return e->since_ms;
	old -= (int64_t)lane->s->window.overlap_s * 1000;
	return old > e->since_ms ? old : e->since_ms;
}
