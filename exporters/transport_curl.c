/* transport_curl.c: one request at a time over libcurl. */
#include "exporters/transport_curl.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/stop.h"

#define CONNECT_S	30L
#define STALL_BYTES	100L	/* slower than this ... */
#define STALL_S		30L	/* ... for so long counts as a stall */

struct net {
	struct transport transport;	/* first member */
	CURL		*curl;
	char		*ca_file;
	bool		 loopback;	/* allowed */
	char		 why[CURL_ERROR_SIZE];
};

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

/* --- addresses --- */

static bool
loopback_host(const char *host)
{
	struct in_addr v4;

	if (strcasecmp(host, "localhost") == 0 || strcmp(host, "[::1]") == 0 || strcmp(host, "::1") == 0)
		return true;
	return inet_pton(AF_INET, host, &v4) == 1 && ntohl(v4.s_addr) >> 24 == 127;
}

static bool
in_net(uint32_t a, uint32_t net, unsigned bits)
{
	return bits == 0 || (a ^ net) >> (32 - bits) == 0;
}

/* Reserved ranges: IANA special-purpose registries, IPv4 and IPv6, read 2026-11. */
static bool
public_v4(uint32_t a)
{
	static const struct { uint32_t net; unsigned bits; } closed[] = {
		{ 0x00000000, 8 }, { 0x0a000000, 8 }, { 0x64400000, 10 }, { 0x7f000000, 8 }, { 0xa9fe0000, 16 }, { 0xac100000, 12 },
		{ 0xc0000000, 24 }, { 0xc0000200, 24 }, { 0xc0586300, 24 }, { 0xc0a80000, 16 }, { 0xc6120000, 15 }, { 0xc6336400, 24 },
		{ 0xcb007100, 24 }, { 0xe0000000, 4 }, { 0xf0000000, 4 },
	};
	size_t i;

	for (i = 0; i < sizeof(closed) / sizeof(closed[0]); i++)
		if (in_net(a, closed[i].net, closed[i].bits))
			return false;
	return true;
}

static uint32_t
v4_at(const uint8_t *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static bool
public_v6(const uint8_t a[16])
{
	static const uint8_t mapped[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff };
	static const uint8_t nat64[12] = { 0, 0x64, 0xff, 0x9b };

	if (memcmp(a, mapped, 12) == 0 || memcmp(a, nat64, 12) == 0)
		return public_v4(v4_at(a + 12));
	if (a[0] == 0x20 && a[1] == 0x02)				/* 6to4 */
		return public_v4(v4_at(a + 2));
	if ((a[0] & 0xe0) != 0x20)					/* outside 2000::/3: loopback, private, link, multicast */
		return false;
	if (a[0] == 0x20 && a[1] == 0x01 && a[2] < 0x02)		/* 2001::/23: protocol assignments, Teredo */
		return false;
	return !(a[0] == 0x20 && a[1] == 0x01 && a[2] == 0x0d && a[3] == 0xb8);
}

static bool
address_ok(const struct flight *f, const struct sockaddr *sa)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	static const uint8_t one[16] = { [15] = 1 };
	bool loop, open;

	if (sa->sa_family == AF_INET) {
		memcpy(&v4, sa, sizeof(v4));
		loop = ntohl(v4.sin_addr.s_addr) >> 24 == 127;
		open = public_v4(ntohl(v4.sin_addr.s_addr));
	} else if (sa->sa_family == AF_INET6) {
		memcpy(&v6, sa, sizeof(v6));
		loop = memcmp(v6.sin6_addr.s6_addr, one, 16) == 0;
		open = public_v6(v6.sin6_addr.s6_addr);
	} else
		return false;
	return (!f->must_be_loopback || loop) && (!f->must_be_public || open);
}

static curl_socket_t
on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct flight *f = ctx;

	if (purpose != CURLSOCKTYPE_IPCXN || !address_ok(f, &addr->addr)) {
		f->st = err_set(f->err, ST_USAGE, _("the address behind the URL is not allowed there"));
		return CURL_SOCKET_BAD;
	}
	return socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);
}

/* --- callbacks --- */

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

