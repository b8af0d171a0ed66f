/* test_pdf_picture.c: pictures for pages: whole ones, cut ones, and ones that claim to be larger than memory. */
#include "shelf.h"

#include <cairo.h>

#include "formats/pdf_picture.h"

static bool
drawn(const char *p, size_t n)
{
	cairo_surface_t *pic = NULL;
	bool is;

	assert_int_equal(pdf_picture_open((struct str){ p, n }, &pic, NULL), ST_OK);
	is = pic != NULL;
	if (is) {
		assert_int_equal(cairo_surface_status(pic), CAIRO_STATUS_SUCCESS);
		assert_int_equal(cairo_image_surface_get_format(pic), CAIRO_FORMAT_RGB24); /* nothing shines through */
		cairo_surface_destroy(pic);
	}
	return is;
}

static void
load(const char *name, struct buf *out)
{
	char path[4096];

	buf_init(out, (size_t)1 << 20);
	(void)snprintf(path, sizeof(path), GOLDEN "pictures/%s", name);
	assert_true(shelf_load(path, out));
}

static void
whole_and_cut(void **state)
{
	static const char *const names[] = { "000000001.png", "000000002.jpg" };
	size_t i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct buf b;
		char *exact;

		load(names[i], &b);
		assert_true(drawn(b.p, b.n));
		for (n = 0; n < b.n - 20; n += 7) {
			/* In memory of just this length, so that a sanitizer sees a byte too far. */
			exact = test_malloc(n + 1);
			memcpy(exact, b.p, n);
			assert_false(drawn(exact, n));
			test_free(exact);
		}
		buf_free(&b);
	}
	assert_false(drawn("GIF89a", 6));
	assert_false(drawn("", 0));
}

/* Every byte changed in turn: drawn or not, nothing worse. */
static void
changed(void **state)
{
	static const char *const names[] = { "000000001.png", "000000002.jpg" };
	size_t i, n;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct buf b;

		load(names[i], &b);
		for (n = 0; n < b.n; n += 3) {
			b.p[n] = (char)(b.p[n] ^ 0x5a);
			(void)drawn(b.p, b.n);
			b.p[n] = (char)(b.p[n] ^ 0x5a);
		}
		buf_free(&b);
	}
}

static void
too_large(void **state)
{
	struct buf b;
	size_t i;

	(void)state;
	load("000000001.png", &b);
	memcpy(b.p + 16, "\x00\x00\x40\x00\x00\x00\x40\x00", 8); /* 16,384 by 16,384 */
	assert_false(drawn(b.p, b.n));
	memcpy(b.p + 16, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	assert_false(drawn(b.p, b.n));
	buf_free(&b);
	load("000000002.jpg", &b);
	for (i = 0; i + 9 < b.n && memcmp(b.p + i, "\xff\xc0", 2) != 0; i++)
		;
	memcpy(b.p + i + 5, "\xff\xff\xff\xff", 4); /* SOF0: height, width */
	assert_false(drawn(b.p, b.n));
	buf_free(&b);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = { cmocka_unit_test(whole_and_cut), cmocka_unit_test(changed), cmocka_unit_test(too_large) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
