/*
 * line_fast.c: 64 bytes at a time.  Of each block the quotes and backslashes are found as bits and walked; what lies between strings is followed by a
 * small state machine, what lies in them has only to be free of controls and, over the whole line at once, well-formed UTF-8.
 */
#include "archive/line_fast.h"

#include <string.h>

#if defined(__x86_64__) && defined(__GNUC__)

#include <immintrin.h>

#define AVX2		__attribute__((target("avx2,bmi,popcnt")))
#define DEEP		32u	/* brackets inside each other */
#define NAMES		128u	/* of all objects that are open */
#define BLOCK		((size_t)64)
#define PIECE		((size_t)1024)	/* quotes and backslashes that are collected before they are walked */

enum state { VALUE, ARR_FIRST, OBJ_FIRST, NAME, /* from here on no string may follow */ AFTER_NAME, AFTER };

struct level { uint64_t seen; unsigned names; bool object; };	/* ${seen}: a bit for each of its names, as a hash has it */

struct walk {
	const unsigned char *p;
	size_t n;
	enum state state;
	unsigned depth, n_names;
	bool raw;		/* inside the value of "raw", where names and surrogates stand as received */
	struct level level[DEEP + 1];
	uint64_t names[NAMES];
};

/*
 * UTF-8: a fault shows in two bytes that follow each other, by the high and low half of the first and the high half of the second, or is a continuation too
 * few or too many behind three and four bytes.  The method is from Keiser and Lemire, "Validating UTF-8 in less than one instruction per byte" (2021); each
 * bit stands for one kind of fault, which has happened where all three tables have it.
 */
#define SHORT		0x01	/* a first byte, and no continuation behind it */
#define LONG		0x02	/* ASCII, and a continuation behind it */
#define OVER3		0x04	/* E0 80-9F */
#define LARGE		0x08	/* F4 90-BF, F5-FF */
#define SURROGATE	0x10	/* ED A0-BF */
#define OVER2		0x20	/* C0, C1 */
#define OVER4		0x40	/* F0 80-8F; F5-FF 80-8F */
#define TWO		0x80	/* two continuations: right behind three and four bytes, which is looked at apart */
#define ANY		(SHORT | LONG | TWO)

#define TABLE(...)	_mm256_setr_epi8(__VA_ARGS__, __VA_ARGS__)
#define B(x)		((char)(x))

struct utf8_state { __m256i before, fault; };

AVX2 static inline void
utf8_step(struct utf8_state *u, __m256i v)
{
	const __m256i first_high = TABLE(LONG, LONG, LONG, LONG, LONG, LONG, LONG, LONG, B(TWO), B(TWO), B(TWO), B(TWO),
	    SHORT | OVER2, SHORT, SHORT | OVER3 | SURROGATE, SHORT | LARGE | OVER4);
	const __m256i first_low = TABLE(B(ANY | OVER3 | OVER2 | OVER4), B(ANY | OVER2), B(ANY), B(ANY), B(ANY | LARGE),
	    B(ANY | LARGE | OVER4), B(ANY | LARGE | OVER4), B(ANY | LARGE | OVER4), B(ANY | LARGE | OVER4), B(ANY | LARGE | OVER4),
	    B(ANY | LARGE | OVER4), B(ANY | LARGE | OVER4), B(ANY | LARGE | OVER4), B(ANY | LARGE | OVER4 | SURROGATE), B(ANY | LARGE | OVER4),
	    B(ANY | LARGE | OVER4));
	const __m256i second_high = TABLE(SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT, B(LONG | OVER2 | TWO | OVER3 | OVER4),
	    B(LONG | OVER2 | TWO | OVER3 | LARGE), B(LONG | OVER2 | TWO | SURROGATE | LARGE), B(LONG | OVER2 | TWO | SURROGATE | LARGE),
	    SHORT, SHORT, SHORT, SHORT);
	const __m256i low = _mm256_set1_epi8(0x0f);
	const __m256i joined = _mm256_permute2x128_si256(u->before, v, 0x21);
	const __m256i one = _mm256_alignr_epi8(v, joined, 15), two = _mm256_alignr_epi8(v, joined, 14), three = _mm256_alignr_epi8(v, joined, 13);
	__m256i kinds, more;

	kinds = _mm256_and_si256(_mm256_and_si256(_mm256_shuffle_epi8(first_high, _mm256_and_si256(_mm256_srli_epi16(one, 4), low)),
	    _mm256_shuffle_epi8(first_low, _mm256_and_si256(one, low))), _mm256_shuffle_epi8(second_high, _mm256_and_si256(_mm256_srli_epi16(v, 4), low)));
	/* The high bit: a continuation must stand here, behind two or three bytes. */
	more = _mm256_or_si256(_mm256_subs_epu8(two, _mm256_set1_epi8(0xe0 - 0x80)), _mm256_subs_epu8(three, _mm256_set1_epi8(0xf0 - 0x80)));
	u->fault = _mm256_or_si256(u->fault, _mm256_xor_si256(_mm256_and_si256(more, _mm256_set1_epi8(B(0x80))), kinds));
	u->before = v;
}

