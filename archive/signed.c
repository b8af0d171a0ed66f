/* signed.c: CMS SignedData, looked at structure first; only then does OpenSSL compute.  See signed.h. */
#include "archive/signed.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include "archive/der.h"
#include "core/i18n.h"

#define OID_SIGNED_DATA	"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02"
#define OID_RSA		"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
#define OID_PSS		"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
#define OID_MGF1	"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"

/* Digests with the signature algorithms that name them (RFC 5754, RFC 5758). */
static const struct { struct str oid, rsa, ecdsa; enum digest_alg alg; const char *evp; } digests[] = {
	{ { "\x60\x86\x48\x01\x65\x03\x04\x02\x01", 9 }, { "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9 }, { "\x2a\x86\x48\xce\x3d\x04\x03\x02", 8 },
	    DIGEST_SHA256, "SHA2-256" },
	{ { "\x60\x86\x48\x01\x65\x03\x04\x02\x02", 9 }, { "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c", 9 }, { "\x2a\x86\x48\xce\x3d\x04\x03\x03", 8 },
	    DIGEST_SHA384, "SHA2-384" },
	{ { "\x60\x86\x48\x01\x65\x03\x04\x02\x03", 9 }, { "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d", 9 }, { "\x2a\x86\x48\xce\x3d\x04\x03\x04", 8 },
	    DIGEST_SHA512, "SHA2-512" },
	{ { "\x2a\x81\x1c\xcf\x55\x01\x83\x11", 8 }, { NULL, 0 }, { NULL, 0 }, DIGEST_SM3, "SM3" },
};
#define N_DIGESTS (sizeof(digests) / sizeof(digests[0]))

/* Digests that are known, and too weak for evidence: SHA-1, MD5, SHA-224. */
static const struct str weak[] = { { "\x2b\x0e\x03\x02\x1a", 5 }, { "\x2a\x86\x48\x86\xf7\x0d\x02\x05", 8 }, { "\x60\x86\x48\x01\x65\x03\x04\x02\x04", 9 } };

static enum status
broken(const char *what, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("not the strict structure the format demands: %s"), what);
}

bool
signed_alg(struct str inside, enum digest_alg *alg)
{
	struct str oid;
	size_t i;

	if (!der_take(&inside, DER_OID, &oid, NULL) || (inside.n > 0 && !DER_IS(inside, "\x05\x00")))
		return false;
	for (i = 0; i < N_DIGESTS; i++)
		if (str_eq(oid, digests[i].oid)) {
			*alg = digests[i].alg;
			return true;
		}
	return false;
}

enum status
signed_no_digest(struct str inside, struct err *err)
{
	struct str oid;
	size_t i;

	if (!der_take(&inside, DER_OID, &oid, NULL))
		return broken("digestAlgorithm", err);
	for (i = 0; i < sizeof(weak) / sizeof(weak[0]); i++)
		if (str_eq(oid, weak[i]))
			return err_set(err, ST_CORRUPT, _("a digest weaker than SHA-256"));
	return err_set(err, ST_UNSURE, _("a digest algorithm this program does not know"));
}

static size_t
row_of(enum digest_alg alg)
{
	size_t i;

	for (i = 0; i + 1 < N_DIGESTS && digests[i].alg != alg; i++)
		;
	return i;
}

/* RSASSA-PSS-params: digest, MGF1 with the same digest, salt as long as the digest, no trailer field. */
static bool
pss_params(struct str params, enum digest_alg want)
{
	struct str in, seq, oid;
	enum digest_alg alg;

	if (!der_only(params, DER_SEQUENCE, &params))
		return false;
	if (!der_take(&params, DER_CONTEXT(0u), &in, NULL) || !der_only(in, DER_SEQUENCE, &seq) || !signed_alg(seq, &alg) || alg != want)
		return false;
	if (!der_take(&params, DER_CONTEXT(1u), &in, NULL) || !der_only(in, DER_SEQUENCE, &seq) || !der_take(&seq, DER_OID, &oid, NULL) ||
	    !DER_IS(oid, OID_MGF1) || !der_only(seq, DER_SEQUENCE, &seq) || !signed_alg(seq, &alg) || alg != want)
		return false;
	return der_take(&params, DER_CONTEXT(2u), &in, NULL) && der_only(in, DER_INTEGER, &seq) && seq.n == 1 &&
	    (size_t)seq.p[0] == digest_size(want) && params.n == 0;
}

