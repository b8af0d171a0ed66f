/*
 * tsp.h: RFC 3161 time-stamp requests and the first look at the answer.  Judging a token for evidence is in tsp_verify.h.
 */
#ifndef ARCHIVE_TSP_H
#define ARCHIVE_TSP_H

#include "core/transport.h"

/*
 * tsp_fetch(net, url, login, data, reply, gen_time_ms, err): ask ${url} for a token over SHA-256 of ${data} (nonce, certReq) and append the DER response,
 * without the words an authority may send with its status (nobody signs them), if it is one that will stand as evidence: strict form, and a signature that holds; whether the authority is believed is the verifier's to say.  ${login} may be NULL.
 * ST_RETRY: out of reach or busy.  ST_DENIED: the login or the server's certificate is refused.  ST_REMOTE: refused, or the answer is not for our request or no evidence.
 */
enum status tsp_fetch(struct transport *net, const char *url, const struct http_login *, struct str data, struct buf *reply, int64_t *gen_time_ms, struct err *) STATUS_USE;

#endif
