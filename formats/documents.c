/* documents.c: days of conversations and their attachments, one after the other. */
#include "formats/documents.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/scratch_file.h"
#include "formats/transcript.h"

#define DIR_MAX	24

struct making {
	const struct view_input *in;
	struct view_place *place;
	const char	*dir;
	const struct documents_sink *to;
	struct conversations *talk;
	struct reference *who;
	struct transcript words;
	const struct conversation *now;
	uint64_t	 number;	/* of the last document */
	struct document	 day;
	uint64_t	 attached;	/* number of the last attachment of the day at hand */
	int		 text, records;	/* temporary files of that day */
	struct digest	 digest;
	uint64_t	 n_native;
	struct buf	 title, people, from, ids;
	struct arena	 arena;		/* of the day */
	struct arena	 one;		/* of the message or attachment at hand */
};

static enum status
file_name(struct making *m, const char *kind, uint64_t number, struct str ext, char relative[VIEW_PATH_MAX + 1], char path[VIEW_PATH_MAX + 1], struct err *err)
{
	if ((size_t)snprintf(relative, VIEW_PATH_MAX + 1, "%s/%03" PRIu64 "/%09" PRIu64 "%s%.*s", kind, number / 1000, number, ext.n > 0 ? "." : "", STR_ARG(ext)) > VIEW_PATH_MAX ||
	    (size_t)snprintf(path, VIEW_PATH_MAX + 1, "%s/%s", m->dir, relative) > VIEW_PATH_MAX)
		return err_set(err, ST_LIMIT, _("more than 999,999,999 files"));
	return ST_OK;
}

static enum status
put_file(struct making *m, const char *path, int fd, struct err *err)
{
	struct sink *sink;
	enum status st;

	if ((st = m->place->begin(m->place, path, &sink, err)) != ST_OK || (st = scratch_file_copy(fd, sink, err)) != ST_OK)
		return st;
	return m->place->end(m->place, err);
}

/* --- attachments --- */

/* The extension that the archive gave it: letters and digits. */
static struct str
extension(struct str path)
{
	const char *dot = path.p == NULL ? NULL : memrchr(path.p, '.', path.n), *slash = path.p == NULL ? NULL : memrchr(path.p, '/', path.n);

	return dot == NULL || (slash != NULL && dot < slash) ? STR_NONE : (struct str){ dot + 1, path.n - (size_t)(dot + 1 - path.p) };
}

static enum status
native(struct making *m, struct document *d, struct err *err)
{
	char path[VIEW_PATH_MAX + 1];
	struct sink_fd sink;
	enum status st;
	int fd;

	if (m->in->blobs == NULL || d->path.p == NULL)
		return ST_OK;
	if ((st = fs_nameless(m->in->scratch, &fd, err)) != ST_OK)
		return st;
	sink_fd_init(&sink, fd, _("a temporary file"));
	if ((st = m->in->blobs->read(m->in->blobs, d->path, UINT64_MAX, &sink.sink, err)) == ST_OK &&
	    (st = file_name(m, "natives", d->number, extension(d->path), d->native, path, err)) == ST_OK)
		st = put_file(m, path, fd, err);
	fs_drop(&fd);
	return st == ST_END ? ST_OK : st;
}

static enum status
attachment(void *ctx, const struct record *rec, const struct reference_file *f, const char **where, struct err *err)
{
	struct making *m = ctx;
	struct document d = { .number = ++m->attached, .parent = m->day.number, .last = m->day.last, .title = m->day.title, .key = m->day.key, .day = m->day.day,
		.from_ms = rec->n[MESSAGE_SENT_AT].ms, .until_ms = rec->n[MESSAGE_SENT_AT].ms, .people = m->day.people, .records = STR(""),
		.name = f->name.n > 0 ? f->name : f->id, .media_type = f->media_type, .size = f->size, .sha256 = f->sha256, .path = f->path };
	struct str name;
	enum status st;

	if (d.path.p == NULL)
		d.missing = f->gap.n > 0 ? f->gap : STR("unknown");
	buf_clear(&m->from);
	arena_reset(&m->one);
	if ((st = native(m, &d, err)) != ST_OK || (st = transcript_name(&m->words, rec->n[MESSAGE_FROM].s, &m->one, &name, err)) != ST_OK ||
	    (st = buf_addf(&m->from, err, "%.*s <%.*s>", STR_ARG(name), STR_ARG(rec->n[MESSAGE_FROM].s))) != ST_OK)
		return st;
	d.from = buf_str(&m->from);
	*where = d.native[0] != '\0' ? "附件 attachment" : "附件另存 attachment kept elsewhere";
	return m->to->document(m->to->ctx, &d, err);
}

/* --- a day --- */

