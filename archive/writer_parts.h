/*
 * writer_parts.h: what the files writer*.c share.
 *
 *   writer.c         open, resume, free           writer_state.c   the lines of the state file
 *   writer_tar.c     entries into the tar         writer_commit.c  the commit of archive format 9
 *   writer_record.c  records, segments            writer_file.c    attachments
 *   writer_view.c    views that grow              writer_iter.c    records read again
 *   writer_page.c    views written in one go
 *   writer_seal.c    rows 7-11                    writer_close.c   rows 12-15, the end
 *   writer_volume.c  several archives of one run
 *   writer_crypt.c   payload of an encrypted archive
 */
#ifndef ARCHIVE_WRITER_PARTS_H
#define ARCHIVE_WRITER_PARTS_H

#include "archive/part.h"
#include "archive/spool.h"
#include "archive/writer.h"

#define WRITER_SUFFIX_OPEN	".tar.gz.partial"
#define WRITER_SUFFIX		".tar.gz"
#define WRITER_SUFFIX_WORK	".work"
#define WRITER_SUFFIX_SEAL	".seal"
#define WRITER_NAME_MAX		64		/* bytes of an archive name with a suffix */
#define WRITER_SEGMENT_RECORDS	65536u		/* archive format 4.2 */
#define WRITER_SEGMENT_BYTES	((uint64_t)64 << 20)
#define WRITER_GOES_ON		"goes-on"	/* in the work directory: see archive_goes_on; store.c knows the name */
#define WRITER_TO		"recipients.pem"
#define WRITER_KEY		"key"
#define WRITER_KEY_LEN		32
#define WRITER_BAGIT	"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

/* One stream of records and its open segment (NULL: none). */
struct writer_stream {
	char		 name[LIMIT_PATH + 1];
	uint64_t	 n_records;	/* all, also of closed segments: the next salt's number */
	uint64_t	 n_segments;	/* closed ones: the open one's number */
	struct spool	*spool;
};

struct writer_view {
	struct sink	 sink;		/* first member */
	struct archive	*archive;
	struct spool	*spool;
	uint64_t	 number;	/* names the spool */
	char		 path[];	/* without the root directory */
};

#define WRITER_LANES_MAX	4
/* A view written in one go: ${size} bytes of ${fd} from ${at}. */
struct writer_page { char path[LIMIT_PATH + 1]; int fd; uint64_t at, size; unsigned char sha256[32]; };

struct archive {
	int		 store, work, run, seal;	/* directories; seal -1 until sealed */
	enum archive_phase phase;
	enum status	 broken;	/* a failure that left memory and files apart: only resume helps */
	struct archive_params params;
	char		*texts;		/* owned: what params points to */
	unsigned char	 key[WRITER_KEY_LEN];
	bool		 test_key, has_key, renamed;
	int64_t		 mtime_s;

	struct pack	*pack;
	struct spools	 spools;
	struct hashes	 hashes;
	struct crypt_to	*to;		/* NULL: not encrypted */
	bool		 stored;	/* members are not compressed: they hold ciphertext */
	int		 fd;		/* the tar */
	uint64_t	 packed;	/* its bytes in the file: right after pack_drain */
	struct buf	 raw;		/* of its member in the making */
	struct part	 manifest[SEAL_ALGS_MAX], segments, offsets;
	char		 manifest_name[SEAL_ALGS_MAX][40];	/* of their files */

	struct writer_stream *streams; size_t n_streams;
	struct writer_view **views; size_t n_views, views_room;	/* sorted by path, letter case aside */
	struct archive_pages *lanes[WRITER_LANES_MAX]; size_t n_lanes;
	bool		 reading;	/* the pages, for the seal */
	uint64_t	 next_view, n_files;
	uint64_t	 n_records, payload_files, payload_octets;

	uint64_t	 since_commit;	/* bytes */
	int64_t		 committed_mono_ms;
	struct buf	 caller;	/* of the last commit */
	struct buf	 seal_text;
	struct writer_iter { struct record_iter iter; struct archive *archive; } iter;
};

/* writer_check(a, phase, err): may this be called now? */
enum status writer_check(const struct archive *, enum archive_phase, struct err *) STATUS_USE;
/* writer_break(a, st): remember a failure behind which nothing may be committed; returns ${st}. */
enum status writer_break(struct archive *, enum status);
/* writer_path(a, path, out, err): with the root directory; checked. */
enum status writer_path(const struct archive *, const char *path, char out[LIMIT_PATH + 1], struct err *) STATUS_USE;

