/* run_pending.c: an archive that is sealed and not closed, taken up by its name or path: for signatures and time stamps that come later. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/names.h"
#include "cmd/run.h"
#include "core/fs.h"
#include "core/i18n.h"

enum status
run_lock_archive(struct run *r, struct err *err)
{
	char work[64];
	struct stat sb;
	enum status st;
	int dir = -1;

	snprintf(work, sizeof(work), "%s.work", r->archive_name);
	if (r->archive_lock >= 0 || fstatat(r->store.dir, work, &sb, AT_SYMLINK_NOFOLLOW) != 0)
		return ST_OK;	/* nothing to close: whoever opens it will say so */
	if ((st = fs_dir_at(r->store.dir, work, false, &dir, err)) == ST_OK && (st = fs_lock(dir, "closing.lock", &r->archive_lock, err)) != ST_OK)
		err_in(err, "%s", r->archive_name);
	fs_drop(&dir);
	return st;
}

bool
run_is_closed(const struct run *r)
{
	char name[64];
	struct stat sb;

	snprintf(name, sizeof(name), "%s.tar.gz", r->archive_name);
	return fstatat(r->store.dir, name, &sb, AT_SYMLINK_NOFOLLOW) == 0;
}

/* "store/acme-00000001.tar.gz.partial" → "store", "acme-00000001"; false when that is no name of an archive. */
static bool
split(const char *operand, struct buf *dir, char name[40], struct err *err)
{
	static const char *const tails[] = { ".tar.gz.partial", ".tar.gz", ".seal", ".work", "" };
	size_t n = strlen(operand), m, i;
	const char *base;

	while (n > 1 && operand[n - 1] == '/')
		n--;
	for (base = operand + n; base > operand && base[-1] != '/'; base--)
		;
	n -= (size_t)(base - operand);
	if (base > operand && (buf_add(dir, operand, (size_t)(base - operand), err) != ST_OK || buf_z(dir, err) != ST_OK))
		return false;
	for (i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		m = strlen(tails[i]);
		if (n <= m || n - m >= 40 || strncmp(base + n - m, tails[i], m) != 0)
			continue;
		snprintf(name, 40, "%.*s", (int)(n - m), base);
		return names_sequence(str_of(name)) > 0;
	}
	return false;
}

static bool
same_directory(int store, const char *dir)
{
	struct stat a, b;

	return fstat(store, &a) == 0 && stat(dir, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* Is it in the store of this tenant?  Then the store stays open. */
static enum status
try_tenant(struct run *r, const char *tenant, const struct buf *dir, struct store_entry *entry, bool *found, struct err *err)
{
	struct store_entry *list = NULL;
	struct buf path;
	char label[17];
	enum status st;
	size_t i, n;

	buf_init(&path, 8192);
	if ((st = app_tenant(r->app, tenant, r->section, sizeof(r->section), err)) != ST_OK ||
	    (st = app_store_path(r->app, r->section, &path, label, err)) != ST_OK || (st = buf_z(&path, err)) != ST_OK ||
	    access(path.p, F_OK) != 0)
		goto out;
	if ((st = store_open(&r->store, path.p, label, false, err)) != ST_OK || (st = store_list(&r->store, false, &list, &n, err)) != ST_OK)
		goto out;
	for (i = 0; i < n && !*found; i++)
		if (strcmp(list[i].name, r->archive_name) == 0 && (dir->n == 0 || same_directory(r->store.dir, dir->p))) {
			*entry = list[i];
			*found = true;
		}
	if (!*found)
		store_close(&r->store);
out:
	free(list);
	buf_free(&path);
	return st;
}

static enum status
find(struct run *r, const char *operand, struct store_entry *entry, struct err *err)
{
	const char *tenant;
	enum status st = ST_OK;
	struct buf dir;
	bool found = false;
	size_t i;

	buf_init(&dir, 8192);
	if (!split(operand, &dir, r->archive_name, err)) {
		st = err_set(err, ST_USAGE, _("\"%s\" is not the name of an archive"), operand);
		err_next(err, _("custody runs: which archives wait for a signature or a time stamp"));
	}
	for (i = 0; st == ST_OK && !found && (tenant = config_section(r->app->config, "tenant", i)) != NULL; i++)
		st = try_tenant(r, tenant, &dir, entry, &found, err);
	if (st == ST_OK && !found) {
		st = err_set(err, ST_USAGE, _("no store of %s holds %s"), config_file(r->app->config), operand);
		err_next(err, _("custody runs: which archives wait for a signature or a time stamp"));
	}
	buf_free(&dir);
	return st;
}

/* The tenant whose run it was stands in its state; several may share a store. */
static enum status
take_up(struct run *r, struct err *err)
{
	struct buf state;
	enum status st;

	buf_init(&state, (size_t)32 << 20);
	if ((st = run_lock_archive(r, err)) == ST_OK && (st = archive_resume(&r->archive, r->store.dir, r->archive_name, 0, &state, err)) == ST_OK) {
		r->committed = true;
		if ((st = run_state_decode(&r->state, buf_str(&state), err)) == ST_OK &&
		    (st = app_tenant(r->app, r->state.tenant, r->section, sizeof(r->section), err)) == ST_OK)
			st = run_settings_same(r, false, err);
	}
	buf_free(&state);
	return st;
}

enum status
run_pending_open(struct run *r, const char *operand, bool with_keys, struct err *err)
{
	static char object[40];		/* named in the last line, when ${r} is gone */
	struct store_entry entry = { .state = STORE_EMPTY };
	const char *zone;
	enum status st;

	if ((st = app_config(r->app, err)) != ST_OK || (st = run_test_seed(r, err)) != ST_OK || (st = find(r, operand, &entry, err)) != ST_OK)
		return st;
	snprintf(object, sizeof(object), "%s", r->archive_name);
	r->app->object = object;
	if (entry.state == STORE_CLOSED && !entry.closing)
		return ST_END;
	if (entry.state != STORE_PENDING && !entry.closing) {
		st = err_set(err, ST_USAGE, entry.state == STORE_DESTROYED ? _("%s is not there any more, only its seal") : _("%s is not sealed yet"), r->archive_name);
		return entry.state == STORE_DESTROYED ? st : err_next(err, "custody resume %s", r->archive_name);
	}
	if ((st = take_up(r, err)) != ST_OK)
		return st;	/* ST_END: closed by another program a moment ago */
	if (run_volume_waits(r)) {
		err_set(err, ST_USAGE, _("%s is full, and its run was interrupted before it went on in the next archive"), r->archive_name);
		return err_next(err, "custody resume %s", r->archive_name);
	}
	zone = config_get(r->app->config, r->section, "time_zone");
	if ((st = when_zone(zone != NULL ? zone : "Asia/Shanghai", err)) != ST_OK)
		return err_in(err, "%s", config_file(r->app->config));
	if ((st = run_signers(r, with_keys, err)) != ST_OK || (st = run_authorities(r, err)) != ST_OK ||
	    (st = catalog_open(&r->catalog, &r->store, err)) != ST_OK)
		return st;
	return run_network(r, err);
}
