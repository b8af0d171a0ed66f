/* verify_steps.c: what was found, as a report: one step per check, the worst verdict of all, the place of the first contradiction. */
#include <stdarg.h>
#include <stdio.h>

#include "archive/verify_parts.h"
#include "core/i18n.h"
#include "core/utf8.h"

#define STEPS_MAX	(sizeof(((struct verify_report *)NULL)->steps) / sizeof(((struct verify_report *)NULL)->steps[0]))

static const struct { enum verify_group group; const char *id, *good; } checks[CHECK__MAX] = {
	[CHECK_CONTAINER] = { VERIFY_SECURITY, "container", N_("the container is exactly the format's: regular files only, nothing hidden") },
	[CHECK_NAMES] = { VERIFY_SECURITY, "names", N_("every entry has its place, every path is harmless and comes once") },
	[CHECK_MANIFEST] = { VERIFY_INTEGRITY, "manifest", N_("every file is as the manifest says, none is missing, none is added") },
	[CHECK_TAGMANIFEST] = { VERIFY_INTEGRITY, "tagmanifest", N_("every tag file is as the tag manifest says") },
	[CHECK_BAGINFO] = { VERIFY_INTEGRITY, "bag-info", N_("bag-info.txt agrees with the content") },
	[CHECK_SEGMENTS] = { VERIFY_INTEGRITY, "segments", N_("the roots and counts of all record segments agree") },
	[CHECK_RECORDS] = { VERIFY_INTEGRITY, "records", N_("every record line has the form the format demands") },
	[CHECK_ENCRYPTION] = { VERIFY_INTEGRITY, "encryption", N_("every encrypted part has exactly the format's form") },
	[CHECK_ATTACHMENTS] = { VERIFY_INTEGRITY, "attachments", N_("every attachment has the sha256 that its record says") },
	[CHECK_CONTENT] = { VERIFY_USABILITY, "content", N_("all content was opened and read") },
	[CHECK_SUMS] = { VERIFY_INTEGRITY, "sums", N_("seal/sha256sums.txt lists exactly the seal, its signatures and certificates") },
	[CHECK_SEAL] = { VERIFY_AUTHENTICITY, "seal", N_("the seal agrees with the archive") },
};

/* One terminal-safe line, cut at a character. */
static void
safe(const char *text, char *out, size_t size)
{
	struct buf b;
	size_t n;

	buf_init(&b, 64u << 10);
	out[0] = '\0';
	if (utf8_terminal(str_of(text), &b, NULL) == ST_OK) {
		n = b.n < size ? b.n : size - 1;
		while (n > 0 && n < b.n && ((unsigned char)b.p[n] & 0xc0) == 0x80)
			n--;
		memcpy(out, b.p, n);
		out[n] = '\0';
	}
	buf_free(&b);
}

static const char *
first_step(const struct verify_report *r, enum verdict verdict, bool remark)
{
	size_t i;

	for (i = 0; i < r->n_steps; i++)
		if (r->steps[i].verdict == verdict && r->steps[i].remark == remark)
			return r->steps[i].text;
	return "?";
}

const char *
verify_report_why(const struct verify_report *r)
{
	return first_step(r, r->verdict, false);
}

const char *
verify_report_why_views(const struct verify_report *r)
{
	return first_step(r, r->views == VERIFY_VIEWS_DIFFER ? VERDICT_INVALID : r->views == VERIFY_VIEWS_UNKNOWN ? VERDICT_INDETERMINATE : VERDICT_VALID, true);
}

static void
add_step(struct verify_report *report, enum verify_group group, const char *id, enum verdict verdict, bool remark, const char *text)
{
	struct verify_step *s;

	if (report->n_steps == STEPS_MAX)
		return;
	s = &report->steps[report->n_steps++];
	s->group = group;
	s->verdict = verdict;
	s->remark = remark;
	snprintf(s->id, sizeof(s->id), "%s", id);
	safe(text, s->text, sizeof(s->text));
}

void
verify_report_step(struct verify_report *report, enum verify_group group, const char *id, enum verdict verdict, const char *fmt, ...)
{
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (verdict > report->verdict)
		report->verdict = verdict;
	add_step(report, group, id, verdict, false, text);
}

void
verify_report_views(struct verify_report *report, const char *id, enum verdict verdict, const char *fmt, ...)
{
	const enum verify_views views = verdict == VERDICT_VALID ? VERIFY_VIEWS_AGREE : verdict == VERDICT_INVALID ? VERIFY_VIEWS_DIFFER : VERIFY_VIEWS_UNKNOWN;
	char text[1024];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (views > report->views)
		report->views = views;
	add_step(report, VERIFY_USABILITY, id, verdict, true, text);
}

enum status
verify_note(struct reading *r, enum check check, enum status st, const char *member, uint64_t at, struct err *err)
{
	struct check_state *c = &r->checks[check];
	enum verdict v = st == ST_CORRUPT ? VERDICT_INVALID : st == ST_UNSURE ? VERDICT_INDETERMINATE : VERDICT_VALID;

	if (st != ST_OK && v == VERDICT_VALID)
		return st;
	c->reached = true;
	if (v > c->verdict) {
		c->verdict = v;
		snprintf(c->text, sizeof(c->text), "%s", err->text);
	}
	if (v == VERDICT_INVALID && !r->any_fault) {
		r->any_fault = true;
		snprintf(r->report->member, sizeof(r->report->member), "%s", member);
		r->report->offset = at;
		r->report->offset_in_file = false;
	}
	return ST_OK;
}

void
verify_checks(struct reading *r)
{
	bool all_read = r->ended && (r->grammar.n_encrypted == 0 || verify_crypt_opened(r));
	size_t i;

	if (r->ended && r->checks[CHECK_MANIFEST].reached) {
		r->checks[CHECK_CONTENT].reached = true;
		if (all_read)
			r->checks[CHECK_RECORDS].reached = true;
	}
	for (i = 0; i < CHECK__MAX; i++) {
		const struct check_state *c = &r->checks[i];

		if (!c->reached)
			continue;
		if (i == CHECK_CONTENT && !all_read)
			verify_report_step(r->report, checks[i].group, checks[i].id, VERDICT_VALID, "%s",
			    _("the content is encrypted and was not opened; the seal covers it as it stands"));
		else if (i == CHECK_SEGMENTS && !all_read && c->verdict == VERDICT_VALID)
			verify_report_step(r->report, checks[i].group, checks[i].id, VERDICT_VALID, "%s",
			    _("record-segments.tsv lists exactly the encrypted segments; its roots were not compared"));
		else
			verify_report_step(r->report, checks[i].group, checks[i].id, c->verdict, "%s",
			    c->verdict == VERDICT_VALID ? _(checks[i].good) : c->text);
	}
	/* Never by silence: a reading that did not come to its end is not VALID, whatever its steps say. */
	if (!r->ended && r->report->verdict == VERDICT_VALID)
		verify_report_step(r->report, VERIFY_SECURITY, "container", VERDICT_INDETERMINATE, "%s", _("the archive was not read to its end"));
	if (r->ended && !r->checks[CHECK_SEAL].reached)
		verify_report_step(r->report, VERIFY_AUTHENTICITY, "seal", VERDICT_INDETERMINATE, "%s", _("the seal was not checked"));
}
