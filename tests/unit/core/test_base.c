/* mem, status, str, buf, arena, sink, transport: the small ground. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/arena.h"
#include "core/mem.h"
#include "core/transport.h"
#include "core/utf8.h"

static void
test_err(void **state)
{
	static const char zhong[] = "\xe4\xb8\xad";
	struct err err;
	unsigned i, k;

	(void)state;
	/* Cut between characters at every offset. */
	for (k = 0; k < 4; k++) {
		assert_int_equal(err_set(&err, ST_IO, "%.*s", (int)k, "abc"), ST_IO);
		for (i = 0; i < 400; i++)
			assert_int_equal(err_in(&err, "%s", zhong), ST_IO);
		assert_true(strlen(err.text) >= sizeof(err.text) - 4);
		assert_true(utf8_ok(str_of(err.text)));
	}
	errno = ENOENT;
	assert_int_equal(err_sys(&err, "open %s", "x"), ST_IO);
	assert_int_equal(errno, ENOENT);
	assert_string_equal(err.text, "open x: No such file or directory");
	assert_int_equal(err_set(&err, ST_INPUT, "%s!", err.text), ST_INPUT);
	assert_string_equal(err.text, "open x: No such file or directory!");
	assert_int_equal(err_next(&err, "try %d", 2), ST_INPUT);
	assert_string_equal(err.next, "try 2");
	assert_int_equal(err_set(&err, ST_DENIED, "y"), ST_DENIED);
	assert_string_equal(err.next, "");
	assert_int_equal(err_set(NULL, ST_LIMIT, "x"), ST_LIMIT);
	assert_int_equal(err_oom(NULL, 1), ST_NOMEM);
}

static void
test_numbers(void **state)
{
	static const struct { const char *in; enum status u, i; uint64_t uv; int64_t iv; } t[] = {
		{ "0", ST_OK, ST_OK, 0, 0 }, { "18446744073709551615", ST_OK, ST_INPUT, UINT64_MAX, 0 }, { "18446744073709551616", ST_INPUT, ST_INPUT, 0, 0 },
		{ "-1", ST_INPUT, ST_OK, 0, -1 }, { "-9223372036854775808", ST_INPUT, ST_OK, 0, INT64_MIN }, { "-9223372036854775809", ST_INPUT, ST_INPUT, 0, 0 },
		{ "9223372036854775807", ST_OK, ST_OK, INT64_MAX, INT64_MAX }, { "9223372036854775808", ST_OK, ST_INPUT, (uint64_t)INT64_MAX + 1, 0 },
		{ "", ST_INPUT, ST_INPUT, 0, 0 }, { "-", ST_INPUT, ST_INPUT, 0, 0 }, { "-0", ST_INPUT, ST_INPUT, 0, 0 }, { "00", ST_INPUT, ST_INPUT, 0, 0 },
		{ "01", ST_INPUT, ST_INPUT, 0, 0 }, { "+1", ST_INPUT, ST_INPUT, 0, 0 }, { " 1", ST_INPUT, ST_INPUT, 0, 0 }, { "1 ", ST_INPUT, ST_INPUT, 0, 0 },
		{ "1e3", ST_INPUT, ST_INPUT, 0, 0 },
	};
	uint64_t u;
	int64_t v;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		u = 77;
		v = 77;
		assert_int_equal(str_u64(str_of(t[i].in), 0, UINT64_MAX, &u, NULL), t[i].u);
		assert_int_equal(str_i64(str_of(t[i].in), INT64_MIN, INT64_MAX, &v, NULL), t[i].i);
		assert_true(u == (t[i].u == ST_OK ? t[i].uv : 77));
		assert_true(v == (t[i].i == ST_OK ? t[i].iv : 77));
	}
	assert_int_equal(str_u64(STR("5"), 6, 9, &u, NULL), ST_INPUT);
	assert_int_equal(str_u64(STR("10"), 6, 9, &u, NULL), ST_INPUT);
	assert_int_equal(str_u64(STR_NONE, 0, 9, &u, NULL), ST_INPUT);
	assert_true(str_cmp(STR_NONE, STR("")) < 0 && str_cmp(STR("a"), STR("ab")) < 0 && str_cmp(STR("\xff"), STR("a")) > 0);
	assert_int_equal(str_cmp(STR("x"), STR("x")), 0);
}

