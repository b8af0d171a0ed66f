/*
 * tsp_verify.h: one time-stamp token, judged as evidence (archive format 5.1, 6.1 step 5): DER only, status granted and nothing else in it,
 * every field that no signature covers compared byte for byte.
 */
#ifndef ARCHIVE_TSP_VERIFY_H
#define ARCHIVE_TSP_VERIFY_H

#include "archive/cms_verify.h"

/*
 * tsp_verify(der, data, world, gen_ms, ends_ms, err): ${world} holds the time-stamp roots; its time is not used: a token is judged at its own genTime.
 * ST_OK: ${gen_ms} is proven, and ${ends_ms} says when the authority's certificate ends; ST_CORRUPT: over other data, or not strict; ST_UNSURE: unknown authority, missing revocation data, unknown algorithm.
 */
enum status tsp_verify(struct str der, struct str data, const struct cms_world *, int64_t *gen_ms, int64_t *ends_ms, struct err *) STATUS_USE;

#endif
