/* catalog.c: the only file that speaks SQLite. */
#include "store/catalog.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/i18n.h"

#define CATALOG_NAME	"custody.sqlite"
#define CATALOG_VERSION	1

struct catalog { sqlite3 *db; char path[4200]; };

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS run ("
    " id INTEGER PRIMARY KEY, run TEXT NOT NULL, tenant TEXT NOT NULL, archive TEXT NOT NULL UNIQUE, status TEXT NOT NULL,"
    " began_ms INTEGER NOT NULL, ended_ms INTEGER NOT NULL, records INTEGER NOT NULL, gaps INTEGER NOT NULL,"
    " limits INTEGER NOT NULL, carry TEXT NOT NULL);"
    "CREATE INDEX IF NOT EXISTS run_tenant ON run (tenant, id);"
    "PRAGMA user_version = 1;";

static enum status
failed(struct catalog *c, int rc, struct err *err)
{
	enum status st = rc == SQLITE_NOTADB || rc == SQLITE_CORRUPT ? ST_CORRUPT : ST_IO;

	err_set(err, st, "%s: %s", c->path, sqlite3_errmsg(c->db));
	return st == ST_CORRUPT ?
	    err_next(err, _("move the file away: it is rebuilt from the archives")) : st;
}

static enum status
user_version(struct catalog *c, int *version, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int rc = sqlite3_prepare_v2(c->db, "PRAGMA user_version", -1, &q, NULL);

	if (rc == SQLITE_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		*version = sqlite3_column_int(q, 0);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(q);
	return rc == SQLITE_OK ? ST_OK : failed(c, rc, err);
}

enum status
catalog_open(struct catalog **out, const struct store *s, struct err *err)
{
	struct catalog *c;
	enum status st;
	int rc, version = 0, fd;

	*out = NULL;
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return err_oom(err, sizeof(*c));
	snprintf(c->path, sizeof(c->path), "%s/%s", s->path, CATALOG_NAME);
	/* Made by us first, so that its mode is ours and a link is never followed. */
	fd = openat(s->dir, CATALOG_NAME, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0) {
		st = err_sys(err, "%s", c->path);
		catalog_close(c);
		return st;
	}
	close(fd);
	rc = sqlite3_open_v2(c->path, &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_busy_timeout(c->db, 5000);
		rc = sqlite3_exec(c->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL);
	}
	st = rc == SQLITE_OK ? user_version(c, &version, err) : failed(c, rc, err);
	if (st == ST_OK && version > CATALOG_VERSION)
		st = err_set(err, ST_CORRUPT, _("%s was written by a newer version of this program"), c->path);
	if (st == ST_OK && (rc = sqlite3_exec(c->db, schema, NULL, NULL, NULL)) != SQLITE_OK)
		st = failed(c, rc, err);
	if (st != ST_OK) {
		catalog_close(c);
		return st;
	}
	*out = c;
	return ST_OK;
}

void
catalog_close(struct catalog *c)
{
	if (c == NULL)
		return;
	sqlite3_close(c->db);
	free(c);
}

enum status
catalog_put(struct catalog *c, const struct catalog_run *r, struct str carry, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int rc;

	rc = sqlite3_prepare_v2(c->db, "INSERT INTO run (run, tenant, archive, status, began_ms, ended_ms, records, gaps, limits, carry)"
	    " VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10) ON CONFLICT (archive) DO UPDATE SET status = ?4, ended_ms = ?6", -1, &q, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(q, 1, r->run, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 2, r->tenant, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 3, r->archive, -1, SQLITE_STATIC);
		sqlite3_bind_text(q, 4, r->status, -1, SQLITE_STATIC);
		sqlite3_bind_int64(q, 5, r->began_ms);
		sqlite3_bind_int64(q, 6, r->ended_ms);
		sqlite3_bind_int64(q, 7, (sqlite3_int64)r->records);
		sqlite3_bind_int64(q, 8, (sqlite3_int64)r->gaps);
		sqlite3_bind_int64(q, 9, (sqlite3_int64)r->limits);
		sqlite3_bind_text64(q, 10, carry.p == NULL ? "{}" : carry.p, carry.p == NULL ? 2 : carry.n, SQLITE_STATIC, SQLITE_UTF8);
		rc = sqlite3_step(q);
	}
	sqlite3_finalize(q);
	return rc == SQLITE_DONE ? ST_OK : failed(c, rc, err);
}

static void
column_text(sqlite3_stmt *q, int i, char *out, size_t n)
{
	const unsigned char *z = sqlite3_column_text(q, i);

	snprintf(out, n, "%s", z == NULL ? "" : (const char *)z);
}

enum status
catalog_each(struct catalog *c, enum status (*each)(void *, const struct catalog_run *, struct err *), void *ctx, struct err *err)
{
	struct catalog_run r;
	sqlite3_stmt *q = NULL;
	enum status st = ST_OK;
	int rc;

	rc = sqlite3_prepare_v2(c->db, "SELECT run, tenant, archive, status, began_ms, ended_ms, records, gaps, limits FROM run ORDER BY id",
	    -1, &q, NULL);
	while (rc == SQLITE_OK && st == ST_OK && (rc = sqlite3_step(q)) == SQLITE_ROW) {
		column_text(q, 0, r.run, sizeof(r.run));
		column_text(q, 1, r.tenant, sizeof(r.tenant));
		column_text(q, 2, r.archive, sizeof(r.archive));
		column_text(q, 3, r.status, sizeof(r.status));
		r.began_ms = sqlite3_column_int64(q, 4);
		r.ended_ms = sqlite3_column_int64(q, 5);
		r.records = (uint64_t)sqlite3_column_int64(q, 6);
		r.gaps = (uint64_t)sqlite3_column_int64(q, 7);
		r.limits = (uint64_t)sqlite3_column_int64(q, 8);
		st = each(ctx, &r, err);
		rc = SQLITE_OK;
	}
	sqlite3_finalize(q);
	if (st != ST_OK)
		return st;
	return rc == SQLITE_DONE || rc == SQLITE_OK ? ST_OK : failed(c, rc, err);
}

enum status
catalog_carry(struct catalog *c, const char *tenant, struct buf *carry, char archive[40], struct err *err)
{
	sqlite3_stmt *q = NULL;
	enum status st = ST_END;
	int rc;

	rc = sqlite3_prepare_v2(c->db, "SELECT carry, archive FROM run WHERE tenant = ?1 AND carry <> '{}' ORDER BY id DESC LIMIT 1", -1, &q, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(q, 1, tenant, -1, SQLITE_STATIC);
		rc = sqlite3_step(q);
	}
	if (rc == SQLITE_ROW) {
		const unsigned char *text = sqlite3_column_text(q, 0);

		st = buf_add(carry, text == NULL ? (const unsigned char *)"" : text, (size_t)sqlite3_column_bytes(q, 0), err);
		column_text(q, 1, archive, 40);
	} else if (rc != SQLITE_DONE)
		st = failed(c, rc, err);
	sqlite3_finalize(q);
	return st;
}

/* Volumes of a run are numbered in the order of their names. */
enum status
catalog_gap(struct catalog *c, const char *run, uint64_t gap, char archive[40], struct err *err)
{
	sqlite3_stmt *q = NULL;
	uint64_t upto = 0;
	enum status st = ST_END;
	int rc;

	archive[0] = '\0';
	rc = sqlite3_prepare_v2(c->db, "SELECT archive, gaps FROM run WHERE run = ?1 ORDER BY archive", -1, &q, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(q, 1, run, -1, SQLITE_STATIC);
		while (st == ST_END && (rc = sqlite3_step(q)) == SQLITE_ROW)
			if ((upto += (uint64_t)sqlite3_column_int64(q, 1)) >= gap) {
				column_text(q, 0, archive, 40);
				st = ST_OK;
			}
	}
	if (st == ST_END && rc != SQLITE_DONE)
		st = failed(c, rc, err);
	sqlite3_finalize(q);
	return st;
}

enum status
catalog_has(struct catalog *c, const char *archive, bool *yes, struct err *err)
{
	sqlite3_stmt *q = NULL;
	int rc;

	rc = sqlite3_prepare_v2(c->db, "SELECT 1 FROM run WHERE archive = ?1", -1, &q, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_text(q, 1, archive, -1, SQLITE_STATIC);
		rc = sqlite3_step(q);
	}
	*yes = rc == SQLITE_ROW;
	sqlite3_finalize(q);
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? ST_OK : failed(c, rc, err);
}
