/*
 * mem.h: the one allocator of this program, so that a test can fail the n-th call.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include "core/status.h"

/* mem_get(n, size): zeroed room for ${n} objects; NULL when there is none or the product does not fit. */
void *mem_get(size_t n, size_t size);
/* mem_grow(p, n): as realloc; the old block stays good when NULL is returned. */
void *mem_grow(void *, size_t n);
void mem_free(void *);
/* mem_fail_at(n): the n-th call from now on fails, once (1: the next); 0: never.  Tests only. */
void mem_fail_at(unsigned long n);

#endif