static void
range_total(struct http_response *resp, struct str v)
{
	const char *slash = memchr(v.p, '/', v.n);

	if (slash == NULL || str_u64((struct str){ slash + 1, v.n - (size_t)(slash + 1 - v.p) }, 1, UINT64_MAX / 2, &resp->range_total, NULL) != ST_OK)
		resp->range_total = 0;
}

/* A new answer begins ("100 Continue" before the real one): forget the last one's headers. */
static void
begin_answer(struct flight *f)
{
	f->has_length = f->chunked = f->encoded = f->unclear = false;
	f->resp->content_type[0] = f->resp->disposition[0] = f->resp->location[0] = '\0';
	f->resp->range_total = 0;
	f->resp->retry_after_s = -1;
}

static size_t
on_header(char *p, size_t size, size_t count, void *ctx)
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
		begin_answer(f);
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
		copy_text(f->resp->location, sizeof(f->resp->location), v);
	else if (header_is(line, "retry-after", &v)) {
		if (str_u64(v, 0, 31536000, &number, NULL) == ST_OK)
			f->resp->retry_after_s = (long)number;
	} else if (header_is(line, "content-range", &v))
		range_total(f->resp, v);
	return size * count;
}

/* Does this body belong into the sink?  Known once the headers are there. */
static bool
to_sink(struct flight *f, CURL *curl)
{
	const char *type = f->resp->content_type;
	long status = 0;

	(void)curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	if (f->req->to == NULL || status / 100 != 2)
		return false;
	return f->resp->disposition[0] != '\0' || !(strcmp(type, "application/json") == 0 || strcmp(type, "text/json") == 0);
}

struct on_body_ctx { struct flight *f; CURL *curl; };

