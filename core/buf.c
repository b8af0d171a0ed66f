/* buf.c: the growing buffer. */
#include "core/buf.h"

#include <stdarg.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/mem.h"

#define FIRST	64	/* bytes of the first allocation: saves the steps 1, 3, 7, ... */

void
buf_init(struct buf *b, size_t max)
{
	b->p = NULL;
	b->n = b->cap = 0;
	b->max = max;
}

void
buf_free(struct buf *b)
{
	mem_free(b->p);
	b->p = NULL;
	b->n = b->cap = 0;
}

void
buf_wipe(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->cap);
	buf_free(b);
}

enum status
buf_room(struct buf *b, size_t n, struct err *err)
{
	size_t want = b->cap;
	char *grown;

	if (n > b->max - b->n)			/* b->n <= b->max, always */
		return err_set(err, ST_LIMIT, _("more than %zu bytes"), b->max);
	if (n <= b->cap - b->n)
		return ST_OK;
	if (want == 0)
		want = b->max < FIRST ? b->max : FIRST;
	while (want - b->n < n)
		want = want >= b->max / 2 ? b->max : want * 2 + 1;
	if ((grown = mem_grow(b->p, want, 1, err)) == NULL)
		return ST_NOMEM;
	b->p = grown;
	b->cap = want;
	return ST_OK;
}

enum status
buf_addf(struct buf *b, struct err *err, const char *fmt, ...)
{
	char small[256], *text = small;
	enum status st;
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(small, sizeof(small), fmt, ap);
	va_end(ap);
	if (n < 0)
		return err_set(err, ST_INPUT, _("a text cannot be put into this form"));
	if ((size_t)n >= sizeof(small)) {
		/* Aside, since the NUL that vsnprintf adds may not fit below the cap. */
		if ((text = mem_get((size_t)n + 1, 1, err)) == NULL)
			return ST_NOMEM;
		va_start(ap, fmt);
		(void)vsnprintf(text, (size_t)n + 1, fmt, ap);
		va_end(ap);
	}
	st = buf_add(b, text, (size_t)n, err);
	if (text != small)
		mem_free(text);
	return st;
}

enum status
buf_z(struct buf *b, struct err *err)
{
	enum status st;

	if ((st = buf_room(b, 1, err)) != ST_OK)
		return st;
	b->p[b->n] = '\0';
	return ST_OK;
}
