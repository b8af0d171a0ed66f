/* proving.h: what prove, redact and check share. */
#ifndef CMD_PROVING_H
#define CMD_PROVING_H

#include "archive/package.h"
#include "cmd/ref.h"

/* "VALID", "INDETERMINATE", "INVALID": stable, untranslated. */
const char *proving_verdict(enum verdict);
/* proving_finish(p, trust, report, err): check what was written as whoever gets it would, then give it its name.  ST_CORRUPT: it would not hold. */
enum status proving_finish(struct package *, const struct trust *, struct package_report *, struct err *) STATUS_USE;

#endif