static enum status
put_id(struct buf *b, struct str s, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	/* What a load file has for its own, or XML cannot hold, is told by its octets: an id is read back as it was. */
	for (i = 0; i < s.n && st == ST_OK; i++)
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			st = buf_addf(b, err, "\\x%02x", (unsigned char)s.p[i]);
		else if ((s.p[i] != ';' && s.p[i] != '@' && s.p[i] != '\\') || (st = buf_putc(b, '\\', err)) == ST_OK)
			st = buf_putc(b, s.p[i], err);
	return st;
}

/* First reading of a day: what its own row must say before its attachments are numbered. */
static enum status
look(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	const struct str files = rec->n[MESSAGE_FILES].s;
	struct json_node *t;
	struct str name;
	enum status st;
	size_t i, k, n;

	arena_reset(&m->one);
	if (m->day.n_messages++ == 0) {
		m->day.from_ms = rec->n[MESSAGE_SENT_AT].ms;
		if ((st = transcript_name(&m->words, rec->n[MESSAGE_FROM].s, &m->one, &name, err)) != ST_OK ||
		    (st = arena_fmt(&m->arena, &m->day.from, err, "%.*s <%.*s>", STR_ARG(name), STR_ARG(rec->n[MESSAGE_FROM].s))) != ST_OK)
			return st;
	}
	m->day.until_ms = rec->n[MESSAGE_SENT_AT].ms;
	if ((m->ids.n > 0 && (st = buf_putc(&m->ids, ';', err)) != ST_OK) || (st = put_id(&m->ids, rec->id, err)) != ST_OK ||
	    (rec->version.p != NULL && ((st = buf_putc(&m->ids, '@', err)) != ST_OK || (st = put_id(&m->ids, rec->version, err)) != ST_OK)))
		return st;
	if (files.p == NULL)
		return ST_OK;
	if ((st = json_tape(files, &m->one, &t, &n, err)) != ST_OK || t[0].tok != JSON_ARR)
		return st == ST_INPUT ? ST_OK : st;
	for (i = 1, k = 0; k < t[0].n_children; i = t[i].next, k++)
		m->day.last += t[i].tok == JSON_STR;
	return ST_OK;
}

/* Second reading: its native and its text, and the attachments on the way. */
static enum status
write_message(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	struct str lines;
	enum status st;

	if ((st = transcript_message(&m->words, rec, &lines, err)) != ST_OK ||
	    (st = fs_write_all(m->text, _("a temporary file"), lines.p, lines.n, err)) != ST_OK ||
	    (st = fs_write_all(m->records, _("a temporary file"), rec->line.p, rec->line.n, err)) != ST_OK ||
	    (st = fs_write_all(m->records, _("a temporary file"), "\n", 1, err)) != ST_OK ||
	    (st = digest_add(&m->digest, rec->line.p, rec->line.n, err)) != ST_OK)
		return st;
	m->n_native += rec->line.n + 1;
	return digest_add(&m->digest, "\n", 1, err);
}

static enum status
finish_day(struct making *m, struct err *err)
{
	char text[VIEW_PATH_MAX + 1], native_path[VIEW_PATH_MAX + 1], hex[65], size[24], name[40];
	unsigned char sha256[32];
	enum status st;

	if ((st = digest_end(&m->digest, sha256, err)) != ST_OK || (st = file_name(m, "text", m->day.number, STR("txt"), m->day.text, text, err)) != ST_OK ||
	    (st = file_name(m, "natives", m->day.number, STR("jsonl"), m->day.native, native_path, err)) != ST_OK ||
	    (st = put_file(m, text, m->text, err)) != ST_OK || (st = put_file(m, native_path, m->records, err)) != ST_OK)
		return st;
	digest_hex(sha256, 32, hex);
	(void)snprintf(size, sizeof(size), "%" PRIu64, m->n_native);
	(void)snprintf(name, sizeof(name), "%s.jsonl", m->day.day);
	m->day.records = buf_str(&m->ids);
	m->day.name = str_of(name);
	m->day.media_type = STR("application/x-ndjson");
	m->day.size = str_of(size);
	m->day.sha256 = str_of(hex);
	return m->to->document(m->to->ctx, &m->day, err);
}

static enum status
day(void *ctx, const char *text, uint64_t n, struct err *err)
{
	struct making *m = ctx;
	enum status st;

	(void)n;
	arena_reset(&m->arena);
	buf_clear(&m->ids);
	m->day = (struct document){ .number = m->number + 1, .last = m->number + 1, .title = buf_str(&m->title), .key = m->now->key, .day = text,
		.people = buf_str(&m->people), .from_ms = WHEN_UNKNOWN, .until_ms = WHEN_UNKNOWN };
	m->attached = m->day.number;
	m->n_native = 0;
	m->text = m->records = -1;
	if ((st = conversations_messages(m->talk, m->now->number, text, look, m, err)) == ST_OK && (st = fs_nameless(m->in->scratch, &m->text, err)) == ST_OK &&
	    (st = fs_nameless(m->in->scratch, &m->records, err)) == ST_OK && (st = digest_begin(&m->digest, DIGEST_SHA256, err)) == ST_OK &&
	    (st = conversations_messages(m->talk, m->now->number, text, write_message, m, err)) == ST_OK)
		st = finish_day(m, err);
	m->number = m->day.last;
	fs_drop(&m->text);
	fs_drop(&m->records);
	return st;
}

