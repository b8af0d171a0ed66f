/* view_certificate.c: see view_certificate.h.  Members of completeness.json: cmd/run_views.c; one that is not known here is shown as labelled JSON. */
#include "formats/view_certificate.h"

#include <stdio.h>

#include "core/digest.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/limits.h"
#include "formats/approval_words.h"
#include "formats/pdf_file.h"
#include "formats/pdf_text.h"
#include "formats/stamp.h"

struct certificate {
	const struct view_input *in;
	struct json_node *t;
	struct arena arena;
	struct stamp stamp;
	struct pdf_doc *d;
	char sha256[65];
	uint64_t rows;
	bool own; /* limits of this program, or those of the platform */
};

static struct str
text_of(struct certificate *c, size_t i)
{
	struct str s;
	enum status st;

	if (i == 0 || c->t[i].tok == JSON_NULL)
		return STR_NONE;
	s = c->t[i].val;
	if (c->t[i].tok == JSON_STR && (st = json_text(s, c->t[i].flags, &c->arena, &s, pdf_err(c->d))) != ST_OK)
		pdf_fail(c->d, st);
	return s;
}

static struct str
get(struct certificate *c, size_t i, const char *path)
{
	return text_of(c, json_path(c->t, i, path));
}

static void
time_said(struct certificate *c, unsigned column, int64_t ms)
{
	char text[STAMP_LEN];

	if (ms != WHEN_UNKNOWN && stamp_local(&c->stamp, ms, text) == 29)
		pdf_sayf(c->d, column, PDF_PLAIN, "%.10s %.8s %s", text, text + 11, text + 23);
}

/* Members in their order on paper, with their words. */
static const struct { const char *member; struct pdf_label label; bool time; } facts[] = {
	{ "organization", { "组织", "Organisation" }, false }, { "tenant", { "租户", "Tenant" }, false }, { "platform", { "平台", "Platform" }, false },
	{ "account", { "账号", "Account" }, false }, { "purpose", { "目的", "Purpose" }, false }, { "legal_basis", { "法律依据", "Legal basis" }, false },
	{ "operator", { "操作人", "Operator" }, false }, { "chain", { "归档链", "Chain" }, false }, { "archive", { "归档包", "Archive" }, false },
	{ "run", { "任务", "Run" }, false }, { "program", { "程序", "Program" }, false }, { "began_at", { "开始", "Began" }, true },
	{ "captured_at", { "读取完成", "Everything read" }, true }, { "time_zone", { "时区", "Time zone" }, false },
	{ "sessions", { "运行段数", "Sessions" }, false },
};
/* What stands elsewhere on the page. */
static const char *const elsewhere[] = { "format", "complete", "gaps", "limits", "method", "streams", "operator_note", "purpose_note", "legal_basis_note", NULL };

static bool
is_elsewhere(struct str key)
{
	size_t i;

	for (i = 0; elsewhere[i] != NULL; i++)
		if (json_same(key, str_of(elsewhere[i])))
			return true;
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		if (json_same(key, str_of(facts[i].member)))
			return true;
	return false;
}

/* "csv、xlsx"; false: not as this program writes it. */
static bool
formats_told(struct certificate *c, size_t views)
{
	size_t list = json_get(c->t, views, "formats"), k, at;

	if (c->t[views].tok != JSON_OBJ || list == 0 || c->t[list].tok != JSON_ARR)
		return false;
	for (k = 0, at = list + 1; k < c->t[list].n_children; k++, at = c->t[at].next) {
		pdf_sayz(c->d, 1, PDF_PLAIN, k == 0 ? "" : "、");
		pdf_say(c->d, 1, PDF_PLAIN, text_of(c, at));
	}
	return true;
}

