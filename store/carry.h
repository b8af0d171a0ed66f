/*
 * carry.h: what the next run must know of an encrypted archive, in plain words beside it (NAME.carry, mode 0600): the archive's own events cannot be read without a key, so a lost
 * catalogue could not be rebuilt from them.  The same JSON as in the event; written before the archive is sealed.  Not for verification: nobody signs it.
 */
#ifndef STORE_CARRY_H
#define STORE_CARRY_H

#include "store/store.h"

/* carry_save(s, archive, tenant, action, detail, err): ${action} and ${detail} (JSON) as in the event that ends the archive. */
enum status carry_save(const struct store *, const char *archive, const char *tenant, const char *action, struct str detail, struct err *) STATUS_USE;
/* carry_load(s, archive, json, err): {"archive":…,"tenant":…,"action":…,"detail":{…}}.  ST_END: there is none. */
enum status carry_load(const struct store *, const char *archive, struct buf *json, struct err *) STATUS_USE;

#endif
