/*
 * bag_text.h: lines out of the tag files of other people's bags: any character encoding that the C library can read, lines ended by LF, CR or
 * CRLF.  Bytes are pushed in, in pieces of any length; lines come out as UTF-8.
 */
#ifndef ARCHIVE_BAG_TEXT_H
#define ARCHIVE_BAG_TEXT_H

#include "core/buf.h"

struct bag_text {
	/* ${line} is valid for this call; ${ok}: it was text in the encoding; ${no} counts from 1. */
	enum status	(*line)(void *ctx, struct str line, bool ok, uint64_t no, struct err *);
	void		*ctx;
	/* Afterwards: */
	bool		 bom;		/* began with a byte-order mark */
	bool		 unended;	/* the last line has no end */
	uint64_t	 n_bytes;
	/* Working state. */
	void		*conversion;	/* iconv_t, NULL for UTF-8 */
	char		 rest[16];	/* of a character cut in two */
	size_t		 n_rest;
	struct buf	 pending;	/* line without its end so far */
	uint64_t	 no;
	bool		 bad, after_cr, begun;
};

/*
 * bag_text_open(t, encoding, line, ctx, err): a name as bagit.txt has it.  ST_UNSURE: this machine cannot read it.
 * Release with bag_text_close, which accepts a zeroed one.
 */
enum status bag_text_open(struct bag_text *, const char *encoding,
    enum status (*line)(void *, struct str, bool, uint64_t, struct err *), void *ctx, struct err *) STATUS_USE;
/* ST_LIMIT: a line over LIMIT_BAG_LINE; else what ${line} answered. */
enum status bag_text_put(struct bag_text *, const void *, size_t, struct err *) STATUS_USE;
enum status bag_text_end(struct bag_text *, struct err *) STATUS_USE;
void bag_text_close(struct bag_text *);
/* Whether the name means UTF-8. */
bool bag_text_is_utf8(const char *encoding);

#endif
