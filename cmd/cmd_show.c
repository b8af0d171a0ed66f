/* cmd_show.c: one record, as its line stands in the archive; every version of it. */
#include <stdio.h>

#include "archive/names.h"
#include "cmd/look.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/record.h"

static const struct option_def show_options[] = {
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ NULL, 0, NULL, NULL, false }
};

struct wanted { struct str id; struct buf needle; struct arena arena; size_t n_found; };

static enum status
match(void *ctx, uint64_t index, const char *segment, uint64_t in_segment, struct str line, struct err *err)
{
	struct wanted *w = ctx;
	struct record rec;
	enum status st;

	(void)index;
	(void)segment;
	(void)in_segment;
	/* Most lines are passed over without parsing. */
	if (memmem(line.p, line.n, w->needle.p, w->needle.n) == NULL)
		return ST_OK;
	arena_reset(&w->arena);
	if ((st = record_decode(line, &w->arena, &rec, err)) != ST_OK || !str_eq(rec.id, w->id))
		return st;
	w->n_found++;
	return look_print(line, err);
}

static enum status
show_run(struct app *app, const struct options *o, struct err *err)
{
	const char *ref = o->operands[1], *slash = strchr(ref, '/');
	struct wanted w = { .n_found = 0 };
	struct browse *b = NULL;
	char stream[64];
	enum status st;

	if (slash == NULL || slash[1] == '\0' || (size_t)(slash - ref) >= sizeof(stream) ||
	    !names_stream_ok((struct str){ ref, (size_t)(slash - ref) })) {
		err_set(err, ST_USAGE, _("\"%s\" is not STREAM/ID"), ref);
		return err_next(err, _("for example: custody show ARCHIVE messages/ID"));
	}
	snprintf(stream, sizeof(stream), "%.*s", (int)(slash - ref), ref);
	w.id = str_of(slash + 1);
	buf_init(&w.needle, LIMIT_RECORD);
	arena_init(&w.arena, LIMIT_ARENA);
	if ((st = buf_addz(&w.needle, "\"id\":", err)) == ST_OK && (st = json_put_string(&w.needle, w.id, err)) == ST_OK &&
	    (st = look_open(app, o, o->operands[0], false, &b, err)) == ST_OK)
		st = browse_records(b, stream, match, &w, err);
	if (st == ST_OK && w.n_found == 0) {
		st = err_set(err, ST_USAGE, _("the archive has no record %s"), ref);
		err_next(err, "custody list %s --records %s --ids", o->operands[0], stream);
	}
	browse_close(b);
	buf_free(&w.needle);
	arena_free(&w.arena);
	return st;
}

const struct command command_show = {
	"show", "ARCHIVE STREAM/ID", N_("one record, as it stands in the archive"), show_options, 2, 2, show_run
};
