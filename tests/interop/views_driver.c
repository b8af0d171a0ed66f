/*
 * views_driver.c: records that other programs made, as views for other programs to judge.
 *
 *   views_driver fields                     the kinds that stand in tables with their fields, "stream<TAB>kind<TAB>field<TAB>type", one a line
 *   views_driver FAMILY RECORDS DIR         the views of FAMILY from lines of records (the endpoint of each is its stream) below the directory DIR
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/limits.h"
#include "core/view.h"
#include "formats/formats.h"
#include "formats/tables.h"

static const struct { const char *stream; enum record_kind kind; } streams[] = {
	{ "departments", REC_DEPARTMENT }, { "users", REC_USER }, { "messages", REC_MESSAGE }, { "rooms", REC_ROOM }, { "approvals", REC_APPROVAL },
	{ "approval-templates", REC_TEMPLATE }, { "files", REC_FILE }, { "others", REC_UNKNOWN }
};
#define N_STREAMS (sizeof(streams) / sizeof(streams[0]))

static void
need(enum status st, const struct err *err)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "views_driver: %s\n", err->text);
	exit(1);
}

struct lines { struct record_iter iter; const char *path; };

static enum status
run(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	FILE *f = fopen(((struct lines *)it)->path, "rb");
	enum status st = ST_OK;
	struct arena arena;
	char *line = NULL;
	size_t cap = 0;
	ssize_t n;

	if (f == NULL)
		return err_sys(err, "%s", ((struct lines *)it)->path);
	arena_init(&arena, LIMIT_ARENA);
	while (st == ST_OK && (n = getline(&line, &cap, f)) > 0) {
		struct record rec;

		arena_reset(&arena);
		if ((st = record_decode((struct str){ line, (size_t)n - 1 }, &arena, &rec, err)) != ST_OK)
			break;
		rec.stream = stream;
		if (str_is(rec.endpoint, stream))
			st = each(ctx, &rec, err);
	}
	free(line);
	arena_free(&arena);
	fclose(f);
	return st;
}

static enum status
see(void *ctx, const struct record *rec, struct err *err)
{
	(void)rec, (void)err;
	*(bool *)ctx = true;
	return ST_OK;
}

static enum status
names(struct record_iter *it, enum status (*each)(void *, const char *, struct err *), void *ctx, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; st == ST_OK && i < N_STREAMS; i++) {
		bool any = false;

		if ((st = run(it, streams[i].stream, see, &any, err)) == ST_OK && any)
			st = each(ctx, streams[i].stream, err);
	}
	return st;
}

/* One file at a time; what is appended to is opened anew. */
struct place { struct view_place place; const char *dir; struct sink_fd sink; int fd; };

static enum status
begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct place *at = (struct place *)p;
	char full[4096], *slash;
	off_t size;

	(void)snprintf(full, sizeof(full), "%s/%s", at->dir, path);
	for (slash = full + strlen(at->dir) + 1; (slash = strchr(slash, '/')) != NULL; *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(full, 0777);
	}
	if (at->fd >= 0)
		(void)close(at->fd);
	if ((at->fd = open(full, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666)) < 0 || (size = lseek(at->fd, 0, SEEK_END)) < 0)
		return err_sys(err, "%s", full);
	sink_fd_init(&at->sink, at->fd, "a view");
	at->sink.sink.n_bytes = (uint64_t)size;
	*out = &at->sink.sink;
	return ST_OK;
}

static enum status
end(struct view_place *p, struct err *err)
{
	(void)p, (void)err;
	return ST_OK;
}

static void
fields(void)
{
	static const char *const types[] = { [F_STR] = "text", [F_TIME] = "time", [F_INT] = "int", [F_BOOL] = "bool", [F_LIST] = "list", [F_JSON] = "json" };
	const struct field *f;
	size_t i;

	for (i = 0; i < N_STREAMS; i++)
		for (f = record_fields[streams[i].kind]; f->name != NULL; f++)
			printf("%s\t%s\t%s\t%s\n", streams[i].stream, record_kind_names[streams[i].kind], f->name, types[f->type]);
}

int
main(int argc, char **argv)
{
	const struct format_options opt = { .crlf = true, .organization = "判 & <Judge>", .made_ms = INT64_C(1795312800000) };
	struct lines lines = { { run, names }, NULL };
	struct place place = { { begin, begin, end }, NULL, .fd = -1 };
	struct view_input in = { .opt = &opt, .records = &lines.iter };
	const struct view_family *family;
	char scratch[4096];
	struct err err;

	if (argc == 2 && strcmp(argv[1], "fields") == 0) {
		fields();
		return 0;
	}
	if (argc != 4 || (family = formats_find(str_of(argv[1]))) == NULL) {
		fputs("usage: views_driver fields | FAMILY RECORDS DIR\n", stderr);
		return 2;
	}
	err_init(&err);
	need(when_zone("Asia/Shanghai", &err), &err);
	lines.path = argv[2];
	place.dir = argv[3];
	(void)mkdir(place.dir, 0777);
	(void)snprintf(scratch, sizeof(scratch), "%s/scratch", place.dir);
	if (mkdir(scratch, 0700) != 0 || (in.scratch = open(scratch, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		perror(scratch);
		return 1;
	}
	need(family->make(&in, &place.place, &err), &err);
	if (rmdir(scratch) != 0) {
		perror(scratch);
		return 1;
	}
	return 0;
}
