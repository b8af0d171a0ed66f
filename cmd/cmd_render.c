/* cmd_render.c: views made again from a sealed archive: into a directory, or into a new archive of the chain. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/cmd_run.h"
#include "cmd/look.h"
#include "cmd/render_dir.h"
#include "cmd/rendering.h"
#include "cmd/run_render.h"
#include "cmd/verify_print.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/mem.h"
#include "core/progress.h"
#include "version.h"

#define DERIVED		"derived.json"
#define STREAMS_MAX	256u

static const struct option_def render_options[] = {
	{ "format", 0, "F,…", N_("which formats; those that the archive has when not given"), true },
	{ "output", 'o', "DIR", N_("directory to make"), false },
	{ "with-files", 0, NULL, N_("copy the attachments of these records, so that links lead to them"), false },
	{ "into-chain", 0, NULL, N_("not into a directory but into a new archive of the chain"), false },
	SCOPE_OPTIONS,
	{ "trust", 0, "FILE", N_("whom to trust: roots, certificates per role, time-stamp roots"), false },
	DECRYPT_OPTIONS,
	{ NULL, 0, NULL, NULL, false }
};

/* What was rendered, stream by stream, and which files belong to it. */
struct stock {
	struct rendering *r;
	struct { char name[64]; uint64_t n; } streams[STREAMS_MAX]; size_t n_streams;
	uint64_t	n_records, n_files;
	bool		with_files;
	unsigned char	*marks; size_t n_marks;
};

static enum status
count(void *ctx, const struct record *rec, struct err *err)
{
	struct stock *s = ctx;
	uint64_t number;

	s->n_records++;
	s->streams[s->n_streams - 1].n++;
	if (!s->with_files || rec->kind != REC_FILE || (number = sealed_file_number(record_get(rec, "path"))) == 0)
		return ST_OK;
	return sealed_mark(&s->marks, &s->n_marks, number, err);
}

static enum status
count_stream(void *ctx, const char *stream, struct err *err)
{
	struct stock *s = ctx;

	if (s->n_streams == STREAMS_MAX)
		return err_set(err, ST_LIMIT, _("more than %u streams"), STREAMS_MAX);
	(void)snprintf(s->streams[s->n_streams++].name, sizeof(s->streams[0].name), "%s", stream);
	return s->r->iter->run(s->r->iter, stream, count, s, err);
}

/* --- attachments --- */

struct copying { struct stock *stock; struct render_dir *dir; int fd; bool again; uint64_t n; };

static enum status
copy_begin(void *ctx, const char *path, bool *wanted, struct err *err)
{
	struct copying *c = ctx;

	*wanted = sealed_is_marked(c->stock->marks, c->stock->n_marks, sealed_file_number(str_of(path)));
	return *wanted ? render_dir_file(c->dir, path, c->again, &c->fd, err) : ST_OK;
}

static enum status
copy_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	return fs_write_all(((struct copying *)ctx)->fd, "data/files", p, n, err);
}

static enum status
copy_end(void *ctx, const char *path, struct err *err)
{
	struct copying *c = ctx;

	c->n++;
	return fs_close(&c->fd, path, err);
}

static enum status
copy_files(struct stock *s, struct render_dir *dir, struct err *err)
{
	struct copying c = { .stock = s, .dir = dir, .fd = -1 };
	const struct lookup_visit v = { &c, copy_begin, copy_data, copy_end };
	struct lookup *l = s->r->l;
	enum status st;

	progress_phase(_("copying attachments"));
	st = lookup_walk(l, "data/files/", &v, err);
	fs_drop(&c.fd);
	if (st == ST_CORRUPT && !lookup_read_in_full(l) && (st = lookup_all(l, err)) == ST_OK) {
		c.again = true;
		c.n = 0;
		st = lookup_walk(l, "data/files/", &v, err);
		fs_drop(&c.fd);
	}
	s->n_files = c.n;
	return st;
}

/* --- what it is derived from --- */

