/* test_signer.c: which keys and certificates may sign, and what of a time-stamp authority's answer is kept.  Keys are made here. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/ts.h>
#include <openssl/x509v3.h>

#include "archive/cms.h"
#include "archive/tsp.h"
#include "archive/tsp_verify.h"
#include "core/when.h"

#define YEAR_S	(365L * 86400)

static struct err err;
static const char *status_text;
static long status_code;
static EVP_PKEY *tsa_key;
static X509 *tsa_cert;

static void
extend(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_nconf_nid(NULL, NULL, nid, value);

	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

/* Signed by itself; valid from ${from_s} to ${to_s}, counted from now. */
static X509 *
certify(EVP_PKEY *key, const EVP_MD *md, const char *usage, const char *purpose, long from_s, long to_s)
{
	X509 *x = X509_new();

	assert_non_null(x);
	assert_int_equal(X509_set_version(x, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x), 7), 1);
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_UTF8, (const unsigned char *)"Test", -1, -1, 0), 1);
	assert_int_equal(X509_set_issuer_name(x, X509_get_subject_name(x)), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x), from_s));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x), to_s));
	assert_int_equal(X509_set_pubkey(x, key), 1);
	extend(x, NID_key_usage, usage);
	if (purpose != NULL)
		extend(x, NID_ext_key_usage, purpose);
	assert_true(X509_sign(x, key, md) > 0);
	return x;
}

/* Open a signer with this certificate and the private key ${own}; what it said is in ${err}. */
static enum status
open_signer(X509 *x, EVP_PKEY *own, struct cms_signer **s)
{
	char name[] = "/tmp/test-signer-XXXXXX", *p;
	FILE *f = fdopen(mkstemp(name), "w");
	BIO *bio = BIO_new(BIO_s_mem());
	enum status st;
	long n;

	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, x), 1);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(PEM_write_bio_PrivateKey(bio, own, NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_get_mem_data(bio, &p);
	err_init(&err);
	st = cms_signer_open(s, "administrator", name, (struct str){ p, (size_t)n }, &err);
	BIO_free(bio);
	assert_int_equal(unlink(name), 0);
	return st;
}

static void
refused(X509 *x, EVP_PKEY *own, const char *why)
{
	struct cms_signer *s;

	assert_int_equal(open_signer(x, own, &s), ST_DENIED);
	assert_null(s);
	if (strstr(err.text, why) == NULL)
		fail_msg("%s, not: %s", err.text, why);
	X509_free(x);
}

static void
refusals(void **state)
{
	EVP_PKEY *good = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256"), *p521 = EVP_EC_gen("P-521"), *rsa = EVP_RSA_gen(2048);
	EVP_PKEY *ed = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	const char *sign = "critical,digitalSignature";
	struct cms_signer *s;
	X509 *x;

	(void)state;
	refused(certify(rsa, EVP_sha256(), sign, NULL, 0, YEAR_S), rsa, "2048 bits is too weak");
	refused(certify(p521, EVP_sha256(), sign, NULL, 0, YEAR_S), p521, "curve secp521r1");
	refused(certify(ed, NULL, sign, NULL, 0, YEAR_S), ed, "neither an RSA nor an ECDSA nor an SM2 key");
	refused(certify(good, EVP_sha256(), "critical,keyEncipherment", NULL, 0, YEAR_S), good, "not for signatures");
	refused(certify(good, EVP_sha256(), sign, NULL, 0, YEAR_S), other, "does not belong");
	x = certify(good, EVP_sha256(), sign, NULL, -86400, 86400);
	assert_int_equal(open_signer(x, good, &s), ST_OK);
	assert_int_equal(cms_signer_valid_at(s, when_now_ms(), &err), ST_OK);
	assert_int_equal(cms_signer_valid_at(s, when_now_ms() + 2 * 86400 * 1000, &err), ST_DENIED);
	assert_non_null(strstr(err.text, "no longer valid"));
	assert_int_equal(cms_signer_valid_at(s, when_now_ms() - 2 * 86400 * 1000, &err), ST_DENIED);
	assert_non_null(strstr(err.text, "not yet valid"));
	cms_signer_close(s);
	X509_free(x);
	EVP_PKEY_free(good);
	EVP_PKEY_free(other);
	EVP_PKEY_free(p521);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ed);
}

/* --- time stamps --- */

static ASN1_INTEGER *
serial(TS_RESP_CTX *ctx, void *data)
{
	ASN1_INTEGER *n = ASN1_INTEGER_new();

	(void)ctx;
	(void)data;
	assert_int_equal(ASN1_INTEGER_set(n, 42), 1);
	return n;
}

