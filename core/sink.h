/*
 * sink.h: where bytes go.  A sink takes all bytes of a call or fails; once failed, always failed.
 * Private states start with struct sink.
 */
#ifndef CORE_SINK_H
#define CORE_SINK_H

#include "core/buf.h"

struct sink {
	enum status (*write)(struct sink *, const void *, size_t, struct err *);
	uint64_t n_bytes;	/* accepted so far, over earlier sessions too: > 0 at open means "go on" */
};

static inline enum status sink_write(struct sink *s, const void *p, size_t n, struct err *err)
{ return s->write(s, p, n, err); }

/* A sink into a buffer (borrowed). */
struct sink_mem { struct sink sink; struct buf *to; };
void sink_mem_init(struct sink_mem *, struct buf *to);
/* A sink into a file descriptor (borrowed), handling short writes. ${name} (borrowed) is for messages. */
struct sink_fd { struct sink sink; int fd; const char *name; bool failed; };
void sink_fd_init(struct sink_fd *, int fd, const char *name);

#endif
