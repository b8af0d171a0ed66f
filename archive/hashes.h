/*
 * hashes.h: several digests of the same bytes: those of an archive's manifests, SHA-256 first (archive format 3.1).
 */
#ifndef ARCHIVE_HASHES_H
#define ARCHIVE_HASHES_H

#include "archive/seal.h"

/* Which algorithms; in the order of the format, sha256 always first. */
struct hash_set { enum digest_alg algs[SEAL_ALGS_MAX]; size_t n; };
struct hashes { const struct hash_set *set; struct digest d[SEAL_ALGS_MAX]; };

/* hash_set_parse("sha256, sm3", out, err): sha256 is there whether named or not.  ST_USAGE: another name. */
enum status hash_set_parse(const char *text, struct hash_set *out, struct err *) STATUS_USE;
static inline void hash_set_sha256(struct hash_set *s) { *s = (struct hash_set){ .algs = { DIGEST_SHA256 }, .n = 1 }; }
/* As digest_begin, _add, _end, of all of them; ${set} is borrowed. */
enum status hashes_begin(struct hashes *, const struct hash_set *set, struct err *) STATUS_USE;
enum status hashes_add(struct hashes *, const void *, size_t, struct err *) STATUS_USE;
enum status hashes_end(struct hashes *, unsigned char out[SEAL_ALGS_MAX][DIGEST_MAX], struct err *) STATUS_USE;
void hashes_free(struct hashes *);
/* hashes_of: of bytes in memory. */
enum status hashes_of(const struct hash_set *, struct str, unsigned char out[SEAL_ALGS_MAX][DIGEST_MAX], struct err *) STATUS_USE;

#endif