static enum status
read_scheme(struct str inside, struct signed_data *s, struct err *err)
{
	size_t row = row_of(s->digest);
	struct str oid;

	if (!der_take(&inside, DER_OID, &oid, NULL))
		return broken("signatureAlgorithm", err);
	if (DER_IS(oid, OID_RSA) || (digests[row].rsa.p != NULL && str_eq(oid, digests[row].rsa))) {
		s->scheme = SIGNED_RSA;
		return DER_IS(inside, "\x05\x00") ? ST_OK : broken("signatureAlgorithm", err);
	}
	if (DER_IS(oid, OID_PSS)) {
		s->scheme = SIGNED_PSS;
		return pss_params(inside, s->digest) ? ST_OK : broken("signatureAlgorithm", err);
	}
	if (digests[row].ecdsa.p != NULL && str_eq(oid, digests[row].ecdsa)) {
		s->scheme = SIGNED_ECDSA;
		return inside.n == 0 ? ST_OK : broken("signatureAlgorithm", err);
	}
	for (row = 0; row < N_DIGESTS; row++)
		if ((digests[row].rsa.p != NULL && str_eq(oid, digests[row].rsa)) || (digests[row].ecdsa.p != NULL && str_eq(oid, digests[row].ecdsa)))
			return err_set(err, ST_CORRUPT, _("the signature algorithm does not fit the digest"));
	return err_set(err, ST_UNSURE, _("a signature algorithm this program does not know"));
}

/* X.690 11.6: the members of a SET OF ascend. */
static bool
ascends(struct str before, struct str next)
{
	size_t n = before.n < next.n ? before.n : next.n;
	int c = before.p == NULL ? -1 : memcmp(before.p, next.p, n);

	return c < 0 || (c == 0 && before.n < next.n);
}

static enum status
read_attrs(struct str in, struct signed_data *s, struct err *err)
{
	struct str one, values, whole, before = STR_NONE;
	size_t i;

	for (; in.n > 0; before = whole) {
		if (s->n_attrs == SIGNED_ATTRS_MAX || !der_take(&in, DER_SEQUENCE, &one, &whole) || !ascends(before, whole) ||
		    !der_take(&one, DER_OID, &s->attr[s->n_attrs].oid, NULL) || !der_only(one, DER_SET, &values) ||
		    !der_take_any(&values, &s->attr[s->n_attrs].value) || values.n != 0)
			return broken("signedAttrs", err);
		for (i = 0; i < s->n_attrs; i++)
			if (str_eq(s->attr[i].oid, s->attr[s->n_attrs].oid))
				return broken("signedAttrs", err);
		s->n_attrs++;
	}
	return ST_OK;
}

static enum status
read_signer(struct str in, struct str list, struct signed_data *s, struct err *err)
{
	struct str v, sid, alg;
	enum status st;

	if (!der_take(&in, DER_INTEGER, &v, NULL) || !DER_IS(v, "\x01"))
		return broken("SignerInfo version", err);
	if (!der_take(&in, DER_SEQUENCE, &sid, NULL) || !der_take(&sid, DER_SEQUENCE, NULL, &s->issuer) ||
	    !der_take(&sid, DER_INTEGER, NULL, &s->serial) || sid.n != 0)
		return broken("SignerIdentifier", err);
	if (!der_take(&in, DER_SEQUENCE, &v, &alg) || !str_eq(alg, list))
		return broken("digestAlgorithm", err);
	if (!signed_alg(v, &s->digest))
		return signed_no_digest(v, err);
	if (!der_take(&in, DER_CONTEXT(0u), &v, &s->attrs))
		return broken("signedAttrs", err);
	if ((st = read_attrs(v, s, err)) != ST_OK)
		return st;
	if (!der_take(&in, DER_SEQUENCE, &v, NULL))
		return broken("signatureAlgorithm", err);
	if ((st = read_scheme(v, s, err)) != ST_OK)
		return st;
	if (!der_take(&in, DER_OCTETS, &s->signature, NULL))
		return broken("signature", err);
	return in.n == 0 ? ST_OK : broken("unsignedAttrs", err);
}

static enum status
read_certs(struct str in, struct signed_data *s, struct err *err)
{
	size_t i;

	for (; in.n > 0; s->n_certs++) {
		if (s->n_certs == SIGNED_CERTS_MAX || !der_take(&in, DER_SEQUENCE, NULL, &s->certs[s->n_certs]))
			return broken("certificates", err);
		for (i = 0; i < s->n_certs; i++)
			if (str_eq(s->certs[i], s->certs[s->n_certs]))
				return err_set(err, ST_CORRUPT, _("a certificate comes twice"));
	}
	return s->n_certs > 0 ? ST_OK : broken("certificates", err);
}

