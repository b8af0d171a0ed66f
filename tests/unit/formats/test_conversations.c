/* test_conversations.c: who is who, and which message stands in which conversation and day. */
#include "shelf.h"

#include <fcntl.h>

#include "core/mem.h"
#include "formats/conversations.h"
#include "formats/reference.h"

static const struct format_options opt = { .made_ms = INT64_C(1795312800000) };

static struct str
name_of(struct reference *r, enum record_kind kind, const char *id, struct arena *a)
{
	struct str name;
	struct err err;

	return reference_name(r, kind, str_of(id), a, &name, &err) == ST_OK ? name : STR_NONE;
}

static void
names(void **state)
{
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = -1 };
	struct reference_file file;
	struct reference *r;
	struct arena a;
	struct str reason, detail, above;
	struct err err;

	(void)state;
	arena_init(&a, LIMIT_ARENA);
	records_open(&recs, "acme.jsonl");
	assert_int_equal(reference_open(&r, &in, &err), ST_OK);
	assert_true(str_is(name_of(r, REC_USER, "lin.yue", &a), "林月"));
	assert_true(str_is(name_of(r, REC_DEPARTMENT, "2", &a), "结构组"));
	assert_true(str_is(name_of(r, REC_ROOM, "wr1", &a), "结构组周会"));
	assert_true(str_is(name_of(r, REC_TEMPLATE, "T1", &a), "报销"));
	assert_null(name_of(r, REC_USER, "2", &a).p);
	assert_null(name_of(r, REC_USER, "u-77", &a).p);
	assert_null(name_of(r, REC_USER, "", &a).p);
	assert_int_equal(reference_above(r, STR("2"), &a, &above, &err), ST_OK);
	assert_true(str_is(above, "1"));
	assert_int_equal(reference_above(r, STR("77"), &a, &above, &err), ST_END);
	assert_int_equal(reference_file(r, "messages", STR("m10"), STR("f1"), &a, &file, &err), ST_OK);
	assert_true(str_is(file.path, "data/files/000/000001.dwg") && str_is(file.size, "8589934592") && file.gap.p == NULL);
	assert_int_equal(reference_file(r, "approvals", STR("other"), STR("f1"), &a, &file, &err), ST_OK);
	assert_true(str_is(file.name, "../../图纸=final.dwg"));
	assert_int_equal(reference_file(r, "messages", STR("m10"), STR("f2"), &a, &file, &err), ST_OK);
	assert_true(str_is(file.gap, "expired") && str_is(file.gap_detail, "40007 invalid media_id") && file.path.p == NULL);
	assert_int_equal(reference_file(r, "messages", STR("m10"), STR("f3"), &a, &file, &err), ST_END);
	assert_int_equal(reference_gap(r, "files", STR("f2"), &a, &reason, &detail, &err), ST_OK);
	assert_int_equal(reference_gap(r, "messages", STR("f2"), &a, &reason, &detail, &err), ST_END);
	assert_int_equal(reference_gap(r, "messages", STR(""), &a, &reason, &detail, &err), ST_END);
	reference_close(r);
	reference_close(NULL);
	records_close(&recs);
	arena_free(&a);
}

struct seen { struct conversations *c; struct buf text; };

static enum status
each_message(void *ctx, const struct record *rec, struct err *err)
{
	struct seen *s = ctx;

	assert_string_equal(rec->stream, "messages");
	assert_non_null(rec->line.p);
	return buf_addf(&s->text, err, " %.*s", STR_ARG(rec->id));
}

struct at { struct seen *s; int64_t number; };

static enum status
each_day(void *ctx, const char *day, uint64_t n, struct err *err)
{
	struct at *at = ctx;
	enum status st;

	if ((st = buf_addf(&at->s->text, err, "  %s %d:", day, (int)n)) != ST_OK ||
	    (st = conversations_messages(at->s->c, at->number, day, each_message, at->s, err)) != ST_OK)
		return st;
	return buf_putc(&at->s->text, '\n', err);
}

