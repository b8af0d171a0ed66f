/* approval_files.c: an approval's attachments: each has one number on paper wherever the platform names it; the list of them, and their pictures. */
#include <cairo.h>
#include <stdlib.h>

#include "formats/approval.h"
#include "formats/pdf_picture.h"

static int
by_id(const void *x, const void *y)
{
	const struct approval_id *a = x, *b = y;
	int c = str_cmp(a->id, b->id);

	return c != 0 ? c : a->at < b->at ? -1 : 1;
}

static int
by_place(const void *x, const void *y)
{
	const struct approval_id *a = *(struct approval_id *const *)x, *b = *(struct approval_id *const *)y;

	return a->at < b->at ? -1 : 1;
}

enum status
approval_number_files(struct approval *a, struct err *err)
{
	const struct approval_tree *f = &a->files;
	size_t k, c, n = f->t == NULL || f->broken ? 0 : f->t[0].n_children;
	struct approval_id *ids;
	void *p;
	enum status st;

	a->n_ids = 0;
	if ((st = arena_get(a->arena, n + 1, sizeof(*a->ids), &p, err)) != ST_OK)
		return st;
	ids = a->ids = p;
	if ((st = arena_get(a->arena, n + 1, sizeof(*a->by_number), &p, err)) != ST_OK)
		return st;
	a->by_number = p;
	for (k = 0, c = 1; k < n; k++, c = f->t[c].next) {
		ids[k] = (struct approval_id){ .id = f->t[c].val, .at = k };
		if (f->t[c].tok == JSON_STR && (st = json_text(f->t[c].val, f->t[c].flags, a->arena, &ids[k].id, err)) != ST_OK)
			return st;
	}
	qsort(ids, n, sizeof(*ids), by_id);
	for (k = 0; k < n; k++)
		if (k == 0 || !str_eq(ids[k].id, ids[a->n_ids - 1].id))
			ids[a->n_ids++] = ids[k];
	for (k = 0; k < a->n_ids; k++)
		a->by_number[k] = &ids[k];
	qsort(a->by_number, a->n_ids, sizeof(struct approval_id *), by_place);
	for (k = 0; k < a->n_ids; k++)
		a->by_number[k]->number = k + 1;
	return ST_OK;
}

/* NULL: it is not among the record's files. */
static struct approval_id *
numbered(struct approval *a, struct str id)
{
	size_t from = 0, to = a->n_ids;

	while (from < to) {
		size_t mid = from + (to - from) / 2;
		int c = str_cmp(id, a->ids[mid].id);

		if (c == 0)
			return &a->ids[mid];
		if (c < 0)
			to = mid;
		else
			from = mid + 1;
	}
	return NULL;
}

static bool
file_of(struct approval *a, struct str id, struct reference_file *out)
{
	enum status st;

	memset(out, 0, sizeof(*out));
	st = reference_file(a->ref, a->rec->stream, a->rec->id, id, a->arena, out, pdf_err(a->d));
	if (st != ST_OK && st != ST_END)
		pdf_fail(a->d, st);
	return st == ST_OK;
}

void
approval_file(struct approval *a, unsigned column, struct str id)
{
	const struct approval_id *n = numbered(a, id);
	struct reference_file f;
	bool there = file_of(a, id, &f);

	pdf_line(a->d, column);
	if (n != NULL) {
		pdf_sayf(a->d, column, PDF_LABEL_ZH, "附件 %zu", n->number);
		pdf_sayf(a->d, column, PDF_LABEL_EN, " attachment %zu: ", n->number);
	}
	pdf_say(a->d, column, PDF_PLAIN, there && f.name.n > 0 ? f.name : id);
	if (there && f.gap.p != NULL) {
		pdf_sayz(a->d, column, PDF_BAD, "（缺失 missing）");
	} else if (!there)
		pdf_sayz(a->d, column, PDF_SMALL, "（无记录 no record of it）");
}

/* "1,234,567" */
static void
grouped(struct str digits, char out[40])
{
	size_t i, n = 0;

	for (i = 0; i < digits.n && n < 36; i++) {
		if (i > 0 && (digits.n - i) % 3 == 0)
			out[n++] = ',';
		out[n++] = digits.p[i];
	}
	out[n] = '\0';
}

