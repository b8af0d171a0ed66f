/* cmd_redact.c: a copy of whole segments in which chosen records are only hashes (archive format 4.5): the rest can still be proven. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "archive/names.h"
#include "archive/package.h"
#include "cmd/look.h"
#include "cmd/proving.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/mem.h"

#define STREAMS_MAX	64u
#define MASKED_MAX	((size_t)1 << 20)

static const struct option_def redact_options[] = {
	{ "output", 'o', "DIR", N_("the directory to make; it must not exist yet"), false },
	{ "stream", 0, "S,…", N_("the streams to copy besides those of the records; with this, no record need be named"), true },
	{ "with-files", 0, NULL, N_("attachments of the records that are shown too"), false },
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	DECRYPT_OPTIONS,
	{ NULL, 0, NULL, NULL, false }
};

struct masked { size_t stream; uint64_t number; };

struct redacting {
	struct lookup	*lookup;
	struct package	*package;
	bool		with_files;
	char		streams[STREAMS_MAX][LIMIT_PATH + 1]; size_t n_streams;
	struct masked	*masked; size_t n_masked, room;
	size_t		stream;		/* of the reference, or the segment, in work */
	uint64_t	first;		/* number, within its stream, of the segment's first record */
	int		fd;
	struct buf	line;
	struct digest	digest;
	struct arena	arena;
	uint64_t	n_records, n_hidden, n_files;
};

static enum status
add_stream(struct redacting *r, struct str name, struct err *err)
{
	struct sealed_segment g = { .at = 0 };
	bool there = false;

	for (r->stream = 0; r->stream < r->n_streams; r->stream++)
		if (str_is(name, r->streams[r->stream]))
			return ST_OK;
	while (!there && sealed_next(lookup_sealed(r->lookup), &g))
		there = str_is(name, g.stream);
	if (!there)
		return err_set(err, ST_USAGE, _("the archive has no records of the stream \"%.*s\""), STR_ARG(name));
	if (r->n_streams == STREAMS_MAX)
		return err_set(err, ST_LIMIT, _("more than %u streams: this program cannot follow so many"), STREAMS_MAX);
	memcpy(r->streams[r->n_streams++], name.p, name.n);
	return ST_OK;
}

static enum status
mask(void *ctx, const struct lookup_record *found, struct err *err)
{
	struct redacting *r = ctx;
	struct masked *grown;

	if (r->n_masked == MASKED_MAX)
		return err_set(err, ST_LIMIT, _("more than %zu records to mask"), MASKED_MAX);
	if (r->n_masked == r->room) {
		const size_t room = r->room == 0 ? 64 : r->room * 2;

		if ((grown = mem_grow(r->masked, room, sizeof(*grown), err)) == NULL)
			return ST_NOMEM;
		r->masked = grown;
		r->room = room;
	}
	r->masked[r->n_masked++] = (struct masked){ r->stream, found->number };
	return ST_OK;
}

static int
by_place(const void *x, const void *y)
{
	const struct masked *a = x, *b = y;

	return a->stream != b->stream ? (a->stream < b->stream ? -1 : 1) : a->number != b->number ? (a->number < b->number ? -1 : 1) : 0;
}

