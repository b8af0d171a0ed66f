/* run_seal.c: the seal, what goes beside it, the close; and what the chain's keepers are told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/crl_points.h"
#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/progress.h"

static enum status
seal(struct run *r, struct err *err)
{
	const struct cms_signer *signers[RUN_SIGNERS_MAX];
	struct archive_seal_params p = { 0 };
	int64_t until = r->state.scope.scope.until_ms;
	size_t i;

	for (i = 0; i < r->n_signers; i++)
		signers[i] = r->signers[i];
	p.sealed_at_ms = when_now_ms();
	p.covers_until_ms = until != WHEN_UNKNOWN && until < r->state.captured_ms ? until : r->state.captured_ms;
	if (p.covers_until_ms < archive_params_of(r->archive)->covers_from_ms)
		p.covers_until_ms = archive_params_of(r->archive)->covers_from_ms;
	if (r->state.volume.until_ms != WHEN_UNKNOWN)
		p.covers_until_ms = until != WHEN_UNKNOWN && until < r->state.volume.until_ms ? until : r->state.volume.until_ms;
	if (run_state_apart(&r->state))	/* nothing was fetched: the time that archives cover does not go on */
		p.covers_until_ms = archive_params_of(r->archive)->covers_from_ms;
	p.gaps = run_state_gaps(&r->state) - r->state.volume.gaps_before;
	if (r->state.volume.number > 1 || r->state.volume.goes_on) {
		p.volume = r->state.volume.number;
		p.volumes = r->state.volume.goes_on ? 0 : r->state.volume.number;
	}
	p.signers = signers;
	p.n_signers = r->n_signers;
	return archive_seal(r->archive, &p, err);
}

/* Revocation lists of today go beside the signatures: years later their addresses are dead.  One that cannot be had is said aloud, no more. */
static enum status
fetch_crls(struct run *r, const struct cms_signer *s, struct err *err)
{
	struct buf pem;
	struct err why;
	const char *url;
	enum status st = ST_OK;
	size_t i;

	buf_init(&pem, LIMIT_CRL);
	for (i = 0; st == ST_OK && (url = cms_signer_crl_url(s, i)) != NULL; i++) {
		buf_clear(&pem);
		err_init(&why);
		st = run_crl(r, s, url, &pem, &why);
		if (st == ST_DENIED) {	/* signed before that was known; the list is genuine, and hiding it would be worse */
			log_say(LOG_WARN_, _("%s: an archive signed with it will be INVALID for whoever verifies it"), why.text);
			st = ST_OK;
		}
		if (st == ST_OK)
			st = archive_put_pem(r->archive, true, buf_str(&pem), &why);
		if (st == ST_IO || st == ST_NOMEM)
			*err = why;
		else if (st != ST_OK) {
			log_say(LOG_WARN_, _("no revocation list from %s: %s"), url, why.text[0] != '\0' ? why.text : _("not a revocation list"));
			st = ST_OK;
		}
	}
	buf_free(&pem);
	return st;
}

bool
run_named_crl(const struct config *c, size_t i, char *url, size_t size)
{
	const char *value = config_get(c, "seal", "crl");
	size_t n;

	for (; value != NULL && *(value += strspn(value, ", \t")) != '\0'; value += n) {
		n = strcspn(value, ", \t");
		if (i-- > 0)
			continue;
		(void)snprintf(url, size, "%.*s", (int)n, value);
		return true;
	}
	return false;
}

static enum status
one_named(struct run *r, struct crl_points *cp, const char *url, struct http_response *res, struct err *err)
{
	struct buf pem;
	struct err why;
	enum status st;
	bool old;

	buf_init(&pem, LIMIT_CRL);
	err_init(&why);
	if ((st = run_get_crl(r, url, res, &why)) == ST_OK && (st = crl_points_take(cp, buf_str(&res->body), when_now_ms(), &pem, &old, &why)) == ST_OK)
		st = archive_put_pem(r->archive, true, buf_str(&pem), &why);
	if (st == ST_IO || st == ST_NOMEM || st == ST_STOPPED)
		*err = why;
	else if (st != ST_OK) {
		log_say(LOG_WARN_, _("no revocation list from %s: %s"), url, why.text);
		st = ST_OK;
	}
	buf_free(&pem);
	return st;
}

