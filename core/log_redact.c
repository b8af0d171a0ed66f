/*
 * log_redact.c: secrets that must never be read in a log, in every spelling they may turn up in.
 *
 * Each secret becomes a list of needles, packed as { length, bytes } into one protected block.  Base64 is looked for at
 * all three alignments, because a secret is mostly encoded together with what stands before it.
 */
#include "core/log_parts.h"

#include <pthread.h>

#include "core/i18n.h"
#include "core/limits.h"
#include "core/log.h"
#include "core/secret.h"

#define SECRET_MIN	4	/* bytes: shorter ones occur in any text by chance */
#define PREFIX		8	/* bytes of the beginning that are kept out by themselves */
#define PREFIX_OF_MIN	12	/* in secrets at least so long */
#define LINE_MIN	16	/* a line of a key file that is looked for by itself */
#define SPELLINGS	40	/* bytes of needles for one byte of a secret, at most: 1 + 1 raw, 4 hex, 12 percent, 12 JSON, 8 base64 */
#define OVERHEAD	1024	/* their lengths, and the rest of a group */

struct known { struct secret raw, needles; };

static struct known known[LOG_REDACT_MAX];
static size_t n_known;
static bool blind;		/* a secret could not be remembered */
static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;

/* What the needle in the making is written to. */
struct needles { struct buf packed, one; };

static enum status
keep_needle(struct needles *to, struct str s)
{
	const uint32_t n = (uint32_t)s.n;
	enum status st;

	if (s.n < SECRET_MIN)
		return ST_OK;
	if ((st = buf_add(&to->packed, &n, sizeof(n), NULL)) != ST_OK)
		return st;
	return buf_str_add(&to->packed, s, NULL);
}

static enum status
keep_hex(struct needles *to, struct str raw, const char *digits)
{
	enum status st;
	size_t i;

	buf_clear(&to->one);
	for (i = 0; i < raw.n; i++) {
		if ((st = buf_putc(&to->one, digits[(unsigned char)raw.p[i] >> 4], NULL)) != ST_OK ||
		    (st = buf_putc(&to->one, digits[(unsigned char)raw.p[i] & 15], NULL)) != ST_OK)
			return st;
	}
	return keep_needle(to, buf_str(&to->one));
}

/* RFC 3986; ${plus}: as in forms, where a blank is "+". */
static enum status
keep_percent(struct needles *to, struct str raw, const char *digits, bool plus)
{
	static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
	enum status st = ST_OK;
	size_t i;
	char c;

	buf_clear(&to->one);
	for (i = 0; i < raw.n && st == ST_OK; i++) {
		c = raw.p[i];
		if (plus && c == ' ')
			st = buf_putc(&to->one, '+', NULL);
		else if (c != '\0' && strchr(unreserved, c) != NULL)
			st = buf_putc(&to->one, c, NULL);
		else if ((st = buf_putc(&to->one, '%', NULL)) == ST_OK &&
		    (st = buf_putc(&to->one, digits[(unsigned char)c >> 4], NULL)) == ST_OK)
			st = buf_putc(&to->one, digits[(unsigned char)c & 15], NULL);
	}
	return st == ST_OK ? keep_needle(to, buf_str(&to->one)) : st;
}

/* RFC 8259 7: what must be escaped, and "/" where ${slash}. */
static enum status
keep_json(struct needles *to, struct str raw, bool slash)
{
	static const char names[] = "\b\f\n\r\t", letters[] = "bfnrt";
	enum status st = ST_OK;
	const char *named;
	size_t i;
	char c;

	buf_clear(&to->one);
	for (i = 0; i < raw.n && st == ST_OK; i++) {
		c = raw.p[i];
		named = c == '\0' ? NULL : strchr(names, c);
		if (named != NULL)
			st = buf_addf(&to->one, NULL, "\\%c", letters[named - names]);
		else if (c == '"' || c == '\\' || (slash && c == '/'))
			st = buf_addf(&to->one, NULL, "\\%c", c);
		else if ((unsigned char)c < 0x20)
			st = buf_addf(&to->one, NULL, "\\u%04x", (unsigned)c);
		else
			st = buf_putc(&to->one, c, NULL);
	}
	return st == ST_OK ? keep_needle(to, buf_str(&to->one)) : st;
}

/*
 * The characters of base64 that depend on ${raw} alone when ${shift} (0 to 2) bytes stand before it in a group of three:
 * those made partly of neighbours are left out at both ends.
 */
static enum status
keep_base64(struct needles *to, struct str raw, size_t shift, const char *alphabet)
{
	const size_t bit_end = (shift + raw.n) * 8;
	unsigned value;
	enum status st;
	size_t bit, i;

	buf_clear(&to->one);
	for (bit = (shift * 8 + 5) / 6 * 6; bit + 6 <= bit_end; bit += 6) {
		value = 0;
		for (i = bit; i < bit + 6; i++)
			value = value << 1 | ((unsigned)(unsigned char)raw.p[i / 8 - shift] >> (7 - i % 8) & 1u);
		if ((st = buf_putc(&to->one, alphabet[value], NULL)) != ST_OK)
			return st;
	}
	return keep_needle(to, buf_str(&to->one));
}

/* Key files: each line by itself, for a library may quote one.  The armour lines are no secret. */
static enum status
keep_lines(struct needles *to, struct str raw)
{
	const char *end;
	enum status st = ST_OK;
	struct str line;

	while (raw.n > 0 && st == ST_OK) {
		end = memchr(raw.p, '\n', raw.n);
		line = (struct str){ raw.p, end == NULL ? raw.n : (size_t)(end - raw.p) };
		raw.p += line.n + (end == NULL ? 0 : 1);
		raw.n -= line.n + (end == NULL ? 0 : 1);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n >= LINE_MIN && !str_has_prefix(line, "-----"))
			st = keep_needle(to, line);
	}
	return st;
}

