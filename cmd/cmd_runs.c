/* cmd_runs.c: runs of every store with their state and figures; giving one up. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "archive/pending.h"
#include "cmd/app.h"
#include "cmd/decrypt.h"
#include "cmd/stores.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/json.h"
#include "core/log.h"
#include "core/utf8.h"
#include "core/when.h"
#include "store/rebuild.h"

static const struct option_def runs_options[] = {
	{ "discard", 0, "RUN", N_("give up an interrupted run that was never sealed (asks for --yes)"), false },
	DECRYPT_OPTIONS,
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

struct listing { struct app *app; struct buf out; const struct store *store; struct crypt_key *key; };

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

/* What the catalogue cannot know: runs that have not ended tell it in their own state. */
static enum status
open_run(struct listing *l, const char *archive, struct err *err)
{
	struct catalog_run c = { .status = "interrupted" };
	struct run_state state;
	struct err why;
	enum status st;

	err_init(&why);
	snprintf(c.archive, sizeof(c.archive), "%s", archive);
	if (stores_state(l->store, archive, &state, &why) == ST_OK) {
		snprintf(c.run, sizeof(c.run), "%s", state.run);
		snprintf(c.tenant, sizeof(c.tenant), "%s", state.tenant);
		c.began_ms = state.began_ms;
		c.records = run_state_records(&state);
		c.gaps = run_state_gaps(&state);
		c.limits = run_state_limits(&state);
		if (l->app->json)
			st = row(l, &c, err);
		else
			st = buf_addf(&l->out, err, "%-18s %-12s %-10s custody resume %s\n", archive, c.tenant, c.status, archive);
	} else {
		if (why.text[0] != '\0')	/* else it has just ended */
			log_say(LOG_WARN_, "%s", why.text);
		if (!l->app->json)
			st = buf_addf(&l->out, err, "%-18s %-12s %-10s custody resume %s\n", archive, "", c.status, archive);
		else if ((st = buf_addf(&l->out, err, "{\"archive\":\"%s\",\"status\":\"%s\",\"store\":", archive, c.status)) == ST_OK &&
		    (st = json_put_string(&l->out, str_of(l->store->path), err)) == ST_OK)
			st = buf_addz(&l->out, "}\n", err);
	}
	run_state_free(&state);
	return st;
}

/* The catalogue is the directory's, open runs are told by label. */
static enum status
one_store(void *ctx, const struct stores_place *place, struct err *err)
{
	struct listing *l = ctx;
	struct catalog *catalog = NULL;
	struct store_entry *list = NULL;
	const char *zone;
	char section[80];
	enum status st = ST_OK;
	size_t i, n = 0;
	int lock = -1;

	l->store = place->store;
	snprintf(section, sizeof(section), "tenant %s", place->tenant);
	if ((zone = config_get(l->app->config, section, "time_zone")) != NULL)
		st = when_zone(zone, err);
	/* With a key: what a lost catalogue knew of encrypted archives is read from them again. */
	if (st == ST_OK && l->key != NULL)
		st = store_lock(place->store, &lock, err);
	if (st == ST_OK && !place->again && (st = catalog_open(&catalog, place->store, err)) == ST_OK &&
	    (l->key == NULL || (st = rebuild_catalog(catalog, place->store, l->key, when_now_ms(), err)) == ST_OK))
		st = catalog_each(catalog, each_run, l, err);
	if (st == ST_OK)
		st = store_list(place->store, false, &list, &n, err);
	for (i = 0; st == ST_OK && i < n; i++)
		if (list[i].state == STORE_UNFINISHED)
			st = open_run(l, list[i].name, err);
	free(list);
	fs_drop(&lock);
	catalog_close(catalog);
	return st;
}

struct giving_up { const char *name; bool done; };

static enum status
give_up(void *ctx, const struct stores_place *place, struct err *err)
{
	struct giving_up *g = ctx;
	struct store_entry *list;
	enum status st;
	size_t i, n;
	int lock = -1;

	if ((st = store_list(place->store, false, &list, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && strcmp(list[i].name, g->name) != 0; i++)
		;
	free(list);
	if (i == n)
		return ST_OK;
	g->done = true;
	if ((st = store_lock(place->store, &lock, err)) == ST_OK)
		st = store_discard(place->store, g->name, err);
	fs_drop(&lock);
	return st;
}

static enum status
put_headings(struct buf *out, struct err *err)
{
	static const struct { const char *text; int columns; } heads[] = {
		{ N_("archive"), 18 }, { N_("tenant"), 12 }, { N_("status"), 10 }, { N_("began"), 29 }, { N_("records"), -12 }, { N_("gaps"), -8 },
		{ N_("limits"), -8 },
	};
	enum status st = ST_OK;
	size_t i;

	for (i = 0; st == ST_OK && i < sizeof(heads) / sizeof(heads[0]); i++)
		st = put_heading(out, _(heads[i].text), heads[i].columns, err);
	return st == ST_OK ? buf_putc(out, '\n', err) : st;
}

static enum status
discard(struct app *app, const char *name, struct err *err)
{
	struct giving_up g = { name, false };
	enum status st;

	if (!app->yes) {
		err_set(err, ST_USAGE, _("giving up %s loses what it has fetched"), name);
		return err_next(err, _("custody runs --discard %s --yes"), name);
	}
	if ((st = stores_each(app, give_up, &g, err)) == ST_OK && !g.done) {
		err_set(err, ST_USAGE, _("no store of %s holds %s"), config_file(app->config), name);
		err_next(err, _("custody runs: which runs there are"));
		st = ST_USAGE;
	}
	return st;
}

static enum status
runs_run(struct app *app, const struct options *o, struct err *err)
{
	struct listing l = { .app = app };
	enum status st;

	if ((st = app_config(app, err)) != ST_OK)
		return st;
	if (options_has(o, "discard"))
		return discard(app, options_get(o, "discard"), err);
	if ((st = decrypt_open(o, &l.key, err)) != ST_OK)
		return st;
	buf_init(&l.out, (size_t)64 << 20);
	if ((app->json || (st = put_headings(&l.out, err)) == ST_OK) && (st = stores_each(app, one_store, &l, err)) == ST_OK)
		st = app_print(&l.out, err);
	buf_free(&l.out);
	crypt_key_close(l.key);
	return st;
}

const struct command command_runs = {
	"runs", "", N_("runs with state, counts and gaps"), runs_options, 0, 0, runs_run
};
