/* der.h: walking DER without forgiving: one-byte tags, definite lengths in their shortest form, nothing behind what is asked for. */
#ifndef ARCHIVE_DER_H
#define ARCHIVE_DER_H

#include "core/str.h"

#define DER_BOOLEAN	0x01u
#define DER_INTEGER	0x02u
#define DER_OCTETS	0x04u
#define DER_NULL	0x05u
#define DER_OID		0x06u
#define DER_UTCTIME	0x17u
#define DER_GENTIME	0x18u
#define DER_SEQUENCE	0x30u
#define DER_SET		0x31u
#define DER_CONTEXT(n)	(0xa0u | (n))	/* constructed */

/* der_tag(s): tag of the next value, 0 when there is none. */
static inline unsigned der_tag(struct str s) { return s.n == 0 ? 0 : (unsigned char)s.p[0]; }
/*
 * der_take(s, tag, inside, whole): take one value of ${tag} off the front of ${s}; ${inside} its content, ${whole} tag, length and content
 * (either may be NULL).  False, and ${s} unchanged, when it is not there or not DER.
 */
bool der_take(struct str *s, unsigned tag, struct str *inside, struct str *whole);
/* der_take_any: whatever tag. */
bool der_take_any(struct str *s, struct str *whole);
/* der_only(s, tag, inside): the one value that ${s} consists of. */
bool der_only(struct str s, unsigned tag, struct str *inside);
/* der_is(s, bytes, n): the same bytes. */
static inline bool der_is(struct str s, const void *bytes, size_t n) { return s.p != NULL && s.n == n && memcmp(s.p, bytes, n) == 0; }
#define DER_IS(s, lit)	der_is((s), (lit), sizeof(lit) - 1)

#endif
