/*
 * gunzip.c: gzip members, strictly.  ISA-L inflates where it exists, zlib elsewhere; header, CRC, length and the borders between members
 * are looked at here, because libraries forgive too much.
 *
 *   state     needs                          then
 *   HEADER    10 fixed bytes, or the end     BODY, or done
 *   BODY      deflate until its last block   TRAILER
 *   TRAILER   8 bytes: CRC-32, length        HEADER
 */
#include "archive/gunzip.h"

#include <string.h>
#include <unistd.h>
#include <errno.h>

#ifdef HAVE_ISAL
#include <isa-l.h>
#else
#include <zlib.h>
#endif

#include "core/i18n.h"
#include "core/mem.h"

#define IN_SIZE		((size_t)256 << 10)
#define OUT_SIZE	((size_t)256 << 10)
#define TRAILER_N	((size_t)8)

enum state { HEADER, BODY, TRAILER };

struct run {
	struct gunzip	*g;
	unsigned char	*in, *out;
	size_t		 n_in, i_in;	/* bytes in ${in}, and how many of them are used */
	uint64_t	 file_at;	/* file offset of in[0] */
	enum state	 state;
	unsigned char	 small[TRAILER_N > GUNZIP_HEADER_N ? TRAILER_N : GUNZIP_HEADER_N];	/* header or trailer, possibly in two buffers */
	size_t		 n_small;
	uint64_t	 member_at;
	uint64_t	 n_out;		/* of this member */
	bool		 pending;	/* the last step filled : there may be more */
	uint32_t	 crc;
#ifdef HAVE_ISAL
	struct inflate_state isal;
#else
	z_stream	 z;
#endif
};

static enum status
fault(struct run *r, uint64_t at, const char *text, struct err *err)
{
	r->g->at_fault = true;
	r->g->at = at;
	return err_set(err, ST_CORRUPT, "%s", text);
}

static uint64_t here(const struct run *r) { return r->file_at + r->i_in; }

/* Read on; ST_END at the end of the file. */
static enum status
fill(struct run *r, struct err *err)
{
	ssize_t n;

	r->file_at += r->n_in;
	r->n_in = r->i_in = 0;
	do
		n = pread(r->g->fd, r->in, IN_SIZE, (off_t)r->file_at);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(err, _("cannot read %s"), r->g->name);
	r->n_in = (size_t)n;
	return n == 0 ? ST_END : ST_OK;
}

/* Collect ${want} bytes in ${small}; true when they are there. */
static bool
collect(struct run *r, size_t want)
{
	size_t n = r->n_in - r->i_in;

	if (n > want - r->n_small)
		n = want - r->n_small;
	memcpy(r->small + r->n_small, r->in + r->i_in, n);
	r->n_small += n;
	r->i_in += n;
	return r->n_small == want;
}

#ifdef HAVE_ISAL

static enum status body_begin(struct run *r, struct err *err)
{
	(void)err;
	isal_inflate_reset(&r->isal);
	r->isal.crc_flag = ISAL_GZIP_NO_HDR;
	return ST_OK;
}

/* Inflate once: ${n} bytes are in ${out}, ${end} says that the last block is through. */
static enum status
body_step(struct run *r, size_t *n, bool *end, struct err *err)
{
	struct inflate_state *s = &r->isal;
	int rc;

	s->next_in = r->in + r->i_in;
	s->avail_in = (uint32_t)(r->n_in - r->i_in);
	s->next_out = r->out;
	s->avail_out = (uint32_t)OUT_SIZE;
	rc = isal_inflate(s);
	if (rc != ISAL_DECOMP_OK && rc != ISAL_END_INPUT && rc != ISAL_OUT_OVERFLOW)
		return fault(r, here(r), _("the compressed data are damaged"), err);
	r->i_in = r->n_in - s->avail_in;
	*n = OUT_SIZE - s->avail_out;
	*end = s->block_state == ISAL_BLOCK_FINISH;
	return ST_OK;
}

/* Whole bytes the inflater took but did not need belong to the trailer; they may stem from the buffer before. */
static bool
body_end(struct run *r)
{
	struct inflate_state *s = &r->isal;
	uint64_t bits = s->read_in >> (s->read_in_length % 8);
	int32_t n = s->read_in_length / 8;

	r->crc = s->crc;
	for (; n > 0 && r->n_small < TRAILER_N; n--, bits >>= 8)
		r->small[r->n_small++] = (unsigned char)bits;
	return n <= 0;
}

static bool run_begin(struct run *r) { isal_inflate_init(&r->isal); return true; }
static void run_end(struct run *r) { (void)r; }

#else

static enum status body_begin(struct run *r, struct err *err)
{
	r->crc = (uint32_t)crc32(0, NULL, 0);
	return inflateReset(&r->z) == Z_OK ? ST_OK : err_oom(err, 0);
}

