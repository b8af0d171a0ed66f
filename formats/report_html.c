/* report_html.c: the certificate as a page. */
#include "formats/report_html.h"

#include <stdio.h>

#include "core/json.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/html_page.h"
#include "formats/html_words.h"

enum as { AS_TEXT, AS_TIME, AS_TRUTH, AS_SCOPE, AS_VIEWS, AS_VOLUME, AS_CLOSED, AS_ELSEWHERE };

/* Members of the certificate in the order people ask for them; AS_ELSEWHERE has a place of its own. */
static const struct fact { const char *name, *zh, *en; enum as as; } facts[] = {
	{ "organization", "组织", "organisation", AS_TEXT },
	{ "tenant", "租户", "tenant", AS_TEXT },
	{ "platform", "平台", "platform", AS_TEXT },
	{ "account", "平台账号", "account on the platform", AS_TEXT },
	{ "scope", "范围", "scope", AS_SCOPE },
	{ "purpose", "目的", "purpose", AS_TEXT },
	{ "legal_basis", "法律依据", "legal basis", AS_TEXT },
	{ "operator", "操作人", "operator", AS_TEXT },
	{ "began_at", "开始", "began", AS_TIME },
	{ "captured_at", "完成", "captured", AS_TIME },
	{ "time_zone", "时区", "time zone", AS_TEXT },
	{ "sessions", "运行段数（含续跑）", "sessions", AS_TEXT },
	{ "closed_gaps", "已补齐的先前缺口", "earlier gaps now closed", AS_CLOSED },
	{ "archive", "归档", "archive", AS_TEXT },
	{ "volume", "分卷", "volume", AS_VOLUME },
	{ "chain", "链", "chain", AS_TEXT },
	{ "run", "任务", "run", AS_TEXT },
	{ "program", "程序", "program", AS_TEXT },
	{ "views", "视图格式", "views", AS_VIEWS },
	{ "format", NULL, NULL, AS_ELSEWHERE },
	{ "complete", NULL, NULL, AS_ELSEWHERE },
	{ "gaps", NULL, NULL, AS_ELSEWHERE },
	{ "limits", NULL, NULL, AS_ELSEWHERE },
	{ "method", NULL, NULL, AS_ELSEWHERE },
	{ "streams", NULL, NULL, AS_ELSEWHERE },
	{ "volume_note", NULL, NULL, AS_ELSEWHERE },
	{ "purpose_note", NULL, NULL, AS_ELSEWHERE },
	{ "legal_basis_note", NULL, NULL, AS_ELSEWHERE },
	{ "operator_note", NULL, NULL, AS_ELSEWHERE },
};
static const struct fact scopes[] = {
	{ "pilot", "试运行", "pilot", AS_TRUTH },
	{ "since", "起", "since", AS_TIME },
	{ "until", "止（不含）", "until (not itself)", AS_TIME },
	{ "areas", "领域", "areas", AS_TEXT },
	{ "streams", "记录流", "streams", AS_TEXT },
	{ "excluded", "排除", "excluded", AS_TEXT },
	{ "departments", "部门", "departments", AS_TEXT },
	{ "users", "成员", "members", AS_TEXT },
	{ "rooms", "群聊", "rooms", AS_TEXT },
};

struct page {
	struct html_out h;
	struct stamp stamp;
	struct arena arena;
	const struct json_node *t;
	bool own;		/* limits of this program, or those of the platform */
	uint64_t n_rows;	/* entries seen in the table at hand */
};

static struct str
text_of(struct page *p, size_t i)
{
	struct str out = STR_NONE;
	enum status st;

	if (p->t[i].tok == JSON_NUM || p->t[i].tok == JSON_TRUE || p->t[i].tok == JSON_FALSE)
		return p->t[i].val;
	if (p->t[i].tok == JSON_STR && (st = json_text(p->t[i].val, p->t[i].flags, &p->arena, &out, p->h.err)) != ST_OK)
		html_fail(&p->h, st);
	return out;
}

static struct str
member(struct page *p, size_t of, const char *name)
{
	const size_t i = json_get(p->t, of, name);

	return i == 0 ? STR_NONE : text_of(p, i);
}

static bool
is_true(const struct page *p, const char *name)
{
	const size_t i = json_get(p->t, 0, name);

	return i != 0 && p->t[i].tok == JSON_TRUE;
}

