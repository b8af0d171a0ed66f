/*
 * test_redirect.c: redirects by the real transport between two origins that write down every byte they get: each status, each method, each
 * kind of target; and URLs that are never asked.  Secrets stand in query, header, cookie and body; none may reach the second origin.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/log.h"
#include "exporters/transport_curl.h"
#include "exporters/transport_follow.h"

#define N(a)	(sizeof(a) / sizeof((a)[0]))
#define TOKEN	"tok+Canary/7Zq3"
#define IN_URL	"tok%2BCanary%2F7Zq3"
#define GOT_MAX	16384u

/* One origin.  A path with "start" in it is redirected, everything else is an answer. */
struct origin {
	int		 fd;
	unsigned short	 port;
	pthread_t	 thread;
	pthread_mutex_t	 lock;
	char		 redirect[12288];	/* whole answer */
	char		 got[GOT_MAX];
	size_t		 n_got, n_requests;
};

static size_t
body_length(const char *head)
{
	const char *at = strcasestr(head, "\r\nContent-Length:");

	return at == NULL ? 0 : (size_t)strtoul(at + 17, NULL, 10);
}

static void
serve_one(struct origin *o, int c)
{
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
	char text[8192];
	const char *answer, *end;
	size_t n = 0;
	ssize_t k;

	while (n < sizeof(text) - 1 && poll(&(struct pollfd){ c, POLLIN, 0 }, 1, 2000) == 1 && (k = recv(c, text + n, sizeof(text) - 1 - n, 0)) > 0) {
		n += (size_t)k;
		text[n] = '\0';
		if (text[0] == 0x16 || ((end = strstr(text, "\r\n\r\n")) != NULL && n >= (size_t)(end + 4 - text) + body_length(text)))
			break;
	}
	(void)pthread_mutex_lock(&o->lock);
	if (o->n_got + n < sizeof(o->got)) {
		memcpy(o->got + o->n_got, text, n);
		o->n_got += n;
	}
	o->n_requests++;
	answer = memmem(text, n, "/start", 6) != NULL ? o->redirect : ok;
	if (n > 0 && text[0] != 0x16)
		(void)send(c, answer, strlen(answer), MSG_NOSIGNAL);
	(void)pthread_mutex_unlock(&o->lock);
	(void)shutdown(c, SHUT_WR);
	while (poll(&(struct pollfd){ c, POLLIN, 0 }, 1, 1000) == 1 && recv(c, text, sizeof(text), 0) > 0)
		;
	(void)close(c);
}

static void *
serve(void *ctx)
{
	struct origin *o = ctx;
	int c;

	while ((c = accept(o->fd, NULL, NULL)) >= 0)
		serve_one(o, c);
	return NULL;
}

static void
origin_open(struct origin *o)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	memset(o, 0, sizeof(*o));
	assert_int_equal(pthread_mutex_init(&o->lock, NULL), 0);
	assert_true((o->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0);
	assert_int_equal(bind(o->fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(o->fd, 16), 0);
	assert_int_equal(getsockname(o->fd, (struct sockaddr *)&a, &len), 0);
	o->port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&o->thread, NULL, serve, o), 0);
}

static void
origin_close(struct origin *o)
{
	(void)shutdown(o->fd, SHUT_RDWR);
	(void)pthread_join(o->thread, NULL);
	(void)close(o->fd);
	(void)pthread_mutex_destroy(&o->lock);
}

static void
origin_reset(struct origin *o, int status, const char *headers)
{
	(void)pthread_mutex_lock(&o->lock);
	o->n_got = o->n_requests = 0;
	(void)snprintf(o->redirect, sizeof(o->redirect), "HTTP/1.1 %d Elsewhere\r\n%sContent-Length: 0\r\nConnection: close\r\n\r\n", status, headers);
	(void)pthread_mutex_unlock(&o->lock);
}

static size_t
origin_requests(struct origin *o)
{
	size_t n;

	(void)pthread_mutex_lock(&o->lock);
	n = o->n_requests;
	(void)pthread_mutex_unlock(&o->lock);
	return n;
}

