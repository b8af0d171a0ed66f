/*
 * crypt.c: a part is made.  OpenSSL makes recipients, key, nonce and ciphertext; the outermost lengths are put together here, since the library would have to
 * hold the whole part in memory to know them: it is asked for the structure without its content, and the content is put where it belongs.
 */
#include "archive/crypt_parts.h"

#include <openssl/cms.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include "archive/der.h"
#include "core/i18n.h"
#include "core/mem.h"

#define DER_CONTENT	0x80u	/* [0] IMPLICIT OCTET STRING, primitive */
#define TAG_LEN		16u

struct crypt_part {
	CMS_ContentInfo	*cms;
	BIO		*chain, *out;	/* ${out}: where the ciphertext comes out, the end of ${chain} */
	struct buf	 head;		/* octets before the ciphertext */
	uint64_t	 n, left;	/* of the gzip stream */
	struct crypt_sink sink;
};

static enum status
failed(struct err *err)
{
	return crypt_why(err, ST_NOMEM, _("encryption failed"));
}

static enum status
add_recipient(CMS_ContentInfo *cms, X509 *x, struct err *err)
{
	/* By key identifier where the certificate has one: its issuer's name, which may be a person's, is then not written. */
	unsigned flags = CMS_KEY_PARAM | (X509_get0_subject_key_id(x) != NULL ? CMS_USE_KEYID : 0);
	CMS_RecipientInfo *ri = CMS_add1_recipient_cert(cms, x, flags);
	EVP_PKEY_CTX *ctx = ri == NULL ? NULL : CMS_RecipientInfo_get0_pkey_ctx(ri);

	if (ctx == NULL)
		return failed(err);
	if (CMS_RecipientInfo_type(ri) == CMS_RECIPINFO_AGREE)
		return EVP_PKEY_CTX_set_ecdh_kdf_md(ctx, EVP_sha256()) == 1 ? ST_OK : failed(err);
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) == 1 && EVP_PKEY_CTX_set_rsa_oaep_md(ctx, EVP_sha256()) == 1 &&
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha256()) == 1 ? ST_OK : failed(err);
}

static size_t
length_octets(uint64_t n)
{
	size_t k = 1;

	if (n < 0x80)
		return 1;
	for (; n > 0xff; n >>= 8)
		k++;
	return 1 + k;
}

static enum status
put_tag(struct buf *b, unsigned tag, uint64_t n, struct err *err)
{
	size_t k = length_octets(n) - 1;
	enum status st;

	if ((st = buf_putc(b, (char)tag, err)) != ST_OK)
		return st;
	if (k == 0)
		return buf_putc(b, (char)n, err);
	st = buf_putc(b, (char)(0x80u | k), err);
	for (; k > 0 && st == ST_OK; k--)
		st = buf_putc(b, (char)(unsigned char)(n >> (8 * (k - 1))), err);
	return st;
}

/* What stands before the ciphertext, from the structure ${der} that has neither content nor tag yet. */
static enum status
make_head(struct crypt_part *p, struct str der, struct err *err)
{
	struct str type, outer, env, version, to, info, info_type, cipher;
	uint64_t n_info, n_env, n_outer;
	enum status st;

	if (!der_only(der, DER_SEQUENCE, &der) || !der_take(&der, DER_OID, NULL, &type) || !der_only(der, DER_CONTEXT(0), &outer) ||
	    !der_only(outer, DER_SEQUENCE, &env) || !der_take(&env, DER_INTEGER, NULL, &version) || !der_take(&env, DER_SET, NULL, &to) ||
	    !der_take(&env, DER_SEQUENCE, &info, NULL) || !der_take(&info, DER_OID, NULL, &info_type) ||
	    !der_take(&info, DER_SEQUENCE, NULL, &cipher) || info.n != 0)
		return err_set(err, ST_NOMEM, _("encryption failed"));
	n_info = info_type.n + cipher.n + 1 + length_octets(p->n) + p->n;
	n_env = version.n + to.n + 1 + length_octets(n_info) + n_info + CRYPT_TAIL;
	n_outer = 1 + length_octets(n_env) + n_env;
	if ((st = put_tag(&p->head, DER_SEQUENCE, type.n + 1 + length_octets(n_outer) + n_outer, err)) != ST_OK ||
	    (st = buf_str_add(&p->head, type, err)) != ST_OK || (st = put_tag(&p->head, DER_CONTEXT(0), n_outer, err)) != ST_OK ||
	    (st = put_tag(&p->head, DER_SEQUENCE, n_env, err)) != ST_OK || (st = buf_str_add(&p->head, version, err)) != ST_OK ||
	    (st = buf_str_add(&p->head, to, err)) != ST_OK || (st = put_tag(&p->head, DER_SEQUENCE, n_info, err)) != ST_OK ||
	    (st = buf_str_add(&p->head, info_type, err)) != ST_OK || (st = buf_str_add(&p->head, cipher, err)) != ST_OK)
		return st;
	return put_tag(&p->head, DER_CONTENT, p->n, err);
}

