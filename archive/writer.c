/* writer.c: an archive is begun, found again, given up. */
#include "archive/writer_parts.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/names.h"
#include "archive/state.h"
#include "archive/text.h"
#include "core/i18n.h"
#include "core/mem.h"


enum status
writer_check(const struct archive *a, enum archive_phase phase, struct err *err)
{
	if (a->broken != ST_OK) {
		err_set(err, a->broken, _("%s: an earlier failure stopped the writing"), a->params.name);
		err_next(err, "custody resume %s", a->params.name);
		return a->broken;
	}
	if (a->phase != phase)
		return err_set(err, ST_USAGE, _("%s: not possible at this point of the archive's making"), a->params.name);
	return ST_OK;
}

enum status
writer_break(struct archive *a, enum status st)
{
	if (st != ST_OK && a->broken == ST_OK)
		a->broken = st;
	return st;
}

static enum status
alloc(struct archive **out, int store, struct err *err)
{
	struct archive *a;
	size_t i;

	if ((*out = a = mem_get(1, sizeof(*a), err)) == NULL)
		return ST_NOMEM;
	a->store = a->work = a->run = a->seal = a->fd = -1;
	for (i = 0; i < SEAL_ALGS_MAX; i++)
		a->manifest[i].fd = -1;
	a->segments.fd = a->offsets.fd = -1;
	buf_init(&a->raw, MEMBER_RAW * 2);
	buf_init(&a->caller, STATE_MAX / 2);
	buf_init(&a->seal_text, LIMIT_SEAL);
	a->store = fcntl(store, F_DUPFD_CLOEXEC, 0);
	return a->store >= 0 ? ST_OK : err_sys(err, _("cannot open the directory of the archive"));
}

void
archive_free(struct archive *a)
{
	size_t i;

	if (a == NULL)
		return;
	pack_close(a->pack);		/* before the spools its jobs point to */
	for (i = 0; i < a->n_streams; i++)
		spool_close(a->streams[i].spool);
	for (i = 0; i < a->n_views; i++) {
		spool_close(a->views[i]->spool);
		mem_free(a->views[i]);
	}
	mem_free(a->streams);
	mem_free(a->views);
	writer_pages_close(a);
	spools_free(&a->spools);
	for (i = 0; i < SEAL_ALGS_MAX; i++)
		part_close(&a->manifest[i]);
	part_close(&a->segments);
	part_close(&a->offsets);
	hashes_free(&a->hashes);
	crypt_to_close(a->to);
	fs_drop(&a->fd);
	fs_drop(&a->seal);
	fs_drop(&a->run);
	fs_drop(&a->work);
	fs_drop(&a->store);
	explicit_bzero(a->key, sizeof(a->key));
	buf_free(&a->raw);
	buf_free(&a->caller);
	buf_free(&a->seal_text);
	mem_free(a->texts);
	mem_free(a);
}

enum archive_phase archive_phase(const struct archive *a) { return a->phase; }
const struct archive_params *archive_params_of(const struct archive *a) { return &a->params; }
int archive_work_dir(const struct archive *a) { return a->run; }

/* Where the run began decides the day that stands in every header. */
static int64_t day_s(int64_t began_ms) { return when_day_utc(began_ms) / 1000; }

static enum status
check_params(const struct archive_params *p, struct err *err)
{
	char day[21];

	when_utc_s(p->began_ms, day);
	if (names_sequence(str_of(p->name)) != p->sequence || p->sequence == 0)
		return err_set(err, ST_USAGE, _("%s is not the name of archive %ju"), p->name, (uintmax_t)p->sequence);
	if (!names_chain_ok(str_of(p->chain)))
		return err_set(err, ST_USAGE, _("%s is not the name of a chain"), p->chain);
	if (p->has_previous != (p->sequence > 1))
		return err_set(err, ST_USAGE, _("archive %ju needs the hash of the seal before, and only the first has none"), (uintmax_t)p->sequence);
	if (p->began_ms < 0 || day[0] == '\0')
		return err_set(err, ST_USAGE, _("the run began at no possible time"));
	return ST_OK;
}

