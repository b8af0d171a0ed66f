/* fuzz_record: a line that is read can be written, is one line of UTF-8, and reads as the same record again. */
#include <stdint.h>
#include <stdlib.h>

#include "core/limits.h"
#include "core/record.h"
#include "core/utf8.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define SALT	"{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\""

static void
need(bool what)
{
	if (!what)
		abort();
}

static void
encode(const struct record *r, struct buf *b)
{
	need(buf_addz(b, SALT, NULL) == ST_OK && record_encode(r, b, NULL) == ST_OK);
}

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
	struct str s = { (const char *)p, n };
	struct record r, again;
	struct buf one, two;
	struct arena a;

	if (n > 1 << 20)
		return 0;
	arena_init(&a, LIMIT_ARENA);
	buf_init(&one, 2 * LIMIT_RECORD);
	buf_init(&two, 2 * LIMIT_RECORD);
	if (record_decode(s, &a, &r, NULL) == ST_OK) {
		encode(&r, &one);
		need(utf8_ok(buf_str(&one)) && memchr(one.p, '\n', one.n) == NULL);
		need(record_decode(buf_str(&one), &a, &again, NULL) == ST_OK);
		encode(&again, &two);
		need(str_eq(buf_str(&one), buf_str(&two)));
	}
	buf_free(&two);
	buf_free(&one);
	arena_free(&a);
	return 0;
}
