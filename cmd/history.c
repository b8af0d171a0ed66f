/* history.c: see history.h. */
#include "cmd/history.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#include "archive/lookup.h"
#include "cmd/history_table.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/stop.h"

struct history {
	struct view_history view; /* first */
	const struct history_params *p;
	struct trust trust; /* nobody: see history.h */
	struct history_table table;
	pthread_mutex_t asking;	/* families of views are made side by side */
	uint64_t oldest; /* sequence of the last archive that was read; p->sequence: none */
	uint64_t records, unread; /* so far */
	bool whole; /* back to the first of the chain */
	uint64_t seen; /* sequence of the archive being read */
	bool broken; /* the table failed: that is no fact about an archive */
	struct arena arena;
	char names[HISTORY_ARCHIVES + 1][40]; /* of the archives before: [0] is this one */
};

static const char *
name_of(const struct history *h, uint64_t sequence)
{
	return sequence == h->p->sequence ? h->p->archive : h->names[h->p->sequence - sequence];
}

const char *
history_oldest(const struct history *h)
{
	return h == NULL || h->oldest == h->p->sequence ? NULL : name_of(h, h->oldest);
}

struct view_history *
history_view(struct history *h)
{
	return h == NULL ? NULL : &h->view;
}

void
history_close(struct history *h)
{
	if (h == NULL)
		return;
	history_table_close(&h->table);
	(void)pthread_mutex_destroy(&h->asking);
	arena_free(&h->arena);
	trust_free(&h->trust);
	mem_free(h);
}

static enum status
since(struct view_history *view, const struct record *rec, struct view_since *out, struct err *err)
{
	struct history *h = (struct history *)view;
	struct history_found f;
	enum status st;

	(void)pthread_mutex_lock(&h->asking);
	st = history_table_ask(&h->table, rec, &f, err);
	(void)pthread_mutex_unlock(&h->asking);
	if (st != ST_OK)
		return st;
	out->known = (struct view_moment){ rec->fetched_ms, h->p->archive, !h->whole };
	out->unchanged = out->known;
	if (f.known_ms != WHEN_UNKNOWN) {
		out->known = (struct view_moment){ f.known_ms, name_of(h, f.known), !h->whole };
		if (f.same_ms == WHEN_UNKNOWN)
			out->unchanged.at_least = false; /* the archive before had it otherwise */
		else
			out->unchanged = (struct view_moment){ f.same_ms, name_of(h, f.same), !h->whole && !f.changed };
	}
	return out->known.ms == WHEN_UNKNOWN || out->unchanged.ms == WHEN_UNKNOWN ? ST_END : ST_OK;
}

/* --- one archive --- */

static bool
is_read(const struct sealed_segment *g)
{
	return strcmp(g->stream, "departments") == 0 || strcmp(g->stream, "users") == 0;
}

static enum status
see(void *ctx, uint32_t index, struct str line, struct err *err)
{
	struct history *h = ctx;
	struct record rec;
	enum status st;

	(void)index;
	if ((st = stop_check(err)) != ST_OK)
		return st;
	arena_reset(&h->arena);
	if ((st = record_decode(line, &h->arena, &rec, err)) != ST_OK)
		return st;
	if ((rec.kind != REC_DEPARTMENT && rec.kind != REC_USER) || !str_is(rec.tenant, h->p->tenant))
		return ST_OK;
	st = history_table_see(&h->table, &rec, h->seen, err);
	h->broken = st != ST_OK;
	return st;
}

/* Would it have to be read in full, and is that too much?  ST_LIMIT. */
static enum status
afford(struct history *h, const char *path, struct err *err)
{
	struct index *index = NULL;
	struct stat sb;
	struct buf name;
	struct err quiet;
	enum status st;
	int fd = -1, beside;

	buf_init(&name, 8192);
	err_init(&quiet);
	if ((st = fs_open_read(AT_FDCWD, path, &fd, err)) == ST_OK && fstat(fd, &sb) != 0)
		st = err_sys(err, "%s", path);
	if (st == ST_OK && (st = index_path(path, &name, err)) == ST_OK) {
		st = fs_open_read(AT_FDCWD, name.p, &beside, &quiet) != ST_OK ? ST_END : index_open(&index, beside, fd, &quiet);
		if (st != ST_OK && st != ST_NOMEM) {
			h->unread += (uint64_t)sb.st_size;
			st = h->unread > HISTORY_UNREAD && h->p->oldest == NULL
			    ? err_set(err, ST_LIMIT, _("no index is beside it, and it is too large to be read for this alone"))
			    : ST_OK;
		}
	}
	index_close(index);
	buf_free(&name);
	fs_drop(&fd);
	return st;
}