static enum status
body_step(struct run *r, size_t *n, bool *end, struct err *err)
{
	int rc;

	r->z.next_in = r->in + r->i_in;
	r->z.avail_in = (unsigned)(r->n_in - r->i_in);
	r->z.next_out = r->out;
	r->z.avail_out = (unsigned)OUT_SIZE;
	rc = inflate(&r->z, Z_NO_FLUSH);
	if (rc == Z_MEM_ERROR)
		return err_oom(err, 0);
	if (rc != Z_OK && rc != Z_STREAM_END && rc != Z_BUF_ERROR)
		return fault(r, here(r), _("the compressed data are damaged"), err);
	r->i_in = r->n_in - r->z.avail_in;
	*n = OUT_SIZE - r->z.avail_out;
	*end = rc == Z_STREAM_END;
	r->crc = (uint32_t)crc32(r->crc, r->out, (unsigned)*n);
	return ST_OK;
}

static bool body_end(struct run *r) { (void)r; return true; }
static bool run_begin(struct run *r) { return inflateInit2(&r->z, -15) == Z_OK; }
static void run_end(struct run *r) { (void)inflateEnd(&r->z); }

#endif

static enum status
do_header(struct run *r, struct err *err)
{
	if (r->n_small == 0)
		r->member_at = here(r);
	if (!collect(r, GUNZIP_HEADER_N))
		return ST_OK;
	if (memcmp(r->small, GUNZIP_HEADER, GUNZIP_HEADER_N) != 0)
		return fault(r, r->member_at, _("this is no gzip member with the header the format demands"), err);
	r->n_small = 0;
	r->n_out = 0;
	r->g->n_members++;
	r->state = BODY;
	return body_begin(r, err);
}

static enum status
do_body(struct run *r, struct err *err)
{
	enum status st;
	size_t n;
	bool end;

	if ((st = body_step(r, &n, &end, err)) != ST_OK)
		return st;
	r->n_out += n;
	r->pending = n == OUT_SIZE;
	if (n > 0 && (st = r->g->put(r->g->ctx, r->out, n, err)) != ST_OK)
		return st;
	if (!end)
		return ST_OK;
	r->state = TRAILER;
	return body_end(r) ? ST_OK : fault(r, r->member_at, _("the compressed data are damaged"), err);
}

static uint32_t
le32(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static enum status
do_trailer(struct run *r, struct err *err)
{
	if (!collect(r, TRAILER_N))
		return ST_OK;
	if (le32(r->small) != r->crc)
		return fault(r, r->member_at, _("the checksum of this gzip member is wrong"), err);
	if (le32(r->small + 4) != (uint32_t)r->n_out)
		return fault(r, r->member_at, _("the length of this gzip member is wrong"), err);
	if (r->n_out == 0)
		return fault(r, r->member_at, _("this gzip member is empty"), err);
	r->n_small = 0;
	r->state = HEADER;
	return ST_OK;
}

static enum status
run_gzip(struct run *r, struct err *err)
{
	enum status st = ST_OK;

	for (;;) {
		/* Output that found no room, or a trailer taken along with the body, needs no new input; there may be none. */
		bool ready = r->state == BODY ? r->pending : r->state == TRAILER && r->n_small == TRAILER_N;

		if (r->i_in == r->n_in && !ready && (st = fill(r, err)) != ST_OK)
			break;
		st = r->state == HEADER ? do_header(r, err) : r->state == BODY ? do_body(r, err) : do_trailer(r, err);
		if (st != ST_OK)
			return st;
	}
	if (st != ST_END)
		return st;
	if (r->state == HEADER && r->n_small == 0)
		return ST_OK;
	return fault(r, r->file_at, _("the file ends within a gzip member"), err);
}

static enum status
run_plain(struct run *r, struct err *err)
{
	enum status st;

	do {
		if (r->n_in > 0 && (st = r->g->put(r->g->ctx, r->in, r->n_in, err)) != ST_OK)
			return st;
	} while ((st = fill(r, err)) == ST_OK);
	return st == ST_END ? ST_OK : st;
}

enum status
gunzip_run(struct gunzip *g, struct err *err)
{
	struct run *r = mem_get(1, sizeof(*r), err);
	enum status st;

	g->gzip = g->at_fault = false;
	g->at = g->n_members = 0;
	if (r == NULL)
		return ST_NOMEM;
	r->g = g;
	if (!run_begin(r)) {
		mem_free(r);
		return err_oom(err, sizeof(*r));
	}
	r->in = mem_get(1, IN_SIZE, err);
	r->out = mem_get(1, OUT_SIZE, err);
	if (r->in == NULL || r->out == NULL) {
		st = ST_NOMEM;
		goto out;
	}
	if ((st = fill(r, err)) == ST_END) {
		st = fault(r, 0, _("the file is empty"), err);
		goto out;
	}
	if (st != ST_OK)
		goto out;
	/* A tar begins with a path of our alphabet, never with these two bytes. */
	g->gzip = r->in[0] == 0x1f && (r->n_in < 2 || r->in[1] == 0x8b);
	st = g->gzip ? run_gzip(r, err) : run_plain(r, err);
out:
	mem_free(r->in);
	mem_free(r->out);
	run_end(r);
	mem_free(r);
	return st;
}
