/* init_files.c: the files of a first configuration: made aside, read back, then put in place; see init.h. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/cms.h"
#include "archive/key.h"
#include "archive/trust.h"
#include "cmd/init.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/limits.h"
#include "core/when.h"

/* In the order they appear; custody.conf last: its presence says that all the others are there. */
static const char *const names[] = { "secrets", "keys", "trust", "trust.conf", "custody.conf" };
#define N_NAMES	(sizeof(names) / sizeof(names[0]))

struct stage { int parent, dir; char name[64]; char path[INIT_VALUE + 80]; bool made[N_NAMES]; };

static enum status
in_use(const struct init *i, const char *name, struct err *err)
{
	err_set(err, ST_USAGE, _("%s/%s exists already"), i->dir, name);
	return err_next(err, _("choose another directory; nothing is overwritten"));
}

enum status
init_free_names(const struct init *i, struct err *err)
{
	char path[INIT_VALUE + 20];
	struct stat sb;
	size_t k;

	for (k = 0; k < N_NAMES; k++) {
		snprintf(path, sizeof(path), "%s/%s", i->dir, names[k]);
		if (lstat(path, &sb) == 0)
			return in_use(i, names[k], err);
		if (errno != ENOENT)
			return err_sys(err, "%s", path);
	}
	return ST_OK;
}

/* One file in a directory of the stage. */
static enum status
put(struct stage *s, const char *dir, const char *name, struct str text, struct err *err)
{
	enum status st;
	int fd;

	if ((st = fs_dir_at(s->dir, dir, true, &fd, err)) != ST_OK)
		return st;
	st = fs_replace(fd, name, text.p, text.n, err);
	fs_drop(&fd);
	return st;
}

static enum status
copy(struct stage *s, const char *from, const char *name, struct err *err)
{
	struct buf text;
	enum status st;

	buf_init(&text, LIMIT_CRL);
	if ((st = fs_load(AT_FDCWD, from, LIMIT_CRL, &text, err)) == ST_END)
		st = err_set(err, ST_USAGE, _("%s: no such file"), from);
	if (st == ST_OK)
		st = put(s, "trust", name, buf_str(&text), err);
	buf_free(&text);
	return st;
}

static enum status
put_secrets(struct init *i, struct stage *s, struct err *err)
{
	enum status st = ST_OK;
	char name[64];
	size_t k;

	for (k = 0; k < INIT_AREAS && st == ST_OK; k++) {
		if (i->secrets[k].typed.n == 0)
			continue;
		snprintf(name, sizeof(name), "%s.secret", init_areas[k].name);
		st = put(s, "secrets", name, secret_view(&i->secrets[k].typed), err);
	}
	return st;
}

static enum status
put_evaluation(struct init *i, struct stage *s, struct err *err)
{
	static const char *const roles[] = { "administrator", "compliance-officer" };
	enum status st;
	char name[64];
	size_t k;

	i->n_signers = 2;
	if ((st = evalkeys_make(i->organization, roles, i->n_signers, &i->made_root, i->made, err)) != ST_OK)
		return st;
	for (k = 0; k < i->n_signers; k++) {
		struct init_signer *g = &i->signers[k];

		memset(g, 0, sizeof(*g));
		snprintf(g->role, sizeof(g->role), "%s", roles[k]);
		snprintf(g->cert, sizeof(g->cert), "keys/%s.crt", roles[k]);
		snprintf(g->key, sizeof(g->key), "file:keys/%s.key", roles[k]);
		snprintf(name, sizeof(name), "%s.crt", roles[k]);
		if ((st = put(s, "keys", name, buf_str(&i->made[k].cert), err)) != ST_OK)
			return st;
		snprintf(name, sizeof(name), "%s.key", roles[k]);
		if ((st = put(s, "keys", name, buf_str(&i->made[k].key), err)) != ST_OK)
			return st;
	}
	return put(s, "trust", "roots.pem", buf_str(&i->made_root), err);
}

/* The certificate can be used, its key belongs to it, and its fingerprint is known. */
static enum status
try_signer(struct init_signer *g, const struct stage *s, struct err *err)
{
	char path[2 * INIT_VALUE + 80];
	struct cms_signer *signer = NULL;
	enum status st;

	snprintf(path, sizeof(path), "%s%s%s", g->cert[0] == '/' ? "" : s->path, g->cert[0] == '/' ? "" : "/", g->cert);
	if ((st = cms_signer_open(&signer, g->role, path, STR_NONE, err)) == ST_OK) {
		memcpy(g->sha256, cms_signer_fingerprint(signer), sizeof(g->sha256));
		if (g->key[0] != '\0' && !key_is_token(g->key))	/* a token may not be plugged in yet */
			st = cms_signer_key(signer, g->key, NULL, s->path, err);
		if (st == ST_OK)
			st = cms_signer_valid_at(signer, when_now_ms(), err);
	}
	cms_signer_close(signer);
	return st == ST_OK ? st : err_in(err, "%s", g->role);
}

static enum status
same(const struct config *c, const char *section, const char *key, const char *value, struct err *err)
{
	const char *read = config_get(c, section, key);

	if (value[0] == '\0' ? read == NULL : read != NULL && strcmp(read, value) == 0)
		return ST_OK;
	return err_set(err, ST_USAGE, _("%s cannot stand in the configuration as it was given"), key);
}

