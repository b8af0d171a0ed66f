/* store.c: names in a directory, and what they mean. */
#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/names.h"
#include "core/fs.h"
#include "core/i18n.h"

#define LOCK_NAME	"custody.lock"

enum status
store_open(struct store *s, const char *path, const char *label, bool create, struct err *err)
{
	enum status st;

	memset(s, 0, sizeof(*s));
	s->dir = -1;
	if ((st = fs_dir_open(path, create, &s->dir, err)) != ST_OK)
		return st;
	if ((s->path = strdup(path)) == NULL) {
		store_close(s);
		return err_oom(err, strlen(path));
	}
	snprintf(s->label, sizeof(s->label), "%s", label);
	return ST_OK;
}

void
store_close(struct store *s)
{
	if (s->dir >= 0)
		close(s->dir);
	s->dir = -1;
	free(s->path);
	s->path = NULL;
}

enum status
store_lock(const struct store *s, int *fd, struct err *err)
{
	enum status st = fs_lock(s->dir, LOCK_NAME, fd, err);

	return st == ST_OK ? st : (err_in(err, "%s", s->path), st);
}

void
store_name(const char *label, uint64_t sequence, char out[40])
{
	snprintf(out, 40, "%s-%08" PRIu64, label, sequence);
}

/* The parts of a name: "acme-00000001" and what follows it. */
static bool
split(const char *file, char name[40], const char **suffix)
{
	static const char *const suffixes[] = { ".tar.gz.partial", ".tar.gz", ".seal", ".work", NULL };
	size_t n = strlen(file), i, m;

	for (i = 0; suffixes[i] != NULL; i++) {
		m = strlen(suffixes[i]);
		if (n <= m || n - m >= 40 || strcmp(file + n - m, suffixes[i]) != 0)
			continue;
		memcpy(name, file, n - m);
		name[n - m] = '\0';
		*suffix = suffixes[i];
		return names_sequence((struct str){ name, n - m }) > 0;
	}
	return false;
}

