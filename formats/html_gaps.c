/* html_gaps.c: gaps and limits, gathered by reason. */
#include "formats/html_gaps.h"

#include <stdio.h>

#include "formats/html_page.h"
#include "formats/html_words.h"

struct reading { struct html_gaps *gaps; const char *stream; };

static bool
dated(const struct html_gap *g)
{
	return g->from_ms != WHEN_UNKNOWN || g->until_ms != WHEN_UNKNOWN;
}

static void
put(struct html_gaps *g, const struct html_gap *one)
{
	struct html_gap *at;
	size_t i;

	for (i = 0; i < g->n; i++) {
		at = &g->at[i];
		if (at->limit != one->limit || strcmp(at->word, one->word) != 0 || (g->n < HTML_GAPS_MAX && (dated(at) || dated(one))))
			continue;
		at->objects += one->objects;
		if (at->from_ms != WHEN_UNKNOWN && (one->from_ms == WHEN_UNKNOWN || one->from_ms < at->from_ms))
			at->from_ms = one->from_ms;
		if (at->until_ms != WHEN_UNKNOWN && (one->until_ms == WHEN_UNKNOWN || one->until_ms > at->until_ms))
			at->until_ms = one->until_ms;
		return;
	}
	if (g->n < HTML_GAPS_MAX) {
		g->at[g->n++] = *one;
		return;
	}
	/* More reasons than rows, which no platform of ours has: the last row stands for all that follow. */
	at = &g->at[HTML_GAPS_MAX - 1];
	at->objects = (at->limit ? 0 : at->objects) + (one->limit ? 0 : one->objects);
	at->limit = at->limit && one->limit;
	at->reason = NULL;
	(void)snprintf(at->word, sizeof(at->word), "…");
	at->from_ms = at->until_ms = WHEN_UNKNOWN;
}

static enum status
each(void *ctx, const struct record *rec, struct err *err)
{
	const struct reading *r = ctx;
	const struct str reason = record_get(rec, "reason");
	const int count = record_field(rec->kind, "count"), from = record_field(rec->kind, "from"), until = record_field(rec->kind, "until");
	struct html_gap one = { .limit = rec->kind == REC_LIMIT };

	(void)err;
	if (!str_is(record_get(rec, "of_stream"), r->stream))
		return ST_OK;
	one.reason = html_word_find(html_reasons, reason);
	(void)snprintf(one.word, sizeof(one.word), "%.*s", STR_ARG(reason));
	if (str_u64(rec->n[count].s, 0, INT64_MAX, &one.objects, NULL) != ST_OK)
		one.objects = 1;
	one.from_ms = rec->n[from].ms;
	one.until_ms = rec->n[until].ms;
	put(r->gaps, &one);
	return ST_OK;
}

enum status
html_gaps_read(struct html_gaps *g, const struct view_input *in, const char *stream, struct err *err)
{
	struct reading r = { g, stream };
	enum status st;

	g->n = 0;
	if ((st = in->records->run(in->records, "gaps", each, &r, err)) != ST_OK)
		return st;
	return in->records->run(in->records, "limits", each, &r, err);
}

/* --- told --- */

static void
reason(const struct html_gap *g, struct html_out *h)
{
	if (g->reason != NULL)
		html_words(h, g->reason->zh, g->reason->en);
	else
		html_bdi(h, NULL, str_of(g->word));
}

static void
moment(struct html_out *h, struct stamp *stamp, int64_t ms)
{
	if (ms == WHEN_UNKNOWN)
		html_z(h, "…");
	else
		html_time(h, stamp, ms, true);
}

static void
period(const struct html_gap *g, struct html_out *h, struct stamp *stamp)
{
	moment(h, stamp, g->from_ms);
	html_z(h, " – ");
	moment(h, stamp, g->until_ms);
}

void
html_gaps_table(const struct html_gaps *g, struct html_out *h, struct stamp *stamp)
{
	static const char *const columns[][2] = { { "类别", "kind" }, { "原因", "reason" }, { "#数量", "number" }, { "时间范围", "period" }, { NULL, NULL } };
	size_t i;

	html_open(h, "h2");
	html_attr_z(h, "id", "missing");
	html_words(h, "未归档的消息", "messages that are not archived");
	html_close(h, "h2");
	if (g->n == 0) {
		html_open(h, "p");
		html_words(h, "没有列出消息的缺口或边界。", "No gap and no limit of the messages is listed.");
		html_close(h, "p");
		return;
	}
	html_table(h, columns);
	for (i = 0; i < g->n; i++) {
		const struct html_gap *at = &g->at[i];

		html_open(h, "tr");
		html_open(h, "td");
		html_words(h, at->limit ? "边界" : "缺口", at->limit ? "limit" : "gap");
		html_close(h, "td");
		html_open(h, "td");
		reason(at, h);
		html_close(h, "td");
		html_open(h, "td");
		html_attr_z(h, "class", "n");
		if (at->limit) /* of what was never offered nobody knows how much there was */
			html_z(h, "–");
		else
			html_f(h, "%llu", (unsigned long long)at->objects);
		html_close(h, "td");
		html_open(h, "td");
		if (dated(at))
			period(at, h, stamp);
		else
			html_words(h, "会话和日期不明", "conversation and day unknown");
		html_close(h, "td");
		html_close(h, "tr");
		html_z(h, "\n");
	}
	html_table_end(h);
	html_open(h, "p");
	html_attr_z(h, "class", "sub");
	html_words(h, "逐条列于 data/report/gaps.csv 和完整性证明。", "Each is listed in data/report/gaps.csv and in the certificate of completeness.");
	html_close(h, "p");
	html_z(h, "\n");
}

/* Days compare as text. */
static bool
touches(const struct html_gap *g, struct stamp *stamp, const char *day)
{
	char text[STAMP_LEN];

	if (day[0] < '0' || day[0] > '9')
		return true;
	if (stamp_local(stamp, g->from_ms, text) > 0 && strncmp(day, text, 10) < 0)
		return false;
	return stamp_local(stamp, g->until_ms, text) == 0 || strncmp(day, text, 10) <= 0;
}

void
html_gaps_day(const struct html_gaps *g, struct html_out *h, struct stamp *stamp, const char *day)
{
	bool any = false;
	size_t i;

	for (i = 0; i < g->n; i++) {
		const struct html_gap *at = &g->at[i];

		if (!touches(at, stamp, day))
			continue;
		if (!any) {
			html_open(h, "p");
			html_attr_z(h, "class", "sub gap");
			html_words(h, "本归档中缺少、可能属于此处的消息", "missing in this archive, perhaps from here");
		}
		html_z(h, any ? "； " : " ");
		any = true;
		reason(at, h);
		if (!at->limit)
			html_f(h, " × %llu", (unsigned long long)at->objects);
		if (dated(at)) {
			html_z(h, " ");
			period(at, h, stamp);
		}
	}
	if (!any)
		return;
	html_z(h, " ");
	html_href(h, "../index.html#missing", "详情", "details");
	html_close(h, "p");
	html_z(h, "\n");
}
