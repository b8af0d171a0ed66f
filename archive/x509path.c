/* x509path.c: chains and revocation through OpenSSL's verifier, its findings sorted into what they mean for evidence. */
#include "archive/x509path.h"

#include <string.h>

#include <openssl/err.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "core/i18n.h"

/* What the callback notes; OpenSSL hands it around by ex_data of the context. */
struct notes {
	time_t	 at;
	STACK_OF(X509_CRL) *crls;
	bool	 later;		/* one CRL that was fetched afterwards is looked at */
	bool	 forged;	/* and nothing it says counts */
	bool	 revoked;
	uint64_t missing;	/* certificates of the chain, by their depth, of which no CRL tells */
};
static int notes_index = -1;

/* OpenSSL forgets the current CRL where it has complained of its time: then it is looked for among all. */
static bool
revoked_by(X509_STORE_CTX *ctx, const struct notes *n)
{
	X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	X509_REVOKED *entry = NULL;
	time_t at = n->at;
	bool found = false;
	int i;

	for (i = crl != NULL ? -1 : 0; cert != NULL && i < (crl != NULL || n->crls == NULL ? 0 : sk_X509_CRL_num(n->crls)); i++) {
		X509_CRL *one = crl != NULL ? crl : sk_X509_CRL_value(n->crls, i);

		if (X509_CRL_get0_by_cert(one, &entry, cert) != 1 || entry == NULL)
			continue;
		found = true;
		if (X509_cmp_time(X509_REVOKED_get0_revocationDate(entry), &at) <= 0)
			return true;
	}
	return !found;
}

/* An authority may leave certificates out of its CRLs once they have ended. */
static bool
still_listed(X509_STORE_CTX *ctx)
{
	X509_CRL *crl = X509_STORE_CTX_get0_current_crl(ctx);
	X509 *cert = X509_STORE_CTX_get_current_cert(ctx);
	int days, seconds;

	return crl != NULL && cert != NULL && ASN1_TIME_diff(&days, &seconds, X509_CRL_get0_lastUpdate(crl), X509_get0_notAfter(cert)) == 1 && days >= 0 &&
	    seconds >= 0;
}

static int
on_finding(int ok, X509_STORE_CTX *ctx)
{
	struct notes *n = X509_STORE_CTX_get_ex_data(ctx, notes_index);
	int error, depth;

	if (ok || n == NULL)
		return ok;
	error = X509_STORE_CTX_get_error(ctx);
	depth = X509_STORE_CTX_get_error_depth(ctx);
	if (error == X509_V_ERR_CRL_NOT_YET_VALID && n->later && still_listed(ctx))
		return 1;
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_NOT_YET_VALID:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_DIFFERENT_CRL_SCOPE:
	case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
		n->missing |= depth >= 0 && depth < 64 ? UINT64_C(1) << depth : 1;	/* whether that matters is the trust's to say */
		return 1;
	case X509_V_ERR_CERT_REVOKED:
		if (n->later && n->forged)
			return 1;
		n->revoked = revoked_by(ctx, n);
		return !n->revoked;
	case X509_V_ERR_CRL_SIGNATURE_FAILURE:
		if (n->later) {
			n->forged = true;
			n->missing = UINT64_MAX;
			return 1;
		}
		return 0;
	default:
		return 0;
	}
}

static enum x509path_result
sort(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
	case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
	case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
	case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
	case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
	case X509_V_ERR_CERT_UNTRUSTED:
	case X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION:
	case X509_V_ERR_UNSPECIFIED:
	case X509_V_ERR_OUT_OF_MEM:
		return X509PATH_UNKNOWN;
	case X509_V_ERR_CERT_NOT_YET_VALID:
	case X509_V_ERR_CERT_HAS_EXPIRED:
		return X509PATH_TIME;
	case X509_V_ERR_CERT_REVOKED:
		return X509PATH_REVOKED;
	default:
		return X509PATH_BAD;
	}
}

