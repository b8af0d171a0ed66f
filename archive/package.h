/*
 * package.h: disclosure packages (archive format 4.4) and redacted copies (4.5): directories that show some records of an archive and prove them without the rest.
 */
#ifndef ARCHIVE_PACKAGE_H
#define ARCHIVE_PACKAGE_H

#include "archive/lookup.h"
#include "core/arena.h"

#define PACKAGE_RECORDS_MAX	9999u	/* directories 0001 to 9999 */
#define PACKAGE_RECORD		"record.json"
#define PACKAGE_PROOF		"proof.txt"
#define PACKAGE_FILE		"file"
#define PACKAGE_EXPLAIN		"EXPLAIN.txt"
#define PACKAGE_EXPLAIN_MAX	((size_t)1 << 20)
#define PACKAGE_REDACTED	"{\"_redacted\":\""
#define PACKAGE_REDACTED_LEN	((size_t)80)	/* of the whole line: with 64 digits, quote and brace */

/* package_attachment(line, a, path, sha256, err): what a proven record says of its file, in itself or in its "n"; ST_END: it has none; ST_UNSURE: it cannot be read. */
enum status package_attachment(struct str line, struct arena *, char path[LIMIT_PATH + 1], unsigned char sha256[32], struct err *) STATUS_USE;
/* package_is_redacted(line, leaf): is it exactly a redaction marker?  Its leaf hash then. */
bool package_is_redacted(struct str line, unsigned char leaf[32]);

/* --- writing: into a directory of another name, which gets its own at the end --- */
struct package;
/* package_begin(out, path, sealed, err): with what is the same in every package of the archive.  ST_USAGE: something stands at ${path}. */
enum status package_begin(struct package **out, const char *path, const struct sealed *, struct err *) STATUS_USE;
/* package_record(p, r, err): the next record.  ST_LIMIT: more than PACKAGE_RECORDS_MAX. */
enum status package_record(struct package *, const struct lookup_record *, struct err *) STATUS_USE;
/* package_file(p, name, fd, err): make and open a file: NULL: "file" beside the record put last; else a path below data/.  package_file_end closes it durably. */
enum status package_file(struct package *, const char *path, int *fd, struct err *) STATUS_USE;
enum status package_file_end(struct package *, int *fd, struct err *) STATUS_USE;
/* package_dir(p): borrowed, to check what was written before it gets its name. */
int package_dir(const struct package *);
/* package_commit(p, err): durable, under its name.  ST_USAGE: something stands there meanwhile. */
enum status package_commit(struct package *, struct err *) STATUS_USE;
void package_free(struct package *);	/* not committed: removed.  NULL does nothing */

/* --- checking --- */
struct package_item {
	const char	*name;		/* "0001", or the path of a segment or file */
	enum verdict	 verdict;
	const char	*text;		/* why, when not VALID; translated */
	char		 segment[LIMIT_PATH + 1];	/* "" when that could not be read */
	uint32_t	 index, count;	/* of a segment: count alone */
	uint32_t	 n_redacted;	/* of a segment */
	bool		 whole;		/* a segment, not a record */
	bool		 file;		/* its attachment lies beside it and has the right hash */
	struct str	 record;	/* its bytes, when VALID; absent otherwise */
};
struct package_report {
	struct verify_report seal;	/* steps of the seal, "names" for the directory, "records" and "form" for what it shows */
	enum verdict	 verdict;	/* the worst of all */
	uint64_t	 n_items, n_valid;
	char		 fault[64 + LIMIT_PATH];	/* name of the item that is worst, "" when it is the seal or the directory */
	char		 text[512];			/* and what is wrong with it */
};
/* What a reader wants to know while it is judged; both optional. */
struct package_taps {
	void *ctx;
	/* The seal was judged, nothing shown yet: whoever knows more of it adds steps, and nothing stands on firmer ground than they leave. */
	void (*seal)(void *ctx, struct verify_report *);
	enum status (*item)(void *ctx, const struct package_item *, struct err *);	/* each record or segment */
};
/*
 * package_check(dir, trust, now_ms, taps, report, err): judge the package in the directory ${dir} (borrowed): 6.2, 6.1 steps 5 and 6, and nothing in it that the
 * format does not name.  ${taps} may be NULL.  ST_OK: judged; ST_IO; ST_NOMEM; what item answered.
 */
enum status package_check(int dir, const struct trust *, int64_t now_ms, const struct package_taps *, struct package_report *, struct err *) STATUS_USE;

#endif
