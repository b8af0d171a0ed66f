/*
 * rebuild.h: bring the catalogue up to the archives: what a lost or late catalogue does not know is read from the events inside them.
 */
#ifndef STORE_REBUILD_H
#define STORE_REBUILD_H

#include "archive/crypt.h"
#include "store/catalog.h"

/*
 * rebuild_catalog(c, s, key, now_ms, err): for every closed archive of the store's label that ${c} does not hold, in order of sequence.  Each is judged first:
 * one that contradicts itself is ST_CORRUPT (the next run must not build on it); who signed it does not matter here.
 * Of an encrypted archive the file beside it is read (carry.h), or with ${key} (NULL: none) its own events.  ST_UNSURE: neither is possible: a run that went on without would
 * read again, or miss, what was open when the last one ended.
 */
enum status rebuild_catalog(struct catalog *c, const struct store *s, const struct crypt_key *key, int64_t now_ms, struct err *err) STATUS_USE;

#endif
