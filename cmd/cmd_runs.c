/* cmd_runs.c: runs of every store with their state and figures; giving one up. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/pending.h"
#include "cmd/app.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/utf8.h"
#include "core/when.h"
#include "store/catalog.h"

static const struct option_def runs_options[] = {
	{ "discard", 0, "RUN", N_("give up an interrupted run that was never sealed (asks for --yes)"), false },
	{ NULL, 0, NULL, NULL, false }
};

/* A heading in ${columns} columns of a terminal: Chinese letters take two. */
static enum status
put_heading(struct buf *out, const char *text, int columns, struct err *err)
{
	int width = (int)utf8_width(str_of(text)), pad = (columns < 0 ? -columns : columns) - width;

	if (pad < 0)
		pad = 0;
	return columns < 0 ? buf_addf(out, err, "%*s%s ", pad, "", text) : buf_addf(out, err, "%s%*s ", text, pad, "");
}

struct listing { struct app *app; struct buf out; const struct store *store; size_t n; };

/* How far a pending archive is: behind the row for programs, below it for people. */
static enum status
put_stage(struct listing *l, const char *archive, struct err *err)
{
	struct pending p;
	char name[64];
	enum status st;
	int dir = -1;

	snprintf(name, sizeof(name), "%s.seal", archive);
	if ((st = fs_dir_at(l->store->dir, name, false, &dir, err)) == ST_OK)
		st = pending_read(dir, &p, err);
	fs_drop(&dir);
	if (st != ST_OK && st != ST_UNSURE)
		return st == ST_END || st == ST_CORRUPT ? ST_OK : st;	/* that is for verify to say */
	if (l->app->json)
		return (st = buf_putc(&l->out, ',', err)) == ST_OK ? pending_json(&p, &l->out, err) : st;
	if ((st = buf_addz(&l->out, "                   ", err)) == ST_OK && (st = pending_text(&p, &l->out, err)) == ST_OK)
		st = buf_putc(&l->out, '\n', err);
	return st;
}

