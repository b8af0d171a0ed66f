/*
 * run_renew.c: the chain itself as a source (archive format 10): for every archive before this one a record in the stream "renewal" and, as files, all that
 * lies in its .seal directory.  One archive is a page: whoever is killed goes on with the next.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/verify.h"
#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/progress.h"

struct renewal {
	struct source	 source;	/* first */
	struct run	*r;
	struct trust	 trust;
	struct store_entry *list;
	size_t		 n, at;		/* archives; the one in work */
	bool		 begun;		/* its record was given */
	char		 **files;	/* of its .seal directory */
	size_t		 n_files, file;
	uint64_t	 blobs;
	struct record	 rec;
	struct buf	 raw;
	char		 id[120], blob[32], cursor[64];
	struct digest	 sha256, sha512;
	uint64_t	 octets;
};

static enum status
on_tar(void *ctx, const void *p, size_t n, struct err *err)
{
	struct renewal *w = ctx;
	enum status st;

	w->octets += n;
	if ((st = digest_add(&w->sha256, p, n, err)) != ST_OK)
		return st;
	return digest_add(&w->sha512, p, n, err);
}

/* Nothing is renewed that does not verify: a renewal would be taken for a blessing. */
static enum status
refuse(const struct store_entry *e, const struct verify_report *report, struct err *err)
{
	const char *why = "?";
	enum status st = report->verdict == VERDICT_INVALID ? ST_CORRUPT : ST_UNSURE;
	size_t i;

	for (i = 0; i < report->n_steps; i++)
		if (report->steps[i].verdict == report->verdict) {
			why = report->steps[i].text;
			break;
		}
	err_set(err, st, _("%s cannot be renewed: %s"), e->name, why);
	return st == ST_CORRUPT ? err_next(err, _("bring %s back from an intact copy, then: custody resume"), e->name) :
	    err_next(err, _("give what is missing (file in [trust]), then: custody resume"));
}

static enum status
examine(struct renewal *w, const struct store_entry *e, struct verify_report *report, struct err *err)
{
	struct verify_taps taps = { .ctx = w, .tar = on_tar };
	struct buf path;
	enum status st;

	w->octets = 0;
	buf_init(&path, 8192);
	if ((st = digest_begin(&w->sha256, DIGEST_SHA256, err)) == ST_OK && (st = digest_begin(&w->sha512, DIGEST_SHA512, err)) == ST_OK &&
	    (st = buf_addf(&path, err, "%s/%s%s", w->r->store.path, e->name, e->state == STORE_DESTROYED ? ".seal" : ".tar.gz")) == ST_OK &&
	    (st = buf_z(&path, err)) == ST_OK)
		st = e->state == STORE_DESTROYED ? verify_seal_dir(path.p, e->name, &w->trust, when_now_ms(), report, err) :
		    verify_archive(path.p, &w->trust, when_now_ms(), &taps, report, err);
	buf_free(&path);
	if (st != ST_OK)
		return st;
	return report->verdict == VERDICT_VALID ? ST_OK : refuse(e, report, err);
}

/* The files beside it are those of the seal inside: the same seal, the same list. */
static enum status
same_seal(struct renewal *w, const struct store_entry *e, const struct verify_report *report, struct err *err)
{
	struct verify_report beside;
	struct buf path;
	enum status st;

	buf_init(&path, 8192);
	if ((st = buf_addf(&path, err, "%s/%s.seal", w->r->store.path, e->name)) == ST_OK && (st = buf_z(&path, err)) == ST_OK &&
	    (st = verify_seal_dir(path.p, e->name, &w->trust, when_now_ms(), &beside, err)) == ST_OK) {
		if (memcmp(beside.seal_sha256, report->seal_sha256, sizeof(beside.seal_sha256)) != 0)
			verify_report_step(&beside, VERIFY_AUTHENTICITY, "chain.seal", VERDICT_INVALID, "%s", _("the seal beside it differs from the seal inside"));
		if (beside.verdict != VERDICT_VALID)
			st = refuse(e, &beside, err);
	}
	buf_free(&path);
	return st;
}

