/*
 * transport.h: the network, as everybody but its makers sees it.  exporters/transport_curl.c makes the real one,
 * transport_replay.c plays recorded answers; cmd/ hands one to whoever needs it (platform, time-stamp authority, CRLs).
 */
#ifndef CORE_TRANSPORT_H
#define CORE_TRANSPORT_H

#include "core/buf.h"
#include "core/sink.h"

struct http_header { const char *name; struct str value; };

/*
 * Who asks, where the other side wants to know (time-stamp authorities).  Refused over plain http unless the other side is this computer.  Absent: not used.
 */
struct http_login {
	struct str	 user, password;	/* basic login */
	struct str	 cert_pem, key_pem;	/* TLS client certificate with its chain, and its key */
	const char	*ca_file;		/* whom to believe the server's certificate, in place of the transport's; NULL: those */
};

struct http_request {
	const char	*method;	/* "GET" or "POST" */
	const char	*url;		/* whole, with query; may hold secrets: logged without query */
	const struct http_header *headers; size_t n_headers;
	struct str	 body;		/* absent for GET */
	const struct http_login *login;	/* NULL: nobody in particular */
	uint64_t	 range_from, range_to;	/* inclusive; both 0: no Range header */
	size_t		 max_bytes;	/* of a body kept in memory; 0: LIMIT_PAGE */
	struct sink	*to;		/* where a 2xx body that is not JSON goes; NULL: everything into memory */
	bool		 allow_http;	/* plain http to any host (time stamps and CRLs: their answers are signed); else https or loopback as base_url says */
	bool		 public_host;	/* a URL that the platform handed out: resolved address must be public (robustness.md 1.5), unless the transport was made with loopback allowed */
};
struct http_response {
	long		 status;
	char		 content_type[128];	/* lower case, without parameters; "" when absent */
	char		 disposition[4096];	/* Content-Disposition as received, "" when absent */
	char		 location[8192];	/* of a redirect, "" otherwise: exporters/transport_follow.h */
	bool		 bad_location;		/* there was one that is too long, doubled or not a text; ${location} is "" then */
	long		 retry_after_s;		/* -1 when absent */
	uint64_t	 range_from, range_total;	/* of Content-Range; 0 when absent */
	bool		 to_sink;		/* the body went to request.to */
	struct buf	 body;			/* the rest; caller inits (http_response_init) and frees */
	uint64_t	 n_body;		/* decoded bytes received, wherever they went */
};

struct transport {
	/*
	 * One request.  ST_OK: a complete answer of any status.  ST_RETRY: connection failed, stalled, was cut, or length, chunking or
	 * compression does not fit.  ST_DENIED: certificate not trusted, TLS too old.  ST_USAGE: URL refused before any request.
	 * ST_LIMIT: over max_bytes.  ST_STOPPED.
	 */
	enum status (*perform)(struct transport *, const struct http_request *, struct http_response *, struct err *);
	void (*close)(struct transport *);
};

void http_response_init(struct http_response *);	/* before the first use */
void http_response_clear(struct http_response *);	/* for the next request, keeping memory */
void http_response_free(struct http_response *);

#endif
