/*
 * sorter.c: items lie one behind the other in one block, each after its length, and pointers to them are sorted.  A full block becomes a run
 * in the scratch file; a binary heap of one head per run merges them.
 */
#include "archive/sorter.h"

#include <stdlib.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"

#define RUNS_MAX	((size_t)512)		/* each needs room for one item while they are merged */
#define LENGTH		sizeof(uint32_t)
#define HEAD_MIN	(LENGTH + SORTER_ITEM_MAX)

struct run { uint64_t at, end; };

struct head {
	unsigned char	*p;		/* ${room} bytes of the run; [i, n) not yet given */
	size_t		 i, n;
	uint64_t	 at, end;	/* what of the run is still in the file */
};

struct sorter {
	unsigned char	*block;
	size_t		 n_block, room;
	const unsigned char **items;
	size_t		 n_items, items_room, i_next;
	int		 fd;
	struct run	 runs[RUNS_MAX];
	size_t		 n_runs;
	uint64_t	 at;		/* end of the file */
	bool		 reading;
	struct head	*heads;
	unsigned char	*head_block;
	size_t		 head_room, n_heap;
	struct head	*heap[RUNS_MAX];
	bool		 given;		/* the item at heap[0] has been handed out and is to be passed over */
};

static size_t
length(const unsigned char *item)
{
	uint32_t n;

	memcpy(&n, item, LENGTH);
	return n;
}

static int
compare(const unsigned char *a, const unsigned char *b)
{
	size_t n_a = length(a), n_b = length(b);
	int c = memcmp(a + LENGTH, b + LENGTH, n_a < n_b ? n_a : n_b);

	return c != 0 ? c : (n_a > n_b) - (n_a < n_b);
}

static int
compare_pointers(const void *a, const void *b)
{
	const unsigned char *x, *y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return compare(x, y);
}

enum status
sorter_open(struct sorter **out, size_t memory, struct err *err)
{
	struct sorter *s;

	*out = NULL;
	if ((s = mem_get(1, sizeof(*s), err)) == NULL)
		return ST_NOMEM;
	s->fd = -1;
	s->room = memory < 65536 ? 65536 : memory;
	s->items_room = s->room / 32;
	if ((s->block = malloc(s->room)) == NULL || (s->items = mem_get(s->items_room, sizeof(*s->items), err)) == NULL) {
		sorter_close(s);
		return err_oom(err, s->room);
	}
	*out = s;
	return ST_OK;
}

void
sorter_close(struct sorter *s)
{
	if (s == NULL)
		return;
	free(s->block);
	mem_free(s->items);
	mem_free(s->heads);
	mem_free(s->head_block);
	fs_drop(&s->fd);
	mem_free(s);
}

static enum status
spill(struct sorter *s, struct err *err)
{
	unsigned char out[65536];
	size_t i, n = 0;
	enum status st;

	if (s->n_runs == RUNS_MAX)
		return err_set(err, ST_LIMIT, _("more names than this program can compare"));
	if (s->fd < 0 && (st = fs_nameless(-1, &s->fd, err)) != ST_OK)
		return st;
	qsort(s->items, s->n_items, sizeof(*s->items), compare_pointers);
	s->runs[s->n_runs].at = s->at;
	for (i = 0; i < s->n_items; i++) {
		size_t item = LENGTH + length(s->items[i]);

		if (n + item > sizeof(out)) {
			if ((st = fs_write_all(s->fd, _("a temporary file"), out, n, err)) != ST_OK)
				return st;
			n = 0;
		}
		memcpy(out + n, s->items[i], item);
		n += item;
	}
	if ((st = fs_write_all(s->fd, _("a temporary file"), out, n, err)) != ST_OK)
		return st;
	s->at += s->n_block;
	s->runs[s->n_runs++].end = s->at;
	s->n_block = s->n_items = 0;
	return ST_OK;
}

