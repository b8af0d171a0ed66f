/* chat_keys.c: RSA through EVP; contexts are made once and reused, since making one costs a tenth of a decryption. */
#include "exporters/chat_keys.h"

#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/i18n.h"
#include "core/secret.h"

#define KEYS_MAX	1024u
#define TEXT_MIN	8u		/* shorter than any message key: random bytes seldom pass */
#define WRAPPED_MAX	(CHAT_KEY_TEXT_MAX / 3 * 4 + 8)	/* Base64 of the longest ciphertext */

struct chat_key { uint32_t version; size_t size; EVP_PKEY_CTX **contexts; /* by worker */ };
struct chat_keys { struct chat_key *keys; size_t n; unsigned n_workers; };

/* Never ask at the terminal. */
static int
no_passphrase(char *out, int size, int writing, void *ctx)
{
	(void)out, (void)size, (void)writing, (void)ctx;
	return 0;
}

static enum status
make_contexts(struct chat_key *k, EVP_PKEY *pkey, unsigned n_workers, struct err *err)
{
	unsigned i;

	if ((k->contexts = calloc(n_workers, sizeof(*k->contexts))) == NULL)
		return err_oom(err, n_workers * sizeof(*k->contexts));
	for (i = 0; i < n_workers; i++) {
		EVP_PKEY *own = EVP_PKEY_dup(pkey);	/* blinding takes a lock in the key: a copy each */

		if (own != NULL)
			k->contexts[i] = EVP_PKEY_CTX_new(own, NULL);
		EVP_PKEY_free(own);			/* the context holds its reference */
		if (k->contexts[i] == NULL || EVP_PKEY_decrypt_init(k->contexts[i]) != 1 ||
		    EVP_PKEY_CTX_set_rsa_padding(k->contexts[i], RSA_PKCS1_PADDING) != 1)
			return err_oom(err, 0);
	}
	return ST_OK;
}

static enum status
load_key(struct chat_keys *keys, const struct config *config, const char *name, const char *spec, struct err *err)
{
	struct chat_key *k = &keys->keys[keys->n];
	struct secret pem = { NULL, 0, 0 };
	EVP_PKEY *pkey = NULL;
	uint64_t version;
	enum status st;
	BIO *bio;
	int size;

	if (str_u64(str_of(name + strlen("chat.key.")), 0, UINT32_MAX, &version, NULL) != ST_OK)
		return err_set(err, ST_USAGE, _("%s: the part behind chat.key. is the version of the public key, a number"), name);
	if ((st = secret_load(spec, config_dir(config), &pem, err)) != ST_OK)
		return st;
	if ((bio = BIO_new_mem_buf(pem.p, (int)pem.n)) != NULL)
		pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	secret_free(&pem);
	size = pkey == NULL ? 0 : EVP_PKEY_get_size(pkey);
	if (pkey == NULL || !EVP_PKEY_is_a(pkey, "RSA") || size < 256 || size > (int)CHAT_KEY_TEXT_MAX) {
		(void)err_set(err, ST_USAGE, _("%s: not an RSA private key of 2048 to 4096 bits in PEM without passphrase"), name);
		st = err_next(err, _("give the private key whose public half was uploaded as version %llu"), (unsigned long long)version);
		st = ST_USAGE;
	} else {
		k->version = (uint32_t)version;
		k->size = (size_t)size;
		keys->n++;		/* from here on close frees it */
		st = make_contexts(k, pkey, keys->n_workers, err);
	}
	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return st;
}

