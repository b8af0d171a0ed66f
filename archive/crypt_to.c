/* crypt_to.c: recipients: certificates that the format lets an archive be encrypted to. */
#include "archive/crypt_parts.h"

#include <fcntl.h>
#include <string.h>

#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/objects.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "core/when.h"

#define RSA_BITS_MIN	3072

enum status
crypt_why(struct err *err, enum status st, const char *what)
{
	unsigned long code = ERR_peek_last_error();
	const char *reason = code == 0 ? NULL : ERR_reason_error_string(code);

	ERR_clear_error();
	return reason == NULL ? err_set(err, st, "%s", what) : err_set(err, st, "%s: %s", what, reason);
}

/* PEM may be locked: never ask on the terminal. */
static int no_passphrase(char *out, int room, int writing, void *ctx) { (void)out; (void)room; (void)writing; (void)ctx; return -1; }

enum status
crypt_read_cert(const char *path, X509 **out, struct err *err)
{
	BIO *bio = NULL;
	struct buf pem;
	enum status st;

	*out = NULL;
	buf_init(&pem, LIMIT_CRL);
	st = fs_load(AT_FDCWD, path, LIMIT_CRL, &pem, err);
	if (st == ST_END)
		st = err_set(err, ST_IO, _("%s: there is no such certificate file"), path);
	else if (st == ST_OK && (bio = BIO_new_mem_buf(pem.n == 0 ? "" : pem.p, (int)pem.n)) == NULL)
		st = err_oom(err, pem.n);
	else if (st == ST_OK && (*out = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) == NULL)
		st = err_set(err, ST_DENIED, _("%s: no certificate in PEM form"), path);
	ERR_clear_error();
	BIO_free(bio);
	buf_free(&pem);
	return st;
}

enum status
crypt_to_open(struct crypt_to **out, struct err *err)
{
	if ((*out = mem_get(1, sizeof(**out), err)) == NULL)
		return ST_NOMEM;
	if (((*out)->certs = sk_X509_new_null()) != NULL)
		return ST_OK;
	mem_free(*out);
	*out = NULL;
	return err_oom(err, sizeof(**out));
}

void
crypt_to_close(struct crypt_to *to)
{
	if (to == NULL)
		return;
	sk_X509_pop_free(to->certs, X509_free);
	mem_free(to);
}

size_t crypt_to_n(const struct crypt_to *to) { return to == NULL ? 0 : (size_t)sk_X509_num(to->certs); }
const unsigned char *crypt_to_fingerprint(const struct crypt_to *to, size_t i) { return to->sha256[i]; }

enum status
crypt_check_key(const X509 *x, const char *whose, uint32_t *usage, struct err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(x);
	char curve[32] = "";

	if (key == NULL)
		return crypt_why(err, ST_DENIED, whose);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA) {
		if (EVP_PKEY_get_bits(key) < RSA_BITS_MIN)
			return err_set(err, ST_DENIED, _("%s: an RSA key of %d bits is too weak, %d are needed"), whose, EVP_PKEY_get_bits(key), RSA_BITS_MIN);
		*usage = KU_KEY_ENCIPHERMENT;
	} else if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC) {
		if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), NULL) != 1 ||
		    (OBJ_sn2nid(curve) != NID_X9_62_prime256v1 && OBJ_sn2nid(curve) != NID_secp384r1))
			return err_set(err, ST_DENIED, _("%s: the curve %s is not P-256 or P-384"), whose, curve);
		*usage = KU_KEY_AGREEMENT;
	} else
		return err_set(err, ST_DENIED, _("%s: nothing can be encrypted to a key of this kind: RSA, P-256 or P-384 are needed"), whose);
	return ST_OK;
}

static enum status
check(X509 *x, const char *whose, struct err *err)
{
	uint32_t usage = X509_get_key_usage(x), want;	/* all bits when the certificate does not say */
	enum status st = crypt_check_key(x, whose, &want, err);

	if (st == ST_OK && (usage & want) == 0)
		return err_set(err, ST_DENIED, _("%s: the certificate is not for encryption: its key usage lacks %s"), whose,
		    want == KU_KEY_ENCIPHERMENT ? "keyEncipherment" : "keyAgreement");
	return st;
}

