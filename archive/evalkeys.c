/* evalkeys.c: evaluation keys; see evalkeys.h. */
#include "archive/evalkeys.h"

#include <stdio.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/i18n.h"

#define DAYS		730
#define PEM_MAX		16384u
#define SERIAL_BITS	120	/* random, and of 15 octets at most: RFC 5280 4.1.2.2 */

static const struct { int nid; const char *root, *leaf; } extensions[] = {
	{ NID_basic_constraints, "critical,CA:TRUE,pathlen:0", "critical,CA:FALSE" },
	{ NID_key_usage, "critical,keyCertSign,cRLSign", "critical,digitalSignature,nonRepudiation" },
	{ NID_subject_key_identifier, "hash", "hash" },
	{ NID_authority_key_identifier, NULL, "keyid:always" },
};

static bool
add_name(X509_NAME *name, const char *field, const char *value)
{
	return X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, (const unsigned char *)value, -1, -1, 0) == 1;
}

static bool
set_subject(X509 *x, const char *organisation, const char *role)
{
	X509_NAME *name = X509_get_subject_name(x);
	char cn[80];

	if (organisation[0] != '\0' && !add_name(name, "O", organisation))
		ERR_clear_error();	/* longer than X.520 allows, or no text: a key for evaluation does without */
	snprintf(cn, sizeof(cn), "custody %s", role);
	return add_name(name, "OU", EVALKEYS_WORDS) && add_name(name, "CN", cn);
}

static bool
set_serial(X509 *x)
{
	BIGNUM *bn = BN_new();
	bool ok = bn != NULL && BN_rand(bn, SERIAL_BITS, BN_RAND_TOP_ONE, BN_RAND_BOTTOM_ANY) == 1 && BN_to_ASN1_INTEGER(bn, X509_get_serialNumber(x)) != NULL;

	BN_free(bn);
	return ok;
}

static bool
set_extensions(X509 *x, X509 *issuer)
{
	bool root = x == issuer;
	X509_EXTENSION *e;
	X509V3_CTX ctx;
	size_t i;
	bool ok = true;

	X509V3_set_ctx(&ctx, issuer, x, NULL, NULL, 0);
	for (i = 0; ok && i < sizeof(extensions) / sizeof(extensions[0]); i++) {
		const char *value = root ? extensions[i].root : extensions[i].leaf;

		if (value == NULL)
			continue;
		e = X509V3_EXT_conf_nid(NULL, &ctx, extensions[i].nid, value);
		ok = e != NULL && X509_add_ext(x, e, -1) == 1;
		X509_EXTENSION_free(e);
	}
	return ok;
}

/* A certificate for ${key}; ${issuer} NULL: a root, signed by itself. */
static X509 *
make_cert(EVP_PKEY *key, const char *organisation, const char *role, X509 *issuer, EVP_PKEY *issuer_key)
{
	X509 *x = X509_new();

	if (x != NULL && X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) && set_subject(x, organisation, role) &&
	    X509_set_issuer_name(x, X509_get_subject_name(issuer != NULL ? issuer : x)) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), 0) != NULL && X509_time_adj_ex(X509_getm_notAfter(x), DAYS, 0, NULL) != NULL &&
	    X509_set_pubkey(x, key) == 1 && set_extensions(x, issuer != NULL ? issuer : x) &&
	    X509_sign(x, issuer != NULL ? issuer_key : key, EVP_sha256()) > 0)
		return x;
	X509_free(x);
	return NULL;
}

static enum status
to_pem(X509 *x, EVP_PKEY *key, struct evalkeys *out, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_secmem());
	enum status st = ST_OK;
	char *p;
	long n;

	if (bio == NULL || (x != NULL ? PEM_write_bio_X509(bio, x) : PEM_write_bio_PKCS8PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL)) != 1 ||
	    (n = BIO_get_mem_data(bio, &p)) <= 0)
		st = err_set(err, ST_NOMEM, _("the evaluation keys could not be made"));
	else
		st = buf_add(x != NULL ? &out->cert : &out->key, p, (size_t)n, err);
	BIO_free(bio);
	return st;
}

enum status
evalkeys_make(const char *organisation, const char *const *roles, size_t n, struct buf *root, struct evalkeys *out, struct err *err)
{
	EVP_PKEY *authority = EVP_EC_gen("P-256"), *key;
	X509 *top = NULL, *x;
	struct evalkeys pem;
	enum status st = ST_OK;
	size_t i;

	buf_init(&pem.cert, PEM_MAX);
	for (i = 0; i < n; i++) {
		buf_init(&out[i].cert, PEM_MAX);
		buf_init(&out[i].key, PEM_MAX);
	}
	if (authority == NULL || (top = make_cert(authority, organisation, "authority", NULL, NULL)) == NULL)
		st = err_set(err, ST_NOMEM, _("the evaluation keys could not be made"));
	else if ((st = to_pem(top, NULL, &pem, err)) == ST_OK)
		st = buf_str_add(root, buf_str(&pem.cert), err);
	for (i = 0; i < n && st == ST_OK; i++) {
		x = (key = EVP_EC_gen("P-256")) == NULL ? NULL : make_cert(key, organisation, roles[i], top, authority);
		st = x == NULL ? err_set(err, ST_NOMEM, _("the evaluation keys could not be made")) : to_pem(x, NULL, &out[i], err);
		if (st == ST_OK)
			st = to_pem(NULL, key, &out[i], err);
		X509_free(x);
		EVP_PKEY_free(key);
	}
	ERR_clear_error();
	buf_free(&pem.cert);
	X509_free(top);
	EVP_PKEY_free(authority);
	return st;
}

void
evalkeys_free(struct evalkeys *k, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		buf_free(&k[i].cert);
		buf_wipe(&k[i].key);
	}
}
