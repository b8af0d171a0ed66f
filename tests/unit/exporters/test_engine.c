/* test_engine.c: the description of WeCom against recorded pages: what comes out, what is missing and why, and that any commit point can be resumed. */
#include "tests/unit/exporters/harness.h"

#include "exporters/hook.h"
#include "exporters/platform.h"

#define PAGES	TEST_SOURCE_DIR "/fixtures/http/wecom"
#define ALL	"secret.contacts = file:secret\nsecret.approvals = file:secret\n"

/* --- a chat hook in place of the child process: three messages in two rooms, one commit point after each --- */

struct fake { struct hook hook; size_t at; struct record rec; struct buf cursor; bool page; };

static enum status
fake_next(struct hook *h, struct source_item *it, struct err *err)
{
	static const struct { const char *id, *room; } messages[] = { { "m1", "wr-a" }, { "m2", "" }, { "m3", "wr-a" }, { "m4", "wr-b" } };
	struct fake *f = (struct fake *)(void *)h;

	(void)err;
	memset(it, 0, sizeof(*it));
	if (f->page) {
		f->page = false;
		it->what = SRC_PAGE;
		it->stream = "messages";
		buf_clear(&f->cursor);
		assert_int_equal(buf_addf(&f->cursor, NULL, "{\"at\":%zu}", f->at), ST_OK);
		return ST_OK;
	}
	if (f->at == 4)
		return ST_END;
	record_init(&f->rec, REC_MESSAGE, "messages");
	f->rec.id = str_of(messages[f->at].id);
	record_set(&f->rec, "id", f->rec.id);
	record_set(&f->rec, "room", str_of(messages[f->at].room));
	f->at++;
	f->page = true;
	it->what = SRC_RECORD;
	it->rec = &f->rec;
	return ST_OK;
}

static enum status fake_sync(struct hook *h, struct err *err) { (void)h; (void)err; return ST_OK; }
static enum status fake_cursor(struct hook *h, struct str *out, struct err *err) { (void)err; *out = buf_str(&((struct fake *)(void *)h)->cursor); return ST_OK; }
static enum status fake_carry(struct hook *h, struct str *out, struct err *err) { (void)h; (void)err; *out = STR("{\"seq\":4}"); return ST_OK; }
static void fake_close(struct hook *h) { struct fake *f = (struct fake *)(void *)h; buf_free(&f->cursor); free(f); }

enum status
hook_chat_open(struct hook **out, const struct hook_ctx *ctx, struct err *err)
{
	struct fake *f = calloc(1, sizeof(*f));

	(void)err;
	assert_non_null(f);
	f->hook = (struct hook){ fake_next, fake_sync, fake_cursor, fake_carry, fake_close };
	buf_init(&f->cursor, 64);
	if (ctx->cursor.n > 0)
		f->at = (size_t)(ctx->cursor.p[ctx->cursor.n - 2] - '0');
	*out = &f->hook;
	return ST_OK;
}

/* --- recorded tenant --- */

#define P(path)	"/cgi-bin/" path
#define RULE(p, has, f)	{ .path = P(p), .contains = has, .file = f }
#define MEDIA(id, text)	{ .path = P("media/get"), .contains = "media_id=" id, .type = "application/octet-stream", \
	.disposition = "attachment; filename=\"../" id ".bin\"", .body = { text, sizeof(text) - 1 } }

#define TENANT \
	RULE("gettoken", NULL, "gettoken.json"), \
	RULE("department/list", NULL, "department.list.json"), \
	RULE("department/simplelist", NULL, "department.simplelist.json"), \
	RULE("department/get", "id=12", "department.get.json"), \
	RULE("user/list", "department_id=12&", "user.list.12.json"), \
	RULE("user/list", "department_id=1&", "user.list.1.json"), \
	RULE("user/list", "department_id=7&", "user.list.7.json"), \
	RULE("user/list", "department_id=9&", "user.list.9.json"), \
	RULE("user/list_id", "more-1", "user.list_id.2.json"), \
	RULE("user/list_id", NULL, "user.list_id.json"), \
	RULE("user/get", NULL, "error.60111.json"), \
	RULE("oa/getapprovalinfo", "\"c2\"", "oa.getapprovalinfo.2.json"), \
	RULE("oa/getapprovalinfo", NULL, "oa.getapprovalinfo.json"), \
	RULE("oa/getapprovaldetail", "202601010007", "oa.getapprovaldetail.json"), \
	RULE("oa/getapprovaldetail", "202512310001", "oa.getapprovaldetail.old.json"), \
	RULE("oa/getapprovaldetail", "202601010404", "error.301057.json"), \
	RULE("oa/gettemplatedetail", NULL, "oa.gettemplatedetail.json"), \
	RULE("msgaudit/groupchat/get", "wr-b", "error.90501.json"), \
	RULE("msgaudit/groupchat/get", NULL, "msgaudit.groupchat.get.json"), \
	RULE("media/get", "MEDIA-GONE", "error.40007.json"), \
	MEDIA("MEDIA-A", "aaaa"), MEDIA("MEDIA-B", "bb"), MEDIA("MEDIA-C", ""), MEDIA("MEDIA-D", "dddd")

static const struct replay_rule tenant[] = { TENANT };
#define N(a)	(sizeof(a) / sizeof((a)[0]))

