/* evidence.c: tokens first, because they give the time at which signatures are judged; see evidence.h. */
#include "archive/evidence.h"

#include <inttypes.h>
#include <stdio.h>

#include "archive/cms_verify.h"
#include "archive/renewals.h"
#include "archive/tsp_verify.h"
#include "core/i18n.h"
#include "core/when.h"

void
evidence_init(struct evidence *e)
{
	size_t i;

	memset(e, 0, sizeof(*e));
	e->seal_status = ST_END;
	buf_init(&e->seal, LIMIT_SEAL + 1);
	buf_init(&e->sums, LIMIT_SIGNATURE);
	for (i = 0; i < SEAL_ROLES_MAX; i++) {
		buf_init(&e->signature[i], LIMIT_SIGNATURE);
		buf_init(&e->sm2_cert[i], LIMIT_SIGNATURE);
	}
	for (i = 0; i < GRAMMAR_TOKENS_MAX; i++)
		buf_init(&e->token[i], LIMIT_SIGNATURE);
}

void
evidence_free(struct evidence *e)
{
	size_t i;

	buf_free(&e->seal);
	buf_free(&e->sums);
	for (i = 0; i < SEAL_ROLES_MAX; i++) {
		buf_free(&e->signature[i]);
		buf_free(&e->sm2_cert[i]);
	}
	for (i = 0; i < GRAMMAR_TOKENS_MAX; i++)
		buf_free(&e->token[i]);
	sk_X509_pop_free(e->certs, X509_free);
	sk_X509_CRL_pop_free(e->crls, X509_CRL_free);
}

enum status
evidence_seal(struct evidence *e, struct err *err)
{
	e->seal_status = seal_parse(buf_str(&e->seal), &e->parsed, err);
	return e->seal_status;
}

enum status
evidence_pem(struct evidence *e, struct str pem, bool cert, struct err *err)
{
	enum status st;
	X509_CRL *crl;
	X509 *x;

	if (e->certs == NULL && (e->certs = sk_X509_new_null()) == NULL)
		return err_oom(err, 0);
	if (e->crls == NULL && (e->crls = sk_X509_CRL_new_null()) == NULL)
		return err_oom(err, 0);
	if (cert) {
		if ((st = cms_verify_pem_cert(pem, &x, err)) == ST_OK && sk_X509_push(e->certs, x) <= 0) {
			X509_free(x);
			st = err_oom(err, 0);
		}
		return st;
	}
	if ((st = cms_verify_pem_crl(pem, &crl, err)) == ST_OK && sk_X509_CRL_push(e->crls, crl) <= 0) {
		X509_CRL_free(crl);
		st = err_oom(err, 0);
	}
	return st;
}

static enum verdict
verdict_of(enum status st)
{
	return st == ST_OK ? VERDICT_VALID : st == ST_CORRUPT ? VERDICT_INVALID : VERDICT_INDETERMINATE;
}

/* A signature or token of the seal directory contradicts: that file is the member at fault. */
static void
at_member(struct verify_report *r, enum verdict v, const char *name, uint64_t at)
{
	if (v != VERDICT_INVALID || r->verdict == VERDICT_INVALID)
		return;
	snprintf(r->member, sizeof(r->member), "%s", name);
	r->offset = at;
	r->offset_in_file = false;
}

/* What later renewal archives say of it; the time as of which it is judged into ${at_ms}. */
static void
judge_renewals(const struct evidence *e, const struct trust *t, int64_t now_ms, struct verify_report *r, int64_t *at_ms)
{
	const struct renewals_evidence known = { &e->parsed, r->seal_sha256, e->has_tar ? e->tar : NULL, e->has_files ? e->files : NULL, e->tar_alg };
	struct renewals_answer a;
	char when[21];

	*at_ms = now_ms;
	if (t->renewals == NULL || e->pending)
		return;
	renewals_ask(t->renewals, t, &known, now_ms, &a);
	*at_ms = a.at_ms;
	if (a.against != NULL)
		verify_report_step(r, VERIFY_INTEGRITY, "renewal", VERDICT_INVALID, _("the renewal archive %s holds another hash for this archive: one of the two was changed"),
		    a.against->name);
	if (a.by == NULL)
		return;
	when_utc_s(a.by->at_ms, when);
	memcpy(r->vouched_by, a.by->name, sizeof(r->vouched_by));
	r->vouched_ms = a.by->at_ms;
	verify_report_step(r, VERIFY_AUTHENTICITY, "renewal", VERDICT_VALID, a.only_seal ?
	    _("the renewal archive %s vouches for it: on %s it held these same files of the seal") :
	    _("the renewal archive %s vouches for it: on %s it held the hash of this whole archive (%s)"), a.by->name, when, digest_name(e->tar_alg));
}

