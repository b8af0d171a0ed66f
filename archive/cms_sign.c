/*
 * cms_sign.c: a detached CAdES-BES signature in DER.  Signed attributes are exactly contentType, messageDigest, signingTime and
 * signingCertificateV2; RSA signs with PSS, salt as long as the digest.
 */
#include "archive/cms_parts.h"

#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/i18n.h"
#include "core/limits.h"

#define FLAGS	(CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP | CMS_CADES | CMS_PARTIAL | CMS_KEY_PARAM)

/* As strong as the key asks for; SHA-256 everywhere else. */
const EVP_MD *
cms_digest_for(const EVP_PKEY *key)
{
	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC && EVP_PKEY_get_bits(key) > 256 ? EVP_sha384() : EVP_sha256();
}

static bool
set_padding(CMS_SignerInfo *info, const EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = CMS_SignerInfo_get0_pkey_ctx(info);

	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
		return true;
	return ctx != NULL && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

/* RFC 5652 11.3: UTCTime until 2049, GeneralizedTime from 2050. */
static bool
set_time(CMS_SignerInfo *info, int64_t ms)
{
	ASN1_TIME *t = ASN1_TIME_set(NULL, (time_t)(ms / 1000));
	bool ok = t != NULL && CMS_signed_add1_attr_by_NID(info, NID_pkcs9_signingTime, ASN1_STRING_type(t), t, -1) == 1;

	ASN1_TIME_free(t);
	return ok;
}

bool
cms_set_certs(CMS_ContentInfo *cms, const struct cms_signer *s)
{
	int i;

	for (i = 0; i < sk_X509_num(s->chain); i++)
		if (CMS_add1_cert(cms, sk_X509_value(s->chain, i)) != 1)
			return false;
	return true;
}

static enum status
sign_sm2(const struct cms_signer *s, struct str bytes, struct buf *der, struct err *err)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char out[128];
	size_t n = sizeof(out);
	EVP_PKEY_CTX *pctx;
	enum status st;

	ERR_clear_error();
	if (ctx == NULL || EVP_DigestSignInit(ctx, &pctx, EVP_sm3(), NULL, s->key) != 1 || EVP_PKEY_CTX_set1_id(pctx, CMS_SM2_ID, (int)strlen(CMS_SM2_ID)) != 1 ||
	    EVP_DigestSign(ctx, out, &n, (const unsigned char *)bytes.p, bytes.n) != 1)
		st = cms_why(err, ST_DENIED, _("signing failed"));
	else
		st = buf_add(der, out, n, err);
	EVP_MD_CTX_free(ctx);
	return st == ST_OK ? st : err_in(err, "%s", s->role);
}

enum status
cms_sign(const struct cms_signer *s, struct str bytes, int64_t signing_ms, struct buf *der, struct err *err)
{
	CMS_ContentInfo *cms = NULL;
	CMS_SignerInfo *info;
	unsigned char *out = NULL;
	BIO *bio = NULL;
	enum status st;
	int n;

	if (s->key == NULL)
		return err_set(err, ST_DENIED, _("the key of %s is not here"), s->role);
	if (bytes.n > LIMIT_SEAL)
		return err_set(err, ST_LIMIT, _("more than %zu bytes to sign"), LIMIT_SEAL);
	if (s->sm2)
		return sign_sm2(s, bytes, der, err);
	ERR_clear_error();
	if ((bio = BIO_new_mem_buf(bytes.p, (int)bytes.n)) == NULL || (cms = CMS_sign(NULL, NULL, NULL, NULL, FLAGS)) == NULL ||
	    (info = CMS_add1_signer(cms, s->cert, s->key, cms_digest_for(s->key), FLAGS)) == NULL || !set_padding(info, s->key) ||
	    !set_time(info, signing_ms) || !cms_set_certs(cms, s) || CMS_final(cms, bio, NULL, FLAGS) != 1 || (n = i2d_CMS_ContentInfo(cms, &out)) <= 0)
		st = cms_why(err, ST_DENIED, _("signing failed"));
	else
		st = buf_add(der, out, (size_t)n, err);
	if (st != ST_OK)
		err_in(err, "%s", s->role);
	OPENSSL_free(out);
	CMS_ContentInfo_free(cms);
	BIO_free(bio);
	return st;
}
