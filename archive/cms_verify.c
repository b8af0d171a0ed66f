/* cms_verify.c: signatures over seal.txt; see cms_verify.h. */
#include "archive/cms_verify.h"

#include "archive/cms_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "archive/der.h"
#include "archive/signed.h"
#include "core/i18n.h"

#define SEAL_RSA_BITS	3072

enum status
cms_verify_path(const struct x509path *path, const struct cms_world *w, struct err *err)
{
	enum status not_proven = w->at_proven ? ST_CORRUPT : ST_UNSURE;	/* "now" proves nothing about then */

	switch (path->result) {
	case X509PATH_GOOD:
		if (path->crl_missing && w->revocation_required)
			return err_set(err, ST_UNSURE, _("revocation data that the trust requires is missing"));
		return ST_OK;
	case X509PATH_UNKNOWN:
		return err_set(err, ST_UNSURE, _("its certificate leads to no root that is trusted: %s"), path->why);
	case X509PATH_TIME:
		return err_set(err, not_proven, _("a certificate was outside its validity: %s"), path->why);
	case X509PATH_REVOKED:
		return err_set(err, not_proven, _("a certificate was revoked"));
	case X509PATH_BAD:
		break;
	}
	return err_set(err, ST_CORRUPT, _("its certificate does not stand: %s"), path->why);
}

/* Exactly these four signed attributes, the time in one of its two forms. */
static enum status
check_attrs(const struct signed_data *s, struct err *err)
{
	struct str t = SIGNED_ATTR(s, OID_SIGNING_TIME);

	if (s->n_attrs != 4 || SIGNED_ATTR(s, OID_CONTENT_TYPE).p == NULL || SIGNED_ATTR(s, OID_MESSAGE_DIGEST).p == NULL ||
	    SIGNED_ATTR(s, OID_SIGNING_CERT_V2).p == NULL || t.p == NULL || (der_tag(t) != DER_UTCTIME && der_tag(t) != DER_GENTIME))
		return err_set(err, ST_CORRUPT, _("the signed attributes are not exactly content type, digest, time and certificate"));
	if (s->digest == DIGEST_SM3)
		return err_set(err, ST_CORRUPT, _("a digest that this kind of signature must not have"));
	return ST_OK;
}

/* Every certificate inside leads from the signer's upwards, and the root is not among them: neither that of the trust nor any other. */
static enum status
check_useful(const struct signed_data *s, STACK_OF(X509) *inside, X509 *cert, const struct x509path *path, struct err *err)
{
	size_t i;
	int k;

	for (k = 0; k < sk_X509_num(inside); k++) {
		X509 *x = sk_X509_value(inside, k);

		if (X509_cmp(x, cert) != 0 && X509_check_issued(x, x) == X509_V_OK)
			return err_set(err, ST_CORRUPT, _("the signature carries a root certificate or one without use"));
	}
	if (!x509path_useful(inside, cert))
		return err_set(err, ST_CORRUPT, _("the signature carries a root certificate or one without use"));
	for (i = 0; path->result == X509PATH_GOOD && i < s->n_certs; i++)
		if (!x509path_has(path, s->certs[i], true))
			return err_set(err, ST_CORRUPT, _("the signature carries a root certificate or one without use"));
	return ST_OK;
}

static enum status
check_fingerprint(const struct seal_signer *signer, X509 *cert, struct err *err)
{
	unsigned char hash[32];
	unsigned int n;

	if (X509_digest(cert, EVP_sha256(), hash, &n) != 1 || n != sizeof(hash))
		return err_oom(err, 0);
	return memcmp(hash, signer->cert_sha256, sizeof(hash)) == 0 ? ST_OK :
	    err_set(err, ST_CORRUPT, _("signed with another certificate than the Signer line names"));
}

/* The certificates of row 13 beside those inside. */
static enum status
join(STACK_OF(X509) *to, STACK_OF(X509) *from, struct err *err)
{
	int i, n = from == NULL ? 0 : sk_X509_num(from);

	for (i = 0; i < n; i++) {
		if (X509_up_ref(sk_X509_value(from, i)) != 1)
			return err_oom(err, 0);
		if (sk_X509_push(to, sk_X509_value(from, i)) <= 0) {
			X509_free(sk_X509_value(from, i));
			return err_oom(err, 0);
		}
	}
	return ST_OK;
}

