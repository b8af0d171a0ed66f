/* The links of a chain, from seals made up here: one row per thing that can be wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/when.h"
#include "store/chain.h"

#define CHAIN	"urn:uuid:11111111-2222-4333-8444-555555555555"
#define DAY	INT64_C(86400000)
#define N	6

struct seen { char ids[16][32]; size_t at[16]; enum verdict v[16]; size_t n; };

static enum status
note(void *ctx, const struct chain_finding *f, struct err *err)
{
	struct seen *s = ctx;

	(void)err;
	assert_true(s->n < 16);
	assert_true(f->text[0] != '\0');
	snprintf(s->ids[s->n], sizeof(s->ids[0]), "%s", f->id);
	s->at[s->n] = f->at;
	s->v[s->n++] = f->verdict;
	return ST_OK;
}

/* Six good ones, a day apart; hash of number i is i in every octet. */
static void
make(struct chain_seal *s)
{
	size_t i;

	memset(s, 0, N * sizeof(*s));
	for (i = 0; i < N; i++) {
		snprintf(s[i].name, sizeof(s[i].name), "acme-%08zu", i + 1);
		snprintf(s[i].archive, sizeof(s[i].archive), "acme-%08zu", i + 1);
		snprintf(s[i].chain, sizeof(s[i].chain), CHAIN);
		s[i].sequence = i + 1;
		s[i].has_previous = i > 0;
		s[i].n_algs = 2;
		s[i].algs[0] = DIGEST_SHA256;
		s[i].algs[1] = DIGEST_SM3;
		memset(s[i].hash[DIGEST_SHA256], (int)i + 1, 32);
		memset(s[i].hash[DIGEST_SM3], (int)i + 101, 32);
		memset(s[i].previous[0], (int)i, 32);
		memset(s[i].previous[1], (int)i + 100, 32);
		s[i].covers_from_ms = (int64_t)i * DAY;
		s[i].covers_until_ms = s[i].sealed_at_ms = (int64_t)(i + 1) * DAY;
		s[i].token_ms = s[i].sealed_at_ms + 1000;
	}
}

enum change { GOOD, REMOVED, FIRST_REMOVED, SWAPPED_NAMES, EXCHANGED, SM3_LINK, OTHER, TWICE, VOLUMES, HOLE, OVERLAP, TOKEN_BACK, LATE, UNSORTED };

static const struct { enum change change; const char *id; size_t n_found; enum verdict verdict; } rows[] = {
	{ GOOD, NULL, 0, VERDICT_VALID }, { REMOVED, "chain.sequence", 1, VERDICT_INVALID }, { FIRST_REMOVED, "chain.first", 1, VERDICT_INDETERMINATE },
	{ SWAPPED_NAMES, "chain.name", 2, VERDICT_INVALID }, { EXCHANGED, "chain.previous", 1, VERDICT_INVALID }, { SM3_LINK, "chain.previous", 1, VERDICT_INVALID },
	{ OTHER, "chain.other", 2, VERDICT_INVALID }, { TWICE, "chain.name", 2, VERDICT_INVALID }, { VOLUMES, NULL, 0, VERDICT_VALID },
	{ HOLE, "chain.covers", 2, VERDICT_VALID }, { OVERLAP, "chain.covers", 1, VERDICT_VALID }, { TOKEN_BACK, "chain.token", 1, VERDICT_VALID },
	{ LATE, "chain.late", 1, VERDICT_INDETERMINATE }, { UNSORTED, NULL, 0, VERDICT_VALID },
};

static size_t
change(struct chain_seal *s, enum change c)
{
	struct chain_seal x;
	char name[40];
	size_t n = N;

	switch (c) {
	case REMOVED: memmove(&s[2], &s[3], (N - 3) * sizeof(*s)); n--; break;
	case FIRST_REMOVED: memmove(&s[0], &s[1], (N - 1) * sizeof(*s)); n--; break;
	case SWAPPED_NAMES: memcpy(name, s[1].name, 40); memcpy(s[1].name, s[3].name, 40); memcpy(s[3].name, name, 40); break;
	case EXCHANGED: s[N - 2].hash[DIGEST_SHA256][31] ^= 1; break;
	case SM3_LINK: s[N - 1].previous[1][0] ^= 1; break;
	case OTHER: s[3].chain[40] = '0'; break;
	case TWICE: s[N - 1] = s[N - 2]; s[N - 1].name[0] = 'b'; break;
	case VOLUMES: s[3].covers_from_ms = s[2].covers_from_ms; s[3].covers_until_ms = s[4].covers_from_ms = s[2].covers_until_ms; break;
	case HOLE: s[3].covers_from_ms++; s[4].covers_from_ms++; break;
	case OVERLAP: s[3].covers_from_ms--; break;
	case TOKEN_BACK: s[3].token_ms = s[2].token_ms - 1; break;
	case LATE: s[N - 1].token_ms = s[N - 1].sealed_at_ms + CHAIN_LATE_MS + 1; break;
	case UNSORTED: x = s[0]; s[0] = s[5]; s[5] = x; break;
	default: break;
	}
	return n;
}

