/* verify_rows.c: what rows 1 and 7 to 15 say, held against what was read before them (archive format 6.1 steps 2-4). */
#include <stdio.h>

#include "archive/baginfo.h"
#include "archive/verify_parts.h"
#include "core/i18n.h"
#include "core/when.h"

#define BAGIT	"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

static const enum digest_alg order[SEAL_ALGS_MAX] = { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SM3 };

static size_t
number_of(enum digest_alg alg)
{
	return alg == DIGEST_SHA256 ? 0 : alg == DIGEST_SHA512 ? 1 : 2;
}

static enum status
contradict(struct reading *r, enum check c, struct err *err, const char *text)
{
	return verify_note(r, c, err_set(err, ST_CORRUPT, "%s", text), r->name, r->at, err);
}

/* A file that must consist of the lines we expect: which of them differs? */
static enum status
same_lines(struct reading *r, enum check c, const struct buf *want, struct err *err)
{
	size_t i, line = 1;

	if (str_eq(buf_str(want), buf_str(&r->text)))
		return verify_note(r, c, ST_OK, "", 0, err);
	for (i = 0; i < want->n && i < r->text.n && want->p[i] == r->text.p[i]; i++)
		line += want->p[i] == '\n';
	return verify_note(r, c, err_set(err, ST_CORRUPT, _("%s, line %zu: not what the files give"), r->name, line), r->name, r->at, err);
}

static enum status
end_manifest(struct reading *r, struct err *err)
{
	size_t alg = number_of(r->grammar.algs[r->entry.i]);
	enum status st;
	bool same;

	if (alg >= r->manifest.n_algs) {
		r->more_algs = true;	/* this reading has no such hashes; the next one will */
		return ST_OK;
	}
	if ((st = manifest_payload_is(&r->manifest, alg, r->hash[0], &same, err)) != ST_OK)
		return st;
	if (!same)
		return contradict(r, CHECK_MANIFEST, err, _("the manifest does not list exactly the files that are there"));
	return verify_note(r, CHECK_MANIFEST, ST_OK, "", 0, err);
}

static enum status
end_segments(struct reading *r, struct err *err)
{
	enum status st;
	bool same;

	if (r->grammar.n_encrypted > 0) {
		if (r->checks[CHECK_SEGMENTS].verdict != VERDICT_VALID)
			return ST_OK;
		if ((st = manifest_listed_end(&r->manifest, err)) == ST_OK && verify_crypt_opened(r) && !r->roots_unknown &&
		    (st = manifest_segments_are(&r->manifest, r->hash[0], &same, err)) == ST_OK && !same)
			st = err_set(err, ST_CORRUPT, _("record-segments.tsv does not hold the roots and counts that the records give"));
		r->records_n = r->manifest.listed;
		return verify_note(r, CHECK_SEGMENTS, st, r->name, r->at, err);
	}
	if (r->roots_unknown)
		return ST_OK;
	if ((st = manifest_segments_are(&r->manifest, r->hash[0], &same, err)) != ST_OK)
		return st;
	if (!same)
		return contradict(r, CHECK_SEGMENTS, err, _("record-segments.tsv does not hold the roots and counts that the records give"));
	return verify_note(r, CHECK_SEGMENTS, ST_OK, "", 0, err);
}

static enum status
end_baginfo(struct reading *r, struct err *err)
{
	bool encrypted = r->grammar.n_encrypted > 0;
	struct baginfo b;
	char day[21];
	enum status st;

	if ((st = baginfo_parse(buf_str(&r->text), &b, err)) != ST_OK)
		return verify_note(r, CHECK_BAGINFO, st, r->name, r->at, err);
	when_utc_s(r->reader.mtime_s * 1000, day);
	if (!str_is(b.identifier, r->reader.root))
		return contradict(r, CHECK_BAGINFO, err, _("External-Identifier is not the root directory"));
	if (!str_eq(b.date, (struct str){ day, 10 }))
		return contradict(r, CHECK_BAGINFO, err, _("Bagging-Date is not the day of the entries"));
	if (b.octets != r->octets || b.files != r->files)
		return contradict(r, CHECK_BAGINFO, err, _("Payload-Oxum is not the number of bytes and files that are there"));
	if (b.encryption.p == NULL && (encrypted || b.n_recipients > 0))
		return contradict(r, CHECK_BAGINFO, err, _("there are encrypted files but no Encryption line"));
	if (b.encryption.p != NULL && r->grammar.n_plain > 0)
		return contradict(r, CHECK_BAGINFO, err, _("there are plain files in an encrypted archive"));
	if (b.encryption.p != NULL && b.n_recipients < 2)
		return contradict(r, CHECK_BAGINFO, err, _("an encrypted archive with fewer than two recipients"));
	if ((st = verify_crypt_baginfo(r, &b, err)) != ST_OK)
		return verify_note(r, CHECK_BAGINFO, st, r->name, r->at, err);
	if (b.encryption.p != NULL && !str_is(b.encryption, BAGINFO_ENCRYPTION))
		return verify_note(r, CHECK_BAGINFO, err_set(err, ST_UNSURE, _("a kind of encryption this program does not know")), r->name, r->at, err);
	return verify_note(r, CHECK_BAGINFO, ST_OK, "", 0, err);
}

static enum status
end_tagmanifest(struct reading *r, struct err *err)
{
	size_t alg = number_of(r->grammar.algs[r->entry.i]);

	if (alg >= r->manifest.n_algs) {
		r->more_algs = true;
		return ST_OK;
	}
	memcpy(r->tag_hash[alg], r->hash[alg], DIGEST_MAX);
	return same_lines(r, CHECK_TAGMANIFEST, &r->manifest.tag[alg], err);
}

