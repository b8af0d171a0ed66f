/*
 * sealed_file.h: one small payload file of an archive, shown to be the one that a given seal fixes: file → manifest → tag manifest → Tagmanifest line.
 * Nothing else of the archive is judged.
 */
#ifndef ARCHIVE_SEALED_FILE_H
#define ARCHIVE_SEALED_FILE_H

#include "archive/seal.h"

/*
 * sealed_file(path, seal, member, max, out, err): ${path} is an archive, closed (.tar.gz, .tar) or pending (.partial), or the directory of an unpacked one; ${member}
 * "data/report/completeness.json".  Its bytes are appended to ${out} only once they are known to be the sealed ones.
 * ST_END: the archive has no such file in the clear; ST_CORRUPT: it, or a list on the way to the seal, is not what was sealed, or ${path} is no archive;
 * ST_LIMIT: over ${max} bytes; ST_IO.
 */
enum status sealed_file(const char *path, const struct seal *, const char *member, size_t max, struct buf *out, struct err *) STATUS_USE;

#endif
