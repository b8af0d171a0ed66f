/* test_member.c: members against zlib, in pieces of every size, with every bit changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <zlib.h>

#include "archive/member.h"

static struct err err;
static struct member_packer *packer;
static struct member_reader *reader;

/* Read all of ${in} as members, ${step} bytes at a time, ${room} out at a time. */
static enum status
read_all(struct str in, size_t step, size_t room, struct buf *out, size_t *n_members)
{
	size_t at = 0, used, got, n;
	bool ended = true;
	enum status st;
	char *piece = malloc(room);

	*n_members = 0;
	buf_clear(out);
	for (;;) {
		if (ended && at == in.n)
			break;
		if (ended)
			member_begin(reader);
		n = in.n - at < step ? in.n - at : step;
		if ((st = member_read(reader, (struct str){ in.p + at, n }, &used, piece, room, &got, &ended, &err)) != ST_OK)
			break;
		assert_true(used <= n && got <= room);
		assert_int_equal(buf_add(out, piece, got, &err), ST_OK);
		at += used;
		*n_members += ended;
		if (used == 0 && got == 0 && !ended) {
			st = n == 0 ? ST_END : ST_IO;
			break;
		}
		st = ST_OK;
	}
	free(piece);
	return st;
}

static void
by_zlib(const struct buf *packed, const void *want, size_t n)
{
	unsigned char *out = calloc(1, n + 1);
	z_stream z = { 0 };

	assert_int_equal(inflateInit2(&z, 31), Z_OK);
	z.next_in = (Bytef *)packed->p;
	z.avail_in = (uInt)packed->n;
	z.next_out = out;
	z.avail_out = (uInt)n + 1;
	assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
	assert_int_equal(z.total_out, n);
	assert_int_equal(z.avail_in, 0);
	assert_memory_equal(out, want, n);
	inflateEnd(&z);
	free(out);
}

static void
test_pack(void **state)
{
	static const size_t sizes[] = { 1, 2, 511, 65535, 65536, MEMBER_RAW, MEMBER_RAW + 1, (size_t)17 << 20 };
	struct buf packed, again;
	size_t i, k, n_members;
	int kind;

	(void)state;
	buf_init(&packed, (size_t)64 << 20);
	buf_init(&again, (size_t)64 << 20);
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
		for (kind = 0; kind < 3; kind++) {
			char *raw = malloc(sizes[i]);

			srand(7);
			for (k = 0; k < sizes[i]; k++)		/* zeros, text, noise */
				raw[k] = kind == 0 ? '\0' : kind == 1 ? "abcdefgh"[(k * 7 + k / 100) % 8] : (char)rand();
			buf_clear(&packed);
			assert_int_equal(member_pack(packer, raw, sizes[i], &packed, &err), ST_OK);
			assert_memory_equal(packed.p, member_header, MEMBER_HEADER);
			if (sizes[i] > 1000) {		/* noise is stored (RFC 1951 3.2.3: type 0), everything else made smaller */
				assert_int_equal((packed.p[MEMBER_HEADER] & 6) == 0, kind == 2);
				assert_true(packed.n <= (kind == 2 ? sizes[i] + 5 * (sizes[i] / 65535 + 1) + 18 : sizes[i] / 2));
			}
			by_zlib(&packed, raw, sizes[i]);
			assert_int_equal(read_all(buf_str(&packed), 70000, 65536, &again, &n_members), ST_OK);
			assert_int_equal(n_members, 1);
			assert_int_equal(again.n, sizes[i]);
			assert_memory_equal(again.p, raw, sizes[i]);
			free(raw);
		}
	assert_int_equal(member_pack(packer, "", 0, &packed, &err), ST_LIMIT);
	buf_free(&packed);
	buf_free(&again);
}

static void
test_pieces(void **state)
{
	static const size_t rooms[] = { 1, 3, 64, 65536 };
	struct buf packed, again;
	char want[600];
	size_t i, k, n_members;

	(void)state;
	buf_init(&packed, 65536);
	buf_init(&again, 65536);
	for (i = 0; i < sizeof(want); i++)
		want[i] = (char)('a' + i * i % 23);
	for (i = 0; i < 3; i++)		/* three members, one right behind the other */
		assert_int_equal(member_pack(packer, want + 200 * i, 200, &packed, &err), ST_OK);
	for (i = 1; i <= packed.n; i++)
		for (k = 0; k < 4; k++) {
			assert_int_equal(read_all(buf_str(&packed), i, rooms[k], &again, &n_members), ST_OK);
			assert_int_equal(n_members, 3);
			assert_int_equal(again.n, sizeof(want));
			assert_memory_equal(again.p, want, sizeof(want));
		}
	for (i = 1; i < packed.n; i++) {	/* cut anywhere: only at the two borders is it whole */
		enum status st = read_all((struct str){ packed.p, i }, 50, 1000, &again, &n_members);

		if (st == ST_OK)
			assert_int_equal(again.n, 200 * n_members);
		else
			assert_int_equal(st, ST_END);
	}
	buf_free(&packed);
	buf_free(&again);
}

static void
test_bits(void **state)
{
	struct buf packed, again;
	char want[300];
	size_t i, n_members, passed = 0;

	(void)state;
	buf_init(&packed, 65536);
	buf_init(&again, 65536);
	for (i = 0; i < sizeof(want); i++)
		want[i] = (char)('a' + i * i % 23);
	assert_int_equal(member_pack(packer, want, sizeof(want), &packed, &err), ST_OK);
	for (i = 0; i < packed.n * 8; i++) {
		enum status st;

		packed.p[i / 8] ^= (char)(1 << i % 8);
		st = read_all(buf_str(&packed), packed.n, 65536, &again, &n_members);
		if (st == ST_OK && n_members == 1) {	/* only bits of deflate that mean nothing */
			assert_true(i / 8 >= MEMBER_HEADER && i / 8 < packed.n - MEMBER_TRAILER);
			assert_int_equal(again.n, sizeof(want));
			assert_memory_equal(again.p, want, sizeof(want));
			passed++;
		}
		packed.p[i / 8] ^= (char)(1 << i % 8);
	}
	assert_true(passed < 16);
	/* A member without content, as gzip makes it of nothing. */
	assert_int_equal(read_all(STR("\x1f\x8b\x08\0\0\0\0\0\0\xff\x03\0\0\0\0\0\0\0\0\0"), 100, 100, &again, &n_members), ST_CORRUPT);
	assert_int_equal(read_all(STR("\x1f\x8b\x08\0\0\0\0\0\0\x03\x03\0\0\0\0\0\0\0\0\0"), 100, 100, &again, &n_members), ST_CORRUPT);
	buf_free(&packed);
	buf_free(&again);
}

static void
test_crc(void **state)
{
	(void)state;
	assert_int_equal(member_crc32(0, "123456789", 9), 0xcbf43926u);
	assert_int_equal(member_crc32(member_crc32(0, "1234", 4), "56789", 5), 0xcbf43926u);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_pack), cmocka_unit_test(test_pieces), cmocka_unit_test(test_bits), cmocka_unit_test(test_crc) };
	int rc;

	if (member_packer_open(&packer, &err) != ST_OK || member_reader_open(&reader, &err) != ST_OK)
		return 1;
	rc = cmocka_run_group_tests(tests, NULL, NULL);
	member_packer_close(packer);
	member_reader_close(reader);
	return rc;
}
