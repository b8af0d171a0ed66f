/* tsp.c: asking a time-stamp authority (RFC 3161 over HTTP, section 3.4), and the first look at its answer. */
#include "archive/tsp.h"

#include "archive/tsp_verify.h"

#include <openssl/asn1.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/ts.h>

#include "archive/der.h"
#include "core/digest.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/when.h"

#define NONCE_LEN	16

static enum status
broken(struct err *err, const char *what)
{
	ERR_clear_error();
	return err_set(err, ST_NOMEM, _("%s: the cryptographic library failed"), what);
}

static bool
set_nonce(TS_REQ *req, struct err *err)
{
	unsigned char octets[NONCE_LEN];
	ASN1_INTEGER *nonce = NULL;
	BIGNUM *bn = NULL;
	bool ok;

	ok = digest_random(octets, sizeof(octets), err) == ST_OK;
	octets[0] |= 0x40;	/* never short */
	octets[0] &= 0x7f;
	ok = ok && (bn = BN_bin2bn(octets, sizeof(octets), NULL)) != NULL && (nonce = BN_to_ASN1_INTEGER(bn, NULL)) != NULL &&
	    TS_REQ_set_nonce(req, nonce) == 1;
	ASN1_INTEGER_free(nonce);
	BN_free(bn);
	return ok;
}

