/*
 * test_paging.c: random histories of pages against a model: nothing lost, nothing doubled, and the same again from a commit point.
 *
 * The model's platform gives short, empty, overlapping and repeated pages, cursors that lead nowhere for a while, and ids that come in late.
 * CUSTODY_HISTORIES sets how many (300).
 */
#include "tests/unit/exporters/harness.h"

#include "core/json.h"
#include "exporters/hook.h"

#define IDS_MAX	60u
#define DAY_S	86400u

enum status
hook_chat_open(struct hook **out, const struct hook_ctx *ctx, struct err *err)
{
	(void)ctx;
	*out = NULL;
	return err_set(err, ST_IO, "no hook here");
}

struct model { uint64_t seed; unsigned n; uint64_t time_s[IDS_MAX]; bool gone[IDS_MAX]; uint64_t n_asked; unsigned n_stuck; };

static uint64_t
mix(uint64_t a, uint64_t b)
{
	uint64_t x = a * UINT64_C(0x9e3779b97f4a7c15) ^ (b + UINT64_C(0xbf58476d1ce4e5b9));

	x ^= x >> 30;
	x *= UINT64_C(0x94d049bb133111eb);
	x ^= x >> 27;
	return x ^ x >> 31;
}

static void
model_make(struct model *m, uint64_t seed)
{
	uint64_t until = CLOCK_MS / 1000, i;

	memset(m, 0, sizeof(*m));
	m->seed = seed;
	m->n = (unsigned)(mix(seed, 1) % IDS_MAX);
	for (i = 0; i < m->n; i++) {
		m->time_s[i] = until - 1 - mix(seed, 100 + i) % (75 * DAY_S);
		m->gone[i] = mix(seed, 300 + i) % 16 == 0;
	}
	if (m->n > 2) {		/* on the borders of windows */
		m->time_s[0] = until - 75 * DAY_S;
		m->time_s[1] = until - 75 * DAY_S + 31 * DAY_S;
	}
}

static uint64_t
number_at(const struct json_node *t, const char *name)
{
	uint64_t v = 0;

	assert_int_equal(str_u64(t[json_get(t, 0, name)].val, 0, UINT64_MAX, &v, NULL), ST_OK);
	return v;
}

/* A page of ids in [from, to]: both ends belong to it, as the platform may well have it. */
static enum status
give_list(struct model *m, const struct http_request *req, struct http_response *resp, struct err *err)
{
	unsigned in[IDS_MAX], n = 0, i, at = 0, k = 0, first, last;
	uint64_t from, to, dice;
	struct json_node *t;
	struct arena a;
	struct buf b;
	char cursor[40] = "";
	size_t n_nodes, c;
	bool more;
	enum status st;

	arena_init(&a, (size_t)1 << 20);
	buf_init(&b, (size_t)1 << 16);
	assert_int_equal(json_tape(req->body, &a, &t, &n_nodes, NULL), ST_OK);
	from = number_at(t, "starttime");
	to = number_at(t, "endtime");
	assert_true(from < to && to - from <= 31 * DAY_S);
	for (i = 0; i < m->n; i++)
		if (m->time_s[i] >= from && m->time_s[i] <= to)
			in[n++] = i;
	c = json_get(t, 0, "new_cursor");
	assert_true(c != 0);
	(void)snprintf(cursor, sizeof(cursor), "%.*s", STR_ARG(t[c].val));
	if (cursor[0] != '\0')
		assert_int_equal(sscanf(cursor, "p%ue%u", &at, &k), 2);
	dice = mix(m->seed, from * 1000 + at * 10 + k);
	first = at - (at > 0 && dice % 4 == 0 ? (unsigned)(dice >> 8) % at : 0);		/* overlap, or the page before again */
	last = dice % 5 == 1 && k < 3 ? at : at + 1 + (unsigned)(dice >> 16) % 9;		/* empty, short */
	last = last > n ? n : last;
	more = last < n || (dice % 7 == 2 && k < 3);						/* "more" although there is nothing */
	if (dice % 6 == 3 && m->n_stuck < 3 && cursor[0] != '\0') {				/* more, but the same cursor */
		m->n_stuck++;
		more = true;
		last = at;
	} else {
		m->n_stuck = 0;
		(void)snprintf(cursor, sizeof(cursor), "p%ue%u", last, last == at ? k + 1 : 0);
	}
	st = buf_addz(&b, "{\"errcode\":0,\"errmsg\":\"ok\",\"sp_no_list\":[", err);
	for (i = first; i < last && st == ST_OK; i++)
		st = buf_addf(&b, err, "%s\"id-%u\"", i == first ? "" : ",", in[dice % 3 == 0 ? last - 1 - (i - first) : i]);
	assert_int_equal(st, ST_OK);
	st = more ? buf_addf(&b, err, "],\"new_next_cursor\":\"%s\"}", cursor) : buf_addz(&b, "]}", err);
	assert_int_equal(st, ST_OK);
	st = transport_replay_give(req, resp, 200, "application/json", buf_str(&b), err);
	buf_free(&b);
	arena_free(&a);
	return st;
}

