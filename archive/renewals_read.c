/*
 * renewals_read.c: a renewal archive read for what it says.  Once for its records, while it is verified; once more for the CRLs that these name.  What passes by
 * is believed only when both readings ended VALID, of the same seal.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/cms_verify.h"
#include "archive/renewals_parts.h"
#include "core/arena.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/record.h"
#include "core/when.h"

#define RECORDS	"data/records/" RENEWALS_STREAM "/"

struct crl_place { char path[LIMIT_PATH + 1]; unsigned char sha256[32]; };

struct collector {
	struct renewal	 found;
	size_t		 room;
	bool		 records;		/* the entry in work is a segment of the stream */
	struct arena	 arena;
	struct digest	 files;			/* of the archive whose files pass by */
	char		 last[64];		/* the name before, for their order */
	uint64_t	 due;			/* of them: a volume may end among them, and then nothing follows from those that are there */
	bool		 counting;
	struct crl_place *crls; size_t n_crls;
	/* the second reading */
	const struct crl_place *taking;
	struct buf	 pem;
	uint64_t	 octets;
	STACK_OF(X509_CRL) *lists;
};

static bool
hex(const struct record *rec, const char *field, unsigned char *out, size_t n)
{
	struct str s = record_get(rec, field);

	return s.p != NULL && digest_unhex(s, out, n);
}

/* All files of the archive in work have been named. */
static enum status
end_files(struct collector *c, struct err *err)
{
	struct renewal_word *w;

	if (!c->counting)
		return ST_OK;
	c->counting = false;
	w = &c->found.words[c->found.n_words - 1];
	w->has_files = c->last[0] != '\0' && c->due == 0;
	return digest_end(&c->files, w->files, err);
}

