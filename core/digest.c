/* digest.c: OpenSSL's EVP, its algorithms fetched once. */
#include "core/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <pthread.h>

#include "core/i18n.h"

static const struct { const char *name, *evp; size_t size; } algs[DIGEST__MAX] = {
	[DIGEST_SHA256] = { "sha256", "SHA2-256", 32 },
	[DIGEST_SHA384] = { "sha384", "SHA2-384", 48 },
	[DIGEST_SHA512] = { "sha512", "SHA2-512", 64 },
	[DIGEST_SM3] = { "sm3", "SM3", 32 },
	[DIGEST_MD5] = { "md5", "MD5", 16 },
};
static EVP_MD *fetched[DIGEST__MAX];
static pthread_once_t once = PTHREAD_ONCE_INIT;

/* Fetching by name costs more than hashing a record: done once, kept until the process ends. */
static void
fetch(void)
{
	int i;

	for (i = 0; i < DIGEST__MAX; i++)
		fetched[i] = EVP_MD_fetch(NULL, algs[i].evp, NULL);
}

size_t digest_size(enum digest_alg alg) { return algs[alg].size; }
const char *digest_name(enum digest_alg alg) { return algs[alg].name; }

static enum status
failed(enum digest_alg alg, struct err *err)
{
	return err_set(err, ST_IO, _("the cryptographic library refuses %s"), algs[alg].name);
}

enum status
digest_begin(struct digest *d, enum digest_alg alg, struct err *err)
{
	bool same = d->ctx != NULL && d->alg == alg;

	pthread_once(&once, fetch);
	if (d->ctx == NULL && (d->ctx = EVP_MD_CTX_new()) == NULL)
		return err_oom(err, 0);
	d->alg = alg;
	if (fetched[alg] == NULL || EVP_DigestInit_ex2(d->ctx, same ? NULL : fetched[alg], NULL) != 1)
		return failed(alg, err);
	return ST_OK;
}

enum status
digest_add(struct digest *d, const void *p, size_t n, struct err *err)
{
	return EVP_DigestUpdate(d->ctx, p, n) == 1 ? ST_OK : failed(d->alg, err);
}

enum status
digest_end(struct digest *d, unsigned char *out, struct err *err)
{
	return EVP_DigestFinal_ex(d->ctx, out, NULL) == 1 ? ST_OK : failed(d->alg, err);
}

enum status
digest_peek(const struct digest *d, unsigned char *out, struct err *err)
{
	EVP_MD_CTX *copy = EVP_MD_CTX_new();
	bool ok = copy != NULL && EVP_MD_CTX_copy_ex(copy, d->ctx) == 1 && EVP_DigestFinal_ex(copy, out, NULL) == 1;

	EVP_MD_CTX_free(copy);
	return ok ? ST_OK : failed(d->alg, err);
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

enum status
digest_hmac_sha256(const void *key, size_t n_key, const void *p, size_t n, unsigned char out[32], struct err *err)
{
	unsigned int len = 32;

	pthread_once(&once, fetch);
	if (n_key > INT32_MAX || HMAC(fetched[DIGEST_SHA256], key, (int)n_key, p, n, out, &len) == NULL || len != 32)
		return failed(DIGEST_SHA256, err);
	return ST_OK;
}

enum status
digest_random(void *p, size_t n, struct err *err)
{
	if (RAND_bytes_ex(NULL, p, n, 256) != 1)
		return err_set(err, ST_IO, _("no random numbers from the operating system"));
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
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
digest_unhex(struct str s, unsigned char *out, size_t n)
{
	size_t i;
	int hi, lo;

	if (s.p == NULL || s.n != 2 * n)
		return false;
	for (i = 0; i < n; i++) {
		if ((hi = nibble(s.p[2 * i])) < 0 || (lo = nibble(s.p[2 * i + 1])) < 0)
			return false;
		out[i] = (unsigned char)(hi << 4 | lo);
	}
	return true;
}

void
digest_base64url(const unsigned char *in, size_t n, char *out)
{
	static const char set[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	uint32_t bits = 0;
	unsigned have = 0;
	size_t i;

	for (i = 0; i < n; i++) {
		bits = bits << 8 | in[i];
		for (have += 8; have >= 6; have -= 6)
			*out++ = set[bits >> (have - 6) & 63];
	}
	if (have > 0)
		*out++ = set[bits << (6 - have) & 63];
	*out = '\0';
}
