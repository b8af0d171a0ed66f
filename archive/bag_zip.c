/*
 * bag_zip.c: a bag in a zip, by its central directory.  Our own reader and not libarchive's, which brings names into another Unicode form,
 * believes local headers that differ and holds every entry of a directory in memory without a bound.
 * Read: files stored or deflated, Zip64, names as bytes.  Refused: encryption, other methods, several disks, entries that overlap (the
 * trick behind small files that unpack to terabytes), a local header that names another file.
 * Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.3.
 */
#include "archive/bag_source.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <zlib.h>

#include "core/buf.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"

#define PIECE		((size_t)65536)
#define END_N		((size_t)22)	/* end record without comment */
#define COMMENT_MAX	((size_t)65535)
#define LOCATOR_N	((size_t)20)
#define END64_N		((size_t)56)
#define CENTRAL_N	((size_t)46)
#define LOCAL_N		((size_t)30)

struct place { uint64_t begin, end; };

struct zip {
	struct bag_source source;
	int		 fd;
	uint64_t	 size;
	uint64_t	 directory, directory_n, n_entries;
	/* The walk. */
	uint64_t	 at, i;
	struct buf	 name, local_name;
	uint64_t	 packed, unpacked, data;	/* of the entry given last */
	unsigned	 method;
	uint32_t	 crc;
	struct buf	 target;
	/* The reading of one. */
	bool		 begun, z_open;
	uint64_t	 n_in, n_out;
	uint32_t	 crc_now;
	z_stream	 z;
	unsigned char	 in[PIECE];
};

