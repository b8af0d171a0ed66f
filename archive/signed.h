/*
 * signed.h: a CMS SignedData (RFC 5652) of one signer, strictly: what signatures and time-stamp tokens of an archive have in common
 * (archive format 5.1).  DER only, every field that the signature does not cover is compared with what it must be, byte for byte.
 */
#ifndef ARCHIVE_SIGNED_H
#define ARCHIVE_SIGNED_H

#include <openssl/x509.h>

#include "core/digest.h"

#define SIGNED_CERTS_MAX	10u
#define SIGNED_ATTRS_MAX	12u

/* Object identifiers: content octets. */
#define OID_DATA		"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01"
#define OID_TSTINFO		"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x01\x04"
#define OID_CONTENT_TYPE	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x03"
#define OID_MESSAGE_DIGEST	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x04"
#define OID_SIGNING_TIME	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x05"
#define OID_SIGNING_CERT	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x0c"
#define OID_SIGNING_CERT_V2	"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x10\x02\x2f"

enum signed_scheme { SIGNED_RSA, SIGNED_PSS, SIGNED_ECDSA };

/* All views point into the bytes given. */
struct signed_data {
	struct str	content;		/* of the embedded content, absent when there is none */
	struct str	certs[SIGNED_CERTS_MAX];	/* DER of each certificate, as they stand */
	size_t		n_certs;
	struct str	issuer, serial;		/* of the signer, tag and length included */
	enum digest_alg	digest;
	enum signed_scheme scheme;
	struct str	attrs;			/* signed attributes, tag and length included */
	struct { struct str oid, value; } attr[SIGNED_ATTRS_MAX];	/* ${value}: the one value, tag and length included */
	size_t		n_attrs;
	struct str	signature;
};

/*
 * signed_parse(der, type, embedded, out, err): ${type} is the content type's OID (OID_DATA: version 1, else version 3), ${embedded} whether
 * content must be there or must not.  ST_CORRUPT: breaks the rules; ST_UNSURE: an algorithm unknown here.
 */
enum status signed_parse(struct str der, struct str type, bool embedded, struct signed_data *out, struct err *) STATUS_USE;
/* signed_attr(s, oid): the value of the attribute that stands exactly once; absent otherwise. */
struct str signed_attr(const struct signed_data *, const char *oid, size_t n_oid);
#define SIGNED_ATTR(s, oid)	signed_attr((s), (oid), sizeof(oid) - 1)
/*
 * signed_signer(s, out, err): the certificate inside that issuer and serial number name, and which signingCertificateV2 names by its hash
 * (of a token: or signingCertificate, with SHA-1); owned by the caller.
 * ST_CORRUPT: none, two, or another one.  ST_UNSURE: no signingCertificateV2.
 */
enum status signed_signer(const struct signed_data *, X509 **out, struct err *) STATUS_USE;
/*
 * signed_check(s, type, bytes, cert, rsa_bits, err): the digest of ${bytes} and the content type stand in the signed attributes, and the signature over these
 * holds under ${cert}, whose key is RSA of at least ${rsa_bits} or ECDSA on P-256, P-384 (or P-521 below 3072: time stamps).  ST_CORRUPT.
 */
enum status signed_check(const struct signed_data *, struct str type, struct str bytes, X509 *cert, int rsa_bits, struct err *) STATUS_USE;
/* signed_alg(algorithm identifier's content, alg): a digest algorithm, parameters NULL or absent. */
bool signed_alg(struct str inside, enum digest_alg *alg);
/* Why it was none of them: ST_CORRUPT, known and weaker than SHA-256; ST_UNSURE, unknown. */
enum status signed_no_digest(struct str inside, struct err *) STATUS_USE;

#endif
