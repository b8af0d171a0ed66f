/*
 * verify.c: one reading of an archive file, judged: archive format 6.1.  Rows 7 to 15 are in verify_rows.c, the report in verify_steps.c,
 * pending archives in verify_pending.c.
 *
 * Bytes go  file → gunzip → reader (headers, blocks) → here (order, digests, records) → taps.
 */
#include <stdio.h>

#include <fcntl.h>

#include "archive/baginfo.h"
#include "archive/renewals.h"
#include "archive/tar.h"
#include "archive/verify_parts.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/when.h"

#define CAPTURE_MAX	LIMIT_CRL

static const enum digest_alg order[SEAL_ALGS_MAX] = { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SM3 };

static bool
is_payload(enum grammar_row row)
{
	return row == ROW_RECORDS || row == ROW_FILES || row == ROW_VIEWS;
}

/* How large a file of a row may be; what is not captured has no bound of its own. */
static uint64_t
capture_max(enum grammar_row row)
{
	switch (row) {
	case ROW_BAGIT: return 4096;
	case ROW_BAGINFO: return BAGINFO_MAX;
	case ROW_TAGMANIFEST: return (uint64_t)64 << 10;
	case ROW_SEAL: return LIMIT_SEAL;
	case ROW_SIGNATURE: case ROW_SUMS: case ROW_TOKEN: return LIMIT_SIGNATURE;
	case ROW_PEM: return LIMIT_CRL;
	default: return 0;
	}
}

/* The order of entries is broken, or a bound passed: what follows has no meaning any more, ST_LIMIT ends the reading. */
static enum status
give_up(struct reading *r, enum status st, struct err *err)
{
	st = verify_note(r, CHECK_NAMES, st, r->name, r->at, err);
	return st == ST_OK ? ST_LIMIT : st;
}

static enum status
begin_entry(struct reading *r, struct err *err)
{
	enum status st = ST_OK;
	uint64_t max = capture_max(r->entry.row);
	size_t i;

	buf_clear(&r->text);
	r->about = (struct utf8_feed){ .n = 0 };
	r->capture = max > 0;
	if (r->capture && r->size > max) {
		st = err_set(err, r->entry.row == ROW_SEAL ? ST_CORRUPT : ST_UNSURE, _("%s is larger than %ju bytes"), r->name, (uintmax_t)max);
		return give_up(r, st, err);
	}
	r->in_segment = r->entry.row == ROW_RECORDS && !r->entry.encrypted;
	if (r->in_segment)
		records_check_begin(&r->records);
	for (i = 0; i < r->manifest.n_algs && st == ST_OK; i++)
		st = digest_begin(&r->digest[i], order[i], err);
	return st;
}

static enum status
on_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct reading *r = ctx;
	enum status st;

	r->size = size;
	r->at = at;
	r->data_at = at + (size >= TAR_PAX_FROM ? 3 * TAR_BLOCK : TAR_BLOCK);
	snprintf(r->name, sizeof(r->name), "%s", path);
	if ((st = grammar_next(&r->grammar, r->name, &r->entry, err)) != ST_OK)
		return give_up(r, st, err);
	if ((st = begin_entry(r, err)) != ST_OK || (st = verify_crypt_entry(r, err)) != ST_OK)
		return st;
	if (r->taps != NULL && r->taps->entry != NULL)
		return r->taps->entry(r->taps->ctx, r->name, size, at, err);
	return ST_OK;
}

/* A line of a segment breaks the rules: said once, and this segment is not looked at any further. */
static enum status
segment_fault(struct reading *r, enum status st, struct err *err)
{
	if (st != ST_CORRUPT && st != ST_UNSURE)
		return st;
	r->in_segment = false;
	r->roots_unknown = true;
	return verify_note(r, CHECK_RECORDS, st, r->name, r->data_at + r->records.line_at, err);
}

static enum status
explain(struct reading *r, const unsigned char *p, size_t n, struct err *err)
{
	char path[101];
	uint64_t at = 0;
	enum status st;

	st = p != NULL ? manifest_explain(&r->manifest, p, n, path, &at, err) : manifest_explain_end(&r->manifest, path, &at, err);
	if (st == ST_CORRUPT)
		st = verify_note(r, CHECK_MANIFEST, st, path[0] != '\0' ? path : r->name, path[0] != '\0' ? at : r->at, err);
	return st;
}

