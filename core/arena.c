/* arena.c: blocks in a list, the newest first; memory is given out from the newest only. */
#include "core/arena.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/mem.h"

#define BLOCK	((size_t)64 << 10)
#define ALIGN	_Alignof(max_align_t)

struct arena_block {
	struct arena_block	*older;
	size_t			 size, used;
	size_t			 dirty;		/* bytes from here on are still zero from the allocation */
	_Alignas(max_align_t) unsigned char bytes[];
};

void
arena_init(struct arena *a, size_t max)
{
	a->blocks = NULL;
	a->n_bytes = 0;
	a->max = max;
}

void
arena_free(struct arena *a)
{
	struct arena_block *b;

	while ((b = a->blocks) != NULL) {
		a->blocks = b->older;
		mem_free(b);
	}
	a->n_bytes = 0;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b, *keep = NULL;

	/* The largest: what one page needed the next will need. */
	while ((b = a->blocks) != NULL) {
		a->blocks = b->older;
		if (keep == NULL || b->size > keep->size) {
			mem_free(keep);
			keep = b;
		} else
			mem_free(b);
	}
	if (keep != NULL) {
		if (keep->used > keep->dirty)
			keep->dirty = keep->used;
		keep->used = 0;
		keep->older = NULL;
	}
	a->blocks = keep;
	a->n_bytes = 0;
}

/* Room for ${n} bytes, not zeroed where an earlier page has written: *fresh says from where it is zero. */
static enum status
take(struct arena *a, size_t n, unsigned char **out, size_t *fresh, struct err *err)
{
	struct arena_block *b = a->blocks;
	size_t whole, size;

	if (n > a->max - a->n_bytes)
		return err_set(err, ST_LIMIT, _("one page needs more than %zu bytes of memory"), a->max);
	whole = (n + ALIGN - 1) / ALIGN * ALIGN;
	if (whole < n || whole > SIZE_MAX - sizeof(*b))
		return err_oom(err, n);
	if (b == NULL || whole > b->size - b->used) {
		size = whole > BLOCK ? whole : BLOCK;
		if ((b = mem_get(1, sizeof(*b) + size, err)) == NULL)
			return ST_NOMEM;
		b->size = size;
		b->older = a->blocks;
		a->blocks = b;
	}
	*out = b->bytes + b->used;
	*fresh = b->dirty > b->used ? b->dirty - b->used : 0;
	if (*fresh > n)
		*fresh = n;
	b->used += whole;
	a->n_bytes += n;
	return ST_OK;
}

enum status
arena_get(struct arena *a, size_t n, size_t size, void **out, struct err *err)
{
	unsigned char *p;
	size_t want, fresh;
	enum status st;

	if (__builtin_mul_overflow(n, size, &want))
		return err_oom(err, SIZE_MAX);
	if ((st = take(a, want, &p, &fresh, err)) != ST_OK)
		return st;
	memset(p, 0, fresh);
	*out = p;
	return ST_OK;
}

enum status
arena_grow(struct arena *a, void *old, size_t n_old, size_t n, size_t size, void **out, struct err *err)
{
	struct arena_block *b = a->blocks;
	size_t had = n_old * size, want, whole_had, whole, from, to;
	unsigned char *p = old;
	enum status st;
	void *moved;

	if (__builtin_mul_overflow(n, size, &want) || want > SIZE_MAX - ALIGN)
		return err_oom(err, SIZE_MAX);
	whole_had = (had + ALIGN - 1) / ALIGN * ALIGN;
	whole = (want + ALIGN - 1) / ALIGN * ALIGN;
	/* In place when it was the last one given out and its block has room. */
	if (p != NULL && b != NULL && p + whole_had == b->bytes + b->used && whole - whole_had <= b->size - b->used) {
		if (want - had > a->max - a->n_bytes)
			return err_set(err, ST_LIMIT, _("one page needs more than %zu bytes of memory"), a->max);
		from = (size_t)(p - b->bytes) + had;
		to = (size_t)(p - b->bytes) + whole;
		if (to > b->dirty)
			to = b->dirty;
		if (to > from)
			memset(b->bytes + from, 0, to - from);
		b->used += whole - whole_had;
		a->n_bytes += want - had;
		*out = old;
		return ST_OK;
	}
	if ((st = arena_get(a, n, size, &moved, err)) != ST_OK)
		return st;
	if (had > 0)
		memcpy(moved, old, had);
	*out = moved;
	return ST_OK;
}

enum status
arena_dup(struct arena *a, struct str s, struct str *out, struct err *err)
{
	unsigned char *p;
	size_t fresh;
	enum status st;

	if (s.n == SIZE_MAX)
		return err_oom(err, s.n);
	if ((st = take(a, s.n + 1, &p, &fresh, err)) != ST_OK)
		return st;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	*out = (struct str){ (char *)p, s.n };
	return ST_OK;
}

enum status
arena_fmt(struct arena *a, struct str *out, struct err *err, const char *fmt, ...)
{
	unsigned char *p;
	size_t fresh;
	enum status st;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(err, ST_INPUT, _("a text cannot be put into this form"));
	if ((st = take(a, (size_t)n + 1, &p, &fresh, err)) != ST_OK)
		return st;
	va_start(ap, fmt);
	(void)vsnprintf((char *)p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	*out = (struct str){ (char *)p, (size_t)n };
	return ST_OK;
}