static bool
origin_got(struct origin *o, const char *what)
{
	bool yes;

	(void)pthread_mutex_lock(&o->lock);
	yes = o->n_got > 0 && memmem(o->got, o->n_got, what, strlen(what)) != NULL;
	(void)pthread_mutex_unlock(&o->lock);
	return yes;
}

/* The two origins and a way to ask the first with secrets in every place. */
struct field {
	struct origin home, other;
	struct transport *net;
	struct http_response resp;
	struct err err;
	bool left;
};

static void
field_open(struct field *f)
{
	memset(f, 0, sizeof(*f));
	log_redact(STR(TOKEN));
	origin_open(&f->home);
	origin_open(&f->other);
	assert_int_equal(transport_curl_open(&f->net, NULL, true, &f->err), ST_OK);
	http_response_init(&f->resp);
}

static void
field_close(struct field *f)
{
	http_response_free(&f->resp);
	f->net->close(f->net);
	origin_close(&f->home);
	origin_close(&f->other);
	log_end();
}

static enum status
ask(struct field *f, const char *method, struct str body)
{
	static const struct http_header headers[] = {
		{ "Authorization", STR("Bearer " TOKEN) }, { "Cookie", STR("session=" TOKEN) }, { "X-Token", STR(TOKEN) },
		{ "Content-Type", STR("application/json; charset=utf-8") },
	};
	const struct follow rules = { NULL, 0, true };
	struct http_request req = { .method = method, .headers = headers, .n_headers = body.p == NULL ? 3 : 4, .body = body };
	char url[128];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/start/a?id=7&access_token=%s", f->home.port, IN_URL);
	req.url = url;
	http_response_clear(&f->resp);
	err_init(&f->err);
	return transport_follow(f->net, &req, &rules, &f->resp, &f->left, &f->err);
}

enum end { FOLLOWED, LEFT, REFUSED, NO_TLS };

static const struct target { const char *name, *location; enum end end; } targets[] = {	/* %u: port of the second origin, %h: of the first */
	{ "same origin", "http://127.0.0.1:%h/landed/b?access_token=" IN_URL, FOLLOWED },
	{ "path", "/landed/b?x=1", FOLLOWED },
	{ "relative path", "../landed/./b", FOLLOWED },
	{ "other port", "http://127.0.0.1:%u/landed/b?sig=abc", LEFT },
	{ "other host", "//localhost:%u/landed/b", LEFT },
	{ "other scheme", "https://127.0.0.1:%u/landed/b", NO_TLS },
	{ "other port, our secret in the query", "http://127.0.0.1:%u/landed?access_token=tok%2bCanary%2F7%5Aq3", REFUSED },
	{ "file", "file:///etc/hostname", REFUSED },
	{ "ftp", "ftp://127.0.0.1:%u/landed", REFUSED },
};

static void
set_out(struct field *f, int status, const char *location)
{
	char head[4096];
	size_t n;

	n = (size_t)snprintf(head, sizeof(head), "Set-Cookie: s=1\r\nLocation: ");
	for (; *location != '\0' && n < sizeof(head) - 16; location++)
		if (location[0] == '%' && (location[1] == 'u' || location[1] == 'h')) {
			n += (size_t)snprintf(head + n, sizeof(head) - n, "%u", *++location == 'u' ? f->other.port : f->home.port);
		} else
			head[n++] = *location;
	(void)snprintf(head + n, sizeof(head) - n, "\r\n");
	origin_reset(&f->home, status, head);
	origin_reset(&f->other, status, "");
}

static void
no_secret_in(struct origin *o, const char *name)
{
	static const char *const spellings[] = { TOKEN, IN_URL, "tok+Cana", "tok%2BCana", "tok%2bCana", "dG9rK0Nh", "Bearer", "session=", "Cookie", "X-Token" };
	size_t i;

	for (i = 0; i < N(spellings); i++)
		if (origin_got(o, spellings[i]))
			fail_msg("%s: \"%s\" went to another origin: %.*s", name, spellings[i], (int)o->n_got, o->got);
}

