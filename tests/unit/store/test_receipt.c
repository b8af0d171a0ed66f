/* Receipts: what is written is read, and nothing else is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "store/receipt.h"

#define CHAIN	"urn:uuid:11111111-2222-4333-8444-555555555555"
#define HEX	"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct { const char *text; int n; /* -1: refused */ } rows[] = {
	{ "", 0 }, { "\n\r\n\n", 0 }, { "custody/1 head " CHAIN " 1 sha256:" HEX "\n", 1 }, { "custody/1 head " CHAIN " 1 sha256:" HEX, 1 },
	{ "custody/1 head " CHAIN " 18446744073709551615 sha256:" HEX "\r\ncustody/1 head " CHAIN " 2 sha256:" HEX "\n", 2 },
	{ "custody/1 head " CHAIN " 0 sha256:" HEX "\n", -1 }, { "custody/1 head " CHAIN " 01 sha256:" HEX "\n", -1 },
	{ "custody/1 head " CHAIN " 18446744073709551616 sha256:" HEX "\n", -1 }, { " custody/1 head " CHAIN " 1 sha256:" HEX "\n", -1 },
	{ "custody/1 head " CHAIN " 1 sha256:" HEX " \n", -1 }, { "custody/1 head " CHAIN " 1 sha256:" HEX "0\n", -1 },
	{ "custody/1 head " CHAIN "  1 sha256:" HEX "\n", -1 }, { "custody/1 head " CHAIN " 1 sha512:" HEX "\n", -1 },
	{ "custody/2 head " CHAIN " 1 sha256:" HEX "\n", -1 }, { "custody/1 head 1 sha256:" HEX "\n", -1 }, { "custody/1 head ", -1 }, { "hello\n", -1 },
	{ "custody/1 head " CHAIN, -1 }, { "custody/1 head " CHAIN " 1", -1 }, { "custody/1 head URN:UUID:11111111-2222-4333-8444-555555555555 1 sha256:" HEX, -1 },
};

static void
lines(void **state)
{
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct receipts r = { NULL, 0 };
		enum status st = receipts_parse("r", str_of(rows[i].text), &r, &err);

		if ((st == ST_OK) != (rows[i].n >= 0) || (st == ST_OK && r.n != (size_t)rows[i].n))
			fail_msg("row %zu: status %d, %zu lines", i, (int)st, r.n);
		if (st != ST_OK)
			assert_int_equal(st, ST_USAGE);
		receipts_free(&r);
	}
}

/* One line, as a signer's memory takes it: without its end, nothing behind it, and a failure changes nothing. */
static void
one_line(void **state)
{
	static const char *const bad[] = { "", "custody/1 head", "custody/1 head " CHAIN " 1 sha256:" HEX "\n", "custody/1 head " CHAIN " 1 sha256:" HEX "\r",
		"custody/1 head " CHAIN " 1 sha256:" HEX " ", "custody/1 head " CHAIN " +1 sha256:" HEX, "custody/1 head " CHAIN "\t1 sha256:" HEX };
	static const char good[] = "custody/1 head " CHAIN " 12 sha256:" HEX;
	struct receipt r, before;
	size_t i;

	(void)state;
	memset(&before, 0x5a, sizeof(before));
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		r = before;
		if (receipt_parse(str_of(bad[i]), &r))
			fail_msg("\"%s\" passes", bad[i]);
		assert_memory_equal(&r, &before, sizeof(r));
	}
	for (i = 0; i < strlen(good); i++)	/* cut short anywhere */
		assert_false(receipt_parse((struct str){ good, i }, &r));
	assert_false(receipt_parse((struct str){ good, sizeof(good) }, &r));	/* with a NUL */
	assert_true(receipt_parse(str_of(good), &r));
	assert_string_equal(r.chain, CHAIN);
	assert_true(r.sequence == 12 && r.sha256[0] == 0x01 && r.sha256[31] == 0xef && r.line == before.line);
}

static void
round_trip(void **state)
{
	struct receipts r = { NULL, 0 };
	unsigned char hash[32];
	char line[RECEIPT_LINE_MAX];
	struct err err;

	(void)state;
	memset(hash, 0xa5, sizeof(hash));
	receipt_line(CHAIN, UINT64_MAX, hash, line);
	assert_int_equal(receipts_parse("r", str_of(line), &r, &err), ST_OK);
	assert_int_equal(r.n, 1);
	assert_string_equal(r.list[0].chain, CHAIN);
	assert_true(r.list[0].sequence == UINT64_MAX && r.list[0].line == 1);
	assert_memory_equal(r.list[0].sha256, hash, 32);
	receipts_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(lines), cmocka_unit_test(one_line), cmocka_unit_test(round_trip) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
