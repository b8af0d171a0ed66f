/* cmd_verify.c: judge archives, alone or as the chain of a store; three verdicts and never a fourth. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/names.h"
#include "archive/verify.h"
#include "cmd/app.h"
#include "cmd/class.h"
#include "cmd/verify_bag.h"
#include "cmd/verify_html.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/utf8.h"
#include "core/when.h"
#include "store/store.h"

static const struct option_def verify_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ "bag", 0, NULL, N_("other people's BagIt bags: directories, tar, tar.gz, zip"), false },
	{ "html", 0, "FILE", N_("write the report as a page, too"), false },
	{ NULL, 0, NULL, NULL, false }
};

static const char *const verdict_names[] = { "VALID", "INDETERMINATE", "INVALID" };
static const char *const group_ids[] = { "authenticity", "integrity", "usability", "security" };
static const char *const group_names[] = { N_("authenticity"), N_("integrity"), N_("usability"), N_("security") };

static const char *
verdict_word(enum verdict v)
{
	return v == VERDICT_VALID ? _("VALID") : v == VERDICT_INVALID ? _("INVALID") : _("INDETERMINATE");
}

static enum status
print_text(const char *path, const struct verify_report *r, struct buf *out, struct err *err)
{
	char local[30];
	enum status st;
	size_t i;
	int g;

	if ((st = utf8_terminal(str_of(path), out, err)) != ST_OK || (st = buf_addf(out, err, ": %s\n", verdict_word(r->verdict))) != ST_OK)
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
	}
	return st;
}

static enum status
print_json(const char *path, const struct verify_report *r, struct buf *out, struct err *err)
{
	char hex[65], utc[WHEN_UTC_LEN + 1];
	enum status st;
	size_t i;

	if ((st = buf_addz(out, "{\"path\":", err)) != ST_OK || (st = json_put_string(out, str_of(path), err)) != ST_OK ||
	    (st = buf_addf(out, err, ",\"verdict\":\"%s\",\"pending\":%s", verdict_names[r->verdict], r->pending ? "true" : "false")) != ST_OK)
		return st;
	if (r->has_stage && ((st = buf_putc(out, ',', err)) != ST_OK || (st = pending_json(&r->stage, out, err)) != ST_OK))
		return st;
	if (r->verdict == VERDICT_INVALID) {
		if ((st = buf_addz(out, ",\"member\":", err)) != ST_OK || (st = json_put_string(out, str_of(r->member), err)) != ST_OK ||
		    (st = buf_addf(out, err, ",\"offset\":%" PRIu64 ",\"offset_in\":\"%s\"", r->offset, r->offset_in_file ? "file" : "tar")) != ST_OK)
			return st;
	}
	if (r->seal_ok) {
		digest_hex(r->seal_sha256, sizeof(r->seal_sha256), hex);
		if ((st = buf_addf(out, err, ",\"archive\":\"%s\",\"chain\":\"%s\",\"sequence\":%" PRIu64 ",\"records\":%" PRIu64 ",\"gaps\":%" PRIu64
		    ",\"files\":%" PRIu64 ",\"octets\":%" PRIu64 ",\"seal_sha256\":\"%s\"", r->seal.archive, r->seal.chain, r->seal.sequence,
		    r->seal.records, r->seal.gaps, r->seal.payload_files, r->seal.payload_octets, hex)) != ST_OK)
			return st;
		if (r->token_ms != WHEN_UNKNOWN) {
			when_utc(r->token_ms, utc);
			if ((st = buf_addf(out, err, ",\"time_stamp\":\"%s\"", utc)) != ST_OK)
				return st;
		}
	}
	st = buf_addz(out, ",\"steps\":[", err);
	for (i = 0; i < r->n_steps && st == ST_OK; i++) {
		st = buf_addf(out, err, "%s{\"group\":\"%s\",\"step\":\"%s\",\"verdict\":\"%s\",\"text\":", i == 0 ? "" : ",", group_ids[r->steps[i].group],
		    r->steps[i].id, verdict_names[r->steps[i].verdict]);
		if (st == ST_OK && (st = json_put_string(out, str_of(r->steps[i].text), err)) == ST_OK)
			st = buf_putc(out, '}', err);
	}
	return st == ST_OK ? buf_addz(out, "]}\n", err) : st;
}

struct judging { struct app *app; struct trust trust; struct verify_html html; enum status worst; char why[600]; };

static void
fold(struct judging *j, const char *path, const struct verify_report *r)
{
	enum status st = r->verdict == VERDICT_VALID ? ST_OK : r->verdict == VERDICT_INVALID ? ST_CORRUPT : ST_UNSURE;
	size_t i;

	if (st == ST_OK || class_worse(j->worst, st) == j->worst)
		return;
	j->worst = st;
	for (i = 0; i < r->n_steps && r->steps[i].verdict != r->verdict; i++)
		;
	if (r->verdict == VERDICT_INVALID)
		snprintf(j->why, sizeof(j->why), r->offset_in_file ? _("%s: %s (member %s, offset %" PRIu64 " of the file)") :
		    _("%s: %s (member %s, offset %" PRIu64 " of the tar)"), path, i < r->n_steps ? r->steps[i].text : "?",
		    r->member[0] != '\0' ? r->member : "-", r->offset);
	else
		snprintf(j->why, sizeof(j->why), "%s: %s", path, i < r->n_steps ? r->steps[i].text : "?");
}

static enum status
judge(struct judging *j, const char *path, struct verify_report *report, struct err *err)
{
	struct buf out;
	enum status st;

	if ((st = verify_archive(path, &j->trust, when_now_ms(), NULL, report, err)) != ST_OK)
		return st;
	buf_init(&out, (size_t)1 << 20);
	st = j->app->json ? print_json(path, report, &out, err) : print_text(path, report, &out, err);
	if (st == ST_OK && (st = app_print(&out, err)) == ST_OK)
		j->app->answered = j->app->json;
	buf_free(&out);
	fold(j, path, report);
	return st == ST_OK ? verify_html_add(&j->html, path, report, err) : st;
}

/* --- a store: every archive, and the links between their seals --- */

