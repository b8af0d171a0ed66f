/*
 * arena.h: memory that dies together: the JSON and the records of a page.
 *
 * Blocks of 64 KiB or the size asked for; arena_reset keeps one block for the next page.
 */
#ifndef CORE_ARENA_H
#define CORE_ARENA_H

#include "core/str.h"

struct arena { struct arena_block *blocks; size_t n_bytes, max; };

void arena_init(struct arena *, size_t max);		/* never more than ${max} bytes handed out between resets */
void arena_free(struct arena *);
void arena_reset(struct arena *);
/* arena_get(a, n, size, out, err): room for n objects of size bytes, zeroed, aligned for any; valid until reset. */
enum status arena_get(struct arena *, size_t n, size_t size, void **out, struct err *) STATUS_USE;
/*
 * arena_grow(a, old, n_old, n, size, out, err): the array ${old} (NULL: none) with room for n >= n_old objects, the new ones zeroed.
 * Stays in its place if it was the last one given out and its block has room; else it is copied.
 */
enum status arena_grow(struct arena *, void *old, size_t n_old, size_t n, size_t size, void **out, struct err *) STATUS_USE;
/* arena_dup(a, s, out, err): a copy of ${s} with a NUL after it (not counted). */
enum status arena_dup(struct arena *, struct str, struct str *out, struct err *) STATUS_USE;
enum status arena_fmt(struct arena *, struct str *out, struct err *, const char *fmt, ...)
    __attribute__((format(printf, 4, 5))) STATUS_USE;

#endif