static void
one_case(struct field *f, int status, const char *method, const struct target *t)
{
	bool post = strcmp(method, "POST") == 0, kept = post && (status == 307 || status == 308);
	struct str body = post ? STR("{\"cursor\":\"c1\"}") : STR_NONE;
	char name[128];
	enum status st;

	(void)snprintf(name, sizeof(name), "%d %s %s", status, method, t->name);
	set_out(f, status, t->location);
	st = ask(f, method, body);
	no_secret_in(&f->other, name);
	if (strstr(f->err.text, "Canary") != NULL)
		fail_msg("%s: says a secret: %s", name, f->err.text);
	switch (t->end) {
	case FOLLOWED:
	case LEFT:
		if (st != ST_OK || f->resp.status != 200 || f->left != (t->end == LEFT) || !str_is(buf_str(&f->resp.body), "{}"))
			fail_msg("%s: status %d, HTTP %ld, %s", name, (int)st, f->resp.status, f->err.text);
		if (origin_requests(&f->home) != (t->end == LEFT ? 1 : 2) || origin_requests(&f->other) != (t->end == LEFT ? 1 : 0))
			fail_msg("%s: %zu and %zu requests", name, origin_requests(&f->home), origin_requests(&f->other));
		if (!origin_got(t->end == LEFT ? &f->other : &f->home, kept ? "POST /landed" : "GET /landed"))
			fail_msg("%s: wrong method", name);
		if (t->end == LEFT && (origin_got(&f->other, "{\"cursor\":\"c1\"}") != kept || origin_got(&f->other, "Content-Type:") != kept))
			fail_msg("%s: wrong body: %.*s", name, (int)f->other.n_got, f->other.got);
		break;
	case NO_TLS:		/* asked, but what answers speaks no TLS: the first bytes tell */
		if (st != ST_RETRY && st != ST_DENIED)
			fail_msg("%s: status %d, %s", name, (int)st, f->err.text);
		if (!origin_got(&f->other, "\x16\x03"))
			fail_msg("%s: no TLS was tried", name);
		break;
	default:
		if (st != ST_INPUT || origin_requests(&f->other) != 0 || origin_requests(&f->home) != 1)
			fail_msg("%s: status %d, %s", name, (int)st, f->err.text);
	}
}

static void
test_matrix(void **state)
{
	static const int statuses[] = { 301, 302, 303, 307, 308 };
	static const char *const methods[] = { "GET", "POST" };
	struct field f;
	size_t i, k, m, n = 0;

	(void)state;
	field_open(&f);
	for (i = 0; i < N(statuses); i++)
		for (m = 0; m < N(methods); m++)
			for (k = 0; k < N(targets); k++, n++)
				one_case(&f, statuses[i], methods[m], &targets[k]);
	assert_int_equal(n, 90);
	print_message("redirect matrix: %zu of 90\n", n);
	field_close(&f);
}

/* The home origin is asked with its secrets again, in header and query: the oracle sees them. */
static void
test_same_origin_keeps_headers(void **state)
{
	struct field f;

	(void)state;
	field_open(&f);
	set_out(&f, 308, "/landed/b");
	assert_int_equal(ask(&f, "POST", STR("{\"secret\":\"" TOKEN "\"}")), ST_OK);
	assert_false(f.left);
	assert_int_equal(origin_requests(&f.home), 2);
	assert_non_null(strstr(strstr(f.home.got, "POST /landed/b"), "X-Token: " TOKEN));
	assert_non_null(strstr(strstr(f.home.got, "POST /landed/b"), "{\"secret\":\"" TOKEN "\"}"));
	field_close(&f);
}

