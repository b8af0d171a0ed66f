/*
 * lookup_driver.c: what can be read out of a sealed archive, for other programs to compare.
 *
 *   lookup_driver ARCHIVE records          every record line of every segment; at every 500th all other segments are read inside, and one file
 *   lookup_driver ARCHIVE walk PREFIX      every payload file below PREFIX into the working directory, whose directories exist, in one reading
 *   lookup_driver ARCHIVE one PATH MAX     one of them to standard output
 *
 * Exit status: 0, 3 there is none, 4 longer than MAX, 1 anything else.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "archive/lookup.h"
#include "core/fs.h"
#include "core/when.h"

#define FILE_IN_IT	"data/files/000000/000000001.txt"

static struct lookup *l;
static struct err err;

static void
need(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "%s: status %d: %s\n", what, (int)st, err.text);
	exit(st == ST_END ? 3 : st == ST_LIMIT ? 4 : 1);
}

struct reading { uint64_t segment, n; bool inside; };

static enum status each(void *ctx, uint32_t index, struct str line, struct err *e);

static void
read_others(uint64_t but)
{
	struct reading r = { .inside = true };
	struct sealed_segment g = { .at = 0 };
	int fd = -1;

	while (sealed_next(lookup_sealed(l), &g))
		if (g.number != but)
			need(lookup_segment(l, &g, each, &r, &err), "a segment inside");
	need(fs_nameless(-1, &fd, &err), "scratch");
	if (lookup_payload(l, FILE_IN_IT, UINT64_MAX, fd, &err) != ST_END && lseek(fd, 0, SEEK_END) < 0)
		exit(1);
	fs_drop(&fd);
}

static enum status
each(void *ctx, uint32_t index, struct str line, struct err *e)
{
	struct reading *r = ctx;
	char *copy;

	(void)e;
	if (r->inside) {
		r->n += line.n;
		return ST_OK;
	}
	if (index % 500 == 0) {
		if ((copy = malloc(line.n)) == NULL)
			exit(1);
		memcpy(copy, line.p, line.n);
		read_others(r->segment);
		if (memcmp(copy, line.p, line.n) != 0) {
			fprintf(stderr, "record %u of segment %ju changed while others were read\n", (unsigned)index, (uintmax_t)r->segment);
			exit(1);
		}
		free(copy);
	}
	return fwrite(line.p, 1, line.n, stdout) == line.n && putchar('\n') != EOF ? ST_OK : ST_IO;
}

static int to = -1;

static enum status
begin(void *ctx, const char *path, bool *wanted, struct err *e)
{
	(void)ctx;
	*wanted = true;
	to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	return to < 0 ? err_sys(e, "%s", path) : ST_OK;
}

static enum status
data(void *ctx, const unsigned char *p, size_t n, struct err *e)
{
	(void)ctx;
	return fs_write_all(to, "a file", p, n, e);
}

static enum status
end(void *ctx, const char *path, struct err *e)
{
	(void)ctx;
	return fs_close(&to, path, e);
}

static void
records(void)
{
	struct sealed_segment g = { .at = 0 };
	struct reading r = { 0 };

	while (sealed_next(lookup_sealed(l), &g)) {
		r.segment = g.number;
		need(lookup_segment(l, &g, each, &r, &err), g.path);
	}
}

static void
one(const char *path, const char *max)
{
	char chunk[4096];
	ssize_t n;
	int fd = -1;

	need(fs_nameless(-1, &fd, &err), "scratch");
	need(lookup_payload(l, path, strtoull(max, NULL, 10), fd, &err), path);
	if (lseek(fd, 0, SEEK_SET) != 0)
		exit(1);
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (fwrite(chunk, 1, (size_t)n, stdout) != (size_t)n)
			exit(1);
	fs_drop(&fd);
}

int
main(int argc, char **argv)
{
	const struct lookup_visit v = { NULL, begin, data, end };
	struct verify_report report;
	struct trust trust;

	err_init(&err);
	memset(&report, 0, sizeof(report));
	memset(&trust, 0, sizeof(trust));
	if (argc < 3)
		return 2;
	need(lookup_open(&l, argv[1], &trust, when_now_ms(), &report, &err), argv[1]);
	if (strcmp(argv[2], "records") == 0)
		records();
	else if (strcmp(argv[2], "walk") == 0 && argc == 4) {
		if (lookup_walk(l, argv[3], &v, &err) != ST_OK) {	/* perhaps the index: read in full, then all over again */
			need(lookup_all(l, &err), "lookup_all");
			need(lookup_walk(l, argv[3], &v, &err), argv[3]);
		}
	} else if (strcmp(argv[2], "one") == 0 && argc == 5)
		one(argv[3], argv[4]);
	else
		return 2;
	lookup_close(l);
	return fflush(stdout) == 0 ? 0 : 1;
}
