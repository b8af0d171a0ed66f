/*
 * store.h: the directory that holds one chain: its lock, its head, its archives.
 *
 * Per archive NAME there is NAME.tar.gz (closed) or NAME.tar.gz.partial (open or pending), NAME.seal/ once sealed, and NAME.work/ until closed.
 * Files of other names are left alone.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "archive/hashes.h"

struct store { int dir; char *path; char label[17]; };

enum store_state {
	STORE_EMPTY,		/* begun and ended before its first commit: nothing could be resumed, nothing is lost */
	STORE_UNFINISHED,	/* .partial and .work, no seal: an interrupted run; or a volume, sealed or not, whose successor is not begun yet */
	STORE_PENDING,		/* sealed, not closed: a signature or token is missing */
	STORE_CLOSED,
	STORE_DESTROYED		/* only .seal is left */
};
struct store_entry {
	char name[40];
	uint64_t sequence;
	enum store_state state;
	bool closing;		/* closed, but .work is still there: the session that closed it was killed at its very end, the catalogue may not know */
};

/* store_open(s, path, label, create, err): ${label} fixes which archives belong to the chain.  See fs_dir_open for the statuses. */
enum status store_open(struct store *, const char *path, const char *label, bool create, struct err *) STATUS_USE;
void store_close(struct store *);
/* store_lock(s, fd, err): one writer at a time; ST_BUSY names the holder. */
enum status store_lock(const struct store *, int *fd, struct err *) STATUS_USE;
/* store_list(s, any_label, out, n, err): archives by label and sequence; ${any_label}: not only ours.  Release with free. */
enum status store_list(const struct store *, bool any_label, struct store_entry **out, size_t *n, struct err *) STATUS_USE;
/* store_name(label, sequence, out): archive name. */
void store_name(const char *label, uint64_t sequence, char out[40]);
/* store_seal(s, name, text, seal, err): read and parse NAME.seal/seal.txt; ST_END when there is none. */
enum status store_seal(const struct store *, const char *name, struct buf *text, struct seal *, struct err *) STATUS_USE;

struct store_head {
	bool		any;		/* false: the chain has no sealed archive */
	struct seal	seal;
	unsigned char	hash[SEAL_ALGS_MAX][DIGEST_MAX];	/* of seal.txt, by the algorithms asked for */
};
/* store_head(s, set, head, err): the sealed archive with the highest sequence of our label.  ST_CORRUPT: its seal is damaged. */
enum status store_head(const struct store *, const struct hash_set *, struct store_head *, struct err *) STATUS_USE;
/* store_discard(s, name, err): give up an unfinished archive (never a sealed one: ST_USAGE; of a volume that others should follow, only what follows). */
enum status store_discard(const struct store *, const char *name, struct err *) STATUS_USE;

#endif
