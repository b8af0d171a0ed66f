/* test_map_chat.c: one message of every type, and what is none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/fs.h"
#include "core/limits.h"
#include "exporters/map_chat.h"

struct result { struct arena arena; struct record rec; struct chat_message m; struct err err; };

static void
map(struct result *r, struct str plain, const char *msgid)
{
	const struct chat_envelope env = { STR("9007199254740993"), STR("3"), str_of(msgid) };

	arena_init(&r->arena, LIMIT_ARENA);
	err_init(&r->err);
	assert_int_equal(map_chat_message(plain, &env, &r->arena, &r->rec, &r->m, &r->err), ST_OK);
}

static void
is(const struct result *r, const char *name, const char *field, const char *want)
{
	struct str got = record_get(&r->rec, field);

	if (want == NULL ? got.p != NULL : !str_is(got, want))
		fail_msg("%s: %s is \"%.*s\", not \"%s\"", name, field, STR_ARG(got), want == NULL ? "(absent)" : want);
}

static const struct { const char *name, *type, *kind, *text, *files, *flag, *payload; } cases[] = {
	{ "text", "text", "member", "下午三点开会", NULL, NULL, NULL },
	{ "text.external", "text", "external", "您好", NULL, NULL, NULL },
	{ "image", "image", "member", NULL, "[\"FILE_image\"]", NULL, NULL },
	{ "revoke", "revoke", "member", NULL, NULL, NULL, "{\"pre_msgid\":\"2000000000000000001_1767312000\"}" },
	{ "agree", "agree", "member", NULL, NULL, NULL, "{\"userid\":\"wmK3bT0000000001\",\"agree_time\":1767312000000}" },
	{ "disagree", "disagree", "member", NULL, NULL, NULL, NULL },
	{ "voice", "voice", "member", NULL, "[\"FILE_voice\"]", NULL, NULL },
	{ "video", "video", "member", NULL, "[\"FILE_video\"]", NULL, NULL },
	{ "card", "card", "member", "微信", NULL, NULL, NULL },
	{ "location", "location", "member", "临江大厦\n江边路8号", NULL, NULL, NULL },
	{ "emotion", "emotion", "member", NULL, "[\"FILE_emotion\"]", NULL, NULL },
	{ "file", "file", "member", "预算.xlsx", "[\"FILE_file\"]", NULL, NULL },
	{ "link", "link", "member", "公告\n放假安排\nhttps://www.example.com/n", NULL, NULL, NULL },
	{ "weapp", "weapp", "member", "报销\n填单\n财务助手", NULL, NULL, NULL },
	{ "chatrecord", "chatrecord", "member", "群聊\n转来的话\n套一层\n图.pdf\n{\"type\": \"x\", \"content\": \"y\", \"sdkfileid\": \"TYPED_BY_A_PERSON\"}",
	    "[\"FILE_nested-image\",\"FILE_nested-file\"]", NULL, NULL },
	{ "todo", "todo", "member", "来自群聊\n交周报", NULL, NULL, NULL },
	{ "vote", "vote", "member", "晚餐\n面\n饭", NULL, NULL, "{\"votetitle\":\"晚餐\",\"voteitem\":[\"面\",\"饭\"],\"votetype\":101,\"voteid\":\"V1\"}" },
	{ "vote.flat", "vote", "member", "晚餐\n面", NULL, NULL, "{\"votetitle\":\"晚餐\",\"voteitem\":[\"面\"],\"votetype\":102,\"voteid\":\"V1\"}" },
	{ "collect", "collect", "member", "报名\n姓名\n人数", NULL, NULL, NULL },
	{ "redpacket", "redpacket", "member", "新年好\n¥30.05", NULL, NULL, NULL },
	{ "external_redpacket", "external_redpacket", "member", "恭喜\n¥0.20", NULL, NULL, NULL },
	{ "meeting", "meeting", "member", "季度会\n三楼", NULL, NULL, NULL },
	{ "meeting_notification", "meeting_notification", "member", NULL, NULL, NULL, "{\"meeting_id\":18446744073709551615,\"notification_type\":1}" },
	{ "meeting_voice_call", "meeting_voice_call", "member", "演示.pptx", "[\"FILE_call\"]", NULL, NULL },
	{ "voip_doc_share", "voip_doc_share", "member", "稿.pdf", "[\"FILE_share\"]", NULL, NULL },
	{ "docmsg", "docmsg", "member", "在线表\nhttps://doc.example.com/x", NULL, NULL, NULL },
	{ "markdown", "markdown", "robot", "**注意** 停电", NULL, NULL, NULL },
	{ "markdown.named", "markdown", "robot", "# 题", NULL, NULL, NULL },
	{ "news", "news", "member", "快讯\n摘要\nhttps://www.example.com/a", NULL, NULL, NULL },
	{ "calendar", "calendar", "member", "面试\n二号室\n带简历", NULL, NULL, NULL },
	{ "mixed", "mixed", "member", "看图", "[\"FILE_mixed-image\"]", NULL, NULL },
	{ "sphfeed", "sphfeed", "member", "频道\n一段视频", NULL, NULL, NULL },
	{ "voiptext", "voiptext", "member", NULL, NULL, NULL, "{\"callduration\":10,\"invitetype\":2}" },
	{ "qydiskfile", "qydiskfile", "member", "微盘.docx", NULL, NULL, NULL },
	{ "switch", "switch", "member", NULL, NULL, NULL, NULL },
	{ "unknown", "future_kind", "member", NULL, "[\"FILE_future\"]", "unknown_type", "{\"any\":[\"x\",1,null],\"part\":{\"sdkfileid\":\"FILE_future\"}}" },
	{ "missing", "file", NULL, NULL, NULL, "missing_fields", NULL },
};

static void
test_types(void **state)
{
	struct result r;
	char path[512];
	struct buf plain, compact;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *name = cases[i].name;

		buf_init(&plain, 1 << 20);
		buf_init(&compact, 1 << 20);
		(void)snprintf(path, sizeof(path), "%s/fixtures/chat/%s.json", TEST_SOURCE_DIR, name);
		assert_int_equal(fs_load(AT_FDCWD, path, 1 << 20, &plain, NULL), ST_OK);
		map(&r, buf_str(&plain), NULL);
		is(&r, name, "type", cases[i].type);
		is(&r, name, "from_kind", cases[i].kind);
		is(&r, name, "text", cases[i].text);
		is(&r, name, "files", cases[i].files);
		if (cases[i].payload != NULL)
			is(&r, name, "payload", cases[i].payload);
		is(&r, name, "seq", "9007199254740993");
		is(&r, name, "key_version", "3");
		is(&r, name, "recalls", strcmp(name, "revoke") == 0 ? "2000000000000000001_1767312000" : NULL);
		if (cases[i].flag != NULL && !record_has_flag(&r.rec, cases[i].flag))
			fail_msg("%s: no flag %s", name, cases[i].flag);
		assert_int_equal(record_has_flag(&r.rec, "unknown_type"), strcmp(name, "unknown") == 0);
		assert_int_equal(r.m.has_lost_file, strcmp(name, "qydiskfile") == 0);
		if (strcmp(name, "missing") != 0)
			assert_true(r.m.sent_ms > INT64_C(1767312000000) && r.m.sent_ms < INT64_C(1767312000100));
		assert_int_equal(json_compact(buf_str(&plain), &compact, NULL), ST_OK);
		assert_int_equal(r.rec.raw_form, RAW_JSON);
		assert_true(str_eq(r.rec.raw, buf_str(&compact)));
		arena_free(&r.arena);
		buf_free(&plain);
		buf_free(&compact);
	}
}

static void
test_files(void **state)
{
	static const char voice[] = "{\"msgid\":\"a\",\"msgtype\":\"voice\",\"voice\":{ \"md5sum\":\"\",\"voice_size\":\"71\",\"sdkfileid\":\"X\"}}";
	struct result r;

	(void)state;
	map(&r, STR(voice), "a");
	assert_int_equal(r.m.files.n, 1);
	assert_true(str_is(r.m.files.v[0].size, "71"));
	assert_true(r.m.files.v[0].md5.p != NULL && r.m.files.v[0].md5.n == 0);		/* empty is not absent */
	assert_true(r.m.files.v[0].name.p == NULL);
	arena_free(&r.arena);
}

