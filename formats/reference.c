/* reference.c: names, attachments and gaps in a scratch database. */
#include "formats/reference.h"

#include "core/mem.h"
#include "formats/scratch_db.h"

static const char schema[] =
    "CREATE TABLE name (kind INTEGER NOT NULL, id BLOB NOT NULL, name BLOB, above BLOB, PRIMARY KEY (kind, id)) WITHOUT ROWID;"
    "CREATE TABLE file (n INTEGER PRIMARY KEY, of_stream BLOB, of_id BLOB, id BLOB NOT NULL, name BLOB, media_type BLOB, size BLOB, sha256 BLOB, path BLOB);"
    "CREATE INDEX file_id ON file (id);"
    "CREATE TABLE gap (n INTEGER PRIMARY KEY, of_stream BLOB, object BLOB NOT NULL, reason BLOB, detail BLOB);"
    "CREATE INDEX gap_object ON gap (object);";

enum { PUT_NAME, PUT_FILE, PUT_GAP, GET_NAME, GET_FILE, GET_GAP, N_QUERIES };
static const char *const queries[N_QUERIES] = {
	[PUT_NAME] = "INSERT OR REPLACE INTO name (kind, id, name, above) VALUES (?1, ?2, ?3, ?4)",
	[PUT_FILE] = "INSERT INTO file (of_stream, of_id, id, name, media_type, size, sha256, path) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	[PUT_GAP] = "INSERT INTO gap (of_stream, object, reason, detail) VALUES (?1, ?2, ?3, ?4)",
	[GET_NAME] = "SELECT name, above FROM name WHERE kind = ?1 AND id = ?2",
	/* That of the record itself first; one file may serve several records. */
	[GET_FILE] = "SELECT id, name, media_type, size, sha256, path FROM file WHERE id = ?3 ORDER BY (of_stream = ?1 AND of_id = ?2) DESC, n LIMIT 1",
	[GET_GAP] = "SELECT reason, detail FROM gap WHERE object = ?2 AND of_stream = ?1 ORDER BY n LIMIT 1",
};

struct reference {
	struct scratch_db db;
	struct sqlite3_stmt *q[N_QUERIES];
};

static enum status
name(void *ctx, const struct record *rec, struct err *err)
{
	struct reference *r = ctx;
	struct sqlite3_stmt *q = r->q[PUT_NAME];

	if (rec->kind != REC_USER && rec->kind != REC_DEPARTMENT && rec->kind != REC_ROOM && rec->kind != REC_TEMPLATE)
		return ST_OK;
	scratch_db_bind_int(q, 1, rec->kind);
	scratch_db_bind(q, 2, rec->id);
	scratch_db_bind(q, 3, record_get(rec, "name"));
	scratch_db_bind(q, 4, record_get(rec, "parent_id"));
	return scratch_db_run(&r->db, q, err);
}

static enum status
file(void *ctx, const struct record *rec, struct err *err)
{
	static const char *const fields[] = { "of_stream", "of_id", NULL, "name", "media_type", "size", "sha256", "path" };
	struct reference *r = ctx;
	size_t i;

	if (rec->kind != REC_FILE)
		return ST_OK;
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		scratch_db_bind(r->q[PUT_FILE], (int)i + 1, fields[i] == NULL ? rec->id : record_get(rec, fields[i]));
	return scratch_db_run(&r->db, r->q[PUT_FILE], err);
}

static enum status
gap(void *ctx, const struct record *rec, struct err *err)
{
	struct reference *r = ctx;
	struct sqlite3_stmt *q = r->q[PUT_GAP];
	const struct str object = record_get(rec, "object");

	if (rec->kind != REC_GAP || object.n == 0) /* a period or a count: nobody asks for it by its name */
		return ST_OK;
	scratch_db_bind(q, 1, record_get(rec, "of_stream"));
	scratch_db_bind(q, 2, object);
	scratch_db_bind(q, 3, record_get(rec, "reason"));
	scratch_db_bind(q, 4, record_get(rec, "detail"));
	return scratch_db_run(&r->db, q, err);
}

