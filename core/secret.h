/*
 * secret.h: the one type for secrets: never printed, wiped when freed, not in core dumps.
 */
#ifndef CORE_SECRET_H
#define CORE_SECRET_H

#include "core/str.h"

struct secret { char *p; size_t n, mapped; };

/* secret_protect_process(err): not dumpable, core size 0.  Call first in main. */
enum status secret_protect_process(struct err *) STATUS_USE;
/*
 * secret_load(spec, base_dir, out, err): ${spec} is file:PATH (relative to ${base_dir}), credential:NAME (systemd's
 * CREDENTIALS_DIRECTORY) or env:NAME (overwritten in place after reading).  One line end at the end is dropped.
 * ST_DENIED: readable by group or others, or not ours; ST_IO: cannot be read; ST_USAGE: no such scheme, empty, not set.
 */
enum status secret_load(const char *spec, const char *base_dir, struct secret *out, struct err *) STATUS_USE;
enum status secret_copy(struct secret *, const void *, size_t, struct err *) STATUS_USE;
void secret_free(struct secret *);
static inline struct str secret_view(const struct secret *s) { return (struct str){ s->p, s->n }; }

#endif
