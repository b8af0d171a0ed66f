/*
 * verify_directory.c: a .seal directory: seal, signatures, lists and tokens, of a pending archive or, complete, of one whose content is not read.
 */
#include <fcntl.h>
#include <stdio.h>

#include "archive/renewals.h"
#include "archive/verify_parts.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/when.h"

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

/* A line of row 14, as the files give it. */
static enum status
add_line(int dir, const char *name, struct buf *want, struct err *err)
{
	unsigned char sha256[32];
	struct buf text;
	char hex[65];
	enum status st;

	buf_init(&text, LIMIT_CRL + 1);
	st = fs_load(dir, name, LIMIT_CRL, &text, err);
	if (st == ST_OK && (st = digest_of(DIGEST_SHA256, text.p, text.n, sha256, err)) == ST_OK) {
		digest_hex(sha256, sizeof(sha256), hex);
		st = buf_addf(want, err, "%s  %s\n", hex, name);
	}
	buf_free(&text);
	return st == ST_END ? ST_OK : st;	/* one that is missing is missed in the comparison */
}

static bool
is_pem(const char *name)
{
	return name[0] >= '0' && name[0] <= '9' && name[1] >= '0' && name[1] <= '9' && (strcmp(name + 2, ".crl.pem") == 0 || strcmp(name + 2, ".crt.pem") == 0);
}

/* Is it a file that belongs there, beside those of row 13? */
static bool
belongs(const struct evidence *e, const char *name)
{
	char file[48];
	size_t i;

	if (strcmp(name, "seal.txt") == 0 || strcmp(name, "sha256sums.txt") == 0)
		return true;
	for (i = 1; i <= e->n_tokens; i++) {
		pending_token(i, file);
		if (strcmp(name, file) == 0)
			return true;
	}
	for (i = 0; i < e->parsed.n_signers; i++) {
		const struct seal_signer *g = &e->parsed.signers[i];

		pending_signature(g, file);
		if (strcmp(name, file) == 0)
			return true;
		snprintf(file, sizeof(file), "%s.crt.pem", g->role);
		if (g->kind == SEAL_SM2 && strcmp(name, file) == 0)
			return true;
	}
	return false;
}

/* A complete directory: row 14 lists exactly the files that are there, and nothing else lies beside them. */
static enum status
check_sums(struct evidence *e, int dir, struct verify_report *report, struct err *err)
{
	char **names = NULL, file[48];
	struct buf want;
	enum status st;
	size_t i, n = 0;

	buf_init(&want, LIMIT_SIGNATURE);
	if ((st = fs_list(dir, &names, &n, err)) != ST_OK || (st = add_line(dir, "seal.txt", &want, err)) != ST_OK)
		goto out;
	for (i = 0; i < e->parsed.n_signers && st == ST_OK; i++) {
		pending_signature(&e->parsed.signers[i], file);
		st = add_line(dir, file, &want, err);
		snprintf(file, sizeof(file), "%s.crt.pem", e->parsed.signers[i].role);
		if (st == ST_OK && e->parsed.signers[i].kind == SEAL_SM2)
			st = add_line(dir, file, &want, err);
	}
	for (i = 0; i < n && st == ST_OK; i++)
		if (is_pem(names[i]))
			st = add_line(dir, names[i], &want, err);
		else if (!belongs(e, names[i]))
			verify_report_step(report, VERIFY_SECURITY, "names", VERDICT_INVALID, _("%s: a file that does not belong there"), names[i]);
	if (st != ST_OK)
		goto out;
	if (str_eq(buf_str(&want), buf_str(&e->sums)))
		verify_report_step(report, VERIFY_INTEGRITY, "sums", VERDICT_VALID, "%s",
		    _("seal/sha256sums.txt lists exactly the seal, its signatures and certificates"));
	else {
		verify_report_step(report, VERIFY_INTEGRITY, "sums", VERDICT_INVALID, "%s", _("sha256sums.txt does not list exactly the files that are there"));
		snprintf(report->member, sizeof(report->member), "seal/sha256sums.txt");
	}
out:
	fs_list_free(names, n);
	buf_free(&want);
	return st;
}

/* What a renewal archive knows the directory by: the lines of `sha256sum *`.  A file that cannot be one of a seal leaves it unknown. */
static enum status
digest_files(struct evidence *e, int dir, struct err *err)
{
	char **names = NULL;
	struct buf want;
	enum status st;
	size_t i, n = 0;

	buf_init(&want, LIMIT_SIGNATURE);
	st = fs_list(dir, &names, &n, err);
	for (i = 0; i < n && st == ST_OK; i++)
		st = add_line(dir, names[i], &want, err);
	if (st == ST_OK && (st = digest_of(DIGEST_SHA256, want.p, want.n, e->files, err)) == ST_OK)
		e->has_files = true;
	fs_list_free(names, n);
	buf_free(&want);
	return st == ST_LIMIT ? ST_OK : st;
}

enum status
verify_directory(struct evidence *e, int dir, const char *name, const struct trust *trust, int64_t now_ms, struct verify_report *report, struct err *err)
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
	if (e->pending) {
		if ((st = pending_read(dir, &report->stage, err)) != ST_OK && st != ST_UNSURE)
			return st;
		report->has_stage = true;
	}
	if ((st = digest_of(DIGEST_SHA256, e->seal.p, e->seal.n, report->seal_sha256, err)) != ST_OK || (st = load_signers(e, dir, err)) != ST_OK ||
	    (st = load_pems(e, dir, report, err)) != ST_OK || (st = load_tokens(e, dir, err)) != ST_OK)
		return st;
	if (!e->pending && (st = check_sums(e, dir, report, err)) != ST_OK)
		return st;
	/* Of one that is INVALID already nobody asks: what lies there may be no file at all. */
	if (!e->pending && report->verdict != VERDICT_INVALID && renewals_name(trust->renewals, str_of(name)) && (st = digest_files(e, dir, err)) != ST_OK)
		return st;
	return evidence_judge(e, trust, now_ms, report, err);
}

enum status
verify_seal_dir(const char *path, const char *name, const struct trust *trust, int64_t now_ms, struct verify_report *report, struct err *err)
{
	struct evidence e;
	enum status st;
	int dir;

	memset(report, 0, sizeof(*report));
	report->token_ms = WHEN_UNKNOWN;
	evidence_init(&e);
	if ((dir = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		st = err_sys(err, "%s", path);
	else
		st = verify_directory(&e, dir, name, trust, now_ms, report, err);
	fs_drop(&dir);
	evidence_free(&e);
	return st;
}
