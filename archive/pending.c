/* pending.c: see pending.h. */
#include "archive/pending.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "core/fs.h"
#include "core/i18n.h"

#define TAIL	".tar.gz.partial"

static bool
there(int dir, const char *name)
{
	struct stat sb;

	return fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(sb.st_mode);
}

void
pending_signature(const struct seal_signer *g, char out[48])
{
	snprintf(out, 48, "%s.%s", g->role, g->kind == SEAL_SM2 ? "sm2sig" : "p7s");
}

void
pending_token(size_t n, char out[48])
{
	if (n == 1)
		snprintf(out, 48, "sha256sums.txt.tsr");
	else
		snprintf(out, 48, "sha256sums.txt.%zu.tsr", n);
}

enum status
pending_read(int dir, struct pending *p, struct err *err)
{
	struct buf text;
	char name[48];
	enum status st;
	size_t i;

	memset(p, 0, sizeof(*p));
	buf_init(&text, LIMIT_SEAL + 1);
	if ((st = fs_load(dir, "seal.txt", LIMIT_SEAL + 1, &text, err)) == ST_OK)
		st = seal_parse(buf_str(&text), &p->seal, err);
	buf_free(&text);
	if (st != ST_OK && !(st == ST_UNSURE && p->seal.n_signers > 0))
		return st;
	for (i = 0; i < p->seal.n_signers; i++) {
		pending_signature(&p->seal.signers[i], name);
		if (there(dir, name))
			p->n_signed++;
		else
			memcpy(p->missing[p->n_missing++], p->seal.signers[i].role, sizeof(p->missing[0]));
	}
	for (i = 0; i < PENDING_TOKENS_MAX; i++) {
		pending_token(i + 1, name);
		p->token[i] = there(dir, name);
		p->n_tokens += p->token[i];
	}
	p->stage = p->n_missing == 0 ? PENDING_SIGNED : p->n_signed == 0 ? PENDING_UNSIGNED : PENDING_PARTLY;
	return st;
}

enum status
pending_path(const char *path, struct pending *p, struct err *err)
{
	size_t n = strlen(path), n_tail = strlen(TAIL);
	struct buf side;
	enum status st;
	int dir = -1;

	memset(p, 0, sizeof(*p));
	if (n <= n_tail || strcmp(path + n - n_tail, TAIL) != 0)
		return ST_END;
	buf_init(&side, n + 8);
	if ((st = buf_add(&side, path, n - n_tail, err)) == ST_OK && (st = buf_addz(&side, ".seal", err)) == ST_OK && (st = buf_z(&side, err)) == ST_OK) {
		if ((dir = open(side.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) >= 0)
			st = pending_read(dir, p, err);
		else
			st = errno == ENOENT ? ST_END : err_sys(err, "%s", side.p);
	}
	fs_drop(&dir);
	buf_free(&side);
	return st;
}

const char *
pending_id(enum pending_stage stage)
{
	static const char *const ids[] = { "unsigned", "partly-signed", "signed" };

	return ids[stage];
}

enum status
pending_text(const struct pending *p, struct buf *out, struct err *err)
{
	enum status st;
	size_t i;

	if (p->stage == PENDING_SIGNED)
		return buf_addz(out, p->n_tokens == 0 ? _("fully signed; a time stamp is missing, or only the closing") :
		    _("fully signed and time-stamped; a further time stamp is missing, or only the closing"), err);
	st = buf_addz(out, p->stage == PENDING_UNSIGNED ? _("sealed, signed by nobody yet; still to sign: ") : _("partly signed; still to sign: "), err);
	for (i = 0; i < p->n_missing && st == ST_OK; i++)
		st = buf_addf(out, err, "%s%s", i == 0 ? "" : ", ", p->missing[i]);
	return st;
}

enum status
pending_json(const struct pending *p, struct buf *out, struct err *err)
{
	enum status st = buf_addf(out, err, "\"stage\":\"%s\",\"missing\":[", pending_id(p->stage));
	size_t i;

	for (i = 0; i < p->n_missing && st == ST_OK; i++)	/* a role needs no escape */
		st = buf_addf(out, err, "%s\"%s\"", i == 0 ? "" : ",", p->missing[i]);
	return st == ST_OK ? buf_addf(out, err, "],\"tokens\":%zu", p->n_tokens) : st;
}
