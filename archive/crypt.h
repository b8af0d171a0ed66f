/*
 * crypt.h: encrypted payload (archive format 8): one part of a file's gzip stream in one CMS AuthEnvelopedData (RFC 5083, 5084), AES-256-GCM, for two or
 * more certificates: RSA from 3072 bits with OAEP-SHA-256, or ECDH on P-256 or P-384 (RFC 5753) with AES key wrap.  DER throughout.
 *
 *   crypt_to.c    for whom           crypt.c       making a part
 *   crypt_head.c  its strict form    crypt_key.c   opening one
 */
#ifndef ARCHIVE_CRYPT_H
#define ARCHIVE_CRYPT_H

#include "core/buf.h"

#define CRYPT_PART		((uint64_t)64 << 20)	/* octets of the gzip stream in every part but the last */
#define CRYPT_PARTS_MAX		9999u			/* of one file: four digits */
#define CRYPT_TO_MIN		2u
#define CRYPT_TO_MAX		16u			/* recipients */
#define CRYPT_HEAD_MAX		((size_t)64 << 10)	/* octets of a part before its ciphertext */
#define CRYPT_TAIL		18u			/* and behind it: the tag of AES-GCM, 16 octets, as an OCTET STRING */

/* --- for whom --- */
struct crypt_to;
enum status crypt_to_open(struct crypt_to **out, struct err *) STATUS_USE;
void crypt_to_close(struct crypt_to *);		/* NULL does nothing */
/*
 * crypt_to_add(to, path, err): the first certificate of the PEM file ${path}.  ST_DENIED: key too weak or of another kind, or the certificate is not for
 * encryption; ST_USAGE: its key is there already, or too many; ST_IO.
 * crypt_to_add_pem: all certificates of a text that crypt_to_pem gave.  ST_CORRUPT.
 */
enum status crypt_to_add(struct crypt_to *, const char *path, struct err *) STATUS_USE;
enum status crypt_to_add_pem(struct crypt_to *, struct str pem, struct err *) STATUS_USE;
enum status crypt_to_pem(const struct crypt_to *, struct buf *out, struct err *) STATUS_USE;
/* crypt_to_enough(to, err): ST_USAGE: fewer than two. */
enum status crypt_to_enough(const struct crypt_to *, struct err *) STATUS_USE;
/* crypt_to_valid_at(to, ms, err): ST_DENIED: a certificate has expired or is not yet valid, which. */
enum status crypt_to_valid_at(const struct crypt_to *, int64_t ms, struct err *) STATUS_USE;
size_t crypt_to_n(const struct crypt_to *);
const unsigned char *crypt_to_fingerprint(const struct crypt_to *, size_t i);	/* SHA-256 of the certificate DER, 32 octets */
bool crypt_to_same(const struct crypt_to *, const struct crypt_to *);		/* the same certificates, in any order; NULL: nobody */

/* --- making a part --- */
struct crypt_part;
/* Where a part's bytes go. */
struct crypt_sink { enum status (*put)(void *ctx, const void *, size_t, struct err *); void *ctx; };
/*
 * crypt_part_open(out, to, n, err): a part of ${n} octets, 1 to CRYPT_PART; a new key and nonce.  crypt_part_size: octets of the whole CMS, known at once.
 * crypt_part_begin, _add (all of the ${n} octets), _end: in this order; bytes go to ${sink} as they come.  Any failure ends the part.
 */
enum status crypt_part_open(struct crypt_part **out, const struct crypt_to *, uint64_t n, struct err *) STATUS_USE;
uint64_t crypt_part_size(const struct crypt_part *);
enum status crypt_part_begin(struct crypt_part *, const struct crypt_sink *, struct err *) STATUS_USE;
enum status crypt_part_add(struct crypt_part *, const void *, size_t, struct err *) STATUS_USE;
enum status crypt_part_end(struct crypt_part *, struct err *) STATUS_USE;
void crypt_part_close(struct crypt_part *);	/* NULL does nothing */

/* --- its strict form, without any key --- */
struct crypt_head {
	size_t		n;		/* octets before the ciphertext */
	uint64_t	cipher;		/* octets of the ciphertext, as many as of the gzip stream */
	size_t		n_to;		/* recipients */
	struct str	whom[CRYPT_TO_MAX];	/* views, sorted: how each is named: issuer and serial number or key identifier of the certificate, in DER */
	struct str	type, to, cipher_type;	/* views: content type; version and recipients; content type and cipher with its nonce */
};
/*
 * crypt_head(first, size, out, err): ${first}: the first octets of a part of ${size} octets, all of it or CRYPT_HEAD_MAX.  ST_CORRUPT: not this form: another
 * cipher, a password or other kind of recipient, one named twice, fewer than two, attributes, indefinite lengths, anything added.  ST_UNSURE: more than CRYPT_TO_MAX recipients.
 * The last CRYPT_TAIL octets are not looked at.
 */
enum status crypt_head(struct str first, uint64_t size, struct crypt_head *out, struct err *) STATUS_USE;
/* crypt_tail(tail, err): its last CRYPT_TAIL octets. */
enum status crypt_tail(const unsigned char tail[CRYPT_TAIL], struct err *) STATUS_USE;

/* --- opening a part --- */
struct crypt_key;
/*
 * crypt_key_open(out, cert_path, key, err): a recipient's certificate (first in the PEM file) and private key (PEM).  ST_DENIED: they do not belong together or cannot be
 * read; ST_IO.
 */
enum status crypt_key_open(struct crypt_key **out, const char *cert_path, struct str key, struct err *) STATUS_USE;
void crypt_key_close(struct crypt_key *);	/* NULL does nothing */
const unsigned char *crypt_key_fingerprint(const struct crypt_key *);
enum status crypt_not_ours(struct err *);	/* ST_DENIED, and what to do */
/*
 * crypt_open(key, part, text, err): decrypt a whole part in place: ${text} is the gzip stream's octets inside ${part}, whose bytes are overwritten.  Nothing is given before the tag was
 * checked.  ST_CORRUPT: not the form, or changed, or the certificate is one to which nothing may be encrypted; ST_DENIED: not for this certificate.  On failure what was decrypted is wiped.
 */
enum status crypt_open(const struct crypt_key *, struct buf *part, struct str *text, struct err *) STATUS_USE;

#endif
