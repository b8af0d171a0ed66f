/* rendering.c: see rendering.h. */
#include "cmd/rendering.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/log.h"
#include "core/progress.h"

void
rendering_init(struct rendering *r)
{
	memset(r, 0, sizeof(*r));
	facts_init(&r->facts);
}

void
rendering_free(struct rendering *r)
{
	filter_iter_close(&r->filter);
	sealed_iter_close(&r->records);
	facts_free(&r->facts);
}

enum status
rendering_open(struct rendering *r, struct lookup *l, struct err *err)
{
	enum status st;
	size_t i;

	r->l = l;
	if ((st = facts_read(l, &r->facts, err)) != ST_OK || (st = facts_zone(&r->facts, err)) != ST_OK || (st = sealed_iter_open(&r->records, l, err)) != ST_OK)
		return st;
	r->iter = &r->records.iter;
	for (i = 0; formats_all[i] != NULL && i < FACTS_FAMILIES; i++)
		if (facts_has(&r->facts, formats_all[i]->name) || (!r->facts.there && formats_all[i]->usual))
			r->families[r->n_families++] = formats_all[i];
	for (i = 0; i < r->facts.n_formats; i++)
		if (formats_find(str_of(r->facts.formats[i])) == NULL)
			log_say(LOG_WARN_, _("the archive has a format %s, which this program does not know"), r->facts.formats[i]);
	return ST_OK;
}

enum status
rendering_scope(struct rendering *r, const struct scope *scope, int scratch, struct err *err)
{
	enum status st;

	if (!filter_is_needed(scope))
		return ST_OK;
	if ((st = filter_iter_open(&r->filter, &r->records.iter, scope, r->facts.platform, scratch, err)) == ST_OK)
		r->iter = &r->filter.iter;
	return st;
}

enum status
rendering_choose(struct rendering *r, const struct str *names, size_t n, struct err *err)
{
	const char *known[FACTS_FAMILIES], *near;
	size_t i, k, n_known;
	char text[64];

	for (n_known = 0; formats_all[n_known] != NULL && n_known < FACTS_FAMILIES; n_known++)
		known[n_known] = formats_all[n_known]->name;
	for (i = 0; i < n; i++)
		if (formats_find(names[i]) == NULL) {
			(void)snprintf(text, sizeof(text), "%.*s", (int)(names[i].n < sizeof(text) ? names[i].n : sizeof(text) - 1), names[i].p);
			(void)err_set(err, ST_USAGE, _("there is no format \"%s\""), text);
			if ((near = config_nearest(text, known, n_known)) != NULL)
				return err_next(err, _("did you mean \"%s\"?"), near);
			return err_next(err, _("custody render --help lists them"));
		}
	r->n_families = 0;
	for (k = 0; k < n_known; k++)
		for (i = 0; i < n; i++)
			if (str_is(names[i], known[k])) {
				r->families[r->n_families++] = formats_all[k];
				break;
			}
	return ST_OK;
}

bool
rendering_has(const struct rendering *r, const struct view_family *family)
{
	size_t i;

	for (i = 0; i < r->n_families && r->families[i] != family; i++)
		;
	return i < r->n_families;
}

enum status
rendering_make(struct rendering *r, const struct format_options *opt, struct view_place *place, int scratch, struct err *err)
{
	const struct view_input in = { .opt = opt, .records = r->iter, .blobs = &r->records.blobs, .scratch = scratch };
	enum status st = ST_OK;
	size_t i;

	progress_phase(_("making views"));
	for (i = 0; i < r->n_families && st == ST_OK; i++) {
		if ((st = r->families[i]->make(&in, place, err)) != ST_OK && st != ST_STOPPED)
			(void)err_in(err, "%s", r->families[i]->name);
	}
	return st;
}

void
formats_help(void)
{
	size_t i;

	printf(_("\nformats:\n"));
	for (i = 0; formats_all[i] != NULL; i++)
		printf("  %-10s %s%s\n", formats_all[i]->name, _(formats_all[i]->summary), formats_all[i]->usual ? _(" (usual)") : "");
}