struct link { bool any; struct seal seal; struct buf text /* of its seal.txt */; int64_t token_ms; char label[40]; };

static enum status
chain_step(struct judging *j, const char *name, enum verdict verdict, const char *text, struct err *err)
{
	struct verify_report r;
	struct buf out;
	enum status st;

	memset(&r, 0, sizeof(r));
	r.verdict = verdict;
	r.token_ms = WHEN_UNKNOWN;
	verify_report_step(&r, VERIFY_AUTHENTICITY, "chain", verdict, "%s", text);
	buf_init(&out, (size_t)1 << 16);
	st = j->app->json ? print_json(name, &r, &out, err) : print_text(name, &r, &out, err);
	if (st == ST_OK)
		st = app_print(&out, err);
	buf_free(&out);
	fold(j, name, &r);
	return st == ST_OK ? verify_html_add(&j->html, name, &r, err) : st;
}

/* What is no fault of an archive but worth knowing: time not covered, time stamps against the order. */
static enum status
tell_order(struct judging *j, const struct store_entry *e, const struct seal *seal, int64_t token_ms, const struct link *before, struct err *err)
{
	bool same = seal->covers_from_ms == before->seal.covers_from_ms && seal->covers_until_ms == before->seal.covers_until_ms;
	char text[256], until[21], from[21];
	enum status st = ST_OK;

	if (!same && seal->covers_from_ms != before->seal.covers_until_ms) {
		when_utc_s(before->seal.covers_until_ms, until);
		when_utc_s(seal->covers_from_ms, from);
		snprintf(text, sizeof(text), _("the archive before it covers the time until %s, this one from %s"), until, from);
		st = chain_step(j, e->name, VERDICT_VALID, text, err);
	}
	if (st == ST_OK && token_ms != WHEN_UNKNOWN && before->token_ms != WHEN_UNKNOWN && token_ms < before->token_ms)
		st = chain_step(j, e->name, VERDICT_VALID, _("its time stamp is earlier than that of the archive before it"), err);
	return st;
}

static enum status
check_link(struct judging *j, const struct store_entry *e, const struct seal *seal, int64_t token_ms, const struct link *before, struct err *err)
{
	unsigned char hash[DIGEST_MAX];
	char text[256];
	enum status st;
	size_t i;

	if (!before->any) {
		if (seal->sequence == 1)
			return ST_OK;
		snprintf(text, sizeof(text), _("the first archive here has sequence %" PRIu64 ": those before it are missing"), seal->sequence);
		return chain_step(j, e->name, VERDICT_INDETERMINATE, text, err);
	}
	if (strcmp(before->seal.chain, seal->chain) != 0)
		return chain_step(j, e->name, VERDICT_INVALID, _("it belongs to another chain than the archive before it"), err);
	if (seal->sequence != before->seal.sequence + 1) {
		snprintf(text, sizeof(text), _("sequence %" PRIu64 " follows %" PRIu64 ": archives between them are missing"), seal->sequence,
		    before->seal.sequence);
		return chain_step(j, e->name, VERDICT_INVALID, text, err);
	}
	for (i = 0; i < seal->n_algs; i++) {
		if ((st = digest_of(seal->algs[i], before->text.p, before->text.n, hash, err)) != ST_OK)
			return st;
		if (!seal->has_previous || memcmp(seal->previous[i], hash, digest_size(seal->algs[i])) != 0)
			return chain_step(j, e->name, VERDICT_INVALID, _("its Previous line is not the hash of the seal before it"), err);
	}
	return tell_order(j, e, seal, token_ms, before, err);
}