static uint64_t
number(const unsigned char *p, size_t n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

static enum status
broken(struct err *err, const char *why)
{
	return err_set(err, ST_CORRUPT, _("the zip is damaged: %s"), why);
}

static enum status
take(struct zip *z, uint64_t at, void *p, size_t n, struct err *err)
{
	if (at > z->size || n > z->size - at)
		return broken(err, _("it ends too early"));
	return fs_pread_all(z->fd, _("the zip"), p, n, at, err);
}

/* The end record, and behind 0xffff the Zip64 one. */
static enum status
find_directory(struct zip *z, struct err *err)
{
	size_t n = z->size < END_N + COMMENT_MAX ? (size_t)z->size : END_N + COMMENT_MAX, i;
	unsigned char *tail, e64[END64_N], locator[LOCATOR_N];
	uint64_t end_at = 0, at64;
	enum status st;
	bool found = false;

	if (n < END_N)
		return broken(err, _("it ends too early"));
	if ((tail = mem_get(n, 1, err)) == NULL)
		return ST_NOMEM;
	if ((st = take(z, z->size - n, tail, n, err)) != ST_OK)
		goto out;
	for (i = n - END_N + 1; i-- > 0 && !found;)
		if (memcmp(tail + i, "PK\5\6", 4) == 0 && number(tail + i + 20, 2) == n - END_N - i) {
			found = true;
			end_at = z->size - n + i;
			if (number(tail + i + 4, 2) != 0 && number(tail + i + 4, 2) != 0xffff)
				st = err_set(err, ST_UNSURE, _("a zip of several disks"));
			z->n_entries = number(tail + i + 10, 2);
			z->directory_n = number(tail + i + 12, 4);
			z->directory = number(tail + i + 16, 4);
		}
	if (!found)
		st = broken(err, _("it has no directory at its end"));
	if (st == ST_OK && (z->n_entries == 0xffff || z->directory_n == 0xffffffff || z->directory == 0xffffffff) && end_at >= LOCATOR_N &&
	    (st = take(z, end_at - LOCATOR_N, locator, sizeof(locator), err)) == ST_OK && memcmp(locator, "PK\6\7", 4) == 0) {
		at64 = number(locator + 8, 8);
		if ((st = take(z, at64, e64, sizeof(e64), err)) != ST_OK)
			goto out;
		if (memcmp(e64, "PK\6\6", 4) != 0) {
			st = broken(err, _("its Zip64 end record is not where it should be"));
			goto out;
		}
		z->n_entries = number(e64 + 32, 8);
		z->directory_n = number(e64 + 40, 8);
		z->directory = number(e64 + 48, 8);
		end_at = at64;
	}
	if (st == ST_OK && (z->directory > z->size || z->directory_n != end_at - z->directory))
		st = broken(err, _("its directory does not lie before its end record"));
	if (st == ST_OK && z->n_entries > LIMIT_BAG_ENTRIES)
		st = err_set(err, ST_LIMIT, _("a zip of %ju entries: over the limit of %ju"), (uintmax_t)z->n_entries, (uintmax_t)LIMIT_BAG_ENTRIES);
out:
	mem_free(tail);
	return st;
}

/* Sizes and offset that do not fit 32 bits stand in the extra field 1, in this order, each only if its own field is full of ones. */
static enum status
wide(const unsigned char *p, size_t n, uint64_t *unpacked, uint64_t *packed, uint64_t *offset, struct err *err)
{
	uint64_t *want[3] = { unpacked, packed, offset };
	size_t i, at = 4, id, len;

	while (n >= 4) {
		id = (size_t)number(p, 2);
		len = (size_t)number(p + 2, 2);
		if (len > n - 4)
			return broken(err, _("an extra field is longer than its entry"));
		for (i = 0; id == 1 && i < 3; i++) {
			if (*want[i] != 0xffffffff)
				continue;
			if (at + 8 > len + 4)
				return broken(err, _("a Zip64 size is missing"));
			*want[i] = number(p + at, 8);
			at += 8;
		}
		if (id == 1)
			break;
		p += len + 4;
		n -= len + 4;
	}
	return ST_OK;
}

/* The local header must name the same file; behind it lie the data. */
static enum status
locate(struct zip *z, uint64_t offset, struct err *err)
{
	unsigned char h[LOCAL_N];
	enum status st;
	size_t n;

	if ((st = take(z, offset, h, sizeof(h), err)) != ST_OK)
		return st;
	n = (size_t)number(h + 26, 2);
	buf_clear(&z->local_name);
	if (memcmp(h, "PK\3\4", 4) != 0)
		return broken(err, _("an entry has no local header"));
	if (n != z->name.n)
		return broken(err, _("directory and local header name different files"));
	if ((st = buf_room(&z->local_name, n, err)) != ST_OK || (st = take(z, offset + LOCAL_N, z->local_name.p, n, err)) != ST_OK)
		return st;
	if (n > 0 && memcmp(z->local_name.p, z->name.p, n) != 0)
		return broken(err, _("directory and local header name different files"));
	z->data = offset + LOCAL_N + n + number(h + 28, 2);
	if (z->data > z->directory || z->packed > z->directory - z->data)
		return broken(err, _("an entry reaches into the directory"));
	return ST_OK;
}

/* The next row of the central directory; ${offset} of its local header, ${mode} of Unix or 0. */
static enum status
row(struct zip *z, uint64_t *offset, unsigned *flags, mode_t *mode, struct err *err)
{
	unsigned char h[CENTRAL_N], *extra = NULL;
	size_t n_name, n_extra;
	enum status st;

	if (z->i == z->n_entries)
		return z->at == z->directory + z->directory_n ? ST_END : broken(err, _("its directory holds more than it says"));
	if ((st = take(z, z->at, h, sizeof(h), err)) != ST_OK)
		return st;
	if (memcmp(h, "PK\1\2", 4) != 0 || z->at + CENTRAL_N > z->directory + z->directory_n)
		return broken(err, _("its directory holds less than it says"));
	n_name = (size_t)number(h + 28, 2);
	n_extra = (size_t)number(h + 30, 2);
	if (n_name > LIMIT_BAG_PATH)
		return err_set(err, ST_LIMIT, _("a path of %zu bytes: over the limit of %zu"), n_name, LIMIT_BAG_PATH);
	*flags = (unsigned)number(h + 8, 2);
	z->method = (unsigned)number(h + 10, 2);
	z->crc = (uint32_t)number(h + 16, 4);
	z->packed = number(h + 20, 4);
	z->unpacked = number(h + 24, 4);
	*offset = number(h + 42, 4);
	*mode = h[5] == 3 ? (mode_t)number(h + 40, 2) : 0;
	buf_clear(&z->name);
	if ((st = buf_room(&z->name, n_name, err)) != ST_OK || (st = take(z, z->at + CENTRAL_N, z->name.p, n_name, err)) != ST_OK ||
	    (extra = mem_get(n_extra + 1, 1, err)) == NULL)
		return st == ST_OK ? ST_NOMEM : st;
	z->name.n = n_name;
	if ((st = take(z, z->at + CENTRAL_N + n_name, extra, n_extra, err)) == ST_OK)
		st = wide(extra, n_extra, &z->unpacked, &z->packed, offset, err);
	mem_free(extra);
	z->at += CENTRAL_N + n_name + n_extra + (size_t)number(h + 32, 2);
	z->i++;
	return st;
}

static int
by_begin(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->begin > y->begin) - (x->begin < y->begin);
}

