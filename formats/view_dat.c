/* view_dat.c: rows of a Concordance load file. */
#include "formats/view_dat.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "formats/documents.h"
#include "formats/scratch_file.h"
#include "formats/stamp.h"

/* Concordance's usual characters: 20, 254, 174. */
#define SEPARATOR	"\x14"
#define QUOTE		"\xC3\xBE"
#define NEWLINE		"\xC2\xAE"
#define BOM		"\xEF\xBB\xBF"
#define DIR		"data/views/load"
#define FILE_NAME	DIR "/load.dat"
#define ROW_MAX		((size_t)1 << 31)
#define CHUNK		((size_t)64 << 10)

enum column {
	DOCID, BEGATTACH, ENDATTACH, PARENTID, DOCTYPE, CUSTODIAN, FROM, PARTICIPANTS, CONVERSATION, CONVERSATIONID, DATESENT, TIMESENT, TIMEZONE, DATELAST, TIMELAST,
	MESSAGES, RECORDIDS, FILENAME, FILEEXT, MIMETYPE, FILESIZE, SHA256HASH, NATIVELINK, TEXTLINK, ARCHIVEPATH, MISSING, N_FIELDS
};
static const char *const names[N_FIELDS] = {
	"DOCID", "BEGATTACH", "ENDATTACH", "PARENTID", "DOCTYPE", "CUSTODIAN", "FROM", "PARTICIPANTS", "CONVERSATION", "CONVERSATIONID", "DATESENT", "TIMESENT", "TIMEZONE",
	"DATELAST", "TIMELAST", "MESSAGES", "RECORDIDS", "FILENAME", "FILEEXT", "MIMETYPE", "FILESIZE", "SHA256HASH", "NATIVELINK", "TEXTLINK", "ARCHIVEPATH", "MISSING"
};

struct dat {
	const struct view_input *in;
	int		 rows;		/* temporary file */
	struct buf	 row, family;	/* family: rows of attachments whose day is still to come */
	struct stamp	 stamp;
};

/* --- writing --- */

static enum status
put(struct buf *b, struct str s, struct err *err)
{
	size_t at = 0, from;
	uint32_t cp;
	enum status st = buf_addz(b, QUOTE, err);

	while (at < s.n && st == ST_OK) {
		from = at;
		if (!utf8_next(s, &at, &cp) || cp == 0xfe || cp == 0xae || (cp < 0x20 && cp != '\n' && cp != '\r' && cp != '\t') || (cp >= 0x7f && cp < 0xa0))
			st = buf_addz(b, "\xEF\xBF\xBD", err);
		else if (cp == '\n' || (cp == '\r' && (at == s.n || s.p[at] != '\n')))
			st = buf_addz(b, NEWLINE, err);
		else if (cp != '\r')
			st = buf_add(b, s.p + from, at - from, err);
	}
	return st == ST_OK ? buf_addz(b, QUOTE, err) : st;
}

static enum status
put_row(struct buf *b, const struct str cells[N_FIELDS], struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < N_FIELDS && st == ST_OK; i++)
		if (i == 0 || (st = buf_addz(b, SEPARATOR, err)) == ST_OK)
			st = put(b, cells[i].p == NULL ? STR("") : cells[i], err);
	return st == ST_OK ? buf_addz(b, "\r\n", err) : st;
}

struct row_texts { char id[80], first[80], last[80], parent[80], date[2][12], time[2][12], zone[8], messages[24], native[VIEW_PATH_MAX + 1], text[VIEW_PATH_MAX + 1]; };

static void
doc_id(const struct dat *d, uint64_t number, char out[80])
{
	if (number == 0)
		out[0] = '\0';
	else
		(void)snprintf(out, 80, "%.48s-%09" PRIu64, d->in->opt->archive != NULL ? d->in->opt->archive : "custody", number);
}

/* "2026-11-21T10:00:00.000+08:00" as date, time and zone. */
static void
moment(struct dat *d, int64_t ms, char date[12], char time[12], char zone[8])
{
	char text[STAMP_LEN];

	date[0] = time[0] = '\0';
	if (stamp_local(&d->stamp, ms, text) == 0)
		return;
	(void)snprintf(date, 12, "%.4s%.2s%.2s", text, text + 5, text + 8);
	(void)snprintf(time, 12, "%.8s", text + 11);
	(void)snprintf(zone, 8, "%.6s", text + 23);
}

