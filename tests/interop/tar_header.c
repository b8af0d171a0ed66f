/* tar_header.c: our headers are libarchive's, to the byte, for every length of path and sizes up to and beyond what octal digits can hold. */
#include <archive.h>
#include <archive_entry.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/tar.h"

#define LIMIT_TEST_PATH	100

static unsigned n_checks, n_bad;

/* What libarchive's pax-restricted writer puts before the content. */
static size_t
theirs(const char *path, uint64_t size, int64_t mtime, unsigned char *out, size_t room)
{
	struct archive *a = archive_write_new();
	struct archive_entry *e = archive_entry_new();
	size_t used = 0;

	if (archive_write_set_format_pax_restricted(a) != ARCHIVE_OK || archive_write_add_filter_none(a) != ARCHIVE_OK ||
	    archive_write_set_bytes_per_block(a, 0) != ARCHIVE_OK || archive_write_open_memory(a, out, room, &used) != ARCHIVE_OK)
		exit(2);
	archive_entry_set_pathname(e, path);
	archive_entry_set_size(e, (la_int64_t)size);
	archive_entry_set_mtime(e, (time_t)mtime, 0);
	archive_entry_set_filetype(e, AE_IFREG);
	archive_entry_set_perm(e, 0644);
	if (archive_write_header(a, e) != ARCHIVE_OK)
		exit(2);
	archive_entry_free(e);
	archive_write_free(a);
	return used;
}

static void
compare(const char *path, uint64_t size, int64_t mtime)
{
	static unsigned char want[1 << 16];
	size_t n, i = 0;
	struct buf ours;
	struct err err;

	memset(want, 0, sizeof(want));
	n = theirs(path, size, mtime, want, sizeof(want));
	buf_init(&ours, 8192);
	n_checks++;
	if (tar_header(path, size, mtime, &ours, &err) != ST_OK || ours.n > n)
		printf("%s %" PRIu64 ": %zu bytes, theirs %zu\n", path, size, ours.n, n), n_bad++;
	else {
		while (i < ours.n && (unsigned char)ours.p[i] == want[i])
			i++;
		if (i < ours.n || (size == 0 && n != ours.n + (size_t)2 * TAR_BLOCK))
			printf("%s %" PRIu64 " %" PRId64 ": differs at %zu of %zu/%zu\n", path, size, mtime, i, ours.n, n), n_bad++;
	}
	buf_free(&ours);
}

int
main(void)
{
	static const uint64_t sizes[] = { 0, 1, 511, 512, 513, 1 << 20, (uint64_t)1 << 31, ((uint64_t)1 << 33) - 1, (uint64_t)1 << 33,
	    (uint64_t)9 << 30, ((uint64_t)1 << 36) - 1, (uint64_t)1 << 36, (uint64_t)100 << 30, UINT64_C(1000000000000) };
	static const int64_t times[] = { 0, 86400, 1795219200, 2147483646 };
	char path[LIMIT_TEST_PATH + 1];
	size_t i, k;

	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (k = 0; k < sizeof(times) / sizeof(times[0]); k++)
			compare("demo-00000001/data/records/messages/000000.jsonl", sizes[i], times[k]);
	for (i = 1; i <= LIMIT_TEST_PATH; i++) {
		memset(path, 'a', i);
		path[i] = '\0';
		if (i > 20)
			path[13] = '/';
		compare(path, i, 86400);
	}
	printf("tar_header: %u headers, %u differ\n", n_checks, n_bad);
	return n_bad != 0;
}
