/*
 * member_read.c: members again become bytes.  The ten header bytes are compared here, deflate, CRC and length are the library's;
 * both libraries stop exactly behind the trailer (tested with every split and every changed trailer bit).
 */
#include "archive/member.h"

#include <zlib.h>
#ifdef HAVE_ISAL
#include <isa-l/igzip_lib.h>
#endif

#include "core/i18n.h"
#include "core/mem.h"

#define PIECE_MAX	((size_t)1 << 30)	/* the libraries count in 32 bits */

struct member_reader {
#ifdef HAVE_ISAL
	struct inflate_state z;
#else
	z_stream z;
	unsigned char trailer[MEMBER_TRAILER];
	unsigned n_trailer;
	uint32_t crc, length;
	bool body_done;
#endif
	unsigned n_header;
	bool any;
};

static enum status
broken(struct err *err, const char *why)
{
	return err_set(err, ST_CORRUPT, _("not a gzip member of this format: %s"), why);
}

#ifdef HAVE_ISAL

static enum status
body_open(struct member_reader *r, struct err *err)
{
	(void)err;
	isal_inflate_init(&r->z);
	return ST_OK;
}

static void body_close(struct member_reader *r) { (void)r; }

static void
body_begin(struct member_reader *r)
{
	isal_inflate_reset(&r->z);
	r->z.crc_flag = ISAL_GZIP_NO_HDR_VER;
}

static enum status
body_read(struct member_reader *r, struct str in, size_t *used, void *out, size_t room, size_t *got, bool *ended, struct err *err)
{
	int rc;

	r->z.next_in = (uint8_t *)(uintptr_t)in.p;	/* not written to */
	r->z.avail_in = (uint32_t)in.n;
	r->z.next_out = out;
	r->z.avail_out = (uint32_t)room;
	rc = isal_inflate(&r->z);
	*used = in.n - r->z.avail_in;
	*got = room - r->z.avail_out;
	if (rc == ISAL_INCORRECT_CHECKSUM)
		return broken(err, _("CRC or length is wrong"));
	if (rc < 0)
		return broken(err, _("the compressed data are damaged"));
	*ended = r->z.block_state == ISAL_BLOCK_FINISH;
	return ST_OK;
}

#else

static enum status
body_open(struct member_reader *r, struct err *err)
{
	return inflateInit2(&r->z, -15) == Z_OK ? ST_OK : err_oom(err, sizeof(r->z));
}

static void body_close(struct member_reader *r) { (void)inflateEnd(&r->z); }

static void
body_begin(struct member_reader *r)
{
	(void)inflateReset(&r->z);
	r->n_trailer = 0;
	r->crc = r->length = 0;
	r->body_done = false;
}

static uint32_t
le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static enum status
body_read(struct member_reader *r, struct str in, size_t *used, void *out, size_t room, size_t *got, bool *ended, struct err *err)
{
	int rc;

	*used = *got = 0;
	if (!r->body_done) {
		r->z.next_in = (Bytef *)(uintptr_t)in.p;	/* not written to */
		r->z.avail_in = (uInt)in.n;
		r->z.next_out = out;
		r->z.avail_out = (uInt)room;
		rc = inflate(&r->z, Z_NO_FLUSH);
		*used = in.n - r->z.avail_in;
		*got = room - r->z.avail_out;
		if (rc != Z_OK && rc != Z_BUF_ERROR && rc != Z_STREAM_END)
			return broken(err, _("the compressed data are damaged"));
		r->crc = member_crc32(r->crc, out, *got);
		r->length += (uint32_t)*got;
		r->body_done = rc == Z_STREAM_END;
	}
	while (r->body_done && r->n_trailer < MEMBER_TRAILER && *used < in.n)
		r->trailer[r->n_trailer++] = (unsigned char)in.p[(*used)++];
	if (r->n_trailer < MEMBER_TRAILER)
		return ST_OK;
	if (le32(r->trailer) != r->crc || le32(r->trailer + 4) != r->length)
		return broken(err, _("CRC or length is wrong"));
	*ended = true;
	return ST_OK;
}

#endif

enum status
member_reader_open(struct member_reader **out, struct err *err)
{
	enum status st;

	if ((*out = mem_get(1, sizeof(**out), err)) == NULL)
		return ST_NOMEM;
	if ((st = body_open(*out, err)) != ST_OK) {
		mem_free(*out);
		*out = NULL;
	} else
		member_begin(*out);
	return st;
}

void
member_reader_close(struct member_reader *r)
{
	if (r != NULL)
		body_close(r);
	mem_free(r);
}

void
member_begin(struct member_reader *r)
{
	body_begin(r);
	r->n_header = 0;
	r->any = false;
}

enum status
member_read(struct member_reader *r, struct str in, size_t *used, void *out, size_t room, size_t *got, bool *ended, struct err *err)
{
	size_t header = 0;
	enum status st;

	*used = *got = 0;
	*ended = false;
	while (r->n_header < MEMBER_HEADER && header < in.n) {
		if ((unsigned char)in.p[header] != member_header[r->n_header])
			return broken(err, _("another header"));
		header++;
		r->n_header++;
	}
	*used = header;
	if (r->n_header < MEMBER_HEADER)
		return ST_OK;
	in = (struct str){ in.p + header, in.n - header < PIECE_MAX ? in.n - header : PIECE_MAX };
	st = body_read(r, in, used, out, room < PIECE_MAX ? room : PIECE_MAX, got, ended, err);
	*used += header;
	r->any = r->any || *got > 0;
	if (st == ST_OK && *ended && !r->any)
		return broken(err, _("it is empty"));
	return st;
}
