/*
 * sdk_driver.c: drives libcustody_fakesdk.so as an exporter would: by dlopen
 * and the vendor's names, with its own declarations of them.
 *
 *   sdk_driver LIB PROXY CORPID SECRET chat DIR [FROM]
 *       every message after seq FROM: "seq TAB msgid TAB version TAB code TAB
 *       message"; keys are DIR/chat-N.pem, code -1 where there is none
 *   sdk_driver LIB PROXY CORPID SECRET media
 *       ids on stdin: "id TAB code TAB bytes TAB sha256 TAB calls"
 *   sdk_driver LIB PROXY CORPID SECRET raw SEQ LIMIT
 *       the return code of one GetChatData and what it wrote
 */
#include <dlfcn.h>
#include <jansson.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PAGE	1000
#define TRIES	6
#define TIMEOUT_S	5

struct slice { char *buf; int len; };
struct media { char *outindexbuf; int out_len; char *data; int data_len; int is_finish; };

static struct {
	void *(*NewSdk)(void);
	int (*Init)(void *, const char *, const char *);
	int (*GetChatData)(void *, unsigned long long, unsigned, const char *, const char *, int, struct slice *);
	int (*DecryptData)(const char *, const char *, struct slice *);
	int (*GetMediaData)(void *, const char *, const char *, const char *, const char *, int, struct media *);
	void (*DestroySdk)(void *);
	struct slice *(*NewSlice)(void);
	void (*FreeSlice)(struct slice *);
	char *(*GetContentFromSlice)(struct slice *);
	int (*GetSliceLen)(struct slice *);
	struct media *(*NewMediaData)(void);
	void (*FreeMediaData)(struct media *);
	char *(*GetOutIndexBuf)(struct media *);
	char *(*GetData)(struct media *);
	int (*GetIndexLen)(struct media *);
	int (*GetDataLen)(struct media *);
	int (*IsMediaDataFinish)(struct media *);
} f;

static const struct { const char *name; void *slot; } names[] = {
	{ "NewSdk", &f.NewSdk }, { "Init", &f.Init }, { "GetChatData", &f.GetChatData },
	{ "DecryptData", &f.DecryptData }, { "GetMediaData", &f.GetMediaData },
	{ "DestroySdk", &f.DestroySdk }, { "NewSlice", &f.NewSlice }, { "FreeSlice", &f.FreeSlice },
	{ "GetContentFromSlice", &f.GetContentFromSlice }, { "GetSliceLen", &f.GetSliceLen },
	{ "NewMediaData", &f.NewMediaData }, { "FreeMediaData", &f.FreeMediaData },
	{ "GetOutIndexBuf", &f.GetOutIndexBuf }, { "GetData", &f.GetData },
	{ "GetIndexLen", &f.GetIndexLen }, { "GetDataLen", &f.GetDataLen },
	{ "IsMediaDataFinish", &f.IsMediaDataFinish },
};

static int
fail(const char *what, const char *why)
{
	fprintf(stderr, "sdk_driver: %s: %s\n", what, why);
	return 1;
}

static EVP_PKEY *
load_key(const char *dir, unsigned version)
{
	char path[4096];
	EVP_PKEY *key;
	FILE *in;

	(void)snprintf(path, sizeof(path), "%s/chat-%u.pem", dir, version);
	if ((in = fopen(path, "r")) == NULL)
		return NULL;
	key = PEM_read_PrivateKey(in, NULL, NULL, NULL);
	(void)fclose(in);
	return key;
}

/* The key string of one message; 0, or 10006 when RSA says no. */
static int
unwrap(EVP_PKEY *key, const char *text, char out[257])
{
	unsigned char raw[1024], plain[256];
	size_t n = sizeof(plain), n_text = strlen(text);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(key, NULL);
	int ok;

	ok = ctx != NULL && n_text == 344 && EVP_DecodeBlock(raw, (const unsigned char *)text, (int)n_text) == 258 &&
	    EVP_PKEY_decrypt_init(ctx) == 1 && EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1 &&
	    EVP_PKEY_decrypt(ctx, plain, &n, raw, 256) == 1;
	EVP_PKEY_CTX_free(ctx);
	if (!ok || memchr(plain, 0, n) != NULL)
		return 10006;
	memcpy(out, plain, n);
	out[n] = '\0';
	return 0;
}

static int
one_message(const json_t *row, EVP_PKEY *const *key)
{
	json_int_t version = json_integer_value(json_object_get(row, "publickey_ver"));
	struct slice *s = f.NewSlice();
	char encrypt_key[257];
	int code = -1;

	if (version >= 1 && version <= 9 && key[version] != NULL)
		code = unwrap(key[version], json_string_value(json_object_get(row, "encrypt_random_key")), encrypt_key);
	if (code == 0)
		code = f.DecryptData(encrypt_key, json_string_value(json_object_get(row, "encrypt_chat_msg")), s);
	printf("%lld\t%s\t%lld\t%d\t", (long long)json_integer_value(json_object_get(row, "seq")),
	    json_string_value(json_object_get(row, "msgid")), (long long)version, code);
	if (code == 0)
		(void)fwrite(f.GetContentFromSlice(s), 1, (size_t)f.GetSliceLen(s), stdout);
	printf("\n");
	f.FreeSlice(s);
	return 0;
}

