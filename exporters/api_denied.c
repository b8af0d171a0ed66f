/*
 * api_denied.c: a secret that the platform does not accept concerns the areas it serves, and nothing else.  Only when no other secret serves a stream of
 * this run does the run end: there is nothing it could do.
 */
#include "exporters/api_priv.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/log.h"

void
api_want(struct api *api, const char *key)
{
	size_t i;

	for (i = 0; i < api->n_wanted; i++)
		if (strcmp(api->wanted[i], key) == 0)
			return;
	if (api->n_wanted < TOKENS_MAX)
		api->wanted[api->n_wanted++] = key;
}

static bool
same_secret(const struct token *a, const struct token *b)
{
	return str_eq(secret_view(&a->secret), secret_view(&b->secret));
}

enum status
api_others_serve(struct api *api, const char *key, struct err *err)
{
	struct token *token, *other;
	enum status st;
	size_t i;

	if ((st = api_token_of(api, key, &token, err)) != ST_OK)
		return st;
	for (i = 0; i < api->n_wanted; i++) {
		if (strcmp(api->wanted[i], key) == 0)
			continue;
		if ((st = api_token_of(api, api->wanted[i], &other, err)) == ST_OK && !other->refused && !same_secret(token, other))
			st = api_token_ensure(api, other, false, err);
		else if (st == ST_OK)
			continue;
		if (st != ST_DENIED)
			return st;
	}
	return ST_END;
}

bool
api_denied_before(const struct token *token, struct answer *ans)
{
	if (!token->refused)
		return false;
	ans->act = ACT_DENIED_SECRET;
	(void)snprintf(ans->code, sizeof(ans->code), "%s", token->code);
	(void)snprintf(ans->text, sizeof(ans->text), "%s", token->text);
	return true;
}

enum status
api_denied(struct api *api, struct token *token, struct answer *ans, struct err *err)
{
	struct err why;
	enum status st;

	err_init(&why);
	if ((st = api_others_serve(api, token->key, &why)) == ST_END)
		return ST_DENIED;
	if (st != ST_OK) {
		if (err != NULL)
			*err = why;
		return st;
	}
	log_say(LOG_WARN_, _("%s; next: %s; meanwhile the areas with other secrets are read"), err == NULL ? "" : err->text, err == NULL ? "" : err->next);
	if (err != NULL)
		err_init(err);
	(void)api_denied_before(token, ans);
	return ST_OK;
}
