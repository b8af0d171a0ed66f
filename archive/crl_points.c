/* crl_points.c: see crl_points.h. */
#include "archive/crl_points.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "archive/cms.h"
#include "archive/der.h"
#include "archive/signed.h"
#include "core/i18n.h"

static void free_url(OPENSSL_STRING s) { OPENSSL_free(s); }

void
crl_urls_free(STACK_OF(OPENSSL_STRING) *urls)
{
	sk_OPENSSL_STRING_pop_free(urls, free_url);
}

static enum status
add_url(STACK_OF(OPENSSL_STRING) *urls, struct str url, size_t max, size_t *left_out, struct err *err)
{
	char *copy;
	int i;

	if (url.n < 8 || url.n > 2000 || memchr(url.p, '\0', url.n) != NULL || (!str_has_prefix(url, "http://") && !str_has_prefix(url, "https://")))
		return ST_OK;
	for (i = 0; i < sk_OPENSSL_STRING_num(urls); i++)
		if (str_is(url, sk_OPENSSL_STRING_value(urls, i)))
			return ST_OK;
	if ((size_t)i >= max) {
		if (left_out != NULL)
			++*left_out;
		return ST_OK;
	}
	if ((copy = OPENSSL_strndup(url.p, url.n)) == NULL)
		return err_oom(err, url.n);
	if (sk_OPENSSL_STRING_push(urls, copy) > 0)
		return ST_OK;
	OPENSSL_free(copy);
	return err_oom(err, 0);
}

enum status
crl_urls(X509 *x, STACK_OF(OPENSSL_STRING) *urls, size_t max, size_t *left_out, struct err *err)
{
	CRL_DIST_POINTS *points = X509_get_ext_d2i(x, NID_crl_distribution_points, NULL, NULL);
	enum status st = ST_OK;
	int i, k;

	for (i = 0; st == ST_OK && i < sk_DIST_POINT_num(points); i++) {
		const DIST_POINT *point = sk_DIST_POINT_value(points, i);

		if (point->distpoint == NULL || point->distpoint->type != 0)
			continue;
		for (k = 0; st == ST_OK && k < sk_GENERAL_NAME_num(point->distpoint->name.fullname); k++) {
			const GENERAL_NAME *name = sk_GENERAL_NAME_value(point->distpoint->name.fullname, k);
			const ASN1_STRING *uri = name->d.uniformResourceIdentifier;

			if (name->type == GEN_URI)
				st = add_url(urls, (struct str){ (const char *)ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri) }, max, left_out, err);
		}
	}
	CRL_DIST_POINTS_free(points);
	ERR_clear_error();
	return st;
}

enum status
crl_points_init(struct crl_points *cp, struct err *err)
{
	memset(cp, 0, sizeof(*cp));
	cp->certs = sk_X509_new_null();
	cp->roots = sk_X509_new_null();
	cp->urls = sk_OPENSSL_STRING_new_null();
	return cp->certs != NULL && cp->roots != NULL && cp->urls != NULL ? ST_OK : err_oom(err, 0);
}

void
crl_points_free(struct crl_points *cp)
{
	sk_X509_pop_free(cp->certs, X509_free);
	sk_X509_pop_free(cp->roots, X509_free);
	crl_urls_free(cp->urls);
	memset(cp, 0, sizeof(*cp));
}

/* Takes ${x} over. */
static enum status
add_cert(struct crl_points *cp, X509 *x, struct err *err)
{
	enum status st;
	int i;

	for (i = 0; i < sk_X509_num(cp->certs); i++)
		if (X509_cmp(sk_X509_value(cp->certs, i), x) == 0) {
			X509_free(x);
			return ST_OK;
		}
	if ((size_t)i == CRL_POINTS_CERTS_MAX)
		st = err_set(err, ST_LIMIT, _("more than %u certificates"), CRL_POINTS_CERTS_MAX);
	else if (sk_X509_push(cp->certs, x) <= 0)
		st = err_oom(err, 0);
	else
		return crl_urls(x, cp->urls, CRL_POINTS_URLS_MAX, &cp->n_urls_left_out, err);
	X509_free(x);
	return st;
}

static enum status
add_signed(struct crl_points *cp, struct str der, struct str type, bool embedded, struct err *err)
{
	struct signed_data s;
	enum status st = ST_OK;
	size_t i;

	if (signed_parse(der, type, embedded, &s, NULL) != ST_OK)
		return ST_OK;
	for (i = 0; i < s.n_certs && st == ST_OK; i++) {
		const unsigned char *p = (const unsigned char *)s.certs[i].p;
		X509 *x = d2i_X509(NULL, &p, (long)s.certs[i].n);

		if (x != NULL)
			st = add_cert(cp, x, err);
	}
	ERR_clear_error();
	return st;
}