/* The archive is the one before, and its records of interest are not too many. */
static enum status
fits(struct history *h, struct lookup *l, const unsigned char previous[32], const struct verify_report *report, uint64_t sequence, struct err *err)
{
	const struct seal *seal = &lookup_sealed(l)->evidence.parsed;
	struct sealed_segment g = { 0 };
	uint64_t n = 0;

	if (memcmp(report->seal_sha256, previous, 32) != 0 || strcmp(seal->chain, h->p->chain) != 0 || seal->sequence != sequence)
		return err_set(err, ST_CORRUPT, _("its seal is not the one that the next archive names"));
	while (sealed_next(lookup_sealed(l), &g))
		n += is_read(&g) ? g.count : 0;
	if (n > 0 && lookup_encrypted(l) && h->p->key == NULL)
		return err_set(err, ST_DENIED, _("it is encrypted, and no key is given"));
	if (n > HISTORY_RECORDS - h->records)
		return err_set(err, ST_LIMIT, _("more than %ju departments and members in all"), (uintmax_t)HISTORY_RECORDS);
	h->records += n;
	return ST_OK;
}

/*
 * The archive ${sequence}, whose seal has the hash ${previous}; that becomes the hash of the one before it.  *touched: records of it may stand in the table.
 */
static enum status
read_one(struct history *h, uint64_t sequence, unsigned char previous[32], bool *touched, struct err *err)
{
	struct sealed_segment g = { 0 };
	struct verify_report report;
	struct lookup *l = NULL;
	struct buf path;
	enum status st;

	memset(&report, 0, sizeof(report));
	buf_init(&path, 8192);
	h->seen = sequence;
	if ((st = buf_addf(&path, err, "%s/%s.tar.gz", h->p->store->path, name_of(h, sequence))) != ST_OK || (st = buf_z(&path, err)) != ST_OK ||
	    (st = afford(h, path.p, err)) != ST_OK || (st = lookup_open(&l, path.p, &h->trust, when_now_ms(), &report, err)) != ST_OK)
		goto out;
	if (h->p->key != NULL)
		lookup_use_key(l, h->p->key);
	if ((st = fits(h, l, previous, &report, sequence, err)) != ST_OK)
		goto out;
	while (st == ST_OK && sealed_next(lookup_sealed(l), &g))
		if (is_read(&g)) {
			*touched = true;
			st = lookup_segment(l, &g, see, h, err);
		}
	if (st == ST_OK)
		memcpy(previous, lookup_sealed(l)->evidence.parsed.previous[0], 32);
out:
	lookup_close(l);
	buf_free(&path);
	return st;
}

/* --- the way back --- */

static void
say_end(const struct history *h, uint64_t sequence, enum status st, const struct err *err)
{
	const char *back = name_of(h, h->oldest);

	log_say(st == ST_CORRUPT || h->p->oldest != NULL ? LOG_WARN_ : LOG_INFO_, _("dates of departments and members go back to %s; %s was not read: %s"), back,
	    name_of(h, sequence), err->text);
}

/* From the archive before back to ${until} (a sequence).  ST_END: an archive failed with some of its records in the table; h->oldest says how far all was well. */
static enum status
walk(struct history *h, uint64_t until, bool again, struct err *err)
{
	unsigned char previous[32];
	struct err why;
	uint64_t sequence;
	enum status st;

	memcpy(previous, h->p->previous, sizeof(previous));
	h->oldest = h->p->sequence;
	h->records = h->unread = 0;
	h->whole = false;
	for (sequence = h->p->sequence - 1; sequence >= until; sequence--) {
		bool touched = false;

		err_init(&why);
		if (h->p->sequence - sequence > HISTORY_ARCHIVES) {
			log_say(LOG_INFO_, _("dates of departments and members go back to %s: %u archives were read"), name_of(h, h->oldest), HISTORY_ARCHIVES);
			return ST_OK;
		}
		if ((st = read_one(h, sequence, previous, &touched, &why)) != ST_OK) {
			if (h->broken || st == ST_NOMEM || st == ST_STOPPED) {
				if (err != NULL)
					*err = why;
				return st;
			}
			say_end(h, sequence, st, &why);
			return touched && !again ? ST_END : ST_OK;
		}
		h->oldest = sequence;
		if (h->p->oldest != NULL && strcmp(name_of(h, sequence), h->p->oldest) == 0)
			break;
	}
	h->whole = h->oldest == 1;
	return ST_OK;
}

enum status
history_open(struct history **out, const struct history_params *p, struct err *err)
{
	struct history *h;
	enum status st;
	uint64_t i;

	*out = NULL;
	if (p->sequence <= 1)
		return ST_OK;
	if ((h = mem_get(1, sizeof(*h), err)) == NULL)
		return ST_NOMEM;
	h->view.since = since;
	h->asking = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	h->p = p;
	trust_none(&h->trust);
	arena_init(&h->arena, LIMIT_ARENA);
	for (i = 1; i <= HISTORY_ARCHIVES && i < p->sequence; i++)
		store_name(p->store->label, p->sequence - i, h->names[i]);
	h->oldest = p->sequence;
	st = history_table_open(&h->table, p->scratch, err);
	if (st == ST_OK && (p->oldest == NULL || p->oldest[0] != '\0') && (st = walk(h, 1, false, err)) == ST_END) {
		/* What it gave away before it failed must not count: all over again, to the archive before it. */
		history_table_close(&h->table);
		if ((st = history_table_open(&h->table, p->scratch, err)) == ST_OK && h->oldest < p->sequence)
			st = walk(h, h->oldest, true, err);
	}
	if (st != ST_OK) {
		history_close(h);
		return st;
	}
	*out = h;
	return ST_OK;
}
