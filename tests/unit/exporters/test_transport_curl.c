/* test_transport_curl.c: the real transport against a server that lies: cut and overlong bodies, no length, no last chunk, compression, redirects, floods. */
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

#include "core/limits.h"
#include "exporters/transport_curl.h"

struct server { int fd; unsigned short port; pthread_t thread; const char *answer; size_t n_answer, n_flood; char got[8192]; size_t n_got; };

/* One connection: read a request, send the answer, close. */
static void *
serve(void *ctx)
{
	struct server *s = ctx;
	struct pollfd p = { s->fd, POLLIN, 0 };
	static const char block[4096] = "x";
	ssize_t n;
	size_t i;
	int c;

	if (poll(&p, 1, 5000) != 1 || (c = accept(s->fd, NULL, NULL)) < 0)
		return NULL;
	while (s->n_got < sizeof(s->got) - 1 && (n = recv(c, s->got + s->n_got, sizeof(s->got) - 1 - s->n_got, 0)) > 0) {
		s->n_got += (size_t)n;
		s->got[s->n_got] = '\0';
		if (strstr(s->got, "\r\n\r\n") != NULL)
			break;
	}
	if (send(c, s->answer, s->n_answer, MSG_NOSIGNAL) == (ssize_t)s->n_answer)
		for (i = 0; i < s->n_flood; i += sizeof(block))
			if (send(c, block, sizeof(block), MSG_NOSIGNAL) < 0)
				break;
	(void)shutdown(c, SHUT_WR);
	while (poll(&(struct pollfd){ c, POLLIN, 0 }, 1, 200) == 1 && recv(c, s->got + s->n_got, 1, 0) > 0)
		;
	(void)close(c);
	return NULL;
}

static void
server_start(struct server *s, const char *answer, size_t n, size_t n_flood)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(a);

	memset(s, 0, sizeof(*s));
	s->answer = answer;
	s->n_answer = n;
	s->n_flood = n_flood;
	assert_true((s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(s->fd, 4), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&a, &len), 0);
	s->port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void
server_stop(struct server *s)
{
	(void)pthread_join(s->thread, NULL);
	(void)close(s->fd);
}

#define HEAD	"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"

static void
test_bodies(void **state)
{
	static const struct { const char *name, *answer; enum status want; const char *body; } cases[] = {
		{ "whole", HEAD "Content-Length: 2\r\n\r\n{}", ST_OK, "{}" },
		{ "chunks", HEAD "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n1\r\n}\r\n0\r\n\r\n", ST_OK, "{}" },
		{ "cut", HEAD "Content-Length: 10\r\n\r\n{}", ST_RETRY, NULL },
		{ "chunks without end", HEAD "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", ST_RETRY, NULL },
		{ "chunk cut", HEAD "Transfer-Encoding: chunked\r\n\r\n9\r\n{}", ST_RETRY, NULL },
		{ "no length", "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{}", ST_RETRY, NULL },
		{ "no length, 1.1", HEAD "Connection: close\r\n\r\n{}", ST_RETRY, NULL },
		{ "compressed, cut or not", HEAD "Content-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b\x08\x01", ST_RETRY, NULL },
		{ "no HTTP at all", "SSH-2.0-none\r\n", ST_RETRY, NULL },
		{ "nothing", "", ST_RETRY, NULL },
		{ "two lengths", HEAD "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", ST_RETRY, NULL },
		{ "error with body", "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 2\r\n\r\nno", ST_OK, "no" },
		{ "continue first", "HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\n" HEAD "Content-Length: 2\r\n\r\n{}", ST_OK, "{}" },
	};
	struct http_request req = { .method = "GET" };
	struct http_response resp;
	struct transport *net;
	struct server s;
	struct err err;
	char url[64];
	size_t i;
	enum status st;

	(void)state;
	assert_int_equal(transport_curl_open(&net, NULL, true, &err), ST_OK);
	http_response_init(&resp);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		server_start(&s, cases[i].answer, strlen(cases[i].answer), 0);
		(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/a?token=hidden", s.port);
		req.url = url;
		http_response_clear(&resp);
		err_init(&err);
		st = net->perform(net, &req, &resp, &err);
		server_stop(&s);
		if (st != cases[i].want)
			fail_msg("%s: status %d, %s", cases[i].name, (int)st, err.text);
		assert_null(strstr(err.text, "hidden"));
		if (cases[i].body != NULL)
			assert_true(str_is(buf_str(&resp.body), cases[i].body));
		if (strcmp(cases[i].name, "error with body") == 0) {
			assert_int_equal(resp.status, 503);
			assert_int_equal(resp.retry_after_s, 7);
		}
	}
	http_response_free(&resp);
	net->close(net);
}

