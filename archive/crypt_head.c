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
#define OID_P256		"\x2a\x86\x48\xce\x3d\x03\x01\x07"
#define OID_P384		"\x2b\x81\x04\x00\x22"
#define OID_ECDH_SHA1		"\x2b\x81\x05\x10\x86\x48\x3f\x00\x02"
#define OID_ECDH_KDF		"\x2b\x81\x04\x01\x0b"	/* and one octet: 1 SHA-256, 2 SHA-384, 3 SHA-512 */

#define DER_BITS	0x03u
#define DER_PRIMITIVE	0x80u	/* [0] IMPLICIT of a primitive type */
#define GCM_PARAMS	"\x02\x01\x10"	/* behind the nonce: 16 octets of tag */
#define NONCE_LEN	12u
#define WRAPPED_LEN	40u	/* a 32-octet key by RFC 3394 */
#define RSA_LEN_MIN	384u	/* 3072 bits */
#define RSA_LEN_MAX	2048u
#define KEY_ID_MAX	64u
#define P256_LEN	66u	/* octets of a BIT STRING with a point that is not compressed */
#define P384_LEN	98u

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
take_issuer(struct str *s, struct str *whole)
{
	struct str inside;

	return der_take(s, DER_SEQUENCE, &inside, whole) && der_take(&inside, DER_SEQUENCE, NULL, NULL) && der_only(inside, DER_INTEGER, NULL);
}

/* KeyTransRecipientInfo; ${whom}: the certificate's issuer and serial number, or key identifier, tag and all */
static bool
is_rsa(struct str s, struct str *whom)
{
	struct str version, alg, id, key;

	if (!der_take(&s, DER_INTEGER, &version, NULL))
		return false;
	if (DER_IS(version, "\0")) {
		if (!take_issuer(&s, whom))
			return false;
	} else if (!DER_IS(version, "\2") || !der_take(&s, DER_PRIMITIVE, &id, whom) || !is_key_id(id))
		return false;
	return der_take(&s, DER_SEQUENCE, &alg, NULL) && is_oaep(alg) && der_only(s, DER_OCTETS, &key) && key.n >= RSA_LEN_MIN && key.n <= RSA_LEN_MAX;
}

/*
 * dhSinglePass-stdDH-shaNkdf-scheme with AES-256 key wrap.  SHA-1 is what `openssl cms -encrypt` takes unless told otherwise; nothing here
 * hangs on its collisions, so what others have made with it is read.
 */
static bool
is_ecdh(struct str alg)
{
	struct str oid, wrap;
	const size_t n = sizeof(OID_ECDH_KDF) - 1;

	return der_take(&alg, DER_OID, &oid, NULL) && (DER_IS(oid, OID_ECDH_SHA1) || (oid.n == n + 1 && memcmp(oid.p, OID_ECDH_KDF, n) == 0 && oid.p[n] >= 1 && oid.p[n] <= 3)) &&
	    der_only(alg, DER_SEQUENCE, &wrap) && der_only(wrap, DER_OID, &oid) && DER_IS(oid, OID_AES_256_WRAP);
}

/* The sender's new key: an uncompressed point, whole octets; its curve, where it is named, fits the length (where not, it is that of the recipient's certificate). */
static bool
is_point(struct str from)
{
	struct str alg, oid, curve, point;

	if (!der_take(&from, DER_SEQUENCE, &alg, NULL) || !der_take(&alg, DER_OID, &oid, NULL) || !DER_IS(oid, OID_EC_KEY) || !der_only(from, DER_BITS, &point) ||
	    (point.n != P256_LEN && point.n != P384_LEN) || point.p[0] != 0 || point.p[1] != 4)
		return false;
	if (alg.n == 0 || der_only(alg, DER_NULL, NULL))
		return true;
	return der_only(alg, DER_OID, &curve) && (point.n == P256_LEN ? DER_IS(curve, OID_P256) : DER_IS(curve, OID_P384));
}

/* KeyAgreeRecipientInfo of one recipient */
static bool
is_ec(struct str s, struct str *whom)
{
	struct str version, from, alg, keys, one, id, key;

	if (!der_take(&s, DER_INTEGER, &version, NULL) || !DER_IS(version, "\3") || !der_take(&s, DER_CONTEXT(0), &from, NULL) ||
	    !der_only(from, DER_CONTEXT(1), &from) || !is_point(from) || !der_take(&s, DER_SEQUENCE, &alg, NULL) || !is_ecdh(alg) ||
	    !der_only(s, DER_SEQUENCE, &keys) || !der_only(keys, DER_SEQUENCE, &one))
		return false;
	if (der_tag(one) == DER_SEQUENCE) {
		if (!take_issuer(&one, whom))
			return false;
	} else if (!der_take(&one, DER_CONTEXT(0), &id, whom) || !der_only(id, DER_OCTETS, &id) || !is_key_id(id))
		return false;
	return der_only(one, DER_OCTETS, &key) && key.n == WRAPPED_LEN;
}

/* As RFC 5652 orders octet strings: by their bytes; one that is the beginning of another comes first. */
static int
compare(struct str a, struct str b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c != 0 ? c : (a.n > b.n) - (a.n < b.n);
}

/* ${whom} into the sorted list; false: it is there already. */
static bool
insert(struct crypt_head *h, struct str whom)
{
	size_t i, k;

	for (i = 0; i < h->n_to && compare(h->whom[i], whom) < 0; i++)
		;
	if (i < h->n_to && str_eq(h->whom[i], whom))
		return false;
	for (k = h->n_to++; k > i; k--)
		h->whom[k] = h->whom[k - 1];
	h->whom[i] = whom;
	return true;
}

static enum status
recipients(struct str set, struct crypt_head *h, struct err *err)
{
	struct str one, whole, whom, before = STR_NONE;
	bool ok;

	while (set.n > 0) {
		if (der_tag(set) == DER_SEQUENCE)
			ok = der_take(&set, DER_SEQUENCE, &one, &whole) && is_rsa(one, &whom);
		else
			ok = der_take(&set, DER_CONTEXT(1), &one, &whole) && is_ec(one, &whom);
		if (!ok)	/* a password, a key known to both, another kind */
			return err_set(err, ST_CORRUPT, _("an encrypted part names a recipient of a kind that is not allowed: certificates with RSA-OAEP or ECDH are"));
		if (before.p != NULL && compare(before, whole) >= 0)
			return err_set(err, ST_CORRUPT, _("the recipients of an encrypted part are not in the order of DER"));
		if (h->n_to == CRYPT_TO_MAX)
			return err_set(err, ST_UNSURE, _("an encrypted part has more than %u recipients"), CRYPT_TO_MAX);
		if (!insert(h, whom))
			return err_set(err, ST_CORRUPT, _("an encrypted part names a recipient twice"));
		before = whole;
	}
	return h->n_to >= CRYPT_TO_MIN ? ST_OK : err_set(err, ST_CORRUPT, _("an encrypted part with fewer than two recipients"));
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
	enum status st;
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
	if (!der_take(&s, DER_SET, &set, NULL))
		return err_set(err, ST_CORRUPT, "%s", _(wrong));
	if ((st = recipients(set, out, err)) != ST_OK)
		return st;
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
