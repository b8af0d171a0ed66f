/*
 * attack.c: takes a good archive (made by make_archive.sh into DIR), attacks it in every way of the table, flips its bits, cuts it off, and
 * expects that nothing of it is ever VALID and that the class is the right one.
 *
 *   attack DIR [--all]	--all: every bit and every length, else a sample
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <zlib.h>

#include "archive/gunzip.h"
#include "archive/member.h"
#include "core/fs.h"
#include "core/when.h"
#include "tests/attack/attack.h"

#define HEADER	((const char *)member_header)
#define LEVELS	5
#define FLIP_STEP	41u	/* bits, in a sample */
#define CUT_STEP	23u
#define FIRST	700u	/* bytes of a file before which a fault may lie in no member, */
#define LAST	40u	/* and behind the last */

static const char *const words[] = { "VALID", "INDETERMINATE", "INVALID" };
static char scratch[64];
static struct trust trust;
static unsigned long n_done, n_bad, n_same;
static struct verify_report report;

static enum verdict
judge(const void *p, size_t n, const struct trust *t)
{
	struct err err;
	int fd = open(scratch, O_WRONLY | O_TRUNC | O_CREAT, 0600);

	err_init(&err);
	if (fd < 0 || fs_write_all(fd, scratch, p, n, &err) != ST_OK || close(fd) != 0 ||
	    verify_archive(scratch, t, when_now_ms(), NULL, &report, &err) != ST_OK)
		die("cannot judge:", err.text);
	return report.verdict;
}

static void
expect(const char *what, int level, enum verdict got, enum verdict want)
{
	size_t i;

	n_done++;
	if (got == want && (got != VERDICT_INVALID || report.member[0] != '\0' || report.offset > 0 || report.offset_in_file || strstr(what, "first") != NULL || strstr(what, "root") != NULL))
		return;
	n_bad++;
	printf("FAILED: %s (level %d): %s, wanted %s\n", what, level, words[got], words[want]);
	for (i = 0; i < report.n_steps; i++)
		if (report.steps[i].verdict != VERDICT_VALID)
			printf("    %s: %s\n", report.steps[i].id, report.steps[i].text);
}

/* --- the table --- */

static void
run_table(const struct model *good, struct str tar)
{
	struct model m;
	struct buf out;
	size_t i;
	int level;

	for (i = 0; i < attack_n_cases; i++)
		for (level = 0; level < LEVELS; level++) {
			model_copy(&m, good);
			model_edit(&m, &attack_cases[i]);
			model_remake(&m, level);
			buf_init(&out, 4u << 20);
			model_pack(&m, &out);
			if (str_eq(buf_str(&out), tar))
				n_same++;	/* the recomputation undid it */
			else
				expect(attack_cases[i].name, level, judge(out.p, out.n, &trust), attack_cases[i].want);
			buf_free(&out);
			model_free(&m);
		}
}

/* --- bytes and bits --- */

struct collected { struct buf tar; };

static enum status
collect(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct collected *c = ctx;

	return buf_add(&c->tar, p, n, err);
}

/* Does the compressed file just judged still give the same tar? */
static bool
same_tar(struct str tar)
{
	struct collected c;
	struct gunzip g = { .name = scratch, .put = collect, .ctx = &c };
	bool same;

	buf_init(&c.tar, 4u << 20);
	if (fs_open_read(AT_FDCWD, scratch, &g.fd, NULL) != ST_OK)
		die("cannot open", scratch);
	same = gunzip_run(&g, NULL) == ST_OK && str_eq(buf_str(&c.tar), tar);
	fs_drop(&g.fd);
	buf_free(&c.tar);
	return same;
}

