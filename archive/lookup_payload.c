/*
 * lookup_payload.c: payload files as the signed manifest has them, one after the other or by name.  Of an encrypted archive, with a key, the plain ones: each part is held
 * against its line of the manifest before it is opened, for anybody can encrypt for a recipient.
 */
#include <errno.h>
#include <unistd.h>

#include "archive/lookup_parts.h"
#include "core/fs.h"
#include "core/i18n.h"

#define MANIFEST	"manifest-sha256.txt"
#define ROWS_BEFORE	3u		/* entries before the first payload file */
#define CHUNK		((size_t)16384)
#define PART		".gz.0001.cms"
#define PLACE		16u		/* of a file: where its line begins, and the number of that line */

static enum status
not_right(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("the index beside the archive is not right"));
}

/* --- the lines of the manifest --- */

struct lines { int fd; uint64_t at, length; char chunk[CHUNK]; size_t n, used; };
struct line { uint64_t at; unsigned char sha256[32]; char path[LIMIT_PATH + 1]; };

static void
lines_begin(const struct lookup *l, struct lines *m, uint64_t at)
{
	m->fd = l->payload.manifest;
	m->at = at;
	m->length = l->payload.length;
	m->n = m->used = 0;
}

/* ST_END behind the last. */
static enum status
lines_next(struct lines *m, struct line *out, struct err *err)
{
	const char *lf = m->n > m->used ? memchr(m->chunk + m->used, '\n', m->n - m->used) : NULL;
	struct str s;
	enum status st;

	if (lf == NULL) {
		m->at += m->used;
		m->used = 0;
		if (m->at >= m->length)
			return ST_END;
		m->n = m->length - m->at < CHUNK ? (size_t)(m->length - m->at) : CHUNK;
		if ((st = fs_pread_all(m->fd, MANIFEST, m->chunk, m->n, m->at, err)) != ST_OK)
			return st;
		lf = memchr(m->chunk, '\n', m->n);
	}
	s = (struct str){ m->chunk + m->used, lf == NULL ? 0 : (size_t)(lf - m->chunk) - m->used };
	if (s.n < 67 || s.n - 66 > LIMIT_PATH || memcmp(s.p + 64, "  ", 2) != 0 || !digest_unhex((struct str){ s.p, 64 }, out->sha256, 32))
		return err_set(err, ST_CORRUPT, _("%s has a line that is not hash and path"), MANIFEST);
	out->at = m->at + m->used;
	memcpy(out->path, s.p + 66, s.n - 66);
	out->path[s.n - 66] = '\0';
	m->used += s.n + 1;
	return ST_OK;
}

/* The manifest into its scratch file, once. */
static enum status
need_manifest(struct lookup *l, struct err *err)
{
	enum status st;
	off_t length;

	if (l->payload.manifest >= 0)
		return ST_OK;
	if (l->key == NULL && lookup_encrypted(l)) {
		err_set(err, ST_UNSURE, _("the content of this archive is encrypted"));
		return err_next(err, _("give the key and the certificate of one recipient: --decrypt-key KEY.pem --decrypt-cert CERT.pem"));
	}
	if ((st = fs_nameless(-1, &l->payload.manifest, err)) == ST_OK && (st = lookup_manifest(l, l->payload.manifest, err)) == ST_OK) {
		length = lseek(l->payload.manifest, 0, SEEK_END);
		if (length < 0)
			st = err_sys(err, _("cannot read %s"), MANIFEST);
		l->payload.length = (uint64_t)length;
		l->payload.n_lines = l->sealed.evidence.parsed.payload_files;
	}
	if (st != ST_OK)
		fs_drop(&l->payload.manifest);
	return st;
}

/* --- reading along --- */

struct walk {
	struct lookup	*l;
	const struct lookup_visit *v;
	struct lines	lines;
	uint64_t	i, stop;	/* the next line, and the one that is not wanted any more */
	struct line	line;
	struct reader	reader;
	struct digest	digest;
	bool		wanted, part;
	/* an encrypted file, while its parts run */
	bool		parts;
	char		plain[LIMIT_PATH + 1];
};

static enum status
plain_put(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct walk *w = ctx;

	return w->v->data(w->v->ctx, p, n, err);
}

static enum status
plain_end(struct walk *w, struct err *err)
{
	enum status st;

	if (!w->parts)
		return ST_OK;
	w->parts = false;
	if ((st = opener_file_end(&w->l->opener, err)) != ST_OK)
		return err_in(err, "%s", w->plain);
	return w->v->end(w->v->ctx, w->plain, err);
}

