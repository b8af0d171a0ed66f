/* status.c: messages of failures; a text that does not fit is cut between characters. */
#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/i18n.h"

/* The length of z[0..n) without a character whose bytes do not all stand there. */
static size_t
whole_chars(const char *z, size_t n)
{
	size_t i = n, back;
	unsigned char c;

	for (back = 1; back <= 4 && back <= n; back++) {
		c = (unsigned char)z[n - back];
		if ((c & 0xC0) == 0x80)
			continue;
		if ((c >= 0xF0 && back < 4) || (c >= 0xE0 && c < 0xF0 && back < 3) || (c >= 0xC0 && c < 0xE0 && back < 2))
			i = n - back;
		break;
	}
	return i;
}

/* Copies ${z} into to[0..room), cut if need be. */
static void
put_cut(char *to, size_t room, const char *z, size_t n)
{
	if (n >= room)
		n = whole_chars(z, room - 1);
	memcpy(to, z, n);
	to[n] = '\0';
}

/* Arguments may point into the very struct that is being filled: everything is put together aside first. */
static void
format(char *to, size_t room, const char *after, const char *fmt, va_list ap)
    __attribute__((format(printf, 4, 0)));
static void
format(char *to, size_t room, const char *after, const char *fmt, va_list ap)
{
	char text[2 * sizeof(((struct err *)NULL)->text)];
	size_t n, m;
	int got;

	got = vsnprintf(text, sizeof(text), fmt, ap);
	n = got < 0 ? 0 : (size_t)got;
	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	m = strlen(after);
	if (m > sizeof(text) - 1 - n)
		m = sizeof(text) - 1 - n;
	memcpy(text + n, after, m);
	put_cut(to, room, text, n + m);
}

void
err_init(struct err *err)
{
	err->code = ST_OK;
	err->text[0] = err->next[0] = '\0';
}

enum status
err_set(struct err *err, enum status st, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return st;
	va_start(ap, fmt);
	format(err->text, sizeof(err->text), "", fmt, ap);
	va_end(ap);
	err->code = st;
	err->next[0] = '\0';
	return st;
}

enum status
err_sys(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	char why[160], after[170];
	va_list ap;

	if (err == NULL)
		return ST_IO;
	snprintf(after, sizeof(after), ": %s", strerror_r(saved, why, sizeof(why)));
	va_start(ap, fmt);
	format(err->text, sizeof(err->text), after, fmt, ap);
	va_end(ap);
	err->code = ST_IO;
	err->next[0] = '\0';
	errno = saved;
	return ST_IO;
}

enum status
err_in(struct err *err, const char *fmt, ...)
{
	char after[sizeof(err->text) + 2];
	va_list ap;

	if (err == NULL)
		return ST_IO;
	snprintf(after, sizeof(after), ": %s", err->text);
	va_start(ap, fmt);
	format(err->text, sizeof(err->text), after, fmt, ap);
	va_end(ap);
	return err->code;
}

enum status
err_next(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return ST_IO;
	va_start(ap, fmt);
	format(err->next, sizeof(err->next), "", fmt, ap);
	va_end(ap);
	return err->code;
}

enum status
err_oom(struct err *err, size_t n)
{
	return err_set(err, ST_NOMEM, _("out of memory: %zu bytes asked for"), n);
}
