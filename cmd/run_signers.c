/* run_signers.c: who signs: the signers of [seal], their keys, and what this computer remembers of what it has signed. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "archive/cms_verify.h"
#include "archive/names.h"
#include "archive/pending.h"
#include "cmd/run.h"
#include "cmd/words.h"
#include "core/fs.h"
#include "core/i18n.h"
#include "core/log.h"

enum status
run_beside_config(const struct config *c, const char *path, struct buf *out, struct err *err)
{
	enum status st;

	if (path[0] != '/' && (st = buf_addf(out, err, "%s/", config_dir(c))) != ST_OK)
		return st;
	if ((st = buf_addz(out, path, err)) != ST_OK)
		return st;
	return buf_z(out, err);
}

enum { WORD_CERT, WORD_KEY, WORD_PIN, WORD__MAX };

enum status
run_signer_load(const struct config *c, const char *section, const char *key_name, const char *role, const char *value, bool with_keys, struct cms_signer **out,
    struct err *err)
{
	struct word words[WORD__MAX] = { [WORD_CERT] = { .name = "cert" }, [WORD_KEY] = { .name = "key" }, [WORD_PIN] = { .name = "pin" } };
	struct buf path;
	enum status st;

	*out = NULL;
	if ((st = words_read(value, words, WORD__MAX, err)) != ST_OK)
		return err_in(err, "%s: [%s] %s", config_file(c), section, key_name);
	if (words[WORD_CERT].value[0] == '\0')
		return err_set(err, ST_USAGE, _("%s: [%s] %s: cert=FILE is missing"), config_file(c), section, key_name);
	buf_init(&path, 8192);
	if ((st = run_beside_config(c, words[WORD_CERT].value, &path, err)) == ST_OK)
		st = cms_signer_open(out, role, path.p, STR_NONE, err);
	if (st == ST_OK && words[WORD_KEY].value[0] != '\0' && with_keys) {
		st = cms_signer_key(*out, words[WORD_KEY].value, words[WORD_PIN].value[0] != '\0' ? words[WORD_PIN].value : NULL, config_dir(c), err);
		if (st == ST_OK)
			st = cms_signer_valid_at(*out, when_now_ms(), err);
	}
	if (st != ST_OK) {
		cms_signer_close(*out);
		*out = NULL;
		err_in(err, "[%s] %s", section, key_name);
	}
	buf_free(&path);
	return st;
}

static enum status
open_signer(struct run *r, const char *key_name, const char *value, bool with_keys, struct err *err)
{
	const struct config *c = r->app->config;
	const char *role = key_name + strlen("signer.");
	enum status st;

	if (!names_role_ok(str_of(role)))
		return err_set(err, ST_USAGE, _("%s: [seal] %s: a role is a-z, 0-9 and -, at most 32"), config_file(c), key_name);
	if (r->n_signers == RUN_SIGNERS_MAX)
		return err_set(err, ST_LIMIT, _("more than %d signers"), RUN_SIGNERS_MAX);
	if ((st = run_signer_load(c, "seal", key_name, role, value, with_keys, &r->signers[r->n_signers], err)) == ST_OK)
		r->n_signers++;
	return st;
}

enum status
run_heads(struct run *r, const char *path, struct err *err)
{
	struct buf place;
	const char *named = path == NULL && r->app->config != NULL ? config_get(r->app->config, "seal", "signed") : NULL;
	enum status st = ST_OK;

	if (r->heads.dir >= 0)
		return ST_OK;
	buf_init(&place, 8192);
	if (named != NULL && (st = run_beside_config(r->app->config, named, &place, err)) == ST_OK)
		path = place.p;
	if (st == ST_OK && (st = heads_open(&r->heads, path, err)) != ST_OK) {
		err_in(err, "%s", _("what was signed cannot be remembered"));
		err_next(err, _("name a file of ours: signed = PATH in [seal], or --state FILE"));
	}
	buf_free(&place);
	return st;
}

enum status
run_signers(struct run *r, bool with_keys, struct err *err)
{
	const char *key, *value;
	enum status st = ST_OK;
	size_t i;

	for (i = 0; (key = config_key(r->app->config, "seal", "signer.", i, &value)) != NULL; i++)
		if ((st = open_signer(r, key, value, with_keys, err)) != ST_OK)
			return st;
	if (r->n_signers == 0) {
		err_set(err, ST_USAGE, _("%s: [seal] names no signer: an archive must be signed"), config_file(r->app->config));
		return err_next(err, _("add signer.administrator = cert=FILE key=file:FILE"));
	}
	for (i = 0; i < r->n_signers && st == ST_OK; i++)	/* better told now than after hours of chat */
		if (cms_signer_has_key(r->signers[i]) && !r->test)
			st = run_heads(r, NULL, err);
	return st;
}

struct cms_signer *
run_signer_of(struct run *r, const struct seal_signer *g)
{
	size_t i;

	for (i = 0; i < r->n_signers; i++)
		if (strcmp(cms_signer_role(r->signers[i]), g->role) == 0 && memcmp(cms_signer_fingerprint(r->signers[i]), g->cert_sha256, 32) == 0)
			return r->signers[i];
	return NULL;
}

