/*
 * api.c: token, rate, tries.
 *
 * An attempt ends in a verdict; a verdict is final or says how long to wait before the next attempt:
 *   DONE     an answer the engine can act on
 *   AGAIN    connection, 5xx, broken body: ${tries}, random growing waits
 *   BUSY     the platform asks to try later: ${busy_tries}, the same waits
 *   THROTTLE too often: the stated wait, the endpoint is slowed for the rest of the run
 *   BAN      answer of the wrong shape: nobody is asked for the stated time
 *   REFRESH  token ended: one new token, one repetition
 */
#include "exporters/api.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/digest.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/secret.h"
#include "core/stop.h"
#include "exporters/budget.h"
#include "exporters/transport_curl.h"

#define BACKOFF_MS	500u
#define BACKOFF_MAX_MS	60000u
#define REFRESH_MS	60000	/* at most one new token in this time */
#define TOKENS_MAX	16u	/* secrets of one tenant */
#define BUDGETS_MAX	64u	/* endpoints of one description that are counted apart */
#define VARS_MAX	16u
#define URL_MAX_	((size_t)64 << 10)

enum verdict { DONE, AGAIN, BUSY, THROTTLE, BAN, REFRESH };

struct token {
	const char	*key;		/* configuration key, "secret.contacts" */
	struct secret	 secret, token;
	int64_t		 renewed_ms, ends_ms;	/* monotonic; 0: never */
};
struct api {
	const struct source_params *params;
	const struct platform *p;
	char		 section[160];
	const char	*base_url;
	struct token	 tokens[TOKENS_MAX];
	size_t		 n_tokens;
	struct { const char *path; struct budget budget; } budgets[BUDGETS_MAX];
	size_t		 n_budgets;
	uint64_t	 backoff_ms;
	struct buf	 url, body, bearer;
};

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

/* --- waits --- */

/* Waits that the platform did not state follow the base that tests may shorten. */
static int64_t
scaled(const struct api *api, uint64_t ms)
{
	return (int64_t)(ms * api->backoff_ms / BACKOFF_MS);
}

static enum status
nap(int64_t ms, struct err *err)
{
	if (ms > 0 && when_sleep_ms(ms))
		return stop_check(err) == ST_OK ? err_set(err, ST_STOPPED, _("stopped")) : ST_STOPPED;
	return stop_check(err);
}

enum status
api_pause(struct api *api, unsigned n, struct err *err)
{
	uint64_t top = api->backoff_ms, r;
	enum status st;

	while (n-- > 0 && top < BACKOFF_MAX_MS)
		top *= 2;
	if (top > BACKOFF_MAX_MS)
		top = BACKOFF_MAX_MS;
	if ((st = digest_random(&r, sizeof(r), err)) != ST_OK)
		return st;
	return nap((int64_t)(r % (top + 1)), err);
}

static struct budget *
budget_of(struct api *api, const struct call *call)
{
	uint64_t rate = call->per_minute != 0 ? call->per_minute : api->p->per_minute;
	size_t i;

	for (i = 0; i < api->n_budgets; i++)
		if (api->budgets[i].path == call->path || strcmp(api->budgets[i].path, call->path) == 0)
			return &api->budgets[i].budget;
	if (api->n_budgets == BUDGETS_MAX)
		return &api->budgets[BUDGETS_MAX - 1].budget;	/* deliberate: those beyond share one */
	api->budgets[i].path = call->path;
	rate = rate > UINT32_MAX ? UINT32_MAX : rate;
	if (transport_curl_is_loopback(api->base_url))
		budget_init_local(&api->budgets[i].budget, (uint32_t)rate);
	else
		budget_init(&api->budgets[i].budget, (uint32_t)rate);
	api->n_budgets++;
	return &api->budgets[i].budget;
}

