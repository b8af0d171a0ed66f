/* approval.c: the document of one approval: title, who and when, where it comes from; form, route and attachments are in files of their own. */
#include "formats/approval.h"

#include <stdio.h>

#include "core/digest.h"
#include "core/limits.h"
#include "formats/pdf_text.h"

#define PAIRS ((const double[]){ 17, 33, 17, 33 })
#define N_PAIRS 4
#define SIGNED_MAX 12 /* signers on the first page */

/* --- reading --- */

static enum status
tree(struct approval *a, const char *field, struct approval_tree *out, struct err *err)
{
	enum status st;

	*out = (struct approval_tree){ .text = record_get(a->rec, field) };
	if (out->text.p == NULL)
		return ST_OK;
	st = json_tape(out->text, a->arena, &out->t, &out->n, err);
	if (st == ST_INPUT || (st == ST_OK && out->t[0].tok != JSON_ARR)) {
		out->broken = true; /* shown as it stands */
		return ST_OK;
	}
	return st;
}

enum status
approval_begin(struct approval *a, struct err *err)
{
	unsigned char hash[DIGEST_MAX];
	struct digest leaf = { 0 };
	char hex[65];
	enum status st;

	if ((st = tree(a, "fields", &a->fields, err)) != ST_OK || (st = tree(a, "route", &a->route, err)) != ST_OK ||
	    (st = tree(a, "comments", &a->comments, err)) != ST_OK || (st = tree(a, "files", &a->files, err)) != ST_OK ||
	    (st = tree(a, "applicants", &a->applicants, err)) != ST_OK || (st = tree(a, "notified", &a->notified, err)) != ST_OK)
		return st;
	if ((st = approval_number_files(a, err)) != ST_OK)
		return st;
	a->leaf = STR_NONE;
	if (a->rec->line.p == NULL)
		return ST_OK;
	if ((st = digest_begin(&leaf, DIGEST_SHA256, err)) == ST_OK && (st = digest_add(&leaf, "", 1, err)) == ST_OK &&
	    (st = digest_add(&leaf, a->rec->line.p, a->rec->line.n, err)) == ST_OK && (st = digest_end(&leaf, hash, err)) == ST_OK) {
		digest_hex(hash, 32, hex);
		st = arena_dup(a->arena, str_of(hex), &a->leaf, err);
	}
	digest_free(&leaf);
	return st;
}

struct str
approval_text(struct approval *a, const struct approval_tree *t, size_t i)
{
	struct str s = t->t[i].val;
	enum status st;

	if (t->t[i].tok == JSON_STR && (st = json_text(s, t->t[i].flags, a->arena, &s, pdf_err(a->d))) != ST_OK)
		pdf_fail(a->d, st);
	return s;
}

struct str
approval_get(struct approval *a, const struct approval_tree *t, size_t i, const char *path)
{
	size_t m = json_path(t->t, i, path);

	return m == 0 || t->t[m].tok == JSON_NULL ? STR_NONE : approval_text(a, t, m);
}

int64_t
approval_ms(struct str s)
{
	int64_t ms;

	return s.n > 0 && when_parse_utc(s, &ms, NULL) == ST_OK ? ms : WHEN_UNKNOWN;
}

int64_t
approval_seconds(struct str s)
{
	int64_t v;

	return str_i64(s, 1, INT64_C(253402300799), &v, NULL) == ST_OK ? v * 1000 : WHEN_UNKNOWN;
}

bool
approval_room(struct approval *a, size_t bytes)
{
	/* Of a longer text no more is printed. */
	bytes = (bytes > 2 * PDF_TEXT_MAX ? 2 * PDF_TEXT_MAX : bytes) + APPROVAL_ROW;
	if (!pdf_ok(a->d))
		return false;
	if (a->left >= bytes) {
		a->left -= bytes;
		return true;
	}
	a->left = 0;
	if (!a->cut_said) {
		pdf_sayz(a->d, 0, PDF_MARK,
		    "内容过多，此后的行未排印；全文见内嵌记录 record.json。Too much for paper: rows behind this one are not printed; the record embedded in this file has all.");
		pdf_paragraph(a->d);
		a->cut_said = true;
	}
	return false;
}

