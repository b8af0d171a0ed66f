/* test_trust.c: the trust file: what it says, and what is refused with USAGE. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "archive/trust.h"

#define HEX	"4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea"

static void
reads(void **state)
{
	static const char text[] = "[trust]\nchain = urn:uuid:01234567-89ab-cdef-0123-456789abcdef\ntoken = optional\nrevocation = required\n"
	    "roles = administrator, compliance-officer\n[role administrator]\ncert = sha256:" HEX " from=3 to=9\ncert = sha256:" HEX "\n";
	struct trust t;

	(void)state;
	assert_int_equal(trust_parse("t", str_of(text), &t, NULL), ST_OK);
	assert_false(t.token_required);
	assert_true(t.revocation_required);
	assert_int_equal(t.n_required, 2);
	assert_string_equal(t.required[1], "compliance-officer");
	assert_int_equal(t.n_certs, 2);
	assert_string_equal(t.certs[0].role, "administrator");
	assert_int_equal(t.certs[0].from, 3);
	assert_int_equal(t.certs[0].to, 9);
	assert_true(t.certs[1].to == UINT64_MAX);
	assert_null(t.roots);
	trust_free(&t);
}

/* Who may not sign in a role is told only where every line of the role says so. */
static void
roles(void **state)
{
	static const char text[] = "[role a]\ncert = sha256:" HEX " from=3 to=9\n[role b]\ncert = sha256:" HEX "\nissuer = CN=x\nsubject = CN=y\n";
	unsigned char is[32], other[32] = { 0 };
	struct trust t;

	(void)state;
	assert_true(digest_unhex(str_of(HEX), is, 32));
	assert_int_equal(trust_parse("t", str_of(text), &t, NULL), ST_OK);
	assert_false(trust_refuses(&t, "a", is));	/* whatever the sequence */
	assert_true(trust_refuses(&t, "a", other));
	assert_false(trust_refuses(&t, "b", other));	/* it may be of that name */
	assert_false(trust_refuses(&t, "c", other));	/* nobody is named */
	trust_free(&t);
	trust_none(&t);
	assert_false(trust_refuses(&t, "a", other));
}

static void
refuses(void **state)
{
	static const char *const texts[] = {
		"[trust]\nchain = x\n", "[trust]\nroots = /nowhere/at/all.pem\n", "[trust]\ntoken = maybe\n", "[trust]\nroles = a b\n", "[trust]\nroles = A\n",
		"[trust]\nunknown = 1\n", "[other]\ntoken = required\n", "[role Admin]\ncert = sha256:" HEX "\n", "[role a]\nkey = x\n", "[role a]\ncert = " HEX "\n",
		"[role a]\ncert = sha256:" HEX "00\n", "[role a]\ncert = sha256:" HEX " from=0\n", "[role a]\ncert = sha256:" HEX " from=5 to=4\n",
		"[role a]\ncert = sha256:" HEX " until=4\n", "[role a]\ncert = file:nothing.crt\n", "[trust]\nroles = a,b,c,d,e,f,g,h,i\n",
		"[role a]\nsubject = CN=x\n", "[role a]\nissuer = CN=x\n", "[role a]\nissuer = CN=x\nissuer = CN=y\nsubject = CN=z\n",
		"[role a]\nissuer = CN=x\n[role b]\nsubject = CN=y\n", "[role a]\nissuer = CN=x\nsubject = from=2 to=1 CN=y\n",
		"[role a]\nissuer = CN=x\nsubject = from=0 CN=y\n", "[role a]\nissuer = CN=x\nsubject = from=1 to=3\n",
		"[role a]\nissuer = CN=x\nsubject =\n", "[role a]\ncert = sha256:" HEX " CN=x\n",
	};
	struct trust t;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		enum status st = trust_parse("t", str_of(texts[i]), &t, NULL);

		if (st != ST_USAGE)
			fail_msg("%s: %d", texts[i], (int)st);
		assert_null(t.certs);
	}
}

static void
algorithms(void **state)
{
	static const char *const bad[] = {
		"[algorithms]\nsha1 = yes\n", "[algorithms]\nsha256 = maybe\n", "[algorithms]\nsha256 = until 2035-02-30\n", "[algorithms]\nsha256 = until 2035-1-1\n",
		"[algorithms]\nsha256 = until  2035-01-01\n", "[algorithms]\nsha256 = 2035-01-01\n", "[algorithms]\nsha256 = yes\nsha256 = no\n", "[algorithms]\nSHA256 = yes\n",
	};
	struct trust t;
	size_t i;

	(void)state;
	assert_int_equal(trust_parse("t", STR("[algorithms]\nsha256 = until 2035-01-01\nsm3 = no\nsha512 = yes\n"), &t, NULL), ST_OK);
	/* 2035-01-01T00:00:00Z is 2051222400 by date(1). */
	assert_true(algorithms_digest(&t.algorithms, DIGEST_SHA256, 2051222399999));
	assert_false(algorithms_digest(&t.algorithms, DIGEST_SHA256, 2051222400000));
	assert_false(algorithms_digest(&t.algorithms, DIGEST_SM3, 0));
	assert_true(algorithms_digest(&t.algorithms, DIGEST_SHA512, INT64_MAX - 1));
	assert_true(algorithms_digest(&t.algorithms, DIGEST_SHA384, INT64_MAX - 1));
	assert_int_equal(algorithms_check_sm2(&t.algorithms, 0, NULL), ST_UNSURE);
	trust_free(&t);
	assert_true(algorithms_digest(&t.algorithms, DIGEST_SM3, 0));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (trust_parse("t", str_of(bad[i]), &t, NULL) != ST_USAGE)
			fail_msg("%s", bad[i]);
}

static void
none(void **state)
{
	struct trust t;

	(void)state;
	trust_none(&t);
	assert_true(t.token_required);
	assert_null(t.roots);
	trust_free(&t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(reads), cmocka_unit_test(roles), cmocka_unit_test(refuses), cmocka_unit_test(none), cmocka_unit_test(algorithms) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
