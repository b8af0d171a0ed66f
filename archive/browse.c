/* browse.c: the list of members in a scratch file, and further readings held against it; extraction is in browse_extract.c. */
#include "archive/browse.h"

#include <fcntl.h>

#include "archive/gunzip.h"
#include "archive/opener.h"
#include "archive/reader.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"

struct browse {
	int		fd;		/* the archive */
	int		list;		/* struct browse_member, one after the other */
	char		*path;
	uint64_t	n, next;
	bool		encrypted;
	const struct crypt_key *key;
	struct browse_member filling;
};

static enum status
tap_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct browse *b = ctx;
	size_t n = strlen(path);

	(void)err;
	memset(&b->filling, 0, sizeof(b->filling));
	memcpy(b->filling.path, path, n < sizeof(b->filling.path) ? n : sizeof(b->filling.path) - 1);
	b->filling.size = size;
	b->filling.offset = at;
	return ST_OK;
}

static enum status
tap_end(void *ctx, const unsigned char sha256[32], struct err *err)
{
	struct browse *b = ctx;

	memcpy(b->filling.sha256, sha256, 32);
	if (strlen(b->filling.path) > 4 && strcmp(b->filling.path + strlen(b->filling.path) - 4, ".cms") == 0)
		b->encrypted = true;
	b->n++;
	return fs_write_all(b->list, _("a temporary file"), &b->filling, sizeof(b->filling), err);
}

enum status
browse_open(struct browse **out, const char *path, const struct trust *trust, const struct crypt_key *key, int64_t now_ms, bool unsure_ok,
    struct verify_report *report, struct err *err)
{
	struct verify_taps taps = { .entry = tap_entry, .entry_end = tap_end };
	struct browse *b = mem_get(1, sizeof(*b), err);
	size_t n_path = strlen(path);
	enum status st;

	*out = NULL;
	if (b == NULL)
		return ST_NOMEM;
	b->fd = b->list = -1;
	taps.ctx = b;
	if ((b->path = mem_get(1, n_path + 1, err)) == NULL) {
		st = ST_NOMEM;
		goto out;
	}
	memcpy(b->path, path, n_path);
	b->key = key;
	if ((st = fs_nameless(-1, &b->list, err)) != ST_OK || (st = fs_open_read(AT_FDCWD, path, &b->fd, err)) != ST_OK ||
	    (st = verify_with_key(path, trust, key, now_ms, &taps, report, err)) != ST_OK)
		goto out;
	if (report->verdict == VERDICT_INVALID)
		st = err_set(err, ST_CORRUPT, _("%s is INVALID: nothing of it is shown"), path);
	else if (report->pending || !report->seal_ok || (report->verdict == VERDICT_INDETERMINATE && !unsure_ok))
		st = err_set(err, ST_UNSURE, _("%s is INDETERMINATE: nothing of it is shown"), path);
out:
	if (st != ST_OK)
		browse_close(b);
	else
		*out = b;
	return st;
}

void
browse_close(struct browse *b)
{
	if (b == NULL)
		return;
	fs_drop(&b->fd);
	fs_drop(&b->list);
	mem_free(b->path);
	mem_free(b);
}

static enum status
member_at(struct browse *b, uint64_t i, struct browse_member *m, struct err *err)
{
	return fs_pread_all(b->list, _("a temporary file"), m, sizeof(*m), i * sizeof(*m), err);
}

enum status
browse_next(struct browse *b, struct browse_member *m, struct err *err)
{
	return b->next < b->n ? member_at(b, b->next++, m, err) : ST_END;
}

bool
browse_encrypted(const struct browse *b)
{
	return b->encrypted;
}

void
browse_rewind(struct browse *b)
{
	b->next = 0;
}

/* --- reading again --- */

struct walk { struct browse *b; const struct browse_visit *v; struct reader reader; struct digest digest; struct browse_member m; uint64_t i; bool wanted;
	/* of an encrypted file with a key: */
	bool parts; struct browse_member plain; struct opener opener; };

static enum status
changed(const struct walk *w, struct err *err)
{
	return err_set(err, ST_CORRUPT, _("%s changed since it was verified"), w->b->path);
}

static enum status
plain_put(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct walk *w = ctx;

	return w->v->data(w->v->ctx, p, n, err);
}

/* The file whose parts were running has no more of them. */
static enum status
plain_end(struct walk *w, struct err *err)
{
	enum status st;

	if (!w->parts)
		return ST_OK;
	w->parts = false;
	if ((st = opener_file_end(&w->opener, err)) != ST_OK)
		return err_in(err, "%s", w->plain.path);
	return w->v->end(w->v->ctx, &w->plain, err);
}

/* A part: of the same file, or of another one. */
static enum status
plain_entry(struct walk *w, uint64_t size, struct err *err)
{
	const size_t n = strlen(w->m.path) - strlen(".gz.0001.cms");
	const bool first = strcmp(w->m.path + n, ".gz.0001.cms") == 0;
	enum status st;

	if (first) {
		memset(&w->plain, 0, sizeof(w->plain));
		memcpy(w->plain.path, w->m.path, n);
		w->plain.offset = w->m.offset;
		if ((st = w->v->begin(w->v->ctx, &w->plain, &w->wanted, err)) != ST_OK)
			return st;
		w->parts = w->wanted;
		w->opener.key = w->b->key;
		w->opener.put = plain_put;
		w->opener.ctx = w;
	}
	w->wanted = w->parts;
	if (!w->wanted)
		return ST_OK;
	if ((st = opener_part(&w->opener, first, size, err)) != ST_OK)
		return st;
	return digest_begin(&w->digest, DIGEST_SHA256, err);
}