static enum status
give_detail(struct model *m, const struct http_request *req, struct http_response *resp, struct err *err)
{
	char body[256], asked[64];
	unsigned i;

	(void)snprintf(asked, sizeof(asked), "%.*s", STR_ARG(req->body));	/* a view, without an end */
	assert_int_equal(sscanf(asked, "{\"sp_no\":\"id-%u\"", &i), 1);
	assert_true(i < m->n);
	if (m->gone[i])
		(void)snprintf(body, sizeof(body), "{\"errcode\":301057,\"errmsg\":\"gone\"}");
	else
		(void)snprintf(body, sizeof(body), "{\"errcode\":0,\"info\":{\"sp_no\":\"id-%u\",\"sp_status\":%u,\"template_id\":\"t%u\",\"apply_time\":%llu}}", i,
		    1 + i % 3, i % 4, (unsigned long long)m->time_s[i]);
	return transport_replay_give(req, resp, 200, "application/json", str_of(body), err);
}

static enum status
answer(void *ctx, const struct http_request *req, struct http_response *resp, struct err *err)
{
	struct model *m = ctx;

	if (mix(m->seed, 7000 + m->n_asked++) % 9 == 0)		/* the network is what it is */
		return err_set(err, ST_RETRY, "connection lost");
	if (strstr(req->url, "/gettoken") != NULL)
		return transport_replay_give(req, resp, 200, "application/json", STR("{\"errcode\":0,\"access_token\":\"tok-en\",\"expires_in\":7200}"), err);
	if (strstr(req->url, "/oa/getapprovalinfo") != NULL)
		return give_list(m, req, resp, err);
	assert_non_null(strstr(req->url, "/oa/getapprovaldetail"));
	return give_detail(m, req, resp, err);
}

static void
check(struct rig *r, const struct model *m)
{
	char text[40];
	unsigned i;

	for (i = 0; i < m->n; i++) {
		(void)snprintf(text, sizeof(text), m->gone[i] ? "\"object\":\"id-%u\"" : "record approvals/id-%u ", i);
		assert_int_equal(rig_count(r, text), 1);
	}
	assert_int_equal(rig_count(r, "record approvals/") + rig_count(r, "\ngap ") + (r->log.n > 4 && memcmp(r->log.p, "gap ", 4) == 0 ? 1u : 0u), m->n);
}

static void
history(uint64_t seed)
{
	const char *streams[] = { "approvals", NULL };
	struct rig *r = calloc(1, sizeof(*r));
	struct model m;
	struct transport *net;
	struct buf whole;
	size_t at, cut;
	char *cursor;
	enum status st;

	assert_non_null(r);
	rig_open(r, "secret.approvals = file:secret\n");
	r->scope.streams = streams;
	r->scope.since_ms = CLOCK_MS - INT64_C(75) * 86400000;
	r->scope.until_ms = CLOCK_MS;
	model_make(&m, seed);
	assert_int_equal(transport_replay_open(&net, -1, NULL, 0, answer, &m, NULL), ST_OK);
	st = rig_run(r, net, NULL);
	if (st != ST_END)
		fail_msg("history %llu: %s", (unsigned long long)seed, r->err.text);
	check(r, &m);
	/* The same again from a commit point: what was kept up to there and what follows are the whole. */
	at = (size_t)(mix(seed, 2) % r->n_pages);
	cursor = strdup(r->pages[at].cursor);
	cut = r->pages[at].log_at;
	buf_init(&whole, (size_t)64 << 20);
	assert_int_equal(buf_add(&whole, r->log.p == NULL ? "" : r->log.p, r->log.n, NULL), ST_OK);
	rig_clear(r);
	assert_int_equal(rig_run(r, net, cursor), ST_END);
	assert_int_equal(whole.n - cut, r->log.n);
	if (r->log.n > 0)
		assert_memory_equal(whole.p + cut, r->log.p, r->log.n);
	free(cursor);
	buf_free(&whole);
	net->close(net);
	rig_close(r);
	free(r);
}

static void
test_histories(void **state)
{
	const char *wish = getenv("CUSTODY_HISTORIES");
	uint64_t n = 300, i;

	(void)state;
	if (wish != NULL)
		assert_int_equal(str_u64(str_of(wish), 1, 1000000, &n, NULL), ST_OK);
	for (i = 0; i < n; i++)
		history(i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_histories) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