/* --- saying --- */

void
approval_person(struct approval *a, unsigned column, enum record_kind kind, struct str id)
{
	struct str name;
	enum status st = reference_name(a->ref, kind, id, a->arena, &name, pdf_err(a->d));

	if (st == ST_OK) {
		pdf_say(a->d, column, PDF_STRONG, name);
		pdf_sayz(a->d, column, PDF_SMALL, " (");
		pdf_say(a->d, column, PDF_SMALL, id);
		pdf_sayz(a->d, column, PDF_SMALL, ")");
	} else if (st == ST_END)
		pdf_say(a->d, column, PDF_STRONG, id);
	else
		pdf_fail(a->d, st);
}

void
approval_time(struct approval *a, unsigned column, enum pdf_style style, int64_t ms)
{
	char text[STAMP_LEN];

	if (ms == WHEN_UNKNOWN || stamp_local(a->stamp, ms, text) < 29)
		return;
	/* 2026-11-22T10:00:00.000+08:00; milliseconds where there are some */
	pdf_sayf(a->d, column, style, "%.10s %.*s", text, memcmp(text + 19, ".000", 4) == 0 ? 8 : 12, text + 11);
	pdf_sayf(a->d, column, PDF_SMALL, " %s", text + 23);
}

void
approval_word_say(struct approval *a, unsigned column, enum approval_list list, struct str value)
{
	enum pdf_style style;
	struct pdf_label word = approval_word(list, value, &style);

	if (word.zh == NULL) {
		pdf_say(a->d, column, PDF_STRONG, value);
		if (list != APPROVAL_GAP)
			pdf_sayz(a->d, column, PDF_LABEL_EN, "（平台原值 as the platform says it）");
		return;
	}
	pdf_sayz(a->d, column, style, word.zh);
	pdf_sayf(a->d, column, PDF_LABEL_EN, " %s", word.en);
}

void
approval_rest(struct approval *a, unsigned column, const struct approval_tree *t, size_t i, const char *const *known)
{
	size_t k, c, n;

	if (t->t[i].tok != JSON_OBJ)
		return;
	for (k = 0, c = i + 1; k < t->t[i].n_children; k++, c = t->t[c].next) {
		for (n = 0; known[n] != NULL && !json_same(t->t[c].key, str_of(known[n])); n++)
			;
		if (known[n] != NULL)
			continue;
		pdf_line(a->d, column);
		pdf_say(a->d, column, PDF_LABEL_EN, t->t[c].key);
		pdf_sayz(a->d, column, PDF_LABEL_EN, ": ");
		pdf_say(a->d, column, PDF_CODE, json_whole(&t->t[c]));
	}
}

/* --- the document --- */

/* A value, or which of the three ways it is not there. */
static bool
given(struct approval *a, unsigned column, const char *field)
{
	const struct value *v = &a->rec->n[record_field(a->rec->kind, field)];

	if (v->not_granted)
		pdf_sayz(a->d, column, PDF_SMALL, "（未授权 not granted）");
	else if (v->s.p == NULL && v->ms == WHEN_UNKNOWN)
		pdf_sayz(a->d, column, PDF_SMALL, "（平台未给出 not given）");
	else if (v->s.p != NULL && v->s.n == 0)
		pdf_sayz(a->d, column, PDF_SMALL, "（空 empty）");
	else
		return true;
	return false;
}

