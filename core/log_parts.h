/* log_parts.h: log_redact.c as log.c and log_redact() use it; nobody else includes it. */
#ifndef CORE_LOG_PARTS_H
#define CORE_LOG_PARTS_H

#include "core/buf.h"

#define LOG_REDACT_MAX	256	/* secrets remembered: log.h */

/*
 * log_redact_apply(text, out, err): append ${text} with every spelling of every known secret as "***".
 * ST_NOMEM also when a secret could not be remembered: better no line than a secret in it.
 */
enum status log_redact_apply(struct str text, struct buf *out, struct err *) STATUS_USE;
/* log_redact_forget(): wipe all of them. */
void log_redact_forget(void);

#endif
