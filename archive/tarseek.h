/*
 * tarseek.h: bytes out of the middle of an archive, from a member on whose place somebody claims to know.  Nothing here is judged but the form of
 * the members that are read: a wrong place gives an error or other bytes, and whoever asked compares what he gets with signed hashes.
 */
#ifndef ARCHIVE_TARSEEK_H
#define ARCHIVE_TARSEEK_H

#include "core/str.h"

struct tarseek {
	int		 fd;		/* borrowed */
	const char	*name;		/* borrowed, for messages */
	bool		 gzip;		/* false: a plain tar; ${file_at} and ${tar_at} are not looked at */
	uint64_t	 file_at, tar_at;	/* a member begins at this offset of the file, at that of the tar */
	uint64_t	 from;		/* offset in the tar of the first byte wanted, not before ${tar_at} */
	/* Takes the bytes as they come, at least one; ST_END: enough.  Valid for this call. */
	enum status	(*put)(void *ctx, const unsigned char *, size_t, struct err *);
	void		*ctx;
};

/* tarseek_run(t, err): ST_OK after ST_END of put.  ST_CORRUPT: no members there, or the file ends before put has enough; ST_IO; else what put answered. */
enum status tarseek_run(const struct tarseek *, struct err *) STATUS_USE;

#endif
