/* run_render.c: see run_render.h. */
#include "cmd/run_render.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/cmd_run.h"
#include "cmd/look.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/mem.h"
#include "formats/view_report.h"

struct run_render { struct trust trust; struct lookup *l; struct rendering r; };

/* --- a source that gives nothing: all there is to say stands in the first event --- */

static enum status
nothing(struct source *s, struct source_item *it, struct err *err)
{
	(void)s;
	(void)it;
	(void)err;
	return ST_END;
}

static enum status
no_sync(struct source *s, struct err *err)
{
	(void)s;
	(void)err;
	return ST_OK;
}

static struct str
no_cursor(struct source *s)
{
	(void)s;
	return STR("{}");
}

static void
close_source(struct source *s)
{
	free(s);
}

enum status
run_render_source(struct run *r, struct source **out, struct err *err)
{
	(void)r;
	if ((*out = malloc(sizeof(**out))) == NULL)
		return err_oom(err, sizeof(**out));
	**out = (struct source){ nothing, no_sync, no_cursor, no_cursor, close_source };
	return ST_OK;
}

/* --- the archive it derives from --- */

static enum status
same_or_first(struct run *r, const struct facts *f, struct err *err)
{
	struct run_rendering *s = &r->state.rendering;

	if (s->seal[0] != '\0' && strcmp(s->seal, f->seal) != 0) {
		(void)err_set(err, ST_CORRUPT, _("%s is not the archive that the rendering was begun from: its seal is another one"), s->path);
		return err_next(err, _("bring %s back from an intact copy, then: custody resume"), s->archive);
	}
	if (f->source.is) {
		(void)err_set(err, ST_USAGE, _("%s holds views of %s and no records of its own"), f->archive, f->source.archive);
		return err_next(err, "custody render --into-chain %s.tar.gz", f->source.archive);
	}
	(void)snprintf(s->archive, sizeof(s->archive), "%s", f->archive);
	(void)snprintf(s->chain, sizeof(s->chain), "%s", f->chain);
	(void)snprintf(s->seal, sizeof(s->seal), "%s", f->seal);
	s->sequence = f->sequence;
	return ST_OK;
}

/* Where it lay at the beginning, or else under its name in the store. */
static enum status
where(const struct run *r, struct buf *path, struct err *err)
{
	const struct run_rendering *s = &r->state.rendering;
	enum status st;

	if ((st = buf_addz(path, s->path, err)) != ST_OK || (st = buf_z(path, err)) != ST_OK || access(s->path, F_OK) == 0 || s->archive[0] == '\0')
		return st;
	buf_clear(path);
	st = buf_addf(path, err, "%s/%s.tar.gz", r->store.path, s->archive);
	return st == ST_OK ? buf_z(path, err) : st;
}

/* The list in the state: "csv json"; empty: those that the archive has, which are written there. */
static enum status
families(struct run *r, struct rendering *of, struct err *err)
{
	struct run_rendering *s = &r->state.rendering;
	struct str names[FACTS_FAMILIES];
	enum status st;
	const char *at;
	size_t n = 0, i, used = 0;

	for (at = s->formats + strspn(s->formats, " "); *at != '\0' && n < FACTS_FAMILIES - 1; at += strspn(at, " ")) {
		names[n] = (struct str){ at, strcspn(at, " ") };
		at += names[n++].n;
	}
	if (n > 0)	/* what a run says of itself is no matter of taste */
		names[n++] = str_of(report_view.name);
	if (n > 0 && (st = rendering_choose(of, names, n, err)) != ST_OK)
		return st;
	s->formats[0] = '\0';
	for (i = 0; i < of->n_families && used < sizeof(s->formats); i++)
		used += (size_t)snprintf(s->formats + used, sizeof(s->formats) - used, "%s%s", i == 0 ? "" : " ", of->families[i]->name);
	return ST_OK;
}

enum status
run_render_open(struct run *r, struct err *err)
{
	struct run_render *s = mem_get(1, sizeof(*s), err);
	struct buf path;
	enum status st;

	if (s == NULL)
		return ST_NOMEM;
	r->render = s;
	rendering_init(&s->r);
	buf_init(&path, 8192);
	if ((st = app_trust(r->app, NULL, &s->trust, err)) == ST_OK && (st = where(r, &path, err)) == ST_OK &&
	    (st = look_lookup(r->app, path.p, &s->trust, r->source_key, true, &s->l, err)) == ST_OK) {
		if (lookup_encrypted(s->l) && r->to == NULL) {
			(void)err_set(err, ST_USAGE, _("%s is encrypted and the store is not: its views would lie open there"), path.p);
			st = err_next(err, _("set encrypt_to of the store, or render into a directory"));
		} else if ((st = rendering_open(&s->r, s->l, err)) == ST_OK && (st = same_or_first(r, &s->r.facts, err)) == ST_OK)
			st = families(r, &s->r, err);
	}
	buf_free(&path);
	return st;
}

