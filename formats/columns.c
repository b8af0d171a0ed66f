/* columns.c: the table of all columns.  It is quoted and guarded like the tables it describes. */
#include "formats/columns.h"

#include <csv.h>

#include "core/i18n.h"
#include "formats/csv.h"

#define BOM	"\xEF\xBB\xBF"

/* Files of a kind as the bundled descriptions name their streams.  By what a name stands in a table. */
static const char *const files[REC__MAX] = {
	"departments.csv", "users.csv", "messages-YYYY-MM.csv", "rooms.csv", "approvals.csv", "approval-templates.csv", "files.csv",
	"../report/gaps.csv", "../report/gaps.csv", "events.csv", "<stream>-unknown.csv", "renewal.csv"
};

/* What holds for every table: subject, English, Chinese. */
static const struct { const char *subject, *en, *zh; } rules[] = {
	{ "authority",
	  "These tables are renditions for reading. The records in data/records are authoritative: they hold the platform's own data, token for token.",
	  "这些表格是供阅读的派生视图。data/records 中的记录才是依据：其中逐字保存平台的原始数据。" },
	{ "files",
	  "One file per stream; messages one file per month of sent_at in the tenant's time zone (messages-undated.csv: without a time). "
	  "A description of your own may name a stream otherwise: the kind decides the columns. A stream without a record has no file; gaps.csv is always there. "
	  "Objects of a kind that the program does not know stand in <stream>-unknown.csv. The files of a renewal archive are listed in renewal-files.csv.",
	  "每个记录流一个文件；消息按 sent_at 在租户时区中的月份分文件（messages-undated.csv：没有时间的消息）。自行编写的平台描述可以使用别的流名：列由对象种类决定。"
	  "没有记录的流没有文件；gaps.csv 始终存在。程序不认识的对象放在 <流名>-unknown.csv 中。续期归档包所收的文件列于 renewal-files.csv。" },
	{ "encoding",
	  "UTF-8 with a byte order mark (EF BB BF), comma between cells, quotation mark doubled inside a cell, line breaks inside a cell kept (RFC 4180).",
	  "UTF-8 编码，带字节顺序标记（EF BB BF）；单元格以逗号分隔，单元格内的引号写两次，单元格内的换行予以保留（RFC 4180）。" },
	{ "formula guard",
	  "Text that a spreadsheet could take for a formula, that is text whose first character is = + - @ TAB CR LF NUL or full-width ＝ ＋ － "
	  "＠, also behind apostrophes, has one apostrophe in front. Remove one apostrophe from such a cell to get the text back. Numbers have none.",
	  "可能被电子表格当作公式的文本，即首字符为 = + - @ 制表符 回车 换行 NUL 或全角 ＝ ＋ － ＠ 的文本（前面有撇号时也一样），"
	  "前面加一个撇号。去掉一个撇号即得原文。数字列中的数字不加。" },
	{ "absent, empty, not granted",
	  "No quotation marks at all: the platform has no such value, or did not grant it; column not_granted names the columns not granted. "
	  "Two quotation marks with nothing between: the value is empty.",
	  "没有引号的空单元格：平台没有该值，或未授权；未授权的列名列于 not_granted 列。只有一对引号的单元格：值为空。" },
	{ "times",
	  "Each time has two columns: <name> as RFC 3339 in the tenant's time zone and <name>_utc, the same moment in UTC, both with milliseconds.",
	  "每个时间有两列：<名称> 为租户时区的 RFC 3339 时间，<名称>_utc 为同一时刻的 UTC 时间，均精确到毫秒。" },
	{ "numbers and ids",
	  "Digits exactly as the platform gave them, quoted as text: many spreadsheets lose digits behind the fifteenth. Import these columns as text.",
	  "数字与编号的位数与平台所给完全一致，并加引号作为文本：许多电子表格会丢失第十五位之后的数字。导入时请把这些列设为文本。" },
	{ "lists",
	  "Type list: elements joined by semicolon and space. Type json: one JSON value without white space between its tokens.",
	  "list 类型：各元素以分号加空格连接。json 类型：一个 JSON 值，记号之间没有空白。" },
	{ "characters",
	  "Bytes that are not UTF-8, lone surrogates and noncharacters are shown as U+FFFD; every other character, control characters too, is kept.",
	  "非 UTF-8 字节、孤立代理项和非字符码位显示为 U+FFFD；其余字符（包括控制字符）均保留。" }
};

struct out { struct buf *b; bool crlf; bool first; };

static enum status
cell(struct out *o, const char *s, struct err *err)
{
	size_t n = strlen(s);
	enum status st = o->first ? ST_OK : buf_putc(o->b, ',', err);

	o->first = false;
	if (st == ST_OK && (st = buf_room(o->b, 2 * n + 2, err)) == ST_OK)
		o->b->n += csv_write2(o->b->p + o->b->n, 2 * n + 2, s, n, '"');
	return st;
}

static enum status
row(struct out *o, const char *const cells[6], struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	o->first = true;
	for (i = 0; st == ST_OK && i < 6; i++)
		st = cell(o, cells[i], err);
	return st != ST_OK ? st : buf_addz(o->b, o->crlf ? "\r\n" : "\n", err);
}

static enum status
columns_of(struct out *o, enum record_kind kind, struct err *err)
{
	struct csv_column column;
	enum status st;
	size_t i;

	for (i = 0; csv_column(kind, i, &column); i++) {
		const char *zh = columns_zh(column.note);

		if (zh == NULL)		/* a note of ours without its Chinese: the tests would have told */
			zh = column.note;
		if ((st = row(o, (const char *const[]){ record_kind_names[kind], files[kind], column.name, column.type, zh, column.note }, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
columns_write(const struct format_options *opt, struct buf *out, struct err *err)
{
	struct out o = { out, opt->crlf, true };
	enum status st;
	size_t i;

	if ((st = buf_add(out, BOM, 3, err)) != ST_OK ||
	    (st = row(&o, (const char *const[]){ "kind", "file", "column", "type", "meaning_zh", "meaning_en" }, err)) != ST_OK)
		return st;
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		if ((st = row(&o, (const char *const[]){ "*", "*.csv", rules[i].subject, "rule", rules[i].zh, rules[i].en }, err)) != ST_OK)
			return st;
	for (i = 0; i < REC__MAX; i++)
		if (i != REC_LIMIT && (st = columns_of(&o, (enum record_kind)i, err)) != ST_OK)	/* limits stand in the table of gaps */
			return st;
	return ST_OK;
}
