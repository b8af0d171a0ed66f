/*
 * run_renew.c: the chain itself as a source (archive format 10): for every archive before this one a record in the stream "renewal" and, as files, all that
 * lies in its .seal directory; in the end what its authorities have revoked (run_renew_lists.c).  One archive is a page: whoever is killed goes on with the next.
 */
#include "cmd/run_renew.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/verify.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/progress.h"
#include "store/renewed.h"

static enum status
on_tar(void *ctx, const void *p, size_t n, struct err *err)
{
	struct renewal_source *w = ctx;
	enum status st;

	w->octets += n;
	if ((st = digest_add(&w->sha256, p, n, err)) != ST_OK)
		return st;
	return digest_add(&w->sha512, p, n, err);
}

void
renew_record(struct renewal_source *w, enum record_kind kind, const char *stream)
{
	record_init(&w->rec, kind, stream);
	w->rec.id = str_of(w->id);
	w->rec.tenant = str_of(w->r->state.tenant);
	w->rec.platform = STR("custody");
	w->rec.endpoint = STR(RENEWALS_ENDPOINT);
	w->rec.fetched_ms = when_now_ms();
	if (record_field(kind, "id") >= 0)
		record_set(&w->rec, "id", w->rec.id);
}

void
renew_gap(struct renewal_source *w, const char *object, const char *reason, const char *detail, bool is_limit, struct source_item *it)
{
	renew_record(w, is_limit ? REC_LIMIT : REC_GAP, is_limit ? "limits" : "gaps");
	record_set(&w->rec, "of_stream", STR(RENEWALS_STREAM));
	record_set(&w->rec, "object", str_of(object));
	record_set(&w->rec, "reason", str_of(reason));
	record_set(&w->rec, "is_final", is_limit ? STR("true") : STR("false"));
	record_set(&w->rec, "detail", str_of(detail));
	record_set(&w->rec, "retry", STR("custody chain renew"));
	*it = (struct source_item){ .what = is_limit ? SRC_LIMIT : SRC_GAP, .rec = &w->rec };
	if (!is_limit)
		log_say(LOG_WARN_, "%s: %s: %s", object, reason, detail);
}

/* What is wrong with the archive in work; the first and worst is kept. */
static void
trouble(struct renewal_source *w, const char *reason, const char *detail)
{
	if (w->reason[0] != '\0')
		return;
	snprintf(w->reason, sizeof(w->reason), "%s", reason);
	snprintf(w->detail, sizeof(w->detail), "%s", detail);
}

static void
judged(struct renewal_source *w, const struct verify_report *r)
{
	if (r->verdict == VERDICT_INVALID)
		trouble(w, "archive_damaged", verify_report_why(r));
	else if (r->verdict == VERDICT_INDETERMINATE)
		trouble(w, "archive_indeterminate", verify_report_why(r));
}

