/* fuzz_proof.c: what parses as proof.txt is written back byte for byte the same, and leads to one root or to none. */
#include <stdlib.h>

#include "archive/proof.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char leaf[32] = { 1 };
	struct str text = { (const char *)data, size };
	struct digest d = { .ctx = NULL };
	unsigned char root[32];
	struct proof p;
	struct buf b;

	if (size > PROOF_TEXT_MAX || proof_parse(text, &p, NULL) != ST_OK)
		return 0;
	buf_init(&b, 2 * PROOF_TEXT_MAX);
	if (proof_encode(&p, &b, NULL) != ST_OK || !str_eq(buf_str(&b), text))
		abort();
	if (p.index >= p.count || (proof_root(&p, &d, leaf, root, NULL) == ST_OK && ((p.count == 1) != (p.n_hashes == 0))))
		abort();
	digest_free(&d);
	buf_free(&b);
	return 0;
}
