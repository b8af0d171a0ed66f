/*
 * test_shapes.c: every shape that the platform's documentation shows, for the streams that are exported: fixtures/shapes/wecom has one object of
 * each, in the documented order, nesting and number or text form.  What must come out is written here by hand from the documentation.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/fs.h"
#include "core/limits.h"
#include "exporters/chat_page.h"
#include "exporters/map.h"
#include "exporters/map_chat.h"
#include "exporters/pager.h"

#define SHAPES	TEST_SOURCE_DIR "/fixtures/shapes/wecom/"
#define BASE_MS	INT64_C(1775865600123)		/* 2026-04-11T00:00:00.123Z */
#define N(a)	(sizeof(a) / sizeof((a)[0]))

static struct platform *platform;

struct shape { struct buf file; struct arena a; struct json_node *t; size_t n; struct record rec; };

static void
shape_open(struct shape *s, const char *name)
{
	char path[512];
	struct err err;

	memset(s, 0, sizeof(*s));
	(void)snprintf(path, sizeof(path), SHAPES "%s.json", name);
	buf_init(&s->file, LIMIT_PAGE);
	arena_init(&s->a, LIMIT_ARENA);
	assert_int_equal(fs_load(AT_FDCWD, path, LIMIT_PAGE, &s->file, &err), ST_OK);
	assert_int_equal(json_tape(buf_str(&s->file), &s->a, &s->t, &s->n, &err), ST_OK);
}

static void
shape_close(struct shape *s)
{
	arena_free(&s->a);
	buf_free(&s->file);
}

/* Without the white space between tokens: not the program's own way of doing it, so that the two can differ. */
static struct str
squeeze(struct str in, char *out)
{
	size_t i, n = 0;
	bool quoted = false;

	for (i = 0; i < in.n; i++) {
		if (!quoted && (in.p[i] == ' ' || in.p[i] == '\t' || in.p[i] == '\n' || in.p[i] == '\r'))
			continue;
		out[n++] = in.p[i];
		if (quoted && in.p[i] == '\\')
			out[n++] = in.p[++i];
		else if (in.p[i] == '"')
			quoted = !quoted;
	}
	return (struct str){ out, n };
}

/* The line that the archive holds ends with the object, token for token. */
static void
raw_is(const char *name, const struct record *rec, struct str object)
{
	char *want = malloc(object.n + 1);
	struct str s = squeeze(object, want), line;
	struct buf b;

	buf_init(&b, LIMIT_RECORD);
	assert_int_equal(record_encode(rec, &b, NULL), ST_OK);
	line = buf_str(&b);
	if (rec->raw_form != RAW_JSON || line.n < s.n + 8 || memcmp(line.p + line.n - s.n - 8, ",\"raw\":", 7) != 0 ||
	    memcmp(line.p + line.n - s.n - 1, s.p, s.n) != 0)
		fail_msg("%s: raw is not what came: %.*s", name, STR_ARG(line));
	buf_free(&b);
	free(want);
}

static void
is(const char *name, const struct record *rec, const char *field, const char *want)
{
	struct str got = record_get(rec, field);

	if (want == NULL ? got.p != NULL : !str_is(got, want))
		fail_msg("%s: %s is \"%.*s\", not \"%s\"", name, field, STR_ARG(got), want == NULL ? "(absent)" : want);
}

static void
no_flag_but(const char *name, const struct record *rec, const char *flag)
{
	if (flag == NULL ? rec->flags[0] != NULL : rec->flags[0] == NULL || strcmp(rec->flags[0], flag) != 0 || rec->flags[1] != NULL)
		fail_msg("%s: flag %s, not %s", name, rec->flags[0] == NULL ? "none" : rec->flags[0], flag == NULL ? "none" : flag);
}

/* --- chat --- */

#define MEMBER	"pei-song", "member", "[\"luo-ning\"]"
#define ROBOT	"wbHarbourRobot01", "robot", "[\"luo-ning\"]"
#define CLIENT	"wmHarbour00001", "external", "[\"pei-song\"]"
#define FILE_	"[\"CtYBfile-of-the-harbour\"]"

