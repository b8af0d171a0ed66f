/* scratch_db.c: the only file of the formats that speaks SQLite. */
#include "formats/scratch_db.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"

static enum status
failed(struct scratch_db *d, struct err *err)
{
	const int rc = sqlite3_errcode(d->db);

	if (rc == SQLITE_NOMEM)
		return err_oom(err, 0);
	return err_set(err, rc == SQLITE_TOOBIG ? ST_LIMIT : ST_IO, "%s: %s", _("a temporary database"), sqlite3_errmsg(d->db));
}

/* A file made by us, with a name nobody can guess for the moment in which it has one. */
static enum status
make(int dir, char path[128], char name[64], struct err *err)
{
	unsigned char random[8];
	char hex[17];
	enum status st;
	int fd;

	if ((st = digest_random(random, sizeof(random), err)) != ST_OK)
		return st;
	digest_hex(random, sizeof(random), hex);
	(void)snprintf(name, 64, FS_TMP_PREFIX "%s", hex);
	if ((fd = openat(dir, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)) < 0)
		return err_sys(err, _("cannot make %s"), name);
	close(fd);
	(void)snprintf(path, 128, "/proc/self/fd/%d/%s", dir, name);
	return ST_OK;
}

enum status
scratch_db_open(struct scratch_db *d, int dir, const char *schema, struct err *err)
{
	char path[128] = "", name[64];
	enum status st = ST_OK;
	int rc;

	d->db = NULL;
	if (dir >= 0 && (st = make(dir, path, name, err)) != ST_OK)
		return st;
	rc = sqlite3_open_v2(path, &d->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	if (d->db == NULL)
		return err_oom(err, 0);
	/* The first write opens the file; from then on its name is not needed.  Nothing must survive, so nothing is synced or rolled back. */
	if (rc != SQLITE_OK)
		st = failed(d, err);
	else if ((st = scratch_db_exec(d, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -4096;", err)) == ST_OK)
		st = scratch_db_exec(d, schema, err);
	if (dir >= 0 && unlinkat(dir, name, 0) != 0 && st == ST_OK)
		st = err_sys(err, _("cannot delete %s"), name);
	if (st == ST_OK)
		st = scratch_db_exec(d, "BEGIN", err);
	if (st != ST_OK)
		scratch_db_close(d);
	return st;
}

void
scratch_db_close(struct scratch_db *d)
{
	sqlite3_close_v2(d->db);
	d->db = NULL;
}

enum status
scratch_db_exec(struct scratch_db *d, const char *sql, struct err *err)
{
	return sqlite3_exec(d->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ST_OK : failed(d, err);
}

enum status
scratch_db_prepare(struct scratch_db *d, struct sqlite3_stmt **out, const char *sql, struct err *err)
{
	return sqlite3_prepare_v3(d->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK ? ST_OK : failed(d, err);
}

void
scratch_db_finalize(struct sqlite3_stmt *q)
{
	sqlite3_finalize(q);
}

/* A binding fails only where the statement has no such place, or over SQLite's limit of a thousand million bytes: both are ours to keep. */
void
scratch_db_bind(struct sqlite3_stmt *q, int i, struct str s)
{
	if (s.p == NULL)
		(void)sqlite3_bind_null(q, i);
	else
		(void)sqlite3_bind_blob64(q, i, s.n == 0 ? "" : s.p, s.n, SQLITE_STATIC);
}

void
scratch_db_bind_int(struct sqlite3_stmt *q, int i, int64_t v)
{
	(void)sqlite3_bind_int64(q, i, v);
}

enum status
scratch_db_step(struct scratch_db *d, struct sqlite3_stmt *q, struct err *err)
{
	const int rc = sqlite3_step(q);
	enum status st;

	if (rc == SQLITE_ROW)
		return ST_OK;
	st = rc == SQLITE_DONE ? ST_END : failed(d, err);
	(void)sqlite3_reset(q);
	return st;
}

enum status
scratch_db_run(struct scratch_db *d, struct sqlite3_stmt *q, struct err *err)
{
	const enum status st = scratch_db_step(d, q, err);

	return st == ST_END ? ST_OK : st;
}

void
scratch_db_reset(struct sqlite3_stmt *q)
{
	(void)sqlite3_reset(q);
}

struct str
scratch_db_text(struct sqlite3_stmt *q, int i)
{
	const char *p;

	if (sqlite3_column_type(q, i) == SQLITE_NULL)
		return STR_NONE;
	p = sqlite3_column_blob(q, i); /* before the length: SQLite's order */
	return (struct str){ p == NULL ? "" : p, (size_t)sqlite3_column_bytes(q, i) };
}

int64_t
scratch_db_int(struct sqlite3_stmt *q, int i)
{
	return sqlite3_column_int64(q, i);
}

enum status
scratch_db_dup(struct sqlite3_stmt *q, int i, struct arena *a, struct str *out, struct err *err)
{
	const struct str s = scratch_db_text(q, i);

	*out = STR_NONE;
	return s.p == NULL ? ST_OK : arena_dup(a, s, out, err);
}

int64_t
scratch_db_last(const struct scratch_db *d)
{
	return sqlite3_last_insert_rowid(d->db);
}
