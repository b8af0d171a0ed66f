/* verify_parts.h: what the files of the verifier share; nobody else includes it. */
#ifndef ARCHIVE_VERIFY_PARTS_H
#define ARCHIVE_VERIFY_PARTS_H

#include "archive/attachments.h"
#include "archive/baginfo.h"
#include "archive/evidence.h"
#include "archive/gunzip.h"
#include "archive/manifest.h"
#include "archive/opener.h"
#include "archive/reader.h"
#include "archive/records_check.h"
#include "core/utf8.h"

/* The steps of one reading, in the order of the report. */
enum check {
	CHECK_CONTAINER, CHECK_NAMES, CHECK_MANIFEST, CHECK_TAGMANIFEST, CHECK_BAGINFO, CHECK_SEGMENTS, CHECK_RECORDS, CHECK_ENCRYPTION, CHECK_ATTACHMENTS, CHECK_CONTENT, CHECK_SUMS,
	CHECK_SEAL, CHECK__MAX
};
struct check_state { enum verdict verdict; bool reached; char text[720]; };

/* Encrypted payload (verify_crypt.c). */
struct verify_crypt {
	const struct crypt_key *key, *given;	/* ${key}: NULL: nothing is opened (any more) */
	struct opener	opener;
	struct attachments attachments;
	struct digest	digest;			/* of the file being opened */
	struct buf	head;			/* the beginning of the part */
	unsigned char	tail[CRYPT_TAIL];
	uint64_t	at;			/* octets of the part so far */
	size_t		n_to;			/* recipients of the parts so far; 0: none seen */
	struct buf	whom;			/* how these parts name them, sorted */
	bool		opened;			/* a part was opened with the key given */
	bool		short_part;		/* the part before was the last of its file */
	bool		not_ours;		/* a part is not for the certificate given */
	bool		skipped;		/* a file could not be opened */
	bool		ended;
	/* the file being opened */
	bool		file_open, bad_records;
	enum grammar_row row;
	char		plain[101];
	uint64_t	n_files;
};

/* One reading of an archive file. */
struct reading {
	/* given */
	int		fd;
	const char	*path;
	const struct verify_taps *taps;		/* NULL: none */
	bool		all_algs;		/* compute every algorithm, not SHA-256 alone */
	bool		explain;		/* name the line of the manifest that differs */
	struct verify_report *report;

	struct gunzip	gunzip;
	struct reader	reader;
	struct grammar	grammar;
	struct evidence	evidence;
	struct manifest	manifest;
	struct records_check records;
	struct check_state checks[CHECK__MAX];
	bool		any_fault;
	bool		ended;			/* read to the end, every entry in its place */
	bool		more_algs;		/* manifests of other algorithms than SHA-256 stand in it */

	struct verify_crypt crypt;
	char		last[101];		/* the entry before */

	/* the entry in work */
	struct grammar_entry entry;
	char		name[101];
	uint64_t	size, at, data_at;
	bool		capture, in_segment;
	struct buf	text;			/* its content, when captured */
	struct utf8_feed about;			/* rows 2 and 3 */
	struct digest	digest[SEAL_ALGS_MAX];
	unsigned char	hash[SEAL_ALGS_MAX][DIGEST_MAX];

	/* of the whole */
	const struct renewals *renewals;	/* NULL: none speaks of it, as far as its beginning has shown */
	bool		named;
	struct digest	tar;			/* for these */
	uint64_t	octets, files, records_n, segments_n;
	bool		roots_unknown;		/* a segment broke the rules: its line cannot be made */
	struct buf	sums;			/* lines that row 14 must have */
	unsigned char	tag_hash[SEAL_ALGS_MAX][DIGEST_MAX];
};

/*
 * verify_note(r, check, st, member, at, err): ST_OK marks a step as reached; ST_CORRUPT a contradiction at tar offset ${at}, ST_UNSURE a doubt, both with
 * the text of ${err}: then ST_OK is answered and the reading goes on.  Other statuses come back.
 */
enum status verify_note(struct reading *, enum check, enum status, const char *member, uint64_t at, struct err *) STATUS_USE;
/* verify_checks(r): the steps into the report. */
void verify_checks(struct reading *);
/* verify_read(r, err): read it all; ST_OK however it went, ST_IO and what taps answer otherwise. */
enum status verify_read(struct reading *, struct err *) STATUS_USE;
/* verify_crypt.c: for every entry, the bytes and the end of every encrypted one; was all of it opened? */
void verify_crypt_init(struct reading *, const struct crypt_key *);
void verify_crypt_free(struct reading *);
enum status verify_crypt_entry(struct reading *, struct err *) STATUS_USE;
enum status verify_crypt_data(struct reading *, const unsigned char *, size_t, struct err *) STATUS_USE;
enum status verify_crypt_end(struct reading *, struct err *) STATUS_USE;
enum status verify_crypt_baginfo(struct reading *, const struct baginfo *, struct err *) STATUS_USE;
bool verify_crypt_opened(const struct reading *);
/* verify_entry_end parts: rows 7 to 15, when their last byte is in. */
enum status verify_row_end(struct reading *, struct err *) STATUS_USE;
/* verify_directory(e, dir, name, …): the .seal directory ${dir} of the archive ${name} into ${e}, judged; what lacks is a contradiction unless e->pending. */
enum status verify_directory(struct evidence *, int dir, const char *name, const struct trust *, int64_t now_ms, struct verify_report *, struct err *) STATUS_USE;
/* verify_pending(path, trust, now_ms, report, err): a .partial: its .seal directory. */
enum status verify_pending(const char *path, const struct trust *, int64_t now_ms, struct verify_report *, struct err *) STATUS_USE;

#endif