/* Once, before anything is believed: every byte of the file belongs to one entry at most. */
static enum status
check_overlap(struct zip *z, struct err *err)
{
	struct place *places = mem_get((size_t)z->n_entries + 1, sizeof(*places), err);
	enum status st;
	unsigned flags;
	mode_t mode;
	size_t n = 0, i;

	if (places == NULL)
		return ST_NOMEM;
	while ((st = row(z, &places[n].begin, &flags, &mode, err)) == ST_OK) {
		if ((st = locate(z, places[n].begin, err)) != ST_OK)
			break;
		places[n].end = z->data + z->packed;
		n++;
	}
	if (st == ST_END) {
		st = ST_OK;
		qsort(places, n, sizeof(*places), by_begin);
		for (i = 1; i < n && st == ST_OK; i++)
			if (places[i].begin < places[i - 1].end)
				st = broken(err, _("entries lie over each other"));
	}
	mem_free(places);
	return st;
}

static enum status
zip_rewind(struct bag_source *s, struct err *err)
{
	struct zip *z = (struct zip *)s;

	(void)err;
	z->at = z->directory;
	z->i = 0;
	return ST_OK;
}

static enum status
zip_read(struct bag_source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct zip *z = (struct zip *)s;
	enum status st;
	int r = Z_OK;

	*got = 0;
	if (!z->begun) {
		z->begun = true;
		z->n_in = z->n_out = 0;
		z->crc_now = 0;
		z->z.avail_in = 0;
		if (z->z_open ? inflateReset(&z->z) != Z_OK : inflateInit2(&z->z, -15) != Z_OK)
			return err_oom(err, sizeof(z->z));
		z->z_open = true;
	}
	n = n < PIECE ? n : PIECE;
	if (z->method == 0) {
		*got = z->packed - z->n_in < n ? (size_t)(z->packed - z->n_in) : n;
		if ((st = take(z, z->data + z->n_in, p, *got, err)) != ST_OK)
			return st;
		z->n_in += *got;
	} else {
		z->z.next_out = p;
		z->z.avail_out = (uInt)n;
		while (z->z.avail_out == n && r == Z_OK) {
			if (z->z.avail_in == 0 && z->n_in < z->packed) {
				size_t want = z->packed - z->n_in < PIECE ? (size_t)(z->packed - z->n_in) : PIECE;

				if ((st = take(z, z->data + z->n_in, z->in, want, err)) != ST_OK)
					return st;
				z->n_in += want;
				z->z.next_in = z->in;
				z->z.avail_in = (uInt)want;
			}
			r = inflate(&z->z, Z_NO_FLUSH);
		}
		*got = n - z->z.avail_out;
		if (r == Z_MEM_ERROR)
			return err_oom(err, n);
		if (r != Z_OK && r != Z_STREAM_END && !(r == Z_BUF_ERROR && z->n_out == z->unpacked))
			return broken(err, _("an entry cannot be unpacked"));
	}
	z->n_out += *got;
	z->crc_now = (uint32_t)crc32(z->crc_now, p, (uInt)*got);
	if (z->n_out > z->unpacked)
		return broken(err, _("an entry is longer than it says"));
	if (*got == 0 && (z->n_out != z->unpacked || z->crc_now != z->crc))
		return broken(err, _("length or CRC of an entry is wrong"));
	return ST_OK;
}

