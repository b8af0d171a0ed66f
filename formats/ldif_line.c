/* ldif_line.c: lines of LDIF and names of a directory, written and read. */
#include "core/utf8.h"
#include "formats/fold.h"
#include "formats/ldif.h"

#define WIDTH 76 /* RFC 2849 note 2 names no width */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static enum status
base64(struct str s, struct buf *out, struct err *err)
{
	const unsigned char *p = (const unsigned char *)s.p;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; st == ST_OK && i < s.n; i += 3) {
		const size_t left = s.n - i;
		const uint32_t v = (uint32_t)p[i] << 16 | (left > 1 ? (uint32_t)p[i + 1] << 8 : 0) | (left > 2 ? p[i + 2] : 0u);
		const char four[4] = { alphabet[v >> 18], alphabet[v >> 12 & 63], left > 1 ? alphabet[v >> 6 & 63] : '=', left > 2 ? alphabet[v & 63] : '=' };

		st = buf_add(out, four, 4, err);
	}
	return st;
}

static enum status
unbase64(struct str s, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t i, k;

	if (s.n % 4 != 0)
		return ST_INPUT;
	for (i = 0; st == ST_OK && i < s.n; i += 4) {
		uint32_t v = 0;
		size_t pad = 0;
		char three[3];

		for (k = 0; k < 4; k++) {
			const char *at = s.p[i + k] == '\0' ? NULL : strchr(alphabet, s.p[i + k]);

			if (s.p[i + k] == '=' && i + 4 == s.n && k >= 2)
				pad++;
			else if (at == NULL || pad > 0)
				return ST_INPUT;
			v = v << 6 | (uint32_t)(at == NULL ? 0 : at - alphabet);
		}
		three[0] = (char)(v >> 16);
		three[1] = (char)(v >> 8);
		three[2] = (char)v;
		st = buf_add(out, three, 3 - pad, err);
	}
	return st;
}

/* RFC 2849: SAFE-STRING, and note 8: nothing that ends in a space. */
static bool
is_safe(struct str s)
{
	size_t i;

	if (s.n == 0)
		return true;
	if (s.p[0] == ' ' || s.p[0] == ':' || s.p[0] == '<' || s.p[s.n - 1] == ' ')
		return false;
	for (i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || s.p[i] == '\n' || s.p[i] == '\r' || (unsigned char)s.p[i] >= 0x80)
			return false;
	return true;
}

enum status
ldif_line(struct buf *line, const char *name, struct str value, struct buf *out, struct err *err)
{
	const bool safe = is_safe(value);
	enum status st;

	buf_clear(line);
	if ((st = buf_addf(line, err, "%s%s ", name, safe ? ":" : "::")) != ST_OK ||
	    (st = safe ? buf_str_add(line, value, err) : base64(value, line, err)) != ST_OK)
		return st;
	return fold_line(buf_str(line), WIDTH, "\n", out, err);
}

enum status
ldif_rdn(const char *name, struct str value, struct buf *out, struct err *err)
{
	enum status st = buf_addf(out, err, "%s=", name);
	size_t i;

	for (i = 0; st == ST_OK && i < value.n; i++) {
		const char c = value.p[i];
		const bool edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == value.n && c == ' ');

		if ((unsigned char)c < 0x20 || c == 0x7F)
			st = buf_addf(out, err, "\\%02X", (unsigned char)c);
		else if ((!edge && strchr("\"+,;<>\\=", c) == NULL) || (st = buf_putc(out, '\\', err)) == ST_OK)
			st = buf_putc(out, c, err);
	}
	return st;
}

enum status
ldif_ascii(struct str s, struct buf *out, struct err *err)
{
	enum status st = ST_OK;
	size_t at = 0;
	uint32_t cp;

	while (st == ST_OK && at < s.n) {
		(void)utf8_next(s, &at, &cp);
		st = cp >= 0x20 && cp < 0x7F ? buf_putc(out, (char)cp, err) : buf_addf(out, err, "\\u{%x}", (unsigned)cp);
	}
	return st;
}

enum status
ldif_value(struct str line, struct str *name, struct buf *out, struct err *err)
{
	const char *colon = line.n == 0 ? NULL : memchr(line.p, ':', line.n);
	struct str rest;
	bool coded;

	if (colon == NULL)
		return ST_INPUT;
	*name = (struct str){ line.p, (size_t)(colon - line.p) };
	rest = (struct str){ colon + 1, line.n - name->n - 1 };
	coded = rest.n > 0 && rest.p[0] == ':';
	for (rest.p += coded, rest.n -= coded; rest.n > 0 && rest.p[0] == ' '; rest.p++)
		rest.n--;
	buf_clear(out);
	return coded ? unbase64(rest, out, err) : buf_str_add(out, rest, err);
}
