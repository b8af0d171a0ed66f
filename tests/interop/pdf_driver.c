/*
 * pdf_driver.c: the family pdf on records of a file, for other programs to judge and for measurements.
 *
 *   pdf_driver RECORDS.jsonl DIR        data/views/approvals/… and data/report/report.pdf, without directories: DIR/<id>.pdf, DIR/report.pdf
 *   pdf_driver RECORDS.jsonl DIR 1b     each approval as PDF/A-1b (pdf_a.h), for validators that know 1b alone
 * Pictures come from DIR/../blobs/<last component of their path>.  What was made is counted on stdout: documents and bytes.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/limits.h"
#include "formats/approval.h"
#include "formats/pdf_file.h"
#include "formats/view_approvals.h"
#include "formats/view_certificate.h"

struct lines { struct record_iter iter; const char *path; };
struct place { struct view_place place; int dir, fd; struct sink_fd sink; uint64_t n, bytes; };
struct blobs { struct view_blobs blobs; int dir; };

static enum status
lines_run(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	FILE *f = fopen(((struct lines *)it)->path, "re");
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	struct arena arena;
	enum status st = ST_OK;

	if (f == NULL)
		return err_sys(err, "%s", ((struct lines *)it)->path);
	arena_init(&arena, LIMIT_ARENA);
	while (st == ST_OK && (n = getline(&line, &room, f)) > 0) {
		static const char *const streams[REC__MAX] = { "departments", "users", "messages", "rooms", "approvals", "approval-templates", "files", "gaps",
			"limits", "events", "unknown" };
		struct record rec;

		arena_reset(&arena);
		if ((st = record_decode((struct str){ line, (size_t)n - (line[n - 1] == '\n') }, &arena, &rec, err)) != ST_OK)
			break;
		rec.stream = streams[rec.kind];
		if (strcmp(rec.stream, stream) == 0)
			st = each(ctx, &rec, err);
	}
	arena_free(&arena);
	free(line);
	fclose(f);
	return st;
}

static enum status
place_begin(struct view_place *p, const char *path, struct sink **out, struct err *err)
{
	struct place *to = (struct place *)p;

	path = strrchr(path, '/') + 1;
	if ((to->fd = openat(to->dir, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) < 0)
		return err_sys(err, "%s", path);
	sink_fd_init(&to->sink, to->fd, "file");
	*out = &to->sink.sink;
	return ST_OK;
}

static enum status
place_end(struct view_place *p, struct err *err)
{
	struct place *to = (struct place *)p;

	to->n++;
	to->bytes += to->sink.sink.n_bytes;
	return fs_close(&to->fd, "file", err);
}

static enum status
blob_read(struct view_blobs *b, struct str path, uint64_t max, struct sink *to, struct err *err)
{
	const char *slash = memrchr(path.p, '/', path.n);
	char name[256];
	struct buf all;
	enum status st;

	(void)snprintf(name, sizeof(name), "%.*s", (int)(path.n - (size_t)(slash + 1 - path.p)), slash + 1);
	buf_init(&all, max);
	if ((st = fs_load(((struct blobs *)b)->dir, name, max, &all, err)) == ST_OK)
		st = sink_write(to, all.p, all.n, err);
	buf_free(&all);
	return st;
}

struct small { const struct view_input *in; struct view_place *place; struct pdf_fonts *fonts; struct reference *ref; };

static enum status
each_1b(void *ctx, const struct record *rec, struct err *err)
{
	struct small *s = ctx;
	struct arena arena;
	struct stamp stamp;
	struct approval a = { .rec = rec, .opt = s->in->opt, .blobs = s->in->blobs, .ref = s->ref, .arena = &arena, .stamp = &stamp };
	struct pdf_job job = { .fonts = s->fonts, .tag = "1b", .head = "PDF/A-1b", .body = approval_tell, .ctx = &a };
	struct pdf_a pass = { .level = PDF_A_1B, .title = STR("审批单 𠮷 👍"), .author = STR("组织"), .subject = STR("1b") };
	char path[128];
	enum status st;

	arena_init(&arena, LIMIT_ARENA);
	stamp_init(&stamp);
	buf_init(&a.picture, VIEW_PICTURE_MAX);
	(void)snprintf(path, sizeof(path), "x/%.*s.pdf", STR_ARG(rec->id));
	if ((st = approval_begin(&a, err)) == ST_OK)
		st = pdf_file_make(s->in, s->place, path, &job, &pass, err);
	buf_free(&a.picture);
	arena_free(&arena);
	return st;
}

static enum status
all_1b(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct small s = { in, place, NULL, NULL };
	enum status st;

	if ((st = pdf_fonts_open(&s.fonts, err)) == ST_OK && (st = reference_open(&s.ref, in, err)) == ST_OK)
		st = in->records->run(in->records, "approvals", each_1b, &s, err);
	reference_close(s.ref);
	pdf_fonts_close(s.fonts);
	return st;
}

int
main(int argc, char **argv)
{
	static const char report[] = "{\"format\":\"custody-completeness/1\",\"complete\":false,\"gaps\":1,\"limits\":0,\"streams\":[]}\n";
	struct format_options opt = { .organization = "青松设计事务所 & Partner", .made_ms = INT64_C(1795312800000),
		.chain = "urn:uuid:00000000-0000-4000-8000-000000000007", .archive = "acme-00000001", .report = STR(report) };
	struct lines lines = { { lines_run, NULL }, argc > 1 ? argv[1] : "" };
	struct place place = { .place = { NULL, place_begin, place_end }, .fd = -1 };
	struct blobs blobs = { { blob_read }, -1 };
	struct view_input in = { .opt = &opt, .records = &lines.iter, .blobs = &blobs.blobs, .scratch = -1 };
	struct err err;
	enum status st;

	if (argc < 3) {
		fputs("pdf_driver RECORDS.jsonl DIR [1b]\n", stderr);
		return 2;
	}
	err_init(&err);
	(void)mkdir(argv[2], 0755);
	if ((st = when_zone("Asia/Shanghai", &err)) != ST_OK || (place.dir = in.scratch = open(argv[2], O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 2;
	if ((blobs.dir = openat(place.dir, "../blobs", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		in.blobs = NULL;
	if (argc > 3)
		st = all_1b(&in, &place.place, &err);
	else if ((st = pdf_view.make(&in, &place.place, &err)) == ST_OK)
		st = certificate_make(&in, &place.place, &err);
	if (st != ST_OK) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	printf("documents %" PRIu64 " bytes %" PRIu64 "\n", place.n, place.bytes);
	return 0;
}
