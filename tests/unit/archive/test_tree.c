/* test_tree.c: the vectors of the format and of RFC 6962, and every size up to 70 against the recursive definition. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "archive/tree.h"

static struct err err;
static struct digest d;

static void
is_hex(const unsigned char hash[32], const char *want)
{
	char hex[65];

	digest_hex(hash, 32, hex);
	assert_string_equal(hex, want);
}

static void
test_vectors(void **state)
{
	static const char *const records[3] = { "{\"_s\":\"zXJgTcxTaBwqUD9kHhGwUg\",\"n\":0,\"text\":\"\xe4\xbd\xa0\xe5\xa5\xbd\"}",
	    "{\"_s\":\"uq-jmyxTPyn0s8NdmVTJpA\",\"n\":1,\"text\":\"hello\"}",
	    "{\"_s\":\"Z8pjntJtl42lYNSr90hrlg\",\"n\":2,\"text\":\"\xe5\xae\xa1\xe6\x89\xb9\xe9\x80\x9a\xe8\xbf\x87\"}" };
	static const char *const leaves[3] = { "4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea",
	    "865ca2f74f3476b563e94db0e866e8e82ff2824bb201749523c328f7b093d8bc", "04237fd24e587c92f50b32975820011da440494e9196c552d00fc45b0eb3b79f" };
	unsigned char leaf[32], root[32];
	struct tree t;
	size_t i;

	(void)state;
	tree_init(&t);
	assert_int_equal(tree_root(&t, &d, root, &err), ST_LIMIT);
	for (i = 0; i < 3; i++) {
		assert_int_equal(tree_leaf(&d, records[i], strlen(records[i]), leaf, &err), ST_OK);
		is_hex(leaf, leaves[i]);
		assert_int_equal(tree_add(&t, &d, leaf, &err), ST_OK);
		if (i == 1) {
			assert_int_equal(tree_root(&t, &d, root, &err), ST_OK);
			is_hex(root, "a96d3a57df8851ce884290c6b37fb58a0313f2e291813c21e32517e3c60c5489");
		}
	}
	assert_int_equal(tree_root(&t, &d, root, &err), ST_OK);
	is_hex(root, "7830e89f9d6f3bf0bc58dcc24500fffcd99d97d9847e3c1a0604066a869ff29d");
}

static void
test_rfc6962(void **state)
{
	static const char *const hex[8] = { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" };
	unsigned char in[16], leaf[32], root[32];
	struct tree t;
	size_t i;

	(void)state;
	tree_init(&t);
	for (i = 0; i < 8; i++) {
		assert_true(digest_unhex(str_of(hex[i]), in, strlen(hex[i]) / 2));
		assert_int_equal(tree_leaf(&d, in, strlen(hex[i]) / 2, leaf, &err), ST_OK);
		assert_int_equal(tree_add(&t, &d, leaf, &err), ST_OK);
	}
	assert_int_equal(tree_root(&t, &d, root, &err), ST_OK);
	is_hex(root, "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
}

/* RFC 9162 2.1.1, word for word. */
static void
recursive(unsigned char (*leaves)[32], size_t n, unsigned char out[32])
{
	unsigned char left[32], right[32];
	size_t k = 1;

	if (n == 1) {
		memcpy(out, leaves[0], 32);
		return;
	}
	while (k * 2 < n)
		k *= 2;
	recursive(leaves, k, left);
	recursive(leaves + k, n - k, right);
	assert_int_equal(tree_node(&d, left, right, out, &err), ST_OK);
}

static void
test_all_sizes(void **state)
{
	unsigned char leaves[70][32], want[32], got[32];
	struct tree t;
	size_t n;

	(void)state;
	tree_init(&t);
	for (n = 1; n <= 70; n++) {
		assert_int_equal(tree_leaf(&d, &n, sizeof(n), leaves[n - 1], &err), ST_OK);
		assert_int_equal(tree_add(&t, &d, leaves[n - 1], &err), ST_OK);
		recursive(leaves, n, want);
		assert_int_equal(tree_root(&t, &d, got, &err), ST_OK);
		assert_memory_equal(got, want, 32);
		assert_int_equal(t.n, n);
		assert_int_equal(t.top, __builtin_popcountl(n));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_vectors), cmocka_unit_test(test_rfc6962), cmocka_unit_test(test_all_sizes) };
	int rc = cmocka_run_group_tests(tests, NULL, NULL);

	digest_free(&d);
	return rc;
}