static void
facts_told(struct certificate *c)
{
	size_t i, k, at;
	int64_t ms;

	pdf_table(c->d, 2, (const double[]){ 22, 78 });
	for (i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
		size_t m = json_get(c->t, 0, facts[i].member);
		struct str s = text_of(c, m);

		if (m == 0)
			continue;
		pdf_label(c->d, 0, facts[i].label);
		if (s.p == NULL)
			pdf_sayz(c->d, 1, PDF_SMALL, "（未提供 none was given）");
		else if (facts[i].time && when_parse_utc(s, &ms, NULL) == ST_OK)
			time_said(c, 1, ms);
		else
			pdf_say(c->d, 1, PDF_PLAIN, s);
		pdf_row(c->d);
	}
	/* The scope, the views, the volume, and what later versions add. */
	for (k = 0, at = 1; k < c->t[0].n_children; k++, at = c->t[at].next)
		if (!is_elsewhere(c->t[at].key)) {
			if (c->t[at].tok == JSON_ARR && c->t[at].n_children == 0)
				continue; /* nothing to tell: no gap of earlier archives was closed */
			if (json_same(c->t[at].key, STR("scope")))
				pdf_label(c->d, 0, (struct pdf_label){ "范围", "Scope" });
			else if (json_same(c->t[at].key, STR("views")))
				pdf_label(c->d, 0, (struct pdf_label){ "视图", "Views" });
			else if (json_same(c->t[at].key, STR("closed_gaps")))
				pdf_label(c->d, 0, (struct pdf_label){ "本次补齐的缺口", "Gaps of earlier archives closed" });
			else
				pdf_say(c->d, 0, PDF_LABEL_EN, c->t[at].key);
			if (str_is(json_whole(&c->t[at]), "{\"pilot\":false}"))
				pdf_sayz(c->d, 1, PDF_PLAIN, "未限定：配置所及的全部 not limited: everything the configuration opens");
			else if (!json_same(c->t[at].key, STR("views")) || !formats_told(c, at))
				pdf_say(c->d, 1, PDF_CODE, json_whole(&c->t[at]));
			pdf_row(c->d);
		}
	pdf_table_end(c->d);
}

/* "expired 3; gone 1" of a list of {reason, entries, objects}. */
static void
reasons(struct certificate *c, unsigned column, size_t list)
{
	size_t k, at;

	if (list == 0 || c->t[list].tok != JSON_ARR)
		return;
	for (k = 0, at = list + 1; k < c->t[list].n_children; k++, at = c->t[at].next) {
		pdf_line(c->d, column);
		pdf_say(c->d, column, PDF_SMALL, get(c, at, "reason"));
		pdf_sayz(c->d, column, PDF_SMALL, " ");
		pdf_say(c->d, column, PDF_SMALL, get(c, at, "objects"));
	}
}

static void
stream(struct certificate *c, size_t s)
{
	size_t list = json_get(c->t, s, "expected_from"), k, at;
	struct str missing = get(c, s, "missing");

	pdf_say(c->d, 0, PDF_STRONG, get(c, s, "stream"));
	pdf_say(c->d, 1, PDF_PLAIN, get(c, s, "expected"));
	for (k = 0, at = list + 1; list != 0 && c->t[list].tok == JSON_ARR && k < c->t[list].n_children; k++, at = c->t[at].next) {
		pdf_line(c->d, 1);
		pdf_say(c->d, 1, PDF_SMALL, get(c, at, "how"));
		pdf_sayz(c->d, 1, PDF_SMALL, ": ");
		pdf_say(c->d, 1, PDF_SMALL, get(c, at, "count"));
	}
	pdf_say(c->d, 2, PDF_PLAIN, get(c, s, "archived"));
	pdf_say(c->d, 3, str_is(missing, "0") ? PDF_PLAIN : PDF_BAD, missing);
	reasons(c, 3, json_get(c->t, s, "gaps"));
	pdf_say(c->d, 4, PDF_PLAIN, get(c, s, "limited"));
	reasons(c, 4, json_get(c->t, s, "limits"));
	list = json_get(c->t, s, "flagged");
	for (k = 0, at = list + 1; list != 0 && c->t[list].tok == JSON_ARR && k < c->t[list].n_children; k++, at = c->t[at].next) {
		pdf_line(c->d, 5);
		pdf_say(c->d, 5, PDF_SMALL, get(c, at, "flag"));
		pdf_sayz(c->d, 5, PDF_SMALL, " ");
		pdf_say(c->d, 5, PDF_SMALL, get(c, at, "records"));
	}
	pdf_row(c->d);
}

