/* bag_path.c: see the header.  The only file that knows utf8proc: normalisation forms and case folding. */
#include "archive/bag_path.h"

#include <strings.h>
#include <utf8proc.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/utf8.h"

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
leaves_at_once(struct str s)
{
	if (s.p[0] == '/' || s.p[0] == '~')
		return true;
	if (s.n >= 2 && s.p[0] == '\\' && s.p[1] == '\\')
		return true;
	return s.n >= 3 && is_letter(s.p[0]) && s.p[1] == ':' && (s.p[2] == '\\' || s.p[2] == '/');
}

enum status
bag_path_clean(struct str in, struct buf *out, bool *changed, enum bag_path_fault *fault, struct err *err)
{
	size_t begin = out->n, i = 0, depth = 0;
	enum status st;

	*changed = false;
	*fault = BAG_PATH_OK;
	if (in.n > LIMIT_BAG_PATH)
		return err_set(err, ST_LIMIT, _("a path of %zu bytes: over the limit of %zu"), in.n, LIMIT_BAG_PATH);
	if (in.n == 0)
		*fault = BAG_PATH_EMPTY;
	else if (memchr(in.p, '\0', in.n) != NULL)
		*fault = BAG_PATH_NUL;
	else if (leaves_at_once(in))
		*fault = BAG_PATH_LEAVES;
	if (*fault != BAG_PATH_OK)
		return ST_OK;
	while (i < in.n) {
		const char *slash = memchr(in.p + i, '/', in.n - i);
		size_t n = slash == NULL ? in.n - i : (size_t)(slash - (in.p + i));
		const char *c = in.p + i;

		i += n + (slash != NULL);
		if (n == 0 || (n == 1 && c[0] == '.')) {
			*changed = true;
		} else if (n == 2 && c[0] == '.' && c[1] == '.') {
			*changed = true;
			if (depth == 0) {
				*fault = BAG_PATH_LEAVES;
				return ST_OK;
			}
			depth--;
			while (out->n > begin && out->p[--out->n] != '/')
				;
		} else {
			if ((depth > 0 && (st = buf_putc(out, '/', err)) != ST_OK) || (st = buf_add(out, c, n, err)) != ST_OK)
				return st;
			depth++;
		}
	}
	if (in.p[in.n - 1] == '/')
		*changed = true;
	if (depth == 0)
		*fault = BAG_PATH_EMPTY;
	return ST_OK;
}

/* The byte that the three characters at ${i} stand for, 0: none of the three. */
static char
encoded(struct str s, size_t i)
{
	if (s.p[i] != '%' || s.n - i < 3)
		return 0;
	if (s.p[i + 1] == '2' && s.p[i + 2] == '5')
		return '%';
	if (s.p[i + 1] != '0')
		return 0;
	switch (s.p[i + 2]) {
	case 'a': case 'A':
		return '\n';
	case 'd': case 'D':
		return '\r';
	default:
		return 0;
	}
}

bool
bag_path_percent(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] == '%' && encoded(s, i) == 0)
			return true;
	return false;
}

/* One round of decoding in place; never grows. */
static size_t
decode(char *p, size_t n)
{
	size_t i = 0, to = 0;

	while (i < n) {
		char c = encoded((struct str){ p, n }, i);

		p[to++] = c == 0 ? p[i] : c;
		i += c == 0 ? 1 : 3;
	}
	return to;
}

enum status
bag_path_decode(struct str in, struct buf *out, struct err *err)
{
	size_t begin = out->n;
	enum status st;

	if ((st = buf_str_add(out, in, err)) == ST_OK && memchr(in.p, '%', in.n) != NULL)
		out->n = begin + decode(out->p + begin, in.n);
	return st;
}

static bool
ascii(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

static enum status
map(struct str in, int options, struct buf *out, struct err *err)
{
	utf8proc_uint8_t *p = NULL;
	utf8proc_ssize_t n;
	enum status st;

	n = utf8proc_map((const utf8proc_uint8_t *)in.p, (utf8proc_ssize_t)in.n, &p, (utf8proc_option_t)options);
	if (n == UTF8PROC_ERROR_NOMEM)
		return err_oom(err, in.n);
	if (n < 0)			/* not UTF-8: bytes then */
		return buf_str_add(out, in, err);
	st = buf_add(out, p, (size_t)n, err);
	free(p);
	return st;
}

enum status
bag_path_nfc(struct str in, struct buf *out, struct err *err)
{
	return ascii(in) ? buf_str_add(out, in, err) : map(in, UTF8PROC_STABLE | UTF8PROC_COMPOSE, out, err);
}

enum status
bag_path_key(struct digest *d, struct str in, struct buf *scratch, unsigned char key[16], struct err *err)
{
	unsigned char hash[DIGEST_MAX];
	struct str name;
	enum status st;
	size_t i, n;

	buf_clear(scratch);
	if ((st = buf_str_add(scratch, in, err)) != ST_OK)
		return st;
	/* Until nothing is left to decode, so that a name and its encoded spelling meet, whichever of them was encoded once more. */
	do {
		n = scratch->n;
		if (memchr(scratch->p, '%', n) != NULL)
			scratch->n = decode(scratch->p, n);
	} while (scratch->n < n);
	name = buf_str(scratch);
	if (ascii(name)) {
		for (i = 0; i < name.n; i++)
			if (scratch->p[i] >= 'A' && scratch->p[i] <= 'Z')
				scratch->p[i] = (char)(scratch->p[i] + ('a' - 'A'));
	} else {
		struct buf folded;

		/* Decomposed and folded, then folded forms composed once more: canonical caseless matching. */
		buf_init(&folded, scratch->max);
		if ((st = map(name, UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD, &folded, err)) == ST_OK) {
			buf_clear(scratch);
			st = bag_path_nfc(buf_str(&folded), scratch, err);
		}
		buf_free(&folded);
		if (st != ST_OK)
			return st;
	}
	if ((st = digest_begin(d, DIGEST_SHA256, err)) != ST_OK || (st = digest_add(d, scratch->p, scratch->n, err)) != ST_OK ||
	    (st = digest_end(d, hash, err)) != ST_OK)
		return st;
	memcpy(key, hash, 16);
	return ST_OK;
}

static bool
is(struct str s, const char *name)
{
	return s.n == strlen(name) && strncasecmp(s.p, name, s.n) == 0;
}

static bool
junk(struct str c)
{
	static const char *const names[] = { ".DS_Store", "Thumbs.db", "ehthumbs.db", "desktop.ini", ".Spotlight-V100", ".Trashes", "._.Trashes",
		".fseventsd", ".TemporaryItems", ".AppleDouble", "__MACOSX", "$RECYCLE.BIN", "System Volume Information", ".directory" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (is(c, names[i]))
			return true;
	return c.n > 2 && c.p[0] == '.' && c.p[1] == '_';	/* AppleDouble companions */
}

bool
bag_path_junk(struct str s)
{
	size_t i = 0;

	while (i < s.n) {
		const char *slash = memchr(s.p + i, '/', s.n - i);
		size_t n = slash == NULL ? s.n - i : (size_t)(slash - (s.p + i));

		if (n > 0 && junk((struct str){ s.p + i, n }))
			return true;
		i += n + 1;
	}
	return false;
}
