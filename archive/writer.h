/*
 * writer.h: one archive in the making: archive format 2, 3, 4.1-4.3, 5.2, 9.
 *
 * One pass, memory bounded by the ring's members, resumable after a kill at any instruction.  Life:
 *   create/resume → record, file, view … commit … → finish_records → (iterate, views) → seal → sign… → close
 * Files: <name>.tar.gz.partial, <name>.work/ (state, spools, K), <name>.seal/; after close <name>.tar.gz (read-only) and <name>.seal/.
 */
#ifndef ARCHIVE_WRITER_H
#define ARCHIVE_WRITER_H

#include "archive/cms.h"
#include "archive/crypt.h"
#include "archive/hashes.h"
#include "archive/seal.h"
#include "core/format.h"

struct archive;

struct archive_params {
	const char	*name;			/* archive name, label and sequence */
	const char	*chain;			/* urn:uuid:… */
	uint64_t	 sequence;
	bool		 has_previous;
	struct hash_set	 digests;		/* of manifests and chain; n == 0: SHA-256 alone */
	unsigned char	 previous[SEAL_ALGS_MAX][DIGEST_MAX];	/* of the seal.txt before, by each of them */
	const char	*organization;		/* bag-info Source-Organization */
	const char	*group;			/* run id: Bag-Group-Identifier */
	const char	*description;		/* bag-info External-Description; NULL: none.  Left out of an encrypted archive: it may name persons */
	const struct crypt_to *to;		/* recipients; NULL: not encrypted.  Copied into the work directory; archive_params_of gives that copy */
	const char	*software;		/* "custody 0.1.0" */
	int64_t		 began_ms;		/* start of the run: fixes Bagging-Date and mtime */
	int64_t		 covers_from_ms;	/* until of the archive before; began of the scope for the first */
	const unsigned char *test_salt_key;	/* 32 octets for tests; NULL: random */
};

/*
 * archive_create(out, store_dir, p, n_threads, err): begin.  Something of that name exists: ST_BUSY/ST_USAGE.  Rows 1-3 are written; the state is
 * durable once the first archive_commit has returned.
 */
#define ARCHIVE_NO_THREADS	UINT32_MAX	/* as ${n_threads}: the caller works; 0: one thread per processor.  The tar is the same for any number. */
enum status archive_create(struct archive **out, int store_dir, const struct archive_params *p, unsigned n_threads, struct err *) STATUS_USE;
/*
 * archive_resume(out, store_dir, name, n_threads, caller_state, err): go on after the last commit.  ${caller_state} (appended) is what was given to
 * that commit.  ST_END: no such open archive.  ST_CORRUPT: the state or a file is damaged: which.
 */
enum status archive_resume(struct archive **out, int store_dir, const char *name, unsigned n_threads, struct buf *caller_state, struct err *) STATUS_USE;
/* Where it stands, also after resume. */
enum archive_phase { ARCHIVE_CAPTURE, ARCHIVE_VIEWS, ARCHIVE_SEALED /* seal.txt durable, rows 11-15 or the end missing */ };
enum archive_phase archive_phase(const struct archive *);
const struct archive_params *archive_params_of(const struct archive *);
/* Bytes that count against the limit of a volume (archive format 2.3): of the tar and of every open segment and view, before compression. */
uint64_t archive_octets(const struct archive *);
/*
 * archive_share_run(from, to, err): every file of ${from}'s run directory also appears in ${to}'s, for the next volume of one run.  What is there already stays;
 * done twice, it is the same.
 */
enum status archive_share_run(const struct archive *from, struct archive *to, struct err *) STATUS_USE;
/*
 * archive_goes_on(a, yes, err): while this stands, another archive must follow and is not begun yet: a store then shows ${a} as an interrupted run even
 * when it is sealed.
 */
enum status archive_goes_on(const struct archive *, bool yes, struct err *) STATUS_USE;
/* A directory descriptor for downloads and side files of the run (<name>.work/run). */
int archive_work_dir(const struct archive *);

/* archive_record(a, stream, rest, err): ${rest} begins with "," and ends with "}" (record_encode). */
enum status archive_record(struct archive *, const char *stream, struct str rest, struct err *) STATUS_USE;
/* archive_stream_end(a, stream, err): close its last segment into the tar. */
enum status archive_stream_end(struct archive *, const char *stream, struct err *) STATUS_USE;
/*
 * archive_file(a, blob, size, ext, path, sha256, err): append the file ${blob} of the work directory as the next data/files entry; ${ext} NULL or [a-z0-9]{1,8}.
 * ${path} (at least 101 bytes) is its path without the root directory.  The blob is deleted after the next commit.
 */
