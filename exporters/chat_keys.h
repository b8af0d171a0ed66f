/*
 * chat_keys.h: the private keys of the chat archive, by publickey_ver: "chat.key.N = file:PATH" of the tenant (PEM, RSA).
 *
 * encrypt_random_key is Base64 of an RSA PKCS#1 v1.5 ciphertext.  Newer OpenSSL gives random bytes instead of a padding
 * error, so nothing here relies on one: whatever fails, the plaintext's shape included, is "cannot be decrypted", one
 * text and one path.
 */
#ifndef EXPORTERS_CHAT_KEYS_H
#define EXPORTERS_CHAT_KEYS_H

#include "core/config.h"

#define CHAT_KEY_TEXT_MAX	512u	/* room for a message key: as long as the RSA modulus, and a NUL */

struct chat_keys;

/*
 * chat_keys_open(out, config, section, n_workers, err): load every key; one copy and one context per worker, since they are not shared.
 * No key at all is no failure.  ST_USAGE: a name that is no version, not a PEM key, not RSA of 2048 to 4096 bits; and as secret_load.
 */
enum status chat_keys_open(struct chat_keys **out, const struct config *, const char *section, unsigned n_workers, struct err *) STATUS_USE;
void chat_keys_close(struct chat_keys *);	/* NULL does nothing */
size_t chat_keys_count(const struct chat_keys *);
bool chat_keys_has(const struct chat_keys *, uint32_t version);
/*
 * chat_keys_unwrap(k, worker, version, wrapped, out, n, err): the message key, printable ASCII, NUL-terminated.
 * ST_END: no key of that version.  ST_INPUT: cannot be decrypted.
 */
enum status chat_keys_unwrap(struct chat_keys *, unsigned worker, uint32_t version, struct str wrapped,
    char out[CHAT_KEY_TEXT_MAX], size_t *n, struct err *) STATUS_USE;

#endif