static enum status
on_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct reading *r = ctx;
	enum status st;
	size_t i;

	for (i = 0; i < r->manifest.n_algs; i++)
		if ((st = digest_add(&r->digest[i], p, n, err)) != ST_OK)
			return st;
	if (r->in_segment && (st = records_check_add(&r->records, p, n, err)) != ST_OK && (st = segment_fault(r, st, err)) != ST_OK)
		return st;
	if (r->entry.row == ROW_VERIFY || r->entry.row == ROW_FORMAT)
		(void)utf8_feed(&r->about, (struct str){ (const char *)p, n });
	if (r->entry.encrypted && (st = verify_crypt_data(r, p, n, err)) != ST_OK)
		return st;
	if (r->capture && (st = buf_add(&r->text, p, n, err)) != ST_OK)
		return st;
	if (r->entry.row == ROW_SEGMENTS && r->grammar.n_encrypted > 0 && (st = manifest_listed(&r->manifest, p, n, err)) != ST_OK) {
		if ((st = verify_note(r, CHECK_SEGMENTS, st, r->name, r->at, err)) != ST_OK)
			return st;
	}
	if (r->explain && r->entry.row == ROW_MANIFEST && r->entry.i == 0 && r->checks[CHECK_MANIFEST].verdict == VERDICT_VALID &&
	    (st = explain(r, p, n, err)) != ST_OK)
		return st;
	if (r->taps != NULL && r->taps->data != NULL)
		return r->taps->data(r->taps->ctx, p, n, err);
	return ST_OK;
}

static enum status
end_segment(struct reading *r, struct err *err)
{
	unsigned char root[32];
	enum status st;

	if (r->entry.encrypted)
		return r->entry.first_part ? manifest_encrypted_segment(&r->manifest, r->entry.plain, err) : ST_OK;
	r->segments_n++;
	if (!r->in_segment)
		return ST_OK;
	if (r->size > RECORDS_SEGMENT_BYTES)
		st = err_set(err, ST_CORRUPT, _("%s is longer than 64 MiB"), r->name);
	else
		st = records_check_end(&r->records, root, err);
	if (st != ST_OK)
		return segment_fault(r, st, err);
	r->records_n += r->records.n;
	return manifest_segment(&r->manifest, root, r->records.n, r->name, err);
}

static enum status
end_payload(struct reading *r, struct err *err)
{
	enum status st;

	r->files++;
	r->octets += r->size;
	if (r->entry.encrypted && (st = verify_crypt_end(r, err)) != ST_OK)
		return st;
	if (r->entry.row == ROW_RECORDS && (st = end_segment(r, err)) != ST_OK)
		return st;
	if (r->explain && (st = manifest_keep(&r->manifest, r->hash[0], r->name, r->at, err)) != ST_OK)
		return st;
	return manifest_payload(&r->manifest, (const unsigned char (*)[DIGEST_MAX])r->hash, r->name, err);
}

static enum status
on_entry_end(void *ctx, struct err *err)
{
	struct reading *r = ctx;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < r->manifest.n_algs && st == ST_OK; i++)
		st = digest_end(&r->digest[i], r->hash[i], err);
	if (st != ST_OK)
		return st;
	if (r->explain && r->entry.row == ROW_MANIFEST && r->entry.i == 0 && r->checks[CHECK_MANIFEST].verdict == VERDICT_VALID &&
	    (st = explain(r, NULL, 0, err)) != ST_OK)
		return st;
	if ((st = is_payload(r->entry.row) ? end_payload(r, err) : verify_row_end(r, err)) != ST_OK)
		return st;
	if (r->taps != NULL && r->taps->entry_end != NULL)
		return r->taps->entry_end(r->taps->ctx, r->hash[0], err);
	return ST_OK;
}