static bool
exists(int dir, const char *name)
{
	struct stat sb;

	return fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum store_state
state_of(int dir, const char *name)
{
	char path[80];
	bool partial;

	snprintf(path, sizeof(path), "%s.tar.gz", name);
	if (exists(dir, path))
		return STORE_CLOSED;
	snprintf(path, sizeof(path), "%s.tar.gz.partial", name);
	partial = exists(dir, path);
	snprintf(path, sizeof(path), "%s.seal/seal.txt", name);
	if (exists(dir, path)) {
		snprintf(path, sizeof(path), "%s.work/goes-on", name);
		return !partial ? STORE_DESTROYED : exists(dir, path) ? STORE_UNFINISHED : STORE_PENDING;
	}
	snprintf(path, sizeof(path), "%s.work/state", name);
	if (exists(dir, path))
		return STORE_UNFINISHED;
	snprintf(path, sizeof(path), "%s.work", name);
	return partial || exists(dir, path) ? STORE_EMPTY : STORE_DESTROYED;
}

static int
by_name(const void *va, const void *vb)
{
	const struct store_entry *a = va, *b = vb;
	size_t na = (size_t)(strrchr(a->name, '-') - a->name), nb = (size_t)(strrchr(b->name, '-') - b->name);
	int c = strncmp(a->name, b->name, na < nb ? na : nb);

	if (c != 0 || na != nb)
		return c != 0 ? c : na < nb ? -1 : 1;
	return a->sequence < b->sequence ? -1 : a->sequence > b->sequence;
}

static bool
is_label(const char *name, const char *label)
{
	const char *dash = strrchr(name, '-');
	size_t n = dash == NULL ? 0 : (size_t)(dash - name);

	return dash != NULL && strlen(label) == n && strncmp(name, label, n) == 0;
}

enum status
store_list(const struct store *s, bool any_label, struct store_entry **out, size_t *n, struct err *err)
{
	struct store_entry *list = NULL;
	const char *suffix;
	char **names = NULL, name[40], work[64];
	size_t i, n_names, n_list = 0, j;
	enum status st;

	*out = NULL;
	*n = 0;
	if ((st = fs_list(s->dir, &names, &n_names, err)) != ST_OK)
		return st;
	if ((list = calloc(n_names + 1, sizeof(*list))) == NULL) {
		fs_list_free(names, n_names);
		return err_oom(err, n_names * sizeof(*list));
	}
	for (i = 0; i < n_names; i++) {
		if (!split(names[i], name, &suffix) || (!any_label && !is_label(name, s->label)))
			continue;
		for (j = n_list; j > 0 && strcmp(list[j - 1].name, name) != 0; j--)
			;	/* names come sorted: the same archive is near the end */
		if (j > 0)
			continue;
		memcpy(list[n_list].name, name, sizeof(name));
		list[n_list].sequence = names_sequence(str_of(name));
		list[n_list].state = state_of(s->dir, name);
		snprintf(work, sizeof(work), "%s.work", name);
		list[n_list].closing = list[n_list].state == STORE_CLOSED && exists(s->dir, work);
		n_list++;
	}
	fs_list_free(names, n_names);
	qsort(list, n_list, sizeof(*list), by_name);
	*out = list;
	*n = n_list;
	return ST_OK;
}

enum status
store_seal(const struct store *s, const char *name, struct buf *text, struct seal *seal, struct err *err)
{
	char path[80];
	enum status st;

	snprintf(path, sizeof(path), "%s.seal", name);
	if (!exists(s->dir, path))
		return ST_END;
	snprintf(path, sizeof(path), "%s.seal/seal.txt", name);
	if ((st = fs_load(s->dir, path, LIMIT_SEAL, text, err)) != ST_OK)
		return st;
	if ((st = seal_parse(buf_str(text), seal, err)) != ST_OK)
		return err_in(err, "%s/%s", s->path, path);
	return ST_OK;
}

enum status
store_head(const struct store *s, const struct hash_set *set, struct store_head *head, struct err *err)
{
	struct store_entry *list;
	struct buf text;
	enum status st;
	size_t i, n;

	memset(head, 0, sizeof(*head));
	if ((st = store_list(s, false, &list, &n, err)) != ST_OK)
		return st;
	buf_init(&text, LIMIT_SEAL);
	for (i = n; i-- > 0;) {
		buf_clear(&text);
		st = store_seal(s, list[i].name, &text, &head->seal, err);
		if (st == ST_END && list[i].state != STORE_UNFINISHED && list[i].state != STORE_EMPTY) {
			st = err_set(err, ST_CORRUPT, _("%s/%s.seal/seal.txt is missing"), s->path, list[i].name);
			err_next(err, _("bring the directory back from a copy: the chain cannot go on without it"));
			break;
		}
		if (st == ST_END)
			continue;
		if (st == ST_OK && (head->seal.sequence != list[i].sequence || strcmp(head->seal.archive, list[i].name) != 0))
			st = err_set(err, ST_CORRUPT, _("%s/%s.seal/seal.txt belongs to another archive"), s->path, list[i].name);
		if (st == ST_OK && (st = hashes_of(set, buf_str(&text), head->hash, err)) == ST_OK)
			head->any = true;
		break;
	}
	buf_free(&text);
	free(list);
	return st == ST_END ? ST_OK : st;
}

enum status
store_discard(const struct store *s, const char *name, struct err *err)
{
	char path[80], partial[80];
	enum status st;

	snprintf(path, sizeof(path), "%s.work", name);
	snprintf(partial, sizeof(partial), "%s.tar.gz.partial", name);
	if (strlen(name) >= 40 || !is_label(name, s->label) || (!exists(s->dir, path) && !exists(s->dir, partial)))
		return err_set(err, ST_USAGE, _("%s holds no interrupted run %s"), s->path, name);
	if (state_of(s->dir, name) != STORE_UNFINISHED && state_of(s->dir, name) != STORE_EMPTY)
		return err_set(err, ST_USAGE, _("%s is sealed: it cannot be given up"), name);
	snprintf(path, sizeof(path), "%s.seal/seal.txt", name);
	if (exists(s->dir, path)) {	/* a volume: what it holds stays, only what was to follow it is given up */
		snprintf(path, sizeof(path), "%s.work/goes-on", name);
		return fs_unlink(s->dir, path, err);
	}
	snprintf(path, sizeof(path), "%s.tar.gz.partial", name);
	if ((st = fs_unlink(s->dir, path, err)) != ST_OK)
		return st;
	snprintf(path, sizeof(path), "%s.work", name);
	return fs_remove_tree(s->dir, path, err);
}
