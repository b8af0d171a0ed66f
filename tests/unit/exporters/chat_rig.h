/* chat_rig.h: a directory with an RSA key, a wrapped message key and a secret that tells lib_chat.so how to misbehave. */
#ifndef TESTS_EXPORTERS_CHAT_RIG_H
#define TESTS_EXPORTERS_CHAT_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "core/config.h"
#include "core/fs.h"
#include "core/source.h"

#define CHAT_LIBRARY	TEST_BUILD_DIR "/lib_chat.so"
#define MESSAGE_KEY	"0123456789abcdef-message-key"

struct chat_rig {
	char		 dir[64];
	int		 work;
	struct config	*config;
	struct err	 err;
	EVP_PKEY	*key;
};

static inline void
chat_rig_file(const struct chat_rig *r, const char *name, const char *text)
{
	char path[256];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", r->dir, name);
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

/* How many bytes a file of the directory has: calls counted by lib_chat.so. */
static inline long
chat_rig_size(const struct chat_rig *r, const char *name)
{
	struct stat sb;

	return fstatat(r->work, name, &sb, 0) == 0 ? (long)sb.st_size : 0;
}

static inline void
chat_rig_wrap(EVP_PKEY *key, const void *plain, size_t n_plain, char *base64, size_t size)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	unsigned char cipher[512];
	size_t n = sizeof(cipher);

	assert_non_null(ctx);
	assert_int_equal(EVP_PKEY_encrypt_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING), 1);
	assert_int_equal(EVP_PKEY_encrypt(ctx, cipher, &n, plain, n_plain), 1);
	EVP_PKEY_CTX_free(ctx);
	assert_true(size > (n + 2) / 3 * 4);
	(void)EVP_EncodeBlock((unsigned char *)base64, cipher, (int)n);
}

static inline void
chat_rig_configure(struct chat_rig *r, const char *how, const char *library, const char *more)
{
	char text[2048], path[128];

	config_close(r->config);
	r->config = NULL;
	chat_rig_file(r, "secret", how);
	(void)snprintf(text, sizeof(text), "[tenant acme]\nplatform = wecom\ncorp_id = %s\nsecret.chat = file:secret\n%s%s\n%s\n", r->dir,
	    library == NULL ? "" : "chat.sdk = ", library == NULL ? "" : library, more);
	(void)snprintf(path, sizeof(path), "%s/custody.conf", r->dir);
	assert_int_equal(config_parse(&r->config, path, str_of(text), &r->err), ST_OK);
}

static inline void
chat_rig_open(struct chat_rig *r)
{
	char path[128], wrapped[1024];
	FILE *f;

	memset(r, 0, sizeof(*r));
	err_init(&r->err);
	(void)snprintf(r->dir, sizeof(r->dir), "/tmp/custody-chat-XXXXXX");
	assert_non_null(mkdtemp(r->dir));
	r->work = open(r->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(r->work >= 0);
	assert_non_null(r->key = EVP_RSA_gen(2048));
	(void)snprintf(path, sizeof(path), "%s/key.pem", r->dir);
	assert_non_null(f = fopen(path, "w"));
	assert_int_equal(fchmod(fileno(f), 0600), 0);
	assert_int_equal(PEM_write_PrivateKey(f, r->key, NULL, NULL, 0, NULL, NULL), 1);
	assert_int_equal(fclose(f), 0);
	chat_rig_wrap(r->key, MESSAGE_KEY, strlen(MESSAGE_KEY), wrapped, sizeof(wrapped));
	chat_rig_file(r, "wrapped", wrapped);
}

static inline void
chat_rig_close(struct chat_rig *r)
{
	int parent;

	config_close(r->config);
	EVP_PKEY_free(r->key);
	assert_int_equal(close(r->work), 0);
	parent = open("/tmp", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(fs_remove_tree(parent, r->dir + strlen("/tmp/"), &r->err), ST_OK);
	assert_int_equal(close(parent), 0);
}

#endif
