/* line_names.c: few names are compared pair by pair, many are sorted; so an object of any size costs little. */
#include "archive/line_names.h"

#include <stdlib.h>
#include <string.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/mem.h"

#define FEW	((size_t)24)

void
line_names_init(struct line_names *l)
{
	memset(l, 0, sizeof(*l));
}

void
line_names_free(struct line_names *l)
{
	mem_free(l->list);
	memset(l, 0, sizeof(*l));
}

void
line_names_begin(struct line_names *l)
{
	l->n = 0;
}

enum status
line_names_add(struct line_names *l, struct str s, bool escaped, struct err *err)
{
	struct line_name *grown;
	size_t cap = l->cap == 0 ? 64 : 2 * l->cap;

	if (l->n == LINE_NAMES_MAX)
		return err_set(err, ST_UNSURE, _("a record has more names than this program can follow"));
	if (l->n == l->cap) {
		if ((grown = mem_grow(l->list, cap, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		l->list = grown;
		l->cap = cap;
	}
	l->list[l->n++] = (struct line_name){ s, escaped };
	return ST_OK;
}

static int
by_meaning(const void *a, const void *b)
{
	return json_order(((const struct line_name *)a)->s, ((const struct line_name *)b)->s);
}

static bool
same(const struct line_name *a, const struct line_name *b)
{
	if (a->escaped || b->escaped)
		return by_meaning(a, b) == 0;
	return a->s.n == b->s.n && memcmp(a->s.p, b->s.p, a->s.n) == 0;
}

static bool
any_twice(struct line_name *p, size_t n)
{
	size_t i, j;

	if (n > FEW) {
		qsort(p, n, sizeof(*p), by_meaning);
		for (i = 1; i < n; i++)
			if (same(&p[i - 1], &p[i]))
				return true;
		return false;
	}
	for (i = 1; i < n; i++)
		for (j = 0; j < i; j++)
			if (same(&p[i], &p[j]))
				return true;
	return false;
}

enum status
line_names_close(struct line_names *l, size_t from, bool top, struct err *err)
{
	struct line_name *p = l->list + from;
	size_t i, n = l->n - from;

	l->n = from;
	for (i = 1; top && i < n; i++)
		if (str_has_prefix(p[i].s, "_") || str_has_prefix(p[i].s, "\\u005f") || str_has_prefix(p[i].s, "\\u005F"))
			return err_set(err, ST_CORRUPT, _("a record has a second name that begins with \"_\""));
	return any_twice(p, n) ? err_set(err, ST_CORRUPT, _("a name comes twice in an object of a record")) : ST_OK;
}