static enum status
encode(const struct crypt_part *p, unsigned char **der, struct str *out, struct err *err)
{
	int n = i2d_CMS_ContentInfo(p->cms, der);

	if (n <= 0)
		return failed(err);
	*out = (struct str){ (const char *)*der, (size_t)n };
	return ST_OK;
}

enum status
crypt_part_open(struct crypt_part **out, const struct crypt_to *to, uint64_t n, struct err *err)
{
	struct crypt_head again;
	unsigned char *der = NULL;
	struct crypt_part *p;
	struct str text;
	enum status st;
	size_t i;

	if (n == 0 || n > CRYPT_PART)
		return err_set(err, ST_LIMIT, _("a part of %ju bytes"), (uintmax_t)n);
	if ((*out = p = mem_get(1, sizeof(*p), err)) == NULL)
		return ST_NOMEM;
	buf_init(&p->head, CRYPT_HEAD_MAX);
	p->n = p->left = n;
	if ((p->cms = CMS_AuthEnvelopedData_create(EVP_aes_256_gcm())) == NULL || (p->out = BIO_new(BIO_s_mem())) == NULL) {
		st = failed(err);
		goto out;
	}
	for (i = 0, st = ST_OK; i < crypt_to_n(to) && st == ST_OK; i++)
		st = add_recipient(p->cms, sk_X509_value(to->certs, (int)i), err);
	/* Detached: the library keeps no copy of the ciphertext. */
	if (st == ST_OK && (CMS_set_detached(p->cms, 1) != 1 || (p->chain = CMS_dataInit(p->cms, p->out)) == NULL))
		st = failed(err);
	if (st == ST_OK && (st = encode(p, &der, &text, err)) == ST_OK && (st = make_head(p, text, err)) == ST_OK)
		/* A part that a verifier would refuse must not come into being. */
		st = crypt_head(buf_str(&p->head), crypt_part_size(p), &again, err);
out:
	OPENSSL_free(der);
	if (st != ST_OK) {
		crypt_part_close(p);
		*out = NULL;
	}
	return st;
}

uint64_t
crypt_part_size(const struct crypt_part *p)
{
	return p->head.n + p->n + CRYPT_TAIL;
}

enum status
crypt_part_begin(struct crypt_part *p, const struct crypt_sink *sink, struct err *err)
{
	p->sink = *sink;
	return sink->put(sink->ctx, p->head.p, p->head.n, err);
}

/* Hand on what has come out of the chain. */
static enum status
drain(struct crypt_part *p, struct err *err)
{
	enum status st = ST_OK;
	char *bytes;
	long n = BIO_get_mem_data(p->out, &bytes);

	if (n > 0 && (st = p->sink.put(p->sink.ctx, bytes, (size_t)n, err)) == ST_OK && BIO_reset(p->out) != 1)
		st = failed(err);
	return st;
}

enum status
crypt_part_add(struct crypt_part *p, const void *bytes, size_t n, struct err *err)
{
	const char *at = bytes;
	enum status st;
	size_t part;

	if (n > p->left)
		return err_set(err, ST_LIMIT, _("a part of %ju bytes"), (uintmax_t)p->n);
	p->left -= n;
	for (; n > 0; at += part, n -= part) {
		part = n < (size_t)64 << 10 ? n : (size_t)64 << 10;
		if (BIO_write(p->chain, at, (int)part) != (int)part)
			return failed(err);
		if ((st = drain(p, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
crypt_part_end(struct crypt_part *p, struct err *err)
{
	unsigned char *der = NULL;
	struct str text, env;
	enum status st;

	if (p->left != 0)
		return err_set(err, ST_LIMIT, _("a part of %ju bytes"), (uintmax_t)p->n);
	if (BIO_flush(p->chain) != 1 || CMS_dataFinal(p->cms, p->chain) != 1)
		return failed(err);
	if ((st = drain(p, err)) != ST_OK || (st = encode(p, &der, &text, err)) != ST_OK)
		return st;
	/* The tag is the last thing in the structure. */
	if (!der_only(text, DER_SEQUENCE, &env) || text.n < CRYPT_TAIL || crypt_tail((const unsigned char *)text.p + text.n - CRYPT_TAIL, err) != ST_OK)
		st = err_set(err, ST_NOMEM, _("encryption failed"));
	else
		st = p->sink.put(p->sink.ctx, text.p + text.n - CRYPT_TAIL, CRYPT_TAIL, err);
	OPENSSL_free(der);
	return st;
}

void
crypt_part_close(struct crypt_part *p)
{
	if (p == NULL)
		return;
	if (p->chain != NULL)
		BIO_free_all(p->chain);		/* ${out} is its end */
	else
		BIO_free(p->out);
	CMS_ContentInfo_free(p->cms);
	buf_free(&p->head);
	mem_free(p);
	ERR_clear_error();
}
