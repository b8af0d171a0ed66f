/* str.c: views, compared and read as numbers. */
#include "core/str.h"

#include <inttypes.h>

#include "core/i18n.h"

static enum status
refused(struct str s, struct err *err)
{
	return err_set(err, ST_INPUT, _("\"%.*s\" is not a number in range"), (int)(s.n > 40 ? 40 : s.n), s.p == NULL ? "" : s.p);
}

static bool
digits(struct str s, uint64_t *out)
{
	uint64_t v = 0;
	size_t i;

	if (s.n == 0 || (s.n > 1 && s.p[0] == '0'))
		return false;
	for (i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || __builtin_mul_overflow(v, 10u, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(s.p[i] - '0'), &v))
			return false;
	}
	*out = v;
	return true;
}

enum status
str_u64(struct str s, uint64_t min, uint64_t max, uint64_t *out, struct err *err)
{
	uint64_t v;

	if (s.p == NULL || !digits(s, &v) || v < min || v > max)
		return refused(s, err);
	*out = v;
	return ST_OK;
}

enum status
str_i64(struct str s, int64_t min, int64_t max, int64_t *out, struct err *err)
{
	bool minus = s.p != NULL && s.n > 0 && s.p[0] == '-';
	uint64_t v;
	int64_t w;

	if (s.p == NULL || !digits(minus ? (struct str){ s.p + 1, s.n - 1 } : s, &v))
		return refused(s, err);
	if (minus ? v > (uint64_t)INT64_MAX + 1 || v == 0 : v > INT64_MAX)
		return refused(s, err);
	w = minus ? (v == (uint64_t)INT64_MAX + 1 ? INT64_MIN : -(int64_t)v) : (int64_t)v;
	if (w < min || w > max)
		return refused(s, err);
	*out = w;
	return ST_OK;
}

int
str_cmp(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int c;

	if (a.p == NULL || b.p == NULL)
		return (a.p != NULL) - (b.p != NULL);
	if (n > 0 && (c = memcmp(a.p, b.p, n)) != 0)
		return c;
	return a.n < b.n ? -1 : a.n > b.n;
}
