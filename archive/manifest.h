/*
 * manifest.h: the lines that hashes and paths give, compared with the manifests without keeping them (archive format 3.1, 6.1 step 2):
 * payload manifests and record-segments.tsv as running digests, tag manifests (few lines) as text.
 */
#ifndef ARCHIVE_MANIFEST_H
#define ARCHIVE_MANIFEST_H

#include "core/fs.h"
#include "archive/seal.h"

struct manifest {
	size_t		n_algs;			/* in use: 1 or SEAL_ALGS_MAX */
	struct digest	payload[SEAL_ALGS_MAX];	/* SHA-256 of the payload manifest's lines with the hashes of each algorithm */
	struct buf	tag[SEAL_ALGS_MAX];	/* lines of the tag manifests */
	struct digest	segments;		/* SHA-256 of record-segments.tsv, of plain segments */
	struct digest	paths, paths_listed;	/* of encrypted ones: their paths as they stand, and as listed */
	struct buf	line;			/* of record-segments.tsv or a manifest, not yet complete */
	uint64_t	listed;			/* records that record-segments.tsv counts */
	/* Explaining: the entries in a scratch file, read again beside the manifest. */
	int		fd;
	uint64_t	n_entries, n_lines;
};

void manifest_init(struct manifest *, bool all_algs);
void manifest_free(struct manifest *);
enum status manifest_begin(struct manifest *, struct err *) STATUS_USE;
/* ${hash}: one per algorithm in use. */
enum status manifest_payload(struct manifest *, const unsigned char hash[][DIGEST_MAX], const char *path, struct err *) STATUS_USE;
enum status manifest_tag(struct manifest *, const unsigned char hash[][DIGEST_MAX], const char *path, struct err *) STATUS_USE;
enum status manifest_segment(struct manifest *, const unsigned char root[32], uint64_t count, const char *path, struct err *) STATUS_USE;
enum status manifest_encrypted_segment(struct manifest *, const char *path, struct err *) STATUS_USE;
/* manifest_payload_is(m, alg, sha256, same, err): is ${sha256} that of the expected manifest of algorithm number ${alg}? */
enum status manifest_payload_is(struct manifest *, size_t alg, const unsigned char sha256[32], bool *same, struct err *) STATUS_USE;
enum status manifest_segments_are(struct manifest *, const unsigned char sha256[32], bool *same, struct err *) STATUS_USE;
/* manifest_listed(m, p, n, err): the next bytes of an encrypted archive's record-segments.tsv.  ST_CORRUPT: not its form. */
enum status manifest_listed(struct manifest *, const unsigned char *, size_t, struct err *) STATUS_USE;
enum status manifest_listed_end(struct manifest *, struct err *) STATUS_USE;

/* Explaining why a payload manifest differs. */
enum status manifest_keep(struct manifest *, const unsigned char sha256[32], const char *path, uint64_t at, struct err *) STATUS_USE;
/* manifest_explain(m, p, n, path, at, err): the next bytes of the manifest; ST_CORRUPT at the first line that differs, with the entry that should stand there ("" when there is none). */
enum status manifest_explain(struct manifest *, const unsigned char *, size_t, char path[101], uint64_t *at, struct err *) STATUS_USE;
enum status manifest_explain_end(struct manifest *, char path[101], uint64_t *at, struct err *) STATUS_USE;

#endif
