/* test_map.c: WeCom's shapes become records: every control, both forms of the route, hostile objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/limits.h"
#include "exporters/map.h"

#define PAGES	TEST_SOURCE_DIR "/fixtures/http/wecom/"

static struct platform *platform;

struct mapping { struct buf file; struct arena a; struct json_node *t; size_t n; struct record rec; uint64_t absent; };

static void
map_text_of(struct mapping *m, const char *stream, struct str text, const char *path)
{
	struct map_ctx ctx = { platform, platform_stream(platform, stream), "acme", "/cgi-bin/test", STR_NONE, STR("asked"), 0 };
	struct err err;
	size_t i;

	arena_init(&m->a, LIMIT_ARENA);
	assert_int_equal(json_tape(text, &m->a, &m->t, &m->n, &err), ST_OK);
	i = path[0] == '\0' ? 0 : json_path(m->t, 0, path);
	assert_true(path[0] == '\0' || i != 0);
	assert_int_equal(map_record(&ctx, m->t, i, &m->a, &m->rec, &m->absent, &err), ST_OK);
}

static void
map_file(struct mapping *m, const char *stream, const char *file, const char *path)
{
	char name[256];
	struct err err;

	(void)snprintf(name, sizeof(name), PAGES "%s", file);
	buf_init(&m->file, LIMIT_PAGE);
	assert_int_equal(fs_load(AT_FDCWD, name, LIMIT_PAGE, &m->file, &err), ST_OK);
	map_text_of(m, stream, buf_str(&m->file), path);
}

static void
map_end(struct mapping *m)
{
	arena_free(&m->a);
	buf_free(&m->file);
}

static void
has(const struct record *rec, const char *field, const char *want)
{
	struct str s = record_get(rec, field);

	if (!str_is(s, want))
		fail_msg("%s: \"%.*s\", not \"%s\"", field, STR_ARG(s), want);
}

static void
holds(const struct record *rec, const char *field, const char *want)
{
	struct str s = record_get(rec, field);

	if (s.p == NULL || memmem(s.p, s.n, want, strlen(want)) == NULL)
		fail_msg("%s lacks \"%s\"", field, want);
}

static void
test_department(void **state)
{
	struct mapping m = { 0 };

	(void)state;
	map_file(&m, "departments", "department.list.json", "department.1");
	has(&m.rec, "id", "7");
	has(&m.rec, "parent_id", "1");
	has(&m.rec, "name", "财务部");
	has(&m.rec, "name_en", "");
	has(&m.rec, "order", "4294967295");
	has(&m.rec, "leaders", "[]");
	assert_true(m.rec.raw_form == RAW_JSON);
	assert_true(str_is(m.rec.raw, "{\"id\":7,\"name\":\"财务部\",\"name_en\":\"\",\"department_leader\":[],\"parentid\":1,\"order\":4294967295}"));
	map_end(&m);
	map_file(&m, "departments", "department.list.json", "department.2");
	assert_null(record_get(&m.rec, "name_en").p);		/* absent is not empty */
	assert_null(record_get(&m.rec, "leaders").p);
	map_end(&m);
}

static void
test_user(void **state)
{
	struct mapping m = { 0 };

	(void)state;
	map_file(&m, "users", "user.list.1.json", "userlist.0");
	has(&m.rec, "id", "linyue");
	has(&m.rec, "status", "active");
	has(&m.rec, "gender", "female");
	has(&m.rec, "name_en", "Lin Yue");
	has(&m.rec, "leaders", "[]");
	has(&m.rec, "departments", "[{\"id\":\"1\",\"order\":10,\"is_leader\":true},{\"id\":\"7\",\"order\":4294967295,\"is_leader\":false}]");
	has(&m.rec, "attributes", "[{\"name\":\"工号\",\"value\":\"H-001\"},{\"name\":\"主页\",\"value\":\"个人主页\",\"url\":\"https://haifeng.example/lin\"}]");
	assert_true(m.rec.n[record_field(REC_USER, "mobile")].not_granted);
	assert_false(m.rec.n[record_field(REC_USER, "email")].not_granted);
	assert_int_equal(m.absent, 1u << 1 | 1u << 3 | 1u << 4 | 1u << 5);
	map_end(&m);
	map_file(&m, "users", "user.list.9.json", "userlist.0");
	has(&m.rec, "status", "9");		/* a value we have no word for stays */
	map_end(&m);
}