/* The part of w->line begins; ${n}: of its path without ".gz.0001.cms". */
static enum status
begin_part(struct walk *w, size_t n, uint64_t size, struct err *err)
{
	const bool first = strcmp(w->line.path + n, PART) == 0;
	enum status st;

	if (first) {
		if ((st = plain_end(w, err)) != ST_OK)
			return st;
		memcpy(w->plain, w->line.path, n);
		w->plain[n] = '\0';
		if ((st = w->v->begin(w->v->ctx, w->plain, &w->parts, err)) != ST_OK)
			return st;
		w->l->opener.put = plain_put;
		w->l->opener.ctx = w;
	}
	w->wanted = w->parts;
	if (!w->wanted)
		return ST_OK;
	if ((st = opener_part(&w->l->opener, first, size, err)) != ST_OK)
		return st;
	return digest_begin(&w->digest, DIGEST_SHA256, err);
}

static enum status
on_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct walk *w = ctx;
	const size_t n = strlen(path), n_part = sizeof(PART) - 1;
	enum status st;

	(void)at;
	w->wanted = false;
	if (w->i == w->stop) {
		st = plain_end(w, err);
		return st == ST_OK ? ST_END : st;
	}
	if ((st = lines_next(&w->lines, &w->line, err)) != ST_OK)
		return st == ST_END ? not_right(err) : st;
	w->i++;
	if (strcmp(path, w->line.path) != 0)
		return not_right(err);
	w->part = w->l->key != NULL && n > n_part && strcmp(path + n - 4, ".cms") == 0;
	if (w->part)
		return begin_part(w, n - n_part, size, err);
	if ((st = plain_end(w, err)) != ST_OK || (st = w->v->begin(w->v->ctx, path, &w->wanted, err)) != ST_OK || !w->wanted)
		return st;
	return digest_begin(&w->digest, DIGEST_SHA256, err);
}

static enum status
on_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct walk *w = ctx;
	enum status st;

	if (!w->wanted)
		return ST_OK;
	if ((st = digest_add(&w->digest, p, n, err)) != ST_OK)
		return st;
	return w->part ? opener_add(&w->l->opener, p, n, err) : w->v->data(w->v->ctx, p, n, err);
}

static enum status
on_end(void *ctx, struct err *err)
{
	struct walk *w = ctx;
	unsigned char hash[32];
	enum status st;

	if (!w->wanted)
		return ST_OK;
	if ((st = digest_end(&w->digest, hash, err)) != ST_OK)
		return st;
	if (memcmp(hash, w->line.sha256, 32) != 0)
		return err_set(err, ST_CORRUPT, _("%s is not the file with the signed hash"), w->line.path);
	if (!w->part)
		return w->v->end(w->v->ctx, w->line.path, err);
	return (st = opener_part_end(&w->l->opener, err)) == ST_OK ? ST_OK : (err_in(err, "%s", w->line.path), st);
}

static enum status
on_tar(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	return reader_push(&((struct walk *)ctx)->reader, p, n, err);
}

/* From the line that begins at ${at} of the manifest and has the number w->i. */
static enum status
walk_from(struct walk *w, uint64_t at, struct err *err)
{
	const struct reader_events events = { w, on_entry, on_data, on_end };
	uint64_t tar_at, size;
	enum status st;

	lines_begin(w->l, &w->lines, at);
	if ((st = index_entry(w->l->index, w->i + ROWS_BEFORE, &tar_at, &size, err)) != ST_OK)
		return st;
	reader_init(&w->reader, &events);
	st = lookup_seek(w->l, tar_at, on_tar, w, err);
	reader_free(&w->reader);
	digest_free(&w->digest);
	return st;
}

enum status
lookup_walk(struct lookup *l, const char *prefix, const struct lookup_visit *v, struct err *err)
{
	const size_t n = strlen(prefix);
	struct walk w = { .l = l, .v = v };
	uint64_t i, at = 0;
	struct line line;
	bool any = false;
	enum status st;

	if ((st = need_manifest(l, err)) != ST_OK)
		return st;
	lines_begin(l, &w.lines, 0);
	for (i = 0; (st = lines_next(&w.lines, &line, err)) == ST_OK; i++)
		if (strncmp(line.path, prefix, n) == 0) {
			if (!any) {
				w.i = i;
				at = line.at;
			}
			any = true;
			w.stop = i + 1;
		}
	return st != ST_END ? st : any ? walk_from(&w, at, err) : ST_OK;
}

/* --- one by its path --- */

/* Of "data/files/000000/000000001.txt": 1; 0: not such a path. */
static uint64_t
file_number(const char *path)
{
	const char *slash = strrchr(path, '/');
	uint64_t n = 0;
	size_t i;

	for (i = 1; slash != NULL && i <= 9 && slash[i] >= '0' && slash[i] <= '9'; i++)
		n = n * 10 + (uint64_t)(slash[i] - '0');
	return strncmp(path, "data/files/", 11) == 0 && i == 10 ? n : 0;
}

