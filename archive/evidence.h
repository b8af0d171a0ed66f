/*
 * evidence.h: the files of seal/ and what they prove (archive format 6.1 steps 4-6): of a closed archive, collected while it was read, or of a
 * pending one, from its .seal directory.
 */
#ifndef ARCHIVE_EVIDENCE_H
#define ARCHIVE_EVIDENCE_H

#include <openssl/x509.h>

#include "archive/grammar.h"
#include "archive/verify.h"

struct evidence {
	struct buf	seal;			/* bytes of seal.txt */
	enum status	seal_status;		/* of seal_parse; ST_END before */
	struct seal	parsed;
	struct buf	signature[SEAL_ROLES_MAX], sm2_cert[SEAL_ROLES_MAX];
	STACK_OF(X509)	*certs;			/* row 13 */
	STACK_OF(X509_CRL) *crls;
	struct buf	sums;			/* row 14 */
	struct buf	token[GRAMMAR_TOKENS_MAX];
	size_t		n_tokens;
	uint64_t	at_seal, at_signature[SEAL_ROLES_MAX], at_token[GRAMMAR_TOKENS_MAX];	/* tar offsets, for reports */
	bool		pending;		/* what is missing is not a contradiction but not there yet */
	/* What a renewal archive may know it by; filled in only where one could. */
	bool		has_tar, has_files;
	enum digest_alg	tar_alg;
	unsigned char	tar[DIGEST_MAX];	/* of the whole uncompressed tar */
	unsigned char	files[32];		/* SHA-256 of what `sha256sum *` prints in the .seal directory */
};

void evidence_init(struct evidence *);
void evidence_free(struct evidence *);
/* evidence_seal(e, err): parse the collected seal.txt; ST_CORRUPT, ST_UNSURE as seal_parse (also kept in ${seal_status}). */
enum status evidence_seal(struct evidence *, struct err *) STATUS_USE;
/* evidence_pem(e, pem, cert, err): take one file of row 13.  ST_CORRUPT: not strict PEM. */
enum status evidence_pem(struct evidence *, struct str pem, bool cert, struct err *) STATUS_USE;
/*
 * evidence_judge(e, trust, now_ms, report, err): steps "renewal", "token", "signature.<role>", "roles", "chain", "algorithms" into the report; sets seal_ok, token_ms,
 * vouched_by.  What a renewal archive of the trust vouches for is judged as of the time that it proves.
 * Needs a parsed seal (seal_status ST_OK or ST_UNSURE with signers).  ST_NOMEM.
 */
enum status evidence_judge(struct evidence *, const struct trust *, int64_t now_ms, struct verify_report *, struct err *) STATUS_USE;

#endif