static void
test_approval(void **state)
{
	static const char *const texts[] = {
		"\"title\":\"事由\",\"text\":\"采购纸张\",\"value\":\"采购纸张\"", "\"text\":\"第一行\\n第二行\"", "\"title\":\"数量\",\"text\":\"12\",\"value\":\"12\"",
		"\"title\":\"旧数量\",\"text\":\"7\",\"value\":\"7\"", "\"text\":\"360.40\"", "\"title\":\"日期\",\"text\":\"2026-01-01\"",
		"\"text\":\"办公; 耗材\"", "\"text\":\"乔安 qiaoan\"", "\"text\":\"财务部 7\",\"value\":[{\"openapi_id\":\"7\"", "\"title\":\"发票\",\"text\":\"MEDIA-A; MEDIA-GONE\"",
		"\"rows\":[[{\"id\":\"Text-90\",\"control\":\"Text\",\"title\":\"品名\",\"text\":\"A4 纸\"", "\"text\":\"订书钉\"",
		"\"text\":\"年假, 2026-01-01 09:00 – 2026-01-01 10:00 (1.00 h)\"", "\"title\":\"外出\",\"text\":\"2026-01-01 09:00 – 2026-01-01 10:00 (1.00 h)\"",
		"\"text\":\"早退 2026-01-01 09:00\"", "\"text\":\"码头, 海边路 3 号, 2026-01-01 09:00\"", "\"text\":\"采购 202601019998 乔安\"",
		"\"text\":\"42.0\"", "\"text\":\"海风贸易, 1234567890123456789, 虚构银行, 港口支行\"",
		"\"control\":\"HoloSign\",\"title\":\"全息签名\",\"text\":\"\",\"value\":{",
	};
	struct mapping m = { 0 };
	size_t i;

	(void)state;
	map_file(&m, "approvals", "oa.getapprovaldetail.json", "info");
	has(&m.rec, "id", "202601010007");
	has(&m.rec, "status", "approved");
	has(&m.rec, "applicant", "qiaoan");
	has(&m.rec, "applicant_department", "7");
	has(&m.rec, "applicants", "[\"qiaoan\",\"shenmo\"]");
	has(&m.rec, "notified", "[\"shenmo\"]");
	assert_int_equal(m.rec.n[record_field(REC_APPROVAL, "applied_at")].ms, INT64_C(1767225600000));
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		holds(&m.rec, "fields", texts[i]);
	has(&m.rec, "route", "[{\"role\":\"approver\",\"mode\":\"in_turn\",\"status\":\"approved\",\"people\":[{\"id\":\"linyue\",\"status\":\"agreed\","
	    "\"at\":\"2026-01-01T01:00:00.000Z\",\"text\":\"同意\",\"files\":[\"MEDIA-D\"]},{\"id\":\"shenmo\",\"status\":\"77\",\"at\":null,\"text\":\"\"}]},"
	    "{\"role\":\"copy\",\"people\":[{\"id\":\"shenmo\"}]}]");
	has(&m.rec, "comments", "[{\"id\":\"6000000000000000017\",\"by\":\"linyue\",\"at\":\"2026-01-01T01:01:40.000Z\",\"text\":\"请尽快\",\"files\":[\"MEDIA-C\"]}]");
	has(&m.rec, "files", "[\"MEDIA-A\",\"MEDIA-A\",\"MEDIA-GONE\",\"MEDIA-B\",\"MEDIA-C\",\"MEDIA-D\"]");
	assert_true(record_has_flag(&m.rec, "unknown_control"));
	assert_int_equal(m.rec.version.n, 16);
	map_end(&m);
}

/* Public reference of WeCom, page 91983: a step's 4, 11, 12 and 13 are acts of the signers, not states of the whole. */
static void
test_states_of_steps(void **state)
{
	struct mapping m = { 0 };

	(void)state;
	map_text_of(&m, "approvals", STR("{\"sp_no\":\"1\",\"sp_status\":4,\"sp_record\":[{\"sp_status\":4,\"details\":[]},{\"sp_status\":11,\"details\":[]},"
	    "{\"sp_status\":12,\"details\":[]},{\"sp_status\":13,\"details\":[]},{\"sp_status\":99,\"details\":[]}]}"), "");
	has(&m.rec, "status", "withdrawn");
	has(&m.rec, "route", "[{\"role\":\"approver\",\"status\":\"transferred\",\"people\":[]},{\"role\":\"approver\",\"status\":\"sent_back\",\"people\":[]},"
	    "{\"role\":\"approver\",\"status\":\"signer_added\",\"people\":[]},{\"role\":\"approver\",\"status\":\"agreed_and_signer_added\",\"people\":[]},"
	    "{\"role\":\"approver\",\"status\":\"99\",\"people\":[]}]");
	map_end(&m);
}