/* --- writer_tar.c --- */
enum status writer_put(struct archive *, const void *, size_t, struct err *) STATUS_USE;	/* bytes of the tar */
enum status writer_flush(struct archive *, struct err *) STATUS_USE;				/* end the member */
enum status writer_padding(struct archive *, uint64_t size, struct err *) STATUS_USE;		/* behind an entry of that size */
enum status writer_header(struct archive *, const char *path, uint64_t size, struct err *) STATUS_USE;
/* An entry of bytes in memory; of ${size} bytes of a file from ${at}, with their hash; of a spool that was finished, by its members. */
enum status writer_entry(struct archive *, const char *path, struct str, struct err *) STATUS_USE;
enum status writer_entry_file(struct archive *, const char *path, int fd, uint64_t at, uint64_t size, unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX], struct err *) STATUS_USE;
enum status writer_entry_spool(struct archive *, const char *path, struct spool *, uint64_t *offset, struct err *) STATUS_USE;
/* A payload entry was written: its line in every manifest and the figures. */
enum status writer_listed(struct archive *, const char *path, uint64_t size, unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX], struct err *) STATUS_USE;

void writer_manifest_name(const struct archive *, size_t i, const char *suffix, char out[40]);	/* "manifest-sha256" and ${suffix} */

/* --- writer_record.c, writer_view.c --- */
enum status writer_close_segment(struct archive *, struct writer_stream *, struct err *) STATUS_USE;
/* For resume: a stream or view as the state names it. */
enum status writer_add_stream(struct archive *, struct str name, struct writer_stream **, struct err *) STATUS_USE;
enum status writer_add_view(struct archive *, struct str path, uint64_t number, struct writer_view **, struct err *) STATUS_USE;
void writer_view_spool_name(uint64_t number, char out[32]);
void writer_segment_spool_name(const struct writer_stream *, char out[LIMIT_PATH + 24]);

/* --- writer_page.c --- */
/* writer_page_next(a, page, err): the pages in byte order of their paths; ST_END behind the last.  ST_USAGE: a path was given twice. */
enum status writer_page_next(struct archive *, struct writer_page *, struct err *) STATUS_USE;
enum status writer_page_append(struct archive *, const struct writer_page *, struct err *) STATUS_USE; /* into the tar */
void writer_pages_close(struct archive *);

/* --- writer_crypt.c --- */
/* Take up the recipients: of the parameters, or of the work directory.  ST_CORRUPT: they are not those of the state. */
enum status writer_crypt_begin(struct archive *, const struct crypt_to *, struct err *) STATUS_USE;
enum status writer_crypt_resume(struct archive *, struct err *) STATUS_USE;
/* Room for the longest suffix of a part behind ${path}? */
enum status writer_crypt_path(const struct archive *, const char *path, struct err *) STATUS_USE;
/* A spool that nothing will be added to, in parts; their manifest lines too. */
enum status writer_crypt_spool(struct archive *, const char *path, struct spool *, struct err *) STATUS_USE;
/* ${size} bytes of a file of the work directory from ${at}; ${sha256}: of their plain content. */
enum status writer_crypt_file(
    struct archive *, const char *path, int fd, uint64_t at, uint64_t size, unsigned char sha256[32], struct err *) STATUS_USE;
/* The spools of closed segments, which stay until the views are made: is ${name} one?  And away with them. */
bool writer_crypt_kept(const struct archive *, const char *name);
enum status writer_crypt_forget(struct archive *, struct err *) STATUS_USE;
/* What follows the payload is compressed again. */
enum status writer_crypt_end(struct archive *, struct err *) STATUS_USE;

/* --- writer_commit.c, writer_state.c --- */
enum status writer_commit(struct archive *, struct err *) STATUS_USE;	/* with the caller's state of before */
enum status writer_state_encode(struct archive *, struct buf *out, struct err *) STATUS_USE;
/* From the lines: params, figures, lengths, streams and views with their spools. */
enum status writer_state_decode(struct archive *, struct str lines, struct err *) STATUS_USE;

/* --- writer_seal.c --- */
enum status writer_seal_dir(struct archive *, struct err *) STATUS_USE;	/* make and open it, seal.txt inside, K erased */

#endif
