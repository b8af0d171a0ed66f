/* view_approvals.c: the family `pdf`: from records to files, and back. */
#include "formats/view_approvals.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "formats/approval.h"
#include "formats/path.h"
#include "formats/pdf_file.h"
#include "formats/pdf_text.h"

#define DIR "data/views/approvals/"
#define SUFFIX ".pdf"
#define STREAM "approvals"
#define NAME_MAX_ (VIEW_PATH_MAX - (sizeof(DIR) - 1) - (sizeof(SUFFIX) - 1))

struct making {
	const struct view_input *in;
	struct view_place *place;
	struct pdf_fonts *fonts;
	struct reference *ref;
	struct arena arena;
	struct stamp stamp;
	struct path_book book;
	struct buf picture;
};

/* What a document is called: "采购申请 202601010007". */
static enum status
names(struct making *m, const struct record *rec, struct buf *title, struct buf *head, struct buf *author, struct err *err)
{
	struct str form = pdf_text_cut(record_get(rec, "form"), 300);
	enum status st;

	if ((st = pdf_text_plain(form, title, err)) != ST_OK || (form.n > 0 && (st = buf_putc(title, ' ', err)) != ST_OK) ||
	    (st = pdf_text_plain(pdf_text_cut(rec->id, 300), title, err)) != ST_OK)
		return st;
	if (m->in->opt->organization != NULL) {
		if ((st = pdf_text_plain(str_of(m->in->opt->organization), author, err)) != ST_OK || (st = buf_str_add(head, buf_str(author), err)) != ST_OK ||
		    (st = buf_addz(head, "  ·  ", err)) != ST_OK)
			return st;
	}
	if ((st = buf_str_add(head, buf_str(title), err)) != ST_OK)
		return st;
	return buf_z(head, err);
}

static enum status
document(struct making *m, const struct record *rec, const char *path, struct err *err)
{
	struct approval a = { .rec = rec, .opt = m->in->opt, .blobs = m->in->blobs, .ref = m->ref, .arena = &m->arena, .stamp = &m->stamp };
	struct buf title, head, author;
	enum status st;

	buf_init(&title, 16384);
	buf_init(&head, 65536);
	buf_init(&author, 16384);
	a.picture = m->picture;
	if ((st = names(m, rec, &title, &head, &author, err)) == ST_OK && (st = approval_begin(&a, err)) == ST_OK) {
		struct pdf_job job = { .fonts = m->fonts, .tag = STREAM, .head = head.p, .body = approval_tell, .ctx = &a };
		struct pdf_a pass = { .level = PDF_A_3B, .title = buf_str(&title), .author = buf_str(&author),
			.subject = STR("审批单 Approval record"), .file = rec->line, .file_name = "record.json",
			.media_type = "application/json", .file_about = str_of(rec->stream) };

		st = pdf_file_make(m->in, m->place, path, &job, &pass, err);
	}
	m->picture = a.picture; /* its memory serves the next one */
	buf_free(&title);
	buf_free(&head);
	buf_free(&author);
	return st;
}

static enum status
each(void *ctx, const struct record *rec, struct err *err)
{
	struct making *m = ctx;
	char name[PATH_NAME], path[VIEW_PATH_MAX + 1];
	enum status st;

	if (rec->kind != REC_APPROVAL)
		return ST_OK;
	arena_reset(&m->arena);
	if ((st = path_take(&m->book, rec->id, NAME_MAX_, name, err)) != ST_OK)
		return st;
	(void)snprintf(path, sizeof(path), DIR "%.*s" SUFFIX, (int)NAME_MAX_, name);
	if ((st = document(m, rec, path, err)) != ST_OK)
		(void)err_in(err, "%s", path);
	return st;
}

static enum status
make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct making m = { .in = in, .place = place };
	enum status st;

	arena_init(&m.arena, LIMIT_ARENA);
	stamp_init(&m.stamp);
	buf_init(&m.picture, VIEW_PICTURE_MAX);
	if ((st = pdf_file_clean(in, STREAM, err)) == ST_OK && (st = pdf_fonts_open(&m.fonts, err)) == ST_OK && (st = reference_open(&m.ref, in, err)) == ST_OK)
		st = in->records->run(in->records, STREAM, each, &m, err);
	reference_close(m.ref);
	pdf_fonts_close(m.fonts);
	path_book_free(&m.book);
	buf_free(&m.picture);
	arena_free(&m.arena);
	return st;
}

static bool
owns(const char *path)
{
	size_t n = strlen(path);

	return n > sizeof(DIR) - 1 + sizeof(SUFFIX) - 1 && strncmp(path, DIR, sizeof(DIR) - 1) == 0 && strcmp(path + n - (sizeof(SUFFIX) - 1), SUFFIX) == 0 &&
	    strchr(path + sizeof(DIR) - 1, '/') == NULL;
}

static enum status
read_back(int fd, const char *path, struct view_found *found, struct err *err)
{
	struct buf line, about;
	struct arena arena;
	struct record rec;
	enum status st;

	buf_init(&line, LIMIT_RECORD);
	buf_init(&about, 256);
	arena_init(&arena, LIMIT_ARENA);
	if ((st = pdf_a_file(fd, path, &line, &about, err)) == ST_OK && (st = buf_z(&about, err)) == ST_OK &&
	    (st = record_decode(buf_str(&line), &arena, &rec, err)) == ST_OK)
		st = strcmp(about.p, STREAM) == 0 ? found->record(found, STREAM, rec.id, rec.version, err) :
						     err_set(err, ST_INPUT, _("%s: the file inside is no approval"), path);
	arena_free(&arena);
	buf_free(&about);
	buf_free(&line);
	return st;
}

const struct view_family pdf_view = { "pdf", N_("one PDF per approval, with its signatures and the record inside"), 1u << REC_APPROVAL, VIEW_USUAL, make, owns, read_back, { 200, 120u << 10, 0 } };
