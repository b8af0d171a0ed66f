/*
 * api.h: one call of a platform, with all that must happen before an answer can be believed: token, rate, retries, bans
 * (robustness: remote faults).  What comes back is an action that the engine takes; what ends the run comes back as a status.
 */
#ifndef EXPORTERS_API_H
#define EXPORTERS_API_H

#include "core/source.h"
#include "exporters/fill.h"
#include "exporters/platform.h"

struct answer {
	struct http_response resp;
	struct arena	 arena;		/* of the tape; reset by the next call with this answer */
	struct json_node *t;		/* NULL when the body went to a file */
	size_t		 n;
	enum action	 act;
	char		 code[32];	/* the platform's, or "http 404" */
	char		 text[320];	/* the platform's words, cut */
};
void answer_init(struct answer *);
void answer_free(struct answer *);

/* Where a download goes: ${restart} makes ${to} empty again before every try. */
struct download {
	struct sink	*to;
	enum status	(*restart)(struct download *, struct err *);
	uint64_t	 from, upto;	/* range; both 0: everything */
	struct str	(*head)(struct download *);	/* first bytes that came, to notice an error sent as content */
};

struct api;
/* api_open(out, params, p, err): borrows both.  ST_USAGE: a configuration key that the platform needs is missing. */
enum status api_open(struct api **out, const struct source_params *, const struct platform *, struct err *) STATUS_USE;
void api_close(struct api *);

/* api_secret(api, names): the configuration key that serves ("secret.contacts"), NULL when none is configured. */
const char *api_secret(const struct api *, const struct strings *names);

/* api_want(api, key): a stream of this run is served by the secret under ${key}, which lives as long as ${api}. */
void api_want(struct api *, const char *key);
/*
 * api_others_serve(api, key, err): does the platform accept the secret of another wanted stream than those under ${key}?  ST_OK: yes; ST_END: no;
 * ST_REMOTE, ST_STOPPED, …: could not be found out.
 */
enum status api_others_serve(struct api *, const char *key, struct err *) STATUS_USE;

/*
 * api_check_secret(api, key, err): does the platform give a token for the secret under ${key} ("secret.contacts")?  ST_DENIED: it refuses, with what to do;
 * ST_REMOTE: cannot be reached, or does not answer sensibly; and what loading the secret answers.  ${key} must live as long as ${api}.
 */
enum status api_check_secret(struct api *, const char *key, struct err *) STATUS_USE;
/*
 * api_call(api, secrets, call, vars, ans, err): ${secrets} are used unless the call names its own.  ST_OK: see ${ans->act}: OK, or one of DENIED_AREA,
 * DENIED_SECRET (refused, and another wanted secret is not), WITHDRAWN, STOP_AREA, SKIP, DENIED, HIDDEN, GONE, EXPIRED, RANGE, SPLIT_RANGE, REFUSED_URL, UNKNOWN.  ST_REMOTE: tries ran out, or a ban longer than allowed.
 * ST_DENIED: secret, token or caller address refused, with what to do.  ST_STOPPED, ST_IO, ST_LIMIT, ST_NOMEM.
 */
enum status api_call(struct api *, const struct strings *secrets, const struct call *, const struct vars *, struct answer *, struct err *) STATUS_USE;
/* api_fetch: the same for content; ACT_OK means that it is in the sink (ans->resp.status tells 200 from 206). */
enum status api_fetch(struct api *, const struct strings *secrets, const struct call *, const struct vars *, struct download *,
    struct answer *, struct err *) STATUS_USE;
/* api_pause(api, n, err): the wait before the n-th repetition (0 first) of something; ST_STOPPED. */
enum status api_pause(struct api *, unsigned n, struct err *) STATUS_USE;

#endif