/* One that could have vouched, had it been VALID: said where somebody misses it. */
static void
say_refused(const struct trust *t, struct verify_report *r)
{
	const struct renewal_refused *f;

	if (r->verdict != VERDICT_INDETERMINATE || r->vouched_by[0] != '\0' || (f = renewals_could(t->renewals, r->seal.sequence)) == NULL)
		return;
	verify_report_step(r, VERIFY_AUTHENTICITY, "renewal", VERDICT_INDETERMINATE, _("the renewal archive %s vouches for nothing, for it is %s itself: %s"), f->name,
	    f->verdict == VERDICT_INVALID ? _("INVALID") : _("INDETERMINATE"), f->why);
}

struct token { int64_t gen_ms, ends_ms; bool good; };

static enum status
read_token(struct evidence *e, size_t i, const struct cms_world *w, struct verify_report *r, struct token *k, struct err *err)
{
	char id[32], name[64];
	enum status st;

	snprintf(id, sizeof(id), i == 0 ? "token" : "token.%zu", i + 1);
	snprintf(name, sizeof(name), i == 0 ? "seal/sha256sums.txt.tsr" : "seal/sha256sums.txt.%zu.tsr", i + 1);
	st = tsp_verify(buf_str(&e->token[i]), buf_str(&e->sums), w, &k->gen_ms, &k->ends_ms, err);
	if (st == ST_NOMEM)
		return st;
	at_member(r, verdict_of(st), name, e->at_token[i]);
	k->good = st == ST_OK;
	if (st != ST_OK)
		verify_report_step(r, VERIFY_AUTHENTICITY, id, verdict_of(st), _("time stamp: %s"), err == NULL ? "" : err->text);
	return ST_OK;
}

/*
 * Time T.  A token whose authority's certificate has ended proves nothing by itself any more; beside one that still does it is left aside, and alone it is a doubt.
 * ${proven}: nothing that was left aside is earlier than T.
 */
static enum status
judge_tokens(struct evidence *e, const struct trust *t, int64_t at_ms, int64_t now_ms, struct verify_report *r, bool *proven, struct err *err)
{
	struct cms_world w = { e->certs, e->crls, t->tsa_roots, at_ms, false, t->revocation_required, &t->algorithms, at_ms,
	    t->renewals == NULL ? NULL : t->renewals->crls };
	struct token k[GRAMMAR_TOKENS_MAX];
	int64_t live = WHEN_UNKNOWN, ended = WHEN_UNKNOWN;
	char id[32], when[21], ends[21];
	enum status st;
	size_t i;

	for (i = 0; i < e->n_tokens; i++) {
		if ((st = read_token(e, i, &w, r, &k[i], err)) != ST_OK)
			return st;
		if (k[i].good && k[i].ends_ms >= at_ms && (live == WHEN_UNKNOWN || k[i].gen_ms < live))
			live = k[i].gen_ms;
		if (k[i].good && k[i].ends_ms < at_ms && (ended == WHEN_UNKNOWN || k[i].gen_ms < ended))
			ended = k[i].gen_ms;
	}
	for (i = 0; i < e->n_tokens; i++) {
		if (!k[i].good)
			continue;
		snprintf(id, sizeof(id), i == 0 ? "token" : "token.%zu", i + 1);
		when_utc_s(k[i].gen_ms, when);
		when_utc_s(k[i].ends_ms, ends);
		if (k[i].ends_ms >= now_ms)
			verify_report_step(r, VERIFY_AUTHENTICITY, id, VERDICT_VALID, _("time stamp of %s; its authority's certificate ends on %s"), when, ends);
		else if (k[i].ends_ms >= at_ms)
			verify_report_step(r, VERIFY_AUTHENTICITY, id, VERDICT_VALID, _("time stamp of %s; its authority's certificate ended on %s, after the renewal"), when, ends);
		else
			verify_report_step(r, VERIFY_AUTHENTICITY, id, live == WHEN_UNKNOWN ? VERDICT_INDETERMINATE : VERDICT_VALID, live == WHEN_UNKNOWN ?
			    _("time stamp of %s; its authority's certificate ended on %s: a renewal archive must vouch for it") :
			    _("time stamp of %s; its authority's certificate ended on %s: left aside beside one that stands"), when, ends);
	}
	if (e->n_tokens == 0 && t->token_required)
		verify_report_step(r, VERIFY_AUTHENTICITY, "token", VERDICT_INDETERMINATE, _("a time stamp is required and missing"));
	r->token_ms = live != WHEN_UNKNOWN ? live : ended;
	*proven = r->token_ms != WHEN_UNKNOWN && (live == WHEN_UNKNOWN || ended == WHEN_UNKNOWN || live <= ended);
	return ST_OK;
}

