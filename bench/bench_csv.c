/*
 * bench_csv.c: messages → the CSV view alone: parse, map, write; to stdout, 64 KiB at a time.
 *
 *   bench_csv FILE
 */
#include "bench/feed.h"
#include "core/limits.h"
#include "formats/csv.h"

#define CHUNK	((size_t)64 << 10)

int
main(int argc, char **argv)
{
	const struct format_options opt = { .made_ms = 0 };
	struct sink_mem mem;
	struct sink_fd out;
	struct writer *w;
	struct record rec;
	struct feed feed;
	struct str page, line;
	struct buf rows;
	struct err err;

	if (argc != 2) {
		fputs("usage: bench_csv FILE\n", stderr);
		return 2;
	}
	feed_ok(when_zone("Asia/Shanghai", &err), &err);
	buf_init(&rows, LIMIT_RECORD + CHUNK);
	sink_mem_init(&mem, &rows);
	sink_fd_init(&out, 1, "stdout");
	feed_ok(csv_format.open(&w, REC_MESSAGE, &opt, &mem.sink, &err), &err);
	feed_open(&feed, argv[1]);
	while (feed_page(&feed, &page))
		while (feed_line(&page, &line)) {
			feed_record(&feed, line, &rec);
			feed_ok(csv_format.put(w, &rec, &err), &err);
			if (rows.n >= CHUNK) {
				feed_ok(sink_write(&out.sink, rows.p, rows.n, &err), &err);
				buf_clear(&rows);
			}
		}
	feed_ok(csv_format.finish(w, &err), &err);
	feed_ok(sink_write(&out.sink, rows.p, rows.n, &err), &err);
	csv_format.close(w);
	feed_close(&feed);
	buf_free(&rows);
	return 0;
}
