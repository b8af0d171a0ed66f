/*
 * run_renew_lists.c: what the authorities behind the seals have revoked until today: of every signer, also those of long ago, and of the time-stamp authorities, from
 * the addresses in their certificates and those of [seal] crl.  What cannot be had is a gap; a certificate without an address, a limit.
 */
#include <inttypes.h>
#include <stdio.h>

#include "archive/verify.h"
#include "cmd/run_renew.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/progress.h"

#define TRIES	2

/* The certificates of one seal, unless it contradicts itself: then they may be anybody's. */
static enum status
gather_seal(struct renewal_source *w, const struct store_entry *e, struct err *err)
{
	struct verify_report r;
	char **names = NULL, name[64];
	struct buf path, bytes;
	enum status st;
	size_t i, n = 0;
	int dir = -1;

	buf_init(&path, 8192);
	buf_init(&bytes, LIMIT_CRL + 1);
	if ((st = buf_addf(&path, err, "%s/%s.seal", w->r->store.path, e->name)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	if (verify_seal_dir(path.p, e->name, &w->trust, when_now_ms(), &r, NULL) != ST_OK || r.verdict == VERDICT_INVALID)
		goto out;	/* its archive is a gap already */
	snprintf(name, sizeof(name), "%s.seal", e->name);
	if ((st = fs_dir_at(w->r->store.dir, name, false, &dir, err)) == ST_OK)
		st = fs_list(dir, &names, &n, err);
	for (i = 0; i < n && st == ST_OK; i++) {
		buf_clear(&bytes);
		if ((st = fs_load(dir, names[i], LIMIT_CRL, &bytes, err)) == ST_OK)
			st = crl_points_file(&w->points, names[i], buf_str(&bytes), err);
	}
out:
	fs_list_free(names, n);
	fs_drop(&dir);
	buf_free(&path);
	buf_free(&bytes);
	return st;
}

/* Those who sign now. */
static enum status
gather_signers(struct renewal_source *w, struct err *err)
{
	struct buf pem;
	enum status st = ST_OK;
	size_t i, k;

	buf_init(&pem, LIMIT_CRL);
	for (i = 0; i < w->r->n_signers && st == ST_OK; i++) {
		buf_clear(&pem);
		st = cms_signer_pem(w->r->signers[i], &pem, err);
		for (k = 0; st == ST_OK; k++)
			st = cms_signer_chain(w->r->signers[i], k, &pem, err);
		if (st == ST_END)
			st = crl_points_pem(&w->points, buf_str(&pem), err);
	}
	buf_free(&pem);
	return st;
}

/* [seal] crl = URL, URL: for certificates that name no address. */
static enum status
gather_named(struct renewal_source *w, struct err *err)
{
	char url[2048];
	enum status st = ST_OK;
	size_t i;

	for (i = 0; st == ST_OK && run_named_crl(w->r->app->config, i, url, sizeof(url)); i++)
		st = crl_points_url(&w->points, str_of(url), err);
	return st;
}

static enum status
begin(struct renewal_source *w, struct err *err)
{
	enum status st;
	size_t i;

	progress_phase(_("revocation lists"));
	w->lists_begun = true;
	if ((st = crl_points_roots(&w->points, w->trust.roots, err)) != ST_OK || (st = crl_points_roots(&w->points, w->trust.tsa_roots, err)) != ST_OK)
		return st;
	for (i = 0; i < w->n_all && st == ST_OK; i++)
		if (w->all[i].state == STORE_CLOSED || w->all[i].state == STORE_DESTROYED)
			st = gather_seal(w, &w->all[i], err);
	if (st == ST_OK && (st = gather_signers(w, err)) == ST_OK)
		st = gather_named(w, err);
	return st;
}

static enum status
fetch(struct renewal_source *w, const char *url, struct http_response *res, struct err *err)
{
	enum status st = ST_RETRY;
	int try;

	for (try = 0; try < TRIES && st == ST_RETRY; try++) {
		if (try > 0 && when_sleep_ms(w->r->backoff_ms > 0 ? (int64_t)w->r->backoff_ms : 500))
			break;
		st = run_get_crl(w->r, url, res, err);
	}
	return st;
}

/* One list: a file with its record; the address stands in the record's source. */
static enum status
keep(struct renewal_source *w, const char *url, const struct buf *pem, struct source_item *it, struct err *err)
{
	char name[24];
	enum status st;

	snprintf(w->id, sizeof(w->id), RENEWALS_CRL "%02zu", ++w->n_lists);
	snprintf(w->blob, sizeof(w->blob), "crl-%zu", w->n_lists);
	snprintf(name, sizeof(name), "%02zu.crl.pem", w->n_lists);
	st = fs_replace(archive_work_dir(w->r->archive), w->blob, pem->p, pem->n, err);
	renew_record(w, REC_FILE, RENEWALS_STREAM);
	w->rec.endpoint = str_of(url);
	memcpy(w->number[4], name, sizeof(name));
	record_set(&w->rec, "name", str_of(w->number[4]));
	record_set(&w->rec, "media_type", STR("application/x-pem-file"));
	*it = (struct source_item){ .what = SRC_RECORD, .rec = &w->rec, .blob = w->blob, .blob_size = pem->n };
	return st;
}

static enum status
one_list(struct renewal_source *w, const char *url, struct source_item *it, struct err *err)
{
	struct http_response res;
	struct buf pem;
	struct err why;
	enum status st;
	bool old = false, there = false;

	buf_init(&pem, LIMIT_CRL);
	http_response_init(&res);
	err_init(&why);
	if ((st = fetch(w, url, &res, &why)) == ST_OK) {
		there = true;
		st = crl_points_take(&w->points, buf_str(&res.body), when_now_ms(), &pem, &old, &why);
	}
	if (st == ST_NOMEM || st == ST_STOPPED || (st == ST_IO && there))
		*err = why;
	else if (st != ST_OK) {
		snprintf(w->detail, sizeof(w->detail), "%.399s", why.text);
		renew_gap(w, url, there || st == ST_INPUT ? "crl_refused" : "crl_unreachable", w->detail, false, it);
		st = ST_OK;
	} else if (w->octets + pem.n > RENEWALS_CRL_OCTETS) {
		renew_gap(w, url, "crl_too_much", _("all lists together are larger than a renewal archive takes"), false, it);
	} else {
		w->octets += pem.n;
		st = keep(w, url, &pem, it, err);
		if (old)
			snprintf(w->reason, sizeof(w->reason), "crl_old");
	}
	http_response_free(&res);
	buf_free(&pem);
	return st;
}

enum status
renew_lists(struct renewal_source *w, struct source_item *it, struct err *err)
{
	unsigned char sha256[32];
	enum status st;

	if (!w->lists_begun) {
		w->octets = 0;
		if ((st = begin(w, err)) != ST_OK)
			return st;
	}
	if (w->reason[0] != '\0') {	/* of the list given last */
		w->reason[0] = '\0';
		renew_gap(w, sk_OPENSSL_STRING_value(w->points.urls, (int)w->url - 1), "crl_old", _("its authority should have published a newer one by now"), false, it);
		return ST_OK;
	}
	if (w->url < (size_t)sk_OPENSSL_STRING_num(w->points.urls))
		return one_list(w, sk_OPENSSL_STRING_value(w->points.urls, (int)w->url++), it, err);
	if (w->points.n_urls_left_out > 0 && !w->left_out_told) {
		w->left_out_told = true;
		renew_gap(w, "", "crl_too_much", _("more addresses of revocation lists than a renewal archive takes"), false, it);
		snprintf(w->number[5], sizeof(w->number[5]), "%zu", w->points.n_urls_left_out);
		record_set(&w->rec, "count", str_of(w->number[5]));
		return ST_OK;
	}
	if (!crl_points_silent(&w->points, w->silent++, sha256))
		return ST_END;
	memcpy(w->id, "sha256:", 7);
	digest_hex(sha256, sizeof(sha256), w->id + 7);
	renew_gap(w, w->id, "crl_no_address", _("this certificate names no address of a revocation list; [seal] crl can name one"), true, it);
	return ST_OK;
}
