/*
 * cms.h: the signatures of archive format 5.1, made: detached CAdES-BES, and SM2 with SM3 (GB/T 32918, GM/T 0009).  Which of the two follows from the
 * signer's certificate.  Judging them is in cms_verify.h.
 */
#ifndef ARCHIVE_CMS_H
#define ARCHIVE_CMS_H

#include "archive/seal.h"
#include "core/buf.h"
#include "core/secret.h"

/* A signer of ours: role, certificate (PEM file: leaf first, then issuing certificates) and its private key. */
struct cms_signer;
struct x509_store_st;

/*
 * cms_signer_open(out, role, cert_path, key, err): ${key} is a PEM private key or absent (then only the certificate is known: signs elsewhere).
 * ST_DENIED: key does not belong to the certificate, weak key (RSA < 3072, other curves than P-256, P-384 and SM2), certificate not usable for signing, key cannot be read.
 */
enum status cms_signer_open(struct cms_signer **out, const char *role, const char *cert_path, struct str key, struct err *) STATUS_USE;
/*
 * cms_signer_key(s, spec, pin, base_dir, err): take up the private key: ${spec} a secret's place (secret.h) with PEM in it, or "pkcs11:…"; ${pin} the place of
 * the token's PIN, NULL: none.  ST_USAGE: not such a place; ST_DENIED: as cms_signer_open, or the token refuses; ST_IO.
 * cms_signer_key_pin: a token's key with a PIN that was asked for.
 */
enum status cms_signer_key(struct cms_signer *, const char *spec, const char *pin, const char *base_dir, struct err *) STATUS_USE;
enum status cms_signer_key_pin(struct cms_signer *, const char *uri, const struct secret *pin, struct err *) STATUS_USE;
void cms_signer_close(struct cms_signer *);
const char *cms_signer_role(const struct cms_signer *);
enum seal_kind cms_signer_kind(const struct cms_signer *);
/* cms_signer_pem(s, pem, err): append the signer's own certificate, alone: what kind sm2 puts beside its signature. */
enum status cms_signer_pem(const struct cms_signer *, struct buf *pem, struct err *) STATUS_USE;
bool cms_signer_has_key(const struct cms_signer *);
const unsigned char *cms_signer_fingerprint(const struct cms_signer *);		/* SHA-256 of the certificate DER, 32 octets */
/* cms_signer_describe(s, name, ends_ms, err): append the certificate's subject as UTF-8 text (not yet safe for a terminal); when it ends. */
enum status cms_signer_describe(const struct cms_signer *, struct buf *name, int64_t *ends_ms, struct err *) STATUS_USE;
/* cms_signer_chain(s, i, pem, err): PEM of the i-th issuing certificate (not the leaf, not a self-signed root); ST_END behind the last. */
enum status cms_signer_chain(const struct cms_signer *, size_t i, struct buf *pem, struct err *) STATUS_USE;
/* cms_signer_crl_url(s, i): i-th http(s) CRL distribution point of leaf and chain; NULL behind the last. */
const char *cms_signer_crl_url(const struct cms_signer *, size_t i);
/* cms_signer_valid_at(s, ms, err): ST_DENIED: expired or not yet valid. */
enum status cms_signer_valid_at(const struct cms_signer *, int64_t ms, struct err *) STATUS_USE;
/* cms_sign(s, bytes, signing_ms, der, err): append the signature: CMS, or of kind sm2 DER SEQUENCE{r,s}, which holds no time. */
enum status cms_sign(const struct cms_signer *, struct str bytes, int64_t signing_ms, struct buf *der, struct err *) STATUS_USE;
/*
 * cms_sign_file(s, bytes, der, err): for a PDF: the time stands in the file, so the attribute signingTime must not be there (EN 319 142-1, 6.3); RSA signs with PKCS #1
 * v1.5, which every reader of PDF knows.  ST_USAGE: an SM2 key.
 * cms_sign_file_room(s): more bytes than it takes.
 */
enum status cms_sign_file(const struct cms_signer *s, struct str bytes, struct buf *der, struct err *) STATUS_USE;
size_t cms_sign_file_room(const struct cms_signer *s);
/* cms_crl_pem(der_or_pem, pem, err): a CRL as strict PEM, nothing around it.  ST_INPUT: not a CRL. */
enum status cms_crl_pem(struct str in, struct buf *pem, struct err *) STATUS_USE;
/*
 * cms_crl_fits(s, pem, roots, err): would a verifier who trusts ${roots} (NULL: nobody does, then all fit) take this list beside a signature made now?
 * ST_INPUT: it would make the archive INVALID, it is forged or damaged; ST_DENIED: it is genuine and says that the signer's certificate is revoked.
 */
enum status cms_crl_fits(const struct cms_signer *s, struct str pem, struct x509_store_st *roots, struct err *) STATUS_USE;

#endif
