/*
 * approval_form.c: the form as it was filled in: every control in its order.  The words of a value are those of the record (text); what a kind of control carries
 * besides is in the table at the end.  Source of the members: public reference of WeCom, page 91983, read 2026-11.
 */
#include <stdio.h>
#include <stdlib.h>

#include "formats/approval.h"

#define DEPTH 16u /* tables inside tables */
#define COLUMNS 6 /* of a table on paper; a wider one is told row by row */

/* A member of the value behind its label. */
static void
also(struct approval *a, unsigned column, size_t v, const char *path, const char *zh, const char *en)
{
	struct str s = v == 0 ? STR_NONE : approval_get(a, &a->fields, v, path);

	if (s.n == 0)
		return;
	pdf_line(a->d, column);
	pdf_label(a->d, column, (struct pdf_label){ zh, en });
	pdf_sayz(a->d, column, PDF_SMALL, ": ");
	pdf_say(a->d, column, PDF_SMALL, s);
}

static void
also_time(struct approval *a, unsigned column, size_t v, const char *path, const char *zh, const char *en)
{
	int64_t ms = approval_seconds(approval_get(a, &a->fields, v, path));

	if (ms == WHEN_UNKNOWN)
		return;
	pdf_line(a->d, column);
	pdf_label(a->d, column, (struct pdf_label){ zh, en });
	pdf_sayz(a->d, column, PDF_SMALL, ": ");
	approval_time(a, column, PDF_SMALL, ms);
}

static void
zone(struct approval *a, unsigned column, size_t v)
{
	also(a, column, v, "timezone_info.zone_offset", "填写时区", "zone of the form");
	also(a, column, v, "timezone_info.zone_desc", "时区名", "its name");
}

static void
unit(struct approval *a, unsigned column, size_t v)
{
	struct str type = approval_get(a, &a->fields, v, "type");

	if (str_is(type, "halfday"))
		pdf_sayz(a->d, column, PDF_SMALL, " 按半天计 counted by half days");
	else if (str_is(type, "hour"))
		pdf_sayz(a->d, column, PDF_SMALL, " 按小时计 counted by hours");
	else if (type.n > 0)
		also(a, column, v, "type", "计法", "counted by");
}

static void
x_range(struct approval *a, unsigned column, size_t v)
{
	unit(a, column, v);
	zone(a, column, v);
}

static void
x_attendance(struct approval *a, unsigned column, size_t v)
{
	const struct approval_tree *t = &a->fields;
	size_t range = json_get(t->t, v, "date_range"), days = json_path(t->t, v, "slice_info.day_items"), k, c;
	struct str type = approval_get(a, t, v, "type");
	uint64_t s;

	if (range != 0)
		x_range(a, column, range);
	if (type.n > 0) {
		pdf_line(a->d, column);
		pdf_label(a->d, column, (struct pdf_label){ "类别", "Kind" });
		pdf_sayz(a->d, column, PDF_SMALL, ": ");
		approval_word_say(a, column, APPROVAL_ATTENDANCE, type);
	}
	if (days == 0 || t->t[days].tok != JSON_ARR)
		return;
	for (NODES(t, days, c, k)) {
		also_time(a, column, c, "daytime", "当日", "Day");
		if (str_u64(approval_get(a, t, c, "duration"), 0, 31536000, &s, NULL) == ST_OK)
			pdf_sayf(a->d, column, PDF_SMALL, " %.2f h", (double)s / 3600.0);
	}
}

static void
x_vacation(struct approval *a, unsigned column, size_t v)
{
	size_t attendance = json_get(a->fields.t, v, "attendance");

	if (attendance != 0)
		x_attendance(a, column, attendance);
}

static void
x_punch(struct approval *a, unsigned column, size_t v)
{
	also_time(a, column, v, "daymonthyear", "所属日期", "Belongs to the day");
}

static void
x_location(struct approval *a, unsigned column, size_t v)
{
	also(a, column, v, "latitude", "纬度", "Latitude");
	also(a, column, v, "longitude", "经度", "Longitude");
}

static void
x_related(struct approval *a, unsigned column, size_t v)
{
	const struct approval_tree *t = &a->fields;
	size_t k, c;

	if (t->t[v].tok != JSON_ARR)
		return;
	for (NODES(t, v, c, k)) {
		struct str number = approval_get(a, t, c, "sp_no"), state = approval_get(a, t, c, "sp_status");
		struct pdf_label word = approval_state(state);

		pdf_line(a->d, column);
		pdf_say(a->d, column, PDF_SMALL, number);
		pdf_sayf(a->d, column, PDF_SMALL, " · %s %s · ", word.zh == NULL ? "" : word.zh, word.en == NULL ? "" : word.en);
		approval_time(a, column, PDF_SMALL, approval_seconds(approval_get(a, t, c, "create_time")));
	}
}

static void
x_bank(struct approval *a, unsigned column, size_t v)
{
	also(a, column, v, "account_type", "账户类型（平台代码）", "Account type (platform's code)");
	also(a, column, v, "bank.province", "省", "Province");
	also(a, column, v, "bank.city", "市", "City");
	also(a, column, v, "bank.bank_branch_id", "联行号", "Branch number");
}

