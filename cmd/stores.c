/* stores.c: see stores.h. */
#include "cmd/stores.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/state.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"

struct seen { dev_t dev; ino_t ino; char label[17]; };
struct walk { struct seen *seen; size_t n; };

/* Was this directory given before, with this label or another? */
static enum status
remember(struct walk *w, const struct store *s, bool *same, bool *again, struct err *err)
{
	struct seen *grown;
	struct stat sb;
	size_t i;

	*same = *again = false;
	if (fstat(s->dir, &sb) != 0)
		return err_sys(err, "%s", s->path);
	for (i = 0; i < w->n; i++) {
		if (w->seen[i].dev != sb.st_dev || w->seen[i].ino != sb.st_ino)
			continue;
		*again = true;
		*same |= strcmp(w->seen[i].label, s->label) == 0;
	}
	if (*same)
		return ST_OK;
	if ((grown = mem_grow(w->seen, w->n + 1, sizeof(*grown), err)) == NULL)
		return ST_NOMEM;
	w->seen = grown;
	grown[w->n].dev = sb.st_dev;
	grown[w->n].ino = sb.st_ino;
	snprintf(grown[w->n++].label, sizeof(grown[0].label), "%s", s->label);
	return ST_OK;
}

static enum status
one(struct app *app, struct walk *w, const char *tenant, enum status (*each)(void *, const struct stores_place *, struct err *), void *ctx,
    struct err *err)
{
	struct store store = { .dir = -1 };
	struct stores_place place = { &store, tenant, false };
	struct buf path;
	char section[80], label[17];
	struct stat sb;
	enum status st;
	bool same;

	buf_init(&path, 4096);
	if ((st = app_tenant(app, tenant, section, sizeof(section), err)) != ST_OK ||
	    (st = app_store_path(app, section, &path, label, err)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	if (lstat(path.p, &sb) != 0 && errno == ENOENT) {
		if (app->store_option != NULL)
			st = err_set(err, ST_USAGE, _("--store: there is no directory %s"), path.p);
		goto out;
	}
	if ((st = store_open(&store, path.p, label, false, err)) == ST_OK && (st = remember(w, &store, &same, &place.again, err)) == ST_OK && !same)
		st = each(ctx, &place, err);
out:
	store_close(&store);
	buf_free(&path);
	return st;
}

enum status
stores_each(struct app *app, enum status (*each)(void *, const struct stores_place *, struct err *), void *ctx, struct err *err)
{
	struct walk w = { NULL, 0 };
	const char *tenant;
	enum status st;
	size_t i;

	st = app_config(app, err);
	for (i = 0; st == ST_OK && (tenant = config_section(app->config, "tenant", i)) != NULL; i++)
		st = one(app, &w, tenant, each, ctx, err);
	mem_free(w.seen);
	return st;
}

enum status
stores_state(const struct store *s, const char *name, struct run_state *state, struct err *err)
{
	struct buf lines, caller;
	char work[64];
	struct stat sb;
	enum status st;
	int dir = -1;

	run_state_init(state);
	snprintf(work, sizeof(work), "%s.work", name);
	if (fstatat(s->dir, work, &sb, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
		return ST_END;
	buf_init(&lines, STATE_MAX);
	buf_init(&caller, STATE_MAX);
	if ((st = fs_dir_at(s->dir, work, false, &dir, err)) == ST_OK && (st = state_load(dir, &lines, &caller, err)) == ST_OK)
		st = run_state_decode(state, buf_str(&caller), err);
	if (st != ST_OK && st != ST_END)
		err_in(err, "%s/%s", s->path, work);
	fs_drop(&dir);
	buf_free(&lines);
	buf_free(&caller);
	return st;
}
