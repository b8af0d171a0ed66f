/* status.c: texts of errors. */
#include "core/status.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/i18n.h"

/* Cut at a character's border, so that the text stays UTF-8. */
static void
trim(char *text, size_t size, int wanted)
{
	size_t n = strlen(text);

	if (wanted < 0 || (size_t)wanted < size || n == 0)
		return;
	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	if (n > 0 && (unsigned char)text[n - 1] >= 0xc0)
		n--;
	text[n] = '\0';
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
	err->code = st;
	err->next[0] = '\0';
	va_start(ap, fmt);
	trim(err->text, sizeof(err->text), vsnprintf(err->text, sizeof(err->text), fmt, ap));
	va_end(ap);
	return st;
}

enum status
err_sys(struct err *err, const char *fmt, ...)
{
	int saved = errno;
	char what[sizeof(err->text)], why[128];
	va_list ap;

	if (err == NULL)
		return ST_IO;
	va_start(ap, fmt);
	trim(what, sizeof(what), vsnprintf(what, sizeof(what), fmt, ap));
	va_end(ap);
	err_set(err, ST_IO, "%s: %s", what, strerror_r(saved, why, sizeof(why)));
	errno = saved;
	return ST_IO;
}

enum status
err_in(struct err *err, const char *fmt, ...)
{
	char where[sizeof(err->text)], was[sizeof(err->text)];
	va_list ap;

	if (err == NULL)
		return ST_IO;
	va_start(ap, fmt);
	trim(where, sizeof(where), vsnprintf(where, sizeof(where), fmt, ap));
	va_end(ap);
	memcpy(was, err->text, sizeof(was));
	trim(err->text, sizeof(err->text), snprintf(err->text, sizeof(err->text), "%s: %s", where, was));
	return err->code;
}

enum status
err_next(struct err *err, const char *fmt, ...)
{
	va_list ap;

	if (err == NULL)
		return ST_IO;
	va_start(ap, fmt);
	trim(err->next, sizeof(err->next), vsnprintf(err->next, sizeof(err->next), fmt, ap));
	va_end(ap);
	return err->code;
}

enum status
err_oom(struct err *err, size_t n)
{
	return err_set(err, ST_NOMEM, _("no memory for %zu bytes"), n);
}
