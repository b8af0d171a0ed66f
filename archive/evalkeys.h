/*
 * evalkeys.h: keys to try the program with: an authority of one moment and the certificates it issued.  They prove nothing, because nobody but this
 * computer vouches for who holds them, and they say so in their subject.
 */
#ifndef ARCHIVE_EVALKEYS_H
#define ARCHIVE_EVALKEYS_H

#include "core/buf.h"

#define EVALKEYS_WORDS	"EVALUATION ONLY - no evidence"	/* in every subject */

struct evalkeys { struct buf cert, key; };	/* PEM */

/*
 * evalkeys_make(organisation, roles, n, root, out, err): ECDSA P-256, valid for two years.  ${root} gets the authority's certificate; its key is gone when this
 * returns, so nobody issues a further one.  ${out}: ${n} pairs, initialised here, released with evalkeys_free also after a failure.
 * An organisation's name of more than 64 characters is left out.
 */
enum status evalkeys_make(const char *organisation, const char *const *roles, size_t n, struct buf *root, struct evalkeys *out, struct err *) STATUS_USE;
void evalkeys_free(struct evalkeys *, size_t n);

#endif
