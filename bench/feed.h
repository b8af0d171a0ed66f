/* feed.h: what the measuring programs share: generated messages a page at a time, and an end on the first failure. */
#ifndef BENCH_FEED_H
#define BENCH_FEED_H

#include <stdio.h>

#include "core/arena.h"
#include "core/record.h"
#include "exporters/map_chat.h"

#define FEED_PAGE	((size_t)480 << 10)	/* bytes a page: about a thousand messages, what the platform's library gives at most */

struct feed {
	int		 fd;
	struct buf	 page;			/* whole lines, and behind them the beginning of the next */
	size_t		 given;			/* bytes of it that the last page had */
	uint64_t	 seq;			/* of the message given last, from 1 */
	struct arena	 arena;			/* of the message at hand */
	struct chat_message message;
	char		 seq_text[24];
};

/* feed_open(f, path): messages a line, as bench_generate makes them. */
void feed_open(struct feed *, const char *path);
void feed_close(struct feed *);
/* feed_page(f, page): whole lines with their line ends, at most FEED_PAGE bytes, valid until the next page; false at the end. */
bool feed_page(struct feed *, struct str *page);
/* feed_line(page, line): take the first line off ${page}; false when there is none. */
bool feed_line(struct str *page, struct str *line);
/* feed_record(f, line, rec): through the mapping of the chat archive, as the exporter does it; valid until the next record. */
void feed_record(struct feed *, struct str line, struct record *);

/* feed_ok(st, err): say what failed and end the process unless ${st} is ST_OK. */
void feed_ok(enum status, const struct err *);
/* feed_cpu(): CPU seconds of this process so far, all threads. */
double feed_cpu(void);
/* feed_median(v, n): sorts ${v}. */
double feed_median(double *v, size_t n);

#endif