/* payload: the member of the message that it must equal; "" : there is none; another text: as it stands. */
static const struct chat_case {
	const char *name, *from, *from_kind, *to, *room;
	int second;
	const char *text, *files, *payload;
} chats[] = {
	{ "agree", CLIENT, "", 6, NULL, NULL, "agree" },
	{ "calendar", MEMBER, "", 29, "试航\n三号泊位", NULL, "calendar" },
	{ "card", MEMBER, "", 10, "微信", NULL, "card" },
	{ "chatrecord", MEMBER, "", 16, "码头记录\n转来一句\n里层", FILE_, "chatrecord" },
	{ "collect", MEMBER, "wrHarbour00002", 19, "值班\n称呼\n人数\n哪天\n几点", NULL, "collect" },
	{ "disagree", CLIENT, "", 7, NULL, NULL, "disagree" },
	{ "docmsg", MEMBER, "", 26, "值班表\nhttps://doc.gangwan.example/d/1", NULL, "doc" },
	{ "emotion", MEMBER, "", 12, NULL, FILE_, "emotion" },
	{ "external_redpacket", "pei-song", "member", "[\"wmHarbour00001\"]", "wrHarbour00001", 21, "平安\n¥0.66", NULL, "redpacket" },
	{ "file", MEMBER, "", 13, "航志.pdf", FILE_, "file" },
	{ "image", MEMBER, "", 4, NULL, FILE_, "image" },
	{ "link", MEMBER, "", 14, "潮位公告\n一段话\nhttps://gangwan.example/tide", NULL, "link" },
	{ "location", MEMBER, "", 11, "灯塔\n东堤 2 号", NULL, "location" },
	{ "markdown", ROBOT, "wrHarbour00002", 27, "**停航** 今夜", NULL, "" },
	{ "meeting", MEMBER, "", 22, "调度会\n三号泊位", NULL, "meeting" },
	{ "meeting_notification", MEMBER, "", 23, NULL, NULL, "{\"meeting_id\":12103425609876543210,\"notification_type\":1}" },
	{ "meeting_voice_call", MEMBER, NULL, 24, "海图.pptx", FILE_, "meeting_voice_call" },
	{ "mixed", MEMBER, "", 30, "潮位图", FILE_, "mixed" },
	{ "news", ROBOT, "wrHarbour00002", 28, "潮讯\n一段话\nhttps://gangwan.example/n", NULL, "info" },
	{ "qydiskfile", MEMBER, "", 33, "潮汐.xlsx", NULL, "info" },
	{ "redpacket", MEMBER, "", 20, "平安\n¥88.88", NULL, "redpacket" },
	{ "revoke", MEMBER, "", 5, NULL, NULL, "{\"pre_msgid\":\"5000000000000000001_1775865600\"}" },
	{ "sphfeed", MEMBER, "", 31, "港湾日记\n早潮", NULL, "sphfeed" },
	{ "switch", "pei-song", "member", NULL, NULL, 0, NULL, NULL, "" },
	{ "text.external", CLIENT, "", 2, "船几点到", NULL, "" },
	{ "text.group", "pei-song", "member", "[\"luo-ning\",\"bai-hang\",\"wmHarbour00001\"]", "wrHarbour00001", 3,
	    "这是一条引用/回复消息：\n\"罗宁：\n几点开船\"\n------\n六点", NULL, "" },
	{ "text", MEMBER, "", 1, "靠岸了", NULL, "" },
	{ "text.upstream", "woHarbour00001", "external", "[\"pei-song\"]", "", 36, "货已离港", NULL, "" },
	{ "todo", MEMBER, "", 17, "码头群\n清点缆绳", NULL, "todo" },
	{ "unknown_future_type", MEMBER, "", 35, NULL, NULL, "{\"any\":[\"high water\",1,null]}" },
	{ "video", MEMBER, "", 9, NULL, FILE_, "video" },
	{ "voice", MEMBER, "", 8, NULL, FILE_, "voice" },
	{ "voip_doc_share", MEMBER, NULL, 25, "海图.doc.pdf", FILE_, "voip_doc_share" },
	{ "voiptext", MEMBER, "", 32, NULL, NULL, "{\"callduration\":10,\"invitetype\":2}" },
	{ "vote.flat", MEMBER, "wrHarbour00002", 18, "晚饭\n面", NULL, "{\"votetitle\":\"晚饭\",\"voteitem\":[\"面\"],\"votetype\":102,\"voteid\":\"vote-0c3\"}" },
	{ "vote", MEMBER, "wrHarbour00002", 18, "晚饭\n面\n饭", NULL, "vote" },
	{ "weapp", MEMBER, "", 15, "今日潮位\n一段话\n潮汐表", NULL, "weapp" },
};

static void
payload_is(const struct shape *s, const struct chat_case *c)
{
	char *want;
	size_t i = c->payload[0] == '\0' || c->payload[0] == '{' ? 0 : json_get(s->t, 0, c->payload);
	struct str got = record_get(&s->rec, "payload");

	if (i == 0) {
		is(c->name, &s->rec, "payload", c->payload[0] == '\0' ? NULL : c->payload);
		return;
	}
	want = malloc(s->t[i].val.n + 1);
	if (!str_eq(got, squeeze(s->t[i].val, want)))
		fail_msg("%s: payload %.*s", c->name, STR_ARG(got));
	free(want);
}

static void
map_chat(struct shape *s, struct str plain, struct chat_message *m)
{
	struct chat_envelope env = { STR("18446744073709551615"), STR("4"), STR_NONE };
	size_t id = json_get(s->t, 0, "msgid");
	struct err err;

	if (id != 0)
		env.msgid = s->t[id].val;
	err_init(&err);
	assert_int_equal(map_chat_message(plain, &env, &s->a, &s->rec, m, &err), ST_OK);
}

