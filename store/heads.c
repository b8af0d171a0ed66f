/* heads.c: see heads.h. */
#include "store/heads.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "core/fs.h"
#include "core/i18n.h"
#include "core/when.h"
#include "store/receipt.h"

#define HEADS_MAX	((size_t)64 << 20)	/* bytes: some 400,000 seals */
#define LOCK_TRIES	50
#define LOCK_WAIT_MS	100

static enum status
default_path(struct buf *out, struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct passwd *pw;

	if (state != NULL && state[0] == '/')
		return buf_addf(out, err, "%s/custody/signed", state);
	if (geteuid() == 0)
		return buf_addz(out, "/var/lib/custody/signed", err);
	if (home == NULL || home[0] != '/')
		home = (pw = getpwuid(geteuid())) != NULL ? pw->pw_dir : NULL;
	if (home == NULL || home[0] != '/')
		return err_set(err, ST_USAGE, _("there is no place to remember what was signed: neither XDG_STATE_HOME nor a home directory"));
	return buf_addf(out, err, "%s/.local/state/custody/signed", home);
}

enum status
heads_open(struct heads *h, const char *path, struct err *err)
{
	struct buf full;
	enum status st;
	char *slash;

	*h = (struct heads){ .dir = -1 };
	buf_init(&full, 8192);
	st = path != NULL ? buf_addf(&full, err, "%s%s", strchr(path, '/') == NULL ? "./" : "", path) : default_path(&full, err);
	if (st != ST_OK || (st = buf_z(&full, err)) != ST_OK)
		goto out;
	if ((h->path = strdup(full.p)) == NULL) {
		st = err_oom(err, full.n);
		goto out;
	}
	slash = strrchr(full.p, '/');
	*slash = '\0';
	h->name = h->path + (slash + 1 - full.p);
	if (h->name[0] == '\0')
		st = err_set(err, ST_USAGE, _("%s: the name of a file is needed, not of a directory"), h->path);
	else
		st = fs_dir_open(slash == full.p ? "/" : full.p, true, &h->dir, err);
out:
	buf_free(&full);
	if (st != ST_OK)
		heads_close(h);
	return st;
}

void
heads_close(struct heads *h)
{
	fs_drop(&h->dir);
	free(h->path);
	h->path = NULL;
}

/* Take the next line; false at anything but a head line with its end: one that was cut short is damage. */
static bool
take(struct str *rest, struct receipt *out)
{
	const char *end = memchr(rest->p, '\n', rest->n);
	struct str line;

	if (end == NULL)
		return false;
	line = (struct str){ rest->p, (size_t)(end - rest->p) };
	rest->n -= line.n + 1;
	rest->p = end + 1;
	return receipt_parse(line, out);
}

static enum status
second_seal(const struct heads *h, const struct seal *seal, const unsigned char before[32], const unsigned char now[32], struct err *err)
{
	char a[65], b[65];

	digest_hex(before, 32, a);
	digest_hex(now, 32, b);
	(void)err_set(err, ST_CORRUPT, _("for sequence %" PRIu64 " of %s another seal was signed here before: sha256:%s then, sha256:%s now; this one is not signed"),
	    seal->sequence, seal->chain, a, b);
	return err_next(err, _("keep both seals and find out who made two archives for one place in the chain; what was signed is listed in %s"), h->path);
}

static enum status
look(const struct heads *h, struct str text, const struct seal *seal, const unsigned char sha256[32], struct heads_word *w, struct err *err)
{
	struct receipt e;
	unsigned line;

	memset(w, 0, sizeof(*w));
	for (line = 1; text.n > 0; line++) {
		if (!take(&text, &e)) {
			(void)err_set(err, ST_CORRUPT, _("%s, line %u: not the line of a signed seal"), h->path, line);
			return err_next(err, _("bring the file back from a copy: without it a second seal could not be recognised"));
		}
		if (strcmp(e.chain, seal->chain) != 0)
			continue;
		w->known = true;
		if (e.sequence > w->last)
			w->last = e.sequence;
		if (e.sequence == seal->sequence) {
			if (memcmp(e.sha256, sha256, 32) != 0)
				return second_seal(h, seal, e.sha256, sha256, err);
			w->same = true;
		}
		if (seal->has_previous && e.sequence + 1 == seal->sequence) {
			bool is = memcmp(e.sha256, seal->previous[0], 32) == 0;	/* the first algorithm is SHA-256 always */

			w->previous |= is;
			w->other_previous |= !is;
		}
	}
	return ST_OK;
}

/* No file yet: nothing was signed. */
static enum status
load(const struct heads *h, struct buf *out, struct err *err)
{
	enum status st = fs_load(h->dir, h->name, HEADS_MAX, out, err);

	return st == ST_END ? ST_OK : st == ST_OK ? st : (err_in(err, "%s", h->path), st);
}

enum status
heads_look(const struct heads *h, const struct seal *seal, const unsigned char sha256[32], struct heads_word *w, struct err *err)
{
	struct buf text;
	enum status st;

	buf_init(&text, HEADS_MAX);
	if ((st = load(h, &text, err)) == ST_OK)
		st = look(h, buf_str(&text), seal, sha256, w, err);
	buf_free(&text);
	return st;
}

enum status
heads_last(const struct heads *h, const char *chain, uint64_t *last, struct err *err)
{
	const unsigned char none[32] = { 0 };
	struct seal any = { .sequence = 0 };	/* no seal has this sequence, so none can contradict */
	struct heads_word w;
	enum status st;

	snprintf(any.chain, sizeof(any.chain), "%s", chain);
	st = heads_look(h, &any, none, &w, err);
	*last = st == ST_OK ? w.last : 0;
	return st;
}

enum status
heads_keep(const struct heads *h, const struct seal *seal, const unsigned char sha256[32], struct err *err)
{
	char line[RECEIPT_LINE_MAX], lock_name[300];
	struct heads_word w;
	struct buf text;
	enum status st;
	int lock = -1, try;

	if ((size_t)snprintf(lock_name, sizeof(lock_name), "%s.lock", h->name) >= sizeof(lock_name))
		return err_set(err, ST_USAGE, _("%s: the name is too long"), h->path);
	buf_init(&text, HEADS_MAX);
	/* Held for a moment only: a run of hours must not fail because another one is just writing its line. */
	for (try = 0; (st = fs_lock(h->dir, lock_name, &lock, err)) == ST_BUSY && try < LOCK_TRIES; try++)
		if (when_sleep_ms(LOCK_WAIT_MS))
			break;
	if (st != ST_OK || (st = load(h, &text, err)) != ST_OK ||
	    (st = look(h, buf_str(&text), seal, sha256, &w, err)) != ST_OK || w.same)
		goto out;
	receipt_line(seal->chain, seal->sequence, sha256, line);
	if ((st = buf_addz(&text, line, err)) == ST_OK)
		st = fs_replace(h->dir, h->name, text.p, text.n, err);
out:
	fs_drop(&lock);
	buf_free(&text);
	return st;
}
