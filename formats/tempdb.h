/*
 * tempdb.h: an SQLite database that dies with its handle: for what must be looked up and may be more than memory should hold.
 *
 * One file in a scratch directory, without a name once it is open, written without a journal.  Keys are bytes: texts go in and come out as blobs, so nothing that a platform
 * put into an id (NUL, a case, a form) makes two of them one.
 */
#ifndef FORMATS_TEMPDB_H
#define FORMATS_TEMPDB_H

#include <sqlite3.h>

#include "core/str.h"

struct tempdb {
	sqlite3 *db; /* NULL: closed */
};

/* tempdb_open(t, scratch, schema, err): ${scratch} is a directory's descriptor, ${schema} statements.  On failure ${t} is closed. */
enum status tempdb_open(struct tempdb *, int scratch, const char *schema, struct err *) STATUS_USE;
/* tempdb_close(t): statements must be finalised (NULL is accepted by sqlite3_finalize); closed or zeroed: does nothing. */
void tempdb_close(struct tempdb *);
enum status tempdb_prepare(struct tempdb *, const char *sql, sqlite3_stmt **out, struct err *) STATUS_USE;
enum status tempdb_exec(struct tempdb *, const char *sql, struct err *) STATUS_USE;
/* tempdb_step(t, q, row, err): *row: there is a row; else ${q} is reset.  tempdb_run(t, q, err): to the end, then reset. */
enum status tempdb_step(struct tempdb *, sqlite3_stmt *, bool *row, struct err *) STATUS_USE;
enum status tempdb_run(struct tempdb *, sqlite3_stmt *, struct err *) STATUS_USE;
/* tempdb_bind(q, i, s): borrowed until the next bind or reset; absent is NULL.  tempdb_get(q, i): valid until the next step; NULL is absent. */
void tempdb_bind(sqlite3_stmt *, int i, struct str);
struct str tempdb_get(sqlite3_stmt *, int i);

#endif
