/* json_scan.h: finding in long steps what is special inside a JSON string.  For core and archive/line.c. */
#ifndef CORE_JSON_SCAN_H
#define CORE_JSON_SCAN_H

#include "core/utf8_scan.h"

/* The first byte at or behind ${i} that is a quote, a backslash, a control or not ASCII. */
static inline size_t
json_plain(const char *p, size_t n, size_t i)
{
	unsigned char c;
#ifdef __SSE2__
	const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), space = _mm_set1_epi8(0x20);
	__m128i v, hit;
	int mask;

	for (; n - i >= 16; i += 16) {
		v = _mm_loadu_si128((const __m128i *)(const void *)(p + i));
		/* Signed: below a space are the controls and everything from 0x80 on. */
		hit = _mm_or_si128(_mm_or_si128(_mm_cmpeq_epi8(v, quote), _mm_cmpeq_epi8(v, slash)), _mm_cmplt_epi8(v, space));
		if ((mask = _mm_movemask_epi8(hit)) != 0)
			return i + (size_t)__builtin_ctz((unsigned)mask);
	}
#endif
	for (; i < n; i++) {
		c = (unsigned char)p[i];
		if (c == '"' || c == '\\' || c < 0x20 || c >= 0x80)
			break;
	}
	return i;
}

/* Behind the run at ${i} of U+1000 to U+CFFF and U+E000 on, but for the rows with noncharacters: nearly all of Chinese text, valid as it is. */
static inline size_t
json_run(const char *text, size_t n, size_t i)
{
	const unsigned char *p = (const unsigned char *)text;

	i = utf8_threes(text, n, i, true);
	while (n - i >= 3 && p[i] >= 0xE1 && p[i] != 0xED && p[i] <= 0xEF && (p[i + 1] & 0xC0) == 0x80 && (p[i + 2] & 0xC0) == 0x80 &&
	    (p[i] != 0xEF || (p[i + 1] != 0xB7 && p[i + 1] != 0xBF)))
		i += 3;
	return i;
}

#endif
