/* transport.c: the life of an answer; requests are made elsewhere. */
#include "core/transport.h"

#include "core/limits.h"

void
http_response_init(struct http_response *r)
{
	memset(r, 0, sizeof(*r));
	r->retry_after_s = -1;
	buf_init(&r->body, LIMIT_PAGE);
}

void
http_response_clear(struct http_response *r)
{
	struct buf body = r->body;

	memset(r, 0, sizeof(*r));
	r->retry_after_s = -1;
	buf_clear(&body);
	r->body = body;
}

void
http_response_free(struct http_response *r)
{
	buf_free(&r->body);
	http_response_init(r);
}
