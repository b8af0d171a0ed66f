/* cms_parts.h: between cms_sign.c, cms_file.c and cms_signer.c. */
#ifndef ARCHIVE_CMS_PARTS_H
#define ARCHIVE_CMS_PARTS_H

#include <openssl/cms.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "archive/cms.h"

struct cms_signer {
	char		 role[33];
	bool		 sm2;
	X509		*cert;
	STACK_OF(X509)	*chain;		/* issuing certificates, no root */
	EVP_PKEY	*key;		/* NULL: signs elsewhere */
	unsigned char	 sha256[32];
	STACK_OF(OPENSSL_STRING) *urls;	/* CRL distribution points, each once */
};

#define CMS_SM2_ID	"1234567812345678"	/* distinguished id of GM/T 0009 */

/* cms_digest_for(key): as strong as the key asks for. */
const EVP_MD *cms_digest_for(const EVP_PKEY *key);
bool cms_set_certs(CMS_ContentInfo *cms, const struct cms_signer *s);
/* cms_why(err, st, what): ${what} and the cryptographic library's own reason, if it gives one. */
enum status cms_why(struct err *, enum status, const char *what);

#endif
