/* sealed.c: see sealed.h. */
#include "archive/sealed.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/proof.h"
#include "archive/records_check.h"
#include "archive/renewals.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/when.h"

#define FILES_MAX	256u	/* of seal/: 8 roles with 2 files each, 2 times 99 certificates and lists, 11 others */
#define BYTES_MAX	((uint64_t)64 << 20)	/* of them together */

void
sealed_init(struct sealed *s)
{
	memset(s, 0, sizeof(*s));
	evidence_init(&s->evidence);
	grammar_init(&s->grammar);
	s->grammar.last = ROW_TAGMANIFEST;	/* what comes before it is not here */
	buf_init(&s->segments, SEALED_SEGMENTS_MAX);
	buf_init(&s->tagmanifest, SEALED_TAGMANIFEST_MAX);
	buf_init(&s->sums, LIMIT_SIGNATURE);
}

void
sealed_free(struct sealed *s)
{
	size_t i;

	evidence_free(&s->evidence);
	grammar_free(&s->grammar);
	buf_free(&s->segments);
	buf_free(&s->tagmanifest);
	buf_free(&s->sums);
	for (i = 0; i < s->n_files; i++)
		buf_free(&s->files[i].bytes);
	mem_free(s->files);
}

/* The first contradiction is kept for the report; what is doubtful gives way to what is wrong. */
static enum status
keep(struct sealed *s, enum status st, const char *name, struct err *err)
{
	if (st != ST_CORRUPT && st != ST_UNSURE)
		return st;
	if (s->fault != ST_CORRUPT && s->fault != st) {
		s->fault = st;
		snprintf(s->fault_name, sizeof(s->fault_name), "%s", name);
		snprintf(s->fault_text, sizeof(s->fault_text), "%s", err->text);
	}
	return ST_OK;
}