/* What is written is what will be read: by the reader that export and verify use. */
static enum status
read_back(const struct init *i, const struct stage *s, struct config **c, struct err *err)
{
	char path[2 * INIT_VALUE + 80], section[40], key[40];
	struct trust trust;
	enum status st;
	size_t k;

	*c = NULL;
	snprintf(path, sizeof(path), "%s/trust.conf", s->path);
	if ((st = trust_load(path, &trust, err)) != ST_OK)
		return st;
	trust_free(&trust);
	snprintf(path, sizeof(path), "%s/custody.conf", s->path);
	snprintf(section, sizeof(section), "tenant %s", i->tenant);
	if ((st = config_load(c, path, err)) != ST_OK || (st = same(*c, "store", "path", i->store, err)) != ST_OK ||
	    (st = same(*c, "seal", "timestamp", i->timestamp, err)) != ST_OK || (st = same(*c, "seal", "receipt", i->receipt, err)) != ST_OK ||
	    (st = same(*c, section, "organization", i->organization, err)) != ST_OK || (st = same(*c, section, "base_url", i->base_url, err)) != ST_OK ||
	    (st = same(*c, section, "ca", i->ca, err)) != ST_OK || (st = same(*c, section, "chat.sdk", i->chat_sdk, err)) != ST_OK || (st = same(*c, section, "chat.proxy", i->chat_proxy, err)) != ST_OK)
		return st;
	for (k = 0; k < INIT_AREAS && st == ST_OK; k++) {
		snprintf(key, sizeof(key), "secret.%s", init_areas[k].name);
		st = same(*c, section, key, i->secrets[k].place, err);
	}
	return st;
}

static enum status
fill(struct init *i, struct stage *s, struct err *err)
{
	enum status st;
	size_t k;

	for (k = 0; k < INIT_AREAS; k++)
		if (i->secrets[k].typed.n > 0)
			snprintf(i->secrets[k].place, INIT_VALUE, "file:secrets/%s.secret", init_areas[k].name);
	if ((st = put_secrets(i, s, err)) != ST_OK ||
	    (st = i->evaluation ? put_evaluation(i, s, err) : copy(s, i->roots, "roots.pem", err)) != ST_OK ||
	    (i->tsa_roots[0] != '\0' && (st = copy(s, i->tsa_roots, "tsa-roots.pem", err)) != ST_OK))
		return st;
	for (k = 0; k < i->n_signers; k++)
		if ((st = try_signer(&i->signers[k], s, err)) != ST_OK)
			return st;
	if ((st = init_config(i, err)) != ST_OK || (st = init_trust(i, err)) != ST_OK ||
	    (st = fs_replace(s->dir, "custody.conf", i->config.p, i->config.n, err)) != ST_OK)
		return st;
	return fs_replace(s->dir, "trust.conf", i->trust.p, i->trust.n, err);
}

/* Everything under its name or nothing: what was moved already goes back. */
static enum status
place(const struct init *i, struct stage *s, struct err *err)
{
	enum status st = ST_OK;
	struct stat sb;
	size_t k;

	for (k = 0; k < N_NAMES && st == ST_OK; k++) {
		if (fstatat(s->dir, names[k], &sb, AT_SYMLINK_NOFOLLOW) != 0)
			continue;	/* not needed this time */
		if (renameat2(s->dir, names[k], s->parent, names[k], RENAME_NOREPLACE) == 0)
			s->made[k] = true;
		else
			st = errno == EEXIST ? in_use(i, names[k], err) : err_sys(err, "%s/%s", i->dir, names[k]);
	}
	if (st == ST_OK)
		st = fs_sync(s->parent, i->dir, err);
	for (k = N_NAMES; st != ST_OK && k-- > 0;)
		if (s->made[k])
			(void)renameat(s->parent, names[k], s->dir, names[k]);
	return st;
}

enum status
init_write(struct init *i, struct app *app, struct err *err)
{
	struct stage s = { .parent = -1, .dir = -1 };
	struct config *c = NULL;
	struct err quiet;
	enum status st;

	snprintf(s.name, sizeof(s.name), FS_TMP_PREFIX "init-%ld", (long)getpid());
	snprintf(s.path, sizeof(s.path), "%s/%s", i->dir, s.name);
	if ((st = fs_dir_open(i->dir, true, &s.parent, err)) != ST_OK || (st = init_free_names(i, err)) != ST_OK ||
	    (st = fs_dir_at(s.parent, s.name, true, &s.dir, err)) != ST_OK)
		goto out;
	if ((st = fill(i, &s, err)) == ST_OK && (st = read_back(i, &s, &c, err)) == ST_OK && !i->unchecked)
		st = init_check(i, app, c, err);
	if (st == ST_OK)
		st = place(i, &s, err);
	err_init(&quiet);
	if (fs_remove_tree(s.parent, s.name, &quiet) != ST_OK && st == ST_OK)
		st = err_set(err, quiet.code, "%s", quiet.text);
out:
	config_close(c);
	fs_drop(&s.dir);
	fs_drop(&s.parent);
	return st;
}
