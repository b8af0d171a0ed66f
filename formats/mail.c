/* mail.c: the only file that knows GMime. */
#include "formats/mail.h"

#include <fcntl.h>
#include <gmime/gmime.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "core/digest.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/mem.h"
#include "core/utf8.h"
#include "formats/scratch_file.h"

#define VALUE_MAX	((size_t)4 << 10)	/* bytes of one value in a header; longer is cut with "…" */

struct mail {
	GMimeMessage *message;
	GMimeMultipart *parts;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
start(void)
{
	g_mime_init();
}

/* As a header can hold it, with NUL behind: ${b} is the buffer. */
static enum status
fit(struct str s, struct buf *b, const char **out, struct err *err)
{
	size_t at = 0, from;
	uint32_t cp;
	enum status st = ST_OK;

	while (at < s.n && st == ST_OK) {
		if (b->n > VALUE_MAX) {
			st = buf_addz(b, "…", err);
			break;
		}
		from = at;
		if (!utf8_next(s, &at, &cp) || cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == 0x2028 || cp == 0x2029)
			st = buf_addz(b, "\xEF\xBF\xBD", err);
		else
			st = buf_add(b, s.p + from, at - from, err);
	}
	if (st == ST_OK && (st = buf_z(b, err)) == ST_OK)
		*out = b->p;
	return st;
}

enum status
mail_open(struct mail **out, const char *id, struct err *err)
{
	struct mail *m = mem_get(1, sizeof(*m), err);
	unsigned char hash[32];
	char hex[65], boundary[40];
	enum status st;

	*out = NULL;
	if (m == NULL)
		return ST_NOMEM;
	pthread_once(&once, start);
	if ((st = digest_of(DIGEST_SHA256, id, strlen(id), hash, err)) != ST_OK) {
		mem_free(m);
		return st;
	}
	digest_hex(hash, 32, hex);
	/* "=_" stands in no base64 and in no quoted-printable text. */
	(void)snprintf(boundary, sizeof(boundary), "=_%.32s", hex);
	m->message = g_mime_message_new(TRUE);
	m->parts = g_mime_multipart_new_with_subtype("mixed");
	g_mime_multipart_set_boundary(m->parts, boundary);
	g_mime_message_set_message_id(m->message, id);
	g_mime_message_set_mime_part(m->message, GMIME_OBJECT(m->parts));
	*out = m;
	return ST_OK;
}

void
mail_close(struct mail *m)
{
	if (m == NULL)
		return;
	g_object_unref(m->parts);
	g_object_unref(m->message);
	mem_free(m);
}

enum status
mail_address(struct mail *m, bool to, struct str name, const char *address, struct err *err)
{
	struct buf b;
	const char *z = NULL;
	enum status st = ST_OK;

	buf_init(&b, 2 * VALUE_MAX + 16);
	if (name.n == 0 || (st = fit(name, &b, &z, err)) == ST_OK)
		g_mime_message_add_mailbox(m->message, to ? GMIME_ADDRESS_TYPE_TO : GMIME_ADDRESS_TYPE_FROM, z, address);
	buf_free(&b);
	return st;
}

enum status
mail_header(struct mail *m, const char *name, struct str value, struct err *err)
{
	struct buf b;
	const char *z;
	enum status st;

	buf_init(&b, 2 * VALUE_MAX + 16);
	if ((st = fit(value, &b, &z, err)) == ST_OK)
		g_mime_object_set_header(GMIME_OBJECT(m->message), name, z, "utf-8");
	buf_free(&b);
	return st;
}

enum status
mail_date(struct mail *m, int64_t ms, struct err *err)
{
	char text[30];
	GDateTime *date;

	(void)err;
	when_local(ms, text);
	if (ms == WHEN_UNKNOWN || (date = g_date_time_new_from_iso8601(text, NULL)) == NULL)
		return ST_END;
	g_mime_message_set_date(m->message, date);
	g_date_time_unref(date);
	return ST_OK;
}

/* "type/subtype" of RFC 2045 tokens, and nothing behind it. */
static bool
is_media_type(struct str type)
{
	static const char token[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$&-^_.+";
	size_t i, slashes = 0;

	for (i = 0; i < type.n; i++)
		if (type.p[i] == '/' && i > 0 && i + 1 < type.n)
			slashes++;
		else if (type.p[i] == '\0' || strchr(token, type.p[i]) == NULL)
			return false;
	/* Containers would have to be parsed: as attachments they are bytes. */
	return slashes == 1 && type.n < 100 && strncasecmp(type.p, "multipart/", 10) != 0 && strncasecmp(type.p, "message/", 8) != 0;
}

enum status
mail_part(struct mail *m, int fd, struct str type, struct str name, struct str sha256, struct err *err)
{
	const bool ours = str_is(type, "text/plain") || str_is(type, "application/x-ndjson");
	const char *z = NULL;
	char media[128], id[96];
	GMimeDataWrapper *content;
	GMimeStream *stream;
	GMimePart *part;
	struct buf b;
	char *slash;
	enum status st = ST_OK;

	buf_init(&b, 2 * VALUE_MAX + 16);
	if (lseek(fd, 0, SEEK_SET) != 0)	/* a stream of GMime begins where the file stands */
		st = err_sys(err, _("cannot read %s"), _("a temporary file"));
	if (st != ST_OK || (name.p != NULL && (st = fit(name, &b, &z, err)) != ST_OK)) {
		buf_free(&b);
		fs_drop(&fd);
		return st;
	}
	(void)snprintf(media, sizeof(media), "%.*s", STR_ARG(is_media_type(type) ? type : STR("application/octet-stream")));
	slash = strchr(media, '/');
	*slash = '\0';
	part = g_mime_part_new_with_type(media, slash + 1);
	if (ours)
		g_mime_object_set_content_type_parameter(GMIME_OBJECT(part), "charset", "utf-8");
	if (z != NULL)
		g_mime_part_set_filename(part, z);
	g_mime_object_set_disposition(GMIME_OBJECT(part), z != NULL ? "attachment" : "inline");
	if (sha256.n == 64) {
		(void)snprintf(id, sizeof(id), "%.64s@custody.invalid", sha256.p);
		g_mime_object_set_content_id(GMIME_OBJECT(part), id);
	}
	g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
	stream = g_mime_stream_fs_new(fd);	/* closes it */
	content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_DEFAULT);
	g_mime_part_set_content(part, content);
	g_mime_multipart_add(m->parts, GMIME_OBJECT(part));
	g_object_unref(part);
	g_object_unref(content);
	g_object_unref(stream);
	buf_free(&b);
	return ST_OK;
}

enum status
mail_write(struct mail *m, int scratch, struct sink *to, struct err *err)
{
	GMimeFormatOptions *options;
	GMimeStream *stream;
	enum status st;
	int fd, own;

	if ((st = fs_nameless(scratch, &fd, err)) != ST_OK)
		return st;
	if ((own = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) {
		st = err_sys(err, _("cannot make %s"), _("a temporary file"));
		fs_drop(&fd);
		return st;
	}
	options = g_mime_format_options_new();
	g_mime_format_options_set_newline_format(options, GMIME_NEWLINE_FORMAT_DOS);
	stream = g_mime_stream_fs_new(own);
	if (g_mime_object_write_to_stream(GMIME_OBJECT(m->message), options, stream) < 0 || g_mime_stream_flush(stream) != 0)
		st = err_sys(err, _("cannot write %s"), _("a temporary file"));
	g_object_unref(stream);
	g_mime_format_options_free(options);
	if (st == ST_OK)
		st = scratch_file_copy(fd, to, err);
	fs_drop(&fd);
	return st;
}

enum status
mail_local(struct str id, char out[MAIL_LOCAL], struct err *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
	unsigned char hash[32];
	char hex[65];
	size_t i, n = 0;
	enum status st;

	for (i = 0; i < id.n && n < MAIL_LOCAL - 4; i++) {
		const bool dot = id.p[i] == '.' && n > 0 && out[n - 1] != '.' && i + 1 < id.n && id.p[i + 1] != '.';

		if (dot || (id.p[i] != '\0' && strchr(plain, id.p[i]) != NULL))
			out[n++] = id.p[i];
		else
			n += (size_t)snprintf(out + n, 4, "=%02X", (unsigned)(unsigned char)id.p[i]);
	}
	out[n] = '\0';
	if (i == id.n && n > 0)
		return ST_OK;
	if ((st = digest_of(DIGEST_SHA256, id.p == NULL ? "" : id.p, id.n, hash, err)) != ST_OK)
		return st;
	digest_hex(hash, 16, hex);
	(void)snprintf(out, MAIL_LOCAL, "h-%.32s", hex);
	return ST_OK;
}

/* --- read back --- */

struct finding { const char *name; GMimePart *part; };

static void
look(GMimeObject *parent, GMimeObject *part, gpointer ctx)
{
	struct finding *f = ctx;
	const char *name;

	(void)parent;
	if (f->part == NULL && GMIME_IS_PART(part) && (name = g_mime_part_get_filename(GMIME_PART(part))) != NULL && strcmp(name, f->name) == 0)
		f->part = GMIME_PART(part);
}

static enum status
decoded(GMimePart *part, struct sink *to, struct err *err)
{
	GMimeDataWrapper *content = g_mime_part_get_content(part);
	GMimeStream *stream;
	enum status st;
	int fd, own;

	if ((st = fs_nameless(-1, &fd, err)) != ST_OK)
		return st;
	if ((own = fcntl(fd, F_DUPFD_CLOEXEC, 0)) < 0) {
		st = err_sys(err, _("cannot make %s"), _("a temporary file"));
	} else {
		stream = g_mime_stream_fs_new(own);
		if (content == NULL || g_mime_data_wrapper_write_to_stream(content, stream) < 0 || g_mime_stream_flush(stream) != 0)
			st = err_sys(err, _("cannot write %s"), _("a temporary file"));
		g_object_unref(stream);
	}
	if (st == ST_OK)
		st = scratch_file_copy(fd, to, err);
	fs_drop(&fd);
	return st;
}

enum status
mail_read(int fd, const char *name, struct sink *to, struct err *err)
{
	struct finding f = { name, NULL };
	GMimeMessage *message;
	GMimeStream *stream;
	GMimeParser *parser;
	enum status st;
	int own = fcntl(fd, F_DUPFD_CLOEXEC, 0);

	if (own < 0 || lseek(own, 0, SEEK_SET) != 0) {
		st = err_sys(err, _("cannot read %s"), name);
		fs_drop(&own);
		return st;
	}
	pthread_once(&once, start);
	stream = g_mime_stream_fs_new(own);
	parser = g_mime_parser_new_with_stream(stream);
	message = g_mime_parser_construct_message(parser, NULL);
	g_object_unref(parser);
	g_object_unref(stream);
	if (message != NULL)
		g_mime_message_foreach(message, look, &f);
	st = f.part != NULL ? decoded(f.part, to, err) : err_set(err, ST_INPUT, _("%s: no such part in the message"), name);
	if (message != NULL)
		g_object_unref(message);
	return st;
}
