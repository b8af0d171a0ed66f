/* pdf_sign.c: see pdf_sign.h.  ISO 32000-1, 12.8.1: ByteRange. */
#include "formats/pdf_sign.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"

#define FILE_MAX ((size_t)256 << 20)
#define RANGE "/ByteRange [ 0 9999999999 9999999999 9999999999 ]"

/* Where ${what} stands, from the end: what we look for was written last, or is at least no part of a compressed stream. */
static char *
find(const struct buf *b, const char *what)
{
	size_t n = strlen(what), at;

	if (b->n < n)
		return NULL;
	for (at = b->n - n + 1; at-- > 0;)
		if (b->p[at] == what[0] && memcmp(b->p + at, what, n) == 0)
			return b->p + at;
	return NULL;
}

/* The two places; false: the file has no such room. */
static bool
places(const struct buf *b, size_t room, size_t *range, size_t *from, size_t *to)
{
	const char *r = find(b, RANGE), *c = r;
	size_t i;

	if (r == NULL)
		return false;
	*range = (size_t)(r - b->p);
	/* Names of a dictionary are in order: Contents stands a few words behind ByteRange. */
	if ((c = memmem(r, b->n - *range, "/Contents <", 11)) == NULL)
		return false;
	*from = (size_t)(c - b->p) + 10;
	*to = *from + 2 + 2 * room;
	if (*to > b->n || b->p[*to - 1] != '>')
		return false;
	for (i = *from + 1; i < *to - 1; i++)
		if (b->p[i] != '0')
			return false;
	return true;
}

static enum status
put_at(int fd, const char *name, const char *p, size_t n, size_t at, struct err *err)
{
	ssize_t k;

	for (; n > 0; p += k, n -= (size_t)k, at += (size_t)k)
		if ((k = TEMP_FAILURE_RETRY(pwrite(fd, p, n, (off_t)at))) <= 0)
			return err_sys(err, "%s", name);
	return ST_OK;
}

static enum status
fill_in(struct view_signer *signer, int fd, const char *name, struct buf *b, struct buf *der, struct err *err)
{
	static const char hex[] = "0123456789abcdef";
	size_t range, from, to, n = sizeof(RANGE) - 1, i;
	char text[sizeof(RANGE)], *digits;
	enum status st;

	if (!places(b, signer->room, &range, &from, &to))
		return err_set(err, ST_INPUT, _("%s has no room for a signature"), name);
	(void)snprintf(text, sizeof(text), "/ByteRange [ 0 %zu %zu %zu", from, to, b->n - to);
	memset(text + strlen(text), ' ', n - strlen(text));
	text[n - 1] = ']';
	memcpy(b->p + range, text, n);
	if ((st = put_at(fd, name, text, n, range, err)) != ST_OK)
		return st;
	/* What is signed, in one piece: a second copy of a file with photographs would be dear. */
	memmove(b->p + from, b->p + to, b->n - to);
	b->n -= to - from;
	if ((st = signer->sign(signer, buf_str(b), der, err)) != ST_OK)
		return st;
	if (der->n > signer->room)
		return err_set(err, ST_LIMIT, _("a signature of %zu bytes, room for %zu"), der->n, signer->room);
	buf_clear(b);
	if ((st = buf_room(b, 2 * der->n, err)) != ST_OK)
		return st;
	for (i = 0, digits = b->p; i < der->n; i++) {
		*digits++ = hex[(unsigned char)der->p[i] >> 4];
		*digits++ = hex[(unsigned char)der->p[i] & 15];
	}
	return put_at(fd, name, b->p, 2 * der->n, from + 1, err);
}

enum status
pdf_sign(struct view_signer *signer, int dir, const char *name, struct err *err)
{
	struct buf file, der;
	enum status st;
	int fd = -1;

	buf_init(&file, FILE_MAX);
	buf_init(&der, (size_t)1 << 20);
	if ((st = fs_load(dir, name, FILE_MAX, &file, err)) != ST_OK)
		goto out;
	if ((fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)) < 0) {
		st = err_sys(err, "%s", name);
		goto out;
	}
	if ((st = fill_in(signer, fd, name, &file, &der, err)) == ST_OK)
		st = fs_close(&fd, name, err);
out:
	fs_drop(&fd);
	buf_free(&der);
	buf_free(&file);
	return st;
}
