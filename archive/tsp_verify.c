/* tsp_verify.c: RFC 3161 tokens; see tsp_verify.h. */
#include "archive/tsp_verify.h"

#include <stdio.h>
#include <time.h>

#include <openssl/asn1.h>

#include "archive/der.h"
#include "archive/signed.h"
#include "core/i18n.h"
#include "core/when.h"

#define TSA_RSA_BITS	2048	/* authorities renew their keys more often than signers */
#define GRANTED		"\x30\x03\x02\x01\x00"	/* PKIStatusInfo: status 0, no text, no failure */

struct tst { enum digest_alg alg; struct str hash; int64_t gen_ms; };

static enum status
broken(const char *what, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("not the strict structure the format demands: %s"), what);
}

static bool
two(const char *p, int min, int max, int *out)
{
	if (p[0] < '0' || p[0] > '9' || p[1] < '0' || p[1] > '9')
		return false;
	*out = (p[0] - '0') * 10 + (p[1] - '0');
	return *out >= min && *out <= max;
}

/* GeneralizedTime YYYYMMDDhhmmss[.f…]Z, through the one place that knows the calendar. */
static bool
gen_time(struct str t, int64_t *ms)
{
	char text[25];
	size_t i;
	int h, l;

	if (t.n < 15 || t.p[t.n - 1] != 'Z' || !two(t.p, 0, 99, &h) || !two(t.p + 2, 0, 99, &l))
		return false;
	if (t.n > 15 && (t.p[14] != '.' || t.n < 17 || t.p[t.n - 2] == '0'))	/* X.690 11.7: no trailing zeros */
		return false;
	for (i = 15; i + 1 < t.n; i++)
		if (t.p[i] < '0' || t.p[i] > '9')
			return false;
	memcpy(text, "0000-00-00T00:00:00.000Z", sizeof(text));
	memcpy(text, t.p, 4);
	memcpy(text + 5, t.p + 4, 2);
	memcpy(text + 8, t.p + 6, 2);
	memcpy(text + 11, t.p + 8, 2);
	memcpy(text + 14, t.p + 10, 2);
	memcpy(text + 17, t.p + 12, 2);
	for (i = 15; i + 1 < t.n && i < 18; i++)
		text[20 + i - 15] = t.p[i];
	return when_parse_utc((struct str){ text, 24 }, ms, NULL) == ST_OK;
}

static enum status
check_extensions(struct str list, struct err *err)
{
	struct str one, oid, critical;

	while (list.n > 0) {
		if (!der_take(&list, DER_SEQUENCE, &one, NULL) || !der_take(&one, DER_OID, &oid, NULL))
			return broken("TSTInfo extensions", err);
		if (der_take(&one, DER_BOOLEAN, &critical, NULL))
			return err_set(err, ST_UNSURE, _("the token has a critical extension this program does not know"));
	}
	return ST_OK;
}

/* TSTInfo ::= version, policy, messageImprint, serialNumber, genTime, [accuracy], [ordering], [nonce], [tsa], [extensions] */
static enum status
read_tst(struct str in, struct tst *t, struct err *err)
{
	struct str v, imprint, ext;

	if (!der_only(in, DER_SEQUENCE, &in) || !der_take(&in, DER_INTEGER, &v, NULL) || !DER_IS(v, "\x01") || !der_take(&in, DER_OID, NULL, NULL))
		return broken("TSTInfo", err);
	if (!der_take(&in, DER_SEQUENCE, &imprint, NULL) || !der_take(&imprint, DER_SEQUENCE, &v, NULL))
		return broken("messageImprint", err);
	if (!signed_alg(v, &t->alg))
		return signed_no_digest(v, err);
	if (!der_take(&imprint, DER_OCTETS, &t->hash, NULL) || imprint.n != 0)
		return broken("messageImprint", err);
	if (!der_take(&in, DER_INTEGER, NULL, NULL) || !der_take(&in, DER_GENTIME, &v, NULL) || !gen_time(v, &t->gen_ms))
		return broken("genTime", err);
	(void)der_take(&in, DER_SEQUENCE, NULL, NULL);
	(void)der_take(&in, DER_BOOLEAN, NULL, NULL);
	(void)der_take(&in, DER_INTEGER, NULL, NULL);
	(void)der_take(&in, DER_CONTEXT(0u), NULL, NULL);
	ext = STR_NONE;
	(void)der_take(&in, DER_CONTEXT(1u), &ext, NULL);
	if (in.n != 0)
		return broken("TSTInfo", err);
	return ext.p == NULL ? ST_OK : check_extensions(ext, err);
}

