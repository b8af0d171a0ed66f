/* run_views.c: what is made from the records once all are there: whole views and the completeness certificate. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/run_render.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/progress.h"
#include "formats/formats.h"
#include "version.h"

static enum status
put_member(struct buf *out, const char *name, const char *value, struct err *err)
{
	enum status st;

	if ((st = buf_addf(out, err, ",\"%s\":", name)) != ST_OK)
		return st;
	return value == NULL ? buf_addz(out, "null", err) : json_put_string(out, str_of(value), err);
}

/* The same sentence twice: the certificate speaks both languages whatever the operator's. */
#define METHOD_EN	"Every stream was read page by page to the end the platform states; each page's cursor was stored together with the records " \
	"it delivered; where the platform gives an independent count it was compared with what was archived; every object named and not obtained is a listed gap; " \
	"what platform, edition or grant never offered is a listed limit."
#define METHOD_ZH	"每个记录流都逐页读取，直到平台声明的末尾；每页的游标与其交付的记录一并落盘；凡平台提供独立计数的记录流，均已与归档数量比较；" \
	"凡被列出而未取得的对象均列为缺口；平台、版本或授权从未提供的内容均列为边界。"
#define RENEWAL_EN	"A renewal archive: no record of the platform stands in it. Every earlier archive of the chain was read and verified; its seal, signatures, " \
	"lists and time stamps are kept here, with hashes of its whole uncompressed tar; of a destroyed archive its seal alone. Then the revocation lists of today were fetched. " \
	"What was damaged, missing or not to be had is a listed gap."
#define RENEWAL_ZH	"续期归档包：其中没有平台的记录。链上以前的每个归档包都已读取并验证；其封签、签名、列表和时间戳保存于此，并附其未压缩 tar 整体的散列值；" \
	"已销毁的归档包只有封签。随后取得了当日的吊销列表。损坏、缺失或取不到的均列为缺口。"
#define RENDERING_EN	"A rendering: no record of the platform stands in it, and nothing is said of the platform. Its views were made from the records of the sealed and " \
	"verified archive named in derived_from, within the scope given; those records are authoritative."
#define RENDERING_ZH	"派生视图归档包：其中没有平台的记录，也不对平台作任何陈述。视图由 derived_from 所列、已加封并经验证的归档包中的记录按所给范围生成；以那些记录为准。"
#define GOES_ON_EN	"This archive was full and the run went on in the next one: the figures are those up to here; the certificate of the whole run " \
	"stands in the last volume."
#define GOES_ON_ZH	"本归档包已满，任务在下一个归档包中继续：此处数字截至本卷为止；整个任务的完整性证明见最后一卷。"
#define NONE_EN		"none was given"
#define NONE_ZH		"未提供"

static enum status
put_given(struct buf *out, const char *name, const char *value, struct err *err)
{
	if (value != NULL)
		return put_member(out, name, value, err);
	return buf_addf(out, err, ",\"%s\":null,\"%s_note\":{\"en\":\"" NONE_EN "\",\"zh\":\"" NONE_ZH "\"}", name, name);
}

/* A run over several archives: which one this is, and that the certificate of the whole stands in the last. */
static enum status
put_volume(struct run *r, struct buf *out, struct err *err)
{
	const struct run_volume *v = &r->state.volume;
	uint64_t i, last = archive_params_of(r->archive)->sequence;
	char name[40];
	enum status st;

	if (v->number == 1 && !v->goes_on)
		return ST_OK;
	if ((st = buf_addf(out, err, ",\"volume\":{\"number\":%" PRIu64 ",\"of\":", v->number)) != ST_OK ||
	    (st = v->goes_on ? buf_addz(out, "null", err) : buf_addf(out, err, "%" PRIu64, v->number)) != ST_OK ||
	    (st = buf_addz(out, ",\"archives\":[", err)) != ST_OK)
		return st;
	for (i = 0; i < v->number && st == ST_OK; i++) {
		store_name(r->store.label, last - (v->number - 1) + i, name);
		st = buf_addf(out, err, "%s\"%s\"", i == 0 ? "" : ",", name);
	}
	if (st == ST_OK)
		st = buf_addz(out, "]}", err);
	return st == ST_OK && v->goes_on ? buf_addz(out, ",\"volume_note\":{\"en\":\"" GOES_ON_EN "\",\"zh\":\"" GOES_ON_ZH "\"}", err) : st;
}