static enum status
add_file(struct sealed *s, const char *name, struct str bytes, struct err *err)
{
	struct sealed_file *grown;
	unsigned char hash[32];
	char hex[65];
	enum status st;

	s->n_bytes += bytes.n;
	if (s->n_bytes > BYTES_MAX)
		return err_set(err, ST_UNSURE, _("%s is larger than %ju bytes"), "seal/", (uintmax_t)BYTES_MAX);
	if (s->n_files == FILES_MAX || strlen(name) >= sizeof(grown->name))
		return err_set(err, ST_CORRUPT, _("%s must not stand here"), name);
	if ((grown = mem_grow(s->files, s->n_files + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	s->files = grown;
	memset(&grown[s->n_files], 0, sizeof(*grown));
	snprintf(grown[s->n_files].name, sizeof(grown->name), "%s", name);
	buf_init(&grown[s->n_files].bytes, LIMIT_CRL);
	if ((st = buf_str_add(&grown[s->n_files++].bytes, bytes, err)) != ST_OK || (st = digest_of(DIGEST_SHA256, bytes.p, bytes.n, hash, err)) != ST_OK)
		return st;
	digest_hex(hash, 32, hex);
	return s->grammar.last < ROW_SUMS ? buf_addf(&s->sums, err, "%s  %s\n", hex, name) : ST_OK;
}

static enum status
take_seal(struct sealed *s, struct str bytes, struct err *err)
{
	struct evidence *e = &s->evidence;
	enum status st;

	if ((st = buf_str_add(&e->seal, bytes, err)) != ST_OK)
		return st == ST_LIMIT ? err_set(err, ST_CORRUPT, _("%s is larger than %ju bytes"), "seal.txt", (uintmax_t)LIMIT_SEAL) : st;
	st = evidence_seal(e, err);
	s->grammar.loose = st == ST_CORRUPT || (st == ST_UNSURE && e->parsed.n_signers == 0);
	if (!s->grammar.loose)
		s->grammar.seal = &e->parsed;
	return s->grammar.loose ? st : ST_OK;	/* an unknown kind of signature: evidence_judge says so */
}

/* A file of rows 11 to 15 to where the evidence wants it. */
static enum status
take_row(struct sealed *s, const struct grammar_entry *g, struct str bytes, struct err *err)
{
	struct evidence *e = &s->evidence;

	switch (g->row) {
	case ROW_SEAL:
		return take_seal(s, bytes, err);
	case ROW_SIGNATURE:
		if (e->parsed.signers[g->i].kind == SEAL_UNKNOWN)
			return ST_OK;
		return buf_str_add(g->cert ? &e->sm2_cert[g->i] : &e->signature[g->i], bytes, err);
	case ROW_PEM:
		return evidence_pem(e, bytes, g->cert, err);
	case ROW_SUMS:
		return buf_str_add(&e->sums, bytes, err);
	case ROW_TOKEN:
		e->n_tokens = g->i + 1;
		return buf_str_add(&e->token[g->i], bytes, err);
	default:
		return ST_OK;
	}
}

enum status
sealed_take(struct sealed *s, const char *path, struct str bytes, struct err *err)
{
	struct grammar_entry g;
	struct err local;
	enum status st;

	if (err == NULL) {	/* texts are taken from it */
		err_init(&local);
		err = &local;
	}
	if (strcmp(path, SEALED_SEGMENTS) == 0)
		return buf_str_add(&s->segments, bytes, err);
	if (strcmp(path, SEALED_TAGMANIFEST) == 0)
		return buf_str_add(&s->tagmanifest, bytes, err);
	st = grammar_next(&s->grammar, path, &g, err);
	if (st == ST_OK)
		st = add_file(s, path + strlen("seal/"), bytes, err);
	if (st == ST_OK && !(s->grammar.loose && g.row != ROW_SEAL))
		st = take_row(s, &g, bytes, err);
	if (st == ST_LIMIT)
		st = err_set(err, ST_CORRUPT, _("%s is larger than the format allows"), path);
	return keep(s, st, path, err);
}

/* --- judging --- */

/* "<64 hex>  <path>" for record-segments.tsv, once. */
static enum status
check_tagmanifest(const struct sealed *s, struct err *err)
{
	unsigned char hash[32], listed[32];
	const struct str text = buf_str(&s->tagmanifest);
	const char *p = text.p, *end = p + text.n, *lf;
	unsigned found = 0;
	enum status st;

	if ((st = digest_of(DIGEST_SHA256, s->tagmanifest.p, s->tagmanifest.n, hash, err)) != ST_OK)
		return st;
	if (memcmp(hash, s->evidence.parsed.tagmanifest[0], 32) != 0)
		return err_set(err, ST_CORRUPT, _("the seal's Tagmanifest line is not the hash of the tag manifest"));
	if ((st = digest_of(DIGEST_SHA256, s->segments.p, s->segments.n, hash, err)) != ST_OK)
		return st;
	for (; p < end; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL || lf - p < 67 || memcmp(p + 64, "  ", 2) != 0 ||
		    !digest_unhex((struct str){ p, 64 }, listed, 32))
			return err_set(err, ST_CORRUPT, _("the tag manifest has a line that is not hash and path"));
		if (!str_is((struct str){ p + 66, (size_t)(lf - p) - 66 }, SEALED_SEGMENTS))
			continue;
		found++;
		if (memcmp(hash, listed, 32) != 0)
			return err_set(err, ST_CORRUPT, _("record-segments.tsv is not the one that the tag manifest lists"));
	}
	return found == 1 ? ST_OK : err_set(err, ST_CORRUPT, _("the tag manifest does not list record-segments.tsv once"));
}

bool
sealed_next(const struct sealed *s, struct sealed_segment *g)
{
	const struct str text = buf_str(&s->segments);
	const char *p, *end = text.p + text.n, *lf, *tab;
	struct str path, stream;
	uint64_t count, number;

	if (g->at >= text.n)
		return false;
	p = text.p + g->at;
	if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL || lf - p < 67 || p[64] != '\t' ||
	    !digest_unhex((struct str){ p, 64 }, g->root, 32) || (tab = memchr(p + 65, '\t', (size_t)(lf - p) - 65)) == NULL ||
	    str_u64((struct str){ p + 65, (size_t)(tab - p) - 65 }, 1, RECORDS_SEGMENT_MAX, &count, NULL) != ST_OK)
		return false;
	path = (struct str){ tab + 1, (size_t)(lf - tab) - 1 };
	if (!proof_segment_ok(path, &stream, &number))
		return false;
	snprintf(g->path, sizeof(g->path), "%.*s", STR_ARG(path));
	snprintf(g->stream, sizeof(g->stream), "%.*s", STR_ARG(stream));
	g->number = g->at == 0 ? 0 : g->number + 1;
	g->count = (uint32_t)count;
	g->at += (size_t)(lf + 1 - p);
	return true;
}

static enum status
check_segments(const struct sealed *s, struct err *err)
{
	struct sealed_segment g = { .at = 0 };
	uint64_t n = 0;

	while (sealed_next(s, &g))
		n += g.count;
	if (g.at != s->segments.n)
		return err_set(err, ST_CORRUPT, _("record-segments.tsv has a line that is not root, count and path"));
	if (n != s->evidence.parsed.records)
		return err_set(err, ST_CORRUPT, _("the seal's Records line is not the number of records"));
	return ST_OK;
}

static enum status
step(struct verify_report *report, enum verify_group group, const char *id, const char *member, const char *good, enum status st, const struct err *err)
{
	if (st != ST_OK && st != ST_CORRUPT && st != ST_UNSURE)
		return st;
	if (st == ST_CORRUPT && report->verdict != VERDICT_INVALID)
		snprintf(report->member, sizeof(report->member), "%s", member);
	verify_report_step(report, group, id, st == ST_OK ? VERDICT_VALID : st == ST_CORRUPT ? VERDICT_INVALID : VERDICT_INDETERMINATE, "%s",
	    st == ST_OK ? good : err->text);
	return ST_OK;
}

/* The files of seal/: their order and names, their list, the seal's own form. */
static enum status
judge_files(struct sealed *s, struct verify_report *report, struct err *err)
{
	enum status st = ST_OK;

	if (s->fault != ST_OK)
		st = err_set(err, s->fault, "%s", s->fault_text);
	else if ((st = grammar_finish(&s->grammar, err)) == ST_OK && !s->grammar.loose && !str_eq(buf_str(&s->sums), buf_str(&s->evidence.sums)))
		st = err_set(err, ST_CORRUPT, _("seal/sha256sums.txt is not the list of the files that are there"));
	return step(report, VERIFY_INTEGRITY, "sums", s->fault != ST_OK ? s->fault_name : "seal/sha256sums.txt",
	    _("seal/sha256sums.txt lists exactly the seal, its signatures and certificates"), st, err);
}

static int
by_name(const void *va, const void *vb)
{
	return strcmp((*(const struct sealed_file *const *)va)->name, (*(const struct sealed_file *const *)vb)->name);
}

/* What a renewal archive knows these files by: the lines of `sha256sum *` in the .seal directory, which holds the same. */
static enum status
digest_files(struct sealed *s, struct err *err)
{
	const struct sealed_file **order = mem_get(s->n_files + 1, sizeof(*order), err);
	unsigned char sha256[32];
	char hex[65];
	struct buf lines;
	enum status st = order == NULL ? ST_NOMEM : ST_OK;
	size_t i;

	buf_init(&lines, LIMIT_CRL);
	for (i = 0; st == ST_OK && i < s->n_files; i++)
		order[i] = &s->files[i];
	if (st == ST_OK)
		qsort(order, s->n_files, sizeof(*order), by_name);
	for (i = 0; st == ST_OK && i < s->n_files; i++)
		if ((st = digest_of(DIGEST_SHA256, order[i]->bytes.p, order[i]->bytes.n, sha256, err)) == ST_OK) {
			digest_hex(sha256, sizeof(sha256), hex);
			st = buf_addf(&lines, err, "%s  %s\n", hex, order[i]->name);
		}
	if (st == ST_OK && (st = digest_of(DIGEST_SHA256, lines.p, lines.n, s->evidence.files, err)) == ST_OK)
		s->evidence.has_files = true;
	buf_free(&lines);
	mem_free(order);
	return st;
}

enum status
sealed_judge(struct sealed *s, const struct trust *trust, int64_t now_ms, struct verify_report *report, struct err *err)
{
	struct err local;
	enum status st;

	if (err == NULL) {
		err_init(&local);
		err = &local;
	}
	memset(report, 0, sizeof(*report));
	report->token_ms = WHEN_UNKNOWN;
	if (s->evidence.seal_status == ST_END && s->fault == ST_OK)
		(void)keep(s, err_set(err, ST_CORRUPT, _("%s is missing"), "seal/seal.txt"), "seal/seal.txt", err);
	if ((st = judge_files(s, report, err)) != ST_OK || s->grammar.loose || s->grammar.seal == NULL)
		return st;
	if ((st = step(report, VERIFY_INTEGRITY, "tagmanifest", SEALED_TAGMANIFEST, _("the seal's hash is that of the tag manifest, and the manifest's that of record-segments.tsv"),
	    check_tagmanifest(s, err), err)) != ST_OK ||
	    (st = step(report, VERIFY_INTEGRITY, "segments", SEALED_SEGMENTS, _("record-segments.tsv counts as many records as the seal"),
	    check_segments(s, err), err)) != ST_OK)
		return st;
	report->seal = s->evidence.parsed;
	if ((st = digest_of(DIGEST_SHA256, s->evidence.seal.p, s->evidence.seal.n, report->seal_sha256, err)) != ST_OK)
		return st;
	if (renewals_name(trust->renewals, str_of(report->seal.archive)) && (st = digest_files(s, err)) != ST_OK)
		return st;
	return evidence_judge(&s->evidence, trust, now_ms, report, err);
}

/* --- segments --- */

bool
sealed_find(const struct sealed *s, const char *stream, uint64_t number, struct sealed_segment *g)
{
	uint64_t first = 0;

	for (*g = (struct sealed_segment){ .at = 0 }; sealed_next(s, g);) {
		if (strcmp(g->stream, stream) != 0)
			continue;
		g->first = first;
		if (number - first < g->count)
			return true;
		first += g->count;
	}
	return false;
}

bool
sealed_is(const struct sealed *s, const char *path, uint32_t count, const unsigned char root[32])
{
	struct sealed_segment g;

	for (g = (struct sealed_segment){ .at = 0 }; sealed_next(s, &g);)
		if (strcmp(g.path, path) == 0)
			return g.count == count && memcmp(g.root, root, 32) == 0;
	return false;
}