/* Answers as OpenSSL does, with ${status_code} and the words of ${status_text} put in. */
static enum status
answer(struct transport *net, const struct http_request *req, struct http_response *res, struct err *e)
{
	TS_RESP_CTX *ctx = TS_RESP_CTX_new();
	BIO *query = BIO_new_mem_buf(req->body.p, (int)req->body.n);
	ASN1_OBJECT *policy = OBJ_txt2obj("1.2.3.4", 1);
	TS_STATUS_INFO *info = TS_STATUS_INFO_new();
	unsigned char *der = NULL;
	TS_RESP *resp;
	int n;

	(void)net;
	assert_int_equal(TS_RESP_CTX_set_signer_cert(ctx, tsa_cert) & TS_RESP_CTX_set_signer_key(ctx, tsa_key) & TS_RESP_CTX_set_def_policy(ctx, policy) &
	    TS_RESP_CTX_add_md(ctx, EVP_sha256()) & TS_RESP_CTX_set_signer_digest(ctx, EVP_sha256()) &
	    TS_RESP_CTX_set_ess_cert_id_digest(ctx, EVP_sha256()), 1);
	TS_RESP_CTX_set_serial_cb(ctx, serial, NULL);
	assert_non_null(resp = TS_RESP_create_response(ctx, query));
	if (status_code > 1) {	/* what is not granted has no token */
		TS_RESP_free(resp);
		assert_non_null(resp = TS_RESP_new());
	}
	assert_int_equal(TS_STATUS_INFO_set_status(info, (int)status_code), 1);
	if (status_text != NULL) {	/* PKIStatusInfo with statusString, by its bytes: there is no public setter */
		const unsigned char *p;
		unsigned char bytes[64] = { 0x30, 0, 0x02, 0x01, (unsigned char)status_code, 0x30, 0, 0x0c, 0 };
		size_t len = strlen(status_text);

		bytes[8] = (unsigned char)len;
		bytes[6] = (unsigned char)(len + 2);
		bytes[1] = (unsigned char)(len + 7);
		memcpy(bytes + 9, status_text, len);
		TS_STATUS_INFO_free(info);
		p = bytes;
		assert_non_null(info = d2i_TS_STATUS_INFO(NULL, &p, (long)len + 9));
	}
	assert_int_equal(TS_RESP_set_status_info(resp, info), 1);
	assert_true((n = i2d_TS_RESP(resp, &der)) > 0);
	res->status = 200;
	assert_int_equal(buf_add(&res->body, der, (size_t)n, e), ST_OK);
	OPENSSL_free(der);
	TS_STATUS_INFO_free(info);
	TS_RESP_free(resp);
	ASN1_OBJECT_free(policy);
	BIO_free(query);
	TS_RESP_CTX_free(ctx);
	return ST_OK;
}

static enum status
fetch(long code, const char *text, struct buf *reply)
{
	struct transport net = { answer, NULL };
	int64_t ms;

	status_code = code;
	status_text = text;
	buf_clear(reply);
	return tsp_fetch(&net, "http://127.0.0.1/tsa", NULL, STR("what is stamped"), reply, &ms, &err);
}

/* Words beside "granted" are not kept, since nobody signs them; what is kept is what the verifier wants. */
static void
status_words(void **state)
{
	struct cms_world w = { .roots = X509_STORE_new() };
	int64_t gen_ms, ends_ms;
	struct buf reply, plain;

	(void)state;
	tsa_key = EVP_EC_gen("P-256");
	tsa_cert = certify(tsa_key, EVP_sha256(), "critical,digitalSignature", "critical,timeStamping", -86400, YEAR_S);
	assert_int_equal(X509_STORE_add_cert(w.roots, tsa_cert), 1);
	buf_init(&reply, 1u << 16);
	buf_init(&plain, 1u << 16);
	err_init(&err);
	assert_int_equal(fetch(0, NULL, &plain), ST_OK);
	assert_int_equal(tsp_verify(buf_str(&plain), STR("what is stamped"), &w, &gen_ms, &ends_ms, &err), ST_OK);
	assert_int_equal(fetch(0, "Operation Okay", &reply), ST_OK);
	assert_null(memmem(reply.p, reply.n, "Operation", 9));
	assert_int_equal(tsp_verify(buf_str(&reply), STR("what is stamped"), &w, &gen_ms, &ends_ms, &err), ST_OK);
	assert_int_equal(fetch(1, NULL, &reply), ST_REMOTE);	/* granted with changes */
	assert_int_equal(fetch(2, "bad request", &reply), ST_REMOTE);
	assert_non_null(strstr(err.text, "bad request"));
	assert_int_equal(fetch(3, NULL, &reply), ST_RETRY);
	assert_int_equal(reply.n, 0);
	buf_free(&plain);
	buf_free(&reply);
	X509_STORE_free(w.roots);
	X509_free(tsa_cert);
	EVP_PKEY_free(tsa_key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(refusals), cmocka_unit_test(status_words) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
