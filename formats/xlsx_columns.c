/* xlsx_columns.c: what people read above a column and on the tab of a sheet. */
#include "formats/xlsx_columns.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/utf8.h"
#include "formats/columns.h"

#define ZONE_NOTE N_("what the clock of the column before it is ahead of UTC")
#define ZONE_ZH "前一列的时钟与 UTC 的时差"
#define NAME_MAX_UNITS 24 /* of a stream's name on a tab: with " 未识别 (99)" still 31 at most */

static const char *const id_labels[REC__MAX] = {
	[REC_DEPARTMENT] = "部门编号", [REC_USER] = "成员编号", [REC_MESSAGE] = "消息编号", [REC_ROOM] = "群聊编号", [REC_APPROVAL] = "审批编号",
	[REC_TEMPLATE] = "模板编号", [REC_FILE] = "附件编号", [REC_UNKNOWN] = "编号",
	[REC_RENEWAL] = "归档包名称"
};

static const struct { const char *name, *zh; } labels[] = {
	/* departments and members */
	{ "parent_id", "上级部门" }, { "name", "名称" }, { "name_en", "英文名" }, { "order", "排序" }, { "leaders", "负责人" },
	{ "alias", "别名" }, { "status", "状态" }, { "main_department", "主部门" }, { "departments", "所属部门" }, { "position", "职务" },
	{ "gender", "性别" }, { "mobile", "手机" }, { "telephone", "座机" }, { "email", "邮箱" }, { "work_email", "企业邮箱" }, { "address", "地址" },
	{ "avatar_url", "头像网址" }, { "external_position", "对外职务" }, { "attributes", "扩展属性" },
	/* messages */
	{ "sent_at", "发送时间" }, { "action", "动作" }, { "type", "类型" }, { "from", "发送者" }, { "from_kind", "发送者类别" }, { "to", "接收者" },
	{ "room", "群聊" }, { "text", "内容" }, { "recalls", "撤回的消息" }, { "files", "附件" }, { "seq", "序号" }, { "key_version", "密钥版本" },
	{ "payload", "其余内容" },
	/* rooms */
	{ "owner", "群主" }, { "created_at", "创建时间" }, { "notice", "群公告" }, { "members", "群成员" },
	/* approvals and templates */
	{ "form", "审批单" }, { "template", "模板" }, { "applied_at", "提交时间" }, { "applicant", "申请人" }, { "applicant_department", "申请人部门" },
	{ "applicants", "全部申请人" }, { "fields", "表单内容" }, { "route", "审批流程" }, { "notified", "抄送人" }, { "comments", "备注" },
	{ "controls", "表单控件" },
	/* files */
	{ "of_stream", "所属记录流" }, { "of_id", "所属记录" }, { "media_type", "媒体类型" }, { "size", "字节数" }, { "sha256", "SHA-256" },
	{ "md5_platform", "平台 MD5" }, { "path", "归档包中路径" },
	/* renewals */
	{ "sequence", "归档链中的序号" }, { "state", "归档包状态" }, { "verdict", "核验结论" }, { "seal_sha256", "封签 SHA-256" }, { "seal_files", "封签文件数" },
	{ "time_stamp", "时间戳时间" }, { "tar_octets", "tar 字节数" }, { "tar_sha256", "tar SHA-256" }, { "tar_sha512", "tar SHA-512" },
	/* columns of every table */
	{ "version", "版本" }, { "fetched_at", "取得时间" }, { "flags", "标记" }, { "not_granted", "未授权的列" }, { "raw", "原始数据" }
};

static const char *
label(enum record_kind kind, const char *name)
{
	size_t i;

	if (strcmp(name, "id") == 0 && id_labels[kind] != NULL)
		return id_labels[kind];
	if (kind == REC_USER && strcmp(name, "name") == 0)
		return "姓名";
	if (kind == REC_USER && strcmp(name, "leaders") == 0)
		return "直属上级";
	if (kind == REC_FILE && strcmp(name, "name") == 0)
		return "文件名";
	for (i = 0; i < sizeof(labels) / sizeof(labels[0]); i++)
		if (strcmp(labels[i].name, name) == 0)
			return labels[i].zh;
	return NULL;
}