/* A symbolic link's content is its target. */
static enum status
load_target(struct zip *z, struct err *err)
{
	enum status st;
	size_t got;

	buf_clear(&z->target);
	do {
		if ((st = buf_room(&z->target, PIECE, err)) != ST_OK || (st = zip_read(&z->source, z->target.p + z->target.n, PIECE, &got, err)) != ST_OK)
			return st;
		z->target.n += got;
	} while (got > 0);
	return ST_OK;
}

static enum status
zip_next(struct bag_source *s, struct bag_entry *e, struct err *err)
{
	struct zip *z = (struct zip *)s;
	uint64_t offset = 0;
	enum status st;
	unsigned flags = 0;
	mode_t mode = 0;

	z->begun = false;
	if ((st = row(z, &offset, &flags, &mode, err)) != ST_OK || (st = locate(z, offset, err)) != ST_OK)
		return st;
	if ((flags & 0x2041) != 0)
		return err_set(err, ST_UNSURE, _("the zip is encrypted"));
	if (z->method != 0 && z->method != 8)
		return err_set(err, ST_UNSURE, _("the zip uses compression method %u: this program knows 0 and 8"), z->method);
	if (z->method == 0 && z->packed != z->unpacked)
		return broken(err, _("a stored entry has two sizes"));
	*e = (struct bag_entry){ .path = buf_str(&z->name), .type = BAG_FILE };
	if (z->name.n > 0 && z->name.p[z->name.n - 1] == '/')
		e->type = BAG_DIR;
	else if (S_ISLNK(mode))
		e->type = BAG_LINK;
	else if (S_IFMT & mode && !S_ISREG(mode))
		e->type = BAG_OTHER;
	if (e->type == BAG_LINK) {
		if (z->unpacked > LIMIT_BAG_PATH)
			return err_set(err, ST_LIMIT, _("a path of %zu bytes: over the limit of %zu"), (size_t)z->unpacked, LIMIT_BAG_PATH);
		if ((st = load_target(z, err)) != ST_OK)
			return st;
		e->target = buf_str(&z->target);
	}
	return ST_OK;
}

static void
zip_close(struct bag_source *s)
{
	struct zip *z = (struct zip *)s;

	if (z->z_open)
		(void)inflateEnd(&z->z);
	buf_free(&z->name);
	buf_free(&z->local_name);
	buf_free(&z->target);
	fs_drop(&z->fd);
	mem_free(z);
}

enum status
bag_zip_open(struct bag_source **out, int fd, uint64_t size, struct err *err)
{
	struct zip *z = mem_get(1, sizeof(*z), err);
	enum status st;

	if (z == NULL) {
		fs_drop(&fd);
		return ST_NOMEM;
	}
	z->source = (struct bag_source){ "zip", true, zip_rewind, zip_next, zip_read, zip_close };
	z->fd = fd;
	z->size = size;
	buf_init(&z->name, LIMIT_BAG_PATH);
	buf_init(&z->local_name, LIMIT_BAG_PATH);
	buf_init(&z->target, 2 * PIECE + LIMIT_BAG_PATH);
	if ((st = find_directory(z, err)) != ST_OK || (st = zip_rewind(&z->source, err)) != ST_OK || (st = check_overlap(z, err)) != ST_OK) {
		zip_close(&z->source);
		return st;
	}
	*out = &z->source;
	return zip_rewind(&z->source, err);
}