static enum status
describe(struct renewal *w, const struct store_entry *e, const struct verify_report *report, struct err *err)
{
	char seal[65], tar256[65], tar512[129], stamp[WHEN_UTC_LEN + 1];
	unsigned char hash[DIGEST_MAX];
	enum status st;

	buf_clear(&w->raw);
	digest_hex(report->seal_sha256, 32, seal);
	if ((st = buf_addf(&w->raw, err, "{\"archive\":\"%s\",\"sequence\":%" PRIu64 ",\"state\":\"%s\",\"verdict\":\"VALID\",\"seal_sha256\":\"%s\"", e->name,
	    e->sequence, e->state == STORE_DESTROYED ? "destroyed" : "closed", seal)) != ST_OK)
		return st;
	if (report->token_ms != WHEN_UNKNOWN) {
		when_utc(report->token_ms, stamp);
		if ((st = buf_addf(&w->raw, err, ",\"time_stamp\":\"%s\"", stamp)) != ST_OK)
			return st;
	}
	if (e->state != STORE_DESTROYED) {
		if ((st = digest_end(&w->sha256, hash, err)) != ST_OK)
			return st;
		digest_hex(hash, 32, tar256);
		if ((st = digest_end(&w->sha512, hash, err)) != ST_OK)
			return st;
		digest_hex(hash, 64, tar512);
		if ((st = buf_addf(&w->raw, err, ",\"tar_octets\":%" PRIu64 ",\"tar_sha256\":\"%s\",\"tar_sha512\":\"%s\"", w->octets, tar256, tar512)) != ST_OK)
			return st;
	}
	return buf_putc(&w->raw, '}', err);
}

static void
begin_record(struct renewal *w, enum record_kind kind, const char *stream)
{
	record_init(&w->rec, kind, stream);
	w->rec.id = str_of(w->id);
	w->rec.tenant = str_of(w->r->state.tenant);
	w->rec.platform = STR("custody");
	w->rec.endpoint = STR("chain renew");
	w->rec.fetched_ms = when_now_ms();
	if (record_field(kind, "id") >= 0)
		record_set(&w->rec, "id", w->rec.id);
}

/* Its seal is not complete: it cannot be vouched for yet, and this is not hidden. */
static enum status
pending(struct renewal *w, const struct store_entry *e, struct source_item *it)
{
	log_say(LOG_WARN_, _("%s is not closed yet: it stands in the next renewal"), e->name);
	snprintf(w->id, sizeof(w->id), "%s", e->name);
	begin_record(w, REC_GAP, "gaps");
	record_set(&w->rec, "of_stream", STR("renewal"));
	record_set(&w->rec, "object", w->rec.id);
	record_set(&w->rec, "reason", STR("archive_pending"));
	record_set(&w->rec, "is_final", STR("false"));
	record_set(&w->rec, "retry", STR("custody chain renew"));
	w->n_files = w->file = 0;
	w->begun = true;
	*it = (struct source_item){ .what = SRC_GAP, .rec = &w->rec };
	return ST_OK;
}

static enum status
begin_archive(struct renewal *w, const struct store_entry *e, struct source_item *it, struct err *err)
{
	struct verify_report report;
	char name[64];
	enum status st;
	int dir = -1;

	progress_phase(e->name);
	if (e->state == STORE_PENDING || e->state == STORE_UNFINISHED)
		return pending(w, e, it);
	if ((st = examine(w, e, &report, err)) != ST_OK || (e->state != STORE_DESTROYED && (st = same_seal(w, e, &report, err)) != ST_OK) ||
	    (st = describe(w, e, &report, err)) != ST_OK)
		return st;
	snprintf(name, sizeof(name), "%s.seal", e->name);
	if ((st = fs_dir_at(w->r->store.dir, name, false, &dir, err)) == ST_OK)
		st = fs_list(dir, &w->files, &w->n_files, err);
	fs_drop(&dir);
	w->file = 0;
	w->begun = true;
	snprintf(w->id, sizeof(w->id), "%s", e->name);
	begin_record(w, REC_UNKNOWN, "renewal");
	w->rec.raw = buf_str(&w->raw);
	w->rec.raw_form = RAW_JSON;
	*it = (struct source_item){ .what = SRC_RECORD, .rec = &w->rec };
	return st;
}