static enum status
copy_file(struct redacting *r, struct str line, struct err *err)
{
	unsigned char sha256[32];
	char path[LIMIT_PATH + 1];
	enum status st;
	int fd = -1;

	arena_reset(&r->arena);
	if ((st = package_attachment(line, &r->arena, path, sha256, err)) != ST_OK)
		return st == ST_END || st == ST_UNSURE ? ST_OK : st;
	if (strncmp(path, "data/files/", 11) != 0 || faccessat(package_dir(r->package), path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
		return ST_OK;	/* two records may name one file */
	if ((st = package_file(r->package, path, &fd, err)) == ST_OK && (st = lookup_file(r->lookup, path, fd, sha256, err)) == ST_OK) {
		st = package_file_end(r->package, &fd, err);
		r->n_files++;
	}
	fs_drop(&fd);
	return st == ST_END ? err_set(err, ST_CORRUPT, _("%s, which a record names, is not in the archive"), path) : st;
}

static enum status
copy_record(void *ctx, uint32_t index, struct str line, struct err *err)
{
	struct redacting *r = ctx;
	const struct masked key = { r->stream, r->first + index };
	unsigned char leaf[32];
	char hex[65];
	enum status st;

	buf_clear(&r->line);
	r->n_records++;
	if (r->n_masked > 0 && bsearch(&key, r->masked, r->n_masked, sizeof(key), by_place) != NULL) {
		r->n_hidden++;
		if ((st = tree_leaf(&r->digest, line.p, line.n, leaf, err)) != ST_OK)
			return st;
		digest_hex(leaf, 32, hex);
		st = buf_addf(&r->line, err, PACKAGE_REDACTED "%s\"}\n", hex);
	} else if ((st = buf_str_add(&r->line, line, err)) == ST_OK && (st = buf_putc(&r->line, '\n', err)) == ST_OK && r->with_files)
		st = copy_file(r, line, err);
	return st == ST_OK ? fs_write_all(r->fd, PACKAGE_RECORD, r->line.p, r->line.n, err) : st;
}

static enum status
copy_stream(struct redacting *r, struct err *err)
{
	struct sealed_segment g = { .at = 0 };
	enum status st = ST_OK;

	for (r->first = 0; st == ST_OK && sealed_next(lookup_sealed(r->lookup), &g);) {
		if (strcmp(g.stream, r->streams[r->stream]) != 0)
			continue;
		if ((st = package_file(r->package, g.path, &r->fd, err)) == ST_OK && (st = lookup_segment(r->lookup, &g, copy_record, r, err)) == ST_OK)
			st = package_file_end(r->package, &r->fd, err);
		fs_drop(&r->fd);
		r->first += g.count;
	}
	return st;
}

static enum status
print_result(struct app *app, const struct redacting *r, const struct package_report *report, const char *to, struct err *err)
{
	struct buf out;
	enum status st;

	buf_init(&out, 65536);
	if (app->json) {
		if ((st = buf_addz(&out, "{\"copy\":", err)) == ST_OK && (st = json_put_string(&out, str_of(to), err)) == ST_OK)
			st = buf_addf(&out, err, ",\"records\":%" PRIu64 ",\"masked\":%" PRIu64 ",\"files\":%" PRIu64 ",\"verdict\":\"%s\"}\n", r->n_records, r->n_hidden,
			    r->n_files, proving_verdict(report->verdict));
	} else
		st = buf_addf(&out, err, "%s\n", to);
	if (st == ST_OK)
		st = app_print(&out, err);
	buf_free(&out);
	return st;
}

static enum status
make(struct app *app, struct redacting *r, const struct options *o, const char *to, const struct trust *trust, struct err *err)
{
	struct package_report report;
	struct str list[STREAMS_MAX];
	struct ref ref;
	enum status st;
	size_t i, n;

	if ((st = options_list(o, "stream", list, STREAMS_MAX, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		st = add_stream(r, list[i], err);
	for (i = 1; i < o->n_operands && st == ST_OK; i++)
		if ((st = ref_parse(o->operands[i], &ref, err)) == ST_OK && (st = add_stream(r, str_of(ref.stream), err)) == ST_OK)
			st = ref_each(r->lookup, o->operands[0], o->operands[i], mask, r, err);
	if (st != ST_OK || (st = package_begin(&r->package, to, lookup_sealed(r->lookup), err)) != ST_OK)
		return st;
	if (r->n_masked > 1)
		qsort(r->masked, r->n_masked, sizeof(*r->masked), by_place);
	for (r->stream = 0; r->stream < r->n_streams && st == ST_OK; r->stream++)
		st = copy_stream(r, err);
	if (st == ST_OK && (st = proving_finish(r->package, trust, &report, err)) == ST_OK)
		st = print_result(app, r, &report, to, err);
	return st;
}

static enum status
redact_run(struct app *app, const struct options *o, struct err *err)
{
	const char *to = options_get(o, "output");
	struct crypt_key *key = NULL;
	struct redacting *r;
	struct trust trust;
	struct ref ref;
	enum status st;
	size_t i;

	if (to == NULL || to[0] == '\0') {
		err_set(err, ST_USAGE, _("no directory given for the package"));
		return err_next(err, "custody redact %s STREAM/ID -o DIR", o->operands[0]);
	}
	if (o->n_operands == 1 && !options_has(o, "stream")) {
		err_set(err, ST_USAGE, _("nothing given to copy"));
		return err_next(err, "custody redact %s STREAM/ID -o DIR", o->operands[0]);
	}
	for (i = 1; i < o->n_operands; i++)
		if ((st = ref_parse(o->operands[i], &ref, err)) != ST_OK)
			return st;
	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	if ((r = mem_get(1, sizeof(*r), err)) == NULL) {
		trust_free(&trust);
		return ST_NOMEM;
	}
	r->fd = -1;
	r->with_files = options_has(o, "with-files");
	arena_init(&r->arena, LIMIT_ARENA);
	buf_init(&r->line, LIMIT_RECORD + 1);
	if ((st = decrypt_open(o, &key, err)) == ST_OK && (st = look_lookup(app, o->operands[0], &trust, key, false, &r->lookup, err)) == ST_OK)
		st = make(app, r, o, to, &trust, err);
	package_free(r->package);
	lookup_close(r->lookup);
	crypt_key_close(key);
	trust_free(&trust);
	arena_free(&r->arena);
	buf_free(&r->line);
	digest_free(&r->digest);
	mem_free(r->masked);
	mem_free(r);
	return st;
}

const struct command command_redact = {
	"redact", "ARCHIVE [REF…]", N_("a copy of streams in which the records named are masked, still provable"), redact_options, 1, 4096, redact_run
};
