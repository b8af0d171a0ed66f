/* utf8_scan.h: stepping over Chinese text in long steps.  For utf8.c, json_scan.h, archive/line.c and formats/xlsx_text.c. */
#ifndef CORE_UTF8_SCAN_H
#define CORE_UTF8_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

/*
 * utf8_threes(p, n, i, strict): behind as many well-formed characters of three bytes as are easily seen from ${i} on, five at a time; perhaps
 * none.  Left to a careful look: what begins with 0xE0 or 0xED, whose second byte has a range of its own, and for the strict what may be a
 * noncharacter (0xEF 0xB7 and 0xEF 0xBF).
 */
static inline size_t
utf8_threes(const char *p, size_t n, size_t i, const bool strict)
{
#ifdef __SSE2__
	const char l = (char)0xF0, c = (char)0xC0, e = (char)0xE0, o = (char)0x80;
	const __m128i mask = _mm_setr_epi8(l, c, c, l, c, c, l, c, c, l, c, c, l, c, c, 0);
	const __m128i want = _mm_setr_epi8(e, o, o, e, o, o, e, o, o, e, o, o, e, o, o, 0);
	const __m128i ed = _mm_set1_epi8((char)0xED), ef = _mm_set1_epi8((char)0xEF);
	const __m128i b7 = _mm_set1_epi8((char)0xB7), bf = _mm_set1_epi8((char)0xBF);
	__m128i v;
	int odd;

	for (; n - i >= 16; i += 15) {
		v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		if (_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_and_si128(v, mask), want)) != 0xFFFF)
			break;
		odd = _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8(e)), _mm_cmpeq_epi8(v, ed)));
		if (strict)
			odd |= _mm_movemask_epi8(_mm_cmpeq_epi8(v, ef)) << 1 &
			    _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, b7), _mm_cmpeq_epi8(v, bf)));
		if ((odd & 0x7FFF) != 0)
			break;
	}
#else
	(void)p;
	(void)n;
	(void)strict;
#endif
	return i;
}

#endif
