/*
 * scratch_db.h: a database for the time of one view (SQLite), in a file that has lost its name: what memory must not hold because a tenant may be large.  Nothing is
 * made durable; it is gone with the process.  Texts are kept as bytes, whatever they hold, and an absent one is NULL.
 */
#ifndef FORMATS_SCRATCH_DB_H
#define FORMATS_SCRATCH_DB_H

#include "core/arena.h"
#include "core/str.h"

struct sqlite3;
struct sqlite3_stmt;
struct scratch_db {
	struct sqlite3 *db;
};

/* scratch_db_open(d, dir, schema, err): ${dir} is the directory that view_input.scratch names; -1: wherever the system keeps temporary files. */
enum status scratch_db_open(struct scratch_db *, int dir, const char *schema, struct err *) STATUS_USE;
void scratch_db_close(struct scratch_db *); /* accepts a zeroed one; after its statements */
enum status scratch_db_exec(struct scratch_db *, const char *sql, struct err *) STATUS_USE;
/* scratch_db_prepare(d, out, sql, err): owned by the caller until scratch_db_finalize. */
enum status scratch_db_prepare(struct scratch_db *, struct sqlite3_stmt **out, const char *sql, struct err *) STATUS_USE;
void scratch_db_finalize(struct sqlite3_stmt *); /* NULL does nothing */
/* Parameters count from 1.  Texts are borrowed until the next reset. */
void scratch_db_bind(struct sqlite3_stmt *, int i, struct str);
void scratch_db_bind_int(struct sqlite3_stmt *, int i, int64_t);
/* scratch_db_step(d, q, err): ST_OK: a row; ST_END: no more, and the statement is reset.  scratch_db_run: for what gives no rows. */
enum status scratch_db_step(struct scratch_db *, struct sqlite3_stmt *, struct err *) STATUS_USE;
enum status scratch_db_run(struct scratch_db *, struct sqlite3_stmt *, struct err *) STATUS_USE;
void scratch_db_reset(struct sqlite3_stmt *); /* before the rows are all read */
/* Columns count from 0.  The view lives until the next step or reset; scratch_db_dup copies it. */
struct str scratch_db_text(struct sqlite3_stmt *, int i);
int64_t scratch_db_int(struct sqlite3_stmt *, int i);
enum status scratch_db_dup(struct sqlite3_stmt *, int i, struct arena *, struct str *out, struct err *) STATUS_USE;
int64_t scratch_db_last(const struct scratch_db *); /* rowid of the last insertion */

#endif
