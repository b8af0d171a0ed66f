/*
 * lookup.h: into an archive at one place, by its index: records, segments and files, each proven before it is given out: record → root →
 * record-segments.tsv → tag manifest → seal → signatures.  The seal is judged when the archive is opened; what the index says is never believed, so where it is
 * missing or false the archive is read in full once, and a new one written beside it if that can be done.
 */
#ifndef ARCHIVE_LOOKUP_H
#define ARCHIVE_LOOKUP_H

#include "archive/index.h"
#include "archive/proof.h"
#include "archive/sealed.h"

struct lookup;

/*
 * lookup_open(out, path, trust, now_ms, report, err): ${trust} is borrowed until the close.  ${report} is of the seal, or of the whole archive when that was read;
 * filled in whenever something was judged.  ST_CORRUPT: INVALID; ST_UNSURE: a pending archive, or signatures that could not even be computed (an unknown kind or format);
 * an INDETERMINATE one is opened otherwise.  ST_IO.
 */
enum status lookup_open(struct lookup **out, const char *path, const struct trust *, int64_t now_ms, struct verify_report *, struct err *) STATUS_USE;
/*
 * lookup_judge(out, path, trust, key, now_ms, report, err): read in full and judged as by verify_with_key, then open for reading; an index beside it is neither used nor
 * made.  ${key}: as lookup_use_key, or NULL.  ST_OK with *out NULL: judged, and nothing of it may be given out (INVALID, pending, a seal that was not checked).
 */
enum status lookup_judge(struct lookup **out, const char *path, const struct trust *, const struct crypt_key *key, int64_t now_ms, struct verify_report *,
    struct err *) STATUS_USE;
void lookup_close(struct lookup *);	/* NULL does nothing */
/* lookup_use_key(l, key): open what is encrypted; ${key} is borrowed.  ST_DENIED from what follows: it is not encrypted for this certificate. */
void lookup_use_key(struct lookup *, const struct crypt_key *key);
bool lookup_encrypted(const struct lookup *);
const struct sealed *lookup_sealed(const struct lookup *);
enum verdict lookup_verdict(const struct lookup *);	/* of the report of lookup_open */
/* The archive was read in full, so all of it was judged; otherwise what is given out. */
bool lookup_read_in_full(const struct lookup *);
/* lookup_all(l, err): have it read in full, if it was not. */
enum status lookup_all(struct lookup *, struct err *) STATUS_USE;

/* A proven record.  Views live until the next call. */
struct lookup_record {
	struct str	line;		/* record bytes: the line without LF */
	struct proof	proof;
	uint64_t	number;		/* within its stream, from 0 */
};
/* lookup_number(l, stream, number, r, err): ST_END: the archive has no such record (the signed counts say so).  ST_UNSURE: it is encrypted. */
enum status lookup_number(struct lookup *, const char *stream, uint64_t number, struct lookup_record *, struct err *) STATUS_USE;
/* lookup_id(l, stream, id, each, ctx, err): all versions under one id, in the order of the archive; ST_END: none. */
enum status lookup_id(struct lookup *, const char *stream, struct str id, enum status (*each)(void *ctx, const struct lookup_record *, struct err *),
    void *ctx, struct err *) STATUS_USE;
/*
 * lookup_segment(l, g, each, ctx, err): all records of the segment ${g} (of sealed_next), the first one only once the root over all is the sealed one.  ${each} may call it
 * for another segment, and lookup_payload: the line it was given stays where it is.
 */
enum status lookup_segment(struct lookup *, const struct sealed_segment *g,
    enum status (*each)(void *ctx, uint32_t index, struct str line, struct err *), void *ctx, struct err *) STATUS_USE;
/*
 * lookup_file(l, path, fd, sha256, err): write the content of data/files/… ${path} to the empty file ${fd}, if it has the hash ${sha256}, which a proven record or
 * manifest names; on failure ${fd} holds anything.  ST_CORRUPT: it has not; ST_END: the archive has no such file; ST_UNSURE: it is encrypted.
 */
enum status lookup_file(struct lookup *, const char *path, int fd, const unsigned char sha256[32], struct err *) STATUS_USE;

/* Payload files in the order of the archive, plain, each as the signed manifest has it. */
struct lookup_visit {
	void *ctx;
	enum status (*begin)(void *ctx, const char *path, bool *wanted, struct err *);	/* ST_END: enough */
	enum status (*data)(void *ctx, const unsigned char *, size_t, struct err *);	/* not proven yet */
	enum status (*end)(void *ctx, const char *path, struct err *);	/* what was given is what was sealed */
};
/*
 * lookup_walk(l, prefix, v, err): every payload file whose path begins with ${prefix}, in one reading from the first to the last.  ST_CORRUPT before the archive was read in
 * full may be the index: lookup_all, then all over again.  ST_UNSURE: it is encrypted.
 */
enum status lookup_walk(struct lookup *, const char *prefix, const struct lookup_visit *, struct err *) STATUS_USE;
/* lookup_payload(l, path, max, fd, err): one of them into the empty file ${fd}; on failure that holds anything.  ST_END: there is none; ST_LIMIT: longer than ${max}. */
enum status lookup_payload(struct lookup *, const char *path, uint64_t max, int fd, struct err *) STATUS_USE;

/* lookup_can_extract(paths, n): are these payload files, or directories of them, and not all there is? */
bool lookup_can_extract(const char *const *paths, size_t n);
/* lookup_extract(l, dir, paths, n, n_files, err): as browse_extract, but only what is asked for is read; each file stays only if it has the hash of the signed manifest. */
enum status lookup_extract(struct lookup *, int dir, const char *const *paths, size_t n, uint64_t *n_files, struct err *) STATUS_USE;

#endif