static void
run_flips(const char *what, struct str good, struct str tar, size_t step)
{
	unsigned char *p = malloc(good.n);
	char name[96];
	size_t bit;

	memcpy(p, good.p, good.n);
	for (bit = 0; bit < good.n * 8; bit += step) {
		p[bit / 8] ^= (unsigned char)(1u << bit % 8);
		n_done++;
		if (judge(p, good.n, &trust) == VERDICT_VALID && (tar.p == good.p || !same_tar(tar))) {
			n_bad++;
			snprintf(name, sizeof(name), "bit %zu of byte %zu", bit % 8, bit / 8);
			printf("FAILED: %s: %s flipped: VALID\n", what, name);
		} else if (report.verdict == VERDICT_INVALID && report.member[0] == '\0' && report.offset == 0 && bit / 8 > 512 && !report.offset_in_file) {
			n_bad++;
			printf("FAILED: %s: byte %zu: INVALID without a place: %s\n", what, bit / 8, report.steps[report.n_steps - 1].text);
		} else if (report.verdict == VERDICT_INVALID && report.offset_in_file && report.member[0] == '\0' && bit / 8 > FIRST && bit / 8 + LAST < good.n) {
			n_bad++;
			printf("FAILED: %s: byte %zu: INVALID without a member: %s\n", what, bit / 8, report.steps[0].text);
		}
		p[bit / 8] ^= (unsigned char)(1u << bit % 8);
	}
	free(p);
}

static void
run_cuts(const char *what, struct str good, size_t step)
{
	size_t n;

	for (n = 0; n < good.n; n += step) {
		n_done++;
		if (judge(good.p, n, &trust) != VERDICT_INVALID) {
			n_bad++;
			printf("FAILED: %s cut to %zu bytes: %s\n", what, n, words[report.verdict]);
		}
	}
}

static void
with_tail(const char *what, struct str good, const void *tail, size_t n, enum verdict want)
{
	struct buf b;

	buf_init(&b, 8u << 20);
	if (buf_str_add(&b, good, NULL) != ST_OK || buf_add(&b, tail, n, NULL) != ST_OK)
		die("memory", "");
	expect(what, 0, judge(b.p, b.n, &trust), want);
	buf_free(&b);
}

static void
with_patch(const char *what, struct str good, size_t at, const void *bytes, size_t n)
{
	unsigned char *p = malloc(good.n);

	memcpy(p, good.p, good.n);
	memcpy(p + at, bytes, n);
	expect(what, 0, judge(p, good.n, &trust), VERDICT_INVALID);
	free(p);
}

/* ${in} as one gzip member with these ten header bytes. */
static void
member(struct str in, const char *header, struct buf *out)
{
	unsigned char trailer[8];
	unsigned long crc = crc32(crc32(0, NULL, 0), (const unsigned char *)in.p, (unsigned)in.n);
	z_stream z = { 0 };
	int i;

	if (deflateInit2(&z, 6, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY) != Z_OK || buf_add(out, header, 10, NULL) != ST_OK ||
	    buf_room(out, in.n + 4096, NULL) != ST_OK)
		die("zlib", "");
	z.next_in = (unsigned char *)(uintptr_t)in.p;
	z.avail_in = (unsigned)in.n;
	z.next_out = (unsigned char *)out->p + out->n;
	z.avail_out = (unsigned)in.n + 4096;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		die("zlib", "");
	out->n += z.total_out;
	(void)deflateEnd(&z);
	for (i = 0; i < 4; i++) {
		trailer[i] = (unsigned char)(crc >> 8 * i);
		trailer[4 + i] = (unsigned char)(in.n >> 8 * i);
	}
	if (buf_add(out, trailer, 8, NULL) != ST_OK)
		die("memory", "");
}

static void
gzip_as(const char *what, struct str tar, const char *header, bool empty_between, bool twice, enum verdict want)
{
	struct str half = { tar.p, 3000 }, rest = { tar.p + 3000, tar.n - 3000 };
	struct buf b, c;

	buf_init(&b, 8u << 20);
	buf_init(&c, 8u << 20);
	member(half, HEADER, &b);
	if (empty_between)
		member(STR(""), HEADER, &b);
	member(rest, header, &b);
	if (twice) {
		member(buf_str(&b), HEADER, &c);
		expect(what, 0, judge(c.p, c.n, &trust), want);
	} else
		expect(what, 0, judge(b.p, b.n, &trust), want);
	buf_free(&b);
	buf_free(&c);
}

