/*
 * state.h: the state file of an unfinished archive (archive format 9): lines "name value", then the caller's own bytes, then a CRC-32 of all of it.
 *
 *   custody-state 1 / <name> <value> … / caller <n> / <n bytes> / crc32 <8 hex digits>
 */
#ifndef ARCHIVE_STATE_H
#define ARCHIVE_STATE_H

#include "core/buf.h"

#define STATE_MAX	((size_t)256 << 20)	/* bytes */

/* state_save(dir, lines, caller, err): replace the file atomically and durably. */
enum status state_save(int dir, struct str lines, struct str caller, struct err *) STATUS_USE;
/* state_load(dir, lines, caller, err): both appended.  ST_END: there is none.  ST_CORRUPT: damaged. */
enum status state_load(int dir, struct buf *lines, struct buf *caller, struct err *) STATUS_USE;

/* state_put(out, name, value, err): one line; ${value} may be empty but has no line end. */
enum status state_put(struct buf *out, const char *name, struct str value, struct err *) STATUS_USE;
enum status state_put_u64(struct buf *out, const char *name, uint64_t, struct err *) STATUS_USE;
enum status state_put_i64(struct buf *out, const char *name, int64_t, struct err *) STATUS_USE;

/* Reading line by line, in the order written.  The first failure stays: see state_done. */
struct state_reader { struct str left; enum status st; struct err *err; };
void state_read(struct state_reader *, struct str lines, struct err *);
/* state_next(r, name): name of the next line, absent at the end. */
struct str state_next(const struct state_reader *);
/* The value of the next line, which must be ${name}'s.  After a failure: empty, 0. */
struct str state_get(struct state_reader *, const char *name);
uint64_t state_get_u64(struct state_reader *, const char *name);
int64_t state_get_i64(struct state_reader *, const char *name);
/* state_word(value): cut the first word off ${value}. */
struct str state_word(struct str *value);
uint64_t state_word_u64(struct state_reader *, struct str *value);
void state_fail(struct state_reader *, const char *name);
enum status state_done(struct state_reader *) STATUS_USE;	/* also when lines are left: ST_CORRUPT */

#endif
