/* api.c: one call with its token, from opening to what is said when a platform refuses for good. */
#include "exporters/api_priv.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "exporters/transport_curl.h"

#define URL_MAX_	((size_t)64 << 10)

void
answer_init(struct answer *ans)
{
	memset(ans, 0, sizeof(*ans));
	http_response_init(&ans->resp);
	arena_init(&ans->arena, LIMIT_ARENA);
}

void
answer_free(struct answer *ans)
{
	http_response_free(&ans->resp);
	arena_free(&ans->arena);
	memset(ans, 0, sizeof(*ans));
}

enum status
api_open(struct api **out, const struct source_params *params, const struct platform *p, struct err *err)
{
	struct api *api;
	const char *own;
	size_t i;

	*out = NULL;
	if ((api = calloc(1, sizeof(*api))) == NULL)
		return err_oom(err, sizeof(*api));
	api->params = params;
	api->p = p;
	api->backoff_ms = params->backoff_ms == 0 ? BACKOFF_MS : params->backoff_ms;
	buf_init(&api->url, URL_MAX_);
	buf_init(&api->body, LIMIT_PAGE);
	buf_init(&api->bearer, LIMIT_SECRET);
	*out = api;
	(void)snprintf(api->section, sizeof(api->section), "tenant %s", params->tenant);
	own = config_get(params->config, api->section, "base_url");
	api->base_url = own != NULL ? own : p->base_url;
	api->follow = (struct follow){ p->hosts.v, p->hosts.n, transport_curl_is_loopback(api->base_url) };
	for (i = 0; i < p->config.n; i++)
		if (config_get(params->config, api->section, p->config.v[i]) == NULL) {
			api_close(api);
			*out = NULL;
			(void)err_set(err, ST_USAGE, _("%s: section [tenant %s] lacks the key \"%s\""), config_file(params->config), params->tenant,
			    p->config.v[i]);
			return err_next(err, _("add the line \"%s = …\""), p->config.v[i]);
		}
	return ST_OK;
}

void
api_close(struct api *api)
{
	size_t i;

	if (api == NULL)
		return;
	for (i = 0; i < api->n_tokens; i++) {
		secret_free(&api->tokens[i].secret);
		secret_free(&api->tokens[i].token);
	}
	buf_wipe(&api->url);		/* may hold a token or a secret */
	buf_wipe(&api->body);
	buf_wipe(&api->bearer);
	free(api);
}

/* "…from ip: 203.0.113.7, more…": the address as the platform saw it. */
static struct str
address_in(const char *text)
{
	const char *at = strstr(text, "from ip: ");

	if (at == NULL)
		return STR_NONE;
	at += strlen("from ip: ");
	return (struct str){ at, strspn(at, "0123456789abcdefABCDEF.:") };
}

enum status
api_refused(const struct api *api, const struct task *t, const char *key, struct err *err)
{
	struct str ip;

	if (t->ans->act == ACT_IP) {
		ip = address_in(t->ans->text);
		(void)err_set(err, ST_DENIED, _("%s: the platform does not accept calls from this address%s%.*s (%s %s)"), t->call->path,
		    ip.n > 0 ? " " : "", STR_ARG(ip), t->ans->code, t->ans->text);
		if (ip.n == 0)
			return err_next(err, _("add this computer's outgoing address to the trusted IP list of the application whose secret is %s"), key);
		return err_next(err, _("add the address %.*s to the trusted IP list of the application whose secret is %s"), STR_ARG(ip), key);
	}
	(void)err_set(err, ST_DENIED, _("%s: %s of [tenant %s] is refused (%s %s)"), t->call->path, key, api->params->tenant, t->ans->code, t->ans->text);
	return err_next(err, _("check %s and the organisation's id in %s"), key, config_file(api->params->config));
}

size_t
api_vars(const struct api *api, const struct vars *more, struct str secret, struct var out[VARS_MAX])
{
	size_t i, n = 0;

	for (i = 0; more != NULL && i < more->n && n < VARS_MAX - 1; i++)
		out[n++] = more->v[i];
	for (i = 0; i < api->p->config.n && n < VARS_MAX - 1; i++)
		out[n++] = (struct var){ api->p->config.v[i], str_of(config_get(api->params->config, api->section, api->p->config.v[i])) };
	if (secret.p != NULL)
		out[n++] = (struct var){ "secret", secret };
	return n;
}

static enum status
perform(struct api *api, const struct strings *secrets, const struct call *call, const struct vars *vars, struct download *to,
    struct answer *ans, struct err *err)
{
	struct var v[VARS_MAX];
	struct vars all = { v, api_vars(api, vars, STR_NONE, v) };
	struct task t = { call, &all, NULL, to, ans };
	const char *key = api_secret(api, call->secrets.n > 0 ? &call->secrets : secrets);
	enum verdict verdict = REFRESH;
	unsigned n;
	enum status st;

	if (key == NULL)
		return err_set(err, ST_USAGE, _("%s: no secret is configured for it"), call->path);
	if ((st = api_token_of(api, key, &t.token, err)) != ST_OK)
		return st;
	if (api_denied_before(t.token, ans))
		return ST_OK;
	for (n = 0; n < 2 && verdict == REFRESH; n++) {
		if ((st = api_token_ensure(api, t.token, n > 0, err)) == ST_DENIED && t.token->refused)
			return api_denied(api, t.token, ans, err);
		if (st != ST_OK || (st = api_settle(api, &t, &verdict, err)) != ST_OK)
			return st;
	}
	if (verdict == REFRESH || ans->act == ACT_DENIED_RUN || ans->act == ACT_IP)
		return api_refused(api, &t, key, err);
	if (ans->act != ACT_DENIED_SECRET)
		return ST_OK;
	api_token_refuse(t.token, ans);
	st = api_refused(api, &t, key, err);
	return st == ST_DENIED ? api_denied(api, t.token, ans, err) : st;
}

enum status
api_call(struct api *api, const struct strings *secrets, const struct call *call, const struct vars *vars, struct answer *ans, struct err *err)
{
	return perform(api, secrets, call, vars, NULL, ans, err);
}

enum status
api_fetch(struct api *api, const struct strings *secrets, const struct call *call, const struct vars *vars, struct download *to,
    struct answer *ans, struct err *err)
{
	return perform(api, secrets, call, vars, to, ans, err);
}