static enum status
judge_store(struct judging *j, const char *path, struct err *err)
{
	struct store store = { .dir = -1 };
	struct store_entry *list = NULL;
	struct verify_report report;
	struct link before = { .any = false };
	unsigned char sha256[32];
	struct buf file, text;
	enum status st;
	size_t i, n = 0, judged = 0;

	buf_init(&file, 8192);
	buf_init(&text, LIMIT_SEAL);
	buf_init(&before.text, LIMIT_SEAL);
	if ((st = store_open(&store, path, "archive", false, err)) != ST_OK || (st = store_list(&store, true, &list, &n, err)) != ST_OK)
		goto out;
	for (i = 0; i < n; i++) {
		char label[40];
		struct seal seal;

		if (list[i].state == STORE_UNFINISHED || list[i].state == STORE_EMPTY)
			continue;
		judged++;
		snprintf(label, sizeof(label), "%.*s", (int)(strrchr(list[i].name, '-') - list[i].name), list[i].name);
		if (strcmp(label, before.label) != 0) {
			before.any = false;
			snprintf(before.label, sizeof(before.label), "%s", label);
		}
		memset(&report, 0, sizeof(report));
		report.token_ms = WHEN_UNKNOWN;
		if (list[i].state != STORE_DESTROYED) {
			buf_clear(&file);
			if ((st = buf_addf(&file, err, "%s/%s.tar.gz%s", path, list[i].name, list[i].state == STORE_PENDING ? ".partial" : "")) != ST_OK ||
			    (st = buf_z(&file, err)) != ST_OK || (st = judge(j, file.p, &report, err)) != ST_OK)
				goto out;
		}
		buf_clear(&text);
		st = store_seal(&store, list[i].name, &text, &seal, err);
		if (st == ST_CORRUPT || st == ST_UNSURE || st == ST_END) {
			st = chain_step(j, list[i].name, st == ST_UNSURE ? VERDICT_INDETERMINATE : VERDICT_INVALID,
			    st == ST_END ? _("its seal directory is missing") : err->text, err);
			if (st != ST_OK)
				goto out;
			before.any = false;
			continue;
		}
		if (st != ST_OK)
			goto out;
		if ((st = digest_of(DIGEST_SHA256, text.p, text.n, sha256, err)) != ST_OK)
			goto out;
		if (report.seal_ok && memcmp(report.seal_sha256, sha256, sizeof(sha256)) != 0 &&
		    (st = chain_step(j, list[i].name, VERDICT_INVALID, _("the seal beside it differs from the seal inside"), err)) != ST_OK)
			goto out;
		if ((st = check_link(j, &list[i], &seal, report.token_ms, &before, err)) != ST_OK)
			goto out;
		buf_clear(&before.text);
		if ((st = buf_str_add(&before.text, buf_str(&text), err)) != ST_OK)
			goto out;
		before.any = true;
		before.seal = seal;
		before.token_ms = report.token_ms;
	}
	if (judged == 0) {
		st = err_set(err, ST_USAGE, _("%s holds no archive"), path);
		if (faccessat(store.dir, "bagit.txt", F_OK, AT_SYMLINK_NOFOLLOW) == 0)
			(void)err_next(err, _("it is a BagIt bag: custody verify --bag %s"), path);
	} else {
		log_say(LOG_INFO_, _("a chain cut at its end cannot be seen from here: compare the head with a receipt kept elsewhere"));
	}
out:
	free(list);
	store_close(&store);
	buf_free(&file);
	buf_free(&text);
	buf_free(&before.text);
	return st;
}

static enum status
verify_run(struct app *app, const struct options *o, struct err *err)
{
	struct judging j = { .app = app, .worst = ST_OK };
	struct verify_report report;
	struct stat sb;
	enum status st;
	size_t i;

	if (options_has(o, "bag")) {
		if (options_has(o, "trust"))
			return err_set(err, ST_USAGE, _("--trust says whom to believe; a bag names nobody: leave it out, or leave out --bag"));
		if (options_has(o, "html"))
			return err_set(err, ST_USAGE, _("--html is the report on archives; for bags there is --json"));
		return verify_bags(app, o, err);
	}
	if ((st = verify_html_open(&j.html, options_get(o, "html"), err)) != ST_OK ||
	    (st = app_trust(app, options_get(o, "trust"), &j.trust, err)) != ST_OK)
		return st;
	for (i = 0; i < o->n_operands && st == ST_OK; i++) {
		app->object = o->operands[i];
		if (stat(o->operands[i], &sb) == 0 && S_ISDIR(sb.st_mode))
			st = judge_store(&j, o->operands[i], err);
		else {
			memset(&report, 0, sizeof(report));
			st = judge(&j, o->operands[i], &report, err);
		}
	}
	if (st == ST_OK)
		st = verify_html_write(&j.html, j.trust.roots != NULL, err);
	verify_html_free(&j.html);
	trust_free(&j.trust);
	if (st != ST_OK && class_worse(j.worst, st) == st)
		return st;
	if (st != ST_OK)	/* the verdict weighs more, but this is not forgotten */
		log_say(LOG_ERROR_, "%s", err->text);
	if (j.worst != ST_OK)
		err_set(err, j.worst, "%s: %s", verdict_word(j.worst == ST_CORRUPT ? VERDICT_INVALID : VERDICT_INDETERMINATE), j.why);
	return j.worst;
}

const struct command command_verify = {
	"verify", "PATH…", N_("check archives or a whole store"), verify_options, 1, 4096, verify_run
};
