/*
 * verify.h: is this archive what it says?  Archive format 6.1, one pass, bounded memory, three verdicts and never a fourth.
 */
#ifndef ARCHIVE_VERIFY_H
#define ARCHIVE_VERIFY_H

#include "archive/crypt.h"
#include "archive/pending.h"
#include "archive/seal.h"
#include "archive/tree.h"
#include "archive/trust.h"

enum verdict { VERDICT_VALID, VERDICT_INDETERMINATE, VERDICT_INVALID };
/* The four groups of DA/T 70: authenticity, integrity, usability, security (真实性 完整性 可用性 安全性). */
enum verify_group { VERIFY_AUTHENTICITY, VERIFY_INTEGRITY, VERIFY_USABILITY, VERIFY_SECURITY };

struct verify_step {
	enum verify_group group;
	char		 id[64];	/* stable, untranslated: "container", "manifest", "signature.administrator" */
	enum verdict	 verdict;
	bool		 remark;	/* it does not count for the verdict of the report */
	char		 text[512];	/* translated, terminal-safe */
};
/* What the remarks about views come to (`verify --views`), the worse the later. */
enum verify_views { VERIFY_VIEWS_UNASKED, VERIFY_VIEWS_AGREE, VERIFY_VIEWS_UNKNOWN, VERIFY_VIEWS_DIFFER };
struct verify_report {
	enum verdict	 verdict;
	struct verify_step steps[128]; size_t n_steps;
	/* Of the first contradiction: */
	char		 member[104];	/* path inside the tar, "" when not within one */
	uint64_t	 offset;	/* in the tar; for container faults in the file */
	bool		 offset_in_file;
	bool		 unplaced;	/* it lies in no tar: a chain, a receipt, a package */
	/* From the seal, when it parsed and its signatures hold at least mathematically (seal_ok): */
	bool		 seal_ok;
	struct seal	 seal;
	unsigned char	 seal_sha256[32];
	int64_t		 token_ms;	/* WHEN_UNKNOWN: none that counts */
	enum verify_views views;
	char		 vouched_by[40];	/* the renewal archive that proves its existence farthest back, "": none */
	int64_t		 vouched_ms;	/* and when that was */
	bool		 whole;		/* the tar was read to its end, every entry in its place */
	bool		 pending;	/* a .partial with a .seal directory */
	bool		 has_stage;	/* and that has a seal: */
	struct pending	 stage;
};

/* What a reader wants to see of the bytes while they pass; all optional.  What is delivered is not yet known to be true. */
struct verify_taps {
	void *ctx;
	enum status (*entry)(void *ctx, const char *path, uint64_t size, uint64_t tar_offset, struct err *);	/* path without root directory */
	enum status (*data)(void *ctx, const void *, size_t, struct err *);
	enum status (*entry_end)(void *ctx, const unsigned char sha256[32], struct err *);
	enum status (*tar)(void *ctx, const void *, size_t, struct err *);	/* every byte of the uncompressed tar */
	/* A gzip member begins; behind the last one, before it, stood ${tar_offset} bytes of tar. */
	enum status (*member)(void *ctx, uint64_t file_offset, uint64_t tar_offset, struct err *);
	/* A record of a plain segment, ${at} bytes into it, the last leaf of ${tree} (borrowed until the next segment's first record). */
	enum status (*record)(void *ctx, struct str line, uint64_t at, const struct tree *tree, struct err *);
};

/*
 * verify_archive(path, trust, now_ms, taps, report, err): judge one archive file (.tar.gz as written, or .tar), or a pending one (.partial).
 * ST_OK: judged, see ${report} (also when INVALID); ST_IO: cannot be read; others: a tap's.  Not an archive at all is INVALID.
 */
enum status verify_archive(const char *path, const struct trust *, int64_t now_ms, const struct verify_taps *,
    struct verify_report *, struct err *) STATUS_USE;
/*
 * verify_with_key(path, trust, key, …): the same; with ${key} (NULL: none) the content of an encrypted archive is opened and checked too.  ST_DENIED: not INVALID, but not
 * encrypted to this certificate: ${report} is then of what could be judged without it.
 */
enum status verify_with_key(const char *path, const struct trust *, const struct crypt_key *key, int64_t now_ms, const struct verify_taps *,
    struct verify_report *, struct err *) STATUS_USE;
/*
 * verify_seal_dir(path, name, trust, now_ms, report, err): the .seal directory of the closed archive ${name}, alone: whose content is not at hand or not to be read.  Every
 * rule that needs no content; what is missing is a contradiction.  ST_IO: it cannot be read.
 */
enum status verify_seal_dir(const char *path, const char *name, const struct trust *, int64_t now_ms, struct verify_report *, struct err *) STATUS_USE;
/* verify_report_why(r): the first step that has the report's verdict: its reason for people; borrowed, "?" when there is none.  _views: of the remark that is worst. */
const char *verify_report_why(const struct verify_report *);
const char *verify_report_why_views(const struct verify_report *);
void verify_report_step(struct verify_report *, enum verify_group, const char *id, enum verdict, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
/* verify_report_views(report, id, verdict, fmt, …): a step of usability about views, a remark: VALID: they agree; INVALID: they differ; INDETERMINATE: it cannot be told. */
void verify_report_views(struct verify_report *, const char *id, enum verdict, const char *fmt, ...) __attribute__((format(printf, 4, 5)));

#endif
