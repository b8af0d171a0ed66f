/*
 * fuzz_index.c: an index of somebody else, in which everything but size and time of the archive may be a lie: every answer comes back, in bounded time, or says
 * that the index is not right.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/index.h"
#include "archive/records_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PAGES_MAX	64u

static enum status
each(void *ctx, uint32_t number, struct err *err)
{
	uint32_t *n = ctx;

	(void)err;
	if (number >= RECORDS_SEGMENT_MAX || ++*n > RECORDS_SEGMENT_MAX)
		abort();
	return ST_OK;
}

static void
ask(struct index *x, uint64_t i)
{
	unsigned char root[32];
	struct index_segment s;
	uint64_t a, b;
	uint32_t n = 0;

	if (index_member(x, i, &a, &b, NULL) == ST_OK && b > i)
		abort();
	(void)!index_entry(x, i, &a, &b, NULL);
	(void)!index_file(x, i, &a, &b, NULL);
	(void)!index_group(x, i, &a, root, NULL);
	if (index_segment(x, i, &s, NULL) == ST_OK && (s.count > RECORDS_SEGMENT_MAX || index_ids(x, &s, i * UINT64_C(0x9e3779b97f4a7c15), each, &n, NULL) == ST_NOMEM))
		abort();
}

/* The input is the header's tables and then the tables, in pieces of a page's content. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int archive = memfd_create("archive", MFD_CLOEXEC), fd = memfd_create("index", MFD_CLOEXEC);
	unsigned char page[INDEX_PAGE] = { 0 };
	struct index *x;
	struct stat sb;
	uint64_t i;
	size_t n;

	if (archive < 0 || fd < 0 || write(archive, "x", 1) != 1 || fstat(archive, &sb) != 0)
		abort();
	memcpy(page, INDEX_MAGIC, sizeof(INDEX_MAGIC) - 1);
	memcpy(page + INDEX_AT_MAKER, "somebody", 8);
	index_put(page + INDEX_AT_SIZE, 8, (uint64_t)sb.st_size);
	index_put(page + INDEX_AT_MTIME, 8, (uint64_t)sb.st_mtim.tv_sec);
	index_put(page + INDEX_AT_MTIME + 8, 8, (uint64_t)sb.st_mtim.tv_nsec);
	n = size < 120 ? size : 120;
	memcpy(page + INDEX_AT_GZIP, data, n);
	if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page))
		abort();
	for (i = 0; i < PAGES_MAX && n < size; i++) {
		const size_t part = size - n < INDEX_CONTENT ? size - n : INDEX_CONTENT;

		memset(page, 0, sizeof(page));
		memcpy(page, data + n, part);
		n += part;
		if (write(fd, page, sizeof(page)) != (ssize_t)sizeof(page))
			abort();
	}
	if (index_open(&x, fd, archive, NULL) == ST_OK) {
		if (index_own(x))
			abort();
		for (i = 0; i < 12; i++)
			ask(x, i);
		for (i = 0; i < 64; i++)
			ask(x, UINT64_MAX >> i);
		index_close(x);
	}
	close(archive);
	return 0;
}
