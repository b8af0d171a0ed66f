/* fuzz_bag.c: any bytes as a packed bag, and as the lists of one: a verdict or a clean refusal, whatever stands there. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "archive/bag.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
verify_bytes(const void *p, size_t n)
{
	struct bag_report r;
	char path[40];
	int fd = memfd_create("bag", MFD_CLOEXEC);

	if (fd < 0 || write(fd, p, n) != (ssize_t)n)
		abort();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (bag_verify(path, &r, NULL) == ST_OK && (r.verdict == BAG_VALID) != (r.n[BAG_ERROR] + r.n[BAG_UNSURE] == 0))
		abort();
	bag_report_free(&r);
	(void)close(fd);
}

/* One entry of a tar. */
static size_t
entry(unsigned char *out, const char *name, const void *p, size_t n)
{
	unsigned sum = 0;
	size_t i;

	memset(out, 0, 512);
	(void)snprintf((char *)out, 100, "b/%s", name);
	memcpy(out + 100, "0000644", 7);
	memcpy(out + 108, "0000000", 7);
	memcpy(out + 116, "0000000", 7);
	(void)snprintf((char *)out + 124, 12, "%011o", (unsigned)n);
	memcpy(out + 136, "00000000000", 11);
	memset(out + 148, ' ', 8);
	out[156] = '0';
	memcpy(out + 257, "ustar\00000", 8);
	for (i = 0; i < 512; i++)
		sum += out[i];
	(void)snprintf((char *)out + 148, 7, "%06o", sum);
	memset(out + 512, 0, (n + 511) / 512 * 512);
	if (n > 0)
		memcpy(out + 512, p, n);
	return 512 + (n + 511) / 512 * 512;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	/* By the first byte: the container itself, or the tag file whose lines the rest is. */
	static const char *const names[] = { "manifest-md5.txt", "fetch.txt", "bag-info.txt", "tagmanifest-md5.txt", "bagit.txt" };
	static const char *const declared[] = { "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
		"BagIt-Version: 0.97\nTag-File-Character-Encoding: UTF-16\n" };
	unsigned char *tar;
	size_t n = 0, kind;

	if (size == 0 || size > 65536)
		return 0;
	kind = data[0] % 12;
	if (kind >= 10) {
		verify_bytes(data + 1, size - 1);
		return 0;
	}
	if ((tar = malloc(size + 8192)) == NULL)
		return 0;
	if (strcmp(names[kind % 5], "bagit.txt") != 0)
		n += entry(tar, "bagit.txt", declared[kind / 5], strlen(declared[kind / 5]));
	n += entry(tar + n, "data/a", "1", 1);
	if (strcmp(names[kind % 5], "manifest-md5.txt") != 0)
		n += entry(tar + n, "manifest-md5.txt", "c4ca4238a0b923820dcc509a6f75849b  data/a\n", 41);
	n += entry(tar + n, names[kind % 5], data + 1, size - 1);
	memset(tar + n, 0, 1024);
	verify_bytes(tar, n + 1024);
	free(tar);
	return 0;
}
