/*
 * shelf.h: for tests of views: a place that keeps every file in memory, the records of a file of lines as an archive would give them, and
 * what a family reads back from its files.
 */
#ifndef TESTS_SHELF_H
#define TESTS_SHELF_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "core/limits.h"
#include "core/view.h"

#define SHELF_MAX 256
#define GOLDEN TEST_SOURCE_DIR "/tests/golden/"
#define UNUSED __attribute__((unused))

struct shelf {
	struct view_place place;
	struct {
		char path[LIMIT_PATH + 1];
		struct sink_mem sink;
		struct buf buf;
	} at[SHELF_MAX];
	size_t n;
	bool open;
};

static enum status
shelf_append(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct shelf *s = (struct shelf *)p;
	size_t i;

	(void)err;
	for (i = 0; i < s->n && strcmp(s->at[i].path, path) != 0; i++)
		;
	if (i == s->n) {
		assert_true(s->n++ < SHELF_MAX);
		assert_true(strlen(path) <= LIMIT_PATH);
		memcpy(s->at[i].path, path, strlen(path) + 1);
		buf_init(&s->at[i].buf, (size_t)1 << 28);
		sink_mem_init(&s->at[i].sink, &s->at[i].buf);
	}
	*out = &s->at[i].sink.sink;
	return ST_OK;
}

static enum status
shelf_begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct shelf *s = (struct shelf *)p;
	size_t i;

	assert_false(s->open);
	assert_true(strlen(path) <= VIEW_PATH_MAX);
	for (i = 0; i < s->n; i++)
		assert_string_not_equal(s->at[i].path, path);
	s->open = true;
	return shelf_append(p, path, out, err);
}

static enum status
shelf_end(struct view_place *p, struct err *err)
{
	struct shelf *s = (struct shelf *)p;

	(void)err;
	assert_true(s->open);
	s->open = false;
	return ST_OK;
}

static void UNUSED
shelf_init(struct shelf *s)
{
	memset(s, 0, sizeof(*s));
	s->place = (struct view_place){ shelf_append, shelf_begin, shelf_end };
}

static void UNUSED
shelf_empty(struct shelf *s)
{
	while (s->n > 0)
		buf_free(&s->at[--s->n].buf);
	s->open = false;
}

/* What stands at ${path}; absent: nothing. */
static struct str UNUSED
shelf_get(const struct shelf *s, const char *path)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (strcmp(s->at[i].path, path) == 0)
			return buf_str(&s->at[i].buf);
	return STR_NONE;
}

static bool UNUSED
shelf_load(const char *path, struct buf *out)
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

static void UNUSED
shelf_save(const char *path, struct str s)
{
	char dir[4096];
	FILE *f;
	char *p;

	(void)snprintf(dir, sizeof(dir), "%s", path);
	for (p = dir + 1; (p = strchr(p, '/')) != NULL; *p++ = '/') {
		*p = '\0';
		(void)mkdir(dir, 0777);
	}
	f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(s.p, 1, s.n, f), s.n);
	assert_int_equal(fclose(f), 0);
}

/*
 * shelf_golden(s, path): the file ${path} on the shelf is that of tests/golden/views, byte for byte.  With CUSTODY_GOLDEN_UPDATE in the environment the
 * golden file is written instead; look at the difference before you keep it.
 */
static void UNUSED
shelf_golden(const struct shelf *s, const char *path)
{
	const struct str made = shelf_get(s, path);
	char file[4096];
	struct buf want;

	if (made.p == NULL)
		fail_msg("%s was not made", path);
	/* A schema is laid beside its document as it is. */
	if (strlen(path) > 4 && strcmp(path + strlen(path) - 4, ".xsd") == 0)
		(void)snprintf(file, sizeof(file), "%s/formats/%s", TEST_SOURCE_DIR, strrchr(path, '/') + 1);
	else
		(void)snprintf(file, sizeof(file), "%sviews/%s", GOLDEN, path);
	if (getenv("CUSTODY_GOLDEN_UPDATE") != NULL && strstr(file, GOLDEN) != NULL)
		shelf_save(file, made);
	buf_init(&want, (size_t)1 << 28);
	if (!shelf_load(file, &want))
		fail_msg("%s is missing", file);
	if (!str_eq(buf_str(&want), made))
		fail_msg("%s differs from %s (%zu and %zu bytes)", path, file, made.n, want.n);
	buf_free(&want);
}