enum status
crl_points_pem(struct crl_points *cp, struct str pem, struct err *err)
{
	BIO *in = pem.n > INT32_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.n);
	enum status st = in == NULL ? err_oom(err, 0) : ST_OK;
	X509 *x;

	while (st == ST_OK && (x = PEM_read_bio_X509(in, NULL, NULL, NULL)) != NULL)
		st = add_cert(cp, x, err);
	BIO_free(in);
	ERR_clear_error();
	return st;
}

static bool
ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), m = strlen(tail);

	return n >= m && strcmp(s + n - m, tail) == 0;
}

enum status
crl_points_file(struct crl_points *cp, const char *name, struct str bytes, struct err *err)
{
	struct str in;

	if (ends_with(name, ".p7s"))
		return add_signed(cp, bytes, STR(OID_DATA), false, err);
	if (ends_with(name, ".crt.pem") && bytes.n > 0)
		return crl_points_pem(cp, bytes, err);
	if (ends_with(name, ".tsr") && der_only(bytes, DER_SEQUENCE, &in) && der_take(&in, DER_SEQUENCE, NULL, NULL))
		return add_signed(cp, in, STR(OID_TSTINFO), true, err);
	return ST_OK;
}

enum status
crl_points_roots(struct crl_points *cp, X509_STORE *store, struct err *err)
{
	STACK_OF(X509) *all = store == NULL ? NULL : X509_STORE_get1_all_certs(store);
	enum status st = ST_OK;

	while (st == ST_OK && all != NULL && sk_X509_num(all) > 0) {
		if (sk_X509_push(cp->roots, sk_X509_value(all, 0)) <= 0)
			st = err_oom(err, 0);
		else
			(void)sk_X509_shift(all);
	}
	sk_X509_pop_free(all, X509_free);
	return st;
}

enum status
crl_points_url(struct crl_points *cp, struct str url, struct err *err)
{
	return add_url(cp->urls, url, CRL_POINTS_URLS_MAX, &cp->n_urls_left_out, err);
}

static bool
signed_by(X509_CRL *crl, STACK_OF(X509) *list)
{
	int i;

	for (i = 0; i < sk_X509_num(list); i++) {
		X509 *x = sk_X509_value(list, i);
		uint32_t usage = X509_get_key_usage(x);
		EVP_PKEY *key = X509_get0_pubkey(x);

		if (X509_NAME_cmp(X509_get_subject_name(x), X509_CRL_get_issuer(crl)) == 0 && (usage == UINT32_MAX || (usage & KU_CRL_SIGN) != 0) && key != NULL &&
		    X509_CRL_verify(crl, key) == 1)
			return true;
	}
	return false;
}

enum status
crl_points_take(struct crl_points *cp, struct str in, int64_t at_ms, struct buf *pem, bool *old, struct err *err)
{
	size_t before = pem->n;
	time_t at = (time_t)(at_ms / 1000);
	bool issued = false, by_root;
	X509_CRL *crl;
	BIO *bio;
	enum status st;
	int i;

	*old = false;
	if ((st = cms_crl_pem(in, pem, err)) != ST_OK)
		return st;
	bio = BIO_new_mem_buf(pem->p + before, (int)(pem->n - before));
	crl = bio == NULL ? NULL : PEM_read_bio_X509_CRL(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (crl == NULL) {
		ERR_clear_error();
		return err_oom(err, pem->n);
	}
	for (i = 0; i < sk_X509_num(cp->certs) && !issued; i++)
		issued = X509_NAME_cmp(X509_get_issuer_name(sk_X509_value(cp->certs, i)), X509_CRL_get_issuer(crl)) == 0;
	by_root = signed_by(crl, cp->roots);	/* taken in any case: whom a root certified beside these may be needed for a token not made yet */
	if (!issued && !by_root)
		st = err_set(err, ST_INPUT, _("the revocation list is of an authority that issued none of the certificates"));
	else if (!by_root && !signed_by(crl, cp->certs))
		st = err_set(err, ST_INPUT, _("the revocation list does not stand: its issuer has not signed it"));
	for (i = 0; st == ST_OK && i < sk_X509_num(cp->certs); i++)
		cp->told[i] |= X509_NAME_cmp(X509_get_issuer_name(sk_X509_value(cp->certs, i)), X509_CRL_get_issuer(crl)) == 0;
	if (st == ST_OK)
		*old = X509_CRL_get0_nextUpdate(crl) != NULL && X509_cmp_time(X509_CRL_get0_nextUpdate(crl), &at) < 0;
	else
		pem->n = before;
	X509_CRL_free(crl);
	ERR_clear_error();
	return st;
}

bool
crl_points_silent(const struct crl_points *cp, size_t i, unsigned char sha256[32])
{
	unsigned int n;
	int k;

	for (k = 0; k < sk_X509_num(cp->certs); k++) {
		X509 *x = sk_X509_value(cp->certs, k);

		if (cp->told[k] || X509_get_ext_by_NID(x, NID_crl_distribution_points, -1) >= 0 || X509_check_issued(x, x) == X509_V_OK)
			continue;
		if (i-- == 0)
			return X509_digest(x, EVP_sha256(), sha256, &n) == 1;
	}
	return false;
}
