/*
 * writer_seal.c: rows 6 to 11.  The seal first stands in the state file, together with the length of the tar it seals: whoever is killed before
 * that begins again at the last commit, whoever is killed after it goes on with the same seal.
 */
#include "archive/writer_parts.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/baginfo.h"
#include "archive/text.h"
#include "core/i18n.h"
#include "core/mem.h"

#define SEAL_FILE	"seal.txt"

static int
by_path(const void *a, const void *b)
{
	const struct writer_view *const *x = a, *const *y = b;

	return strcmp((*x)->path, (*y)->path);
}

static enum status
append_view(struct archive *a, struct writer_view *v, struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX], written[SEAL_ALGS_MAX][DIGEST_MAX];
	struct spool *s = v->spool;
	uint64_t offset;
	enum status st;
	int fd;

	if (a->to != NULL) {
		st = writer_crypt_spool(a, v->path, s, err);
		goto out;
	}
	if ((st = spool_finish(s, err)) != ST_OK || (st = hashes_end(&s->hashes, hash, err)) != ST_OK)
		return st;
	if (s->has_members)
		st = writer_entry_spool(a, v->path, s, &offset, err);
	else if (s->n_bytes == 0)
		st = writer_entry(a, v->path, STR(""), err);
	else if ((st = spool_tail_file(s, &fd, err)) == ST_OK && (st = writer_entry_file(a, v->path, fd, 0, s->n_bytes, written, err)) == ST_OK &&
	    memcmp(written[0], hash[0], 32) != 0)
		st = err_set(err, ST_CORRUPT, _("%s: the disk gives back other bytes than were written"), v->path);
	if (st == ST_OK)
		st = writer_listed(a, v->path, s->n_bytes, hash, err);
out:
	if (st != ST_OK || (st = spool_discard(s, err)) != ST_OK)
		return st;
	spool_close(s);
	v->spool = NULL;
	return ST_OK;
}

/* Two lists in the order of paths become one. */
static enum status
append_views(struct archive *a, struct err *err)
{
	struct writer_page page;
	enum status st = ST_OK, more;
	size_t i;
	int c;

	if (a->n_views > 1)
		qsort(a->views, a->n_views, sizeof(*a->views), by_path);
	more = writer_page_next(a, &page, err);
	for (i = 0; st == ST_OK && (i < a->n_views || more == ST_OK);) {
		if (more != ST_OK && more != ST_END)
			return more;
		c = i == a->n_views ? 1 : more == ST_END ? -1 : strcmp(a->views[i]->path, page.path);
		if (c == 0)
			return err_set(err, ST_USAGE, _("%s: the name of another view, of its directory, or the same in other letters"), page.path);
		if (c < 0)
			st = append_view(a, a->views[i++], err);
		else if ((st = writer_page_append(a, &page, err)) == ST_OK)
			more = writer_page_next(a, &page, err);
	}
	if (st == ST_OK && more != ST_END)
		return more;
	for (i = 0; st == ST_OK && i < a->n_views; i++)
		mem_free(a->views[i]);
	if (st == ST_OK) {
		a->n_views = 0;
		writer_pages_close(a);
	}
	return st;
}

static enum status
bag_info(const struct archive *a, const struct archive_seal_params *seal, struct buf *out, struct err *err)
{
	const struct archive_params *p = &a->params;
	char day[21], of[24] = "?", hex[65];
	enum status st;
	size_t i;

	when_utc_s(a->mtime_s * 1000, day);
	if (seal->volume == 0 || seal->volumes > 0)
		snprintf(of, sizeof(of), "%" PRIu64, seal->volume == 0 ? 1 : seal->volumes);
	if ((st = buf_addf(out, err, "Source-Organization: %s\nExternal-Identifier: %s\nBagging-Date: %.10s\n", p->organization, p->name, day)) != ST_OK ||
	    (st = buf_addf(out, err, "Payload-Oxum: %" PRIu64 ".%" PRIu64 "\nBag-Group-Identifier: %s\nBag-Count: %" PRIu64 " of %s\n", a->payload_octets,
	    a->payload_files, p->group, seal->volume == 0 ? 1 : seal->volume, of)) != ST_OK ||
	    (p->description != NULL && a->to == NULL && (st = buf_addf(out, err, "External-Description: %s\n", p->description)) != ST_OK) ||
	    (a->to != NULL && (st = buf_addz(out, "Encryption: " BAGINFO_ENCRYPTION "\n", err)) != ST_OK))
		return st;
	for (i = 0; i < crypt_to_n(a->to); i++) {
		digest_hex(crypt_to_fingerprint(a->to, i), 32, hex);
		if ((st = buf_addf(out, err, "Encryption-Recipient: sha256:%s\n", hex)) != ST_OK)
			return st;
	}
	return buf_addf(out, err, "Software: %s%s\n", p->software, a->test_key ? " (test key)" : "");
}

