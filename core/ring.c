/*
 * ring.c: slots in a circle with three running numbers: put (filled), taken (by workers) and retired.
 *   free → filled → working → done → free;  retired <= taken <= put <= retired + n_slots
 */
#include "core/ring.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/i18n.h"
#include "core/mem.h"

#define THREADS_MAX	64u

struct slot_state { bool done; enum status st; };
struct worker { struct ring *ring; unsigned number; pthread_t thread; };

struct ring {
	pthread_mutex_t	 lock;
	pthread_cond_t	 filled, done;
	char		*slots;
	size_t		 n_slots, slot_size;
	struct ring_ops	 ops;
	void		*ctx;
	struct slot_state *state;
	uint64_t	 put, taken, retired;
	bool		 closing;
	struct err	 first;		/* of the failure that all later calls repeat */
	enum status	 failed;
	struct worker	 workers[THREADS_MAX];
	unsigned	 n_threads;
};

static void *
slot_at(const struct ring *r, uint64_t i)
{
	return r->slots + (i % r->n_slots) * r->slot_size;
}

static void
fail(struct ring *r, enum status st, const struct err *err)
{
	if (r->failed == ST_OK) {
		r->failed = st;
		r->first = *err;
	}
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct ring *r = w->ring;
	struct err err;
	enum status st;
	uint64_t i;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		while (r->taken == r->put && !r->closing)
			pthread_cond_wait(&r->filled, &r->lock);
		if (r->closing)
			break;
		i = r->taken++;
		pthread_mutex_unlock(&r->lock);
		err_init(&err);
		st = r->ops.work(r->ctx, w->number, slot_at(r, i), &err);
		pthread_mutex_lock(&r->lock);
		r->state[i % r->n_slots].st = st;
		r->state[i % r->n_slots].done = true;
		if (st != ST_OK)
			fail(r, st, &err);
		pthread_cond_signal(&r->done);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

enum status
ring_open(struct ring **out, void *slots, size_t n_slots, size_t slot_size, unsigned n_threads, const struct ring_ops *ops, void *ctx,
    struct err *err)
{
	struct ring *r;
	unsigned i;

	*out = NULL;
	if ((r = mem_get(1, sizeof(*r))) == NULL)
		return err_oom(err, sizeof(*r));
	if ((r->state = mem_get(n_slots, sizeof(*r->state))) == NULL) {
		mem_free(r);
		return err_oom(err, n_slots * sizeof(*r->state));
	}
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->filled, NULL);
	pthread_cond_init(&r->done, NULL);
	r->slots = slots;
	r->n_slots = n_slots;
	r->slot_size = slot_size;
	r->ops = *ops;
	r->ctx = ctx;
	err_init(&r->first);
	for (i = 0; i < n_threads && i < THREADS_MAX; i++) {
		r->workers[i].ring = r;
		r->workers[i].number = i;
		if (pthread_create(&r->workers[i].thread, NULL, worker_main, &r->workers[i]) != 0) {
			ring_close(r);
			return err_set(err, ST_IO, _("cannot start thread %u"), i + 1);
		}
		r->n_threads++;
	}
	*out = r;
	return ST_OK;
}

static enum status
repeat(const struct ring *r, struct err *err)
{
	if (err != NULL)
		*err = r->first;
	return r->failed;
}

/* Retire the oldest slot; the lock is held on entry and exit, not while retiring. */
static enum status
retire_one(struct ring *r, struct err *err)
{
	uint64_t i = r->retired;
	struct err why;
	enum status st;

	while (!r->state[i % r->n_slots].done && r->failed == ST_OK)
		pthread_cond_wait(&r->done, &r->lock);
	if (r->failed != ST_OK)
		return repeat(r, err);
	pthread_mutex_unlock(&r->lock);
	err_init(&why);
	st = r->ops.retire(r->ctx, slot_at(r, i), &why);
	pthread_mutex_lock(&r->lock);
	r->state[i % r->n_slots].done = false;
	r->retired++;
	if (st != ST_OK) {
		fail(r, st, &why);
		return repeat(r, err);
	}
	return ST_OK;
}

enum status
ring_slot(struct ring *r, void **slot, struct err *err)
{
	enum status st;

	pthread_mutex_lock(&r->lock);
	st = r->failed == ST_OK ? ST_OK : repeat(r, err);
	while (st == ST_OK && r->retired < r->put &&
	    (r->put - r->retired == r->n_slots || r->state[r->retired % r->n_slots].done))
		st = retire_one(r, err);
	pthread_mutex_unlock(&r->lock);
	*slot = st == ST_OK ? slot_at(r, r->put) : NULL;
	return st;
}

enum status
ring_put(struct ring *r, struct err *err)
{
	struct err why;
	enum status st;

	pthread_mutex_lock(&r->lock);
	if (r->failed != ST_OK) {
		st = repeat(r, err);
		pthread_mutex_unlock(&r->lock);
		return st;
	}
	if (r->n_threads > 0) {
		r->put++;
		pthread_cond_signal(&r->filled);
		pthread_mutex_unlock(&r->lock);
		return ST_OK;
	}
	err_init(&why);
	if ((st = r->ops.work(r->ctx, 0, slot_at(r, r->put), &why)) == ST_OK) {
		r->state[r->put % r->n_slots].done = true;
		r->put++;
		r->taken = r->put;
	} else {
		fail(r, st, &why);
		st = repeat(r, err);
	}
	pthread_mutex_unlock(&r->lock);
	return st;
}

enum status
ring_drain(struct ring *r, struct err *err)
{
	enum status st;

	pthread_mutex_lock(&r->lock);
	st = r->failed == ST_OK ? ST_OK : repeat(r, err);
	while (st == ST_OK && r->retired < r->put)
		st = retire_one(r, err);
	pthread_mutex_unlock(&r->lock);
	return st;
}

void
ring_close(struct ring *r)
{
	unsigned i;

	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	r->closing = true;
	pthread_cond_broadcast(&r->filled);
	pthread_mutex_unlock(&r->lock);
	for (i = 0; i < r->n_threads; i++)
		pthread_join(r->workers[i].thread, NULL);
	pthread_cond_destroy(&r->filled);
	pthread_cond_destroy(&r->done);
	pthread_mutex_destroy(&r->lock);
	mem_free(r->state);
	mem_free(r);
}

unsigned
ring_threads(unsigned wanted)
{
	cpu_set_t set;
	unsigned n = wanted;

	if (n == 0)
		n = sched_getaffinity(0, sizeof(set), &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
	return n > THREADS_MAX ? THREADS_MAX : n;
}
