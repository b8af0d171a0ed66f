/*
 * verify_crypt.c: encrypted payload (archive format 8) while it passes: the form of every part without any key; with a recipient's key what is inside: records and roots (6.1 step 7),
 * and the sha256 that records say of attachments.
 */
#include <stdio.h>

#include "archive/verify_parts.h"
#include "core/i18n.h"

void
verify_crypt_init(struct reading *r, const struct crypt_key *key)
{
	memset(&r->crypt, 0, sizeof(r->crypt));
	r->crypt.key = r->crypt.given = key;
	buf_init(&r->crypt.head, CRYPT_HEAD_MAX);
	buf_init(&r->crypt.whom, CRYPT_HEAD_MAX);
	attachments_init(&r->crypt.attachments);
}

void
verify_crypt_free(struct reading *r)
{
	buf_free(&r->crypt.head);
	buf_free(&r->crypt.whom);
	opener_free(&r->crypt.opener);
	attachments_free(&r->crypt.attachments);
	digest_free(&r->crypt.digest);
}

/* A contradiction, said; what is inside this file is not looked at any further. */
static enum status
fault(struct reading *r, enum check c, enum status st, struct err *err)
{
	struct verify_crypt *k = &r->crypt;

	if (st == ST_DENIED) {	/* whether it should be ours, bag-info.txt says at the end */
		k->not_ours = true;
		k->key = NULL;
		k->file_open = false;
		r->roots_unknown = true;
		return ST_OK;
	}
	if (st != ST_CORRUPT && st != ST_UNSURE)
		return st;
	if (k->file_open && k->row == ROW_RECORDS)
		r->roots_unknown = true;
	k->file_open = false;
	k->skipped = true;
	return verify_note(r, c, st, r->name, r->at, err);
}

/* --- the plain bytes --- */

static enum status
claim(void *ctx, struct str line, uint64_t at, const struct tree *tree, struct err *err)
{
	struct reading *r = ctx;
	enum status st = attachments_record(&r->crypt.attachments, line, err);

	(void)at;
	(void)tree;
	return st == ST_CORRUPT ? verify_note(r, CHECK_ATTACHMENTS, st, r->name, r->at, err) : st;
}

static enum status
plain(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct reading *r = ctx;
	struct verify_crypt *k = &r->crypt;
	enum status st;

	if (k->row == ROW_FILES)
		return digest_add(&k->digest, p, n, err);
	if (k->row != ROW_RECORDS || k->bad_records)
		return ST_OK;
	if (k->opener.n_bytes > RECORDS_SEGMENT_BYTES)
		st = err_set(err, ST_CORRUPT, _("%s is longer than 64 MiB"), k->plain);
	else
		st = records_check_add(&r->records, p, n, err);
	if (st != ST_CORRUPT && st != ST_UNSURE)
		return st;
	k->bad_records = r->roots_unknown = true;
	return verify_note(r, CHECK_RECORDS, st, r->name, r->at, err);
}

static enum status
begin_file(struct reading *r, struct err *err)
{
	struct verify_crypt *k = &r->crypt;

	k->file_open = true;
	k->bad_records = false;
	k->row = r->entry.row;
	memcpy(k->plain, r->entry.plain, sizeof(k->plain));
	k->n_files += k->row == ROW_FILES;
	k->opener.key = k->key;
	k->opener.put = plain;
	k->opener.ctx = r;
	if (k->row == ROW_RECORDS) {
		records_check_begin(&r->records);
		r->records.line = claim;
		r->records.ctx = r;
	}
	return k->row == ROW_FILES ? digest_begin(&k->digest, DIGEST_SHA256, err) : ST_OK;
}

static enum status
end_file(struct reading *r, struct err *err)
{
	struct verify_crypt *k = &r->crypt;
	unsigned char hash[DIGEST_MAX];
	enum status st = opener_file_end(&k->opener, err);

	if (st != ST_OK)
		return fault(r, CHECK_ENCRYPTION, st, err);
	k->file_open = false;
	if (k->row == ROW_FILES) {
		if ((st = digest_end(&k->digest, hash, err)) != ST_OK)
			return st;
		st = attachments_file(&k->attachments, k->n_files, hash, err);
		return st == ST_OK || st == ST_CORRUPT ? verify_note(r, CHECK_ATTACHMENTS, st, r->last, r->at, err) : st;
	}
	if (k->row != ROW_RECORDS || k->bad_records)
		return ST_OK;
	if ((st = records_check_end(&r->records, hash, err)) == ST_OK) {
		r->records_n += r->records.n;
		return manifest_segment(&r->manifest, hash, r->records.n, k->plain, err);
	}
	r->roots_unknown = true;
	return st == ST_CORRUPT ? verify_note(r, CHECK_RECORDS, st, r->last, r->at, err) : st;
}

/* --- the parts --- */

