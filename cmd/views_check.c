/* views_check.c: see views_check.h. */
#include "cmd/views_check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cmd/render_dir.h"
#include "cmd/rendering.h"
#include "cmd/scope.h"
#include "cmd/views_hash.h"
#include "cmd/views_ids.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"
#include "core/progress.h"
#include "version.h"

#define HASH_MEMORY	((size_t)8 << 20)

struct checking {
	struct view_found found;	/* first: what families tell */
	unsigned	family;		/* of the file that is read back */
	struct lookup	*l;		/* the archive with the views */
	struct verify_report *report;
	struct rendering own;		/* what it says of its views, and its records */
	struct lookup	*other;		/* NULL, or the archive that they derive from */
	struct rendering from;
	struct run_scope scope;
	struct rendering *r;		/* the one whose records count */
	struct views_ids *ids;
	struct sorter	*hashes;
	struct render_dir *dir;		/* never committed: its directory for temporary files is what is wanted */
	unsigned	kinds[VIEWS_FAMILIES];
	uint64_t	n_files[VIEWS_FAMILIES];
	char		bad[VIEWS_FAMILIES][300];	/* a file of the family cannot be read back: why */
	size_t		n_families;
	int		spool;
	struct digest	digest;		/* of the file in work */
};

/* A fault of the input is a finding, not the end of the check. */
static bool
is_finding(enum status st)
{
	return st == ST_INPUT || st == ST_LIMIT || st == ST_UNSURE || st == ST_USAGE;
}

/* --- the records --- */

static enum status
take_record(void *ctx, const struct record *rec, struct err *err)
{
	return views_ids_record(((struct checking *)ctx)->ids, rec, err);
}

static enum status
take_stream(void *ctx, const char *stream, struct err *err)
{
	struct checking *c = ctx;

	return c->r->iter->run(c->r->iter, stream, take_record, c, err);
}

/* --- the files --- */

