/* cms_crl.c: revocation lists as they come from the network, which anybody may have changed on the way. */
#include "archive/cms_parts.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "archive/x509path.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/when.h"

enum status
cms_crl_pem(struct str in, struct buf *pem, struct err *err)
{
	const unsigned char *p = (const unsigned char *)in.p;
	X509_CRL *crl = NULL;
	BIO *from = NULL, *to = NULL;
	enum status st;
	char *text;
	long n;

	if (in.n > LIMIT_CRL)
		return err_set(err, ST_LIMIT, _("a revocation list of more than %zu bytes"), LIMIT_CRL);
	ERR_clear_error();
	if (in.n > 0 && in.p[0] == 0x30) {
		if ((crl = d2i_X509_CRL(NULL, &p, (long)in.n)) != NULL && p != (const unsigned char *)in.p + in.n) {
			X509_CRL_free(crl);
			crl = NULL;
		}
	} else if (in.n > 0 && (from = BIO_new_mem_buf(in.p, (int)in.n)) != NULL)
		crl = PEM_read_bio_X509_CRL(from, NULL, NULL, NULL);
	if (crl == NULL)
		st = cms_why(err, ST_INPUT, _("not a revocation list"));
	else if ((to = BIO_new(BIO_s_mem())) == NULL || PEM_write_bio_X509_CRL(to, crl) != 1)
		st = cms_why(err, ST_NOMEM, _("no memory for a revocation list"));
	else {
		n = BIO_get_mem_data(to, &text);
		st = buf_add(pem, text, (size_t)n, err);
	}
	ERR_clear_error();
	X509_CRL_free(crl);
	BIO_free(from);
	BIO_free(to);
	return st;
}

enum status
cms_crl_fits(const struct cms_signer *s, struct str pem, struct x509_store_st *roots, struct err *err)
{
	BIO *in = pem.n > INT32_MAX ? NULL : BIO_new_mem_buf(pem.p, (int)pem.n);
	X509_CRL *crl = in == NULL ? NULL : PEM_read_bio_X509_CRL(in, NULL, NULL, NULL);
	STACK_OF(X509_CRL) *list = sk_X509_CRL_new_null();
	struct x509path path = { .chain = NULL };
	enum status st = ST_OK;

	if (crl == NULL || list == NULL || sk_X509_CRL_push(list, crl) <= 0) {
		X509_CRL_free(crl);
		st = cms_why(err, ST_INPUT, _("not a revocation list"));
	} else if (roots != NULL && (st = x509path_build(s->cert, s->chain, list, NULL, roots, when_now_ms() / 1000, false, &path, err)) == ST_OK) {
		if (path.result == X509PATH_BAD)
			st = err_set(err, ST_INPUT, _("the revocation list does not stand: %s"), path.why);
		else if (path.result == X509PATH_REVOKED)
			st = err_set(err, ST_DENIED, _("the certificate of %s is revoked"), s->role);
	}
	x509path_free(&path);
	sk_X509_CRL_pop_free(list, X509_CRL_free);
	BIO_free(in);
	ERR_clear_error();
	return st;
}
