/*
 * test_golden.c: the records of tests/golden/records become exactly the files below tests/golden/views, once put one by one, and once with every
 * table opened anew between two records.
 *
 * With CUSTODY_GOLDEN_UPDATE set in the environment the files are written instead; look at the difference before you keep it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "core/limits.h"
#include "formats/views.h"

#define GOLDEN		TEST_SOURCE_DIR "/tests/golden/"
#define VIEWS_MAX	32

struct shelf {
	struct views_place place;
	struct { char path[101]; struct sink_mem sink; struct buf buf; } at[VIEWS_MAX];
	size_t n;
};
struct source { struct record_iter iter; struct buf text; };

static enum status
shelf_sink(struct views_place *p, const char *path, struct sink **out, struct err *err)
{
	struct shelf *s = (struct shelf *)p;
	size_t i;

	(void)err;
	for (i = 0; i < s->n && strcmp(s->at[i].path, path) != 0; i++)
		;
	if (i == s->n) {
		assert_true(s->n++ < VIEWS_MAX);
		(void)snprintf(s->at[i].path, sizeof(s->at[i].path), "%s", path);
		buf_init(&s->at[i].buf, (size_t)1 << 24);
		sink_mem_init(&s->at[i].sink, &s->at[i].buf);
	}
	*out = &s->at[i].sink.sink;
	return ST_OK;
}

static void
shelf_empty(struct shelf *s)
{
	while (s->n > 0)
		buf_free(&s->at[--s->n].buf);
}

static bool
load(const char *path, struct buf *out)
{
	char block[4096];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		return false;
	while ((n = fread(block, 1, sizeof(block), f)) > 0)
		assert_int_equal(buf_add(out, block, n, NULL), ST_OK);
	assert_int_equal(ferror(f), 0);
	assert_int_equal(fclose(f), 0);
	return true;
}

static void
save(const char *path, struct str s)
{
	char dir[4096];
	FILE *f;
	char *p;

	(void)snprintf(dir, sizeof(dir), "%s", path);
	for (p = dir + strlen(GOLDEN); (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		(void)mkdir(dir, 0777);
	}
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

/* Every record of ${stream} (NULL: of all). */
static enum status
source_run(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	static const char *const streams[] = { "departments", "users", "messages", "rooms", "approvals", "approval-templates", "files", "gaps", "limits" };
	const struct buf *text = &((struct source *)it)->text;
	struct arena arena;
	enum status st = ST_OK;
	size_t i, k;

	arena_init(&arena, LIMIT_ARENA);
	for (i = 0; st == ST_OK && i < text->n;) {
		const char *end = memchr(text->p + i, '\n', text->n - i);
		struct record rec;
		struct str line, of;

		assert_non_null(end);
		line = (struct str){ text->p + i, (size_t)(end - text->p) - i };
		i += line.n + 1;
		arena_reset(&arena);
		if ((st = record_decode(line, &arena, &rec, err)) != ST_OK)
			fail_msg("%s: %.*s", err->text, STR_ARG(line));
		of = rec.endpoint;	/* in these records the endpoint has the name of the stream */
		for (k = 0; k < sizeof(streams) / sizeof(streams[0]) && !str_is(of, streams[k]); k++)
			;
		assert_true(k < sizeof(streams) / sizeof(streams[0]));
		rec.stream = streams[k];
		if (stream == NULL || strcmp(stream, rec.stream) == 0)
			st = each(ctx, &rec, err);
	}
	arena_free(&arena);
	return st;
}

struct pump { struct views *views; struct shelf *shelf; bool anew; };
static const struct format_options opt = { .crlf = true, .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000) };

static enum status
pump_each(void *ctx, const struct record *rec, struct err *err)
{
	struct pump *p = ctx;

	if (p->anew) {
		views_close(p->views);
		assert_int_equal(views_open(&p->views, &opt, &p->shelf->place, err), ST_OK);
	}
	return views_put(p->views, rec, err);
}

static void
make(struct shelf *shelf, bool anew)
{
	struct source src = { { source_run }, { 0 } };
	struct pump p = { NULL, shelf, anew };
	struct err err;

	err_init(&err);
	buf_init(&src.text, (size_t)1 << 24);
	assert_true(load(GOLDEN "records/acme.jsonl", &src.text));
	assert_int_equal(views_open(&p.views, &opt, &shelf->place, &err), ST_OK);
	assert_int_equal(source_run(&src.iter, NULL, pump_each, &p, &err), ST_OK);
	assert_int_equal(views_finish(p.views, &src.iter, &err), ST_OK);
	views_close(p.views);
	buf_free(&src.text);
}

static void
exact_bytes(void **state)
{
	struct shelf shelf = { .place = { shelf_sink } };
	const bool update = getenv("CUSTODY_GOLDEN_UPDATE") != NULL;
	int anew;
	size_t i;

	(void)state;
	for (anew = 0; anew < 2; anew++) {
		make(&shelf, anew != 0);
		assert_int_equal(shelf.n, 15);
		for (i = 0; i < shelf.n; i++) {
			char path[4096];
			struct buf want;

			if (strcmp(shelf.at[i].path, "data/views/org/departments.xsd") == 0)	/* laid beside the document as it is */
				(void)snprintf(path, sizeof(path), "%s", TEST_SOURCE_DIR "/formats/departments.xsd");
			else
				(void)snprintf(path, sizeof(path), "%sviews/%s", GOLDEN, shelf.at[i].path);
			buf_init(&want, (size_t)1 << 24);
			if (update && anew == 0 && strstr(path, GOLDEN) != NULL)
				save(path, buf_str(&shelf.at[i].buf));
			if (!load(path, &want))
				fail_msg("%s is missing", path);
			if (!str_eq(buf_str(&want), buf_str(&shelf.at[i].buf)))
				fail_msg("%s differs:\n%.*s", shelf.at[i].path, STR_ARG(buf_str(&shelf.at[i].buf)));
			buf_free(&want);
		}
		shelf_empty(&shelf);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(exact_bytes) };

	if (when_zone("Asia/Shanghai", NULL) != ST_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
