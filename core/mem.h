/*
 * mem.h: the one way to the heap, so that a test can make any call fail.
 *
 * Counts are multiplied with a check; a failure is ST_NOMEM in ${err} (which may be NULL) and NULL as the answer.
 */
#ifndef CORE_MEM_H
#define CORE_MEM_H

#include "core/status.h"

/* mem_get(n, size, err): room for n objects of size bytes, zeroed.  Returns owned; never NULL but on failure. */
void *mem_get(size_t n, size_t size, struct err *) STATUS_USE;
/* mem_grow(p, n, size, err): realloc to n objects; new bytes are not zeroed.  On failure ${p} is as it was. */
void *mem_grow(void *p, size_t n, size_t size, struct err *) STATUS_USE;
void mem_free(void *);

/* mem_fail_at(n): tests only: the n-th call from now fails, once; 0: none.  mem_fail_hit(): whether it has failed. */
void mem_fail_at(long n);
int mem_fail_hit(void);

#endif
