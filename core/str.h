/* str.h: borrowed views of bytes.  Not NUL-terminated; p == NULL means "absent", n == 0 with p set means "empty". */
#ifndef CORE_STR_H
#define CORE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "core/status.h"

struct str { const char *p; size_t n; };

#define STR(lit)	((struct str){ (lit), sizeof(lit) - 1 })	/* of a literal only */
#define STR_NONE	((struct str){ NULL, 0 })
#define STR_ARG(s)	(int)(s).n, (s).p == NULL ? "" : (s).p		/* for "%.*s"; text below 2 GiB */

/* str_of(z): view of a NUL-terminated string; NULL gives the absent view. */
static inline struct str str_of(const char *z) { return (struct str){ z, z == NULL ? 0 : strlen(z) }; }
static inline bool str_is(struct str s, const char *lit)
{ size_t n = strlen(lit); return s.p != NULL && s.n == n && memcmp(s.p, lit, n) == 0; }
static inline bool str_eq(struct str a, struct str b)
{ return (a.p == NULL) == (b.p == NULL) && a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0); }
static inline bool str_has_prefix(struct str s, const char *lit)
{ size_t n = strlen(lit); return s.p != NULL && s.n >= n && memcmp(s.p, lit, n) == 0; }

/*
 * str_u64(s, min, max, out, err) / str_i64: decimal digits (i64: an optional '-') and nothing else, no leading
 * zeros, within [min, max].  ST_INPUT otherwise; ${out} is then unchanged.
 */
enum status str_u64(struct str, uint64_t min, uint64_t max, uint64_t *out, struct err *) STATUS_USE;
enum status str_i64(struct str, int64_t min, int64_t max, int64_t *out, struct err *) STATUS_USE;

/* str_cmp: byte order, shorter first; absent before empty. */
int str_cmp(struct str, struct str);

#endif
