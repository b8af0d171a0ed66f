/* test_proof.c: the vectors of the format; every record of many sizes, from leaves and from groups; every changed bit; what an attacker would try. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "archive/proof.h"

#define SEGMENT	"data/records/messages/000000.jsonl"

static struct err err;
static struct digest d;

static void
leaf_of(size_t i, unsigned char out[32])
{
	assert_int_equal(tree_leaf(&d, &i, sizeof(i), out, &err), ST_OK);
}

static void
leaves_of(unsigned char (*out)[32], size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		leaf_of(i, out[i]);
}

static void
root_of(size_t n, unsigned char root[32])
{
	unsigned char leaf[32];
	struct tree t;
	size_t i;

	tree_init(&t);
	for (i = 0; i < n; i++) {
		leaf_of(i, leaf);
		assert_int_equal(tree_add(&t, &d, leaf, &err), ST_OK);
	}
	assert_int_equal(tree_root(&t, &d, root, &err), ST_OK);
}

static void
test_vectors(void **state)
{
	static const char text[] = "Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 1\nCount: 3\n"
	    "Hash: 4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea\n"
	    "Hash: 04237fd24e587c92f50b32975820011da440494e9196c552d00fc45b0eb3b79f\n";
	static const char text2[] = "Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 2\nCount: 3\n"
	    "Hash: a96d3a57df8851ce884290c6b37fb58a0313f2e291813c21e32517e3c60c5489\n";
	unsigned char leaf[32], root[32], want[32];
	struct proof p;
	struct buf b;

	(void)state;
	assert_true(digest_unhex(str_of("7830e89f9d6f3bf0bc58dcc24500fffcd99d97d9847e3c1a0604066a869ff29d"), want, 32));
	assert_int_equal(proof_parse(str_of(text), &p, &err), ST_OK);
	assert_true(digest_unhex(str_of("865ca2f74f3476b563e94db0e866e8e82ff2824bb201749523c328f7b093d8bc"), leaf, 32));
	assert_int_equal(proof_root(&p, &d, leaf, root, &err), ST_OK);
	assert_memory_equal(root, want, 32);
	buf_init(&b, PROOF_TEXT_MAX);
	assert_int_equal(proof_encode(&p, &b, &err), ST_OK);
	assert_true(str_is(buf_str(&b), text));
	buf_free(&b);
	assert_int_equal(proof_parse(str_of(text2), &p, &err), ST_OK);
	assert_true(digest_unhex(str_of("04237fd24e587c92f50b32975820011da440494e9196c552d00fc45b0eb3b79f"), leaf, 32));
	assert_int_equal(proof_root(&p, &d, leaf, root, &err), ST_OK);
	assert_memory_equal(root, want, 32);
}

/* The path by leaves, and by leaves of one group with the roots of all groups, as a reader with an index has them. */
static void
make(size_t n, size_t i, unsigned char (*work)[32], struct proof *p, unsigned char root[32])
{
	unsigned char groups[64][32], group_root[32];
	size_t g, first = i / TREE_GROUP * TREE_GROUP, n_group = n - first < TREE_GROUP ? n - first : TREE_GROUP, n_more;
	struct tree t;

	memset(p, 0, sizeof(*p));
	memcpy(p->segment, SEGMENT, sizeof(SEGMENT));
	p->index = (uint32_t)i;
	p->count = (uint32_t)n;
	for (g = 0, tree_init(&t); t.n < n;) {
		unsigned char leaf[32];

		leaf_of((size_t)t.n, leaf);
		assert_int_equal(tree_add(&t, &d, leaf, &err), ST_OK);
		if (t.n % TREE_GROUP == 0 || t.n == n)
			assert_int_equal(tree_group(&t, &d, groups[g++], &err), ST_OK);
	}
	leaves_of(work, n);
	assert_int_equal(tree_path(&d, work + first, n_group, i - first, p->hashes, &p->n_hashes, group_root, &err), ST_OK);
	assert_memory_equal(group_root, groups[i / TREE_GROUP], 32);
	assert_int_equal(tree_path(&d, groups, g, i / TREE_GROUP, p->hashes + p->n_hashes, &n_more, root, &err), ST_OK);
	p->n_hashes += n_more;
}

static void
test_all_records(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 5000, 8191, 8193 };
	unsigned char (*work)[32] = malloc((size_t)65536 * 32), root[32], got[32], leaf[32], again[32], want[32];
	struct proof p;
	size_t k, i, n_out;

	(void)state;
	for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
		const size_t n = sizes[k], step = n < 200 ? 1 : 97;

		root_of(n, want);
		for (i = 0; i < n; i = i == n - 1 ? n : i + step < n ? i + step : n - 1) {
			make(n, i, work, &p, root);
			assert_memory_equal(root, want, 32);
			leaf_of(i, leaf);
			assert_int_equal(proof_root(&p, &d, leaf, got, &err), ST_OK);
			assert_memory_equal(got, want, 32);
			leaves_of(work, n);
			assert_int_equal(tree_path(&d, work, n, i, work + n, &n_out, again, &err), ST_OK);
			assert_memory_equal(again, want, 32);
			assert_int_equal(n_out, p.n_hashes);
			assert_memory_equal(work + n, p.hashes, n_out * 32);
		}
	}
	make(65536, 40000, work, &p, root);
	assert_int_equal(p.n_hashes, TREE_PATH_MAX);
	leaf_of(40000, leaf);
	assert_int_equal(proof_root(&p, &d, leaf, got, &err), ST_OK);
	assert_memory_equal(got, root, 32);
	free(work);
}

