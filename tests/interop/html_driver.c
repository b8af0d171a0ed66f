/*
 * html_driver.c: chat pages of records that a script made, for browsers and parsers to judge, and for a stopwatch.
 *
 *   html_driver RECORDS DIR     the family html from lines of records (the endpoint of each is its stream) below the directory DIR; tells messages, files and seconds
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "core/limits.h"
#include "formats/view_html.h"

struct lines {
	struct record_iter iter;
	const char *path;
	unsigned long long n_messages;
};
struct directory {
	struct view_place place;
	const char *root;
	struct sink_fd sink;
	unsigned long long n_files, n_bytes;
};

static enum status
run(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	struct lines *l = (struct lines *)it;
	FILE *f = fopen(l->path, "rb");
	enum status st = ST_OK;
	struct arena arena;
	struct record rec;
	char *line = NULL, want[64];
	size_t cap = 0;
	ssize_t n;

	if (f == NULL)
		return err_sys(err, "%s", l->path);
	(void)snprintf(want, sizeof(want), "\"endpoint\":\"%s\"", stream);
	arena_init(&arena, LIMIT_ARENA);
	while (st == ST_OK && (n = getline(&line, &cap, f)) > 0) {
		if (memmem(line, (size_t)n, want, strlen(want)) == NULL)
			continue;
		arena_reset(&arena);
		if ((st = record_decode((struct str){ line, (size_t)n - 1 }, &arena, &rec, err)) != ST_OK)
			break;
		rec.stream = stream;
		if (str_is(rec.endpoint, stream)) {
			l->n_messages += rec.kind == REC_MESSAGE;
			st = each(ctx, &rec, err);
		}
	}
	free(line);
	arena_free(&arena);
	fclose(f);
	return st;
}

static enum status
streams(struct record_iter *it, enum status (*each)(void *, const char *, struct err *), void *ctx, struct err *err)
{
	(void)it;
	return each(ctx, "messages", err);
}

static enum status
begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct directory *d = (struct directory *)p;
	char whole[4096];
	char *slash;
	int fd;

	(void)snprintf(whole, sizeof(whole), "%s/%s", d->root, path);
	for (slash = whole + strlen(d->root) + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(whole, 0755);
	}
	if ((fd = open(whole, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644)) < 0)
		return err_sys(err, "%s", whole);
	sink_fd_init(&d->sink, fd, "page");
	d->n_files++;
	*out = &d->sink.sink;
	return ST_OK;
}

static enum status
end(struct view_place *p, struct err *err)
{
	struct directory *d = (struct directory *)p;

	d->n_bytes += d->sink.sink.n_bytes;
	return close(d->sink.fd) == 0 ? ST_OK : err_sys(err, "close");
}

int
main(int argc, char **argv)
{
	const struct format_options opt = { .organization = "青松设计事务所", .archive = "acme-00000001" };
	struct directory dir = { .place = { NULL, begin, end }, .root = argc > 2 ? argv[2] : NULL };
	struct lines lines = { { run, streams }, argc > 1 ? argv[1] : NULL, 0 };
	struct view_input in = { .opt = &opt, .records = &lines.iter };
	struct timespec from, to;
	struct err err;

	err_init(&err);
	if (argc != 3 || when_zone("Asia/Shanghai", &err) != ST_OK)
		return 2;
	if ((in.scratch = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (html_view.make(&in, &dir.place, &err) != ST_OK) {
		fprintf(stderr, "html_driver: %s\n", err.text);
		return 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &to);
	printf("%llu messages, %llu files, %llu bytes, %.1f s\n", lines.n_messages, dir.n_files, dir.n_bytes,
	    (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9);
	close(in.scratch);
	return 0;
}
