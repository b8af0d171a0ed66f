/* fuzz_trust.c: trust files; files that they name are not opened: only those below a directory that is not there. */
#include "archive/trust.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct trust t;

	if (memmem(data, size, "/", 1) != NULL)	/* neither devices nor anything else of the machine */
		return 0;
	if (trust_parse("/nonexistent/trust.conf", (struct str){ (const char *)data, size }, &t, NULL) == ST_OK)
		trust_free(&t);
	return 0;
}