/* Those of [seal] crl: of authorities whose certificates name no address, and of the time-stamp authorities, whose token is not there yet. */
static enum status
named_crls(struct run *r, struct err *err)
{
	struct crl_points cp;
	struct http_response res;
	struct trust trust;
	struct buf pem;
	char url[2048];
	enum status st;
	size_t i, k;

	if (!run_named_crl(r->app->config, 0, url, sizeof(url)))
		return ST_OK;
	trust_none(&trust);
	buf_init(&pem, LIMIT_CRL);
	http_response_init(&res);
	if ((st = crl_points_init(&cp, err)) == ST_OK && (st = app_trust(r->app, NULL, &trust, err)) == ST_OK &&
	    (st = crl_points_roots(&cp, trust.roots, err)) == ST_OK)
		st = crl_points_roots(&cp, trust.tsa_roots, err);
	for (i = 0; i < r->n_signers && st == ST_OK; i++) {
		buf_clear(&pem);
		st = cms_signer_pem(r->signers[i], &pem, err);
		for (k = 0; st == ST_OK; k++)
			st = cms_signer_chain(r->signers[i], k, &pem, err);
		if (st == ST_END)
			st = crl_points_pem(&cp, buf_str(&pem), err);
	}
	for (i = 0; st == ST_OK && run_named_crl(r->app->config, i, url, sizeof(url)); i++)
		st = one_named(r, &cp, url, &res, err);
	http_response_free(&res);
	buf_free(&pem);
	trust_free(&trust);
	crl_points_free(&cp);
	return st;
}

static enum status
gather_pems(struct run *r, struct err *err)
{
	struct buf pem;
	enum status st = ST_OK;
	size_t i, k;

	buf_init(&pem, LIMIT_CRL);
	for (i = 0; i < r->n_signers && st == ST_OK; i++) {
		for (k = 0; st == ST_OK; k++) {
			buf_clear(&pem);
			st = cms_signer_chain(r->signers[i], k, &pem, err);
			if (st == ST_OK)
				st = archive_put_pem(r->archive, false, buf_str(&pem), err);
		}
		if (st == ST_END)
			st = fetch_crls(r, r->signers[i], err);
	}
	buf_free(&pem);
	return st == ST_OK ? named_crls(r, err) : st;
}

static enum status
remember(struct run *r, const struct run_archive *done, struct err *err)
{
	const struct run_volume *v = &r->state.volume;
	struct catalog_run c = { 0 };

	snprintf(c.run, sizeof(c.run), "%s", r->state.run);
	if (!run_state_apart(&r->state))
		snprintf(c.tenant, sizeof(c.tenant), "%s", r->state.tenant);
	snprintf(c.archive, sizeof(c.archive), "%s", r->archive_name);
	c.began_ms = r->state.began_ms;
	c.ended_ms = when_now_ms();
	c.records = run_state_records(&r->state) - v->records_before;
	c.gaps = run_state_gaps(&r->state) - v->gaps_before;
	c.limits = run_state_limits(&r->state);
	snprintf(c.status, sizeof(c.status), "%s", done->pending ? "pending" : v->goes_on ? "volume" : c.gaps > 0 ? "partial" : "complete");
	/* What the next run must know is known when the last volume ends. */
	return catalog_put(r->catalog, &c, !v->goes_on && r->state.carry.n > 0 ? buf_str(&r->state.carry) : STR("{}"), err);
}

