/*
 * bench_parse.c: core/json alone, over pages of about a thousand messages: [message,message,…].
 *
 *   bench_parse FILE ROUNDS [pull|tape]     figures as lines; with a third argument only that parser, for counting instructions
 *
 * CPU time of this process; the pages are made before the clock starts.
 */
#include <stdlib.h>

#include "bench/feed.h"
#include "core/json.h"
#include "core/limits.h"

#define ROUNDS_MAX	99
#define PAGES_MAX	64

static struct buf pages[PAGES_MAX];
static size_t n_pages, n_bytes;

/* As many pages as fit: what is measured is parsing, not memory. */
static void
load(const char *path)
{
	struct feed feed;
	struct str page;
	struct err err;
	size_t i;

	feed_open(&feed, path);
	while (n_pages < PAGES_MAX && feed_page(&feed, &page)) {
		struct buf *b = &pages[n_pages++];

		buf_init(b, LIMIT_PAGE);
		feed_ok(buf_putc(b, '[', &err), &err);
		feed_ok(buf_str_add(b, page, &err), &err);
		for (i = 0; i < b->n; i++)
			if (b->p[i] == '\n')
				b->p[i] = ',';
		b->p[b->n - 1] = ']';
		n_bytes += b->n;
	}
	feed_close(&feed);
}

static size_t
pull(struct str text)
{
	struct json_event ev;
	struct json j;
	struct err err;
	size_t n = 0;

	json_init(&j, text);
	do {
		feed_ok(json_next(&j, &ev, &err), &err);
		n++;
	} while (ev.tok != JSON_EOF);
	return n;
}

static size_t
tape(struct str text, struct arena *a)
{
	struct json_node *nodes;
	struct err err;
	size_t n;

	arena_reset(a);
	feed_ok(json_tape(text, a, &nodes, &n, &err), &err);
	return n;
}

static double
one_round(bool is_tape, struct arena *a, size_t *tokens)
{
	double begin = feed_cpu();
	size_t i;

	for (*tokens = 0, i = 0; i < n_pages; i++)
		*tokens += is_tape ? tape(buf_str(&pages[i]), a) : pull(buf_str(&pages[i]));
	return feed_cpu() - begin;
}

static void
measure(const char *name, bool is_tape, size_t rounds)
{
	static double v[ROUNDS_MAX];
	struct arena a;
	double s;
	size_t i, tokens;

	arena_init(&a, LIMIT_ARENA);
	(void)one_round(is_tape, &a, &tokens);		/* memory touched once */
	for (i = 0; i < rounds; i++)
		v[i] = one_round(is_tape, &a, &tokens);
	arena_free(&a);
	s = feed_median(v, rounds);
	printf("parse.%s %.0f MB/s -\n", name, (double)n_bytes / 1e6 / s);
	printf("parse.%s.token %.1f ns -\n", name, s * 1e9 / (double)tokens);
}

int
main(int argc, char **argv)
{
	size_t rounds = argc > 2 ? strtoul(argv[2], NULL, 10) : 0, i, tokens;
	struct arena a;

	if (argc < 3 || argc > 4 || rounds < 1 || rounds > ROUNDS_MAX) {
		fputs("usage: bench_parse FILE ROUNDS [pull|tape]\n", stderr);
		return 2;
	}
	load(argv[1]);
	if (argc == 4) {
		arena_init(&a, LIMIT_ARENA);
		for (i = 0; i < rounds; i++)
			(void)one_round(strcmp(argv[3], "tape") == 0, &a, &tokens);
		arena_free(&a);
	} else {
		measure("pull", false, rounds);
		measure("tape", true, rounds);
	}
	for (i = 0; i < n_pages; i++)
		buf_free(&pages[i]);
	return 0;
}