static enum status
on_tar(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct reading *r = ctx;
	enum status st;

	if (r->taps != NULL && r->taps->tar != NULL && (st = r->taps->tar(r->taps->ctx, p, n, err)) != ST_OK)
		return st;
	if (!r->named) {	/* the tar begins with "NAME/bagit.txt"; hashing what nobody has renewed would be for nothing */
		const unsigned char *slash = memchr(p, '/', n);

		r->named = true;
		if (slash != NULL && !renewals_name(r->renewals, (struct str){ (const char *)p, (size_t)(slash - p) }))
			r->renewals = NULL;
	}
	if (r->renewals != NULL && (st = digest_add(&r->tar, p, n, err)) != ST_OK)
		return st;
	return reader_push(&r->reader, p, n, err);
}

static enum status
on_member(void *ctx, uint64_t at, struct err *err)
{
	struct reading *r = ctx;

	return r->taps->member(r->taps->ctx, at, r->reader.at, err);
}

static enum status
on_record(void *ctx, struct str line, uint64_t at, const struct tree *tree, struct err *err)
{
	struct reading *r = ctx;

	return r->taps->record(r->taps->ctx, line, at, tree, err);
}

static const struct reader_events reading_events = { NULL, on_entry, on_data, on_entry_end };

static void
reading_init(struct reading *r, int fd, const char *path, const struct crypt_key *key, const struct verify_taps *taps, bool all_algs, bool explaining,
    struct verify_report *report)
{
	memset(r, 0, sizeof(*r));
	r->fd = fd;
	r->path = path;
	r->taps = taps;
	r->all_algs = all_algs;
	r->explain = explaining;
	r->report = report;
	grammar_init(&r->grammar);
	evidence_init(&r->evidence);
	manifest_init(&r->manifest, all_algs);
	records_check_init(&r->records);
	verify_crypt_init(r, key);
	buf_init(&r->text, CAPTURE_MAX);
	buf_init(&r->sums, (size_t)64 << 10);
	memset(report, 0, sizeof(*report));
	report->token_ms = WHEN_UNKNOWN;
}

static void
reading_free(struct reading *r)
{
	size_t i;

	grammar_free(&r->grammar);
	evidence_free(&r->evidence);
	manifest_free(&r->manifest);
	records_check_free(&r->records);
	verify_crypt_free(r);
	reader_free(&r->reader);
	for (i = 0; i < SEAL_ALGS_MAX; i++)
		digest_free(&r->digest[i]);
	digest_free(&r->tar);
	buf_free(&r->text);
	buf_free(&r->sums);
}

enum status
verify_read(struct reading *r, struct err *err)
{
	struct reader_events events = reading_events;
	enum status st;

	events.ctx = r;
	reader_init(&r->reader, &events);
	r->gunzip = (struct gunzip){ .fd = r->fd, .name = r->path, .put = on_tar, .ctx = r };
	if (r->taps != NULL && r->taps->member != NULL)
		r->gunzip.member = on_member;
	if (r->taps != NULL && r->taps->record != NULL) {
		r->records.line = on_record;
		r->records.ctx = r;
	}
	if ((st = manifest_begin(&r->manifest, err)) != ST_OK)
		return st;
	st = gunzip_run(&r->gunzip, err);
	if (st == ST_OK)
		st = reader_finish(&r->reader, err);
	if (st == ST_CORRUPT && r->gunzip.at_fault) {
		bool first = !r->any_fault;

		st = verify_note(r, CHECK_CONTAINER, st, r->reader.last, r->gunzip.at, err);
		r->report->offset_in_file |= first;
		return st;
	}
	if (st == ST_CORRUPT && r->reader.at_fault)
		return verify_note(r, CHECK_CONTAINER, st, reader_member(&r->reader), r->reader.fault_at, err);
	if (st == ST_LIMIT && r->checks[CHECK_NAMES].verdict != VERDICT_VALID)
		return ST_OK;	/* noted already */
	if (st != ST_OK)
		return st;
	if ((st = verify_note(r, CHECK_CONTAINER, ST_OK, "", 0, err)) != ST_OK)
		return st;
	st = grammar_finish(&r->grammar, err);
	r->ended = st == ST_OK;
	return verify_note(r, CHECK_NAMES, st, "", r->reader.at, err);
}

