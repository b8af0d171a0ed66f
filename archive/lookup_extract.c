/* lookup_extract.c: payload files by their place in the index, each held against its line of the signed manifest. */
#include <unistd.h>

#include "archive/extract.h"
#include "archive/lookup_parts.h"
#include "core/fs.h"
#include "core/i18n.h"

#define MANIFEST	"manifest-sha256.txt"
#define ROWS_BEFORE	3u		/* entries before the first payload file */

/* The hash that the tag manifest, which the seal covers, has for the payload manifest. */
static enum status
manifest_hash(const struct lookup *l, unsigned char sha256[32], struct err *err)
{
	const struct str text = buf_str(&l->sealed.tagmanifest);
	const char *p = text.p, *end = p + text.n, *lf;

	for (; p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL; p = lf + 1)
		if (lf - p > 66 && str_is((struct str){ p + 66, (size_t)(lf - p) - 66 }, MANIFEST) && digest_unhex((struct str){ p, 64 }, sha256, 32))
			return ST_OK;
	return err_set(err, ST_CORRUPT, _("%s is missing"), MANIFEST);
}

/* Entry ${i} of the tar, which must be ${path} with that hash, into ${fd}. */
static enum status
copy_entry(struct lookup *l, uint64_t i, const char *path, int fd, const unsigned char sha256[32], struct err *err)
{
	uint64_t at, size;
	enum status st = index_entry(l->index, i, &at, &size, err);

	if (st == ST_OK)
		st = lookup_copy(l, at, path, fd, sha256, err);
	if (st != ST_CORRUPT || l->fresh)
		return st;
	if ((st = lookup_renew(l, err)) != ST_OK || (st = index_entry(l->index, i, &at, &size, err)) != ST_OK)
		return st;
	return lookup_copy(l, at, path, fd, sha256, err);
}

enum status
lookup_manifest(struct lookup *l, int fd, struct err *err)
{
	unsigned char sha256[32];
	enum status st = manifest_hash(l, sha256, err);

	return st == ST_OK ? copy_entry(l, l->sealed.evidence.parsed.payload_files + ROWS_BEFORE, MANIFEST, fd, sha256, err) : st;
}

/* A path that would be there if the archive were not encrypted. */
static enum status
is_encrypted(struct extraction *x, const char *path, struct err *err)
{
	char plain[LIMIT_PATH + 1];
	unsigned number;

	if (!lookup_part_of(path, plain, &number) || !extract_selected(x, plain))
		return ST_OK;
	err_set(err, ST_UNSURE, _("%s is encrypted"), plain);
	return err_next(err, _("give the key and the certificate of one recipient: --decrypt-key KEY.pem --decrypt-cert CERT.pem"));
}

static enum status
take_line(struct lookup *l, struct extraction *x, struct decrypting *d, uint64_t i, struct str line, struct err *err)
{
	char path[LIMIT_PATH + 1], plain[LIMIT_PATH + 1];
	unsigned char sha256[32];
	unsigned number;
	enum status st;

	if (line.n < 67 || line.n - 66 > LIMIT_PATH || memcmp(line.p + 64, "  ", 2) != 0 || !digest_unhex((struct str){ line.p, 64 }, sha256, 32))
		return err_set(err, ST_CORRUPT, _("%s has a line that is not hash and path"), MANIFEST);
	memcpy(path, line.p + 66, line.n - 66);
	path[line.n - 66] = '\0';
	if (l->key != NULL && lookup_part_of(path, plain, &number))
		return lookup_decrypt_part(d, i + ROWS_BEFORE, path, sha256, err);
	if (!extract_selected(x, path))
		return is_encrypted(x, path, err);
	if ((st = extract_begin(x, path, err)) != ST_OK || (st = copy_entry(l, i + ROWS_BEFORE, path, x->fd, sha256, err)) != ST_OK)
		return st;
	return extract_end(x, path, err);
}

/* The manifest lies in ${fd}, proven; its lines stand in the order of the tar. */
static enum status
each_line(struct lookup *l, struct extraction *x, struct decrypting *d, int fd, uint64_t length, struct err *err)
{
	char chunk[16384];
	uint64_t at = 0, i = 0;
	enum status st = ST_OK;

	while (st == ST_OK && at < length) {
		const size_t n = length - at < sizeof(chunk) ? (size_t)(length - at) : sizeof(chunk);
		size_t used = 0;
		const char *lf;

		if ((st = fs_pread_all(fd, MANIFEST, chunk, n, at, err)) != ST_OK)
			break;
		while (st == ST_OK && (lf = memchr(chunk + used, '\n', n - used)) != NULL) {
			st = take_line(l, x, d, i++, (struct str){ chunk + used, (size_t)(lf - chunk) - used }, err);
			used = (size_t)(lf - chunk) + 1;
		}
		if (st == ST_OK && used == 0)
			st = err_set(err, ST_CORRUPT, _("%s has a line that is not hash and path"), MANIFEST);
		at += used;
	}
	return st == ST_OK ? lookup_decrypt_end(d, err) : st;
}

bool
lookup_can_extract(const char *const *paths, size_t n)
{
	size_t i;

	for (i = 0; i < n && (strcmp(paths[i], "data") == 0 || strncmp(paths[i], "data/", 5) == 0); i++)
		;
	return n > 0 && i == n;
}

enum status
lookup_extract(struct lookup *l, int dir, const char *const *paths, size_t n, uint64_t *n_files, struct err *err)
{
	struct decrypting d;
	struct extraction x;
	enum status st;
	off_t length;
	int fd = -1;

	*n_files = 0;
	if ((st = extract_init(&x, dir, paths, n, err)) != ST_OK)
		return st;
	lookup_decrypt_init(&d, l, &x);
	if ((st = fs_nameless(-1, &fd, err)) == ST_OK && (st = lookup_manifest(l, fd, err)) == ST_OK) {
		length = lseek(fd, 0, SEEK_END);
		st = length < 0 ? err_sys(err, _("cannot read %s"), MANIFEST) : each_line(l, &x, &d, fd, (uint64_t)length, err);
	}
	fs_drop(&fd);
	lookup_decrypt_free(&d);
	st = extract_finish(&x, st, err);
	*n_files = x.n_files;
	return st;
}