static enum status
put_formats(const struct rendering *r, struct buf *out, struct err *err)
{
	enum status st = buf_addz(out, "[", err);
	size_t i;

	for (i = 0; i < r->n_families && st == ST_OK; i++)
		st = buf_addf(out, err, "%s\"%s\"", i == 0 ? "" : ",", r->families[i]->name);
	return st == ST_OK ? buf_putc(out, ']', err) : st;
}

/* Nothing of the day or the machine: rendered again it is the same. */
static enum status
derived(const struct rendering *r, const struct stock *s, const struct run_scope *scope, struct buf *out, struct err *err)
{
	const struct facts *f = &r->facts;
	enum status st;
	size_t i;

	if ((st = buf_addf(out, err, "{\"format\":\"custody-derived/1\",\"archive\":\"%s\",\"chain\":\"%s\",\"sequence\":%" PRIu64 ",\"seal_sha256\":\"%s\",\"verdict\":\"%s\","
	    "\"program\":\"custody " CUSTODY_VERSION "\",\"time_zone\":", f->archive, f->chain, f->sequence, f->seal, verify_print_id(lookup_verdict(r->l)))) != ST_OK ||
	    (st = json_put_string(out, str_of(when_zone_name()), err)) != ST_OK || (st = buf_addz(out, ",\"formats\":", err)) != ST_OK ||
	    (st = put_formats(r, out, err)) != ST_OK || (st = buf_addz(out, ",\"scope\":", err)) != ST_OK || (st = scope_encode(scope, out, err)) != ST_OK ||
	    (st = buf_addz(out, ",\"streams\":[", err)) != ST_OK)
		return st;
	for (i = 0; i < s->n_streams && st == ST_OK; i++)
		st = buf_addf(out, err, "%s{\"stream\":\"%s\",\"records\":%" PRIu64 "}", i == 0 ? "" : ",", s->streams[i].name, s->streams[i].n);
	if (st != ST_OK)
		return st;
	return buf_addf(out, err, "],\"records\":%" PRIu64 ",\"attachments\":%" PRIu64 ",\"note\":{\"en\":\"Derived from the records of the archive named; the records, "
	    "sealed there, are authoritative.\",\"zh\":\"由所列归档包中的记录派生；以该归档包内已加封的记录为准。\"}}\n", s->n_records, s->n_files);
}

static enum status
put_derived(struct render_dir *dir, const struct rendering *r, const struct stock *s, const struct run_scope *scope, struct err *err)
{
	struct buf text;
	enum status st;
	int fd = -1;

	buf_init(&text, (size_t)16 << 20);
	if ((st = derived(r, s, scope, &text, err)) == ST_OK && (st = render_dir_file(dir, DERIVED, false, &fd, err)) == ST_OK &&
	    (st = fs_write_all(fd, DERIVED, text.p, text.n, err)) == ST_OK)
		st = fs_close(&fd, DERIVED, err);
	fs_drop(&fd);
	buf_free(&text);
	return st;
}

static enum status
answer(struct app *app, const struct rendering *r, const struct stock *s, const char *to, uint64_t n_files, struct err *err)
{
	struct buf out;
	enum status st;

	buf_init(&out, (size_t)1 << 20);
	if (!app->json)
		st = buf_addf(&out, err, "%s\n", to);
	else if ((st = buf_addz(&out, "{\"directory\":", err)) == ST_OK && (st = json_put_string(&out, str_of(to), err)) == ST_OK &&
	    (st = buf_addf(&out, err, ",\"archive\":\"%s\",\"verdict\":\"%s\",\"records\":%" PRIu64 ",\"files\":%" PRIu64 ",\"attachments\":%" PRIu64 ",\"formats\":",
	    r->facts.archive, verify_print_id(lookup_verdict(r->l)), s->n_records, n_files, s->n_files)) == ST_OK && (st = put_formats(r, &out, err)) == ST_OK)
		st = buf_addz(&out, "}\n", err);
	if (st == ST_OK && (st = app_print(&out, err)) == ST_OK)
		app->answered = app->json;
	buf_free(&out);
	return st;
}

