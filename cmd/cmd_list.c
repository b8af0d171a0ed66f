/* cmd_list.c: what an archive holds: its members, or the records of one stream. */
#include <inttypes.h>

#include "archive/line.h"
#include "archive/names.h"
#include "cmd/look.h"
#include "core/i18n.h"
#include "core/record.h"
#include "core/utf8.h"

static const struct option_def list_options[] = {
	{ "records", 0, "STREAM", N_("the records of this stream, one line each"), false },
	{ "ids", 0, NULL, N_("with --records: ids only"), false },
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	DECRYPT_OPTIONS,
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
print_record(void *ctx, uint32_t index, struct str line, struct err *err)
{
	struct ids *ids = ctx;
	struct str id;
	enum status st;

	(void)index;
	if (!ids->only_ids)
		return look_print(line, err);
	arena_reset(&ids->arena);
	/* An id is the platform's: what would break the line or move a cursor is shown as an escape. */
	buf_clear(&ids->line);
	if ((st = line_id(line, &ids->arena, &id, err)) != ST_OK || (st = utf8_terminal(id, &ids->line, err)) != ST_OK)
		return st;
	return look_print(buf_str(&ids->line), err);
}

/* Segment by segment, each proven before its first record is printed. */
static enum status
list_records(struct app *app, const char *archive, struct trust *trust, const struct crypt_key *key, const char *stream, struct ids *ids,
    struct err *err)
{
	struct sealed_segment g = { .at = 0 };
	struct lookup *l;
	enum status st;

	if ((st = look_lookup(app, archive, trust, key, false, &l, err)) != ST_OK)
		return st;
	while (st == ST_OK && sealed_next(lookup_sealed(l), &g))
		if (strcmp(g.stream, stream) == 0)
			st = lookup_segment(l, &g, print_record, ids, err);
	lookup_close(l);
	return st;
}

static enum status
list_run(struct app *app, const struct options *o, struct err *err)
{
	struct ids ids = { .only_ids = options_has(o, "ids") };
	const char *stream = options_get(o, "records");
	struct crypt_key *key = NULL;
	struct browse *b = NULL;
	struct trust trust;
	enum status st;

	if (stream == NULL && ids.only_ids)
		return err_set(err, ST_USAGE, _("--ids goes with --records STREAM"));
	if (stream != NULL && !names_stream_ok(str_of(stream)))
		return err_set(err, ST_USAGE, _("\"%s\" is not the name of a stream"), stream);
	if (stream == NULL) {	/* sizes and offsets are proven by reading everything */
		if ((st = look_open(app, o, o->operands[0], NULL, false, &b, err)) == ST_OK)
			st = list_members(app, b, err);
		browse_close(b);
		return st;
	}
	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	arena_init(&ids.arena, LIMIT_ARENA);
	buf_init(&ids.line, 16 * LIMIT_RECORD);
	if ((st = decrypt_open(o, &key, err)) == ST_OK)
		st = list_records(app, o->operands[0], &trust, key, stream, &ids, err);
	crypt_key_close(key);
	arena_free(&ids.arena);
	buf_free(&ids.line);
	trust_free(&trust);
	return st;
}

const struct command command_list = {
	"list", "ARCHIVE", N_("members of an archive, or the records of a stream"), list_options, 1, 1, list_run
};
