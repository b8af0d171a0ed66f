/* digest.c: EVP in one place, in a library context of our own that no configuration file of the machine changes. */
#include "core/digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <sys/random.h>

#include "core/i18n.h"

static const struct { const char *name, *evp; size_t size; } algs[DIGEST__MAX] = {
	{ "sha256", "SHA2-256", 32 }, { "sha384", "SHA2-384", 48 }, { "sha512", "SHA2-512", 64 },
	{ "sm3", "SM3", 32 }, { "md5", "MD5", 16 }, { "sha1", "SHA1", 20 }, { "sha224", "SHA2-224", 28 },
	{ "sha512224", "SHA2-512/224", 28 }, { "sha512256", "SHA2-512/256", 32 }, { "sha3224", "SHA3-224", 28 }, { "sha3256", "SHA3-256", 32 },
	{ "sha3384", "SHA3-384", 48 }, { "sha3512", "SHA3-512", 64 }, { "blake2s256", "BLAKE2S-256", 32 }, { "blake2b512", "BLAKE2B-512", 64 },
	{ "ripemd160", "RIPEMD160", 20 }
};

/* Fetched once: a fetch costs more than hashing a record. */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static OSSL_LIB_CTX *lib;
static EVP_MD *mds[DIGEST__MAX];

static void
fetch(void)
{
	int i;

	if ((lib = OSSL_LIB_CTX_new()) == NULL)
		return;
	for (i = 0; i < DIGEST__MAX; i++)
		mds[i] = EVP_MD_fetch(lib, algs[i].evp, NULL);
}

static enum status
broken(struct err *err, enum digest_alg alg)
{
	return err_set(err, ST_NOMEM, _("the cryptographic library cannot compute %s"), algs[alg].name);
}

size_t
digest_size(enum digest_alg alg)
{
	return algs[alg].size;
}

const char *
digest_name(enum digest_alg alg)
{
	return algs[alg].name;
}

bool
digest_known(enum digest_alg alg)
{
	pthread_once(&once, fetch);
	return mds[alg] != NULL;
}

enum status
digest_begin(struct digest *d, enum digest_alg alg, struct err *err)
{
	pthread_once(&once, fetch);
	if (mds[alg] == NULL)
		return broken(err, alg);
	if (d->ctx == NULL && (d->ctx = EVP_MD_CTX_new()) == NULL)
		return broken(err, alg);
	d->alg = alg;
	return EVP_DigestInit_ex2(d->ctx, mds[alg], NULL) == 1 ? ST_OK : broken(err, alg);
}

enum status
digest_add(struct digest *d, const void *p, size_t n, struct err *err)
{
	if (n == 0)
		return ST_OK;
	return EVP_DigestUpdate(d->ctx, p, n) == 1 ? ST_OK : broken(err, d->alg);
}

enum status
digest_end(struct digest *d, unsigned char *out, struct err *err)
{
	return EVP_DigestFinal_ex(d->ctx, out, NULL) == 1 ? ST_OK : broken(err, d->alg);
}

enum status
digest_peek(const struct digest *d, unsigned char *out, struct err *err)
{
	struct digest copy = { NULL, d->alg };
	enum status st = ST_OK;

	if ((copy.ctx = EVP_MD_CTX_new()) == NULL || EVP_MD_CTX_copy_ex(copy.ctx, d->ctx) != 1)
		st = broken(err, d->alg);
	else
		st = digest_end(&copy, out, err);
	digest_free(&copy);
	return st;
}

void
digest_free(struct digest *d)
{
	EVP_MD_CTX_free(d->ctx);
	d->ctx = NULL;
}

enum status
digest_of(enum digest_alg alg, const void *p, size_t n, unsigned char *out, struct err *err)
{
	struct digest d = { NULL, alg };
	enum status st;

	if ((st = digest_begin(&d, alg, err)) == ST_OK && (st = digest_add(&d, p, n, err)) == ST_OK)
		st = digest_end(&d, out, err);
	digest_free(&d);
	return st;
}