enum status
chat_keys_open(struct chat_keys **out, const struct config *config, const char *section, unsigned n_workers, struct err *err)
{
	struct chat_keys *keys;
	const char *name, *spec;
	enum status st = ST_OK;
	size_t i, n = 0;

	*out = NULL;
	while (config_key(config, section, "chat.key.", n, &spec) != NULL)
		n++;
	if (n > KEYS_MAX)
		return err_set(err, ST_LIMIT, _("more than %u chat keys"), KEYS_MAX);
	if ((keys = calloc(1, sizeof(*keys))) == NULL || (keys->keys = calloc(n + 1, sizeof(*keys->keys))) == NULL) {
		free(keys);
		return err_oom(err, n * sizeof(*keys->keys));
	}
	keys->n_workers = n_workers == 0 ? 1 : n_workers;
	for (i = 0; i < n && st == ST_OK; i++)
		if ((name = config_key(config, section, "chat.key.", i, &spec)) != NULL)
			st = load_key(keys, config, name, spec, err);
	if (st != ST_OK) {
		chat_keys_close(keys);
		return st;
	}
	*out = keys;
	return ST_OK;
}

void
chat_keys_close(struct chat_keys *keys)
{
	size_t i;
	unsigned w;

	if (keys == NULL)
		return;
	for (i = 0; i < keys->n; i++) {
		for (w = 0; keys->keys[i].contexts != NULL && w < keys->n_workers; w++)
			EVP_PKEY_CTX_free(keys->keys[i].contexts[w]);
		free(keys->keys[i].contexts);
	}
	free(keys->keys);
	free(keys);
}

size_t
chat_keys_count(const struct chat_keys *keys)
{
	return keys->n;
}

static const struct chat_key *
find(const struct chat_keys *keys, uint32_t version)
{
	size_t i;

	for (i = 0; i < keys->n; i++)
		if (keys->keys[i].version == version)
			return &keys->keys[i];
	return NULL;
}

bool
chat_keys_has(const struct chat_keys *keys, uint32_t version)
{
	return find(keys, version) != NULL;
}

/* Base64 with padding, nothing else between. */
static bool
unbase64(struct str s, unsigned char *out, size_t *n)
{
	size_t i, pad = 0;
	int k;

	if (s.n == 0 || s.n % 4 != 0 || s.n > WRAPPED_MAX)
		return false;
	while (pad < 2 && s.p[s.n - 1 - pad] == '=')
		pad++;
	for (i = 0; i < s.n - pad; i++)		/* the library would skip white space */
		if (!((s.p[i] >= 'A' && s.p[i] <= 'Z') || (s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= '0' && s.p[i] <= '9') ||
		    s.p[i] == '+' || s.p[i] == '/'))
			return false;
	if ((k = EVP_DecodeBlock(out, (const unsigned char *)s.p, (int)s.n)) < 0 || (size_t)k < pad)
		return false;
	*n = (size_t)k - pad;
	return true;
}

/* All of it is looked at, whatever is found. */
static bool
has_shape(const unsigned char *p, size_t n)
{
	unsigned bad = n < TEXT_MIN;
	size_t i;

	for (i = 0; i < n; i++)
		bad |= (unsigned)(p[i] < 0x20 || p[i] > 0x7e);
	return bad == 0;
}

enum status
chat_keys_unwrap(struct chat_keys *keys, unsigned worker, uint32_t version, struct str wrapped,
    char out[CHAT_KEY_TEXT_MAX], size_t *n, struct err *err)
{
	const struct chat_key *k = find(keys, version);
	unsigned char cipher[WRAPPED_MAX], plain[CHAT_KEY_TEXT_MAX];
	size_t n_cipher = 0, n_plain = sizeof(plain);
	bool good;

	*n = 0;
	if (k == NULL)
		return err_set(err, ST_END, _("no private key of version %lu"), (unsigned long)version);
	good = unbase64(wrapped, cipher, &n_cipher) && n_cipher == k->size;
	if (good)
		good = EVP_PKEY_decrypt(k->contexts[worker], plain, &n_plain, cipher, n_cipher) == 1 && n_plain < CHAT_KEY_TEXT_MAX &&
		    has_shape(plain, n_plain);
	if (good) {
		memcpy(out, plain, n_plain);
		out[n_plain] = '\0';
		*n = n_plain;
	}
	explicit_bzero(plain, sizeof(plain));
	ERR_clear_error();
	return good ? ST_OK : err_set(err, ST_INPUT, _("the message key cannot be decrypted"));
}
