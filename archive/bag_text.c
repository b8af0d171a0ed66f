/* bag_text.c: see the header.  The only file that knows iconv. */
#include "archive/bag_text.h"

#include <errno.h>
#include <iconv.h>
#include <strings.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/utf8.h"

bool
bag_text_is_utf8(const char *encoding)
{
	return strcasecmp(encoding, "UTF-8") == 0 || strcasecmp(encoding, "UTF8") == 0;
}

enum status
bag_text_open(struct bag_text *t, const char *encoding, enum status (*line)(void *, struct str, bool, uint64_t, struct err *), void *ctx,
    struct err *err)
{
	iconv_t cd;

	memset(t, 0, sizeof(*t));
	buf_init(&t->pending, LIMIT_BAG_LINE);
	t->line = line;
	t->ctx = ctx;
	if (bag_text_is_utf8(encoding))
		return ST_OK;
	/* Letters, digits and a few signs only: "//" would switch on transliteration. */
	if (encoding[0] == '\0' || encoding[strspn(encoding, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.:")] != '\0' ||
	    (cd = iconv_open("UTF-8", encoding)) == (iconv_t)-1)
		return err_set(err, ST_UNSURE, _("this machine cannot read the character encoding \"%s\""), encoding);
	t->conversion = cd;
	return ST_OK;
}

void
bag_text_close(struct bag_text *t)
{
	if (t->conversion != NULL)
		(void)iconv_close(t->conversion);
	t->conversion = NULL;
	buf_free(&t->pending);
}

static enum status
end_line(struct bag_text *t, struct err *err)
{
	struct str line = buf_str(&t->pending);
	enum status st;

	st = t->line(t->ctx, line, !t->bad && utf8_ok(line), ++t->no, err);
	buf_clear(&t->pending);
	t->bad = false;
	return st;
}

/* Decoded text. */
static enum status
lines(struct bag_text *t, const char *p, size_t n, struct err *err)
{
	enum status st;
	size_t i = 0;

	while (i < n) {
		size_t from = i;

		if (t->after_cr && p[i] == '\n')
			from = ++i;
		t->after_cr = false;
		while (i < n && p[i] != '\n' && p[i] != '\r')
			i++;
		if ((st = buf_add(&t->pending, p + from, i - from, err)) != ST_OK)
			return st == ST_LIMIT ? err_set(err, ST_LIMIT, _("line %ju is over %zu bytes"), (uintmax_t)t->no + 1, LIMIT_BAG_LINE) : st;
		if (!t->begun && (t->pending.n >= 3 || i < n)) {
			t->begun = true;
			t->bom = t->pending.n >= 3 && memcmp(t->pending.p, "\xef\xbb\xbf", 3) == 0;
			if (t->bom) {
				t->pending.n -= 3;
				memmove(t->pending.p, t->pending.p + 3, t->pending.n);
			}
		}
		if (i < n) {
			t->after_cr = p[i++] == '\r';
			if ((st = end_line(t, err)) != ST_OK)
				return st;
		}
	}
	return ST_OK;
}

static enum status
convert(struct bag_text *t, char *in, size_t n, struct err *err)
{
	enum status st;

	while (n > 0) {
		char out[4096], *to = out;
		size_t room = sizeof(out), r = iconv(t->conversion, &in, &n, &to, &room);
		int why = errno;

		if ((st = lines(t, out, sizeof(out) - room, err)) != ST_OK)
			return st;
		if (r != (size_t)-1 || why == E2BIG)
			continue;
		if (why == EINVAL && n < sizeof(t->rest)) {	/* a character cut in two: the rest comes with the next piece */
			memcpy(t->rest, in, n);
			t->n_rest = n;
			return ST_OK;
		}
		t->bad = true;
		(void)iconv(t->conversion, NULL, NULL, NULL, NULL);
		in++;
		n--;
	}
	return ST_OK;
}

enum status
bag_text_put(struct bag_text *t, const void *p, size_t n, struct err *err)
{
	const char *from = p;
	enum status st;

	t->n_bytes += n;
	if (t->conversion == NULL)
		return lines(t, from, n, err);
	while (n > 0) {
		char piece[4096];
		size_t take = sizeof(piece) - t->n_rest < n ? sizeof(piece) - t->n_rest : n, have = t->n_rest + take;

		memcpy(piece, t->rest, t->n_rest);
		memcpy(piece + t->n_rest, from, take);
		t->n_rest = 0;
		if ((st = convert(t, piece, have, err)) != ST_OK)
			return st;
		from += take;
		n -= take;
	}
	return ST_OK;
}

enum status
bag_text_end(struct bag_text *t, struct err *err)
{
	if (t->n_rest > 0)
		t->bad = true;
	t->unended = t->pending.n > 0 || t->bad;
	return t->unended ? end_line(t, err) : ST_OK;
}
