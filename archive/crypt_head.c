/*
 * crypt_head.c: the form of a part, judged without any key: RFC 5083 (AuthEnvelopedData), RFC 5652 section 6.2 (recipients), RFC 5084 (AES-GCM), RFC 4055 (OAEP),
 * RFC 5753 (ECDH).  Only the forms that archive format 8 allows, in DER: what is not looked at by the one who decrypts could be changed by anybody who can sign.
 */
#include "archive/crypt.h"

#include "archive/der.h"
#include "archive/signed.h"
#include "core/i18n.h"

#define OID_AUTH_ENVELOPED	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x17"
#define OID_AES_256_GCM		"\x60\x86\x48\x01\x65\x03\x04\x01\x2e"
#define OID_AES_256_WRAP	"\x60\x86\x48\x01\x65\x03\x04\x01\x2d"
#define OID_RSA_OAEP		"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x07"
#define OID_MGF1		"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
#define OID_EC_KEY		"\x2a\x86\x48\xce\x3d\x02\x01"
#define OID_ECDH_KDF		"\x2b\x81\x04\x01\x0b"	/* and one octet: 1 SHA-256, 2 SHA-384, 3 SHA-512 */

#define DER_BITS	0x03u
#define DER_PRIMITIVE	0x80u	/* [0] IMPLICIT of a primitive type */
#define GCM_PARAMS	"\x02\x01\x10"	/* behind the nonce: 16 octets of tag */
#define NONCE_LEN	12u
#define WRAPPED_LEN	40u	/* a 32-octet key by RFC 3394 */
#define RSA_LEN_MIN	384u	/* 3072 bits */
#define RSA_LEN_MAX	2048u
#define KEY_ID_MAX	64u

/*
 * Off the front of ${s}: a tag, its length in ${n}; the content stays and need not all be there.  As strict as der_take.
 */
static bool
enter(struct str *s, unsigned tag, uint64_t *n)
{
	const unsigned char *p = (const unsigned char *)s->p;
	size_t n_len, i;

	if (s->n < 2 || p[0] != tag)
		return false;
	if (p[1] < 0x80) {
		*n = p[1];
		*s = (struct str){ s->p + 2, s->n - 2 };
		return true;
	}
	n_len = p[1] & 0x7f;
	if (n_len == 0 || n_len > 4 || s->n < 2 + n_len || p[2] == 0)
		return false;
	for (*n = 0, i = 0; i < n_len; i++)
		*n = *n << 8 | p[2 + i];
	*s = (struct str){ s->p + 2 + n_len, s->n - 2 - n_len };
	return *n >= 0x80;
}

/* The same, and the value must reach up to ${end}, counted from ${base}. */
static bool
enter_to(struct str *s, unsigned tag, const char *base, uint64_t end)
{
	uint64_t n;

	return enter(s, tag, &n) && (uint64_t)(s->p - base) + n == end;
}

/* SHA-256 in both places; the label is empty, hence not written. */
static bool
is_oaep(struct str alg)
{
	struct str oid, params, hash, mgf, inside;
	enum digest_alg md;

	return der_take(&alg, DER_OID, &oid, NULL) && DER_IS(oid, OID_RSA_OAEP) && der_only(alg, DER_SEQUENCE, &params) &&
	    der_take(&params, DER_CONTEXT(0), &hash, NULL) && der_only(hash, DER_SEQUENCE, &inside) && signed_alg(inside, &md) && md == DIGEST_SHA256 &&
	    der_take(&params, DER_CONTEXT(1), &mgf, NULL) && params.n == 0 && der_only(mgf, DER_SEQUENCE, &mgf) &&
	    der_take(&mgf, DER_OID, &oid, NULL) && DER_IS(oid, OID_MGF1) && der_only(mgf, DER_SEQUENCE, &inside) && signed_alg(inside, &md) &&
	    md == DIGEST_SHA256;
}

static bool
is_key_id(struct str id)
{
	return id.n > 0 && id.n <= KEY_ID_MAX;
}

/* IssuerAndSerialNumber */
static bool
take_issuer(struct str *s)
{
	struct str inside;

	return der_take(s, DER_SEQUENCE, &inside, NULL) && der_take(&inside, DER_SEQUENCE, NULL, NULL) && der_only(inside, DER_INTEGER, NULL);
}

/* KeyTransRecipientInfo */
static bool
is_rsa(struct str s)
{
	struct str version, alg, id, key;

	if (!der_take(&s, DER_INTEGER, &version, NULL))
		return false;
	if (DER_IS(version, "\0")) {
		if (!take_issuer(&s))
			return false;
	} else if (!DER_IS(version, "\2") || !der_take(&s, DER_PRIMITIVE, &id, NULL) || !is_key_id(id))
		return false;
	return der_take(&s, DER_SEQUENCE, &alg, NULL) && is_oaep(alg) && der_only(s, DER_OCTETS, &key) && key.n >= RSA_LEN_MIN && key.n <= RSA_LEN_MAX;
}

/* dhSinglePass-stdDH-shaNkdf-scheme with AES-256 key wrap */
static bool
is_ecdh(struct str alg)
{
	struct str oid, wrap;
	const size_t n = sizeof(OID_ECDH_KDF) - 1;

	return der_take(&alg, DER_OID, &oid, NULL) && oid.n == n + 1 && memcmp(oid.p, OID_ECDH_KDF, n) == 0 && oid.p[n] >= 1 && oid.p[n] <= 3 &&
	    der_only(alg, DER_SEQUENCE, &wrap) && der_only(wrap, DER_OID, &oid) && DER_IS(oid, OID_AES_256_WRAP);
}

