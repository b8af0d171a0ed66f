/* crypt_key.c: a part is opened, with a recipient's key. */
#include "archive/crypt_parts.h"

#include <string.h>

#include <openssl/cms.h>
#include <openssl/err.h>

#include "archive/key.h"
#include "core/i18n.h"
#include "core/mem.h"

#define PIECE	((size_t)64 << 10)

struct crypt_key { X509 *cert; EVP_PKEY *key; unsigned char sha256[32]; bool allowed; };

enum status
crypt_key_open(struct crypt_key **out, const char *cert_path, struct str key, struct err *err)
{
	struct crypt_key *k = mem_get(1, sizeof(*k), err);
	unsigned n = sizeof(k->sha256);
	uint32_t usage;
	enum status st;

	*out = NULL;
	if (k == NULL)
		return ST_NOMEM;
	if ((st = crypt_read_cert(cert_path, &k->cert, err)) != ST_OK || (st = key_pem(key, cert_path, &k->key, err)) != ST_OK) {
		if (st == ST_DENIED)
			err_next(err, _("give the key and the certificate of one recipient in PEM; openssl pkey -in LOCKED.pem -out KEY.pem takes a passphrase off"));
		goto out;
	}
	if (X509_check_private_key(k->cert, k->key) != 1) {
		err_set(err, ST_DENIED, _("the private key does not belong to the certificate %s"), cert_path);
		st = err_next(err, _("give the key and the certificate of one recipient: --decrypt-key KEY.pem --decrypt-cert CERT.pem"));
	} else if (X509_digest(k->cert, EVP_sha256(), k->sha256, &n) != 1)
		st = crypt_why(err, ST_NOMEM, cert_path);
	else
		k->allowed = crypt_check_key(k->cert, cert_path, &usage, NULL) == ST_OK;
out:
	ERR_clear_error();
	if (st != ST_OK)
		crypt_key_close(k);
	else
		*out = k;
	return st;
}

void
crypt_key_close(struct crypt_key *k)
{
	if (k == NULL)
		return;
	X509_free(k->cert);
	EVP_PKEY_free(k->key);
	mem_free(k);
}

const unsigned char *crypt_key_fingerprint(const struct crypt_key *k) { return k->sha256; }

/* Is one of the recipients this certificate? */
static bool
is_for(CMS_ContentInfo *cms, X509 *cert)
{
	STACK_OF(CMS_RecipientInfo) *list = CMS_get0_RecipientInfos(cms);
	STACK_OF(CMS_RecipientEncryptedKey) *keys;
	int i, k;

	for (i = 0; i < sk_CMS_RecipientInfo_num(list); i++) {
		CMS_RecipientInfo *ri = sk_CMS_RecipientInfo_value(list, i);

		if (CMS_RecipientInfo_type(ri) == CMS_RECIPINFO_TRANS) {
			if (CMS_RecipientInfo_ktri_cert_cmp(ri, cert) == 0)
				return true;
			continue;
		}
		keys = CMS_RecipientInfo_kari_get0_reks(ri);
		for (k = 0; k < sk_CMS_RecipientEncryptedKey_num(keys); k++)
			if (CMS_RecipientEncryptedKey_cert_cmp(sk_CMS_RecipientEncryptedKey_value(keys, k), cert) == 0)
				return true;
	}
	return false;
}

/*
 * The structure of a part whose content lies elsewhere, for the library alone: so neither it nor its parser copies 64 MiB.  The outer lengths are indefinite, which BER allows.
 */
static enum status
without_content(const struct crypt_head *h, struct str tail, struct buf *out, struct err *err)
{
	enum status st;

	if ((st = buf_add(out, "\x30\x80", 2, err)) != ST_OK || (st = buf_str_add(out, h->type, err)) != ST_OK ||
	    (st = buf_add(out, "\xa0\x80\x30\x80", 4, err)) != ST_OK || (st = buf_str_add(out, h->to, err)) != ST_OK ||
	    (st = buf_add(out, "\x30\x80", 2, err)) != ST_OK || (st = buf_str_add(out, h->cipher_type, err)) != ST_OK ||
	    (st = buf_add(out, "\0\0", 2, err)) != ST_OK || (st = buf_str_add(out, tail, err)) != ST_OK)
		return st;
	return buf_add(out, "\0\0\0\0\0\0", 6, err);
}

enum status
crypt_not_ours(struct err *err)
{
	err_set(err, ST_DENIED, _("the content is not encrypted for this certificate"));
	return err_next(err, _("bag-info.txt names the recipients: Encryption-Recipient is the SHA-256 of openssl x509 -outform DER"));
}

/* Changed, or a key that is not the right one: one text, whatever the library found. */
static enum status
changed(struct err *err)
{
	ERR_clear_error();
	return err_set(err, ST_CORRUPT, _("an encrypted part cannot be opened with the key of its recipient: it was changed"));
}

static enum status
decrypt(CMS_ContentInfo *cms, char *cipher, size_t n, struct err *err)
{
	BIO *from = BIO_new_mem_buf(cipher, (int)n), *chain = NULL;
	size_t at = 0;
	enum status st = ST_OK;
	int got;

	if (from == NULL)
		return err_oom(err, n);
	if ((chain = CMS_dataInit(cms, from)) == NULL) {
		BIO_free(from);
		return changed(err);
	}
	/* Over the bytes themselves: what has come out is never more than what has gone in. */
	while ((got = BIO_read(chain, cipher + at, (int)(n - at < PIECE ? n - at : PIECE))) > 0)
		at += (size_t)got;
	/* The library's read is over when nothing comes any more; only then does it know the tag. */
	if (at == n && BIO_read(chain, &(char){ 0 }, 1) > 0)
		at++;
	if (at != n || BIO_get_cipher_status(chain) != 1)
		st = changed(err);
	BIO_free_all(chain);
	return st;
}

enum status
crypt_open(const struct crypt_key *k, struct buf *part, struct str *text, struct err *err)
{
	CMS_ContentInfo *cms = NULL;
	const unsigned char *der;
	struct crypt_head h;
	struct buf small;
	struct str tail;
	enum status st;

	*text = STR_NONE;
	buf_init(&small, CRYPT_HEAD_MAX + 64);
	if ((st = crypt_head((struct str){ part->p, part->n < CRYPT_HEAD_MAX ? part->n : CRYPT_HEAD_MAX }, part->n, &h, err)) != ST_OK)
		return st;
	tail = (struct str){ part->p + part->n - CRYPT_TAIL, CRYPT_TAIL };
	if ((st = crypt_tail((const unsigned char *)tail.p, err)) != ST_OK || (st = without_content(&h, tail, &small, err)) != ST_OK)
		goto out;
	der = (const unsigned char *)small.p;
	if ((cms = d2i_CMS_ContentInfo(NULL, &der, (long)small.n)) == NULL)
		st = changed(err);
	else if (!is_for(cms, k->cert))
		st = crypt_not_ours(err);
	else if (!k->allowed)
		st = err_set(err, ST_CORRUPT, _("an encrypted part is encrypted to a key of a kind or strength that the format does not allow"));
	else if (CMS_decrypt_set1_pkey(cms, k->key, k->cert) != 1)
		st = changed(err);
	else if ((st = decrypt(cms, part->p + h.n, (size_t)h.cipher, err)) == ST_OK)
		*text = (struct str){ part->p + h.n, (size_t)h.cipher };
out:
	if (st != ST_OK && part->n > 0)
		explicit_bzero(part->p, part->n);
	CMS_ContentInfo_free(cms);
	ERR_clear_error();
	buf_free(&small);
	return st;
}