static enum status
begin_file(void *ctx, const char *path, bool *wanted, struct err *err)
{
	struct checking *c = ctx;

	(void)path;
	*wanted = true;
	if (ftruncate(c->spool, 0) != 0 || lseek(c->spool, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot write a temporary file"));
	return digest_begin(&c->digest, DIGEST_SHA256, err);
}

static enum status
take_bytes(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct checking *c = ctx;
	enum status st = digest_add(&c->digest, p, n, err);

	return st == ST_OK ? fs_write_all(c->spool, _("a temporary file"), p, n, err) : st;
}

static enum status
found(struct view_found *f, const char *stream, struct str id, struct str version, struct err *err)
{
	struct checking *c = (struct checking *)f;

	return views_ids_found(c->ids, c->family, stream, id, version, err);
}

static enum status
read_back(struct checking *c, unsigned family, const char *path, struct err *err)
{
	struct err why;
	enum status st;

	err_init(&why);
	c->family = family;
	c->n_files[family]++;
	if (lseek(c->spool, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot read a temporary file"));
	if ((st = formats_all[family]->read(c->spool, path, &c->found, &why)) == ST_OK)
		return ST_OK;
	if (!is_finding(st) && st != ST_CORRUPT) {
		if (err != NULL)
			*err = why;
		return st;
	}
	if (c->bad[family][0] == '\0')
		(void)snprintf(c->bad[family], sizeof(c->bad[family]), "%.299s", why.text);
	return ST_OK;
}

static enum status
end_file(void *ctx, const char *path, struct err *err)
{
	struct checking *c = ctx;
	unsigned char hash[32];
	enum status st;
	unsigned i;

	if ((st = digest_end(&c->digest, hash, err)) != ST_OK || (st = views_hash_add(c->hashes, VIEWS_SEALED, path, hash, err)) != ST_OK)
		return st;
	for (i = 0; i < c->n_families && st == ST_OK; i++)
		if (formats_all[i]->owns(path))
			st = read_back(c, i, path, err);
	return st;
}

/* --- what they come to --- */

static void
judge_family(struct checking *c, size_t i, const struct views_sum *s)
{
	const char *name = formats_all[i]->name;
	char id[64];

	(void)snprintf(id, sizeof(id), "views.%s", name);
	if (!facts_has(&c->own.facts, name) && c->n_files[i] == 0)
		return;
	if (c->bad[i][0] != '\0')
		verify_report_views(c->report, id, VERDICT_INVALID, _("%s: a file cannot be read back: %s"), name, c->bad[i]);
	else if (c->n_files[i] == 0 && s->n_records > 0)
		verify_report_views(c->report, id, VERDICT_INVALID, _("%s: the certificate names this format, and no file of it is there"), name);
	else if (s->n_missing > 0 && s->n_extra > 0)
		verify_report_views(c->report, id, VERDICT_INVALID, _("%s: records missing: %" PRIu64 " (%s); records that the archive does not have: %" PRIu64
		    " (%s)"), name, s->n_missing, s->missing, s->n_extra, s->extra);
	else if (s->n_missing > 0)
		verify_report_views(c->report, id, VERDICT_INVALID, _("%s: records missing: %" PRIu64 " (%s)"), name, s->n_missing, s->missing);
	else if (s->n_extra > 0)
		verify_report_views(c->report, id, VERDICT_INVALID, _("%s: records that the archive does not have: %" PRIu64 " (%s)"), name, s->n_extra, s->extra);
	else
		verify_report_views(c->report, id, VERDICT_VALID, _("%s: names every record once, and no other (files: %" PRIu64 ", records: %" PRIu64 ")"), name, c->n_files[i],
		    s->n_records);
}

/* Usual formats that were not wanted are told; ones that this program does not know cannot be compared. */
static void
judge_names(struct checking *c)
{
	const struct facts *f = &c->own.facts;
	char text[300] = "";
	size_t i, n = 0;

	for (i = 0; i < f->n_formats; i++)
		if (formats_find(str_of(f->formats[i])) == NULL)
			verify_report_views(c->report, "views.unknown", VERDICT_INDETERMINATE, _("the format %s is not known to this program: not compared"), f->formats[i]);
	for (i = 0; i < c->n_families && n < sizeof(text); i++)
		if (formats_all[i]->when == VIEW_USUAL && !facts_has(f, formats_all[i]->name) && c->n_files[i] == 0)
			n += (size_t)snprintf(text + n, sizeof(text) - n, " %s", formats_all[i]->name);
	if (n > 0)
		verify_report_views(c->report, "views.usual", VERDICT_VALID, _("usual formats that this archive was made without:%s"), text);
}

static enum status
judge_ids(struct checking *c, struct err *err)
{
	struct views_sum *sums = mem_get(c->n_families, sizeof(*sums), err);
	enum status st = sums == NULL ? ST_NOMEM : views_ids_sum(c->ids, c->kinds, c->n_families, sums, err);
	size_t i;

	for (i = 0; i < c->n_families && st == ST_OK; i++)
		judge_family(c, i, &sums[i]);
	mem_free(sums);
	return st;
}

struct comparing { bool pdf_signed; uint64_t n_same, n_differ, n_signed; char first[200]; };

static enum status
compare(void *ctx, const char *path, bool sealed, bool made, bool same, struct err *err)
{
	struct comparing *m = ctx;

	const size_t n = strlen(path);

	(void)err;
	if (same) {
		m->n_same++;
		return ST_OK;
	}
	if (m->pdf_signed && sealed && made && n > 4 && strcmp(path + n - 4, ".pdf") == 0) {
		m->n_signed++;
		return ST_OK;
	}
	if (m->n_differ++ == 0)
		(void)snprintf(m->first, sizeof(m->first), sealed && made ? _("%s is another file") : made ? _("%s is missing") : _("%s is made from no record"), path);
	return ST_OK;
}

/* The same version of the program gives the same bytes. */
static enum status
judge_bytes(struct checking *c, struct err *err)
{
	static const char program[] = "custody " CUSTODY_VERSION;
	struct comparing m = { .pdf_signed = c->own.facts.pdf_signed };
	struct hash_place *place = NULL;
	struct format_options opt;
	struct err why;
	enum status st;

	if (strcmp(c->own.facts.program, program) != 0) {
		verify_report_views(c->report, "views.bytes", VERDICT_VALID, _("made by %s, not by this %s: not compared byte for byte"),
		    c->own.facts.program[0] != '\0' ? c->own.facts.program : "?", program);
		return ST_OK;
	}
	err_init(&why);
	facts_options(&c->r->facts, &opt);
	opt.report = buf_str(&c->own.facts.text);
	memcpy(c->r->families, c->own.families, sizeof(c->r->families));
	c->r->n_families = c->own.n_families;
	if ((st = hash_place_open(&place, c->hashes, err)) == ST_OK) {
		st = rendering_make(c->r, &opt, hash_place_of(place), render_dir_scratch(c->dir), &why);
		if (is_finding(st)) {
			verify_report_views(c->report, "views.bytes", VERDICT_INVALID, _("the views cannot be made again: %s"), why.text);
			st = ST_OK;
		} else if (st != ST_OK) {
			*err = why;
		} else if ((st = hash_place_finish(place, err)) == ST_OK && (st = views_hash_compare(c->hashes, compare, &m, err)) == ST_OK) {
			if (m.n_differ > 0)
				verify_report_views(c->report, "views.bytes", VERDICT_INVALID, _("made again from the records, files that are not the same: %" PRIu64 " (%s)"), m.n_differ, m.first);
			else if (m.n_signed > 0)
				verify_report_views(c->report, "views.bytes", VERDICT_VALID, _("made again from the records, the same byte for byte (files: %" PRIu64 "); signed pages, which differ each time, "
				    "were not compared: %" PRIu64), m.n_same, m.n_signed);
			else
				verify_report_views(c->report, "views.bytes", VERDICT_VALID, _("made again from the records, the same byte for byte (files: %" PRIu64 ")"), m.n_same);
		}
	}
	hash_place_close(place);
	return st;
}

/* --- an archive of views --- */

static enum status
not_here(struct checking *c, const char *why)
{
	verify_report_views(c->report, "views", VERDICT_INDETERMINATE, _("the views derive from %s, which cannot be compared: %s"), c->own.facts.source.archive, why);
	return ST_END;
}

/* ST_END: it cannot be had, which was said. */
static enum status
open_source(struct checking *c, const char *path, const struct trust *trust, const struct crypt_key *key, struct err *err)
{
	const struct facts_source *s = &c->own.facts.source;
	const char *slash = strrchr(path, '/');
	struct verify_report *report = mem_get(1, sizeof(*report), err);
	struct err why;
	struct buf name;
	enum status st;

	if (report == NULL)
		return ST_NOMEM;
	err_init(&why);
	buf_init(&name, 8192);
	if ((st = buf_addf(&name, err, "%.*s%s.tar.gz", slash == NULL ? 0 : (int)(slash - path) + 1, path, s->archive)) == ST_OK && (st = buf_z(&name, err)) == ST_OK) {
		if (access(name.p, F_OK) != 0)
			st = not_here(c, _("it does not lie beside this archive"));
		else if ((st = lookup_judge(&c->other, name.p, trust, key, when_now_ms(), report, &why)) != ST_OK)
			st = is_finding(st) || st == ST_DENIED || st == ST_CORRUPT ? not_here(c, why.text) : (*err = why, st);
		else if (c->other == NULL)
			st = not_here(c, verify_report_why(report));
		else if ((st = rendering_open(&c->from, c->other, &why)) != ST_OK)
			st = is_finding(st) ? not_here(c, why.text) : (*err = why, st);
		else if (strcmp(c->from.facts.seal, s->seal) != 0)
			st = not_here(c, _("what lies beside this archive under that name has another seal"));
	}
	buf_free(&name);
	mem_free(report);
	if (st != ST_OK)
		return st;
	if ((st = scope_decode(&c->scope, c->own.facts.scope, err)) != ST_OK ||
	    (st = rendering_scope(&c->from, &c->scope.scope, render_dir_scratch(c->dir), err)) != ST_OK)
		return st;
	c->r = &c->from;
	return ST_OK;
}

/* --- all of it --- */

static enum status
check(struct checking *c, const char *path, const struct trust *trust, const struct crypt_key *key, struct err *err)
{
	const struct lookup_visit v = { c, begin_file, take_bytes, end_file };
	enum status st;

	if (c->own.facts.source.is && (st = open_source(c, path, trust, key, err)) != ST_OK)
		return st == ST_END ? ST_OK : st;
	if ((st = views_ids_open(&c->ids, err)) != ST_OK || (st = sorter_open(&c->hashes, HASH_MEMORY, err)) != ST_OK || (st = fs_nameless(-1, &c->spool, err)) != ST_OK ||
	    (st = c->r->iter->streams(c->r->iter, take_stream, c, err)) != ST_OK || (st = lookup_walk(c->l, "data/report/", &v, err)) != ST_OK ||
	    (st = lookup_walk(c->l, "data/views/", &v, err)) != ST_OK || (st = judge_ids(c, err)) != ST_OK)
		return st;
	judge_names(c);
	return judge_bytes(c, err);
}

static enum status
open_dir(struct checking *c, struct err *err)
{
	const char *tmp = getenv("TMPDIR");
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/custody-views-%ld", tmp != NULL && tmp[0] != '\0' ? tmp : "/tmp", (long)getpid());
	return render_dir_open(&c->dir, path, err);
}

static void
release(struct checking *c)
{
	rendering_free(&c->own);
	rendering_free(&c->from);
	lookup_close(c->other);
	scope_free(&c->scope);
	views_ids_close(c->ids);
	sorter_close(c->hashes);
	render_dir_free(c->dir);
	digest_free(&c->digest);
	fs_drop(&c->spool);
	mem_free(c);
}

enum status
views_check(struct lookup *l, const char *path, const struct trust *trust, const struct crypt_key *key, struct verify_report *report, struct err *err)
{
	struct checking *c;
	char zone[64];
	struct err why;
	enum status st;

	if (l == NULL) {
		verify_report_views(report, "views", VERDICT_INDETERMINATE, "%s", _("the views were not compared: nothing of this archive is believed"));
		return ST_OK;
	}
	if ((c = mem_get(1, sizeof(*c), err)) == NULL)
		return ST_NOMEM;
	progress_phase(_("comparing views"));
	(void)snprintf(zone, sizeof(zone), "%s", when_zone_name());
	err_init(&why);
	c->found.record = found;
	c->l = l;
	c->report = report;
	c->r = &c->own;
	c->spool = -1;
	rendering_init(&c->own);
	rendering_init(&c->from);
	scope_init(&c->scope);
	for (; formats_all[c->n_families] != NULL && c->n_families < VIEWS_FAMILIES; c->n_families++)
		c->kinds[c->n_families] = formats_all[c->n_families]->kinds;
	if ((st = open_dir(c, err)) == ST_OK) {
		if ((st = rendering_open(&c->own, l, &why)) == ST_OK)
			st = check(c, path, trust, key, &why);
		if (is_finding(st)) {
			verify_report_views(report, "views", VERDICT_INDETERMINATE, _("the views were not compared: %s"), why.text);
			st = ST_OK;
		} else if (st != ST_OK)
			*err = why;
	}
	release(c);
	if (st == ST_OK)
		st = when_zone(zone, err);
	return st;
}
