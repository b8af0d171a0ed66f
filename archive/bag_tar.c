/*
 * bag_tar.c: a bag in a tar, with or without gzip.  Gzip is taken off here (every member's CRC and length checked, nothing but zeros behind
 * the last), libarchive reads the tar, with no other format or filter enabled; its warnings are failures.
 *
 * Names: in a UTF-8 locale libarchive brings those of pax headers into another Unicode form.  In the C locale it leaves the bytes alone, but
 * warns of each name beyond ASCII; so it works in that locale, and those warnings alone are passed over.
 */
#include "archive/bag_source.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <unistd.h>
#include <zlib.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/mem.h"

#define PIECE	((size_t)65536)

struct tar {
	struct bag_source source;
	int		 fd;
	bool		 gzip;
	struct archive	*a;
	struct archive_entry *entry;	/* borrowed from ${a} */
	locale_t	 c_locale;
	/* The feed. */
	unsigned char	 in[PIECE], out[PIECE];
	uint64_t	 at;		/* of the next byte of the file */
	z_stream	 z;
	bool		 z_open, in_member, file_ended;
	struct err	 fault;		/* of the feed: libarchive knows only that it failed */
	bool		 faulty;
};

static enum status
pull(struct tar *t, size_t *got, struct err *err)
{
	ssize_t n;

	while ((n = pread(t->fd, t->in, sizeof(t->in), (off_t)t->at)) < 0 && errno == EINTR)
		;
	if (n < 0)
		return err_sys(err, _("cannot read the file"));
	t->at += (uint64_t)n;
	t->file_ended = n == 0;
	*got = (size_t)n;
	return ST_OK;
}

/* What may follow the last member: nothing, or zeros up to a tape's block. */
static bool
only_zeros(const unsigned char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] != 0)
			return false;
	return true;
}

static enum status
inflate_more(struct tar *t, size_t *n_out, struct err *err)
{
	enum status st;
	size_t got;
	int r;

	t->z.next_out = t->out;
	t->z.avail_out = (uInt)sizeof(t->out);
	while (t->z.avail_out == sizeof(t->out)) {
		if (t->z.avail_in == 0 && !t->file_ended) {
			if ((st = pull(t, &got, err)) != ST_OK)
				return st;
			t->z.next_in = t->in;
			t->z.avail_in = (uInt)got;
		}
		if (t->z.avail_in == 0) {
			if (t->in_member)
				return err_set(err, ST_CORRUPT, _("the file ends within a gzip member"));
			break;
		}
		if (!t->in_member) {
			if (t->z.next_in[0] == 0 && t->at > t->z.avail_in) {
				if (!only_zeros(t->z.next_in, t->z.avail_in))
					return err_set(err, ST_CORRUPT, _("bytes that are no gzip member lie behind the last one"));
				t->z.avail_in = 0;
				continue;
			}
			if (inflateReset2(&t->z, 15 + 16) != Z_OK)
				return err_oom(err, sizeof(t->z));
			t->in_member = true;
		}
		r = inflate(&t->z, Z_NO_FLUSH);
		if (r == Z_STREAM_END)
			t->in_member = false;
		else if (r == Z_MEM_ERROR)
			return err_oom(err, sizeof(t->z));
		else if (r != Z_OK && r != Z_BUF_ERROR)
			return err_set(err, ST_CORRUPT, _("the gzip data are damaged near byte %ju: %s"), (uintmax_t)(t->at - t->z.avail_in),
			    t->z.msg == NULL ? "?" : t->z.msg);
	}
	*n_out = sizeof(t->out) - t->z.avail_out;
	return ST_OK;
}

static la_ssize_t
feed(struct archive *a, void *ctx, const void **p)
{
	struct tar *t = ctx;
	size_t n = 0;

	*p = t->gzip ? t->out : t->in;
	if ((t->gzip ? inflate_more(t, &n, &t->fault) : pull(t, &n, &t->fault)) == ST_OK)
		return (la_ssize_t)n;
	t->faulty = true;
	archive_set_error(a, EIO, "%s", "feed");
	return ARCHIVE_FATAL;
}

static la_int64_t
skip(struct archive *a, void *ctx, la_int64_t n)
{
	struct tar *t = ctx;

	(void)a;
	if (t->gzip || n <= 0)
		return 0;
	t->at += (uint64_t)n;
	return n;
}

static enum status
failed(struct tar *t, struct err *err)
{
	const char *why = archive_error_string(t->a);

	if (t->faulty) {
		if (err != NULL)
			*err = t->fault;
		return t->fault.code;
	}
	return err_set(err, archive_errno(t->a) == ENOMEM ? ST_NOMEM : ST_CORRUPT, _("the tar is damaged: %s"), why == NULL ? "?" : why);
}

