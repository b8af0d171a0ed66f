/*
 * heads.h: what was signed on this computer: a signer's memory, so that a second, different seal for the same place in a chain is never signed
 * (archive format 5.2).  One head line (5.3) per seal, in a file of mode 0600 that is replaced whole and durably under a lock.
 */
#ifndef STORE_HEADS_H
#define STORE_HEADS_H

#include "archive/seal.h"

struct heads { int dir; char *path; const char *name; /* within ${path} */ };

/* What the memory says of a seal. */
struct heads_word {
	bool	 known;			/* something of this chain was signed here before */
	bool	 same;			/* this very seal was */
	bool	 previous;		/* the seal that its Previous line names was */
	bool	 other_previous;	/* another seal than that was, with the sequence before */
	uint64_t last;			/* highest sequence signed of this chain, 0: none */
};

/*
 * heads_open(h, path, err): the file, made at the first heads_keep.  ${path} NULL: $XDG_STATE_HOME/custody/signed; without that variable /var/lib/custody/signed for
 * root, ~/.local/state/custody/signed for others.  The directory is made when missing.  ST_USAGE: no such place; others as fs_dir_open.
 */
enum status heads_open(struct heads *, const char *path, struct err *) STATUS_USE;
void heads_close(struct heads *);	/* accepts { .dir = -1 } */
/*
 * heads_look(h, seal, sha256, word, err): ${sha256} of the seal.txt.  ST_CORRUPT: another seal was signed for the same chain and sequence, both hashes are
 * named; or the memory is damaged.
 */
enum status heads_look(const struct heads *, const struct seal *, const unsigned char sha256[32], struct heads_word *, struct err *) STATUS_USE;
/* heads_last(h, chain, last, err): the highest sequence of ${chain} signed here, 0: none.  ST_CORRUPT: the memory is damaged. */
enum status heads_last(const struct heads *, const char *chain, uint64_t *last, struct err *) STATUS_USE;
/*
 * heads_keep(h, seal, sha256, err): look again and remember, durably when it returns: before a signature leaves the program.  Known already: nothing to do.
 * ST_BUSY: another program has been writing it for 5 s.
 */
enum status heads_keep(const struct heads *, const struct seal *, const unsigned char sha256[32], struct err *) STATUS_USE;

#endif
