/* record_encode and record_decode: exact lines, each the inverse of the other, and what is no record. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/limits.h"
#include "core/mem.h"
#include "core/record.h"

#define SALT	"{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\""

static void
sample(struct record *r)
{
	record_init(r, REC_MESSAGE, "messages");
	r->id = STR("m\"1");
	r->version = STR("2");
	r->tenant = STR("acme");
	r->platform = STR("wecom");
	r->endpoint = STR("chat");
	r->cursor = STR("");
	r->fetched_ms = 1700000000123;
	record_flag(r, "duplicate_key");
	record_flag(r, "other");
	record_set_time(r, "sent_at", 0);
	record_set(r, "action", STR("send\n"));
	record_set(r, "to", STR("[\"a\", \"b\"]"));
	record_set(r, "room", STR(""));
	r->n[record_field(REC_MESSAGE, "text")].not_granted = true;
	record_set(r, "files", STR("[]"));
	record_set(r, "seq", STR("123456789012345678901234567890"));
	record_set(r, "key_version", STR("007"));
	record_set(r, "payload", STR("{\"x\":[1.0,{}]}"));
	r->raw = STR("{\"a\":1,\"a\":\"\\ud800\"}");
}

static void
test_line(void **state)
{
	static const char want[] = ",\"kind\":\"message\",\"id\":\"m\\\"1\",\"version\":\"2\",\"tenant\":\"acme\",\"source\":{\"platform\":\"wecom\","
	    "\"endpoint\":\"chat\",\"cursor\":\"\",\"fetched_at\":\"2023-11-14T22:13:20.123Z\"},\"flags\":[\"duplicate_key\",\"other\"],"
	    "\"n\":{\"sent_at\":\"1970-01-01T00:00:00.000Z\",\"action\":\"send\\n\",\"to\":[\"a\",\"b\"],\"room\":\"\",\"text\":null,\"files\":[],"
	    "\"seq\":123456789012345678901234567890,\"key_version\":\"007\",\"payload\":{\"x\":[1.0,{}]}},\"raw\":{\"a\":1,\"a\":\"\\ud800\"}}";
	static const char small[] = ",\"kind\":\"gap\",\"id\":\"\",\"tenant\":\"\",\"source\":{},\"flags\":[],\"n\":{\"is_final\":true}}";
	struct record r;
	struct buf b;
	struct err err;

	(void)state;
	buf_init(&b, 1 << 20);
	sample(&r);
	assert_int_equal(record_encode(&r, &b, &err), ST_OK);
	assert_int_equal(buf_z(&b, &err), ST_OK);
	assert_string_equal(b.p, want);
	buf_clear(&b);
	record_init(&r, REC_GAP, "gaps");
	record_set(&r, "is_final", STR("true"));
	assert_int_equal(record_encode(&r, &b, &err), ST_OK);
	assert_int_equal(buf_z(&b, &err), ST_OK);
	assert_string_equal(b.p, small);
	buf_free(&b);
}

/* Encodes, decodes, encodes again: the bytes must be the same. */
static void
round_trip(const struct record *r, struct record *back, struct arena *a, struct buf *line)
{
	struct buf second;
	struct err err;
	size_t salt = sizeof(SALT) - 1;

	buf_clear(line);
	assert_int_equal(buf_addz(line, SALT, &err), ST_OK);
	assert_int_equal(record_encode(r, line, &err), ST_OK);
	if (record_decode(buf_str(line), a, back, &err) != ST_OK)
		fail_msg("%s: %.*s", err.text, (int)line->n, line->p);
	buf_init(&second, LIMIT_RECORD);
	assert_int_equal(record_encode(back, &second, &err), ST_OK);
	assert_int_equal(second.n, line->n - salt);
	assert_memory_equal(second.p, line->p + salt, second.n);
	buf_free(&second);
}

