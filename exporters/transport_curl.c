/* transport_curl.c: one request at a time over libcurl. */
#include "exporters/transport_curl.h"

#include <stdlib.h>
#include <sys/socket.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/stop.h"
#include "exporters/transport_address.h"
#include "exporters/transport_answer.h"

#define CONNECT_S	30L
#define STALL_BYTES	100L	/* slower than this ... */
#define STALL_S		30L	/* ... for so long counts as a stall */
#define TOTAL_S		900L	/* for an answer kept in memory */
#define TOTAL_FILE_S	86400L	/* for a file */

struct net {
	struct transport transport;	/* first member */
	CURL		*curl;
	char		*ca_file;
	bool		 loopback;	/* allowed */
	char		 why[CURL_ERROR_SIZE];
};

static curl_socket_t
on_socket(void *ctx, curlsocktype purpose, struct curl_sockaddr *addr)
{
	struct flight *f = ctx;

	if (purpose != CURLSOCKTYPE_IPCXN || !transport_address_ok(&addr->addr, f->must_be_loopback, f->must_be_public)) {
		f->st = err_set(f->err, ST_USAGE, _("the address behind the URL is not allowed there"));
		return CURL_SOCKET_BAD;
	}
	return socket(addr->family, addr->socktype | SOCK_CLOEXEC, addr->protocol);
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

bool
transport_curl_is_loopback(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL;
	bool yes = false;

	if (u != NULL && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		yes = transport_address_is_loopback(host);
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
	else if (http && req->login != NULL && (req->login->user.p != NULL || req->login->cert_pem.p != NULL) && !transport_address_is_loopback(host))
		st = err_set(err, ST_USAGE, _("%s: no login over plain http"), host);
	else if (http && !req->allow_http && !(net->loopback && transport_address_is_loopback(host)))
		st = err_set(err, ST_USAGE, _("%s: plain http is refused"), host);
	else {
		f->must_be_loopback = http && !req->allow_http;
		f->must_be_public = req->public_host && !(net->loopback && transport_address_is_loopback(host));
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

/* Bytes that live as long as the request. */
static struct curl_blob
blob_of(struct str s)
{
	return (struct curl_blob){ (void *)(uintptr_t)s.p, s.n, CURL_BLOB_NOCOPY };
}

/* Views with a NUL behind them, as secrets are. */
static CURLcode
set_login(CURL *c, const struct http_login *l)
{
	struct curl_blob cert = blob_of(l->cert_pem), key = blob_of(l->key_pem);
	CURLcode bad = CURLE_OK;

#define OPT(option, value)	do { if (bad == CURLE_OK) bad = curl_easy_setopt(c, option, value); } while (0)
	if (l->user.p != NULL) {
		OPT(CURLOPT_HTTPAUTH, (long)CURLAUTH_BASIC);
		OPT(CURLOPT_USERNAME, l->user.p);
		OPT(CURLOPT_PASSWORD, l->password.p == NULL ? "" : l->password.p);
	}
	if (l->cert_pem.p != NULL) {
		OPT(CURLOPT_SSLCERTTYPE, "PEM");
		OPT(CURLOPT_SSLCERT_BLOB, &cert);
		OPT(CURLOPT_SSLKEYTYPE, "PEM");
		OPT(CURLOPT_SSLKEY_BLOB, &key);
	}
	if (l->ca_file != NULL) {
		OPT(CURLOPT_CAINFO, l->ca_file);
		OPT(CURLOPT_CAPATH, NULL);
	}
#undef OPT
	return bad;
}

static enum status
set_options(struct net *net, struct flight *f, struct body_ctx *body, struct curl_slist *headers, struct err *err)
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
	OPT(CURLOPT_TIMEOUT, req->to == NULL ? TOTAL_S : TOTAL_FILE_S);
	OPT(CURLOPT_NOPROXY, "localhost,127.0.0.1,::1");
	OPT(CURLOPT_HTTPHEADER, headers);
	OPT(CURLOPT_HEADERFUNCTION, transport_answer_header);
	OPT(CURLOPT_HEADERDATA, f);
	OPT(CURLOPT_WRITEFUNCTION, transport_answer_body);
	OPT(CURLOPT_WRITEDATA, body);
	OPT(CURLOPT_NOPROGRESS, 0L);
	OPT(CURLOPT_XFERINFOFUNCTION, on_progress);
	OPT(CURLOPT_OPENSOCKETFUNCTION, on_socket);
	OPT(CURLOPT_OPENSOCKETDATA, f);
	if (net->ca_file != NULL) {
		OPT(CURLOPT_CAINFO, net->ca_file);
		OPT(CURLOPT_CAPATH, NULL);
	}
	if (bad == CURLE_OK && req->login != NULL)
		bad = set_login(c, req->login);
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
	if (f->resp->status / 100 == 3 && f->resp->location[0] != '\0')
		return ST_OK;		/* what counts is in the headers */
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
	struct body_ctx body = { &f, net->curl };
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
	transport_answer_begin(&f);
	code = curl_easy_perform(net->curl);
	(void)curl_easy_getinfo(net->curl, CURLINFO_RESPONSE_CODE, &resp->status);
	if (f.st != ST_OK) {
		st = f.st;
		goto out;
	}
	if ((st = judge(net, &f, code, err)) == ST_OK && f.first)
		resp->to_sink = transport_answer_to_sink(&f, net->curl);		/* an empty body */
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
