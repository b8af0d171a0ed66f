/* renewals_parts.h: between renewals.c and renewals_read.c. */
#ifndef ARCHIVE_RENEWALS_PARTS_H
#define ARCHIVE_RENEWALS_PARTS_H

#include "archive/renewals.h"

/* renewals_keep(rs, r, crls, err): take ${r} over, and the lists out of ${crls}.  ST_NOMEM. */
enum status renewals_keep(struct renewals *, struct renewal *r, STACK_OF(X509_CRL) * crls, struct err *) STATUS_USE;
/* renewals_has(rs, seal): one with this seal is there already. */
bool renewals_has(const struct renewals *, const unsigned char seal[32]);

#endif