static void
link_of(const char *relative, char out[VIEW_PATH_MAX + 1])
{
	size_t i;

	for (i = 0; relative[i] != '\0'; i++)
		out[i] = relative[i] == '/' ? '\\' : relative[i];
	out[i] = '\0';
}

static struct str
extension(struct str name)
{
	const char *dot = name.p == NULL ? NULL : memrchr(name.p, '.', name.n);

	return dot == NULL ? STR("") : (struct str){ dot + 1, name.n - (size_t)(dot + 1 - name.p) };
}

static enum status
document(void *ctx, const struct document *doc, struct err *err)
{
	struct dat *d = ctx;
	struct row_texts t;
	struct str cells[N_FIELDS] = { { NULL, 0 } };
	enum status st;

	memset(&t, 0, sizeof(t));
	doc_id(d, doc->number, t.id);
	doc_id(d, doc->parent != 0 ? doc->parent : doc->number, t.first);
	doc_id(d, doc->last, t.last);
	doc_id(d, doc->parent, t.parent);
	moment(d, doc->from_ms, t.date[0], t.time[0], t.zone);
	moment(d, doc->until_ms, t.date[1], t.time[1], t.zone);
	link_of(doc->native, t.native);
	link_of(doc->text, t.text);
	if (doc->parent == 0)
		(void)snprintf(t.messages, sizeof(t.messages), "%" PRIu64, doc->n_messages);
	cells[DOCID] = str_of(t.id);
	cells[BEGATTACH] = str_of(t.first);
	cells[ENDATTACH] = str_of(t.last);
	cells[PARENTID] = str_of(t.parent);
	cells[DOCTYPE] = doc->parent == 0 ? STR("CHAT") : STR("ATTACHMENT");
	cells[CUSTODIAN] = cells[FROM] = doc->from;
	cells[PARTICIPANTS] = doc->people;
	cells[CONVERSATION] = doc->title;
	cells[CONVERSATIONID] = doc->key;
	cells[DATESENT] = str_of(t.date[0]);
	cells[TIMESENT] = str_of(t.time[0]);
	cells[TIMEZONE] = str_of(t.zone);
	cells[DATELAST] = str_of(t.date[1]);
	cells[TIMELAST] = str_of(t.time[1]);
	cells[MESSAGES] = str_of(t.messages);
	cells[RECORDIDS] = doc->records;
	cells[FILENAME] = doc->name;
	cells[FILEEXT] = extension(doc->name);
	cells[MIMETYPE] = doc->media_type;
	cells[FILESIZE] = doc->size;
	cells[SHA256HASH] = doc->sha256;
	cells[NATIVELINK] = str_of(t.native);
	cells[TEXTLINK] = str_of(t.text);
	cells[ARCHIVEPATH] = doc->path;
	cells[MISSING] = doc->missing;
	if (doc->parent != 0)
		return put_row(&d->family, cells, err);
	buf_clear(&d->row);
	if ((st = put_row(&d->row, cells, err)) == ST_OK && (st = fs_write_all(d->rows, FILE_NAME, d->row.p, d->row.n, err)) == ST_OK)
		st = fs_write_all(d->rows, FILE_NAME, d->family.p, d->family.n, err);
	buf_clear(&d->family);
	return st;
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct dat d = { .in = in, .rows = -1 };
	const struct documents_sink to = { document, &d };
	struct str cells[N_FIELDS];
	struct sink *sink;
	enum status st;
	size_t i;

	stamp_init(&d.stamp);
	buf_init(&d.row, ROW_MAX);
	buf_init(&d.family, ROW_MAX);
	for (i = 0; i < N_FIELDS; i++)
		cells[i] = str_of(names[i]);
	if ((st = fs_nameless(in->scratch, &d.rows, err)) == ST_OK && (st = buf_addz(&d.row, BOM, err)) == ST_OK && (st = put_row(&d.row, cells, err)) == ST_OK &&
	    (st = fs_write_all(d.rows, FILE_NAME, d.row.p, d.row.n, err)) == ST_OK && (st = documents_make(in, place, DIR, &to, err)) == ST_OK &&
	    (st = place->begin(place, FILE_NAME, &sink, err)) == ST_OK && (st = scratch_file_copy(d.rows, sink, err)) == ST_OK)
		st = place->end(place, err);
	fs_drop(&d.rows);
	buf_free(&d.row);
	buf_free(&d.family);
	return st;
}

