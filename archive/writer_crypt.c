/*
 * writer_crypt.c: payload of an encrypted archive (archive format 8): a gzip stream cut in parts, each encrypted as it goes into the tar.  Parts are random: what a
 * commit names stays in the tar as it is, what none names is cut off and made anew.
 *
 * The records cannot be read again out of the tar, so the spools of closed segments stay in the work directory until the archive is sealed.
 */
#include "archive/writer_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

#define CHUNK		((size_t)64 << 10)
#define SUFFIX_ROOM	sizeof(".gz.0001.cms")
#define FILE_SPOOL	"file"		/* of the attachment in work; never named by a commit */

/* --- recipients --- */

enum status
writer_crypt_begin(struct archive *a, const struct crypt_to *to, struct err *err)
{
	struct buf pem;
	enum status st;

	buf_init(&pem, LIMIT_CRL);
	if ((st = crypt_to_enough(to, err)) == ST_OK && (st = crypt_to_pem(to, &pem, err)) == ST_OK &&
	    (st = fs_replace(a->work, WRITER_TO, pem.p, pem.n, err)) == ST_OK)
		st = writer_crypt_resume(a, err);
	buf_free(&pem);
	return st;
}

enum status
writer_crypt_resume(struct archive *a, struct err *err)
{
	struct buf pem;
	enum status st;

	buf_init(&pem, LIMIT_CRL);
	if ((st = crypt_to_open(&a->to, err)) == ST_OK && (st = fs_load(a->work, WRITER_TO, LIMIT_CRL, &pem, err)) == ST_OK &&
	    (st = crypt_to_add_pem(a->to, buf_str(&pem), err)) == ST_OK && crypt_to_n(a->to) < CRYPT_TO_MIN)
		st = ST_CORRUPT;
	if (st == ST_END || st == ST_CORRUPT)
		st = err_set(err, ST_CORRUPT, _("%s: the recipients' certificates are missing or damaged"), a->params.name);
	a->params.to = a->to;
	buf_free(&pem);
	return st;
}

/* --- parts --- */

enum status
writer_crypt_path(const struct archive *a, const char *path, struct err *err)
{
	if (a->to == NULL || strlen(a->params.name) + 1 + strlen(path) + SUFFIX_ROOM - 1 <= LIMIT_PATH)
		return ST_OK;
	return err_set(err, ST_LIMIT, _("%s/%s.gz.0001.cms: a path has at most %u bytes"), a->params.name, path, LIMIT_PATH);
}

static enum status
put_cipher(void *ctx, const void *p, size_t n, struct err *err)
{
	struct archive *a = ctx;
	enum status st = hashes_add(&a->hashes, p, n, err);

	return st == ST_OK ? writer_put(a, p, n, err) : st;
}

/* Where the gzip stream is: a file, or bytes. */
struct source { int fd; const unsigned char *bytes; uint64_t n; };

static enum status
feed(struct crypt_part *part, const struct source *from, uint64_t at, uint64_t n, const char *path, struct err *err)
{
	char *chunk;
	enum status st = ST_OK;
	size_t k;

	if (from->fd < 0)
		return crypt_part_add(part, from->bytes + at, (size_t)n, err);
	if ((chunk = mem_get(1, CHUNK, err)) == NULL)
		return ST_NOMEM;
	for (; n > 0 && st == ST_OK; at += k, n -= k) {
		k = n < CHUNK ? (size_t)n : CHUNK;
		if ((st = fs_pread_all(from->fd, path, chunk, k, at, err)) == ST_OK)
			st = crypt_part_add(part, chunk, k, err);
	}
	mem_free(chunk);
	return st;
}

/* An entry of its own: as writer_tar.c does it, a header before 1 MiB and more is a member of its own. */
static enum status
put_part(struct archive *a, const char *path, const struct source *from, uint64_t at, uint64_t n, struct err *err)
{
	const struct crypt_sink sink = { put_cipher, a };
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	struct crypt_part *part;
	uint64_t size;
	enum status st;
	bool large;

	if ((st = crypt_part_open(&part, a->to, n, err)) != ST_OK)
		return st;
	size = crypt_part_size(part);
	large = size >= MEMBER_RAW;
	if ((large && (st = writer_flush(a, err)) != ST_OK) || (st = writer_header(a, path, size, err)) != ST_OK ||
	    (large && (st = writer_flush(a, err)) != ST_OK) || (st = hashes_begin(&a->hashes, &a->params.digests, err)) != ST_OK ||
	    (st = crypt_part_begin(part, &sink, err)) != ST_OK || (st = feed(part, from, at, n, path, err)) != ST_OK ||
	    (st = crypt_part_end(part, err)) != ST_OK || (st = hashes_end(&a->hashes, hash, err)) != ST_OK ||
	    (large && (st = writer_flush(a, err)) != ST_OK) || (st = writer_padding(a, size, err)) != ST_OK)
		goto out;
	st = writer_listed(a, path, size, hash, err);
out:
	crypt_part_close(part);
	return st;
}