/* Lines of the tag manifests, one text per algorithm. */
struct tags { struct buf text[SEAL_ALGS_MAX]; };

static enum status
add_line(struct archive *a, struct tags *t, const char *path, unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX], struct err *err)
{
	char hex[DIGEST_HEX_MAX];
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < a->params.digests.n && st == ST_OK; i++) {
		digest_hex(hash[i], digest_size(a->params.digests.algs[i]), hex);
		st = buf_addf(&t->text[i], err, "%s  %s\n", hex, path);
	}
	return st;
}

static enum status
add_bytes_line(struct archive *a, struct tags *t, const char *path, struct str bytes, struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	enum status st = hashes_of(&a->params.digests, bytes, hash, err);

	return st == ST_OK ? add_line(a, t, path, hash, err) : st;
}

static enum status
tag_part(struct archive *a, struct tags *t, const char *path, struct part *part, struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	enum status st;

	if (part->n > LIMIT_MANIFEST)
		return err_set(err, ST_LIMIT, _("a manifest of more than %ju bytes"), (uintmax_t)LIMIT_MANIFEST);
	if ((st = part_flush(part, err)) != ST_OK || (st = writer_entry_file(a, path, part->fd, 0, part->n, hash, err)) != ST_OK)
		return st;
	return add_line(a, t, path, hash, err);
}

/* Rows 7 to 10 into the tar. */
static enum status
put_tags(struct archive *a, const struct archive_seal_params *p, struct tags *t, struct buf *info, struct err *err)
{
	enum status st;
	char name[44];
	size_t i;

	if ((st = add_bytes_line(a, t, "bagit.txt", STR(WRITER_BAGIT), err)) != ST_OK ||
	    (st = add_bytes_line(a, t, "about/VERIFY.txt", text_verify(), err)) != ST_OK ||
	    (st = add_bytes_line(a, t, "about/FORMAT.txt", text_format(), err)) != ST_OK)
		return st;
	for (i = 0; i < a->params.digests.n && st == ST_OK; i++) {
		writer_manifest_name(a, i, ".txt", name);
		st = tag_part(a, t, name, &a->manifest[i], err);
	}
	if (st != ST_OK || (st = tag_part(a, t, "record-segments.tsv", &a->segments, err)) != ST_OK || (st = bag_info(a, p, info, err)) != ST_OK ||
	    (st = writer_entry(a, "bag-info.txt", buf_str(info), err)) != ST_OK ||
	    (st = add_bytes_line(a, t, "bag-info.txt", buf_str(info), err)) != ST_OK)
		return st;
	memcpy(name, "tag", 3);
	for (i = 0; i < a->params.digests.n && st == ST_OK; i++) {
		writer_manifest_name(a, i, ".txt", name + 3);
		st = writer_entry(a, name, buf_str(&t->text[i]), err);
	}
	return st;
}

/* ${hash}: of each tag manifest by its own algorithm. */
static enum status
tag_files(struct archive *a, const struct archive_seal_params *p, unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX], struct err *err)
{
	struct tags t;
	struct buf info;
	enum status st;
	size_t i;

	for (i = 0; i < SEAL_ALGS_MAX; i++)
		buf_init(&t.text[i], 8192);
	buf_init(&info, (size_t)1 << 20);
	st = put_tags(a, p, &t, &info, err);
	for (i = 0; i < a->params.digests.n && st == ST_OK; i++)
		st = digest_of(a->params.digests.algs[i], t.text[i].p, t.text[i].n, hash[i], err);
	for (i = 0; i < SEAL_ALGS_MAX; i++)
		buf_free(&t.text[i]);
	buf_free(&info);
	return st;
}

static int64_t whole_s(int64_t ms) { return ms - ((ms % 1000) + 1000) % 1000; }

static enum status
make_seal(struct archive *a, const struct archive_seal_params *p, unsigned char tagmanifest[SEAL_ALGS_MAX][DIGEST_MAX], struct err *err)
{
	struct seal s = { 0 }, again;
	enum status st;
	size_t i;

	snprintf(s.chain, sizeof(s.chain), "%s", a->params.chain);
	snprintf(s.archive, sizeof(s.archive), "%s", a->params.name);
	s.sequence = a->params.sequence;
	s.has_previous = a->params.has_previous;
	s.n_algs = a->params.digests.n;
	memcpy(s.algs, a->params.digests.algs, sizeof(s.algs));
	memcpy(s.previous, a->params.previous, sizeof(s.previous));
	memcpy(s.tagmanifest, tagmanifest, sizeof(s.tagmanifest));
	s.sealed_at_ms = whole_s(p->sealed_at_ms);
	s.covers_from_ms = whole_s(a->params.covers_from_ms);
	s.covers_until_ms = whole_s(p->covers_until_ms);
	s.payload_octets = a->payload_octets;
	s.payload_files = a->payload_files;
	s.records = a->n_records;
	s.gaps = p->gaps;
	s.n_signers = p->n_signers;
	for (i = 0; i < p->n_signers; i++) {
		snprintf(s.signers[i].role, sizeof(s.signers[i].role), "%s", cms_signer_role(p->signers[i]));
		snprintf(s.signers[i].kind_name, sizeof(s.signers[i].kind_name), cms_signer_kind(p->signers[i]) == SEAL_SM2 ? "sm2" : "cms");
		s.signers[i].kind = cms_signer_kind(p->signers[i]);
		memcpy(s.signers[i].cert_sha256, cms_signer_fingerprint(p->signers[i]), 32);
	}
	if ((st = seal_encode(&s, &a->seal_text, err)) != ST_OK)
		return st;
	/* A seal that a verifier would refuse must not come into being. */
	return seal_parse(buf_str(&a->seal_text), &again, err);
}