static void
streams(struct certificate *c)
{
	size_t list = json_get(c->t, 0, "streams"), k, at;

	if (list == 0 || c->t[list].tok != JSON_ARR)
		return;
	pdf_heading(c->d, (struct pdf_label){ "各记录流", "Streams" }, PDF_KEEP);
	pdf_table(c->d, 6, (const double[]){ 20, 18, 11, 16, 17, 18 });
	pdf_label(c->d, 0, (struct pdf_label){ "记录流", "Stream" });
	pdf_label(c->d, 1, (struct pdf_label){ "应有", "Expected" });
	pdf_label(c->d, 2, (struct pdf_label){ "已归档", "Archived" });
	pdf_label(c->d, 3, (struct pdf_label){ "缺失", "Missing" });
	pdf_label(c->d, 4, (struct pdf_label){ "边界", "Limits" });
	pdf_label(c->d, 5, (struct pdf_label){ "标记", "Flagged" });
	pdf_table_head(c->d);
	for (k = 0, at = list + 1; k < c->t[list].n_children && pdf_ok(c->d); k++, at = c->t[at].next)
		stream(c, at);
	pdf_table_end(c->d);
}

/* One gap or limit. */
static enum status
entry(void *ctx, const struct record *rec, struct err *err)
{
	struct certificate *c = ctx;
	struct str is_final = record_get(rec, "is_final");
	struct pdf_label word;

	(void)err;
	if ((rec->kind != REC_GAP && rec->kind != REC_LIMIT) || (rec->kind == REC_LIMIT && str_is(record_get(rec, "reason"), "not_covered") != c->own))
		return ST_OK;
	if (c->rows++ >= CERTIFICATE_ROWS || !pdf_ok(c->d))
		return ST_OK;
	if (c->rows == 1) {
		pdf_table(c->d, 4, (const double[]){ 17, 25, 20, 38 });
		pdf_label(c->d, 0, (struct pdf_label){ "记录流", "Stream" });
		pdf_label(c->d, 1, (struct pdf_label){ "对象与时段", "Object and period" });
		pdf_label(c->d, 2, (struct pdf_label){ "原因与数量", "Reason and count" });
		pdf_label(c->d, 3, (struct pdf_label){ "说明", "What was seen, how to fetch it" });
		pdf_table_head(c->d);
	}
	pdf_say(c->d, 0, PDF_PLAIN, record_get(rec, "of_stream"));
	pdf_say(c->d, 1, PDF_CODE, record_get(rec, "object"));
	if (rec->n[record_field(rec->kind, "from")].ms != WHEN_UNKNOWN || rec->n[record_field(rec->kind, "until")].ms != WHEN_UNKNOWN) {
		pdf_line(c->d, 1);
		time_said(c, 1, rec->n[record_field(rec->kind, "from")].ms);
		pdf_sayz(c->d, 1, PDF_PLAIN, " – ");
		time_said(c, 1, rec->n[record_field(rec->kind, "until")].ms);
	}
	pdf_say(c->d, 2, PDF_STRONG, record_get(rec, "reason"));
	pdf_sayz(c->d, 2, PDF_PLAIN, " × ");
	pdf_say(c->d, 2, PDF_PLAIN, record_get(rec, "count"));
	if ((word = pdf_reason(record_get(rec, "reason"))).zh != NULL) {
		pdf_line(c->d, 2);
		pdf_label(c->d, 2, word);
	}
	if (is_final.n > 0) {
		pdf_line(c->d, 2);
		pdf_sayz(c->d, 2, PDF_SMALL, str_is(is_final, "true") ? "不可再取 final" : "可再取 can be fetched");
	}
	pdf_say(c->d, 3, PDF_SMALL, record_get(rec, "detail"));
	if (record_get(rec, "retry").n > 0) {
		pdf_line(c->d, 3);
		pdf_say(c->d, 3, PDF_SMALL, record_get(rec, "retry"));
	}
	pdf_row(c->d);
	return ST_OK;
}

