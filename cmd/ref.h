/* ref.h: how a person names records of an archive: STREAM/ID (every version under that id) or STREAM@NUMBER (from 0, within the archive). */
#ifndef CMD_REF_H
#define CMD_REF_H

#include "archive/lookup.h"
#include "core/limits.h"

struct ref { char stream[LIMIT_PATH + 1]; struct str id; uint64_t number; bool by_number; };

/* ref_parse(text, r, err): views into ${text}.  ST_USAGE. */
enum status ref_parse(const char *text, struct ref *, struct err *) STATUS_USE;
/* ref_each(l, archive, text, each, ctx, err): the records that ${text} names, each proven.  ST_USAGE: there is none; ${archive} is for the next step then. */
enum status ref_each(struct lookup *, const char *archive, const char *text, enum status (*each)(void *ctx, const struct lookup_record *, struct err *), void *ctx,
    struct err *) STATUS_USE;

#endif
