/* writer_close.c: rows 11 to 15 gather in <name>.seal/, then the tar gets them and its end. */
#include "archive/writer_parts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "archive/pending.h"
#include "archive/tar.h"
#include "core/i18n.h"
#include "core/mem.h"

#define SUMS		"sha256sums.txt"
#define PEMS_MAX	99u
#define FILE_MAX	96

bool
archive_has_part(const struct archive *a, const char *file)
{
	struct stat sb;

	return a->seal >= 0 && fstatat(a->seal, file, &sb, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(sb.st_mode);
}

static enum status
check_open(const struct archive *a, struct err *err)
{
	enum status st = writer_check(a, ARCHIVE_SEALED, err);

	if (st == ST_OK && archive_has_part(a, SUMS))
		st = err_set(err, ST_USAGE, _("%s: the list of the seal's files is made, nothing can be added"), a->params.name);
	return st;
}

/* A file of the seal directory is written once; the same bytes again are no fault. */
static enum status
put_once(struct archive *a, int dir, const char *name, struct str bytes, struct err *err)
{
	struct buf there;
	enum status st;

	buf_init(&there, bytes.n + 1);
	st = fs_load(dir, name, bytes.n, &there, err);
	if (st == ST_END)
		st = fs_replace(dir, name, bytes.p, bytes.n, err);
	else if (st == ST_LIMIT || (st == ST_OK && !str_eq(buf_str(&there), bytes)))
		st = err_set(err, ST_USAGE, _("%s: %s is there already"), a->params.name, name);
	buf_free(&there);
	return st;
}

enum status
archive_put_signature(struct archive *a, const char *role, struct str der, struct str pem, struct err *err)
{
	char name[FILE_MAX];
	struct seal s;
	enum status st;
	size_t i;

	if ((st = check_open(a, err)) != ST_OK || (st = seal_parse(buf_str(&a->seal_text), &s, err)) != ST_OK)
		return st;
	for (i = 0; i < s.n_signers && strcmp(s.signers[i].role, role) != 0; i++)
		;
	if (i == s.n_signers)
		return err_set(err, ST_USAGE, _("%s: the seal names no signer %s"), a->params.name, role);
	snprintf(name, sizeof(name), "%s.crt.pem", role);
	if (s.signers[i].kind == SEAL_SM2 && (st = put_once(a, a->seal, name, pem, err)) != ST_OK)
		return st;
	pending_signature(&s.signers[i], name);
	return put_once(a, a->seal, name, der, err);
}

/* Kept under their hash until all are there: the same one twice is one. */
enum status
archive_put_pem(struct archive *a, bool crl, struct str pem, struct err *err)
{
	unsigned char sha256[32];
	char name[FILE_MAX], hex[65];
	enum status st;

	if ((st = check_open(a, err)) != ST_OK || (st = digest_of(DIGEST_SHA256, pem.p, pem.n, sha256, err)) != ST_OK)
		return st;
	digest_hex(sha256, 32, hex);
	snprintf(name, sizeof(name), "pem.%s.%s", crl ? "crl" : "crt", hex);
	return put_once(a, a->work, name, pem, err);
}

static int
by_bytes(const void *a, const void *b)
{
	const struct buf *x = a, *y = b;

	return str_cmp(buf_str(x), buf_str(y));
}

/* Certificates, or lists: numbered from 01 in the order of their bytes. */
static enum status
number_pems(struct archive *a, const char *kind, struct err *err)
{
	char prefix[16], name[FILE_MAX], **names = NULL;
	struct buf *all = NULL;
	size_t i, n = 0, k = 0;
	enum status st;

	snprintf(prefix, sizeof(prefix), "pem.%s.", kind);
	if ((st = fs_list(a->work, &names, &n, err)) != ST_OK)
		return st;
	if (n > 0 && (all = mem_get(n, sizeof(*all), err)) == NULL)
		st = ST_NOMEM;
	for (i = 0; i < n && st == ST_OK; i++) {
		if (strncmp(names[i], prefix, strlen(prefix)) != 0)
			continue;
		buf_init(&all[k], LIMIT_CRL);
		st = fs_load(a->work, names[i], LIMIT_CRL, &all[k++], err);
	}
	if (st == ST_OK && k > PEMS_MAX)
		st = err_set(err, ST_LIMIT, _("%s: more than %u certificates or revocation lists"), a->params.name, PEMS_MAX);
	if (st == ST_OK && k > 1)
		qsort(all, k, sizeof(*all), by_bytes);
	for (i = 0; i < k && st == ST_OK; i++) {
		snprintf(name, sizeof(name), "%02zu.%s.pem", i + 1, kind);
		st = fs_replace(a->seal, name, all[i].p, all[i].n, err);
	}
	for (i = 0; i < k; i++)
		buf_free(&all[i]);
	mem_free(all);
	fs_list_free(names, n);
	return st;
}

/* Each file of rows 11 to 13, in their order. */
static enum status
each_signed(struct archive *a, enum status (*each)(struct archive *, const char *name, void *ctx, struct err *), void *ctx, struct err *err)
{
	char name[FILE_MAX], **names = NULL;
	size_t i, n = 0, len;
	struct seal s;
	enum status st;

	if ((st = seal_parse(buf_str(&a->seal_text), &s, err)) != ST_OK || (st = each(a, "seal.txt", ctx, err)) != ST_OK)
		return st;
	for (i = 0; i < s.n_signers && st == ST_OK; i++) {
		pending_signature(&s.signers[i], name);
		if (!archive_has_part(a, name)) {
			err_set(err, ST_UNSURE, _("%s: the signature of %s is missing"), a->params.name, s.signers[i].role);
			return ST_UNSURE;
		}
		if ((st = each(a, name, ctx, err)) != ST_OK || s.signers[i].kind != SEAL_SM2)
			continue;
		snprintf(name, sizeof(name), "%s.crt.pem", s.signers[i].role);
		st = each(a, name, ctx, err);
	}
	if (st != ST_OK || (st = fs_list(a->seal, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++) {
		len = strlen(names[i]);
		if (names[i][0] >= '0' && names[i][0] <= '9' && len == 10 && strcmp(names[i] + 6, ".pem") == 0)
			st = each(a, names[i], ctx, err);
	}
	fs_list_free(names, n);
	return st;
}

static enum status
add_sum(struct archive *a, const char *name, void *ctx, struct err *err)
{
	unsigned char sha256[32];
	struct buf bytes;
	char hex[65];
	enum status st;

	buf_init(&bytes, LIMIT_CRL);
	if ((st = fs_load(a->seal, name, LIMIT_CRL, &bytes, err)) == ST_OK &&
	    (st = digest_of(DIGEST_SHA256, bytes.p, bytes.n, sha256, err)) == ST_OK) {
		digest_hex(sha256, 32, hex);
		st = buf_addf(ctx, err, "%s  %s\n", hex, name);
	}
	buf_free(&bytes);
	return st;
}

enum status
archive_sums(struct archive *a, struct buf *out, struct err *err)
{
	struct buf sums, there;
	enum status st;

	if ((st = writer_check(a, ARCHIVE_SEALED, err)) != ST_OK)
		return st;
	buf_init(&sums, (size_t)64 << 10);
	buf_init(&there, (size_t)64 << 10);
	st = fs_load(a->seal, SUMS, (size_t)64 << 10, &there, err);
	if (st == ST_END) {
		if ((st = number_pems(a, "crl", err)) == ST_OK && (st = number_pems(a, "crt", err)) == ST_OK &&
		    (st = each_signed(a, add_sum, &sums, err)) == ST_OK)
			st = fs_replace(a->seal, SUMS, sums.p, sums.n, err);
	} else if (st == ST_OK && (st = each_signed(a, add_sum, &sums, err)) == ST_OK && !str_eq(buf_str(&sums), buf_str(&there)))
		st = err_set(err, ST_CORRUPT, _("%s%s/%s does not fit the files beside it"), a->params.name, WRITER_SUFFIX_SEAL, SUMS);
	if (st == ST_OK)
		st = buf_str_add(out, buf_str(&sums), err);
	buf_free(&there);
	buf_free(&sums);
	return st;
}

enum status
archive_put_token(struct archive *a, size_t n, struct str der, struct err *err)
{
	char name[FILE_MAX];
	enum status st;

	if ((st = writer_check(a, ARCHIVE_SEALED, err)) != ST_OK)
		return st;
	if (!archive_has_part(a, SUMS))
		return err_set(err, ST_USAGE, _("%s: there is nothing yet that a time stamp could cover"), a->params.name);
	if (n < 1 || n > PENDING_TOKENS_MAX)
		return err_set(err, ST_LIMIT, _("%s: more than %u time stamps"), a->params.name, (unsigned)PENDING_TOKENS_MAX);
	pending_token(n, name);
	return put_once(a, a->seal, name, der, err);
}

/* An authority that is asked no more may have left a hole among the tokens: the later ones move up. */
static enum status
close_ranks(struct archive *a, size_t *n_tokens, struct err *err)
{
	char from[FILE_MAX], to[FILE_MAX];
	enum status st = ST_OK;
	size_t i;

	*n_tokens = 0;
	for (i = 1; i <= PENDING_TOKENS_MAX && st == ST_OK; i++) {
		pending_token(i, from);
		if (!archive_has_part(a, from) || ++*n_tokens == i)
			continue;
		pending_token(*n_tokens, to);
		st = fs_rename(a->seal, from, to, err);
	}
	return st;
}

static enum status
append_file(struct archive *a, const char *name, void *ctx, struct err *err)
{
	char path[FILE_MAX + 8];
	struct buf bytes;
	enum status st;

	(void)ctx;
	buf_init(&bytes, LIMIT_CRL);
	snprintf(path, sizeof(path), "seal/%s", name);
	if ((st = fs_load(a->seal, name, LIMIT_CRL, &bytes, err)) == ST_OK)
		st = writer_entry(a, path, buf_str(&bytes), err);
	buf_free(&bytes);
	return st;
}

static enum status
last_rows(struct archive *a, struct err *err)
{
	static const char end[2 * TAR_BLOCK];
	char name[FILE_MAX];
	enum status st;
	size_t i, n_tokens;

	if ((st = each_signed(a, append_file, NULL, err)) != ST_OK || (st = append_file(a, SUMS, NULL, err)) != ST_OK)
		return st;
	if ((st = close_ranks(a, &n_tokens, err)) != ST_OK)
		return st;
	for (i = 1; i <= n_tokens && st == ST_OK; i++) {
		pending_token(i, name);
		st = append_file(a, name, NULL, err);
	}
	if (st != ST_OK || (st = writer_put(a, end, sizeof(end), err)) != ST_OK || (st = writer_flush(a, err)) != ST_OK ||
	    (st = pack_drain(a->pack, err)) != ST_OK || (st = fs_sync(a->fd, a->params.name, err)) != ST_OK)
		return st;
	return fs_close(&a->fd, a->params.name, err);
}

/* The state goes last: as long as it is there, a resumed run finds its way to this point again. */
static enum status
remove_work(struct archive *a, struct err *err)
{
	char name[WRITER_NAME_MAX], **names;
	size_t i, n;
	enum status st;

	snprintf(name, sizeof(name), "%s" WRITER_SUFFIX_WORK, a->params.name);
	if ((st = fs_list(a->work, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (strcmp(names[i], "state") != 0)
			st = fs_remove_tree(a->work, names[i], err);
	fs_list_free(names, n);
	if (st == ST_OK && (st = fs_unlink(a->work, "state", err)) == ST_OK && (st = fs_remove_tree(a->store, name, err)) == ST_OK)
		st = fs_sync(a->store, name, err);
	return st;
}

static enum status
close_archive(struct archive *a, struct err *err)
{
	char from[WRITER_NAME_MAX], to[WRITER_NAME_MAX];
	enum status st;

	snprintf(from, sizeof(from), "%s" WRITER_SUFFIX_OPEN, a->params.name);
	snprintf(to, sizeof(to), "%s" WRITER_SUFFIX, a->params.name);
	if (!a->renamed && ((st = last_rows(a, err)) != ST_OK || (st = fs_rename(a->store, from, to, err)) != ST_OK))
		return st;
	a->renamed = true;
	if (fchmodat(a->store, to, 0400, 0) != 0)
		return err_sys(err, _("cannot make %s read-only"), to);
	return remove_work(a, err);
}

enum status
archive_close(struct archive *a, struct buf *path, struct err *err)
{
	struct buf sums;
	enum status st = writer_check(a, ARCHIVE_SEALED, err);

	if (st != ST_OK)
		return st;
	if (!archive_has_part(a, SUMS))
		return err_set(err, ST_USAGE, _("%s: not yet signed"), a->params.name);
	buf_init(&sums, (size_t)64 << 10);
	st = archive_sums(a, &sums, err);	/* what will be written is what was stamped */
	buf_free(&sums);
	if (st != ST_OK)
		return st;
	if ((st = writer_break(a, close_archive(a, err))) != ST_OK)
		return st;
	return buf_addf(path, err, "%s" WRITER_SUFFIX, a->params.name);
}
