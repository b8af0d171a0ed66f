/*
 * key.h: private keys of signers, wherever they are kept: PEM (a file or any other secret), or a PKCS#11 token that signs and never gives its key away.
 */
#ifndef ARCHIVE_KEY_H
#define ARCHIVE_KEY_H

#include <openssl/evp.h>

#include "core/str.h"

/* key_is_token(spec): "pkcs11:…" (RFC 7512) rather than where a secret is. */
bool key_is_token(const char *spec);
/*
 * key_pem(pem, whose, out, err): PEM without a passphrase; never asks.  ${whose} is for the message.  ${out} is owned by the caller.
 * ST_DENIED: cannot be read, with one text whatever is wrong inside.
 */
enum status key_pem(struct str pem, const char *whose, EVP_PKEY **out, struct err *) STATUS_USE;
/*
 * key_token(uri, pin, out, err): the private key that ${uri} names, through OpenSSL's engine "pkcs11" (package libengine-pkcs11-openssl).  The URI has object= or id=, and
 * may name the token's library: "?module-path=/usr/lib/…so"; absent: PKCS11_MODULE_PATH, else p11-kit's list.  One library per process.  ${pin} absent: no login.
 * ST_USAGE: not such a URI, or one with a PIN in it (it would stand in a process list); ST_DENIED: token or key not found, or PIN refused; tried once,
 * since tokens lock themselves; ST_IO: the engine is not installed.
 */
enum status key_token(const char *uri, struct str pin, EVP_PKEY **out, struct err *) STATUS_USE;
/* key_token_check(uri, err): the form of the URI alone: ST_USAGE. */
enum status key_token_check(const char *uri, struct err *) STATUS_USE;

#endif
