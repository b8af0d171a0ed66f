/*
 * run_make.c: the families of views, made side by side: each worker takes the next one that is wanted, so the slow ones hold up nobody.  The order changes nothing in the
 * archive, which takes views by their paths.
 */
#include <pthread.h>
#include <stdatomic.h>

#include "cmd/run.h"
#include "core/i18n.h"
#include "core/stop.h"
#include "formats/formats.h"

#define WORKERS	2	/* lanes, and thus memory for two families at once */

struct making {
	const struct run *run;
	const struct view_input *in;
	size_t		 n_families;
	atomic_size_t	 next;		/* family to be taken */
	atomic_bool	 failed;
	pthread_mutex_t	 lock;		/* of the rest */
	enum status	 st;
	struct err	*err;		/* of the first failure */
};

/* The records as the input gives them, until somebody stops. */
struct stoppable { struct record_iter iter; struct making *m; };
struct passing { struct making *m; enum status (*each)(void *, const struct record *, struct err *); void *ctx; };

static enum status
may_go_on(struct making *m, struct err *err)
{
	enum status st = stop_check(err);

	return st == ST_OK && atomic_load_explicit(&m->failed, memory_order_relaxed) ? err_set(err, ST_STOPPED, _("another view failed")) : st;
}

static enum status
pass(void *ctx, const struct record *rec, struct err *err)
{
	struct passing *p = ctx;
	enum status st = may_go_on(p->m, err);

	return st == ST_OK ? p->each(p->ctx, rec, err) : st;
}

static enum status
run_stoppable(struct record_iter *it, const char *stream, enum status (*each)(void *, const struct record *, struct err *), void *ctx, struct err *err)
{
	struct making *m = ((struct stoppable *)it)->m;
	struct passing p = { m, each, ctx };

	return m->in->records->run(m->in->records, stream, pass, &p, err);
}

static enum status
streams(struct record_iter *it, enum status (*each)(void *, const char *, struct err *), void *ctx, struct err *err)
{
	struct making *m = ((struct stoppable *)it)->m;

	return m->in->records->streams(m->in->records, each, ctx, err);
}

static const struct view_family *
take(struct making *m)
{
	size_t i;

	while ((i = atomic_fetch_add(&m->next, 1)) < m->n_families)
		if (formats_all[i] != &csv_view && run_view_wanted(m->run, formats_all[i]))
			return formats_all[i];
	return NULL;
}

static enum status
work(struct making *m, struct archive_pages *pages, struct err *err)
{
	struct stoppable records = { { run_stoppable, streams }, m };
	const struct view_family *family;
	struct view_input in = *m->in;
	struct run_place place;
	enum status st = ST_OK;

	run_place_init(&place, m->run->archive, pages);
	in.records = &records.iter;
	while (st == ST_OK && (family = take(m)) != NULL)
		st = family->make(&in, &place.place, err);
	return st;
}

struct worker { struct making *m; struct archive_pages *pages; };

static void *
worker(void *ctx)
{
	struct worker *w = ctx;
	struct err err;
	enum status st;

	err_init(&err);
	if ((st = work(w->m, w->pages, &err)) == ST_OK)
		return NULL;
	pthread_mutex_lock(&w->m->lock);
	if (w->m->st == ST_OK) {
		w->m->st = st;
		*w->m->err = err;
	}
	pthread_mutex_unlock(&w->m->lock);
	atomic_store(&w->m->failed, true);
	return NULL;
}

enum status
run_make(const struct run *r, const struct view_input *in, struct archive_pages *first, struct err *err)
{
	struct making m = { .run = r, .in = in, .lock = PTHREAD_MUTEX_INITIALIZER, .st = ST_OK, .err = err };
	struct worker workers[WORKERS] = { { &m, first } };
	pthread_t threads[WORKERS];
	enum status st = ST_OK;
	size_t i, n;

	for (i = 1; i < WORKERS && st == ST_OK; i++) {
		workers[i].m = &m;
		st = archive_pages_open(r->archive, &workers[i].pages, err);
	}
	if (st != ST_OK)
		return st;
	while (formats_all[m.n_families] != NULL)
		m.n_families++;
	formats_threads();
	for (n = 1; n < WORKERS; n++)
		if (pthread_create(&threads[n], NULL, worker, &workers[n]) != 0)
			break;	/* fewer do as well */
	worker(&workers[0]);
	for (i = 1; i < n; i++)
		pthread_join(threads[i], NULL);
	return m.st;
}