static void
entries(struct certificate *c, const char *name, bool own, struct pdf_label heading, const char *none)
{
	enum status st;

	pdf_heading(c->d, heading, PDF_KEEP);
	c->rows = 0;
	c->own = own;
	if ((st = c->in->records->run(c->in->records, name, entry, c, pdf_err(c->d))) != ST_OK)
		pdf_fail(c->d, st);
	if (c->rows > 0)
		pdf_table_end(c->d);
	else
		pdf_sayz(c->d, 0, PDF_PLAIN, none);
	if (c->rows > CERTIFICATE_ROWS)
		pdf_sayf(c->d, 0, PDF_MARK, "另有 %llu 条未排印，见 data/report/gaps.csv。%llu more are in data/report/gaps.csv.",
		    (unsigned long long)(c->rows - CERTIFICATE_ROWS), (unsigned long long)(c->rows - CERTIFICATE_ROWS));
	pdf_paragraph(c->d);
}

static void
provenance(struct certificate *c)
{
	const struct format_options *opt = c->in->opt;
	struct buf qr;
	enum status st;

	pdf_heading(c->d, (struct pdf_label){ "核验", "How to check" }, PDF_KEEP_QR);
	buf_init(&qr, 4096);
	st = opt->chain == NULL ? ST_OK : buf_addf(&qr, pdf_err(c->d), "chain %s\narchive %s\n", opt->chain, opt->archive);
	if (st != ST_OK || (st = buf_addf(&qr, pdf_err(c->d), "file data/report/completeness.json\nsha256 %s", c->sha256)) != ST_OK)
		pdf_fail(c->d, st);
	pdf_sayz(c->d, 0, PDF_SMALL, "本证明的数据文件 completeness.json 内嵌于此 PDF，也在归档包的 data/report/ 中；其 SHA-256：\n");
	pdf_sayz(c->d, 0, PDF_SMALL, "The data of this certificate, completeness.json, is embedded here and stands in data/report/ of the archive; its SHA-256:\n");
	pdf_sayz(c->d, 0, PDF_CODE, c->sha256);
	pdf_sayz(c->d, 0, PDF_SMALL, "\n归档包的封签与签名覆盖它：custody verify；不用本程序：包内 VERIFY.txt。\n");
	pdf_sayz(c->d, 0, PDF_SMALL, "Seal and signatures of the archive cover it: custody verify; without this program: VERIFY.txt in the archive.");
	pdf_qr(c->d, buf_str(&qr));
	buf_free(&qr);
}

static void
figures(struct certificate *c, bool whole)
{
	pdf_sayz(c->d, 0, PDF_PLAIN, "缺口 gaps: ");
	pdf_say(c->d, 0, whole ? PDF_GOOD : PDF_BAD, get(c, 0, "gaps"));
	pdf_sayz(c->d, 0, PDF_PLAIN, "    边界 limits: ");
	pdf_say(c->d, 0, PDF_STRONG, get(c, 0, "limits"));
	pdf_sayz(c->d, 0, PDF_SMALL, "    （缺口：范围之内应有而没有；边界：平台、版本或授权从未提供。A gap should be there and is not; a limit was never offered.）");
	if (!str_is(get(c, 0, "limits"), "0")) {
		pdf_line(c->d, 0);
		pdf_sayz(c->d, 0, PDF_SMALL, "边界之外的内容不在本归档包中，逐条列于下文。What lies beyond a limit is not in this archive; each one is told below.");
	}
	pdf_paragraph(c->d);
}

