/* fuzz_receipt.c: any bytes as head lines: refused, or receipts that are written as exactly the lines they were read from. */
#include <stdlib.h>

#include "store/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const struct str text = { (const char *)data, n };
	struct receipts all = { NULL, 0 };
	char line[RECEIPT_LINE_MAX];
	struct receipt one;
	struct err err;
	size_t i;

	if (receipt_parse(text, &one)) {
		receipt_line(one.chain, one.sequence, one.sha256, line);
		if (strlen(line) != n + 1 || memcmp(line, data, n) != 0)
			abort();
	}
	err_init(&err);
	if (receipts_parse("fuzz", text, &all, &err) != ST_OK && (err.code != ST_USAGE || err.text[0] == '\0'))
		abort();
	for (i = 0; i < all.n; i++) {
		receipt_line(all.list[i].chain, all.list[i].sequence, all.list[i].sha256, line);
		if (all.list[i].line == 0 || memmem(data, n, line, strlen(line) - 1) == NULL)
			abort();
	}
	receipts_free(&all);
	return 0;
}
