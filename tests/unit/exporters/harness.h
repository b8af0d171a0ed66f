/* harness.h: a tenant in memory: configuration, secret, work directory, and a run written down as text. */
#ifndef TESTS_EXPORTERS_HARNESS_H
#define TESTS_EXPORTERS_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/source.h"
#include "core/when.h"
#include "exporters/engine.h"
#include "exporters/transport_replay.h"

#define CLOCK_MS	INT64_C(1767225600000)	/* 2026-01-01T00:00:00Z */
#define PAGES_MAX	4096u

struct rig {
	char		 dir[64];
	int		 work;
	struct config	*config;
	struct scope	 scope;
	struct source_params params;
	struct err	 err;
	struct buf	 log;			/* one line per item */
	struct buf	 carry;
	size_t		 n_pages;
	struct { char *cursor; size_t log_at; } pages[PAGES_MAX];
};

static inline void
rig_open(struct rig *r, const char *extra)
{
	char text[4096], path[128];
	FILE *f;

	memset(r, 0, sizeof(*r));
	(void)snprintf(r->dir, sizeof(r->dir), "/tmp/custody-test-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	(void)snprintf(path, sizeof(path), "%s/secret", r->dir);
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	(void)fputs("contact-secret\n", f);
	assert_int_equal(fclose(f), 0);
	(void)snprintf(text, sizeof(text), "[tenant acme]\nplatform = wecom\ncorp_id = ww1\nbase_url = http://127.0.0.1:9\n%s", extra);
	(void)snprintf(path, sizeof(path), "%s/custody.conf", r->dir);
	err_init(&r->err);
	assert_int_equal(config_parse(&r->config, path, str_of(text), &r->err), ST_OK);
	r->work = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(r->work >= 0);
	r->scope.since_ms = r->scope.until_ms = WHEN_UNKNOWN;
	r->params = (struct source_params){ .config = r->config, .tenant = "acme", .scope = &r->scope, .work_dir = r->work, .program = "/bin/false",
		.backoff_ms = 1 };
	buf_init(&r->log, (size_t)64 << 20);
	buf_init(&r->carry, (size_t)16 << 20);
	when_test_clock(CLOCK_MS);
	assert_int_equal(when_zone("Asia/Shanghai", &r->err), ST_OK);
}

static inline void
rig_clear(struct rig *r)
{
	while (r->n_pages > 0)
		free(r->pages[--r->n_pages].cursor);
	buf_clear(&r->log);
	buf_clear(&r->carry);
}

static inline void
rig_close(struct rig *r)
{
	char command[128];
	char **names;
	size_t n, i;

	rig_clear(r);
	buf_free(&r->log);
	buf_free(&r->carry);
	config_close(r->config);
	if (fs_list(r->work, &names, &n, NULL) == ST_OK) {
		for (i = 0; i < n; i++)
			assert_int_equal(fs_unlink(r->work, names[i], NULL), ST_OK);
		fs_list_free(names, n);
	}
	(void)close(r->work);
	(void)snprintf(command, sizeof(command), "%s", r->dir);
	assert_int_equal(rmdir(command), 0);
	when_test_clock(WHEN_UNKNOWN);
}

static inline void
rig_note(struct rig *r, struct source_item *it)
{
	static const char *const what[] = { "record", "gap", "limit", "closed", "count", "page", "end" };
	struct buf *b = &r->log;

	if (it->what == SRC_PAGE)
		return;
	assert_int_equal(buf_addf(b, NULL, "%s ", what[it->what]), ST_OK);
	if (it->what == SRC_COUNT)
		assert_int_equal(buf_addf(b, NULL, "%s %llu %s", it->stream, (unsigned long long)it->count, it->how), ST_OK);
	else if (it->what == SRC_STREAM_END)
		assert_int_equal(buf_addz(b, it->stream, NULL), ST_OK);
	else {
		if (it->what == SRC_RECORD && it->rec->kind == REC_FILE) {
			assert_int_equal(buf_addf(b, NULL, "[%s %llu] ", it->blob, (unsigned long long)it->blob_size), ST_OK);
			assert_int_equal(fs_unlink(r->work, it->blob, NULL), ST_OK);	/* as a caller does: durable elsewhere */
		}
		assert_int_equal(buf_addf(b, NULL, "%s/%.*s ", it->rec->stream, STR_ARG(it->rec->id)), ST_OK);
		assert_int_equal(record_encode(it->rec, b, NULL), ST_OK);
	}
	assert_int_equal(buf_putc(b, '\n', NULL), ST_OK);
}

/* Run from ${cursor} to the end or the first failure. */
static inline enum status
rig_run(struct rig *r, struct transport *net, const char *cursor)
{
	struct source *s;
	struct source_item it;
	struct str c;
	enum status st;

	r->params.net = net;
	r->params.cursor = str_of(cursor);
	err_init(&r->err);
	if ((st = engine_open(&s, &r->params, &r->err)) != ST_OK)
		return st;
	while ((st = source_next(s, &it, &r->err)) == ST_OK) {
		rig_note(r, &it);
		if (it.what != SRC_PAGE)
			continue;
		assert_int_equal(source_sync(s, &r->err), ST_OK);
		c = source_cursor(s);
		assert_true(r->n_pages < PAGES_MAX);
		assert_non_null(r->pages[r->n_pages].cursor = strndup(c.p, c.n));
		r->pages[r->n_pages++].log_at = r->log.n;
	}
	if (st == ST_END) {
		c = source_carry(s);
		assert_int_equal(buf_str_add(&r->carry, c, NULL), ST_OK);
	}
	source_close(s);
	return st;
}

static inline bool
rig_has(struct rig *r, const char *what)
{
	return r->log.n > 0 && memmem(r->log.p, r->log.n, what, strlen(what)) != NULL;
}

static inline size_t
rig_count(struct rig *r, const char *what)
{
	const char *p = r->log.p, *end = r->log.p + r->log.n;
	size_t n = 0;

	while (p != NULL && p < end && (p = memmem(p, (size_t)(end - p), what, strlen(what))) != NULL) {
		n++;
		p += strlen(what);
	}
	return n;
}

#endif
