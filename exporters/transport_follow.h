/*
 * transport_follow.h: redirects, followed here and nowhere else (robustness: remote faults).
 *
 * At most FOLLOW_MAX.  To the scheme, host and port that was asked first a request goes on with all its headers.  Anywhere else it goes
 * without them, and only when the host is one of ${hosts}, the scheme https, the address behind it public and used for the connection
 * (transport_curl.h), and neither URL nor body holds a known secret; once it has left it gets nothing back.  301, 302 and 303 make a GET of a
 * POST, 307 and 308 keep method and body.
 */
#ifndef EXPORTERS_TRANSPORT_FOLLOW_H
#define EXPORTERS_TRANSPORT_FOLLOW_H

#include "core/transport.h"

#define FOLLOW_MAX	3u

struct follow {
	const char *const *hosts;	/* "cdn.example.com", or "*.example.com" for those below it */
	size_t		 n_hosts;
	bool		 loopback;	/* the platform itself is on a loopback address (a simulator): others there may be asked, by plain http too */
};

/*
 * transport_follow(net, req, rules, resp, left, err): ST_OK: the answer that the redirects end at, or one of another kind; ${left}: it came
 * from elsewhere.  ST_INPUT: a place that is not allowed; the text says why, in English and without anything secret, fit for a record.
 * ST_REMOTE: too many, or no place named.  Else what perform says.
 */
enum status transport_follow(struct transport *, const struct http_request *, const struct follow *, struct http_response *, bool *left, struct err *) STATUS_USE;

#endif