/* The next file of the .seal directory, copied to where downloads lie. */
static enum status
give_file(struct renewal *w, const struct store_entry *e, struct source_item *it, struct err *err)
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
	begin_record(w, REC_FILE, "renewal");
	record_set(&w->rec, "name", str_of(name));
	*it = (struct source_item){ .what = SRC_RECORD, .rec = &w->rec, .blob = w->blob, .blob_size = text.n };
	buf_free(&text);
	return st;
}

static enum status
renewal_next(struct source *s, struct source_item *it, struct err *err)
{
	struct renewal *w = (struct renewal *)s;

	if (w->at == w->n)
		return ST_END;
	if (!w->begun)
		return begin_archive(w, &w->list[w->at], it, err);
	if (w->file < w->n_files)
		return give_file(w, &w->list[w->at], it, err);
	fs_list_free(w->files, w->n_files);
	w->files = NULL;
	w->n_files = w->file = 0;
	w->begun = false;
	w->at++;
	*it = (struct source_item){ .what = SRC_PAGE, .stream = "renewal", .count = w->n };
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
	struct renewal *w = (struct renewal *)s;

	snprintf(w->cursor, sizeof(w->cursor), "{\"after\":%" PRIu64 "}", w->at > 0 ? w->list[w->at - 1].sequence : 0);
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
	struct renewal *w = (struct renewal *)s;

	if (w == NULL)
		return;
	fs_list_free(w->files, w->n_files);
	trust_free(&w->trust);
	digest_free(&w->sha256);
	digest_free(&w->sha512);
	buf_free(&w->raw);
	free(w->list);
	free(w);
}

/* The archives of the chain before this run, from the cursor on. */
static enum status
choose(struct renewal *w, struct err *err)
{
	uint64_t after = 0, first = archive_params_of(w->r->archive)->sequence - (w->r->state.volume.number - 1);
	const char *text = w->r->begun_at.n > 0 ? memmem(w->r->begun_at.p, w->r->begun_at.n, ":", 1) : NULL;
	size_t i, n, kept = 0;
	enum status st;

	if (text != NULL && (text++, str_u64((struct str){ text, strspn(text, "0123456789") }, 0, UINT64_MAX, &after, err)) != ST_OK)
		return err_set(err, ST_CORRUPT, _("the state of the run is damaged"));
	if ((st = store_list(&w->r->store, false, &w->list, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n; i++)
		if (w->list[i].sequence < first && w->list[i].sequence > after && w->list[i].state != STORE_EMPTY)
			w->list[kept++] = w->list[i];
	w->n = kept;
	return ST_OK;
}

enum status
run_renew_open(struct run *r, struct source **out, struct err *err)
{
	struct renewal *w = calloc(1, sizeof(*w));
	enum status st;

	*out = NULL;
	if (w == NULL)
		return err_oom(err, sizeof(*w));
	w->source = (struct source){ renewal_next, renewal_sync, renewal_cursor, renewal_carry, renewal_close };
	w->r = r;
	buf_init(&w->raw, (size_t)64 << 10);
	if ((st = app_trust(r->app, NULL, &w->trust, err)) == ST_OK && (st = buf_z(&r->begun_at, err)) == ST_OK)
		st = choose(w, err);
	if (st != ST_OK) {
		renewal_close(&w->source);
		return st;
	}
	*out = &w->source;
	return ST_OK;
}
