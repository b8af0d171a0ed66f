/* csv_quote.c: a run without a quote is copied as it is found. */
#include "formats/csv_quote.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

size_t
csv_quote(char *to, struct str s)
{
	char *const from = to;
	size_t i = 0;

	*to++ = '"';
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"');

	/* Sixteen bytes are stored even if fewer count: the room for the quotes that did not come is larger. */
	while (s.n - i >= 16) {
		__m128i v = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
		int mask = _mm_movemask_epi8(_mm_cmpeq_epi8(v, quote));
		size_t n = mask == 0 ? 16 : (size_t)__builtin_ctz((unsigned)mask) + 1;

		_mm_storeu_si128((__m128i *)(void *)to, v);
		to += n;
		i += n;
		if (mask != 0)
			*to++ = '"';
	}
#endif
	for (; i < s.n; i++) {
		if (s.p[i] == '"')
			*to++ = '"';
		*to++ = s.p[i];
	}
	*to++ = '"';
	return (size_t)(to - from);
}
