/* sealed_file.c: see sealed_file.h. */
#include "archive/sealed_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/gunzip.h"
#include "archive/reader.h"
#include "core/fs.h"
#include "core/i18n.h"

#define MANIFEST	"manifest-sha256.txt"
#define TAGMANIFEST	"tagmanifest-sha256.txt"
#define LINE_MAX_BYTES	200u		/* 64 digits, two spaces, a path of 100 bytes, LF */
#define TAGS_MAX	((size_t)64 << 10)
#define CHUNK		((size_t)64 << 10)

struct way {
	const char	*member;
	size_t		 max;
	struct buf	 bytes, tags;
	bool		 found, listed, ended;	/* the member; its line in the manifest; the tag manifest came to its end */
	unsigned char	 manifest[32];
	struct digest	 digest;	/* of the manifest, as it passes */
	char		 line[LINE_MAX_BYTES], want[LINE_MAX_BYTES];
	size_t		 n_line, n_want;
	enum { ELSE, IN_MEMBER, IN_MANIFEST, IN_TAGS } in;
};

static enum status
line_for(const struct buf *bytes, const char *path, char out[LINE_MAX_BYTES], size_t *n, struct err *err)
{
	unsigned char sha256[32];
	char hex[65];
	enum status st;

	if ((st = digest_of(DIGEST_SHA256, bytes->p, bytes->n, sha256, err)) != ST_OK)
		return st;
	digest_hex(sha256, 32, hex);
	*n = (size_t)snprintf(out, LINE_MAX_BYTES, "%s  %s\n", hex, path);
	return ST_OK;
}

/* Lines come in pieces of any length; one too long is none of ours. */
static void
look_for_line(struct way *w, const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (w->n_line < sizeof(w->line))
			w->line[w->n_line++] = (char)p[i];
		if (p[i] != '\n')
			continue;
		w->listed |= w->n_want > 0 && w->n_line == w->n_want && memcmp(w->line, w->want, w->n_want) == 0;
		w->n_line = 0;
	}
}

static enum status
begin(struct way *w, const char *path, struct err *err)
{
	w->in = strcmp(path, w->member) == 0 ? IN_MEMBER : strcmp(path, MANIFEST) == 0 ? IN_MANIFEST : strcmp(path, TAGMANIFEST) == 0 ? IN_TAGS : ELSE;
	if (w->in == IN_MEMBER) {
		w->found = true;
		buf_clear(&w->bytes);
	}
	if (w->in != IN_MANIFEST)
		return ST_OK;
	return w->found ? digest_begin(&w->digest, DIGEST_SHA256, err) : ST_END;	/* payload comes before: it is not there */
}

static enum status
add(struct way *w, const unsigned char *p, size_t n, struct err *err)
{
	switch (w->in) {
	case IN_MEMBER:
		if (n > w->max - w->bytes.n)
			return err_set(err, ST_LIMIT, _("%s is larger than %zu bytes"), w->member, w->max);
		return buf_add(&w->bytes, p, n, err);
	case IN_MANIFEST:
		look_for_line(w, p, n);
		return digest_add(&w->digest, p, n, err);
	case IN_TAGS:
		return buf_add(&w->tags, p, n, err);
	case ELSE:
		break;
	}
	return ST_OK;
}

static enum status
end(struct way *w, struct err *err)
{
	switch (w->in) {
	case IN_MEMBER:
		return line_for(&w->bytes, w->member, w->want, &w->n_want, err);
	case IN_MANIFEST:
		return digest_end(&w->digest, w->manifest, err);
	case IN_TAGS:
		w->ended = true;
		return ST_END;		/* nothing behind it is needed */
	case ELSE:
		break;
	}
	return ST_OK;
}

static enum status on_entry(void *ctx, const char *path, uint64_t size, uint64_t at, struct err *err) { (void)size; (void)at; return begin(ctx, path, err); }
static enum status on_data(void *ctx, const unsigned char *p, size_t n, struct err *err) { return add(ctx, p, n, err); }
static enum status on_end(void *ctx, struct err *err) { return end(ctx, err); }
static enum status on_tar(void *ctx, const unsigned char *p, size_t n, struct err *err) { return reader_push(ctx, p, n, err); }

