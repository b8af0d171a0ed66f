/*
 * crl_points.h: where the authorities behind seals publish what they have revoked: the certificates that stand in signatures and tokens, the addresses in these, and
 * whether what was fetched there is a list of one of their issuers.
 */
#ifndef ARCHIVE_CRL_POINTS_H
#define ARCHIVE_CRL_POINTS_H

#include <openssl/x509.h>

#include "core/buf.h"

#define CRL_POINTS_URLS_MAX	256u
#define CRL_POINTS_CERTS_MAX	4096u

struct crl_points {
	STACK_OF(X509)	*certs;			/* each once: of signers, authorities, and those between */
	STACK_OF(X509)	*roots;			/* whom else a list may be signed by */
	STACK_OF(OPENSSL_STRING) *urls;		/* http(s), each once, in the order found */
	size_t		 n_urls_left_out;	/* behind CRL_POINTS_URLS_MAX */
	bool		 told[CRL_POINTS_CERTS_MAX];	/* a list of its issuer was taken */
};

enum status crl_points_init(struct crl_points *, struct err *) STATUS_USE;
void crl_points_free(struct crl_points *);
/*
 * crl_points_file(cp, name, bytes, err): one file of a .seal directory, by its name: a signature, certificate or token; others are passed over, and what cannot be
 * parsed (which the verifier has to say).  crl_points_pem(cp, pem, err): every certificate of a PEM text.  ST_NOMEM; ST_LIMIT: more than CRL_POINTS_CERTS_MAX.
 */
enum status crl_points_file(struct crl_points *, const char *name, struct str bytes, struct err *) STATUS_USE;
enum status crl_points_pem(struct crl_points *, struct str pem, struct err *) STATUS_USE;
/* crl_points_roots(cp, store, err): the roots of a trust; NULL: none. */
enum status crl_points_roots(struct crl_points *, X509_STORE *, struct err *) STATUS_USE;
/* crl_points_url(cp, url, err): one more address. */
enum status crl_points_url(struct crl_points *, struct str url, struct err *) STATUS_USE;
/*
 * crl_points_take(cp, in, at_ms, pem, old, err): a list as it was fetched, DER or PEM: appended to ${pem} as strict PEM if the issuer of one of the certificates, or a root,
 * signed it.
 * ${old}: its next one was due before ${at_ms}.  ST_INPUT: not a list, or of nobody here; ST_LIMIT; ST_NOMEM.
 */
enum status crl_points_take(struct crl_points *, struct str in, int64_t at_ms, struct buf *pem, bool *old, struct err *) STATUS_USE;
/* crl_points_silent(cp, i, sha256): the ${i}th certificate, which is no root, names no address and no list taken tells of it: its fingerprint.  False: behind the last. */
bool crl_points_silent(const struct crl_points *, size_t i, unsigned char sha256[32]);

/* crl_urls(cert, urls, max, left_out): the http(s) addresses of ${cert} onto ${urls}, each once; those behind ${max} are counted in ${left_out} (may be NULL).  ST_NOMEM. */
enum status crl_urls(X509 *, STACK_OF(OPENSSL_STRING) *urls, size_t max, size_t *left_out, struct err *) STATUS_USE;
void crl_urls_free(STACK_OF(OPENSSL_STRING) *);

#endif