static struct transport *
play(const struct replay_rule *rules, size_t n)
{
	static int dir = -1;
	struct transport *net;

	if (dir < 0)
		dir = open(PAGES, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(dir >= 0);
	assert_int_equal(transport_replay_open(&net, dir, rules, n, NULL, NULL, NULL), ST_OK);
	return net;
}

static void
shorten(struct rig *r)
{
	r->scope.since_ms = CLOCK_MS - INT64_C(40) * 86400000;
	r->scope.until_ms = CLOCK_MS + 86400000;
}

static void
show(struct rig *r, enum status st)
{
	if (st != ST_END)
		fprintf(stderr, "status %d: %s -> %s\n", (int)st, r->err.text, r->err.next);
	if (getenv("SHOW") != NULL)
		fprintf(stderr, "%.*s\n", STR_ARG(buf_str(&r->log)));
}

static void
test_whole_tenant(void **state)
{
	struct rig r;
	struct transport *net = play(tenant, N(tenant));
	enum status st;

	(void)state;
	rig_open(&r, ALL "secret.chat = file:secret\n");
	shorten(&r);
	st = rig_run(&r, net, NULL);
	show(&r, st);
	assert_int_equal(st, ST_END);
	assert_int_equal(rig_count(&r, "record messages/"), 4);
	assert_int_equal(rig_count(&r, "record departments/"), 4);	/* three listed, one found by the cross-check */
	assert_true(rig_has(&r, "record departments/12 "));
	assert_true(rig_has(&r, "count departments 4 department/simplelist"));
	assert_int_equal(rig_count(&r, "record users/"), 3);
	assert_int_equal(rig_count(&r, "record users/linyue "), 1);	/* in two departments, given once */
	assert_true(rig_has(&r, "\"departments\":[{\"id\":\"1\",\"order\":10,\"is_leader\":true},{\"id\":\"7\",\"order\":4294967295,\"is_leader\":false}]"));
	assert_true(rig_has(&r, "count users 4 user/list_id"));
	assert_true(rig_has(&r, "\"object\":\"ghost\",\"reason\":\"gone\""));
	assert_true(rig_has(&r, "\"of_stream\":\"users\",\"object\":\"\",\"reason\":\"not_granted\""));
	assert_true(rig_has(&r, "fields: mobile, work_email, address, avatar_url"));
	assert_int_equal(rig_count(&r, "record approvals/"), 2);
	assert_true(rig_has(&r, "\"object\":\"202601010404\",\"reason\":\"gone\""));
	assert_int_equal(rig_count(&r, "record approval-templates/"), 2);
	assert_int_equal(rig_count(&r, "] files/"), 4);
	assert_true(rig_has(&r, "\"object\":\"MEDIA-GONE\",\"reason\":\"expired\""));
	assert_int_equal(rig_count(&r, "record rooms/"), 1);
	assert_true(rig_has(&r, "\"of_stream\":\"rooms\",\"object\":\"wr-b\",\"reason\":\"external_room\""));
	assert_int_equal(rig_count(&r, "\ngap "), 3);
	assert_true(rig_has(&r, "end messages\n") && rig_has(&r, "end users\n") && rig_has(&r, "end files\n"));
	assert_true(str_is(buf_str(&r.carry), "{\"messages\":{\"seq\":4},\"approvals\":{\"open\":[\"202512310001\"]}}"));
	net->close(net);
	rig_close(&r);
}

/* From every commit point the remaining items are exactly those of the undisturbed run. */
static void
test_resume_anywhere(void **state)
{
	struct rig r, again;
	struct transport *net = play(tenant, N(tenant));
	size_t i, n;

	(void)state;
	rig_open(&r, ALL "secret.chat = file:secret\n");
	shorten(&r);
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	n = r.n_pages;
	assert_true(n > 8);
	for (i = 0; i < n; i++) {
		struct str rest = { r.log.p + r.pages[i].log_at, r.log.n - r.pages[i].log_at };

		again = r;
		buf_init(&again.log, (size_t)64 << 20);
		buf_init(&again.carry, (size_t)16 << 20);
		again.n_pages = 0;
		again.params.scope = &again.scope;
		if (rig_run(&again, net, r.pages[i].cursor) != ST_END)
			fail_msg("at %zu: %s: %s", i, r.pages[i].cursor, again.err.text);
		if (!str_eq(rest, buf_str(&again.log)) && !(rest.n == 0 && again.log.n == 0))
			fprintf(stderr, "at %zu: %s\nwant\n%.*s\ngot\n%.*s\n", i, r.pages[i].cursor, STR_ARG(rest), STR_ARG(buf_str(&again.log)));
		assert_int_equal(rest.n, again.log.n);
		assert_memory_equal(rest.p, again.log.p == NULL ? rest.p : again.log.p, rest.n);
		assert_int_equal(r.carry.n, again.carry.n);
		assert_memory_equal(r.carry.p, again.carry.p, r.carry.n);
		rig_clear(&again);
		buf_free(&again.log);
		buf_free(&again.carry);
	}
	net->close(net);
	rig_close(&r);
}

/* --- faults --- */

#define JSON_(text)	{ text, sizeof(text) - 1 }

struct fault_case {
	const char *name;
	struct replay_rule rule;	/* before those of the tenant */
	enum status want;
	const char *text;		/* in the message, or in the log of a run that ended well */
	size_t n_calls;			/* at least */
};

static void
run_fault(const struct fault_case *c, const char *streams)
{
	struct replay_rule rules[1 + N(tenant)];
	const char *want_streams[] = { streams, NULL };
	struct rig r;
	struct transport *net;
	enum status st;
	bool found;

	rules[0] = c->rule;
	memcpy(rules + 1, tenant, sizeof(tenant));
	net = play(rules, N(rules));
	rig_open(&r, ALL);
	shorten(&r);
	r.scope.streams = want_streams;
	st = rig_run(&r, net, NULL);
	if (st != c->want)
		fprintf(stderr, "%s: status %d, %s\n", c->name, (int)st, r.err.text);
	assert_int_equal(st, c->want);
	found = c->text == NULL || (st == ST_END ? rig_has(&r, c->text) : strstr(r.err.text, c->text) != NULL || strstr(r.err.next, c->text) != NULL);
	if (!found)
		fprintf(stderr, "%s: \"%s\" not in \"%s\" \"%s\"\n%.*s\n", c->name, c->text, r.err.text, r.err.next, STR_ARG(buf_str(&r.log)));
	assert_true(found);
	assert_true(transport_replay_calls(net) >= c->n_calls);
	net->close(net);
	rig_close(&r);
}

static void
test_faults(void **state)
{
	static const struct fault_case cases[] = {
		{ "token ends once", { .path = P("user/list"), .times = 1, .file = "error.42001.json" }, ST_END, "record users/shenmo ", 8 },
		{ "token refused twice", { .path = P("user/list"), .file = "error.42001.json" }, ST_DENIED, "secret.contacts", 0 },
		{ "wrong secret", { .path = P("gettoken"), .file = "error.40001.json" }, ST_DENIED, "secret.contacts", 1 },
		{ "caller address", { .path = P("department/list"), .file = "error.60020.json" }, ST_DENIED, "203.0.113.7", 0 },
		{ "no right at all", { .path = P("department/list"), .file = "error.48002.json" }, ST_END, "\"of_stream\":\"users\",\"object\":\"\",\"reason\":\"not_granted\"", 0 },
		{ "rate limit once", { .path = P("user/list"), .times = 2, .file = "error.45009.json" }, ST_END, "record users/qiaoan ", 0 },
		{ "rate limit for ever", { .path = P("user/list"), .file = "error.45009.json" }, ST_REMOTE, "45009", 6 },
		{ "busy once", { .path = P("user/list"), .times = 2, .body = JSON_("{\"errcode\":-1,\"errmsg\":\"system busy\"}") }, ST_END, "record users/qiaoan ", 0 },
		{ "busy for ever", { .path = P("user/list"), .body = JSON_("{\"errcode\":-1,\"errmsg\":\"system busy\"}") }, ST_REMOTE, "system busy", 0 },
		{ "connection lost once", { .path = P("user/list"), .times = 3, .fail = ST_RETRY }, ST_END, "record users/qiaoan ", 0 },
		{ "connection lost", { .path = P("user/list"), .fail = ST_RETRY }, ST_REMOTE, "6 tries", 8 },
		{ "server error", { .path = P("user/list"), .status = 502, .type = "text/html", .body = JSON_("<html>bad gateway") }, ST_REMOTE, "http 502", 0 },
		{ "server names a long wait", { .path = P("user/list"), .status = 503, .retry_after_s = 86400, .body = JSON_("") }, ST_REMOTE, "86400", 0 },
		{ "so does a gateway", { .path = P("user/list"), .status = 408, .retry_after_s = 7200, .body = JSON_("") }, ST_REMOTE, "7200", 0 },
		{ "ban page", { .path = P("user/list"), .times = 1, .type = "text/html", .body = JSON_("<html><body>blocked</body>") }, ST_END, "record users/qiaoan ", 0 },
		{ "ban page by name of json", { .path = P("user/list"), .times = 1, .body = JSON_("<html>blocked") }, ST_END, "record users/qiaoan ", 0 },
		{ "ban too long", { .path = P("user/list"), .status = 403, .type = "text/html", .retry_after_s = 86400, .body = JSON_("<html>no") }, ST_REMOTE, "86400", 0 },
		{ "ban in json", { .path = P("user/list"), .times = 1, .body = JSON_("{\"errcode\":99,\"punish\":0}") }, ST_END, "record users/qiaoan ", 0 },
		{ "json cut", { .path = P("user/list"), .times = 2, .body = JSON_("{\"errcode\":0,\"userlist\":[") }, ST_END, "record users/qiaoan ", 0 },
		{ "bytes behind json", { .path = P("user/list"), .times = 1, .body = JSON_("{\"errcode\":0,\"userlist\":[]}x") }, ST_END, "record users/qiaoan ", 0 },
		{ "answer without code", { .path = P("user/list"), .times = 1, .body = JSON_("{\"userlist\":[]}") }, ST_END, "record users/qiaoan ", 0 },
		{ "list missing", { .path = P("department/list"), .body = JSON_("{\"errcode\":0}") }, ST_REMOTE, "\"department\" is missing", 0 },
		{ "department gone", { .path = P("user/list"), .contains = "department_id=9&", .body = JSON_("{\"errcode\":60003,\"errmsg\":\"none\"}") }, ST_END,
		    "\"of_stream\":\"users\",\"object\":\"\",\"reason\":\"gone\"", 0 },
		{ "check not allowed", { .path = P("user/list_id"), .file = "error.48002.json" }, ST_END, "\"reason\":\"no_count\"", 0 },
		{ "check names the same place", { .path = P("user/list_id"), .body = JSON_("{\"errcode\":0,\"next_cursor\":\"x\",\"dept_user\":[]}") }, ST_REMOTE,
		    "there is more", 0 },
		{ "hidden member", { .path = P("user/get"), .body = JSON_("{\"errcode\":60011,\"errmsg\":\"no\"}") }, ST_END, "\"object\":\"ghost\",\"reason\":\"denied\"", 0 },
		{ "member nobody explains", { .path = P("user/get"), .body = JSON_("{\"errcode\":777,\"errmsg\":\"?\"}") }, ST_END, "\"object\":\"ghost\",\"reason\":\"hidden\"", 0 },
		{ "redirect", { .path = P("user/list"), .status = 302, .body = JSON_("{}") }, ST_REMOTE, "redirect", 0 },
		{ "redirect to a stranger", { .path = P("user/list"), .status = 302, .location = "https://qyapi.example/x", .body = JSON_("{}") }, ST_END,
		    "\"reason\":\"refused_url\"", 0 },
		{ "token sent to a stranger", { .path = P("gettoken"), .status = 302, .location = "https://qyapi.example/x", .body = JSON_("{}") }, ST_REMOTE,
		    "not a host of the platform", 0 },
		{ "redirects in a round", { .path = P("user/list"), .status = 307, .location = "?again", .body = JSON_("{}") }, ST_REMOTE, "more than 3 redirects", 0 },
		{ "not modified", { .path = P("user/list"), .status = 304, .body = JSON_("{}") }, ST_REMOTE, "304", 0 },
		{ "too often, in words of another gate", { .path = P("user/list"), .times = 3, .status = 429, .body = JSON_("{\"errcode\":9999,\"errmsg\":\"slow\"}") },
		    ST_END, "record users/qiaoan ", 0 },
		{ "too often, without a code", { .path = P("user/list"), .status = 429, .retry_after_s = 86400, .body = JSON_("{\"message\":\"slow\"}") }, ST_REMOTE, "86400", 0 },
		{ "ban in json, for ever", { .path = P("user/list"), .body = JSON_("{\"errcode\":99,\"punish\":99999999999}") }, ST_REMOTE, "blocked", 0 },
		{ "json by name of a page", { .path = P("user/list"), .contains = "department_id=9&", .type = "text/html", .body = JSON_("{\"errcode\":60003,\"errmsg\":\"none\"}") },
		    ST_END, "\"reason\":\"gone\"", 0 },
		{ "unknown code", { .path = P("department/list"), .body = JSON_("{\"errcode\":987654,\"errmsg\":\"new\"}") }, ST_END, "987654 new", 0 },
	};
	static const struct fault_case approvals[] = {
		{ "right taken away", { .path = P("oa/getapprovaldetail"), .contains = "202601010007", .body = JSON_("{\"errcode\":48004,\"errmsg\":\"x\"}") }, ST_END,
		    "\"object\":\"202601010404\",\"reason\":\"denied\"", 0 },
		{ "place forgotten", { .path = P("oa/getapprovalinfo"), .contains = "\"c2\"", .times = 1, .body = JSON_("{\"errcode\":40058,\"errmsg\":\"cursor\"}") },
		    ST_END, "record approvals/202601010007 ", 0 },
		{ "place forgotten again and again", { .path = P("oa/getapprovalinfo"), .contains = "\"c2\"", .body = JSON_("{\"errcode\":40058,\"errmsg\":\"cursor\"}") },
		    ST_END, "\"of_stream\":\"approvals\",\"object\":\"\",\"reason\":\"refused\"", 0 },
		{ "detail without object", { .path = P("oa/getapprovaldetail"), .contains = "202601010007", .body = JSON_("{\"errcode\":0}") }, ST_END,
		    "\"object\":\"202601010007\",\"reason\":\"broken\"", 0 },
		{ "large file", { .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .file = "error.830002.json" }, ST_END, "[media-5 4]", 0 },
		{ "ban page as content", { .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .type = "text/html", .body = JSON_("<html>blocked") },
		    ST_END, "[media-5 4]", 0 },
		{ "ban page by name of content", { .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .type = "application/octet-stream",
		    .body = JSON_(" <html>blocked") }, ST_END, "[media-5 4]", 0 },
		{ "content elsewhere", { .path = P("media/get"), .contains = "MEDIA-D", .status = 302, .location = "https://elsewhere.example/f?sig=1", .body = JSON_("x") },
		    ST_END, "\"object\":\"MEDIA-D\",\"reason\":\"refused_url\"", 0 },
		{ "content elsewhere, with our token", { .path = P("media/get"), .contains = "MEDIA-D", .status = 302,
		    .location = "https://cdn.weixin.qq.com/f?access_token=TOKEN-ONE", .body = JSON_("x") }, ST_END, "a secret would go elsewhere", 0 },
		{ "content elsewhere on the host", { .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .status = 302,
		    .location = "/cgi-bin/media/get?media_id=MEDIA-D&part=1&access_token=x", .body = JSON_("x") }, ST_END, "[media-5 4]", 0 },
		{ "accepted, without content", { .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .status = 202, .type = "application/octet-stream",
		    .body = JSON_("") }, ST_END, "[media-5 4]", 0 },
		{ "a piece, unasked", { .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .status = 206, .type = "application/octet-stream",
		    .body = JSON_("dd") }, ST_END, "[media-5 4]", 0 },
		{ "error as content", { .path = P("media/get"), .contains = "MEDIA-D", .type = "application/octet-stream", .body = JSON_("{\"errcode\":40007,\"errmsg\":\"x\"}") },
		    ST_END, "\"object\":\"MEDIA-D\",\"reason\":\"expired\"", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++)
		run_fault(&cases[i], "users");
	for (i = 0; i < N(approvals); i++)
		run_fault(&approvals[i], "approvals");
}

/* A wait that a failing server names is kept, not replaced by our own shorter one. */
static void
test_stated_wait(void **state)
{
	static const struct replay_rule rules[] = {
		{ .path = P("department/list"), .times = 1, .status = 503, .retry_after_s = 1, .body = JSON_("") },
		TENANT
	};
	const char *streams[] = { "departments", NULL };
	struct rig r;
	struct transport *net = play(rules, N(rules));
	int64_t began;

	(void)state;
	rig_open(&r, ALL);
	shorten(&r);
	r.scope.streams = streams;
	began = when_mono_ms();
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_true(when_mono_ms() - began >= 1000);
	net->close(net);
	rig_close(&r);
}

/* One id that the platform finds no parameter: the next one is asked for all the same. */
static void
test_template_refused(void **state)
{
	struct replay_rule rules[1 + N(tenant)] = {
		{ .path = P("oa/gettemplatedetail"), .contains = "TPL-OLD", .body = JSON_("{\"errcode\":301025,\"errmsg\":\"bad parameter\"}") }
	};
	const char *areas[] = { "approvals", NULL };
	struct rig r;
	struct transport *net;

	(void)state;
	memcpy(rules + 1, tenant, sizeof(tenant));
	net = play(rules, N(rules));
	rig_open(&r, ALL);
	shorten(&r);
	r.scope.areas = areas;
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_true(rig_has(&r, "\"of_stream\":\"approval-templates\",\"object\":\"TPL-OLD\",\"reason\":\"refused\""));
	assert_int_equal(rig_count(&r, "record approval-templates/"), 1);
	assert_true(rig_has(&r, "record approval-templates/TPL-BUY "));
	net->close(net);
	rig_close(&r);
}

/* The chat archive's licence ends while rooms are read: messages were given, so that what is missing now is a gap. */
static void
test_licence_over(void **state)
{
	static const struct replay_rule rules[] = {
		RULE("gettoken", NULL, "gettoken.json"),
		{ .path = P("msgaudit/groupchat/get"), .body = JSON_("{\"errcode\":301052,\"errmsg\":\"over\"}") },
	};
	const char *areas[] = { "chat", NULL };
	struct rig r;
	struct transport *net = play(rules, N(rules));

	(void)state;
	rig_open(&r, "secret.chat = file:secret\n");
	r.scope.areas = areas;
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_int_equal(rig_count(&r, "gap "), 1);
	assert_true(rig_has(&r, "\"of_stream\":\"rooms\",\"object\":\"\",\"reason\":\"licence_expired\""));
	net->close(net);
	rig_close(&r);
}

/* Pieces that hold nothing and announce nothing must come to an end. */
static void
test_empty_pieces(void **state)
{
	static const struct replay_rule rules[] = {
		{ .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .file = "error.830002.json" },
		{ .path = P("media/get"), .contains = "MEDIA-D", .status = 206, .type = "application/octet-stream", .disposition = "attachment", .body = JSON_("") },
		TENANT
	};
	const char *streams[] = { "approvals", NULL };
	struct rig r;
	struct transport *net = play(rules, N(rules));

	(void)state;
	rig_open(&r, ALL);
	shorten(&r);
	r.scope.streams = streams;
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_true(rig_has(&r, "\"object\":\"MEDIA-D\",\"reason\":\"refused\""));
	net->close(net);
	rig_close(&r);
}

/* A server that does not know ranges gives everything: taken, if it comes from the beginning. */
static void
test_no_ranges(void **state)
{
	static const struct replay_rule rules[] = {
		{ .path = P("media/get"), .contains = "MEDIA-D", .times = 1, .file = "error.830002.json" },
		{ .path = P("media/get"), .contains = "MEDIA-D", .no_ranges = true, .type = "application/octet-stream", .disposition = "attachment", .body = JSON_("whole") },
		TENANT
	};
	const char *streams[] = { "approvals", NULL };
	struct rig r;
	struct transport *net = play(rules, N(rules));

	(void)state;
	rig_open(&r, ALL);
	shorten(&r);
	r.scope.streams = streams;
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_true(rig_has(&r, " 5] files/MEDIA-D "));
	net->close(net);
	rig_close(&r);
}

/* What the platform says of a refusal goes into the archive; our token does not. */
static void
test_words_with_secret(void **state)
{
	static const struct replay_rule rules[] = {
		{ .path = P("user/list"), .contains = "department_id=9&", .body = JSON_("{\"errcode\":60003,\"errmsg\":\"none for TOKEN-ONE (contact-secret)\"}") },
		TENANT
	};
	const char *streams[] = { "users", NULL };
	struct rig r;
	struct transport *net = play(rules, N(rules));

	(void)state;
	rig_open(&r, ALL);
	shorten(&r);
	r.scope.streams = streams;
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_true(rig_has(&r, "60003 none for *** (***)"));
	assert_false(rig_has(&r, "TOKEN-ONE") || rig_has(&r, "contact-secret"));
	net->close(net);
	rig_close(&r);
}

/* A platform that takes no window of more than two days; counts how often the end of the time asked for was read. */
static enum status
short_windows(void *ctx, const struct http_request *req, struct http_response *resp, struct err *err)
{
	unsigned *ends = ctx;
	unsigned long long from = 0, to = 0;
	char asked[128];

	if (strstr(req->url, "/gettoken") != NULL)
		return transport_replay_give(req, resp, 200, "application/json", STR("{\"errcode\":0,\"access_token\":\"tok-en\",\"expires_in\":7200}"), err);
	(void)snprintf(asked, sizeof(asked), "%.*s", STR_ARG(req->body));
	assert_int_equal(sscanf(asked, "{\"starttime\":\"%llu\",\"endtime\":\"%llu\"", &from, &to), 2);
	if (to - from > 2 * 86400)
		return transport_replay_give(req, resp, 200, "application/json", STR("{\"errcode\":40058,\"errmsg\":\"span\"}"), err);
	*ends += to == (unsigned long long)(CLOCK_MS / 1000) + 86400;
	return transport_replay_give(req, resp, 200, "application/json", STR("{\"errcode\":0,\"sp_no_list\":[]}"), err);
}

static void
test_split_tail(void **state)
{
	const char *streams[] = { "approvals", NULL }, *at;
	struct str text = platform_builtin("wecom");
	struct transport *net;
	unsigned ends = 0;
	struct rig r;
	char path[128];
	FILE *f;

	(void)state;
	rig_open(&r, ALL "description = windows.json\n");
	assert_non_null(at = memmem(text.p, text.n, "\"40058\": \"STOP_AREA\"", 20));
	(void)snprintf(path, sizeof(path), "%s/windows.json", r.dir);
	assert_non_null(f = fopen(path, "w"));
	(void)fprintf(f, "%.*s\"40058\": \"SPLIT_RANGE\"%.*s", (int)(at - text.p), text.p, (int)(text.n - (size_t)(at - text.p) - 20), at + 20);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(transport_replay_open(&net, AT_FDCWD, NULL, 0, short_windows, &ends, NULL), ST_OK);
	shorten(&r);
	r.scope.streams = streams;
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_int_equal(rig_count(&r, "\ngap "), 0);
	assert_int_equal(ends, 2);
	net->close(net);
	rig_close(&r);
}

static void
test_no_secret(void **state)
{
	struct rig r;
	struct transport *net = play(tenant, N(tenant));

	(void)state;
	rig_open(&r, "");
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_int_equal(rig_count(&r, "\"reason\":\"no_secret\""), 6);
	assert_int_equal(rig_count(&r, "gap "), 0);
	assert_int_equal(transport_replay_calls(net), 0);
	net->close(net);
	rig_close(&r);
}

static void
test_scope(void **state)
{
	const char *streams[] = { "approvals", NULL }, *users[] = { "shenmo", NULL }, *wrong[] = { "aprovals", NULL };
	struct rig r;
	struct transport *net = play(tenant, N(tenant));

	(void)state;
	rig_open(&r, ALL);
	shorten(&r);
	r.scope.streams = streams;
	r.scope.users = users;
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_int_equal(rig_count(&r, "record approvals/"), 1);
	assert_int_equal(rig_count(&r, "record departments/"), 0);
	rig_clear(&r);
	r.scope.users = NULL;
	r.scope.since_ms = INT64_C(1767225600000);	/* the older one lies before */
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_int_equal(rig_count(&r, "record approvals/"), 1);
	assert_true(rig_has(&r, "record approvals/202601010007 "));
	rig_clear(&r);
	r.scope.streams = wrong;
	assert_int_equal(rig_run(&r, net, NULL), ST_USAGE);
	assert_non_null(strstr(r.err.text, "\"approvals\""));
	net->close(net);
	rig_close(&r);
}

/* What was open at the last run is read again although its window is over. */
static void
test_open_again(void **state)
{
	static const struct replay_rule rules[] = {
		RULE("gettoken", NULL, "gettoken.json"),
		RULE("oa/getapprovaldetail", "202512310001", "oa.getapprovaldetail.old.json"),
		{ .path = P("oa/getapprovalinfo"), .body = JSON_("{\"errcode\":0,\"sp_no_list\":[]}") },
	};
	const char *streams[] = { "approvals", NULL };
	struct rig r;
	struct transport *net = play(rules, N(rules));

	(void)state;
	rig_open(&r, ALL);
	r.scope.streams = streams;
	r.params.carry = STR("{\"messages\":{\"seq\":9},\"approvals\":{\"open\":[\"202512310001\"],\"until\":1767225000000}}");
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_int_equal(rig_count(&r, "record approvals/202512310001 "), 1);
	assert_true(transport_replay_calls(net) < 8);		/* no windows before the last run's end */
	assert_non_null(memmem(r.carry.p, r.carry.n, "{\"messages\":{\"seq\":9},\"approvals\":{\"open\":[\"202512310001\"],\"until\":1767225600000}}", 75));
	net->close(net);
	rig_close(&r);
}

/* What a run read but did not keep must be read by the next one: a run for templates only, a sample, one without attachments. */
static void
test_carry_of_a_part(void **state)
{
	static const char first[] = "{\"approvals\":{\"open\":[\"202512310001\"],\"until\":1735689600000}}";
	static const char other[] = "{\"approvals\":{\"open\":[\"202401010001\"],\"until\":1735689600000}}";
	const char *templates[] = { "approval-templates", NULL }, *approvals[] = { "approvals", NULL }, *files[] = { "files", NULL };
	const struct { const char *const *streams, *const *excluded; bool pilot; const char *carry, *want; } cases[] = {
		{ templates, NULL, false, NULL, "{}" }, { templates, NULL, false, first, first }, { approvals, NULL, true, NULL, "{}" },
		{ approvals, NULL, true, other, other },
		{ approvals, files, false, NULL, "{\"approvals\":{\"open\":[\"202512310001\"]}}" },
		{ approvals, NULL, false, NULL, "{\"approvals\":{\"open\":[\"202512310001\"],\"until\":1767225600000}}" },
	};
	struct rig r;
	struct transport *net;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		net = play(tenant, N(tenant));
		rig_open(&r, ALL);
		r.scope.streams = cases[i].streams;
		r.scope.excluded = cases[i].excluded;
		r.scope.pilot = cases[i].pilot;
		if (cases[i].carry != NULL)
			r.params.carry = str_of(cases[i].carry);
		assert_int_equal(rig_run(&r, net, NULL), ST_END);
		if (!str_is(buf_str(&r.carry), cases[i].want))
			fail_msg("%zu: %.*s", i, STR_ARG(buf_str(&r.carry)));
		net->close(net);
		rig_close(&r);
	}
}

/* --- a secret that the platform refuses concerns its own areas only --- */

static void
write_secret(struct rig *r, const char *name, const char *text)
{
	char path[128];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void
test_one_secret_refused(void **state)
{
#define WRONG	{ .path = P("gettoken"), .contains = "corpsecret=wrong-secret", .file = "error.40001.json" }
	static const struct replay_rule at_once[] = { WRONG, TENANT };
	static const struct replay_rule on_the_way[] = { RULE("oa/getapprovaldetail", "202512310001", "error.40001.json"), TENANT };
	static const struct { const char *keys; const char *want[4]; const char *records; } cases[] = {
		{ "secret.contacts = file:secret\nsecret.approvals = file:other\n", { "\"of_stream\":\"approvals\",\"object\":\"\",\"reason\":\"access_refused\"",
		    "\"of_stream\":\"approval-templates\",\"object\":\"\",\"reason\":\"access_refused\"", "secret.approvals: 40001", NULL }, "record users/" },
		{ "secret.contacts = file:other\nsecret.approvals = file:secret\n", { "\"of_stream\":\"departments\",\"object\":\"\",\"reason\":\"access_refused\"",
		    "\"of_stream\":\"users\",\"object\":\"\",\"reason\":\"access_refused\"", NULL }, "record approvals/" },
		{ "secret.contacts = file:secret\nsecret.contacts_sync = file:other\n", { "gap gaps/", "\"detail\":\"user/list_id: 40001", NULL }, "record users/" },
	};
	const char *approvals[] = { "approvals", NULL };
	struct transport *net;
	struct rig r;
	size_t i, k;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		net = play(at_once, N(at_once));
		rig_open(&r, cases[i].keys);
		write_secret(&r, "other", "wrong-secret\n");
		shorten(&r);
		if (rig_run(&r, net, NULL) != ST_END)
			fail_msg("%zu: %s", i, r.err.text);
		for (k = 0; cases[i].want[k] != NULL; k++)
			if (!rig_has(&r, cases[i].want[k]))
				fail_msg("%zu: %s in\n%.*s", i, cases[i].want[k], STR_ARG(buf_str(&r.log)));
		assert_true(rig_has(&r, cases[i].records));
		net->close(net);
		rig_close(&r);
	}
	/* In the middle of a stream, the whole of it is read again by the next run. */
	net = play(on_the_way, N(on_the_way));
	rig_open(&r, "secret.contacts = file:other\nsecret.approvals = file:secret\n");
	write_secret(&r, "other", "another-good-one\n");
	r.params.carry = STR("{\"approvals\":{\"open\":[],\"until\":1767225000000}}");
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_true(rig_has(&r, "\"object\":\"202512310001\",\"reason\":\"access_refused\""));
	assert_true(rig_has(&r, "record users/"));
	assert_non_null(memmem(r.carry.p, r.carry.n, "\"until\":1767225000000", 21));
	/* Where no other secret serves what is wanted, there is nothing to go on with. */
	rig_clear(&r);
	r.params.carry = STR_NONE;
	shorten(&r);
	r.scope.streams = approvals;
	assert_int_equal(rig_run(&r, net, NULL), ST_DENIED);
	assert_non_null(strstr(r.err.text, "secret.approvals"));
	net->close(net);
	rig_close(&r);
}

/* --- what a run did not get is asked for by the next one --- */

#define NO_MORE		{ .path = P("oa/getapprovalinfo"), .body = JSON_("{\"errcode\":0,\"sp_no_list\":[]}") }
#define REFUSED(p, has)	{ .path = P(p), .contains = has, .body = JSON_("{\"errcode\":60011,\"errmsg\":\"no right\"}") }



/* A run named ${name} behind the one before; NULL: the first, which looks one day back. */
static void
next_run(struct rig *r, const char *name, const struct replay_rule *rules, size_t n)
{
	static const char days[] = "{\"approvals\":{\"open\":[],\"until\":1767225000000}}";
	struct transport *net = play(rules, n);
	struct buf carry;
	enum status st;

	buf_init(&carry, 1 << 20);
	assert_int_equal(buf_str_add(&carry, r->carry.n > 0 ? buf_str(&r->carry) : STR(days), NULL), ST_OK);
	rig_clear(r);
	r->params.carry = buf_str(&carry);
	r->params.run = name;
	if ((st = rig_run(r, net, NULL)) != ST_END)
		fail_msg("%s: %d: %s", name, (int)st, r->err.text);
	buf_free(&carry);
	net->close(net);
}

static void
has(struct rig *r, const char *what)
{
	if (rig_count(r, what) != 1)
		fail_msg("%s in\n%.*s\n%.*s", what, STR_ARG(buf_str(&r->log)), STR_ARG(buf_str(&r->carry)));
}

static void
test_asked_again(void **state)
{
	static const struct replay_rule bad[] = {
		REFUSED("media/get", "MEDIA-D"), REFUSED("oa/getapprovaldetail", "202512310001"), REFUSED("oa/gettemplatedetail", "TPL-OLD"),
		REFUSED("oa/gettemplatedetail", "TPL-BUY"), REFUSED("msgaudit/groupchat/get", "wr-a"), REFUSED("user/get", "ghost"), TENANT
	};
	static const struct replay_rule still[] = {
		REFUSED("media/get", "MEDIA-D"), REFUSED("oa/getapprovaldetail", "202512310001"), REFUSED("oa/gettemplatedetail", "TPL-BUY"),
		REFUSED("msgaudit/groupchat/get", "wr-a"), NO_MORE, TENANT
	};
	static const struct replay_rule good[] = { NO_MORE, TENANT };
	static const struct replay_rule gone[] = { RULE("media/get", "MEDIA-D", "error.40007.json"), NO_MORE, TENANT };
	static const struct replay_rule withdrawn[] = { { .path = P("oa/gettemplatedetail"), .body = JSON_("{\"errcode\":48004,\"errmsg\":\"x\"}") }, TENANT };
	static const struct replay_rule withdrawn_still[] = { { .path = P("oa/gettemplatedetail"), .body = JSON_("{\"errcode\":48004,\"errmsg\":\"x\"}") }, NO_MORE, TENANT };
	const char *nobody[] = { "nobody", NULL }, *users[] = { "users", NULL };
	struct rig r;
	struct buf before;

	(void)state;
	rig_open(&r, ALL "secret.chat = file:secret\n");
	buf_init(&before, 1 << 20);
	next_run(&r, "one", bad, N(bad));
	has(&r, "\"object\":\"MEDIA-D\",\"reason\":\"denied\"");
	has(&r, "\"object\":\"202512310001\",\"reason\":\"denied\"");
	has(&r, "\"object\":\"TPL-BUY\",\"reason\":\"denied\"");
	has(&r, "\"object\":\"wr-a\",\"reason\":\"denied\"");
	has(&r, "\"object\":\"ghost\",\"reason\":\"denied\"");
	assert_non_null(memmem(r.carry.p, r.carry.n, "\"retry\":[{\"stream\":\"users\",\"id\":\"ghost\",\"first\":[\"one\",\"1\"]}", 60));

	/* A run that takes only a part tries nothing of it and leaves it as it is. */
	assert_int_equal(buf_str_add(&before, buf_str(&r.carry), NULL), ST_OK);
	assert_int_equal(buf_z(&before, NULL), ST_OK);
	r.scope.users = nobody;
	next_run(&r, "part", good, N(good));
	assert_int_equal(rig_count(&r, "] files/"), 0);
	assert_int_equal(rig_count(&r, "closed "), 0);
	assert_non_null(memmem(r.carry.p, r.carry.n, strstr(before.p, "\"retry\""), (size_t)(before.p + before.n - strstr(before.p, "\"retry\""))));
	r.scope.users = NULL;
	r.scope.streams = users;	/* whole, but another stream: its own gap is over, the rest waits */
	next_run(&r, "users", good, N(good));
	assert_int_equal(rig_count(&r, "] files/"), 0);
	assert_null(memmem(r.carry.p, r.carry.n, "ghost", 5));
	assert_non_null(memmem(r.carry.p, r.carry.n, "\"id\":\"MEDIA-D\"", 14));
	r.scope.streams = NULL;

	next_run(&r, "two", still, N(still));
	has(&r, "\"object\":\"MEDIA-D\",\"reason\":\"denied\"");
	has(&r, "\"object\":\"TPL-BUY\",\"reason\":\"denied\"");
	assert_int_equal(rig_count(&r, "\"reason\":\"denied\""), 4);
	assert_non_null(memmem(r.carry.p, r.carry.n, "\"id\":\"MEDIA-D\",\"of\":\"202601010007\",\"first\":[\"one\",\"", 50));

	next_run(&r, "three", good, N(good));
	has(&r, "] files/MEDIA-D ");
	has(&r, "\"of_stream\":\"approvals\",\"of_id\":\"202601010007\"");
	has(&r, "record approvals/202512310001 ");
	has(&r, "record approval-templates/TPL-BUY ");
	has(&r, "record rooms/wr-a ");
	assert_int_equal(rig_count(&r, "\nclosed "), 4);
	has(&r, "\"detail\":{\"of_stream\":\"files\",\"object\":\"MEDIA-D\",\"gaps\":[{\"run\":\"one\",\"gap\":\"");
	has(&r, "\"detail\":{\"of_stream\":\"rooms\",\"object\":\"wr-a\",\"gaps\":[{\"run\":\"one\",\"gap\":\"");
	assert_null(memmem(r.carry.p, r.carry.n, "retry", 5));
	rig_close(&r);
	buf_free(&before);

	/* A stream that ended as a whole: ids that no list of the next run names again. */
	rig_open(&r, ALL);
	next_run(&r, "one", withdrawn, N(withdrawn));
	has(&r, "\"of_stream\":\"approval-templates\",\"object\":\"\",\"reason\":\"denied\"");
	assert_int_equal(rig_count(&r, "record approval-templates/"), 0);
	next_run(&r, "two", withdrawn_still, N(withdrawn_still));
	assert_int_equal(rig_count(&r, "record approval-templates/"), 0);
	next_run(&r, "three", good, N(good));
	assert_int_equal(rig_count(&r, "record approval-templates/"), 2);
	assert_null(memmem(r.carry.p, r.carry.n, "retry", 5));
	rig_close(&r);

	/* What is gone for good is a last gap. */
	rig_open(&r, ALL);
	next_run(&r, "one", bad, N(bad));
	next_run(&r, "two", gone, N(gone));
	has(&r, "\"object\":\"MEDIA-D\",\"reason\":\"expired\"");
	assert_null(memmem(r.carry.p, r.carry.n, "MEDIA-D", 7));
	rig_close(&r);
}

/* Killed at any commit point of a run that asks again: nothing is given or closed twice. */
static void
test_asked_again_resumed(void **state)
{
	static const struct replay_rule bad[] = {
		REFUSED("media/get", "MEDIA-"), REFUSED("oa/getapprovaldetail", "202512310001"), REFUSED("oa/gettemplatedetail", NULL), TENANT
	};
	static const struct replay_rule good[] = { REFUSED("media/get", "MEDIA-B"), NO_MORE, TENANT };
	const char *areas[] = { "approvals", NULL };
	struct transport *net = play(good, N(good));
	struct buf carry, whole, end;
	struct rig r;
	size_t i, n;

	(void)state;
	rig_open(&r, ALL);
	r.scope.areas = areas;
	buf_init(&carry, 1 << 20);
	buf_init(&whole, 1 << 20);
	buf_init(&end, 1 << 20);
	next_run(&r, "one", bad, N(bad));
	assert_int_equal(buf_str_add(&carry, buf_str(&r.carry), NULL), ST_OK);
	rig_clear(&r);
	r.params.carry = buf_str(&carry);
	r.params.run = "two";
	assert_int_equal(rig_run(&r, net, NULL), ST_END);
	assert_true(rig_count(&r, "\nclosed ") >= 4);
	n = r.n_pages;
	assert_int_equal(buf_str_add(&whole, buf_str(&r.log), NULL), ST_OK);
	assert_int_equal(buf_str_add(&end, buf_str(&r.carry), NULL), ST_OK);
	for (i = 0; i < n; i++) {
		char *cursor = strdup(r.pages[i].cursor);
		size_t at = r.pages[i].log_at;

		assert_non_null(cursor);
		buf_clear(&r.log);
		buf_clear(&r.carry);
		assert_int_equal(rig_run(&r, net, cursor), ST_END);
		if (whole.n - at != r.log.n || memcmp(whole.p + at, r.log.p, r.log.n) != 0 || !str_eq(buf_str(&end), buf_str(&r.carry)))
			fail_msg("%zu: %s\nwant\n%.*s\ngot\n%.*s", i, cursor, (int)(whole.n - at), whole.p + at, STR_ARG(buf_str(&r.log)));
		free(cursor);
	}
	net->close(net);
	buf_free(&carry);
	buf_free(&whole);
	buf_free(&end);
	rig_close(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_tenant), cmocka_unit_test(test_resume_anywhere), cmocka_unit_test(test_faults), cmocka_unit_test(test_stated_wait),
		cmocka_unit_test(test_template_refused), cmocka_unit_test(test_licence_over), cmocka_unit_test(test_empty_pieces), cmocka_unit_test(test_no_ranges),
		cmocka_unit_test(test_words_with_secret), cmocka_unit_test(test_split_tail), cmocka_unit_test(test_no_secret), cmocka_unit_test(test_scope),
		cmocka_unit_test(test_open_again), cmocka_unit_test(test_carry_of_a_part), cmocka_unit_test(test_one_secret_refused), cmocka_unit_test(test_asked_again), cmocka_unit_test(test_asked_again_resumed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
