/* der.c: see der.h; X.690 section 10. */
#include "archive/der.h"

static bool
take(struct str *s, struct str *inside, struct str *whole)
{
	const unsigned char *p = (const unsigned char *)s->p;
	size_t n_head = 2, len, i;
	struct str rest;
	const char *from;

	if (s->n < 2 || (p[0] & 0x1f) == 0x1f)
		return false;
	len = p[1];
	if (len >= 0x80) {
		size_t n_len = len & 0x7f;

		if (n_len == 0 || n_len > 4 || s->n < 2 + n_len || p[2] == 0)
			return false;
		for (len = 0, i = 0; i < n_len; i++)
			len = len << 8 | p[2 + i];
		if (len < 0x80)
			return false;
		n_head += n_len;
	}
	if (len > s->n - n_head)
		return false;
	rest = (struct str){ s->p + n_head + len, s->n - n_head - len };
	from = s->p;
	*s = rest;
	if (inside != NULL)	/* may be ${s} itself: then the rest is given up */
		*inside = (struct str){ from + n_head, len };
	if (whole != NULL)
		*whole = (struct str){ from, n_head + len };
	return true;
}

bool
der_take(struct str *s, unsigned tag, struct str *inside, struct str *whole)
{
	return s->n > 0 && der_tag(*s) == tag && take(s, inside, whole);
}

bool
der_take_any(struct str *s, struct str *whole)
{
	return take(s, NULL, whole);
}

bool
der_only(struct str s, unsigned tag, struct str *inside)
{
	return der_take(&s, tag, inside, NULL) && s.n == 0;
}
