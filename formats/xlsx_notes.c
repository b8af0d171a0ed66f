/* xlsx_notes.c: what a reader of a workbook should know, in Chinese and English whatever the operator's language. */
#include "formats/xlsx_notes.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "formats/stamp.h"
#include "formats/xlsx_text.h"

#define SHOWN_MAX 2000u /* units of one note: a gap's detail may be anything */

/* What holds for every workbook: subject, Chinese, English. */
static const struct { const char *subject, *zh, *en; } rules[] = {
	{ "依据 authority",
	  "本工作簿是供阅读的派生视图。data/records 中的记录才是依据：其中逐字保存平台的原始数据。",
	  "This workbook is a rendition for reading. The records in data/records are authoritative: they hold the platform's own data, token for token." },
	{ "无值、空值、未授权 absent, empty, not granted",
	  "没有内容的空白单元格：平台没有该值，或未授权；未授权的列名列于 not_granted 列。值为空时，单元格存有一个空字符串（ISBLANK 为 FALSE）。",
	  "A blank cell: the platform has no such value, or did not grant it; column not_granted names the columns not granted. "
	  "An empty value is a cell that holds an empty string (ISBLANK says FALSE)." },
	{ "时间 times",
	  "每个时间有三列：<名称> 为租户时区时钟的日期单元格，<名称>_zone 为当时与 UTC 的时差，<名称>_utc 为同一时刻的 UTC 日期单元格。"
	  "1900-03-01 以前或 9999 年以后的时间以文本写出，因为电子表格不能表示。",
	  "Each time has three columns: <name> is a date cell by the clock of the tenant's zone, <name>_zone what that clock was ahead of UTC, "
	  "<name>_utc a date cell of the same moment in UTC. Times before 1900-03-01 or after 9999 are text, since spreadsheets cannot count them." },
	{ "编号与数字 ids and numbers",
	  "编号均为文本，位数与平台所给完全一致。不超过十五位的整数为数字单元格；更长的数字为文本，因为电子表格会丢失第十五位之后的数字。",
	  "Ids are text, digit by digit as the platform gave them. Whole numbers of at most fifteen digits are number cells; longer ones are text, "
	  "since spreadsheets lose digits behind the fifteenth." },
	{ "公式与链接 formulas and links",
	  "工作簿中没有公式，也没有超链接：以 = + - @ 开头的内容都是文本单元格，与记录一致，前面没有撇号（CSV 中有）。",
	  "There is no formula and no link in this workbook: what begins with = + - @ is a text cell, as in the record, without the apostrophe that CSV has." },
	{ "列表 lists",
	  "list 类型：各元素以分号加空格连接。json 类型：一个 JSON 值，记号之间没有空白。",
	  "Type list: elements joined by semicolon and space. Type json: one JSON value without white space between its tokens." },
	{ "字符 characters",
	  "控制字符按工作簿规则写作 _xHHHH_，电子表格会还原。NUL、非 UTF-8 字节、孤立代理项和非字符码位显示为 U+FFFD；原文见记录。",
	  "Control characters are written as _xHHHH_, as the rules of workbooks say, and spreadsheets give them back. NUL, bytes that are not UTF-8, "
	  "lone surrogates and noncharacters are shown as U+FFFD; the record has the original." },
	{ "长文本 long text",
	  "一个单元格最多 32,767 个 UTF-16 单元。更长的文本在此截断，并注明全文所在的记录和 CSV 文件。",
	  "A cell holds at most 32,767 UTF-16 units. A longer text is cut, with a mark that says in which record and CSV file the whole of it stands." },
	{ "多张工作表 more sheets",
	  "一张工作表最多 1,048,576 行；更多的行放在名称后带 (2)、(3)… 的工作表中。",
	  "A sheet has at most 1,048,576 rows; further rows stand on sheets with (2), (3), … behind the name." }
};

void
xlsx_notes_init(struct xlsx_notes *n)
{
	memset(n, 0, sizeof(*n));
	arena_init(&n->arena, LIMIT_ARENA);
}

void
xlsx_notes_free(struct xlsx_notes *n)
{
	arena_free(&n->arena);
	mem_free(n->at);
	memset(n, 0, sizeof(*n));
}

