/* state.c: see state.h. */
#include "archive/state.h"

#include <inttypes.h>
#include <stdio.h>

#include "archive/member.h"
#include "core/fs.h"
#include "core/i18n.h"

#define FIRST	"custody-state 1\n"
#define FILE_NAME	"state"
#define CRC_LINE	15u	/* "crc32 01234567\n" */

enum status
state_save(int dir, struct str lines, struct str caller, struct err *err)
{
	struct buf all;
	enum status st;

	buf_init(&all, STATE_MAX);
	if ((st = buf_room(&all, lines.n + caller.n + 128, err)) == ST_OK &&
	    (st = buf_addz(&all, FIRST, err)) == ST_OK && (st = buf_str_add(&all, lines, err)) == ST_OK &&
	    (st = buf_addf(&all, err, "caller %zu\n", caller.n)) == ST_OK && (st = buf_str_add(&all, caller, err)) == ST_OK &&
	    (st = buf_putc(&all, '\n', err)) == ST_OK &&
	    (st = buf_addf(&all, err, "crc32 %08" PRIx32 "\n", member_crc32(0, all.p, all.n))) == ST_OK)
		st = fs_replace(dir, FILE_NAME, all.p, all.n, err);
	buf_free(&all);
	return st;
}

static enum status
damaged(struct err *err)
{
	return err_set(err, ST_CORRUPT, _("the state of the run is damaged"));
}

/* Where the caller's bytes begin: the line before them gives their number, and they end the text. */
static bool
split(struct str all, struct str *lines, struct str *caller)
{
	struct str rest = { all.p + sizeof(FIRST) - 1, all.n - (sizeof(FIRST) - 1) }, line;
	const char *lf;
	uint64_t n;

	for (; (lf = memchr(rest.p, '\n', rest.n)) != NULL; rest = (struct str){ lf + 1, rest.n - line.n - 1 }) {
		line = (struct str){ rest.p, (size_t)(lf - rest.p) };
		if (!str_has_prefix(line, "caller "))
			continue;
		if (str_u64((struct str){ line.p + 7, line.n - 7 }, 0, STATE_MAX, &n, NULL) != ST_OK || rest.n - line.n - 1 != n + 1)
			return false;
		*lines = (struct str){ all.p + sizeof(FIRST) - 1, (size_t)(rest.p - all.p) - (sizeof(FIRST) - 1) };
		*caller = (struct str){ lf + 1, (size_t)n };
		return true;
	}
	return false;
}

enum status
state_load(int dir, struct buf *lines, struct buf *caller, struct err *err)
{
	char crc[CRC_LINE + 1];
	struct str a, b, body;
	struct buf all;
	enum status st;

	buf_init(&all, STATE_MAX);
	if ((st = fs_load(dir, FILE_NAME, STATE_MAX, &all, err)) != ST_OK)
		goto out;
	body = buf_str(&all);
	if (body.n < sizeof(FIRST) + CRC_LINE || !str_has_prefix(body, FIRST)) {
		st = damaged(err);
		goto out;
	}
	body.n -= CRC_LINE;
	snprintf(crc, sizeof(crc), "crc32 %08" PRIx32 "\n", member_crc32(0, body.p, body.n));
	if (memcmp(body.p + body.n, crc, CRC_LINE) != 0 || !split(body, &a, &b))
		st = damaged(err);
	else if ((st = buf_str_add(lines, a, err)) == ST_OK)
		st = buf_str_add(caller, b, err);
out:
	buf_free(&all);
	return st;
}

enum status
state_put(struct buf *out, const char *name, struct str value, struct err *err)
{
	if (memchr(value.p == NULL ? "" : value.p, '\n', value.n) != NULL)
		return err_set(err, ST_USAGE, _("%s: a line end inside"), name);
	return buf_addf(out, err, "%s %.*s\n", name, STR_ARG(value));
}

enum status
state_put_u64(struct buf *out, const char *name, uint64_t v, struct err *err)
{
	return buf_addf(out, err, "%s %" PRIu64 "\n", name, v);
}

enum status
state_put_i64(struct buf *out, const char *name, int64_t v, struct err *err)
{
	return buf_addf(out, err, "%s %" PRId64 "\n", name, v);
}

void
state_read(struct state_reader *r, struct str lines, struct err *err)
{
	*r = (struct state_reader){ lines, ST_OK, err };
}

struct str
state_next(const struct state_reader *r)
{
	const char *space;

	if (r->st != ST_OK || r->left.n == 0 || (space = memchr(r->left.p, ' ', r->left.n)) == NULL)
		return STR_NONE;
	return (struct str){ r->left.p, (size_t)(space - r->left.p) };
}

void
state_fail(struct state_reader *r, const char *name)
{
	if (r->st == ST_OK)
		r->st = err_set(r->err, ST_CORRUPT, _("the state of the run does not say what is expected at \"%s\""), name);
	r->left.n = 0;
}

struct str
state_get(struct state_reader *r, const char *name)
{
	struct str key = state_next(r), value;
	const char *lf;

	if (!str_is(key, name) || (lf = memchr(r->left.p, '\n', r->left.n)) == NULL) {
		state_fail(r, name);
		return STR("");
	}
	value = (struct str){ key.p + key.n + 1, (size_t)(lf - key.p) - key.n - 1 };
	r->left = (struct str){ lf + 1, r->left.n - (size_t)(lf + 1 - r->left.p) };
	return value;
}

uint64_t
state_get_u64(struct state_reader *r, const char *name)
{
	struct str s = state_get(r, name);
	uint64_t v = 0;

	if (r->st == ST_OK && str_u64(s, 0, UINT64_MAX, &v, NULL) != ST_OK)
		state_fail(r, name);
	return v;
}

int64_t
state_get_i64(struct state_reader *r, const char *name)
{
	struct str s = state_get(r, name);
	int64_t v = 0;

	if (r->st == ST_OK && str_i64(s, INT64_MIN, INT64_MAX, &v, NULL) != ST_OK)
		state_fail(r, name);
	return v;
}

struct str
state_word(struct str *value)
{
	const char *space = memchr(value->p, ' ', value->n);
	struct str word = { value->p, space != NULL ? (size_t)(space - value->p) : value->n };

	*value = space != NULL ? (struct str){ space + 1, value->n - word.n - 1 } : (struct str){ value->p + value->n, 0 };
	return word;
}

uint64_t
state_word_u64(struct state_reader *r, struct str *value)
{
	uint64_t v = 0;

	if (str_u64(state_word(value), 0, UINT64_MAX, &v, NULL) != ST_OK)
		state_fail(r, "number");
	return v;
}

enum status
state_done(struct state_reader *r)
{
	if (r->st == ST_OK && r->left.n > 0)
		state_fail(r, "end");
	return r->st;
}