static void
x_file(struct approval *a, unsigned column, size_t v)
{
	const struct approval_tree *t = &a->fields;
	size_t k, c;

	if (t->t[v].tok != JSON_ARR)
		return;
	for (NODES(t, v, c, k))
		approval_file(a, column, t->t[c].tok == JSON_OBJ ? approval_get(a, t, c, "file_id") : approval_text(a, t, c));
}

static const struct {
	const char *control;
	struct pdf_label label; /* the kind, where a form gives no title */
	bool words; /* its text is said; false: rest says all */
	void (*rest)(struct approval *, unsigned column, size_t value);
} controls[] = {
	{ "Text", { "文本", "Text" }, true, NULL }, { "Textarea", { "多行文本", "Long text" }, true, NULL }, { "Number", { "数字", "Number" }, true, NULL },
	{ "Money", { "金额", "Money" }, true, NULL }, { "Date", { "日期", "Date" }, true, zone }, { "Selector", { "选择", "Choice" }, true, NULL },
	{ "Contact", { "成员或部门", "Contact" }, true, NULL }, { "Tips", { "说明文字", "Note of the form" }, true, NULL }, { "File", { "附件", "File" }, false, x_file },
	{ "Table", { "明细", "Table" }, true, NULL }, { "Vacation", { "假期", "Leave" }, true, x_vacation },
	{ "Attendance", { "出勤", "Attendance" }, true, x_attendance }, { "PunchCorrection", { "补卡", "Punch correction" }, true, x_punch },
	{ "DateRange", { "时长", "Period" }, true, x_range }, { "Location", { "位置", "Location" }, true, x_location },
	{ "RelatedApproval", { "关联审批", "Related approval" }, true, x_related }, { "Formula", { "公式", "Formula" }, true, NULL },
	{ "BankAccount", { "收款账户", "Bank account" }, true, x_bank },
};
#define N_CONTROLS (sizeof(controls) / sizeof(controls[0]))

static size_t
control_of(struct str name)
{
	size_t k;

	for (k = 0; k < N_CONTROLS && !str_is(name, controls[k].control); k++)
		;
	return k;
}

/* Does it say something?  Slots that a form does not use are empty lists. */
static bool
holds(const struct json_node *node)
{
	return !(node->tok == JSON_NULL || (node->tok == JSON_STR && node->val.n == 0) || ((node->tok == JSON_ARR || node->tok == JSON_OBJ) && node->n_children == 0));
}

static void
unknown(struct approval *a, unsigned column, struct str name, size_t value)
{
	pdf_line(a->d, column);
	pdf_sayz(a->d, column, PDF_MARK, "未识别的控件 control not known here");
	if (name.n > 0) {
		pdf_sayz(a->d, column, PDF_MARK, " “");
		pdf_say(a->d, column, PDF_MARK, name);
		pdf_sayz(a->d, column, PDF_MARK, "”");
	}
	if (value != 0) {
		pdf_sayz(a->d, column, PDF_MARK, "，JSON:\n");
		pdf_say(a->d, column, PDF_CODE, json_whole(&a->fields.t[value]));
	}
}

/* The value of the control ${c} into ${column}. */
static void
one(struct approval *a, unsigned column, size_t c)
{
	const struct approval_tree *t = &a->fields;
	struct str name = approval_get(a, t, c, "control"), text = approval_get(a, t, c, "text");
	size_t value = json_get(t->t, c, "value"), k = control_of(name);

	if (k == N_CONTROLS) {
		pdf_say(a->d, column, PDF_PLAIN, text);
		unknown(a, column, name, value);
		return;
	}
	if (controls[k].words)
		pdf_say(a->d, column, PDF_PLAIN, text);
	if (controls[k].words && text.n == 0 && value != 0 && holds(&t->t[value]))
		pdf_say(a->d, column, PDF_CODE, json_whole(&t->t[value])); /* a shape that has no words */
	else if (controls[k].rest != NULL && value != 0)
		controls[k].rest(a, column, value);
	if (!pdf_said(a->d, column))
		pdf_sayz(a->d, column, PDF_SMALL, str_is(name, "Tips") ? "（表单提示，无需填写 nothing to fill in）" : "（空 empty）");
}

static void
title(struct approval *a, unsigned column, size_t c)
{
	const struct approval_tree *t = &a->fields;
	struct str title = approval_get(a, t, c, "title");
	size_t k = control_of(approval_get(a, t, c, "control"));

	if (title.n > 0)
		pdf_say(a->d, column, PDF_LABEL_ZH, title);
	else if (k < N_CONTROLS)
		pdf_label(a->d, column, controls[k].label);
	else
		pdf_sayz(a->d, column, PDF_LABEL_ZH, "（无标题 untitled）");
}

static void list_of(struct approval *, size_t list, unsigned depth);