void
run_render_close(struct run *r)
{
	struct run_render *s = r->render;

	if (s == NULL)
		return;
	rendering_free(&s->r);
	lookup_close(s->l);
	trust_free(&s->trust);
	mem_free(s);
	r->render = NULL;
}

const struct rendering *
run_render_families(const struct run *r)
{
	return r->render == NULL ? NULL : &r->render->r;
}

enum status
run_render_views(struct run *r, const struct format_options *opt, struct view_place *place, struct err *err)
{
	const int scratch = archive_work_dir(r->archive);
	struct rendering *of = &r->render->r;
	enum status st = rendering_scope(of, &r->state.scope.scope, scratch, err);

	if (st == ST_OK)
		st = rendering_make(of, opt, place, scratch, err);
	filter_iter_close(&of->filter);
	of->iter = &of->records.iter;
	return st;
}

enum status
run_render_from(const struct run *r, struct buf *out, struct err *err)
{
	const struct run_rendering *s = &r->state.rendering;
	enum status st;
	const char *p;

	if ((st = buf_addf(out, err, ",\"derived_from\":{\"archive\":\"%s\",\"chain\":\"%s\",\"sequence\":%" PRIu64 ",\"seal_sha256\":\"%s\",\"verdict\":\"VALID\","
	    "\"formats\":[\"", s->archive, s->chain, s->sequence, s->seal)) != ST_OK)
		return st;
	for (p = s->formats; *p != '\0' && st == ST_OK; p++)
		st = *p == ' ' ? buf_addz(out, "\",\"", err) : buf_putc(out, *p, err);
	return st == ST_OK ? buf_addz(out, "\"]}", err) : st;
}

/* --- the command --- */

static bool
same_dir(const char *a, const char *b)
{
	struct stat x, y;

	return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* The tenant in whose store the archive lies, by directory and label; else, as for a renewal, the first one. */
static enum status
render_tenant(struct app *app, const char *archive, const char **tenant, struct err *err)
{
	const char *slash = strrchr(archive, '/'), *base = slash == NULL ? archive : slash + 1, *name;
	char section[80], label[17], dir[4096];
	struct buf path;
	enum status st = ST_OK;
	size_t i;

	(void)snprintf(dir, sizeof(dir), "%.*s", slash == NULL ? 1 : (int)(slash - archive) + 1, slash == NULL ? "." : archive);
	*tenant = config_section(app->config, "tenant", 0);
	if (*tenant == NULL)
		return err_set(err, ST_USAGE, _("%s has no tenant, so no store is known"), config_file(app->config));
	buf_init(&path, 8192);
	for (i = 0; st == ST_OK && (name = config_section(app->config, "tenant", i)) != NULL; i++) {
		buf_clear(&path);
		(void)snprintf(section, sizeof(section), "tenant %s", name);
		if ((st = app_store_path(app, section, &path, label, err)) == ST_OK && (st = buf_z(&path, err)) == ST_OK && same_dir(path.p, dir) &&
		    strncmp(base, label, strlen(label)) == 0 && base[strlen(label)] == '-') {
			*tenant = name;
			break;
		}
	}
	buf_free(&path);
	return st;
}

static enum status
prepare(struct run *run, const struct options *o, const struct str *formats, size_t n, struct err *err)
{
	struct run_rendering *s = &run->state.rendering;
	char *whole = realpath(o->operands[0], NULL);
	size_t i, used = 0;

	if (whole == NULL)
		return err_sys(err, "%s", o->operands[0]);
	if (strlen(whole) >= sizeof(s->path)) {
		free(whole);
		return err_set(err, ST_USAGE, _("the path is too long"));
	}
	memcpy(s->path, whole, strlen(whole) + 1);
	free(whole);
	s->is = true;
	for (i = 0; i < n && used < sizeof(s->formats); i++)
		used += (size_t)snprintf(s->formats + used, sizeof(s->formats) - used, "%s%.*s", i == 0 ? "" : " ", STR_ARG(formats[i]));
	return decrypt_open(o, &run->source_key, err);
}

enum status
run_render(struct app *app, const struct options *o, const struct str *formats, size_t n, struct err *err)
{
	struct run_result res = { 0 };
	const char *tenant;
	struct trust trust;
	struct run run;
	bool trusted;
	enum status st;

	if ((st = app_config(app, err)) != ST_OK || (st = render_tenant(app, o->operands[0], &tenant, err)) != ST_OK || (st = app_trust(app, NULL, &trust, err)) != ST_OK)
		return st;
	trusted = trust.roots != NULL;
	trust_free(&trust);
	if (!trusted)
		return err_set(err, ST_USAGE, _("%s: [trust] names no file: what cannot be verified is not sealed anew"), config_file(app->config));
	run_init(&run, app);
	if ((st = prepare(&run, o, formats, n, err)) == ST_OK && (st = run_open_tenant(&run, tenant, err)) == ST_OK &&
	    (st = run_render_open(&run, err)) == ST_OK && (st = run_export(&run, o, &res, err)) == ST_OK)
		st = cmd_run_answer(app, &res, err);
	run_result_free(&res);
	run_free(&run);
	return st;
}