/* One reading and its report; ${again}: it must be read with every algorithm, or once more to name a line. */
static enum status
judge(struct reading *r, const struct trust *trust, int64_t now_ms, struct err *err)
{
	struct verify_report *report = r->report;
	enum status st;

	if (trust->renewals != NULL && trust->renewals->n > 0 && renewals_alg(trust, now_ms, &r->evidence.tar_alg)) {
		r->renewals = trust->renewals;
		if ((st = digest_begin(&r->tar, r->evidence.tar_alg, err)) != ST_OK)
			return st;
	}
	if ((st = verify_read(r, err)) != ST_OK)
		return st;
	report->whole = r->ended;
	if (r->renewals != NULL && r->ended) {
		if ((st = digest_end(&r->tar, r->evidence.tar, err)) != ST_OK)
			return st;
		r->evidence.has_tar = true;
	}
	verify_checks(r);
	if (r->evidence.parsed.n_signers == 0 || r->evidence.seal_status == ST_CORRUPT || !r->ended)
		return ST_OK;
	report->seal = r->evidence.parsed;
	if ((st = digest_of(DIGEST_SHA256, r->evidence.seal.p, r->evidence.seal.n, report->seal_sha256, err)) != ST_OK)
		return st;
	return evidence_judge(&r->evidence, trust, now_ms, report, err);
}

static enum status
read_again(int fd, const char *path, const struct trust *trust, const struct crypt_key *key, int64_t now_ms, bool all_algs, struct verify_report *report, struct err *err)
{
	struct verify_report first = *report;
	struct reading r;
	enum status st;

	reading_init(&r, fd, path, key, NULL, all_algs, first.verdict == VERDICT_INVALID, report);
	st = judge(&r, trust, now_ms, err);
	reading_free(&r);
	/* The file may have been changed between the readings; both must have seen the same seal. */
	if (st == ST_OK && first.verdict != VERDICT_INVALID && memcmp(first.seal_sha256, report->seal_sha256, sizeof(first.seal_sha256)) != 0)
		verify_report_step(report, VERIFY_SECURITY, "container", VERDICT_INVALID, _("the file changed while it was read"));
	if (st == ST_OK && first.verdict == VERDICT_INVALID && report->verdict != VERDICT_INVALID)
		*report = first;
	return st;
}

static bool
ends_with(const char *s, const char *tail)
{
	size_t n = strlen(s), n_tail = strlen(tail);

	return n > n_tail && strcmp(s + n - n_tail, tail) == 0;
}

enum status
verify_archive(const char *path, const struct trust *trust, int64_t now_ms, const struct verify_taps *taps, struct verify_report *report,
    struct err *err)
{
	return verify_with_key(path, trust, NULL, now_ms, taps, report, err);
}

enum status
verify_with_key(const char *path, const struct trust *trust, const struct crypt_key *key, int64_t now_ms, const struct verify_taps *taps,
    struct verify_report *report, struct err *err)
{
	bool more, manifest_differs, not_ours;
	struct err local;
	struct reading r;
	enum status st;
	int fd = -1;

	if (err == NULL) {	/* the report's texts are taken from it */
		err_init(&local);
		err = &local;
	}
	if (ends_with(path, ".tar.gz.partial"))
		return verify_pending(path, trust, now_ms, report, err);
	if ((st = fs_open_read(AT_FDCWD, path, &fd, err)) != ST_OK)
		return st;
	reading_init(&r, fd, path, key, taps, false, false, report);
	st = judge(&r, trust, now_ms, err);
	not_ours = r.crypt.not_ours;
	more = r.more_algs;
	manifest_differs = r.ended && r.checks[CHECK_MANIFEST].verdict == VERDICT_INVALID;
	reading_free(&r);
	if (st == ST_OK && (manifest_differs || (more && report->verdict != VERDICT_INVALID)))
		st = read_again(fd, path, trust, key, now_ms, more, report, err);
	fs_drop(&fd);
	if (st == ST_OK && not_ours && report->verdict != VERDICT_INVALID)
		st = crypt_not_ours(err);
	return st;
}