static void
attachment(struct approval *a, size_t n, struct str id)
{
	struct reference_file f;
	bool there = file_of(a, id, &f);
	char size[40];

	pdf_sayf(a->d, 0, PDF_PLAIN, "%zu", n);
	pdf_say(a->d, 1, PDF_PLAIN, there && f.name.p != NULL ? f.name : id);
	if (f.media_type.n > 0) {
		pdf_line(a->d, 1);
		pdf_say(a->d, 1, PDF_SMALL, f.media_type);
	}
	if (f.name.p != NULL) {
		pdf_line(a->d, 1);
		pdf_say(a->d, 1, PDF_CODE, id);
	}
	if (there && f.gap.p == NULL) {
		grouped(f.size, size);
		pdf_sayz(a->d, 2, PDF_PLAIN, size);
		pdf_say(a->d, 3, PDF_CODE, f.sha256);
		pdf_line(a->d, 3);
		pdf_say(a->d, 3, PDF_SMALL, f.path);
		if (a->by_number[n - 1]->undrawn) {
			pdf_line(a->d, 3);
			pdf_sayz(a->d, 3, PDF_MARK, "图片未能绘出：已损坏、过大或颜色未知；文件本身在归档包中。Not drawn: damaged, too large, or of unknown colours; the file is in the archive.");
		}
	} else {
		pdf_sayz(a->d, 3, PDF_BAD, "缺失 Missing: ");
		if (there) {
			approval_word_say(a, 3, APPROVAL_GAP, f.gap);
			pdf_sayz(a->d, 3, PDF_SMALL, " [");
			pdf_say(a->d, 3, PDF_SMALL, f.gap);
			pdf_sayz(a->d, 3, PDF_SMALL, "]");
			pdf_line(a->d, 3);
			pdf_say(a->d, 3, PDF_SMALL, f.gap_detail);
		} else
			pdf_sayz(a->d, 3, PDF_PLAIN, "归档中没有它的记录，也没有缺口说明。The archive has neither a record of it nor a gap.");
	}
	pdf_row(a->d);
}

void
approval_attachments(struct approval *a)
{
	size_t k;

	if (a->n_ids == 0)
		return;
	pdf_heading(a->d, (struct pdf_label){ "附件清单", "Attachments" }, PDF_KEEP);
	pdf_table(a->d, 4, (const double[]){ 5, 36, 14, 45 });
	pdf_label(a->d, 0, (struct pdf_label){ "序", "No." });
	pdf_label(a->d, 1, (struct pdf_label){ "名称、类型、平台编号", "Name, media type, platform's id" });
	pdf_label(a->d, 2, (struct pdf_label){ "字节", "Bytes" });
	pdf_label(a->d, 3, (struct pdf_label){ "SHA-256 与归档内路径", "SHA-256 and path in the archive" });
	pdf_table_head(a->d);
	for (k = 0; k < a->n_ids && approval_room(a, a->by_number[k]->id.n + 200); k++)
		attachment(a, k + 1, a->by_number[k]->id);
	pdf_table_end(a->d);
}

static void
picture(struct approval *a, struct approval_id *n, const struct reference_file *f, struct str where, struct str by)
{
	cairo_surface_t *pic = NULL;
	struct sink_mem sink;
	enum status st;

	buf_clear(&a->picture);
	sink_mem_init(&sink, &a->picture);
	st = a->blobs->read(a->blobs, f->path, VIEW_PICTURE_MAX, &sink.sink, pdf_err(a->d));
	if (st == ST_END || st == ST_LIMIT)
		return;
	if (st != ST_OK || (st = pdf_picture_open(buf_str(&a->picture), &pic, pdf_err(a->d))) != ST_OK) {
		pdf_fail(a->d, st);
		return;
	}
	if (pic == NULL) {
		n->undrawn = a->picture.n > 0;
		return;
	}
	a->pictures_left -= a->picture.n;
	pdf_sayf(a->d, 0, PDF_LABEL_ZH, "附件 %zu", n->number);
	pdf_sayf(a->d, 0, PDF_LABEL_EN, " attachment %zu", n->number);
	pdf_sayz(a->d, 0, PDF_SMALL, " · ");
	pdf_say(a->d, 0, PDF_SMALL, f->name.n > 0 ? f->name : n->id);
	pdf_sayz(a->d, 0, PDF_SMALL, " · ");
	pdf_say(a->d, 0, PDF_SMALL, where);
	if (by.n > 0)
		approval_person(a, 0, REC_USER, by);
	pdf_picture(a->d, pic);
	cairo_surface_destroy(pic);
}

void
approval_pictures(struct approval *a, const struct approval_tree *t, size_t list, struct str where, struct str by)
{
	struct reference_file f;
	size_t k, c;

	if (a->blobs == NULL || list == 0 || t->t[list].tok != JSON_ARR)
		return;
	for (k = 0, c = list + 1; k < t->t[list].n_children && pdf_ok(a->d); k++, c = t->t[c].next) {
		struct str id = t->t[c].tok == JSON_OBJ ? approval_get(a, t, c, "file_id") : approval_text(a, t, c);
		struct approval_id *n = id.p == NULL ? NULL : numbered(a, id);
		uint64_t size;

		if (n == NULL || n->shown || !file_of(a, id, &f) || f.gap.p != NULL || f.path.p == NULL)
			continue;
		if (str_u64(f.size, 0, a->pictures_left, &size, NULL) != ST_OK)
			continue;
		n->shown = true;
		picture(a, n, &f, where, by);
	}
}
