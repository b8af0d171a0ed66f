/*
 * writer_tar.c: entries into the tar.  Bytes gather in a->raw and become members of 1 MiB; a file of 1 MiB and more begins a member of its own,
 * and so does what follows it.
 */
#include "archive/writer_parts.h"

#include <inttypes.h>
#include <stdio.h>

#include "archive/tar.h"
#include "core/i18n.h"

#define CHUNK	((size_t)64 << 10)

static enum status
packed(void *to, const struct pack_job *job, struct err *err)
{
	struct archive *a = to;
	enum status st;

	if ((st = fs_write_all(a->fd, a->params.name, job->packed.p, job->packed.n, err)) == ST_OK)
		a->packed += job->packed.n;
	return st;
}

enum status
writer_flush(struct archive *a, struct err *err)
{
	struct pack_job *job;
	struct buf full = a->raw;
	enum status st;

	if (a->raw.n == 0)
		return ST_OK;
	if ((st = pack_get(a->pack, &job, err)) != ST_OK)
		return st;
	a->raw = job->raw;	/* the memory changes hands, not the bytes; each keeps its bound */
	a->raw.max = full.max;
	full.max = job->raw.max;
	job->raw = full;
	job->records = false;
	job->stored = a->stored;
	job->done = packed;
	job->to = a;
	return pack_put(a->pack, err);
}

enum status
writer_put(struct archive *a, const void *p, size_t n, struct err *err)
{
	const char *at = p;
	enum status st;
	size_t part;

	for (; n > 0; at += part, n -= part) {
		part = n < MEMBER_RAW - a->raw.n ? n : MEMBER_RAW - a->raw.n;
		if ((st = buf_add(&a->raw, at, part, err)) != ST_OK)
			return st;
		if (a->raw.n == MEMBER_RAW && (st = writer_flush(a, err)) != ST_OK)
			return st;
	}
	return ST_OK;
}

enum status
writer_path(const struct archive *a, const char *path, char out[LIMIT_PATH + 1], struct err *err)
{
	size_t n = strlen(a->params.name), m = strlen(path);

	if (m == 0 || n + 1 + m > LIMIT_PATH)
		return err_set(err, ST_LIMIT, _("%s/%s: a path has at most %u bytes"), a->params.name, path, LIMIT_PATH);
	memcpy(out, a->params.name, n);
	out[n] = '/';
	memcpy(out + n + 1, path, m + 1);
	return ST_OK;
}

enum status
writer_header(struct archive *a, const char *path, uint64_t size, struct err *err)
{
	char whole[LIMIT_PATH + 1];
	struct buf header;
	enum status st;

	if ((st = writer_path(a, path, whole, err)) != ST_OK)
		return st;
	buf_init(&header, (size_t)4 * TAR_BLOCK);
	if ((st = tar_header(whole, size, a->mtime_s, &header, err)) == ST_OK)
		st = writer_put(a, header.p, header.n, err);
	buf_free(&header);
	return st;
}

enum status
writer_padding(struct archive *a, uint64_t size, struct err *err)
{
	static const char zeros[TAR_BLOCK];

	return writer_put(a, zeros, tar_padding(size), err);
}

enum status
writer_entry(struct archive *a, const char *path, struct str bytes, struct err *err)
{
	enum status st;

	if (bytes.n >= MEMBER_RAW && (st = writer_flush(a, err)) != ST_OK)
		return st;
	if ((st = writer_header(a, path, bytes.n, err)) != ST_OK)
		return st;
	if (bytes.n >= MEMBER_RAW && (st = writer_flush(a, err)) != ST_OK)
		return st;
	if ((st = writer_put(a, bytes.p, bytes.n, err)) != ST_OK)
		return st;
	if (bytes.n >= MEMBER_RAW && (st = writer_flush(a, err)) != ST_OK)
		return st;
	return writer_padding(a, bytes.n, err);
}

enum status
writer_entry_file(
    struct archive *a, const char *path, int fd, uint64_t from, uint64_t size, unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX], struct err *err)
{
	const bool large = size >= MEMBER_RAW;
	uint64_t at;
	enum status st;
	size_t n;

	/* The header of a large file is a member of its own, so the file's members hold whole MiB of it. */
	if ((large && (st = writer_flush(a, err)) != ST_OK) || (st = writer_header(a, path, size, err)) != ST_OK ||
	    (large && (st = writer_flush(a, err)) != ST_OK) || (st = hashes_begin(&a->hashes, &a->params.digests, err)) != ST_OK)
		return st;
	for (at = 0; at < size; at += n) {
		n = size - at < CHUNK ? (size_t)(size - at) : CHUNK;
		if (n > MEMBER_RAW - a->raw.n)
			n = MEMBER_RAW - a->raw.n;
		if ((st = buf_room(&a->raw, MEMBER_RAW - a->raw.n, err)) != ST_OK ||
		    (st = fs_pread_all(fd, path, a->raw.p + a->raw.n, n, from + at, err)) != ST_OK ||
		    (st = hashes_add(&a->hashes, a->raw.p + a->raw.n, n, err)) != ST_OK)
			return st;
		a->raw.n += n;
		if (a->raw.n == MEMBER_RAW && (st = writer_flush(a, err)) != ST_OK)
			return st;
	}
	if ((large && (st = writer_flush(a, err)) != ST_OK) || (st = hashes_end(&a->hashes, hash, err)) != ST_OK)
		return st;
	return writer_padding(a, size, err);
}

enum status
writer_entry_spool(struct archive *a, const char *path, struct spool *s, uint64_t *offset, struct err *err)
{
	enum status st;
	int fd;

	if ((st = writer_flush(a, err)) != ST_OK || (st = writer_header(a, path, s->n_bytes, err)) != ST_OK ||
	    (st = writer_flush(a, err)) != ST_OK || (st = pack_drain(a->pack, err)) != ST_OK ||
	    (st = spool_members_file(s, &fd, err)) != ST_OK)
		return st;
	*offset = a->packed;
	if ((st = fs_copy(fd, 0, a->fd, s->packed, path, err)) != ST_OK)
		return st;
	a->packed += s->packed;
	return writer_padding(a, s->n_bytes, err);
}

void
writer_manifest_name(const struct archive *a, size_t i, const char *suffix, char out[40])
{
	snprintf(out, 40, "manifest-%s%s", digest_name(a->params.digests.algs[i]), suffix);
}

enum status
writer_listed(struct archive *a, const char *path, uint64_t size, unsigned char hash[SEAL_ALGS_MAX][DIGEST_MAX], struct err *err)
{
	char line[2 * DIGEST_MAX + 2 + LIMIT_PATH + 2];
	size_t n = strlen(path), hex, i;
	enum status st = ST_OK;

	for (i = 0; i < a->params.digests.n && st == ST_OK; i++) {
		hex = 2 * digest_size(a->params.digests.algs[i]);
		digest_hex(hash[i], hex / 2, line);
		memcpy(line + hex, "  ", 2);
		memcpy(line + hex + 2, path, n);
		line[hex + 2 + n] = '\n';
		st = part_add(&a->manifest[i], line, hex + 2 + n + 1, err);
	}
	a->payload_files++;
	a->payload_octets += size;
	return st;
}
