/*
 * ring.c: slots are named by a running number; slot k lives at k mod n.
 *
 *   retired <= taken <= put,  put - retired <= n
 *
 * [retired, taken) are with workers or done, [taken, put) wait for a worker.  A slot between two hands is only touched by the one
 * that has it; the numbers and the done marks are kept under the lock.
 */
#include "core/ring.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/i18n.h"
#include "core/mem.h"

#define THREADS_MAX	64u

struct result { bool done; enum status st; struct err err; };
struct worker { struct ring *ring; unsigned number; pthread_t thread; };

struct ring {
	pthread_mutex_t	 lock;
	pthread_cond_t	 filled, done;
	unsigned char	*slots;
	size_t		 n, size;
	struct ring_ops	 ops;
	void		*ctx;
	struct result	*results;	/* one per slot */
	struct worker	*workers;
	unsigned	 n_threads;	/* that were wanted; 0: the producer works */
	unsigned	 n_started;
	uint64_t	 put, taken, retired;
	bool		 stop;
	enum status	 failed;	/* the first failure, and its message: producer only */
	struct err	 first;
};

static void *
slot_at(struct ring *r, uint64_t k)
{
	return r->slots + (size_t)(k % r->n) * r->size;
}

static void
do_work(struct ring *r, unsigned worker, uint64_t k)
{
	struct result *res = &r->results[k % r->n];

	err_init(&res->err);
	res->st = r->ops.work(r->ctx, worker, slot_at(r, k), &res->err);
}

static void *
worker_main(void *arg)
{
	struct worker *w = arg;
	struct ring *r = w->ring;
	uint64_t k;

	pthread_mutex_lock(&r->lock);
	for (;;) {
		while (!r->stop && r->taken == r->put)
			pthread_cond_wait(&r->filled, &r->lock);
		if (r->stop)
			break;
		k = r->taken++;
		pthread_mutex_unlock(&r->lock);
		do_work(r, w->number, k);
		pthread_mutex_lock(&r->lock);
		r->results[k % r->n].done = true;
		if (k == r->retired)		/* the only one the producer can be waiting for */
			pthread_cond_signal(&r->done);
	}
	pthread_mutex_unlock(&r->lock);
	return NULL;
}

/* Signals are the main thread's: a worker starts with all of them blocked. */
static enum status
start_threads(struct ring *r, struct err *err)
{
	sigset_t all, old;
	struct worker *w;
	int failed = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	while (r->n_started < r->n_threads && failed == 0) {
		w = &r->workers[r->n_started];
		w->ring = r;
		w->number = r->n_started;
		if ((failed = pthread_create(&w->thread, NULL, worker_main, w)) == 0)
			r->n_started++;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (failed != 0)
		return err_set(err, ST_IO, _("a thread cannot be started (error %d)"), failed);
	return ST_OK;
}

enum status
ring_open(struct ring **out, void *slots, size_t n_slots, size_t slot_size, unsigned n_threads, const struct ring_ops *ops, void *ctx,
    struct err *err)
{
	enum status st;
	struct ring *r;

	*out = NULL;
	if (n_slots == 0)
		return err_set(err, ST_USAGE, _("a ring needs at least one slot"));
	if ((r = mem_get(1, sizeof(*r), err)) == NULL)
		return ST_NOMEM;
	pthread_mutex_init(&r->lock, NULL);
	pthread_cond_init(&r->filled, NULL);
	pthread_cond_init(&r->done, NULL);
	r->slots = slots;
	r->n = n_slots;
	r->size = slot_size;
	r->ops = *ops;
	r->ctx = ctx;
	r->n_threads = n_threads;
	if ((r->results = mem_get(n_slots, sizeof(*r->results), err)) == NULL ||
	    (r->workers = mem_get(n_threads, sizeof(*r->workers), err)) == NULL) {
		ring_close(r);
		return ST_NOMEM;
	}
	if ((st = start_threads(r, err)) != ST_OK) {
		ring_close(r);
		return st;
	}
	*out = r;
	return ST_OK;
}

static enum status
again(struct ring *r, struct err *err)
{
	if (err != NULL)
		*err = r->first;
	return r->failed;
}

static enum status
fail(struct ring *r, enum status st, const struct err *why, struct err *err)
{
	r->failed = st;
	r->first = *why;
	r->first.code = st;
	/* What waits would be dropped anyway: the workers go home. */
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->filled);
	pthread_mutex_unlock(&r->lock);
	return again(r, err);
}

/* Retires done slots in order; waits until at most ${busy} are in hand. */
static enum status
retire_until(struct ring *r, uint64_t busy, struct err *err)
{
	struct result *res;
	struct err why;
	enum status st;
	bool done;

	while (r->retired < r->put) {
		res = &r->results[r->retired % r->n];
		pthread_mutex_lock(&r->lock);
		while (!res->done && r->put - r->retired > busy)
			pthread_cond_wait(&r->done, &r->lock);
		done = res->done;
		pthread_mutex_unlock(&r->lock);
		if (!done)
			break;
		if (res->st != ST_OK)
			return fail(r, res->st, &res->err, err);
		err_init(&why);
		if ((st = r->ops.retire(r->ctx, slot_at(r, r->retired), &why)) != ST_OK)
			return fail(r, st, &why, err);
		pthread_mutex_lock(&r->lock);
		res->done = false;
		r->retired++;
		pthread_mutex_unlock(&r->lock);
	}
	return ST_OK;
}

enum status
ring_slot(struct ring *r, void **slot, struct err *err)
{
	enum status st;

	*slot = NULL;
	if (r->failed != ST_OK)
		return again(r, err);
	if ((st = retire_until(r, r->n - 1, err)) != ST_OK)
		return st;
	*slot = slot_at(r, r->put);
	return ST_OK;
}

enum status
ring_put(struct ring *r, struct err *err)
{
	if (r->failed != ST_OK)
		return again(r, err);
	if (r->n_threads == 0) {
		do_work(r, 0, r->put);
		r->results[r->put % r->n].done = true;
		r->put++;
		r->taken++;
		return ST_OK;
	}
	pthread_mutex_lock(&r->lock);
	r->put++;
	pthread_cond_signal(&r->filled);
	pthread_mutex_unlock(&r->lock);
	return ST_OK;
}

enum status
ring_drain(struct ring *r, struct err *err)
{
	if (r->failed != ST_OK)
		return again(r, err);
	return retire_until(r, 0, err);
}

void
ring_close(struct ring *r)
{
	unsigned i;

	if (r == NULL)
		return;
	pthread_mutex_lock(&r->lock);
	r->stop = true;
	pthread_cond_broadcast(&r->filled);
	pthread_mutex_unlock(&r->lock);
	for (i = 0; i < r->n_started; i++)
		pthread_join(r->workers[i].thread, NULL);
	pthread_cond_destroy(&r->done);
	pthread_cond_destroy(&r->filled);
	pthread_mutex_destroy(&r->lock);
	mem_free(r->workers);
	mem_free(r->results);
	mem_free(r);
}

unsigned
ring_threads(unsigned wanted)
{
	cpu_set_t set;
	int n;

	if (wanted == 0) {
		CPU_ZERO(&set);
		n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set) : 1;
		wanted = n < 1 ? 1 : (unsigned)n;
	}
	return wanted > THREADS_MAX ? THREADS_MAX : wanted;
}
