/*
 * bench_proof.c: what one record costs, without the start of a process: open by the index, judge the seal, find, prove; write the package; check it.
 *
 *   bench_proof ARCHIVE TRUST DIR COUNT ROUNDS		records "m-<i>" of bench_records; DIR is made and removed in each round
 *
 * One line a round: milliseconds of show, prove, check, and of the same with archive, index and package out of the page cache before each.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "archive/package.h"
#include "bench/feed.h"
#include "core/when.h"

static struct trust trust;
static struct err err;

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
forget(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fdatasync(fd);
		(void)posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED);
		close(fd);
	}
}

static enum status
put(void *ctx, const struct lookup_record *r, struct err *e)
{
	return ctx == NULL ? ST_OK : package_record(ctx, r, e);
}

/* From nothing to the record, and to a package when ${dir} is given. */
static double
find(const char *archive, uint64_t i, const char *dir)
{
	const double t0 = now();
	struct verify_report report;
	struct package *p = NULL;
	struct lookup *l;
	char id[32];

	feed_ok(lookup_open(&l, archive, &trust, when_now_ms(), &report, &err), &err);
	if (dir != NULL)
		feed_ok(package_begin(&p, dir, lookup_sealed(l), &err), &err);
	snprintf(id, sizeof(id), "m-%" PRIu64, i);
	feed_ok(lookup_id(l, "messages", str_of(id), put, p, &err), &err);
	if (p != NULL)
		feed_ok(package_commit(p, &err), &err);
	package_free(p);
	lookup_close(l);
	return now() - t0;
}

static double
check(const char *dir)
{
	const double t0 = now();
	struct package_report report;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	feed_ok(package_check(fd, &trust, when_now_ms(), NULL, &report, &err), &err);
	close(fd);
	if (report.verdict != VERDICT_VALID) {
		fprintf(stderr, "bench_proof: %s is not VALID\n", dir);
		exit(1);
	}
	return now() - t0;
}

static void
forget_package(const char *dir)
{
	static const char *const files[] = { "0001/record.json", "0001/proof.txt", "record-segments.tsv", "tagmanifest-sha256.txt", "EXPLAIN.txt", "seal/seal.txt",
		"seal/administrator.p7s", "seal/sha256sums.txt" };
	char path[4096];
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		forget(path);
	}
}

int
main(int argc, char **argv)
{
	struct buf index;
	uint64_t i, count;
	long r, rounds;
	double t[6];

	if (argc != 6) {
		fputs("usage: bench_proof ARCHIVE TRUST DIR COUNT ROUNDS\n", stderr);
		return 2;
	}
	err_init(&err);
	count = strtoull(argv[4], NULL, 10);
	rounds = strtol(argv[5], NULL, 10);
	buf_init(&index, 8192);
	feed_ok(index_path(argv[1], &index, &err), &err);
	feed_ok(trust_load(argv[2], &trust, &err), &err);
	for (r = 0; r < rounds; r++) {
		i = (uint64_t)r * UINT64_C(2654435761) % count;
		(void)find(argv[1], i, NULL);	/* into the page cache */
		t[0] = find(argv[1], i, NULL);
		t[1] = find(argv[1], i, argv[3]);
		t[2] = check(argv[3]);
		feed_ok(fs_remove_tree(AT_FDCWD, argv[3], &err), &err);
		forget(argv[1]);
		forget(index.p);
		t[3] = find(argv[1], i, NULL);
		forget(argv[1]);
		forget(index.p);
		t[4] = find(argv[1], i, argv[3]);
		forget_package(argv[3]);
		t[5] = check(argv[3]);
		feed_ok(fs_remove_tree(AT_FDCWD, argv[3], &err), &err);
		printf("%.3f %.3f %.3f %.3f %.3f %.3f\n", t[0], t[1], t[2], t[3], t[4], t[5]);
	}
	buf_free(&index);
	trust_free(&trust);
	return 0;
}
