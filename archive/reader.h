/*
 * reader.h: the strict reader of our tar (archive format 1 and 2.1).  Bytes are pushed in, in pieces of any length; entries come out.
 * Every header is built again from its path, size and time and compared, so nothing that the format does not permit gets through:
 * regular files only, one root directory, pax only from 8 GiB on, zero padding, exactly two zero blocks, not one byte behind them.
 */
#ifndef ARCHIVE_READER_H
#define ARCHIVE_READER_H

#include "core/buf.h"

struct reader_events {
	void *ctx;
	/* ${path}: in our alphabet, without the root directory; ${at}: tar offset of its first header block. */
	enum status (*entry)(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *);
	enum status (*data)(void *ctx, const unsigned char *, size_t, struct err *);
	enum status (*entry_end)(void *ctx, struct err *);
};

struct reader {
	const struct reader_events *on;
	unsigned char	block[3 * 512];	/* header being collected; pax, its content, header */
	size_t		n_block, want;
	enum { READER_HEADER, READER_DATA, READER_PADDING, READER_END } state;
	uint64_t	left;		/* bytes of content or padding still to come */
	uint64_t	at;		/* tar offset of the next byte */
	uint64_t	entry_at;	/* of the header of this entry */
	size_t		padding;
	char		path[101];	/* of this entry, with the root directory; "" before the first */
	char		last[101];	/* of the last entry with a good header, without the root directory */
	char		root[101];	/* root directory, of the first entry */
	int64_t		mtime_s;	/* of all entries */
	uint64_t	fault_at;	/* after ST_CORRUPT of our own: tar offset */
	bool		at_fault;
	struct buf	expect;
};

void reader_init(struct reader *, const struct reader_events *on);
void reader_free(struct reader *);
/* reader_push(r, bytes, n, err): ST_CORRUPT with ${at_fault}: a departure from the format; else what an event answered. */
enum status reader_push(struct reader *, const unsigned char *, size_t, struct err *) STATUS_USE;
/* reader_finish(r, err): the bytes have ended; ST_CORRUPT when the tar has not. */
enum status reader_finish(struct reader *, struct err *) STATUS_USE;
/* The path of the entry being read without root directory, "" outside of one. */
const char *reader_member(const struct reader *);

#endif
