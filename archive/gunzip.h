/*
 * gunzip.h: the bytes of the tar out of an archive file, strictly: whole gzip members with the one permitted header (archive format 2.2),
 * each with something in it, the right CRC and length, nothing between or behind them; or a plain tar.  One descriptor, one pass.
 */
#ifndef ARCHIVE_GUNZIP_H
#define ARCHIVE_GUNZIP_H

#include "core/str.h"

struct gunzip {
	int		 fd;		/* borrowed */
	const char	*name;		/* borrowed, for messages of the operating system */
	/* Takes the next bytes of the tar; valid for this call.  What it answers other than ST_OK ends the run. */
	enum status	(*put)(void *ctx, const unsigned char *, size_t, struct err *);
	/* A member begins at file offset ${at}; the bytes of all before it have been put.  NULL: not wanted. */
	enum status	(*member)(void *ctx, uint64_t at, struct err *);
	void		*ctx;
	/* Afterwards: */
	bool		 gzip;		/* false: a plain tar */
	bool		 at_fault;	/* the fault is in the file itself, at file offset ${at} (of the gzip member), and not one of put's */
	uint64_t	 at;
	uint64_t	 n_members;
};

/*
 * gunzip_run(g, err): read all of the file from its beginning (pread: the position of ${fd} does not matter).
 * ST_CORRUPT: not such a file, ${at} says where; ST_IO; else what put answered.
 */
enum status gunzip_run(struct gunzip *, struct err *) STATUS_USE;

#endif