/* Text that one day carries more than its text: nothing of it is passed over. */
static void
test_more_than_text(void **state)
{
	static const struct { const char *plain, *payload, *files; } more[] = {
		{ "{\"msgid\":\"a\",\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}", NULL, NULL },
		{ "{\"msgid\":\"a\",\"msgtype\":\"text\",\"text\":{\"content\":\"x\",\"pic\":{\"sdkfileid\":\"F\"}}}",
		    "{\"content\":\"x\",\"pic\":{\"sdkfileid\":\"F\"}}", "[\"F\"]" },
		{ "{\"msgid\":\"a\",\"action\":\"send\",\"from\":\"b\",\"tolist\":[],\"roomid\":\"\",\"msgtime\":1,\"msgtype\":\"text\","
		    "\"text\":{\"content\":\"x\"},\"quote\":{\"sdkfileid\":\"Q\"}}", "{\"content\":\"x\"}", "[\"Q\"]" },
	};
	struct result r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		map(&r, str_of(more[i].plain), "a");
		is(&r, more[i].plain, "text", "x");
		is(&r, more[i].plain, "payload", more[i].payload);
		is(&r, more[i].plain, "files", more[i].files);
		arena_free(&r.arena);
	}
	map(&r, STR("{\"msgid\":\"a\",\"action\":\"send\",\"from\":\"b\",\"msgtime\":253402300800000,\"msgtype\":\"text\",\"text\":{\"content\":\"x\"}}"), "a");
	assert_true(r.m.sent_ms == WHEN_UNKNOWN && record_has_flag(&r.rec, "missing_fields"));		/* the year 10000 */
	arena_free(&r.arena);
}