/* Whether a line of the trust names this certificate; ${unknown}: it names one by issuer and subject, and no signature that holds has brought the certificate. */
static bool
names(const struct trust_cert *c, const struct seal_signer *g, const struct buf *issuer, const struct buf *subject, bool *unknown)
{
	if (c->subject[0] == '\0')
		return memcmp(c->sha256, g->cert_sha256, sizeof(c->sha256)) == 0;
	*unknown |= subject->n == 0;
	return subject->n > 0 && strcmp(c->issuer, issuer->p) == 0 && strcmp(c->subject, subject->p) == 0;
}

/* What the trust says of this certificate in this role at this sequence. */
static enum status
allowed(const struct trust *t, const struct seal *s, const struct seal_signer *g, const struct buf *issuer, const struct buf *subject, struct err *err)
{
	bool others = false, unknown = false;
	size_t i;

	for (i = 0; i < t->n_certs; i++) {
		const struct trust_cert *c = &t->certs[i];
		bool covers = c->from <= s->sequence && s->sequence <= c->to, same;

		if (strcmp(c->role, g->role) != 0)
			continue;
		same = names(c, g, issuer, subject, &unknown);
		if (same && covers)
			return ST_OK;
		others |= same || covers;	/* out of its range, or another one is named for it */
	}
	if (others && !unknown)
		return err_set(err, ST_CORRUPT, _("the trust names other certificates for the role %s"), g->role);
	return err_set(err, ST_UNSURE, _("the trust names no certificate for the role %s"), g->role);
}

/* The names of the certificate, where the signature under it holds: before that they are anybody's word. */
static enum status
may_sign(const struct evidence *e, size_t i, bool holds, const struct trust *t, struct err *err)
{
	const struct seal_signer *g = &e->parsed.signers[i];
	struct buf issuer, subject;
	enum status st = ST_OK;

	buf_init(&issuer, 65536);
	buf_init(&subject, 65536);
	if (holds)
		st = cms_verify_names(g->kind, buf_str(&e->signature[i]), buf_str(&e->sm2_cert[i]), &issuer, &subject, err);
	if (st == ST_OK)
		st = allowed(t, &e->parsed, g, &issuer, &subject, err);
	buf_free(&issuer);
	buf_free(&subject);
	return st;
}

