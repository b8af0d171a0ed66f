/*
 * bench_xlsx.c: messages → one workbook: parse, map, rows, zip; the workbook to a file.
 *
 *   bench_xlsx FILE COUNT OUT.xlsx     COUNT messages, FILE from its beginning as often as needed
 *
 * The messages are read and mapped twice, first for nothing: what that costs is taken off.  One line on stdout:
 * "rows N seconds S cells C bytes B peak KIB", seconds of processor for the workbook alone.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench/feed.h"
#include "formats/xlsx_book.h"

static uint64_t
cells_of(const struct record *rec)
{
	const struct field *f = record_fields[rec->kind];
	uint64_t n = 3; /* fetched_at */
	size_t i;

	for (i = 0; f[i].name != NULL; i++)
		n += f[i].type == F_TIME ? 3 : rec->n[i].s.p != NULL ? 1 : 0;
	return n;
}

/* Seconds for ${count} messages; without a book: read and mapped only. */
static double
pass(const char *path, uint64_t count, struct xlsx_book *book, uint64_t *cells)
{
	const double from = feed_cpu();
	struct record rec;
	struct feed feed;
	struct str page, line;
	struct err err;
	uint64_t n = 0;

	while (n < count) {
		const uint64_t before = n;

		feed_open(&feed, path);
		while (n < count && feed_page(&feed, &page))
			while (n < count && feed_line(&page, &line)) {
				feed_record(&feed, line, &rec);
				if (book != NULL)
					feed_ok(xlsx_book_put(book, &rec, &err), &err);
				else
					*cells += cells_of(&rec);
				n++;
			}
		feed_close(&feed);
		if (n == before) {
			fprintf(stderr, "%s: no messages\n", path);
			exit(1);
		}
	}
	return feed_cpu() - from;
}

int
main(int argc, char **argv)
{
	const struct format_options opt = { .made_ms = INT64_C(1790000000000), .organization = "Bench" };
	const struct xlsx_notes gaps = { .n = 0 };
	struct view_input in = { .opt = &opt };
	const struct xlsx_book_spec spec = { .in = &in, .stream = "messages", .table = "messages-2026-01", .kind = REC_MESSAGE, .gaps = &gaps };
	char dir[4096];
	struct xlsx_book *book;
	uint64_t count, cells = 0;
	struct rusage ru;
	struct sink_fd to;
	double base, all, from;
	struct err err;
	int out;

	if (argc != 4) {
		fputs("usage: bench_xlsx FILE COUNT OUT.xlsx\n", stderr);
		return 2;
	}
	err_init(&err);
	feed_ok(str_u64(str_of(argv[2]), 1, UINT32_MAX, &count, &err), &err);
	feed_ok(when_zone("Asia/Shanghai", &err), &err);
	(void)snprintf(dir, sizeof(dir), "%s.scratch", argv[3]);
	if (mkdir(dir, 0700) != 0 || (in.scratch = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0 ||
	    (out = open(argv[3], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0) {
		perror(argv[3]);
		return 1;
	}
	sink_fd_init(&to, out, argv[3]);
	base = pass(argv[1], count, NULL, &cells);
	from = feed_cpu();
	feed_ok(xlsx_book_open(&book, &spec, &err), &err);
	(void)pass(argv[1], count, book, &cells);
	feed_ok(xlsx_book_finish(book, &to.sink, &err), &err);
	xlsx_book_close(book);
	all = feed_cpu() - from;
	(void)getrusage(RUSAGE_SELF, &ru);
	printf("rows %" PRIu64 " seconds %.3f cells %" PRIu64 " bytes %" PRIu64 " peak %ld\n", count, all - base, cells, to.sink.n_bytes, ru.ru_maxrss);
	(void)close(out);
	(void)close(in.scratch);
	(void)rmdir(dir);
	return 0;
}
