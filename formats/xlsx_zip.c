/* xlsx_zip.c: the one file of the formats that knows libarchive. */
#include "formats/xlsx_zip.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"

#define BLOCK ((size_t)64 << 10)
#define LEVEL "compression-level=3" /* of deflate: see bench/README.md */

struct xlsx_zip {
	struct archive *a;
	struct archive_entry *entry;
	struct sink_fd to;
	uint64_t n_entry; /* bytes of the entry at hand */
	enum status st; /* of the sink: libarchive passes on that it failed, not why */
	struct err err;
};

static la_ssize_t
on_write(struct archive *a, void *ctx, const void *p, size_t n)
{
	struct xlsx_zip *z = ctx;

	if (z->st == ST_OK)
		z->st = sink_write(&z->to.sink, p, n, &z->err);
	if (z->st == ST_OK)
		return (la_ssize_t)n;
	archive_set_error(a, EIO, "%s", z->err.text);
	return -1;
}

static enum status
failed(struct xlsx_zip *z, struct err *err)
{
	if (z->st != ST_OK) {
		if (err != NULL)
			*err = z->err;
		return z->st;
	}
	if (archive_errno(z->a) == ENOMEM)
		return err_oom(err, 0);
	return err_set(err, ST_IO, _("a workbook cannot be written: %s"), archive_error_string(z->a));
}

enum status
xlsx_zip_open(struct xlsx_zip **out, int fd, struct err *err)
{
	struct xlsx_zip *z = mem_get(1, sizeof(*z), err);

	*out = z;
	if (z == NULL)
		return ST_NOMEM;
	err_init(&z->err);
	sink_fd_init(&z->to, fd, _("a temporary file"));
	if ((z->a = archive_write_new()) == NULL || (z->entry = archive_entry_new()) == NULL) {
		xlsx_zip_close(z);
		*out = NULL;
		return err_oom(err, 0);
	}
	if (archive_write_set_format_zip(z->a) == ARCHIVE_OK && archive_write_set_options(z->a, "zip:compression=deflate,zip:" LEVEL ",zip:!zip64") == ARCHIVE_OK &&
	    archive_write_set_bytes_per_block(z->a, (int)BLOCK) == ARCHIVE_OK && archive_write_set_bytes_in_last_block(z->a, 1) == ARCHIVE_OK &&
	    archive_write_open(z->a, z, NULL, on_write, NULL) == ARCHIVE_OK)
		return ST_OK;
	(void)failed(z, err);
	xlsx_zip_close(z);
	*out = NULL;
	return err == NULL ? ST_IO : err->code;
}

enum status
xlsx_zip_entry(struct xlsx_zip *z, const char *name, struct err *err)
{
	archive_entry_clear(z->entry);
	archive_entry_set_pathname(z->entry, name);
	archive_entry_set_filetype(z->entry, AE_IFREG);
	archive_entry_set_perm(z->entry, 0644);
	z->n_entry = 0;
	return archive_write_header(z->a, z->entry) == ARCHIVE_OK ? ST_OK : failed(z, err);
}

enum status
xlsx_zip_write(struct xlsx_zip *z, const void *p, size_t n, struct err *err)
{
	if (n > XLSX_ENTRY_MAX - z->n_entry)
		return err_set(err, ST_LIMIT, _("a sheet of more than %llu bytes"), (unsigned long long)XLSX_ENTRY_MAX);
	z->n_entry += n;
	return archive_write_data(z->a, p, n) == (la_ssize_t)n ? ST_OK : failed(z, err);
}

enum status
xlsx_zip_finish(struct xlsx_zip *z, struct err *err)
{
	if (archive_write_close(z->a) != ARCHIVE_OK)
		return failed(z, err);
	if (z->to.sink.n_bytes > XLSX_ENTRY_MAX)
		return err_set(err, ST_LIMIT, _("a workbook of more than %llu bytes"), (unsigned long long)XLSX_ENTRY_MAX);
	return ST_OK;
}

void
xlsx_zip_close(struct xlsx_zip *z)
{
	if (z == NULL)
		return;
	archive_entry_free(z->entry);
	archive_write_free(z->a); /* what it still holds is written or refused: nobody asks any more */
	mem_free(z);
}

/* --- reading --- */

struct unzipping {
	struct xlsx_entry entry;
	struct archive *a;
	const char *path;
	int fd;
	int64_t at;
	char block[BLOCK];
};

static la_ssize_t
on_read(struct archive *a, void *ctx, const void **p)
{
	struct unzipping *u = ctx;
	ssize_t n = pread(u->fd, u->block, sizeof(u->block), (off_t)u->at);

	if (n < 0)
		archive_set_error(a, errno, "%s", strerror(errno));
	else
		u->at += n;
	*p = u->block;
	return n;
}

static la_int64_t
on_seek(struct archive *a, void *ctx, la_int64_t offset, int whence)
{
	struct unzipping *u = ctx;
	const off_t size = whence == SEEK_END ? lseek(u->fd, 0, SEEK_END) : 0;

	if (size < 0 || offset < -(whence == SEEK_CUR ? u->at : size)) {
		archive_set_error(a, EINVAL, "seek");
		return ARCHIVE_FATAL;
	}
	u->at = (whence == SEEK_CUR ? u->at : size) + offset;
	return u->at;
}

static enum status
broken(struct unzipping *u, struct err *err)
{
	if (archive_errno(u->a) == ENOMEM)
		return err_oom(err, 0);
	return err_set(err, archive_errno(u->a) == EIO ? ST_IO : ST_INPUT, _("%s: not a workbook: %s"), u->path, archive_error_string(u->a));
}

static enum status
entry_read(struct xlsx_entry *e, void *bytes, size_t max, size_t *n, struct err *err)
{
	struct unzipping *u = (struct unzipping *)e;
	const la_ssize_t got = archive_read_data(u->a, bytes, max);

	*n = got < 0 ? 0 : (size_t)got;
	return got < 0 ? broken(u, err) : ST_OK;
}

enum status
xlsx_unzip(int fd, const char *path, enum status (*each)(void *, struct xlsx_entry *, struct err *), void *ctx, struct err *err)
{
	struct unzipping *u = mem_get(1, sizeof(*u), err);
	struct archive_entry *entry;
	enum status st = ST_OK;
	int got;

	if (u == NULL)
		return ST_NOMEM;
	u->entry.read = entry_read;
	u->path = path;
	u->fd = fd;
	if ((u->a = archive_read_new()) == NULL) {
		mem_free(u);
		return err_oom(err, 0);
	}
	if (archive_read_support_format_zip_seekable(u->a) != ARCHIVE_OK || archive_read_set_read_callback(u->a, on_read) != ARCHIVE_OK ||
	    archive_read_set_seek_callback(u->a, on_seek) != ARCHIVE_OK || archive_read_set_callback_data(u->a, u) != ARCHIVE_OK ||
	    archive_read_open1(u->a) != ARCHIVE_OK)
		st = broken(u, err);
	while (st == ST_OK && (got = archive_read_next_header(u->a, &entry)) != ARCHIVE_EOF) {
		if (got != ARCHIVE_OK && got != ARCHIVE_WARN)
			st = broken(u, err);
		else if ((u->entry.name = archive_entry_pathname(entry)) == NULL)
			st = err_set(err, ST_INPUT, _("%s: not a workbook: an entry without a name"), path);
		else
			st = each(ctx, &u->entry, err);
	}
	archive_read_free(u->a);
	mem_free(u);
	return st;
}