static bool
set_imprint(TS_REQ *req, const unsigned char sha256[32])
{
	TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
	X509_ALGOR *alg = X509_ALGOR_new();
	bool ok;

	ok = imprint != NULL && alg != NULL && X509_ALGOR_set0(alg, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
	    TS_MSG_IMPRINT_set_algo(imprint, alg) == 1 && TS_MSG_IMPRINT_set_msg(imprint, (unsigned char *)(uintptr_t)sha256, 32) == 1 &&
	    TS_REQ_set_msg_imprint(req, imprint) == 1;
	X509_ALGOR_free(alg);
	TS_MSG_IMPRINT_free(imprint);
	return ok;
}

static enum status
make_request(struct str data, TS_REQ **out, struct buf *der, struct err *err)
{
	unsigned char sha256[32], *p = NULL;
	enum status st;
	int n;

	if ((st = digest_of(DIGEST_SHA256, data.p, data.n, sha256, err)) != ST_OK)
		return st;
	if ((*out = TS_REQ_new()) == NULL || TS_REQ_set_version(*out, 1) != 1 || !set_imprint(*out, sha256) || !set_nonce(*out, err) ||
	    TS_REQ_set_cert_req(*out, 1) != 1 || (n = i2d_TS_REQ(*out, &p)) <= 0)
		return broken(err, _("time-stamp request"));
	st = buf_add(der, p, (size_t)n, err);
	OPENSSL_free(p);
	return st;
}

static enum status
ask(struct transport *net, const char *url, const struct http_login *login, struct str query, struct http_response *res, struct err *err)
{
	static const struct http_header headers[] = {
		{ "Content-Type", { "application/timestamp-query", 27 } }, { "Accept", { "application/timestamp-reply", 27 } }
	};
	struct http_request req = { 0 };
	enum status st;

	req.method = "POST";
	req.url = url;
	req.login = login;
	req.headers = headers;
	req.n_headers = sizeof(headers) / sizeof(headers[0]);
	req.body = query;
	req.max_bytes = LIMIT_SIGNATURE;
	req.allow_http = true;
	if ((st = net->perform(net, &req, res, err)) != ST_OK)
		return st;
	if (res->status == 200)
		return ST_OK;
	if (res->status == 401 || res->status == 403)
		return err_set(err, ST_DENIED, _("the time-stamp authority refuses the login (HTTP status %ld)"), res->status);
	return err_set(err, res->status == 408 || res->status == 429 || res->status >= 500 ? ST_RETRY : ST_REMOTE,
	    _("the time-stamp authority answered with HTTP status %ld"), res->status);
}

/* RFC 3161 2.4.2: 0 granted, 1 granted with changes; "busy" is a rejection that may pass. */
static enum status
check_status(TS_RESP *resp, struct err *err)
{
	const TS_STATUS_INFO *info = TS_RESP_get_status_info(resp);
	long status = ASN1_INTEGER_get(TS_STATUS_INFO_get0_status(info));
	const STACK_OF(ASN1_UTF8STRING) *texts = TS_STATUS_INFO_get0_text(info);
	const ASN1_UTF8STRING *text = sk_ASN1_UTF8STRING_num(texts) > 0 ? sk_ASN1_UTF8STRING_value(texts, 0) : NULL;
	char shown[200] = "";
	int i, n = text == NULL ? 0 : ASN1_STRING_length(text);

	if (status == TS_STATUS_GRANTED)
		return ST_OK;
	for (i = 0; i < n && i < (int)sizeof(shown) - 1; i++) {
		char c = (char)ASN1_STRING_get0_data(text)[i];

		shown[i] = c >= 0x20 && c < 0x7f ? c : '?';
	}
	if (status == TS_STATUS_WAITING)
		return err_set(err, ST_RETRY, _("the time-stamp authority lets us wait"));
	return err_set(err, ST_REMOTE, _("the time-stamp authority refuses (status %ld) %s"), status, shown);
}

/* The answer must be DER to the last byte, and for our request: hash, nonce. */
static enum status
check(TS_REQ *req, struct str der, int64_t *gen_time_ms, struct err *err)
{
	const unsigned char *p = (const unsigned char *)der.p;
	const ASN1_INTEGER *nonce;
	TS_MSG_IMPRINT *got, *want = TS_REQ_get_msg_imprint(req);
	const ASN1_OCTET_STRING *a, *b;
	struct tm tm;
	TS_TST_INFO *info;
	TS_RESP *resp;
	enum status st;

	if ((resp = d2i_TS_RESP(NULL, &p, (long)der.n)) == NULL || p != (const unsigned char *)der.p + der.n) {
		st = err_set(err, ST_REMOTE, _("the time-stamp authority's answer is no time-stamp response"));
		goto out;
	}
	if ((st = check_status(resp, err)) != ST_OK)
		goto out;
	st = ST_REMOTE;
	if ((info = TS_RESP_get_tst_info(resp)) == NULL || TS_RESP_get_token(resp) == NULL) {
		err_set(err, st, _("the time-stamp authority's answer has no token"));
		goto out;
	}
	got = TS_TST_INFO_get_msg_imprint(info);
	a = got == NULL ? NULL : TS_MSG_IMPRINT_get_msg(got);
	b = TS_MSG_IMPRINT_get_msg(want);
	nonce = TS_TST_INFO_get_nonce(info);
	if (a == NULL || ASN1_OCTET_STRING_cmp(a, b) != 0 || nonce == NULL || ASN1_INTEGER_cmp(nonce, TS_REQ_get_nonce(req)) != 0)
		err_set(err, st, _("the time-stamp authority's answer is for another request"));
	else if (ASN1_TIME_to_tm(TS_TST_INFO_get_time(info), &tm) != 1)
		err_set(err, st, _("the time stamp names no time"));
	else {
		*gen_time_ms = (int64_t)timegm(&tm) * 1000;
		st = ST_OK;
	}
out:
	TS_RESP_free(resp);
	ERR_clear_error();
	return st;
}

/* An answer that a verifier would call INVALID must not be kept: nothing could take its place later. */
static enum status
check_evidence(struct str der, struct str data, struct err *err)
{
	const struct cms_world nobody = { .at_ms = when_now_ms() };
	int64_t gen_ms, ends_ms;
	enum status st = tsp_verify(der, data, &nobody, &gen_ms, &ends_ms, err);

	if (st != ST_CORRUPT)
		return st == ST_UNSURE ? ST_OK : st;	/* nobody is believed here, so "unknown authority" is the best there is */
	(void)err_in(err, "%s", _("the time-stamp authority's answer would be no evidence"));
	err->code = ST_REMOTE;
	return ST_REMOTE;
}

/*
 * The answer as it is kept: status "granted" and the token, byte for byte.  Words that an authority sends along with the status are signed by nobody,
 * so evidence does not have them.
 */
static enum status
keep(struct str der, struct buf *out, struct err *err)
{
	static const char granted[] = "\x30\x03\x02\x01";	/* and 0, the NUL at the end */
	struct str in, token;
	unsigned char head[6] = { DER_SEQUENCE };
	size_t n, i, n_len = 1;
	enum status st;

	if (!der_only(der, DER_SEQUENCE, &in) || !der_take(&in, DER_SEQUENCE, NULL, NULL) || !der_take(&in, DER_SEQUENCE, NULL, &token) || in.n != 0)
		return err_set(err, ST_REMOTE, _("the time-stamp authority's answer is not DER"));
	n = sizeof(granted) + token.n;
	if (n < 0x80)
		head[1] = (unsigned char)n;
	else {
		while (n >> 8 * n_len != 0)
			n_len++;
		head[1] = (unsigned char)(0x80 | n_len);
		for (i = 0; i < n_len; i++)
			head[2 + i] = (unsigned char)(n >> 8 * (n_len - 1 - i));
		n_len++;
	}
	if ((st = buf_add(out, head, 1 + n_len, err)) != ST_OK || (st = buf_add(out, granted, sizeof(granted), err)) != ST_OK)
		return st;
	return buf_str_add(out, token, err);
}

enum status
tsp_fetch(struct transport *net, const char *url, const struct http_login *login, struct str data, struct buf *reply, int64_t *gen_time_ms, struct err *err)
{
	struct http_response res;
	TS_REQ *req = NULL;
	struct buf query, kept;
	enum status st;

	buf_init(&query, 4096);
	http_response_init(&res);
	ERR_clear_error();
	buf_init(&kept, LIMIT_SIGNATURE);
	if ((st = make_request(data, &req, &query, err)) == ST_OK && (st = ask(net, url, login, buf_str(&query), &res, err)) == ST_OK &&
	    (st = check(req, buf_str(&res.body), gen_time_ms, err)) == ST_OK && (st = keep(buf_str(&res.body), &kept, err)) == ST_OK &&
	    (st = check_evidence(buf_str(&kept), data, err)) == ST_OK)
		st = buf_str_add(reply, buf_str(&kept), err);
	buf_free(&kept);
	http_response_free(&res);
	TS_REQ_free(req);
	buf_free(&query);
	return st;
}