enum status
verify_crypt_entry(struct reading *r, struct err *err)
{
	struct verify_crypt *k = &r->crypt;
	enum status st = ST_OK;

	if (k->file_open && (!r->entry.encrypted || r->entry.first_part) && (st = end_file(r, err)) != ST_OK)
		return st;
	if (r->entry.row == ROW_MANIFEST && verify_crypt_opened(r) && !k->ended) {
		k->ended = true;
		st = attachments_end(&k->attachments, err);
		if ((st = verify_note(r, CHECK_ATTACHMENTS, st, r->name, r->at, err)) != ST_OK)
			return st;
	}
	memcpy(r->last, r->name, sizeof(r->last));
	if (!r->entry.encrypted)
		return ST_OK;
	buf_clear(&k->head);
	k->at = 0;
	if (r->entry.first_part)
		k->short_part = false;
	if (k->key != NULL && r->entry.first_part && (st = begin_file(r, err)) != ST_OK)
		return st;
	if (k->file_open && (st = opener_part(&k->opener, r->entry.first_part, r->size, err)) != ST_OK)
		return fault(r, CHECK_ENCRYPTION, st, err);
	return ST_OK;
}

enum status
verify_crypt_data(struct reading *r, const unsigned char *p, size_t n, struct err *err)
{
	struct verify_crypt *k = &r->crypt;
	size_t room = CRYPT_HEAD_MAX - k->head.n;
	uint64_t from = r->size < CRYPT_TAIL ? 0 : r->size - CRYPT_TAIL, i;
	enum status st;

	if ((st = buf_add(&k->head, p, n < room ? n : room, err)) != ST_OK)
		return st;
	for (i = from > k->at ? from - k->at : 0; i < n && k->at + i - from < CRYPT_TAIL; i++)
		k->tail[k->at + i - from] = p[i];
	k->at += n;
	return k->file_open ? opener_add(&k->opener, p, n, err) : ST_OK;
}

/* Every part names the same recipients: else one of them could open a part and not the next, or somebody else one part alone. */
static enum status
same_recipients(struct verify_crypt *k, const struct crypt_head *h, struct err *err)
{
	enum status st = ST_OK;
	size_t i, at;

	if (k->n_to == 0) {
		k->n_to = h->n_to;
		for (i = 0; i < h->n_to && st == ST_OK; i++)
			st = buf_str_add(&k->whom, h->whom[i], err);
		return st;
	}
	if (h->n_to != k->n_to)
		return err_set(err, ST_CORRUPT, _("a part is encrypted to %zu recipients, another to %zu"), h->n_to, k->n_to);
	for (i = at = 0; i < h->n_to; at += h->whom[i++].n)
		if (k->whom.n - at < h->whom[i].n || memcmp(k->whom.p + at, h->whom[i].p, h->whom[i].n) != 0)
			return err_set(err, ST_CORRUPT, _("a part is encrypted to other recipients than the parts before it"));
	return ST_OK;
}

enum status
verify_crypt_end(struct reading *r, struct err *err)
{
	struct verify_crypt *k = &r->crypt;
	struct crypt_head h;
	enum status st = crypt_head(buf_str(&k->head), r->size, &h, err);

	if (st == ST_OK)
		st = crypt_tail(k->tail, err);
	if (st == ST_OK && k->short_part)
		st = err_set(err, ST_CORRUPT, _("a part follows one that is shorter than 64 MiB"));
	if (st != ST_OK || (st = same_recipients(k, &h, err)) != ST_OK)
		return fault(r, CHECK_ENCRYPTION, st, err);
	k->short_part = h.cipher < CRYPT_PART;
	if (k->file_open) {
		if ((st = opener_part_end(&k->opener, err)) != ST_OK)
			return fault(r, CHECK_ENCRYPTION, st, err);
		k->opened = true;
	}
	return verify_note(r, CHECK_ENCRYPTION, ST_OK, "", 0, err);
}

bool
verify_crypt_opened(const struct reading *r)
{
	return r->crypt.key != NULL && !r->crypt.not_ours && !r->crypt.skipped && r->grammar.n_encrypted > 0;
}

/* bag-info.txt has been read: is it what the parts say, and is the key one of those named? */
enum status
verify_crypt_baginfo(struct reading *r, const struct baginfo *b, struct err *err)
{
	struct verify_crypt *k = &r->crypt;

	if (k->n_to != 0 && b->n_recipients != k->n_to)
		return err_set(err, ST_CORRUPT, _("bag-info.txt names %ju recipients, the parts are encrypted to %zu"), (uintmax_t)b->n_recipients, k->n_to);
	if (k->opened && !baginfo_is_for(b, crypt_key_fingerprint(k->given)))
		/* A later certificate of a recipient's key has the same key identifier: that contradicts nothing. */
		return err_set(err, ST_UNSURE, _("the key given opens the parts, but bag-info.txt does not name its certificate: another one of the same key, or a recipient who is not named"));
	if (!k->not_ours)
		return ST_OK;
	if (baginfo_is_for(b, crypt_key_fingerprint(k->given)))
		return err_set(err, ST_CORRUPT, _("a part is not encrypted to a recipient whom bag-info.txt names"));
	return ST_OK;
}
