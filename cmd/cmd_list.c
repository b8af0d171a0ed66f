/* cmd_list.c: what an archive holds: its members, or the records of one stream. */
#include <inttypes.h>

#include "archive/names.h"
#include "cmd/look.h"
#include "core/i18n.h"
#include "core/record.h"
#include "core/utf8.h"

static const struct option_def list_options[] = {
	{ "records", 0, "STREAM", N_("the records of this stream, one line each"), false },
	{ "ids", 0, NULL, N_("with --records: ids only"), false },
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	{ NULL, 0, NULL, NULL, false }
};

static enum status
list_members(struct app *app, struct browse *b, struct err *err)
{
	struct browse_member m;
	struct buf line;
	char hex[65];
	enum status st;

	buf_init(&line, 1024);
	while ((st = browse_next(b, &m, err)) == ST_OK) {
		digest_hex(m.sha256, sizeof(m.sha256), hex);
		buf_clear(&line);
		if (app->json)	/* the alphabet of paths needs no escape */
			st = buf_addf(&line, err, "{\"path\":\"%s\",\"size\":%" PRIu64 ",\"offset\":%" PRIu64 ",\"sha256\":\"%s\"}", m.path, m.size, m.offset,
			    hex);
		else
			st = buf_addf(&line, err, "%14" PRIu64 "  %s", m.size, m.path);
		if (st != ST_OK || (st = look_print(buf_str(&line), err)) != ST_OK)
			break;
	}
	buf_free(&line);
	return st == ST_END ? ST_OK : st;
}

struct ids { bool only_ids; struct arena arena; struct buf line; };

static enum status
print_record(void *ctx, uint64_t index, const char *segment, uint64_t in_segment, struct str line, struct err *err)
{
	struct ids *ids = ctx;
	struct record rec;
	enum status st;

	(void)index;
	(void)segment;
	(void)in_segment;
	if (!ids->only_ids)
		return look_print(line, err);
	arena_reset(&ids->arena);
	st = record_decode(line, &ids->arena, &rec, err);
	if (st != ST_OK)
		return st;
	/* An id is the platform's: what would break the line or move a cursor is shown as an escape. */
	buf_clear(&ids->line);
	st = utf8_terminal(rec.id, &ids->line, err);
	return st == ST_OK ? look_print(buf_str(&ids->line), err) : st;
}

static enum status
list_run(struct app *app, const struct options *o, struct err *err)
{
	struct ids ids = { .only_ids = options_has(o, "ids") };
	const char *stream = options_get(o, "records");
	struct browse *b;
	enum status st;

	if (stream == NULL && ids.only_ids)
		return err_set(err, ST_USAGE, _("--ids goes with --records STREAM"));
	if (stream != NULL && !names_stream_ok(str_of(stream)))
		return err_set(err, ST_USAGE, _("\"%s\" is not the name of a stream"), stream);
	if ((st = look_open(app, o, o->operands[0], false, &b, err)) != ST_OK)
		return st;
	arena_init(&ids.arena, LIMIT_ARENA);
	buf_init(&ids.line, 16 * LIMIT_RECORD);
	st = stream == NULL ? list_members(app, b, err) : browse_records(b, stream, print_record, &ids, err);
	arena_free(&ids.arena);
	buf_free(&ids.line);
	browse_close(b);
	return st;
}

const struct command command_list = {
	"list", "ARCHIVE", N_("members of an archive, or the records of a stream"), list_options, 1, 1, list_run
};