static enum status
tar_rewind(struct bag_source *s, struct err *err)
{
	struct tar *t = (struct tar *)s;

	if (t->a != NULL)
		(void)archive_read_free(t->a);
	t->entry = NULL;
	t->at = 0;
	t->faulty = t->in_member = t->file_ended = false;
	t->z.avail_in = 0;
	if (t->gzip && !t->z_open) {
		if (inflateInit2(&t->z, 15 + 16) != Z_OK)
			return err_oom(err, sizeof(t->z));
		t->z_open = true;
	}
	if ((t->a = archive_read_new()) == NULL)
		return err_oom(err, sizeof(t->z));
	if (archive_read_support_format_tar(t->a) != ARCHIVE_OK || archive_read_set_read_callback(t->a, feed) != ARCHIVE_OK ||
	    archive_read_set_skip_callback(t->a, skip) != ARCHIVE_OK || archive_read_set_callback_data(t->a, t) != ARCHIVE_OK ||
	    archive_read_open1(t->a) != ARCHIVE_OK)
		return failed(t, err);
	return ST_OK;
}

static bool
beyond_ascii(const char *p)
{
	for (; p != NULL && *p != '\0'; p++)
		if ((unsigned char)*p >= 0x80)
			return true;
	return false;
}

/* In the C locale every such name is warned of. */
static bool
warned_of_name(struct archive_entry *e)
{
	return beyond_ascii(archive_entry_pathname(e)) || beyond_ascii(archive_entry_symlink(e)) || beyond_ascii(archive_entry_hardlink(e)) ||
	    beyond_ascii(archive_entry_uname(e)) || beyond_ascii(archive_entry_gname(e));
}

static enum bag_type
type_of(struct archive_entry *e)
{
	if (archive_entry_hardlink(e) != NULL)
		return BAG_HARDLINK;
	switch (archive_entry_filetype(e)) {
	case AE_IFREG:
		return BAG_FILE;
	case AE_IFDIR:
		return BAG_DIR;
	case AE_IFLNK:
		return BAG_LINK;
	default:
		return BAG_OTHER;
	}
}

/* The tar has ended; what is left of the file must not be a second one that another program would read. */
static enum status
check_rest(struct tar *t, struct err *err)
{
	enum status st;
	size_t n;

	t->at = t->gzip ? t->at : (uint64_t)archive_filter_bytes(t->a, -1);
	do {
		if ((st = t->gzip ? inflate_more(t, &n, err) : pull(t, &n, err)) != ST_OK)
			return st;
		if (!only_zeros(t->gzip ? t->out : t->in, n))
			return err_set(err, ST_CORRUPT, _("more than zeros lies behind the end of the tar"));
	} while (n > 0);
	return ST_END;
}

static enum status
next_in_c_locale(struct tar *t, struct bag_entry *e, struct err *err)
{
	const char *path, *target;
	int r = archive_read_next_header(t->a, &t->entry);

	if (r == ARCHIVE_EOF)
		return t->faulty ? failed(t, err) : check_rest(t, err);
	if (r != ARCHIVE_OK && !(r == ARCHIVE_WARN && warned_of_name(t->entry)))
		return failed(t, err);
	if ((path = archive_entry_pathname(t->entry)) == NULL)
		return err_set(err, ST_CORRUPT, _("the tar is damaged: %s"), _("an entry without a name"));
	*e = (struct bag_entry){ .path = str_of(path), .type = type_of(t->entry) };
	target = e->type == BAG_HARDLINK ? archive_entry_hardlink(t->entry) : e->type == BAG_LINK ? archive_entry_symlink(t->entry) : NULL;
	e->target = str_of(target == NULL ? "" : target);
	return ST_OK;
}

static enum status
tar_next(struct bag_source *s, struct bag_entry *e, struct err *err)
{
	struct tar *t = (struct tar *)s;
	locale_t before = uselocale(t->c_locale);
	enum status st = next_in_c_locale(t, e, err);

	uselocale(before);
	return st;
}

static enum status
tar_read(struct bag_source *s, void *p, size_t n, size_t *got, struct err *err)
{
	struct tar *t = (struct tar *)s;
	la_ssize_t r = archive_read_data(t->a, p, n);	/* holes of sparse files come as zeros */

	*got = r < 0 ? 0 : (size_t)r;
	return r < 0 ? failed(t, err) : ST_OK;
}

static void
tar_close(struct bag_source *s)
{
	struct tar *t = (struct tar *)s;

	if (t->a != NULL)
		(void)archive_read_free(t->a);
	if (t->z_open)
		(void)inflateEnd(&t->z);
	if (t->c_locale != (locale_t)0)
		freelocale(t->c_locale);
	fs_drop(&t->fd);
	mem_free(t);
}

enum status
bag_tar_open(struct bag_source **out, int fd, bool gzip, struct err *err)
{
	struct tar *t = mem_get(1, sizeof(*t), err);

	if (t == NULL) {
		fs_drop(&fd);
		return ST_NOMEM;
	}
	t->source = (struct bag_source){ gzip ? "tar.gz" : "tar", true, tar_rewind, tar_next, tar_read, tar_close };
	t->fd = fd;
	t->gzip = gzip;
	if ((t->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0)) == (locale_t)0) {
		tar_close(&t->source);
		return err_sys(err, _("cannot use the C locale"));
	}
	*out = &t->source;
	return ST_OK;
}
