/*
 * scope.h: what an export is asked for, from options and back from a stored run.  It stands in the archive.
 */
#ifndef CMD_SCOPE_H
#define CMD_SCOPE_H

#include "cmd/options.h"
#include "core/arena.h"
#include "core/buf.h"
#include "core/source.h"

#define SCOPE_WORDS_MAX	256u	/* in one list of it */

struct run_scope { struct scope scope; struct arena arena; };

void scope_init(struct run_scope *);
void scope_free(struct run_scope *);
/* scope_options(s, o, err): ST_USAGE: not a time, empty range, empty word.  The zone must have been set (when_zone). */
enum status scope_options(struct run_scope *, const struct options *, struct err *) STATUS_USE;
/* scope_encode / scope_decode: JSON object; decode takes the tape node of one. */
enum status scope_encode(const struct run_scope *, struct buf *out, struct err *) STATUS_USE;
enum status scope_decode(struct run_scope *, struct str json, struct err *) STATUS_USE;
/* scope_is_whole(s): nothing is left out, so every count must be met. */
bool scope_is_whole(const struct run_scope *);

#endif
