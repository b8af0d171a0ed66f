/* feed.c: lines from a file, a page in memory. */
#include "bench/feed.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

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
	if ((f->file = fopen(path, "re")) == NULL) {
		perror(path);
		exit(1);
	}
	setvbuf(f->file, NULL, _IOFBF, (size_t)128 << 10);
	buf_init(&f->page, LIMIT_PAGE);
	arena_init(&f->arena, LIMIT_ARENA);
}

void
feed_close(struct feed *f)
{
	fclose(f->file);
	free(f->line);
	buf_free(&f->page);
	arena_free(&f->arena);
}

bool
feed_page(struct feed *f, struct str *page)
{
	struct err err;
	ssize_t n;
	unsigned i;

	buf_clear(&f->page);
	for (i = 0; i < FEED_PAGE && (n = getline(&f->line, &f->room, f->file)) > 0; i++)
		feed_ok(buf_add(&f->page, f->line, (size_t)n, &err), &err);
	if (ferror(f->file)) {
		perror("bench");
		exit(1);
	}
	*page = buf_str(&f->page);
	return i > 0;
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
	struct chat_envelope env = { STR_NONE, STR("1"), STR_NONE };
	struct err err;

	snprintf(f->seq_text, sizeof(f->seq_text), "%" PRIu64, ++f->seq);
	env.seq = str_of(f->seq_text);
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