/* How far the archive is, by what its .seal directory holds. */
static enum status
stage(const struct run *r, struct pending *p, struct err *err)
{
	char name[64];
	enum status st;
	int dir = -1;

	snprintf(name, sizeof(name), "%s.seal", r->archive_name);
	if ((st = fs_dir_at(r->store.dir, name, false, &dir, err)) == ST_OK)
		st = pending_read(dir, p, err);
	fs_drop(&dir);
	return st == ST_END ? err_set(err, ST_CORRUPT, _("%s: there is no seal.txt"), name) : st;
}

static enum status
lacks(const struct pending *p, struct err *err)
{
	struct buf text;
	enum status st;

	buf_init(&text, 4096);
	if ((st = pending_text(p, &text, err)) == ST_OK)
		st = err_set(err, ST_UNSURE, "%.*s", STR_ARG(buf_str(&text)));
	buf_free(&text);
	return st;
}

/* Signatures, lists and token, as far as they can be had now.  ST_UNSURE: pending, the reason in ${err}. */
static enum status
complete(struct run *r, struct err *err)
{
	struct pending p;
	struct buf sums;
	enum status st;

	if ((st = run_sign(r, err)) != ST_OK)
		return st;
	if (!archive_has_part(r->archive, "sha256sums.txt")) {
		if ((st = stage(r, &p, err)) != ST_OK || (st = run_check_signatures(r, err)) != ST_OK)
			return st;
		if (p.n_missing > 0)
			return lacks(&p, err);
		/* Not before all have signed: the lists shall be those of the day on which the seal was complete. */
		if ((st = gather_pems(r, err)) != ST_OK)
			return st;
	}
	buf_init(&sums, LIMIT_MANIFEST);
	st = archive_sums(r->archive, &sums, err);
	if (st == ST_OK)
		st = run_stamp(r, buf_str(&sums), err);
	buf_free(&sums);
	return st;
}

static enum status
new_result(struct run *r, struct run_result *result, struct run_archive **out, struct err *err)
{
	struct run_archive *grown = mem_grow(result->archives, result->n_archives + 1, sizeof(*grown), err);

	if (grown == NULL)
		return ST_NOMEM;
	result->archives = grown;
	*out = &grown[result->n_archives++];
	memset(*out, 0, sizeof(**out));
	snprintf((*out)->archive, sizeof((*out)->archive), "%s", r->archive_name);
	return ST_OK;
}

enum status
run_seal(struct run *r, struct run_result *result, struct err *err)
{
	struct run_archive *done;
	struct buf path;
	enum status st = ST_OK;

	progress_phase(_("sealing"));
	/* Before there is a seal: a certificate may have been revoked while the run went on. */
	if (archive_phase(r->archive) == ARCHIVE_VIEWS && ((st = run_refuse_signers(r, err)) != ST_OK || (st = seal(r, err)) != ST_OK ||
	    (st = run_blobs_drop(r, err)) != ST_OK))
		return st;
	if ((st = run_lock_archive(r, err)) != ST_OK || (st = run_receipts(r, archive_seal_text(r->archive), err)) != ST_OK ||
	    (r->state.volume.goes_on && (st = run_volume_next(r, err)) != ST_OK) || (st = new_result(r, result, &done, err)) != ST_OK)
		return st;
	st = complete(r, err);
	buf_init(&path, 4096);
	if (st == ST_UNSURE) {
		done->pending = true;
		done->denied = r->login_denied;
		snprintf(done->pending_why, sizeof(done->pending_why), "%.399s", err->text);
		snprintf(done->path, sizeof(done->path), "%s/%s.tar.gz.partial", r->store.path, r->archive_name);
		err_init(err);
		st = stage(r, &done->stage, err);
	} else if (st == ST_OK && (st = archive_close(r->archive, &path, err)) == ST_OK)
		snprintf(done->path, sizeof(done->path), "%s/%.*s", r->store.path, (int)path.n, path.p);
	buf_free(&path);
	progress_end();
	return st == ST_OK ? remember(r, done, err) : st;
}
