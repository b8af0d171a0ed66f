/* pager.c: cursors, flags and offsets. */
#include "exporters/pager.h"

#include <inttypes.h>
#include <stdlib.h>

#include "core/i18n.h"

#define CURSOR_MAX	((size_t)64 << 10)

void
pager_init(struct pager *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->cursor, CURSOR_MAX);
}

void
pager_free(struct pager *p)
{
	buf_free(&p->cursor);
	free(p->seen);
	memset(p, 0, sizeof(*p));
}

static uint64_t
hash(struct str s)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);	/* FNV-1a: no secrecy is needed to notice a round */
	size_t i;

	for (i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

static bool
met(const struct pager *p, struct str cursor)
{
	uint64_t h = hash(cursor);
	size_t i;

	for (i = 0; i < p->n_seen; i++)
		if (p->seen[i] == h)
			return true;
	return false;
}

static enum status
note(struct pager *p, struct str cursor, struct err *err)
{
	if (p->n_seen == p->seen_max) {
		size_t want = p->seen_max == 0 ? 64 : p->seen_max * 2;
		uint64_t *grown;

		if (want > SIZE_MAX / sizeof(*grown) || (grown = realloc(p->seen, want * sizeof(*grown))) == NULL)
			return err_oom(err, want);
		p->seen = grown;
		p->seen_max = want;
	}
	p->seen[p->n_seen++] = hash(cursor);
	return ST_OK;
}

enum status
pager_resume(struct pager *p, const struct paging *style, struct str cursor, struct err *err)
{
	p->style = style;
	p->n_seen = 0;
	p->n_stuck = p->n_pages = 0;
	p->has_cursor = cursor.p != NULL;
	buf_clear(&p->cursor);
	if (!p->has_cursor)
		return ST_OK;
	return buf_str_add(&p->cursor, cursor, err);
}

enum status
pager_begin(struct pager *p, const struct paging *style, struct err *err)
{
	return pager_resume(p, style, str_of(style->first), err);
}

/* Nowhere to go although there is more. */
static enum status
stuck(struct pager *p, const char *what, enum pager_step *step, struct err *err)
{
	if (p->n_stuck++ >= PAGER_ASK_AGAIN)
		return err_set(err, ST_REMOTE, _("the platform says that there is more, but %s; asked %u times"), what, p->n_stuck);
	*step = PAGER_AGAIN;
	return ST_OK;
}

/* Does the answer's flag say that more follows?  Platforms write it as boolean, number or text. */
static bool
flag(const struct json_node *t, size_t i)
{
	if (i == 0 || t[i].tok == JSON_FALSE || t[i].tok == JSON_NULL)
		return false;
	return !(str_is(t[i].val, "0") || str_is(t[i].val, "false") || t[i].val.n == 0);
}

static enum status
by_offset(struct pager *p, size_t n_items, enum pager_step *step, struct err *err)
{
	uint64_t at = 0;
	enum status st;

	if (n_items == 0) {
		*step = PAGER_LAST;
		return ST_OK;
	}
	if (p->has_cursor && (st = str_u64(buf_str(&p->cursor), 0, UINT64_MAX / 2, &at, err)) != ST_OK)
		return st;
	p->has_cursor = true;
	buf_clear(&p->cursor);
	*step = PAGER_NEXT;
	return buf_addf(&p->cursor, err, "%" PRIu64, at + n_items);
}

enum status
pager_judge(struct pager *p, const struct json_node *t, size_t n_items, struct arena *a, enum pager_step *step, struct err *err)
{
	const struct paging *style = p->style;
	struct str next = STR_NONE;
	bool more;
	size_t i;
	enum status st;

	if (style->style == PAGING_NONE) {
		*step = PAGER_LAST;
		return ST_OK;
	}
	if (p->n_pages >= PAGER_PAGES_MAX)	/* new places for ever, or an offset that is not looked at */
		return err_set(err, ST_REMOTE, _("no end after %u pages"), p->n_pages);
	p->n_pages++;
	if (style->style == PAGING_OFFSET)
		return by_offset(p, n_items, step, err);
	i = style->next == NULL ? 0 : json_path(t, 0, style->next);
	if (i != 0 && (t[i].tok == JSON_STR || t[i].tok == JSON_NUM) &&
	    (st = json_text(t[i].val, t[i].flags, a, &next, err)) != ST_OK)
		return st;
	if (next.n == 0)
		next = STR_NONE;
	if (style->more == NULL)
		more = next.p != NULL;
	else if (style->more_means_end)
		more = !flag(t, json_path(t, 0, style->more));
	else
		more = flag(t, json_path(t, 0, style->more));
	if (!more) {
		*step = PAGER_LAST;
		return ST_OK;
	}
	if (next.p == NULL)
		return stuck(p, _("not where"), step, err);
	if ((p->has_cursor && str_eq(next, buf_str(&p->cursor))) || met(p, next))
		return stuck(p, _("names a place where we have been"), step, err);
	p->n_stuck = 0;
	if (p->has_cursor && (st = note(p, buf_str(&p->cursor), err)) != ST_OK)
		return st;
	p->has_cursor = true;
	buf_clear(&p->cursor);
	*step = PAGER_NEXT;
	return buf_str_add(&p->cursor, next, err);
}
