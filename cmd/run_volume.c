/*
 * run_volume.c: a run that does not fit into one archive (archive format 2.3).  The full one is sealed first: the next one's Previous is its hash.  It is
 * closed, and its work directory goes, only once the next one's first commit stands: at every instant one of the two says how to go on.
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cmd/run.h"
#include "core/i18n.h"
#include "core/log.h"
#include "formats/formats.h"

#define VOLUME_DEFAULT	((uint64_t)50 << 30)	/* archive format 2.3 */
#define VOLUME_MIN	((uint64_t)1 << 20)

/* What the wanted views come to, added up by kind. */
static void
add_up(struct run *r)
{
	size_t i, k;

	memset(r->views_each, 0, sizeof(r->views_each));
	memset(r->views_percent, 0, sizeof(r->views_percent));
	r->views_once = 0;
	for (i = 0; formats_all[i] != NULL; i++) {
		const struct view_family *f = formats_all[i];

		if (!run_view_wanted(r, f))
			continue;
		r->views_once += f->room.once;
		for (k = 0; k < REC__MAX; k++)
			if ((f->kinds & 1u << k) != 0) {
				r->views_each[k] += f->room.each;
				r->views_percent[k] += f->room.percent;
			}
	}
}

enum status
run_volume_limit(struct run *r, struct err *err)
{
	const char *name = config_get(r->app->config, r->section, "store"), *text;
	char section[80] = "store";
	enum status st;

	if (name != NULL)
		snprintf(section, sizeof(section), "store %s", name);
	add_up(r);
	r->volume_limit = VOLUME_DEFAULT;
	if ((text = config_get(r->app->config, section, "volume")) == NULL)
		return ST_OK;
	if ((st = config_bytes(text, &r->volume_limit, err)) == ST_OK && r->volume_limit < VOLUME_MIN)
		st = err_set(err, ST_USAGE, _("%s is less than 1 MiB"), text);
	return st == ST_OK ? st : err_in(err, "%s: [%s] volume", config_file(r->app->config), section);
}

uint64_t run_volume_views(const struct run *r, enum record_kind kind, uint64_t n) { return r->views_each[kind] + n * r->views_percent[kind] / 100; }

bool
run_volume_fits(const struct run *r, uint64_t n)
{
	uint64_t there;

	if (!r->state.volume.used)
		return true;
	there = archive_octets(r->archive) + r->views_once + r->state.volume.views;
	return there <= r->volume_limit && n <= r->volume_limit - there;
}

/* A session before this one got so far. */
static bool
is_begun(const struct run *r, const char *name)
{
	static const char *const signs[] = { ".work/state", ".seal/seal.txt", ".tar.gz" };
	char path[80];
	struct stat sb;
	size_t i;

	for (i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		snprintf(path, sizeof(path), "%s%s", name, signs[i]);
		if (fstatat(r->store.dir, path, &sb, AT_SYMLINK_NOFOLLOW) == 0)
			return true;
	}
	return false;
}

static enum status
begin(struct run *r, struct err *err)
{
	const struct run_volume was = r->state.volume;
	struct archive *prior = r->archive, *next = NULL;
	enum status st;

	if ((st = run_create(r, archive_params_of(prior)->covers_from_ms, r->next_name, &next, err)) != ST_OK)
		return st;
	r->state.volume.number++;
	r->state.volume.gaps_before = run_state_gaps(&r->state);
	r->state.volume.records_before = run_state_records(&r->state);
	r->state.volume.used = r->state.volume.goes_on = false;
	r->state.volume.views = 0;
	r->archive = next;
	if ((st = archive_share_run(prior, next, err)) == ST_OK && (st = run_begin_event(r, "volume.begin", err)) == ST_OK)
		st = run_commit(r, err);
	r->archive = prior;
	r->next_volume = r->state.volume;
	r->state.volume = was;
	r->next = next;
	return st;
}

enum status
run_volume_next(struct run *r, struct err *err)
{
	char name[40];
	enum status st = ST_OK;

	store_name(r->store.label, archive_params_of(r->archive)->sequence + 1, name);
	if (!is_begun(r, name)) {
		log_say(LOG_INFO_, _("%s is full; the run goes on in %s"), r->archive_name, name);
		st = begin(r, err);
	}
	return st == ST_OK ? archive_goes_on(r->archive, false, err) : st;
}

bool
run_volume_waits(const struct run *r)
{
	char name[40];

	store_name(r->store.label, archive_params_of(r->archive)->sequence + 1, name);
	return r->state.volume.goes_on && !is_begun(r, name);
}