/*
 * Every certificate inside leads from the authority's upwards.  One that goes beyond the root that is trusted (a cross certificate) cannot be
 * checked with that root, so its bytes are nobody's word.
 */
static enum status
check_useful(const struct signed_data *s, STACK_OF(X509) *inside, X509 *cert, const struct x509path *path, struct err *err)
{
	size_t i;

	if (!x509path_useful(inside, cert))
		return err_set(err, ST_CORRUPT, _("the token carries a certificate without use"));
	for (i = 0; path->result == X509PATH_GOOD && i < s->n_certs; i++)
		if (!x509path_has(path, s->certs[i], false))
			return err_set(err, ST_UNSURE, _("the token carries a certificate beyond the root that is trusted: trust the root it leads to instead"));
	return ST_OK;
}

static int64_t
end_of(X509 *cert)
{
	struct tm tm;
	char text[21];
	int64_t ms;

	if (ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) != 1)
		return INT64_MAX;
	if (snprintf(text, sizeof(text), "%04d-%02d-%02dT%02d:%02d:%02dZ", (tm.tm_year + 1900) % 10000, (tm.tm_mon + 1) % 100, tm.tm_mday % 100,
	    tm.tm_hour % 100, tm.tm_min % 100, tm.tm_sec % 100) != 20 || when_parse_utc((struct str){ text, 20 }, &ms, NULL) != ST_OK)
		return INT64_MAX;
	return ms;
}

static enum status
judge_authority(const struct signed_data *s, X509 *cert, const struct cms_world *w, int64_t gen_ms, struct err *err)
{
	struct x509path path = { .chain = NULL };
	struct cms_world at_gen = *w;
	STACK_OF(X509) *others = NULL;
	enum status st;

	/* Whatever the token says of the time, its own certificate must have been valid then. */
	at_gen.at_proven = true;
	if ((st = x509path_stack(s->certs, s->n_certs, &others, err)) != ST_OK ||
	    (st = x509path_build(cert, others, w->crls, w->later, w->roots, gen_ms / 1000, true, &path, err)) != ST_OK ||
	    (st = check_useful(s, others, cert, &path, err)) != ST_OK)
		goto out;
	if (path.result == X509PATH_UNKNOWN)
		st = err_set(err, ST_UNSURE, _("the time-stamp authority is not one that is trusted: %s"), path.why);
	else
		st = cms_verify_path(&path, &at_gen, err);
out:
	x509path_free(&path);
	sk_X509_pop_free(others, X509_free);
	return st;
}

enum status
tsp_verify(struct str der, struct str data, const struct cms_world *w, int64_t *gen_ms, int64_t *ends_ms, struct err *err)
{
	unsigned char hash[DIGEST_MAX];
	struct signed_data s;
	struct str in, v;
	X509 *cert = NULL;
	struct tst t;
	enum status st;

	*gen_ms = WHEN_UNKNOWN;
	if (!der_only(der, DER_SEQUENCE, &in) || !der_take(&in, DER_SEQUENCE, NULL, &v))
		return broken("TimeStampResp", err);
	if (!DER_IS(v, GRANTED))
		return err_set(err, ST_CORRUPT, _("the answer of the authority is not a plain \"granted\""));
	if ((st = signed_parse(in, STR(OID_TSTINFO), true, &s, err)) != ST_OK || (st = read_tst(s.content, &t, err)) != ST_OK)
		return st;
	if ((st = digest_of(t.alg, data.p, data.n, hash, err)) != ST_OK)
		return st;
	if (!der_is(t.hash, hash, digest_size(t.alg)))
		return err_set(err, ST_CORRUPT, _("the token is over other data"));
	if ((st = signed_signer(&s, &cert, err)) == ST_OK && (st = signed_check(&s, STR(OID_TSTINFO), s.content, cert, TSA_RSA_BITS, err)) == ST_OK &&
	    (st = judge_authority(&s, cert, w, t.gen_ms, err)) == ST_OK &&
	    /* Now, not then: with an algorithm that no longer holds, a token with an old date can be made today.  seal/sha256sums.txt itself stands on SHA-256. */
	    (st = algorithms_check(w->algorithms, &s, cert, w->now_ms, err)) == ST_OK &&
	    (st = algorithms_refuse(w->algorithms, t.alg, w->now_ms, err)) == ST_OK &&
	    (st = algorithms_refuse(w->algorithms, DIGEST_SHA256, w->now_ms, err)) == ST_OK) {
		*gen_ms = t.gen_ms;
		*ends_ms = end_of(cert);
	}
	X509_free(cert);
	return st;
}
