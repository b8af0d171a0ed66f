/*
 * member.h: one gzip member as archive format 2.2 wants it: ten fixed header bytes, deflate, CRC-32 and length.
 * ISA-L level 2 where it was built in, zlib level 6 elsewhere.  The only file that speaks to either.
 */
#ifndef ARCHIVE_MEMBER_H
#define ARCHIVE_MEMBER_H

#include "core/buf.h"

#define MEMBER_RAW	((size_t)1 << 20)	/* bytes of content after which a member ends */
#define MEMBER_RECORDS	1024u			/* records after which a member of a segment ends */
#define MEMBER_HEADER	10u
#define MEMBER_TRAILER	8u
extern const unsigned char member_header[MEMBER_HEADER];
#define MEMBER_EMPTY	20u
extern const unsigned char member_empty[MEMBER_EMPTY];	/* a member without content: only ever the whole stream of an empty encrypted file */

/* A compressor: one per thread, used for one member after the other. */
struct member_packer;
enum status member_packer_open(struct member_packer **out, struct err *) STATUS_USE;
void member_packer_close(struct member_packer *);	/* NULL does nothing */
/* member_pack(p, raw, n, out, err): append the member that holds ${raw}; ${n} > 0.  What compression makes hardly smaller is stored. */
enum status member_pack(struct member_packer *, const void *raw, size_t n, struct buf *out, struct err *) STATUS_USE;
/* member_store(raw, n, out, err): the same without compression: for ciphertext, which none makes smaller. */
enum status member_store(const void *raw, size_t n, struct buf *out, struct err *) STATUS_USE;

/* A decompressor: one member after the other, in pieces of any size. */
struct member_reader;
enum status member_reader_open(struct member_reader **out, struct err *) STATUS_USE;
void member_reader_close(struct member_reader *);	/* NULL does nothing */
/* member_begin(r): the next byte given is the first of a member. */
void member_begin(struct member_reader *);
/*
 * member_read(r, in, used, out, room, got, ended, err): take up to ${in}.n bytes (${used} were taken), give up to ${room} (${got} were given).
 * ${ended}: the member is complete, CRC and length right; ${used} then stops behind it.  ST_CORRUPT: another header, broken deflate, wrong CRC or length, empty.
 * Before ST_CORRUPT it may still have given something.  With neither progress nor end more input is wanted.
 */
enum status member_read(struct member_reader *, struct str in, size_t *used, void *out, size_t room, size_t *got, bool *ended, struct err *) STATUS_USE;

/* member_crc32(crc, p, n): CRC-32 of RFC 1952, going on from ${crc} (0 at first). */
uint32_t member_crc32(uint32_t crc, const void *, size_t);

#endif
