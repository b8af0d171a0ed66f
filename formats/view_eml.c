/* view_eml.c: one message of mail per conversation and day. */
#include "formats/view_eml.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/conversations.h"
#include "formats/mail.h"
#include "formats/path.h"
#include "formats/reference.h"
#include "formats/scratch_file.h"
#include "formats/transcript.h"

#define DIR		"data/views/mail/"
#define RECORDS		"records.jsonl"
#define ATTACHMENT_MAX	((uint64_t)64 << 20)	/* bytes of one attachment inside a message */
#define MAILBOXES_MAX	200	/* of To: in a room of thousands nobody reads them; the records have all */

struct eml {
	const struct view_input *in;
	struct view_place *place;
	struct conversations *talk;
	struct reference *who;
	const struct conversation *now;
	char		 dir[PATH_NAME];
	struct buf	 key;		/* what names the directory */
	/* of one message: */
	struct mail	*mail;
	const char	*day;
	int		 text, records;	/* temporary files */
	bool		 begun;		/* From and Date stand */
	struct str	 from;		/* in ${kept} */
	char		 domain[160];
	struct arena	 arena, kept;	/* of a record; of the message */
	struct transcript words;
};

/* --- names --- */

/* "<tenant>.<platform>.invalid": letters, digits and hyphens. */
static void
domain_of(struct eml *e, const struct record *rec)
{
	const struct str parts[] = { rec->tenant, rec->platform };
	size_t i, k, n = 0;
	char c;

	for (i = 0; i < 2; i++)
		for (k = 0; k < parts[i].n && k < 63; k++) {
			if (k == 0 && i > 0 && n > 0)
				e->domain[n++] = '.';
			c = parts[i].p[k];
			e->domain[n++] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : '-');
		}
	(void)snprintf(e->domain + n, sizeof(e->domain) - n, "%sinvalid", n > 0 ? "." : "");
}

static enum status
mailbox(struct eml *e, bool to, struct str id, struct err *err)
{
	char local[MAIL_LOCAL], address[MAIL_LOCAL + sizeof(e->domain) + 2];
	struct str name;
	enum status st;

	if ((st = transcript_name(&e->words, id, &e->arena, &name, err)) != ST_OK || (st = mail_local(id, local, err)) != ST_OK)
		return st;
	(void)snprintf(address, sizeof(address), "%s@%s", local, e->domain);
	return mail_address(e->mail, to, name, address, err);
}

/* "<hash>@custody.invalid" of what tells this message from every other. */
static enum status
message_id(const struct eml *e, const char *day, char out[64], struct err *err)
{
	unsigned char hash[32];
	struct buf b;
	char hex[65];
	enum status st;

	buf_init(&b, LIMIT_RECORD);
	if ((st = buf_addf(&b, err, "%s\n%s\n", e->in->opt->chain == NULL ? "" : e->in->opt->chain, day)) == ST_OK &&
	    (st = buf_putc(&b, e->now->room.p != NULL ? 'r' : 'm', err)) == ST_OK && (st = buf_str_add(&b, e->now->key, err)) == ST_OK &&
	    (st = digest_of(DIGEST_SHA256, b.p, b.n, hash, err)) == ST_OK) {
		digest_hex(hash, 16, hex);
		(void)snprintf(out, 64, "%.32s@custody.invalid", hex);
	}
	buf_free(&b);
	return st;
}

/* --- heads --- */

/* Those of the first record who did not write it: recipients, or everybody of a conversation without a room. */
static enum status
recipients(struct eml *e, const struct record *rec, struct err *err)
{
	const struct str list = e->now->room.p != NULL ? rec->n[MESSAGE_TO].s : e->now->members;
	struct json_node *t;
	struct str id;
	enum status st = ST_OK;
	size_t i, k, n, n_boxes = 0;

	if (list.p == NULL)
		return ST_OK;
	if ((st = json_tape(list, &e->arena, &t, &n, err)) != ST_OK)
		return st;
	for (i = 1, k = 0; t[0].tok == JSON_ARR && st == ST_OK && k < t[0].n_children && n_boxes < MAILBOXES_MAX; i = t[i].next, k++)
		if (t[i].tok == JSON_STR && (st = json_text(t[i].val, t[i].flags, &e->arena, &id, err)) == ST_OK && !str_eq(id, e->from)) {
			st = mailbox(e, true, id, err);
			n_boxes++;
		}
	return st;
}

