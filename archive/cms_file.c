/*
 * cms_file.c: a detached CAdES-BES signature for a file that says its time itself (PDF).  The cryptographic library puts signingTime into every signature it makes: it is
 * taken out again, and the attributes that are left are signed anew (RFC 5652, 5.4).
 */
#include "archive/cms_parts.h"

#include <openssl/asn1t.h>
#include <openssl/cms.h>
#include <openssl/err.h>

#include "core/i18n.h"

#define FLAGS	(CMS_BINARY | CMS_DETACHED | CMS_NOSMIMECAP | CMS_CADES | CMS_PARTIAL)

/* SignedAttributes ::= SET SIZE (1..MAX) OF Attribute, in DER with its own tag: what is signed. */
ASN1_ITEM_TEMPLATE(SIGNED_ATTRIBUTES) = ASN1_EX_TEMPLATE_TYPE(ASN1_TFLG_SET_ORDER, 0, signed_attributes, X509_ATTRIBUTE)
static_ASN1_ITEM_TEMPLATE_END(SIGNED_ATTRIBUTES)

static bool
sign_again(CMS_SignerInfo *info, const struct cms_signer *s)
{
	STACK_OF(X509_ATTRIBUTE) *attrs = sk_X509_ATTRIBUTE_new_null();
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *der = NULL, *sig = NULL;
	size_t n_sig = 0;
	bool ok = false;
	int i, n = 0;

	for (i = 0; attrs != NULL && i < CMS_signed_get_attr_count(info); i++)
		if (sk_X509_ATTRIBUTE_push(attrs, CMS_signed_get_attr(info, i)) <= 0)
			goto out;
	if (attrs == NULL || ctx == NULL || (n = ASN1_item_i2d((const ASN1_VALUE *)attrs, &der, ASN1_ITEM_rptr(SIGNED_ATTRIBUTES))) <= 0 ||
	    EVP_DigestSignInit(ctx, NULL, cms_digest_for(s->key), NULL, s->key) != 1 ||
	    EVP_DigestSign(ctx, NULL, &n_sig, der, (size_t)n) != 1 || (sig = OPENSSL_malloc(n_sig)) == NULL ||
	    EVP_DigestSign(ctx, sig, &n_sig, der, (size_t)n) != 1)
		goto out;
	ASN1_STRING_set0(CMS_SignerInfo_get0_signature(info), sig, (int)n_sig);
	sig = NULL;
	ok = true;
out:
	OPENSSL_free(sig);
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	sk_X509_ATTRIBUTE_free(attrs);
	return ok;
}

static bool
without_time(CMS_SignerInfo *info, const struct cms_signer *s)
{
	int at = CMS_signed_get_attr_by_NID(info, NID_pkcs9_signingTime, -1);

	if (at >= 0)
		X509_ATTRIBUTE_free(CMS_signed_delete_attr(info, at));
	return sign_again(info, s);
}

enum status
cms_sign_file(const struct cms_signer *s, struct str bytes, struct buf *der, struct err *err)
{
	CMS_ContentInfo *cms = NULL;
	CMS_SignerInfo *info;
	unsigned char *out = NULL;
	BIO *bio = NULL;
	enum status st;
	int n;

	if (s->key == NULL)
		return err_set(err, ST_DENIED, _("the key of %s is not here"), s->role);
	if (s->sm2)
		return err_set(err, ST_USAGE, _("%s: a PDF is signed with an RSA or an elliptic curve key that its readers know, not with SM2"), s->role);
	if (bytes.n > INT_MAX)
		return err_set(err, ST_LIMIT, _("more than %zu bytes to sign"), (size_t)INT_MAX);
	ERR_clear_error();
	if ((bio = BIO_new_mem_buf(bytes.p, (int)bytes.n)) == NULL || (cms = CMS_sign(NULL, NULL, NULL, NULL, FLAGS)) == NULL ||
	    (info = CMS_add1_signer(cms, s->cert, s->key, cms_digest_for(s->key), FLAGS)) == NULL || !cms_set_certs(cms, s) ||
	    CMS_final(cms, bio, NULL, FLAGS) != 1 || !without_time(info, s) || (n = i2d_CMS_ContentInfo(cms, &out)) <= 0)
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

/* Certificates, a signature of at most 1,024 bytes, and what is around them; room for a time stamp of the signature to be added later. */
size_t
cms_sign_file_room(const struct cms_signer *s)
{
	size_t room = 12000 + (size_t)i2d_X509(s->cert, NULL);
	int i;

	for (i = 0; i < sk_X509_num(s->chain); i++)
		room += (size_t)i2d_X509(sk_X509_value(s->chain, i), NULL);
	return room;
}
