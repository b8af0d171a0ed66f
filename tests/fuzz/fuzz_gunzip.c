/* fuzz_gunzip.c: gzip members.  What this walker takes, zlib takes too, and gives the same bytes. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include "archive/gunzip.h"
#include "core/buf.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define OUT_MAX	((size_t)8 << 20)

static enum status
collect(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	return buf_add(ctx, p, n, err);
}

/* All members one after the other. */
static bool
by_zlib(const uint8_t *data, size_t size, const struct buf *want)
{
	static unsigned char out[1u << 16];
	size_t at = 0, n_out = 0;
	bool ok = true;

	while (ok && at < size) {
		z_stream z = { 0 };
		int rc = inflateInit2(&z, 15 + 16);

		z.next_in = (unsigned char *)(uintptr_t)(data + at);
		z.avail_in = (unsigned)(size - at);
		while (rc == Z_OK && ok) {
			size_t n;

			z.next_out = out;
			z.avail_out = sizeof(out);
			rc = inflate(&z, Z_NO_FLUSH);
			n = sizeof(out) - z.avail_out;
			ok = n <= want->n - n_out && memcmp(out, want->p + n_out, n) == 0;
			n_out += n;
		}
		ok = ok && rc == Z_STREAM_END;
		at = size - z.avail_in;
		(void)inflateEnd(&z);
	}
	return ok && n_out == want->n;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct gunzip g = { .fd = fd, .name = "fuzz", .put = collect };
	struct buf out;
	enum status st;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	buf_init(&out, OUT_MAX);
	g.ctx = &out;
	st = gunzip_run(&g, NULL);
	if (st == ST_OK && g.gzip && !by_zlib(data, size, &out))
		abort();
	if (st == ST_OK && !g.gzip && (out.n != size || memcmp(out.p, data, size) != 0))
		abort();
	buf_free(&out);
	close(fd);
	return 0;
}