static void
tell(struct pdf_doc *d, void *ctx)
{
	struct certificate *c = ctx;
	const bool derived = json_get(c->t, 0, "derived_from") != 0;
	bool whole;

	c->d = d;
	whole = str_is(get(c, 0, "complete"), "true");
	pdf_title(d, str_of(c->in->opt->organization), (struct pdf_label){ "归档报告", "Report of an archive" }, STR("完整性证明 Completeness certificate"),
	    derived ? (struct pdf_label){ "派生视图", "Rendering" } : whole ? (struct pdf_label){ "完整", "Complete" } : (struct pdf_label){ "有缺口", "With gaps" },
	    derived ? PDF_OPEN : whole ? PDF_GOOD : PDF_BAD);
	if (derived) {
		pdf_sayz(d, 0, PDF_PLAIN, "派生视图对平台不作任何陈述；下列缺口与边界是 derived_from 所列归档包的。A rendering says nothing of the platform; gaps and limits below are those of the "
		    "archive that derived_from names.");
		pdf_paragraph(d);
	} else {
		figures(c, whole);
	}
	facts_told(c);
	streams(c);
	pdf_heading(d, (struct pdf_label){ "方法", "Method" }, PDF_KEEP);
	pdf_say(d, 0, PDF_PLAIN, get(c, 0, "method.zh"));
	pdf_line(d, 0);
	pdf_say(d, 0, PDF_PLAIN, get(c, 0, "method.en"));
	pdf_paragraph(d);
	entries(c, "gaps", false, (struct pdf_label){ "缺口", "Gaps" }, "无。None.");
	entries(c, "limits", false, (struct pdf_label){ "边界：从未提供", "Limits: never offered" }, "无。None.");
	entries(c, "limits", true, (struct pdf_label){ "边界：本程序的本版本不导出", "Limits: not exported by this version of the program" }, "无。None.");
	provenance(c);
}

enum status
certificate_make(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct certificate c = { .in = in };
	unsigned char hash[DIGEST_MAX];
	struct buf author, head;
	struct pdf_fonts *fonts = NULL;
	enum status st;
	size_t n;

	if (in->opt->report.p == NULL)
		return ST_OK;
	arena_init(&c.arena, LIMIT_ARENA);
	stamp_init(&c.stamp);
	buf_init(&author, 8192);
	buf_init(&head, 8192);
	if ((st = pdf_file_clean(in, "report", err)) != ST_OK || (st = json_tape(in->opt->report, &c.arena, &c.t, &n, err)) != ST_OK || (st = pdf_fonts_open(&fonts, err)) != ST_OK ||
	    (st = digest_of(DIGEST_SHA256, in->opt->report.p, in->opt->report.n, hash, err)) != ST_OK)
		goto out;
	if (c.t[0].tok != JSON_OBJ) {
		st = err_set(err, ST_INPUT, _("the completeness certificate is no JSON object"));
		goto out;
	}
	digest_hex(hash, 32, c.sha256);
	if ((in->opt->organization != NULL && (st = pdf_text_plain(str_of(in->opt->organization), &author, err)) != ST_OK) ||
	    (st = buf_addf(&head, err, "%.*s%s完整性证明 Completeness certificate%s%s", STR_ARG(buf_str(&author)), author.n > 0 ? "  ·  " : "",
	    in->opt->archive == NULL ? "" : "  ·  ", in->opt->archive == NULL ? "" : in->opt->archive)) != ST_OK || (st = buf_z(&head, err)) != ST_OK)
		goto out;
	{
		struct pdf_job job = { .fonts = fonts, .tag = "report", .head = head.p, .body = tell, .ctx = &c };
		struct pdf_a pass = { .level = PDF_A_3B, .title = STR("完整性证明 Completeness certificate"), .author = buf_str(&author),
			.subject = in->opt->archive == NULL ? STR_NONE : str_of(in->opt->archive), .file = in->opt->report,
			.file_name = "completeness.json", .media_type = "application/json", .file_about = STR("report") };

		st = pdf_file_make(in, place, CERTIFICATE_PATH, &job, &pass, err);
	}
out:
	if (st != ST_OK)
		(void)err_in(err, "%s", CERTIFICATE_PATH);
	pdf_fonts_close(fonts);
	buf_free(&head);
	buf_free(&author);
	arena_free(&c.arena);
	return st;
}