/* RFC 2104 over SHA-256, whose block is 64 octets.  By hand: the library's EVP_MAC looks its digest up again at every call, which costs more than the hashing. */
enum status
digest_hmac_with(struct digest *d, const void *key, size_t n_key, const void *p, size_t n, unsigned char out[32], struct err *err)
{
	unsigned char pad[64] = { 0 }, inner[32];
	enum status st;
	size_t i;

	if (n_key > sizeof(pad)) {
		if ((st = digest_of(DIGEST_SHA256, key, n_key, pad, err)) != ST_OK)
			return st;
	} else if (n_key > 0)
		memcpy(pad, key, n_key);
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36;
	if ((st = digest_begin(d, DIGEST_SHA256, err)) != ST_OK || (st = digest_add(d, pad, sizeof(pad), err)) != ST_OK ||
	    (st = digest_add(d, p, n, err)) != ST_OK || (st = digest_end(d, inner, err)) != ST_OK)
		goto out;
	for (i = 0; i < sizeof(pad); i++)
		pad[i] ^= 0x36 ^ 0x5c;
	if ((st = digest_begin(d, DIGEST_SHA256, err)) == ST_OK && (st = digest_add(d, pad, sizeof(pad), err)) == ST_OK &&
	    (st = digest_add(d, inner, sizeof(inner), err)) == ST_OK)
		st = digest_end(d, out, err);
out:
	explicit_bzero(pad, sizeof(pad));
	explicit_bzero(inner, sizeof(inner));
	return st;
}

enum status
digest_hmac_sha256(const void *key, size_t n_key, const void *p, size_t n, unsigned char out[32], struct err *err)
{
	struct digest d = { NULL, DIGEST_SHA256 };
	enum status st = digest_hmac_with(&d, key, n_key, p, n, out, err);

	digest_free(&d);
	return st;
}

enum status
digest_random(void *out, size_t n, struct err *err)
{
	unsigned char *p = out;
	ssize_t got;

	while (n > 0) {
		if ((got = getrandom(p, n, 0)) < 0) {
			if (errno == EINTR)
				continue;
			return err_sys(err, "%s", _("no random numbers from the operating system"));
		}
		p += got;
		n -= (size_t)got;
	}
	return ST_OK;
}

void
digest_hex(const unsigned char *in, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < n; i++) {
		out[2 * i] = hex[in[i] >> 4];
		out[2 * i + 1] = hex[in[i] & 15];
	}
	out[2 * n] = '\0';
}

static int
nibble(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
digest_unhex(struct str s, unsigned char *out, size_t n)
{
	size_t i;

	if (s.p == NULL || s.n / 2 != n || s.n % 2 != 0)
		return false;
	for (i = 0; i < s.n; i++)
		if (nibble(s.p[i]) < 0)
			return false;
	for (i = 0; i < n; i++)
		out[i] = (unsigned char)(nibble(s.p[2 * i]) << 4 | nibble(s.p[2 * i + 1]));
	return true;
}

void
digest_base64url(const unsigned char *in, size_t n, char *out)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t i;
	uint32_t v;

	for (i = 0; i + 2 < n; i += 3) {
		v = (uint32_t)in[i] << 16 | (uint32_t)in[i + 1] << 8 | in[i + 2];
		*out++ = set[v >> 18];
		*out++ = set[v >> 12 & 63];
		*out++ = set[v >> 6 & 63];
		*out++ = set[v & 63];
	}
	if (i < n) {
		v = (uint32_t)in[i] << 16 | (i + 1 < n ? (uint32_t)in[i + 1] << 8 : 0);
		*out++ = set[v >> 18];
		*out++ = set[v >> 12 & 63];
		if (i + 1 < n)
			*out++ = set[v >> 6 & 63];
	}
	*out = '\0';
}
