/* tar.c: 512 bytes as libarchive's pax-restricted writer fills them (compared in the tests). */
#include "archive/tar.h"

#include <inttypes.h>
#include <stdio.h>

#include "core/i18n.h"
#include "core/limits.h"

/* Offsets of the ustar header: POSIX.1-2017, pax, "ustar Interchange Format". */
enum {
	AT_NAME = 0, AT_MODE = 100, AT_UID = 108, AT_GID = 116, AT_SIZE = 124, AT_MTIME = 136, AT_SUM = 148, AT_TYPE = 156,
	AT_MAGIC = 257, AT_MAJOR = 329, AT_MINOR = 337
};

#define SIZE_11_OCTAL	((uint64_t)1 << 33)
#define SIZE_12_OCTAL	((uint64_t)1 << 36)

/* ${digits} octal digits, without an end. */
static void
octal(unsigned char *to, unsigned digits, uint64_t value)
{
	while (digits-- > 0) {
		to[digits] = (unsigned char)('0' + (value & 7));
		value >>= 3;
	}
}

static void
put_size(unsigned char *to, uint64_t size)
{
	unsigned i;

	if (size < SIZE_11_OCTAL) {
		octal(to, 11, size);
		to[11] = ' ';
	} else if (size < SIZE_12_OCTAL) {
		octal(to, 12, size);
	} else {
		to[0] = 0x80;
		for (i = 11; i > 0; i--) {
			to[i] = (unsigned char)size;
			size >>= 8;
		}
	}
}

static void
put_block(unsigned char *h, const char *path, size_t n_path, char type, uint64_t size, uint64_t mtime)
{
	uint64_t sum = 0;
	unsigned i;

	memset(h, 0, TAR_BLOCK);
	memcpy(h + AT_NAME, path, n_path);
	memcpy(h + AT_MODE, "000644 ", 7);
	memcpy(h + AT_UID, "000000 ", 7);
	memcpy(h + AT_GID, "000000 ", 7);
	put_size(h + AT_SIZE, size);
	octal(h + AT_MTIME, 11, mtime);
	h[AT_MTIME + 11] = ' ';
	h[AT_TYPE] = (unsigned char)type;
	memcpy(h + AT_MAGIC, "ustar\00000", 8);
	memcpy(h + AT_MAJOR, "000000 ", 7);
	memcpy(h + AT_MINOR, "000000 ", 7);
	memset(h + AT_SUM, ' ', 8);
	for (i = 0; i < TAR_BLOCK; i++)
		sum += h[i];
	octal(h + AT_SUM, 6, sum);
	h[AT_SUM + 6] = '\0';
}

/* "<length> size=<n>\n", the length counting itself. */
static size_t
pax_line(char *out, size_t room, uint64_t size)
{
	size_t n = 0, was;

	do {
		was = n;
		n = (size_t)snprintf(out, room, "%zu size=%" PRIu64 "\n", was, size);
	} while (n != was);
	return n;
}

static enum status
put_pax(const char *path, size_t n_path, uint64_t size, uint64_t mtime, struct buf *out, struct err *err)
{
	const char *slash = memrchr(path, '/', n_path);
	size_t n_dir = slash == NULL ? 0 : (size_t)(slash - path), n_name = n_path - (slash == NULL ? 0 : n_dir + 1), n;
	char name[LIMIT_PATH + 32], line[48];
	enum status st;

	snprintf(name, sizeof(name), "%.*s%sPaxHeader/%.*s", (int)n_dir, path, slash == NULL ? "" : "/", (int)n_name, path + (n_path - n_name));
	if (strlen(name) > LIMIT_PATH)
		return err_set(err, ST_LIMIT, _("%s: too long a path for a file of 8 GiB"), path);
	if ((st = buf_room(out, (size_t)2 * TAR_BLOCK, err)) != ST_OK)
		return st;
	n = pax_line(line, sizeof(line), size);
	put_block((unsigned char *)out->p + out->n, name, strlen(name), 'x', n, mtime);
	memset(out->p + out->n + TAR_BLOCK, 0, TAR_BLOCK);
	memcpy(out->p + out->n + TAR_BLOCK, line, n);
	out->n += (size_t)2 * TAR_BLOCK;
	return ST_OK;
}

enum status
tar_header(const char *path, uint64_t size, int64_t mtime_s, struct buf *out, struct err *err)
{
	size_t n = strlen(path), was = out->n;
	enum status st;

	if (n == 0 || n > LIMIT_PATH)
		return err_set(err, ST_LIMIT, _("%s: a path has at most %u bytes"), path, LIMIT_PATH);
	if (mtime_s < 0 || (uint64_t)mtime_s >= SIZE_11_OCTAL)
		return err_set(err, ST_LIMIT, _("%s: a time outside 1970-2242"), path);
	if (size >= TAR_PAX_FROM && (st = put_pax(path, n, size, (uint64_t)mtime_s, out, err)) != ST_OK)
		return st;
	if ((st = buf_room(out, TAR_BLOCK, err)) != ST_OK) {
		out->n = was;
		return st;
	}
	put_block((unsigned char *)out->p + out->n, path, n, '0', size, (uint64_t)mtime_s);
	out->n += TAR_BLOCK;
	return ST_OK;
}