static bool
is_part(const char *path)
{
	const size_t n = strlen(path);

	return n > strlen(".gz.0001.cms") && strcmp(path + n - 4, ".cms") == 0 && strncmp(path, "data/", 5) == 0;
}

static enum status
walk_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err)
{
	struct walk *w = ctx;
	enum status st;

	if (w->i >= w->b->n)
		return changed(w, err);
	if ((st = member_at(w->b, w->i++, &w->m, err)) != ST_OK)
		return st;
	if (strcmp(path, w->m.path) != 0 || size != w->m.size || at != w->m.offset)
		return changed(w, err);
	w->wanted = false;
	if ((!is_part(w->m.path) || strcmp(w->m.path + strlen(w->m.path) - 9, ".0001.cms") == 0) && (st = plain_end(w, err)) != ST_OK)
		return st;
	if (w->b->key != NULL && is_part(w->m.path))
		return plain_entry(w, size, err);
	if ((st = w->v->begin(w->v->ctx, &w->m, &w->wanted, err)) != ST_OK || !w->wanted)
		return st;
	return digest_begin(&w->digest, DIGEST_SHA256, err);
}

static enum status
walk_data(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	struct walk *w = ctx;
	enum status st;

	if (!w->wanted)
		return ST_OK;
	if ((st = digest_add(&w->digest, p, n, err)) != ST_OK)
		return st;
	if (w->parts)
		return opener_add(&w->opener, p, n, err);
	return w->v->data(w->v->ctx, p, n, err);
}

static enum status
walk_end(void *ctx, struct err *err)
{
	struct walk *w = ctx;
	unsigned char hash[32];
	enum status st;

	if (!w->wanted)
		return ST_OK;
	if ((st = digest_end(&w->digest, hash, err)) != ST_OK)
		return st;
	if (memcmp(hash, w->m.sha256, 32) != 0)
		return changed(w, err);
	if (!w->parts)
		return w->v->end(w->v->ctx, &w->m, err);
	return (st = opener_part_end(&w->opener, err)) == ST_OK ? ST_OK : (err_in(err, "%s", w->m.path), st);
}

static enum status
walk_tar(void *ctx, const unsigned char *p, size_t n, struct err *err)
{
	return reader_push(&((struct walk *)ctx)->reader, p, n, err);
}

enum status
browse_walk(struct browse *b, const struct browse_visit *v, struct err *err)
{
	struct walk w = { .b = b, .v = v };
	struct reader_events events = { &w, walk_entry, walk_data, walk_end };
	struct gunzip g = { .fd = b->fd, .name = b->path, .put = walk_tar, .ctx = &w };
	enum status st;

	reader_init(&w.reader, &events);
	st = gunzip_run(&g, err);
	if (st == ST_OK && w.i != b->n)
		st = changed(&w, err);
	reader_free(&w.reader);
	digest_free(&w.digest);
	opener_free(&w.opener);
	return st == ST_END ? ST_OK : st;
}

/* --- records --- */

struct records {
	char prefix[120];
	enum status (*line)(void *, uint64_t, const char *, uint64_t, struct str, struct err *);
	void *ctx;
	struct buf held;
	uint64_t index, in_segment;
	char segment[101];
};

static enum status
records_begin(void *ctx, const struct browse_member *m, bool *wanted, struct err *err)
{
	struct records *r = ctx;
	size_t n = strlen(m->path);

	*wanted = strncmp(m->path, r->prefix, strlen(r->prefix)) == 0;
	if (!*wanted)
		return ST_OK;
	if (n > 4 && strcmp(m->path + n - 4, ".cms") == 0)
		return err_set(err, ST_UNSURE, _("%s is encrypted"), m->path);
	memcpy(r->segment, m->path, sizeof(r->segment));
	r->in_segment = 0;
	buf_clear(&r->held);
	return ST_OK;
}

static enum status
records_data(void *ctx, const unsigned char *bytes, size_t n, struct err *err)
{
	const char *p = (const char *)bytes, *end = p + n, *lf;
	struct records *r = ctx;
	enum status st;

	while (p < end) {
		struct str line;

		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL || r->held.n > 0) {
			size_t take = lf == NULL ? (size_t)(end - p) : (size_t)(lf - p);

			if ((st = buf_add(&r->held, p, take, err)) != ST_OK || lf == NULL)
				return st;
			line = buf_str(&r->held);
		} else
			line = (struct str){ p, (size_t)(lf - p) };
		if ((st = r->line(r->ctx, r->index++, r->segment, r->in_segment++, line, err)) != ST_OK)
			return st;
		buf_clear(&r->held);
		p = lf + 1;
	}
	return ST_OK;
}

static enum status
records_end(void *ctx, const struct browse_member *m, struct err *err)
{
	(void)ctx;
	(void)m;
	(void)err;
	return ST_OK;
}

enum status
browse_records(struct browse *b, const char *stream,
    enum status (*line)(void *ctx, uint64_t index, const char *segment, uint64_t in_segment, struct str record, struct err *), void *ctx, struct err *err)
{
	struct records r = { .line = line, .ctx = ctx };
	const struct browse_visit v = { &r, records_begin, records_data, records_end };
	enum status st;

	if (strlen(stream) > 80)
		return err_set(err, ST_USAGE, _("there is no such stream"));
	memcpy(r.prefix, "data/records/", 13);
	memcpy(r.prefix + 13, stream, strlen(stream));
	r.prefix[13 + strlen(stream)] = '/';
	buf_init(&r.held, LIMIT_RECORD + 1);
	st = browse_walk(b, &v, err);
	buf_free(&r.held);
	return st;
}
