/*
 * trust.h: trust from outside (archive format 6.1): a file that says who may sign and which authorities are believed.
 *
 *   [trust]                                 [role compliance-officer]
 *   chain      = urn:uuid:…  (optional)     cert = sha256:<hex of certificate DER> [from=N] [to=N]   (may repeat)
 *   roots      = trust/roots.pem            cert = file:officer.crt                                   (may repeat)
 *   tsa_roots  = trust/tsa-roots.pem
 *   token      = required | optional        (default required)
 *   revocation = required | optional        (default optional)
 *                                           issuer  = <RFC 2253>, and in the next line
 *                                           subject = [from=N] [to=N] <RFC 2253>: any certificate that this authority gave to this name
 *   roles      = administrator, compliance-officer     (those that must be present)
 *
 *   [algorithms]
 *   sha256     = until 2035-01-01           (or yes, or no; names: algorithms.h; what is not named is accepted)
 */
#ifndef ARCHIVE_TRUST_H
#define ARCHIVE_TRUST_H

#include "archive/algorithms.h"
#include "core/config.h"

#define TRUST_NAME_MAX	512u
struct trust_cert {
	char		 role[33];
	unsigned char	 sha256[32];		/* of its DER; where ${subject} is "" */
	char		 issuer[TRUST_NAME_MAX], subject[TRUST_NAME_MAX];	/* RFC 2253 in UTF-8, as cms_verify_names writes them; "": by hash */
	uint64_t	 from, to;		/* sequences; to UINT64_MAX: open */
};
struct trust {
	char		 chain[48];		/* "": not named */
	struct x509_store_st *roots, *tsa_roots;	/* NULL: none given; nothing of the system's is ever added */
	bool		 token_required, revocation_required;
	char		 required[8][33]; size_t n_required;
	struct trust_cert *certs; size_t n_certs;
	struct algorithms algorithms;		/* accepted, and until when */
	const struct renewals *renewals;	/* proven renewal archives that may vouch for what is judged (renewals.h); NULL: none; borrowed */
	struct renewals *own_renewals;		/* the same, when the trust owns them; NULL */
};
/* trust_load(path, out, err): ST_USAGE: not a trust file; ST_IO.  trust_none: no trust at all (every verdict at best INDETERMINATE). */
enum status trust_load(const char *path, struct trust *out, struct err *) STATUS_USE;
/* trust_parse(path, text, out, err): the same from memory; ${path} is for messages and for what stands relative to it.  Fuzzed. */
enum status trust_parse(const char *path, struct str text, struct trust *out, struct err *) STATUS_USE;
void trust_none(struct trust *);
void trust_free(struct trust *);

#endif