static void
people(struct approval *a, unsigned column, const struct approval_tree *t)
{
	size_t k, c;

	if (t->broken) {
		pdf_say(a->d, column, PDF_CODE, t->text);
		return;
	}
	for (k = 0, c = 1; k < t->t[0].n_children && pdf_ok(a->d); k++, c = t->t[c].next) {
		if (k > 0)
			pdf_sayz(a->d, column, PDF_PLAIN, "、");
		if (k == 500) { /* a row, not a book */
			pdf_sayf(a->d, column, PDF_MARK, "…… 共 %u 人 %u in all", (unsigned)t->t[0].n_children, (unsigned)t->t[0].n_children);
			break;
		}
		approval_person(a, column, REC_USER, approval_text(a, t, c));
	}
}

/* Who decided what and when, for a reader who looks at the first page alone; the route has all of it. */
static void
signed_by(struct approval *a)
{
	const struct approval_tree *t = &a->route;
	size_t k, c, j, p, list, n = 0;
	int64_t at;

	for (NODES(t, 0, c, k)) {
		if (t->t[c].tok != JSON_OBJ || (list = json_get(t->t, c, "people")) == 0 || t->t[list].tok != JSON_ARR)
			continue;
		for (NODES(t, list, p, j)) {
			if (t->t[p].tok != JSON_OBJ || (at = approval_ms(approval_get(a, t, p, "at"))) == WHEN_UNKNOWN)
				continue;
			if (n++ == SIGNED_MAX) {
				pdf_line(a->d, 1);
				pdf_sayz(a->d, 1, PDF_SMALL, "…… 余见审批流程 more in the route");
				return;
			}
			pdf_line(a->d, 1);
			approval_person(a, 1, REC_USER, approval_get(a, t, p, "id"));
			pdf_sayz(a->d, 1, PDF_SMALL, "  ·  ");
			approval_word_say(a, 1, APPROVAL_RESULT, approval_get(a, t, p, "status"));
			pdf_sayz(a->d, 1, PDF_SMALL, "  ·  ");
			approval_time(a, 1, PDF_PLAIN, at);
		}
	}
}

static void
summary(struct approval *a)
{
	const struct record *rec = a->rec;

	pdf_table(a->d, N_PAIRS, PAIRS);
	pdf_label(a->d, 0, (struct pdf_label){ "审批编号", "Number" });
	pdf_say(a->d, 1, PDF_STRONG, rec->id);
	pdf_label(a->d, 2, (struct pdf_label){ "状态", "State" });
	if (given(a, 3, "status"))
		approval_word_say(a, 3, APPROVAL_STATUS, record_get(rec, "status"));
	pdf_row(a->d);
	pdf_label(a->d, 0, (struct pdf_label){ "申请人", "Applicant" });
	if (given(a, 1, "applicant"))
		approval_person(a, 1, REC_USER, record_get(rec, "applicant"));
	pdf_label(a->d, 2, (struct pdf_label){ "部门", "Department" });
	if (given(a, 3, "applicant_department"))
		approval_person(a, 3, REC_DEPARTMENT, record_get(rec, "applicant_department"));
	pdf_row(a->d);
	pdf_label(a->d, 0, (struct pdf_label){ "提交时间", "Submitted" });
	if (given(a, 1, "applied_at"))
		approval_time(a, 1, PDF_STRONG, rec->n[record_field(rec->kind, "applied_at")].ms);
	pdf_label(a->d, 2, (struct pdf_label){ "模板编号", "Form's id" });
	if (given(a, 3, "template"))
		pdf_say(a->d, 3, PDF_PLAIN, record_get(rec, "template"));
	pdf_row(a->d);
	pdf_table_end(a->d);
	pdf_table(a->d, 2, (const double[]){ 17, 83 });
	if (a->route.t != NULL && !a->route.broken) {
		signed_by(a);
		if (pdf_said(a->d, 1)) {
			pdf_label(a->d, 0, (struct pdf_label){ "签署", "Signed by" });
			pdf_row(a->d);
		}
	}
	if (a->applicants.t != NULL && (a->applicants.broken || a->applicants.t[0].n_children > 0)) {
		pdf_label(a->d, 0, (struct pdf_label){ "代为提交", "Submitted for" });
		people(a, 1, &a->applicants);
		pdf_row(a->d);
	}
	if (a->notified.t != NULL && (a->notified.broken || a->notified.t[0].n_children > 0)) {
		pdf_label(a->d, 0, (struct pdf_label){ "抄送", "Copies to" });
		people(a, 1, &a->notified);
		pdf_row(a->d);
	}
	pdf_table_end(a->d);
}