static inline uint64_t
load8(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The same for the same bytes: the first and the last eight and their number. */
static inline uint64_t
name_hash(const struct walk *w, size_t from, size_t n)
{
	uint64_t a = 0, b = 0;

	if (n >= 8) {
		a = load8(w->p + from);
		b = load8(w->p + from + n - 8);
	} else if (n > 0) {
		if (w->n - from >= 8)
			a = load8(w->p + from);
		else
			memcpy(&a, w->p + from, n);
		a <<= 64 - 8 * n;	/* what stands behind it does not count */
	}
	return ((a ^ n) * 0x9e3779b97f4a7c15u) ^ ((b << 29 | b >> 35) * 0xc2b2ae3d27d4eb4fu);
}

/* A name without escapes, between its quotes.  False: one before it in its object may be the same, or it is none for this look. */
static inline bool
take_name(struct walk *w, size_t from, size_t n)
{
	struct level *l = &w->level[w->depth];
	uint64_t hash, bit;
	unsigned i;

	w->state = AFTER_NAME;
	if (w->depth == 1)
		w->raw = false;
	if (w->raw)
		return true;
	hash = name_hash(w, from, n);
	bit = UINT64_C(1) << (hash * 0x9e3779b97f4a7c15u >> 58);
	if ((l->seen & bit) != 0)
		for (i = l->names; i < w->n_names; i++)
			if (w->names[i] == hash)
				return false;
	if (w->n_names == NAMES)
		return false;
	if (w->depth == 1) {
		if (w->n_names > 0 && n > 0 && w->p[from] == '_')
			return false;
		w->raw = n == 3 && memcmp(w->p + from, "raw", 3) == 0;
	}
	l->seen |= bit;
	w->names[w->n_names++] = hash;
	return true;
}

static bool is_digit(unsigned char c) { return c >= '0' && c <= '9'; }

/* Behind the number at ${i}; 0: it is none.  It must end before ${end}, where a quote stands or the line ends. */
static size_t
number(const unsigned char *p, size_t i, size_t end)
{
	if (p[i] == '-')
		i++;
	if (i == end || !is_digit(p[i]))
		return 0;
	if (p[i] == '0')
		i++;
	else
		while (i < end && is_digit(p[i]))
			i++;
	if (i < end && p[i] == '.') {
		if (++i == end || !is_digit(p[i]))
			return 0;
		while (i < end && is_digit(p[i]))
			i++;
	}
	if (i < end && (p[i] | 0x20) == 'e') {
		i++;
		if (i < end && (p[i] == '+' || p[i] == '-'))
			i++;
		if (i == end || !is_digit(p[i]))
			return 0;
		while (i < end && is_digit(p[i]))
			i++;
	}
	return i;
}

static size_t
word(const unsigned char *p, size_t i, size_t end, const char *text, size_t n)
{
	return end - i >= n && memcmp(p + i, text, n) == 0 ? i + n : 0;
}

/* A value other than a string begins at ${i}: behind it, or behind its bracket; 0: none. */
static size_t
value(struct walk *w, size_t i, size_t end)
{
	const unsigned char c = w->p[i];

	if (c == '{' || c == '[') {
		if (w->depth == DEEP)
			return 0;
		w->level[++w->depth] = (struct level){ 0, w->n_names, c == '{' };
		w->state = c == '{' ? OBJ_FIRST : ARR_FIRST;
		return i + 1;
	}
	w->state = AFTER;
	switch (c) {
	case 't': return word(w->p, i, end, "true", 4);
	case 'f': return word(w->p, i, end, "false", 5);
	case 'n': return word(w->p, i, end, "null", 4);
	default: return number(w->p, i, end);
	}
}

/* What stands between two strings, or behind the last one. */
static bool
between(struct walk *w, size_t i, size_t end)
{
	const unsigned char *p = w->p;

	while (i < end) {
		const unsigned char c = p[i];

		if (w->state == AFTER_NAME) {
			if (c != ':')
				return false;
			w->state = VALUE;
			i++;
		} else if (w->state == VALUE || (w->state == ARR_FIRST && c != ']')) {
			if ((i = value(w, i, end)) == 0)
				return false;
		} else if (w->state == NAME || w->depth == 0)
			return false;
		else if (c == ',' && w->state == AFTER) {
			w->state = w->level[w->depth].object ? NAME : VALUE;
			i++;
		} else if (c == (w->level[w->depth].object ? '}' : ']')) {	/* behind a value, or at once */
			w->n_names = w->level[w->depth--].names;
			w->state = AFTER;
			i++;
		} else
			return false;
	}
	return true;
}

/* \uXXXX at ${i}; -1: it is not. */
static int
unit(const struct walk *w, size_t i)
{
	int k, v = 0;

	if (w->n - i < 6 || w->p[i] != '\\' || w->p[i + 1] != 'u')
		return -1;
	for (k = 2; k < 6; k++) {
		const unsigned char c = w->p[i + (size_t)k], lower = c | 0x20;

		if (!is_digit(c) && !(lower >= 'a' && lower <= 'f'))
			return -1;
		v = v << 4 | (is_digit(c) ? c - '0' : lower - 'a' + 10);
	}
	return v;
}

/* The length of the escape at ${i}; 0: it is none, or half of a surrogate pair where none may stand. */
static size_t
escape(const struct walk *w, size_t i)
{
	int v;

	if (w->n - i < 2)
		return 0;
	switch (w->p[i + 1]) {
	case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
		return 2;
	default:
		break;
	}
	if ((v = unit(w, i)) < 0)
		return 0;
	if (w->raw || v < 0xd800 || v > 0xdfff)
		return 6;
	if (v >= 0xdc00 || (v = unit(w, i + 6)) < 0xdc00 || v > 0xdfff)
		return 0;
	return 12;
}

/* The string in work, or what stands between two: where it begins; ${behind}: behind the last escape. */
struct strings { size_t from, behind; bool inside, escaped; };

/* Which state a quote that opens at ${i} leaves; AFTER: none may stand there. */
static inline enum state
opens(struct walk *w, size_t from, size_t i)
{
	const enum state was = w->state;
	const unsigned char c = w->p[from];

	if (i - from == 1 && was >= AFTER_NAME && w->depth > 0) {	/* nearly always */
		if (c == ':')
			return was == AFTER_NAME ? VALUE : AFTER;
		if (c == ',')
			return was == AFTER_NAME ? AFTER : w->level[w->depth].object ? NAME : VALUE;
	}
	return between(w, from, i) && w->depth > 0 && w->state < AFTER_NAME ? w->state : AFTER;
}

/* The quotes and backslashes of a piece: which of them open, close and are escaped depends on nothing but their order. */
static bool
walk_marks(struct walk *w, struct strings *s, const uint32_t *marks, size_t n)
{
	size_t k, i, length;

	for (k = 0; k < n; k++) {
		i = marks[k];
		if (!s->inside) {
			if (w->p[i] != '"' || (w->state = opens(w, s->from, i)) == AFTER)
				return false;
			s->inside = true;
			s->escaped = false;
			s->from = i + 1;
		} else if (i < s->behind)
			continue;
		else if (w->p[i] == '"') {
			if (w->state <= ARR_FIRST)
				w->state = AFTER;
			else if (s->escaped || !take_name(w, s->from, i - s->from))
				return false;
			s->inside = false;
			s->from = i + 1;
		} else {
			if ((length = escape(w, i)) == 0)
				return false;
			s->behind = i + length;
			s->escaped = true;
		}
	}
	return true;
}

/* The places of the bits, from ${base} on, into ${marks}, where 64 have room: eight at a time whether there are as many or not. */
AVX2 static inline size_t
put_marks(uint32_t *marks, uint64_t bits, size_t base)
{
	const size_t n = (size_t)_mm_popcnt_u64(bits);
	size_t k;
	int j;

	for (k = 0; k < n; k += 8)
		for (j = 0; j < 8; j++, bits = _blsr_u64(bits))
			marks[k + (size_t)j] = (uint32_t)(base + _tzcnt_u64(bits));
	return n;
}

AVX2 static bool
look(struct str line)
{
	const __m256i quote = _mm256_set1_epi8('"'), slash = _mm256_set1_epi8('\\'), control = _mm256_set1_epi8(0x1f);
	struct utf8_state utf8 = { _mm256_setzero_si256(), _mm256_setzero_si256() };
	uint32_t marks[PIECE + BLOCK] __attribute__((uninitialized));	/* both are large, and written before they are read */
	struct walk w __attribute__((uninitialized));
	struct strings s = { 0, 0, false, false };
	unsigned char tail[BLOCK];
	bool was_ascii = true;
	size_t base, n = 0;

	w.p = (const unsigned char *)line.p;
	w.n = line.n;
	w.state = VALUE;
	w.depth = w.n_names = 0;
	w.raw = false;
	for (base = 0; base < w.n; base += BLOCK) {
		const unsigned char *p = w.p + base;
		__m256i a, b, faults;
		bool is_ascii;

		if (w.n - base < BLOCK) {
			memset(tail, ' ', sizeof(tail));
			memcpy(tail, p, w.n - base);
			p = tail;
		}
		a = _mm256_loadu_si256((const __m256i *)(const void *)p);
		b = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
		faults = _mm256_or_si256(_mm256_cmpeq_epi8(_mm256_min_epu8(a, control), a), _mm256_cmpeq_epi8(_mm256_min_epu8(b, control), b));
		is_ascii = _mm256_movemask_epi8(_mm256_or_si256(a, b)) == 0;
		if (!is_ascii || !was_ascii) {
			utf8_step(&utf8, a);
			utf8_step(&utf8, b);
			faults = _mm256_or_si256(faults, utf8.fault);
		} else
			utf8.before = b;
		was_ascii = is_ascii;
		if (!_mm256_testz_si256(faults, faults))
			return false;
		a = _mm256_or_si256(_mm256_cmpeq_epi8(a, quote), _mm256_cmpeq_epi8(a, slash));
		b = _mm256_or_si256(_mm256_cmpeq_epi8(b, quote), _mm256_cmpeq_epi8(b, slash));
		n += put_marks(marks + n, (uint64_t)(uint32_t)_mm256_movemask_epi8(b) << 32 | (uint32_t)_mm256_movemask_epi8(a), base);
		if (n >= PIECE) {
			if (!walk_marks(&w, &s, marks, n))
				return false;
			n = 0;
		}
	}
	return walk_marks(&w, &s, marks, n) && !s.inside && between(&w, s.from, w.n) && w.depth == 0 && w.state == AFTER;
}

bool
line_fast(struct str line)
{
	/* It ends in ASCII, so no character is cut off at the end. */
	return line.n >= 2 && line.p[0] == '{' && line.p[line.n - 1] == '}' && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	    __builtin_cpu_supports("popcnt") && look(line);
}

#else

bool
line_fast(struct str line)
{
	(void)line;
	return false;
}

#endif
