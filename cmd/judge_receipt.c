/* judge_receipt.c: receipts against one seal, without the chain between them. */
#include <inttypes.h>

#include "cmd/judge.h"
#include "core/i18n.h"

static void
step(struct verify_report *r, enum verdict v, const char *text)
{
	verify_report_step(r, VERIFY_AUTHENTICITY, "chain.receipt", v, "%s", text);
}

void
judge_receipts(const struct receipts *list, struct verify_report *r)
{
	bool same = false, before = false, later = false, earlier = false;
	size_t i;

	if (r->seal.sequence == 0)
		return;
	for (i = 0; i < list->n; i++) {
		const struct receipt *c = &list->list[i];

		if (strcmp(c->chain, r->seal.chain) != 0)
			continue;
		if (c->sequence == r->seal.sequence) {
			if (memcmp(c->sha256, r->seal_sha256, sizeof(c->sha256)) != 0) {
				r->unplaced |= r->verdict != VERDICT_INVALID;	/* it lies in no tar */
				verify_report_step(r, VERIFY_AUTHENTICITY, "chain.receipt", VERDICT_INVALID,
				    _("a receipt names another seal for sequence %" PRIu64 ": the chain was written anew (receipt, line %u)"), c->sequence, c->line);
				return;
			}
			same = true;
		} else if (r->seal.has_previous && c->sequence + 1 == r->seal.sequence) {
			if (memcmp(c->sha256, r->seal.previous[0], sizeof(c->sha256)) != 0) {	/* the first algorithm is SHA-256 always */
				r->unplaced |= r->verdict != VERDICT_INVALID;
				verify_report_step(r, VERIFY_AUTHENTICITY, "chain.receipt", VERDICT_INVALID,
				    _("it continues another seal than the one a receipt names for sequence %" PRIu64 ": the chain was written anew (receipt, line %u)"),
				    c->sequence, c->line);
				return;
			}
			before = true;
		} else if (c->sequence > r->seal.sequence)
			later = true;
		else
			earlier = true;
	}
	if (same)
		step(r, VERDICT_VALID, _("a receipt names this seal"));
	else if (before)
		step(r, VERDICT_INDETERMINATE, _("a receipt names the seal before this one, which it continues; that no second seal continues it too, only a receipt of "
		    "this seal or the chain behind it can tell"));
	else if (later)
		step(r, VERDICT_INDETERMINATE, _("a receipt names a later seal of its chain: the chain went on, but whether over this seal, only the seals between can tell: "
		    "verify the whole store with that receipt"));
	else if (earlier)
		step(r, VERDICT_INDETERMINATE, _("a receipt names an earlier seal of its chain, and says nothing of what followed: a receipt of this seal or a later one is needed"));
	else
		step(r, VERDICT_INDETERMINATE, _("no receipt is of its chain: they say nothing of this seal"));
}
