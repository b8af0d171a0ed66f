/* api_try.c: one request until an answer can be acted on: turns, waits, repetitions, and when to give up.  Verdicts: api_priv.h. */
#include "exporters/api_priv.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/digest.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/stop.h"

#define BACKOFF_MAX_MS	60000u

/* Waits that the platform did not state follow the base that tests may shorten. */
int64_t
api_scaled(const struct api *api, uint64_t ms)
{
	return (int64_t)(ms * api->backoff_ms / BACKOFF_MS);
}

enum status
api_nap(int64_t ms, struct err *err)
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
	return api_nap((int64_t)(r % (top + 1)), err);
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
	if (api->follow.loopback)
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
		if ((st = api_nap(wait, err)) != ST_OK)
			return st;
	return stop_check(err);
}

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

/* ${why}: part of the gap's record, never translated. */
static void
refused_url(struct answer *ans, const char *why)
{
	ans->act = ACT_REFUSED_URL;
	(void)snprintf(ans->code, sizeof(ans->code), "http %ld", ans->resp.status);
	api_keep(ans->text, sizeof(ans->text), str_of(why));
}

static enum status
attempt(struct api *api, const struct task *t, enum verdict *v, int64_t *wait, struct err *err)
{
	struct http_header headers[3];
	struct http_request req;
	struct err why;
	bool left;
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
	st = transport_follow(api->params->net, &req, &api->follow, &t->ans->resp, &left, &why);
	if (st == ST_INPUT) {
		refused_url(t->ans, why.text);
		*v = DONE;
		return ST_OK;
	}
	if (st == ST_RETRY) {
		(void)snprintf(t->ans->code, sizeof(t->ans->code), "network");
		api_keep(t->ans->text, sizeof(t->ans->text), str_of(why.text));
		*v = AGAIN;
		return ST_OK;
	}
	if (st != ST_OK) {
		if (err != NULL)
			*err = why;
		(void)err_in(err, "%s", t->call->path);
		return st;
	}
	if ((st = api_judge(api, t->call, t->to, t->ans, v, wait, err)) == ST_OK && left &&
	    (*v == REFRESH || t->ans->act == ACT_DENIED_RUN || t->ans->act == ACT_DENIED_SECRET || t->ans->act == ACT_IP)) {
		refused_url(t->ans, "redirect to a place that wants a secret");	/* it got none, and says nothing about ours */
		*v = DONE;
	}
	return st;
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

/* A server in trouble that says when to come back. */
static enum status
too_long(const struct task *t, int64_t ms, struct err *err)
{
	(void)err_set(err, ST_REMOTE, _("%s: the platform asks for a wait of %lld s (%s)"), t->call->path, (long long)((ms + 999) / 1000), t->ans->code);
	return err_next(err, _("what was fetched is kept; go on with \"custody resume\" in %lld s or later"), (long long)((ms + 999) / 1000));
}

static enum status
stated_nap(const struct task *t, int64_t ms, struct err *err)
{
	log_say(LOG_INFO_, _("%s: %s; the platform asks for a wait of %lld s"), t->call->path, t->ans->code, (long long)((ms + 999) / 1000));
	return api_nap(ms, err);
}

/* Repeat until an answer can be acted on; REFRESH comes back to the caller. */
enum status
api_settle(struct api *api, const struct task *t, enum verdict *v, struct err *err)
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
			if (wait > (int64_t)api->p->ban_wait_max_s * 1000)
				return too_long(t, wait, err);
			if (++again >= api->p->tries)
				return give_up(t, again, err);
			st = wait > 0 ? stated_nap(t, wait, err) : api_pause(api, (unsigned)again - 1, err);
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
			st = api_nap(wait, err);
			break;
		default:
			if (++bans >= api->p->tries || wait > (int64_t)api->p->ban_wait_max_s * 1000)
				return banned(t, wait, err);
			log_say(LOG_WARN_, _("%s: blocked by the platform; waiting %lld s"), t->call->path, (long long)((wait + 999) / 1000));
			st = api_nap(wait, err);
			break;
		}
		if (st != ST_OK)
			return st;
	}
}