enum status
signed_parse(struct str der, struct str type, bool embedded, struct signed_data *s, struct err *err)
{
	struct str in, v, list, content;
	bool data = DER_IS(type, OID_DATA);
	enum status st;

	memset(s, 0, sizeof(*s));
	if (!der_only(der, DER_SEQUENCE, &in) || !der_take(&in, DER_OID, &v, NULL) || !DER_IS(v, OID_SIGNED_DATA) ||
	    !der_only(in, DER_CONTEXT(0u), &in) || !der_only(in, DER_SEQUENCE, &in))
		return broken("ContentInfo", err);
	if (!der_take(&in, DER_INTEGER, &v, NULL) || !der_is(v, data ? "\x01" : "\x03", 1))
		return broken("version", err);
	if (!der_take(&in, DER_SET, &list, NULL))
		return broken("digestAlgorithms", err);
	if (!der_take(&in, DER_SEQUENCE, &content, NULL) || !der_take(&content, DER_OID, &v, NULL) || !str_eq(v, type))
		return broken("eContentType", err);
	if (!embedded && content.n != 0)
		return err_set(err, ST_CORRUPT, _("a signature that carries a text of its own"));
	if (embedded && (!der_only(content, DER_CONTEXT(0u), &content) || !der_only(content, DER_OCTETS, &s->content)))
		return broken("eContent", err);
	if (!der_take(&in, DER_CONTEXT(0u), &v, NULL))
		return broken("certificates", err);
	if ((st = read_certs(v, s, err)) != ST_OK)
		return st;
	if (!der_only(in, DER_SET, &in) || !der_only(in, DER_SEQUENCE, &in))
		return broken("signerInfos", err);
	return read_signer(in, list, s, err);
}

struct str
signed_attr(const struct signed_data *s, const char *oid, size_t n_oid)
{
	size_t i;

	for (i = 0; i < s->n_attrs; i++)
		if (der_is(s->attr[i].oid, oid, n_oid))
			return s->attr[i].value;
	return STR_NONE;
}

/* Issuer and serial number of a certificate, as its bytes have them. */
static bool
cert_names(struct str der, struct str *issuer, struct str *serial)
{
	struct str tbs;

	if (!der_only(der, DER_SEQUENCE, &tbs) || !der_take(&tbs, DER_SEQUENCE, &tbs, NULL))
		return false;
	(void)der_take(&tbs, DER_CONTEXT(0u), NULL, NULL);	/* the version, absent in version 1 */
	return der_take(&tbs, DER_INTEGER, NULL, serial) && der_take(&tbs, DER_SEQUENCE, NULL, NULL) && der_take(&tbs, DER_SEQUENCE, NULL, issuer);
}

/* SigningCertificate (RFC 2634), which knows SHA-1 only: many authorities still name their certificate so; the signature itself is over SHA-256 or better. */
static enum status
check_ess_v1(struct str v, struct str cert, struct err *err)
{
	unsigned char sha1[20];
	unsigned int n;
	struct str hash;

	if (!der_only(v, DER_SEQUENCE, &v) || !der_take(&v, DER_SEQUENCE, &v, NULL) || !der_take(&v, DER_SEQUENCE, &v, NULL) ||
	    !der_take(&v, DER_OCTETS, &hash, NULL))
		return broken("signingCertificate", err);
	if (EVP_Digest(cert.p, cert.n, sha1, &n, EVP_sha1(), NULL) != 1 || n != sizeof(sha1))
		return err_oom(err, 0);
	return der_is(hash, sha1, n) ? ST_OK : err_set(err, ST_CORRUPT, _("the signed attributes name another certificate"));
}

/* SigningCertificateV2 (RFC 5035): the first ESSCertIDv2 names ${cert}. */
static enum status
check_ess(const struct signed_data *s, struct str cert, struct err *err)
{
	struct str v = SIGNED_ATTR(s, OID_SIGNING_CERT_V2), alg_id, hash;
	enum digest_alg alg = DIGEST_SHA256;
	unsigned char want[DIGEST_MAX];
	enum status st;

	if (v.p == NULL && s->content.p != NULL && SIGNED_ATTR(s, OID_SIGNING_CERT).p != NULL)
		return check_ess_v1(SIGNED_ATTR(s, OID_SIGNING_CERT), cert, err);
	if (v.p == NULL)
		return err_set(err, ST_UNSURE, _("the signature does not name its certificate by a hash (signingCertificateV2)"));
	if (!der_only(v, DER_SEQUENCE, &v) || !der_take(&v, DER_SEQUENCE, &v, NULL) || !der_take(&v, DER_SEQUENCE, &v, NULL))
		return broken("signingCertificateV2", err);
	if (der_take(&v, DER_SEQUENCE, &alg_id, NULL) && !signed_alg(alg_id, &alg))
		return signed_no_digest(alg_id, err);
	if (!der_take(&v, DER_OCTETS, &hash, NULL))
		return broken("signingCertificateV2", err);
	if ((st = digest_of(alg, cert.p, cert.n, want, err)) != ST_OK)
		return st;
	return der_is(hash, want, digest_size(alg)) ? ST_OK : err_set(err, ST_CORRUPT, _("the signed attributes name another certificate"));
}