enum status
cms_verify(const struct seal_signer *signer, struct str der, struct str text, const struct cms_world *w, bool *holds, struct err *err)
{
	struct x509path path = { .chain = NULL };
	STACK_OF(X509) *inside = NULL, *others = NULL;
	struct signed_data s;
	X509 *cert = NULL;
	enum status st;

	*holds = false;
	if ((st = signed_parse(der, STR(OID_DATA), false, &s, err)) != ST_OK || (st = check_attrs(&s, err)) != ST_OK ||
	    (st = signed_signer(&s, &cert, err)) != ST_OK || (st = check_fingerprint(signer, cert, err)) != ST_OK ||
	    (st = signed_check(&s, STR(OID_DATA), text, cert, SEAL_RSA_BITS, err)) != ST_OK)
		goto out;
	*holds = true;
	if ((st = x509path_stack(s.certs, s.n_certs, &inside, err)) != ST_OK || (st = x509path_stack(s.certs, s.n_certs, &others, err)) != ST_OK ||
	    (st = join(others, w->certs, err)) != ST_OK ||
	    (st = x509path_build(cert, others, w->crls, w->later, w->roots, w->at_ms / 1000, false, &path, err)) != ST_OK ||
	    (st = check_useful(&s, inside, cert, &path, err)) != ST_OK)
		goto out;
	if ((st = cms_verify_path(&path, w, err)) == ST_OK)
		st = algorithms_check(w->algorithms, &s, cert, w->at_ms, err);
out:
	x509path_free(&path);
	sk_X509_pop_free(inside, X509_free);
	sk_X509_pop_free(others, X509_free);
	X509_free(cert);
	return st;
}


/* ${written}: what OpenSSL writes for what it has read; only the same bytes are strict. */
static enum status
same_pem(BIO *written, struct str pem, struct err *err)
{
	char *p;
	long n = BIO_get_mem_data(written, &p);

	return n > 0 && der_is(pem, p, (size_t)n) ? ST_OK : err_set(err, ST_CORRUPT, _("not exactly one PEM text"));
}

/* Signatures inside SM2 certificates use the same distinguished id. */
static enum status
set_sm2_id(X509 *x, struct err *err)
{
	ASN1_OCTET_STRING *id;

	if (X509_get_signature_nid(x) != NID_SM2_with_SM3)
		return ST_OK;
	if ((id = ASN1_OCTET_STRING_new()) == NULL || ASN1_OCTET_STRING_set(id, (const unsigned char *)CMS_SM2_ID, (int)strlen(CMS_SM2_ID)) != 1) {
		ASN1_OCTET_STRING_free(id);
		return err_oom(err, 0);
	}
	X509_set0_distinguishing_id(x, id);
	return ST_OK;
}

enum status
cms_verify_pem_cert(struct str pem, X509 **out, struct err *err)
{
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n), *written = BIO_new(BIO_s_mem());
	enum status st = ST_OK;

	*out = NULL;
	if (in == NULL || written == NULL)
		st = err_oom(err, pem.n);
	else if ((*out = PEM_read_bio_X509(in, NULL, NULL, NULL)) == NULL || PEM_write_bio_X509(written, *out) != 1)
		st = err_set(err, ST_CORRUPT, _("not exactly one PEM text"));
	else
		st = same_pem(written, pem, err);
	if (st == ST_OK)
		st = set_sm2_id(*out, err);
	if (st != ST_OK) {
		X509_free(*out);
		*out = NULL;
	}
	BIO_free(in);
	BIO_free(written);
	ERR_clear_error();
	return st;
}

enum status
cms_verify_pem_crl(struct str pem, X509_CRL **out, struct err *err)
{
	BIO *in = BIO_new_mem_buf(pem.p, (int)pem.n), *written = BIO_new(BIO_s_mem());
	enum status st = ST_OK;

	*out = NULL;
	if (in == NULL || written == NULL)
		st = err_oom(err, pem.n);
	else if ((*out = PEM_read_bio_X509_CRL(in, NULL, NULL, NULL)) == NULL || PEM_write_bio_X509_CRL(written, *out) != 1)
		st = err_set(err, ST_CORRUPT, _("not exactly one PEM text"));
	else
		st = same_pem(written, pem, err);
	if (st != ST_OK) {
		X509_CRL_free(*out);
		*out = NULL;
	}
	BIO_free(in);
	BIO_free(written);
	ERR_clear_error();
	return st;
}

