/* test_crypt.c: parts for two recipients, opened by either; every changed bit; who may be a recipient.  That `openssl cms` opens them is judged in tests/e2e. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "archive/crypt.h"
#include "core/mem.h"

static char place[] = "test-crypt-XXXXXX";
static struct err err;

enum who { LEGAL, ESCROW, THIRD, P384, WEAK, SIGNER, BRAINPOOL, RENEWED, WHO__MAX };
static const struct { const char *name; int bits; const char *curve, *usage, *ski; } people[WHO__MAX] = {
	[LEGAL] = { "legal", 3072, NULL, "critical,keyEncipherment", "hash" },
	[ESCROW] = { "escrow", 0, "P-256", "critical,keyAgreement", NULL },
	[THIRD] = { "third", 3072, NULL, NULL, NULL },
	[P384] = { "p384", 0, "P-384", NULL, "hash" },
	[WEAK] = { "weak", 2048, NULL, NULL, NULL },
	[SIGNER] = { "signer", 3072, NULL, "critical,digitalSignature", NULL },
	[BRAINPOOL] = { "brainpool", 0, "brainpoolP256r1", NULL, NULL },
	[RENEWED] = { "renewed", 0, NULL, NULL, NULL },	/* another certificate for the key of LEGAL */
};
static EVP_PKEY *keys[WHO__MAX];

static const char *
crt(enum who w)
{
	static char path[2][128];
	static int turn;

	turn ^= 1;
	snprintf(path[turn], sizeof(path[0]), "%s/%s.crt", place, people[w].name);
	return path[turn];
}

static void
extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;

	if (value == NULL)
		return;
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	assert_non_null(e);
	assert_int_equal(X509_add_ext(x, e, -1), 1);
	X509_EXTENSION_free(e);
}

static void
make(enum who w)
{
	EVP_PKEY *key = w == RENEWED ? keys[LEGAL] : people[w].bits > 0 ? EVP_RSA_gen((unsigned)people[w].bits) : EVP_EC_gen(people[w].curve);
	X509 *x = X509_new();
	X509_NAME *name = X509_NAME_new();
	FILE *f;

	assert_non_null(key);
	keys[w] = key;
	assert_int_equal(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)people[w].name, -1, -1, 0), 1);
	X509_set_version(x, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(x), 100 + (long)w);
	X509_set_subject_name(x, name);
	X509_set_issuer_name(x, name);
	X509_gmtime_adj(X509_getm_notBefore(x), -3600);
	X509_gmtime_adj(X509_getm_notAfter(x), 3600);
	X509_set_pubkey(x, key);
	extension(x, NID_key_usage, people[w].usage);
	extension(x, NID_subject_key_identifier, people[w].ski);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	f = fopen(crt(w), "w");
	assert_non_null(f);
	assert_int_equal(PEM_write_X509(f, x), 1);
	assert_int_equal(fclose(f), 0);
	X509_NAME_free(name);
	X509_free(x);
}

static int
setup(void **state)
{
	enum who w;

	(void)state;
	if (mkdtemp(place) == NULL)
		return 1;
	for (w = 0; w < WHO__MAX; w++)
		make(w);
	return 0;
}

static int
teardown(void **state)
{
	enum who w;

	(void)state;
	for (w = 0; w < WHO__MAX; w++) {
		unlink(crt(w));
		if (w != RENEWED)
			EVP_PKEY_free(keys[w]);
	}
	return rmdir(place);
}