/* --- read back --- */

static bool
owns(const char *path)
{
	return strcmp(path, FILE_NAME) == 0;
}

struct reading { const char *path; struct view_found *found; struct buf row; uint64_t n_rows; size_t ids; struct arena arena; };

static enum status
not_ours(struct reading *r, struct err *err)
{
	return err_set(err, ST_INPUT, _("%s: row %" PRIu64 " is not that of a load file"), r->path, r->n_rows + 1);
}

static enum status
take(struct reading *r, struct str cell, struct err *err)
{
	struct str id, version;
	enum status st;
	size_t at = 0;

	arena_reset(&r->arena);
	while ((st = documents_record(cell, &at, &id, &version, &r->arena, err)) == ST_OK)
		if ((st = r->found->record(r->found, "messages", id, version, err)) != ST_OK)
			return st;
	return st == ST_END ? ST_OK : st;
}

/* The cells of a row between their quotes; of the first row where RECORDIDS stands. */
static enum status
row(struct reading *r, struct str s, struct err *err)
{
	size_t column = 0, q = sizeof(QUOTE) - 1;
	const char *end;
	enum status st;

	if (r->n_rows == 0 && str_has_prefix(s, BOM))
		s = (struct str){ s.p + 3, s.n - 3 };
	for (;; column++) {
		if (!str_has_prefix(s, QUOTE) || (end = memmem(s.p + q, s.n - q, QUOTE, q)) == NULL)
			return not_ours(r, err);
		if (r->n_rows == 0 && str_is((struct str){ s.p + q, (size_t)(end - s.p) - q }, names[RECORDIDS]))
			r->ids = column;
		else if (r->n_rows > 0 && column == r->ids && (st = take(r, (struct str){ s.p + q, (size_t)(end - s.p) - q }, err)) != ST_OK)
			return st;
		s = (struct str){ end + q, s.n - (size_t)(end + q - s.p) };
		if (s.n == 0)
			break;
		if (s.p[0] != SEPARATOR[0])
			return not_ours(r, err);
		s = (struct str){ s.p + 1, s.n - 1 };
	}
	if (r->ids == SIZE_MAX)
		return not_ours(r, err);
	r->n_rows++;
	return ST_OK;
}

static enum status
rows(struct reading *r, const char *p, size_t n, struct err *err)
{
	const char *lf, *at, *end;
	enum status st = buf_add(&r->row, p, n, err);

	end = r->row.p + r->row.n;
	for (at = r->row.p; st == ST_OK && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL; at = lf + 1)
		st = lf == at || lf[-1] != '\r' ? not_ours(r, err) : row(r, (struct str){ at, (size_t)(lf - at) - 1 }, err);
	if (st == ST_OK) {
		r->row.n = (size_t)(end - at);
		memmove(r->row.p, at, r->row.n);
	}
	return st;
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct reading r = { .path = path, .found = found, .ids = SIZE_MAX };
	char *chunk = mem_get(1, CHUNK, err);
	enum status st = ST_OK;
	uint64_t at = 0;
	ssize_t n = 0;

	if (chunk == NULL)
		return ST_NOMEM;
	buf_init(&r.row, ROW_MAX);
	arena_init(&r.arena, LIMIT_ARENA);
	while (st == ST_OK && (n = pread(fd, chunk, CHUNK, (off_t)at)) > 0) {
		st = rows(&r, chunk, (size_t)n, err);
		at += (uint64_t)n;
	}
	if (n < 0)
		st = err_sys(err, _("cannot read %s"), path);
	else if (st == ST_OK && (r.n_rows == 0 || r.row.n > 0))
		st = not_ours(&r, err);
	buf_free(&r.row);
	arena_free(&r.arena);
	mem_free(chunk);
	return st;
}

const struct view_family dat_view = {
	"dat", N_("chat as a load file for legal review (Concordance), with natives and texts"), 1u << REC_MESSAGE, VIEW_SEALED, make, owns, read_back, { 0, 0, 0 }
};