static enum status
judge_signer(struct evidence *e, size_t i, const struct trust *t, const struct cms_world *w, struct verify_report *r, bool *holds, struct err *err)
{
	const struct seal_signer *g = &e->parsed.signers[i];
	char id[64], file[48];
	enum status st, may;

	*holds = false;
	snprintf(id, sizeof(id), "signature.%s", g->role);
	if (g->kind == SEAL_UNKNOWN)
		st = err_set(err, ST_UNSURE, _("a kind of signature this program does not know"));
	else if (e->signature[i].n == 0 || (g->kind == SEAL_SM2 && e->sm2_cert[i].n == 0))
		st = err_set(err, e->pending ? ST_UNSURE : ST_CORRUPT, e->pending ? _("not signed yet") : _("the signature is missing"));
	else if (g->kind == SEAL_SM2)
		st = cms_verify_sm2(g, buf_str(&e->signature[i]), buf_str(&e->sm2_cert[i]), buf_str(&e->seal), w, holds, err);
	else
		st = cms_verify(g, buf_str(&e->signature[i]), buf_str(&e->seal), w, holds, err);
	if (st == ST_NOMEM)
		return st;
	snprintf(file, sizeof(file), "seal/%s.%s", g->role, g->kind == SEAL_SM2 ? "sm2sig" : "p7s");
	at_member(r, verdict_of(st), file, e->at_signature[i]);
	if (st != ST_OK)
		verify_report_step(r, VERIFY_AUTHENTICITY, id, verdict_of(st), _("signature %s: %s"), g->role, err == NULL ? "" : err->text);
	else
		verify_report_step(r, VERIFY_AUTHENTICITY, id, VERDICT_VALID, _("signature %s: holds, its certificate leads to a trusted root"), g->role);
	snprintf(id, sizeof(id), "role.%s", g->role);
	if ((may = may_sign(e, i, *holds, t, err)) == ST_NOMEM)
		return may;
	at_member(r, verdict_of(may), "seal/seal.txt", e->at_seal);
	if (may != ST_OK)
		verify_report_step(r, VERIFY_AUTHENTICITY, id, verdict_of(may), "%s", err == NULL ? "" : err->text);
	return ST_OK;
}

static void
judge_roles(const struct evidence *e, const struct trust *t, struct verify_report *r)
{
	size_t i, j;

	for (i = 0; i < t->n_required; i++) {
		for (j = 0; j < e->parsed.n_signers && strcmp(e->parsed.signers[j].role, t->required[i]) != 0; j++)
			;
		if (j < e->parsed.n_signers)
			continue;
		at_member(r, VERDICT_INVALID, "seal/seal.txt", e->at_seal);
		verify_report_step(r, VERIFY_AUTHENTICITY, "roles", VERDICT_INVALID, _("the seal lacks the role %s that the trust requires"), t->required[i]);
	}
	if (t->chain[0] != '\0' && strcmp(t->chain, e->parsed.chain) != 0) {
		at_member(r, VERDICT_INVALID, "seal/seal.txt", e->at_seal);
		verify_report_step(r, VERIFY_AUTHENTICITY, "chain", VERDICT_INVALID, _("the archive belongs to another chain than the trust names"));
	}
}

/* Step 3: of the digests that bind content to the seal one at least must be acceptable: today, or when a renewal held the hash of the whole. */
static void
judge_digests(const struct evidence *e, const struct trust *t, int64_t now_ms, struct verify_report *r)
{
	size_t i;

	for (i = 0; i < e->parsed.n_algs; i++)
		if (algorithms_digest(&t->algorithms, e->parsed.algs[i], now_ms))
			return;
	if (i > 0)
		verify_report_step(r, VERIFY_INTEGRITY, "algorithms", VERDICT_INDETERMINATE,
		    _("the trust accepts none of its digests any more: a renewal archive must vouch for it"));
}

enum status
evidence_judge(struct evidence *e, const struct trust *t, int64_t now_ms, struct verify_report *r, struct err *err)
{
	struct cms_world w;
	bool all = true, holds, proven;
	struct err local;
	int64_t at_ms;
	enum status st;
	size_t i;

	if (err == NULL) {	/* the texts below are taken from it */
		err_init(&local);
		err = &local;
	}
	judge_renewals(e, t, now_ms, r, &at_ms);
	if ((st = judge_tokens(e, t, at_ms, now_ms, r, &proven, err)) != ST_OK)
		return st;
	w = (struct cms_world){ e->certs, e->crls, t->roots, r->token_ms != WHEN_UNKNOWN ? r->token_ms : at_ms,
	    proven, t->revocation_required, &t->algorithms, at_ms, t->renewals == NULL ? NULL : t->renewals->crls };
	for (i = 0; i < e->parsed.n_signers; i++) {
		if ((st = judge_signer(e, i, t, &w, r, &holds, err)) != ST_OK)
			return st;
		all = all && holds;
	}
	judge_roles(e, t, r);
	judge_digests(e, t, at_ms, r);
	say_refused(t, r);
	r->seal_ok = all && e->parsed.n_signers > 0;
	return ST_OK;
}