/* Wide enough for what usually stands there: dates are seen whole, or a spreadsheet shows ####. */
static unsigned
width_of(const char *name, const char *type)
{
	static const struct { const char *name; unsigned width; } wide[] = {
		{ "id", 26 }, { "text", 60 }, { "notice", 40 }, { "raw", 60 }, { "payload", 30 }, { "action", 10 }, { "type", 12 }, { "status", 12 },
		{ "gender", 10 }, { "room", 26 }, { "avatar_url", 30 }, { "sha256", 24 }, { "path", 30 }, { "fields", 60 }, { "route", 60 }
	};
	size_t i;

	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strcmp(wide[i].name, name) == 0)
			return wide[i].width;
	if (strcmp(type, "time") == 0)
		return 24;
	if (strcmp(type, "json") == 0)
		return 40;
	return strcmp(type, "list") == 0 ? 24 : 18;
}

static void
fill(struct xlsx_column *c, enum record_kind kind, const char *field, const char *suffix, const char *zh_suffix)
{
	const char *zh = label(kind, field);

	(void)snprintf(c->name, sizeof(c->name), "%s%s", field, suffix);
	if (zh == NULL)
		(void)snprintf(c->header, sizeof(c->header), "%s", c->name);
	else
		(void)snprintf(c->header, sizeof(c->header), "%s%s %s", zh, zh_suffix, c->name);
}

/* The label in one line, the name in another, and the filter's button beside them. */
static unsigned
wide_enough(const struct xlsx_column *c, unsigned width)
{
	const size_t all = strlen(c->header), name = strlen(c->name), label = utf8_width((struct str){ c->header, all - name });
	const size_t least = (label > name ? label : name) + 3;

	return least > width ? (unsigned)least : width;
}

size_t
xlsx_columns(enum record_kind kind, struct xlsx_column out[XLSX_COLUMNS_MAX])
{
	struct csv_column column;
	char field[CSV_COLUMN_NAME] = "";
	size_t i, n = 0;

	for (i = 0; csv_column(kind, i, &column); i++) {
		const bool time = strcmp(column.type, "time") == 0, utc = time && field[0] != '\0';
		struct xlsx_column *c = &out[n++];

		if (!utc)
			memcpy(field, column.name, sizeof(field));
		fill(c, kind, field, utc ? "_utc" : "", utc ? "（UTC）" : "");
		c->type = column.type;
		c->note = column.note;
		c->zh = columns_zh(column.note) != NULL ? columns_zh(column.note) : column.note;
		c->width = wide_enough(c, width_of(c->name, c->type));
		if (time && !utc) {
			c = &out[n++];
			fill(c, kind, field, "_zone", "时区");
			c->type = "text";
			c->note = ZONE_NOTE;
			c->zh = ZONE_ZH;
			c->width = wide_enough(c, 10);
		} else
			field[0] = '\0';
	}
	return n;
}

void
xlsx_sheet_name(const char *stream, enum record_kind kind, unsigned n, char out[XLSX_SHEET_NAME])
{
	static const struct { const char *stream, *zh; } known[] = {
		{ "departments", "部门" }, { "users", "成员" }, { "messages", "聊天记录" }, { "rooms", "群聊" }, { "approvals", "审批" },
		{ "approval-templates", "审批模板" }, { "files", "附件" }, { "renewal", "续期" }, { "history", "history 记录流" } /* the bare word is reserved by Excel */
	};
	char number[16] = "";
	size_t i;

	for (i = 0; i < sizeof(known) / sizeof(known[0]) && strcmp(known[i].stream, stream) != 0; i++)
		;
	if (n > 1)
		(void)snprintf(number, sizeof(number), " (%u)", n);
	(void)snprintf(out, XLSX_SHEET_NAME, "%.*s%s%s", NAME_MAX_UNITS - (kind == REC_UNKNOWN ? 4 : 0) - (n > 99 ? 3 : 0),
	    i < sizeof(known) / sizeof(known[0]) ? known[i].zh : stream, kind == REC_UNKNOWN ? " 未识别" : "", number);
}
