/* run_capture.c: the pump: items of the source become records, files and rows of views; commits fall between pages. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "cmd/run_named.h"
#include "cmd/run_overflow.h"
#include "cmd/run_render.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"
#include "core/progress.h"
#include "core/stop.h"
#include "exporters/engine.h"
#include "store/carry.h"

#define SALT_ROOM	32u	/* what the archive puts before a record, and its line end */
#define SMALL_ROOM	4096u	/* a gap, or the record of a file */

/* Extensions that a file may keep: a name chosen by a user is never a path. */
static const char *const extensions[] = {
	"txt", "csv", "md", "log", "json", "xml", "pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "wps", "et", "dps", "rtf", "odt", "ods",
	"odp", "jpg", "jpeg", "png", "gif", "webp", "bmp", "tif", "tiff", "heic", "amr", "mp3", "m4a", "wav", "ogg", "flac", "mp4", "mov", "avi",
	"mkv", "webm", "zip", "rar", "7z", "gz", "tar", "eml", "msg", "vsd", "vsdx", "dwg", "xmind", NULL
};

static const char *
extension_of(struct str name)
{
	char low[9];
	size_t i, n;

	for (n = 0; n < name.n && n < 8 && name.p[name.n - 1 - n] != '.'; n++)
		;
	if (n == 0 || n >= name.n || name.p[name.n - 1 - n] != '.')
		return NULL;
	for (i = 0; i < n; i++) {
		char c = name.p[name.n - n + i];

		low[i] = (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
	}
	low[n] = '\0';
	for (i = 0; extensions[i] != NULL; i++)
		if (strcmp(extensions[i], low) == 0)
			return extensions[i];
	return NULL;
}

/* ${line}: one producer, so its memory is kept from record to record. */
static struct buf line;

static enum status
encode(const struct record *rec, struct err *err)
{
	enum status st;

	if (line.max == 0)
		buf_init(&line, LIMIT_RECORD);
	buf_clear(&line);
	if ((st = record_encode(rec, &line, err)) != ST_OK)
		return err_in(err, "%s %.*s", rec->stream, STR_ARG(rec->id));
	return ST_OK;
}

static enum status
put_line(struct run *r, struct tables *views, const struct record *rec, struct err *err)
{
	struct run_stream *m;
	enum status st;

	if ((st = archive_record(r->archive, rec->stream, buf_str(&line), err)) != ST_OK ||
	    (r->tables && (st = tables_put(views, rec, err)) != ST_OK))
		return st;
	if ((m = run_state_stream(&r->state, rec->stream, err)) == NULL)
		return ST_LIMIT;
	m->n_records++;
	m->n_bytes += line.n;
	run_named_see(&r->state, rec);
	r->state.volume.used = true;
	r->state.volume.views += run_volume_views(r, rec->kind, line.n);
	return rec->flags[0] == NULL ? ST_OK : run_state_flags(m, rec, err);
}

static enum status
put(struct run *r, struct tables *views, const struct record *rec, struct err *err)
{
	enum status st = encode(rec, err);

	return st == ST_OK ? put_line(r, views, rec, err) : st;
}

static enum status
put_file(struct run *r, struct tables *views, const struct source_item *it, struct err *err)
{
	unsigned char sha256[32];
	char path[LIMIT_PATH + 1], hex[65], size[24];
	enum status st;

	if ((st = archive_file(r->archive, it->blob, it->blob_size, extension_of(record_get(it->rec, "name")), path, sha256, err)) != ST_OK)
		return st;
	digest_hex(sha256, sizeof(sha256), hex);
	snprintf(size, sizeof(size), "%" PRIu64, it->blob_size);
	record_set(it->rec, "path", str_of(path));
	record_set(it->rec, "sha256", str_of(hex));
	record_set(it->rec, "size", str_of(size));
	if ((st = run_blobs_keep(r, it, err)) != ST_OK)
		return st;
	return put(r, views, it->rec, err);
}

static enum status
put_gap(struct run *r, struct tables *views, struct record *rec, bool is_limit, struct err *err)
{
	char id[24], stream[48], reason[40];
	struct str of = record_get(rec, "of_stream"), why = record_get(rec, "reason"), count = record_get(rec, "count");
	uint64_t n = 1;
	enum status st;

	rec->stream = is_limit ? "limits" : "gaps";
	snprintf(id, sizeof(id), "%" PRIu64, is_limit ? ++r->state.limit_entries : ++r->state.gap_entries);
	rec->id = str_of(id);
	record_set(rec, "id", rec->id);
	rec->tenant = str_of(r->state.tenant);
	rec->platform = str_of(r->state.platform);
	if (rec->fetched_ms == WHEN_UNKNOWN)
		rec->fetched_ms = when_now_ms();
	if (count.p == NULL)
		record_set(rec, "count", STR("1"));
	else if (str_u64(count, 0, UINT64_MAX, &n, NULL) != ST_OK)
		n = 1;
	snprintf(stream, sizeof(stream), "%.*s", STR_ARG(of));
	snprintf(reason, sizeof(reason), "%.*s", STR_ARG(why));
	if ((st = run_state_reason(&r->state, stream, reason, is_limit, n, err)) != ST_OK)
		return st;
	log_say(LOG_DEBUG_, is_limit ? _("limit: %s %.*s: %s: %.*s") : _("gap: %s %.*s: %s: %.*s"), stream, STR_ARG(record_get(rec, "object")), reason,
	    STR_ARG(record_get(rec, "detail")));
	return put(r, views, rec, err);
}

static enum status
put_count(struct run *r, const struct source_item *it, struct err *err)
{
	struct run_stream *m = run_state_stream(&r->state, it->stream, err);
	size_t i;

	if (m == NULL)
		return ST_LIMIT;
	for (i = 0; i < m->n_counts && strcmp(m->counts[i].how, it->how) != 0; i++)
		;
	if (i == RUN_COUNTS_MAX)
		return err_set(err, ST_LIMIT, _("more than %d counts of %s"), RUN_COUNTS_MAX, it->stream);
	if (i == m->n_counts) {
		snprintf(m->counts[i].how, sizeof(m->counts[i].how), "%s", it->how);
		m->n_counts++;
	}
	m->counts[i].n = it->count;
	return ST_OK;
}

/* After the source: a count that records and gaps together do not reach is a gap of its own, never silence. */
static enum status
check_counts(struct run *r, struct tables *views, struct err *err)
{
	struct record rec;
	char n[24], detail[200];
	enum status st = ST_OK;
	uint64_t known, most;
	size_t i, k, n_streams = r->state.n_streams, by;

	for (i = 0; i < n_streams && st == ST_OK; i++) {
		const struct run_stream *m = &r->state.streams[i];

		known = m->n_records + m->n_gaps;
		for (k = 0, most = 0, by = 0; k < m->n_counts; k++)
			if (m->counts[k].n > most) {
				most = m->counts[k].n;
				by = k;
			}
		if (most <= known)
			continue;
		record_init(&rec, REC_GAP, "gaps");
		snprintf(n, sizeof(n), "%" PRIu64, most - known);
		snprintf(detail, sizeof(detail), "%s: %" PRIu64 ", archived %" PRIu64 ", listed gaps %" PRIu64, m->counts[by].how, most, m->n_records,
		    m->n_gaps);
		rec.endpoint = str_of(m->counts[by].how);
		record_set(&rec, "of_stream", str_of(m->name));
		record_set(&rec, "reason", STR("count_mismatch"));
		record_set(&rec, "count", str_of(n));
		record_set(&rec, "is_final", STR("false"));
		record_set(&rec, "detail", str_of(detail));
		record_set(&rec, "retry", STR("custody export"));
		st = put_gap(r, views, &rec, false, err);
	}
	return st;
}

/* The archive is full: this item and what follows it in its page wait. */
static enum status
wait(struct run *r, const struct source_item *it, struct err *err)
{
	r->overflowing = true;
	return run_overflow_put(r, it, err);
}

static enum status
put_record(struct run *r, struct tables *views, const struct source_item *it, struct err *err)
{
	enum status st = encode(it->rec, err);

	if (st != ST_OK)
		return st;
	return run_volume_fits(r, line.n + SALT_ROOM + run_volume_views(r, it->rec->kind, line.n)) ? put_line(r, views, it->rec, err) : wait(r, it, err);
}

static enum status
item(struct run *r, struct tables *views, struct source_item *it, struct err *err)
{
	struct run_stream *m;
	enum status st;

	if (it->what != SRC_PAGE && it->what != SRC_COUNT && (r->overflowing ||
	    (it->what == SRC_RECORD && it->rec->kind == REC_FILE && !run_volume_fits(r, it->blob_size + run_blobs_room(r, it) + SMALL_ROOM)) ||
	    ((it->what == SRC_GAP || it->what == SRC_LIMIT || it->what == SRC_CLOSED) && !run_volume_fits(r, SMALL_ROOM))))
		return wait(r, it, err);
	switch (it->what) {
	case SRC_RECORD:
		return it->rec->kind == REC_FILE ? put_file(r, views, it, err) : put_record(r, views, it, err);
	case SRC_GAP:
		return put_gap(r, views, it->rec, false, err);
	case SRC_LIMIT:
		return put_gap(r, views, it->rec, true, err);
	case SRC_CLOSED:
		return run_closed(r, it->rec, err);
	case SRC_COUNT:
		return put_count(r, it, err);
	case SRC_STREAM_END:
		return archive_stream_end(r->archive, it->stream, err);
	case SRC_PAGE:
		if (it->stream != NULL && (m = run_state_stream(&r->state, it->stream, err)) != NULL)
			progress_set(it->stream, m->n_records, it->count, m->n_bytes, m->n_gaps);
		r->state.volume.goes_on = r->overflowing;
		if (r->overflowing || !r->committed || r->commit_each_page || archive_commit_due(r->archive)) {
			if ((st = run_commit(r, err)) != ST_OK)
				return st;
		}
		return stop_check(err);
	}
	return err_set(err, ST_IO, "source item %d", (int)it->what);
}

static enum status
open_source(struct run *r, struct err *err)
{
	struct source_params *p = &r->params;	/* borrowed by the source for its life, as the carry */
	struct buf carry;
	char archive[40];
	enum status st;

	if (r->state.cursor.n == 0 && !run_state_apart(&r->state)) {	/* a renewal takes nothing from a tenant's last run and leaves nothing to its next */
		buf_init(&carry, (size_t)16 << 20);
		st = catalog_carry(r->catalog, r->state.tenant, &carry, archive, err);
		if (st == ST_OK || st == ST_END) {
			buf_clear(&r->state.carry);
			st = buf_str_add(&r->state.carry, buf_str(&carry), err);
		}
		buf_free(&carry);
		if (st != ST_OK)
			return st;
	}
	/* The state's own cursor and carry are replaced while the source lives: what it was begun with stays in a copy. */
	buf_clear(&r->begun_at);
	buf_clear(&r->begun_with);
	if ((st = buf_str_add(&r->begun_at, buf_str(&r->state.cursor), err)) != ST_OK ||
	    (st = buf_str_add(&r->begun_with, buf_str(&r->state.carry), err)) != ST_OK)
		return st;
	p->config = r->app->config;
	p->tenant = r->state.tenant;
	p->scope = &r->state.scope.scope;
	p->net = r->net;
	p->work_dir = archive_work_dir(r->archive);
	p->cursor = r->begun_at.n > 0 ? buf_str(&r->begun_at) : STR_NONE;
	p->carry = r->begun_with.n > 0 ? buf_str(&r->begun_with) : STR_NONE;
	p->program = r->app->program;
	p->run = r->state.run;
	p->discreet = archive_params_of(r->archive)->to != NULL;
	p->backoff_ms = r->backoff_ms;
	if (r->state.rendering.is)
		return run_render_source(r, &r->source, err);
	return r->state.renewal ? run_renew_open(r, &r->source, err) : engine_open(&r->source, p, err);
}

static enum status
finish_records(struct run *r, struct err *err)
{
	struct buf state;
	enum status st;

	buf_init(&state, (size_t)32 << 20);
	if ((st = run_state_encode(&r->state, &state, err)) == ST_OK && (st = run_blobs_sync(r, err)) == ST_OK)
		st = archive_finish_records(r->archive, buf_str(&state), err);
	buf_free(&state);
	return st;
}

/*
 * The event from which a lost catalogue is made again; of an encrypted archive nobody here can read it, so it also stands beside the archive, and
 * before the archive can be sealed.
 */
static enum status
last_event(struct run *r, const char *action, struct str detail, struct err *err)
{
	enum status st = run_event(r, action, detail, err);

	if (st != ST_OK || archive_params_of(r->archive)->to == NULL)
		return st;
	return carry_save(&r->store, r->archive_name, r->state.tenant, action, detail, err);
}

/* Each one listed counts as seen from then on. */
static enum status
check_named(struct run *r, struct tables *views, struct err *err)
{
	struct record rec;
	bool is_limit;
	enum status st = ST_OK;

	for (;;) {
		record_init(&rec, REC_GAP, "gaps");
		if (st != ST_OK || !run_named_missing(&r->state, 0, &rec, &is_limit))
			return st;
		log_say(LOG_WARN_, _("nothing that was read shows %.*s"), STR_ARG(rec.id));
		if (is_limit)
			rec.kind = REC_LIMIT;
		rec.endpoint = STR("custody");
		st = put_gap(r, views, &rec, is_limit, err);
	}
}

static enum status
ended(struct run *r, struct tables *views, struct err *err)
{
	struct buf state;
	enum status st;

	if (!r->state.rendering.is && ((scope_is_whole(&r->state.scope) && (st = check_counts(r, views, err)) != ST_OK) ||
	    (st = check_named(r, views, err)) != ST_OK))
		return st;
	r->state.captured_ms = when_now_ms();
	buf_init(&state, (size_t)32 << 20);
	if ((st = buf_addf(&state, err, "{\"run\":\"%s\",\"began\":%" PRId64 ",\"limits\":%" PRIu64 ",\"carry\":", r->state.run, r->state.began_ms,
	    run_state_limits(&r->state))) == ST_OK &&
	    (st = buf_str_add(&state, r->state.carry.n > 0 ? buf_str(&r->state.carry) : STR("null"), err)) == ST_OK &&
	    (st = buf_addz(&state, ",\"streams\":", err)) == ST_OK && (st = run_state_streams_json(&r->state, &state, err)) == ST_OK &&
	    (st = buf_putc(&state, '}', err)) == ST_OK)
		st = last_event(r, r->state.renewal ? "renewal.captured" : r->state.rendering.is ? "rendering.captured" : "run.captured", buf_str(&state), err);
	buf_free(&state);
	return st == ST_OK ? finish_records(r, err) : st;
}

/* The archive is full and the commit that says so is made: the source goes on in the next one. */
static enum status
full(struct run *r, struct err *err)
{
	struct buf detail;
	enum status st;

	source_close(r->source);
	r->source = NULL;
	run_overflow_close(r);
	r->overflowing = false;
	r->state.captured_ms = when_now_ms();
	if (r->state.volume.until_ms == WHEN_UNKNOWN)	/* how far the first one reaches is said of all: nobody knows yet when the last one ends */
		r->state.volume.until_ms = r->state.began_ms;
	buf_init(&detail, 4096);
	if ((st = archive_goes_on(r->archive, true, err)) == ST_OK &&
	    (st = buf_addf(&detail, err, "{\"run\":\"%s\",\"began\":%" PRId64 ",\"volume\":%" PRIu64 "}", r->state.run, r->state.began_ms,
	    r->state.volume.number)) == ST_OK && (st = last_event(r, "volume.full", buf_str(&detail), err)) == ST_OK)
		st = finish_records(r, err);
	buf_free(&detail);
	return st;
}

/* The source has nothing more. */
static enum status
exhausted(struct run *r, struct err *err)
{
	enum status st;

	r->state.volume.source_done = true;
	r->state.volume.goes_on = r->overflowing;
	buf_clear(&r->state.carry);
	if ((st = buf_str_add(&r->state.carry, source_carry(r->source), err)) != ST_OK)
		return st;
	return r->overflowing ? run_commit(r, err) : ST_OK;
}

/* What the archive before had no room for. */
static enum status
take_waiting(struct run *r, struct tables *views, struct err *err)
{
	struct source_item it;
	enum status st;
	uint64_t n;

	while ((st = run_overflow_take(r, &it, &n, err)) == ST_OK) {
		if (it.what != SRC_STREAM_END && !run_volume_fits(r, n + SMALL_ROOM + (it.what == SRC_RECORD ? run_volume_views(r, it.rec->kind, n) : 0))) {
			r->state.volume.goes_on = true;
			return run_commit(r, err);
		}
		if ((st = item(r, views, &it, err)) != ST_OK)
			return st;
		run_overflow_taken(r);
		if (archive_commit_due(r->archive) && ((st = run_commit(r, err)) != ST_OK || (st = stop_check(err)) != ST_OK))
			return st;
	}
	return st == ST_END ? ST_OK : st;
}

static enum status
pump(struct run *r, struct tables *views, struct err *err)
{
	struct source_item it;
	enum status st;

	if ((st = open_source(r, err)) != ST_OK)
		return st;
	while (!r->state.volume.goes_on && (st = source_next(r->source, &it, err)) == ST_OK)
		if ((st = item(r, views, &it, err)) != ST_OK)
			break;
	return st == ST_END ? exhausted(r, err) : st;
}

enum status
run_capture(struct run *r, struct err *err)
{
	struct format_options opt;
	struct run_place place;
	struct tables *views = NULL;
	enum status st;

	r->tables = !r->state.rendering.is && run_view_wanted(r, &csv_view);
	run_view_options(r, &opt);
	run_place_init(&place, r->archive, NULL);
	if ((st = tables_open(&views, &opt, &place.place, err)) != ST_OK)
		return st;
	progress_start(r->app->progress, r->app->color);
	if (!r->state.volume.goes_on)
		st = take_waiting(r, views, err);
	if (st == ST_OK && !r->state.volume.goes_on && !r->state.volume.source_done)
		st = pump(r, views, err);
	if (st == ST_OK)
		st = r->state.volume.goes_on ? full(r, err) : ended(r, views, err);
	progress_end();
	tables_close(views);
	return st;
}
