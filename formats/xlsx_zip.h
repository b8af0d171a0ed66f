/*
 * xlsx_zip.h: the package of a workbook (ECMA-376 part 2: a zip), by libarchive.
 *
 * Written in one go from its beginning to its end, entry by entry; sizes and checksums stand behind an entry's bytes, so nothing is written twice.  No
 * entry has a time, an owner or a ZIP64 record, which some spreadsheet programs refuse: an entry holds at most XLSX_ENTRY_MAX bytes, the whole
 * below 4 GiB.
 */
#ifndef FORMATS_XLSX_ZIP_H
#define FORMATS_XLSX_ZIP_H

#include "core/buf.h"

#define XLSX_ENTRY_MAX ((uint64_t)0xFFFFFFFF) /* bytes before compression */

struct xlsx_zip;

/* xlsx_zip_open(out, fd, err): from the position of ${fd} on, which is borrowed. */
enum status xlsx_zip_open(struct xlsx_zip **out, int fd, struct err *) STATUS_USE;
enum status xlsx_zip_entry(struct xlsx_zip *, const char *name, struct err *) STATUS_USE; /* ends the one before */
enum status xlsx_zip_write(struct xlsx_zip *, const void *, size_t, struct err *) STATUS_USE; /* ST_LIMIT: above XLSX_ENTRY_MAX */
enum status xlsx_zip_finish(struct xlsx_zip *, struct err *) STATUS_USE; /* ST_LIMIT: 4 GiB or more */
void xlsx_zip_close(struct xlsx_zip *); /* NULL does nothing */

/*
 * xlsx_unzip(fd, path, each, ctx, err): every entry in turn, with its name and a function that gives its bytes: *n is 0 at its end.  What of an entry
 * is not asked for is passed over.  ${path} is for messages.  ST_INPUT: not a zip.
 */
struct xlsx_entry {
	const char *name;
	enum status (*read)(struct xlsx_entry *, void *bytes, size_t max, size_t *n, struct err *);
};
enum status xlsx_unzip(
    int fd, const char *path, enum status (*each)(void *ctx, struct xlsx_entry *, struct err *), void *ctx, struct err *) STATUS_USE;

#endif
