/* pack.c: core/ring with a compressor and a digest per worker. */
#include "archive/pack.h"

#include "archive/tree.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/ring.h"

#define THREADS_MAX	6u
#define JOBS_MAX	8u		/* keeps the whole program below 32 MiB */
#define KEEP_MAX	(MEMBER_RAW + MEMBER_RAW / 4)	/* bytes of memory a job keeps after a larger record */

struct pack_worker { struct member_packer *packer; struct digest digest; };

struct pack {
	struct ring	*ring;
	size_t		 n_jobs, n_workers;
	struct pack_job	*jobs;
	struct pack_worker *workers;
};

static enum status
hash_lines(struct pack_worker *w, struct pack_job *job, struct err *err)
{
	const char *p = job->raw.p, *end = p + job->raw.n, *lf;
	enum status st;

	for (; p < end; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL || job->n_leaves == MEMBER_RECORDS)
			return err_set(err, ST_CORRUPT, _("records waiting for compression are damaged"));
		if ((st = tree_leaf(&w->digest, p, (size_t)(lf - p), job->leaves[job->n_leaves++], err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

static enum status
work(void *ctx, unsigned worker, void *slot, struct err *err)
{
	struct pack *p = ctx;
	struct pack_worker *w = &p->workers[worker];
	struct pack_job *job = slot;
	enum status st;

	if (job->records && (st = hash_lines(w, job, err)) != ST_OK)
		return st;
	if (job->stored)
		return member_store(job->raw.p, job->raw.n, &job->packed, err);
	return member_pack(w->packer, job->raw.p, job->raw.n, &job->packed, err);
}

static void
tidy(struct buf *b)
{
	if (b->n > KEEP_MAX)
		buf_free(b);
	buf_clear(b);
}

static enum status
retire(void *ctx, void *slot, struct err *err)
{
	struct pack_job *job = slot;
	enum status st;

	(void)ctx;
	st = job->done(job->to, job, err);
	tidy(&job->raw);
	tidy(&job->packed);
	job->n_leaves = 0;
	job->stored = false;
	return st;
}

enum status
pack_open(struct pack **out, unsigned n_threads, struct err *err)
{
	static const struct ring_ops ops = { work, retire };
	enum status st;
	struct pack *p;
	size_t i;

	if ((*out = p = mem_get(1, sizeof(*p), err)) == NULL)
		return ST_NOMEM;
	n_threads = n_threads == PACK_INLINE ? 0 : ring_threads(n_threads);
	if (n_threads > THREADS_MAX)
		n_threads = THREADS_MAX;
	p->n_workers = n_threads == 0 ? 1 : n_threads;
	p->n_jobs = (size_t)n_threads + 2 < JOBS_MAX ? (size_t)n_threads + 2 : JOBS_MAX;	/* not 2N + 2: a job holds a member raw and packed, 2 MiB, and memory is promised */
	if ((p->jobs = mem_get(p->n_jobs, sizeof(*p->jobs), err)) == NULL || (p->workers = mem_get(p->n_workers, sizeof(*p->workers), err)) == NULL) {
		st = ST_NOMEM;
		goto out;
	}
	for (i = 0; i < p->n_jobs; i++) {
		buf_init(&p->jobs[i].raw, (size_t)64 << 20);
		buf_init(&p->jobs[i].packed, (size_t)64 << 20);
	}
	for (i = 0; i < p->n_workers; i++)
		if ((st = member_packer_open(&p->workers[i].packer, err)) != ST_OK)
			goto out;
	st = ring_open(&p->ring, p->jobs, p->n_jobs, sizeof(*p->jobs), n_threads, &ops, p, err);
out:
	if (st != ST_OK) {
		pack_close(p);
		*out = NULL;
	}
	return st;
}

enum status
pack_get(struct pack *p, struct pack_job **job, struct err *err)
{
	void *slot;
	enum status st;

	if ((st = ring_slot(p->ring, &slot, err)) != ST_OK)
		return st;
	*job = slot;
	/* Asked for at once; pages never written to are never there. */
	return buf_room(&(*job)->raw, MEMBER_RAW, err);
}

enum status pack_put(struct pack *p, struct err *err) { return ring_put(p->ring, err); }
enum status pack_drain(struct pack *p, struct err *err) { return ring_drain(p->ring, err); }

void
pack_close(struct pack *p)
{
	size_t i;

	if (p == NULL)
		return;
	ring_close(p->ring);
	for (i = 0; p->jobs != NULL && i < p->n_jobs; i++) {
		buf_free(&p->jobs[i].raw);
		buf_free(&p->jobs[i].packed);
	}
	for (i = 0; p->workers != NULL && i < p->n_workers; i++) {
		member_packer_close(p->workers[i].packer);
		digest_free(&p->workers[i].digest);
	}
	mem_free(p->jobs);
	mem_free(p->workers);
	mem_free(p);
}