/* One line for people: runs of spaces, controls and line ends of any alphabet become one space; nothing at all becomes "-". */
static const char *
one_line(char **to, const char *text)
{
	char *out = *to, *p = out;
	const unsigned char *s = (const unsigned char *)text;
	size_t skip;

	for (; s != NULL && *s != '\0'; s += skip) {
		skip = s[0] == 0xc2 && s[1] >= 0x80 && s[1] <= 0x9f ? 2 :
		    s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9) ? 3 : 1;
		if (skip == 1 && *s > 0x20 && *s != 0x7f)
			*p++ = (char)*s;
		else if (p > out && p[-1] != ' ')
			*p++ = ' ';
	}
	while (p > out && p[-1] == ' ')
		p--;
	if (p == out)
		*p++ = '-';
	*p++ = '\0';
	*to = p;
	return out;
}

static enum status
copy_params(struct archive *a, const struct archive_params *p, struct err *err)
{
	const char *const all[] = { p->name, p->chain, p->organization, p->group, p->description, p->software };
	size_t i, room = 0;
	char *at;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		room += (all[i] != NULL ? strlen(all[i]) : 0) + 2;
	if ((a->texts = at = mem_get(1, room, err)) == NULL)
		return ST_NOMEM;
	a->params = *p;
	if (p->digests.n == 0)
		hash_set_sha256(&a->params.digests);
	a->params.name = one_line(&at, p->name);
	a->params.chain = one_line(&at, p->chain);
	a->params.organization = one_line(&at, p->organization);
	a->params.group = one_line(&at, p->group);
	a->params.description = p->description == NULL ? NULL : one_line(&at, p->description);
	a->params.software = one_line(&at, p->software);
	a->params.test_salt_key = NULL;
	a->params.to = NULL;
	a->test_key = p->test_salt_key != NULL;
	return ST_OK;
}

static void
name_of(const char *name, const char *suffix, char out[WRITER_NAME_MAX])
{
	snprintf(out, WRITER_NAME_MAX, "%s%s", name, suffix);
}

static bool
exists(int dir, const char *name)
{
	struct stat sb;

	return fstatat(dir, name, &sb, AT_SYMLINK_NOFOLLOW) == 0;
}

/* A run that was killed before its first commit left nothing of worth. */
static enum status
clear_place(const struct archive *a, struct err *err)
{
	char open[WRITER_NAME_MAX], done[WRITER_NAME_MAX], work[WRITER_NAME_MAX], seal[WRITER_NAME_MAX], state[WRITER_NAME_MAX + 8];
	enum status st;

	name_of(a->params.name, WRITER_SUFFIX_OPEN, open);
	name_of(a->params.name, WRITER_SUFFIX, done);
	name_of(a->params.name, WRITER_SUFFIX_WORK, work);
	name_of(a->params.name, WRITER_SUFFIX_SEAL, seal);
	snprintf(state, sizeof(state), "%s/state", work);
	if (exists(a->store, done) || exists(a->store, seal))
		return err_set(err, ST_USAGE, _("%s exists already"), a->params.name);
	if (exists(a->store, state)) {
		err_set(err, ST_BUSY, _("%s is open already"), a->params.name);
		return err_next(err, "custody resume %s", a->params.name);
	}
	if ((st = fs_unlink(a->store, open, err)) != ST_OK)
		return st;
	return fs_remove_tree(a->store, work, err);
}

static enum status
open_work(struct archive *a, bool create, struct err *err)
{
	char name[WRITER_NAME_MAX];
	enum status st;

	name_of(a->params.name, WRITER_SUFFIX_WORK, name);
	if ((st = fs_dir_at(a->store, name, create, &a->work, err)) != ST_OK)
		return st;
	return fs_dir_at(a->work, "run", true, &a->run, err);
}

static enum status
open_manifests(struct archive *a, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < a->params.digests.n && st == ST_OK; i++) {
		writer_manifest_name(a, i, ".part", a->manifest_name[i]);
		st = part_open(&a->manifest[i], a->work, a->manifest_name[i], a->manifest[i].n, err);
	}
	return st;
}

