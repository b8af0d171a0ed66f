/* str.c: views of bytes: numbers and order. */
#include "core/str.h"

#include "core/i18n.h"

#define SHOWN	64	/* bytes of a refused text that a message repeats */

static enum status
refuse(struct str s, struct err *err)
{
	if (s.n > SHOWN)
		s.n = SHOWN;
	return err_set(err, ST_INPUT, _("\"%.*s\" is not a whole number in the allowed range"), STR_ARG(s));
}

/* Digits only, no leading zeros, at most 64 bits. */
static bool
digits(struct str s, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (s.p == NULL || s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10u, &v) || __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

enum status
str_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out, struct err *err)
{
	uint64_t v;

	if (!digits(s, &v) || v < min || v > max)
		return refuse(s, err);
	*out = v;
	return ST_OK;
}

enum status
str_i64(struct str s, int64_t min, int64_t max, int64_t *out, struct err *err)
{
	bool minus = s.p != NULL && s.n > 0 && s.p[0] == '-';
	struct str d = minus ? (struct str){ s.p + 1, s.n - 1 } : s;
	uint64_t v;
	int64_t x;

	/* "-0" is a second way to write 0. */
	if (!digits(d, &v) || (minus && v == 0) || v > (uint64_t)INT64_MAX + (minus ? 1u : 0u))
		return refuse(s, err);
	x = minus ? -(int64_t)(v - 1) - 1 : (int64_t)v;
	if (x < min || x > max)
		return refuse(s, err);
	*out = x;
	return ST_OK;
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c;

	if ((a.p == NULL) != (b.p == NULL))
		return a.p == NULL ? -1 : 1;
	if (n > 0 && (c = memcmp(a.p, b.p, n)) != 0)
		return c < 0 ? -1 : 1;
	return a.n < b.n ? -1 : a.n > b.n;
}