static void
run_container(struct str tar, struct str gz)
{
	static const char zeros[10240];
	struct str cut = { tar.p, tar.n - 512 }, open_end = { tar.p, tar.n - 1024 };

	with_tail("one end block", cut, "", 0, VERDICT_INVALID);
	with_tail("no end block", open_end, "", 0, VERDICT_INVALID);
	with_tail("three end blocks", tar, zeros, 512, VERDICT_INVALID);
	with_tail("padded to a record of tar", tar, zeros, sizeof(zeros) - 1024, VERDICT_INVALID);
	with_tail("one zero byte behind", tar, zeros, 1, VERDICT_INVALID);
	with_tail("a byte behind", tar, "x", 1, VERDICT_INVALID);
	with_tail("the archive twice", tar, tar.p, tar.n, VERDICT_INVALID);
	with_tail("the archive twice without an end", open_end, tar.p, tar.n, VERDICT_INVALID);
	with_tail("gzip: a zero byte behind", gz, zeros, 1, VERDICT_INVALID);
	with_tail("gzip: zero block behind", gz, zeros, 512, VERDICT_INVALID);
	with_tail("gzip: garbage behind", gz, "garbage", 7, VERDICT_INVALID);
	with_tail("gzip: the first byte of a member behind", gz, "\x1f", 1, VERDICT_INVALID);
	with_tail("gzip: the archive twice", gz, gz.p, gz.n, VERDICT_INVALID);
	with_tail("gzip: tar behind", gz, tar.p, tar.n, VERDICT_INVALID);
	with_tail("tar: gzip behind", tar, gz.p, gz.n, VERDICT_INVALID);
	with_patch("gzip: first flags", gz, 3, "\x08", 1);
	with_patch("gzip: first time", gz, 4, "\x01", 1);
	with_patch("gzip: first extra flags", gz, 8, "\x02", 1);
	with_patch("gzip: first system", gz, 9, "\x03", 1);
	with_patch("gzip: first method", gz, 2, "\x07", 1);
	with_patch("gzip: last length", gz, gz.n - 1, "\x01", 1);
	with_patch("gzip: last checksum", gz, gz.n - 8, "\x01\x02\x03\x04", 4);
	gzip_as("gzip: two members (good)", tar, HEADER, false, false, VERDICT_VALID);
	gzip_as("gzip: empty member", tar, HEADER, true, false, VERDICT_INVALID);
	gzip_as("gzip in gzip (first)", tar, HEADER, false, true, VERDICT_INVALID);
	gzip_as("gzip: second member of Unix", tar, "\x1f\x8b\x08\0\0\0\0\0\0\3", false, false, VERDICT_INVALID);
	gzip_as("gzip: second member with time", tar, "\x1f\x8b\x08\0\1\0\0\0\0\xff", false, false, VERDICT_INVALID);
	gzip_as("gzip: second member with text flag", tar, "\x1f\x8b\x08\1\0\0\0\0\0\xff", false, false, VERDICT_INVALID);
	expect("first: an empty file", 0, judge("", 0, &trust), VERDICT_INVALID);
	expect("first: no archive at all", 0, judge("hello, world\n", 13, &trust), VERDICT_INVALID);
	expect("first: only zeros", 0, judge(zeros, sizeof(zeros), &trust), VERDICT_INVALID);
	expect("first: two end blocks", 0, judge(zeros, 1024, &trust), VERDICT_INVALID);
	expect("first: a gzip header", 0, judge(HEADER, 10, &trust), VERDICT_INVALID);
}

/* --- what the trust says --- */

static void
one_edit(const struct model *good, const char *what, const struct attack *k, enum verdict want)
{
	struct model m;
	struct buf out;

	model_copy(&m, good);
	model_edit(&m, k);
	buf_init(&out, 4u << 20);
	model_pack(&m, &out);
	expect(what, 0, judge(out.p, out.n, &trust), want);
	buf_free(&out);
	model_free(&m);
}