static void
test_old_approval(void **state)
{
	struct mapping m = { 0 };

	(void)state;
	map_file(&m, "approvals", "oa.getapprovaldetail.old.json", "info");
	has(&m.rec, "status", "in_progress");
	has(&m.rec, "route", "[{\"role\":\"approver\",\"mode\":\"all\",\"status\":\"in_progress\",\"people\":[{\"id\":\"qiaoan\",\"status\":\"pending\",\"at\":null,\"text\":\"\"}]}]");
	has(&m.rec, "files", "[]");
	assert_false(record_has_flag(&m.rec, "unknown_control"));
	map_end(&m);
}

/* One control of a form, as a reader sees it. */
static void
test_forms(void **state)
{
	static const struct { const char *control, *value, *want; } cases[] = {
		/* 2026-01-01T00:00+08:00 is still the year before in New York: the day that was chosen there */
		{ "Date", "{\"date\":{\"type\":\"day\",\"s_timestamp\":\"1767243600\",\"timezone_info\":{\"zone_offset\":\"-5:00\"}}}", "\"text\":\"2026-01-01\"" },
		{ "Date", "{\"date\":{\"type\":\"day\",\"s_timestamp\":\"1767196800\",\"timezone_info\":{\"zone_offset\":\"-5:00\"}}}", "\"text\":\"2025-12-31\"" },
		{ "Date", "{\"date\":{\"type\":\"hour\",\"s_timestamp\":\"1767225600\",\"timezone_info\":{\"zone_offset\":\"+5:30\"}}}", "\"text\":\"2026-01-01 05:30 +05:30\"" },
		{ "Date", "{\"date\":{\"type\":\"hour\",\"s_timestamp\":\"1767225600\",\"timezone_info\":{\"zone_offset\":\"+08:00\"}}}", "\"text\":\"2026-01-01 08:00\"" },
		{ "Date", "{\"date\":{\"type\":\"hour\",\"s_timestamp\":\"1767225600\",\"timezone_info\":{\"zone_offset\":\"8\"}}}", "\"text\":\"2026-01-01 08:00\"" },
		{ "Date", "{\"date\":{\"type\":\"hour\",\"s_timestamp\":\"1767225600\",\"timezone_info\":{\"zone_offset\":\"+8:77\"}}}", "\"text\":\"2026-01-01 08:00\"" },
		{ "DateRange", "{\"date_range\":{\"new_begin\":1767225600,\"new_end\":1767229200,\"new_duration\":3600,\"timezone_info\":{\"zone_offset\":\"-03:30\"}}}",
		    "\"text\":\"2025-12-31 20:30 -03:30 – 2025-12-31 21:30 -03:30 (1.00 h)\"" },
		{ "Number", "{\"new_number\":\"\",\"number\":\"7\"}", "\"text\":\"7\",\"value\":\"7\"" },
		{ "Money", "{\"new_money\":\"1.50\",\"money\":\"9\"}", "\"text\":\"1.50\",\"value\":\"1.50\"" },
		{ "Number", "{\"new_number\":12}", "\"text\":\"12\",\"value\":12" },
		{ "Contact", "{\"members\":[]}", "\"text\":\"\",\"value\":[]" },
		{ "Selector", "{\"selector\":{\"type\":\"single\",\"options\":[{\"key\":\"k\",\"value\":[{\"text\":\"Ship\",\"lang\":\"en\"},{\"text\":\"船\",\"lang\":\"zh_CN\"}]}]}}",
		    "\"text\":\"船\"" },
		{ "Selector", "{\"selector\":{\"options\":[{\"key\":\"k\"}]}}", "\"text\":\"k\"" },
	};
	struct mapping m = { 0 };
	char text[1024];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "{\"sp_no\":\"1\",\"apply_data\":{\"contents\":[{\"control\":\"%s\",\"id\":\"x\",\"title\":[],\"value\":%s}]}}",
		    cases[i].control, cases[i].value);
		map_text_of(&m, "approvals", str_of(text), "");
		holds(&m.rec, "fields", cases[i].want);
		map_end(&m);
	}
}

/* A media id is one wherever and however it stands. */
static void
test_media_ids(void **state)
{
	struct mapping m = { 0 };

	(void)state;
	map_text_of(&m, "approvals", STR("{\"sp_no\":\"1\",\"apply_data\":{\"contents\":[{\"control\":\"File\",\"value\":{\"files\":[{\"file_id\":12345678901234567890},"
	    "{\"file_id\":\"\"},{\"file_id\":\"A\"}]}},{\"control\":\"Later\",\"value\":{\"deep\":{\"media_ids\":[\"B\",7,null,{}]}}}]},"
	    "\"comments\":[{\"media_id\":\"C\"}],\"sp_record\":[{\"details\":[{\"media_id\":[\"D\"]}]}]}"), "");
	has(&m.rec, "files", "[\"12345678901234567890\",\"A\",\"B\",\"7\",\"C\",\"D\"]");
	map_end(&m);
}