/* Which views this archive got, with which line ends, and how far back their dates go: whoever makes them again later needs to know. */
static enum status
put_views(struct run *r, struct buf *out, struct err *err)
{
	struct format_options opt;
	enum status st;
	bool first = true;
	size_t i;

	run_view_options(r, &opt);
	/* Signatures differ each time, and a key is not at hand later: whoever makes the views again cannot compare these. */
	st = buf_addf(out, err, ",\"views\":{\"crlf\":%s,%s\"formats\":[", opt.crlf ? "true" : "false", opt.signer != NULL ? "\"pdf_signed\":true," : "");
	for (i = 0; st == ST_OK && formats_all[i] != NULL; i++)
		if (run_view_wanted(r, formats_all[i])) {
			st = buf_addf(out, err, "%s\"%s\"", first ? "" : ",", formats_all[i]->name);
			first = false;
		}
	if (st != ST_OK || (st = buf_addz(out, "],\"history\":", err)) != ST_OK ||
	    (st = history_oldest(r->history) == NULL ? buf_addz(out, "null", err) : json_put_string(out, str_of(history_oldest(r->history)), err)) != ST_OK)
		return st;
	return buf_putc(out, '}', err);
}

enum status
run_report(struct run *r, struct buf *out, struct err *err)
{
	const struct config *c = r->app->config;
	const struct archive_params *p = archive_params_of(r->archive);
	char began[WHEN_UTC_LEN + 1], ended[WHEN_UTC_LEN + 1];
	uint64_t gaps = run_state_gaps(&r->state), limits = run_state_limits(&r->state);
	enum status st;

	when_utc(r->state.began_ms, began);
	when_utc(r->state.captured_ms, ended);
	if ((st = buf_addf(out, err, "{\"format\":\"custody-completeness/1\",\"complete\":%s,\"gaps\":%" PRIu64 ",\"limits\":%" PRIu64,
	    r->state.rendering.is ? "null" : gaps == 0 && !r->state.volume.goes_on ? "true" : "false", gaps, limits)) != ST_OK ||
	    (r->state.rendering.is && (st = run_render_from(r, out, err)) != ST_OK) ||
	    (st = put_member(out, "archive", p->name, err)) != ST_OK || (st = put_member(out, "chain", p->chain, err)) != ST_OK ||
	    (st = put_member(out, "run", r->state.run, err)) != ST_OK || (st = put_member(out, "tenant", r->state.tenant, err)) != ST_OK ||
	    (st = put_member(out, "platform", r->state.platform, err)) != ST_OK ||
	    (st = put_member(out, "account", r->state.corp, err)) != ST_OK ||
	    (st = put_member(out, "organization", p->organization, err)) != ST_OK ||
	    (st = put_given(out, "purpose", config_get(c, r->section, "purpose"), err)) != ST_OK ||
	    (st = put_given(out, "legal_basis", config_get(c, r->section, "basis"), err)) != ST_OK ||
	    (st = put_given(out, "operator", config_get(c, r->section, "operator"), err)) != ST_OK ||
	    (st = put_member(out, "program", "custody " CUSTODY_VERSION, err)) != ST_OK || (st = put_member(out, "began_at", began, err)) != ST_OK ||
	    (st = put_member(out, "captured_at", ended, err)) != ST_OK || (st = put_member(out, "time_zone", when_zone_name(), err)) != ST_OK ||
	    (st = put_views(r, out, err)) != ST_OK || (st = put_volume(r, out, err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"sessions\":%" PRIu64 ",\"scope\":", r->state.n_sessions)) != ST_OK ||
	    (st = scope_encode(&r->state.scope, out, err)) != ST_OK ||
	    (st = buf_addz(out, r->state.renewal ? ",\"method\":{\"en\":\"" RENEWAL_EN "\",\"zh\":\"" RENEWAL_ZH "\"},\"streams\":" :
	    r->state.rendering.is ? ",\"method\":{\"en\":\"" RENDERING_EN "\",\"zh\":\"" RENDERING_ZH "\"},\"streams\":" :
	    ",\"method\":{\"en\":\"" METHOD_EN "\",\"zh\":\"" METHOD_ZH "\"},\"streams\":", err)) != ST_OK ||
	    (st = run_state_streams_json(&r->state, out, err)) != ST_OK || (st = buf_addz(out, ",\"closed_gaps\":", err)) != ST_OK ||
	    (st = run_state_closed_json(&r->state, out, err)) != ST_OK)
		return st;
	return buf_addz(out, "}\n", err);
}

