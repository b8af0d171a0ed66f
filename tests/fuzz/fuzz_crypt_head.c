/*
 * fuzz_crypt_head.c: the form of an encrypted part, of the whole input, and of its beginning alone where the input says that more follows.  What is accepted: lengths that fit,
 * recipients sorted and each once, all of it inside what was read; and the same answer when only the head is at hand.
 */
#include <stdlib.h>

#include "archive/crypt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
want(bool ok)
{
	if (!ok)
		abort();
}

static bool inside(struct str s, struct str all) { return s.p >= all.p && s.n <= all.n && (size_t)(s.p - all.p) <= all.n - s.n; }

static void
check(struct str first, uint64_t size)
{
	struct crypt_head h, again;
	struct err err;
	enum status st;
	size_t i, k;

	err_init(&err);
	if ((st = crypt_head(first, size, &h, &err)) != ST_OK) {
		want(st == ST_CORRUPT || st == ST_UNSURE);
		return;
	}
	want(h.n <= first.n && h.cipher >= 1 && h.cipher <= CRYPT_PART && h.n + h.cipher + CRYPT_TAIL == size);
	want(h.n_to >= CRYPT_TO_MIN && h.n_to <= CRYPT_TO_MAX);
	want(inside(h.type, first) && inside(h.to, first) && inside(h.cipher_type, first));
	for (i = 0; i < h.n_to; i++) {
		want(h.whom[i].n > 2 && inside(h.whom[i], h.to));
		for (k = 0; k < i; k++)
			want(!str_eq(h.whom[i], h.whom[k]));
	}
	want(crypt_head((struct str){ first.p, h.n }, size, &again, &err) == ST_OK && again.n_to == h.n_to);
	want(crypt_head((struct str){ first.p, h.n - 1 }, size, &again, &err) != ST_OK && crypt_head((struct str){ first.p, h.n }, size + 1, &again, &err) != ST_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str first = { (const char *)data, size < CRYPT_HEAD_MAX ? size : CRYPT_HEAD_MAX };
	uint64_t said = 0;
	size_t i;

	check(first, size);
	if (size > 6 && data[1] > 0x80 && data[1] <= 0x84) {
		for (i = 0; i < (data[1] & 0x7fu); i++)
			said = said << 8 | data[2 + i];
		if (said + 2 + i > size)
			check(first, said + 2 + i);
	}
	if (size >= CRYPT_TAIL)
		want((crypt_tail(data + size - CRYPT_TAIL, NULL) == ST_OK) == (data[size - CRYPT_TAIL] == 4 && data[size - CRYPT_TAIL + 1] == 16));
	return 0;
}
