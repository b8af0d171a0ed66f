/*
 * bag.h: other people's bags: BagIt 0.93 to 1.0 (RFC 8493 and the drafts before it), as a directory, tar, tar.gz or zip.
 *
 * A bag is none of our archives: nothing here says who made it.  What is judged is whether it is complete and unchanged by its own manifests.
 */
#ifndef ARCHIVE_BAG_H
#define ARCHIVE_BAG_H

#include "core/str.h"

#define BAG_ISSUES_MAX	1000u	/* kept of each severity; all are counted */
#define BAG_FETCH_MAX	1000u	/* kept of fetch.txt; all are counted */

enum bag_severity {
	BAG_ERROR,	/* the bag breaks its format or its manifests: INVALID */
	BAG_UNSURE,	/* something needed is missing here or unknown to this program: INDETERMINATE */
	BAG_WARNING,	/* works here, may not elsewhere; or protects less than it seems */
	BAG_SEVERITY__MAX
};

struct bag_issue {
	enum bag_severity severity;
	const char	*code;		/* stable word, untranslated */
	char		*path;		/* in the bag, as bytes; "" when it is about the whole */
	char		*text;		/* translated */
};

/* A line of fetch.txt.  Nothing is ever fetched. */
struct bag_fetch {
	char		*url;		/* as it may be shown: without user, password, query and fragment */
	char		*path;
	uint64_t	 length;	/* UINT64_MAX: not given */
	bool		 present;	/* the file is already here */
};

enum bag_verdict {
	BAG_VALID,
	BAG_INCOMPLETE,		/* nothing contradicts, but something needed is missing: files still to be fetched, an unknown algorithm */
	BAG_INVALID
};

struct bag_report {
	enum bag_verdict verdict;
	const char	*kind;			/* "directory", "tar", "tar.gz", "zip" */
	char		 version[24];		/* as bagit.txt has it; "" unknown */
	char		 encoding[48];
	char		*base;			/* base directory inside a packed bag; NULL: none */
	char		 payload_algs[160], tag_algs[160];	/* names that were checked, separated by spaces */
	uint64_t	 files, octets;		/* payload present */
	uint64_t	 tag_files, loose_tags;	/* present; of them not protected by any tag manifest, these manifests themselves apart */
	uint64_t	 n_fetch, n_unfetched;
	uint64_t	 n[BAG_SEVERITY__MAX];
	struct bag_issue *issues;		/* in the order found */
	size_t		 n_issues;
	struct bag_fetch *fetch;
	size_t		 n_fetch_kept;
};

/*
 * bag_verify(path, report, err): reads everything twice, writes nothing but unlinked temporary files, follows no link out of the bag, opens no
 * connection.  ST_OK: see the verdict.  ST_USAGE: no directory, tar or zip; ST_LIMIT: over a bound of limits.h; ST_IO; ST_NOMEM; ST_STOPPED.
 * Release ${report} with bag_report_free in any case.
 */
enum status bag_verify(const char *path, struct bag_report *, struct err *) STATUS_USE;
void bag_report_free(struct bag_report *);
const char *bag_severity_word(enum bag_severity);	/* "error", "missing", "warning": untranslated */

#endif