static enum status
open_files(struct archive *a, struct err *err)
{
	char name[WRITER_NAME_MAX];
	enum status st;

	name_of(a->params.name, WRITER_SUFFIX_OPEN, name);
	if ((st = fs_open_append(a->store, name, a->packed, &a->fd, err)) != ST_OK ||
	    (st = open_manifests(a, err)) != ST_OK ||
	    (st = part_open(&a->segments, a->work, "segments.part", a->segments.n, err)) != ST_OK)
		return st;
	return part_open(&a->offsets, a->work, "offsets.part", a->offsets.n, err);
}

static enum status
make_key(struct archive *a, const unsigned char *test, struct err *err)
{
	enum status st = ST_OK;

	if (test != NULL)
		memcpy(a->key, test, sizeof(a->key));
	else
		st = digest_random(a->key, sizeof(a->key), err);
	if (st == ST_OK && (st = fs_replace(a->work, WRITER_KEY, a->key, sizeof(a->key), err)) == ST_OK)
		a->has_key = true;
	return st;
}

static enum status
first_rows(struct archive *a, struct err *err)
{
	enum status st;

	if ((st = writer_entry(a, "bagit.txt", STR(WRITER_BAGIT), err)) != ST_OK ||
	    (st = writer_entry(a, "about/VERIFY.txt", text_verify(), err)) != ST_OK)
		return st;
	return writer_entry(a, "about/FORMAT.txt", text_format(), err);
}

enum status
archive_create(struct archive **out, int store_dir, const struct archive_params *p, unsigned n_threads, struct err *err)
{
	struct archive *a;
	enum status st;

	*out = NULL;
	if ((st = check_params(p, err)) != ST_OK)
		return st;
	if ((st = alloc(&a, store_dir, err)) != ST_OK)
		goto out;
	a->mtime_s = day_s(p->began_ms);
	a->committed_mono_ms = when_mono_ms();
	if ((st = copy_params(a, p, err)) != ST_OK || (st = clear_place(a, err)) != ST_OK || (st = open_work(a, true, err)) != ST_OK ||
	    (st = make_key(a, p->test_salt_key, err)) != ST_OK || (p->to != NULL && (st = writer_crypt_begin(a, p->to, err)) != ST_OK) ||
	    (st = pack_open(&a->pack, n_threads, err)) != ST_OK)
		goto out;
	spools_init(&a->spools, a->work, a->pack, &a->params.digests);
	if ((st = open_files(a, err)) == ST_OK)
		st = first_rows(a, err);
out:
	if (st != ST_OK) {
		archive_free(a);
		return st;
	}
	*out = a;
	return ST_OK;
}

