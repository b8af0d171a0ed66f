/*
 * x509path.h: does a certificate chain to a root the verifier brought along, at a given time, and was it revoked according to the CRLs at hand?
 * Nothing of the system's store is ever used.
 */
#ifndef ARCHIVE_X509PATH_H
#define ARCHIVE_X509PATH_H

#include <openssl/x509.h>

#include "core/str.h"

enum x509path_result {
	X509PATH_GOOD,
	X509PATH_UNKNOWN,	/* no root, or none that it leads to; or something OpenSSL does not understand */
	X509PATH_TIME,		/* a certificate of the chain is outside its validity at that time */
	X509PATH_REVOKED,	/* revoked at that time */
	X509PATH_BAD		/* a signature in the chain or of a CRL is wrong, or a certificate may not be used so */
};
struct x509path {
	enum x509path_result result;
	const char	*why;		/* OpenSSL's words, static; "" when good */
	bool		 crl_missing;	/* for some certificate of the chain there is no CRL, of either kind, that counts at that time */
	STACK_OF(X509)	*chain;		/* leaf to root when good; owned */
};

/*
 * x509path_build(leaf, others, crls, later, roots, at_s, tsa, out, err): ${others}, ${crls} and ${later} may be NULL, ${roots} too (then X509PATH_UNKNOWN);
 * ${tsa}: the leaf must be fit for time stamps, else for signatures.  A CRL's revocation dated after ${at_s} does not count.  ST_NOMEM.
 * ${later}: CRLs fetched afterwards.  One that its issuer signed while the certificate had not ended tells what was revoked until ${at_s} too; what is wrong with
 * one of them is as if it were not there.
 */
enum status x509path_build(X509 *leaf, STACK_OF(X509) *others, STACK_OF(X509_CRL) *crls, STACK_OF(X509_CRL) *later, X509_STORE *roots, int64_t at_s,
    bool tsa, struct x509path *out, struct err *) STATUS_USE;
void x509path_free(struct x509path *);
/* x509path_has(path, der): one of the chain's certificates has exactly these bytes; ${below_root}: the root does not count. */
bool x509path_has(const struct x509path *, struct str der, bool below_root);
/*
 * x509path_useful(stack, leaf): every certificate of ${stack} is ${leaf} or issued one that is of use: what may stand in a message whatever roots
 * are trusted.  Compares names and signatures.
 */
bool x509path_useful(STACK_OF(X509) *stack, X509 *leaf);
/* x509path_stack(certs, n, out, err): parse DER certificates; ST_CORRUPT when one is not.  ${out} owned by the caller. */
enum status x509path_stack(const struct str *certs, size_t n, STACK_OF(X509) **out, struct err *) STATUS_USE;

#endif