enum status
run_signer_key(struct run *r, const char *role, struct err *err)
{
	struct word words[WORD__MAX] = { [WORD_CERT] = { .name = "cert" }, [WORD_KEY] = { .name = "key" }, [WORD_PIN] = { .name = "pin" } };
	char name[48];
	const char *value;
	enum status st;
	size_t i;

	snprintf(name, sizeof(name), "signer.%s", role);
	value = config_get(r->app->config, "seal", name);
	for (i = 0; i < r->n_signers && strcmp(cms_signer_role(r->signers[i]), role) != 0; i++)
		;
	if (i == r->n_signers || value == NULL)
		return err_set(err, ST_USAGE, _("[seal] names no signer %s"), role);
	if ((st = words_read(value, words, WORD__MAX, err)) != ST_OK)
		return err_in(err, "[seal] %s", name);
	if (words[WORD_KEY].value[0] == '\0') {
		err_set(err, ST_USAGE, _("the key of %s is not on this computer"), role);
		return err_next(err, _("sign seal.txt where the key is, then bring the signature here with --attach FILE"));
	}
	st = cms_signer_key(r->signers[i], words[WORD_KEY].value, words[WORD_PIN].value[0] != '\0' ? words[WORD_PIN].value : NULL,
	    config_dir(r->app->config), err);
	return st == ST_OK ? st : (err_in(err, "[seal] %s", name), st);
}

/* Signed in memory, remembered on disk, and only then given out: whoever is killed in between has at most remembered too much. */
static enum status
sign_one(struct run *r, const struct seal *seal, const unsigned char sha256[32], struct cms_signer *s, struct err *err)
{
	struct heads_word word;
	struct buf der, pem;
	enum status st;

	buf_init(&der, LIMIT_SIGNATURE);
	buf_init(&pem, LIMIT_CRL);
	st = cms_signer_pem(s, &pem, err);
	if (st == ST_OK && r->heads.dir >= 0)
		st = heads_look(&r->heads, seal, sha256, &word, err);
	if (st == ST_OK)
		st = cms_sign(s, archive_seal_text(r->archive), when_now_ms(), &der, err);
	if (st == ST_OK && r->heads.dir >= 0)
		st = heads_keep(&r->heads, seal, sha256, err);
	if (st == ST_OK)
		st = archive_put_signature(r->archive, cms_signer_role(s), buf_str(&der), buf_str(&pem), err);
	buf_free(&pem);
	buf_free(&der);
	return st;
}

enum status
run_sign(struct run *r, struct err *err)
{
	struct str text = archive_seal_text(r->archive);
	unsigned char sha256[32];
	struct cms_signer *s;
	struct seal seal;
	char file[48];
	enum status st;
	size_t i;

	if ((st = seal_parse(text, &seal, err)) != ST_OK || (st = digest_of(DIGEST_SHA256, text.p, text.n, sha256, err)) != ST_OK)
		return st;
	for (i = 0; i < seal.n_signers && st == ST_OK; i++) {
		pending_signature(&seal.signers[i], file);
		if (!archive_has_part(r->archive, file) && (s = run_signer_of(r, &seal.signers[i])) != NULL && cms_signer_has_key(s) &&
		    (st = run_refuse_signer(r, s, err)) == ST_OK)
			st = sign_one(r, &seal, sha256, s, err);
	}
	return st;
}

static enum status
check_one(int dir, const struct seal_signer *g, struct str text, struct err *err)
{
	char name[48], cert[48];
	struct buf der, pem;
	enum status st;

	buf_init(&der, LIMIT_SIGNATURE);
	buf_init(&pem, LIMIT_CRL);
	pending_signature(g, name);
	snprintf(cert, sizeof(cert), "%s.crt.pem", g->role);
	if ((st = fs_load(dir, name, LIMIT_SIGNATURE, &der, err)) == ST_OK && g->kind == SEAL_SM2)
		st = fs_load(dir, cert, LIMIT_CRL, &pem, err);
	if (st == ST_OK && (st = cms_verify_alone(g, buf_str(&der), buf_str(&pem), text, err)) == ST_CORRUPT) {
		err_in(err, "%s", name);
		err_next(err, _("somebody put it there: take it out of the .seal directory, and the archive can still be closed"));
	}
	buf_free(&der);
	buf_free(&pem);
	return st == ST_END ? ST_OK : st;	/* not there yet */
}

enum status
run_check_signatures(struct run *r, struct err *err)
{
	struct str text = archive_seal_text(r->archive);
	struct seal seal;
	char name[64];
	enum status st;
	int dir = -1;
	size_t i;

	snprintf(name, sizeof(name), "%s.seal", r->archive_name);
	if ((st = seal_parse(text, &seal, err)) != ST_OK || (st = fs_dir_at(r->store.dir, name, false, &dir, err)) != ST_OK)
		return st;
	for (i = 0; i < seal.n_signers && st == ST_OK; i++)
		st = check_one(dir, &seal.signers[i], text, err);
	fs_drop(&dir);
	return st;
}

/* A store that is older than what was signed here was put back from a copy: going on would make a second seal for a place that is taken. */
enum status
run_refuse_rollback(struct run *r, const char *chain, uint64_t sequence, struct err *err)
{
	enum status st;
	uint64_t last;

	if (r->heads.dir < 0)
		return ST_OK;
	if ((st = heads_last(&r->heads, chain, &last, err)) != ST_OK || last < sequence)
		return st;
	(void)err_set(err, ST_CORRUPT, _("the chain in %s ends at sequence %" PRIu64 ", but this computer has signed up to %" PRIu64 " (%s)"), r->store.path,
	    sequence - 1, last, r->heads.path);
	return err_next(err, _("bring the newer archives and their .seal directories back; if they are lost for good, a new chain must begin in a new store"));
}