/* {"en":…,"zh":…}: both, as paragraphs or in one line. */
static bool
both(struct page *p, const char *name, bool paragraphs)
{
	const size_t i = json_get(p->t, 0, name);
	const struct str zh = i == 0 ? STR_NONE : member(p, i, "zh"), en = i == 0 ? STR_NONE : member(p, i, "en");
	struct html_out *h = &p->h;

	if (zh.p == NULL || en.p == NULL)
		return false;
	html_el(h, paragraphs ? "p" : "span", NULL, zh);
	html_z(h, " ");
	html_open(h, paragraphs ? "p" : "span");
	html_attr_z(h, "lang", "en");
	html_text(h, en);
	html_close(h, paragraphs ? "p" : "span");
	return true;
}

/* --- facts --- */

static void
list(struct page *p, size_t i)
{
	struct html_out *h = &p->h;
	size_t k, child;

	for (child = i + 1, k = 0; k < p->t[i].n_children; child = p->t[child].next, k++) {
		const struct str s = text_of(p, child);

		if (k > 0)
			html_z(h, "、");
		html_bdi(h, NULL, s.p != NULL ? s : json_whole(&p->t[child]));
	}
	if (k == 0)
		html_words(h, "（空）", "(empty)");
}

/* [{"archive":…,"run":…,"gaps":[…]}]: a line for each archive; of one that nobody knows any more, its run. */
static void
closed(struct page *p, size_t i)
{
	struct html_out *h = &p->h;
	size_t k, child, gaps;

	for (child = i + 1, k = 0; k < p->t[i].n_children; child = p->t[child].next, k++) {
		const struct str archive = member(p, child, "archive");

		html_open(h, "div");
		html_bdi(h, NULL, archive.p != NULL ? archive : member(p, child, "run"));
		html_z(h, ": ");
		if ((gaps = json_get(p->t, child, "gaps")) != 0 && p->t[gaps].tok == JSON_ARR)
			list(p, gaps);
		html_close(h, "div");
	}
}

static void fact_list(struct page *, size_t of, const struct fact *rows, size_t n);

static void
value(struct page *p, size_t i, const struct fact *row)
{
	struct html_out *h = &p->h;
	const struct json_node *node = &p->t[i];
	const struct str s = text_of(p, i);
	char note[64];
	int64_t ms;
	size_t m;

	if (node->tok == JSON_NULL) {
		(void)snprintf(note, sizeof(note), "%.40s_note", row->name);
		if (!both(p, note, false))
			html_words(h, "未提供", "none");
	} else if (row->as == AS_TIME && when_parse_utc(s, &ms, NULL) == ST_OK) {
		html_time(h, &p->stamp, ms, true);
	} else if (row->as == AS_TRUTH && s.p != NULL) {
		html_words(h, node->tok == JSON_TRUE ? "是" : "否", node->tok == JSON_TRUE ? "yes" : "no");
	} else if (row->as == AS_SCOPE && node->tok == JSON_OBJ) {
		if (node->n_children == 0 || (node->n_children == 1 && (m = json_get(p->t, i, "pilot")) != 0 && p->t[m].tok == JSON_FALSE))
			html_words(h, "全部：没有设定任何限制", "everything: no bound was set");
		else
			fact_list(p, i, scopes, sizeof(scopes) / sizeof(scopes[0]));
	} else if (row->as == AS_VIEWS && (m = json_get(p->t, i, "formats")) != 0 && p->t[m].tok == JSON_ARR) {
		list(p, m);
	} else if (row->as == AS_VOLUME && node->tok == JSON_OBJ) {
		html_bdi(h, NULL, member(p, i, "number"));
		html_z(h, " / ");
		m = json_get(p->t, i, "of");
		html_bdi(h, NULL, m != 0 && p->t[m].tok == JSON_NUM ? p->t[m].val : STR("?"));
		if ((m = json_get(p->t, i, "archives")) != 0 && p->t[m].tok == JSON_ARR) {
			html_z(h, " — ");
			list(p, m);
		}
	} else if (row->as == AS_CLOSED && node->tok == JSON_ARR && node->n_children > 0) {
		closed(p, i);
	} else if (row->as == AS_CLOSED && node->tok == JSON_ARR) {
		html_words(h, "无", "none");
	} else if (node->tok == JSON_ARR) {
		list(p, i);
	} else if (s.p != NULL && s.n == 0) {
		html_words(h, "（空）", "(empty)");
	} else if (s.p != NULL) {
		html_bdi(h, NULL, s);
	} else {
		html_el(h, "pre", NULL, json_whole(node));
	}
}

