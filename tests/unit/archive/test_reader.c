/* test_reader.c: tar blocks in pieces of any size, gzip members in any cut, names without a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/grammar.h"
#include "archive/gunzip.h"
#include "archive/member.h"
#include "archive/reader.h"
#include "archive/tar.h"

#define DAY	((int64_t)86400 * 20000)

struct seen { struct buf log; };

static enum status
on_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	return buf_addf(&((struct seen *)ctx)->log, err, "[%s %ju %ju]", path, (uintmax_t)size, (uintmax_t)at);
}

static enum status
on_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	return buf_add(&((struct seen *)ctx)->log, p, n, err);
}

static enum status
on_end(void *ctx, struct err *err)
{
	return buf_addz(&((struct seen *)ctx)->log, ";", err);
}

static void
add(struct buf *tar, const char *path, const char *text)
{
	static const char zeros[512];

	assert_int_equal(tar_header(path, strlen(text), DAY, tar, NULL), ST_OK);
	assert_int_equal(buf_addz(tar, text, NULL), ST_OK);
	assert_int_equal(buf_add(tar, zeros, tar_padding(strlen(text)), NULL), ST_OK);
}

static void
make(struct buf *tar)
{
	static const char zeros[1024];

	buf_init(tar, 1u << 20);
	add(tar, "demo-00000001/bagit.txt", "hello");
	add(tar, "demo-00000001/empty", "");
	add(tar, "demo-00000001/data/x", "world");
	assert_int_equal(buf_add(tar, zeros, sizeof(zeros), NULL), ST_OK);
}

static enum status
read_in(const struct buf *tar, size_t piece, struct seen *seen)
{
	const struct reader_events on = { seen, on_entry, on_data, on_end };
	struct reader r;
	enum status st = ST_OK;
	size_t at;

	buf_init(&seen->log, 1u << 16);
	reader_init(&r, &on);
	for (at = 0; at < tar->n && st == ST_OK; at += piece)
		st = reader_push(&r, (unsigned char *)tar->p + at, tar->n - at < piece ? tar->n - at : piece, NULL);
	if (st == ST_OK)
		st = reader_finish(&r, NULL);
	reader_free(&r);
	return st;
}

static void
pieces(void **state)
{
	static const size_t sizes[] = { 1, 2, 3, 7, 511, 512, 513, 1024, 5000, 1u << 20 };
	struct seen seen;
	struct buf tar;
	size_t i;

	(void)state;
	make(&tar);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(read_in(&tar, sizes[i], &seen), ST_OK);
		assert_true(str_is(buf_str(&seen.log), "[bagit.txt 5 0]hello;[empty 0 1024];[data/x 5 1536]world;"));
		buf_free(&seen.log);
	}
	buf_free(&tar);
}

/* Every bit outside of the content is fixed by the format. */
static void
every_bit(void **state)
{
	struct seen seen;
	struct buf tar;
	size_t i;
	int bit;

	(void)state;
	make(&tar);
	for (i = 0; i < tar.n; i++)
		for (bit = 0; bit < 8; bit++) {
			bool content = (i >= 512 && i < 517) || (i >= 2048 && i < 2053);

			tar.p[i] = (char)(tar.p[i] ^ (1 << bit));
			assert_int_equal(read_in(&tar, 4096, &seen), content ? ST_OK : ST_CORRUPT);
			tar.p[i] = (char)(tar.p[i] ^ (1 << bit));
			buf_free(&seen.log);
		}
	buf_free(&tar);
}

