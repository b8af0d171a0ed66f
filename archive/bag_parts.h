/* bag_parts.h: what the parts of the validator share: the bag under examination and the records its names are compared by. */
#ifndef ARCHIVE_BAG_PARTS_H
#define ARCHIVE_BAG_PARTS_H

#include "archive/bag.h"
#include "archive/bag_path.h"
#include "archive/bag_source.h"
#include "archive/bag_text.h"
#include "archive/sorter.h"
#include "core/limits.h"

struct bag_manifest {
	char		*name;		/* of the file, in the base directory */
	bool		 tag;
	bool		 known;		/* the algorithm can be computed here */
	enum digest_alg	 alg;
	bool		 seen;		/* listed somewhere: for tag manifests, which must list every payload manifest */
};

/* Algorithms of one half of the bag, in the order their hashes lie in a file's record. */
struct bag_algs { enum digest_alg alg[DIGEST__MAX]; size_t n, size; };

struct bag {
	struct bag_source *source;
	struct bag_report *report;
	unsigned	 major, minor;	/* of the version; known: one of 0.93 to 0.97 and 1.0 */
	bool		 v1;		/* to be judged by RFC 8493 */
	char		*base;		/* with its slash; "" */
	struct bag_manifest manifests[LIMIT_BAG_MANIFESTS];
	size_t		 n_manifests, n_payload;	/* payload manifests come first */
	struct bag_algs	 payload, tags;
	struct sorter	*names;
	struct digest	 key_digest;
	struct buf	 clean, decoded, scratch, item;	/* working memory */
	/* Payload-Oxum, once or more. */
	unsigned	 n_oxum;
	uint64_t	 oxum_octets, oxum_files;
	bool		 tag_lists[LIMIT_BAG_MANIFESTS][LIMIT_BAG_MANIFESTS];	/* [tag manifest][payload manifest] */
};

/* --- bag_report.c --- */

/* bag_issue(r, severity, code, path, err, fmt, ...): count it, and keep it if there is room.  ST_NOMEM. */
enum status bag_issue(struct bag_report *, enum bag_severity, const char *code, struct str path, struct err *, const char *fmt, ...)
    __attribute__((format(printf, 6, 7))) STATUS_USE;
enum status bag_report_fetch(struct bag_report *, struct str url, struct str path, uint64_t length, struct err *) STATUS_USE;

#define BAG_DECLARATION_MAX	((size_t)4096)	/* bytes of bagit.txt */

/* --- bag_scan.c: the first reading: where the bag is, its declaration, its manifests' names --- */

struct bag_found {
	char	*top;			/* first name in the outermost directory of a packed bag */
	bool	 several;		/* there is another one */
	char	*declared[2];		/* where bagit.txt was seen: [0] outermost, [1] one directory deeper: that directory */
	struct buf text[2];		/* its content there */
	bool	 second_bag;		/* a further directory with a bagit.txt */
	uint64_t n_entries;
	char	*names[2 * LIMIT_BAG_MANIFESTS];	/* paths of manifests, at most one directory deep */
	size_t	 n_names;
	bool	 data[2];		/* a directory data, or a file in it, was seen at this depth */
};

/* Entry by entry, with a clean path in bag->clean; paths that leave the bag are told in the first reading. As bag_source's next; ST_STOPPED. */
enum status bag_next(struct bag *, struct bag_entry *, bool first, struct err *) STATUS_USE;
/* bag_scan(b, found, err): ST_END: what was found is no bag or cannot be read further; the issues say why. */
enum status bag_scan(struct bag *, struct bag_found *, struct err *) STATUS_USE;

/* --- bag_decl.c: bagit.txt and bag-info.txt --- */

/* bag_declaration(b, text, err): fills version and encoding; what is wrong with it becomes issues. */
enum status bag_declaration(struct bag *, struct str text, struct err *) STATUS_USE;
/* One line of bag-info.txt or package-info.txt, for bag_text; ${ctx} is a struct bag_info. */
struct bag_info { struct bag *bag; struct str name; bool any; char label[64]; };
enum status bag_info_line(void *ctx, struct str line, bool ok, uint64_t no, struct err *) STATUS_USE;

/* --- bag_list.c: manifests and fetch.txt --- */

/* One line of a manifest, for bag_text; ${ctx} is a struct bag_listing.  Goes into bag->names. */
struct bag_listing { struct bag *bag; size_t manifest; };
enum status bag_manifest_line(void *ctx, struct str line, bool ok, uint64_t no, struct err *) STATUS_USE;
/* One line of fetch.txt; ${ctx} is the struct bag. */
enum status bag_fetch_line(void *ctx, struct str line, bool ok, uint64_t no, struct err *) STATUS_USE;

/* --- the records that are sorted: key of 16 octets, path, NUL, one of these, and then: --- */

#define BAG_REC_FILE	'F'	/* flags; if read: the hashes by the algorithms of its half */
#define BAG_REC_LISTED	'L'	/* number of the manifest; length of the hash, hash; line (8, big-endian); the path as written */
#define BAG_REC_FETCH	'R'	/* number in the report (8); length (8); the path as written */
#define BAG_FILE_UNREAD	1	/* a link that was not followed and the like: it is there, but its bytes are not known */

/* bag_record(b, path, kind, rest, n, more, err): ${rest} and then ${more} behind the head. */
enum status bag_record(struct bag *, struct str path, char kind, const void *rest, size_t n, struct str more, struct err *) STATUS_USE;
/* bag_join(b, err): every name against every list. */
enum status bag_join(struct bag *, struct err *) STATUS_USE;

static inline bool bag_is_payload(struct str path) { return str_has_prefix(path, "data/"); }

static inline void
bag_put64(unsigned char *p, uint64_t v)
{
	int i;

	for (i = 0; i < 8; i++)
		p[i] = (unsigned char)(v >> (56 - 8 * i));
}

static inline uint64_t
bag_get64(const unsigned char *p)
{
	uint64_t v = 0;
	int i;

	for (i = 0; i < 8; i++)
		v = v << 8 | p[i];
	return v;
}

#endif
