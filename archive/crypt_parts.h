/* crypt_parts.h: between the files crypt*.c. */
#ifndef ARCHIVE_CRYPT_PARTS_H
#define ARCHIVE_CRYPT_PARTS_H

#include <openssl/x509.h>

#include "archive/crypt.h"

struct crypt_to { STACK_OF(X509) *certs; unsigned char sha256[CRYPT_TO_MAX][32]; };

/* crypt_why(err, st, what): ${what} and the cryptographic library's own reason, if it gives one. */
enum status crypt_why(struct err *, enum status, const char *what);
/* crypt_read_cert(path, out, err): the first certificate of a PEM file; owned by the caller. */
enum status crypt_read_cert(const char *path, X509 **out, struct err *) STATUS_USE;
/* crypt_check_key(x, whose, usage, err): does the format let anything be encrypted to this key?  ST_DENIED.  ${usage}: the bit of KeyUsage it needs. */
enum status crypt_check_key(const X509 *, const char *whose, uint32_t *usage, struct err *) STATUS_USE;

#endif
