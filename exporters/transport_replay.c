/* transport_replay.c: answers by rule. */
#include "exporters/transport_replay.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"

struct replay {
	struct transport transport;	/* first member */
	int		 dir;
	const struct replay_rule *rules;
	unsigned	*used;
	size_t		 n;
	replay_answer	*answer;
	void		*ctx;
	uint64_t	 n_calls;
};

static struct str
path_of(const char *url)
{
	const char *at = strstr(url, "://");

	at = strchr(at == NULL ? url : at + 3, '/');
	return at == NULL ? STR("/") : (struct str){ at, strcspn(at, "?") };
}

static bool
holds(struct str s, const char *what)
{
	return s.p != NULL && memmem(s.p, s.n, what, strlen(what)) != NULL;
}

enum status
transport_replay_give(const struct http_request *req, struct http_response *resp, long status, const char *type, struct str body, struct err *err)
{
	uint64_t from = 0, n = body.n;

	resp->status = status;
	(void)snprintf(resp->content_type, sizeof(resp->content_type), "%s", type);
	if (req->to != NULL && status == 200 && (req->range_from != 0 || req->range_to != 0)) {
		resp->status = 206;
		resp->range_total = body.n;
		resp->range_from = req->range_from;
		from = req->range_from < body.n ? req->range_from : body.n;
		n = body.n - from < req->range_to - req->range_from + 1 ? body.n - from : req->range_to - req->range_from + 1;
	}
	resp->n_body = n;
	resp->to_sink = req->to != NULL && status / 100 == 2 && (resp->disposition[0] != '\0' || strcmp(type, "application/json") != 0);
	if (n == 0)
		return ST_OK;
	return resp->to_sink ? sink_write(req->to, body.p + from, (size_t)n, err) : buf_add(&resp->body, body.p + from, (size_t)n, err);
}

static enum status
by_rule(struct replay *r, const struct replay_rule *rule, const struct http_request *req, struct http_response *resp, struct err *err)
{
	const char *type = rule->type == NULL ? "application/json" : rule->type;
	struct http_request whole = *req;
	struct buf file;
	enum status st;

	if (rule->fail != ST_OK)
		return err_set(err, rule->fail, _("a failure that was asked for"));
	resp->retry_after_s = rule->retry_after_s == 0 ? -1 : rule->retry_after_s;
	if (rule->no_ranges) {
		whole.range_from = whole.range_to = 0;
		req = &whole;
	}
	(void)snprintf(resp->location, sizeof(resp->location), "%s", rule->location == NULL ? "" : rule->location);
	(void)snprintf(resp->disposition, sizeof(resp->disposition), "%s", rule->disposition == NULL ? "" : rule->disposition);
	if (rule->body.p != NULL)
		return transport_replay_give(req, resp, rule->status == 0 ? 200 : rule->status, type, rule->body, err);
	buf_init(&file, LIMIT_PAGE);
	if ((st = fs_load(r->dir, rule->file, LIMIT_PAGE, &file, err)) == ST_END)
		st = err_set(err, ST_IO, _("%s: there is no such file"), rule->file);
	if (st == ST_OK)
		st = transport_replay_give(req, resp, rule->status == 0 ? 200 : rule->status, type, buf_str(&file), err);
	buf_free(&file);
	return st;
}

static enum status
perform(struct transport *t, const struct http_request *req, struct http_response *resp, struct err *err)
{
	struct replay *r = (struct replay *)(void *)t;
	struct str path = path_of(req->url);
	size_t i;

	r->n_calls++;
	for (i = 0; i < r->n; i++) {
		const struct replay_rule *rule = &r->rules[i];

		if (!str_is(path, rule->path) || (rule->times != 0 && r->used[i] >= rule->times))
			continue;
		if (rule->contains != NULL && !holds(str_of(req->url), rule->contains) && !holds(req->body, rule->contains))
			continue;
		r->used[i]++;
		return by_rule(r, rule, req, resp, err);
	}
	if (r->answer != NULL)
		return r->answer(r->ctx, req, resp, err);
	return err_set(err, ST_RETRY, _("nothing recorded for %.*s"), STR_ARG(path));
}

static void
replay_close(struct transport *t)
{
	struct replay *r = (struct replay *)(void *)t;

	free(r->used);
	free(r);
}

uint64_t
transport_replay_calls(const struct transport *t)
{
	return ((const struct replay *)(const void *)t)->n_calls;
}

enum status
transport_replay_open(struct transport **out, int dir, const struct replay_rule *rules, size_t n, replay_answer *answer, void *ctx, struct err *err)
{
	struct replay *r;

	*out = NULL;
	if ((r = calloc(1, sizeof(*r))) == NULL || (r->used = calloc(n + 1, sizeof(*r->used))) == NULL) {
		free(r);
		return err_oom(err, sizeof(*r));
	}
	r->transport = (struct transport){ perform, replay_close };
	r->dir = dir;
	r->rules = rules;
	r->n = n;
	r->answer = answer;
	r->ctx = ctx;
	*out = &r->transport;
	return ST_OK;
}
