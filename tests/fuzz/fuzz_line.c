/* fuzz_line: the quick look at a record line accepts nothing that the strict one refuses. */
#include <stdint.h>
#include <stdlib.h>

#include "archive/line.h"
#include "archive/line_fast.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str line = { (const char *)p, n };
	struct line_names names;

	line_names_init(&names);
	if (line_fast(line) && line_check(&names, line, NULL) != ST_OK)
		abort();
	line_names_free(&names);
	return 0;
}