/* The catalogue is written last: killed just before, it still says pending. */
static const char *
status_of(const struct listing *l, const struct catalog_run *r)
{
	char name[64];
	struct stat sb;

	snprintf(name, sizeof(name), "%s.tar.gz", r->archive);
	if (strcmp(r->status, "pending") != 0 || fstatat(l->store->dir, name, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return r->status;
	return r->gaps > 0 ? "partial" : "complete";
}

static enum status
row(struct listing *l, const struct catalog_run *r, struct err *err)
{
	const char *status = status_of(l, r);
	bool pending = strcmp(status, "pending") == 0;
	char began[30];
	enum status st;

	if (l->app->json) {
		char utc[WHEN_UTC_LEN + 1];

		when_utc(r->began_ms, utc);
		if ((st = buf_addf(&l->out, err, "{\"archive\":\"%s\",\"status\":\"%s\",\"began_at\":\"%s\",\"records\":%" PRIu64 ",\"gaps\":%" PRIu64
		    ",\"limits\":%" PRIu64 ",\"run\":", r->archive, status, utc, r->records, r->gaps, r->limits)) != ST_OK ||
		    (st = json_put_string(&l->out, str_of(r->run), err)) != ST_OK || (st = buf_addz(&l->out, ",\"tenant\":", err)) != ST_OK ||
		    (st = json_put_string(&l->out, str_of(r->tenant), err)) != ST_OK || (st = buf_addz(&l->out, ",\"store\":", err)) != ST_OK ||
		    (st = json_put_string(&l->out, str_of(l->store->path), err)) != ST_OK ||
		    (pending && (st = put_stage(l, r->archive, err)) != ST_OK))
			return st;
		return buf_addz(&l->out, "}\n", err);
	}
	when_local(r->began_ms, began);
	if ((st = buf_addf(&l->out, err, "%-18s %-12s %-10s %-29s %12" PRIu64 " %8" PRIu64 " %8" PRIu64 "\n", r->archive, r->tenant, status, began,
	    r->records, r->gaps, r->limits)) != ST_OK)
		return st;
	return pending ? put_stage(l, r->archive, err) : ST_OK;
}

static enum status
each_run(void *ctx, const struct catalog_run *r, struct err *err)
{
	return row(ctx, r, err);
}

/* What the catalogue cannot know: runs that have not ended. */
static enum status
open_runs(struct listing *l, const struct store *s, struct err *err)
{
	struct store_entry *list;
	enum status st;
	size_t i, n;

	if ((st = store_list(s, false, &list, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++) {
		if (list[i].state != STORE_UNFINISHED)
			continue;
		if (l->app->json)
			st = buf_addf(&l->out, err, "{\"archive\":\"%s\",\"status\":\"interrupted\"}\n", list[i].name);
		else
			st = buf_addf(&l->out, err, "%-18s %-12s %-10s custody resume %s\n", list[i].name, "", "interrupted", list[i].name);
	}
	free(list);
	return st;
}

static enum status
one_store(struct listing *l, const char *section, const char *discard, struct err *err)
{
	struct catalog *catalog = NULL;
	struct store store = { .dir = -1 };
	struct buf path;
	char label[17];
	enum status st;
	int lock = -1;

	buf_init(&path, 4096);
	if ((st = app_store_path(l->app, section, &path, label, err)) != ST_OK || (st = buf_z(&path, err)) != ST_OK ||
	    (st = store_open(&store, path.p, label, true, err)) != ST_OK)
		goto out;
	l->store = &store;
	if (discard != NULL) {
		if ((st = store_lock(&store, &lock, err)) == ST_OK)
			st = store_discard(&store, discard, err);
		goto out;
	}
	if ((st = catalog_open(&catalog, &store, err)) == ST_OK && (st = catalog_each(catalog, each_run, l, err)) == ST_OK)
		st = open_runs(l, &store, err);
out:
	if (lock >= 0)
		close(lock);
	catalog_close(catalog);
	store_close(&store);
	buf_free(&path);
	return st;
}

static enum status
runs_run(struct app *app, const struct options *o, struct err *err)
{
	const char *tenant, *discard = options_get(o, "discard"), *zone;
	struct listing l = { .app = app };
	char section[80];
	enum status st;
	size_t i;

	if ((st = app_config(app, err)) != ST_OK)
		return st;
	if (discard != NULL && !app->yes) {
		err_set(err, ST_USAGE, _("giving up %s loses what it has fetched"), discard);
		return err_next(err, _("custody runs --discard %s --yes"), discard);
	}
	buf_init(&l.out, (size_t)64 << 20);
	if (!app->json && discard == NULL && ((st = put_heading(&l.out, _("archive"), 18, err)) != ST_OK ||
	    (st = put_heading(&l.out, _("tenant"), 12, err)) != ST_OK || (st = put_heading(&l.out, _("status"), 10, err)) != ST_OK ||
	    (st = put_heading(&l.out, _("began"), 29, err)) != ST_OK || (st = put_heading(&l.out, _("records"), -12, err)) != ST_OK ||
	    (st = put_heading(&l.out, _("gaps"), -8, err)) != ST_OK || (st = put_heading(&l.out, _("limits"), -8, err)) != ST_OK ||
	    (st = buf_putc(&l.out, '\n', err)) != ST_OK))
		return st;
	for (i = 0; st == ST_OK && (tenant = config_section(app->config, "tenant", i)) != NULL; i++) {
		const char *own = NULL;
		size_t k;

		snprintf(section, sizeof(section), "tenant %s", tenant);
		own = config_get(app->config, section, "store");
		for (k = 0; k < i; k++) {	/* a store that several tenants share is shown once */
			char other[80];
			const char *theirs;

			snprintf(other, sizeof(other), "tenant %s", config_section(app->config, "tenant", k));
			theirs = config_get(app->config, other, "store");
			if ((own == NULL) == (theirs == NULL) && (own == NULL || strcmp(own, theirs) == 0))
				break;
		}
		if (k < i)
			continue;
		if ((zone = config_get(app->config, section, "time_zone")) != NULL && (st = when_zone(zone, err)) != ST_OK)
			break;
		st = one_store(&l, section, discard, err);
	}
	if (st == ST_OK)
		st = app_print(&l.out, err);
	buf_free(&l.out);
	return st;
}

const struct command command_runs = {
	"runs", "", N_("runs with state, counts and gaps"), runs_options, 0, 0, runs_run
};