static void
test_limits(void **state)
{
	struct field f;
	char long_url[9000];

	(void)state;
	field_open(&f);
	set_out(&f, 302, "/start/a");			/* a round */
	assert_int_equal(ask(&f, "GET", STR_NONE), ST_REMOTE);
	assert_int_equal(origin_requests(&f.home), 1 + FOLLOW_MAX);
	assert_non_null(strstr(f.err.text, "more than 3"));
	origin_reset(&f.home, 302, "");			/* no place named */
	assert_int_equal(ask(&f, "GET", STR_NONE), ST_REMOTE);
	origin_reset(&f.home, 302, "Location: /landed\r\nLocation: /landed/2\r\n");
	assert_int_equal(ask(&f, "GET", STR_NONE), ST_INPUT);
	memset(long_url, 'a', sizeof(long_url));
	memcpy(long_url, "Location: /", 11);
	memcpy(long_url + sizeof(long_url) - 3, "\r\n", 3);
	origin_reset(&f.home, 302, long_url);
	assert_int_equal(ask(&f, "GET", STR_NONE), ST_INPUT);
	assert_int_equal(origin_requests(&f.home), 1);
	set_out(&f, 304, "/landed");			/* not a redirect */
	assert_int_equal(ask(&f, "GET", STR_NONE), ST_OK);
	assert_int_equal(f.resp.status, 304);
	set_out(&f, 307, "http://127.0.0.1:%u/landed");	/* a body with a secret stays at home */
	assert_int_equal(ask(&f, "POST", STR("{\"secret\":\"" TOKEN "\"}")), ST_INPUT);
	assert_int_equal(origin_requests(&f.other), 0);
	field_close(&f);
}

/* Away and back again: what has left gets nothing back. */
static void
test_back_again(void **state)
{
	struct field f;
	char head[128];

	(void)state;
	field_open(&f);
	set_out(&f, 302, "http://127.0.0.1:%u/start/there");
	(void)snprintf(head, sizeof(head), "Location: http://127.0.0.1:%u/landed/home\r\n", f.home.port);
	origin_reset(&f.other, 302, head);
	assert_int_equal(ask(&f, "GET", STR_NONE), ST_OK);
	assert_true(f.left);
	no_secret_in(&f.other, "away");
	assert_non_null(strstr(f.home.got, "GET /landed/home"));
	assert_null(strstr(strstr(f.home.got, "GET /landed/home"), TOKEN));
	field_close(&f);
}

/* --- URLs that are never asked: a real platform, so neither plain http nor this computer --- */

struct first_says { struct transport transport; struct transport *real; const char *location; unsigned n; };

static enum status
say_once(struct transport *t, const struct http_request *req, struct http_response *resp, struct err *err)
{
	struct first_says *s = (struct first_says *)(void *)t;

	if (s->n++ > 0)
		return s->real->perform(s->real, req, resp, err);
	resp->status = 302;
	(void)snprintf(resp->location, sizeof(resp->location), "%s", s->location);
	return ST_OK;
}