static enum status
each_conversation(void *ctx, const struct conversation *now, struct err *err)
{
	struct seen *s = ctx;
	struct at at = { s, now->number };
	enum status st;

	if ((st = buf_addf(&s->text, err, "%d %s %.*s %d in %d\n", (int)now->number, now->room.p != NULL ? "room" : "of",
	    STR_ARG(now->room.p != NULL ? now->room : now->members), (int)now->n_messages, (int)now->n_days)) != ST_OK)
		return st;
	return conversations_days(s->c, now->number, each_day, &at, err);
}

/* The list was written by hand from the records: m1 is sent at midnight in Shanghai, m10 in the last millisecond of November, m11 in the first of December. */
static const char want[] =
    "1 of [\"lin.yue\",\"shen.bo\"] 10 in 4\n"
    "  undated 1: m12\n"
    "  2026-11-22 7: m1 m2 m4 m5 m7 m8 m9\n"
    "  2026-11-30 1: m10\n"
    "  2026-12-01 1: m11\n"
    "2 room wr1 1 in 1\n"
    "  2026-11-22 1: m3\n"
    "3 of [\"shen.bo\",\"wm-external\"] 1 in 1\n"
    "  2026-11-22 1: m6\n";

static void
places(void **state)
{
	struct records recs;
	struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = -1 };
	struct conversations_place place;
	struct seen s = { 0 };
	struct arena a;
	struct str line;
	struct err err;

	(void)state;
	arena_init(&a, LIMIT_ARENA);
	records_open(&recs, "acme.jsonl");
	buf_init(&s.text, 65536);
	assert_int_equal(conversations_open(&s.c, &in, &err), ST_OK);
	assert_int_equal(conversations_each(s.c, each_conversation, &s, &err), ST_OK);
	assert_int_equal(buf_z(&s.text, &err), ST_OK);
	assert_string_equal(s.text.p, want);
	assert_int_equal(conversations_find(s.c, STR("m3"), &a, &place, &err), ST_OK);
	assert_int_equal(place.number, 2);
	assert_string_equal(place.day, "2026-11-22");
	assert_non_null(memmem(place.line.p, place.line.n, "\"id\":\"m3\"", 9));
	assert_int_equal(conversations_find(s.c, STR("m99"), &a, &place, &err), ST_END);
	assert_int_equal(conversations_recall(s.c, STR("m3"), &a, &line, &err), ST_OK);
	assert_non_null(memmem(line.p, line.n, "\"id\":\"m9\"", 9));
	assert_int_equal(conversations_recall(s.c, STR("m9"), &a, &line, &err), ST_END);
	conversations_close(s.c);
	conversations_close(NULL);
	buf_free(&s.text);
	records_close(&recs);
	arena_free(&a);
}

/* Nothing stays in the directory of temporary files, whatever fails. */
static void
leaves_nothing(void **state)
{
	char dir[] = "/tmp/custody-test-XXXXXX";
	struct records recs;
	struct conversations *c = NULL;
	struct reference *r = NULL;
	enum status st;
	struct err err;
	long i;
	int fd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(fd >= 0);
	records_open(&recs, "acme.jsonl");
	for (i = 1;; i++) {
		struct view_input in = { .opt = &opt, .records = &recs.iter, .scratch = fd };

		c = NULL;
		r = NULL;
		mem_fail_at(i);
		if ((st = conversations_open(&c, &in, &err)) == ST_OK)
			st = reference_open(&r, &in, &err);
		conversations_close(c);
		reference_close(r);
		if (!mem_fail_hit())
			break;
		assert_int_equal(st, ST_NOMEM);
	}
	mem_fail_at(0);
	assert_int_equal(st, ST_OK);
	assert_int_equal(rmdir(dir), 0);
	close(fd);
	records_close(&recs);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(names), cmocka_unit_test(places), cmocka_unit_test(leaves_nothing) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
