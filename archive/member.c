/* member.c: deflate by ISA-L or zlib; header, CRC and length are ours, so both libraries give the same frame. */
#include "archive/member.h"

#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l/crc.h>
#include <isa-l/igzip_lib.h>
#endif

#include "core/i18n.h"
#include "core/mem.h"

const unsigned char member_header[MEMBER_HEADER] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff };
const unsigned char member_empty[MEMBER_EMPTY] = { 0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 3, 0 };

#define STORED_MAX	((size_t)65535)		/* bytes of a stored block: RFC 1951 3.2.4 */

/*
 * What deflate makes smaller by less than a hundredth is stored: pictures, voice and documents are compressed already, and whoever reads the archive would decode
 * every byte of them for nothing, which costs more than their SHA-256.
 */
#define LITTLE		((size_t)100)

static size_t stored(size_t n) { return n + (n / STORED_MAX + 1) * 5; }

/* Deflate never grows data by more than 5 bytes in 16 KiB plus its tables: room for all of it in one call. */
static size_t bound(size_t n) { return n + n / 64 + 4096; }

static void
put_le32(unsigned char *to, uint32_t v)
{
	to[0] = (unsigned char)v;
	to[1] = (unsigned char)(v >> 8);
	to[2] = (unsigned char)(v >> 16);
	to[3] = (unsigned char)(v >> 24);
}

#ifdef HAVE_ISAL

/*
 * Level 2, not 3: on chat records level 3 saves half a hundredth of the bytes and takes two and a half times the time wherever ISA-L has its
 * AVX-512 search (bench/README.md).
 */
struct member_packer { struct isal_zstream z; uint8_t level_buf[ISAL_DEF_LVL2_DEFAULT]; };

uint32_t
member_crc32(uint32_t crc, const void *p, size_t n)
{
	return crc32_gzip_refl(crc, p, n);
}

static enum status
packer_init(struct member_packer *p, struct err *err)
{
	(void)p;
	(void)err;
	return ST_OK;
}

static void packer_end(struct member_packer *p) { (void)p; }

/* Into ${out}, ${room} bytes; answers the length, 0 on failure. */
static size_t
deflate_all(struct member_packer *p, const void *raw, size_t n, unsigned char *out, size_t room)
{
	isal_deflate_init(&p->z);
	p->z.level = 2;
	p->z.level_buf = p->level_buf;
	p->z.level_buf_size = sizeof(p->level_buf);
	p->z.end_of_stream = 1;
	p->z.flush = NO_FLUSH;
	p->z.gzip_flag = IGZIP_DEFLATE;
	p->z.next_in = (uint8_t *)(uintptr_t)raw;	/* not written to */
	p->z.avail_in = (uint32_t)n;
	p->z.next_out = out;
	p->z.avail_out = (uint32_t)room;
	if (isal_deflate(&p->z) != COMP_OK || p->z.internal_state.state != ZSTATE_END || p->z.avail_in != 0)
		return 0;
	return room - p->z.avail_out;
}

#else

struct member_packer { z_stream z; };

uint32_t
member_crc32(uint32_t crc, const void *p, size_t n)
{
	return (uint32_t)crc32_z(crc, p, n);
}

static enum status
packer_init(struct member_packer *p, struct err *err)
{
	if (deflateInit2(&p->z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return err_oom(err, sizeof(p->z));
	return ST_OK;
}

static void packer_end(struct member_packer *p) { (void)deflateEnd(&p->z); }

static size_t
deflate_all(struct member_packer *p, const void *raw, size_t n, unsigned char *out, size_t room)
{
	if (deflateReset(&p->z) != Z_OK)
		return 0;
	p->z.next_in = (Bytef *)(uintptr_t)raw;		/* not written to */
	p->z.avail_in = (uInt)n;
	p->z.next_out = out;
	p->z.avail_out = (uInt)room;
	if (deflate(&p->z, Z_FINISH) != Z_STREAM_END)
		return 0;
	return room - p->z.avail_out;
}

#endif

enum status
member_packer_open(struct member_packer **out, struct err *err)
{
	enum status st;

	if ((*out = mem_get(1, sizeof(**out), err)) == NULL)
		return ST_NOMEM;
	if ((st = packer_init(*out, err)) != ST_OK) {
		mem_free(*out);
		*out = NULL;
	}
	return st;
}

void
member_packer_close(struct member_packer *p)
{
	if (p != NULL)
		packer_end(p);
	mem_free(p);
}

enum status
member_pack(struct member_packer *p, const void *raw, size_t n, struct buf *out, struct err *err)
{
	unsigned char *to;
	enum status st;
	size_t got;

	if (n == 0 || n > (size_t)1 << 30)
		return err_set(err, ST_LIMIT, _("a member of %zu bytes"), n);
	if ((st = buf_room(out, bound(n) + MEMBER_HEADER + MEMBER_TRAILER, err)) != ST_OK)
		return st;
	to = (unsigned char *)out->p + out->n;
	memcpy(to, member_header, MEMBER_HEADER);
	if ((got = deflate_all(p, raw, n, to + MEMBER_HEADER, bound(n))) == 0)
		return err_set(err, ST_NOMEM, _("compression failed"));
	if (stored(n) <= got + n / LITTLE)
		return member_store(raw, n, out, err);
	put_le32(to + MEMBER_HEADER + got, member_crc32(0, raw, n));
	put_le32(to + MEMBER_HEADER + got + 4, (uint32_t)n);
	out->n += MEMBER_HEADER + got + MEMBER_TRAILER;
	return ST_OK;
}

enum status
member_store(const void *raw, size_t n, struct buf *out, struct err *err)
{
	const char *from = raw;
	unsigned char *to;
	size_t left, part;
	enum status st;

	if (n == 0 || n > (size_t)1 << 30)
		return err_set(err, ST_LIMIT, _("a member of %zu bytes"), n);
	if ((st = buf_room(out, stored(n) + MEMBER_HEADER + MEMBER_TRAILER, err)) != ST_OK)
		return st;
	to = (unsigned char *)out->p + out->n;
	memcpy(to, member_header, MEMBER_HEADER);
	to += MEMBER_HEADER;
	for (left = n; left > 0; left -= part, from += part, to += part) {
		part = left < STORED_MAX ? left : STORED_MAX;
		*to++ = part == left;	/* the last block; type 0 */
		*to++ = (unsigned char)part;
		*to++ = (unsigned char)(part >> 8);
		*to++ = (unsigned char)~part;
		*to++ = (unsigned char)(~part >> 8);
		memcpy(to, from, part);
	}
	put_le32(to, member_crc32(0, raw, n));
	put_le32(to + 4, (uint32_t)n);
	out->n = (size_t)((char *)to - out->p) + MEMBER_TRAILER;
	return ST_OK;
}