static enum status
head(struct eml *e, const struct record *rec, struct err *err)
{
	const struct format_options *opt = e->in->opt;
	char root[64], list[80];
	struct buf subject;
	enum status st;

	e->begun = true;
	domain_of(e, rec);
	buf_init(&subject, LIMIT_RECORD);
	if ((st = arena_dup(&e->kept, rec->n[MESSAGE_FROM].s.p == NULL ? STR("") : rec->n[MESSAGE_FROM].s, &e->from, err)) != ST_OK ||
	    (st = mailbox(e, false, e->from, err)) != ST_OK || (st = recipients(e, rec, err)) != ST_OK ||
	    (st = transcript_title(&e->words, e->now, &e->arena, &subject, err)) != ST_OK || (st = buf_addf(&subject, err, " %s", e->day)) != ST_OK ||
	    (st = mail_header(e->mail, "Subject", buf_str(&subject), err)) != ST_OK || (st = message_id(e, "", root, err)) != ST_OK)
		goto out;
	(void)snprintf(list, sizeof(list), "<%s>", root);
	if ((st = mail_header(e->mail, "References", str_of(list), err)) != ST_OK)
		goto out;
	/* Mail must have a date: of messages without a time that of the run. */
	if ((st = mail_date(e->mail, rec->n[MESSAGE_SENT_AT].ms, err)) == ST_END)
		st = mail_date(e->mail, opt->made_ms, err);
	if ((st != ST_OK && st != ST_END) || (opt->chain != NULL && (st = mail_header(e->mail, "X-Custody-Chain", str_of(opt->chain), err)) != ST_OK) ||
	    (opt->archive != NULL && (st = mail_header(e->mail, "X-Custody-Archive", str_of(opt->archive), err)) != ST_OK))
		goto out;
	if ((st = mail_header(e->mail, "X-Custody-Conversation", e->now->key, err)) == ST_OK)
		st = mail_header(e->mail, "X-Custody-Day", str_of(e->day), err);
out:
	buf_free(&subject);
	return st;
}

/* --- the text --- */

static enum status
attach(void *ctx, const struct record *rec, const struct reference_file *f, const char **where, struct err *err)
{
	struct eml *e = ctx;
	struct sink_fd sink;
	uint64_t size;
	enum status st;
	int fd;

	(void)rec;
	*where = "附件另存 attachment kept elsewhere";
	if (e->in->blobs == NULL || f->path.p == NULL || str_u64(f->size, 0, ATTACHMENT_MAX, &size, NULL) != ST_OK)
		return ST_OK;
	if ((st = fs_nameless(e->in->scratch, &fd, err)) != ST_OK)
		return st;
	sink_fd_init(&sink, fd, _("a temporary file"));
	st = e->in->blobs->read(e->in->blobs, f->path, ATTACHMENT_MAX, &sink.sink, err);
	if (st != ST_OK) {
		fs_drop(&fd);
		return st == ST_END || st == ST_LIMIT ? ST_OK : st;
	}
	*where = "附件 attachment";
	return mail_part(e->mail, fd, f->media_type, f->name.n > 0 ? f->name : f->id, f->sha256, err);
}

static enum status
message(void *ctx, const struct record *rec, struct err *err)
{
	struct eml *e = ctx;
	struct str lines;
	enum status st;

	arena_reset(&e->arena);
	if ((!e->begun && (st = head(e, rec, err)) != ST_OK) || (st = transcript_message(&e->words, rec, &lines, err)) != ST_OK ||
	    (st = fs_write_all(e->text, _("a temporary file"), lines.p, lines.n, err)) != ST_OK ||
	    (st = fs_write_all(e->records, _("a temporary file"), rec->line.p, rec->line.n, err)) != ST_OK)
		return st;
	return fs_write_all(e->records, _("a temporary file"), "\n", 1, err);
}

/* --- one message of mail --- */

static enum status
compose(struct eml *e, uint64_t n, struct err *err)
{
	char count[24];
	enum status st;
	int text = -1, records = -1;

	(void)snprintf(count, sizeof(count), "%" PRIu64, n);
	/* The two files are parts first of all, so that they stand before the attachments; they are filled while the day is read. */
	if ((st = fs_nameless(e->in->scratch, &e->text, err)) != ST_OK || (st = fs_nameless(e->in->scratch, &e->records, err)) != ST_OK)
		return st;
	if ((text = fcntl(e->text, F_DUPFD_CLOEXEC, 0)) < 0 || (records = fcntl(e->records, F_DUPFD_CLOEXEC, 0)) < 0) {
		fs_drop(&text);
		return err_sys(err, _("cannot make %s"), _("a temporary file"));
	}
	if ((st = mail_part(e->mail, text, STR("text/plain"), STR_NONE, STR_NONE, err)) != ST_OK) {
		fs_drop(&records);
		return st;
	}
	if ((st = mail_part(e->mail, records, STR("application/x-ndjson"), STR(RECORDS), STR_NONE, err)) != ST_OK ||
	    (st = conversations_messages(e->talk, e->now->number, e->day, message, e, err)) != ST_OK)
		return st;
	return mail_header(e->mail, "X-Custody-Messages", str_of(count), err);
}