/* Records of an archive, line by line in ${text}; the endpoint of each has the name of its stream. */
struct records {
	struct record_iter iter;
	struct buf text;
};

static const char *const record_streams[] = { "departments", "users", "messages", "rooms", "approvals", "approval-templates", "files", "gaps",
	"limits", "events", NULL };

static enum status
records_run(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	const struct buf *text = &((struct records *)it)->text;
	struct arena arena;
	enum status st = ST_OK;
	size_t i, k;

	arena_init(&arena, LIMIT_ARENA);
	for (i = 0; st == ST_OK && i < text->n;) {
		const char *end = memchr(text->p + i, '\n', text->n - i);
		struct record rec;
		struct str line;

		assert_non_null(end);
		line = (struct str){ text->p + i, (size_t)(end - text->p) - i };
		i += line.n + 1;
		arena_reset(&arena);
		if ((st = record_decode(line, &arena, &rec, err)) == ST_NOMEM)
			break;
		if (st != ST_OK)
			fail_msg("%s: %.*s", err->text, STR_ARG(line));
		for (k = 0; record_streams[k] != NULL && !str_is(rec.endpoint, record_streams[k]); k++)
			;
		assert_non_null(record_streams[k]);
		rec.stream = record_streams[k];
		if (stream == NULL || strcmp(stream, rec.stream) == 0)
			st = each(ctx, &rec, err);
	}
	arena_free(&arena);
	return st;
}

struct records_seen {
	const char *stream;
	bool any;
};

static enum status
records_see(void *ctx, const struct record *rec, struct err *err)
{
	struct records_seen *seen = ctx;

	(void)err;
	seen->any |= strcmp(rec->stream, seen->stream) == 0;
	return ST_OK;
}

static enum status
records_names(struct record_iter *it, enum status (*each)(void *, const char *, struct err *), void *ctx, struct err *err)
{
	enum status st = ST_OK;
	size_t k;

	for (k = 0; st == ST_OK && record_streams[k] != NULL; k++) {
		struct records_seen seen = { record_streams[k], false };

		if ((st = records_run(it, NULL, records_see, &seen, err)) == ST_OK && seen.any)
			st = each(ctx, record_streams[k], err);
	}
	return st;
}

/* records_open(r, file): ${file} below tests/golden/records; NULL: nothing yet, r->text is the caller's to fill. */
static void UNUSED
records_open(struct records *r, const char *file)
{
	char path[4096];

	r->iter = (struct record_iter){ records_run, records_names };
	buf_init(&r->text, (size_t)1 << 28);
	(void)snprintf(path, sizeof(path), GOLDEN "records/%s", file == NULL ? "" : file);
	assert_true(file == NULL || shelf_load(path, &r->text));
}

static void shelf_holds(const struct shelf *, const struct view_family *, struct records *);

/* shelf_make(s, family, opt, blobs, recs): the family's files, which hold its records and no others. */
static void UNUSED
shelf_make(struct shelf *s, const struct view_family *family, const struct format_options *opt, struct view_blobs *blobs, struct records *recs)
{
	struct view_input in = { .opt = opt, .records = &recs->iter, .blobs = blobs, .scratch = -1 };
	struct err err;

	err_init(&err);
	shelf_init(s);
	if (family->make(&in, &s->place, &err) != ST_OK)
		fail_msg("%s", err.text);
	shelf_holds(s, family, recs);
}