/* 8 GiB: the pax entry, the header behind it, and no content needed to see that they are taken. */
static void
large(void **state)
{
	static const uint64_t sizes[] = { TAR_PAX_FROM - 1, TAR_PAX_FROM, ((uint64_t)64 << 30) - 1, (uint64_t)64 << 30, (uint64_t)1 << 42 };
	struct seen seen;
	const struct reader_events on = { &seen, on_entry, on_data, on_end };
	char want[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct reader r;
		struct buf h;

		buf_init(&seen.log, 4096);
		buf_init(&h, 4096);
		reader_init(&r, &on);
		assert_int_equal(tar_header("demo-00000001/big", sizes[i], DAY, &h, NULL), ST_OK);
		assert_int_equal(reader_push(&r, (unsigned char *)h.p, h.n, NULL), ST_OK);
		snprintf(want, sizeof(want), "[big %ju 0]", (uintmax_t)sizes[i]);
		assert_true(str_is(buf_str(&seen.log), want));
		reader_free(&r);
		buf_free(&h);
		buf_free(&seen.log);
	}
}

static enum status
collect(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	return buf_add(ctx, p, n, err);
}

/* Members of every size, also such that a buffer ends within a trailer or with output held back. */
static void
members(void **state)
{
	static const size_t sizes[] = { 1, 2, 100, 65535, 262143, 262144, 262145, 1000000 };
	char name[] = "/tmp/test-gunzip-XXXXXX", *text = malloc(1000000);
	struct member_packer *packer;
	struct gunzip g = { 0 };
	struct buf out, file;
	size_t i, k;

	(void)state;
	g.fd = mkstemp(name);
	assert_true(g.fd >= 0);
	assert_int_equal(unlink(name), 0);
	g.name = name;
	g.put = collect;
	g.ctx = &out;
	assert_int_equal(member_packer_open(&packer, NULL), ST_OK);
	for (k = 0; k < 2; k++)
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			size_t j;

			srand(7);
			for (j = 0; j < sizes[i]; j++)
				text[j] = k == 0 ? 'a' : (char)rand();
			buf_init(&out, 8u << 20);
			buf_init(&file, 8u << 20);
			assert_int_equal(member_pack(packer, text, sizes[i], &file, NULL), ST_OK);
			assert_int_equal(member_pack(packer, text, sizes[i], &file, NULL), ST_OK);
			assert_int_equal(ftruncate(g.fd, 0), 0);
			assert_int_equal(pwrite(g.fd, file.p, file.n, 0), (ssize_t)file.n);
			assert_int_equal(gunzip_run(&g, NULL), ST_OK);
			assert_int_equal(g.n_members, 2);
			assert_int_equal(out.n, 2 * sizes[i]);
			assert_memory_equal(out.p + sizes[i], text, sizes[i]);
			assert_int_equal(ftruncate(g.fd, (off_t)file.n - 1), 0);
			buf_clear(&out);
			assert_int_equal(gunzip_run(&g, NULL), ST_CORRUPT);
			assert_true(g.at_fault);
			buf_free(&out);
			buf_free(&file);
		}
	member_packer_close(packer);
	free(text);
	close(g.fd);
}

/* More names than memory holds at once, one of them again in other letters. */
static void
many_names(void **state)
{
	struct names_set s;
	char name[64];
	bool repeated;
	unsigned i, again;

	(void)state;
	for (again = 0; again < 5; again++) {
		names_set_init(&s);
		if (again == 3)
			assert_int_equal(names_set_add(&s, "data/VIEWS/approvals", NULL), ST_OK);
		for (i = 0; i < 200000; i++) {
			snprintf(name, sizeof(name), "data/views/approvals/%u.pdf", i);
			assert_int_equal(names_set_add(&s, name, NULL), ST_OK);
		}
		if (again == 1)
			assert_int_equal(names_set_add(&s, "data/views/approvals/1234.PDF", NULL), ST_OK);
		if (again == 2)
			assert_int_equal(names_set_add(&s, "data/views/approvals/1234.pdf/x", NULL), ST_OK);
		if (again == 4)
			assert_int_equal(names_set_add(&s, "data/views/approvals.x/y", NULL), ST_OK);
		assert_int_equal(names_set_check(&s, &repeated, NULL), ST_OK);
		assert_int_equal(repeated, again != 0 && again != 4);
		names_set_free(&s);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces), cmocka_unit_test(every_bit), cmocka_unit_test(large), cmocka_unit_test(members), cmocka_unit_test(many_names)
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
