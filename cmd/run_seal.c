/* run_seal.c: signers, revocation lists, time stamp, close; and what the chain's keepers are told. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/names.h"
#include "archive/tsp.h"
#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/secret.h"

/* "cert=admin.crt key=file:admin.key": the word behind ${name}=, up to white space. */
static bool
word_of(const char *value, const char *name, char *out, size_t n)
{
	size_t len = strlen(name), m;
	const char *p = value;

	for (;;) {
		p += strspn(p, " \t");
		m = strcspn(p, " \t");
		if (m == 0)
			return false;
		if (m > len && strncmp(p, name, len) == 0 && p[len] == '=' && m - len - 1 < n) {
			memcpy(out, p + len + 1, m - len - 1);
			out[m - len - 1] = '\0';
			return true;
		}
		p += m;
	}
}

static enum status
relative(const struct config *c, const char *path, struct buf *out, struct err *err)
{
	enum status st;

	if (path[0] == '/')
		return buf_addz(out, path, err);
	if ((st = buf_addf(out, err, "%s/", config_dir(c))) != ST_OK)
		return st;
	return buf_addz(out, path, err);
}

static enum status
open_signer(struct run *r, const char *key_name, const char *value, struct err *err)
{
	const struct config *c = r->app->config;
	const char *role = key_name + strlen("signer.");
	char cert[2048], spec[2048];
	struct secret key = { NULL, 0, 0 };
	struct cms_signer *s = NULL;
	struct buf path;
	enum status st = ST_OK;

	if (!names_role_ok(str_of(role)))
		return err_set(err, ST_USAGE, _("%s: [seal] %s: a role is a-z, 0-9 and -, at most 32"), config_file(c), key_name);
	if (!word_of(value, "cert", cert, sizeof(cert)))
		return err_set(err, ST_USAGE, _("%s: [seal] %s: cert=FILE is missing"), config_file(c), key_name);
	if (r->n_signers == RUN_SIGNERS_MAX)
		return err_set(err, ST_LIMIT, _("more than %d signers"), RUN_SIGNERS_MAX);
	buf_init(&path, 4096);
	if (word_of(value, "key", spec, sizeof(spec)))
		st = secret_load(spec, config_dir(c), &key, err);
	if (st == ST_OK && (st = relative(c, cert, &path, err)) == ST_OK && (st = buf_z(&path, err)) == ST_OK)
		st = cms_signer_open(&s, role, path.p, key.p == NULL ? STR_NONE : secret_view(&key), err);
	if (st == ST_OK && cms_signer_has_key(s))
		st = cms_signer_valid_at(s, when_now_ms(), err);
	if (st == ST_OK)
		r->signers[r->n_signers++] = s;
	else {
		cms_signer_close(s);
		err_in(err, "[seal] %s", key_name);
	}
	secret_free(&key);
	buf_free(&path);
	return st;
}

enum status
run_signers(struct run *r, struct err *err)
{
	const char *key, *value;
	enum status st;
	size_t i;

	for (i = 0; (key = config_key(r->app->config, "seal", "signer.", i, &value)) != NULL; i++)
		if ((st = open_signer(r, key, value, err)) != ST_OK)
			return st;
	if (r->n_signers == 0) {
		err_set(err, ST_USAGE, _("%s: [seal] names no signer: an archive must be signed"), config_file(r->app->config));
		return err_next(err, _("add signer.administrator = cert=FILE key=file:FILE"));
	}
	return ST_OK;
}

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
	p.gaps = run_state_gaps(&r->state);
	p.signers = signers;
	p.n_signers = r->n_signers;
	return archive_seal(r->archive, &p, err);
}

static enum status
sign(struct run *r, struct err *err)
{
	struct buf der;
	char file[48];
	enum status st = ST_OK;
	size_t i;

	buf_init(&der, LIMIT_SIGNATURE);
	for (i = 0; i < r->n_signers && st == ST_OK; i++) {
		const char *role = cms_signer_role(r->signers[i]);

		snprintf(file, sizeof(file), "%s.p7s", role);
		if (!cms_signer_has_key(r->signers[i]) || archive_has_part(r->archive, file))
			continue;
		buf_clear(&der);
		if ((st = cms_sign(r->signers[i], archive_seal_text(r->archive), when_now_ms(), &der, err)) == ST_OK)
			st = archive_put_signature(r->archive, role, buf_str(&der), err);
	}
	buf_free(&der);
	return st;
}

static enum status
put_crl(struct run *r, struct str der, struct err *err)
{
	struct buf pem;
	enum status st;

	buf_init(&pem, LIMIT_CRL);
	if ((st = cms_crl_pem(der, &pem, err)) == ST_OK)
		st = archive_put_pem(r->archive, true, buf_str(&pem), err);
	buf_free(&pem);
	return st;
}

