/*
 * api_priv.h: the state of the calls to one platform, shared by api*.c and nobody else.
 *
 * An attempt ends in a verdict; a verdict is final or says how long to wait before the next attempt:
 *   DONE     an answer the engine can act on
 *   AGAIN    connection, 5xx, broken body: ${tries}, random growing waits, or the wait that a 5xx or 408 states
 *   BUSY     the platform asks to try later: ${busy_tries}, the same waits
 *   THROTTLE too often: the stated wait, the endpoint is slowed for the rest of the run
 *   BAN      answer of the wrong shape: nobody is asked for the stated time
 *   REFRESH  token ended: one new token, one repetition
 */
#ifndef EXPORTERS_API_PRIV_H
#define EXPORTERS_API_PRIV_H

#include "core/secret.h"
#include "exporters/api.h"
#include "exporters/budget.h"
#include "exporters/transport_follow.h"

#define BACKOFF_MS	500u
#define TOKENS_MAX	16u	/* secrets of one tenant */
#define BUDGETS_MAX	64u	/* endpoints of one description that are counted apart */
#define VARS_MAX	16u	/* a call's own, at most six, CONFIG_MAX and a secret */

enum verdict { DONE, AGAIN, BUSY, THROTTLE, BAN, REFRESH };

struct token {
	const char	*key;		/* configuration key, "secret.contacts" */
	struct secret	 secret, token;
	int64_t		 renewed_ms, ends_ms;	/* monotonic; 0: never */
	bool		 refused;	/* the platform does not accept the secret; with these words */
	char		 code[32], text[320];
};
struct api {
	const struct source_params *params;
	const struct platform *p;
	char		 section[160];
	const char	*base_url;
	struct follow	 follow;	/* where redirects may lead */
	struct token	 tokens[TOKENS_MAX];
	size_t		 n_tokens;
	struct { const char *path; struct budget budget; } budgets[BUDGETS_MAX];
	size_t		 n_budgets;
	uint64_t	 backoff_ms;
	const char	*wanted[TOKENS_MAX];	/* keys of the streams of this run */
	size_t		 n_wanted;
	struct buf	 url, body, bearer;
};

struct task { const struct call *call; const struct vars *vars; struct token *token; struct download *to; struct answer *ans; };

/* api.c */
/* ${more}, the keys of the configuration and ${secret}, each where there is one; gives their number. */
size_t api_vars(const struct api *, const struct vars *more, struct str secret, struct var out[VARS_MAX]);
/* ST_DENIED with what to do: the secret under ${key} or this computer's address is not accepted. */
enum status api_refused(const struct api *, const struct task *, const char *key, struct err *) STATUS_USE;

/* api_token.c */
enum status api_token_of(struct api *, const char *key, struct token **out, struct err *) STATUS_USE;	/* the secret loaded, no token yet */
enum status api_token_ensure(struct api *, struct token *, bool ended, struct err *) STATUS_USE;
void api_token_refuse(struct token *, const struct answer *);	/* where the answer says so */

/* api_denied.c: ${err} is set: the secret of ${token} was refused.  ST_OK: another one serves a wanted stream, ${ans} says ACT_DENIED_SECRET; else what ${err} says. */
enum status api_denied(struct api *, struct token *, struct answer *ans, struct err *) STATUS_USE;
/* api_denied_before(token, ans): it was refused in this session; ${ans} says so again. */
bool api_denied_before(const struct token *, struct answer *ans);

/* api_try.c */
int64_t api_scaled(const struct api *, uint64_t ms);
enum status api_nap(int64_t ms, struct err *) STATUS_USE;	/* ST_STOPPED */
enum status api_settle(struct api *, const struct task *, enum verdict *, struct err *) STATUS_USE;

/* api_judge.c */
void api_keep(char *out, size_t size, struct str);
/* *wait: ms, set for THROTTLE, BAN and where a 5xx or 408 states it.  ST_REMOTE: an HTTP status 3xx that is no redirect. */
enum status api_judge(struct api *, const struct call *, struct download *, struct answer *, enum verdict *, int64_t *wait, struct err *) STATUS_USE;

#endif