static enum status
day(void *ctx, const char *text, uint64_t n, struct err *err)
{
	struct eml *e = ctx;
	char path[LIMIT_PATH + 1], id[64];
	struct sink *sink;
	enum status st;

	e->day = text;
	e->begun = false;
	e->text = e->records = -1;
	arena_reset(&e->arena);
	arena_reset(&e->kept);
	(void)snprintf(path, sizeof(path), DIR "%s/%s.eml", e->dir, text);
	if ((st = message_id(e, text, id, err)) != ST_OK || (st = mail_open(&e->mail, id, err)) != ST_OK)
		return st;
	if ((st = compose(e, n, err)) == ST_OK && (st = e->place->begin(e->place, path, &sink, err)) == ST_OK &&
	    (st = mail_write(e->mail, e->in->scratch, sink, err)) == ST_OK)
		st = e->place->end(e->place, err);
	mail_close(e->mail);
	e->mail = NULL;
	fs_drop(&e->text);
	fs_drop(&e->records);
	return st;
}

static enum status
conversation(void *ctx, const struct conversation *now, struct err *err)
{
	struct eml *e = ctx;
	enum status st;

	e->now = now;
	/* A room could be called as a list of members is written: it must not get the same directory. */
	buf_clear(&e->key);
	if ((now->room.n > 0 && now->room.p[0] == '[' && (st = buf_putc(&e->key, '\0', err)) != ST_OK) || (st = buf_str_add(&e->key, now->key, err)) != ST_OK ||
	    (st = path_of_id(buf_str(&e->key), PATH_HASH, e->dir, err)) != ST_OK)
		return st;
	return conversations_days(e->talk, now->number, day, e, err);
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct eml *e = mem_get(1, sizeof(*e), err);
	enum status st;

	if (e == NULL)
		return ST_NOMEM;
	e->in = in;
	e->place = place;
	arena_init(&e->arena, LIMIT_ARENA);
	arena_init(&e->kept, LIMIT_ARENA);
	buf_init(&e->key, 8 * LIMIT_RECORD);
	if ((st = reference_open(&e->who, in, err)) == ST_OK && (st = conversations_open(&e->talk, in, err)) == ST_OK) {
		transcript_init(&e->words, e->talk, e->who);
		e->words.file = attach;
		e->words.ctx = e;
		st = conversations_each(e->talk, conversation, e, err);
		transcript_free(&e->words);
	}
	conversations_close(e->talk);
	reference_close(e->who);
	arena_free(&e->arena);
	arena_free(&e->kept);
	buf_free(&e->key);
	mem_free(e);
	return st;
}

/* --- read back --- */

static bool
owns(const char *path)
{
	const size_t n = strlen(path);

	return strncmp(path, DIR, sizeof(DIR) - 1) == 0 && n > 4 && strcmp(path + n - 4, ".eml") == 0;
}

/* A sink that takes the lines of the attached records apart. */
struct lines { struct sink sink; struct view_found *found; struct buf rest; struct arena arena; };

static enum status
line_found(struct lines *l, struct str line, struct err *err)
{
	struct record rec;
	enum status st;

	arena_reset(&l->arena);
	if ((st = record_decode(line, &l->arena, &rec, err)) != ST_OK)
		return st;
	return l->found->record(l->found, "messages", rec.id, rec.version, err);
}

static enum status
lines_write(struct sink *sink, const void *p, size_t n, struct err *err)
{
	struct lines *l = (struct lines *)sink;
	const char *at, *lf, *end;
	enum status st;

	if ((st = buf_add(&l->rest, p, n, err)) != ST_OK)
		return st;
	end = l->rest.p + l->rest.n;
	for (at = l->rest.p; st == ST_OK && (lf = memchr(at, '\n', (size_t)(end - at))) != NULL; at = lf + 1)
		st = line_found(l, (struct str){ at, (size_t)(lf - at) }, err);
	l->rest.n = (size_t)(end - at);
	memmove(l->rest.p, at, l->rest.n);
	return st;
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct lines l = { .sink = { lines_write, 0 }, .found = found };
	enum status st;

	buf_init(&l.rest, 2 * LIMIT_RECORD);
	arena_init(&l.arena, LIMIT_ARENA);
	if ((st = mail_read(fd, RECORDS, &l.sink, err)) != ST_OK)
		(void)err_in(err, "%s", path);
	else if (l.rest.n > 0)
		st = err_set(err, ST_INPUT, _("%s: the attached records are cut"), path);
	buf_free(&l.rest);
	arena_free(&l.arena);
	return st;
}

const struct view_family eml_view = {
	"eml", N_("chat as mail, one message per conversation and day, attachments inside"), 1u << REC_MESSAGE, VIEW_SEALED, make, owns, read_back, { 0, 0, 0 }
};