/* Do all rows of a table have the same controls, few enough and none of them a table?  Then it is one on paper too. */
static bool
fits(struct approval *a, size_t rows)
{
	const struct approval_tree *t = &a->fields;
	size_t first = rows + 1, k, r, j, c, f, n;

	if (t->t[first].tok != JSON_ARR || (n = t->t[first].n_children) == 0 || n > COLUMNS)
		return false;
	for (NODES(t, rows, r, k)) {
		if (t->t[r].tok != JSON_ARR || t->t[r].n_children > n)
			return false;
		/* A row may end early: what was left empty at its end is not sent. */
		for (j = 0, c = r + 1, f = first + 1; j < t->t[r].n_children; j++, c = t->t[c].next, f = t->t[f].next) {
			size_t id = t->t[c].tok == JSON_OBJ ? json_get(t->t, c, "id") : 0, want = t->t[f].tok == JSON_OBJ ? json_get(t->t, f, "id") : 0;

			if (id == 0 || want == 0 || !str_eq(t->t[id].val, t->t[want].val) || json_get(t->t, c, "rows") != 0)
				return false;
		}
	}
	return true;
}

static void
as_table(struct approval *a, size_t rows)
{
	static const double shares[PDF_COLUMNS] = { 1, 1, 1, 1, 1, 1, 1, 1 };
	const struct approval_tree *t = &a->fields;
	size_t first = rows + 1, k, r, j, c;
	double widths[PDF_COLUMNS];

	memcpy(widths, shares, sizeof(widths));
	widths[0] = 0.3;
	pdf_table(a->d, (unsigned)t->t[first].n_children + 1, widths);
	pdf_label(a->d, 0, (struct pdf_label){ "行", "row" });
	for (NODES(t, first, c, j))
		title(a, (unsigned)j + 1, c);
	pdf_table_head(a->d);
	for (NODES(t, rows, r, k)) {
		if (!approval_room(a, t->t[r].val.n))
			break;
		pdf_sayf(a->d, 0, PDF_SMALL, "%zu", k + 1);
		for (NODES(t, r, c, j))
			one(a, (unsigned)j + 1, c);
		pdf_row(a->d);
	}
	pdf_table_end(a->d);
}

static void
table(struct approval *a, size_t c, size_t rows, unsigned depth)
{
	const struct approval_tree *t = &a->fields;
	size_t k, r;

	pdf_gap(a->d, 4);
	title(a, 0, c);
	pdf_sayf(a->d, 0, PDF_LABEL_EN, "   明细 %u 行 table, %u rows", (unsigned)t->t[rows].n_children, (unsigned)t->t[rows].n_children);
	pdf_paragraph(a->d);
	if (t->t[rows].n_children == 0)
		return;
	if (fits(a, rows)) {
		as_table(a, rows);
		pdf_gap(a->d, 4);
		return;
	}
	for (NODES(t, rows, r, k)) {
		if (!approval_room(a, 0))
			break;
		pdf_sayf(a->d, 0, PDF_LABEL_EN, "第 %zu 行 row %zu", k + 1, k + 1);
		pdf_paragraph(a->d);
		list_of(a, r, depth + 1);
	}
}

static void
list_of(struct approval *a, size_t list, unsigned depth)
{
	static const double halves[] = { 26, 74 };
	const struct approval_tree *t = &a->fields;
	bool open = false;
	size_t k, c, rows;

	for (NODES(t, list, c, k)) {
		rows = t->t[c].tok == JSON_OBJ ? json_get(t->t, c, "rows") : 0;
		if (rows != 0 && t->t[rows].tok == JSON_ARR && depth < DEPTH) {
			if (open)
				pdf_table_end(a->d);
			open = false;
			table(a, c, rows, depth);
			continue;
		}
		if (!open)
			pdf_table(a->d, 2, halves);
		open = true;
		if (!approval_room(a, t->t[c].val.n))
			break;
		if (t->t[c].tok == JSON_OBJ) {
			title(a, 0, c);
			one(a, 1, c);
		} else
			pdf_say(a->d, 1, PDF_CODE, json_whole(&t->t[c]));
		pdf_row(a->d);
	}
	if (open)
		pdf_table_end(a->d);
}

/* Pictures added in the form: every list of files that is a control's value, at any depth. */
static void
pictures(struct approval *a)
{
	const struct approval_tree *t = &a->fields;
	size_t i, value;

	for (i = 1; i < t->n; i++)
		if (t->t[i].tok == JSON_OBJ && json_get(t->t, i, "control") != 0 && str_is(approval_get(a, t, i, "control"), "File") &&
		    (value = json_get(t->t, i, "value")) != 0)
			approval_pictures(a, t, value, STR("表单 form"), STR_NONE);
}

void
approval_form(struct approval *a)
{
	const struct approval_tree *t = &a->fields;

	pdf_heading(a->d, (struct pdf_label){ "表单内容", "The form as filled in" }, PDF_KEEP);
	if (t->t == NULL || t->broken || t->t[0].n_children == 0) {
		if (t->broken && approval_room(a, t->text.n))
			pdf_say(a->d, 0, PDF_CODE, t->text);
		else
			pdf_sayz(a->d, 0, PDF_SMALL, t->t == NULL ? "（平台未给出表单 the platform gave no form）" : "（空 empty）");
		pdf_paragraph(a->d);
		return;
	}
	list_of(a, 0, 0);
	pictures(a);
}
