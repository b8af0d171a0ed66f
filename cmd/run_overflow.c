/*
 * run_overflow.c: entries of the file: a line "KIND STREAM LENGTH BLOB SIZE", then LENGTH bytes: the record as record_encode writes it.
 * KIND is R, F (a file: BLOB is its name in the work directory), G, L, C (gaps closed) or E (end of a stream).
 */
#include "cmd/run_overflow.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"

#define NAME	"overflow"
#define NO_BLOB	"-"
#define NO_SALT	"{\"_s\":\"AAAAAAAAAAAAAAAAAAAAAA\""	/* record_decode wants a whole line */
#define HEAD_MAX	256

static enum status
open_file(struct run *r, struct err *err)
{
	if (r->overflow >= 0)
		return ST_OK;
	r->overflow_n = r->state.volume.waiting_to;
	return fs_open_append(archive_work_dir(r->archive), NAME, r->overflow_n, &r->overflow, err);
}

static enum status
add(struct run *r, const void *p, size_t n, struct err *err)
{
	enum status st = fs_write_all(r->overflow, NAME, p, n, err);

	if (st == ST_OK)
		r->overflow_n += n;
	return st;
}

/* The source may use the name of its download again: it gets one of ours. */
static enum status
keep_blob(struct run *r, const char *blob, char name[40], struct err *err)
{
	int dir = archive_work_dir(r->archive), fd = -1;
	enum status st;

	snprintf(name, 40, NAME ".%" PRIu64, ++r->state.volume.blobs);
	if ((st = fs_open_read(dir, blob, &fd, err)) == ST_OK && (st = fs_sync(fd, blob, err)) == ST_OK)
		st = fs_rename(dir, blob, name, err);
	fs_drop(&fd);
	return st;
}

static char
kind_of(const struct source_item *it)
{
	switch (it->what) {
	case SRC_GAP: return 'G';
	case SRC_LIMIT: return 'L';
	case SRC_CLOSED: return 'C';
	case SRC_STREAM_END: return 'E';
	default: return it->rec->kind == REC_FILE ? 'F' : 'R';
	}
}

enum status
run_overflow_put(struct run *r, const struct source_item *it, struct err *err)
{
	char head[HEAD_MAX], blob[40] = NO_BLOB, kind = kind_of(it);
	const char *stream = kind == 'E' ? it->stream : it->rec->stream;
	struct buf line;
	enum status st;
	int n;

	buf_init(&line, LIMIT_RECORD);
	if ((st = open_file(r, err)) != ST_OK || (kind == 'F' && (st = keep_blob(r, it->blob, blob, err)) != ST_OK))
		goto out;
	if (kind == 'G' || kind == 'L' || kind == 'C') {
		it->rec->id = STR("0");		/* numbered when its turn comes */
		stream = kind == 'G' ? "gaps" : kind == 'L' ? "limits" : "events";
	}
	if (kind != 'E' && (st = record_encode(it->rec, &line, err)) != ST_OK)
		goto out;
	n = snprintf(head, sizeof(head), "%c %s %zu %s %" PRIu64 "\n", kind, stream, line.n, blob, kind == 'F' ? it->blob_size : 0);
	if (n < 0 || (size_t)n >= sizeof(head))
		st = err_set(err, ST_LIMIT, _("%s: the name of a stream is too long"), stream);
	if (st == ST_OK && (st = add(r, head, (size_t)n, err)) == ST_OK)
		st = add(r, line.p, line.n, err);
out:
	buf_free(&line);
	return st;
}

enum status
run_overflow_sync(struct run *r, struct err *err)
{
	enum status st;

	if (r->overflow < 0)
		return ST_OK;
	if ((st = fs_sync(r->overflow, NAME, err)) == ST_OK)
		r->state.volume.waiting_to = r->overflow_n;
	return st;
}

static enum status
damaged(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("%s: what waits for the next archive is damaged"), NAME);
}

static enum status
read_entry(struct run *r, struct source_item *it, uint64_t *n, struct err *err)
{
	const struct run_volume *v = &r->state.volume;
	uint64_t left = v->waiting_to - v->waiting_from, at = v->waiting_from;
	size_t room = left < HEAD_MAX - 1 ? (size_t)left : HEAD_MAX - 1, length;
	char head[HEAD_MAX], kind, stream[64], *lf;
	struct run_stream *m;
	enum status st;

	if ((st = fs_pread_all(r->overflow, NAME, head, room, at, err)) != ST_OK)
		return st;
	head[room] = '\0';
	if ((lf = strchr(head, '\n')) == NULL || sscanf(head, "%c %47s %zu %39s %" SCNu64, &kind, stream, &length, r->overflow_blob, &it->blob_size) != 5 ||
	    length > LIMIT_RECORD || (uint64_t)(lf + 1 - head) + length > left)
		return damaged(err);
	at += (uint64_t)(lf + 1 - head);
	if ((m = run_state_stream(&r->state, stream, err)) == NULL)
		return ST_LIMIT;
	it->stream = m->name;
	it->what = kind == 'G' ? SRC_GAP : kind == 'L' ? SRC_LIMIT : kind == 'C' ? SRC_CLOSED : kind == 'E' ? SRC_STREAM_END : SRC_RECORD;
	r->overflow_taken = at + length;
	*n = length + it->blob_size;
	if (kind == 'E')
		return ST_OK;
	buf_clear(&r->overflow_line);
	arena_reset(&r->overflow_arena);
	if ((st = buf_add(&r->overflow_line, NO_SALT, sizeof(NO_SALT) - 1, err)) != ST_OK || (st = buf_room(&r->overflow_line, length, err)) != ST_OK ||
	    (st = fs_pread_all(r->overflow, NAME, r->overflow_line.p + r->overflow_line.n, length, at, err)) != ST_OK)
		return st;
	r->overflow_line.n += length;
	if (record_decode(buf_str(&r->overflow_line), &r->overflow_arena, &r->overflow_rec, err) != ST_OK)
		return damaged(err);
	r->overflow_rec.stream = m->name;
	it->rec = &r->overflow_rec;
	it->blob = kind == 'F' ? r->overflow_blob : NULL;
	return ST_OK;
}

enum status
run_overflow_take(struct run *r, struct source_item *it, uint64_t *n, struct err *err)
{
	enum status st;

	memset(it, 0, sizeof(*it));
	if (r->state.volume.waiting_from == r->state.volume.waiting_to)
		return ST_END;
	if (r->overflow_line.max == 0) {
		buf_init(&r->overflow_line, LIMIT_RECORD + 64);
		arena_init(&r->overflow_arena, LIMIT_ARENA);
	}
	if ((st = open_file(r, err)) != ST_OK)
		return st;
	return read_entry(r, it, n, err);
}

void run_overflow_taken(struct run *r) { r->state.volume.waiting_from = r->overflow_taken; }

void
run_overflow_close(struct run *r)
{
	fs_drop(&r->overflow);
	if (r->overflow_line.max != 0) {
		buf_free(&r->overflow_line);
		arena_free(&r->overflow_arena);
	}
	r->overflow_line.max = 0;
}