static enum status
check_params(const struct archive *a, const struct archive_seal_params *p, struct err *err)
{
	if (p->n_signers == 0 || p->n_signers > SEAL_ROLES_MAX)
		return err_set(err, ST_USAGE, _("%s: a seal names 1 to %d signers"), a->params.name, SEAL_ROLES_MAX);
	if (p->volumes > 0 && p->volume > p->volumes)
		return err_set(err, ST_USAGE, _("%s: volume %ju of %ju"), a->params.name, (uintmax_t)p->volume, (uintmax_t)p->volumes);
	if (p->covers_until_ms < a->params.covers_from_ms)
		return err_set(err, ST_USAGE, _("%s: the period ends before it begins"), a->params.name);
	if (a->payload_files == 0 && a->n_views == 0)
		return err_set(err, ST_USAGE, _("%s: there is nothing in it to seal"), a->params.name);
	return ST_OK;
}

static enum status
seal(struct archive *a, const struct archive_seal_params *p, struct err *err)
{
	unsigned char tagmanifest[SEAL_ALGS_MAX][DIGEST_MAX];
	enum status st;

	buf_clear(&a->seal_text);
	if ((st = append_views(a, err)) != ST_OK || (st = writer_crypt_end(a, err)) != ST_OK || (st = tag_files(a, p, tagmanifest, err)) != ST_OK ||
	    (st = make_seal(a, p, tagmanifest, err)) != ST_OK)
		return st;
	a->phase = ARCHIVE_SEALED;
	if ((st = writer_commit(a, err)) != ST_OK || (st = writer_crypt_forget(a, err)) != ST_OK)
		return st;
	return writer_seal_dir(a, err);
}

enum status
archive_seal(struct archive *a, const struct archive_seal_params *p, struct err *err)
{
	enum status st = writer_check(a, ARCHIVE_VIEWS, err);

	if (st != ST_OK || (st = check_params(a, p, err)) != ST_OK)
		return st;
	return writer_break(a, seal(a, p, err));
}

/* The salts must not be computable from one another any more: overwrite, then delete. */
static enum status
erase_key(struct archive *a, struct err *err)
{
	static const unsigned char zeros[WRITER_KEY_LEN];
	enum status st;
	int fd;

	explicit_bzero(a->key, sizeof(a->key));
	if (!a->has_key)
		return ST_OK;
	if ((fd = openat(a->work, WRITER_KEY, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return err_sys(err, _("cannot open %s"), WRITER_KEY);
	if ((st = fs_write_all(fd, WRITER_KEY, zeros, sizeof(zeros), err)) == ST_OK && (st = fs_sync(fd, WRITER_KEY, err)) == ST_OK)
		st = fs_close(&fd, WRITER_KEY, err);
	fs_drop(&fd);
	if (st == ST_OK && (st = fs_unlink(a->work, WRITER_KEY, err)) == ST_OK && (st = fs_sync(a->work, WRITER_KEY, err)) == ST_OK)
		a->has_key = false;
	return st;
}

enum status
writer_seal_dir(struct archive *a, struct err *err)
{
	char name[WRITER_NAME_MAX];
	struct buf there;
	enum status st;

	snprintf(name, sizeof(name), "%s" WRITER_SUFFIX_SEAL, a->params.name);
	buf_init(&there, LIMIT_SEAL);
	if ((st = fs_dir_at(a->store, name, true, &a->seal, err)) != ST_OK)
		goto out;
	if ((st = fs_load(a->seal, SEAL_FILE, LIMIT_SEAL, &there, err)) == ST_END)
		st = fs_replace(a->seal, SEAL_FILE, a->seal_text.p, a->seal_text.n, err);
	else if (st == ST_OK && !str_eq(buf_str(&there), buf_str(&a->seal_text)))
		st = err_set(err, ST_CORRUPT, _("%s/%s is not the seal that was made"), name, SEAL_FILE);
	if (st == ST_OK)
		st = erase_key(a, err);
out:
	buf_free(&there);
	return st;
}

struct str archive_seal_text(const struct archive *a) { return buf_str(&a->seal_text); }