static enum status
add_sum(struct reading *r, struct err *err)
{
	char hex[65];

	digest_hex(r->hash[0], 32, hex);
	return buf_addf(&r->sums, err, "%s  %s\n", hex, r->name + strlen("seal/"));
}

/* The seal against everything before it. */
static enum status
check_seal(struct reading *r, struct err *err)
{
	const struct seal *s = &r->evidence.parsed;
	size_t i, alg;

	if (strcmp(s->archive, r->reader.root) != 0)
		return contradict(r, CHECK_SEAL, err, _("seal.txt is of another archive"));
	if (s->n_algs != r->grammar.n_algs)
		return contradict(r, CHECK_SEAL, err, _("the seal names other digest algorithms than the manifests have"));
	for (i = 0; i < s->n_algs; i++) {
		if (s->algs[i] != r->grammar.algs[i])
			return contradict(r, CHECK_SEAL, err, _("the seal names other digest algorithms than the manifests have"));
		alg = number_of(s->algs[i]);
		if (alg < r->manifest.n_algs && memcmp(s->tagmanifest[i], r->tag_hash[alg], digest_size(order[alg])) != 0)
			return contradict(r, CHECK_SEAL, err, _("the seal's Tagmanifest line is not the hash of the tag manifest"));
	}
	if (s->payload_octets != r->octets || s->payload_files != r->files)
		return contradict(r, CHECK_SEAL, err, _("the seal's Payload line is not what is there"));
	if (s->records != r->records_n && !r->roots_unknown)
		return contradict(r, CHECK_SEAL, err, _("the seal's Records line is not the number of records"));
	return verify_note(r, CHECK_SEAL, ST_OK, "", 0, err);
}

static enum status
end_seal(struct reading *r, struct err *err)
{
	enum status st;

	if ((st = add_sum(r, err)) != ST_OK || (st = buf_str_add(&r->evidence.seal, buf_str(&r->text), err)) != ST_OK)
		return st;
	r->evidence.at_seal = r->at;
	st = evidence_seal(&r->evidence, err);
	if (st != ST_OK && st != ST_CORRUPT && st != ST_UNSURE)
		return st;
	/* An unknown kind of signature leaves the rest in force; a newer format or a broken seal does not. */
	r->grammar.loose = st == ST_CORRUPT || (st == ST_UNSURE && r->evidence.parsed.n_signers == 0);
	if (!r->grammar.loose)
		r->grammar.seal = &r->evidence.parsed;
	if (st != ST_OK && ((st = verify_note(r, CHECK_SEAL, st, r->name, r->at, err)) != ST_OK || r->grammar.loose))
		return st;
	return check_seal(r, err);
}

static enum status
end_signature(struct reading *r, struct err *err)
{
	struct buf *to = r->entry.cert ? &r->evidence.sm2_cert[r->entry.i] : &r->evidence.signature[r->entry.i];
	enum status st;

	if (!r->entry.cert)
		r->evidence.at_signature[r->entry.i] = r->at;
	if ((st = add_sum(r, err)) != ST_OK || r->evidence.parsed.signers[r->entry.i].kind == SEAL_UNKNOWN)
		return st;
	return buf_str_add(to, buf_str(&r->text), err);
}

static enum status
end_pem(struct reading *r, struct err *err)
{
	enum status st;

	if ((st = add_sum(r, err)) != ST_OK)
		return st;
	st = evidence_pem(&r->evidence, buf_str(&r->text), r->entry.cert, err);
	return verify_note(r, CHECK_SUMS, st, r->name, r->at, err);
}

static enum status
end_token(struct reading *r, struct err *err)
{
	r->evidence.at_token[r->entry.i] = r->at;
	r->evidence.n_tokens = r->entry.i + 1;
	return buf_str_add(&r->evidence.token[r->entry.i], buf_str(&r->text), err);
}

static enum status
end_tag_file(struct reading *r, struct err *err)
{
	enum status st;

	if ((st = manifest_tag(&r->manifest, (const unsigned char (*)[DIGEST_MAX])r->hash, r->name, err)) != ST_OK)
		return st;
	switch (r->entry.row) {
	case ROW_BAGIT:
		return str_is(buf_str(&r->text), BAGIT) ? ST_OK : contradict(r, CHECK_TAGMANIFEST, err, _("bagit.txt is not what the format demands"));
	case ROW_VERIFY:
	case ROW_FORMAT:
		return utf8_fed(&r->about) ? ST_OK : contradict(r, CHECK_TAGMANIFEST, err, _("a text that is not UTF-8"));
	case ROW_MANIFEST:
		return end_manifest(r, err);
	case ROW_SEGMENTS:
		return end_segments(r, err);
	case ROW_BAGINFO:
		return end_baginfo(r, err);
	default:
		return ST_OK;
	}
}

enum status
verify_row_end(struct reading *r, struct err *err)
{
	if (r->entry.row < ROW_TAGMANIFEST)
		return end_tag_file(r, err);
	if (r->grammar.loose)	/* a seal not understood: what belongs to it is not looked at */
		return ST_OK;
	switch (r->entry.row) {
	case ROW_TAGMANIFEST:
		return end_tagmanifest(r, err);
	case ROW_SEAL:
		return end_seal(r, err);
	case ROW_SIGNATURE:
		return end_signature(r, err);
	case ROW_PEM:
		return end_pem(r, err);
	case ROW_SUMS:
		if (buf_str_add(&r->evidence.sums, buf_str(&r->text), err) != ST_OK)
			return ST_NOMEM;
		return same_lines(r, CHECK_SUMS, &r->sums, err);
	default:
		return end_token(r, err);
	}
}