static enum status
one(const char *answer, size_t n, size_t flood, struct http_request *req, struct http_response *resp, struct err *err, char *got, size_t n_got)
{
	struct transport *net;
	struct server s;
	char url[64];
	enum status st;

	server_start(&s, answer, n, flood);
	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%u/b", s.port);
	req->url = url;
	err_init(err);
	assert_int_equal(transport_curl_open(&net, NULL, true, err), ST_OK);
	st = net->perform(net, req, resp, err);
	server_stop(&s);
	net->close(net);
	if (got != NULL)
		(void)snprintf(got, n_got, "%s", s.got);
	return st;
}

static void
test_redirect_is_handed_back(void **state)
{
	static const char bare[] = "HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n\x1f\x8b";
	static const char answer[] = "HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/x\r\nContent-Length: 0\r\n\r\n";
	struct http_request req = { .method = "GET" };
	struct http_response resp;
	struct err err;

	(void)state;
	http_response_init(&resp);
	assert_int_equal(one(answer, sizeof(answer) - 1, 0, &req, &resp, &err, NULL, 0), ST_OK);
	assert_int_equal(resp.status, 302);
	assert_string_equal(resp.location, "https://elsewhere.example/x");
	/* Of a redirect the headers count, however its page was sent. */
	http_response_clear(&resp);
	assert_int_equal(one(bare, sizeof(bare) - 1, 0, &req, &resp, &err, NULL, 0), ST_OK);
	assert_int_equal(resp.status, 301);
	assert_string_equal(resp.location, "/x");
	http_response_free(&resp);
}

static void
test_limits(void **state)
{
	static const char endless[] = HEAD "Content-Length: 999999999\r\n\r\n";
	struct http_request req = { .method = "GET", .max_bytes = 100000 };
	struct http_response resp;
	struct err err;
	char *headers = malloc(LIMIT_HEADERS + 4096);
	size_t n;

	(void)state;
	assert_non_null(headers);
	http_response_init(&resp);
	assert_int_equal(one(endless, sizeof(endless) - 1, 1 << 20, &req, &resp, &err, NULL, 0), ST_LIMIT);
	assert_true(resp.body.n <= 100000);
	n = (size_t)snprintf(headers, 64, "HTTP/1.1 200 OK\r\n");
	while (n < LIMIT_HEADERS + 1000)
		n += (size_t)snprintf(headers + n, 128, "X-Filler-%zu: %060d\r\n", n, 0);
	http_response_clear(&resp);
	assert_int_equal(one(headers, n, 0, &req, &resp, &err, NULL, 0), ST_LIMIT);
	http_response_free(&resp);
	free(headers);
}

/* Seconds, a date, more than anybody waits, neither. */
static void
test_retry_after(void **state)
{
	static const struct { const char *value; long want; } cases[] = {
		{ "7", 7 }, { "0", 0 }, { "99999999999", 31536000 }, { "Fri, 31 Dec 9999 23:59:59 GMT", 31536000 }, { "Wed, 21 Oct 2015 07:28:00 GMT", 0 },
		{ "soon", -1 }, { "", -1 }, { "-5", -1 },
	};
	struct http_request req = { .method = "GET" };
	struct http_response resp;
	struct err err;
	char answer[256];
	size_t i;
	int n;

	(void)state;
	http_response_init(&resp);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		n = snprintf(answer, sizeof(answer), "HTTP/1.1 429 Slow\r\nRetry-After: %s\r\nContent-Length: 0\r\n\r\n", cases[i].value);
		http_response_clear(&resp);
		assert_int_equal(one(answer, (size_t)n, 0, &req, &resp, &err, NULL, 0), ST_OK);
		if (resp.retry_after_s != cases[i].want)
			fail_msg("%s: %ld", cases[i].value, resp.retry_after_s);
	}
	http_response_free(&resp);
}