static size_t
on_body(char *p, size_t size, size_t count, void *ctx)
{
	struct on_body_ctx *c = ctx;
	struct flight *f = c->f;
	size_t n = size * count;

	if (n == 0)
		return 0;
	if (f->first) {
		f->first = false;
		f->resp->to_sink = to_sink(f, c->curl);
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

static int
on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
	(void)ctx;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return stop_signal() != 0;
}

/* --- a request --- */

bool
transport_curl_is_loopback(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool yes = false;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		yes = loopback_host(host);
	curl_free(host);
	curl_url_cleanup(u);
	return yes;
}

/* Scheme and host, before anything is sent. */
static enum status
check_url(const struct net *net, const struct http_request *req, struct flight *f, struct err *err)
{
	CURLU *u = curl_url();
	char *scheme = NULL, *host = NULL, *user = NULL;
	bool http;
	enum status st = ST_OK;

	if (u == NULL)
		return err_oom(err, 1);
	if (curl_url_set(u, CURLUPART_URL, req->url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK ||
	    curl_url_get(u, CURLUPART_SCHEME, &scheme, 0) != CURLUE_OK || curl_url_get(u, CURLUPART_HOST, &host, 0) != CURLUE_OK) {
		st = err_set(err, ST_USAGE, _("not a URL that can be asked"));
		goto out;
	}
	http = strcmp(scheme, "http") == 0;
	if (!http && strcmp(scheme, "https") != 0)
		st = err_set(err, ST_USAGE, _("scheme %s: only https is used"), scheme);
	else if (curl_url_get(u, CURLUPART_USER, &user, 0) == CURLUE_OK)
		st = err_set(err, ST_USAGE, _("a URL with a user name in it"));
	else if (http && !req->allow_http && !(net->loopback && loopback_host(host)))
		st = err_set(err, ST_USAGE, _("%s: plain http is refused"), host);
	else {
		f->must_be_loopback = http && !req->allow_http;
		f->must_be_public = req->public_host && !(net->loopback && loopback_host(host));
	}
out:
	curl_free(scheme);
	curl_free(host);
	curl_free(user);
	curl_url_cleanup(u);
	return st;
}

static enum status
add_header(struct curl_slist **list, const char *name, struct str value, struct err *err)
{
	struct curl_slist *grown;
	struct buf line;
	enum status st;

	if (value.p != NULL && (memchr(value.p, '\r', value.n) != NULL || memchr(value.p, '\n', value.n) != NULL || memchr(value.p, 0, value.n) != NULL))
		return err_set(err, ST_USAGE, _("a header with a line end in it"));
	buf_init(&line, LIMIT_SECRET * 2);
	if ((st = buf_addf(&line, err, "%s: ", name)) == ST_OK && (st = buf_str_add(&line, value, err)) == ST_OK && (st = buf_z(&line, err)) == ST_OK) {
		grown = curl_slist_append(*list, line.p);
		if (grown == NULL)
			st = err_oom(err, line.n);
		else
			*list = grown;
	}
	buf_wipe(&line);	/* may hold a token */
	return st;
}

static enum status
set_options(struct net *net, struct flight *f, struct on_body_ctx *body, struct curl_slist *headers, struct err *err)
{
	const struct http_request *req = f->req;
	CURL *c = net->curl;
	CURLcode bad = CURLE_OK;

	curl_easy_reset(c);
#define OPT(option, value)	do { if (bad == CURLE_OK) bad = curl_easy_setopt(c, option, value); } while (0)
	OPT(CURLOPT_URL, req->url);
	OPT(CURLOPT_ERRORBUFFER, net->why);
	OPT(CURLOPT_NOSIGNAL, 1L);
	OPT(CURLOPT_PROTOCOLS_STR, "http,https");	/* check_url has decided which */
	OPT(CURLOPT_FOLLOWLOCATION, 0L);
	OPT(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	OPT(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	OPT(CURLOPT_SSL_VERIFYPEER, 1L);
	OPT(CURLOPT_SSL_VERIFYHOST, 2L);
	OPT(CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	OPT(CURLOPT_LOW_SPEED_LIMIT, STALL_BYTES);
	OPT(CURLOPT_LOW_SPEED_TIME, STALL_S);
	OPT(CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
	OPT(CURLOPT_HTTPHEADER, headers);
	OPT(CURLOPT_HEADERFUNCTION, on_header);
	OPT(CURLOPT_HEADERDATA, f);
	OPT(CURLOPT_WRITEFUNCTION, on_body);
	OPT(CURLOPT_WRITEDATA, body);
	OPT(CURLOPT_NOPROGRESS, 0L);
	OPT(CURLOPT_XFERINFOFUNCTION, on_progress);
	OPT(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	OPT(CURLOPT_OPENSOCKETDATA, f);
	if (net->ca_file != NULL) {
		OPT(CURLOPT_CAINFO, net->ca_file);
		OPT(CURLOPT_CAPATH, NULL);
	}
	if (req->public_host)
		OPT(CURLOPT_FRESH_CONNECT, 1L);		/* so that the address is looked at */
	if (strcmp(req->method, "POST") == 0) {
		OPT(CURLOPT_POST, 1L);
		OPT(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body.n);
		OPT(CURLOPT_POSTFIELDS, req->body.p == NULL ? "" : req->body.p);
	}
#undef OPT
	return bad == CURLE_OK ? ST_OK : err_set(err, ST_IO, "libcurl: %s", curl_easy_strerror(bad));
}

/* The library's words without anything secret or harmful in them. */
static enum status
say(struct net *net, CURLcode code, enum status st, struct err *err)
{
	struct buf text;
	const char *why = net->why[0] != '\0' ? net->why : curl_easy_strerror(code);

	buf_init(&text, 4096);
	if (log_clean(str_of(why), &text, NULL) != ST_OK)
		buf_clear(&text);
	(void)err_set(err, st, "%.*s", STR_ARG(buf_str(&text)));
	buf_free(&text);
	return st;
}

static enum status
judge(struct net *net, const struct flight *f, CURLcode code, struct err *err)
{
	switch (code) {
	case CURLE_OK:
		break;
	case CURLE_ABORTED_BY_CALLBACK:
		return stop_check(err) == ST_OK ? say(net, code, ST_RETRY, err) : ST_STOPPED;
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_INVALIDCERTSTATUS:
	case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
	case CURLE_SSL_CRL_BADFILE:
		(void)say(net, code, ST_DENIED, err);
		return err_next(err, _("the server's certificate is not trusted: name its authority with the key \"ca\", or find out who answers there"));
	case CURLE_SSL_CACERT_BADFILE:
		return say(net, code, ST_USAGE, err);
	case CURLE_SSL_CONNECT_ERROR:
		if (strcasestr(net->why, "protocol version") != NULL || strcasestr(net->why, "unsupported protocol") != NULL ||
		    strcasestr(net->why, "wrong version") != NULL) {
			(void)say(net, code, ST_DENIED, err);
			return err_next(err, _("the server must offer TLS 1.2 or newer"));
		}
		return say(net, code, ST_RETRY, err);
	case CURLE_URL_MALFORMAT:
		return say(net, code, ST_USAGE, err);
	case CURLE_OUT_OF_MEMORY:
		return say(net, code, ST_NOMEM, err);
	default:
		return say(net, code, ST_RETRY, err);
	}
	if (f->unclear || (f->has_length && f->chunked))
		return err_set(err, ST_RETRY, _("two announcements of the body's length that do not agree"));
	if (f->encoded)
		return err_set(err, ST_RETRY, _("a compressed body, although none was asked for"));
	if (!f->has_length && !f->chunked && f->resp->n_body > 0)
		return err_set(err, ST_RETRY, _("a body without announced length: it cannot be told whether it is whole"));
	return ST_OK;
}

static enum status
perform(struct transport *t, const struct http_request *req, struct http_response *resp, struct err *err)
{
	struct net *net = (struct net *)(void *)t;
	struct flight f = { .req = req, .resp = resp, .err = err, .st = ST_OK, .first = true };
	struct on_body_ctx body = { &f, net->curl };
	struct curl_slist *headers = NULL;
	char range[64];
	CURLcode code;
	size_t i;
	enum status st;

	net->why[0] = '\0';
	if ((st = check_url(net, req, &f, err)) != ST_OK)
		return st;
	if ((st = add_header(&headers, "Accept", STR("*/*"), err)) != ST_OK || (st = add_header(&headers, "User-Agent", STR("custody"), err)) != ST_OK)
		goto out;
	if (req->range_from != 0 || req->range_to != 0) {	/* by hand: the library's own option means something else for POST */
		(void)snprintf(range, sizeof(range), "bytes=%llu-%llu", (unsigned long long)req->range_from, (unsigned long long)req->range_to);
		if ((st = add_header(&headers, "Range", str_of(range), err)) != ST_OK)
			goto out;
	}
	for (i = 0; i < req->n_headers; i++)
		if ((st = add_header(&headers, req->headers[i].name, req->headers[i].value, err)) != ST_OK)
			goto out;
	if ((st = set_options(net, &f, &body, headers, err)) != ST_OK)
		goto out;
	begin_answer(&f);
	code = curl_easy_perform(net->curl);
	(void)curl_easy_getinfo(net->curl, CURLINFO_RESPONSE_CODE, &resp->status);
	if (f.st != ST_OK) {
		st = f.st;
		goto out;
	}
	if ((st = judge(net, &f, code, err)) == ST_OK && f.first)
		resp->to_sink = to_sink(&f, net->curl);		/* an empty body */
out:
	curl_slist_free_all(headers);
	return st;
}

static void
net_close(struct transport *t)
{
	struct net *net = (struct net *)(void *)t;

	if (net == NULL)
		return;
	if (net->curl != NULL)
		curl_easy_cleanup(net->curl);
	free(net->ca_file);
	free(net);
	curl_global_cleanup();
}

const char *
transport_curl_version(void)
{
	return curl_version();
}

enum status
transport_curl_open(struct transport **out, const char *ca_file, bool allow_loopback_http, struct err *err)
{
	struct net *net;

	*out = NULL;
	if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
		return err_set(err, ST_IO, _("libcurl cannot be started"));
	if ((net = calloc(1, sizeof(*net))) == NULL) {
		curl_global_cleanup();
		return err_oom(err, sizeof(*net));
	}
	net->transport.perform = perform;
	net->transport.close = net_close;
	net->loopback = allow_loopback_http;
	if ((net->curl = curl_easy_init()) == NULL || (ca_file != NULL && (net->ca_file = strdup(ca_file)) == NULL)) {
		net_close(&net->transport);
		return err_oom(err, 1);
	}
	*out = &net->transport;
	return ST_OK;
}