static enum status
take_word(struct collector *c, const struct record *rec, struct err *err)
{
	struct renewal_word *grown, *w;
	enum status st;

	if ((st = end_files(c, err)) != ST_OK)
		return st;
	if (rec->id.n >= sizeof(w->archive) || memchr(rec->id.p, '\0', rec->id.n) != NULL)
		return ST_OK;
	if (c->found.n_words == c->room) {
		if ((grown = mem_grow(c->found.words, c->room * 2 + 16, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		c->found.words = grown;
		c->room = c->room * 2 + 16;
	}
	w = &c->found.words[c->found.n_words];
	memset(w, 0, sizeof(*w));
	memcpy(w->archive, rec->id.p, rec->id.n);
	w->destroyed = str_is(record_get(rec, "state"), "destroyed");
	w->invalid = str_is(record_get(rec, "verdict"), "INVALID");
	w->has_tar = hex(rec, "tar_sha256", w->sha256, 32) && hex(rec, "tar_sha512", w->sha512, 64);
	c->due = 0;
	if (!hex(rec, "seal_sha256", w->seal, 32) || str_u64(record_get(rec, "seal_files"), 0, UINT32_MAX, &c->due, NULL) != ST_OK)
		return ST_OK;		/* it had no seal to be known by */
	c->found.n_words++;
	c->counting = true;
	c->last[0] = '\0';
	return digest_begin(&c->files, DIGEST_SHA256, err);
}

/* "ARCHIVE/NAME": a file of its .seal directory, in the order of their names. */
static enum status
take_file(struct collector *c, const struct record *rec, struct err *err)
{
	struct renewal_word *w = &c->found.words[c->found.n_words - 1];
	struct str name = record_get(rec, "name"), sum = record_get(rec, "sha256");
	size_t n = strlen(w->archive);
	char line[64 + 2 + sizeof(c->last) + 2];
	int n_line;

	if (!c->counting)
		return ST_OK;
	if (name.n == 0 || name.n >= sizeof(c->last) || sum.n != 64 || rec->id.n != n + 1 + name.n || memcmp(rec->id.p, w->archive, n) != 0 || rec->id.p[n] != '/' ||
	    memcmp(rec->id.p + n + 1, name.p, name.n) != 0 || c->due-- == 0 || strncmp(c->last, name.p, name.n) >= 0) {
		c->counting = false;	/* not as the format has it: nothing follows from it */
		return ST_OK;
	}
	memcpy(c->last, name.p, name.n);
	c->last[name.n] = '\0';
	n_line = snprintf(line, sizeof(line), "%.64s  %s\n", sum.p, c->last);
	return digest_add(&c->files, line, (size_t)n_line, err);
}

static enum status
take_crl(struct collector *c, const struct record *rec, struct err *err)
{
	struct str path = record_get(rec, "path");
	struct crl_place *grown;

	if (c->n_crls == RENEWALS_CRLS_MAX || path.n > LIMIT_PATH || path.n == 0)
		return ST_OK;
	if ((grown = mem_grow(c->crls, c->n_crls + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	c->crls = grown;
	memset(&grown[c->n_crls], 0, sizeof(*grown));
	memcpy(grown[c->n_crls].path, path.p, path.n);
	c->n_crls += hex(rec, "sha256", grown[c->n_crls].sha256, 32);
	return ST_OK;
}

static enum status
on_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct collector *c = ctx;

	(void)size;
	(void)at;
	(void)err;
	c->records = strncmp(path, RECORDS, sizeof(RECORDS) - 1) == 0;
	return ST_OK;
}

static enum status
on_record(void *ctx, struct str line, uint64_t at, const struct tree *tree, struct err *err)
{
	struct collector *c = ctx;
	struct record rec;
	enum status st;

	(void)at;
	(void)tree;
	if (!c->records)
		return ST_OK;
	arena_reset(&c->arena);
	if ((st = record_decode(line, &c->arena, &rec, err)) != ST_OK)
		return st == ST_NOMEM ? st : ST_OK;	/* a line that is no record of ours says nothing */
	if (!str_is(rec.platform, "custody"))
		return ST_OK;
	if (rec.kind == REC_RENEWAL)
		return take_word(c, &rec, err);
	if (rec.kind != REC_FILE)
		return ST_OK;
	return str_has_prefix(rec.id, RENEWALS_CRL) ? take_crl(c, &rec, err) : c->found.n_words > 0 ? take_file(c, &rec, err) : ST_OK;
}

/* --- the second reading: the lists --- */

static enum status
on_file(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct collector *c = ctx;
	size_t i;

	(void)at;
	(void)err;
	c->taking = NULL;
	buf_clear(&c->pem);
	if (size == 0 || size > LIMIT_CRL || c->octets + size > RENEWALS_CRL_OCTETS)
		return ST_OK;
	for (i = 0; i < c->n_crls && c->taking == NULL; i++)
		if (strcmp(c->crls[i].path, path) == 0)
			c->taking = &c->crls[i];
	return ST_OK;
}

static enum status
on_data(void *ctx, const void *p, size_t n, struct err *err)
{
	struct collector *c = ctx;

	return c->taking == NULL ? ST_OK : buf_add(&c->pem, p, n, err);
}

static enum status
on_file_end(void *ctx, const unsigned char sha256[32], struct err *err)
{
	struct collector *c = ctx;
	X509_CRL *crl;
	enum status st;

	if (c->taking == NULL || memcmp(c->taking->sha256, sha256, 32) != 0)
		return ST_OK;
	if ((st = cms_verify_pem_crl(buf_str(&c->pem), &crl, err)) != ST_OK)
		return st == ST_CORRUPT ? ST_OK : st;	/* one that is none tells nothing */
	c->octets += c->pem.n;
	if (sk_X509_CRL_push(c->lists, crl) > 0)
		return ST_OK;
	X509_CRL_free(crl);
	return err_oom(err, 0);
}

static enum status
refuse(struct renewals *rs, const char *name, uint64_t sequence, enum verdict verdict, const char *why, struct err *err)
{
	struct renewal_refused *grown = mem_grow(rs->refused, rs->n_refused + 1, sizeof(*grown), err);

	if (grown == NULL)
		return ST_NOMEM;
	rs->refused = grown;
	grown += rs->n_refused++;
	memset(grown, 0, sizeof(*grown));
	snprintf(grown->name, sizeof(grown->name), "%s", name);
	grown->sequence = sequence;
	grown->verdict = verdict;
	snprintf(grown->why, sizeof(grown->why), "%s", why);
	return ST_OK;
}

/* What it brings along may speak against its own signers. */
static enum status
judge_by_own(struct collector *c, const char *path, const struct trust *t, int64_t now_ms, struct verify_report *r, struct err *err)
{
	struct renewals with = *t->renewals;
	struct trust trust = *t;
	enum status st = ST_OK;
	int i;

	trust.renewals = &with;
	if ((with.crls = t->renewals->crls == NULL ? sk_X509_CRL_new_null() : sk_X509_CRL_dup(t->renewals->crls)) == NULL)
		return err_oom(err, 0);
	for (i = 0; i < sk_X509_CRL_num(c->lists) && st == ST_OK; i++)
		if (sk_X509_CRL_push(with.crls, sk_X509_CRL_value(c->lists, i)) <= 0)
			st = err_oom(err, 0);
	if (st == ST_OK)
		st = verify_archive(path, &trust, now_ms, NULL, r, err);
	sk_X509_CRL_free(with.crls);
	return st;
}

static enum status
lists(struct collector *c, const char *path, const struct trust *t, int64_t now_ms, struct verify_report *r, struct err *err)
{
	const struct verify_taps taps = { .ctx = c, .entry = on_file, .data = on_data, .entry_end = on_file_end };
	unsigned char seal[32];
	enum status st;

	memcpy(seal, r->seal_sha256, sizeof(seal));
	if ((c->lists = sk_X509_CRL_new_null()) == NULL)
		return err_oom(err, 0);
	if (c->n_crls == 0)
		return ST_OK;
	st = verify_archive(path, t, now_ms, &taps, r, err);
	if (st == ST_OK && r->verdict == VERDICT_VALID && sk_X509_CRL_num(c->lists) > 0)
		st = judge_by_own(c, path, t, now_ms, r, err);
	if (st == ST_OK && r->verdict == VERDICT_VALID && memcmp(seal, r->seal_sha256, sizeof(seal)) != 0)
		st = err_set(err, ST_CORRUPT, _("the file was changed while it was read"));
	return st;
}

enum status
renewals_take(struct renewals *rs, const char *path, const struct trust *trust, int64_t now_ms, struct err *err)
{
	struct collector c = { .octets = 0 };
	const struct verify_taps taps = { .ctx = &c, .entry = on_entry, .record = on_record };
	const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
	struct trust with = *trust;
	struct verify_report r;
	char name[40];
	enum status st;

	with.renewals = rs;
	arena_init(&c.arena, LIMIT_ARENA);
	buf_init(&c.pem, LIMIT_CRL);
	if ((st = verify_archive(path, &with, now_ms, &taps, &r, err)) != ST_OK || (st = end_files(&c, err)) != ST_OK)
		goto out;
	if (r.seal_ok && renewals_has(rs, r.seal_sha256))
		goto out;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "."), base);
	if (r.verdict == VERDICT_VALID && c.found.n_words == 0 && c.n_crls == 0)
		goto out;
	if (r.verdict == VERDICT_VALID && (st = lists(&c, path, &with, now_ms, &r, err)) != ST_OK)
		goto out;
	if (r.verdict != VERDICT_VALID)
		st = refuse(rs, r.seal_ok ? r.seal.archive : name, r.seal_ok ? r.seal.sequence : UINT64_MAX, r.verdict, verify_report_why(&r), err);
	else if (r.token_ms == WHEN_UNKNOWN || r.seal.covers_from_ms != r.seal.covers_until_ms)
		st = refuse(rs, r.seal.archive, r.seal.sequence, VERDICT_INDETERMINATE, r.token_ms == WHEN_UNKNOWN ? _("it has no time stamp") :
		    _("it covers a time, which a renewal archive does not"), err);
	else {
		memcpy(c.found.name, r.seal.archive, sizeof(c.found.name));
		memcpy(c.found.chain, r.seal.chain, sizeof(c.found.chain));
		memcpy(c.found.seal, r.seal_sha256, sizeof(c.found.seal));
		c.found.sequence = r.seal.sequence;
		c.found.at_ms = r.token_ms;
		st = renewals_keep(rs, &c.found, c.lists, err);
	}
out:
	mem_free(c.found.words);
	mem_free(c.crls);
	sk_X509_CRL_pop_free(c.lists, X509_CRL_free);
	digest_free(&c.files);
	arena_free(&c.arena);
	buf_free(&c.pem);
	return st;
}