static enum status
keep_all(struct needles *to, struct str raw)
{
	static const char b64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	static const char b64url[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	static const char lower[] = "0123456789abcdef", upper[] = "0123456789ABCDEF";
	enum status st;
	size_t shift;

	if ((st = keep_needle(to, raw)) != ST_OK)
		return st;
	if (memchr(raw.p, '\n', raw.n) != NULL)
		st = keep_lines(to, raw);
	else if (raw.n >= PREFIX_OF_MIN)
		st = keep_needle(to, (struct str){ raw.p, PREFIX });
	if (st != ST_OK || (st = keep_hex(to, raw, lower)) != ST_OK || (st = keep_hex(to, raw, upper)) != ST_OK)
		return st;
	if ((st = keep_percent(to, raw, upper, false)) != ST_OK || (st = keep_percent(to, raw, lower, false)) != ST_OK ||
	    (st = keep_percent(to, raw, upper, true)) != ST_OK || (st = keep_percent(to, raw, lower, true)) != ST_OK)
		return st;
	if ((st = keep_json(to, raw, false)) != ST_OK || (st = keep_json(to, raw, true)) != ST_OK)
		return st;
	for (shift = 0; shift < 3; shift++)
		if ((st = keep_base64(to, raw, shift, b64)) != ST_OK || (st = keep_base64(to, raw, shift, b64url)) != ST_OK)
			return st;
	return ST_OK;
}

/* With ${lock} held for writing. */
static enum status
remember(struct str raw)
{
	const size_t room = raw.n * SPELLINGS + OVERHEAD;
	struct known *k;
	struct needles made;
	enum status st;
	size_t i;

	for (i = 0; i < n_known; i++)
		if (str_eq(secret_view(&known[i].raw), raw))
			return ST_OK;
	if (n_known == LOG_REDACT_MAX)
		return ST_LIMIT;
	k = &known[n_known];
	/* Room for all at once: growing would leave copies in memory that nobody wipes. */
	buf_init(&made.packed, room);
	buf_init(&made.one, room);
	if ((st = buf_room(&made.packed, room, NULL)) == ST_OK && (st = buf_room(&made.one, room, NULL)) == ST_OK &&
	    (st = secret_copy(&k->raw, raw.p, raw.n, NULL)) == ST_OK &&
	    (st = keep_all(&made, raw)) == ST_OK)
		st = secret_copy(&k->needles, made.packed.p, made.packed.n, NULL);
	buf_wipe(&made.one);
	buf_wipe(&made.packed);
	if (st == ST_OK)
		n_known++;
	else
		secret_free(&k->raw);
	return st;
}

void
log_redact(struct str secret)
{
	enum status st;

	if (secret.p == NULL || secret.n < SECRET_MIN || secret.n > LIMIT_SECRET)
		return;	/* longer ones cannot be loaded */
	(void)pthread_rwlock_wrlock(&lock);
	if ((st = remember(secret)) != ST_OK)
		blind = true;
	(void)pthread_rwlock_unlock(&lock);
}

/* Set mask[i] for every byte of ${text} that belongs to an occurrence. */
static bool
mark(struct str text, struct str needle, char *mask)
{
	const char *at = text.p, *end = text.p + text.n;
	bool any = false;

	while ((at = memmem(at, (size_t)(end - at), needle.p, needle.n)) != NULL) {
		memset(mask + (at - text.p), 1, needle.n);
		any = true;
		at++;
	}
	return any;
}

static bool
mark_all(struct str text, char *mask)
{
	struct str packed;
	bool any = false;
	uint32_t n;
	size_t i;

	for (i = 0; i < n_known; i++)
		for (packed = secret_view(&known[i].needles); packed.n > 0; packed.p += n, packed.n -= n) {
			memcpy(&n, packed.p, sizeof(n));
			packed.p += sizeof(n);
			packed.n -= sizeof(n);
			any |= mark(text, (struct str){ packed.p, n }, mask);
		}
	return any;
}

/* With ${lock} held for reading. */
static enum status
apply(struct str text, struct buf *out, struct err *err)
{
	const size_t before = out->n;
	struct buf mask;
	enum status st;
	size_t i;

	if (blind)
		return err_set(err, ST_NOMEM, _("a text is withheld: a secret could not be remembered"));
	if (n_known == 0 || text.n == 0)
		return buf_str_add(out, text, err);
	buf_init(&mask, text.n);
	if ((st = buf_room(&mask, text.n, err)) != ST_OK)
		goto out;
	memset(mask.p, 0, text.n);
	if (!mark_all(text, mask.p)) {
		st = buf_str_add(out, text, err);
		goto out;
	}
	for (i = 0; i < text.n && st == ST_OK; i++)
		if (!mask.p[i])
			st = buf_putc(out, text.p[i], err);
		else if (i == 0 || !mask.p[i - 1])
			st = buf_addz(out, "***", err);
	if (st != ST_OK)
		out->n = before;
out:
	buf_free(&mask);
	return st;
}

enum status
log_redact_apply(struct str text, struct buf *out, struct err *err)
{
	enum status st;

	(void)pthread_rwlock_rdlock(&lock);
	st = apply(text, out, err);
	(void)pthread_rwlock_unlock(&lock);
	return st;
}

void
log_redact_forget(void)
{
	size_t i;

	(void)pthread_rwlock_wrlock(&lock);
	for (i = 0; i < n_known; i++) {
		secret_free(&known[i].needles);
		secret_free(&known[i].raw);
	}
	n_known = 0;
	blind = false;
	(void)pthread_rwlock_unlock(&lock);
}
