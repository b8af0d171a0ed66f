/*
 * attack_package.c: a disclosure package out of a good archive (make_archive.sh), attacked: every bit of what proves, every length, crafted proofs.  Nothing
 * of it may ever be VALID.
 *
 *   attack_package DIR [--all|--sample]	DIR/a.tar.gz, DIR/trust.conf; the package is DIR/package.  --all: every bit of all of it, else of the first record, and a sample of the rest; --sample: of all
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/package.h"
#include "core/when.h"


static struct trust trust;
static struct err err;
static unsigned long n_done, n_bad;
static int dir;

static void
need(enum status st, const char *what)
{
	if (st == ST_OK)
		return;
	fprintf(stderr, "attack_package: %s: %s\n", what, err.text);
	exit(1);
}

static enum verdict
judge(void)
{
	struct package_report r;

	need(package_check(dir, &trust, when_now_ms(), NULL, &r, &err), "package_check");
	return r.verdict;
}

static void
expect(const char *what, enum verdict got, enum verdict want)
{
	n_done++;
	if (got == want || (want == VERDICT_INVALID && got == VERDICT_INDETERMINATE && strstr(what, ".tsr") != NULL))
		return;
	n_bad++;
	printf("FAILED: %s: %d, wanted %d\n", what, (int)got, (int)want);
}

static void
write_file(const char *name, const void *p, size_t n)
{
	int fd = openat(dir, name, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		exit(1);
	need(fs_write_all(fd, name, p, n, &err), name);
	close(fd);
}

static void
make(const char *archive, const char *to)
{
	static const struct { const char *stream; uint64_t number; } want[] = { { "messages", 2 }, { "messages", 7 }, { "users", 0 } };
	struct verify_report report;
	struct lookup_record r;
	struct package *p;
	struct lookup *l;
	size_t i;

	need(lookup_open(&l, archive, &trust, when_now_ms(), &report, &err), archive);
	need(package_begin(&p, to, lookup_sealed(l), &err), to);
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		need(lookup_number(l, want[i].stream, want[i].number, &r, &err), "lookup_number");
		need(package_record(p, &r, &err), "package_record");
	}
	if (lookup_number(l, "messages", 8, &r, &err) != ST_END || lookup_number(l, "nothing", 0, &r, &err) != ST_END ||
	    lookup_number(l, "messages", UINT64_MAX, &r, &err) != ST_END) {
		printf("FAILED: a record that is not there\n");
		n_bad++;
	}
	need(package_commit(p, &err), to);
	package_free(p);
	lookup_close(l);
}

/* Every ${step}th bit of a file, and every ${step}th length. */
static void
flip(const char *name, size_t step)
{
	char what[160];
	struct buf b;
	size_t i;

	buf_init(&b, (size_t)1 << 20);
	need(fs_load(dir, name, b.max, &b, &err), name);
	for (i = 0; i < b.n * 8; i += step) {
		b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
		write_file(name, b.p, b.n);
		snprintf(what, sizeof(what), "%s, bit %zu", name, i);
		expect(what, judge(), VERDICT_INVALID);
		b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
	}
	for (i = 0; i < b.n; i += step) {
		write_file(name, b.p, i);
		snprintf(what, sizeof(what), "%s cut to %zu bytes", name, i);
		expect(what, judge(), VERDICT_INVALID);
	}
	write_file(name, b.p, b.n);
	buf_free(&b);
	expect("the package as it was", judge(), VERDICT_VALID);
}

static void
put_proof(const struct proof *p)
{
	struct buf b;

	buf_init(&b, PROOF_TEXT_MAX);
	need(proof_encode(p, &b, &err), "proof_encode");
	write_file("0001/proof.txt", b.p, b.n);
	buf_free(&b);
}