/* --- a conversation --- */

static enum status
person(struct making *m, struct str id, struct err *err)
{
	struct str name;
	enum status st = transcript_name(&m->words, id, &m->arena, &name, err);

	return st != ST_OK ? st : buf_addf(&m->people, err, "%s%.*s <%.*s>", m->people.n > 0 ? "; " : "", STR_ARG(name), STR_ARG(id));
}

/* Of a room those whom its messages name would have to be gathered day by day; its records have them. */
static enum status
people(struct making *m, struct err *err)
{
	struct json_node *t;
	struct str id;
	enum status st;
	size_t i, k, n;

	buf_clear(&m->people);
	if (m->now->members.p == NULL)
		return ST_OK;
	if ((st = json_tape(m->now->members, &m->arena, &t, &n, err)) != ST_OK)
		return st;
	for (i = 1, k = 0; st == ST_OK && k < t[0].n_children; i = t[i].next, k++)
		if ((st = json_text(t[i].val, t[i].flags, &m->arena, &id, err)) == ST_OK)
			st = person(m, id, err);
	return st;
}

static enum status
conversation(void *ctx, const struct conversation *now, struct err *err)
{
	struct making *m = ctx;
	enum status st;

	m->now = now;
	arena_reset(&m->arena);
	buf_clear(&m->title);
	if ((st = transcript_title(&m->words, now, &m->arena, &m->title, err)) != ST_OK || (st = people(m, err)) != ST_OK)
		return st;
	return conversations_days(m->talk, now->number, day, m, err);
}

enum status
documents_make(const struct view_input *in, struct view_place *place, const char *dir, const struct documents_sink *to, struct err *err)
{
	struct making *m = mem_get(1, sizeof(*m), err);
	enum status st;

	if (m == NULL)
		return ST_NOMEM;
	*m = (struct making){ .in = in, .place = place, .dir = dir, .to = to };
	buf_init(&m->title, LIMIT_RECORD);
	buf_init(&m->people, LIMIT_RECORD);
	buf_init(&m->from, LIMIT_RECORD);
	buf_init(&m->ids, (size_t)1 << 30);
	arena_init(&m->arena, LIMIT_ARENA);
	arena_init(&m->one, LIMIT_ARENA);
	if ((st = reference_open(&m->who, in, err)) == ST_OK && (st = conversations_open(&m->talk, in, err)) == ST_OK) {
		transcript_init(&m->words, m->talk, m->who);
		m->words.file = attachment;
		m->words.ctx = m;
		st = conversations_each(m->talk, conversation, m, err);
		transcript_free(&m->words);
	}
	conversations_close(m->talk);
	reference_close(m->who);
	digest_free(&m->digest);
	buf_free(&m->title);
	buf_free(&m->people);
	buf_free(&m->from);
	buf_free(&m->ids);
	arena_free(&m->arena);
	arena_free(&m->one);
	mem_free(m);
	return st;
}

/* --- the list of records, read back --- */

static enum status
piece(struct str list, size_t *at, struct arena *a, struct str *out, struct err *err)
{
	size_t end = *at;
	enum status st;
	void *p;
	char *to;

	while (end < list.n && list.p[end] != ';' && list.p[end] != '@')
		end += list.p[end] == '\\' ? 2 : 1;
	if ((st = arena_get(a, end - *at + 1, 1, &p, err)) != ST_OK)
		return st;
	to = p;
	*out = (struct str){ to, 0 };
	for (; *at < list.n && list.p[*at] != ';' && list.p[*at] != '@'; (*at)++, out->n++) {
		const bool escaped = list.p[*at] == '\\';

		if (escaped && ++*at == list.n)
			return err_set(err, ST_INPUT, _("a list of records ends in the middle of one"));
		to[out->n] = list.p[*at];
		if (!escaped || list.p[*at] != 'x')
			continue;
		if (list.n - *at < 3 || !digest_unhex((struct str){ list.p + *at + 1, 2 }, (unsigned char *)to + out->n, 1))
			return err_set(err, ST_INPUT, _("a list of records ends in the middle of one"));
		*at += 2;
	}
	return ST_OK;
}

enum status
documents_record(struct str list, size_t *at, struct str *id, struct str *version, struct arena *a, struct err *err)
{
	enum status st;

	*version = STR_NONE;
	if (*at >= list.n)
		return ST_END;
	if ((st = piece(list, at, a, id, err)) == ST_OK && *at < list.n && list.p[*at] == '@') {
		(*at)++;
		st = piece(list, at, a, version, err);
	}
	if (st == ST_OK && *at < list.n && list.p[(*at)++] != ';')
		st = err_set(err, ST_INPUT, _("a list of records ends in the middle of one"));
	return st;
}
