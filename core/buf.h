/*
 * buf.h: a growing byte buffer with a cap from birth, so that a hostile page cannot ask for all of memory.
 *
 * p may be NULL while n == 0.  No NUL is kept at the end unless buf_z() put it there.
 */
#ifndef CORE_BUF_H
#define CORE_BUF_H

#include "core/str.h"

struct buf { char *p; size_t n, cap, max; };

/* buf_init(b, max): empty; never holds more than ${max} bytes.  buf_free accepts an initialised or zeroed one. */
void buf_init(struct buf *, size_t max);
void buf_free(struct buf *);
/* buf_wipe(b): overwrite all it ever held in its present memory, then free. */
void buf_wipe(struct buf *);
/* buf_clear(b): forget the bytes, keep the memory. */
static inline void buf_clear(struct buf *b) { b->n = 0; }
static inline struct str buf_str(const struct buf *b) { return (struct str){ b->p == NULL ? "" : b->p, b->n }; }

/* On failure (ST_LIMIT over max, ST_NOMEM) ${b} is unchanged, with all of these. */
/* buf_room(b, n, err): make sure ${n} more bytes fit; write them at b->p + b->n and add to b->n yourself. */
enum status buf_room(struct buf *, size_t n, struct err *) STATUS_USE;
enum status buf_addf(struct buf *, struct err *, const char *fmt, ...)
    __attribute__((format(printf, 3, 4))) STATUS_USE;

/* Here because nearly every byte of an export goes through them, and nearly always there is room. */
STATUS_USE static inline enum status
buf_add(struct buf *b, const void *p, size_t n, struct err *err)
{
	enum status st;

	if (n > b->cap - b->n && (st = buf_room(b, n, err)) != ST_OK)
		return st;
	if (n > 0)
		memcpy(b->p + b->n, p, n);
	b->n += n;
	return ST_OK;
}

STATUS_USE static inline enum status
buf_putc(struct buf *b, char c, struct err *err)
{
	enum status st;

	if (b->n == b->cap && (st = buf_room(b, 1, err)) != ST_OK)
		return st;
	b->p[b->n++] = c;
	return ST_OK;
}

STATUS_USE static inline enum status buf_str_add(struct buf *b, struct str s, struct err *err) { return buf_add(b, s.p, s.n, err); }
STATUS_USE static inline enum status buf_addz(struct buf *b, const char *z, struct err *err) { return buf_add(b, z, strlen(z), err); }
/* buf_z(b, err): NUL after the bytes, not counted in n; the view b->p is then a C string until the next change. */
enum status buf_z(struct buf *, struct err *) STATUS_USE;

#endif
