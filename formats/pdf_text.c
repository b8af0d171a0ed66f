/* pdf_text.c: see pdf_text.h. */
#include "formats/pdf_text.h"

#include <stdio.h>

#include "core/utf8.h"

/* Characters that are nothing to see and change what is seen.  Joiners and variation selectors are not among them: emoji and names need them. */
static const struct { uint32_t from, to; } hidden[] = {
	{ 0x00, 0x1f }, { 0x7f, 0x9f }, { 0xad, 0xad }, { 0x34f, 0x34f }, { 0x61c, 0x61c }, { 0x115f, 0x1160 }, { 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
	{ 0x200b, 0x200b }, { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2060, 0x206f }, { 0x3164, 0x3164 }, { 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 },
	{ 0xfff0, 0xfffb }, { 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a }, { 0xe0000, 0xe00ff }, { 0xe01f0, 0xe0fff },
};

static bool
is_hidden(uint32_t cp)
{
	size_t i;

	for (i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (cp >= hidden[i].from && cp <= hidden[i].to)
			return true;
	return utf8_is_noncharacter(cp);
}

/* Variation selectors and joiners have no picture of their own. */
static bool
needs_glyph(uint32_t cp)
{
	return !(cp == 0x200c || cp == 0x200d || (cp >= 0xfe00 && cp <= 0xfe0f) || (cp >= 0xe0100 && cp <= 0xe01ef));
}

enum status
pdf_text_parts(struct str in, bool (*has)(void *, uint32_t), void *ctx, enum status (*part)(void *, struct str, bool, struct err *), void *to,
    struct err *err)
{
	size_t at = 0, from = 0, next;
	enum status st = ST_OK;
	char mark[16];
	uint32_t cp;

	for (; st == ST_OK && at < in.n; at = next) {
		struct str instead = STR_NONE;
		bool marked = false;

		next = at;
		if (!utf8_next(in, &next, &cp))
			instead = STR("\xef\xbf\xbd");
		else if (cp == '\n' || (cp >= 0x20 && cp < 0x7f))
			continue;
		else if (cp == '\r') {
			if (next < in.n && in.p[next] == '\n')
				next++;
			instead = STR("\n");
		} else if (cp == '\t')
			instead = STR("    ");
		else if (is_hidden(cp) || (has != NULL && needs_glyph(cp) && !has(ctx, cp))) {
			instead = (struct str){ mark, (size_t)snprintf(mark, sizeof(mark), "[U+%04X]", (unsigned)cp) };
			marked = true;
		} else
			continue;
		if (at > from)
			st = part(to, (struct str){ in.p + from, at - from }, false, err);
		if (st == ST_OK)
			st = part(to, instead, marked, err);
		from = next;
	}
	return st == ST_OK && in.n > from ? part(to, (struct str){ in.p + from, in.n - from }, false, err) : st;
}

static enum status
plain(void *to, struct str s, bool mark, struct err *err)
{
	struct buf *out = to;
	enum status st;
	size_t i;

	(void)mark;
	if ((st = buf_room(out, s.n, err)) != ST_OK)
		return st;
	for (i = 0; i < s.n; i++)
		out->p[out->n++] = s.p[i] == '\n' ? ' ' : s.p[i];
	return ST_OK;
}

enum status
pdf_text_plain(struct str in, struct buf *out, struct err *err)
{
	return pdf_text_parts(in, NULL, NULL, plain, out, err);
}

struct str
pdf_text_cut(struct str in, size_t max)
{
	if (in.n <= max)
		return in;
	while (max > 0 && ((unsigned char)in.p[max] & 0xc0) == 0x80)
		max--;
	return (struct str){ in.p, max };
}