enum status archive_file(struct archive *, const char *blob, uint64_t size, const char *ext, char *path, unsigned char sha256[32], struct err *) STATUS_USE;
/*
 * archive_view(a, path, sink, err): the sink of a view or report ("data/views/messages-2026-11.csv"): spooled, compressed as it comes; opened again it
 * goes on (sink->n_bytes tells).  All views are appended in byte order of their paths by archive_seal.  Valid until archive_seal.
 */
enum status archive_view(struct archive *, const char *path, struct sink **, struct err *) STATUS_USE;
/* archive_commit_due(a): 16 MiB or 10 s since the last commit. */
bool archive_commit_due(const struct archive *);
/* archive_commit(a, caller_state, err): the commit of section 9, between two pages. */
enum status archive_commit(struct archive *, struct str caller_state, struct err *) STATUS_USE;
/* archive_finish_records(a, caller_state, err): close every segment, commit, enter ARCHIVE_VIEWS: no more records or files. */
enum status archive_finish_records(struct archive *, struct str caller_state, struct err *) STATUS_USE;
/* archive_records(a): iterator over the records already in the tar (ARCHIVE_VIEWS); borrowed from ${a}. */
struct record_iter *archive_records(struct archive *);
/*
 * Views and reports that are written in one go, in ARCHIVE_VIEWS: any number of them, in any order, lower case, each path once.  No commit names them: after a resume all are
 * made again.  archive_pages_open gives a lane, of which there are few; it is the archive's and lives until the seal.  In one lane one page is written at a time, from begin
 * to end; several threads may write, each in a lane of its own, while nothing else is done with the archive but archive_records.
 */
struct archive_pages;
enum status archive_pages_open(struct archive *, struct archive_pages **out, struct err *) STATUS_USE;
enum status archive_pages_begin(struct archive_pages *, const char *path, struct sink **, struct err *) STATUS_USE;
enum status archive_pages_end(struct archive_pages *, struct err *) STATUS_USE;
/* Figures so far: records of all streams, payload files and octets, of one stream. */
uint64_t archive_n_records(const struct archive *, const char *stream /* NULL: all */);

struct archive_seal_params {
	int64_t sealed_at_ms, covers_until_ms;
	uint64_t gaps;
	uint64_t volume, volumes;	/* Bag-Count: this one of so many; 0 of them: not known yet.  volume 0: the only one */
	const struct cms_signer *const *signers; size_t n_signers;	/* in the order of the Signer lines */
};
/* archive_seal(a, p, err): write views, manifests, tag files and seal.txt; durable in <name>.seal/ when it returns; K is erased.  Once made it is never made again. */
enum status archive_seal(struct archive *, const struct archive_seal_params *, struct err *) STATUS_USE;
/* The bytes of seal.txt (ARCHIVE_SEALED); borrowed. */
struct str archive_seal_text(const struct archive *);
/* Rows 12, 13, 15: put into <name>.seal/ durably, given once each, kept over a resume.  archive_has_part tells what is there already. */
/* ${pem}: the certificate, of kind sm2; its file is there before the signature's. */
enum status archive_put_signature(struct archive *, const char *role, struct str der, struct str pem, struct err *) STATUS_USE;
enum status archive_put_pem(struct archive *, bool crl, struct str pem, struct err *) STATUS_USE;	/* NN.crl.pem / NN.crt.pem: numbered in byte order of content at close of row 14 */
/* archive_sums(a, out, err): write row 14 once all signatures named are there (ST_UNSURE: which is missing); append its bytes to ${out}.  No signature or PEM may be put afterwards. */
enum status archive_sums(struct archive *, struct buf *out, struct err *) STATUS_USE;
/* archive_put_token(a, n, der, err): of authority ${n}, 1 to 9.  While the archive is pending one may be missing before it; the tar numbers them without gap. */
enum status archive_put_token(struct archive *, size_t n, struct str der, struct err *) STATUS_USE;
bool archive_has_part(const struct archive *, const char *file /* "administrator.p7s", "sha256sums.txt.tsr" */);
/* archive_close(a, path, err): rows 11-15, end blocks, rename, read-only, work directory removed; ${path} gets "<name>.tar.gz". */
enum status archive_close(struct archive *, struct buf *path, struct err *) STATUS_USE;
/* archive_free(a): give up the handle; what was committed stays.  NULL does nothing. */
void archive_free(struct archive *);

#endif
