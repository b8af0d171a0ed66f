/* lookup_parts.h: what lookup.c and lookup_records.c share; nobody else includes it. */
#ifndef ARCHIVE_LOOKUP_PARTS_H
#define ARCHIVE_LOOKUP_PARTS_H

#include "archive/attachments.h"
#include "archive/extract.h"
#include "archive/lookup.h"
#include "archive/opener.h"
#include "archive/reader.h"
#include "archive/records_check.h"
#include "archive/tarseek.h"
#include "core/arena.h"

#define LOOKUP_GROUPS	(RECORDS_SEGMENT_MAX / TREE_GROUP)

struct lookup {
	char		*path;
	int		fd;
	const struct trust *trust;	/* borrowed */
	int64_t		now_ms;
	struct index	*index;
	bool		fresh;		/* the index was made by a full read of our own */
	struct sealed	sealed;
	bool		opened;		/* and this is the seal it had: */
	unsigned char	seal_sha256[32];
	enum verdict	verdict;
	/* the group read last */
	struct group {
		bool		there;
		uint64_t	segment, number;
		uint32_t	n;		/* records */
		struct buf	text;		/* their lines */
		uint32_t	ends[TREE_GROUP];	/* where each LF stands */
		unsigned char	leaves[TREE_GROUP][32];
	} group;
	/* lookup_payload.c: the signed manifest in a scratch file, and where in it the line of data/files number i stands; -1: not yet */
	struct payload { int manifest, places; uint64_t length, n_lines; } payload;
	const struct crypt_key *key;	/* NULL: what is encrypted stays closed */
	struct opener	opener;
	/* the encrypted segment opened last */
	struct whole {
		bool		there;
		uint64_t	segment;
		struct buf	text;
		uint32_t	*ends;		/* where each LF stands */
		unsigned char	(*leaves)[32];
		unsigned char	roots[LOOKUP_GROUPS][32];
	} whole;
	unsigned	depth;		/* calls of lookup_segment inside each other */
	struct digest	digest;
	struct arena	arena;
};

/* lookup_renew(l, err): after ST_CORRUPT: ST_OK when a full read found the archive good and made a new index; everything kept of the old one is gone. */
enum status lookup_renew(struct lookup *, struct err *) STATUS_USE;
/* lookup_seek(l, from, put, ctx, err): the bytes of the tar from ${from}, as tarseek_run. */
enum status lookup_seek(struct lookup *, uint64_t from, enum status (*put)(void *ctx, const unsigned char *, size_t, struct err *), void *ctx, struct err *) STATUS_USE;
/*
 * lookup_crypt.c, with l->key: the plain bytes of the file ${plain} whose first part's header is at ${at}; a group, its root; every record of a stream that has the id: ${hit}
 * gets its number in the segment, ${first} is the number of that segment's first record.
 */
enum status lookup_crypt_read(struct lookup *, uint64_t at, const char *plain, enum status (*put)(void *ctx, const unsigned char *, size_t, struct err *), void *ctx,
    struct err *) STATUS_USE;
enum status lookup_crypt_group(struct lookup *, const struct sealed_segment *, uint32_t number, struct err *) STATUS_USE;
enum status lookup_crypt_root(struct lookup *, const struct sealed_segment *, uint32_t number, unsigned char root[32], struct err *) STATUS_USE;
enum status lookup_crypt_ids(struct lookup *, const char *stream, struct str id, enum status (*hit)(void *ctx, uint32_t number, struct err *), void *ctx, uint64_t *first,
    struct err *) STATUS_USE;
/* lookup_crypt_lines(l, segment, each, ctx, err): all its records, once its root was found to be the sealed one. */
enum status lookup_crypt_lines(struct lookup *, const struct sealed_segment *, enum status (*each)(void *ctx, struct str line, struct err *), void *ctx,
    struct err *) STATUS_USE;
void lookup_crypt_free(struct lookup *);
/* lookup_extract.c: lookup_manifest(l, fd, err): manifest-sha256.txt, as the sealed tag manifest has it, into the empty file ${fd}. */
enum status lookup_manifest(struct lookup *, int fd, struct err *) STATUS_USE;

/*
 * lookup_decrypt.c, with l->key: files taken out of an encrypted archive by a walk over its manifest.
 * lookup_part_of(path, plain, number): is it a part of an encrypted file?  lookup_decrypt_part(d, i, path, sha256, err): the next line of the manifest, entry ${i} of the tar; only
 * parts of files that are wanted are read.  lookup_decrypt_end: behind the last one.  ST_DENIED: not for this key; ST_CORRUPT: something contradicts; ST_UNSURE: an attachment that
 * no record names.
 */
struct decrypting {
	struct lookup	*l;
	struct extraction *x;
	bool		open;			/* the parts that run are of a file that is wanted: */
	char		plain[LIMIT_PATH + 1];
	unsigned	number;			/* of the part before */
	struct digest	part_digest, digest;	/* of a part; of the plain bytes */
	struct records_check records;
	struct attachments attachments;		/* what the segments looked through so far say */
	struct sealed_segment segment;
	unsigned	round;
};
bool lookup_part_of(const char *path, char plain[LIMIT_PATH + 1], unsigned *number);
void lookup_decrypt_init(struct decrypting *, struct lookup *, struct extraction *);
void lookup_decrypt_free(struct decrypting *);
enum status lookup_decrypt_part(struct decrypting *, uint64_t i, const char *path, const unsigned char sha256[32], struct err *) STATUS_USE;
enum status lookup_decrypt_end(struct decrypting *, struct err *) STATUS_USE;

/* lookup_copy(l, at, path, fd, sha256, err): the entry whose header stands at tar offset ${at} into ${fd}, from its beginning.  ST_CORRUPT: not ${path} with that hash. */
enum status lookup_copy(struct lookup *, uint64_t at, const char *path, int fd, const unsigned char sha256[32], struct err *) STATUS_USE;

#endif