static void
test_round_trip(void **state)
{
	static const struct { struct str raw; enum raw_form form, want; } raws[] = {
		{ { "x\0\n\"", 4 }, RAW_TEXT, RAW_TEXT }, { { "", 0 }, RAW_TEXT, RAW_TEXT }, { { "\xef\xbf\xbf", 3 }, RAW_TEXT, RAW_BYTES },
		{ { "\xff", 1 }, RAW_BYTES, RAW_BYTES }, { { "\xff\0", 2 }, RAW_BYTES, RAW_BYTES }, { { "abc", 3 }, RAW_BYTES, RAW_BYTES },
		{ { "", 0 }, RAW_BYTES, RAW_BYTES }, { { "\xfe\xff\x80\x81", 4 }, RAW_BYTES, RAW_BYTES }, { { "\"\xff\"", 3 }, RAW_JSON, RAW_BYTES },
		{ { "\"s\"", 3 }, RAW_JSON, RAW_JSON }, { { "12e3", 4 }, RAW_JSON, RAW_JSON }, { { "[null]", 6 }, RAW_JSON, RAW_JSON },
	};
	struct record r, back;
	struct arena a;
	struct buf line;
	size_t i;
	int k;

	(void)state;
	buf_init(&line, LIMIT_RECORD);
	arena_init(&a, LIMIT_ARENA);
	sample(&r);
	round_trip(&r, &back, &a, &line);
	assert_int_equal(back.kind, REC_MESSAGE);
	assert_true(str_eq(back.id, r.id) && str_eq(back.version, r.version) && str_eq(back.tenant, r.tenant) && str_eq(back.cursor, r.cursor));
	assert_int_equal(back.fetched_ms, r.fetched_ms);
	assert_true(record_has_flag(&back, "duplicate_key") && record_has_flag(&back, "other"));
	for (k = 0; record_fields[REC_MESSAGE][k].name != NULL; k++) {
		assert_int_equal(back.n[k].not_granted, r.n[k].not_granted);
		assert_true(back.n[k].ms == r.n[k].ms);
		if (strcmp(record_fields[REC_MESSAGE][k].name, "to") != 0)
			assert_true(str_eq(back.n[k].s, r.n[k].s));
	}
	assert_true(str_eq(back.raw, r.raw));
	for (i = 0; i < sizeof(raws) / sizeof(raws[0]); i++) {
		r.raw = raws[i].raw;
		r.raw_form = raws[i].form;
		round_trip(&r, &back, &a, &line);
		assert_int_equal(back.raw_form, raws[i].want);
		assert_true(str_eq(back.raw, r.raw));
	}
	/* Every field of every kind, set to something. */
	for (k = 0; k < REC__MAX; k++) {
		record_init(&r, (enum record_kind)k, "x");
		for (i = 0; record_fields[k][i].name != NULL; i++) {
			if (record_fields[k][i].type == F_TIME)
				r.n[i].ms = 1234567890123 + (int64_t)i;
			else
				r.n[i].s = record_fields[k][i].type == F_LIST ? STR("[\"x\"]") : record_fields[k][i].type == F_JSON ? STR("[{}]") : STR("5");
		}
		round_trip(&r, &back, &a, &line);
		assert_int_equal(back.kind, k);
	}
	arena_free(&a);
	buf_free(&line);
}

/* What breaks a promise still leaves a line in UTF-8 of one line. */
static void
test_dirty(void **state)
{
	struct record r, back;
	struct arena a;
	struct buf line;

	(void)state;
	buf_init(&line, LIMIT_RECORD);
	arena_init(&a, LIMIT_ARENA);
	sample(&r);
	r.id = STR("a\xff\xef\xbf\xbe");
	record_set(&r, "payload", STR("[\"\xff\",\n1]"));
	r.raw = STR("[1,\n2]");
	round_trip(&r, &back, &a, &line);
	assert_null(memchr(line.p, '\n', line.n));
	assert_true(str_is(back.id, "a\xef\xbf\xbd\xef\xbf\xbd"));
	assert_true(str_is(record_get(&back, "payload"), "[\"\xef\xbf\xbd\",1]"));
	assert_true(str_is(back.raw, "[1,2]"));
	arena_free(&a);
	buf_free(&line);
}

#define HEAD	SALT ",\"kind\":\"user\",\"id\":\"1\",\"tenant\":\"t\",\"source\":{},\"flags\":[],"