static enum status
into_dir(struct app *app, const struct options *o, struct rendering *r, struct run_scope *scope, struct err *err)
{
	const char *to = options_get(o, "output");
	struct stock *s = mem_get(1, sizeof(*s), err);
	struct format_options opt;
	struct render_dir *dir = NULL;
	uint64_t n_files = 0;
	enum status st;

	if (s == NULL)
		return ST_NOMEM;
	s->r = r;
	s->with_files = options_has(o, "with-files");
	facts_options(&r->facts, &opt);
	if (r->facts.there)
		opt.report = buf_str(&r->facts.text);
	if ((st = render_dir_open(&dir, to, err)) == ST_OK && (st = rendering_scope(r, &scope->scope, render_dir_scratch(dir), err)) == ST_OK &&
	    (st = rendering_make(r, &opt, render_dir_place(dir), render_dir_scratch(dir), err)) == ST_OK &&
	    (st = r->iter->streams(r->iter, count_stream, s, err)) == ST_OK && (!s->with_files || (st = copy_files(s, dir, err)) == ST_OK)) {
		n_files = render_dir_files(dir);
		if ((st = put_derived(dir, r, s, scope, err)) == ST_OK && (st = render_dir_commit(dir, err)) == ST_OK)
			st = answer(app, r, s, to, n_files, err);
	}
	filter_iter_close(&r->filter);	/* its files lie in the scratch directory */
	render_dir_free(dir);
	mem_free(s->marks);
	mem_free(s);
	return st;
}

/* A rendering has no records but the program's own. */
static enum status
refuse_rendering(const struct facts *f, struct err *err)
{
	if (!f->source.is)
		return ST_OK;
	(void)err_set(err, ST_USAGE, _("%s holds views of %s and no records of its own"), f->archive, f->source.archive);
	return err_next(err, "custody render %s.tar.gz", f->source.archive);
}

static enum status
check_options(const struct options *o, struct err *err)
{
	if (options_has(o, "into-chain") == options_has(o, "output")) {
		(void)err_set(err, ST_USAGE, options_has(o, "output") ? _("--output and --into-chain exclude each other") : _("no directory given for the views"));
		return err_next(err, "custody render %s -o DIR", o->operands[0]);
	}
	if (options_has(o, "into-chain") && options_has(o, "with-files"))
		return err_set(err, ST_USAGE, _("--with-files goes with --output: in the chain the attachments stand already"));
	if (options_has(o, "into-chain") && options_has(o, "trust"))
		return err_set(err, ST_USAGE, _("--into-chain trusts whom [trust] of the configuration trusts: leave out --trust"));
	return ST_OK;
}

static enum status
render_run(struct app *app, const struct options *o, struct err *err)
{
	struct str names[FACTS_FAMILIES];
	struct crypt_key *key = NULL;
	struct lookup *l = NULL;
	struct rendering r;
	struct run_scope scope;
	struct trust trust;
	enum status st;
	size_t n;

	if ((st = check_options(o, err)) != ST_OK || (st = options_list(o, "format", names, FACTS_FAMILIES, &n, err)) != ST_OK)
		return st;
	rendering_init(&r);
	if (n > 0 && (st = rendering_choose(&r, names, n, err)) != ST_OK)	/* before anything is read */
		return st;
	if (options_has(o, "into-chain"))
		return run_render(app, o, names, n, err);
	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	scope_init(&scope);
	progress_start(app->progress, app->color);
	if ((st = decrypt_open(o, &key, err)) == ST_OK && (st = look_lookup(app, o->operands[0], &trust, key, false, &l, err)) == ST_OK &&
	    (st = rendering_open(&r, l, err)) == ST_OK && (st = refuse_rendering(&r.facts, err)) == ST_OK &&
	    (n == 0 || (st = rendering_choose(&r, names, n, err)) == ST_OK) && (st = scope_options(&scope, o, err)) == ST_OK)
		st = into_dir(app, o, &r, &scope, err);
	progress_end();
	rendering_free(&r);
	scope_free(&scope);
	lookup_close(l);
	crypt_key_close(key);
	trust_free(&trust);
	if (st == ST_STOPPED)
		(void)err_next(err, "custody render %s -o %s", o->operands[0], options_get(o, "output"));
	return st;
}

const struct command command_render = {
	"render", "ARCHIVE", N_("make views from the records of a verified archive"), render_options, 1, 1, render_run
};
