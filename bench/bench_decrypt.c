/*
 * bench_decrypt.c: the RSA stage of chat decryption on all processors: message keys through exporters/chat_keys and the ring, sixteen
 * rows a slot as chat_decrypt hands them over.
 *
 *   bench_decrypt KEY.pem MESSAGES [THREADS]      prints operations per CPU second of one thread, times the threads, and the wall rate
 *
 * That first figure is what `openssl speed -multi` adds up over its processes: each divides by its own CPU time.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "bench/feed.h"
#include "core/ring.h"
#include "exporters/chat_keys.h"

#define KEYS		64u		/* different message keys */
#define SLOT_ROWS	16u
#define SLOTS_MAX	130u

struct slot { unsigned first, n; };

static char wrapped[KEYS][1024];	/* Base64 */
static char plain[KEYS][33];
static struct chat_keys *keys;

static void
fail(const char *what)
{
	fprintf(stderr, "bench_decrypt: %s\n", what);
	exit(1);
}

/* As the platform does it: 32 printable characters, PKCS #1 v1.5, Base64. */
static void
wrap_keys(const char *path)
{
	unsigned char cipher[512];
	FILE *file = fopen(path, "re");
	EVP_PKEY *key = file == NULL ? NULL : PEM_read_PrivateKey(file, NULL, NULL, NULL);
	EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new(key, NULL);
	unsigned i;

	if (ctx == NULL || EVP_PKEY_encrypt_init(ctx) != 1 || EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) != 1)
		fail("no RSA private key");
	for (i = 0; i < KEYS; i++) {
		size_t n = sizeof(cipher);

		snprintf(plain[i], sizeof(plain[i]), "bench-message-key-%014u", i);
		if (EVP_PKEY_encrypt(ctx, cipher, &n, (const unsigned char *)plain[i], strlen(plain[i])) != 1)
			fail("cannot encrypt");
		(void)EVP_EncodeBlock((unsigned char *)wrapped[i], cipher, (int)n);
	}
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	fclose(file);
}

static void
open_keys(const char *path, unsigned n_threads)
{
	struct config *config;
	struct buf text;
	struct err err;

	buf_init(&text, 8192);
	feed_ok(buf_addf(&text, &err, "[tenant bench]\nplatform = wecom\nchat.key.1 = file:%s\n", path), &err);
	feed_ok(config_parse(&config, "bench.conf", buf_str(&text), &err), &err);
	feed_ok(chat_keys_open(&keys, config, "tenant bench", n_threads, &err), &err);
	config_close(config);
	buf_free(&text);
}

static enum status
unwrap(void *ctx, unsigned worker, void *slot, struct err *err)
{
	const struct slot *s = slot;
	char out[CHAT_KEY_TEXT_MAX];
	enum status st;
	unsigned i;
	size_t n;

	(void)ctx;
	for (i = s->first; i < s->first + s->n; i++) {
		if ((st = chat_keys_unwrap(keys, worker, 1, str_of(wrapped[i % KEYS]), out, &n, err)) != ST_OK)
			return st;
		if (strcmp(out, plain[i % KEYS]) != 0)
			return err_set(err, ST_CORRUPT, "another message key came out");
	}
	return ST_OK;
}

static enum status
retire(void *ctx, void *slot, struct err *err)
{
	(void)ctx, (void)slot, (void)err;
	return ST_OK;
}

int
main(int argc, char **argv)
{
	static const struct ring_ops ops = { unwrap, retire };
	static struct slot slots[SLOTS_MAX];
	unsigned long count = argc > 2 ? strtoul(argv[2], NULL, 10) : 0;
	unsigned n_threads = ring_threads(argc > 3 ? (unsigned)strtoul(argv[3], NULL, 10) : 0), i;
	int64_t wall;
	double cpu;
	struct ring *ring;
	struct err err;
	void *free_slot;

	if (argc < 3 || argc > 4 || count < 1 || count > 100000000) {
		fputs("usage: bench_decrypt KEY.pem MESSAGES [THREADS]\n", stderr);
		return 2;
	}
	wrap_keys(argv[1]);
	open_keys(argv[1], n_threads);
	feed_ok(ring_open(&ring, slots, 2 * (size_t)n_threads + 2, sizeof(slots[0]), n_threads, &ops, NULL, &err), &err);
	cpu = feed_cpu();
	wall = when_mono_ms();
	for (i = 0; i < count; i += SLOT_ROWS) {
		struct slot *s;

		feed_ok(ring_slot(ring, &free_slot, &err), &err);
		s = free_slot;
		s->first = i;
		s->n = count - i < SLOT_ROWS ? (unsigned)(count - i) : SLOT_ROWS;
		feed_ok(ring_put(ring, &err), &err);
	}
	feed_ok(ring_drain(ring, &err), &err);
	cpu = feed_cpu() - cpu;
	wall = when_mono_ms() - wall;
	printf("%.1f %.1f %u\n", (double)count / cpu * n_threads, (double)count * 1000 / (double)(wall < 1 ? 1 : wall), n_threads);
	ring_close(ring);
	chat_keys_close(keys);
	return 0;
}