static void
test_buf(void **state)
{
	struct buf b;
	struct err err;
	size_t i;
	long n;

	(void)state;
	buf_init(&b, 300);
	for (i = 0; i < 300; i++)
		assert_int_equal(buf_putc(&b, (char)('a' + i % 26), &err), ST_OK);
	assert_int_equal(buf_putc(&b, 'x', &err), ST_LIMIT);
	assert_int_equal(buf_z(&b, &err), ST_LIMIT);
	assert_int_equal(b.n, 300);
	assert_int_equal(b.p[299], 'a' + 299 % 26);
	buf_clear(&b);
	assert_int_equal(buf_addf(&b, &err, "%0299d", 7), ST_OK);
	assert_int_equal(b.n, 299);
	assert_int_equal(buf_addf(&b, &err, "%s", "ab"), ST_LIMIT);
	assert_int_equal(b.n, 299);
	assert_int_equal(buf_addf(&b, &err, "%s", "a"), ST_OK);
	assert_int_equal(buf_room(&b, SIZE_MAX, &err), ST_LIMIT);
	buf_wipe(&b);
	assert_null(b.p);
	assert_int_equal(buf_str(&b).n, 0);
	buf_init(&b, SIZE_MAX);
	for (n = 1; n < 3; n++) {
		mem_fail_at(n);
		assert_int_equal(buf_addf(&b, &err, "%0300d", 1), ST_NOMEM);
		assert_int_equal(b.n, 0);
	}
	mem_fail_at(0);
	assert_int_equal(buf_addz(&b, "ok", &err), ST_OK);
	buf_free(&b);
	buf_free(&b);
}

static void
test_arena(void **state)
{
	static const size_t sizes[] = { 1, 7, 16, 1000, 65535, 65536, 65537, 300000, 3 };
	struct arena a;
	struct err err;
	struct str s;
	unsigned char *p;
	size_t i, k, round;
	void *v;

	(void)state;
	arena_init(&a, 1 << 20);
	for (round = 0; round < 3; round++) {
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			assert_int_equal(arena_get(&a, sizes[i], 1, &v, &err), ST_OK);
			p = v;
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (k = 0; k < sizes[i]; k++)
				assert_int_equal(p[k], 0);
			memset(p, 0xaa, sizes[i]);
		}
		arena_reset(&a);
		assert_non_null(a.blocks);
	}
	assert_int_equal(arena_get(&a, 1 << 20, 1, &v, &err), ST_OK);
	assert_int_equal(arena_get(&a, 1, 1, &v, &err), ST_LIMIT);
	assert_int_equal(arena_get(&a, SIZE_MAX, 2, &v, &err), ST_NOMEM);
	arena_reset(&a);
	/* Growing in place and by copying, always zeroed behind what was there. */
	v = NULL;
	for (i = 1; i <= 32768; i *= 2) {
		assert_int_equal(arena_grow(&a, v, v == NULL ? 0 : i / 2, i, 3, &v, &err), ST_OK);
		p = v;
		for (k = 0; k < 3 * i; k++)
			assert_int_equal(p[k], i > 1 && k < 3 * (i / 2) ? 0x55 : 0);
		memset(p, 0x55, 3 * i);
	}
	assert_int_equal(arena_dup(&a, STR("abc"), &s, &err), ST_OK);
	assert_string_equal(s.p, "abc");
	assert_int_equal(arena_fmt(&a, &s, &err, "%d-%s", 5, "x"), ST_OK);
	assert_true(str_is(s, "5-x"));
	arena_free(&a);
	mem_fail_at(1);
	assert_int_equal(arena_dup(&a, STR("abc"), &s, &err), ST_NOMEM);
	assert_int_equal(a.n_bytes, 0);
	mem_fail_at(0);
	arena_free(&a);
}

static void
test_sinks(void **state)
{
	struct sink_mem m;
	struct sink_fd f;
	struct http_response r;
	struct err err;
	struct buf b;
	int fd;

	(void)state;
	buf_init(&b, 4);
	sink_mem_init(&m, &b);
	assert_int_equal(sink_write(&m.sink, "abc", 3, &err), ST_OK);
	assert_int_equal(sink_write(&m.sink, "de", 2, &err), ST_LIMIT);
	assert_int_equal(m.sink.n_bytes, 3);
	buf_free(&b);
	fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	sink_fd_init(&f, fd, "full");
	assert_int_equal(sink_write(&f.sink, "abc", 3, &err), ST_IO);
	assert_int_equal(sink_write(&f.sink, "", 0, &err), ST_IO);
	assert_int_equal(f.sink.n_bytes, 0);
	close(fd);
	http_response_init(&r);
	assert_int_equal(buf_addz(&r.body, "x", &err), ST_OK);
	r.status = 200;
	http_response_clear(&r);
	assert_true(r.status == 0 && r.retry_after_s == -1 && r.body.n == 0 && r.body.p != NULL);
	http_response_free(&r);
	http_response_free(&r);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_err), cmocka_unit_test(test_numbers), cmocka_unit_test(test_buf), cmocka_unit_test(test_arena),
		cmocka_unit_test(test_sinks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
