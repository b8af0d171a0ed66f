/* transport_answer.c: what libcurl hands us of an answer, piece by piece: headers that count, a body into memory or a sink. */
#include "exporters/transport_answer.h"

#include <ctype.h>
#include <strings.h>
#include <time.h>

#include "core/i18n.h"
#include "core/limits.h"

#define RETRY_MAX_S	31536000	/* a year: longer than any run waits */

static struct str
trimmed(const char *p, size_t n)
{
	while (n > 0 && (p[0] == ' ' || p[0] == '\t')) {
		p++;
		n--;
	}
	while (n > 0 && strchr(" \t\r\n", p[n - 1]) != NULL)
		n--;
	return (struct str){ p, n };
}

static bool
header_is(struct str line, const char *name, struct str *value)
{
	size_t n = strlen(name);

	if (line.n <= n || line.p[n] != ':' || strncasecmp(line.p, name, n) != 0)
		return false;
	*value = trimmed(line.p + n + 1, line.n - n - 1);
	return true;
}

static void
copy_text(char *out, size_t size, struct str s)
{
	size_t n = s.n < size - 1 ? s.n : size - 1;

	memcpy(out, s.p, n);
	out[n] = '\0';
	if (strlen(out) != n)		/* a NUL in a header: take nothing of it */
		out[0] = '\0';
}

/* Half a URL, or one of two, leads somewhere else: take none. */
static void
take_location(struct http_response *resp, struct str v)
{
	if (resp->location[0] != '\0' || v.n >= sizeof(resp->location) || memchr(v.p, 0, v.n) != NULL)
		resp->bad_location = true;
	copy_text(resp->location, sizeof(resp->location), v);
	if (resp->bad_location)
		resp->location[0] = '\0';
}

/* Seconds or a date (RFC 9110 section 10.2.3); -1: neither.  More than a year is a year. */
static long
retry_after(struct str v)
{
	char text[64];
	uint64_t n;
	time_t then, now = time(NULL);

	if (str_u64(v, 0, RETRY_MAX_S, &n, NULL) == ST_OK)
		return (long)n;
	copy_text(text, sizeof(text), v);
	if (text[0] != '\0' && strspn(text, "0123456789") == strlen(text))
		return RETRY_MAX_S;
	if ((then = curl_getdate(text, NULL)) == -1)
		return -1;
	return then <= now ? 0 : then - now > RETRY_MAX_S ? RETRY_MAX_S : (long)(then - now);
}

/* "bytes 0-499/1234" (RFC 9110 section 14.4) */
static void
range(struct http_response *resp, struct str v)
{
	const char *slash = memchr(v.p, '/', v.n), *dash = memchr(v.p, '-', v.n);

	resp->range_from = 0;
	if (v.n < 6 || strncasecmp(v.p, "bytes ", 6) != 0 || dash == NULL ||
	    str_u64((struct str){ v.p + 6, (size_t)(dash - v.p) - 6 }, 0, UINT64_MAX / 2, &resp->range_from, NULL) != ST_OK)
		slash = NULL;
	if (slash == NULL || str_u64((struct str){ slash + 1, v.n - (size_t)(slash + 1 - v.p) }, 1, UINT64_MAX / 2, &resp->range_total, NULL) != ST_OK)
		resp->range_total = 0;
}

/* A new answer begins ("100 Continue" before the real one): forget the last one's headers. */
void
transport_answer_begin(struct flight *f)
{
	f->has_length = f->chunked = f->encoded = f->unclear = false;
	f->resp->content_type[0] = f->resp->disposition[0] = f->resp->location[0] = '\0';
	f->resp->bad_location = false;
	f->resp->range_from = f->resp->range_total = 0;
	f->resp->retry_after_s = -1;
}

size_t
transport_answer_header(char *p, size_t size, size_t count, void *ctx)
{
	struct flight *f = ctx;
	struct str line = { p, size * count }, v;
	uint64_t number;
	size_t i;

	f->n_headers += line.n;
	if (f->n_headers > LIMIT_HEADERS) {
		f->st = err_set(f->err, ST_LIMIT, _("headers of more than %zu bytes"), LIMIT_HEADERS);
		return 0;
	}
	if (str_has_prefix(line, "HTTP/"))
		transport_answer_begin(f);
	else if (header_is(line, "content-length", &v)) {
		number = f->length;
		if (str_u64(v, 0, UINT64_MAX / 2, &f->length, NULL) != ST_OK || (f->has_length && number != f->length))
			f->unclear = true;
		f->has_length = true;
	} else if (header_is(line, "transfer-encoding", &v))
		f->chunked = v.n == 7 && strncasecmp(v.p, "chunked", 7) == 0;
	else if (header_is(line, "content-encoding", &v))
		f->encoded = v.n > 0 && !(v.n == 8 && strncasecmp(v.p, "identity", 8) == 0);
	else if (header_is(line, "content-type", &v)) {
		const char *semicolon = memchr(v.p, ';', v.n);

		if (semicolon != NULL)
			v = trimmed(v.p, (size_t)(semicolon - v.p));
		copy_text(f->resp->content_type, sizeof(f->resp->content_type), v);
		for (i = 0; f->resp->content_type[i] != '\0'; i++)
			f->resp->content_type[i] = (char)tolower((unsigned char)f->resp->content_type[i]);
	} else if (header_is(line, "content-disposition", &v))
		copy_text(f->resp->disposition, sizeof(f->resp->disposition), v);
	else if (header_is(line, "location", &v))
		take_location(f->resp, v);
	else if (header_is(line, "retry-after", &v))
		f->resp->retry_after_s = retry_after(v);
	else if (header_is(line, "content-range", &v))
		range(f->resp, v);
	return size * count;
}

/* Does this body belong into the sink?  Known once the headers are there. */
bool
transport_answer_to_sink(struct flight *f, CURL *curl)
{
	const char *type = f->resp->content_type;
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (f->req->to == NULL || status / 100 != 2)
		return false;
	return f->resp->disposition[0] != '\0' || !(strcmp(type, "application/json") == 0 || strcmp(type, "text/json") == 0);
}

size_t
transport_answer_body(char *p, size_t size, size_t count, void *ctx)
{
	struct body_ctx *c = ctx;
	struct flight *f = c->f;
	size_t n = size * count;

	if (n == 0)
		return 0;
	if (f->first) {
		f->first = false;
		f->resp->to_sink = transport_answer_to_sink(f, c->curl);
		f->max = f->resp->to_sink ? LIMIT_MEDIA : f->req->max_bytes == 0 ? LIMIT_PAGE : f->req->max_bytes;
	}
	if (n > f->max - f->resp->n_body) {
		f->st = err_set(f->err, ST_LIMIT, _("an answer of more than %llu bytes"), (unsigned long long)f->max);
		return 0;
	}
	f->st = f->resp->to_sink ? sink_write(f->req->to, p, n, f->err) : buf_add(&f->resp->body, p, n, f->err);
	if (f->st != ST_OK)
		return 0;
	f->resp->n_body += n;
	return n;
}
