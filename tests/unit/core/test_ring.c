/* ring: order, the first failure, no threads and many. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/mem.h"
#include "core/ring.h"

struct slot { unsigned in; uint64_t out; };
struct job {
	unsigned	next;		/* expected at retire: only the producer touches it */
	unsigned	work_fails_at, retire_fails_at;
	unsigned	per_worker[64];	/* each touched by one worker only */
};

static enum status
work(void *ctx, unsigned worker, void *p, struct err *err)
{
	struct job *job = ctx;
	struct slot *s = p;
	unsigned i;

	job->per_worker[worker]++;
	s->out = s->in;
	for (i = 0; i < (s->in * 7919u) % 1000; i++)
		s->out = s->out * 6364136223846793005u + 1;
	if (s->in % 97 == 0)
		usleep(200);
	if (s->in >= job->work_fails_at)
		return err_set(err, ST_CORRUPT, "work %u", s->in);
	return ST_OK;
}

static enum status
retire(void *ctx, void *p, struct err *err)
{
	struct job *job = ctx;
	struct slot *s = p;
	uint64_t want = s->in;
	unsigned i;

	assert_int_equal(s->in, job->next);
	job->next++;
	for (i = 0; i < (s->in * 7919u) % 1000; i++)
		want = want * 6364136223846793005u + 1;
	assert_true(s->out == want);
	if (s->in == job->retire_fails_at)
		return err_set(err, ST_IO, "retire %u", s->in);
	return ST_OK;
}

static const struct ring_ops ops = { work, retire };

static enum status
run(struct job *job, unsigned n_slots, unsigned n_threads, unsigned n, struct err *err)
{
	struct slot slots[16], *s;
	enum status st;
	struct ring *r;
	unsigned i;
	void *p;

	assert_int_equal(ring_open(&r, slots, n_slots, sizeof(slots[0]), n_threads, &ops, job, err), ST_OK);
	for (i = 0; i < n; i++) {
		if ((st = ring_slot(r, &p, err)) != ST_OK)
			goto out;
		s = p;
		s->in = i;
		if ((st = ring_put(r, err)) != ST_OK)
			goto out;
	}
	st = ring_drain(r, err);
out:
	if (st != ST_OK) {
		struct err again;

		assert_int_equal(ring_slot(r, &p, &again), st);
		assert_string_equal(again.text, err->text);
		assert_int_equal(ring_put(r, &again), st);
		assert_int_equal(ring_drain(r, &again), st);
	}
	ring_close(r);
	return st;
}

static void
test_order(void **state)
{
	unsigned t, slots, i, sum;
	struct err err;

	(void)state;
	for (t = 0; t <= 5; t++)
		for (slots = 1; slots <= 16; slots += 5) {
			struct job job = { .work_fails_at = ~0u, .retire_fails_at = ~0u };

			assert_int_equal(run(&job, slots, t, 3000, &err), ST_OK);
			assert_int_equal(job.next, 3000);
			for (i = sum = 0; i < 64; i++)
				sum += job.per_worker[i];
			assert_int_equal(sum, 3000);
		}
}

static void
test_failures(void **state)
{
	unsigned t;
	struct err err;

	(void)state;
	for (t = 0; t <= 4; t++) {
		struct job a = { .work_fails_at = 100, .retire_fails_at = ~0u };
		struct job b = { .work_fails_at = ~0u, .retire_fails_at = 50 };
		struct job c = { .work_fails_at = 0, .retire_fails_at = ~0u };

		/* The first in order, whichever worker was first in time. */
		assert_int_equal(run(&a, 8, t, 1000, &err), ST_CORRUPT);
		assert_string_equal(err.text, "work 100");
		assert_int_equal(a.next, 100);
		assert_int_equal(run(&b, 8, t, 1000, &err), ST_IO);
		assert_string_equal(err.text, "retire 50");
		assert_int_equal(b.next, 51);
		assert_int_equal(run(&c, 8, t, 3, &err), ST_CORRUPT);
		assert_string_equal(err.text, "work 0");
	}
}

static void
test_dropped(void **state)
{
	struct job job = { .work_fails_at = ~0u, .retire_fails_at = ~0u };
	struct slot slots[4], *s;
	struct ring *r;
	struct err err;
	void *p;
	unsigned i;

	(void)state;
	assert_int_equal(ring_open(&r, slots, 4, sizeof(slots[0]), 2, &ops, &job, &err), ST_OK);
	for (i = 0; i < 3; i++) {
		assert_int_equal(ring_slot(r, &p, &err), ST_OK);
		s = p;
		s->in = i;
		assert_int_equal(ring_put(r, &err), ST_OK);
	}
	ring_close(r);
	ring_close(NULL);
	assert_true(job.next <= 3);
}

static void
test_no_memory(void **state)
{
	struct slot slots[2];
	struct job job = { .next = 0 };
	struct ring *r = NULL;
	struct err err;
	long n;

	(void)state;
	for (n = 1; n <= 3; n++) {
		mem_fail_at(n);
		assert_int_equal(ring_open(&r, slots, 2, sizeof(slots[0]), 2, &ops, &job, &err), ST_NOMEM);
		assert_true(mem_fail_hit());
		assert_null(r);
	}
	mem_fail_at(0);
	assert_int_equal(ring_open(&r, slots, 2, sizeof(slots[0]), 2, &ops, &job, &err), ST_OK);
	assert_int_equal(ring_drain(r, &err), ST_OK);
	ring_close(r);
	assert_true(ring_threads(0) >= 1 && ring_threads(0) <= 64);
	assert_int_equal(ring_threads(3), 3);
	assert_int_equal(ring_threads(1000), 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order), cmocka_unit_test(test_failures), cmocka_unit_test(test_dropped), cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
