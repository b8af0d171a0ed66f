/* run_settings.c: what a run must go on with as it began: resumed with other settings it would be neither the one export nor the other. */
#include <stdio.h>

#include "cmd/run.h"
#include "core/i18n.h"

/* ${absent}: what a missing key means. */
static const struct { const char *key, *absent; size_t offset, size; bool account; } settings[] = {
	{ "platform", "", offsetof(struct run_state, platform), sizeof(((struct run_state *)0)->platform), true },
	{ "corp_id", "", offsetof(struct run_state, corp), sizeof(((struct run_state *)0)->corp), true },
	{ "base_url", "", offsetof(struct run_state, base_url), sizeof(((struct run_state *)0)->base_url), false },
	{ "description", "", offsetof(struct run_state, description), sizeof(((struct run_state *)0)->description), false },
	{ "time_zone", "Asia/Shanghai", offsetof(struct run_state, time_zone), sizeof(((struct run_state *)0)->time_zone), false },
	{ "csv.crlf", "no", offsetof(struct run_state, csv_crlf), sizeof(((struct run_state *)0)->csv_crlf), false },
	{ "views", "", offsetof(struct run_state, views), sizeof(((struct run_state *)0)->views), false },
};
#define N_SETTINGS	(sizeof(settings) / sizeof(settings[0]))

/* As it takes effect, cut to the room that the state has for it. */
static void
value_now(const struct run *r, size_t i, char *out)
{
	const char *v = config_get(r->app->config, r->section, settings[i].key);

	snprintf(out, settings[i].size, "%s", v != NULL ? v : settings[i].absent);
}

void
run_settings_take(struct run *r)
{
	size_t i;

	snprintf(r->state.tenant, sizeof(r->state.tenant), "%s", r->section + strlen("tenant "));
	for (i = 0; i < N_SETTINGS; i++)
		value_now(r, i, (char *)&r->state + settings[i].offset);
}

enum status
run_settings_same(const struct run *r, bool all, struct err *err)
{
	const char *tenant = r->section + strlen("tenant "), *was;
	char now[512];
	struct buf list;
	enum status st = ST_OK;
	size_t i;

	if (strcmp(tenant, r->state.tenant) != 0)
		return err_set(err, ST_USAGE, _("%s is a run of the tenant %s, not of %s"), r->archive_name, r->state.tenant, tenant);
	buf_init(&list, 8192);
	for (i = 0; i < N_SETTINGS && st == ST_OK; i++) {
		was = (const char *)&r->state + settings[i].offset;
		value_now(r, i, now);
		if ((all || settings[i].account) && strcmp(was, now) != 0)
			st = buf_addf(&list, err, _("%s%s was \"%s\", now \"%s\""), list.n > 0 ? "; " : "", settings[i].key, was, now);
	}
	if (st == ST_OK && list.n > 0) {
		st = err_set(err, ST_USAGE, _("the run was begun with other settings: %.*s"), STR_ARG(buf_str(&list)));
		err_next(err, _("set them back in [%s], then: custody resume %s"), r->section, r->archive_name);
	}
	buf_free(&list);
	return st;
}
