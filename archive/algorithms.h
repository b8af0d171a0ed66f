/*
 * algorithms.h: which algorithms a verifier accepts, and until when (archive format 6.1 step 3, 10): the [algorithms] of a trust file.
 *
 *   sha256 = until 2035-01-01      not from the first second of that day (UTC) on
 *   rsa-pkcs1 = no
 *   sm2 = yes                      as what is not named
 *
 * Names: the digests sha256 sha384 sha512 sm3, the signatures rsa-pkcs1 rsa-pss ecdsa sm2, the keys rsa-2048 rsa-3072 rsa-4096 (of at least so many
 * bits, and below the next name) p-256 p-384 p-521.
 */
#ifndef ARCHIVE_ALGORITHMS_H
#define ARCHIVE_ALGORITHMS_H

#include "archive/signed.h"

#define ALGORITHMS_N	14u

struct algorithms { int64_t end_ms[ALGORITHMS_N]; bool named[ALGORITHMS_N]; };

void algorithms_all(struct algorithms *);	/* every one, for ever */
/* algorithms_put(a, name, value, err): one line.  ST_USAGE: an unknown name (with the nearest known), a name given twice, or no such value. */
enum status algorithms_put(struct algorithms *, const char *name, const char *value, struct err *) STATUS_USE;
/* algorithms_digest(a, alg, at_ms): is it acceptable at that time?  ${a} NULL: yes. */
bool algorithms_digest(const struct algorithms *, enum digest_alg, int64_t at_ms);
/* algorithms_check(a, s, cert, at_ms, err): digest, kind and key of a signature.  ST_UNSURE names the one that is not acceptable.  algorithms_check_sm2: of kind sm2. */
enum status algorithms_check(const struct algorithms *, const struct signed_data *, X509 *cert, int64_t at_ms, struct err *) STATUS_USE;
enum status algorithms_check_sm2(const struct algorithms *, int64_t at_ms, struct err *) STATUS_USE;
/* algorithms_refuse(a, alg, at_ms, err): ST_UNSURE with a message when a digest is not acceptable. */
enum status algorithms_refuse(const struct algorithms *, enum digest_alg, int64_t at_ms, struct err *) STATUS_USE;

#endif
