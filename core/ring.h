/*
 * ring.h: an ordered ring of work: one producer fills slots, N workers work on them, the producer retires them in the
 * order in which they were filled.  It is the only buffer between stages: full ring → the producer waits (and so the socket is not read).
 *
 * With 0 threads the work is done in ring_put by the caller: same results, no threads.
 */
#ifndef CORE_RING_H
#define CORE_RING_H

#include "core/status.h"

struct ring;

struct ring_ops {
	/* Called on a worker for a filled slot.  ${worker} is 0 … n_threads-1 for per-thread state.  Its status is kept for retire. */
	enum status (*work)(void *ctx, unsigned worker, void *slot, struct err *);
	/* Called on the producer's thread, in order, after work ended well; the slot is free again afterwards. */
	enum status (*retire)(void *ctx, void *slot, struct err *);
};

/*
 * ring_open(out, slots, n_slots, slot_size, n_threads, ops, ctx, err): ${slots} is the caller's array of ${n_slots} objects of ${slot_size} bytes,
 * borrowed until close.
 */
enum status ring_open(struct ring **out, void *slots, size_t n_slots, size_t slot_size, unsigned n_threads,
    const struct ring_ops *, void *ctx, struct err *) STATUS_USE;
/* ring_slot(r, slot, err): a free slot to fill; retires finished ones first and waits when all are busy.  The first failure of work or retire is returned, here and ever after. */
enum status ring_slot(struct ring *, void **slot, struct err *) STATUS_USE;
/* ring_put(r, err): hand over the slot got last. */
enum status ring_put(struct ring *, struct err *) STATUS_USE;
/* ring_drain(r, err): wait until all is worked on and retired. */
enum status ring_drain(struct ring *, struct err *) STATUS_USE;
void ring_close(struct ring *);			/* joins the threads; NULL does nothing; what was not retired is dropped */
/* ring_threads(wanted): 0 → number of processors available to this process, at most 64. */
unsigned ring_threads(unsigned wanted);

#endif
