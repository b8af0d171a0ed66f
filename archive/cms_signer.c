/* cms_signer.c: a signer of ours: its certificates, its key, and whether the format lets it sign. */
#include "archive/cms_parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "archive/crl_points.h"
#include "archive/key.h"
#include "archive/names.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "core/when.h"

#define RSA_BITS_MIN	3072
#define CHAIN_MAX	8
#define URLS_MAX	16

enum status
cms_why(struct err *err, enum status st, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	ERR_clear_error();
	return reason == NULL ? err_set(err, st, "%s", what) : err_set(err, st, "%s: %s", what, reason);
}

/* A key may be locked: never ask on the terminal. */
static int no_passphrase(char *out, int room, int writing, void *ctx) { (void)out; (void)room; (void)writing; (void)ctx; return -1; }

static enum status
read_certs(struct cms_signer *s, const char *path, struct err *err)
{
	BIO *bio = NULL;
	struct buf pem;
	enum status st;
	X509 *x;

	buf_init(&pem, LIMIT_CRL);
	if ((st = fs_load(AT_FDCWD, path, LIMIT_CRL, &pem, err)) != ST_OK) {
		st = st == ST_END ? err_set(err, ST_IO, _("%s: there is no such certificate file"), path) : st;
		goto out;
	}
	if ((s->chain = sk_X509_new_null()) == NULL || (bio = BIO_new_mem_buf(pem.p, (int)pem.n)) == NULL) {
		st = cms_why(err, ST_NOMEM, path);
		goto out;
	}
	while ((x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL) {
		if (s->cert == NULL) {
			s->cert = x;
		} else if (X509_self_signed(x, 0) == 1 || X509_cmp(x, s->cert) == 0) {
			X509_free(x);	/* a root is the verifier's to bring */
		} else if (sk_X509_num(s->chain) == CHAIN_MAX || sk_X509_push(s->chain, x) <= 0) {
			X509_free(x);
			st = err_set(err, ST_DENIED, _("%s: more than %d issuing certificates"), path, CHAIN_MAX);
			goto out;
		}
	}
	ERR_clear_error();
	if (s->cert == NULL)
		st = err_set(err, ST_DENIED, _("%s: no certificate in PEM form"), path);
out:
	BIO_free(bio);
	buf_free(&pem);
	return st;
}

static enum status
check_cert(const struct cms_signer *s, const char *path, struct err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(s->cert);
	char curve[32] = "";
	uint32_t usage = X509_get_key_usage(s->cert);

	if (key == NULL)
		return cms_why(err, ST_DENIED, path);
	if (s->sm2)
		;	/* one curve, one strength */
	else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA || EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA_PSS) {
		if (EVP_PKEY_get_bits(key) < RSA_BITS_MIN)
			return err_set(err, ST_DENIED, _("%s: an RSA key of %d bits is too weak, %d are needed"), path, EVP_PKEY_get_bits(key), RSA_BITS_MIN);
	} else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
		if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) != 1 || (OBJ_sn2nid(curve) != NID_X9_62_prime256v1 && OBJ_sn2nid(curve) != NID_secp384r1))
			return err_set(err, ST_DENIED, _("%s: the curve %s is not P-256, P-384 or SM2"), path, curve);
	} else
		return err_set(err, ST_DENIED, _("%s: neither an RSA nor an ECDSA nor an SM2 key"), path);
	if (usage != UINT32_MAX && (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) == 0)
		return err_set(err, ST_DENIED, _("%s: the certificate is not for signatures"), path);
	return ST_OK;
}

/* ${key} becomes the signer's if it is its certificate's; it is given up otherwise. */
static enum status
take_key(struct cms_signer *s, EVP_PKEY *key, struct err *err)
{
	if (X509_check_private_key(s->cert, key) != 1) {
		ERR_clear_error();
		EVP_PKEY_free(key);
		return err_set(err, ST_DENIED, _("the private key does not belong to the certificate of %s"), s->role);
	}
	EVP_PKEY_free(s->key);
	s->key = key;
	return ST_OK;
}

static enum status
read_key(struct cms_signer *s, struct str pem, struct err *err)
{
	EVP_PKEY *key;
	enum status st = key_pem(pem, s->role, &key, err);

	return st == ST_OK ? take_key(s, key, err) : st;
}

enum status
cms_signer_key(struct cms_signer *s, const char *spec, const char *pin, const char *base_dir, struct err *err)
{
	struct secret secret = { NULL, 0, 0 };
	EVP_PKEY *key;
	enum status st;

	if (!key_is_token(spec)) {
		if (pin != NULL)
			return err_set(err, ST_USAGE, _("a PIN goes with a key on a token (pkcs11:…) only"));
		if ((st = secret_load(spec, base_dir, &secret, err)) == ST_OK)
			st = read_key(s, secret_view(&secret), err);
	} else if ((st = key_token_check(spec, err)) == ST_OK && (pin == NULL || (st = secret_load(pin, base_dir, &secret, err)) == ST_OK) &&
	    (st = key_token(spec, secret_view(&secret), &key, err)) == ST_OK)
		st = take_key(s, key, err);
	secret_free(&secret);
	return st;
}