/* Revocation lists of today go beside the signatures: years later their addresses are dead.  One that cannot be had is said aloud, no more. */
static enum status
fetch_crls(struct run *r, const struct cms_signer *s, struct err *err)
{
	struct http_response res;
	struct http_request req;
	struct err why;
	const char *url;
	enum status st = ST_OK;
	size_t i;

	http_response_init(&res);
	for (i = 0; st == ST_OK && (url = cms_signer_crl_url(s, i)) != NULL; i++) {
		memset(&req, 0, sizeof(req));
		req.method = "GET";
		req.url = url;
		req.max_bytes = LIMIT_CRL;
		req.allow_http = true;
		http_response_clear(&res);
		err_init(&why);
		if (r->net->perform(r->net, &req, &res, &why) == ST_OK && res.status == 200 &&
		    (st = put_crl(r, buf_str(&res.body), &why)) == ST_OK)
			continue;
		if (st == ST_IO || st == ST_NOMEM) {
			*err = why;
			break;
		}
		st = ST_OK;
		log_say(LOG_WARN_, _("no revocation list from %s: %s"), url, why.text[0] != '\0' ? why.text : _("not a revocation list"));
	}
	http_response_free(&res);
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
	return st;
}

static enum status
timestamp(struct run *r, const char *url, struct str sums, struct err *err)
{
	struct buf token;
	int64_t at;
	enum status st = ST_RETRY;
	int try;

	buf_init(&token, LIMIT_SIGNATURE);
	for (try = 0; try < 3 && st == ST_RETRY; try++) {
		if (try > 0 && when_sleep_ms(500 << try))
			break;
		buf_clear(&token);
		st = tsp_fetch(r->net, url, sums, &token, &at, err);
	}
	if (st == ST_OK)
		st = archive_put_token(r->archive, buf_str(&token), err);
	buf_free(&token);
	return st;
}

static enum status
remember(struct run *r, const struct run_result *result, struct err *err)
{
	struct catalog_run c = { 0 };

	snprintf(c.run, sizeof(c.run), "%s", r->state.run);
	snprintf(c.tenant, sizeof(c.tenant), "%s", r->state.tenant);
	snprintf(c.archive, sizeof(c.archive), "%s", r->archive_name);
	snprintf(c.status, sizeof(c.status), "%s", result->pending ? "pending" : result->gaps > 0 ? "partial" : "complete");
	c.began_ms = r->state.began_ms;
	c.ended_ms = when_now_ms();
	c.records = result->records;
	c.gaps = result->gaps;
	c.limits = result->limits;
	return catalog_put(r->catalog, &c, r->state.carry.n > 0 ? buf_str(&r->state.carry) : STR("{}"), err);
}

/* Signatures, lists and token, as far as they can be had now.  ST_UNSURE: pending, the reason in ${err}. */
static enum status
complete(struct run *r, struct err *err)
{
	const char *url = config_get(r->app->config, "seal", "timestamp");
	struct buf sums;
	enum status st;

	if ((st = sign(r, err)) != ST_OK)
		return st;
	if (!archive_has_part(r->archive, "sha256sums.txt") && (st = gather_pems(r, err)) != ST_OK)
		return st;
	buf_init(&sums, LIMIT_MANIFEST);
	st = archive_sums(r->archive, &sums, err);
	if (st == ST_OK && url != NULL && !archive_has_part(r->archive, "sha256sums.txt.tsr")) {
		progress_phase(_("asking for a time stamp"));
		st = timestamp(r, url, buf_str(&sums), err);
		if (st == ST_RETRY || st == ST_REMOTE || st == ST_DENIED) {
			err_in(err, "%s", url);
			st = ST_UNSURE;
		}
	}
	buf_free(&sums);
	return st;
}

enum status
run_seal(struct run *r, struct run_result *result, struct err *err)
{
	struct buf path;
	enum status st = ST_OK;

	progress_phase(_("sealing"));
	if (archive_phase(r->archive) == ARCHIVE_VIEWS && (st = seal(r, err)) != ST_OK)
		return st;
	if ((st = run_receipts(r, archive_seal_text(r->archive), err)) != ST_OK)
		return st;
	st = complete(r, err);
	buf_init(&path, 4096);
	if (st == ST_UNSURE) {
		result->pending = true;
		snprintf(result->pending_why, sizeof(result->pending_why), "%.399s", err->text);
		snprintf(result->path, sizeof(result->path), "%s/%s.tar.gz.partial", r->store.path, r->archive_name);
		err_init(err);
		st = ST_OK;
	} else if (st == ST_OK && (st = archive_close(r->archive, &path, err)) == ST_OK)
		snprintf(result->path, sizeof(result->path), "%s/%.*s", r->store.path, (int)path.n, path.p);
	buf_free(&path);
	progress_end();
	return st == ST_OK ? remember(r, result, err) : st;
}
