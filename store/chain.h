/*
 * chain.h: the seals of one chain in order, judged without their archives (archive format 6.3, 11): what is missing, exchanged, cut off or rewritten, and
 * by what it was found.  Nothing is read here: the caller brings the seals, the receipts and the time.
 */
#ifndef STORE_CHAIN_H
#define STORE_CHAIN_H

#include "archive/verify.h"
#include "store/receipt.h"

#define CHAIN_LATE_MS	(INT64_C(30) * 86400000)	/* a time stamp this long after the sealing says nothing of the time between */

/* One seal as it lies in a store. */
struct chain_seal {
	char		name[40];		/* the name it lies under */
	char		archive[40], chain[48];	/* what the seal itself says, as all below */
	uint64_t	sequence;
	bool		has_previous;
	size_t		n_algs;
	enum digest_alg	algs[SEAL_ALGS_MAX];
	unsigned char	previous[SEAL_ALGS_MAX][DIGEST_MAX];
	int64_t		sealed_at_ms, covers_from_ms, covers_until_ms;
	unsigned char	hash[DIGEST__MAX][DIGEST_MAX];	/* of the bytes of seal.txt, by SHA-256, SHA-512 and SM3 */
	int64_t		token_ms;		/* WHEN_UNKNOWN: none that counts */
	bool		destroyed;		/* only the seal is left */
};
/* chain_seal_fill(c, name, text, seal, err): everything but token and destroyed. */
enum status chain_seal_fill(struct chain_seal *, const char *name, struct str text, const struct seal *, struct err *) STATUS_USE;

struct chain_question {
	int64_t now_ms;
	int64_t heartbeat_ms;		/* 0: none was agreed */
	const struct receipts *receipts;	/* NULL: none */
	bool	receipts_must;		/* receipts were given for these seals: that none is about this chain is a doubt */
};
/* What was found; ${text} is translated, one line.  ${id}: "chain.previous", stable. */
struct chain_finding { size_t at /* which seal, SIZE_MAX: the chain as a whole */; const char *id; enum verdict verdict; char text[400]; };

/* The chain as a whole. */
struct chain_sum {
	enum verdict verdict;		/* of the links only */
	size_t	 n, n_destroyed;
	uint64_t first, last;		/* sequences */
	const struct chain_seal *head;	/* borrowed; NULL when n is 0 */
	size_t	 n_receipts;		/* of this chain */
	uint64_t receipt;		/* highest sequence that a receipt confirms, 0: none */
	bool	 alive;			/* a heartbeat was agreed and is kept */
	int64_t	 first_token_ms, last_token_ms;	/* WHEN_UNKNOWN: none */
};

/*
 * chain_judge(seals, n, q, each, ctx, sum, err): ${seals} of one label; they are put in the order of their sequences.  ${each} gets every finding in order; what it returns other
 * than ST_OK comes back.  A finding of VERDICT_VALID is something worth knowing and no fault.
 */
enum status chain_judge(struct chain_seal *, size_t n, const struct chain_question *,
    enum status (*each)(void *ctx, const struct chain_finding *, struct err *), void *ctx, struct chain_sum *, struct err *) STATUS_USE;

#endif
