/* cmd_extract.c: files out of an archive: only of a VALID one, only below an opened directory, never over an existing file. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/look.h"
#include "core/i18n.h"
#include "core/log.h"

static const struct option_def extract_options[] = {
	{ "to", 'C', "DIR", N_("directory to write below; the current one when not given"), false },
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	DECRYPT_OPTIONS,
	{ NULL, 0, NULL, NULL, false }
};

/* Without a key: what the recipients get, to be opened elsewhere. */
static void
still_encrypted(bool encrypted, const struct crypt_key *key, uint64_t n_files)
{
	if (encrypted && key == NULL && n_files > 0)
		log_say(LOG_WARN_, "%s", _("payload files were written as they are, encrypted; --decrypt-key and --decrypt-cert open them"));
}

/* All of it, or tag files: everything is read and judged.  Some payload files: by the index, each held against the signed manifest. */
static enum status
extract_to(struct app *app, const struct options *o, const struct crypt_key *key, int dir, uint64_t *n_files, struct err *err)
{
	const char *const *paths = o->operands + 1;
	const size_t n = o->n_operands - 1;
	struct lookup *l = NULL;
	struct browse *b = NULL;
	struct trust trust;
	enum status st;

	if (!lookup_can_extract(paths, n)) {
		if ((st = look_open(app, o, o->operands[0], key, true, &b, err)) == ST_OK && (st = browse_extract(b, dir, paths, n, n_files, err)) == ST_OK)
			still_encrypted(browse_encrypted(b), key, n == 0);
		browse_close(b);
		return st;
	}
	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	if ((st = look_lookup(app, o->operands[0], &trust, key, true, &l, err)) == ST_OK &&
	    (st = lookup_extract(l, dir, paths, n, n_files, err)) == ST_OK)
		still_encrypted(lookup_encrypted(l), key, *n_files);
	lookup_close(l);
	trust_free(&trust);
	return st;
}

static enum status
extract_run(struct app *app, const struct options *o, struct err *err)
{
	const char *to = options_has(o, "to") ? options_get(o, "to") : ".";
	struct crypt_key *key;
	uint64_t n_files = 0;
	enum status st;
	int dir;

	if ((st = decrypt_open(o, &key, err)) != ST_OK)
		return st;
	if ((mkdir(to, 0700) != 0 && errno != EEXIST) || (dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		st = err_sys(err, "%s", to);
		crypt_key_close(key);
		return st;
	}
	st = extract_to(app, o, key, dir, &n_files, err);
	if (st == ST_OK)
		log_say(LOG_INFO_, _("%" PRIu64 " files written below %s"), n_files, to);
	close(dir);
	crypt_key_close(key);
	return st;
}

const struct command command_extract = {
	"extract", "ARCHIVE [PATH…]", N_("files out of a verified archive"), extract_options, 1, 4096, extract_run
};
