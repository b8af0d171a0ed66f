/* api_token.c: tokens and the secrets that they are bought with. */
#include "exporters/api_priv.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/log.h"

#define REFRESH_MS	60000	/* at most one new token in this time */

/* A key as the configuration would name it, kept by the caller. */
static const char *
configured(const struct api *api, const char *name)
{
	const char *key, *value;
	size_t i;

	for (i = 0; (key = config_key(api->params->config, api->section, "secret.", i, &value)) != NULL; i++)
		if (strcmp(key + strlen("secret."), name) == 0 && value != NULL)
			return key;
	return NULL;
}

const char *
api_secret(const struct api *api, const struct strings *names)
{
	const char *key;
	size_t i;

	for (i = 0; i < names->n; i++)
		if ((key = configured(api, names->v[i])) != NULL)
			return key;
	return configured(api, "default");
}

enum status
api_token_of(struct api *api, const char *key, struct token **out, struct err *err)
{
	struct token *token;
	size_t i;
	enum status st;

	for (i = 0; i < api->n_tokens; i++)
		if (strcmp(api->tokens[i].key, key) == 0) {
			*out = &api->tokens[i];
			return ST_OK;
		}
	if (api->n_tokens == TOKENS_MAX)
		return err_set(err, ST_LIMIT, _("more than %u secrets"), TOKENS_MAX);
	token = &api->tokens[api->n_tokens];
	memset(token, 0, sizeof(*token));
	if ((st = secret_load(config_get(api->params->config, api->section, key), config_dir(api->params->config), &token->secret, err)) != ST_OK) {
		(void)err_in(err, "%s", key);
		return st;
	}
	log_redact(secret_view(&token->secret));
	token->key = key;
	api->n_tokens++;
	*out = token;
	return ST_OK;
}

void
api_token_refuse(struct token *token, const struct answer *ans)
{
	if (ans->act != ACT_DENIED_SECRET)
		return;
	token->refused = true;
	(void)snprintf(token->code, sizeof(token->code), "%s", ans->code);
	(void)snprintf(token->text, sizeof(token->text), "%s", ans->text);
}

static enum status
fetch_token(struct api *api, struct token *token, struct err *err)
{
	struct var v[VARS_MAX];
	struct vars vars = { v, api_vars(api, NULL, secret_view(&token->secret), v) };
	struct answer ans;
	struct task t = { &api->p->token, &vars, NULL, NULL, &ans };
	struct str text;
	enum verdict verdict;
	uint64_t life = 0;
	size_t i;
	enum status st;

	answer_init(&ans);
	if ((st = api_settle(api, &t, &verdict, err)) != ST_OK)
		goto out;
	if (verdict == DONE && ans.act == ACT_REFUSED_URL) {
		st = err_set(err, ST_REMOTE, "%s: %s", api->p->token.path, ans.text);
		goto out;
	}
	if (verdict != DONE || ans.act != ACT_OK) {
		api_token_refuse(token, &ans);
		st = api_refused(api, &t, token->key, err);
		goto out;
	}
	i = json_path(ans.t, 0, api->p->token_value);
	if (i == 0 || ans.t[i].tok != JSON_STR || ans.t[i].val.n == 0) {
		st = err_set(err, ST_REMOTE, _("%s: success announced, but no token came"), api->p->token.path);
		goto out;
	}
	if ((st = json_text(ans.t[i].val, ans.t[i].flags, &ans.arena, &text, err)) != ST_OK)
		goto out;
	secret_free(&token->token);
	if ((st = secret_copy(&token->token, text.p, text.n, err)) != ST_OK)
		goto out;
	log_redact(secret_view(&token->token));
	i = api->p->token_lifetime_s == NULL ? 0 : json_path(ans.t, 0, api->p->token_lifetime_s);
	if (i != 0)
		life = str_u64(ans.t[i].val, 1, 31536000, &life, NULL) == ST_OK ? life : 0;	/* deliberate: an odd figure means "unknown" */
	token->ends_ms = life == 0 ? 0 : when_mono_ms() + (int64_t)life * 1000;
out:
	buf_wipe(&ans.resp.body);
	answer_free(&ans);
	return st;
}

/* A token that may still serve; ${ended}: the one at hand was refused. */
enum status
api_token_ensure(struct api *api, struct token *token, bool ended, struct err *err)
{
	int64_t now = when_mono_ms(), wait;
	enum status st;

	if (ended) {
		wait = token->renewed_ms == 0 ? 0 : token->renewed_ms + api_scaled(api, REFRESH_MS) - now;
		if ((st = api_nap(wait, err)) != ST_OK)
			return st;
		token->renewed_ms = when_mono_ms();
	} else if (token->token.n > 0 && (token->ends_ms == 0 || now < token->ends_ms))
		return ST_OK;
	return fetch_token(api, token, err);
}

enum status
api_check_secret(struct api *api, const char *key, struct err *err)
{
	struct token *token;
	enum status st = api_token_of(api, key, &token, err);

	return st == ST_OK ? api_token_ensure(api, token, false, err) : st;
}
