/*
 * cms_verify.h: one signature of an archive, judged as evidence (archive format 5.1, 6.1 step 6): mathematics and form first, then the
 * certificate's way to a root at the time that counts.
 */
#ifndef ARCHIVE_CMS_VERIFY_H
#define ARCHIVE_CMS_VERIFY_H

#include "archive/algorithms.h"
#include "archive/seal.h"
#include "archive/x509path.h"

/* What a chain is judged with; everything borrowed. */
struct cms_world {
	STACK_OF(X509)	*certs;		/* issuing certificates of row 13 */
	STACK_OF(X509_CRL) *crls;
	X509_STORE	*roots;		/* NULL: none */
	int64_t		 at_ms;		/* T */
	bool		 at_proven;	/* a token proves T; else it is now */
	bool		 revocation_required;
	const struct algorithms *algorithms;	/* accepted ones; NULL: all that the format allows */
	int64_t		 now_ms;	/* of the check, or at which a renewal archive proves that all of it existed: algorithms of tokens are judged then */
	STACK_OF(X509_CRL) *later;	/* fetched afterwards, out of proven renewal archives */
};

/*
 * cms_verify(signer, der, text, world, holds, err): the CMS file ${der} over ${text}.  ${holds} is set once the signature itself holds, under the certificate
 * that the Signer line names, whatever is said of the chain then.  ST_OK: good; ST_CORRUPT: INVALID; ST_UNSURE: INDETERMINATE, with what is needed.
 */
enum status cms_verify(const struct seal_signer *, struct str der, struct str text, const struct cms_world *, bool *holds, struct err *) STATUS_USE;
/*
 * cms_verify_alone(signer, der, pem, text, err): before a signature made elsewhere is taken in: everything that needs no trust.  Form, mathematics, the certificate of the
 * Signer line, and that every certificate inside has its use and none is a root.  ST_CORRUPT: it must not be taken.
 */
enum status cms_verify_alone(const struct seal_signer *, struct str der, struct str pem, struct str text, struct err *) STATUS_USE;
/* cms_verify_sm2(signer, sig, pem, text, world, holds, err): the same for kind sm2: DER SEQUENCE{r,s} and the certificate's PEM. */
enum status cms_verify_sm2(const struct seal_signer *, struct str sig, struct str pem, struct str text, const struct cms_world *, bool *holds,
    struct err *) STATUS_USE;
/*
 * cms_verify_names(kind, sig, pem, issuer, subject, err): the names of the signer's certificate (inside ${sig}; of kind sm2: ${pem}) as RFC 2253 has them, in UTF-8:
 * what `openssl x509 -noout -issuer -subject -nameopt RFC2253,-esc_msb,utf8` prints.  Of a signature that holds; NUL-terminated.  ST_CORRUPT, ST_UNSURE, ST_LIMIT.
 */
enum status cms_verify_names(enum seal_kind, struct str sig, struct str pem, struct buf *issuer, struct buf *subject, struct err *) STATUS_USE;
/* cms_verify_path(path, world, role, err): what a chain's result means for a signature. */
enum status cms_verify_path(const struct x509path *, const struct cms_world *, struct err *) STATUS_USE;
/* Strict PEM: exactly one certificate or CRL, nothing around, written as OpenSSL writes it.  Owned; ST_CORRUPT. */
enum status cms_verify_pem_cert(struct str pem, X509 **out, struct err *) STATUS_USE;
enum status cms_verify_pem_crl(struct str pem, X509_CRL **out, struct err *) STATUS_USE;

#endif