static void
run_trust(const struct model *good, struct str tar)
{
	static const struct attack no_token = { "", OP_REMOVE, "seal/sha256sums.txt.tsr", NULL, NULL, 0 };
	static const struct attack other = { "", OP_FILE, "seal/sha256sums.txt.tsr", "other.tsr", NULL, 0 };
	struct trust t, saved = trust;
	unsigned char cert[32];

	one_edit(good, "token removed", &no_token, VERDICT_INDETERMINATE);
	one_edit(good, "token of an unknown authority", &other, VERDICT_INDETERMINATE);
	trust.token_required = false;
	one_edit(good, "token removed, and optional", &no_token, VERDICT_VALID);
	trust = saved;
	trust_none(&t);
	expect("no trust", 0, judge(tar.p, tar.n, &t), VERDICT_INDETERMINATE);
	t = saved;
	t.n_certs = 0;
	expect("trust without roles", 0, judge(tar.p, tar.n, &t), VERDICT_INDETERMINATE);
	t = saved;
	t.n_certs = 1;
	expect("trust about one role only", 0, judge(tar.p, tar.n, &t), VERDICT_INDETERMINATE);
	t = saved;
	t.roots = saved.tsa_roots;
	expect("other roots", 0, judge(tar.p, tar.n, &t), VERDICT_INDETERMINATE);
	t = saved;
	t.tsa_roots = NULL;
	expect("no time-stamp roots", 0, judge(tar.p, tar.n, &t), VERDICT_INDETERMINATE);
	t = saved;
	t.revocation_required = true;
	expect("revocation data required (the authority's is not there)", 0, judge(tar.p, tar.n, &t), VERDICT_INDETERMINATE);
	t = saved;
	t.chain[10] = t.chain[10] == '9' ? '8' : '9';
	expect("other chain", 0, judge(tar.p, tar.n, &t), VERDICT_INVALID);
	t = saved;
	snprintf(t.required[t.n_required++], sizeof(t.required[0]), "auditor");
	expect("a role more is required", 0, judge(tar.p, tar.n, &t), VERDICT_INVALID);
	memcpy(cert, saved.certs[0].sha256, 32);
	saved.certs[0].sha256[0] ^= 1;
	expect("another certificate for a role", 0, judge(tar.p, tar.n, &saved), VERDICT_INVALID);
	memcpy(saved.certs[0].sha256, cert, 32);
	saved.certs[0].from = 2;
	expect("a certificate for later archives", 0, judge(tar.p, tar.n, &saved), VERDICT_INVALID);
	saved.certs[0].from = 1;
	expect("the archive itself (good)", 0, judge(tar.p, tar.n, &saved), VERDICT_VALID);
}

int
main(int argc, char **argv)
{
	bool all = argc > 2 && strcmp(argv[2], "--all") == 0;
	struct buf tar, gz;
	struct model good;
	char path[512];
	struct err err;

	err_init(&err);
	buf_init(&tar, 4u << 20);
	buf_init(&gz, 4u << 20);
	if (argc < 2)
		die("attack DIR [--all]", "");
	snprintf(scratch, sizeof(scratch), "/tmp/attack-%ld", (long)getpid());
	snprintf(path, sizeof(path), "%s/trust.conf", argv[1]);
	if (trust_load(path, &trust, &err) != ST_OK)
		die("trust:", err.text);
	snprintf(path, sizeof(path), "%s/a.tar", argv[1]);
	if (fs_load(AT_FDCWD, path, 4u << 20, &tar, &err) != ST_OK)
		die(path, err.text);
	snprintf(path, sizeof(path), "%s/a.tar.gz", argv[1]);
	if (fs_load(AT_FDCWD, path, 4u << 20, &gz, &err) != ST_OK)
		die(path, err.text);
	model_read(&good, argv[1], buf_str(&tar));
	expect("the archive itself (good)", 0, judge(tar.p, tar.n, &trust), VERDICT_VALID);
	expect("its gzip (good)", 0, judge(gz.p, gz.n, &trust), VERDICT_VALID);
	run_table(&good, buf_str(&tar));
	printf("attack: table: %lu archives, %lu undone by recomputing\n", n_done, n_same);
	run_container(buf_str(&tar), buf_str(&gz));
	run_trust(&good, buf_str(&tar));
	run_flips("tar", buf_str(&tar), buf_str(&tar), all ? 1 : FLIP_STEP);
	run_flips("tar.gz", buf_str(&gz), buf_str(&tar), all ? 1 : FLIP_STEP);
	run_cuts("tar", buf_str(&tar), all ? 1 : CUT_STEP);
	run_cuts("tar.gz", buf_str(&gz), all ? 1 : CUT_STEP);
	(void)unlink(scratch);
	model_free(&good);
	trust_free(&trust);
	buf_free(&tar);
	buf_free(&gz);
	printf("attack: %lu archives judged, %lu wrong\n", n_done, n_bad);
	return n_bad == 0 ? 0 : 1;
}
