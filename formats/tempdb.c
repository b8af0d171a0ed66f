/* tempdb.c: see tempdb.h. */
#include "formats/tempdb.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/i18n.h"

#define NAME ".custody-tmp-views.sqlite"

static enum status
failed(struct tempdb *t, int rc, struct err *err)
{
	if (rc == SQLITE_NOMEM)
		return err_oom(err, 0);
	return err_set(err, ST_IO, _("temporary database: %s"), t->db == NULL ? sqlite3_errstr(rc) : sqlite3_errmsg(t->db));
}

enum status
tempdb_open(struct tempdb *t, int scratch, const char *schema, struct err *err)
{
	char path[80];
	enum status st;
	int rc, fd;

	t->db = NULL;
	(void)unlinkat(scratch, NAME, 0); /* of a session that was killed */
	if ((fd = openat(scratch, NAME, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		return err_sys(err, _("cannot write %s"), NAME);
	close(fd);
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", scratch, NAME);
	rc = sqlite3_open_v2(path, &t->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	st = rc == SQLITE_OK ? tempdb_exec(t, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
					      "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -8192; BEGIN", err)
			     : failed(t, rc, err);
	if (st == ST_OK)
		st = tempdb_exec(t, schema, err);
	(void)unlinkat(scratch, NAME, 0);
	if (st != ST_OK)
		tempdb_close(t);
	return st;
}

void
tempdb_close(struct tempdb *t)
{
	sqlite3_close(t->db);
	t->db = NULL;
}

enum status
tempdb_prepare(struct tempdb *t, const char *sql, sqlite3_stmt **out, struct err *err)
{
	int rc = sqlite3_prepare_v3(t->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);

	return rc == SQLITE_OK ? ST_OK : failed(t, rc, err);
}

enum status
tempdb_exec(struct tempdb *t, const char *sql, struct err *err)
{
	int rc = sqlite3_exec(t->db, sql, NULL, NULL, NULL);

	return rc == SQLITE_OK ? ST_OK : failed(t, rc, err);
}

enum status
tempdb_step(struct tempdb *t, sqlite3_stmt *q, bool *row, struct err *err)
{
	int rc = sqlite3_step(q);
	enum status st = rc == SQLITE_ROW || rc == SQLITE_DONE ? ST_OK : failed(t, rc, err);

	*row = rc == SQLITE_ROW;
	if (!*row)
		(void)sqlite3_reset(q);
	return st;
}

enum status
tempdb_run(struct tempdb *t, sqlite3_stmt *q, struct err *err)
{
	enum status st;
	bool row;

	do
		st = tempdb_step(t, q, &row, err);
	while (st == ST_OK && row);
	return st;
}

void
tempdb_bind(sqlite3_stmt *q, int i, struct str s)
{
	/* Only of a bad index or out of room: a value too long is seen by the step that misses it. */
	if (s.p == NULL)
		(void)sqlite3_bind_null(q, i);
	else
		(void)sqlite3_bind_blob64(q, i, s.n == 0 ? "" : s.p, s.n, SQLITE_STATIC);
}

struct str
tempdb_get(sqlite3_stmt *q, int i)
{
	struct str s = STR_NONE;

	if (sqlite3_column_type(q, i) == SQLITE_NULL)
		return s;
	s.p = sqlite3_column_blob(q, i);
	s.n = (size_t)sqlite3_column_bytes(q, i);
	if (s.p == NULL)
		s.p = "";
	return s;
}