/* ${x} is taken over, also on failure. */
static enum status
add(struct crypt_to *to, X509 *x, const char *whose, struct err *err)
{
	unsigned n = 32;
	enum status st;
	size_t i, k = crypt_to_n(to);

	if ((st = check(x, whose, err)) != ST_OK)
		goto out;
	if (k == CRYPT_TO_MAX) {
		st = err_set(err, ST_USAGE, _("%s: more than %u recipients"), whose, CRYPT_TO_MAX);
		goto out;
	}
	for (i = 0; i < k; i++)
		if (EVP_PKEY_eq(X509_get0_pubkey(sk_X509_value(to->certs, (int)i)), X509_get0_pubkey(x)) == 1) {
			st = err_set(err, ST_USAGE, _("%s: its key is that of another recipient; two keys kept by two people are needed"), whose);
			goto out;
		}
	if (X509_digest(x, EVP_sha256(), to->sha256[k], &n) != 1 || sk_X509_push(to->certs, x) <= 0) {
		st = crypt_why(err, ST_NOMEM, whose);
		goto out;
	}
	x = NULL;
out:
	ERR_clear_error();
	X509_free(x);
	return st;
}

enum status
crypt_to_add(struct crypt_to *to, const char *path, struct err *err)
{
	X509 *x;
	enum status st = crypt_read_cert(path, &x, err);

	return st == ST_OK ? add(to, x, path, err) : st;
}

enum status
crypt_to_add_pem(struct crypt_to *to, struct str pem, struct err *err)
{
	BIO *bio = pem.n > LIMIT_CRL ? NULL : BIO_new_mem_buf(pem.p, (int)pem.n);
	enum status st = ST_OK;
	X509 *x;

	if (bio == NULL)
		return err_oom(err, pem.n);
	while (st == ST_OK && (x = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL)) != NULL)
		st = add(to, x, _("a recipient's certificate"), err);
	ERR_clear_error();
	BIO_free(bio);
	return st == ST_OK || st == ST_NOMEM ? st : ST_CORRUPT;
}

enum status
crypt_to_pem(const struct crypt_to *to, struct buf *out, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum status st = ST_OK;
	char *p;
	long n;
	int i;

	for (i = 0; bio != NULL && st == ST_OK && i < sk_X509_num(to->certs); i++)
		if (PEM_write_bio_X509(bio, sk_X509_value(to->certs, i)) != 1)
			st = crypt_why(err, ST_NOMEM, _("a recipient's certificate"));
	if (bio == NULL)
		return err_oom(err, sizeof(*to));
	if (st == ST_OK) {
		n = BIO_get_mem_data(bio, &p);
		st = buf_add(out, p, (size_t)n, err);
	}
	BIO_free(bio);
	return st;
}

enum status
crypt_to_enough(const struct crypt_to *to, struct err *err)
{
	if (crypt_to_n(to) >= CRYPT_TO_MIN)
		return ST_OK;
	err_set(err, ST_USAGE, _("%zu recipient is not enough: whoever loses the only key loses the archives for ever"), crypt_to_n(to));
	return err_next(err, _("name at least two certificates whose keys are kept apart: encrypt_to = legal.crt, escrow.crt"));
}

enum status
crypt_to_valid_at(const struct crypt_to *to, int64_t ms, struct err *err)
{
	time_t at = (time_t)(ms / 1000);
	char hex[65], when[21];
	size_t i;

	when_utc_s(ms, when);
	for (i = 0; i < crypt_to_n(to); i++) {
		const X509 *x = sk_X509_value(to->certs, (int)i);

		digest_hex(to->sha256[i], 32, hex);
		if (X509_cmp_time(X509_get0_notBefore(x), &at) >= 0)
			return err_set(err, ST_DENIED, _("the recipient's certificate sha256:%s is not yet valid at %s"), hex, when);
		if (X509_cmp_time(X509_get0_notAfter(x), &at) <= 0)
			return err_set(err, ST_DENIED, _("the recipient's certificate sha256:%s is no longer valid at %s"), hex, when);
	}
	return ST_OK;
}

bool
crypt_to_same(const struct crypt_to *a, const struct crypt_to *b)
{
	size_t i, k, n = crypt_to_n(a);

	if (n != crypt_to_n(b))
		return false;
	for (i = 0; i < n; i++) {	/* no certificate is in a list twice */
		for (k = 0; k < n && memcmp(a->sha256[i], b->sha256[k], 32) != 0; k++)
			;
		if (k == n)
			return false;
	}
	return true;
}