static enum status
put_parts(struct archive *a, const char *plain, const struct source *from, struct err *err)
{
	char path[LIMIT_PATH + 1];
	enum status st = ST_OK;
	uint64_t at, n;
	unsigned k;

	if (from->n > CRYPT_PARTS_MAX * CRYPT_PART)
		return err_set(err, ST_LIMIT, _("%s: more than %u encrypted parts"), plain, CRYPT_PARTS_MAX);
	if (!a->stored && (st = writer_flush(a, err)) != ST_OK)
		return st;
	a->stored = true;
	for (at = 0, k = 1; at < from->n && st == ST_OK; at += n, k++) {
		n = from->n - at < CRYPT_PART ? from->n - at : CRYPT_PART;
		if ((size_t)snprintf(path, sizeof(path), "%s.gz.%04u.cms", plain, k) >= sizeof(path))
			return err_set(err, ST_LIMIT, _("%s/%s: a path has at most %u bytes"), a->params.name, plain, LIMIT_PATH);
		st = put_part(a, path, from, at, n, err);
	}
	return st;
}

enum status
writer_crypt_end(struct archive *a, struct err *err)
{
	enum status st = a->stored ? writer_flush(a, err) : ST_OK;

	a->stored = false;
	return st;
}

enum status
writer_crypt_spool(struct archive *a, const char *path, struct spool *s, struct err *err)
{
	struct source from = { -1, member_empty, MEMBER_EMPTY };
	enum status st;

	s->whole = true;
	if ((st = spool_finish(s, err)) != ST_OK)
		return st;
	if (s->n_bytes > 0) {
		if ((st = spool_members_file(s, &from.fd, err)) != ST_OK)
			return st;
		from.n = s->packed;
	}
	return put_parts(a, path, &from, err);
}

/* --- attachments --- */

enum status
writer_crypt_file(struct archive *a, const char *path, int fd, uint64_t from, uint64_t size, unsigned char sha256[32], struct err *err)
{
	unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX];
	struct spool *s = NULL;
	char *chunk = NULL;
	enum status st;
	uint64_t at;
	size_t n;

	if ((st = spool_open(&s, &a->spools, FILE_SPOOL, false, err)) != ST_OK)
		return st;
	if ((chunk = mem_get(1, CHUNK, err)) == NULL)
		st = ST_NOMEM;
	for (at = 0; at < size && st == ST_OK; at += n) {
		n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		if ((st = fs_pread_all(fd, path, chunk, n, from + at, err)) == ST_OK)
			st = spool_add(s, chunk, n, err);
	}
	if (st == ST_OK && (st = writer_crypt_spool(a, path, s, err)) == ST_OK && (st = hashes_end(&s->hashes, hash, err)) == ST_OK) {
		memcpy(sha256, hash[0], 32);
		/* At once, since no commit names it: thousands of them would fill the state. */
		st = fs_unlink(a->work, FILE_SPOOL ".members", err);
	}
	if (st == ST_OK && s->tail_made)
		st = spool_discard(s, err);
	mem_free(chunk);
	spool_close(s);
	return st;
}

/* --- spools that stay --- */

bool
writer_crypt_kept(const struct archive *a, const char *name)
{
	struct str rest = str_of(name);
	uint64_t number;
	size_t i, n;

	if (a->phase == ARCHIVE_SEALED || strncmp(name, "r.", 2) != 0)
		return false;
	for (i = 0; i < a->n_streams; i++) {
		n = strlen(a->streams[i].name);
		rest = (struct str){ name + 2, strlen(name) - 2 };
		if (rest.n <= n + 1 + strlen(".members") || memcmp(rest.p, a->streams[i].name, n) != 0 || rest.p[n] != '.')
			continue;
		rest = (struct str){ rest.p + n + 1, rest.n - n - 1 };
		if (memcmp(rest.p + rest.n - strlen(".members"), ".members", strlen(".members")) != 0)
			continue;
		rest.n -= strlen(".members");
		while (rest.n > 1 && rest.p[0] == '0')
			rest = (struct str){ rest.p + 1, rest.n - 1 };
		if (str_u64(rest, 0, UINT64_MAX, &number, NULL) == ST_OK && number < a->streams[i].n_segments)
			return true;
	}
	return false;
}

enum status
writer_crypt_forget(struct archive *a, struct err *err)
{
	enum status st;
	char **names;
	size_t i, n;

	if (a->to == NULL)
		return ST_OK;
	if ((st = fs_list(a->work, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (strncmp(names[i], "r.", 2) == 0)
			st = fs_unlink(a->work, names[i], err);
	fs_list_free(names, n);
	return st;
}