enum status
cms_signer_key_pin(struct cms_signer *s, const char *uri, const struct secret *pin, struct err *err)
{
	EVP_PKEY *key;
	enum status st = key_token(uri, secret_view(pin), &key, err);

	return st == ST_OK ? take_key(s, key, err) : st;
}

static enum status
collect(struct cms_signer *s, struct err *err)
{
	enum status st;
	int i;

	if ((s->urls = sk_OPENSSL_STRING_new_null()) == NULL)
		return cms_why(err, ST_NOMEM, s->role);
	st = crl_urls(s->cert, s->urls, URLS_MAX, NULL, err);
	for (i = 0; st == ST_OK && i < sk_X509_num(s->chain); i++)
		st = crl_urls(sk_X509_value(s->chain, i), s->urls, URLS_MAX, NULL, err);
	return st;
}

enum status
cms_signer_open(struct cms_signer **out, const char *role, const char *cert_path, struct str key, struct err *err)
{
	struct cms_signer *s;
	unsigned n = sizeof(s->sha256);
	enum status st;

	*out = NULL;
	if (!names_role_ok(str_of(role)))
		return err_set(err, ST_USAGE, _("\"%s\" is no name for a role"), role);
	if ((s = mem_get(1, sizeof(*s), err)) == NULL)
		return ST_NOMEM;
	snprintf(s->role, sizeof(s->role), "%s", role);
	if ((st = read_certs(s, cert_path, err)) != ST_OK)
		goto out;
	s->sm2 = X509_get0_pubkey(s->cert) != NULL && EVP_PKEY_is_a(X509_get0_pubkey(s->cert), "SM2") == 1;
	if ((st = check_cert(s, cert_path, err)) != ST_OK)
		goto out;
	if (X509_digest(s->cert, EVP_sha256(), s->sha256, &n) != 1) {
		st = cms_why(err, ST_NOMEM, cert_path);
		goto out;
	}
	if ((st = collect(s, err)) == ST_OK && key.p != NULL)
		st = read_key(s, key, err);
out:
	if (st != ST_OK) {
		cms_signer_close(s);
		return st;
	}
	*out = s;
	return ST_OK;
}

void
cms_signer_close(struct cms_signer *s)
{
	if (s == NULL)
		return;
	crl_urls_free(s->urls);
	sk_X509_pop_free(s->chain, X509_free);
	EVP_PKEY_free(s->key);
	X509_free(s->cert);
	mem_free(s);
}

enum seal_kind cms_signer_kind(const struct cms_signer *s) { return s->sm2 ? SEAL_SM2 : SEAL_CMS; }
const char *cms_signer_role(const struct cms_signer *s) { return s->role; }
bool cms_signer_has_key(const struct cms_signer *s) { return s->key != NULL; }
const unsigned char *cms_signer_fingerprint(const struct cms_signer *s) { return s->sha256; }

enum status
cms_signer_describe(const struct cms_signer *s, struct buf *name, int64_t *ends_ms, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum status st;
	struct tm tm;
	char *p;
	long n;

	*ends_ms = WHEN_UNKNOWN;
	if (ASN1_TIME_to_tm(X509_get0_notAfter(s->cert), &tm) == 1)
		*ends_ms = (int64_t)timegm(&tm) * 1000;
	if (bio == NULL || X509_NAME_print_ex(bio, X509_get_subject_name(s->cert), 0, XN_FLAG_ONELINE & ~ASN1_STRFLGS_ESC_MSB) < 0)
		st = cms_why(err, ST_NOMEM, s->role);
	else {
		n = BIO_get_mem_data(bio, &p);
		st = buf_add(name, p, (size_t)n, err);
	}
	BIO_free(bio);
	return st;
}

const char *
cms_signer_crl_url(const struct cms_signer *s, size_t i)
{
	return i < (size_t)sk_OPENSSL_STRING_num(s->urls) ? sk_OPENSSL_STRING_value(s->urls, (int)i) : NULL;
}

static enum status
put_pem(const struct cms_signer *s, X509 *x, struct buf *pem, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum status st;
	char *p;
	long n;

	if (bio == NULL || PEM_write_bio_X509(bio, x) != 1)
		st = cms_why(err, ST_NOMEM, s->role);
	else {
		n = BIO_get_mem_data(bio, &p);
		st = buf_add(pem, p, (size_t)n, err);
	}
	BIO_free(bio);
	return st;
}

enum status cms_signer_pem(const struct cms_signer *s, struct buf *pem, struct err *err) { return put_pem(s, s->cert, pem, err); }

enum status
cms_signer_chain(const struct cms_signer *s, size_t i, struct buf *pem, struct err *err)
{
	return i < (size_t)sk_X509_num(s->chain) ? put_pem(s, sk_X509_value(s->chain, (int)i), pem, err) : ST_END;
}

enum status
cms_signer_valid_at(const struct cms_signer *s, int64_t ms, struct err *err)
{
	time_t at = (time_t)(ms / 1000);
	char when[21];

	when_utc_s(ms, when);
	if (X509_cmp_time(X509_get0_notBefore(s->cert), &at) >= 0)
		return err_set(err, ST_DENIED, _("the certificate of %s is not yet valid at %s"), s->role, when);
	if (X509_cmp_time(X509_get0_notAfter(s->cert), &at) <= 0)
		return err_set(err, ST_DENIED, _("the certificate of %s is no longer valid at %s"), s->role, when);
	return ST_OK;
}