/* A key usage that is there must allow what the key did. */
static bool
may_sign(X509 *leaf)
{
	uint32_t usage = X509_get_key_usage(leaf);

	return usage == UINT32_MAX || (usage & (KU_DIGITAL_SIGNATURE | KU_NON_REPUDIATION)) != 0;
}

static bool
prepare(X509_STORE_CTX *ctx, STACK_OF(X509_CRL) *crls, int64_t at_s, bool tsa, struct notes *notes)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(ctx);
	unsigned long flags = X509_V_FLAG_TRUSTED_FIRST;

	if (crls != NULL && sk_X509_CRL_num(crls) > 0) {
		X509_STORE_CTX_set0_crls(ctx, crls);
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	} else
		notes->missing = UINT64_MAX;
	X509_VERIFY_PARAM_set_time(param, (time_t)at_s);
	X509_STORE_CTX_set_verify_cb(ctx, on_finding);
	return X509_VERIFY_PARAM_set_flags(param, flags) == 1 &&
	    X509_VERIFY_PARAM_set_purpose(param, tsa ? X509_PURPOSE_TIMESTAMP_SIGN : X509_PURPOSE_ANY) == 1 &&
	    X509_STORE_CTX_set_ex_data(ctx, notes_index, notes) == 1;
}

/* One reading of the chain with OpenSSL's verifier; ${error}: its word on it, X509_V_OK when good.  ${chain} may be NULL. */
static enum status
run(X509 *leaf, STACK_OF(X509) *others, STACK_OF(X509_CRL) *crls, X509_STORE *roots, bool tsa, struct notes *notes, int *error, STACK_OF(X509) **chain,
    struct err *err)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();

	notes->crls = crls;
	*error = X509_V_ERR_OUT_OF_MEM;
	if (ctx == NULL || X509_STORE_CTX_init(ctx, roots, leaf, others) != 1 || !prepare(ctx, crls, (int64_t)notes->at, tsa, notes)) {
		X509_STORE_CTX_free(ctx);
		ERR_clear_error();
		return err_oom(err, 0);
	}
	*error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
	if (*error == X509_V_OK && chain != NULL)
		*chain = X509_STORE_CTX_get1_chain(ctx);
	X509_STORE_CTX_free(ctx);
	ERR_clear_error();
	return ST_OK;
}

/* Is it a list of an authority of this chain? */
static bool
concerns(const X509_CRL *crl, STACK_OF(X509) *chain)
{
	int i;

	for (i = 0; i < sk_X509_num(chain); i++)
		if (X509_NAME_cmp(X509_CRL_get_issuer(crl), X509_get_issuer_name(sk_X509_value(chain, i))) == 0)
			return true;
	return false;
}

/* Each alone: of several of one issuer OpenSSL would choose one. */
static enum status
ask_later(X509 *leaf, STACK_OF(X509) *others, STACK_OF(X509_CRL) *later, X509_STORE *roots, int64_t at_s, bool tsa, uint64_t *missing,
    struct x509path *out, struct err *err)
{
	STACK_OF(X509_CRL) *one = sk_X509_CRL_new_null();
	enum status st = one == NULL ? err_oom(err, 0) : ST_OK;
	int i, error;

	for (i = 0; st == ST_OK && out->result == X509PATH_GOOD && i < sk_X509_CRL_num(later); i++) {
		struct notes notes = { .at = (time_t)at_s, .later = true };

		if (!concerns(sk_X509_CRL_value(later, i), out->chain))
			continue;
		sk_X509_CRL_zero(one);
		if (sk_X509_CRL_push(one, sk_X509_CRL_value(later, i)) <= 0)
			st = err_oom(err, 0);
		else if ((st = run(leaf, others, one, roots, tsa, &notes, &error, NULL, err)) != ST_OK)
			break;
		else if (notes.revoked)
			out->result = X509PATH_REVOKED;
		else if (error == X509_V_OK)
			*missing &= notes.missing;
	}
	sk_X509_CRL_free(one);
	return st;
}

