/*
 * engine.h: runs a platform's description as one source (core/source.h).
 *
 * Streams come in the order of the description.  Scope, as far as platforms allow it:
 *   --area, --stream, --exclude   whole streams; what others need (the departments that users are walked by) is read without being given
 *   --since, --until              chat and approvals, by the record's own time; organisation data are snapshots
 *   --department                  departments below it, members of them, approvals by the applicant's department at that time
 *   --user                        members by id, approvals by applicant; chat as its hook says
 *   --room                        rooms by id; chat as its hook says
 *   --left                        refused: no platform described here lists people who have left
 *   --pilot                       few items per list, few departments, the last window, no cross-checks
 * A later run that names no --since begins one overlap before the end of the last one and reads again what was not final then (carry).
 * A record whose list or rights end in the middle of a run is a gap; what never worked is a limit.
 */
#ifndef EXPORTERS_ENGINE_H
#define EXPORTERS_ENGINE_H

#include "core/source.h"

/*
 * engine_open(out, params, err): what ${params} points to is borrowed until close, but for cursor and carry; the struct itself is copied.  ST_USAGE: configuration, description or scope name
 * wrong, with the nearest known one; ST_CORRUPT: cursor or side files do not fit each other.
 */
enum status engine_open(struct source **out, const struct source_params *, struct err *) STATUS_USE;

#endif
