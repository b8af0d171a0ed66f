/*
 * sealed.h: the signed end of an archive without the archive: seal/, the tag manifest and record-segments.tsv, out of its tail or out of a disclosure package
 * (archive format 4.4), judged as 6.2 and 6.1 steps 5 and 6 demand.  What it says of segments may be believed as far as the report's verdict goes.
 */
#ifndef ARCHIVE_SEALED_H
#define ARCHIVE_SEALED_H

#include "archive/evidence.h"

#define SEALED_SEGMENTS		"record-segments.tsv"
#define SEALED_TAGMANIFEST	"tagmanifest-sha256.txt"
#define SEALED_SEGMENTS_MAX	((size_t)64 << 20)	/* bytes of record-segments.tsv: some 600,000 segments */
#define SEALED_TAGMANIFEST_MAX	((size_t)64 << 10)

struct sealed_file { char name[64]; struct buf bytes; };	/* of seal/, without "seal/" */

struct sealed {
	struct evidence	evidence;
	struct grammar	grammar;
	struct buf	segments, tagmanifest, sums;	/* ${sums}: the lines that row 14 must have */
	uint64_t	n_bytes;			/* of the files of seal/ */
	struct sealed_file *files; size_t n_files;	/* seal/, in the order of the archive */
	enum status	fault;				/* what a file of seal/ contradicted: ST_CORRUPT, ST_UNSURE */
	char		fault_name[64], fault_text[720];
};

/* One line of record-segments.tsv. */
struct sealed_segment {
	uint64_t	number;		/* of the line, from 0 */
	unsigned char	root[32];
	uint32_t	count;
	char		path[LIMIT_PATH + 1], stream[LIMIT_PATH + 1];
	uint64_t	first;		/* number, within its stream, of its first record; filled in by sealed_find alone */
	size_t		at;		/* where the next line begins */
};

void sealed_init(struct sealed *);
void sealed_free(struct sealed *);
/*
 * sealed_take(s, path, bytes, err): give one file: SEALED_SEGMENTS, SEALED_TAGMANIFEST, and those of seal/ in their order in the archive.  A contradiction is kept
 * for the report (ST_OK); ST_NOMEM; ST_LIMIT.
 */
enum status sealed_take(struct sealed *, const char *path, struct str bytes, struct err *) STATUS_USE;
/* sealed_judge(s, trust, now_ms, report, err): after the last file; ${report} is begun anew.  ST_NOMEM. */
enum status sealed_judge(struct sealed *, const struct trust *, int64_t now_ms, struct verify_report *, struct err *) STATUS_USE;

/* sealed_next(s, g): the line at ${g}->at ({ 0 } at first) into ${g}; false at the end.  After a judgement that was not INVALID. */
bool sealed_next(const struct sealed *, struct sealed_segment *);
/* sealed_find(s, stream, number, g): the segment that holds record ${number} of ${stream}; false: there is no such record. */
bool sealed_find(const struct sealed *, const char *stream, uint64_t number, struct sealed_segment *g);
/* sealed_is(s, path, count, root): is this a line of record-segments.tsv? */
bool sealed_is(const struct sealed *, const char *path, uint32_t count, const unsigned char root[32]);

#endif
