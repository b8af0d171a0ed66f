/*
 * tar.h: the one permitted header per (path, size, mtime): archive format 2.1.  A verifier builds it too, and compares.
 */
#ifndef ARCHIVE_TAR_H
#define ARCHIVE_TAR_H

#include "core/buf.h"

#define TAR_BLOCK	512u
#define TAR_PAX_FROM	((uint64_t)8 << 30)	/* from this size on a pax entry goes before the header */

/* tar_header(path, size, mtime_s, out, err): append the header, with the pax entry (1,024 bytes more) from 8 GiB on.  ST_LIMIT: path over 100 bytes. */
enum status tar_header(const char *path, uint64_t size, int64_t mtime_s, struct buf *out, struct err *) STATUS_USE;
/* Zero bytes behind ${size} bytes of content. */
static inline size_t tar_padding(uint64_t size) { return (size_t)((TAR_BLOCK - size % TAR_BLOCK) % TAR_BLOCK); }

#endif
