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

#endif