static enum status
from_tar(struct way *w, const char *path, struct err *err)
{
	struct reader_events on = { w, on_entry, on_data, on_end };
	struct gunzip g = { .name = path, .put = on_tar };
	struct reader r;
	enum status st;
	int fd = -1;

	reader_init(&r, &on);
	g.ctx = &r;
	if ((st = fs_open_read(AT_FDCWD, path, &fd, err)) == ST_OK) {
		g.fd = fd;
		st = gunzip_run(&g, err);
	}
	fs_drop(&fd);
	reader_free(&r);
	return st == ST_END ? ST_OK : st;
}

/* One file of an unpacked archive; ST_END when it is not there. */
static enum status
from_file(struct way *w, const char *dir, const char *name, struct err *err)
{
	unsigned char chunk[CHUNK];
	struct buf path;
	enum status st;
	ssize_t got = 0;
	int fd = -1;

	buf_init(&path, 8192);
	if ((st = buf_addf(&path, err, "%s/%s", dir, name)) != ST_OK || (st = buf_z(&path, err)) != ST_OK)
		goto out;
	if (access(path.p, F_OK) != 0 && errno == ENOENT) {
		st = ST_END;
		goto out;
	}
	if ((st = fs_open_read(AT_FDCWD, path.p, &fd, err)) != ST_OK || (st = begin(w, name, err)) != ST_OK)
		goto out;
	while (st == ST_OK && ((got = read(fd, chunk, sizeof(chunk))) > 0 || (got < 0 && errno == EINTR)))
		if (got > 0)
			st = add(w, chunk, (size_t)got, err);
	if (st == ST_OK && got < 0)
		st = err_sys(err, _("cannot read %s"), path.p);
	if (st == ST_OK && (st = end(w, err)) == ST_END)
		st = ST_OK;
out:
	fs_drop(&fd);
	buf_free(&path);
	return st;
}

static enum status
from_directory(struct way *w, const char *dir, struct err *err)
{
	enum status st;

	if ((st = from_file(w, dir, w->member, err)) != ST_OK)
		return st;
	if ((st = from_file(w, dir, MANIFEST, err)) == ST_OK)
		st = from_file(w, dir, TAGMANIFEST, err);
	return st == ST_END ? ST_OK : st;	/* a list that is missing is found below */
}

/* The manifest's line stands in the tag manifest, whose hash the seal names. */
static enum status
lead_to_seal(struct way *w, const char *path, const struct seal *seal, struct err *err)
{
	unsigned char sha256[32];
	char line[LINE_MAX_BYTES], hex[65];
	const char *at;
	enum status st;
	size_t n;

	if (!w->found)
		return ST_END;
	if (!w->ended)
		return err_set(err, ST_CORRUPT, _("%s: it ends before %s"), path, TAGMANIFEST);
	if (!w->listed)
		return err_set(err, ST_CORRUPT, _("%s: %s is not as %s lists it"), path, w->member, MANIFEST);
	digest_hex(w->manifest, 32, hex);
	n = (size_t)snprintf(line, sizeof(line), "%s  " MANIFEST "\n", hex);
	at = memmem(w->tags.p, w->tags.n, line, n);
	if (at == NULL || (at != w->tags.p && at[-1] != '\n'))
		return err_set(err, ST_CORRUPT, _("%s: %s is not as %s lists it"), path, MANIFEST, TAGMANIFEST);
	if ((st = digest_of(DIGEST_SHA256, w->tags.p, w->tags.n, sha256, err)) != ST_OK)
		return st;
	return memcmp(sha256, seal->tagmanifest[0], 32) == 0 ? ST_OK :
	    err_set(err, ST_CORRUPT, _("%s: %s is not the one that the seal names: this is not the archive of this seal"), path, TAGMANIFEST);
}

enum status
sealed_file(const char *path, const struct seal *seal, const char *member, size_t max, struct buf *out, struct err *err)
{
	struct way w = { .member = member, .max = max };
	struct stat sb;
	enum status st;

	buf_init(&w.bytes, max);
	buf_init(&w.tags, TAGS_MAX);
	if (stat(path, &sb) != 0)
		st = err_sys(err, "%s", path);
	else
		st = S_ISDIR(sb.st_mode) ? from_directory(&w, path, err) : from_tar(&w, path, err);
	if (st == ST_OK)
		st = lead_to_seal(&w, path, seal, err);
	if (st == ST_OK)
		st = buf_str_add(out, buf_str(&w.bytes), err);
	digest_free(&w.digest);
	buf_free(&w.bytes);
	buf_free(&w.tags);
	return st;
}
