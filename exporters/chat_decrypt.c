/* chat_decrypt.c: page → slots of rows → RSA on workers → batches for the child, in the order of the page. */
#include "exporters/chat_decrypt.h"

#include <stdlib.h>

#include "core/ring.h"

#define SLOT_ROWS	16u		/* 5 ms of RSA: little is lost at the end of a page */
#define BATCH_ROWS	128u
#define BATCH_BYTES	((size_t)4 << 20)

struct slot { struct chat_row *rows; size_t n; };

struct chat_decrypt {
	struct chat_keys *keys;
	struct chat_proc *proc;
	struct ring	*ring;
	struct slot	*slots;
	struct arena	*arena;			/* of the page at hand */
	struct chat_row	*batch_rows[BATCH_ROWS];
	struct chat_cipher batch[BATCH_ROWS];
	size_t		 n_batch, batch_bytes;
};

/* On a worker: message keys only. */
static enum status
unwrap(void *ctx, unsigned worker, void *slot, struct err *err)
{
	struct chat_decrypt *d = ctx;
	struct slot *s = slot;
	size_t i;

	(void)err;
	for (i = 0; i < s->n; i++) {
		struct chat_row *row = &s->rows[i];
		enum status st;

		if (row->state != CHAT_ROW_NEW)
			continue;
		if (!row->has_version || row->cipher.p == NULL || memchr(row->cipher.p, '\0', row->cipher.n) != NULL) {
			row->state = CHAT_ROW_CLOSED;
			continue;
		}
		st = chat_keys_unwrap(d->keys, worker, row->version, row->wrapped, row->key, &row->n_key, NULL);
		if (st == ST_END)
			row->state = CHAT_ROW_NO_KEY;
		else if (st != ST_OK)
			row->state = CHAT_ROW_CLOSED;
	}
	return ST_OK;
}

static enum status
flush(struct chat_decrypt *d, struct err *err)
{
	enum status st;
	size_t i;

	st = chat_proc_decrypt(d->proc, d->batch, d->n_batch, err);
	for (i = 0; i < d->n_batch; i++) {
		struct chat_row *row = d->batch_rows[i];

		if (st != ST_OK)
			continue;
		row->code = d->batch[i].code;
		row->state = row->code == 0 ? CHAT_ROW_PLAIN : CHAT_ROW_CLOSED;
		if (row->code == 0)
			st = arena_dup(d->arena, d->batch[i].text, &row->plain, err);
	}
	d->n_batch = 0;
	d->batch_bytes = 0;
	return st;
}

/* On the caller's thread, in order. */
static enum status
collect(void *ctx, void *slot, struct err *err)
{
	struct chat_decrypt *d = ctx;
	struct slot *s = slot;
	enum status st;
	size_t i;

	for (i = 0; i < s->n; i++) {
		struct chat_row *row = &s->rows[i];

		if (row->state != CHAT_ROW_NEW)
			continue;
		if ((d->n_batch == BATCH_ROWS || (d->n_batch > 0 && d->batch_bytes + row->cipher.n > BATCH_BYTES)) &&
		    (st = flush(d, err)) != ST_OK)
			return st;
		d->batch_rows[d->n_batch] = row;
		d->batch[d->n_batch++] = (struct chat_cipher){ { row->key, row->n_key }, row->cipher, 0, STR_NONE };
		d->batch_bytes += row->cipher.n;
	}
	return ST_OK;
}

enum status
chat_decrypt_open(struct chat_decrypt **out, struct chat_keys *keys, struct chat_proc *proc, unsigned n_threads, struct err *err)
{
	static const struct ring_ops ops = { unwrap, collect };
	size_t n_slots = 2 * (size_t)n_threads + 2;
	struct chat_decrypt *d;
	enum status st;

	*out = NULL;
	if ((d = calloc(1, sizeof(*d))) == NULL || (d->slots = calloc(n_slots, sizeof(*d->slots))) == NULL) {
		free(d);
		return err_oom(err, sizeof(*d));
	}
	d->keys = keys;
	d->proc = proc;
	if ((st = ring_open(&d->ring, d->slots, n_slots, sizeof(*d->slots), n_threads, &ops, d, err)) != ST_OK) {
		chat_decrypt_close(d);
		return st;
	}
	*out = d;
	return ST_OK;
}

void
chat_decrypt_close(struct chat_decrypt *d)
{
	if (d == NULL)
		return;
	ring_close(d->ring);
	free(d->slots);
	free(d);
}

enum status
chat_decrypt_rows(struct chat_decrypt *d, struct chat_row *rows, size_t n, struct arena *a, struct err *err)
{
	struct slot *slot;
	void *free_slot;
	enum status st = ST_OK;
	size_t i;

	d->arena = a;
	for (i = 0; i < n && st == ST_OK; i += SLOT_ROWS) {
		if ((st = ring_slot(d->ring, &free_slot, err)) != ST_OK)
			break;
		slot = free_slot;
		slot->rows = rows + i;
		slot->n = n - i < SLOT_ROWS ? n - i : SLOT_ROWS;
		st = ring_put(d->ring, err);
	}
	if (st == ST_OK)
		st = ring_drain(d->ring, err);
	if (st == ST_OK)
		st = flush(d, err);
	for (i = 0; i < n; i++)
		explicit_bzero(rows[i].key, sizeof(rows[i].key));
	d->arena = NULL;
	return st;
}
