/*
 * transport_replay.h: recorded answers in place of the network, and failures on request.  For tests and for showing a description at work.
 *
 * Rules are tried in order; the first whose path matches and whose turns are not used up answers.  Without one the request fails (ST_RETRY).
 */
#ifndef EXPORTERS_TRANSPORT_REPLAY_H
#define EXPORTERS_TRANSPORT_REPLAY_H

#include "core/transport.h"

struct replay_rule {
	const char	*path;		/* of the URL, from its first "/" behind the host to "?" */
	const char	*contains;	/* in query or body; NULL: any */
	unsigned	 times;		/* answers before the rule is used up; 0: always */
	enum status	 fail;		/* other than ST_OK: answered so, nothing is sent */
	long		 status;	/* 0: 200 */
	const char	*type;		/* NULL: "application/json" */
	const char	*disposition;	/* NULL: none */
	long		 retry_after_s;	/* 0: none */
	bool		 no_ranges;	/* a Range is not looked at: 200 and everything */
	const char	*location;	/* of a redirect; NULL: none */
	struct str	 body;		/* absent: the file ${file} of the directory */
	const char	*file;
};

/* The answer to what no rule names, NULL: none. */
typedef enum status replay_answer(void *ctx, const struct http_request *, struct http_response *, struct err *);

/* transport_replay_open(out, dir, rules, n, answer, ctx, err): all borrowed; ${dir} (AT_FDCWD allowed) is where files are. */
enum status transport_replay_open(struct transport **out, int dir, const struct replay_rule *, size_t n, replay_answer *, void *ctx, struct err *) STATUS_USE;
uint64_t transport_replay_calls(const struct transport *);	/* requests so far */
/* transport_replay_give(req, resp, status, type, body, err): fill in an answer as the real transport would, sink and range included. */
enum status transport_replay_give(const struct http_request *, struct http_response *, long status, const char *type, struct str body, struct err *) STATUS_USE;

#endif