/* records_put(r, stream, kind, id, more, n): one more line; ${more} stands behind the id (",\"version\":…" or ""), ${n} is the object of its values. */
static void UNUSED
records_put(struct records *r, const char *stream, const char *kind, const char *id, const char *more, const char *n)
{
	assert_int_equal(buf_addf(&r->text, NULL, "{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"%s\",\"id\":\"%s\"%s,\"tenant\":\"acme\",\"source\":{\"platform\":\"wecom\","
	    "\"endpoint\":\"%s\",\"fetched_at\":\"2026-11-22T02:00:00.000Z\"},\"flags\":[],\"n\":%s,\"raw\":{}}\n", kind, id, more, stream, n), ST_OK);
}

static void UNUSED
records_close(struct records *r)
{
	buf_free(&r->text);
}

/* shelf_fd(bytes): a file with these bytes, for view_family.read. */
static int UNUSED
shelf_fd(struct str s)
{
	int fd = memfd_create("shelf", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, s.p, s.n), s.n);
	return fd;
}

/*
 * shelf_holds(s, family, in): the files of ${family} on the shelf name exactly the records of its kinds that ${in} gives: each as often as it is there.
 */
struct shelf_ids {
	struct view_found found;
	struct buf text;
	size_t n;
	unsigned kinds;
};

static enum status
shelf_id(struct shelf_ids *ids, const char *stream, struct str id, struct str version)
{
	ids->n++;
	return buf_addf(&ids->text, NULL, "%s/%.*s@%.*s\n", stream, STR_ARG(id), STR_ARG(version));
}

static enum status
shelf_found(struct view_found *f, const char *stream, struct str id, struct str version, struct err *err)
{
	(void)err;
	return shelf_id((struct shelf_ids *)f, stream, id, version);
}

static enum status
shelf_wanted(void *ctx, const struct record *rec, struct err *err)
{
	struct shelf_ids *ids = ctx;

	(void)err;
	return ids->kinds & 1u << rec->kind ? shelf_id(ids, rec->stream, rec->id, rec->version) : ST_OK;
}

static int
shelf_order(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **
shelf_sorted(struct shelf_ids *ids)
{
	char **lines = calloc(ids->n + 1, sizeof(*lines)), *at, *save = NULL;
	size_t n = 0;

	assert_non_null(lines);
	assert_int_equal(buf_z(&ids->text, NULL), ST_OK);
	for (at = strtok_r(ids->text.p, "\n", &save); at != NULL; at = strtok_r(NULL, "\n", &save))
		lines[n++] = at;
	qsort(lines, n, sizeof(*lines), shelf_order);
	return lines;
}

static void UNUSED
shelf_holds(const struct shelf *s, const struct view_family *family, struct records *in)
{
	struct shelf_ids made = { .found = { shelf_found } }, want = { .kinds = family->kinds };
	char **a, **b;
	struct err err;
	size_t i;

	err_init(&err);
	buf_init(&made.text, (size_t)1 << 28);
	buf_init(&want.text, (size_t)1 << 28);
	for (i = 0; i < s->n; i++)
		if (family->owns(s->at[i].path)) {
			int fd = shelf_fd(buf_str(&s->at[i].buf));

			if (family->read(fd, s->at[i].path, &made.found, &err) != ST_OK)
				fail_msg("%s: %s", s->at[i].path, err.text);
			close(fd);
		}
	assert_int_equal(in->iter.run(&in->iter, NULL, shelf_wanted, &want, &err), ST_OK);
	a = shelf_sorted(&made);
	b = shelf_sorted(&want);
	for (i = 0; a[i] != NULL && b[i] != NULL; i++)
		if (strcmp(a[i], b[i]) != 0)
			fail_msg("%s: the files hold %s where the records have %s", family->name, a[i], b[i]);
	if (a[i] != NULL || b[i] != NULL)
		fail_msg("%s: only in the %s: %s", family->name, a[i] != NULL ? "files" : "records", a[i] != NULL ? a[i] : b[i]);
	free(a);
	free(b);
	buf_free(&made.text);
	buf_free(&want.text);
}

#endif