/* The tables were written while the records came; what is missing of them is columns.csv. */
static enum status
finish_tables(struct run *r, const struct format_options *opt, struct view_place *place, struct err *err)
{
	struct tables *tables = NULL;
	enum status st;

	if (!run_view_wanted(r, &csv_view))
		return ST_OK;
	if ((st = tables_open(&tables, opt, place, err)) == ST_OK)
		st = tables_finish(tables, err);
	tables_close(tables);
	return st;
}

/* What earlier archives say of departments and members, where there are some here and a view that dates them. */
static enum status
read_history(struct run *r, struct history_params *h, struct err *err)
{
	const struct archive_params *p = archive_params_of(r->archive);
	bool wanted = false;
	size_t i;

	for (i = 0; formats_all[i] != NULL; i++)
		wanted |= formats_all[i] != &csv_view && (formats_all[i]->kinds & 1u << REC_USER) != 0 && run_view_wanted(r, formats_all[i]);
	if (!wanted || archive_n_records(r->archive, "departments") + archive_n_records(r->archive, "users") == 0)
		return ST_OK;
	progress_phase(_("reading earlier archives"));
	*h = (struct history_params){ .store = &r->store,
		.chain = p->chain,
		.archive = p->name,
		.sequence = p->sequence,
		.tenant = r->state.tenant,
		.scratch = archive_work_dir(r->archive) };
	memcpy(h->previous, p->previous[0], sizeof(h->previous));
	return history_open(&r->history, h, err);
}

enum status
run_views_finish(struct run *r, struct err *err)
{
	struct history_params history;
	struct view_input in = { .records = archive_records(r->archive), .scratch = archive_work_dir(r->archive) };
	struct format_options opt;
	struct archive_pages *pages;
	struct run_blobs blobs;
	struct run_place place;
	struct buf report;
	enum status st;

	if ((st = archive_pages_open(r->archive, &pages, err)) != ST_OK)
		return st;
	run_view_options(r, &opt);
	run_place_init(&place, r->archive, pages);
	run_blobs_init(&blobs, r->archive);
	buf_init(&report, (size_t)4 << 20);
	in.opt = &opt;
	in.blobs = &blobs.blobs;
	if ((st = read_history(r, &history, err)) != ST_OK)
		goto out;
	in.history = history_view(r->history);
	progress_phase(_("making views"));
	st = run_report(r, &report, err);
	opt.report = buf_str(&report);
	if (st == ST_OK && r->state.rendering.is)
		st = run_render_views(r, &opt, &place.place, err);
	else if (st == ST_OK && (st = finish_tables(r, &opt, &place.place, err)) == ST_OK)
		st = run_make(r, &in, pages, err);
out:
	history_close(r->history);
	r->history = NULL;
	buf_free(&report);
	return st;
}
