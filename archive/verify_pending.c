/*
 * verify_pending.c: an archive that is not closed: <name>.tar.gz.partial.  What its .seal directory holds is checked; the verdict is at best
 * INDETERMINATE, and says what is missing (archive format 5.2).
 */
#include <fcntl.h>
#include <stdio.h>

#include "archive/verify_parts.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/when.h"

#define TAIL	".tar.gz.partial"

/* Load one file of the directory; a missing one leaves ${out} empty. */
static enum status
load(int dir, const char *name, size_t max, struct buf *out, struct err *err)
{
	enum status st = fs_load(dir, name, max, out, err);

	return st == ST_END ? ST_OK : st;
}

static enum status
load_signers(struct evidence *e, int dir, struct err *err)
{
	enum status st = ST_OK;
	char name[48];
	size_t i;

	for (i = 0; i < e->parsed.n_signers && st == ST_OK; i++) {
		const struct seal_signer *g = &e->parsed.signers[i];

		snprintf(name, sizeof(name), "%s.%s", g->role, g->kind == SEAL_SM2 ? "sm2sig" : "p7s");
		if (g->kind != SEAL_UNKNOWN)
			st = load(dir, name, LIMIT_SIGNATURE, &e->signature[i], err);
		snprintf(name, sizeof(name), "%s.crt.pem", g->role);
		if (st == ST_OK && g->kind == SEAL_SM2)
			st = load(dir, name, LIMIT_SIGNATURE, &e->sm2_cert[i], err);
	}
	return st;
}

static enum status
load_pems(struct evidence *e, int dir, struct verify_report *report, struct err *err)
{
	static const char *const kinds[] = { "crl", "crt" };
	enum status st = ST_OK;
	struct buf pem;
	char name[16];
	unsigned i;

	buf_init(&pem, LIMIT_CRL);
	for (i = 0; i < 2 * 99 && st == ST_OK; i++) {
		snprintf(name, sizeof(name), "%02u.%s.pem", i / 2 + 1, kinds[i % 2]);
		buf_clear(&pem);
		if ((st = load(dir, name, LIMIT_CRL, &pem, err)) != ST_OK || pem.n == 0)
			continue;
		st = evidence_pem(e, buf_str(&pem), i % 2 == 1, err);
		if (st == ST_CORRUPT) {
			verify_report_step(report, VERIFY_INTEGRITY, "sums", VERDICT_INVALID, "%s: %s", name, err->text);
			snprintf(report->member, sizeof(report->member), "seal/%s", name);
			st = ST_OK;
		}
	}
	buf_free(&pem);
	return st;
}

static enum status
load_tokens(struct evidence *e, int dir, struct err *err)
{
	enum status st;
	char name[32];

	if ((st = load(dir, "sha256sums.txt", LIMIT_SIGNATURE, &e->sums, err)) != ST_OK)
		return st;
	while (e->n_tokens < GRAMMAR_TOKENS_MAX) {
		if (e->n_tokens == 0)
			snprintf(name, sizeof(name), "sha256sums.txt.tsr");
		else
			snprintf(name, sizeof(name), "sha256sums.txt.%zu.tsr", e->n_tokens + 1);
		if ((st = load(dir, name, LIMIT_SIGNATURE, &e->token[e->n_tokens], err)) != ST_OK || e->token[e->n_tokens].n == 0)
			break;
		e->n_tokens++;
	}
	return st;
}

static enum status
judge_directory(struct evidence *e, int dir, const char *name, const struct trust *trust, int64_t now_ms, struct verify_report *report, struct err *err)
{
	enum status st;

	if ((st = load(dir, "seal.txt", LIMIT_SEAL + 1, &e->seal, err)) != ST_OK)
		return st;
	if (e->seal.n == 0) {
		verify_report_step(report, VERIFY_AUTHENTICITY, "seal", VERDICT_INDETERMINATE, _("not sealed yet: there is no seal.txt"));
		return ST_OK;
	}
	st = evidence_seal(e, err);
	if (st == ST_CORRUPT || st == ST_UNSURE) {
		verify_report_step(report, VERIFY_AUTHENTICITY, "seal", st == ST_CORRUPT ? VERDICT_INVALID : VERDICT_INDETERMINATE, "%s", err->text);
		snprintf(report->member, sizeof(report->member), "%s", st == ST_CORRUPT ? "seal/seal.txt" : "");
		if (st == ST_CORRUPT || e->parsed.n_signers == 0)
			return ST_OK;
	} else if (st != ST_OK)
		return st;
	if (strcmp(e->parsed.archive, name) != 0) {
		verify_report_step(report, VERIFY_AUTHENTICITY, "seal", VERDICT_INVALID, _("seal.txt is of another archive"));
		snprintf(report->member, sizeof(report->member), "seal/seal.txt");
	}
	report->seal = e->parsed;
	if ((st = pending_read(dir, &report->stage, err)) != ST_OK && st != ST_UNSURE)
		return st;
	report->has_stage = true;
	if ((st = digest_of(DIGEST_SHA256, e->seal.p, e->seal.n, report->seal_sha256, err)) != ST_OK || (st = load_signers(e, dir, err)) != ST_OK ||
	    (st = load_pems(e, dir, report, err)) != ST_OK || (st = load_tokens(e, dir, err)) != ST_OK)
		return st;
	return evidence_judge(e, trust, now_ms, report, err);
}

/* Who has still to sign, or that only a token is missing. */
static enum status
say_stage(struct verify_report *report, struct err *err)
{
	struct buf text;
	enum status st;

	buf_init(&text, 4096);
	if ((st = pending_text(&report->stage, &text, err)) == ST_OK)
		verify_report_step(report, VERIFY_AUTHENTICITY, "stage", VERDICT_INDETERMINATE, "%.*s", STR_ARG(buf_str(&text)));
	buf_free(&text);
	return st;
}

enum status
verify_pending(const char *path, const struct trust *trust, int64_t now_ms, struct verify_report *report, struct err *err)
{
	const char *slash = strrchr(path, '/'), *base = slash == NULL ? path : slash + 1;
	size_t n_base = strlen(base) - strlen(TAIL);
	struct evidence e;
	struct buf name, side;
	enum status st;
	int fd = -1, dir = -1;

	memset(report, 0, sizeof(*report));
	report->token_ms = WHEN_UNKNOWN;
	report->pending = true;
	evidence_init(&e);
	e.pending = true;
	buf_init(&name, 8192);
	buf_init(&side, 8192);
	if ((st = fs_open_read(AT_FDCWD, path, &fd, err)) != ST_OK || (st = buf_add(&name, base, n_base, err)) != ST_OK || (st = buf_z(&name, err)) != ST_OK ||
	    (st = buf_add(&side, path, strlen(path) - strlen(TAIL), err)) != ST_OK || (st = buf_addz(&side, ".seal", err)) != ST_OK ||
	    (st = buf_z(&side, err)) != ST_OK)
		goto out;
	dir = openat(AT_FDCWD, side.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0)
		verify_report_step(report, VERIFY_AUTHENTICITY, "seal", VERDICT_INDETERMINATE, _("not sealed yet: there is no %s"), side.p);
	else
		st = judge_directory(&e, dir, name.p, trust, now_ms, report, err);
	if (st == ST_OK && report->has_stage)
		st = say_stage(report, err);
	if (st == ST_OK)
		verify_report_step(report, VERIFY_INTEGRITY, "pending", VERDICT_INDETERMINATE, _("the archive is not closed: its content was not checked"));
out:
	fs_drop(&fd);
	fs_drop(&dir);
	buf_free(&name);
	buf_free(&side);
	evidence_free(&e);
	return st;
}
