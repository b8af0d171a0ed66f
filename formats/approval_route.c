/* approval_route.c: who decided what and when, and what was said beside it. */
#include <stdio.h>

#include "formats/approval.h"

static const char *const known_step[] = { "role", "mode", "status", "people", NULL };
static const char *const known_person[] = { "id", "status", "at", "text", "files", NULL };
static const char *const known_comment[] = { "id", "by", "at", "text", "files", NULL };

/* A list that is no JSON list, or whose element is no object: as it stands. */
static void
as_it_stands(struct approval *a, struct str text)
{
	if (approval_room(a, text.n)) {
		pdf_say(a->d, 0, PDF_CODE, text);
		pdf_paragraph(a->d);
	}
}

static void
files(struct approval *a, unsigned column, const struct approval_tree *t, size_t owner)
{
	size_t list = json_get(t->t, owner, "files"), k, c;

	if (list == 0 || t->t[list].tok != JSON_ARR)
		return;
	for (NODES(t, list, c, k))
		approval_file(a, column, approval_text(a, t, c));
}

/* "步骤 1 step 1 · 审批 Approval · 会签：须全部同意 all must agree · 已通过 Approved" */
static void
step_band(struct approval *a, size_t number, size_t step)
{
	const struct approval_tree *t = &a->route;
	struct str role = approval_get(a, t, step, "role"), mode = approval_get(a, t, step, "mode"), status = approval_get(a, t, step, "status");

	pdf_sayf(a->d, 0, PDF_LABEL_ZH, "步骤 %zu", number);
	pdf_sayf(a->d, 0, PDF_LABEL_EN, " step %zu", number);
	pdf_sayz(a->d, 0, PDF_SMALL, "   ");
	approval_word_say(a, 0, APPROVAL_ROLE, role);
	if (mode.n > 0) {
		pdf_sayz(a->d, 0, PDF_SMALL, "  ·  ");
		approval_word_say(a, 0, APPROVAL_MODE, mode);
	}
	if (status.n > 0) {
		pdf_sayz(a->d, 0, PDF_SMALL, "  ·  ");
		approval_word_say(a, 0, APPROVAL_STATUS, status);
	}
	approval_rest(a, 0, t, step, known_step);
	pdf_band(a->d);
}

static void
person(struct approval *a, size_t p, bool copy)
{
	const struct approval_tree *t = &a->route;
	struct str id, status;
	int64_t at;

	if (t->t[p].tok != JSON_OBJ) {
		pdf_say(a->d, 0, PDF_CODE, json_whole(&t->t[p]));
		pdf_row(a->d);
		return;
	}
	id = approval_get(a, t, p, "id");
	status = approval_get(a, t, p, "status");
	at = approval_ms(approval_get(a, t, p, "at"));
	approval_person(a, 0, REC_USER, id);
	if (status.n > 0)
		approval_word_say(a, 1, APPROVAL_RESULT, status);
	else
		pdf_sayz(a->d, 1, PDF_SMALL, copy ? "（只获抄送 copy only）" : "（平台未给出 not given）");
	if (at != WHEN_UNKNOWN)
		approval_time(a, 2, PDF_PLAIN, at);
	else
		pdf_sayz(a->d, 2, PDF_SMALL, "—");
	pdf_say(a->d, 3, PDF_PLAIN, approval_get(a, t, p, "text"));
	files(a, 3, t, p);
	approval_rest(a, 3, t, p, known_person);
	if (!pdf_said(a->d, 3))
		pdf_sayz(a->d, 3, PDF_SMALL, "—");
	pdf_row(a->d);
}

/* What was signed with, below the table: a signature drawn by hand, a photograph. */
static void
pictures(struct approval *a)
{
	const struct approval_tree *t = &a->route;
	size_t k, c, j, p, list;
	char by[96];

	for (NODES(t, 0, c, k)) {
		if (t->t[c].tok != JSON_OBJ || (list = json_get(t->t, c, "people")) == 0 || t->t[list].tok != JSON_ARR)
			continue;
		for (NODES(t, list, p, j)) {
			if (t->t[p].tok != JSON_OBJ || json_get(t->t, p, "files") == 0)
				continue;
			(void)snprintf(by, sizeof(by), "步骤 %zu step %zu · ", k + 1, k + 1);
			approval_pictures(a, t, json_get(t->t, p, "files"), str_of(by), approval_get(a, t, p, "id"));
		}
	}
}

