/* mem.c: malloc and friends behind one door. */
#include "core/mem.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>

static atomic_long calls_left;		/* > 0: a test is counting; the call that makes it 0 fails */
static atomic_int hit;

static int
refused(void)
{
	if (atomic_load_explicit(&calls_left, memory_order_relaxed) <= 0)
		return 0;
	if (atomic_fetch_sub(&calls_left, 1) != 1)
		return 0;
	atomic_store(&hit, 1);
	return 1;
}

void *
mem_get(size_t n, size_t size, struct err *err)
{
	void *p;

	/* calloc(0) may answer NULL, which here would look like a failure. */
	if (n == 0 || size == 0)
		n = size = 1;
	if (refused() || (p = calloc(n, size)) == NULL) {
		err_oom(err, n > SIZE_MAX / size ? SIZE_MAX : n * size);
		return NULL;
	}
	return p;
}

void *
mem_grow(void *old, size_t n, size_t size, struct err *err)
{
	size_t want;
	void *p;

	if (__builtin_mul_overflow(n, size, &want)) {
		err_oom(err, SIZE_MAX);
		return NULL;
	}
	if (want == 0)
		want = 1;
	if (refused() || (p = realloc(old, want)) == NULL) {
		err_oom(err, want);
		return NULL;
	}
	return p;
}

void
mem_free(void *p)
{
	free(p);
}

void
mem_fail_at(long n)
{
	atomic_store(&hit, 0);
	atomic_store(&calls_left, n);
}

int
mem_fail_hit(void)
{
	return atomic_load(&hit);
}
