/* test_seal.c: seal.txt: what parses comes back byte for byte, and any departure is refused with its class. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "archive/seal.h"

#define HEX	"4d5f7f7aa37e463be9a4368bf4d046fefb26bdcc8398677854dc41221104eaea"
#define HEAD	"Format: custody/1\nChain: urn:uuid:01234567-89ab-cdef-0123-456789abcdef\n"
#define MID	"Archive: demo-00000012\nSealed-At: 2026-11-22T02:00:00Z\nCovers: 2026-01-01T00:00:00Z/2026-11-22T00:00:00Z\n" \
		"Payload: 10.2\nRecords: 9\nGaps: 0\n"
#define SIGN	"Signer: administrator cms sha256:" HEX "\nSigner: compliance-officer sm2 sha256:" HEX "\n"
#define GOOD	HEAD "Sequence: 12\nPrevious: sha256:" HEX "\n" MID "Tagmanifest: sha256:" HEX "\n" SIGN
#define ALGS	HEAD "Sequence: 12\nPrevious: sha256:" HEX "\nPrevious: sm3:" HEX "\n" MID "Tagmanifest: sha256:" HEX "\nTagmanifest: sm3:" HEX "\n" SIGN

static void
round_trip(void **state)
{
	static const char *const texts[] = { GOOD, ALGS };
	struct seal s;
	struct buf b;
	size_t i;

	(void)state;
	for (i = 0; i < 2; i++) {
		buf_init(&b, 1u << 20);
		assert_int_equal(seal_parse(str_of(texts[i]), &s, NULL), ST_OK);
		assert_int_equal(seal_encode(&s, &b, NULL), ST_OK);
		assert_true(str_is(buf_str(&b), texts[i]));
		assert_int_equal(s.n_algs, i + 1);
		assert_int_equal(s.n_signers, 2);
		assert_int_equal(s.signers[1].kind, SEAL_SM2);
		buf_free(&b);
	}
}

static void
departures(void **state)
{
	static const struct { const char *what, *with; enum status want; } cases[] = {
		{ "custody/1", "custody/2", ST_UNSURE }, { "custody/1", "custody/01", ST_CORRUPT }, { "custody/1", "custody/0", ST_CORRUPT },
		{ "Format", "format", ST_CORRUPT }, { "urn:uuid:0", "urn:uuid:G", ST_CORRUPT }, { "Sequence: 12", "Sequence: 012", ST_CORRUPT },
		{ "Sequence: 12", "Sequence: 13", ST_CORRUPT }, { "Sequence: 12", "Sequence: 0", ST_CORRUPT },
		{ "Previous: sha256:" HEX, "Previous: none", ST_CORRUPT }, { "Previous: sha256:", "Previous: sha512:", ST_CORRUPT },
		{ "Previous: sha256:", "Previous: blake:", ST_UNSURE }, { "Tagmanifest: sha256:4d", "Tagmanifest: sha256:4D", ST_CORRUPT },
		{ "demo-00000012", "demo-12", ST_CORRUPT }, { "demo-00000012", "Demo-00000012", ST_CORRUPT },
		{ "T02:00:00Z", "T02:00:00.000Z", ST_CORRUPT }, { "T02:00:00Z", "T02:00:00+00:00", ST_CORRUPT }, { "T02:00:00Z", "T25:00:00Z", ST_CORRUPT },
		{ "Covers: 2026", "Covers: 2027", ST_CORRUPT }, { "10.2", "10.0", ST_CORRUPT }, { "10.2", "10", ST_CORRUPT }, { "10.2", "-1.2", ST_CORRUPT },
		{ "10.2", "99999999999999999999.2", ST_CORRUPT }, { "Records: 9", "Records: 9 ", ST_CORRUPT }, { "Gaps: 0\n", "", ST_CORRUPT },
		{ "Gaps: 0\n", "Gaps: 0\n\n", ST_CORRUPT }, { "Gaps: 0\n", "Gaps: 0\nGaps: 0\n", ST_CORRUPT }, { "Gaps: 0", "Gaps:\t0", ST_CORRUPT },
		{ "Signer: administrator cms", "Signer: administrator pqc", ST_UNSURE }, { "Signer: administrator", "Signer: compliance-officer", ST_CORRUPT },
		{ "Signer: administrator", "Signer: Administrator", ST_CORRUPT }, { "cms sha256", "cms  sha256", ST_CORRUPT }, { "cms sha256", "cms sm3", ST_CORRUPT },
		{ SIGN, "", ST_CORRUPT }, { "Records: 9", "Records: \xe4\xb9\x9d", ST_CORRUPT },
	};
	char text[4096];
	struct seal s;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *at = strstr(GOOD, cases[i].what);
		enum status st;

		assert_non_null(at);
		snprintf(text, sizeof(text), "%.*s%s%s", (int)(strlen(GOOD) - strlen(at)), GOOD, cases[i].with, at + strlen(cases[i].what));
		if ((st = seal_parse(str_of(text), &s, NULL)) != cases[i].want)
			fail_msg("%s -> %s: %d", cases[i].what, cases[i].with, (int)st);
	}
}

static void
every_prefix_and_bit(void **state)
{
	char text[] = GOOD;
	struct seal s;
	size_t i;
	int bit;

	(void)state;
	for (i = 0; i < sizeof(text) - 1; i++) {
		/* cut behind the first of two signers it is a seal of one */
		if (text + i != strstr(text, "Signer: compliance-officer"))
			assert_int_not_equal(seal_parse((struct str){ text, i }, &s, NULL), ST_OK);
		for (bit = 0; bit < 8; bit++) {
			struct buf b;

			buf_init(&b, 1u << 20);
			text[i] = (char)(text[i] ^ (1 << bit));
			if (seal_parse((struct str){ text, sizeof(text) - 1 }, &s, NULL) == ST_OK) {	/* another digit: then it is that text */
				assert_int_equal(seal_encode(&s, &b, NULL), ST_OK);
				assert_memory_equal(b.p, text, sizeof(text) - 1);
			}
			text[i] = (char)(text[i] ^ (1 << bit));
			buf_free(&b);
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(round_trip), cmocka_unit_test(departures), cmocka_unit_test(every_prefix_and_bit) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