/* A changed bit of the text either no longer parses, or names another root or another place. */
static void
test_bits(void **state)
{
	unsigned char work[4096][32], root[32], got[32], leaf[32];
	struct proof good, p;
	struct buf b;
	size_t i;

	(void)state;
	make(3000, 1500, work, &good, root);
	leaf_of(1500, leaf);
	buf_init(&b, PROOF_TEXT_MAX);
	assert_int_equal(proof_encode(&good, &b, &err), ST_OK);
	for (i = 0; i < b.n * 8; i++) {
		b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
		if (proof_parse(buf_str(&b), &p, &err) == ST_OK && proof_root(&p, &d, leaf, got, &err) == ST_OK)
			assert_false(memcmp(got, root, 32) == 0 && p.count == good.count && strcmp(p.segment, good.segment) == 0);
		b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
	}
	for (i = 0; i < b.n; i++) {
		const enum status st = proof_parse((struct str){ b.p, i }, &p, &err);

		assert_true(st != ST_OK || proof_root(&p, &d, leaf, got, &err) != ST_OK);
	}
	buf_free(&b);
}

static bool
proves(const struct proof *p, const unsigned char leaf[32], const unsigned char root[32])
{
	unsigned char got[32];

	return proof_root(p, &d, leaf, got, &err) == ST_OK && memcmp(got, root, 32) == 0;
}

static void
test_attacks(void **state)
{
	unsigned char work[8192][32], root[32], leaf[32], node[32];
	struct proof good, p;
	uint32_t i;

	(void)state;
	make(3000, 1500, work, &good, root);
	leaf_of(1500, leaf);
	assert_true(proves(&good, leaf, root));
	for (i = 0; i < 3000; i++) {	/* another place */
		p = good;
		p.index = i;
		assert_true(proves(&p, leaf, root) == (i == 1500));
	}
	p = good;	/* an extra hash, a missing one, at either end */
	p.n_hashes--;
	assert_int_equal(proof_root(&p, &d, leaf, node, &err), ST_CORRUPT);
	p = good;
	memmove(p.hashes, p.hashes + 1, 32 * --p.n_hashes);
	assert_int_equal(proof_root(&p, &d, leaf, node, &err), ST_CORRUPT);
	p = good;
	p.n_hashes++;
	assert_int_equal(proof_root(&p, &d, leaf, node, &err), ST_CORRUPT);
	/* An interior node as if it were a leaf: its place in a tree of half the size would lead to the same root, were it not for the count. */
	assert_int_equal(tree_node(&d, leaf, good.hashes[0], node, &err), ST_OK);
	p = good;
	p.index /= 2;
	p.n_hashes--;
	memmove(p.hashes, good.hashes + 1, 32 * p.n_hashes);
	assert_int_equal(proof_root(&p, &d, node, work[0], &err), ST_CORRUPT);
	p.count = 1500;
	assert_true(proves(&p, node, root));	/* so the count must be the sealed one, and the leaf made from the record's bytes */
	for (i = 1; i <= 4096; i++) {	/* counts that would need another shape */
		p = good;
		p.count = i > 1500 ? i : 1501;
		if (proves(&p, leaf, root))
			assert_true(p.count > 2048 && p.count <= 4096);
	}
}

static void
test_form(void **state)
{
	static const char *const bad[] = { "", "\n", "Format: custody/1 record-proof\n",
		"Format: custody/2 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: data/records/messages/00000.jsonl\nIndex: 0\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: data/records/Messages/000000.jsonl\nIndex: 0\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: data/records/../000000.jsonl\nIndex: 0\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: data/records/000000.jsonl\nIndex: 0\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 1\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 00\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 65537\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 0\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: -1\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 1",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nCount: 1\nIndex: 0\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 1\n\n",
		"Format: custody/1 record-proof\r\nSegment: " SEGMENT "\r\nIndex: 0\r\nCount: 1\r\n",
		"Format:  custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 1\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 1\nHash: 00\n",
		"Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 1\nNote: x\n" };
	struct proof p;
	size_t i;

	(void)state;
	assert_int_equal(proof_parse(str_of("Format: custody/1 record-proof\nSegment: " SEGMENT "\nIndex: 0\nCount: 1\n"), &p, &err), ST_OK);
	assert_int_equal(p.n_hashes, 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(proof_parse(str_of(bad[i]), &p, &err), ST_CORRUPT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_all_records), cmocka_unit_test(test_bits),
		cmocka_unit_test(test_attacks), cmocka_unit_test(test_form) };
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	digest_free(&d);
	return rc;
}