/* Whoever reads "approved" above and "rejected" below must be told that it is the platform's word, and not a slip of this page. */
static void
agreement(struct approval *a)
{
	const struct approval_tree *t = &a->route;
	const struct str whole = record_get(a->rec, "status");
	const bool approved = str_is(whole, "approved") || str_is(whole, "paid");
	size_t k, c, n = 0, open = 0, rejected = 0;

	for (NODES(t, 0, c, k)) {
		struct str status;

		if (t->t[c].tok != JSON_OBJ || str_is(approval_get(a, t, c, "role"), "copy"))
			continue;
		status = approval_get(a, t, c, "status");
		n++;
		open += str_is(status, "in_progress");
		rejected += str_is(status, "rejected");
	}
	if (!(approved && open + rejected > 0) && !(str_is(whole, "rejected") && n > 0 && rejected == 0))
		return;
	pdf_sayz(a->d, 0, PDF_OPEN, "注意：审批单的总状态与各步骤的状态不一致。两者均为平台所给，按原样归档。");
	pdf_line(a->d, 0);
	pdf_sayz(a->d, 0, PDF_SMALL, "Note: the state of the whole and those of its steps do not agree. Both are what the platform gave, archived as they are.");
	pdf_paragraph(a->d);
}

void
approval_route(struct approval *a)
{
	const struct approval_tree *t = &a->route;
	size_t k, c, j, p, list;

	pdf_heading(a->d, (struct pdf_label){ "审批流程与签署", "Route and signatures" }, PDF_KEEP);
	if (t->t == NULL || t->broken) {
		if (t->broken)
			as_it_stands(a, t->text);
		else {
			pdf_sayz(a->d, 0, PDF_SMALL, "（平台未给出流程 the platform gave no route）");
			pdf_paragraph(a->d);
		}
		return;
	}
	pdf_table(a->d, 4, (const double[]){ 25, 20, 25, 30 });
	pdf_label(a->d, 0, (struct pdf_label){ "签署人", "Who" });
	pdf_label(a->d, 1, (struct pdf_label){ "结果", "Result" });
	pdf_label(a->d, 2, (struct pdf_label){ "时间", "When" });
	pdf_label(a->d, 3, (struct pdf_label){ "意见与附件", "Remark and files" });
	pdf_table_head(a->d);
	for (NODES(t, 0, c, k)) {
		struct str role = t->t[c].tok == JSON_OBJ ? approval_get(a, t, c, "role") : STR_NONE;

		if (!approval_room(a, 0))
			break;
		if (t->t[c].tok != JSON_OBJ) {
			pdf_say(a->d, 0, PDF_CODE, json_whole(&t->t[c]));
			pdf_row(a->d);
			continue;
		}
		step_band(a, k + 1, c);
		list = json_get(t->t, c, "people");
		if (list == 0 || t->t[list].tok != JSON_ARR || t->t[list].n_children == 0) {
			pdf_sayz(a->d, 0, PDF_SMALL, "（无签署人 nobody named）");
			pdf_row(a->d);
			continue;
		}
		for (NODES(t, list, p, j)) {
			if (!approval_room(a, t->t[p].val.n))
				break;
			person(a, p, str_is(role, "copy"));
		}
	}
	pdf_table_end(a->d);
	agreement(a);
	pictures(a);
}

void
approval_comments(struct approval *a)
{
	const struct approval_tree *t = &a->comments;
	size_t k, c;

	if (t->t == NULL || (!t->broken && t->t[0].n_children == 0))
		return;
	pdf_heading(a->d, (struct pdf_label){ "评论", "Comments" }, PDF_KEEP);
	if (t->broken) {
		as_it_stands(a, t->text);
		return;
	}
	pdf_table(a->d, 3, (const double[]){ 25, 25, 50 });
	pdf_label(a->d, 0, (struct pdf_label){ "谁", "Who" });
	pdf_label(a->d, 1, (struct pdf_label){ "时间", "When" });
	pdf_label(a->d, 2, (struct pdf_label){ "内容与附件", "Text and files" });
	pdf_table_head(a->d);
	for (NODES(t, 0, c, k)) {
		if (!approval_room(a, t->t[c].val.n))
			break;
		if (t->t[c].tok != JSON_OBJ) {
			pdf_say(a->d, 2, PDF_CODE, json_whole(&t->t[c]));
			pdf_row(a->d);
			continue;
		}
		approval_person(a, 0, REC_USER, approval_get(a, t, c, "by"));
		approval_time(a, 1, PDF_PLAIN, approval_ms(approval_get(a, t, c, "at")));
		pdf_say(a->d, 2, PDF_PLAIN, approval_get(a, t, c, "text"));
		files(a, 2, t, c);
		approval_rest(a, 2, t, c, known_comment);
		pdf_row(a->d);
	}
	pdf_table_end(a->d);
	for (NODES(t, 0, c, k))
		if (t->t[c].tok == JSON_OBJ && json_get(t->t, c, "files") != 0)
			approval_pictures(a, t, json_get(t->t, c, "files"), STR("评论 comment · "), approval_get(a, t, c, "by"));
}
