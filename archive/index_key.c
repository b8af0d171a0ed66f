/* index_key.c: who made an index: a secret of this user, so that he can believe his own. */
#include "archive/index.h"

#include <fcntl.h>
#include <stdlib.h>

#define KEY_FILE	"index.key"

static enum status
state_dir(bool create, int *dir, struct err *err)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	struct buf path;
	enum status st;

	*dir = -1;
	buf_init(&path, 8192);
	if (state != NULL && state[0] == '/')
		st = buf_addf(&path, err, "%s/custody", state);
	else if (home != NULL && home[0] == '/')
		st = buf_addf(&path, err, "%s/.local/state/custody", home);
	else
		st = ST_END;
	if (st == ST_OK && (st = buf_z(&path, err)) == ST_OK)
		st = fs_dir_open(path.p, create, dir, err);
	buf_free(&path);
	return st;
}

enum status
index_key_load(struct index_key *k, bool create, struct err *err)
{
	static const char label[] = "custody index maker";
	struct err quiet;
	unsigned char mac[32];
	struct buf b;
	enum status st;
	int dir;

	memset(k, 0, sizeof(*k));
	err_init(&quiet);
	buf_init(&b, sizeof(k->key) + 1);
	if ((st = state_dir(create, &dir, &quiet)) == ST_OK) {
		st = fs_load(dir, KEY_FILE, sizeof(k->key), &b, &quiet);
		if (st == ST_END && create && (st = digest_random(k->key, sizeof(k->key), &quiet)) == ST_OK &&
		    (st = fs_replace(dir, KEY_FILE, k->key, sizeof(k->key), &quiet)) == ST_OK)
			st = buf_add(&b, k->key, sizeof(k->key), &quiet);
		fs_drop(&dir);
	}
	k->own = st == ST_OK && b.n == sizeof(k->key);
	memset(k->key, 0, sizeof(k->key));
	if (k->own)
		memcpy(k->key, b.p, sizeof(k->key));
	buf_wipe(&b);
	if (st == ST_NOMEM)
		return err_oom(err, sizeof(k->key));
	if (!k->own)
		return ST_OK;
	if ((st = digest_hmac_sha256(k->key, sizeof(k->key), label, sizeof(label) - 1, mac, err)) == ST_OK)
		memcpy(k->maker, mac, sizeof(k->maker));
	return st;
}

enum status
index_key_file(const struct index_key *k, const unsigned char *header, unsigned char out[32], struct err *err)
{
	/* The random octets and the seal's hash stand side by side. */
	return digest_hmac_sha256(k->key, sizeof(k->key), header + INDEX_AT_NONCE, INDEX_AT_MAKER - INDEX_AT_NONCE, out, err);
}

enum status
index_tag(const unsigned char key[32], uint64_t page_no, const unsigned char *page, unsigned char tag[16], struct err *err)
{
	unsigned char text[8 + INDEX_CONTENT], mac[32];
	enum status st;

	index_put(text, 8, page_no);
	memcpy(text + 8, page, INDEX_CONTENT);
	if ((st = digest_hmac_sha256(key, 32, text, sizeof(text), mac, err)) == ST_OK)
		memcpy(tag, mac, 16);
	return st;
}