static bool
is_later_part(const char *path)
{
	const size_t n = strlen(path), n_part = sizeof(PART) - 1;

	return n > n_part && strcmp(path + n - 4, ".cms") == 0 && strcmp(path + n - n_part, PART) != 0;
}

/* Where the lines of data/files stand: a place for each number. */
static enum status
fill_places(struct lookup *l, struct lines *m, struct err *err)
{
	unsigned char place[PLACE];
	struct line line;
	uint64_t i, number;
	enum status st;
	ssize_t n;

	lines_begin(l, m, 0);
	for (i = 0; (st = lines_next(m, &line, err)) == ST_OK; i++) {
		if ((number = file_number(line.path)) == 0 || is_later_part(line.path))
			continue;
		index_put(place, 8, line.at);
		index_put(place + 8, 8, i + 1);
		if ((n = pwrite(l->payload.places, place, PLACE, (off_t)(number * PLACE))) != (ssize_t)PLACE) {
			if (n >= 0)
				errno = ENOSPC;
			return err_sys(err, _("cannot write a temporary file"));
		}
	}
	return st == ST_END ? ST_OK : st;
}

/* The line of a path: its place in the manifest and its number.  ST_END: it has none. */
static enum status
find(struct lookup *l, struct lines *m, const char *path, uint64_t *at, uint64_t *number, struct err *err)
{
	const uint64_t file = file_number(path);
	const size_t n = strlen(path);
	unsigned char place[PLACE];
	struct line line;
	enum status st;
	ssize_t got;

	if (file > 0) {
		if (l->payload.places < 0 && (st = fs_nameless(-1, &l->payload.places, err)) == ST_OK && (st = fill_places(l, m, err)) != ST_OK)
			fs_drop(&l->payload.places);
		if (l->payload.places < 0)
			return st;
		if ((got = pread(l->payload.places, place, PLACE, (off_t)(file * PLACE))) < 0)
			return err_sys(err, _("cannot read a temporary file"));
		if (got != (ssize_t)PLACE || index_get(place + 8, 8) == 0)
			return ST_END;
		*at = index_get(place, 8);
		*number = index_get(place + 8, 8) - 1;
		return ST_OK;
	}
	lines_begin(l, m, 0);
	for (*number = 0; (st = lines_next(m, &line, err)) == ST_OK; (*number)++)
		if (strncmp(line.path, path, n) == 0 && (line.path[n] == '\0' || strcmp(line.path + n, PART) == 0)) {
			*at = line.at;
			return ST_OK;
		}
	return st;
}

struct one { const char *path; uint64_t n, max; int fd; bool begun, done; };

static enum status
one_begin(void *ctx, const char *path, bool *wanted, struct err *err)
{
	struct one *o = ctx;

	(void)err;
	if (o->begun || strcmp(path, o->path) != 0)
		return ST_END;
	*wanted = o->begun = true;
	return ST_OK;
}

static enum status
one_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct one *o = ctx;

	if (n > o->max - o->n)
		return err_set(err, ST_LIMIT, _("%s is larger than %ju bytes"), o->path, (uintmax_t)o->max);
	o->n += n;
	return fs_write_all(o->fd, o->path, p, n, err);
}

static enum status
one_end(void *ctx, const char *path, struct err *err)
{
	(void)path;
	(void)err;
	((struct one *)ctx)->done = true;
	return ST_END;
}

static enum status
try_payload(struct lookup *l, const char *path, uint64_t max, int fd, struct err *err)
{
	struct one o = { .path = path, .max = max, .fd = fd };
	const struct lookup_visit v = { &o, one_begin, one_data, one_end };
	struct walk w = { .l = l, .v = &v };
	uint64_t at;
	enum status st;

	if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
		return err_sys(err, _("cannot write a temporary file"));
	if ((st = need_manifest(l, err)) != ST_OK || (st = find(l, &w.lines, path, &at, &w.i, err)) != ST_OK)
		return st;
	w.stop = l->payload.n_lines;
	st = walk_from(&w, at, err);
	return st == ST_OK && !o.done ? ST_END : st;
}

enum status
lookup_payload(struct lookup *l, const char *path, uint64_t max, int fd, struct err *err)
{
	enum status st = try_payload(l, path, max, fd, err);

	if (st == ST_CORRUPT && !l->fresh && (st = lookup_renew(l, err)) == ST_OK)
		st = try_payload(l, path, max, fd, err);
	return st;
}