/* Is ${name} a file of the work directory that the state knows? */
static bool
known(const struct archive *a, const char *name)
{
	static const char *const fixed[] = { "state", "run", WRITER_GOES_ON, WRITER_KEY, "segments.part", "offsets.part" };
	char other[LIMIT_PATH + 64];
	const struct spool *s;
	size_t i;

	for (i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (strcmp(name, fixed[i]) == 0)
			return true;
	if (strncmp(name, "pem.", 4) == 0)
		return a->phase == ARCHIVE_SEALED;
	if (a->to != NULL && (strcmp(name, WRITER_TO) == 0 || writer_crypt_kept(a, name)))
		return true;
	for (i = 0; i < a->params.digests.n; i++)
		if (strcmp(name, a->manifest_name[i]) == 0)
			return true;
	for (i = 0; i < a->n_streams + a->n_views; i++) {
		s = i < a->n_streams ? a->streams[i].spool : a->views[i - a->n_streams]->spool;
		if (s == NULL)
			continue;
		snprintf(other, sizeof(other), "%s.members", s->name);
		if (s->has_members && strcmp(name, other) == 0)
			return true;
		snprintf(other, sizeof(other), "%s.%u.tail", s->name, s->gen);
		if (s->tail_made && strcmp(name, other) == 0)
			return true;
	}
	return false;
}

/* Take away what no commit names: temporary files everywhere, spools begun after the last commit. */
static enum status
tidy(const struct archive *a, int dir, bool work, struct err *err)
{
	enum status st;
	char **names;
	size_t i, n;

	if (dir < 0)
		return ST_OK;
	if ((st = fs_list(dir, &names, &n, err)) != ST_OK)
		return st;
	for (i = 0; i < n && st == ST_OK; i++)
		if (strncmp(names[i], FS_TMP_PREFIX, sizeof(FS_TMP_PREFIX) - 1) == 0 || (work && !known(a, names[i])))
			st = fs_unlink(dir, names[i], err);
	fs_list_free(names, n);
	return st;
}

static enum status
load_key(struct archive *a, struct err *err)
{
	struct buf key;
	enum status st;

	buf_init(&key, WRITER_KEY_LEN + 1);
	st = fs_load(a->work, WRITER_KEY, WRITER_KEY_LEN + 1, &key, err);
	if (st == ST_END && a->phase == ARCHIVE_SEALED)
		st = ST_OK;
	else if (st == ST_END || (st == ST_OK && key.n != WRITER_KEY_LEN && a->phase != ARCHIVE_SEALED))
		st = err_set(err, ST_CORRUPT, _("%s: the key of the salts is missing or damaged"), a->params.name);
	else if (st == ST_OK) {
		if (key.n == WRITER_KEY_LEN)
			memcpy(a->key, key.p, WRITER_KEY_LEN);
		a->has_key = true;
	}
	buf_wipe(&key);
	return st;
}

/* A state without a tar: nothing was committed, or all is done and only the state's directory is left. */
static enum status
find_state(struct archive *a, const char *name, struct buf *lines, struct buf *caller, struct err *err)
{
	char done[WRITER_NAME_MAX], work[WRITER_NAME_MAX];
	enum status st;

	name_of(name, WRITER_SUFFIX, done);
	name_of(name, WRITER_SUFFIX_WORK, work);
	a->renamed = exists(a->store, done);
	if (!exists(a->store, work))
		return ST_END;
	if ((st = open_work(a, false, err)) != ST_OK)
		return st;
	if ((st = state_load(a->work, lines, caller, err)) != ST_END)
		return st;
	if (a->renamed && (st = fs_remove_tree(a->store, work, err)) != ST_OK)
		return st;
	return ST_END;
}

enum status
archive_resume(struct archive **out, int store_dir, const char *name, unsigned n_threads, struct buf *caller_state, struct err *err)
{
	struct archive *a;
	struct buf lines;
	enum status st;

	*out = NULL;
	if (names_sequence(str_of(name)) == 0)
		return ST_END;
	buf_init(&lines, STATE_MAX);
	if ((st = alloc(&a, store_dir, err)) != ST_OK)
		goto out;
	a->params.name = name;
	if ((st = find_state(a, name, &lines, &a->caller, err)) != ST_OK || (st = pack_open(&a->pack, n_threads, err)) != ST_OK)
		goto out;
	spools_init(&a->spools, a->work, a->pack, &a->params.digests);
	if ((st = writer_state_decode(a, buf_str(&lines), err)) != ST_OK)
		goto out;
	if (strcmp(a->params.name, name) != 0) {
		st = err_set(err, ST_CORRUPT, _("%s: the state belongs to %s"), name, a->params.name);
		goto out;
	}
	a->mtime_s = day_s(a->params.began_ms);
	a->committed_mono_ms = when_mono_ms();
	if ((st = load_key(a, err)) != ST_OK || (!a->renamed && (st = open_files(a, err)) != ST_OK) ||
	    (st = spools_sweep(&a->spools, err)) != ST_OK || (st = tidy(a, a->work, true, err)) != ST_OK ||
	    (st = tidy(a, a->run, false, err)) != ST_OK)
		goto out;
	if (a->phase == ARCHIVE_SEALED && ((st = writer_seal_dir(a, err)) != ST_OK || (st = tidy(a, a->seal, false, err)) != ST_OK))
		goto out;
	st = buf_str_add(caller_state, buf_str(&a->caller), err);
out:
	buf_free(&lines);
	if (st != ST_OK) {
		archive_free(a);
		return st;
	}
	*out = a;
	return ST_OK;
}
