/*
 * browse.h: looking into an archive once it has been judged: its members, the records of a stream, files taken out.  What is read again is
 * compared with what was judged, member by member, so a file exchanged in between is found (ST_CORRUPT).
 */
#ifndef ARCHIVE_BROWSE_H
#define ARCHIVE_BROWSE_H

#include "archive/verify.h"

struct browse;
struct browse_member { char path[101]; uint64_t size, offset /* of its header, in the tar */; unsigned char sha256[32]; };

/*
 * browse_open(out, path, trust, key, now_ms, unsure_ok, report, err): judge the archive and open it.  ${report} is filled in whenever it was judged.
 * ST_CORRUPT: INVALID; ST_UNSURE: INDETERMINATE and not ${unsure_ok}, or a signature was not checked; ST_IO.  A pending archive is never opened (ST_UNSURE).
 * ${key}: borrowed; NULL: none.  With it all content is opened and judged too, and walks give the plain files of encrypted ones, under their plain paths (size and hash 0: they
 * are not known before), and not their parts.  ST_DENIED: not for this certificate.
 */
enum status browse_open(struct browse **out, const char *path, const struct trust *, const struct crypt_key *, int64_t now_ms, bool unsure_ok,
    struct verify_report *, struct err *) STATUS_USE;
bool browse_encrypted(const struct browse *);	/* its payload is */
void browse_close(struct browse *);	/* NULL does nothing */
/* browse_next(b, m, err): the members in tar order, ST_END behind the last; browse_rewind starts again. */
enum status browse_next(struct browse *, struct browse_member *m, struct err *) STATUS_USE;
void browse_rewind(struct browse *);

/* Which members a walk delivers. */
struct browse_visit {
	void *ctx;
	/* ${wanted}: deliver this member?  The others are passed over. */
	enum status (*begin)(void *ctx, const struct browse_member *, bool *wanted, struct err *);
	enum status (*data)(void *ctx, const unsigned char *, size_t, struct err *);
	enum status (*end)(void *ctx, const struct browse_member *, struct err *);	/* its bytes were those that were judged */
};
/* browse_walk(b, v, err): read the archive once more.  ST_END from a visit ends the walk and is answered as ST_OK. */
enum status browse_walk(struct browse *, const struct browse_visit *, struct err *) STATUS_USE;
/*
 * browse_records(b, stream, line, ctx, err): every record of a plain ${stream}, without its line end, with its number from 0 within the stream, its segment's path and its number within it.
 * ST_UNSURE: the stream is encrypted.
 */
enum status browse_records(struct browse *, const char *stream,
    enum status (*line)(void *ctx, uint64_t index, const char *segment, uint64_t in_segment, struct str record, struct err *), void *ctx, struct err *) STATUS_USE;
/*
 * browse_extract(b, dir, paths, n, n_files, err): write members below the directory ${dir} (0600, directories 0700), never over anything that is there.  ${paths}: members
 * or directories without the root ("data/files"); n == 0: all.  ST_USAGE: one of them is not in the archive, or a file exists already.
 */
enum status browse_extract(struct browse *, int dir, const char *const *paths, size_t n, uint64_t *n_files, struct err *) STATUS_USE;

#endif
