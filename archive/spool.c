/* spool.c: adding to a spool, cutting members, the few open files.  Coming back to one is in spool_resume.c. */
#include "archive/spool.h"

#include <stdio.h>
#include <unistd.h>

#include "archive/spool_parts.h"
#include "core/i18n.h"
#include "core/mem.h"

void
spools_init(struct spools *s, int dir, struct pack *pack, const struct hash_set *set)
{
	memset(s, 0, sizeof(*s));
	s->dir = dir;
	s->pack = pack;
	s->set = set;
}

void
spools_free(struct spools *s)
{
	size_t i;

	for (i = 0; i < s->n_garbage; i++)
		mem_free(s->garbage[i]);
	mem_free(s->garbage);
	digest_free(&s->digest);
	memset(s, 0, sizeof(*s));
}

enum status
spools_discard(struct spools *s, const char *name, struct err *err)
{
	size_t n = strlen(name) + 1, room = s->garbage_room == 0 ? 16 : s->garbage_room * 2;
	char **grown, *copy;

	if (s->n_garbage == s->garbage_room) {
		if ((grown = mem_grow(s->garbage, room, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		s->garbage = grown;
		s->garbage_room = room;
	}
	if ((copy = mem_get(1, n, err)) == NULL)
		return ST_NOMEM;
	memcpy(copy, name, n);
	s->garbage[s->n_garbage++] = copy;
	return ST_OK;
}

enum status
spools_sweep(struct spools *s, struct err *err)
{
	enum status st;

	while (s->n_garbage > 0) {
		if ((st = fs_unlink(s->dir, s->garbage[s->n_garbage - 1], err)) != ST_OK)
			return st;
		mem_free(s->garbage[--s->n_garbage]);
	}
	return ST_OK;
}

void spool_tail_name(const struct spool *s, char out[SPOOL_FILE_MAX]) { snprintf(out, SPOOL_FILE_MAX, "%s.%u.tail", s->name, s->gen); }
void spool_members_name(const struct spool *s, char out[SPOOL_FILE_MAX]) { snprintf(out, SPOOL_FILE_MAX, "%s.members", s->name); }

/* Append to the file of the tail, which then has ${length} bytes. */
static enum status
to_file(struct spool *s, const void *p, size_t n, uint64_t length, struct err *err)
{
	char name[SPOOL_FILE_MAX];
	enum status st;

	spool_tail_name(s, name);
	if (s->tail_fd < 0 && (st = fs_open_append(s->all->dir, name, length - n, &s->tail_fd, err)) != ST_OK)
		return st;
	s->tail_made = s->tail_dirty = true;
	return fs_write_all(s->tail_fd, name, p, n, err);
}

static enum status
flush(struct spool *s, struct err *err)
{
	enum status st;

	if (s->wait.n == 0)
		return ST_OK;
	if ((st = to_file(s, s->wait.p, s->wait.n, s->tail, err)) == ST_OK)
		buf_clear(&s->wait);
	return st;
}

/* Give its memory back, for the sake of another. */
static enum status
cool(struct spool *s, struct err *err)
{
	enum status st;

	if ((st = flush(s, err)) != ST_OK)
		return st;
	buf_free(&s->wait);
	s->warm = false;
	return ST_OK;
}

/* Its end of the tail has grown long: it may keep all of it, and the one of the warm that rested longest is warm no more. */
static enum status
warm_up(struct spool *s, struct err *err)
{
	struct spool *o, *oldest = NULL;
	enum status st = ST_OK;
	size_t i, n = 0;

	for (i = 0; i < SPOOLS_OPEN_MAX; i++) {
		if ((o = s->all->open[i]) == NULL || !o->warm)
			continue;
		n++;
		if (oldest == NULL || o->used < oldest->used)
			oldest = o;
	}
	if (n >= SPOOLS_WARM_MAX)
		st = cool(oldest, err);
	s->warm = st == ST_OK;
	return st;
}

/* Close its files, for the sake of another. */
static enum status
rest(struct spool *s, struct err *err)
{
	enum status st;

	if ((st = cool(s, err)) != ST_OK || (st = fs_close(&s->tail_fd, s->name, err)) != ST_OK)
		return st;
	return fs_close(&s->members_fd, s->name, err);
}

enum status
spool_touch(struct spool *s, struct err *err)
{
	struct spools *all = s->all;
	size_t i, oldest = 0;
	enum status st;

	s->used = ++all->clock;
	for (i = 0; i < SPOOLS_OPEN_MAX; i++)
		if (all->open[i] == s)
			return ST_OK;
	for (i = 0; i < SPOOLS_OPEN_MAX; i++) {
		if (all->open[i] == NULL) {
			oldest = i;
			break;
		}
		if (all->open[i]->used < all->open[oldest]->used)
			oldest = i;
	}
	if (all->open[oldest] != NULL && (st = rest(all->open[oldest], err)) != ST_OK)
		return st;
	all->open[oldest] = s;
	return ST_OK;
}

/* A member has come back from the workers. */
static enum status
packed(void *to, const struct pack_job *job, struct err *err)
{
	struct spool *s = to;
	char name[SPOOL_FILE_MAX];
	enum status st;
	unsigned i;

	if ((st = spool_touch(s, err)) != ST_OK)
		return st;
	spool_members_name(s, name);
	if (s->members_fd < 0 && (st = fs_open_append(s->all->dir, name, s->packed, &s->members_fd, err)) != ST_OK)
		return st;
	s->members_dirty = s->has_members = true;
	if ((st = fs_write_all(s->members_fd, name, job->packed.p, job->packed.n, err)) != ST_OK)
		return st;
	s->packed += job->packed.n;
	for (i = 0; i < job->n_leaves; i++)
		if ((st = tree_add(s->tree, &s->all->digest, job->leaves[i], err)) != ST_OK)
			return st;
	return ST_OK;
}

/* The tail begins again: in the same file, unless a commit needs what is in it. */
static enum status
new_tail(struct spool *s, struct err *err)
{
	char name[SPOOL_FILE_MAX];
	enum status st;

	s->tail = s->tail_records = 0;
	if (!s->tail_made)
		return ST_OK;
	if (s->gen != s->kept_gen) {
		if (s->tail_fd >= 0 && (ftruncate(s->tail_fd, 0) != 0 || lseek(s->tail_fd, 0, SEEK_SET) != 0))
			return err_sys(err, _("cannot cut %s"), s->name);
		return ST_OK;
	}
	spool_tail_name(s, name);
	if ((st = fs_close(&s->tail_fd, name, err)) != ST_OK || (st = spools_discard(s->all, name, err)) != ST_OK)
		return st;
	s->gen++;
	s->tail_made = s->tail_dirty = false;
	return ST_OK;
}

/* All of it is in memory: memory is exchanged, nothing copied. */
static void
hand_over(struct spool *s, struct buf *to)
{
	struct buf empty = *to;

	*to = s->wait;
	to->max = empty.max;
	s->wait = empty;
	s->wait.max = SPOOL_WARM_MAX;
}

/* The beginning from the file of the tail, the end from memory. */
static enum status
put_together(struct spool *s, struct buf *to, struct err *err)
{
	size_t in_file = (size_t)s->tail - s->wait.n;
	char name[SPOOL_FILE_MAX];
	enum status st;

	if ((st = buf_room(to, (size_t)s->tail, err)) != ST_OK)
		return st;
	spool_tail_name(s, name);
	if (in_file > 0 && s->tail_fd < 0 && (st = fs_open_append(s->all->dir, name, in_file, &s->tail_fd, err)) != ST_OK)
		return st;
	if (in_file > 0 && (st = fs_pread_all(s->tail_fd, name, to->p, in_file, 0, err)) != ST_OK)
		return st;
	to->n = in_file;
	if ((st = buf_add(to, s->wait.p, s->wait.n, err)) == ST_OK)
		buf_clear(&s->wait);
	return st;
}

static enum status
cut(struct spool *s, struct err *err)
{
	struct pack_job *job;
	enum status st;

	if (s->tail == 0)
		return ST_OK;
	/* pack_get may retire members of other spools, which may put this one to rest: take it up again. */
	if ((st = pack_get(s->all->pack, &job, err)) != ST_OK || (st = spool_touch(s, err)) != ST_OK)
		return st;
	if (s->warm && s->wait.n == s->tail && job->raw.cap <= SPOOL_WARM_MAX)
		hand_over(s, &job->raw);
	else if ((st = put_together(s, &job->raw, err)) != ST_OK)
		return st;
	job->records = s->tree != NULL;
	job->done = packed;
	job->to = s;
	s->has_members = true;
	if ((st = pack_put(s->all->pack, err)) != ST_OK)
		return st;
	return new_tail(s, err);
}

/* ${n} bytes that fit into the member. */
static enum status
put(struct spool *s, const void *p, size_t n, struct err *err)
{
	enum status st;

	if (!s->warm && n > SPOOL_WAIT_MAX - s->wait.n && (st = warm_up(s, err)) != ST_OK)
		return st;
	if (n > SPOOL_WARM_MAX - s->wait.n && (st = flush(s, err)) != ST_OK)
		return st;
	s->tail += n;
	s->n_bytes += n;
	return n > SPOOL_WARM_MAX ? to_file(s, p, n, s->tail, err) : buf_add(&s->wait, p, n, err);
}

enum status
spool_add(struct spool *s, const void *p, size_t n, struct err *err)
{
	const char *at = p;
	enum status st;
	size_t part;

	if (n == 0)
		return ST_OK;
	if ((st = spool_touch(s, err)) != ST_OK || (st = hashes_add(&s->hashes, p, n, err)) != ST_OK)
		return st;
	if (s->tree != NULL) {
		if ((st = put(s, p, n, err)) != ST_OK)
			return st;
		s->n_records++;
		if (++s->tail_records == MEMBER_RECORDS || s->tail >= MEMBER_RAW)
			return cut(s, err);
		return ST_OK;
	}
	for (; n > 0; at += part, n -= part) {
		part = n < MEMBER_RAW - (size_t)s->tail ? n : MEMBER_RAW - (size_t)s->tail;
		if ((st = put(s, at, part, err)) != ST_OK)
			return st;
		if (s->tail == MEMBER_RAW && (st = cut(s, err)) != ST_OK)
			return st;
		if ((st = spool_touch(s, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
spool_finish(struct spool *s, struct err *err)
{
	enum status st;

	if ((st = spool_touch(s, err)) != ST_OK)
		return st;
	if ((s->tree != NULL || s->has_members || s->whole) && (st = cut(s, err)) != ST_OK)
		return st;
	return pack_drain(s->all->pack, err);
}

enum status
spool_tail_file(struct spool *s, int *fd, struct err *err)
{
	char name[SPOOL_FILE_MAX];
	enum status st;

	if ((st = spool_touch(s, err)) != ST_OK || (st = flush(s, err)) != ST_OK)
		return st;
	spool_tail_name(s, name);
	if (s->tail_fd < 0 && (st = fs_open_append(s->all->dir, name, s->tail, &s->tail_fd, err)) != ST_OK)
		return st;
	*fd = s->tail_fd;
	return ST_OK;
}

enum status
spool_members_file(struct spool *s, int *fd, struct err *err)
{
	char name[SPOOL_FILE_MAX];
	enum status st;

	if ((st = spool_touch(s, err)) != ST_OK)
		return st;
	spool_members_name(s, name);
	if (s->members_fd < 0 && (st = fs_open_append(s->all->dir, name, s->packed, &s->members_fd, err)) != ST_OK)
		return st;
	*fd = s->members_fd;
	return ST_OK;
}

enum status
spool_sync(struct spool *s, struct spool_mark *mark, struct err *err)
{
	enum status st;
	int fd;

	if (s->wait.n > 0 || s->tail_dirty) {
		if ((st = spool_tail_file(s, &fd, err)) != ST_OK || (st = fs_sync(fd, s->name, err)) != ST_OK)
			return st;
		s->tail_made = true;
		s->tail_dirty = false;
	}
	if (s->members_dirty) {
		if ((st = spool_members_file(s, &fd, err)) != ST_OK || (st = fs_sync(fd, s->name, err)) != ST_OK)
			return st;
		s->members_dirty = false;
	}
	mark->packed = s->packed;
	mark->tail = s->tail;
	mark->gen = s->gen;
	mark->tail_records = s->tail_records;
	return ST_OK;
}

static enum status
discard_tail(struct spool *s, struct err *err)
{
	char name[SPOOL_FILE_MAX];

	buf_clear(&s->wait);
	if (!s->tail_made)
		return ST_OK;
	spool_tail_name(s, name);
	return spools_discard(s->all, name, err);
}

enum status
spool_keep(struct spool *s, struct err *err)
{
	enum status st = discard_tail(s, err);
	int fd;

	if (st != ST_OK || !s->members_dirty)
		return st;
	if ((st = spool_members_file(s, &fd, err)) == ST_OK && (st = fs_sync(fd, s->name, err)) == ST_OK)
		s->members_dirty = false;
	return st;
}

enum status
spool_discard(struct spool *s, struct err *err)
{
	char name[SPOOL_FILE_MAX];
	enum status st = discard_tail(s, err);

	if (st != ST_OK || !s->has_members)
		return st;
	spool_members_name(s, name);
	return spools_discard(s->all, name, err);
}

void
spool_close(struct spool *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < SPOOLS_OPEN_MAX; i++)
		if (s->all->open[i] == s)
			s->all->open[i] = NULL;
	fs_drop(&s->tail_fd);
	fs_drop(&s->members_fd);
	buf_free(&s->wait);
	hashes_free(&s->hashes);
	mem_free(s->tree);
	mem_free(s->name);
	mem_free(s);
}