static void
test_refused(void **state)
{
	static const struct { const char *in; enum status want; } t[] = {
		{ HEAD "\"n\":{}}", ST_OK }, { HEAD "\"n\":{\"later\":[1],\"id\":null},\"new\":{}}", ST_OK },
		{ "", ST_INPUT }, { "{}", ST_INPUT }, { "{\"_redacted\":\"00\"}", ST_INPUT }, { "{ \"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\"}", ST_INPUT },
		{ SALT "}", ST_INPUT }, { "{\"_s\":\"short\",\"kind\":\"user\"}", ST_INPUT }, { HEAD "\"n\":{}} ", ST_OK }, { HEAD "\"n\":{}}x", ST_INPUT },
		{ HEAD "\"n\":{},\"n\":{}}", ST_INPUT }, { HEAD "\"n\":{\"id\":\"1\",\"id\":\"1\"}}", ST_INPUT }, { HEAD "\"n\":{},\"_s\":\"x\"}", ST_INPUT },
		{ HEAD "\"n\":{\"id\":{}}}", ST_INPUT }, { HEAD "\"n\":{\"leaders\":1}}", ST_INPUT }, { HEAD "\"n\":[]}", ST_INPUT },
		{ HEAD "\"n\":{},\"raw\":1,\"raw_text\":\"\"}", ST_INPUT }, { HEAD "\"n\":{},\"raw_base64\":\"A\"}", ST_INPUT },
		{ HEAD "\"n\":{},\"raw_base64\":\"AB==\"}", ST_INPUT }, { HEAD "\"n\":{},\"raw_base64\":\"====\"}", ST_INPUT },
		{ HEAD "\"n\":{},\"raw_base64\":\"A=AA\"}", ST_INPUT }, { HEAD "\"n\":{},\"raw_base64\":\"AA==\"}", ST_OK },
		{ SALT ",\"kind\":\"alien\"}", ST_INPUT }, { SALT ",\"n\":{},\"kind\":\"user\"}", ST_INPUT },
		{ SALT ",\"kind\":\"user\",\"id\":1}", ST_INPUT }, { SALT ",\"kind\":\"user\",\"id\":\"1\",\"source\":{\"fetched_at\":\"now\"}}", ST_INPUT },
	};
	struct record r;
	struct arena a;
	struct err err;
	size_t i;

	(void)state;
	arena_init(&a, LIMIT_ARENA);
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		if (record_decode(str_of(t[i].in), &a, &r, &err) != t[i].want)
			fail_msg("%s", t[i].in);
	arena_free(&a);
}

static void
test_limits(void **state)
{
	struct record r, back;
	struct arena a;
	struct buf line, raw;
	struct err err;
	size_t n, i;

	(void)state;
	buf_init(&line, LIMIT_RECORD + 4096);
	buf_init(&raw, LIMIT_RECORD);
	arena_init(&a, LIMIT_ARENA);
	record_init(&r, REC_UNKNOWN, "x");
	r.raw_form = RAW_TEXT;
	r.raw = STR("");
	assert_int_equal(record_encode(&r, &line, &err), ST_OK);
	n = LIMIT_RECORD - (sizeof(SALT) - 1) - line.n;
	assert_int_equal(buf_room(&raw, n + 1, &err), ST_OK);
	memset(raw.p, 'x', n + 1);
	r.raw = (struct str){ raw.p, n };
	round_trip(&r, &back, &a, &line);
	assert_int_equal(line.n, LIMIT_RECORD);
	r.raw.n++;
	buf_clear(&line);
	assert_int_equal(record_encode(&r, &line, &err), ST_LIMIT);
	assert_int_equal(line.n, 0);
	/* A value as deep as a page may be is still a value inside a record. */
	buf_clear(&raw);
	for (i = 0; i < 2 * LIMIT_JSON_DEPTH; i++)
		assert_int_equal(buf_putc(&raw, i < LIMIT_JSON_DEPTH ? '[' : ']', &err), ST_OK);
	r.raw = buf_str(&raw);
	r.raw_form = RAW_JSON;
	round_trip(&r, &back, &a, &line);
	buf_free(&raw);
	buf_free(&line);
	arena_free(&a);
}

static void
test_no_memory(void **state)
{
	struct record r, back;
	struct arena a;
	struct buf line;
	struct err err;
	enum status st;
	long n;

	(void)state;
	sample(&r);
	record_set(&r, "payload", STR("[\"\xff\"]"));
	for (n = 1;; n++) {
		buf_init(&line, LIMIT_RECORD);
		arena_init(&a, LIMIT_ARENA);
		mem_fail_at(n);
		st = buf_addz(&line, SALT, &err);
		if (st == ST_OK)
			st = record_encode(&r, &line, &err);
		if (st == ST_OK)
			st = record_decode(buf_str(&line), &a, &back, &err);
		arena_free(&a);
		buf_free(&line);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_true(n > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line), cmocka_unit_test(test_round_trip), cmocka_unit_test(test_dirty), cmocka_unit_test(test_refused),
		cmocka_unit_test(test_limits), cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
