/* fuzz_seal.c: what parses as a seal is written back byte for byte the same. */
#include <stdlib.h>

#include "archive/seal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str text = { (const char *)data, size };
	struct seal s;
	struct buf b;

	if (seal_parse(text, &s, NULL) == ST_OK) {
		buf_init(&b, 2 * LIMIT_SEAL);
		if (seal_encode(&s, &b, NULL) != ST_OK || !str_eq(buf_str(&b), text))
			abort();
		buf_free(&b);
	}
	return 0;
}