static void
pair(struct approval *a, const char *zh, const char *en, enum pdf_style style, struct str s)
{
	if (s.n == 0)
		return;
	pdf_line(a->d, 0);
	pdf_label(a->d, 0, (struct pdf_label){ zh, en });
	pdf_sayz(a->d, 0, PDF_PLAIN, "  ");
	pdf_say(a->d, 0, style, s);
}

enum status
approval_qr(const struct approval *a, struct buf *out, struct err *err)
{
	enum status st = ST_OK;

	if (a->opt->chain != NULL)
		st = buf_addf(out, err, "chain %s\narchive %s\n", a->opt->chain, a->opt->archive);
	if (st == ST_OK)
		st = buf_addf(out, err, "record %s/%.*s", a->rec->stream, STR_ARG(a->rec->id));
	if (st == ST_OK && a->rec->version.n > 0)
		st = buf_addf(out, err, "\nversion %.*s", STR_ARG(a->rec->version));
	return st == ST_OK && a->leaf.n > 0 ? buf_addf(out, err, "\nleaf sha256 %.*s", STR_ARG(a->leaf)) : st;
}

static void
one_step(struct approval *a, const char *zh, const char *en)
{
	pdf_line(a->d, 0);
	pdf_sayz(a->d, 0, PDF_SMALL, zh);
	pdf_sayf(a->d, 0, PDF_SMALL, " %s", en);
	pdf_line(a->d, 0);
}

