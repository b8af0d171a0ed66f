/* package_parts.h: what package_check.c and package_segment.c share; nobody else includes it. */
#ifndef ARCHIVE_PACKAGE_PARTS_H
#define ARCHIVE_PACKAGE_PARTS_H

#include <unistd.h>

#include "archive/package.h"
#include "archive/records_check.h"
#include "core/arena.h"

struct shown_file { char path[LIMIT_PATH + 1]; unsigned char sha256[32]; };	/* named by a proven, shown record */

struct checking {
	int		dir;		/* borrowed */
	struct package_taps taps;
	struct package_report *report;
	struct sealed	sealed;
	unsigned	n_records;
	bool		redacted;
	bool		doubt;		/* some item is not as it should be, whatever the seal is */
	struct buf	record, text;
	struct digest	digest;
	struct records_check form;	/* of lines */
	struct arena	arena;
	struct shown_file *files; size_t n_files, files_room;
};

/* ST_CORRUPT from these: missing, not of the kind it must be, larger than the format allows. */
enum status package_load(int dir, const char *name, size_t max, struct buf *out, struct err *) STATUS_USE;
enum status package_enter(int dir, const char *name, int *fd, struct err *) STATUS_USE;
enum status package_hash(int dir, const char *name, unsigned char sha256[32], struct err *) STATUS_USE;
enum status package_misplaced(const char *name, struct err *);
/* package_answer(c, it, st, err): ${st} (with the text of ${err}) becomes the item's verdict, goes into the report and to whoever wants to know. */
enum status package_answer(struct checking *, struct package_item *it, enum status st, struct err *) STATUS_USE;
/* package_check_segments(c, err): data/ of a redacted copy. */
enum status package_check_segments(struct checking *, struct err *) STATUS_USE;

#endif