/* SM2 with SM3 over ${text} (GM/T 0009): OpenSSL takes the distinguished id on the key's context. */
static bool
sm2_holds(X509 *cert, struct str sig, struct str text)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	EVP_MD *md = EVP_MD_fetch(NULL, "SM3", NULL);
	bool ok = false;

	if (key != NULL && ctx != NULL && md != NULL && EVP_PKEY_is_a(key, "SM2") && (pctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL)) != NULL) {
		EVP_MD_CTX_set_pkey_ctx(ctx, pctx);
		ok = EVP_DigestVerifyInit(ctx, NULL, md, NULL, key) == 1 && EVP_PKEY_CTX_set1_id(pctx, CMS_SM2_ID, (int)strlen(CMS_SM2_ID)) == 1 &&
		    EVP_DigestVerify(ctx, (const unsigned char *)sig.p, sig.n, (const unsigned char *)text.p, text.n) == 1;
	}
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_CTX_free(pctx);
	EVP_MD_free(md);
	ERR_clear_error();
	return ok;
}

/* SEQUENCE{r,s} and nothing else; ${cert}: what ${pem} holds, the certificate that the Signer line names. */
static enum status
check_sm2(const struct seal_signer *signer, struct str sig, struct str pem, struct str text, X509 **cert, struct err *err)
{
	struct str in, r, s;
	enum status st;

	if (!der_only(sig, DER_SEQUENCE, &in) || !der_take(&in, DER_INTEGER, &r, NULL) || !der_take(&in, DER_INTEGER, &s, NULL) || in.n != 0)
		return err_set(err, ST_CORRUPT, _("not the strict structure the format demands: %s"), "SEQUENCE{r,s}");
	if ((st = cms_verify_pem_cert(pem, cert, err)) != ST_OK || (st = check_fingerprint(signer, *cert, err)) != ST_OK)
		return st;
	return sm2_holds(*cert, sig, text) ? ST_OK : err_set(err, ST_CORRUPT, _("the signature does not hold"));
}

enum status
cms_verify_sm2(const struct seal_signer *signer, struct str sig, struct str pem, struct str text, const struct cms_world *w, bool *holds,
    struct err *err)
{
	struct x509path path = { .chain = NULL };
	X509 *cert = NULL;
	enum status st;

	*holds = false;
	if ((st = check_sm2(signer, sig, pem, text, &cert, err)) != ST_OK)
		goto out;
	*holds = true;
	if ((st = x509path_build(cert, w->certs, w->crls, w->later, w->roots, w->at_ms / 1000, false, &path, err)) == ST_OK &&
	    (st = cms_verify_path(&path, w, err)) == ST_OK)
		st = algorithms_check_sm2(w->algorithms, w->at_ms, err);
out:
	x509path_free(&path);
	X509_free(cert);
	return st;
}

enum status
cms_verify_alone(const struct seal_signer *signer, struct str der, struct str pem, struct str text, struct err *err)
{
	const struct cms_world nobody = { .roots = NULL };
	bool holds;
	enum status st = signer->kind == SEAL_SM2 ? cms_verify_sm2(signer, der, pem, text, &nobody, &holds, err) :
	    cms_verify(signer, der, text, &nobody, &holds, err);

	return st == ST_UNSURE && holds ? ST_OK : st;	/* nobody is trusted here, so "leads to no root" is the best there is */
}

static enum status
put_name(const X509_NAME *name, struct buf *out, struct err *err)
{
	BIO *bio = BIO_new(BIO_s_mem());
	enum status st;
	char *p;
	long n;

	if (bio == NULL || X509_NAME_print_ex(bio, name, 0, (XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB) | ASN1_STRFLGS_UTF8_CONVERT) < 0 ||
	    (n = BIO_get_mem_data(bio, &p)) < 0)
		st = err_oom(err, 0);
	else if ((st = buf_add(out, p, (size_t)n, err)) == ST_OK)
		st = buf_z(out, err);
	BIO_free(bio);
	return st;
}

enum status
cms_verify_names(enum seal_kind kind, struct str sig, struct str pem, struct buf *issuer, struct buf *subject, struct err *err)
{
	struct signed_data s;
	X509 *cert = NULL;
	enum status st;

	if (kind == SEAL_SM2)
		st = cms_verify_pem_cert(pem, &cert, err);
	else if ((st = signed_parse(sig, STR(OID_DATA), false, &s, err)) == ST_OK)
		st = signed_signer(&s, &cert, err);
	if (st == ST_OK && (st = put_name(X509_get_issuer_name(cert), issuer, err)) == ST_OK)
		st = put_name(X509_get_subject_name(cert), subject, err);
	X509_free(cert);
	return st;
}
