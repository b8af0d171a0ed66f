/* look.c: see look.h. */
#include "cmd/look.h"

#include <stdio.h>

#include "core/i18n.h"
#include "core/log.h"
#include "core/when.h"

#define RECORDS	"data/records/"

static const char *
first_fault(const struct verify_report *r)
{
	size_t i;

	for (i = 0; i < r->n_steps; i++)
		if (r->steps[i].verdict == r->verdict)
			return r->steps[i].text;
	return "?";
}

enum status
look_into(struct app *app, const struct options *o, const char *path, bool need_valid, const struct verify_taps *taps, struct err *err)
{
	struct verify_report first, second;
	struct trust trust;
	enum status st;

	if ((st = app_trust(app, options_get(o, "trust"), &trust, err)) != ST_OK)
		return st;
	memset(&first, 0, sizeof(first));
	memset(&second, 0, sizeof(second));
	if ((st = verify_archive(path, &trust, when_now_ms(), NULL, &first, err)) != ST_OK)
		goto out;
	if (first.verdict == VERDICT_INVALID) {
		st = err_set(err, ST_CORRUPT, _("INVALID, nothing of it is shown: %s"), first_fault(&first));
		goto out;
	}
	if (first.verdict == VERDICT_INDETERMINATE && need_valid) {
		st = err_set(err, ST_UNSURE, _("INDETERMINATE, nothing is taken out: %s"), first_fault(&first));
		err_next(err, _("give the trust file: --trust FILE"));
		goto out;
	}
	if (first.verdict == VERDICT_INDETERMINATE)
		log_say(LOG_WARN_, _("not proven who sealed this: %s"), first_fault(&first));
	if ((st = verify_archive(path, &trust, when_now_ms(), taps, &second, err)) != ST_OK)
		goto out;
	if (second.verdict != first.verdict || memcmp(first.seal_sha256, second.seal_sha256, sizeof(first.seal_sha256)) != 0)
		st = err_set(err, ST_CORRUPT, _("the file changed while it was being read"));
out:
	trust_free(&trust);
	return st;
}

/* --- lines --- */

static enum status
entry(void *ctx, const char *path, uint64_t size, uint64_t offset, struct err *err)
{
	struct look_lines *l = ctx;
	size_t n = strlen(l->stream);

	(void)size;
	(void)offset;
	(void)err;
	l->on = strncmp(path, RECORDS, sizeof(RECORDS) - 1) == 0 && strncmp(path + sizeof(RECORDS) - 1, l->stream, n) == 0 &&
	    path[sizeof(RECORDS) - 1 + n] == '/';
	return ST_OK;
}

static enum status
data(void *ctx, const void *p, size_t n, struct err *err)
{
	struct look_lines *l = ctx;
	const char *at = p, *end = at + n, *lf;
	enum status st;

	if (!l->on)
		return ST_OK;
	while ((lf = memchr(at, '\n', (size_t)(end - at))) != NULL) {
		struct str line = { at, (size_t)(lf - at) };

		if (l->part.n > 0) {
			if ((st = buf_str_add(&l->part, line, err)) != ST_OK)
				return st;
			line = buf_str(&l->part);
		}
		if ((st = l->line(l, line, err)) != ST_OK)
			return st;
		buf_clear(&l->part);
		at = lf + 1;
	}
	return buf_add(&l->part, at, (size_t)(end - at), err);
}

void
look_lines_init(struct look_lines *l, const char *stream, enum status (*line)(struct look_lines *, struct str, struct err *))
{
	memset(l, 0, sizeof(*l));
	l->stream = stream;
	l->line = line;
	buf_init(&l->part, LIMIT_RECORD + 64);
}

void
look_lines_free(struct look_lines *l)
{
	buf_free(&l->part);
}

struct verify_taps
look_lines_taps(struct look_lines *l)
{
	return (struct verify_taps){ .ctx = l, .entry = entry, .data = data };
}