static void
test_chat(void **state)
{
	struct chat_message m;
	struct shape s;
	char name[64], type[64];
	size_t i;

	(void)state;
	for (i = 0; i < N(chats); i++) {
		const struct chat_case *c = &chats[i];

		(void)snprintf(name, sizeof(name), "chat.%s", c->name);
		(void)snprintf(type, sizeof(type), "%.*s", (int)strcspn(c->name, "."), c->name);
		shape_open(&s, name);
		map_chat(&s, buf_str(&s.file), &m);
		raw_is(c->name, &s.rec, buf_str(&s.file));
		assert_int_equal(s.rec.kind, REC_MESSAGE);
		assert_true(str_eq(s.rec.id, s.t[1].val));
		is(c->name, &s.rec, "type", strcmp(type, "unknown_future_type") == 0 ? "tide_table" : type);
		is(c->name, &s.rec, "action", strcmp(type, "revoke") == 0 ? "recall" : strcmp(type, "switch") == 0 ? "switch" : "send");
		is(c->name, &s.rec, "from", c->from);
		is(c->name, &s.rec, "from_kind", c->from_kind);
		is(c->name, &s.rec, "to", c->to);
		is(c->name, &s.rec, "room", c->room);
		is(c->name, &s.rec, "text", c->text);
		is(c->name, &s.rec, "files", c->files);
		is(c->name, &s.rec, "seq", "18446744073709551615");
		is(c->name, &s.rec, "key_version", "4");
		is(c->name, &s.rec, "recalls", strcmp(type, "revoke") == 0 ? "5000000000000000001_1775865600" : NULL);
		assert_int_equal(s.rec.n[record_field(REC_MESSAGE, "sent_at")].ms, BASE_MS + c->second * INT64_C(1000));
		assert_int_equal(m.sent_ms, BASE_MS + c->second * INT64_C(1000));
		assert_int_equal(m.has_lost_file, strcmp(type, "qydiskfile") == 0);
		payload_is(&s, c);
		no_flag_but(c->name, &s.rec, strcmp(type, "unknown_future_type") == 0 ? "unknown_type" : NULL);
		shape_close(&s);
	}
}