static struct crypt_key *
key_of(enum who cert, enum who key, enum status want)
{
	BIO *bio = BIO_new(BIO_s_mem());
	struct crypt_key *k;
	char *p;
	long n;

	assert_int_equal(PEM_write_bio_PrivateKey(bio, keys[key], NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_get_mem_data(bio, &p);
	assert_int_equal(crypt_key_open(&k, crt(cert), (struct str){ p, (size_t)n }, &err), want);
	BIO_free(bio);
	return k;
}

static struct crypt_to *
to(enum who a, enum who b)
{
	struct crypt_to *t;

	assert_int_equal(crypt_to_open(&t, &err), ST_OK);
	assert_int_equal(crypt_to_add(t, crt(a), &err), ST_OK);
	assert_int_equal(crypt_to_add(t, crt(b), &err), ST_OK);
	return t;
}

static enum status into(void *ctx, const void *p, size_t n, struct err *e) { return buf_add(ctx, p, n, e); }

static char octet(size_t i) { return (char)(unsigned char)(i * 131u + i / 251u); }

/* ${n} octets of a known pattern, encrypted. */
static struct buf
part(const struct crypt_to *t, size_t n)
{
	struct crypt_part *p;
	struct buf out;
	char piece[1000];
	size_t at, i, k;

	buf_init(&out, (size_t)80 << 20);
	assert_int_equal(crypt_part_open(&p, t, n, &err), ST_OK);
	assert_int_equal(crypt_part_begin(p, &(struct crypt_sink){ into, &out }, &err), ST_OK);
	for (at = 0; at < n; at += k) {
		k = n - at < sizeof(piece) ? n - at : sizeof(piece);
		for (i = 0; i < k; i++)
			piece[i] = octet(at + i);
		assert_int_equal(crypt_part_add(p, piece, k, &err), ST_OK);
	}
	assert_int_equal(crypt_part_add(p, piece, 1, &err), ST_LIMIT);
	assert_int_equal(crypt_part_end(p, &err), ST_OK);
	assert_int_equal(crypt_part_size(p), out.n);
	crypt_part_close(p);
	return out;
}

static bool
is_text(struct str text, size_t n)
{
	size_t i;

	for (i = 0; text.n == n && i < n; i++)
		if (text.p[i] != octet(i))
			return false;
	return text.n == n;
}

static enum status
opens(const struct crypt_key *k, const struct buf *b, size_t n)
{
	struct buf copy;
	struct str text;
	enum status st;

	buf_init(&copy, b->max);
	assert_int_equal(buf_str_add(&copy, buf_str(b), &err), ST_OK);
	st = crypt_open(k, &copy, &text, &err);
	if (st == ST_OK)
		assert_true(is_text(text, n));
	buf_free(&copy);
	return st;
}

static void
test_round(void **state)
{
	static const size_t sizes[] = { 1, 15, 16, 17, 127, 128, 4095, 4096, 4097, 65535, 65536, 65537, 200000, (size_t)1 << 24 };
	static const enum who pairs[][2] = { { LEGAL, ESCROW }, { THIRD, P384 } };
	size_t i, k;

	(void)state;
	for (k = 0; k < 2; k++) {
		struct crypt_to *t = to(pairs[k][0], pairs[k][1]);
		struct crypt_key *a = key_of(pairs[k][0], pairs[k][0], ST_OK), *b = key_of(pairs[k][1], pairs[k][1], ST_OK);
		struct crypt_key *other = key_of(pairs[!k][0], pairs[!k][0], ST_OK);

		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			struct buf p = part(t, sizes[i]);
			struct crypt_head h;

			assert_int_equal(crypt_head(buf_str(&p), p.n, &h, &err), ST_OK);
			assert_int_equal(h.n_to, 2);
			assert_int_equal(h.cipher, sizes[i]);
			assert_int_equal(opens(a, &p, sizes[i]), ST_OK);
			assert_int_equal(opens(b, &p, sizes[i]), ST_OK);
			assert_int_equal(opens(other, &p, sizes[i]), ST_DENIED);
			buf_free(&p);
		}
		crypt_key_close(a);
		crypt_key_close(b);
		crypt_key_close(other);
		crypt_to_close(t);
	}
}

/* A whole part, and not one octet more. */
static void
test_largest(void **state)
{
	struct crypt_to *t = to(LEGAL, ESCROW);
	struct crypt_key *k = key_of(ESCROW, ESCROW, ST_OK);
	struct buf b = part(t, CRYPT_PART);
	struct crypt_part *p;
	struct str text;

	(void)state;
	assert_int_equal(crypt_open(k, &b, &text, &err), ST_OK);
	assert_true(is_text(text, CRYPT_PART));
	assert_int_equal(crypt_part_open(&p, t, CRYPT_PART + 1, &err), ST_LIMIT);
	assert_int_equal(crypt_part_open(&p, t, 0, &err), ST_LIMIT);
	buf_free(&b);
	crypt_key_close(k);
	crypt_to_close(t);
}

/*
 * Every bit changed, every cut, one octet added: never opened as something else.  A few bits belong to the other recipient alone: what comes out then is still the text.
 */
static void
test_changed(void **state)
{
	struct crypt_to *t = to(LEGAL, ESCROW);
	struct crypt_key *k = key_of(ESCROW, ESCROW, ST_OK), *other = key_of(LEGAL, LEGAL, ST_OK);
	struct buf b = part(t, 100);
	size_t i, for_one = 0, for_both = 0;
	struct crypt_head h;

	(void)state;
	for (i = 0; i < b.n * 8; i++) {
		enum status one, two = ST_CORRUPT;

		b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
		one = opens(k, &b, 100);
		if (one == ST_OK)
			two = opens(other, &b, 100);
		assert_true(one == ST_OK || one == ST_CORRUPT || one == ST_DENIED);
		for_one += one == ST_OK;
		for_both += one == ST_OK && two == ST_OK;
		b.p[i / 8] = (char)(b.p[i / 8] ^ (1 << i % 8));
	}
	assert_in_range(for_one, 1, 384 * 8 + 20 * 8 + 7);	/* the RSA recipient: its encrypted key and its key identifier */
	assert_in_range(for_both, 0, 7);	/* the letters of "Escrow" in the name of an issuer: OpenSSL does not mind their case */
	for (i = 0; i < b.n; i++) {
		struct buf cut = { b.p, i, b.cap, b.max };
		struct buf whole;
		struct str text;

		assert_int_equal(crypt_head(buf_str(&cut), i, &h, &err), ST_CORRUPT);
		buf_init(&whole, 10000);
		assert_int_equal(buf_add(&whole, b.p, i, &err), ST_OK);
		assert_int_equal(crypt_open(k, &whole, &text, &err), ST_CORRUPT);
		buf_free(&whole);
	}
	assert_int_equal(buf_putc(&b, 0, &err), ST_OK);
	assert_int_equal(crypt_head(buf_str(&b), b.n, &h, &err), ST_CORRUPT);
	buf_free(&b);
	crypt_key_close(k);
	crypt_key_close(other);
	crypt_to_close(t);
}

static void
test_who(void **state)
{
	static const enum who refused[] = { WEAK, SIGNER, BRAINPOOL };
	struct crypt_to *t, *again;
	struct buf pem;
	size_t i;

	(void)state;
	assert_int_equal(crypt_to_open(&t, &err), ST_OK);
	assert_int_equal(crypt_to_enough(t, &err), ST_USAGE);
	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		assert_int_equal(crypt_to_add(t, crt(refused[i]), &err), ST_DENIED);
	assert_int_equal(crypt_to_add(t, "/nowhere/x.crt", &err), ST_IO);
	assert_int_equal(crypt_to_add(t, crt(LEGAL), &err), ST_OK);
	assert_int_equal(crypt_to_add(t, crt(LEGAL), &err), ST_USAGE);
	assert_int_equal(crypt_to_add(t, crt(RENEWED), &err), ST_USAGE);
	assert_int_equal(crypt_to_enough(t, &err), ST_USAGE);
	assert_int_equal(crypt_to_add(t, crt(P384), &err), ST_OK);
	assert_int_equal(crypt_to_enough(t, &err), ST_OK);
	assert_int_equal(crypt_to_valid_at(t, (int64_t)time(NULL) * 1000, &err), ST_OK);
	assert_int_equal(crypt_to_valid_at(t, (int64_t)time(NULL) * 1000 + 7200000, &err), ST_DENIED);
	assert_int_equal(crypt_to_valid_at(t, (int64_t)time(NULL) * 1000 - 7200000, &err), ST_DENIED);
	buf_init(&pem, 100000);
	assert_int_equal(crypt_to_pem(t, &pem, &err), ST_OK);
	assert_int_equal(crypt_to_open(&again, &err), ST_OK);
	assert_int_equal(crypt_to_add_pem(again, buf_str(&pem), &err), ST_OK);
	assert_true(crypt_to_same(t, again));
	assert_false(crypt_to_same(t, NULL));
	assert_true(crypt_to_same(NULL, NULL));
	assert_int_equal(crypt_to_add(again, crt(ESCROW), &err), ST_OK);
	assert_false(crypt_to_same(t, again));
	assert_null(key_of(LEGAL, ESCROW, ST_DENIED));
	buf_free(&pem);
	crypt_to_close(t);
	crypt_to_close(again);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round), cmocka_unit_test(test_largest), cmocka_unit_test(test_changed), cmocka_unit_test(test_who),
	};

	err_init(&err);
	return cmocka_run_group_tests(tests, setup, teardown);
}