/* Numbers may come as texts; a member of many departments is in all of them. */
static void
test_memberships(void **state)
{
	struct mapping m = { 0 };
	struct buf b;
	unsigned i;

	(void)state;
	map_text_of(&m, "users", STR("{\"userid\":\"a\",\"department\":[\"7\",8],\"order\":[\"4294967295\",1.5],\"is_leader_in_dept\":[\"1\",\"0\"]}"), "");
	has(&m.rec, "departments", "[{\"id\":\"7\",\"order\":4294967295,\"is_leader\":true},{\"id\":\"8\",\"order\":1.5,\"is_leader\":false}]");
	map_end(&m);
	buf_init(&b, LIMIT_PAGE);
	assert_int_equal(buf_addz(&b, "{\"userid\":\"a\",\"department\":[1", NULL), ST_OK);
	for (i = 2; i <= 3000; i++)
		assert_int_equal(buf_addf(&b, NULL, ",%u", i), ST_OK);
	assert_int_equal(buf_addz(&b, "],\"order\":[5],\"is_leader_in_dept\":[]}", NULL), ST_OK);
	map_text_of(&m, "users", buf_str(&b), "");
	holds(&m.rec, "departments", "[{\"id\":\"1\",\"order\":5},{\"id\":\"2\"},");
	holds(&m.rec, "departments", ",{\"id\":\"3000\"}]");
	map_end(&m);
	buf_free(&b);
}

static void
test_asked_id(void **state)
{
	struct mapping m = { 0 };

	(void)state;
	map_file(&m, "approval-templates", "oa.gettemplatedetail.json", "");
	has(&m.rec, "id", "asked");
	has(&m.rec, "name", "采购申请");
	holds(&m.rec, "controls", "[{\"property\":{\"control\":\"Text\"");
	map_end(&m);
	map_file(&m, "rooms", "msgaudit.groupchat.get.json", "");
	has(&m.rec, "name", "码头值班");
	has(&m.rec, "members", "[{\"id\":\"linyue\",\"joined_at\":\"2026-01-01T00:00:01.000Z\"},{\"id\":\"shenmo\",\"joined_at\":null}]");
	map_end(&m);
}

static void
test_hostile(void **state)
{
	static const struct { const char *text; enum record_kind kind; const char *flag; enum raw_form form; } cases[] = {
		{ "{\"userid\":\"a\",\"name\":\"x\",\"name\":\"y\"}", REC_USER, "duplicate_key", RAW_JSON },
		{ "{\"userid\":\"a\",\"name\":\"\\ud800\"}", REC_USER, "lone_surrogate", RAW_JSON },
		{ "{\"userid\":\"a\",\"name\":\"\xff\"}", REC_USER, "invalid_utf8", RAW_BYTES },
		{ "{\"name\":\"nobody\"}", REC_UNKNOWN, "unknown_type", RAW_JSON },
		{ "{\"userid\":\"\",\"name\":\"nobody\"}", REC_UNKNOWN, "unknown_type", RAW_JSON },
		{ "\"text\"", REC_UNKNOWN, "unknown_type", RAW_JSON },
		{ "[]", REC_UNKNOWN, "unknown_type", RAW_JSON },
		{ "{\"userid\":{\"a\":1}}", REC_UNKNOWN, "unknown_type", RAW_JSON },
		{ "{\"userid\":12345678901234567890123,\"department\":7,\"extattr\":[],\"direct_leader\":{}}", REC_USER, NULL, RAW_JSON },
		{ "{\"userid\":\"a\",\"department\":[1,2],\"order\":[],\"is_leader_in_dept\":\"x\",\"extattr\":{\"attrs\":[1,null,{}]}}", REC_USER, NULL, RAW_JSON },
	};
	struct mapping m = { 0 };
	struct buf line;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		map_text_of(&m, "users", str_of(cases[i].text), "");
		assert_int_equal(m.rec.kind, cases[i].kind);
		assert_int_equal(m.rec.raw_form, cases[i].form);
		assert_true(cases[i].flag == NULL || record_has_flag(&m.rec, cases[i].flag));
		assert_true(m.rec.id.n > 0);
		buf_init(&line, LIMIT_RECORD);
		assert_int_equal(record_encode(&m.rec, &line, NULL), ST_OK);
		buf_free(&line);
		map_end(&m);
	}
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
		cmocka_unit_test(test_department), cmocka_unit_test(test_user), cmocka_unit_test(test_approval), cmocka_unit_test(test_states_of_steps), cmocka_unit_test(test_old_approval),
		cmocka_unit_test(test_asked_id), cmocka_unit_test(test_forms), cmocka_unit_test(test_memberships), cmocka_unit_test(test_media_ids), cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
