/* transport_answer.h: one request under way and what came of its answer so far; for transport_curl.c. */
#ifndef EXPORTERS_TRANSPORT_ANSWER_H
#define EXPORTERS_TRANSPORT_ANSWER_H

#include <curl/curl.h>

#include "core/transport.h"

/* One request under way. */
struct flight {
	const struct http_request *req;
	struct http_response *resp;
	struct err	*err;
	enum status	 st;		/* of our own refusal inside a callback */
	uint64_t	 n_headers, max;
	bool		 has_length, chunked, encoded, unclear, must_be_loopback, must_be_public, first;
	uint64_t	 length;
};
struct body_ctx { struct flight *f; CURL *curl; };

void transport_answer_begin(struct flight *);	/* forgets the headers of an answer before */
bool transport_answer_to_sink(struct flight *, CURL *);
/* For CURLOPT_HEADERFUNCTION (${ctx}: struct flight) and CURLOPT_WRITEFUNCTION (struct body_ctx): ${size} * ${count}, or 0 with ${f->st} set. */
size_t transport_answer_header(char *p, size_t size, size_t count, void *ctx);
size_t transport_answer_body(char *p, size_t size, size_t count, void *ctx);

#endif