enum status
reference_open(struct reference **out, const struct view_input *in, struct err *err)
{
	static const struct {
		const char *stream;
		enum status (*each)(void *, const struct record *, struct err *);
	} reads[] = { { "users", name }, { "departments", name }, { "rooms", name }, { "approval-templates", name }, { "files", file }, { "gaps", gap } };
	struct reference *r = mem_get(1, sizeof(*r), err);
	enum status st;
	size_t i;

	*out = NULL;
	if (r == NULL)
		return ST_NOMEM;
	st = scratch_db_open(&r->db, in->scratch, schema, err);
	for (i = 0; i < N_QUERIES && st == ST_OK; i++)
		st = scratch_db_prepare(&r->db, &r->q[i], queries[i], err);
	for (i = 0; i < sizeof(reads) / sizeof(reads[0]) && st == ST_OK; i++)
		st = in->records->run(in->records, reads[i].stream, reads[i].each, r, err);
	if (st != ST_OK) {
		reference_close(r);
		return st;
	}
	*out = r;
	return ST_OK;
}

void
reference_close(struct reference *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < N_QUERIES; i++)
		scratch_db_finalize(r->q[i]);
	scratch_db_close(&r->db);
	mem_free(r);
}

/* The first column ${column} of a name's row. */
static enum status
name_column(struct reference *r, enum record_kind kind, struct str id, int column, struct arena *a, struct str *out, struct err *err)
{
	struct sqlite3_stmt *q = r->q[GET_NAME];
	enum status st;

	*out = STR_NONE;
	scratch_db_bind_int(q, 1, kind);
	scratch_db_bind(q, 2, id.p == NULL ? STR("") : id);
	if ((st = scratch_db_step(&r->db, q, err)) != ST_OK)
		return st;
	st = scratch_db_dup(q, column, a, out, err);
	scratch_db_reset(q);
	return st == ST_OK && out->n == 0 ? ST_END : st;
}

enum status
reference_name(struct reference *r, enum record_kind kind, struct str id, struct arena *a, struct str *out, struct err *err)
{
	return name_column(r, kind, id, 0, a, out, err);
}

enum status
reference_above(struct reference *r, struct str id, struct arena *a, struct str *parent, struct err *err)
{
	return name_column(r, REC_DEPARTMENT, id, 1, a, parent, err);
}

enum status
reference_gap(struct reference *r, const char *stream, struct str object, struct arena *a, struct str *reason, struct str *detail, struct err *err)
{
	struct sqlite3_stmt *q = r->q[GET_GAP];
	enum status st;

	*reason = *detail = STR_NONE;
	scratch_db_bind(q, 1, str_of(stream));
	scratch_db_bind(q, 2, object.p == NULL ? STR("") : object);
	if ((st = scratch_db_step(&r->db, q, err)) != ST_OK)
		return st;
	if ((st = scratch_db_dup(q, 0, a, reason, err)) == ST_OK)
		st = scratch_db_dup(q, 1, a, detail, err);
	scratch_db_reset(q);
	return st;
}

enum status
reference_file(
    struct reference *r, const char *stream, struct str of, struct str id, struct arena *a, struct reference_file *out, struct err *err)
{
	struct str *const to[] = { &out->id, &out->name, &out->media_type, &out->size, &out->sha256, &out->path };
	struct sqlite3_stmt *q = r->q[GET_FILE];
	enum status st;
	size_t i;

	memset(out, 0, sizeof(*out));
	scratch_db_bind(q, 1, str_of(stream));
	scratch_db_bind(q, 2, of);
	scratch_db_bind(q, 3, id.p == NULL ? STR("") : id);
	if ((st = scratch_db_step(&r->db, q, err)) == ST_OK) {
		for (i = 0; i < sizeof(to) / sizeof(to[0]) && st == ST_OK; i++)
			st = scratch_db_dup(q, (int)i, a, to[i], err);
		scratch_db_reset(q);
		return st;
	}
	if (st != ST_END)
		return st;
	out->id = id;
	if ((st = reference_gap(r, "files", id, a, &out->gap, &out->gap_detail, err)) == ST_OK && out->gap.p == NULL)
		out->gap = STR("");
	return st;
}