/* What the message says of its file: against this the content is checked. */
static void
test_chat_files(void **state)
{
	static const struct { const char *name, *file, *md5, *size; } files[] = {
		{ "chat.image", NULL, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "4001" }, { "chat.voice", NULL, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "912" },
		{ "chat.video", NULL, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "730001" }, { "chat.emotion", NULL, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "51007" },
		{ "chat.file", "航志.pdf", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "20480" }, { "chat.chatrecord", NULL, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "77" },
		{ "chat.mixed", NULL, "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "512" }, { "chat.meeting_voice_call", NULL, NULL, NULL },
		{ "chat.voip_doc_share", "海图.doc.pdf", "0f1e2d3c4b5a69788796a5b4c3d2e1f0", "5242881" },
	};
	struct chat_message m;
	struct shape s;
	size_t i;

	(void)state;
	for (i = 0; i < N(files); i++) {
		const struct chat_file *f;

		shape_open(&s, files[i].name);
		map_chat(&s, buf_str(&s.file), &m);
		assert_int_equal(m.files.n, 1);
		f = &m.files.v[0];
		assert_true(str_is(f->id, "CtYBfile-of-the-harbour"));
		if ((files[i].file == NULL ? f->name.p != NULL : !str_is(f->name, files[i].file)) ||
		    (files[i].md5 == NULL ? f->md5.p != NULL : !str_is(f->md5, files[i].md5)) ||
		    (files[i].size == NULL ? f->size.p != NULL : !str_is(f->size, files[i].size)))
			fail_msg("%s: %.*s %.*s %.*s", files[i].name, STR_ARG(f->name), STR_ARG(f->md5), STR_ARG(f->size));
		shape_close(&s);
	}
}

static void
test_envelopes(void **state)
{
	struct chat_page page;
	struct shape s;
	struct err err;

	(void)state;
	shape_open(&s, "chat.envelope");
	assert_int_equal(chat_page_read(buf_str(&s.file), &s.a, &page, &err), ST_OK);
	assert_int_equal(page.errcode, 0);
	assert_int_equal(page.n, 2);
	assert_int_equal(page.n_bad, 0);
	assert_true(page.rows[0].seq == UINT64_C(9007199254740993) && page.rows[1].seq == UINT64_C(9007199254740996));
	assert_true(page.rows[0].has_version && page.rows[0].version == 3 && page.rows[1].version == 4);
	assert_true(str_is(page.rows[0].msgid, "5000000000000000001_1775865600_external"));
	assert_true(str_is(page.rows[0].wrapped, "d3JhcHBlZCBrZXkgb2YgYW4gaW52ZW50ZWQgbWVzc2FnZQ=="));
	assert_true(str_is(page.rows[1].cipher, "c2VhbGVkIG1lc3NhZ2U="));
	shape_close(&s);
	shape_open(&s, "chat.envelope.empty");
	assert_int_equal(chat_page_read(buf_str(&s.file), &s.a, &page, &err), ST_OK);
	assert_true(page.errcode == 0 && page.n == 0 && page.n_bad == 0);
	shape_close(&s);
	shape_open(&s, "chat.envelope.error");
	assert_int_equal(chat_page_read(buf_str(&s.file), &s.a, &page, &err), ST_OK);
	assert_true(page.errcode == 301052 && page.n == 0);
	shape_close(&s);
}

/* --- everything that comes over HTTP --- */

static void
map_at(struct shape *s, const char *stream, size_t i)
{
	const struct map_ctx ctx = { platform, platform_stream(platform, stream), "acme", "/cgi-bin/x", STR_NONE, STR("asked-id"), 0 };
	uint64_t absent;
	struct err err;

	err_init(&err);
	assert_int_equal(map_record(&ctx, s->t, i, &s->a, &s->rec, &absent, &err), ST_OK);
}

#define FIELDS_MAX	22

static const struct http_case {
	const char *file, *stream, *path, *flag;
	struct { const char *field, *want; } fields[FIELDS_MAX];	/* want NULL: absent */
} https[] = {
	{ "department.list", "departments", "department.0", NULL, { { "id", "1" }, { "parent_id", "0" }, { "name", "港湾集团" }, { "name_en", "" },
	    { "order", "100000000" }, { "leaders", "[]" } } },
	{ "department.list", "departments", "department.1", NULL, { { "id", "7" }, { "parent_id", "1" }, { "name", "船务部" },
	    { "name_en", "Ships & Cargo" }, { "order", "25" }, { "leaders", "[\"pei-song\",\"luo-ning\"]" } } },
	{ "department.list", "departments", "department.2", NULL, { { "id", "12" }, { "parent_id", "7" }, { "order", "4294967295" },
	    { "leaders", "[\"bai-hang\"]" } } },
	{ "department.get", "departments", "department", NULL, { { "id", "7" }, { "parent_id", "1" }, { "name", "船务部" },
	    { "name_en", "Ships & Cargo" }, { "order", "25" }, { "leaders", "[\"pei-song\",\"luo-ning\"]" } } },
	{ "user.list", "users", "userlist.0", NULL, { { "id", "pei-song" }, { "name", "裴松" }, { "name_en", "Pei Song" }, { "alias", "peisong" },
	    { "status", "active" }, { "main_department", "1" }, { "departments", "[{\"id\":\"1\",\"order\":1,\"is_leader\":true},"
	    "{\"id\":\"7\",\"order\":7,\"is_leader\":false}]" }, { "leaders", "[\"luo-ning\"]" }, { "position", "领航员" }, { "gender", "female" },
	    { "mobile", "00055500017" }, { "telephone", "0580-5550123" }, { "email", "pei@home.example" }, { "work_email", "pei@gangwan.example" },
	    { "address", "虚港路 9 号" }, { "avatar_url", "https://img.gangwan.example/pei/0" }, { "external_position", "航线顾问" },
	    { "attributes", "[{\"name\":\"编号\",\"value\":\"P-0117\"},{\"name\":\"个人页\",\"value\":\"个人页\",\"url\":\"https://gangwan.example/pei\"}]" } } },
	{ "user.list", "users", "userlist.1", NULL, { { "id", "luo-ning" }, { "name", "罗宁" }, { "name_en", "" }, { "alias", "" }, { "status", "inactive" },
	    { "main_department", "7" }, { "departments", "[{\"id\":\"7\",\"order\":0,\"is_leader\":false}]" }, { "leaders", "[]" }, { "position", "" },
	    { "gender", NULL }, { "mobile", NULL }, { "telephone", "" }, { "email", NULL }, { "work_email", NULL }, { "address", NULL },
	    { "avatar_url", NULL }, { "external_position", "" }, { "attributes", "[]" } } },
	{ "user.get", "users", "", NULL, { { "id", "pei-song" }, { "name", "裴松" }, { "gender", "female" }, { "mobile", "00055500017" },
	    { "departments", "[{\"id\":\"1\",\"order\":1,\"is_leader\":true},{\"id\":\"7\",\"order\":7,\"is_leader\":false}]" }, { "status", "active" } } },
	{ "user.simplelist", "users", "userlist.1", NULL, { { "id", "luo-ning" }, { "name", "罗宁" }, { "departments", "[{\"id\":\"7\"}]" }, { "status", NULL } } },
	{ "oa.getapprovaldetail", "approvals", "info", "unknown_control", { { "id", "202604110042" }, { "form", "港务申请" }, { "template", "TPL-HARBOUR" },
	    { "status", "approved" }, { "applicant", "pei-song" }, { "applicant_department", "7" }, { "applicants", "[\"pei-song\"]" },
	    { "notified", "[\"gu-qing\"]" },
	    { "route", "[{\"role\":\"approver\",\"mode\":\"any\",\"status\":\"approved\",\"people\":[{\"id\":\"luo-ning\",\"status\":\"agreed\","
	    "\"at\":\"2026-04-11T01:00:00.000Z\",\"text\":\"可以\",\"files\":[\"MEDIA-REMARK\"]},{\"id\":\"bai-hang\",\"status\":\"pending\",\"at\":null,"
	    "\"text\":\"\"}]},{\"role\":\"copy\",\"people\":[{\"id\":\"gu-qing\"}]},{\"role\":\"handler\",\"mode\":\"all\","
	    "\"status\":\"in_progress\",\"people\":[{\"id\":\"tong-mei\",\"status\":\"pending\",\"at\":null,\"text\":\"\"}]}]" },
	    { "comments", "[{\"id\":\"6100000000000000093\",\"by\":\"luo-ning\",\"at\":\"2026-04-11T01:01:40.000Z\",\"text\":\"请留底\","
	    "\"files\":[\"MEDIA-COMMENT\"]}]" }, { "files", "[\"MEDIA-FORM\",\"MEDIA-COMMENT\",\"MEDIA-REMARK\"]" } } },
	{ "oa.getapprovaldetail.legacy_pending", "approvals", "info", NULL, { { "id", "201904110077" }, { "form", "旧港务单" }, { "template", "TPL-2019" },
	    { "status", "in_progress" }, { "applicant", "pei-song" }, { "applicant_department", "7" }, { "applicants", NULL }, { "notified", "[]" },
	    { "fields", "[{\"id\":\"item-1554940800000\",\"control\":\"Text\",\"title\":\"用途\",\"text\":\"早潮\",\"value\":\"早潮\"}]" },
	    { "route", "[{\"role\":\"approver\",\"mode\":\"all\",\"status\":\"in_progress\",\"people\":[{\"id\":\"luo-ning\",\"status\":\"pending\",\"at\":null,"
	    "\"text\":\"\"}]}]" }, { "comments", "[]" }, { "files", "[]" } } },
	{ "oa.gettemplatedetail", "approval-templates", "", NULL, { { "id", "asked-id" }, { "name", "港务申请" } } },
	{ "msgaudit.groupchat.get", "rooms", "", NULL, { { "id", "asked-id" }, { "name", "码头晨会" }, { "owner", "pei-song" }, { "notice", "" },
	    { "members", "[{\"id\":\"pei-song\",\"joined_at\":\"2026-04-11T00:00:01.000Z\"},{\"id\":\"luo-ning\",\"joined_at\":\"2026-04-11T00:01:40.000Z\"}]" } } },
};

static void
test_http(void **state)
{
	struct shape s;
	size_t i, k, at;

	(void)state;
	for (i = 0; i < N(https); i++) {
		const struct http_case *c = &https[i];

		shape_open(&s, c->file);
		at = c->path[0] == '\0' ? 0 : json_path(s.t, 0, c->path);
		assert_true(at != 0 || c->path[0] == '\0');
		map_at(&s, c->stream, at);
		raw_is(c->file, &s.rec, s.t[at].val);
		no_flag_but(c->file, &s.rec, c->flag);
		for (k = 0; k < FIELDS_MAX && c->fields[k].field != NULL; k++)
			is(c->file, &s.rec, c->fields[k].field, c->fields[k].want);
		if (s.rec.kind == REC_USER && str_is(s.rec.id, "luo-ning"))
			for (k = 0; k < platform_stream(platform, "users")->granted.n; k++)
				assert_true(s.rec.n[record_field(REC_USER, platform_stream(platform, "users")->granted.v[k])].not_granted);
		shape_close(&s);
	}
}

static void
test_times(void **state)
{
	struct shape s;

	(void)state;
	shape_open(&s, "oa.getapprovaldetail");
	map_at(&s, "approvals", json_path(s.t, 0, "info"));
	assert_int_equal(s.rec.n[record_field(REC_APPROVAL, "applied_at")].ms, INT64_C(1775865600000));
	shape_close(&s);
	shape_open(&s, "oa.getapprovaldetail.legacy_pending");
	map_at(&s, "approvals", json_path(s.t, 0, "info"));
	assert_int_equal(s.rec.n[record_field(REC_APPROVAL, "applied_at")].ms, INT64_C(1554940800000));
	shape_close(&s);
	shape_open(&s, "msgaudit.groupchat.get");
	map_at(&s, "rooms", 0);
	assert_int_equal(s.rec.n[record_field(REC_ROOM, "created_at")].ms, INT64_C(1775865600000));
	shape_close(&s);
}

/* Every control of the form: what a reader sees, and the value as it came. ${value} is the path of the latter below "value"; NULL: the whole of it. */
static void
test_controls(void **state)
{
	static const struct { const char *id, *control, *title, *text, *value; } want[] = {
		{ "Text-101", "Text", "题目", "添置缆绳", "text" }, { "Textarea-102", "Textarea", "经过", "先量\n后裁", "text" },
		{ "Number-103", "Number", "件数", "46", "new_number" }, { "Money-104", "Money", "费用", "980.05", "new_money" },
		{ "Date-105", "Date", "哪天", "2026-04-11", "date" }, { "Selector-106", "Selector", "事项", "货轮; 渡轮", "selector" },
		{ "Contact-107", "Contact", "经手", "裴松 pei-song", "members" }, { "Contact-108", "Contact", "哪组", "船务部 7", "departments" },
		{ "Tips-109", "Tips", "须知", "", "" }, { "File-110", "File", "单据", "MEDIA-FORM", "files" }, { "Table-111", "Table", "清单", "", "" },
		{ "DateRange-114", "DateRange", "起止", "2026-04-11 08:00 – 2026-04-11 20:00 (24.00 h)", "date_range" },
		{ "vacation-115", "Vacation", "告假", "事假, 2026-04-11 09:00 – 2026-04-11 10:00 (1.00 h)", "vacation" },
		{ "smart-time", "Attendance", "出海", "2026-04-11 09:00 – 2026-04-11 10:00 (1.00 h)", "attendance" },
		{ "PunchCorrection-117", "PunchCorrection", "补记", "早退 2026-04-11 09:00", "punch_correction" },
		{ "Location-118", "Location", "地点", "灯塔, 东堤 2 号, 2026-04-11 09:00", "location" },
		{ "RelatedApproval-119", "RelatedApproval", "关联单", "缆绳申请 202604110041 裴松", "related_approval" },
		{ "Formula-120", "Formula", "合计", "25.5", "formula" },
		{ "BankAccount-121", "BankAccount", "账户", "港湾航运, 6200110022003300, 虚海银行, 泊位支行", "bank_account" },
		{ "TideGauge-122", "TideGauge", "潮位（新）", "", NULL },
	};
	static const char rows[] = "[[{\"id\":\"Text-112\",\"control\":\"Text\",\"title\":\"品名\",\"text\":\"缆绳\",\"value\":\"缆绳\"},"
	    "{\"id\":\"Money-113\",\"control\":\"Money\",\"title\":\"价\",\"text\":\"18\",\"value\":\"18\"}],"
	    "[{\"id\":\"Text-112\",\"control\":\"Text\",\"title\":\"品名\",\"text\":\"浮标\",\"value\":\"浮标\"},"
	    "{\"id\":\"Money-113\",\"control\":\"Money\",\"title\":\"价\",\"text\":\"7.5\",\"value\":\"7.5\"}]]";
	struct json_node *f;
	struct shape s;
	struct str text;
	size_t i, c, n, from, at, v;
	char *squeezed;

	(void)state;
	shape_open(&s, "oa.getapprovaldetail");
	map_at(&s, "approvals", json_path(s.t, 0, "info"));
	assert_int_equal(json_tape(record_get(&s.rec, "fields"), &s.a, &f, &n, NULL), ST_OK);
	assert_int_equal(f[0].n_children, N(want));
	from = json_path(s.t, 0, "info.apply_data.contents") + 1;
	squeezed = malloc(s.file.n);
	for (i = 0, c = 1; i < N(want); i++, c = f[c].next, from = s.t[from].next) {
		assert_true(str_is(f[json_get(f, c, "id")].val, want[i].id));
		assert_true(str_is(f[json_get(f, c, "control")].val, want[i].control));
		assert_true(str_is(f[json_get(f, c, "title")].val, want[i].title));
		at = json_get(f, c, "text");
		assert_int_equal(json_text(f[at].val, f[at].flags, &s.a, &text, NULL), ST_OK);
		if (!str_is(text, want[i].text))
			fail_msg("%s: \"%.*s\"", want[i].id, STR_ARG(text));
		at = json_get(f, c, "value");
		v = json_get(s.t, from, "value");
		if (want[i].value != NULL)
			v = want[i].value[0] == '\0' ? 0 : json_get(s.t, v, want[i].value);
		assert_int_equal(at != 0, v != 0);
		if (v != 0 && !str_eq(json_whole(&f[at]), squeeze(json_whole(&s.t[v]), squeezed)))
			fail_msg("%s: value %.*s", want[i].id, STR_ARG(f[at].val));
		at = json_get(f, c, "rows");
		assert_int_equal(at != 0, strcmp(want[i].control, "Table") == 0);
		assert_true(at == 0 || str_is(f[at].val, rows));
	}
	free(squeezed);
	shape_close(&s);
}

/* Where a list goes on, and where it ends. */
static void
test_pages(void **state)
{
	static const struct { const char *file, *list; size_t n; const char *next; } cases[] = {
		{ "oa.getapprovalinfo", "sp_no_list", 3, "c-2-of-2" }, { "oa.getapprovalinfo.last_page", "sp_no_list", 1, NULL },
		{ "user.list_id", "dept_user", 3, "c-2-of-2" }, { "user.list_id.last_page", "dept_user", 1, NULL },
		{ "department.simplelist", "department_id", 3, NULL },
	};
	struct shape s;
	size_t i;

	(void)state;
	for (i = 0; i < N(cases); i++) {
		const struct call *call = i < 2 ? &platform_stream(platform, "approvals")->list :
		    i < 4 ? &platform_stream(platform, "users")->checks[0].call : &platform_stream(platform, "departments")->checks[0].call;
		enum pager_step step;
		struct pager p;
		size_t list;

		shape_open(&s, cases[i].file);
		list = json_path(s.t, 0, call->items);
		assert_true(strcmp(call->items, cases[i].list) == 0 && list != 0);
		assert_int_equal(s.t[list].n_children, cases[i].n);
		assert_true(call->id[0] == '\0' ? s.t[list + 1].tok == JSON_STR : json_path(s.t, list + 1, call->id) != 0);
		pager_init(&p);
		assert_int_equal(pager_begin(&p, &call->paging, NULL), ST_OK);
		assert_int_equal(pager_judge(&p, s.t, cases[i].n, &s.a, &step, NULL), ST_OK);
		assert_int_equal(step, cases[i].next == NULL ? PAGER_LAST : PAGER_NEXT);
		assert_true(cases[i].next == NULL || str_is(buf_str(&p.cursor), cases[i].next));
		pager_free(&p);
		shape_close(&s);
	}
	assert_true(platform_stream(platform, "approvals")->attach.chunk <= 20000000);	/* "20 MB" at most, whichever way it is meant */
	shape_open(&s, "gettoken");
	assert_true(str_is(s.t[json_path(s.t, 0, platform->token_value)].val, "TOKEN-SHAPE"));
	assert_true(str_is(s.t[json_path(s.t, 0, platform->token_lifetime_s)].val, "7200"));
	shape_close(&s);
}

static enum action
action_of(struct str code)
{
	size_t i;

	for (i = 0; i < platform->errors.n; i++)
		if (str_is(code, platform->errors.v[i].code))
			return platform->errors.v[i].act;
	return ACT_UNKNOWN;
}

/* The table of error codes, and the answers that carry one: none of them is a success, whatever else stands in it. */
static void
test_errors(void **state)
{
	static const struct { const char *code; enum action act; } codes[] = {
		{ "-1", ACT_RETRY }, { "40001", ACT_DENIED_SECRET }, { "40003", ACT_GONE }, { "40007", ACT_EXPIRED }, { "40013", ACT_DENIED_RUN },
		{ "40091", ACT_DENIED_RUN }, { "40014", ACT_REFRESH }, { "42001", ACT_REFRESH }, { "41001", ACT_REFRESH }, { "40056", ACT_DENIED_AREA },
		{ "40058", ACT_STOP_AREA }, { "40096", ACT_GONE }, { "41004", ACT_DENIED_RUN }, { "45009", ACT_WAIT }, { "45033", ACT_WAIT },
		{ "48002", ACT_DENIED_AREA }, { "48004", ACT_WITHDRAWN }, { "48005", ACT_WITHDRAWN }, { "60003", ACT_GONE }, { "60111", ACT_GONE },
		{ "60123", ACT_GONE }, { "60011", ACT_DENIED }, { "60020", ACT_IP }, { "81011", ACT_DENIED }, { "301022", ACT_RETRY },
		{ "301025", ACT_STOP_AREA }, { "301052", ACT_WITHDRAWN }, { "301053", ACT_SKIP }, { "640008", ACT_DENIED }, { "830002", ACT_RANGE },
	};
	static const struct { const char *file, *code; } files[] = {
		{ "error.40014", "40014" }, { "error.42001", "42001" }, { "error.45009", "45009" }, { "error.45033", "45033" }, { "error.48002", "48002" },
		{ "error.60011", "60011" }, { "error.60020", "60020" }, { "error.system_busy", "-1" }, { "media.get.error", "40007" },
		{ "media.get.too_large", "830002" },
	};
	struct shape s;
	size_t i, at;

	(void)state;
	for (i = 0; i < N(codes); i++)
		if (action_of(str_of(codes[i].code)) != codes[i].act)
			fail_msg("%s: %s", codes[i].code, action_names[action_of(str_of(codes[i].code))]);
	for (i = 0; i < N(files); i++) {
		shape_open(&s, files[i].file);
		at = json_path(s.t, 0, platform->code_paths.v[0]);
		assert_true(str_is(s.t[at].val, files[i].code));
		assert_int_not_equal(action_of(s.t[at].val), ACT_UNKNOWN);
		assert_false(str_is(s.t[json_path(s.t, 0, platform->success_path)].val, platform->success_equals));
		shape_close(&s);
	}
}

/* --- what is not there, or not what it should be --- */

/* Map what is left of a shape, as message or as object of ${stream}. */
static void
map_bent(const char *name, const char *stream, const char *path, struct str text)
{
	struct chat_message m;
	struct shape s;
	size_t i = 0;

	memset(&s, 0, sizeof(s));
	arena_init(&s.a, LIMIT_ARENA);
	assert_int_equal(json_tape(text, &s.a, &s.t, &s.n, NULL), ST_OK);
	if (stream != NULL && path[0] != '\0' && (i = json_path(s.t, 0, path)) == 0)
		goto out;
	if (stream == NULL)
		map_chat(&s, text, &m);
	else
		map_at(&s, stream, i);
	raw_is(name, &s.rec, json_whole(&s.t[i]));
	if (stream != NULL && s.rec.id.n == 0)
		fail_msg("%s: no id for %.*s", name, STR_ARG(s.rec.raw));
out:
	arena_free(&s.a);
}

/* Each value in turn becomes another, each name another: all is kept, nothing stops. */
static void
bend(const char *name, const char *stream, const char *path)
{
	static const char *const others[] = { "null", "\"\"", "\"x\"", "0", "-1", "18446744073709551616", "true", "[]", "{}", "[null]", "{\"a\":1}" };
	struct shape s;
	struct buf b;
	size_t i, k;

	shape_open(&s, name);
	buf_init(&b, LIMIT_PAGE);
	for (i = 1; i < s.n; i++) {
		struct str whole = json_whole(&s.t[i]), all = buf_str(&s.file);
		size_t at = (size_t)(whole.p - all.p);

		for (k = 0; k < N(others); k++) {
			buf_clear(&b);
			assert_int_equal(buf_add(&b, all.p, at, NULL), ST_OK);
			assert_int_equal(buf_addz(&b, others[k], NULL), ST_OK);
			assert_int_equal(buf_add(&b, all.p + at + whole.n, all.n - at - whole.n, NULL), ST_OK);
			map_bent(name, stream, path, buf_str(&b));
		}
		if (s.t[i].key.n == 0)
			continue;
		buf_clear(&b);
		assert_int_equal(buf_str_add(&b, all, NULL), ST_OK);
		b.p[s.t[i].key.p - all.p] = '~';
		map_bent(name, stream, path, buf_str(&b));
	}
	buf_free(&b);
	shape_close(&s);
}

static void
test_bent(void **state)
{
	char name[64];
	size_t i;

	(void)state;
	for (i = 0; i < N(chats); i++) {
		(void)snprintf(name, sizeof(name), "chat.%s", chats[i].name);
		bend(name, NULL, "");
	}
	for (i = 0; i < N(https); i++)
		if (i == 0 || strcmp(https[i].file, https[i - 1].file) != 0)
			bend(https[i].file, https[i].stream, https[i].path);
}

/* No file of the directory is forgotten here. */
static void
test_all_used(void **state)
{
	static const char *const others[] = {
		"chat.envelope", "chat.envelope.empty", "chat.envelope.error", "department.simplelist", "user.list_id", "user.list_id.last_page",
		"oa.getapprovalinfo", "oa.getapprovalinfo.last_page", "gettoken", "error.40014", "error.42001", "error.45009", "error.45033", "error.48002",
		"error.60011", "error.60020", "error.system_busy", "media.get.error", "media.get.too_large"
	};
	struct dirent *e;
	DIR *d = opendir(SHAPES);
	size_t i;
	bool used;

	(void)state;
	assert_non_null(d);
	while ((e = readdir(d)) != NULL) {
		size_t n = strlen(e->d_name);

		if (n < 6 || strcmp(e->d_name + n - 5, ".json") != 0)
			continue;
		e->d_name[n - 5] = '\0';
		used = false;
		for (i = 0; i < N(chats); i++)
			used = used || (strncmp(e->d_name, "chat.", 5) == 0 && strcmp(e->d_name + 5, chats[i].name) == 0);
		for (i = 0; i < N(https); i++)
			used = used || strcmp(e->d_name, https[i].file) == 0;
		for (i = 0; i < N(others); i++)
			used = used || strcmp(e->d_name, others[i]) == 0;
		if (!used)
			fail_msg("%s is in no test", e->d_name);
	}
	assert_int_equal(closedir(d), 0);
}

static int
set_up(void **state)
{
	struct err err;

	(void)state;
	if (when_zone("Asia/Shanghai", &err) != ST_OK)
		return -1;
	if (platform_open(&platform, "wecom", platform_builtin("wecom"), &err) == ST_OK)
		return 0;
	fprintf(stderr, "%s\n", err.text);
	return -1;
}

static int
tear_down(void **state)
{
	(void)state;
	platform_close(platform);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chat), cmocka_unit_test(test_chat_files), cmocka_unit_test(test_envelopes), cmocka_unit_test(test_http),
		cmocka_unit_test(test_times), cmocka_unit_test(test_controls), cmocka_unit_test(test_pages), cmocka_unit_test(test_errors),
		cmocka_unit_test(test_bent), cmocka_unit_test(test_all_used),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