/* The tar, read to its end, and the files beside it, which are those of the seal inside: the same seal, the same list. */
static enum status
examine(struct renewal_source *w, const struct store_entry *e, struct verify_report *tar, struct verify_report *beside, struct err *err)
{
	struct verify_taps taps = { .ctx = w, .tar = on_tar };
	struct buf path;
	enum status st;

	w->octets = 0;
	memset(tar, 0, sizeof(*tar));
	memset(beside, 0, sizeof(*beside));
	tar->token_ms = beside->token_ms = WHEN_UNKNOWN;
	buf_init(&path, 8192);
	if (e->state != STORE_DESTROYED && ((st = digest_begin(&w->sha256, DIGEST_SHA256, err)) != ST_OK || (st = digest_begin(&w->sha512, DIGEST_SHA512, err)) != ST_OK ||
	    (st = buf_addf(&path, err, "%s/%s.tar.gz", w->r->store.path, e->name)) != ST_OK || (st = buf_z(&path, err)) != ST_OK ||
	    (st = verify_archive(path.p, &w->trust, when_now_ms(), &taps, tar, err)) != ST_OK))
		goto out;
	buf_clear(&path);
	if ((st = buf_addf(&path, err, "%s/%s.seal", w->r->store.path, e->name)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	if (access(path.p, F_OK) != 0)
		verify_report_step(beside, VERIFY_AUTHENTICITY, "chain.seal", VERDICT_INVALID, "%s", _("its seal directory is missing"));
	else if ((st = verify_seal_dir(path.p, e->name, &w->trust, when_now_ms(), beside, err)) == ST_OK && tar->seal_ok &&
	    memcmp(beside->seal_sha256, tar->seal_sha256, sizeof(tar->seal_sha256)) != 0)
		verify_report_step(beside, VERIFY_AUTHENTICITY, "chain.seal", VERDICT_INVALID, "%s", _("the seal beside it differs from the seal inside"));
out:
	buf_free(&path);
	return st;
}

/* Everything is said of the archive as it was found; hashes of a tar only where it contradicts nothing. */
static enum status
describe(struct renewal_source *w, const struct store_entry *e, const struct verify_report *tar, const struct verify_report *beside, struct err *err)
{
	static const char *const words[] = { "VALID", "INDETERMINATE", "INVALID" };
	const struct verify_report *sealed = tar->seal_ok ? tar : beside;
	enum verdict verdict = tar->verdict > beside->verdict ? tar->verdict : beside->verdict;
	unsigned char hash[DIGEST_MAX];
	enum status st;

	snprintf(w->id, sizeof(w->id), "%s", e->name);
	renew_record(w, REC_RENEWAL, RENEWALS_STREAM);
	snprintf(w->number[0], sizeof(w->number[0]), "%" PRIu64, e->sequence);
	record_set(&w->rec, "sequence", str_of(w->number[0]));
	record_set(&w->rec, "state", e->state == STORE_DESTROYED ? STR("destroyed") : STR("closed"));
	record_set(&w->rec, "verdict", str_of(words[verdict]));
	if (sealed->seal.sequence > 0) {
		digest_hex(sealed->seal_sha256, 32, w->seal);
		record_set(&w->rec, "seal_sha256", str_of(w->seal));
		record_set_time(&w->rec, "time_stamp", sealed->token_ms);
	}
	snprintf(w->number[6], sizeof(w->number[6]), "%zu", w->n_files);
	record_set(&w->rec, "seal_files", str_of(w->number[6]));
	if (e->state == STORE_DESTROYED || verdict == VERDICT_INVALID || !tar->whole)
		return ST_OK;
	if ((st = digest_end(&w->sha256, hash, err)) != ST_OK)
		return st;
	digest_hex(hash, 32, w->tar256);
	if ((st = digest_end(&w->sha512, hash, err)) != ST_OK)
		return st;
	digest_hex(hash, 64, w->tar512);
	snprintf(w->number[1], sizeof(w->number[1]), "%" PRIu64, w->octets);
	record_set(&w->rec, "tar_octets", str_of(w->number[1]));
	record_set(&w->rec, "tar_sha256", str_of(w->tar256));
	record_set(&w->rec, "tar_sha512", str_of(w->tar512));
	return ST_OK;
}

/* Between this archive and the one before it there should be others. */
static void
hole(struct renewal_source *w, const struct store_entry *e, struct source_item *it)
{
	char name[40], detail[120];

	store_name(w->r->store.label, w->expected, name);
	snprintf(detail, sizeof(detail), _("sequences %" PRIu64 " to %" PRIu64 " of the chain are not here, not even their seals"), w->expected, e->sequence - 1);
	snprintf(w->id, sizeof(w->id), "%s", name);
	snprintf(w->detail, sizeof(w->detail), "%s", detail);
	renew_gap(w, w->id, "archive_missing", w->detail, false, it);
	snprintf(w->number[2], sizeof(w->number[2]), "%" PRIu64, e->sequence - w->expected);
	record_set(&w->rec, "count", str_of(w->number[2]));
	w->expected = e->sequence;
}

static enum status
begin_archive(struct renewal_source *w, const struct store_entry *e, struct source_item *it, struct err *err)
{
	struct verify_report tar, beside;
	const struct renewal *first;
	char name[64], text[200];
	enum status st;
	int dir = -1;

	if (e->sequence > w->expected) {
		hole(w, e, it);
		return ST_OK;
	}
	w->reason[0] = '\0';
	w->known = false;
	w->expected = e->sequence + 1;
	w->file = 0;
	w->begun = true;
	progress_phase(e->name);
	if (e->state == STORE_PENDING || e->state == STORE_UNFINISHED) {	/* its seal is not complete: it cannot be vouched for yet, and this is not hidden */
		snprintf(w->id, sizeof(w->id), "%s", e->name);
		renew_gap(w, w->id, "archive_pending", _("it is not closed yet: it stands in the next renewal"), false, it);
		return ST_OK;
	}
	if ((st = examine(w, e, &tar, &beside, err)) != ST_OK)
		return st;
	if (tar.verdict != VERDICT_VALID)
		judged(w, &tar);
	judged(w, &beside);
	if (e->state == STORE_DESTROYED) {
		if ((first = renewals_gone(&w->renewals, e->name)) != NULL)
			snprintf(text, sizeof(text), _("only its seal is left, as %s found it already"), first->name);
		else
			snprintf(text, sizeof(text), "%s", _("its .tar.gz is missing, only its seal is left: destroyed, or lost"));
		w->known = w->reason[0] == '\0' && first != NULL;
		trouble(w, "archive_destroyed", text);
	}
	if (beside.verdict != VERDICT_INVALID) {
		snprintf(name, sizeof(name), "%s.seal", e->name);
		if ((st = fs_dir_at(w->r->store.dir, name, false, &dir, err)) == ST_OK)
			st = fs_list(dir, &w->files, &w->n_files, err);
		fs_drop(&dir);
		if (st != ST_OK)
			return st;
	}
	*it = (struct source_item){ .what = SRC_RECORD, .rec = &w->rec };
	return describe(w, e, &tar, &beside, err);
}

/* The next file of the .seal directory, copied to where downloads lie. */
static enum status
give_file(struct renewal_source *w, const struct store_entry *e, struct source_item *it, struct err *err)
{
	const char *name = w->files[w->file++];
	char path[400];
	struct buf text;
	enum status st;

	snprintf(path, sizeof(path), "%s.seal/%.300s", e->name, name);
	snprintf(w->blob, sizeof(w->blob), "renewal-%" PRIu64 "-%" PRIu64, e->sequence, ++w->blobs);
	snprintf(w->id, sizeof(w->id), "%s/%.60s", e->name, name);
	buf_init(&text, LIMIT_CRL + 1);
	if ((st = fs_load(w->r->store.dir, path, LIMIT_CRL, &text, err)) == ST_OK)
		st = fs_replace(archive_work_dir(w->r->archive), w->blob, text.p == NULL ? "" : text.p, text.n, err);
	else if (st == ST_END)
		st = err_set(err, ST_IO, _("%s: no such file"), path);
	renew_record(w, REC_FILE, RENEWALS_STREAM);
	record_set(&w->rec, "of_stream", STR(RENEWALS_STREAM));
	record_set(&w->rec, "of_id", str_of(e->name));
	record_set(&w->rec, "name", str_of(name));
	*it = (struct source_item){ .what = SRC_RECORD, .rec = &w->rec, .blob = w->blob, .blob_size = text.n };
	buf_free(&text);
	return st;
}

static enum status
renewal_next(struct source *s, struct source_item *it, struct err *err)
{
	struct renewal_source *w = (struct renewal_source *)s;
	enum status st;

	if (w->at == w->n) {
		if (w->lists_done)
			return ST_END;
		if ((st = renew_lists(w, it, err)) != ST_END)
			return st;
		w->lists_done = true;
		*it = (struct source_item){ .what = SRC_PAGE, .stream = RENEWALS_STREAM, .count = 0 };
		return ST_OK;
	}
	if (!w->begun)
		return begin_archive(w, &w->list[w->at], it, err);
	if (w->reason[0] != '\0') {
		snprintf(w->id, sizeof(w->id), "%s", w->list[w->at].name);
		renew_gap(w, w->id, w->reason, w->detail, w->known, it);
		snprintf(w->number[3], sizeof(w->number[3]), "%.23s", w->reason);
		record_set(&w->rec, "reason", str_of(w->number[3]));
		w->reason[0] = '\0';
		return ST_OK;
	}
	if (w->file < w->n_files)
		return give_file(w, &w->list[w->at], it, err);
	fs_list_free(w->files, w->n_files);
	w->files = NULL;
	w->n_files = w->file = 0;
	w->begun = false;
	w->at++;
	*it = (struct source_item){ .what = SRC_PAGE, .stream = RENEWALS_STREAM, .count = 0 };
	return ST_OK;
}

static enum status
renewal_sync(struct source *s, struct err *err)
{
	(void)s;
	(void)err;
	return ST_OK;
}

static struct str
renewal_cursor(struct source *s)
{
	struct renewal_source *w = (struct renewal_source *)s;

	snprintf(w->cursor, sizeof(w->cursor), "{\"after\":%" PRIu64 ",\"lists\":%d}", w->expected - 1, w->lists_done);
	return str_of(w->cursor);
}

static struct str
renewal_carry(struct source *s)
{
	(void)s;
	return STR("{}");
}

static void
renewal_close(struct source *s)
{
	struct renewal_source *w = (struct renewal_source *)s;

	if (w == NULL)
		return;
	fs_list_free(w->files, w->n_files);
	crl_points_free(&w->points);
	renewals_free(&w->renewals);
	trust_free(&w->trust);
	digest_free(&w->sha256);
	digest_free(&w->sha512);
	free(w->all);
	free(w);
}

/* "{"after":12,"lists":0}", as renewal_cursor writes it. */
static enum status
read_cursor(struct renewal_source *w, struct str text, struct err *err)
{
	static const char head[] = "{\"after\":", tail[] = ",\"lists\":";
	uint64_t after, lists;
	struct str digits;

	w->expected = 1;
	if (text.n == 0)
		return ST_OK;
	if (!str_has_prefix(text, head))
		return err_set(err, ST_CORRUPT, _("the state of the run is damaged"));
	digits = (struct str){ text.p + sizeof(head) - 1, 0 };
	while (digits.p + digits.n < text.p + text.n && digits.p[digits.n] >= '0' && digits.p[digits.n] <= '9')
		digits.n++;
	text.n -= (size_t)(digits.p + digits.n - text.p);
	text.p = digits.p + digits.n;
	if (str_u64(digits, 0, UINT64_MAX - 1, &after, NULL) != ST_OK || !str_has_prefix(text, tail) || text.n != sizeof(tail) + 1 ||
	    str_u64((struct str){ text.p + sizeof(tail) - 1, 1 }, 0, 1, &lists, NULL) != ST_OK)
		return err_set(err, ST_CORRUPT, _("the state of the run is damaged"));
	w->expected = after + 1;
	w->lists_done = lists == 1;
	return ST_OK;
}

/* The archives of the chain before this run, from the cursor on; and the renewals among them. */
static enum status
choose(struct renewal_source *w, struct err *err)
{
	uint64_t first = archive_params_of(w->r->archive)->sequence - (w->r->state.volume.number - 1);
	enum status st;
	size_t i, kept = 0;

	if ((st = read_cursor(w, buf_str(&w->r->begun_at), err)) != ST_OK || (st = store_list(&w->r->store, false, &w->all, &w->n_all, err)) != ST_OK)
		return st;
	for (i = 0; i < w->n_all; i++)
		if (w->all[i].sequence < first && w->all[i].state != STORE_EMPTY)
			w->all[kept++] = w->all[i];
	w->n_all = kept;
	for (i = 0; i < kept && w->all[i].sequence < w->expected; i++)
		;
	w->list = w->all + i;
	w->n = kept - i;
	if ((st = renewed_load(&w->r->store, w->r->store.label, first, &w->trust, when_now_ms(), &w->renewals, err)) == ST_OK)
		w->trust.renewals = &w->renewals;
	return st;
}

enum status
run_renew_open(struct run *r, struct source **out, struct err *err)
{
	struct renewal_source *w = calloc(1, sizeof(*w));
	enum status st;

	*out = NULL;
	if (w == NULL)
		return err_oom(err, sizeof(*w));
	w->source = (struct source){ renewal_next, renewal_sync, renewal_cursor, renewal_carry, renewal_close };
	w->r = r;
	if ((st = crl_points_init(&w->points, err)) == ST_OK && (st = app_trust(r->app, NULL, &w->trust, err)) == ST_OK)
		st = choose(w, err);
	if (st != ST_OK) {
		renewal_close(&w->source);
		return st;
	}
	*out = &w->source;
	return ST_OK;
}