enum status
signed_signer(const struct signed_data *s, X509 **out, struct err *err)
{
	const unsigned char *p;
	struct str issuer, serial;
	enum status st;
	size_t i, found = SIZE_MAX;

	*out = NULL;
	for (i = 0; i < s->n_certs; i++) {
		if (!cert_names(s->certs[i], &issuer, &serial))
			return broken("certificates", err);
		if (str_eq(issuer, s->issuer) && str_eq(serial, s->serial)) {
			if (found != SIZE_MAX)
				return err_set(err, ST_CORRUPT, _("two certificates could be the signer's"));
			found = i;
		}
	}
	if (found == SIZE_MAX)
		return err_set(err, ST_CORRUPT, _("the signer's certificate is not inside"));
	if ((st = check_ess(s, s->certs[found], err)) != ST_OK)
		return st;
	p = (const unsigned char *)s->certs[found].p;
	*out = d2i_X509(NULL, &p, (long)s->certs[found].n);
	if (*out == NULL || p != (const unsigned char *)s->certs[found].p + s->certs[found].n) {
		X509_free(*out);
		*out = NULL;
		ERR_clear_error();
		return broken("certificates", err);
	}
	return ST_OK;
}

static bool
key_fits(EVP_PKEY *key, enum signed_scheme scheme, int rsa_bits)
{
	char curve[32];
	size_t n;

	if (scheme == SIGNED_RSA)
		return EVP_PKEY_is_a(key, "RSA") && EVP_PKEY_get_bits(key) >= rsa_bits;
	if (scheme == SIGNED_PSS)
		return (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "RSA-PSS")) && EVP_PKEY_get_bits(key) >= rsa_bits;
	if (!EVP_PKEY_is_a(key, "EC") || EVP_PKEY_get_group_name(key, curve, sizeof(curve), &n) != 1)
		return false;
	return strcmp(curve, "prime256v1") == 0 || strcmp(curve, "secp384r1") == 0 || (rsa_bits < 3072 && strcmp(curve, "secp521r1") == 0);
}

static bool
holds(const struct signed_data *s, EVP_PKEY *key)
{
	EVP_MD *md = EVP_MD_fetch(NULL, digests[row_of(s->digest)].evp, NULL);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	bool ok = md != NULL && ctx != NULL && EVP_DigestVerifyInit(ctx, &pctx, md, NULL, key) == 1;

	if (ok && s->scheme == SIGNED_PSS)
		ok = EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_mgf1_md(pctx, md) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) == 1;
	/* What is signed is the SET OF attributes, not their [0] in the message: RFC 5652 section 5.4. */
	ok = ok && EVP_DigestVerifyUpdate(ctx, "\x31", 1) == 1 && EVP_DigestVerifyUpdate(ctx, s->attrs.p + 1, s->attrs.n - 1) == 1 &&
	    EVP_DigestVerifyFinal(ctx, (const unsigned char *)s->signature.p, s->signature.n) == 1;
	EVP_MD_CTX_free(ctx);
	EVP_MD_free(md);
	ERR_clear_error();
	return ok;
}

enum status
signed_check(const struct signed_data *s, struct str type, struct str bytes, X509 *cert, int rsa_bits, struct err *err)
{
	EVP_PKEY *key = X509_get0_pubkey(cert);
	unsigned char hash[DIGEST_MAX];
	struct str v;
	enum status st;

	if (!der_only(SIGNED_ATTR(s, OID_CONTENT_TYPE), DER_OID, &v) || !str_eq(v, type))
		return broken("contentType", err);
	if ((st = digest_of(s->digest, bytes.p, bytes.n, hash, err)) != ST_OK)
		return st;
	if (!der_only(SIGNED_ATTR(s, OID_MESSAGE_DIGEST), DER_OCTETS, &v) || !der_is(v, hash, digest_size(s->digest)))
		return err_set(err, ST_CORRUPT, _("the signature is over other bytes"));
	if (key == NULL || !key_fits(key, s->scheme, rsa_bits)) {
		ERR_clear_error();
		return err_set(err, ST_CORRUPT, _("the signer's key is too weak or does not fit the signature"));
	}
	return holds(s, key) ? ST_OK : err_set(err, ST_CORRUPT, _("the signature does not hold"));
}