/* 0001 is record 2 of 5. */
static void
crafted(void)
{
	struct digest d = { .ctx = NULL };
	struct buf text, record;
	struct proof good, p;
	unsigned char leaf[32];
	char what[96];
	uint32_t i, k;

	buf_init(&text, PROOF_TEXT_MAX);
	buf_init(&record, LIMIT_RECORD);
	need(fs_load(dir, "0001/proof.txt", text.max, &text, &err), "proof");
	need(fs_load(dir, "0001/record.json", record.max, &record, &err), "record");
	need(proof_parse(buf_str(&text), &good, &err), "proof");
	for (i = 0; i < 8; i++)
		for (k = i + 1; k <= 9; k++) {	/* every place in every count */
			p = good;
			p.index = i;
			p.count = k;
			put_proof(&p);
			snprintf(what, sizeof(what), "index %u, count %u", (unsigned)i, (unsigned)k);
			expect(what, judge(), i == good.index && k == good.count ? VERDICT_VALID : VERDICT_INVALID);
		}
	for (i = 0; i <= good.n_hashes; i++) {	/* one hash more, one less, two exchanged, at every place */
		p = good;
		memmove(p.hashes + i + 1, p.hashes + i, 32 * (good.n_hashes - i));
		p.n_hashes++;
		put_proof(&p);
		expect("a hash too many", judge(), VERDICT_INVALID);
		if (i == good.n_hashes)
			break;
		p = good;
		memmove(p.hashes + i, p.hashes + i + 1, 32 * (good.n_hashes - i - 1));
		p.n_hashes--;
		put_proof(&p);
		expect("a hash missing", judge(), VERDICT_INVALID);
		p = good;
		memcpy(p.hashes[i], good.hashes[(i + 1) % good.n_hashes], 32);
		memcpy(p.hashes[(i + 1) % good.n_hashes], good.hashes[i], 32);
		put_proof(&p);
		expect("two hashes exchanged", judge(), VERDICT_INVALID);
	}
	p = good;
	memcpy(p.segment, "data/records/messages/000001.jsonl", sizeof("data/records/messages/000001.jsonl"));
	put_proof(&p);
	expect("another segment", judge(), VERDICT_INVALID);
	put_proof(&good);
	/* The node above the record and its sibling, as if it were a record: the first byte that is hashed differs. */
	need(tree_leaf(&d, record.p, record.n, leaf, &err), "leaf");
	buf_clear(&text);
	need(buf_add(&text, leaf, 32, &err), "node");
	need(buf_add(&text, good.hashes[0], 32, &err), "node");
	write_file("0001/record.json", text.p, text.n);
	p = good;
	p.index /= 2;
	p.count = 3;
	p.n_hashes--;
	memmove(p.hashes, good.hashes + 1, 32 * p.n_hashes);
	put_proof(&p);
	expect("an interior node as a record", judge(), VERDICT_INVALID);
	write_file("0001/record.json", record.p, record.n);
	put_proof(&good);
	expect("the package as it was", judge(), VERDICT_VALID);
	digest_free(&d);
	buf_free(&text);
	buf_free(&record);
}

int
main(int argc, char **argv)
{
	char archive[4096], path[4096];
	size_t step = argc > 2 && strcmp(argv[2], "--all") == 0 ? 1 : 97, first = argc > 2 && strcmp(argv[2], "--sample") == 0 ? 31 : 1, i, n;
	char **names;
	int seal;

	if (argc < 2)
		return 2;
	err_init(&err);
	snprintf(path, sizeof(path), "%s/trust.conf", argv[1]);
	need(trust_load(path, &trust, &err), path);
	snprintf(archive, sizeof(archive), "%s/a.tar.gz", argv[1]);
	snprintf(path, sizeof(path), "%s/package", argv[1]);
	make(archive, path);
	if ((dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 1;
	expect("the package", judge(), VERDICT_VALID);
	crafted();
	for (i = 1; i <= 3; i++) {
		snprintf(path, sizeof(path), "%04zu/record.json", i);
		flip(path, i == 1 ? first : step);
		snprintf(path, sizeof(path), "%04zu/proof.txt", i);
		flip(path, i == 1 ? first : step);
	}
	flip(SEALED_SEGMENTS, step);
	flip(SEALED_TAGMANIFEST, step);
	if ((seal = openat(dir, "seal", O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
		return 1;
	need(fs_list(seal, &names, &n, &err), "seal");
	for (i = 0; i < n; i++) {
		snprintf(path, sizeof(path), "seal/%s", names[i]);
		flip(path, step);
	}
	fs_list_free(names, n);
	close(seal);
	close(dir);
	trust_free(&trust);
	printf("%lu packages judged, %lu of them wrongly\n", n_done, n_bad);
	return n_bad == 0 ? 0 : 1;
}