static void
links(void **state)
{
	struct chain_question q = { .now_ms = 7 * DAY };
	struct chain_seal seals[N];
	struct chain_sum sum;
	struct seen seen;
	struct err err;
	size_t i, n;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memset(&seen, 0, sizeof(seen));
		make(seals);
		n = change(seals, rows[i].change);
		assert_int_equal(chain_judge(seals, n, &q, note, &seen, &sum, &err), ST_OK);
		if (seen.n != rows[i].n_found || sum.verdict != rows[i].verdict)
			fail_msg("row %zu: %zu found, verdict %d", i, seen.n, (int)sum.verdict);
		if (rows[i].id != NULL)
			assert_string_equal(seen.ids[0], rows[i].id);
		assert_int_equal(sum.n, n);
		assert_ptr_equal(sum.head, &seals[n - 1]);
	}
	assert_int_equal(chain_judge(seals, 0, &q, note, &seen, &sum, &err), ST_OK);
	assert_null(sum.head);
}

static const struct { uint64_t sequence; int octet; const char *id; enum verdict verdict; uint64_t confirmed; } heads[] = {
	{ 6, 6, NULL, VERDICT_VALID, 6 }, { 3, 3, NULL, VERDICT_VALID, 3 }, { 6, 5, "chain.receipt", VERDICT_INVALID, 0 }, { 7, 7, "chain.receipt", VERDICT_INVALID, 0 },
	{ UINT64_MAX, 7, "chain.receipt", VERDICT_INVALID, 0 },
};

static void
with_receipts(void **state)
{
	struct receipt one = { .line = 3 };
	struct receipts list = { &one, 1 };
	struct chain_question q = { .now_ms = 7 * DAY, .receipts = &list, .receipts_must = true };
	struct chain_seal seals[N];
	struct chain_sum sum;
	struct seen seen;
	struct err err;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		memset(&seen, 0, sizeof(seen));
		make(seals);
		snprintf(one.chain, sizeof(one.chain), CHAIN);
		one.sequence = heads[i].sequence;
		memset(one.sha256, heads[i].octet, 32);
		assert_int_equal(chain_judge(seals, N, &q, note, &seen, &sum, &err), ST_OK);
		assert_int_equal(sum.verdict, heads[i].verdict);
		assert_int_equal(sum.receipt, heads[i].confirmed);
		assert_int_equal(seen.n, heads[i].id != NULL);
	}
	/* of another chain: asked for, a doubt; found by chance, nothing */
	one.chain[44] = '0';
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(chain_judge(seals, N, &q, note, &seen, &sum, &err), ST_OK);
	assert_int_equal(sum.verdict, VERDICT_INDETERMINATE);
	q.receipts_must = false;
	assert_int_equal(chain_judge(seals, N, &q, note, &seen, &sum, &err), ST_OK);
	assert_int_equal(sum.verdict, VERDICT_VALID);
	assert_int_equal(sum.n_receipts, 0);
	/* late tokens that a receipt confirms are explained */
	snprintf(one.chain, sizeof(one.chain), CHAIN);
	one.sequence = 6;
	memset(one.sha256, 6, 32);
	make(seals);
	for (i = 0; i < N; i++)
		seals[i].token_ms += 2 * CHAIN_LATE_MS;
	assert_int_equal(chain_judge(seals, N, &q, note, &seen, &sum, &err), ST_OK);
	assert_int_equal(sum.verdict, VERDICT_VALID);
	q.receipts = NULL;
	memset(&seen, 0, sizeof(seen));
	assert_int_equal(chain_judge(seals, N, &q, note, &seen, &sum, &err), ST_OK);
	assert_int_equal(sum.verdict, VERDICT_INDETERMINATE);
	assert_int_equal(seen.n, N);
}

static void
heartbeat(void **state)
{
	struct chain_question q = { .now_ms = 7 * DAY, .heartbeat_ms = DAY };
	struct chain_seal seals[N];
	struct chain_sum sum;
	struct seen seen = { .n = 0 };
	struct err err;

	(void)state;
	make(seals);
	assert_int_equal(chain_judge(seals, N, &q, note, &seen, &sum, &err), ST_OK);
	assert_int_equal(seen.n, 0);
	assert_true(sum.alive);
	q.now_ms++;
	assert_int_equal(chain_judge(seals, N, &q, note, &seen, &sum, &err), ST_OK);
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.ids[0], "chain.heartbeat");
	assert_int_equal(sum.verdict, VERDICT_INDETERMINATE);
	assert_false(sum.alive);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(links), cmocka_unit_test(with_receipts), cmocka_unit_test(heartbeat) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