static void
test_refused_urls(void **state)
{
	static const char *const hosts[] = { "*.weixin.qq.com", "cdn.example.com", "localhost", "127.0.0.1", "0.0.0.0", "10.0.0.1", "10.255.255.255", "172.16.0.1",
		"172.31.9.9", "192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1",
		"224.0.0.1", "240.0.0.1", "255.255.255.255", "127.0.0.2", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[fd12::1]", "[ff02::1]", "[::ffff:127.0.0.1]",
		"[::ffff:10.0.0.1]", "[::ffff:7f00:1]", "[::ffff:a00:1]", "[64:ff9b::7f00:1]", "[64:ff9b::10.0.0.1]", "[2002:7f00:1::]", "[2001:db8::1]", "[2001::1]" };
	static const char *const urls[] = {
		/* not of the platform */
		"https://evil.example/f", "https://weixin.qq.com/f", "https://weixin.qq.com.evil.example/f", "https://evilweixin.qq.com/f",
		"https://cdn.example.com.evil.example/", "https://sub.cdn.example.com/f", "https://evil.example/https://cdn.weixin.qq.com/",
		"https://evil.example?cdn.weixin.qq.com", "https://evil.example#.weixin.qq.com", "//evil.example/f", "https://203.0.113.9/f", "https://x.qq.com:443/",
		"https://cdn.weixin.qq.com./f",
		/* schemes */
		"http://cdn.weixin.qq.com/f", "http://qyapi.weixin.qq.com/f", "file:///etc/passwd", "ftp://cdn.weixin.qq.com/f", "ftps://cdn.weixin.qq.com/f",
		"gopher://cdn.weixin.qq.com/f", "data:text/plain,x", "javascript:alert(1)", "dict://cdn.weixin.qq.com/", "ldap://cdn.weixin.qq.com/",
		"smb://cdn.weixin.qq.com/f", "ws://cdn.weixin.qq.com/f", "HTTP://cdn.weixin.qq.com/f", "File:/etc/passwd",
		/* user names, no URLs */
		"https://user@cdn.weixin.qq.com/f", "https://user:word@cdn.weixin.qq.com/f", "https://qyapi.weixin.qq.com@evil.example/", "https://:p@cdn.weixin.qq.com/",
		"https://", "https://cdn.weixin.qq.com:99999/", "https://cdn.weixin.qq.com:x/", "https://cdn weixin.qq.com/", "https://cdn.weixin.qq.com\\@evil.example/",
		"https://[::1/", "https://cdn.weixin.qq.com/a\tb",
		/* addresses that are not public, although the host is in the list */
		"https://127.0.0.1:9/", "https://localhost:9/", "https://0.0.0.0:9/", "https://10.0.0.1:9/", "https://172.16.0.1:9/", "https://192.168.1.1:9/",
		"https://169.254.169.254/latest/meta-data/", "https://100.64.0.1:9/", "https://192.0.2.1:9/", "https://198.18.0.1:9/", "https://224.0.0.1:9/",
		"https://240.0.0.1:9/", "https://255.255.255.255:9/", "https://2130706433:9/", "https://0x7f000001:9/", "https://0177.0.0.1:9/", "https://127.1:9/",
		"https://[::1]:9/", "https://[::]:9/", "https://[fe80::1]:9/", "https://[fd12::1]:9/", "https://[::ffff:127.0.0.1]:9/", "https://[::ffff:a00:1]:9/",
		"https://[64:ff9b::7f00:1]:9/", "https://[2002:7f00:1::]:9/", "https://[2001:db8::1]:9/",
		/* our secret */
		"https://cdn.weixin.qq.com/f?access_token=" IN_URL, "https://cdn.weixin.qq.com/" IN_URL, "https://cdn.weixin.qq.com/f?t=%74ok%2BCanary%2F7Zq3",
		"https://cdn.weixin.qq.com/f?t=dG9rK0NhbmFyeS83WnEz",
	};
	static const struct http_header headers[] = { { "X-Token", STR(TOKEN) } };
	const struct follow rules = { hosts, N(hosts), false };
	struct http_request req = { .method = "GET", .url = "https://qyapi.weixin.qq.com/cgi-bin/media/get?access_token=" IN_URL, .headers = headers, .n_headers = 1 };
	struct first_says net = { .transport = { say_once, NULL } };
	struct http_response resp;
	struct err err;
	bool left;
	size_t i;
	enum status st;

	(void)state;
	assert_true(N(urls) >= 60);
	log_redact(STR(TOKEN));
	http_response_init(&resp);
	assert_int_equal(transport_curl_open(&net.real, NULL, false, &err), ST_OK);
	for (i = 0; i < N(urls); i++) {
		net.location = urls[i];
		net.n = 0;
		http_response_clear(&resp);
		err_init(&err);
		st = transport_follow(&net.transport, &req, &rules, &resp, &left, &err);
		if (st != ST_INPUT || strstr(err.text, "Canary") != NULL)
			fail_msg("%s: status %d, %s", urls[i], (int)st, err.text);
	}
	print_message("refused URLs: %zu of %zu\n", i, N(urls));
	net.real->close(net.real);
	http_response_free(&resp);
	log_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_matrix), cmocka_unit_test(test_same_origin_keeps_headers), cmocka_unit_test(test_limits), cmocka_unit_test(test_back_again),
		cmocka_unit_test(test_refused_urls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
