/* feed.c: lines from a file, a page in memory. */
#include "bench/feed.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/limits.h"

#define FETCHED_MS	INT64_C(1790000000000)	/* when the pages were "fetched": fixed, so that output is too */

void
feed_ok(enum status st, const struct err *err)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "bench: status %d: %s\n", (int)st, err->text);
	exit(1);
}

void
feed_open(struct feed *f, const char *path)
{
	memset(f, 0, sizeof(*f));
	if ((f->fd = open(path, O_RDONLY | O_CLOEXEC)) < 0) {
		perror(path);
		exit(1);
	}
	buf_init(&f->page, LIMIT_PAGE);
	arena_init(&f->arena, LIMIT_ARENA);
}

void
feed_close(struct feed *f)
{
	close(f->fd);
	buf_free(&f->page);
	arena_free(&f->arena);
}

/* Reads what is missing to a page; false at the end of the file. */
static bool
fill(struct feed *f)
{
	struct err err;
	ssize_t n;

	feed_ok(buf_room(&f->page, FEED_PAGE, &err), &err);
	while (f->page.n < FEED_PAGE) {
		if ((n = read(f->fd, f->page.p + f->page.n, FEED_PAGE - f->page.n)) < 0) {
			perror("bench");
			exit(1);
		}
		if (n == 0)
			return false;
		f->page.n += (size_t)n;
	}
	return true;
}

bool
feed_page(struct feed *f, struct str *page)
{
	struct err err;
	bool more;

	memmove(f->page.p, f->page.p + f->given, f->page.n - f->given);
	f->page.n -= f->given;
	more = fill(f);
	for (f->given = f->page.n; more && f->given > 0 && f->page.p[f->given - 1] != '\n'; f->given--)
		;
	if (more && f->given == 0)
		feed_ok(err_set(&err, ST_LIMIT, "a line of more than %zu bytes", FEED_PAGE), &err);
	*page = (struct str){ f->page.p, f->given };
	return f->given > 0;
}

bool
feed_line(struct str *page, struct str *line)
{
	const char *end;

	if (page->n == 0)
		return false;
	end = memchr(page->p, '\n', page->n);
	*line = (struct str){ page->p, end == NULL ? page->n : (size_t)(end - page->p) };
	page->p += line->n + (end != NULL);
	page->n -= line->n + (end != NULL);
	return true;
}

void
feed_record(struct feed *f, struct str line, struct record *rec)
{
	static const struct str first = { "{\"msgid\":\"", 10 };	/* as bench_generate writes it; the platform names it beside the message too */
	struct chat_envelope env = { STR_NONE, STR("1"), STR_NONE };
	const char *end;
	struct err err;

	snprintf(f->seq_text, sizeof(f->seq_text), "%" PRIu64, ++f->seq);
	env.seq = str_of(f->seq_text);
	if (line.n > first.n && memcmp(line.p, first.p, first.n) == 0 && (end = memchr(line.p + first.n, '"', line.n - first.n)) != NULL)
		env.msgid = (struct str){ line.p + first.n, (size_t)(end - line.p) - first.n };
	arena_reset(&f->arena);
	feed_ok(map_chat_message(line, &env, &f->arena, rec, &f->message, &err), &err);
	rec->tenant = STR("acme");
	rec->platform = STR("wecom");
	rec->endpoint = STR("GetChatData");
	rec->cursor = STR("0");
	rec->fetched_ms = FETCHED_MS;
}

double
feed_cpu(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
feed_median(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
	return n % 2 == 1 ? v[n / 2] : (v[n / 2 - 1] + v[n / 2]) / 2;
}