/* By the rows, then what stands in none. */
static void
fact_list(struct page *p, size_t of, const struct fact *rows, size_t n)
{
	struct html_out *h = &p->h;
	size_t r, i, k;

	html_open(h, "dl");
	for (r = 0; r < n; r++)
		if (rows[r].as != AS_ELSEWHERE && (i = json_get(p->t, of, rows[r].name)) != 0) {
			html_fact(h, rows[r].zh, rows[r].en);
			value(p, i, &rows[r]);
			html_fact_end(h);
			html_z(h, "\n");
		}
	for (i = of + 1, k = 0; k < p->t[of].n_children; i = p->t[i].next, k++) {
		for (r = 0; r < n && !json_same(p->t[i].key, str_of(rows[r].name)); r++)
			;
		if (r < n)
			continue;
		html_open(h, "div");
		html_open(h, "dt");
		html_bdi(h, "id", p->t[i].key);
		html_close(h, "dt");
		html_open(h, "dd");
		html_el(h, "pre", NULL, json_whole(&p->t[i]));
		html_fact_end(h);
	}
	html_close(h, "dl");
}

/* --- the table of streams --- */

static void
cell(struct html_out *h, const char *class_, struct str text)
{
	html_open(h, "td");
	if (class_ != NULL)
		html_attr_z(h, "class", class_);
	html_bdi(h, NULL, text);
	html_close(h, "td");
}

/* [{"reason":…,"entries":…,"objects":…}] */
static void
reasons(struct page *p, size_t stream, const char *name)
{
	const size_t at = json_get(p->t, stream, name);
	struct html_out *h = &p->h;
	size_t i, k;

	if (at == 0 || p->t[at].tok != JSON_ARR)
		return;
	for (i = at + 1, k = 0; k < p->t[at].n_children; i = p->t[i].next, k++) {
		html_open(h, "div");
		html_word(h, html_reasons, member(p, i, "reason"), false);
		html_z(h, " × ");
		html_text(h, member(p, i, "objects"));
		html_close(h, "div");
	}
}

static void
stream_row(struct page *p, size_t i)
{
	const struct str missing = member(p, i, "missing");
	const size_t from = json_get(p->t, i, "expected_from");
	struct html_out *h = &p->h;
	size_t k, m;

	html_open(h, "tr");
	if (!str_is(missing, "0"))
		html_attr_z(h, "class", "miss");
	html_open(h, "td");
	html_word(h, html_streams, member(p, i, "stream"), true);
	html_close(h, "td");
	cell(h, "n", member(p, i, "expected"));
	cell(h, "n", member(p, i, "archived"));
	cell(h, "n", missing);
	html_open(h, "td");
	reasons(p, i, "gaps");
	html_close(h, "td");
	html_open(h, "td");
	reasons(p, i, "limits");
	html_close(h, "td");
	html_open(h, "td");
	if (from == 0 || p->t[from].tok != JSON_ARR || p->t[from].n_children == 0)
		html_words(h, "无", "none");
	for (m = from + 1, k = 0; from != 0 && p->t[from].tok == JSON_ARR && k < p->t[from].n_children; m = p->t[m].next, k++) {
		html_open(h, "div");
		html_bdi(h, "id", member(p, m, "how"));
		html_z(h, ": ");
		html_text(h, member(p, m, "count"));
		html_close(h, "div");
	}
	html_close(h, "td");
	html_close(h, "tr");
	html_z(h, "\n");
}

static void
streams(struct page *p)
{
	static const char *const columns[][2] = { { "记录流", "stream" }, { "#应有", "expected" }, { "#已归档", "archived" }, { "#缺失", "missing" },
		{ "缺失原因", "why missing" }, { "边界（从未提供）", "limits (never offered)" }, { "独立计数", "independent counts" }, { NULL, NULL } };
	const size_t at = json_get(p->t, 0, "streams");
	struct html_out *h = &p->h;
	size_t i, k;

	html_open(h, "h2");
	html_words(h, "各记录流", "streams");
	html_close(h, "h2");
	html_table(h, columns);
	for (i = at + 1, k = 0; at != 0 && p->t[at].tok == JSON_ARR && k < p->t[at].n_children; i = p->t[i].next, k++)
		stream_row(p, i);
	html_table_end(h);
	html_z(h, "\n");
}

