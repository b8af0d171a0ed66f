/* hashes.c: see hashes.h. */
#include "archive/hashes.h"

#include "core/i18n.h"

static const enum digest_alg order[SEAL_ALGS_MAX] = { DIGEST_SHA256, DIGEST_SHA512, DIGEST_SM3 };

enum status
hash_set_parse(const char *text, struct hash_set *out, struct err *err)
{
	bool wanted[SEAL_ALGS_MAX] = { true };
	size_t i, n;

	for (; *text != '\0'; text += n) {
		text += strspn(text, ", \t");
		if ((n = strcspn(text, ", \t")) == 0)
			break;
		for (i = 0; i < SEAL_ALGS_MAX && !str_is((struct str){ text, n }, digest_name(order[i])); i++)
			;
		if (i == SEAL_ALGS_MAX)
			return err_set(err, ST_USAGE, _("%.*s is not a digest of an archive: sha256, sha512, sm3"), (int)n, text);
		wanted[i] = true;
	}
	out->n = 0;
	for (i = 0; i < SEAL_ALGS_MAX; i++)
		if (wanted[i])
			out->algs[out->n++] = order[i];
	return ST_OK;
}

enum status
hashes_begin(struct hashes *h, const struct hash_set *set, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	h->set = set;
	for (i = 0; i < set->n && st == ST_OK; i++)
		st = digest_begin(&h->d[i], set->algs[i], err);
	return st;
}

enum status
hashes_add(struct hashes *h, const void *p, size_t n, struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < h->set->n && st == ST_OK; i++)
		st = digest_add(&h->d[i], p, n, err);
	return st;
}

enum status
hashes_end(struct hashes *h, unsigned char out[SEAL_ALGS_MAX][DIGEST_MAX], struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < h->set->n && st == ST_OK; i++)
		st = digest_end(&h->d[i], out[i], err);
	return st;
}

void
hashes_free(struct hashes *h)
{
	size_t i;

	for (i = 0; i < SEAL_ALGS_MAX; i++)
		digest_free(&h->d[i]);
}

enum status
hashes_of(const struct hash_set *set, struct str bytes, unsigned char out[SEAL_ALGS_MAX][DIGEST_MAX], struct err *err)
{
	enum status st = ST_OK;
	size_t i;

	for (i = 0; i < set->n && st == ST_OK; i++)
		st = digest_of(set->algs[i], bytes.p, bytes.n, out[i], err);
	return st;
}
