/* cmd_verify.c: judge archives, alone or as the chain of a store; three verdicts and never a fourth. */
#include <sys/stat.h>

#include "cmd/app.h"
#include "cmd/decrypt.h"
#include "cmd/judge.h"
#include "cmd/verify_bag.h"
#include "core/i18n.h"

static const struct option_def verify_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ "receipt", 0, "FILE", N_("head receipts kept elsewhere: was a chain cut off or written anew?"), true },
	{ "renewal", 0, "FILE", N_("a renewal archive kept elsewhere, to vouch for what is older"), true },
	{ "bag", 0, NULL, N_("other people's BagIt bags: directories, tar, tar.gz, zip"), false },
	{ "views", 0, NULL, N_("compare the views with the records, too: every format holds every record"), false },
	{ "html", 0, "FILE", N_("write the report as a page, too"), false },
	DECRYPT_OPTIONS,
	{ NULL, 0, NULL, NULL, false }
};

static enum status
verify_run(struct app *app, const struct options *o, struct err *err)
{
	struct judging j;
	struct stat sb;
	enum status st;
	size_t i;

	if (options_has(o, "bag")) {
		if (options_has(o, "trust"))
			return err_set(err, ST_USAGE, _("--trust says whom to believe; a bag names nobody: leave it out, or leave out --bag"));
		if (options_has(o, "html"))
			return err_set(err, ST_USAGE, _("--html is the report on archives; for bags there is --json"));
		if (options_has(o, "views"))
			return err_set(err, ST_USAGE, _("--views compares the views of our archives; a bag has none: leave it out, or leave out --bag"));
		if (options_has(o, "receipt"))
			return err_set(err, ST_USAGE, _("--receipt names the head of a chain; a bag has none: leave it out, or leave out --bag"));
		if (options_has(o, "renewal"))
			return err_set(err, ST_USAGE, _("--renewal vouches for archives of its own chain; for a bag nobody does: leave it out, or leave out --bag"));
		return verify_bags(app, o, err);
	}
	if ((st = judge_open(&j, app, o, err)) != ST_OK)
		return st;
	j.views = options_has(o, "views");
	for (i = 0; i < o->n_operands && st == ST_OK; i++) {
		app->object = o->operands[i];
		st = stat(o->operands[i], &sb) == 0 && S_ISDIR(sb.st_mode) ? judge_store(&j, o->operands[i], err) : judge_file(&j, o->operands[i], err);
	}
	st = judge_answer(&j, st, err);
	judge_close(&j);
	return st;
}

const struct command command_verify = {
	"verify", "PATH…", N_("check archives or a whole store"), verify_options, 1, 4096, verify_run
};
