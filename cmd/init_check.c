/* init_check.c: are the secrets good?  One token for each is asked for; see init.h. */
#include <stdio.h>

#include "cmd/init.h"
#include "core/i18n.h"
#include "core/log.h"
#include "exporters/api.h"
#include "exporters/transport_curl.h"

#define QUICK_MS	50u	/* base of the waits between tries: somebody is sitting here */

static enum status
try_each(struct init *i, const struct source_params *params, const struct platform *p, struct err *err)
{
	char keys[INIT_AREAS][40];	/* the api remembers them as they stand */
	struct err why;
	struct api *api;
	enum status st;
	size_t k;

	if ((st = api_open(&api, params, p, err)) != ST_OK)
		return st;
	for (k = 0; k < INIT_AREAS && st == ST_OK; k++) {
		snprintf(keys[k], sizeof(keys[k]), "secret.%s", init_areas[k].name);
		if (i->secrets[k].place[0] == '\0')
			continue;
		err_init(&why);
		log_say(LOG_INFO_, _("asking the platform for a token with %s"), keys[k]);
		st = i->tried[k].st = api_check_secret(api, keys[k], &why);
		snprintf(i->tried[k].why, sizeof(i->tried[k].why), "%s", why.text);
		if (st == ST_STOPPED || st == ST_NOMEM)
			st = err_set(err, st, "%s", why.text);
		else
			st = ST_OK;
		if (i->tried[k].st == ST_REMOTE || i->tried[k].st == ST_RETRY)
			break;		/* nobody there: the others need not wait for it again */
	}
	for (; st == ST_OK && k < INIT_AREAS; k++)
		if (i->secrets[k].place[0] != '\0')
			i->tried[k].st = ST_REMOTE;
	api_close(api);
	return st;
}

enum status
init_check(struct init *i, struct app *app, const struct config *config, struct err *err)
{
	struct source_params params = { .config = config, .tenant = i->tenant, .work_dir = -1, .program = app->program, .backoff_ms = QUICK_MS };
	struct transport *net = NULL;
	struct platform *p = NULL;
	enum status st;

	if ((st = transport_curl_open(&net, i->ca[0] != '\0' ? i->ca : NULL, i->base_url[0] != '\0' && transport_curl_is_loopback(i->base_url), err)) != ST_OK ||
	    (st = platform_open(&p, i->platform, platform_builtin(i->platform), err)) != ST_OK)
		goto out;
	params.net = net;
	st = try_each(i, &params, p, err);
out:
	platform_close(p);
	if (net != NULL)
		net->close(net);
	return st;
}
