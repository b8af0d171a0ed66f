/*
 * index.h: <archive name>.index beside an archive: where things are in it (archive format 2.2).  A convenience, never trusted: whoever reads through it holds
 * what he finds against signed hashes, so a false index costs time (a full read, a new index) and never a wrong answer.
 *
 * The file is pages of 4,096 octets: 4,080 of content, then a tag of 16.  Numbers are little-endian.  Page 0 is the header:
 *
 *	at  0	 16	"custody-index/1\n"
 *	at 16	 16	random, of this file
 *	at 32	 32	SHA-256 of the archive's seal.txt
 *	at 64	  8	the maker (below); zeros: nobody in particular
 *	at 72	  8	size of the archive file
 *	at 80	 16	its time of modification: seconds, nanoseconds
 *	at 96	  8	1: gzip members; 0: a plain tar
 *	at 104	  8	tar offset of the header of record-segments.tsv
 *	at 112	 96	per table: number of its first page, number of its rows
 *
 * then the tables, each beginning on a page of its own, whole rows in a page, in this order:
 *
 *	members	16	file offset and tar offset of a gzip member	(none for a plain tar)
 *	entries	16	tar offset of the header, size: every file of the tar, in tar order: line i of the manifest is entry i + 3
 *	files	16	the same of data/files number i + 1; of an encrypted file of its first part
 *	segments 40	the same of a segment (of an encrypted one, of its first part); its first group; the first page of its ids, counted from that of the
 *			table; its numbers of records and of ids, 4 octets each, 0 when encrypted.  Segment i is line i of record-segments.tsv
 *	groups	40	tar offset of the first of 1,024 records; root over them, an interior node of the segment's tree
 *	ids	12	a hash of a record's id (index_id_hash), its number in the segment, 4 octets: of one segment after the other, each on pages of its own,
 *			sorted.  None of an encrypted archive: hashes of ids say who was there
 *
 * A negative answer ("there is no such id", "there is no other version") cannot be proven from the archive.  So it is believed only of an index that a full
 * read by this very user has made: tags are the first 16 octets of HMAC-SHA-256(F, page number, 8 octets ‖ content), F = HMAC-SHA-256(U, random ‖ SHA-256 of
 * seal.txt), U = 32 random octets in $XDG_STATE_HOME/custody/index.key (~/.local/state), zeros for nobody in particular.  The maker is the first 8 octets of
 * HMAC-SHA-256(U, "custody index maker").  An index of nobody or of another maker still shows where things are.
 */
#ifndef ARCHIVE_INDEX_H
#define ARCHIVE_INDEX_H

#include "archive/verify.h"
#include "core/fs.h"

#define INDEX_PAGE	4096u
#define INDEX_CONTENT	4080u
#define INDEX_SUFFIX	".index"

enum index_table { INDEX_MEMBERS, INDEX_ENTRIES, INDEX_FILES, INDEX_SEGMENTS, INDEX_GROUPS, INDEX_IDS, INDEX__MAX };

struct index;
struct index_segment { uint64_t at, size, first_group, first_id_page; uint32_t count, n_ids; };

/* index_path(archive, out, err): "…/acme-00000001.tar.gz" → "…/acme-00000001.index"; NUL behind it. */
enum status index_path(const char *archive, struct buf *out, struct err *) STATUS_USE;
/*
 * index_open(out, index_fd, archive_fd, err): takes ${index_fd}, also on failure.  ST_END: it is none for this file (another size or time, another version,
 * damaged): build a new one; ST_IO, ST_NOMEM.
 */
enum status index_open(struct index **out, int index_fd, int archive_fd, struct err *) STATUS_USE;
void index_close(struct index *);	/* NULL does nothing */

bool index_gzip(const struct index *);
bool index_own(const struct index *);	/* made by this user, or by this process: what it does not list is not there */
void index_set_own(struct index *);	/* this process has just made it */
const unsigned char *index_seal(const struct index *);	/* 32 octets: hash of seal.txt */
uint64_t index_tail(const struct index *);		/* tar offset of record-segments.tsv */
uint64_t index_rows(const struct index *, enum index_table);

/* ST_CORRUPT from all of these: the index is false (no such row, a wrong tag). */
/* index_member(x, tar_at, file_at, begins_at, err): the last member beginning at or before tar offset ${tar_at}. */
enum status index_member(struct index *, uint64_t tar_at, uint64_t *file_at, uint64_t *begins_at, struct err *) STATUS_USE;
enum status index_entry(struct index *, uint64_t i, uint64_t *at, uint64_t *size, struct err *) STATUS_USE;
enum status index_file(struct index *, uint64_t number, uint64_t *at, uint64_t *size, struct err *) STATUS_USE;	/* from 1 */
enum status index_segment(struct index *, uint64_t i, struct index_segment *, struct err *) STATUS_USE;
enum status index_group(struct index *, uint64_t i, uint64_t *at, unsigned char root[32], struct err *) STATUS_USE;
/* index_ids(x, s, hash, each, ctx, err): every number of segment ${s} under ${hash}, in rising order. */
enum status index_ids(struct index *, const struct index_segment *, uint64_t hash, enum status (*each)(void *ctx, uint32_t number, struct err *), void *ctx,
    struct err *) STATUS_USE;
uint64_t index_id_hash(struct str id);	/* FNV-1a, 64 bits, then mixed so that high bits spread */

/* --- building one, while an archive is read (index_build.c) --- */
struct index_build;
/* index_build_begin(out, archive_fd, taps, err): ${taps} are to be given to verify_archive. */
enum status index_build_begin(struct index_build **out, int archive_fd, struct verify_taps *taps, struct err *) STATUS_USE;
/*
 * index_build_end(b, path, seal_sha256, out, err): the archive is not INVALID.  Writes the index beside ${path} if that can be done (else, or without a
 * ${path}, a scratch file) and opens it.
 */
enum status index_build_end(struct index_build *, const char *path, const unsigned char seal_sha256[32], struct index **out, struct err *) STATUS_USE;
void index_build_free(struct index_build *);	/* NULL does nothing */

/* --- the key of this user (index_key.c) --- */
struct index_key { unsigned char key[32], maker[8]; bool own; };
/* index_key_load(k, create, err): without a home, or one that cannot be written: nobody's key.  ST_NOMEM, or digests failing. */
enum status index_key_load(struct index_key *, bool create, struct err *) STATUS_USE;
/* index_key_file(k, header, out, err): F of the file whose page 0 is ${header}. */
enum status index_key_file(const struct index_key *, const unsigned char *header, unsigned char out[32], struct err *) STATUS_USE;
enum status index_tag(const unsigned char key[32], uint64_t page_no, const unsigned char *page, unsigned char tag[16], struct err *) STATUS_USE;

/* --- the layout, for both --- */
#define INDEX_MAGIC		"custody-index/1\n"
#define INDEX_AT_NONCE		16u
#define INDEX_AT_SEAL		32u
#define INDEX_AT_MAKER		64u
#define INDEX_AT_SIZE		72u
#define INDEX_AT_MTIME		80u
#define INDEX_AT_GZIP		96u
#define INDEX_AT_TAIL		104u
#define INDEX_AT_TABLES		112u
extern const unsigned index_row_size[INDEX__MAX];
static inline uint64_t index_get(const unsigned char *p, unsigned n) { uint64_t v = 0; while (n-- > 0) v = v << 8 | p[n]; return v; }
static inline void index_put(unsigned char *p, unsigned n, uint64_t v) { for (; n-- > 0; v >>= 8) *p++ = (unsigned char)v; }

#endif