/* --- entries --- */

static void
period(struct page *p, const struct record *rec)
{
	const int from = record_field(rec->kind, "from"), until = record_field(rec->kind, "until");
	struct html_out *h = &p->h;

	if (rec->n[from].ms != WHEN_UNKNOWN)
		html_time(h, &p->stamp, rec->n[from].ms, true);
	if (rec->n[from].ms != WHEN_UNKNOWN || rec->n[until].ms != WHEN_UNKNOWN)
		html_z(h, " – ");
	if (rec->n[until].ms != WHEN_UNKNOWN)
		html_time(h, &p->stamp, rec->n[until].ms, true);
}

/* An id of hundreds of characters has its two ends; gaps.csv has all of it. */
static void
object(struct html_out *h, struct str id)
{
	size_t i;

	for (i = 0; i < id.n && (unsigned char)id.p[i] < 0x80; i++)
		;
	if (id.n <= 64 || i < id.n) {
		html_bdi(h, "id", id);
		return;
	}
	html_open(h, "bdi");
	html_attr_z(h, "class", "id");
	html_attr(h, "title", id);
	html_text(h, (struct str){ id.p, 32 });
	html_z(h, " … ");
	html_text(h, (struct str){ id.p + id.n - 12, 12 });
	html_close(h, "bdi");
}

static enum status
entry(void *ctx, const struct record *rec, struct err *err)
{
	struct page *p = ctx;
	struct html_out *h = &p->h;
	const struct str last = record_get(rec, "is_final");

	(void)err;
	if ((rec->kind != REC_GAP && rec->kind != REC_LIMIT) || (rec->kind == REC_LIMIT && str_is(record_get(rec, "reason"), "not_covered") != p->own) ||
	    p->n_rows++ >= REPORT_HTML_ROWS)
		return ST_OK;
	html_open(h, "tr");
	cell(h, "n", rec->id);
	html_open(h, "td");
	html_word(h, html_streams, record_get(rec, "of_stream"), false);
	html_close(h, "td");
	html_open(h, "td");
	html_word(h, html_reasons, record_get(rec, "reason"), true);
	html_close(h, "td");
	cell(h, "n", record_get(rec, "count"));
	html_open(h, "td");
	object(h, record_get(rec, "object"));
	period(p, rec);
	html_close(h, "td");
	html_open(h, "td");
	html_bdi(h, NULL, record_get(rec, "detail"));
	html_close(h, "td");
	html_open(h, "td");
	if (last.p != NULL)
		html_words(h, str_is(last, "true") ? "无法再取" : "可再取", str_is(last, "true") ? "cannot be fetched again" : "can be fetched again");
	if (record_get(rec, "retry").n > 0) {
		html_z(h, " — ");
		html_bdi(h, NULL, record_get(rec, "retry"));
	}
	html_close(h, "td");
	html_close(h, "tr");
	html_z(h, "\n");
	return h->st;
}

static enum status
entries(struct page *p, const struct view_input *in, const char *stream, bool own, const char *zh, const char *en, struct err *err)
{
	static const char *const columns[][2] = { { "#编号", "number" }, { "记录流", "stream" }, { "原因", "reason" }, { "#数量", "count" },
		{ "对象或时段", "object or period" }, { "说明", "detail" }, { "再取", "again" }, { NULL, NULL } };
	struct html_out *h = &p->h;
	enum status st;

	html_open(h, "h2");
	html_words(h, zh, en);
	html_close(h, "h2");
	html_table(h, columns);
	p->n_rows = 0;
	p->own = own;
	if ((st = in->records->run(in->records, stream, entry, p, err)) != ST_OK)
		return st;
	html_table_end(h);
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	if (p->n_rows > REPORT_HTML_ROWS) {
		html_words(h, "此处只列出前", "shown here are the first");
		html_f(h, " %u / %llu — ", REPORT_HTML_ROWS, (unsigned long long)p->n_rows);
	} else if (p->n_rows == 0) {
		html_words(h, "没有条目", "no entry");
		html_z(h, " — ");
	}
	html_words(h, "全部条目见", "all entries stand in");
	html_z(h, " gaps.csv");
	html_close(h, "p");
	html_z(h, "\n");
	return h->st;
}

