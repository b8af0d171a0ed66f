/* approval_words.c: see approval_words.h.  Values: core/record.c (status, route) and public reference of WeCom, page 91983 (attendance, states of related ones). */
#include "formats/approval_words.h"

#include "formats/html_words.h"

static const struct { enum approval_list list; const char *value; struct pdf_label label; enum pdf_style style; } words[] = {
	{ APPROVAL_STATUS, "in_progress", { "审批中", "In progress" }, PDF_OPEN },
	{ APPROVAL_STATUS, "approved", { "已通过", "Approved" }, PDF_GOOD },
	{ APPROVAL_STATUS, "rejected", { "已驳回", "Rejected" }, PDF_BAD },
	{ APPROVAL_STATUS, "withdrawn", { "已撤销", "Withdrawn" }, PDF_BAD },
	{ APPROVAL_STATUS, "revoked", { "通过后撤销", "Revoked after approval" }, PDF_BAD },
	{ APPROVAL_STATUS, "deleted", { "已删除", "Deleted" }, PDF_BAD },
	{ APPROVAL_STATUS, "paid", { "已支付", "Paid" }, PDF_GOOD },
	{ APPROVAL_RESULT, "pending", { "待处理", "Pending" }, PDF_OPEN },
	{ APPROVAL_RESULT, "agreed", { "同意", "Agreed" }, PDF_GOOD },
	{ APPROVAL_RESULT, "approved", { "同意", "Agreed" }, PDF_GOOD },
	{ APPROVAL_RESULT, "rejected", { "驳回", "Rejected" }, PDF_BAD },
	{ APPROVAL_RESULT, "transferred", { "转交", "Passed on" }, PDF_OPEN },
	{ APPROVAL_RESULT, "sent_back", { "退回", "Sent back" }, PDF_BAD },
	{ APPROVAL_RESULT, "signer_added", { "加签", "Signer added" }, PDF_OPEN },
	{ APPROVAL_RESULT, "agreed_and_signer_added", { "同意并加签", "Agreed, signer added" }, PDF_GOOD },
	{ APPROVAL_ROLE, "approver", { "审批", "Approval" }, PDF_STRONG },
	{ APPROVAL_ROLE, "copy", { "抄送", "Copy" }, PDF_STRONG },
	{ APPROVAL_ROLE, "handler", { "办理", "Handling" }, PDF_STRONG },
	{ APPROVAL_MODE, "any", { "或签：一人同意即可", "any one decides" }, PDF_PLAIN },
	{ APPROVAL_MODE, "all", { "会签：须全部同意", "all must agree" }, PDF_PLAIN },
	{ APPROVAL_MODE, "in_turn", { "依次审批", "one after the other" }, PDF_PLAIN },
	{ APPROVAL_ATTENDANCE, "1", { "请假", "leave" }, PDF_PLAIN },
	{ APPROVAL_ATTENDANCE, "3", { "出差", "business trip" }, PDF_PLAIN },
	{ APPROVAL_ATTENDANCE, "4", { "外出", "outing" }, PDF_PLAIN },
	{ APPROVAL_ATTENDANCE, "5", { "加班", "overtime" }, PDF_PLAIN },
};

static const char *const states[] = { NULL, "in_progress", "approved", "rejected", "withdrawn", NULL, "revoked", "deleted", NULL, NULL, "paid" };

/* One table of reasons serves pages of both kinds. */
struct pdf_label
pdf_reason(struct str reason)
{
	const struct html_word *w = html_word_find(html_reasons, reason);

	return w == NULL ? (struct pdf_label){ NULL, NULL } : (struct pdf_label){ w->zh, w->en };
}

struct pdf_label
approval_word(enum approval_list list, struct str value, enum pdf_style *style)
{
	size_t i;

	if (style != NULL)
		*style = list == APPROVAL_GAP ? PDF_BAD : PDF_STRONG;
	if (list == APPROVAL_GAP)
		return pdf_reason(value);
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (words[i].list == list && str_is(value, words[i].value)) {
			if (style != NULL)
				*style = words[i].style;
			return words[i].label;
		}
	/* A step may end in what one person does with it: passed on, sent back. */
	return list == APPROVAL_STATUS ? approval_word(APPROVAL_RESULT, value, style) : (struct pdf_label){ NULL, NULL };
}

struct pdf_label
approval_state(struct str number)
{
	uint64_t v;

	if (str_u64(number, 1, 10, &v, NULL) != ST_OK || states[v] == NULL)
		return (struct pdf_label){ NULL, NULL };
	return approval_word(APPROVAL_STATUS, str_of(states[v]), NULL);
}
