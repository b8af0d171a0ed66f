/*
 * renewals.h: what renewal archives prove of older ones (archive format 6.1 step 5, 10).  A renewal archive that is VALID itself held, at the time of its token, the hash
 * of the whole uncompressed tar of every archive before it and all files of their seals: so all of these existed then, and are judged as they would have been
 * judged then, when their authorities and algorithms still stood.  Nothing out of an archive that is not VALID is kept.
 */
#ifndef ARCHIVE_RENEWALS_H
#define ARCHIVE_RENEWALS_H

#include <openssl/x509.h>

#include "archive/trust.h"
#include "archive/verify.h"

#define RENEWALS_STREAM		"renewal"	/* the stream of their records */
#define RENEWALS_ENDPOINT	"chain renew"	/* where they say they come from */
#define RENEWALS_CRL		"crl/"		/* the id of a CRL fetched then begins so */
#define RENEWALS_CRLS_MAX	256u		/* of one renewal archive, */
#define RENEWALS_CRL_OCTETS	((uint64_t)64 << 20)	/* and together */

/* What one renewal archive says of one older archive. */
struct renewal_word {
	char		 archive[40];
	bool		 invalid;		/* it was INVALID then: what differs from it contradicts nothing */
	bool		 destroyed;		/* only its seal was left then */
	bool		 has_tar, has_files;
	unsigned char	 seal[32];		/* SHA-256 of seal.txt */
	unsigned char	 sha256[32], sha512[64];	/* of the whole tar */
	unsigned char	 files[32];		/* SHA-256 of what `sha256sum *` prints in its .seal directory */
};
struct renewal {
	char		 name[40], chain[48];
	uint64_t	 sequence;
	unsigned char	 seal[32];
	int64_t		 at_ms;			/* its time stamp */
	struct renewal_word *words; size_t n_words;	/* by name */
};
/* One that could have vouched, and why it does not. */
struct renewal_refused { char name[40]; uint64_t sequence; enum verdict verdict; char why[400]; };

struct renewals {
	struct renewal	*list; size_t n;	/* the latest first */
	struct renewal_refused *refused; size_t n_refused;
	STACK_OF(X509_CRL) *crls;		/* fetched then, of all of them; NULL: none */
};

void renewals_init(struct renewals *);
void renewals_free(struct renewals *);
/*
 * renewals_take(rs, path, trust, now_ms, err): verify the archive at ${path} with ${trust}, vouched for by those in ${rs} where it needs it (so take later ones first), and
 * keep what it says; one that is not VALID, or has no time stamp, goes to the refused; one that is there already, or holds no word of others, nowhere.
 * ST_IO: it cannot be read; ST_NOMEM.
 */
enum status renewals_take(struct renewals *, const char *path, const struct trust *, int64_t now_ms, struct err *) STATUS_USE;

/* What is at hand of an archive that is being judged; NULL where it is not. */
struct renewals_evidence { const struct seal *seal; const unsigned char *seal_sha256, *tar, *files; enum digest_alg tar_alg; };
struct renewals_answer {
	const struct renewal *by;	/* that one vouches; NULL: none does */
	int64_t		 at_ms;		/* all of it existed then; without ${by}: now */
	const struct renewal *against;	/* that one holds other bytes for this archive; NULL: none */
	bool		 only_seal;	/* ${by} was asked for the files of the seal alone */
};
/* renewals_ask(rs, trust, e, now_ms, a): ${rs} NULL: nobody vouches.  The bytes must be the same by an algorithm that the trust accepts today. */
void renewals_ask(const struct renewals *, const struct trust *, const struct renewals_evidence *, int64_t now_ms, struct renewals_answer *);
/* renewals_alg(trust, now_ms, alg): the strongest digest of whole tars that the trust accepts today; false: none. */
bool renewals_alg(const struct trust *, int64_t now_ms, enum digest_alg *);
/* renewals_name(rs, archive): does one of them speak of an archive of this name? */
bool renewals_name(const struct renewals *, struct str archive);
/* renewals_gone(rs, archive): the first one that found only the seal left; NULL: none. */
const struct renewal *renewals_gone(const struct renewals *, const char *archive);
/* renewals_could(rs, sequence): the last one refused that is later than ${sequence}; NULL: none. */
const struct renewal_refused *renewals_could(const struct renewals *, uint64_t sequence);

#endif