/* What is broken is kept, with a flag, under the id of its envelope. */
static void
test_broken(void **state)
{
	static const struct { const char *plain; enum raw_form form; const char *flag; } broken[] = {
		{ "", RAW_TEXT, "not_json" }, { "plain words", RAW_TEXT, "not_json" }, { "{\"msgid\":\"a\"", RAW_TEXT, "not_json" },
		{ "\xff\xfe", RAW_BYTES, "not_json" }, { "{\"msgid\":\"e1\",\"msgtype\":\"text\",\"text\":{\"content\":\"\xff\"}}", RAW_BYTES, "invalid_utf8" },
		{ "[1,2]", RAW_JSON, "unknown_type" }, { "{\"msgid\":\"e1\",\"msgid\":\"e1\"}", RAW_JSON, "duplicate_key" },
		{ "{\"msgid\":\"other\"}", RAW_JSON, "id_differs" }, { "{\"msgid\":\"e1\",\"msgtype\":\"text\",\"text\":{\"content\":\"\\udc00\"}}", RAW_JSON, "lone_surrogate" },
		{ "{\"msgid\":\"e1\",\"msgtype\":7}", RAW_JSON, "missing_fields" }
	};
	struct result r;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		map(&r, str_of(broken[i].plain), "e1");
		if (r.rec.raw_form != broken[i].form || !record_has_flag(&r.rec, broken[i].flag) || !str_is(r.rec.id, "e1") || r.rec.raw.p == NULL)
			fail_msg("%s: form %d, want %s", broken[i].plain, (int)r.rec.raw_form, broken[i].flag);
		arena_free(&r.arena);
	}
}

/* JSON in a string in JSON …, as deep as a string may be long. */
static void
test_nested(void **state)
{
	struct buf in, out;
	struct result r;
	unsigned i;

	(void)state;
	buf_init(&in, LIMIT_JSON_STRING);
	buf_init(&out, LIMIT_JSON_STRING);
	assert_int_equal(buf_addz(&in, "{\"sdkfileid\":\"DEEP\"}", NULL), ST_OK);
	for (i = 0; i < 12; i++) {
		buf_clear(&out);
		assert_int_equal(buf_addz(&out, "{\"item\":[{\"type\":\"ChatRecordMixed\",\"content\":", NULL), ST_OK);
		assert_int_equal(json_put_string(&out, buf_str(&in), NULL), ST_OK);
		assert_int_equal(buf_addz(&out, "}]}", NULL), ST_OK);
		buf_clear(&in);
		assert_int_equal(buf_str_add(&in, buf_str(&out), NULL), ST_OK);
	}
	buf_clear(&out);
	assert_int_equal(buf_addz(&out, "{\"msgid\":\"e1\",\"msgtype\":\"chatrecord\",\"chatrecord\":", NULL), ST_OK);
	assert_int_equal(buf_str_add(&out, buf_str(&in), NULL), ST_OK);
	assert_int_equal(buf_putc(&out, '}', NULL), ST_OK);
	map(&r, buf_str(&out), "e1");
	assert_int_equal(r.m.files.n, 1);
	assert_true(str_is(r.m.files.v[0].id, "DEEP"));
	arena_free(&r.arena);
	buf_free(&in);
	buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types), cmocka_unit_test(test_files), cmocka_unit_test(test_more_than_text), cmocka_unit_test(test_broken), cmocka_unit_test(test_nested)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