enum status
x509path_build(X509 *leaf, STACK_OF(X509) *others, STACK_OF(X509_CRL) *crls, STACK_OF(X509_CRL) *later, X509_STORE *roots, int64_t at_s, bool tsa,
    struct x509path *out, struct err *err)
{
	struct notes notes = { .at = (time_t)at_s };
	enum status st;
	int error, n;

	memset(out, 0, sizeof(*out));
	out->why = "";
	out->result = X509PATH_UNKNOWN;
	if (roots == NULL) {
		out->why = _("no roots are given");
		return ST_OK;
	}
	if (notes_index < 0)
		notes_index = X509_STORE_CTX_get_ex_new_index(0, NULL, NULL, NULL, NULL);
	if ((st = run(leaf, others, crls, roots, tsa, &notes, &error, &out->chain, err)) != ST_OK)
		return st;
	if (error != X509_V_OK) {
		out->result = sort(error);
		out->why = X509_verify_cert_error_string(error);
	} else if (!may_sign(leaf)) {
		out->result = X509PATH_BAD;
		out->why = _("its key usage does not allow signatures");
	} else {
		out->result = X509PATH_GOOD;
		if (later != NULL && (st = ask_later(leaf, others, later, roots, at_s, tsa, &notes.missing, out, err)) != ST_OK)
			return st;
	}
	n = out->chain == NULL ? 0 : sk_X509_num(out->chain);
	out->crl_missing = n > 0 && n < 64 ? (notes.missing & ((UINT64_C(1) << n) - 1)) != 0 : notes.missing != 0;
	return ST_OK;
}

void
x509path_free(struct x509path *p)
{
	sk_X509_pop_free(p->chain, X509_free);
	p->chain = NULL;
}

bool
x509path_has(const struct x509path *p, struct str der, bool below_root)
{
	int i, n = p->chain == NULL ? 0 : sk_X509_num(p->chain);
	bool found = false;

	for (i = 0; i < n - (below_root && n > 1 ? 1 : 0) && !found; i++) {
		unsigned char *bytes = NULL;
		int n_bytes = i2d_X509(sk_X509_value(p->chain, i), &bytes);

		found = n_bytes > 0 && (size_t)n_bytes == der.n && memcmp(bytes, der.p, der.n) == 0;
		OPENSSL_free(bytes);
	}
	return found;
}

bool
x509path_useful(STACK_OF(X509) *stack, X509 *leaf)
{
	int n = sk_X509_num(stack), i, j;
	uint64_t useful = 0, before;

	for (i = 0; i < n && i < 64; i++)
		if (X509_cmp(sk_X509_value(stack, i), leaf) == 0)
			useful |= UINT64_C(1) << i;
	do {
		before = useful;
		for (i = 0; i < n; i++)
			for (j = 0; j < n; j++) {
				X509 *issuer = sk_X509_value(stack, i), *issued = sk_X509_value(stack, j);

				if (i != j && (useful >> j & 1) != 0 && (useful >> i & 1) == 0 && X509_check_issued(issuer, issued) == X509_V_OK &&
				    X509_verify(issued, X509_get0_pubkey(issuer)) == 1)
					useful |= UINT64_C(1) << i;
			}
	} while (useful != before);
	ERR_clear_error();
	return n < 64 && useful == (UINT64_C(1) << n) - 1;
}

enum status
x509path_stack(const struct str *certs, size_t n, STACK_OF(X509) **out, struct err *err)
{
	size_t i;

	if ((*out = sk_X509_new_null()) == NULL)
		return err_oom(err, 0);
	for (i = 0; i < n; i++) {
		const unsigned char *p = (const unsigned char *)certs[i].p;
		X509 *x = d2i_X509(NULL, &p, (long)certs[i].n);

		if (x != NULL && p == (const unsigned char *)certs[i].p + certs[i].n && sk_X509_push(*out, x) > 0)
			continue;
		X509_free(x);
		sk_X509_pop_free(*out, X509_free);
		*out = NULL;
		ERR_clear_error();
		return err_set(err, ST_CORRUPT, _("a certificate inside is damaged"));
	}
	return ST_OK;
}
