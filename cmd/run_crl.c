/* run_crl.c: what speaks against our signers' certificates before anything is signed: the trust's roles, revocation lists; and the lists kept beside signatures. */
#include "archive/cms.h"
#include "cmd/run.h"
#include "core/i18n.h"

enum status
run_get_crl(struct run *r, const char *url, struct http_response *res, struct err *err)
{
	struct http_request req = { .method = "GET", .url = url, .max_bytes = LIMIT_CRL, .allow_http = true };
	enum status st;

	http_response_clear(res);
	if ((st = r->net->perform(r->net, &req, res, err)) != ST_OK)
		return st;
	return res->status == 200 ? ST_OK : err_set(err, ST_INPUT, _("not a revocation list (HTTP status %ld)"), res->status);
}

enum status
run_crl(struct run *r, const struct cms_signer *s, const char *url, struct buf *pem, struct err *err)
{
	struct http_response res;
	struct trust trust;
	enum status st;

	http_response_init(&res);
	if ((st = run_get_crl(r, url, &res, err)) == ST_IO || st == ST_NOMEM || st == ST_INPUT)
		st = ST_REMOTE;		/* whatever is wrong with the network, it is not of the archive */
	/* Over plain http anybody may answer; a forged list would make the archive INVALID for ever, so the configured trust is asked. */
	if (st == ST_OK && (st = app_trust(r->app, NULL, &trust, err)) == ST_OK) {
		if ((st = cms_crl_pem(buf_str(&res.body), pem, err)) == ST_OK)
			st = cms_crl_fits(s, buf_str(pem), trust.roots, err);
		trust_free(&trust);
	}
	http_response_free(&res);
	return st;
}

/* The verifiers that are configured would call its signature INVALID: better told now. */
static enum status
check_role(struct run *r, const struct cms_signer *s, struct err *err)
{
	struct trust trust;
	enum status st;

	if ((st = app_trust(r->app, NULL, &trust, err)) != ST_OK)
		return st;
	if (trust_refuses(&trust, cms_signer_role(s), cms_signer_fingerprint(s))) {
		st = err_set(err, ST_DENIED, _("the trust names other certificates for the role %s"), cms_signer_role(s));
		(void)err_next(err, _("name the certificate of that role in [seal], or add it to the trust file"));
	}
	trust_free(&trust);
	return st;
}

enum status
run_refuse_signer(struct run *r, const struct cms_signer *s, struct err *err)
{
	const char *url;
	struct buf pem;
	struct err why;
	enum status st;
	size_t i;

	if ((st = check_role(r, s, err)) != ST_OK)
		return st;
	buf_init(&pem, LIMIT_CRL);
	for (i = 0; st == ST_OK && (url = cms_signer_crl_url(s, i)) != NULL; i++) {
		buf_clear(&pem);
		err_init(&why);
		st = run_crl(r, s, url, &pem, &why);
		if (st == ST_DENIED || st == ST_IO || st == ST_NOMEM || st == ST_STOPPED)
			*err = why;
		else
			st = ST_OK;	/* that there is no list is said when it is wanted beside the signature */
	}
	buf_free(&pem);
	if (st == ST_DENIED)
		(void)err_next(err, _("nothing was signed with it; name another certificate and key in [seal]"));
	return st;
}

enum status
run_refuse_signers(struct run *r, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < r->n_signers && st == ST_OK; i++)
		if (cms_signer_has_key(r->signers[i]))
			st = run_refuse_signer(r, r->signers[i], err);
	return st;
}