static int
chat(void *sdk, const char *proxy, const char *dir, unsigned long long seq)
{
	EVP_PKEY *key[10] = { NULL };
	unsigned tries = 0;
	int rc = 0;

	for (unsigned v = 1; v < 10; v++)
		key[v] = load_key(dir, v);
	for (size_t n = 1; n > 0 && rc == 0; ) {
		struct slice *s = f.NewSlice();
		int code = f.GetChatData(sdk, seq, PAGE, proxy, "", TIMEOUT_S, s);
		json_t *page = NULL, *rows, *row;
		size_t i;

		if ((code == 10001 || code == 10002) && ++tries < TRIES) {
			f.FreeSlice(s);
			continue;
		}
		tries = 0;
		if (code == 0)
			page = json_loadb(f.GetContentFromSlice(s), (size_t)f.GetSliceLen(s), 0, NULL);
		rows = json_object_get(page, "chatdata");
		if (code != 0 || !json_is_array(rows) || json_integer_value(json_object_get(page, "errcode")) != 0)
			rc = fail("GetChatData", code == 0 ? f.GetContentFromSlice(s) : "code");
		n = json_array_size(rows);
		json_array_foreach(rows, i, row) {
			unsigned long long at = (unsigned long long)json_integer_value(json_object_get(row, "seq"));

			if (at <= seq)
				rc = fail("seq", "does not grow");
			seq = at;
			(void)one_message(row, key);
		}
		json_decref(page);
		f.FreeSlice(s);
	}
	for (unsigned v = 1; v < 10; v++)
		EVP_PKEY_free(key[v]);
	return rc;
}

static int
one_file(void *sdk, const char *proxy, const char *id)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	unsigned char sum[32];
	char index[128] = "";
	unsigned long long n = 0;
	unsigned calls = 0, tries = 0;
	int code = 0, done = 0;

	if (md == NULL || EVP_DigestInit_ex(md, EVP_sha256(), NULL) != 1)
		return fail("digest", id);
	while (!done && code == 0) {
		struct media *m = f.NewMediaData();

		code = f.GetMediaData(sdk, index, id, proxy, "", TIMEOUT_S, m);
		if (code == 0) {
			calls++;
			tries = 0;
			n += (unsigned)f.GetDataLen(m);
			(void)EVP_DigestUpdate(md, f.GetData(m), (size_t)f.GetDataLen(m));
			if (f.GetIndexLen(m) >= (int)sizeof(index))
				return fail("index", "too long");
			memcpy(index, f.GetOutIndexBuf(m), (size_t)f.GetIndexLen(m) + 1);
			done = f.IsMediaDataFinish(m);
		} else if ((code == 10001 || code == 10002) && ++tries < TRIES) {
			code = 0;
		}
		f.FreeMediaData(m);
	}
	printf("%s\t%d\t%llu\t", id, code, n);
	if (EVP_DigestFinal_ex(md, sum, NULL) == 1)
		for (unsigned k = 0; k < 32; k++)
			printf("%02x", sum[k]);
	printf("\t%u\n", calls);
	EVP_MD_CTX_free(md);
	return 0;
}

static int
media(void *sdk, const char *proxy)
{
	char line[2048];
	int rc = 0;

	while (rc == 0 && fgets(line, sizeof(line), stdin) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		rc = one_file(sdk, proxy, line);
	}
	return rc;
}

static int
raw(void *sdk, const char *proxy, const char *seq, const char *limit)
{
	struct slice *s = f.NewSlice();
	int code = f.GetChatData(sdk, strtoull(seq, NULL, 10), (unsigned)strtoul(limit, NULL, 10), proxy, "", TIMEOUT_S, s);

	printf("%d\n", code);
	if (code == 0)
		printf("%.*s\n", f.GetSliceLen(s), f.GetContentFromSlice(s));
	f.FreeSlice(s);
	return 0;
}

int
main(int argc, char **argv)
{
	void *lib, *sdk;
	int rc;

	if (argc < 6)
		return fail("arguments", "LIB PROXY CORPID SECRET chat|media|raw ...");
	if ((lib = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL)) == NULL)
		return fail("dlopen", dlerror());
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		void *at = dlsym(lib, names[i].name);

		if (at == NULL)
			return fail(names[i].name, "not exported");
		memcpy(names[i].slot, &at, sizeof(at));
	}
	sdk = f.NewSdk();
	if ((rc = f.Init(sdk, argv[3], argv[4])) != 0)
		return fail("Init", "refused");
	if (strcmp(argv[5], "chat") == 0 && argc >= 7)
		rc = chat(sdk, argv[2], argv[6], argc > 7 ? strtoull(argv[7], NULL, 10) : 0);
	else if (strcmp(argv[5], "media") == 0)
		rc = media(sdk, argv[2]);
	else if (strcmp(argv[5], "raw") == 0 && argc == 8)
		rc = raw(sdk, argv[2], argv[6], argv[7]);
	else
		rc = fail("arguments", argv[5]);
	f.DestroySdk(sdk);
	return rc;
}