static void
test_request(void **state)
{
	static const char answer[] = "HTTP/1.1 206 Partial Content\r\nContent-Type: Image/PNG\r\nContent-Disposition: attachment; filename=\"a.png\"\r\n"
	    "Content-Range: bytes 2-4/999\r\nContent-Length: 3\r\n\r\nabc";
	struct http_header headers[] = { { "X-One", STR("1") } };
	struct http_request req = { .method = "POST", .headers = headers, .n_headers = 1, .body = STR("{\"a\":1}"), .range_from = 2, .range_to = 4 };
	struct http_response resp;
	struct sink_mem sink;
	struct buf b;
	struct err err;
	char got[8192];

	(void)state;
	buf_init(&b, 100);
	sink_mem_init(&sink, &b);
	req.to = &sink.sink;
	http_response_init(&resp);
	assert_int_equal(one(answer, sizeof(answer) - 1, 0, &req, &resp, &err, got, sizeof(got)), ST_OK);
	assert_true(resp.to_sink);
	assert_true(str_is(buf_str(&b), "abc"));
	assert_string_equal(resp.content_type, "image/png");
	assert_int_equal(resp.range_total, 999);
	assert_int_equal(resp.range_from, 2);
	assert_int_equal(resp.n_body, 3);
	assert_non_null(strstr(got, "POST /b HTTP/1.1\r\n"));
	assert_non_null(strstr(got, "X-One: 1\r\n"));
	assert_non_null(strstr(got, "Range: bytes=2-4\r\n"));
	assert_null(strcasestr(got, "Accept-Encoding"));
	buf_free(&b);
	http_response_free(&resp);
}

static void
test_refused_urls(void **state)
{
	static const struct { const char *url; bool public_host, loopback; } cases[] = {
		{ "http://192.0.2.1/", false, true }, { "http://example.com/", false, true }, { "http://127.0.0.1:1/", false, false },
		{ "ftp://127.0.0.1/", false, true }, { "file:///etc/passwd", false, true }, { "https://user@127.0.0.1/", false, true },
		{ "gopher://127.0.0.1/", false, true }, { "not a url", false, true }, { "", false, true }, { "http://localhost.example/", false, true },
		{ "https://127.0.0.1:1/", true, false }, { "https://10.0.0.1:1/", true, false }, { "https://169.254.169.254/latest/", true, false },
		{ "https://[::1]:1/", true, false }, { "https://[::ffff:10.0.0.1]:1/", true, false }, { "https://[fe80::1]:1/", true, false },
		{ "https://[64:ff9b::7f00:1]:1/", true, false }, { "https://[fd00::1]:1/", true, false }, { "https://0x7f000001:1/", true, false },
		{ "https://2130706433:1/", true, false }, { "https://100.64.0.1:1/", true, false }, { "https://0.0.0.0:1/", true, false },
		{ "https://localhost:1/", true, false },
	};
	struct http_request req = { .method = "GET" };
	struct http_response resp;
	struct transport *net;
	struct err err;
	size_t i;
	enum status st;

	(void)state;
	http_response_init(&resp);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(transport_curl_open(&net, NULL, cases[i].loopback, &err), ST_OK);
		req.url = cases[i].url;
		req.public_host = cases[i].public_host;
		http_response_clear(&resp);
		st = net->perform(net, &req, &resp, &err);
		if (st != ST_USAGE)
			fail_msg("%s: status %d, %s", cases[i].url, (int)st, err.text);
		net->close(net);
	}
	http_response_free(&resp);
}

static void
test_nobody_listens(void **state)
{
	struct http_request req = { .method = "GET", .url = "http://127.0.0.1:1/" };
	struct http_response resp;
	struct transport *net;
	struct err err;

	(void)state;
	http_response_init(&resp);
	assert_int_equal(transport_curl_open(&net, NULL, true, &err), ST_OK);
	assert_int_equal(net->perform(net, &req, &resp, &err), ST_RETRY);
	net->close(net);
	http_response_free(&resp);
	assert_true(transport_curl_is_loopback("http://localhost:8080/x") && transport_curl_is_loopback("http://[::1]/") &&
	    !transport_curl_is_loopback("https://qyapi.weixin.qq.com") && !transport_curl_is_loopback("http://127.0.0.1.example/"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bodies), cmocka_unit_test(test_redirect_is_handed_back), cmocka_unit_test(test_limits), cmocka_unit_test(test_request), cmocka_unit_test(test_retry_after),
		cmocka_unit_test(test_refused_urls), cmocka_unit_test(test_nobody_listens),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