/* KeyAgreeRecipientInfo of one recipient, a new key of the sender in it: an uncompressed point, whole octets */
static bool
is_ec(struct str s)
{
	struct str version, from, alg, oid, point, keys, one, id, key;

	if (!der_take(&s, DER_INTEGER, &version, NULL) || !DER_IS(version, "\3") || !der_take(&s, DER_CONTEXT(0), &from, NULL) ||
	    !der_only(from, DER_CONTEXT(1), &from) || !der_take(&from, DER_SEQUENCE, &alg, NULL) || !der_take(&alg, DER_OID, &oid, NULL) ||
	    !DER_IS(oid, OID_EC_KEY) || (alg.n > 0 && !der_only(alg, DER_OID, NULL) && !der_only(alg, DER_NULL, NULL)) ||
	    !der_only(from, DER_BITS, &point) || (point.n != 66 && point.n != 98) || point.p[0] != 0 || point.p[1] != 4 || !der_take(&s, DER_SEQUENCE, &alg, NULL) || !is_ecdh(alg) ||
	    !der_only(s, DER_SEQUENCE, &keys) || !der_only(keys, DER_SEQUENCE, &one))
		return false;
	if (der_tag(one) == DER_SEQUENCE) {
		if (!take_issuer(&one))
			return false;
	} else if (!der_take(&one, DER_CONTEXT(0), &id, NULL) || !der_only(id, DER_OCTETS, &id) || !is_key_id(id))
		return false;
	return der_only(one, DER_OCTETS, &key) && key.n == WRAPPED_LEN;
}

static bool
count_recipients(struct str set, size_t *n)
{
	struct str one;

	for (*n = 0; set.n > 0; ++*n)
		if (der_tag(set) == DER_SEQUENCE) {
			if (!der_take(&set, DER_SEQUENCE, &one, NULL) || !is_rsa(one))
				return false;
		} else if (!der_take(&set, DER_CONTEXT(1), &one, NULL) || !is_ec(one))
			return false;	/* a password, a key known to both, another kind */
	return true;
}

static bool
is_gcm(struct str alg)
{
	struct str oid, params, nonce;

	return der_take(&alg, DER_OID, &oid, NULL) && DER_IS(oid, OID_AES_256_GCM) && der_only(alg, DER_SEQUENCE, &params) &&
	    der_take(&params, DER_OCTETS, &nonce, NULL) && nonce.n == NONCE_LEN && DER_IS(params, GCM_PARAMS);
}

enum status
crypt_head(struct str s, uint64_t size, struct crypt_head *out, struct err *err)
{
	static const char *const wrong = N_("an encrypted part is not a CMS AuthEnvelopedData in DER");
	static const char *const other = N_("an encrypted part is not encrypted with AES-256-GCM, or has more in it than the format allows");
	const char *base = s.p;
	const uint64_t info_end = size - CRYPT_TAIL;
	struct str oid, version, set, alg;
	const char *from;

	memset(out, 0, sizeof(*out));
	if (size < CRYPT_TAIL || s.n > size)
		return err_set(err, ST_CORRUPT, "%s", _(wrong));
	if (!enter_to(&s, DER_SEQUENCE, base, size) || !der_take(&s, DER_OID, &oid, &out->type) || !DER_IS(oid, OID_AUTH_ENVELOPED) ||
	    !enter_to(&s, DER_CONTEXT(0), base, size) || !enter_to(&s, DER_SEQUENCE, base, size))
		return err_set(err, ST_CORRUPT, "%s", _(wrong));
	from = s.p;
	if (!der_take(&s, DER_INTEGER, &version, NULL) || !DER_IS(version, "\0"))
		return err_set(err, ST_CORRUPT, "%s", _(wrong));
	if (!der_take(&s, DER_SET, &set, NULL) || !count_recipients(set, &out->n_to) || out->n_to == 0)
		return err_set(err, ST_CORRUPT, _("an encrypted part names a recipient of a kind that is not allowed: certificates with RSA-OAEP or ECDH are"));
	out->to = (struct str){ from, (size_t)(s.p - from) };
	/* The ciphertext ends where the tag of AES-GCM begins, which is the end: neither authenticated nor other attributes have room. */
	if (!enter_to(&s, DER_SEQUENCE, base, info_end))
		return err_set(err, ST_CORRUPT, "%s", _(other));
	from = s.p;
	if (!der_take(&s, DER_OID, &oid, NULL) || !DER_IS(oid, OID_DATA) || !der_take(&s, DER_SEQUENCE, &alg, NULL) || !is_gcm(alg))
		return err_set(err, ST_CORRUPT, "%s", _(other));
	out->cipher_type = (struct str){ from, (size_t)(s.p - from) };
	if (!enter_to(&s, DER_PRIMITIVE, base, info_end))
		return err_set(err, ST_CORRUPT, "%s", _(wrong));
	out->n = (size_t)(s.p - base);
	out->cipher = info_end - out->n;
	if (out->cipher == 0 || out->cipher > CRYPT_PART)
		return err_set(err, ST_CORRUPT, _("an encrypted part holds %ju bytes; 1 to %ju are allowed"), (uintmax_t)out->cipher, (uintmax_t)CRYPT_PART);
	return ST_OK;
}

enum status
crypt_tail(const unsigned char tail[CRYPT_TAIL], struct err *err)
{
	if (tail[0] == DER_OCTETS && tail[1] == CRYPT_TAIL - 2)
		return ST_OK;
	return err_set(err, ST_CORRUPT, _("an encrypted part does not end with the tag of AES-GCM"));
}
