/*
 * renewed.h: the renewal archives of a store, proven, so that they can vouch for the archives before them (archive format 10).
 */
#ifndef STORE_RENEWED_H
#define STORE_RENEWED_H

#include "archive/renewals.h"
#include "store/store.h"

/*
 * renewed_load(s, label, below, trust, now_ms, rs, err): every closed archive of ${label} before the sequence ${below} whose seal covers no time, as a renewal's does, from
 * the last to the first into ${rs} (renewals_take).  That much a seal is believed unread: which archives are worth reading.  One that cannot be read is left out.
 */
enum status renewed_load(
    const struct store *, const char *label, uint64_t below, const struct trust *, int64_t now_ms, struct renewals *, struct err *) STATUS_USE;

#endif
