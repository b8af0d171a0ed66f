/* cmd_show.c: one record, as its line stands in the archive; every version of it. */
#include "cmd/look.h"
#include "cmd/ref.h"
#include "core/i18n.h"

static const struct option_def show_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	DECRYPT_OPTIONS,
	{ NULL, 0, NULL, NULL, false }
};

static enum status
print(void *ctx, const struct lookup_record *r, struct err *err)
{
	(void)ctx;
	return look_print(r->line, err);
}

static enum status
show_run(struct app *app, const struct options *o, struct err *err)
{
	struct crypt_key *key = NULL;
	struct lookup *l = NULL;
	struct trust trust;
	struct ref ref;
	enum status st;

	if ((st = ref_parse(o->operands[1], &ref, err)) != ST_OK || (st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	if ((st = decrypt_open(o, &key, err)) == ST_OK && (st = look_lookup(app, o->operands[0], &trust, key, false, &l, err)) == ST_OK)
		st = ref_each(l, o->operands[0], o->operands[1], print, NULL, err);
	lookup_close(l);
	crypt_key_close(key);
	trust_free(&trust);
	return st;
}

const struct command command_show = {
	"show", "ARCHIVE REF", N_("one record, with every version of it, as it stands in the archive"), show_options, 2, 2, show_run
};
