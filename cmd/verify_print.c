/* verify_print.c: a report in words and in JSON. */
#include "cmd/verify_print.h"

#include <inttypes.h>

#include "core/i18n.h"
#include "core/json.h"
#include "core/utf8.h"
#include "core/when.h"

static const char *const verdict_names[] = { "VALID", "INDETERMINATE", "INVALID" };
static const char *const group_ids[] = { "authenticity", "integrity", "usability", "security" };
static const char *const group_names[] = { N_("authenticity"), N_("integrity"), N_("usability"), N_("security") };

const char *
verify_print_word(enum verdict v)
{
	return v == VERDICT_VALID ? _("VALID") : v == VERDICT_INVALID ? _("INVALID") : _("INDETERMINATE");
}

const char *
verify_print_id(enum verdict v)
{
	return verdict_names[v];
}

enum status
verify_print_text(const char *path, const struct verify_report *r, struct buf *out, struct err *err)
{
	char local[30];
	enum status st;
	size_t i;
	int g;

	if ((st = utf8_terminal(str_of(path), out, err)) != ST_OK || (st = buf_addf(out, err, ": %s%s\n", verify_print_word(r->verdict),
	    r->views == VERIFY_VIEWS_DIFFER ? _(", but its views do not say what its records say") : "")) != ST_OK)
		return st;
	for (g = 0; g < 4; g++) {
		bool head = false;

		for (i = 0; i < r->n_steps; i++) {
			if ((int)r->steps[i].group != g)
				continue;
			if (!head && (st = buf_addf(out, err, "  %s\n", _(group_names[g]))) != ST_OK)
				return st;
			head = true;
			if ((st = buf_addf(out, err, "    %s %s\n", r->steps[i].verdict == VERDICT_VALID ? "+" :
			    r->steps[i].verdict == VERDICT_INVALID ? "X" : "?", r->steps[i].text)) != ST_OK)
				return st;
		}
	}
	if (r->seal_ok) {
		const struct seal *s = &r->seal;

		st = buf_addf(out, err, _("  sealed: chain %s, sequence %" PRIu64 ", %" PRIu64 " records, %" PRIu64 " gaps, %" PRIu64 " files\n"), s->chain,
		    s->sequence, s->records, s->gaps, s->payload_files);
		if (st == ST_OK && r->token_ms != WHEN_UNKNOWN) {
			when_local(r->token_ms, local);
			st = buf_addf(out, err, _("  existed at: %s (time stamp)\n"), local);
		}
		if (st == ST_OK && r->vouched_by[0] != '\0') {
			when_local(r->vouched_ms, local);
			st = buf_addf(out, err, _("  vouched for by: %s, as of %s\n"), r->vouched_by, local);
		}
	}
	return st;
}

enum status
verify_print_json_seal(const struct verify_report *r, struct buf *out, struct err *err)
{
	char hex[65], utc[WHEN_UTC_LEN + 1];
	enum status st;

	if (!r->seal_ok)
		return ST_OK;
	digest_hex(r->seal_sha256, sizeof(r->seal_sha256), hex);
	if ((st = buf_addf(out, err, ",\"archive\":\"%s\",\"chain\":\"%s\",\"sequence\":%" PRIu64 ",\"seal_sha256\":\"%s\"", r->seal.archive, r->seal.chain,
	    r->seal.sequence, hex)) != ST_OK)
		return st;
	if (r->token_ms != WHEN_UNKNOWN) {
		when_utc(r->token_ms, utc);
		if ((st = buf_addf(out, err, ",\"time_stamp\":\"%s\"", utc)) != ST_OK)
			return st;
	}
	if (r->vouched_by[0] == '\0')
		return ST_OK;
	when_utc(r->vouched_ms, utc);
	return buf_addf(out, err, ",\"vouched_by\":\"%s\",\"vouched_at\":\"%s\"", r->vouched_by, utc);
}

enum status
verify_print_json_steps(const struct verify_report *r, struct buf *out, struct err *err)
{
	enum status st = buf_addz(out, ",\"steps\":[", err);
	size_t i;

	for (i = 0; i < r->n_steps && st == ST_OK; i++) {
		st = buf_addf(out, err, "%s{\"group\":\"%s\",\"step\":\"%s\",\"verdict\":\"%s\",%s\"text\":", i == 0 ? "" : ",", group_ids[r->steps[i].group],
		    r->steps[i].id, verdict_names[r->steps[i].verdict], r->steps[i].remark ? "\"counts\":false," : "");
		if (st == ST_OK && (st = json_put_string(out, str_of(r->steps[i].text), err)) == ST_OK)
			st = buf_putc(out, '}', err);
	}
	return st == ST_OK ? buf_putc(out, ']', err) : st;
}

enum status
verify_print_json(const char *path, const struct verify_report *r, struct buf *out, struct err *err)
{
	enum status st;

	if ((st = buf_addz(out, "{\"path\":", err)) != ST_OK || (st = json_put_string(out, str_of(path), err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"verdict\":\"%s\",\"pending\":%s", verdict_names[r->verdict], r->pending ? "true" : "false")) != ST_OK)
		return st;
	if (r->views != VERIFY_VIEWS_UNASKED && (st = buf_addf(out, err, ",\"views\":\"%s\"", r->views == VERIFY_VIEWS_AGREE ? "agree" :
	    r->views == VERIFY_VIEWS_DIFFER ? "differ" : "unknown")) != ST_OK)
		return st;
	if (r->has_stage && ((st = buf_putc(out, ',', err)) != ST_OK || (st = pending_json(&r->stage, out, err)) != ST_OK))
		return st;
	if (r->verdict == VERDICT_INVALID && !r->unplaced) {
		if ((st = buf_addz(out, ",\"member\":", err)) != ST_OK || (st = json_put_string(out, str_of(r->member), err)) != ST_OK ||
		    (st = buf_addf(out, err, ",\"offset\":%" PRIu64 ",\"offset_in\":\"%s\"", r->offset, r->offset_in_file ? "file" : "tar")) != ST_OK)
			return st;
	}
	if ((st = verify_print_json_seal(r, out, err)) != ST_OK)
		return st;
	if (r->seal_ok && (st = buf_addf(out, err, ",\"records\":%" PRIu64 ",\"gaps\":%" PRIu64 ",\"files\":%" PRIu64 ",\"octets\":%" PRIu64, r->seal.records,
	    r->seal.gaps, r->seal.payload_files, r->seal.payload_octets)) != ST_OK)
		return st;
	return (st = verify_print_json_steps(r, out, err)) == ST_OK ? buf_addz(out, "}\n", err) : st;
}