static void
verdict(struct page *p)
{
	const bool complete = is_true(p, "complete"), goes_on = json_get(p->t, 0, "volume_note") != 0;
	struct html_out *h = &p->h;

	if (json_get(p->t, 0, "derived_from") != 0) {
		html_open(h, "p");
		html_attr_z(h, "class", "verdict");
		html_open(h, "strong");
		html_words(h, "派生视图：对平台不作任何陈述。", "A rendering: it says nothing of the platform.");
		html_close(h, "strong");
		html_words(h, "缺口与边界如下，均为 derived_from 所列归档包的。", "Gaps and limits below are those of the archive that derived_from names.");
		html_close(h, "p");
		html_z(h, "\n");
		return;
	}
	html_open(h, "p");
	html_attr_z(h, "class", complete ? "verdict good" : "verdict bad");
	html_open(h, "strong");
	if (complete)
		html_words(h, "完整：范围内没有缺口。", "Complete: nothing in scope is missing.");
	else if (goes_on)
		html_words(h, "未完：任务在下一个归档包中继续。", "Not the end: the run goes on in the next archive.");
	else
		html_words(h, "不完整：范围内有缺口，逐一列出如下。", "Incomplete: something in scope is missing; all of it is listed below.");
	html_close(h, "strong");
	html_words(h, "缺口", "gaps");
	html_z(h, " ");
	html_text(h, member(p, 0, "gaps"));
	html_z(h, " · ");
	html_words(h, "边界", "limits");
	html_z(h, " ");
	html_text(h, member(p, 0, "limits"));
	if (!str_is(member(p, 0, "limits"), "0"))
		html_words(h, "（边界之外的内容不在本归档包中，见下文逐条说明）", "(what lies beyond them is not in this archive; each is told below)");
	html_close(h, "p");
	html_z(h, "\n");
	(void)both(p, "volume_note", true);
}

static enum status
write_page(struct page *p, const struct view_input *in, struct err *err)
{
	struct html_out *h = &p->h;
	const struct str name = member(p, 0, "organization");
	enum status st;

	html_page_begin_alone(h, STR("完整性证明 Completeness certificate"), html_style_report());
	html_open(h, "h1");
	html_words(h, "完整性证明", "Completeness certificate");
	html_close(h, "h1");
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	if (name.n > 0) {
		html_bdi(h, NULL, name);
		html_z(h, " · ");
	}
	html_bdi(h, NULL, member(p, 0, "archive"));
	html_close(h, "p");
	html_z(h, "\n");
	verdict(p);
	fact_list(p, 0, facts, sizeof(facts) / sizeof(facts[0]));
	html_open(h, "h2");
	html_words(h, "方法", "method");
	html_close(h, "h2");
	(void)both(p, "method", true);
	html_z(h, "\n");
	streams(p);
	if ((st = entries(p, in, "gaps", false, "缺口：应有而没有", "gaps: should be there and are not", err)) != ST_OK ||
	    (st = entries(p, in, "limits", false, "边界：平台、版本或授权从未提供", "limits: never offered by platform, edition or grant", err)) != ST_OK ||
	    (st = entries(p, in, "limits", true, "边界：本程序的本版本不导出", "limits: not exported by this version of the program", err)) != ST_OK)
		return st;
	html_open(h, "p");
	html_attr_z(h, "class", "foot");
	html_words(h, "本页由 completeness.json 与缺口、边界记录生成；归档包的封签覆盖这些文件。",
	    "Made from completeness.json and the records of gaps and limits; the seal of the archive covers them.");
	html_close(h, "p");
	html_page_end(h);
	return html_end(h);
}

enum status
report_html(const struct view_input *in, struct view_place *place, struct err *err)
{
	struct json_node *t;
	struct sink *sink;
	struct page *p;
	enum status st;
	size_t n;

	if (in->opt->report.p == NULL)
		return ST_OK;
	if ((p = mem_get(1, sizeof(*p), err)) == NULL)
		return ST_NOMEM;
	stamp_init(&p->stamp);
	arena_init(&p->arena, LIMIT_ARENA);
	if ((st = json_tape(in->opt->report, &p->arena, &t, &n, err)) == ST_OK && (st = place->begin(place, "data/report/report.html", &sink, err)) == ST_OK) {
		p->t = t;
		html_begin(&p->h, sink, err);
		if ((st = write_page(p, in, err)) == ST_OK)
			st = place->end(place, err);
	}
	html_free(&p->h);
	arena_free(&p->arena);
	mem_free(p);
	return st;
}