enum status
sorter_add(struct sorter *s, const void *p, size_t n, struct err *err)
{
	uint32_t n32 = (uint32_t)n;
	enum status st;

	if (n > SORTER_ITEM_MAX)
		return err_set(err, ST_LIMIT, _("a name is over %zu bytes"), SORTER_ITEM_MAX);
	if ((s->room - s->n_block < LENGTH + n || s->n_items == s->items_room) && (st = spill(s, err)) != ST_OK)
		return st;
	s->items[s->n_items++] = s->block + s->n_block;
	memcpy(s->block + s->n_block, &n32, LENGTH);
	memcpy(s->block + s->n_block + LENGTH, p, n);
	s->n_block += LENGTH + n;
	return ST_OK;
}

/* At least one whole item in the head, unless its run has ended. */
static enum status
fill(struct sorter *s, struct head *h, struct err *err)
{
	size_t left = h->n - h->i, want;
	enum status st;

	if (left >= LENGTH && left >= LENGTH + length(h->p + h->i))
		return ST_OK;
	memmove(h->p, h->p + h->i, left);
	h->i = 0;
	h->n = left;
	want = s->head_room - left;
	if (want > h->end - h->at)
		want = (size_t)(h->end - h->at);
	if (want == 0)
		return ST_OK;
	st = fs_pread_all(s->fd, _("a temporary file"), h->p + left, want, h->at, err);
	h->at += want;
	h->n += want;
	return st;
}

static void
sink(struct sorter *s, size_t i)
{
	for (;;) {
		size_t least = i, child = 2 * i + 1;
		struct head *t;

		for (; child < s->n_heap && child <= 2 * i + 2; child++)
			if (compare(s->heap[child]->p + s->heap[child]->i, s->heap[least]->p + s->heap[least]->i) < 0)
				least = child;
		if (least == i)
			return;
		t = s->heap[i];
		s->heap[i] = s->heap[least];
		s->heap[least] = t;
		i = least;
	}
}

static enum status
begin_reading(struct sorter *s, struct err *err)
{
	enum status st;
	size_t i;

	s->reading = true;
	if (s->n_runs == 0) {
		qsort(s->items, s->n_items, sizeof(*s->items), compare_pointers);
		return ST_OK;
	}
	if (s->n_items > 0 && (st = spill(s, err)) != ST_OK)
		return st;
	s->head_room = s->room / s->n_runs < HEAD_MIN ? HEAD_MIN : s->room / s->n_runs;
	free(s->block);
	s->block = NULL;
	if ((s->heads = mem_get(s->n_runs, sizeof(*s->heads), err)) == NULL ||
	    (s->head_block = mem_get(s->n_runs, s->head_room, err)) == NULL)
		return ST_NOMEM;
	for (i = 0; i < s->n_runs; i++) {
		struct head *h = &s->heads[i];

		*h = (struct head){ s->head_block + i * s->head_room, 0, 0, s->runs[i].at, s->runs[i].end };
		if ((st = fill(s, h, err)) != ST_OK)
			return st;
		s->heap[s->n_heap++] = h;
	}
	for (i = s->n_heap / 2; i-- > 0;)
		sink(s, i);
	return ST_OK;
}

enum status
sorter_next(struct sorter *s, struct str *item, struct err *err)
{
	const unsigned char *p;
	enum status st;

	if (!s->reading && (st = begin_reading(s, err)) != ST_OK)
		return st;
	if (s->n_runs == 0) {
		if (s->i_next == s->n_items)
			return ST_END;
		p = s->items[s->i_next++];
	} else {
		if (s->given) {
			struct head *h = s->heap[0];

			h->i += LENGTH + length(h->p + h->i);
			if ((st = fill(s, h, err)) != ST_OK)
				return st;
			if (h->i == h->n)
				s->heap[0] = s->heap[--s->n_heap];
			sink(s, 0);
		}
		s->given = s->n_heap > 0;
		if (!s->given)
			return ST_END;
		p = s->heap[0]->p + s->heap[0]->i;
	}
	*item = (struct str){ (const char *)p + LENGTH, length(p) };
	return ST_OK;
}
