/* manifest.c: expected lines, hashed as they arise; see manifest.h. */
#include "archive/manifest.h"

#include <inttypes.h>
#include <stdio.h>

#include "archive/records_check.h"
#include "core/fs.h"
#include "core/i18n.h"

#define TAG_LINES_MAX	((size_t)64 << 10)
#define LINE_MAX_N	((size_t)64 + 2 + LIMIT_PATH)	/* without LF; record-segments.tsv has shorter ones or as long */

/* What is kept of an entry for an explanation. */
struct kept { uint64_t at; unsigned char sha256[32]; char path[104]; };

static const enum digest_alg order[SEAL_ALGS_MAX] = { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SM3 };

void
manifest_init(struct manifest *m, bool all_algs)
{
	size_t i;

	memset(m, 0, sizeof(*m));
	m->n_algs = all_algs ? SEAL_ALGS_MAX : 1;
	m->fd = -1;
	for (i = 0; i < SEAL_ALGS_MAX; i++)
		buf_init(&m->tag[i], TAG_LINES_MAX);
	buf_init(&m->line, 2 * LINE_MAX_N);
}

void
manifest_free(struct manifest *m)
{
	size_t i;

	for (i = 0; i < SEAL_ALGS_MAX; i++) {
		digest_free(&m->payload[i]);
		buf_free(&m->tag[i]);
	}
	digest_free(&m->segments);
	digest_free(&m->paths);
	digest_free(&m->paths_listed);
	buf_free(&m->line);
	fs_drop(&m->fd);
}

enum status
manifest_begin(struct manifest *m, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < m->n_algs && st == ST_OK; i++)
		st = digest_begin(&m->payload[i], DIGEST_SHA256, err);
	if (st == ST_OK && (st = digest_begin(&m->segments, DIGEST_SHA256, err)) == ST_OK && (st = digest_begin(&m->paths, DIGEST_SHA256, err)) == ST_OK)
		st = digest_begin(&m->paths_listed, DIGEST_SHA256, err);
	return st;
}

/* "<hex>  <path>\n": no formatted printing, there may be millions. */
static size_t
make_line(const unsigned char *hash, size_t n_hash, const char *path, char out[2 * DIGEST_MAX + LIMIT_PATH + 4])
{
	size_t n = 2 * n_hash, n_path = strlen(path);

	digest_hex(hash, n_hash, out);
	out[n++] = ' ';
	out[n++] = ' ';
	memcpy(out + n, path, n_path);
	n += n_path;
	out[n++] = '\n';
	return n;
}

enum status
manifest_payload(struct manifest *m, const unsigned char hash[][DIGEST_MAX], const char *path, struct err *err)
{
	char line[2 * DIGEST_MAX + LIMIT_PATH + 4];
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < m->n_algs && st == ST_OK; i++)
		st = digest_add(&m->payload[i], line, make_line(hash[i], digest_size(order[i]), path, line), err);
	return st;
}

enum status
manifest_tag(struct manifest *m, const unsigned char hash[][DIGEST_MAX], const char *path, struct err *err)
{
	char line[2 * DIGEST_MAX + LIMIT_PATH + 4];
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < m->n_algs && st == ST_OK; i++)
		st = buf_add(&m->tag[i], line, make_line(hash[i], digest_size(order[i]), path, line), err);
	return st;
}

enum status
manifest_segment(struct manifest *m, const unsigned char root[32], uint64_t count, const char *path, struct err *err)
{
	char line[64 + 24 + LIMIT_PATH + 4], hex[65];
	int n;

	digest_hex(root, 32, hex);
	n = snprintf(line, sizeof(line), "%s\t%" PRIu64 "\t%s\n", hex, count, path);
	return digest_add(&m->segments, line, (size_t)n, err);
}

enum status
manifest_encrypted_segment(struct manifest *m, const char *path, struct err *err)
{
	enum status st = digest_add(&m->paths, path, strlen(path), err);

	return st == ST_OK ? digest_add(&m->paths, "\n", 1, err) : st;
}

static enum status
same_end(const struct digest *d, const unsigned char sha256[32], bool *same, struct err *err)
{
	unsigned char want[32];
	enum status st = digest_peek(d, want, err);

	*same = st == ST_OK && memcmp(want, sha256, sizeof(want)) == 0;
	return st;
}

enum status
manifest_payload_is(struct manifest *m, size_t alg, const unsigned char sha256[32], bool *same, struct err *err)
{
	return same_end(&m->payload[alg], sha256, same, err);
}

enum status
manifest_segments_are(struct manifest *m, const unsigned char sha256[32], bool *same, struct err *err)
{
	return same_end(&m->segments, sha256, same, err);
}

/* Call ${take} for every complete line (without LF); a line over the limit is ST_CORRUPT. */
static enum status
each_line(struct manifest *m, const char *p, size_t n, enum status (*take)(struct manifest *, struct str, void *, struct err *), void *ctx,
    struct err *err)
{
	enum status st;

