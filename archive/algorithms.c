/* algorithms.c: accepted algorithms; see algorithms.h. */
#include "archive/algorithms.h"

#include <stdio.h>

#include <openssl/err.h>
#include <openssl/evp.h>

#include "core/config.h"
#include "core/i18n.h"
#include "core/when.h"

enum { A_SHA256, A_SHA384, A_SHA512, A_SM3, A_PKCS1, A_PSS, A_ECDSA, A_SM2, A_RSA2048, A_RSA3072, A_RSA4096, A_P256, A_P384, A_P521, A__MAX };

static const char *const names[] = { "sha256", "sha384", "sha512", "sm3", "rsa-pkcs1", "rsa-pss", "ecdsa", "sm2", "rsa-2048", "rsa-3072", "rsa-4096", "p-256",
    "p-384", "p-521" };
_Static_assert(A__MAX == ALGORITHMS_N && sizeof(names) / sizeof(names[0]) == ALGORITHMS_N, "one name each");

void
algorithms_all(struct algorithms *a)
{
	size_t i;

	memset(a, 0, sizeof(*a));
	for (i = 0; i < ALGORITHMS_N; i++)
		a->end_ms[i] = INT64_MAX;
}

static enum status
read_value(const char *value, int64_t *end_ms, struct err *err)
{
	char text[21];

	if (strcmp(value, "yes") == 0)
		*end_ms = INT64_MAX;
	else if (strcmp(value, "no") == 0)
		*end_ms = INT64_MIN;
	else if (strncmp(value, "until ", 6) != 0 || strlen(value) != 16 || snprintf(text, sizeof(text), "%sT00:00:00Z", value + 6) != 20 ||
	    when_parse_utc((struct str){ text, 20 }, end_ms, NULL) != ST_OK)
		return err_set(err, ST_USAGE, _("neither yes, no nor until YYYY-MM-DD"));
	return ST_OK;
}

enum status
algorithms_put(struct algorithms *a, const char *name, const char *value, struct err *err)
{
	const char *near;
	enum status st;
	size_t i;

	for (i = 0; i < ALGORITHMS_N && strcmp(names[i], name) != 0; i++)
		;
	if (i == ALGORITHMS_N) {
		err_set(err, ST_USAGE, _("unknown algorithm %s"), name);
		if ((near = config_nearest(name, names, ALGORITHMS_N)) != NULL)
			err_next(err, _("did you mean \"%s\"?"), near);
		return ST_USAGE;
	}
	if (a->named[i])
		return err_set(err, ST_USAGE, _("%s stands there twice"), name);
	if ((st = read_value(value, &a->end_ms[i], err)) != ST_OK) {
		err_in(err, "%s", name);
		return st;
	}
	a->named[i] = true;
	return ST_OK;
}

static int
of_digest(enum digest_alg alg)
{
	switch (alg) {
	case DIGEST_SHA256: return A_SHA256;
	case DIGEST_SHA384: return A_SHA384;
	case DIGEST_SHA512: return A_SHA512;
	case DIGEST_SM3: return A_SM3;
	default: return -1;
	}
}

static int
of_key(X509 *cert)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	int bits = key == NULL ? 0 : EVP_PKEY_get_bits(key), found = -1;

	if (key != NULL && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")))
		found = bits >= 4096 ? A_RSA4096 : bits >= 3072 ? A_RSA3072 : bits >= 2048 ? A_RSA2048 : -1;
	else if (key != NULL && EVP_PKEY_is_a(key, "EC"))
		found = bits == 521 ? A_P521 : bits == 384 ? A_P384 : bits == 256 ? A_P256 : -1;
	ERR_clear_error();
	return found;
}

/* ${i} -1: none of those that a trust file can name; what the format allows is decided elsewhere. */
static enum status
check(const struct algorithms *a, int i, int64_t at_ms, struct err *err)
{
	char end[21];

	if (a == NULL || i < 0 || at_ms < a->end_ms[i])
		return ST_OK;
	if (a->end_ms[i] == INT64_MIN)
		return err_set(err, ST_UNSURE, _("the trust does not accept %s: a renewal archive must vouch for it"), names[i]);
	when_utc_s(a->end_ms[i], end);
	return err_set(err, ST_UNSURE, _("the trust accepts %s only until %.10s: a renewal archive must vouch for it"), names[i], end);
}

bool
algorithms_digest(const struct algorithms *a, enum digest_alg alg, int64_t at_ms)
{
	return check(a, of_digest(alg), at_ms, NULL) == ST_OK;
}

enum status
algorithms_refuse(const struct algorithms *a, enum digest_alg alg, int64_t at_ms, struct err *err)
{
	return check(a, of_digest(alg), at_ms, err);
}

enum status
algorithms_check(const struct algorithms *a, const struct signed_data *s, X509 *cert, int64_t at_ms, struct err *err)
{
	enum status st;

	if ((st = check(a, of_digest(s->digest), at_ms, err)) != ST_OK ||
	    (st = check(a, s->scheme == SIGNED_RSA ? A_PKCS1 : s->scheme == SIGNED_PSS ? A_PSS : A_ECDSA, at_ms, err)) != ST_OK)
		return st;
	return check(a, of_key(cert), at_ms, err);
}

enum status
algorithms_check_sm2(const struct algorithms *a, int64_t at_ms, struct err *err)
{
	enum status st = check(a, A_SM3, at_ms, err);

	return st == ST_OK ? check(a, A_SM2, at_ms, err) : st;
}
