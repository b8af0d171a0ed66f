/*
 * log.h: messages for people on stderr and, when asked, a log file.  One record is one line, terminal-safe.
 *
 * Thread safe.  Nothing is printed below the level; -q leaves errors and warnings.  With JOURNAL_STREAM set lines carry systemd's <N> prefix.
 * Secrets registered by log_redact never pass: any occurrence (raw, percent-encoded, base64, base64url, hex,
 * JSON-escaped; of longer ones also the first 8 bytes, of key files each line) becomes ***.  secret_load registers what it loads.
 */
#ifndef CORE_LOG_H
#define CORE_LOG_H

#include "core/buf.h"

enum log_level { LOG_ERROR_, LOG_WARN_, LOG_INFO_, LOG_DEBUG_ };

void log_start(enum log_level max, bool color);		/* stderr */
void log_say(enum log_level, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void log_redact(struct str secret);			/* remembers up to 256 of at least 4 bytes; one more, or no memory: texts are withheld from then on */
/* log_holds_secret(text): does it hold a known secret in any of these spellings?  Also true when that cannot be told. */
bool log_holds_secret(struct str text);
void log_end(void);
/* log_clean(text, out, err): redacted and terminal-safe, for other writers to a terminal. */
enum status log_clean(struct str text, struct buf *out, struct err *) STATUS_USE;
/* Called around a progress bar so that lines do not break it. */
void log_hook(void (*before)(void), void (*after)(void));

#endif
