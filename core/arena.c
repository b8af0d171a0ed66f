/* arena.c: a list of blocks, the newest first; small requests share one. */
#include "core/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/mem.h"

#define BLOCK	((size_t)64 << 10)

struct arena_block {
	struct arena_block *next;
	size_t used, size;
	alignas(max_align_t) char bytes[];
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
		a->blocks = b->next;
		mem_free(b);
	}
	a->n_bytes = 0;
}

void
arena_reset(struct arena *a)
{
	struct arena_block *b, *keep = NULL;

	while ((b = a->blocks) != NULL) {
		a->blocks = b->next;
		if (keep == NULL && b->size == BLOCK)
			keep = b;
		else
			mem_free(b);
	}
	if (keep != NULL) {
		keep->next = NULL;
		keep->used = 0;
	}
	a->blocks = keep;
	a->n_bytes = 0;
}

enum status
arena_get(struct arena *a, size_t n, size_t size, void **out, struct err *err)
{
	struct arena_block *b = a->blocks;
	size_t want, room;

	if (__builtin_mul_overflow(n, size, &want) || want > a->max - a->n_bytes)
		return err_set(err, ST_LIMIT, _("more than %zu bytes for one page"), a->max);
	a->n_bytes += want;
	want = (want + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
	if (b == NULL || b->size - b->used < want) {
		room = want > BLOCK ? want : BLOCK;
		if ((b = mem_get(1, sizeof(*b) + room)) == NULL)
			return err_oom(err, room);
		b->size = room;
		/* A large block goes behind the shared one, which has room left. */
		if (want > BLOCK / 2 && a->blocks != NULL) {
			b->next = a->blocks->next;
			a->blocks->next = b;
		} else {
			b->next = a->blocks;
			a->blocks = b;
		}
	}
	*out = b->bytes + b->used;
	memset(*out, 0, want);
	b->used += want;
	return ST_OK;
}

enum status
arena_dup(struct arena *a, struct str s, struct str *out, struct err *err)
{
	enum status st;
	void *p;

	if ((st = arena_get(a, s.n + 1, 1, &p, err)) != ST_OK)
		return st;
	if (s.n > 0)
		memcpy(p, s.p, s.n);
	*out = (struct str){ p, s.n };
	return ST_OK;
}

enum status
arena_fmt(struct arena *a, struct str *out, struct err *err, const char *fmt, ...)
{
	enum status st;
	va_list ap;
	void *p;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(err, ST_INPUT, _("text that cannot be formatted"));
	if ((st = arena_get(a, (size_t)n + 1, 1, &p, err)) != ST_OK)
		return st;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	*out = (struct str){ p, (size_t)n };
	return ST_OK;
}
