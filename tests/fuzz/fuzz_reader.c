/* fuzz_reader.c: tar blocks in two pieces: the same entries and the same answer wherever they are cut. */
#include <stdlib.h>

#include "archive/grammar.h"
#include "archive/reader.h"
#include "archive/records_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run { struct digest seen; struct grammar g; struct records_check rc; };

static enum status
on_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct run *r = ctx;
	struct grammar_entry e;
	enum status st = digest_add(&r->seen, path, strlen(path), err);

	/* Either answer is fine: it must only come back. */
	if (grammar_next(&r->g, path, &e, err) == ST_OK)
		records_check_begin(&r->rc);
	if (st == ST_OK)
		st = digest_add(&r->seen, &size, sizeof(size), err);
	return st == ST_OK ? digest_add(&r->seen, &at, sizeof(at), err) : st;
}

static enum status
on_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct run *r = ctx;

	if (records_check_add(&r->rc, p, n, err) != ST_OK)
		records_check_begin(&r->rc);
	return digest_add(&r->seen, p, n, err);
}

static enum status
on_end(void *ctx, struct err *err)
{
	return digest_add(&((struct run *)ctx)->seen, "", 1, err);
}

static enum status
run(const uint8_t *data, size_t size, size_t cut, unsigned char hash[32])
{
	struct run r = { .seen = { 0 } };
	const struct reader_events on = { &r, on_entry, on_data, on_end };
	struct reader rd;
	enum status st;

	if (digest_begin(&r.seen, DIGEST_SHA256, NULL) != ST_OK)
		abort();
	grammar_init(&r.g);
	records_check_init(&r.rc);
	records_check_begin(&r.rc);
	reader_init(&rd, &on);
	st = reader_push(&rd, data, cut, NULL);
	if (st == ST_OK)
		st = reader_push(&rd, data + cut, size - cut, NULL);
	if (st == ST_OK)
		st = reader_finish(&rd, NULL);
	if (digest_end(&r.seen, hash, NULL) != ST_OK)
		abort();
	reader_free(&rd);
	grammar_free(&r.g);
	records_check_free(&r.rc);
	digest_free(&r.seen);
	return st;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char whole[32], cut[32];
	enum status a, b;

	if (size == 0)
		return 0;
	a = run(data, size, size, whole);
	b = run(data, size, (size_t)data[size - 1] * size / 256, cut);
	if (a != b || (a == ST_OK && memcmp(whole, cut, 32) != 0))
		abort();
	return 0;
}
