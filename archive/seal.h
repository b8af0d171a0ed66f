/*
 * seal.h: seal.txt (archive format 5) as a struct, written and strictly parsed: what parses is written back byte for byte the same.
 */
#ifndef ARCHIVE_SEAL_H
#define ARCHIVE_SEAL_H

#include "core/buf.h"
#include "core/digest.h"
#include "core/limits.h"

#define SEAL_ROLES_MAX	32
#define SEAL_ALGS_MAX	3	/* sha256, sha512, sm3, in this order; sha256 always */

enum seal_kind { SEAL_CMS, SEAL_SM2, SEAL_UNKNOWN };
struct seal_signer { char role[33]; enum seal_kind kind; char kind_name[33]; unsigned char cert_sha256[32]; };

struct seal {
	char		chain[48];		/* urn:uuid:… */
	uint64_t	sequence;
	bool		has_previous;		/* false iff sequence is 1 */
	size_t		n_algs;
	enum digest_alg	algs[SEAL_ALGS_MAX];
	unsigned char	previous[SEAL_ALGS_MAX][DIGEST_MAX];
	unsigned char	tagmanifest[SEAL_ALGS_MAX][DIGEST_MAX];
	char		archive[40];		/* archive name */
	int64_t		sealed_at_ms, covers_from_ms, covers_until_ms;	/* whole seconds */
	uint64_t	payload_octets, payload_files, records, gaps;
	size_t		n_signers;
	struct seal_signer signers[SEAL_ROLES_MAX];
};

/* seal_encode(s, out, err): append the text. */
enum status seal_encode(const struct seal *, struct buf *out, struct err *) STATUS_USE;
/*
 * seal_parse(text, s, err): ST_CORRUPT: any departure from section 5, with the line; ST_UNSURE: a higher format number, or an unknown signer kind
 * (then ${s} is filled in, kind SEAL_UNKNOWN), an unknown algorithm or more signers than SEAL_ROLES_MAX (then n_signers is 0).
 */
enum status seal_parse(struct str text, struct seal *, struct err *) STATUS_USE;

#endif