static enum status
row(struct xlsx_notes *n, struct xlsx_note **out, struct err *err)
{
	struct xlsx_note *grown;

	if (n->n == n->cap) {
		if ((grown = mem_grow(n->at, n->cap * 2 + 16, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		n->at = grown;
		n->cap = n->cap * 2 + 16;
	}
	*out = &n->at[n->n++];
	memset(*out, 0, sizeof(**out));
	return ST_OK;
}

static enum status
set(struct xlsx_notes *n, struct str *cell, struct str text, struct err *err)
{
	struct buf clean;
	enum status st;
	size_t taken;

	*cell = STR_NONE;
	if (text.p == NULL || text.n == 0) /* the library that writes this sheet has no empty strings */
		return ST_OK;
	buf_init(&clean, 8 * SHOWN_MAX * 4);
	if ((st = xlsx_text(text, SHOWN_MAX, XLSX_PLAIN, &clean, &taken, err)) == ST_OK && (taken == text.n || (st = buf_addz(&clean, "…", err)) == ST_OK))
		st = arena_dup(&n->arena, buf_str(&clean), cell, err);
	buf_free(&clean);
	return st;
}

static enum status
line(struct xlsx_notes *n, bool head, const char *const cells[], size_t n_cells, struct err *err)
{
	struct xlsx_note *r;
	enum status st = row(n, &r, err);
	size_t i;

	for (i = 0; st == ST_OK && i < n_cells; i++)
		st = set(n, &r->cell[i], str_of(cells[i]), err);
	if (st == ST_OK)
		r->head = head;
	return st;
}
#define LINE(n, head, err, ...) \
	line((n), (head), (const char *const[]){ __VA_ARGS__ }, sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *), (err))

struct gathering {
	struct xlsx_notes *notes;
	const char *stream;
	struct stamp stamp;
	uint64_t n;
};

static enum status
each_gap(void *ctx, const struct record *rec, struct err *err)
{
	static const char *const texts[] = { "reason", "object", "count", NULL, NULL, "is_final", "detail", "retry" };
	struct gathering *g = ctx;
	char time[STAMP_LEN];
	struct xlsx_note *r;
	enum status st;
	size_t i;

	if (!str_is(record_get(rec, "of_stream"), g->stream) || g->n++ >= XLSX_GAPS_MAX)
		return ST_OK;
	if ((st = row(g->notes, &r, err)) != ST_OK ||
	    (st = set(g->notes, &r->cell[0], rec->kind == REC_GAP ? STR("缺口 gap") : STR("边界 limit"), err)) != ST_OK)
		return st;
	for (i = 0; st == ST_OK && i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i] != NULL)
			st = set(g->notes, &r->cell[i + 1], record_get(rec, texts[i]), err);
		else if (stamp_local(&g->stamp, rec->n[record_field(rec->kind, i == 3 ? "from" : "until")].ms, time) > 0)
			st = set(g->notes, &r->cell[i + 1], str_of(time), err);
	return st;
}

enum status
xlsx_notes_gaps(struct xlsx_notes *n, const struct view_input *in, const char *stream, struct err *err)
{
	struct gathering g = { .notes = n, .stream = stream };
	char zh[96], en[96];
	enum status st;

	stamp_init(&g.stamp);
	if ((st = LINE(n, true, err, "缺口与边界 Gaps and limits", "原因 reason", "对象 object", "数量 count", "起 from", "止 until", "最终 is_final", "所见 detail",
	    "重取方法 retry")) != ST_OK ||
	    (st = in->records->run(in->records, "gaps", each_gap, &g, err)) != ST_OK ||
	    (st = in->records->run(in->records, "limits", each_gap, &g, err)) != ST_OK)
		return st;
	if (g.n == 0)
		return LINE(n, false, err, "无 none", "没有列出与此记录流有关的缺口或边界", "no gap and no limit of this stream is listed");
	if (g.n <= XLSX_GAPS_MAX)
		return ST_OK;
	(void)snprintf(zh, sizeof(zh), "另有 %" PRIu64 " 条，见 data/report/gaps.csv", g.n - XLSX_GAPS_MAX);
	(void)snprintf(en, sizeof(en), "%" PRIu64 " more in data/report/gaps.csv", g.n - XLSX_GAPS_MAX);
	return LINE(n, false, err, "…", zh, en);
}

static enum status
facts(struct xlsx_notes *n, const struct format_options *opt, const char *table, uint64_t n_rows, struct err *err)
{
	char csv[LIMIT_PATH + 1], rows[24], made[STAMP_LEN];
	struct stamp stamp;
	enum status st;

	(void)snprintf(csv, sizeof(csv), "data/views/%s.csv", table);
	(void)snprintf(rows, sizeof(rows), "%" PRIu64, n_rows);
	stamp_init(&stamp);
	(void)stamp_local(&stamp, opt->made_ms, made);
	if ((st = LINE(n, true, err, "项目 Item", "中文 Chinese", "English")) != ST_OK || (st = LINE(n, false, err, "表格 table", table, table)) != ST_OK ||
	    (opt->organization != NULL && (st = LINE(n, false, err, "组织 organization", opt->organization, opt->organization)) != ST_OK) ||
	    (opt->archive != NULL && (st = LINE(n, false, err, "归档包 archive", opt->archive, opt->archive)) != ST_OK) ||
	    (opt->chain != NULL && (st = LINE(n, false, err, "归档链 chain", opt->chain, opt->chain)) != ST_OK) ||
	    (st = LINE(n, false, err, "任务开始 run began", made, made)) != ST_OK || (st = LINE(n, false, err, "记录数 records", rows, rows)) != ST_OK ||
	    (st = LINE(n, false, err, "同一表格的 CSV the same as CSV", csv, csv)) != ST_OK)
		return st;
	return LINE(n, false, err, "时区 time zone", when_zone_name(), when_zone_name());
}

enum status
xlsx_notes_table(struct xlsx_notes *n, const struct format_options *opt, const char *table, uint64_t n_rows, const struct xlsx_column *columns,
    size_t n_columns, struct err *err)
{
	enum status st = facts(n, opt, table, n_rows, err);
	struct xlsx_note *r;
	size_t i;

	for (i = 0; st == ST_OK && i < sizeof(rules) / sizeof(rules[0]); i++)
		st = LINE(n, false, err, rules[i].subject, rules[i].zh, rules[i].en);
	if (st == ST_OK && (st = row(n, &r, err)) == ST_OK)
		st = LINE(n, true, err, "列 Column", "中文 Chinese", "English", "类型 type");
	for (i = 0; st == ST_OK && i < n_columns; i++)
		st = LINE(n, false, err, columns[i].header, columns[i].zh, columns[i].note, columns[i].type);
	return st == ST_OK ? row(n, &r, err) : st;
}
