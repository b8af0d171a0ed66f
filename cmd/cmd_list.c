/* cmd_list.c: what an archive holds: its members, or the records of one stream. */
#include <inttypes.h>
#include <stdio.h>

#include "archive/names.h"
#include "cmd/look.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/record.h"

static const struct option_def list_options[] = {
	{ "records", 0, "STREAM", N_("the records of this stream, one line each"), false },
	{ "ids", 0, NULL, N_("with --records: ids only"), false },
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ NULL, 0, NULL, NULL, false }
};

struct members { bool json; struct buf line; char path[LIMIT_PATH + 1]; uint64_t size, offset; };

static enum status
member(void *ctx, const char *path, uint64_t size, uint64_t offset, struct err *err)
{
	struct members *m = ctx;

	(void)err;
	snprintf(m->path, sizeof(m->path), "%s", path);
	m->size = size;
	m->offset = offset;
	return ST_OK;
}

static enum status
member_end(void *ctx, const unsigned char sha256[32], struct err *err)
{
	struct members *m = ctx;
	char hex[65];
	enum status st;

	digest_hex(sha256, 32, hex);
	buf_clear(&m->line);
	if (m->json)	/* the alphabet of paths needs no escape */
		st = buf_addf(&m->line, err, "{\"path\":\"%s\",\"size\":%" PRIu64 ",\"offset\":%" PRIu64 ",\"sha256\":\"%s\"}\n", m->path, m->size,
		    m->offset, hex);
	else
		st = buf_addf(&m->line, err, "%14" PRIu64 "  %s\n", m->size, m->path);
	return st == ST_OK ? app_print(&m->line, err) : st;
}

static enum status
list_members(struct app *app, const struct options *o, struct err *err)
{
	struct members m = { .json = app->json };
	struct verify_taps taps = { .ctx = &m, .entry = member, .entry_end = member_end };
	enum status st;

	buf_init(&m.line, 1024);
	st = look_into(app, o, o->operands[0], false, &taps, err);
	buf_free(&m.line);
	return st;
}

struct ids { struct look_lines lines; bool only_ids; struct arena arena; };

static enum status
print_line(struct look_lines *l, struct str line, struct err *err)
{
	struct ids *ids = (struct ids *)l;
	struct record rec;
	enum status st;

	if (ids->only_ids) {
		arena_reset(&ids->arena);
		if ((st = record_decode(line, &ids->arena, &rec, err)) != ST_OK)
			return st;
		line = rec.id;
	}
	if (fwrite(line.p, 1, line.n, stdout) != line.n || putchar('\n') == EOF)
		return err_sys(err, _("cannot write to standard output"));
	return ST_OK;
}

static enum status
list_run(struct app *app, const struct options *o, struct err *err)
{
	const char *stream = options_get(o, "records");
	struct verify_taps taps;
	struct ids ids;
	enum status st;

	if (stream == NULL) {
		if (options_has(o, "ids"))
			return err_set(err, ST_USAGE, _("--ids goes with --records STREAM"));
		return list_members(app, o, err);
	}
	if (!names_stream_ok(str_of(stream)))
		return err_set(err, ST_USAGE, _("\"%s\" is not the name of a stream"), stream);
	look_lines_init(&ids.lines, stream, print_line);
	ids.only_ids = options_has(o, "ids");
	arena_init(&ids.arena, LIMIT_ARENA);
	taps = look_lines_taps(&ids.lines);
	st = look_into(app, o, o->operands[0], false, &taps, err);
	look_lines_free(&ids.lines);
	arena_free(&ids.arena);
	return st;
}

const struct command command_list = {
	"list", "ARCHIVE", N_("members of an archive, or the records of a stream"), list_options, 1, 1, list_run
};