/* Whoever types a command from this page must not run what somebody wrote into an id. */
static bool
can_be_typed(struct str id)
{
	size_t i;

	for (i = 0; i < id.n; i++)
		if (id.p[i] == '\0' || strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-", id.p[i]) == NULL)
			return false;
	return id.n > 0 && id.n <= 256;
}

/* From this page to the signed archive, as it is typed; the names are those of this archive. */
static void
steps(struct approval *a)
{
	const char *archive = a->opt->archive == NULL ? "ARCHIVE" : a->opt->archive;
	const bool typed = can_be_typed(a->rec->id);
	const struct str id = typed ? a->rec->id : STR("ID");

	one_step(a, "1. 本页与记录：取出内嵌文件，计算叶散列，与上面的比较。", "The page and the record: take the embedded file out and compare its leaf hash with the one above.");
	pdf_sayz(a->d, 0, PDF_CODE, "pdfdetach -save 1 -o record.json FILE.pdf; (printf '\\0'; cat record.json) | sha256sum");
	one_step(a, "2. 归档包：封签、签名、时间戳和全部内容。", "The archive: seal, signatures, time stamps and all content.");
	pdf_sayf(a->d, 0, PDF_CODE, "custody verify %s.tar.gz --trust trust.conf", archive);
	one_step(a, "3. 记录在归档包中：与 record.json 逐字节相同，其后是换行。", "The record stands in the archive: the bytes of record.json, then a line end.");
	pdf_sayf(a->d, 0, PDF_CODE, "custody show %s.tar.gz '%s/%.*s' --trust trust.conf", archive, a->rec->stream, STR_ARG(id));
	if (!typed)
		pdf_sayz(a->d, 0, PDF_SMALL, "   （ID：上面的记录编号，按 shell 规则加引号 the record's id above, quoted for the shell）");
	one_step(a, "4. 只向他人证明这一条：生成披露包，由对方核验。", "To prove this record alone to somebody else: a disclosure package, checked by them.");
	pdf_sayf(a->d, 0, PDF_CODE, "custody prove %s.tar.gz '%s/%.*s' -o proof --trust trust.conf; custody check proof --trust trust.conf", archive, a->rec->stream, STR_ARG(id));
	one_step(a, "没有本程序时：归档包内的 VERIFY.txt 只用 coreutils 和 openssl 说明全部步骤。", "Without this program: VERIFY.txt in the archive tells every step with coreutils and openssl alone.");
	pdf_paragraph(a->d);
}

static void
provenance(struct approval *a)
{
	const struct record *rec = a->rec;
	struct buf qr;
	enum status st;
	size_t i;

	pdf_heading(a->d, (struct pdf_label){ "出处与核验", "Provenance and how to check" }, PDF_KEEP_QR);
	buf_init(&qr, LIMIT_RECORD);
	if ((st = approval_qr(a, &qr, pdf_err(a->d))) != ST_OK)
		pdf_fail(a->d, st);
	pair(a, "归档链", "Chain", PDF_CODE, str_of(a->opt->chain));
	pair(a, "归档包", "Archive", PDF_STRONG, str_of(a->opt->archive));
	pair(a, "记录", "Record", PDF_STRONG, str_of(rec->stream));
	pdf_sayz(a->d, 0, PDF_STRONG, "/");
	pdf_say(a->d, 0, PDF_STRONG, pdf_text_cut(rec->id, 512));
	pair(a, "版本", "Version", PDF_CODE, rec->version);
	pair(a, "叶散列 SHA-256", "Leaf hash", PDF_CODE, a->leaf);
	pair(a, "来源", "Source", PDF_PLAIN, rec->platform);
	pdf_sayz(a->d, 0, PDF_PLAIN, " · ");
	pdf_say(a->d, 0, PDF_PLAIN, rec->endpoint);
	pdf_sayz(a->d, 0, PDF_PLAIN, " · ");
	pdf_say(a->d, 0, PDF_PLAIN, rec->tenant);
	pdf_line(a->d, 0);
	pdf_label(a->d, 0, (struct pdf_label){ "取得时间", "Fetched" });
	pdf_sayz(a->d, 0, PDF_PLAIN, "  ");
	approval_time(a, 0, PDF_PLAIN, rec->fetched_ms);
	if (rec->flags[0] != NULL) {
		pdf_line(a->d, 0);
		pdf_label(a->d, 0, (struct pdf_label){ "标记", "Flags" });
		for (i = 0; i < RECORD_FLAGS_MAX && rec->flags[i] != NULL; i++)
			pdf_sayf(a->d, 0, PDF_BAD, " %s", rec->flags[i]);
	}
	pdf_qr(a->d, buf_str(&qr));
	buf_free(&qr);
	pdf_sayf(a->d, 0, PDF_SMALL, "以归档包中的记录为准；本页由该记录生成，时间均为 %s 时区。内嵌文件 record.json 就是该记录的整行。", when_zone_name());
	pdf_line(a->d, 0);
	pdf_sayf(a->d, 0, PDF_SMALL, "The record in the archive is what counts; this page was made from it, times are those of %s. The embedded file record.json is the record's whole line.",
	    when_zone_name());
	pdf_paragraph(a->d);
	steps(a);
}

void
approval_tell(struct pdf_doc *d, void *ctx)
{
	struct approval *a = ctx;
	struct str form = record_get(a->rec, "form"), status = record_get(a->rec, "status");
	enum pdf_style style = PDF_STRONG;
	struct pdf_label badge = approval_word(APPROVAL_STATUS, status, &style);
	size_t i;

	a->d = d;
	a->left = APPROVAL_PAPER;
	a->pictures_left = APPROVAL_PICTURES;
	a->cut_said = false;
	for (i = 0; i < a->n_ids; i++)
		a->ids[i].shown = a->ids[i].undrawn = false;
	pdf_title(d, str_of(a->opt->organization), (struct pdf_label){ "审批单", "Approval record" }, form.n > 0 ? form : STR("（无标题 untitled）"), badge, style);
	summary(a);
	approval_form(a);
	approval_route(a);
	approval_comments(a);
	approval_attachments(a);
	provenance(a);
}
