/* digest.h: hashes through OpenSSL's EVP: the only file that computes one. */
#ifndef CORE_DIGEST_H
#define CORE_DIGEST_H

#include "core/str.h"

enum digest_alg {
	DIGEST_SHA256, DIGEST_SHA384, DIGEST_SHA512, DIGEST_SM3,
	DIGEST_MD5,		/* only where a platform or somebody else's bag demands it; so too all below */
	DIGEST_SHA1, DIGEST_SHA224, DIGEST_SHA512_224, DIGEST_SHA512_256, DIGEST_SHA3_224, DIGEST_SHA3_256, DIGEST_SHA3_384, DIGEST_SHA3_512,
	DIGEST_BLAKE2S, DIGEST_BLAKE2B, DIGEST_RIPEMD160, DIGEST__MAX
};
#define DIGEST_MAX	64
#define DIGEST_HEX_MAX	(2 * DIGEST_MAX + 1)

struct digest { struct evp_md_ctx_st *ctx; enum digest_alg alg; };

size_t digest_size(enum digest_alg);			/* octets */
const char *digest_name(enum digest_alg);		/* "sha256" as in manifest names: lower case, letters and digits only (RFC 8493, 2.4) */
bool digest_known(enum digest_alg);			/* whether the cryptographic library of this machine has it */
/* digest_begin(d, alg, err): also starts a used one again.  digest_free accepts a zeroed one. */
enum status digest_begin(struct digest *, enum digest_alg, struct err *) STATUS_USE;
enum status digest_add(struct digest *, const void *, size_t, struct err *) STATUS_USE;
/* digest_end(d, out, err): ${out} holds digest_size octets; begin again before the next use. */
enum status digest_end(struct digest *, unsigned char *out, struct err *) STATUS_USE;
/* digest_peek: the hash so far; adding may go on. */
enum status digest_peek(const struct digest *, unsigned char *out, struct err *) STATUS_USE;
void digest_free(struct digest *);
enum status digest_of(enum digest_alg, const void *, size_t, unsigned char *out, struct err *) STATUS_USE;
enum status digest_hmac_sha256(const void *key, size_t n_key, const void *, size_t, unsigned char out[32], struct err *) STATUS_USE;
/* digest_hmac_with(d, …): the same with ${d}, zeroed or used before, which it begins anew: for many of them. */
enum status digest_hmac_with(struct digest *, const void *key, size_t n_key, const void *, size_t, unsigned char out[32], struct err *) STATUS_USE;
/* digest_random(p, n, err): from the operating system's generator. */
enum status digest_random(void *, size_t, struct err *) STATUS_USE;

/* digest_hex(in, n, out): lower case, NUL-terminated, 2n + 1 bytes.  digest_unhex: exactly 2n lower-case digits, else false. */
void digest_hex(const unsigned char *in, size_t n, char *out);
bool digest_unhex(struct str, unsigned char *out, size_t n);
/* digest_base64url(in, n, out): without padding, NUL-terminated; ${out} holds 4 * ((n + 2) / 3) + 1. */
void digest_base64url(const unsigned char *in, size_t n, char *out);

#endif
