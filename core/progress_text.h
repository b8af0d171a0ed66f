/* progress_text.h: the words of progress.c, pure functions; nobody else includes it but its test. */
#ifndef CORE_PROGRESS_TEXT_H
#define CORE_PROGRESS_TEXT_H

#include "core/buf.h"

struct progress_stream {
	char		name[64];
	uint64_t	done, expected, bytes, gaps;	/* expected 0: unknown */
	uint64_t	begin_done;			/* what was there when this session began */
	int64_t		begin_ms, shown_ms;		/* monotonic */
	bool		started, changed;		/* changed: not shown since */
};

/* progress_text_name(name): translated name of a stream, or ${name} itself. */
const char *progress_text_name(const char *name);
/* progress_text_line(s, now_ms, whole, out, err): one plain line; ${whole}: the stream is over, so no rate to come and no time left. */
enum status progress_text_line(const struct progress_stream *, int64_t now_ms, bool whole, struct buf *out, struct err *) STATUS_USE;
/*
 * progress_text_bar(s, phase, now_ms, columns, color, out, err): "\r", at most ${columns} - 1 columns, "clear to the end".
 * ${s} may be NULL and ${phase} "".
 */
enum status progress_text_bar(const struct progress_stream *, const char *phase, int64_t now_ms, size_t columns, bool color,
    struct buf *out, struct err *) STATUS_USE;

#endif
