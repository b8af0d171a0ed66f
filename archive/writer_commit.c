/* writer_commit.c: the commit of archive format 9: content durable, then the state, and only then is anything deleted. */
#include "archive/writer_parts.h"

#include "archive/state.h"
#include "core/i18n.h"

#define COMMIT_BYTES	((uint64_t)16 << 20)
#define COMMIT_MS	10000

static enum status
sync_manifests(struct archive *a, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < a->params.digests.n && st == ST_OK; i++)
		st = part_sync(&a->manifest[i], err);
	return st;
}

enum status
writer_commit(struct archive *a, struct err *err)
{
	struct buf lines;
	enum status st;
	size_t i;

	buf_init(&lines, STATE_MAX / 2);
	if ((st = writer_flush(a, err)) != ST_OK || (st = pack_drain(a->pack, err)) != ST_OK ||
	    (st = fs_sync(a->fd, a->params.name, err)) != ST_OK || (st = sync_manifests(a, err)) != ST_OK ||
	    (st = part_sync(&a->segments, err)) != ST_OK || (st = part_sync(&a->offsets, err)) != ST_OK ||
	    (st = writer_state_encode(a, &lines, err)) != ST_OK ||
	    (st = state_save(a->work, buf_str(&lines), buf_str(&a->caller), err)) != ST_OK)
		goto out;
	for (i = 0; i < a->n_streams; i++)
		if (a->streams[i].spool != NULL)
			spool_kept(a->streams[i].spool);
	for (i = 0; i < a->n_views; i++)
		spool_kept(a->views[i]->spool);
	a->since_commit = 0;
	a->committed_mono_ms = when_mono_ms();
	st = spools_sweep(&a->spools, err);
out:
	buf_free(&lines);
	return st;
}

bool
archive_commit_due(const struct archive *a)
{
	return a->since_commit >= COMMIT_BYTES || when_mono_ms() - a->committed_mono_ms >= COMMIT_MS;
}

static enum status
commit(struct archive *a, struct str caller, struct err *err)
{
	enum status st;

	buf_clear(&a->caller);
	if ((st = buf_str_add(&a->caller, caller, err)) != ST_OK)
		return st;
	return writer_commit(a, err);
}

enum status
archive_commit(struct archive *a, struct str caller, struct err *err)
{
	enum status st = writer_check(a, a->phase == ARCHIVE_VIEWS ? ARCHIVE_VIEWS : ARCHIVE_CAPTURE, err);

	return st != ST_OK ? st : writer_break(a, commit(a, caller, err));
}

enum status
archive_finish_records(struct archive *a, struct str caller, struct err *err)
{
	enum status st = writer_check(a, ARCHIVE_CAPTURE, err);
	size_t i;

	for (i = 0; i < a->n_streams && st == ST_OK; i++)
		st = writer_break(a, writer_close_segment(a, &a->streams[i], err));
	if (st != ST_OK)
		return st;
	a->phase = ARCHIVE_VIEWS;
	if ((st = writer_break(a, commit(a, caller, err))) != ST_OK)
		a->phase = ARCHIVE_CAPTURE;
	return st;
}
