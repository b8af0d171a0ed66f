/* mem.c: calloc, realloc, free, and a counter that tests set. */
#include "core/mem.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

static atomic_ulong countdown;

static bool
fails(void)
{
	unsigned long left = atomic_load(&countdown);

	while (left != 0)
		if (atomic_compare_exchange_weak(&countdown, &left, left - 1))
			return left == 1;
	return false;
}

void *mem_get(size_t n, size_t size) { return fails() ? NULL : calloc(n, size); }
void *mem_grow(void *p, size_t n) { return fails() ? NULL : realloc(p, n); }
void mem_free(void *p) { free(p); }
void mem_fail_at(unsigned long n) { atomic_store(&countdown, n); }
