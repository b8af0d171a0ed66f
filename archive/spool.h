/*
 * spool.h: content whose size the tar must know first: a segment of records, or a view.
 *
 * What has filled a member lies compressed in <name>.members and is never compressed again; the rest, less than a member, lies
 * raw in <name>.<generation>.tail.  A tail that a commit named is left alone: the next begins in a file of the next generation.
 * However many spools there are, a few files are open at a time.  A tail goes to its file at a commit; before, the few spools that
 * are written to most keep theirs in memory (they are warm), and the others only its end.
 */
#ifndef ARCHIVE_SPOOL_H
#define ARCHIVE_SPOOL_H

#include "archive/hashes.h"
#include "archive/pack.h"
#include "archive/tree.h"
#include "core/fs.h"

#define SPOOLS_OPEN_MAX	24u
#define SPOOLS_WARM_MAX	4u		/* each holds a member's bytes: 1 MiB */

struct spool;
struct spools {
	int		 dir;		/* borrowed */
	struct pack	*pack;		/* borrowed */
	const struct hash_set *set;	/* borrowed: digests of every spool */
	struct digest	 digest;	/* for nodes of trees */
	struct spool	*open[SPOOLS_OPEN_MAX];
	uint64_t	 clock;
	char		**garbage;	/* names to be deleted once a commit no longer names them */
	size_t		 n_garbage, garbage_room;
};

struct spool_mark { uint64_t packed, tail; unsigned gen, tail_records; };

struct spool {
	struct spools	*all;
	char		*name;		/* owned */
	uint64_t	 n_bytes, n_records;	/* members and tail */
	uint64_t	 packed;	/* bytes of <name>.members: right after pack_drain */
	uint64_t	 tail;		/* bytes not yet handed over to be packed */
	unsigned	 tail_records;
	unsigned	 gen, kept_gen;	/* of the tail; of the tail that the last commit names, 0: none */
	struct hashes	 hashes;	/* of all content */
	struct tree	*tree;		/* of records packed so far; NULL: not a segment */
	struct buf	 wait;		/* end of the tail, not yet in its file */
	int		 tail_fd, members_fd;
	bool		 whole;		/* set by whoever opened it: nothing stays in the tail, however small it is */
	bool		 tail_dirty, members_dirty, has_members, tail_made, warm;
	uint64_t	 used;		/* clock of the last use */
};

void spools_init(struct spools *, int dir, struct pack *, const struct hash_set *);
void spools_free(struct spools *);
/* spools_discard(s, name, err): delete ${name} of the directory ("run/x": below run) at the next spools_sweep. */
enum status spools_discard(struct spools *, const char *name, struct err *) STATUS_USE;
enum status spools_sweep(struct spools *, struct err *) STATUS_USE;

/* spool_open(out, all, name, records, err): a new one.  Its name must be new too. */
enum status spool_open(struct spool **out, struct spools *, const char *name, bool records, struct err *) STATUS_USE;
/* spool_resume: as it was at ${mark}; hashes and tree are computed anew from the files.  ST_CORRUPT: they are shorter or damaged. */
enum status spool_resume(struct spool **out, struct spools *, const char *name, bool records, const struct spool_mark *, struct err *) STATUS_USE;
/* spool_add(s, p, n, err): append: of a segment one line with its LF, of a view any bytes. */
enum status spool_add(struct spool *, const void *, size_t, struct err *) STATUS_USE;
/* spool_finish(s, err): everything is in members when it returns (a view smaller than one member stays in its tail).  Nothing is added afterwards. */
enum status spool_finish(struct spool *, struct err *) STATUS_USE;
/* spool_tail_file(s, fd, err): a view that stayed in its tail: its file, borrowed until the next call with any spool. */
enum status spool_tail_file(struct spool *, int *fd, struct err *) STATUS_USE;
enum status spool_members_file(struct spool *, int *fd, struct err *) STATUS_USE;
/* spool_sync(s, mark, err): durable (after pack_drain); ${mark} is what a state needs.  spool_kept: that state is durable. */
enum status spool_sync(struct spool *, struct spool_mark *, struct err *) STATUS_USE;
static inline void spool_kept(struct spool *s) { s->kept_gen = s->tail_made ? s->gen : 0; }
/* spool_keep(s, err): after spool_finish: its members are durable and stay, under <name>.members; what else it had goes at the next sweep. */
enum status spool_keep(struct spool *, struct err *) STATUS_USE;
/* spool_discard(s, err): its files go at the next sweep.  The spool still has to be closed. */
enum status spool_discard(struct spool *, struct err *) STATUS_USE;
void spool_close(struct spool *);	/* NULL does nothing; files stay */

#endif
