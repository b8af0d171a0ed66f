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
	{ NULL, 0, NULL, NULL, false }
};

static enum status
extract_run(struct app *app, const struct options *o, struct err *err)
{
	const char *to = options_has(o, "to") ? options_get(o, "to") : ".";
	struct browse *b;
	uint64_t n_files = 0;
	enum status st;
	int dir;

	if ((st = look_open(app, o, o->operands[0], true, &b, err)) != ST_OK)
		return st;
	if ((mkdir(to, 0700) != 0 && errno != EEXIST) || (dir = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0) {
		st = err_sys(err, "%s", to);
		browse_close(b);
		return st;
	}
	st = browse_extract(b, dir, o->operands + 1, o->n_operands - 1, &n_files, err);
	if (st == ST_OK)
		log_say(LOG_INFO_, _("%" PRIu64 " files written below %s"), n_files, to);
	close(dir);
	browse_close(b);
	return st;
}

const struct command command_extract = {
	"extract", "ARCHIVE [PATH…]", N_("files out of a verified archive"), extract_options, 1, 4096, extract_run
};
