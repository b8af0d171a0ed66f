/* cmd_show.c: one record, as its line stands in the archive; every version of it. */
#include <stdio.h>

#include "cmd/look.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/record.h"

static const struct option_def show_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ NULL, 0, NULL, NULL, false }
};

struct wanted { struct look_lines lines; struct str id; struct buf needle; struct arena arena; size_t n_found; };

static enum status
match(struct look_lines *l, struct str line, struct err *err)
{
	struct wanted *w = (struct wanted *)l;
	struct record rec;
	enum status st;

	/* Most lines are passed over without parsing. */
	if (memmem(line.p, line.n, w->needle.p, w->needle.n) == NULL)
		return ST_OK;
	arena_reset(&w->arena);
	if ((st = record_decode(line, &w->arena, &rec, err)) != ST_OK)
		return st;
	if (!str_eq(rec.id, w->id))
		return ST_OK;
	w->n_found++;
	if (fwrite(line.p, 1, line.n, stdout) != line.n || putchar('\n') == EOF)
		return err_sys(err, _("cannot write to standard output"));
	return ST_OK;
}

static enum status
show_run(struct app *app, const struct options *o, struct err *err)
{
	const char *ref = o->operands[1], *slash = strchr(ref, '/');
	struct verify_taps taps;
	struct wanted w = { .n_found = 0 };
	char stream[64];
	enum status st;

	if (slash == NULL || slash == ref || slash[1] == '\0' || (size_t)(slash - ref) >= sizeof(stream)) {
		err_set(err, ST_USAGE, _("\"%s\" is not STREAM/ID"), ref);
		return err_next(err, _("for example: custody show ARCHIVE messages/ID"));
	}
	snprintf(stream, sizeof(stream), "%.*s", (int)(slash - ref), ref);
	look_lines_init(&w.lines, stream, match);
	w.id = str_of(slash + 1);
	buf_init(&w.needle, LIMIT_RECORD);
	arena_init(&w.arena, LIMIT_ARENA);
	taps = look_lines_taps(&w.lines);
	if ((st = buf_addz(&w.needle, "\"id\":", err)) == ST_OK && (st = json_put_string(&w.needle, w.id, err)) == ST_OK)
		st = look_into(app, o, o->operands[0], false, &taps, err);
	if (st == ST_OK && w.n_found == 0) {
		st = err_set(err, ST_USAGE, _("the archive has no record %s"), ref);
		err_next(err, "custody list %s --records %s --ids", o->operands[0], stream);
	}
	look_lines_free(&w.lines);
	buf_free(&w.needle);
	arena_free(&w.arena);
	return st;
}

const struct command command_show = {
	"show", "ARCHIVE STREAM/ID", N_("one record, as it stands in the archive"), show_options, 2, 2, show_run
};