static enum status
take_turn(struct api *api, const struct call *call, struct err *err)
{
	struct budget *b = budget_of(api, call);
	int64_t wait;
	enum status st;

	while ((wait = budget_take(b, when_mono_ms())) > 0)
		if ((st = nap(wait, err)) != ST_OK)
			return st;
	return stop_check(err);
}

/* --- reading an answer --- */

static enum action
action_of(const struct api *api, const struct call *call, struct str code)
{
	const struct code_actions *lists[2] = { &call->errors, &api->p->errors };
	size_t i, k;

	for (k = 0; k < 2; k++)
		for (i = 0; i < lists[k]->n; i++)
			if (str_is(code, lists[k]->v[i].code))
				return lists[k]->v[i].act;
	return ACT_UNKNOWN;
}

/* Cut at a character's border. */
static void
keep(char *out, size_t size, struct str s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	while (n > 0 && n < s.n && ((unsigned char)s.p[n] & 0xc0) == 0x80)
		n--;
	if (n > 0)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

static char
first_byte(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (strchr(" \t\r\n", s.p[i]) == NULL || s.p[i] == '\0')
			return s.p[i];
	return '\0';
}

/* The wait that a ban's own words name, else the description's. */
static int64_t
ban_ms(const struct api *api, const struct answer *ans, size_t field)
{
	uint64_t s = 0;

	if (ans->resp.retry_after_s >= 0)
		return (int64_t)ans->resp.retry_after_s * 1000;
	if (field != 0 && str_u64(ans->t[field].val, 1, 31536000, &s, NULL) == ST_OK)
		return (int64_t)s * 1000;
	return scaled(api, api->p->ban_wait_s * 1000);
}

/* The code of a failing answer and what it asks for. */
static enum verdict
read_code(struct api *api, const struct call *call, struct answer *ans, int64_t *wait)
{
	struct str text = STR_NONE;
	size_t i, k;

	for (k = 0, i = 0; k < api->p->code_paths.n && i == 0; k++)
		i = json_path(ans->t, 0, api->p->code_paths.v[k]);
	if (i != 0)
		keep(ans->code, sizeof(ans->code), ans->t[i].val);
	k = api->p->text_path == NULL ? 0 : json_path(ans->t, 0, api->p->text_path);
	if (k != 0 && json_text(ans->t[k].val, ans->t[k].flags, &ans->arena, &text, NULL) == ST_OK)
		keep(ans->text, sizeof(ans->text), text);
	for (k = 0; k < api->p->ban_fields.n; k++) {
		size_t field = json_get(ans->t, 0, api->p->ban_fields.v[k]);

		if (field != 0) {
			*wait = ban_ms(api, ans, field);
			return BAN;
		}
	}
	if (i == 0) {
		keep(ans->text, sizeof(ans->text), str_of(_("an answer without a code")));
		return AGAIN;
	}
	ans->act = action_of(api, call, str_of(ans->code));
	switch (ans->act) {
	case ACT_REFRESH:
		return REFRESH;
	case ACT_RETRY:
		return BUSY;
	case ACT_WAIT:
		*wait = ans->resp.retry_after_s >= 0 ? (int64_t)ans->resp.retry_after_s * 1000 : scaled(api, api->p->throttle_wait_s * 1000);
		return THROTTLE;
	default:
		return DONE;
	}
}

static enum status
read_json(struct api *api, const struct call *call, struct str body, struct answer *ans, enum verdict *v, int64_t *wait, struct err *err)
{
	struct err why;
	size_t i;
	enum status st;

	err_init(&why);
	if ((st = json_tape(body, &ans->arena, &ans->t, &ans->n, &why)) == ST_INPUT) {
		(void)snprintf(ans->text, sizeof(ans->text), "%.300s", why.text);
		*v = AGAIN;
		return ST_OK;
	}
	if (st != ST_OK)
		return err_set(err, st, "%s: %s", call->path, why.text);
	i = json_path(ans->t, 0, api->p->success_path);
	if (i != 0 && str_is(ans->t[i].val, api->p->success_equals) && ans->resp.status / 100 == 2) {
		ans->act = ACT_OK;
		*v = DONE;
		return ST_OK;
	}
	*v = read_code(api, call, ans, wait);
	return ST_OK;
}

static enum status
ban_page(struct api *api, struct answer *ans, enum verdict *v, int64_t *wait)
{
	(void)snprintf(ans->text, sizeof(ans->text), "%s", _("a page where data should be: the platform blocks this caller"));
	*wait = ban_ms(api, ans, 0);
	*v = BAN;
	return ST_OK;
}

/* What a complete answer means. */
static enum status
judge(struct api *api, const struct call *call, struct download *to, struct answer *ans, enum verdict *v, int64_t *wait, struct err *err)
{
	struct str body = buf_str(&ans->resp.body);
	char first;

	ans->act = ACT_UNKNOWN;
	(void)snprintf(ans->code, sizeof(ans->code), "http %ld", ans->resp.status);
	ans->text[0] = '\0';
	if (ans->resp.to_sink && to != NULL) {
		body = to->head(to);
		if (ans->resp.disposition[0] == '\0' && first_byte(body) == '{' && ans->resp.n_body <= body.n)
			return read_json(api, call, body, ans, v, wait, err);	/* an error that calls itself content */
		if (ans->resp.disposition[0] == '\0' && (strcmp(ans->resp.content_type, "text/html") == 0 || first_byte(body) == '<'))
			return ban_page(api, ans, v, wait);	/* content has a name: Content-Disposition */
		ans->act = ACT_OK;
		*v = DONE;
		return ST_OK;
	}
	if (ans->resp.status == 408 || ans->resp.status >= 500) {
		*v = AGAIN;
		return ST_OK;
	}
	if (ans->resp.status / 100 == 3)
		return err_set(err, ST_REMOTE, _("%s: answered with a redirect (%ld); calls that carry a token are never sent elsewhere"), call->path,
		    ans->resp.status);
	first = first_byte(body);
	if ((first == '{' || first == '[') && strcmp(ans->resp.content_type, "text/html") != 0) {
		enum status st = read_json(api, call, body, ans, v, wait, err);

		if (st != ST_OK || to == NULL || ans->act != ACT_OK)
			return st;
		(void)snprintf(ans->text, sizeof(ans->text), "%s", _("success announced, but no content came"));
		*v = AGAIN;
		return ST_OK;
	}
	if (ans->resp.status == 429) {
		*wait = ans->resp.retry_after_s >= 0 ? (int64_t)ans->resp.retry_after_s * 1000 : scaled(api, api->p->throttle_wait_s * 1000);
		*v = THROTTLE;
		return ST_OK;
	}
	if (body.n == 0 && ans->resp.status / 100 == 2) {
		(void)snprintf(ans->text, sizeof(ans->text), "%s", _("an empty answer"));
		*v = AGAIN;
		return ST_OK;
	}
	return ban_page(api, ans, v, wait);
}

/* --- tries --- */

struct task { const struct call *call; const struct vars *vars; struct token *token; struct download *to; struct answer *ans; };

static enum status
build(struct api *api, const struct task *t, struct http_request *req, struct http_header *headers, struct err *err)
{
	const struct call *call = t->call;
	enum status st;

	buf_clear(&api->url);
	if ((st = buf_addz(&api->url, api->base_url, err)) != ST_OK)
		return st;
	while (api->url.n > 0 && api->url.p[api->url.n - 1] == '/')
		api->url.n--;
	if ((st = fill_path(call->path, t->vars, &api->url, err)) != ST_OK ||
	    (st = fill_query(&call->query, t->vars, &api->url, err)) != ST_OK)
		return st;
	memset(req, 0, sizeof(*req));
	req->method = call->method;
	req->headers = headers;
	if (t->token != NULL && strcmp(api->p->token_in, "query") == 0) {
		if ((st = fill_param(api->p->token_name, secret_view(&t->token->token), &api->url, err)) != ST_OK)
			return st;
	} else if (t->token != NULL) {
		buf_clear(&api->bearer);
		if (strcmp(api->p->token_in, "bearer") == 0 && (st = buf_addz(&api->bearer, "Bearer ", err)) != ST_OK)
			return st;
		if ((st = buf_str_add(&api->bearer, secret_view(&t->token->token), err)) != ST_OK)
			return st;
		headers[req->n_headers].name = api->p->token_name == NULL ? "Authorization" : api->p->token_name;
		headers[req->n_headers++].value = buf_str(&api->bearer);
	}
	if (call->body != NULL) {
		buf_clear(&api->body);
		if ((st = fill_body(call->body, t->vars, &api->body, err)) != ST_OK)
			return st;
		req->body = buf_str(&api->body);
		headers[req->n_headers].name = "Content-Type";
		headers[req->n_headers++].value = STR("application/json; charset=utf-8");
	}
	if ((st = buf_z(&api->url, err)) != ST_OK)
		return st;
	req->url = api->url.p;
	if (t->to != NULL) {
		req->to = t->to->to;
		req->range_from = t->to->from;
		req->range_to = t->to->upto;
	}
	return ST_OK;
}

static enum status
attempt(struct api *api, const struct task *t, enum verdict *v, int64_t *wait, struct err *err)
{
	struct http_header headers[3];
	struct http_request req;
	struct err why;
	enum status st;

	if ((st = take_turn(api, t->call, err)) != ST_OK || (st = build(api, t, &req, headers, err)) != ST_OK)
		return st;
	if (t->to != NULL && (st = t->to->restart(t->to, err)) != ST_OK)
		return st;
	http_response_clear(&t->ans->resp);
	arena_reset(&t->ans->arena);
	t->ans->t = NULL;
	t->ans->n = 0;
	*wait = 0;
	err_init(&why);
	st = api->params->net->perform(api->params->net, &req, &t->ans->resp, &why);
	if (st == ST_RETRY) {
		(void)snprintf(t->ans->code, sizeof(t->ans->code), "network");
		keep(t->ans->text, sizeof(t->ans->text), str_of(why.text));
		*v = AGAIN;
		return ST_OK;
	}
	if (st != ST_OK) {
		if (err != NULL)
			*err = why;
		(void)err_in(err, "%s", t->call->path);
		return st;
	}
	return judge(api, t->call, t->to, t->ans, v, wait, err);
}

static enum status
give_up(const struct task *t, uint64_t tries, struct err *err)
{
	(void)err_set(err, ST_REMOTE, _("%s: given up after %" PRIu64 " tries: %s %s"), t->call->path, tries, t->ans->code, t->ans->text);
	return err_next(err, _("what was fetched is kept; go on later with \"custody resume\""));
}

static enum status
banned(const struct task *t, int64_t ms, struct err *err)
{
	(void)err_set(err, ST_REMOTE, _("%s: blocked by the platform (%s %s)"), t->call->path, t->ans->code, t->ans->text);
	return err_next(err, _("what was fetched is kept; go on with \"custody resume\" in %lld s or later"), (long long)((ms + 999) / 1000));
}

/* Repeat until an answer can be acted on; REFRESH comes back to the caller. */
static enum status
settle(struct api *api, const struct task *t, enum verdict *v, struct err *err)
{
	uint64_t again = 0, busy = 0, slow = 0, bans = 0;
	int64_t wait;
	enum status st;

	for (;;) {
		if ((st = attempt(api, t, v, &wait, err)) != ST_OK || *v == DONE || *v == REFRESH)
			return st;
		log_say(LOG_DEBUG_, _("%s: %s %s; will be tried again"), t->call->path, t->ans->code, t->ans->text);
		switch (*v) {
		case AGAIN:
			if (++again >= api->p->tries)
				return give_up(t, again, err);
			st = api_pause(api, (unsigned)again - 1, err);
			break;
		case BUSY:
			if (++busy >= api->p->busy_tries)
				return give_up(t, busy, err);
			st = api_pause(api, (unsigned)busy - 1, err);
			break;
		case THROTTLE:
			budget_slow(budget_of(api, t->call));
			if (++slow >= api->p->tries)
				return give_up(t, slow, err);
			if (wait > (int64_t)api->p->ban_wait_max_s * 1000)
				return banned(t, wait, err);
			log_say(LOG_INFO_, _("%s: rate limit (%s); waiting %lld s"), t->call->path, t->ans->code, (long long)((wait + 999) / 1000));
			st = nap(wait, err);
			break;
		default:
			if (++bans >= api->p->tries || wait > (int64_t)api->p->ban_wait_max_s * 1000)
				return banned(t, wait, err);
			log_say(LOG_WARN_, _("%s: blocked by the platform; waiting %lld s"), t->call->path, (long long)((wait + 999) / 1000));
			st = nap(wait, err);
			break;
		}
		if (st != ST_OK)
			return st;
	}
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

static enum status
refused(const struct api *api, const struct task *t, const char *key, struct err *err)
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

/* --- tokens --- */

static enum status
token_of(struct api *api, const char *key, struct token **out, struct err *err)
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

static size_t
base_vars(const struct api *api, const struct vars *more, struct str secret, struct var out[VARS_MAX])
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
fetch_token(struct api *api, struct token *token, struct err *err)
{
	struct var v[VARS_MAX];
	struct vars vars = { v, base_vars(api, NULL, secret_view(&token->secret), v) };
	struct answer ans;
	struct task t = { &api->p->token, &vars, NULL, NULL, &ans };
	struct str text;
	enum verdict verdict;
	uint64_t life = 0;
	size_t i;
	enum status st;

	answer_init(&ans);
	if ((st = settle(api, &t, &verdict, err)) != ST_OK)
		goto out;
	if (verdict != DONE || ans.act != ACT_OK) {
		st = refused(api, &t, token->key, err);
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
static enum status
ensure_token(struct api *api, struct token *token, bool ended, struct err *err)
{
	int64_t now = when_mono_ms(), wait;
	enum status st;

	if (ended) {
		wait = token->renewed_ms == 0 ? 0 : token->renewed_ms + scaled(api, REFRESH_MS) - now;
		if ((st = nap(wait, err)) != ST_OK)
			return st;
		token->renewed_ms = when_mono_ms();
	} else if (token->token.n > 0 && (token->ends_ms == 0 || now < token->ends_ms))
		return ST_OK;
	return fetch_token(api, token, err);
}

static enum status
perform(struct api *api, const struct strings *secrets, const struct call *call, const struct vars *vars, struct download *to,
    struct answer *ans, struct err *err)
{
	struct var v[VARS_MAX];
	struct vars all = { v, base_vars(api, vars, STR_NONE, v) };
	struct task t = { call, &all, NULL, to, ans };
	const char *key = api_secret(api, call->secrets.n > 0 ? &call->secrets : secrets);
	enum verdict verdict = REFRESH;
	unsigned n;
	enum status st;

	if (key == NULL)
		return err_set(err, ST_USAGE, _("%s: no secret is configured for it"), call->path);
	if ((st = token_of(api, key, &t.token, err)) != ST_OK)
		return st;
	for (n = 0; n < 2 && verdict == REFRESH; n++)
		if ((st = ensure_token(api, t.token, n > 0, err)) != ST_OK || (st = settle(api, &t, &verdict, err)) != ST_OK)
			return st;
	if (verdict == REFRESH || ans->act == ACT_DENIED_RUN || ans->act == ACT_IP)
		return refused(api, &t, key, err);
	return ST_OK;
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