	while (n > 0) {
		const char *lf = memchr(p, '\n', n);
		size_t part = lf == NULL ? n : (size_t)(lf - p);

		if (part > LINE_MAX_N || m->line.n + part > LINE_MAX_N)
			return err_set(err, ST_CORRUPT, _("a line is too long"));
		if ((st = buf_add(&m->line, p, part, err)) != ST_OK || lf == NULL)
			return st;
		if ((st = take(m, buf_str(&m->line), ctx, err)) != ST_OK)
			return st;
		buf_clear(&m->line);
		p = lf + 1;
		n -= part + 1;
	}
	return ST_OK;
}

/* --- record-segments.tsv of an encrypted archive: the roots are unknown, the form and the paths are not --- */

static enum status
take_listed(struct manifest *m, struct str line, void *ctx, struct err *err)
{
	unsigned char root[32];
	const char *tab;
	uint64_t count;
	enum status st;

	(void)ctx;
	if (line.n < 66 || !digest_unhex((struct str){ line.p, 64 }, root, 32) || line.p[64] != '\t' ||
	    (tab = memchr(line.p + 65, '\t', line.n - 65)) == NULL ||
	    str_u64((struct str){ line.p + 65, (size_t)(tab - line.p) - 65 }, 1, RECORDS_SEGMENT_MAX, &count, NULL) != ST_OK)
		return err_set(err, ST_CORRUPT, _("record-segments.tsv has a line that is not root, count and path"));
	m->listed += count;
	if ((st = digest_add(&m->paths_listed, tab + 1, line.n - (size_t)(tab + 1 - line.p), err)) != ST_OK)
		return st;
	return digest_add(&m->paths_listed, "\n", 1, err);
}

enum status
manifest_listed(struct manifest *m, const unsigned char *p, size_t n, struct err *err)
{
	return each_line(m, (const char *)p, n, take_listed, NULL, err);
}

enum status
manifest_listed_end(struct manifest *m, struct err *err)
{
	unsigned char listed[32];
	enum status st;
	bool same;

	if (m->line.n > 0)
		return err_set(err, ST_CORRUPT, _("record-segments.tsv has a line that is not root, count and path"));
	if ((st = digest_peek(&m->paths_listed, listed, err)) != ST_OK || (st = same_end(&m->paths, listed, &same, err)) != ST_OK)
		return st;
	return same ? ST_OK : err_set(err, ST_CORRUPT, _("record-segments.tsv does not list exactly the segments that are there"));
}

/* --- the explanation --- */

enum status
manifest_keep(struct manifest *m, const unsigned char sha256[32], const char *path, uint64_t at, struct err *err)
{
	struct kept k;
	enum status st;

	if (m->fd < 0 && (st = fs_nameless(-1, &m->fd, err)) != ST_OK)
		return st;
	memset(&k, 0, sizeof(k));
	k.at = at;
	memcpy(k.sha256, sha256, sizeof(k.sha256));
	snprintf(k.path, sizeof(k.path), "%s", path);
	m->n_entries++;
	return fs_write_all(m->fd, _("a temporary file"), &k, sizeof(k), err);
}

struct differing { char *path; uint64_t *at; };

static enum status
kept_at(struct manifest *m, uint64_t i, struct kept *k, struct err *err)
{
	return fs_pread_all(m->fd, _("a temporary file"), k, sizeof(*k), i * sizeof(*k), err);
}

static enum status
take_explained(struct manifest *m, struct str line, void *ctx, struct err *err)
{
	char want[2 * DIGEST_MAX + LIMIT_PATH + 4];
	struct differing *d = ctx;
	struct kept k;
	enum status st;
	size_t n;

	d->path[0] = '\0';
	if (m->n_lines >= m->n_entries)
		return err_set(err, ST_CORRUPT, _("the manifest lists more files than there are (line %" PRIu64 ")"), m->n_lines + 1);
	if ((st = kept_at(m, m->n_lines, &k, err)) != ST_OK)
		return st;
	m->n_lines++;
	n = make_line(k.sha256, sizeof(k.sha256), k.path, want);
	if (line.n + 1 == n && memcmp(line.p, want, line.n) == 0)
		return ST_OK;
	memcpy(d->path, k.path, LIMIT_PATH + 1);
	*d->at = k.at;
	if (line.n + 1 == n && memcmp(line.p + 64, want + 64, line.n - 64) == 0)
		return err_set(err, ST_CORRUPT, _("the content of %s is not what the manifest says (line %" PRIu64 ")"), k.path, m->n_lines);
	return err_set(err, ST_CORRUPT, _("%s stands where the manifest lists another path (line %" PRIu64 ")"), k.path, m->n_lines);
}

enum status
manifest_explain(struct manifest *m, const unsigned char *p, size_t n, char path[101], uint64_t *at, struct err *err)
{
	struct differing d = { path, at };

	return each_line(m, (const char *)p, n, take_explained, &d, err);
}

enum status
manifest_explain_end(struct manifest *m, char path[101], uint64_t *at, struct err *err)
{
	struct kept k;
	enum status st;

	path[0] = '\0';
	if (m->line.n > 0)
		return err_set(err, ST_CORRUPT, _("the manifest's last line has no line end"));
	if (m->n_lines >= m->n_entries)
		return ST_OK;
	if ((st = kept_at(m, m->n_lines, &k, err)) != ST_OK)
		return st;
	memcpy(path, k.path, 101);
	*at = k.at;
	return err_set(err, ST_CORRUPT, _("%s is not in the manifest"), k.path);
}
