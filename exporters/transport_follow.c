/* transport_follow.c: from redirect to redirect. */
#include "exporters/transport_follow.h"

#include <curl/curl.h>
#include <strings.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "exporters/transport_address.h"

#define HEADERS_MAX	8u

/* A URL in parts; each of the library's making. */
struct place { char *url, *scheme, *host, *port; };

/* One walk. */
struct walk {
	const struct follow *rules;
	CURLU		*at;		/* where we are */
	struct place	 home, there;
	struct http_request req;
	struct http_header headers[HEADERS_MAX];
	bool		 left;
};

static void
place_free(struct place *p)
{
	if (p->url != NULL)
		explicit_bzero(p->url, strlen(p->url));		/* may hold a token */
	curl_free(p->url);
	curl_free(p->scheme);
	curl_free(p->host);
	curl_free(p->port);
	memset(p, 0, sizeof(*p));
}

static bool
place_take(struct place *p, CURLU *u)
{
	place_free(p);
	return curl_url_get(u, CURLUPART_URL, &p->url, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_SCHEME, &p->scheme, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &p->host, 0) == CURLUE_OK && curl_url_get(u, CURLUPART_PORT, &p->port, CURLU_DEFAULT_PORT) == CURLUE_OK;
}

static bool
same_origin(const struct place *a, const struct place *b)
{
	return strcasecmp(a->scheme, b->scheme) == 0 && strcasecmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0;
}

static bool
has_user(CURLU *u)
{
	char *text = NULL;
	bool yes = curl_url_get(u, CURLUPART_USER, &text, 0) == CURLUE_OK;

	curl_free(text);
	text = NULL;
	yes = curl_url_get(u, CURLUPART_PASSWORD, &text, 0) == CURLUE_OK || yes;
	curl_free(text);
	return yes;
}

static bool
listed(const struct follow *rules, const char *host)
{
	size_t i, n = strlen(host), k;

	for (i = 0; i < rules->n_hosts; i++) {
		const char *want = rules->hosts[i];

		if (want[0] != '*' && strcasecmp(want, host) == 0)
			return true;
		k = strlen(want);
		if (want[0] == '*' && k > 2 && n > k - 1 && strcasecmp(host + n - (k - 1), want + 1) == 0)
			return true;
	}
	return false;
}

/* Also what only decoding shows: "%74oken" is one too. */
static bool
url_holds_secret(const char *url)
{
	char *plain;
	int n = 0;
	bool yes = true;

	if (log_holds_secret(str_of(url)))
		return true;
	if ((plain = curl_easy_unescape(NULL, url, 0, &n)) != NULL) {
		yes = log_holds_secret((struct str){ plain, (size_t)n });
		explicit_bzero(plain, (size_t)n);
	}
	curl_free(plain);
	return yes;
}

/* --- refusals; their texts go into the archive: never translated --- */

static enum status
refuse(struct err *err, const char *why)
{
	return err_set(err, ST_INPUT, "redirect refused: %s", why);
}

static enum status
refuse_host(struct err *err, const struct place *p, const char *why)
{
	return err_set(err, ST_INPUT, "redirect to %.200s refused: %s", p->host, why);
}

/* May the request go to ${w->there}, another place than the one first asked? */
static enum status
may_leave(const struct walk *w, struct err *err)
{
	const struct place *p = &w->there;
	bool here = w->rules->loopback && transport_address_is_loopback(p->host);

	if (url_holds_secret(p->url) || log_holds_secret(w->req.body))
		return refuse(err, "a secret would go elsewhere");
	if (strcmp(p->scheme, "https") != 0 && !(here && strcmp(p->scheme, "http") == 0))
		return refuse_host(err, p, "not https");
	if (!here && !listed(w->rules, p->host))
		return refuse_host(err, p, "not a host of the platform");
	return ST_OK;
}

/* The request as it goes on: ${status} decides the method, ${w->left} the headers. */
static enum status
carry_on(struct walk *w, const struct http_request *first, long status, struct err *err)
{
	size_t i, n = 0;

	if (strcmp(w->req.method, "POST") == 0 && status != 307 && status != 308) {
		w->req.method = "GET";
		w->req.body = STR_NONE;
	}
	for (i = 0; i < first->n_headers; i++) {
		bool about_body = strcasecmp(first->headers[i].name, "Content-Type") == 0;

		if (about_body ? w->req.body.p == NULL : w->left)
			continue;
		if (n == HEADERS_MAX)
			return err_set(err, ST_LIMIT, _("more than %u headers"), HEADERS_MAX);
		w->headers[n++] = first->headers[i];
	}
	w->req.headers = w->headers;
	w->req.n_headers = n;
	w->req.url = w->there.url;
	return ST_OK;
}

static enum status
step(struct walk *w, const struct http_request *first, const struct http_response *resp, struct err *err)
{
	enum status st;

	if (w->at == NULL) {
		if ((w->at = curl_url()) == NULL)
			return err_oom(err, 1);
		if (curl_url_set(w->at, CURLUPART_URL, first->url, CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK || !place_take(&w->home, w->at))
			return err_oom(err, strlen(first->url));	/* it was good enough to be asked */
	}
	if (curl_url_set(w->at, CURLUPART_URL, resp->location, CURLU_NON_SUPPORT_SCHEME | CURLU_URLENCODE) != CURLUE_OK ||
	    curl_url_set(w->at, CURLUPART_FRAGMENT, NULL, 0) != CURLUE_OK || !place_take(&w->there, w->at))
		return refuse(err, "not a URL that can be asked");
	if (strcmp(w->there.scheme, "https") != 0 && strcmp(w->there.scheme, "http") != 0)
		return refuse(err, "neither https nor http");
	if (has_user(w->at))
		return refuse(err, "a URL with a user name in it");
	if (!same_origin(&w->home, &w->there))
		w->left = true;
	if (w->left) {
		w->req.public_host = true;
		w->req.allow_http = false;
	}
	if ((st = carry_on(w, first, resp->status, err)) != ST_OK)
		return st;
	return w->left ? may_leave(w, err) : ST_OK;
}

enum status
transport_follow(struct transport *net, const struct http_request *first, const struct follow *rules, struct http_response *resp, bool *left,
    struct err *err)
{
	struct walk w = { .rules = rules, .req = *first };
	unsigned n;
	enum status st;

	for (n = 0;; n++) {
		st = net->perform(net, &w.req, resp, err);
		if (st == ST_USAGE && n > 0)		/* the transport knows more of addresses than we do */
			st = refuse_host(err, &w.there, "the address behind the URL is not allowed there");
		if (st != ST_OK || !(resp->status >= 301 && resp->status <= 308 && resp->status != 304 && resp->status != 305 && resp->status != 306))
			break;
		if (resp->bad_location) {
			st = refuse(err, "not one place named");
			break;
		}
		if (resp->location[0] == '\0') {
			st = err_set(err, ST_REMOTE, _("a redirect (HTTP %ld) without a place to go to"), resp->status);
			break;
		}
		if (n == FOLLOW_MAX) {
			st = err_set(err, ST_REMOTE, _("more than %u redirects, one after the other"), FOLLOW_MAX);
			break;
		}
		if ((st = step(&w, first, resp, err)) != ST_OK)
			break;
		http_response_clear(resp);
	}
	*left = w.left;
	place_free(&w.home);
	place_free(&w.there);
	curl_url_cleanup(w.at);
	return st;
}
